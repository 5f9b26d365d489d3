"""Turning a source's columns into a contract's columns, by its mapping or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault
from esg.errors import ContentError, DataError, join_faults
from esg.load.readers.part import PLACE
from esg.load.rules import required_columns
from esg.load.stage import ROW_NUMBER, Rows
from esg.spec.fields import nearest, suggest

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.load.readers.part import Part
    from esg.spec.source import Source
    from esg.spec.table import TableContract

MAPPED_VIEW = "mapped"


def map_by_name(
    connection: Connection,
    part: Part,
    contract: TableContract,
    source: Source,
    before: int,
) -> Rows:
    """Return a part as rows to stage: the columns whose names the contract knows.

    Args:
        connection: Where the part can be read.
        part: What a reader handed over.
        contract: The table.
        source: For the currency that it fills in.
        before: Records of all parts before it.

    Raises:
        DataError: The part lacks a required column that the source does not fill.
    """
    given = ("currency",) if source.currency else ()
    absent = [
        name
        for name in required_columns(contract)
        if name not in (*part.columns, *given)
    ]
    if absent:
        found = ", ".join(part.columns)
        faults = [
            f"{part.head}: the required column '{name}' of table "
            f"'{contract.name}' is missing{nearest(name, part.columns)}; "
            f"the file has {found}."
            for name in absent
        ]
        raise DataError(
            join_faults(faults),
            hint="Rename the column in the file, or write a mapping "
            "sources/NAME.sql that selects it under that name.",
        )
    types = dict(_described(connection, f"select * from {part.relation}"))  # noqa: S608
    kinds = {
        name: types[name.lower()]
        for name in contract.column_names
        if name in part.columns
    }
    relation = part.relation
    if part.records is not None:
        relation = (
            f"(select * exclude ({PLACE}), {PLACE} + {before} as {ROW_NUMBER} "  # noqa: S608
            f"from {relation})"
        )
    return Rows(
        relation,
        kinds,
        is_numbered=part.records is not None,
        has_faults=part.has_faults,
    )


def ignored(part: Part, contract: TableContract) -> tuple[str, ...]:
    """Return the columns of a part that the contract does not know."""
    return tuple(name for name in part.columns if name not in contract.column_names)


def _described(connection: Connection, query: str) -> list[tuple[str, str]]:
    """Return name and type of each column of a query.

    DuckDB 2.0 describes a column that a view renames by case alone under its old name,
    so names are compared in lower case.
    """
    rows = connection.execute(f"describe {query}").fetchall()
    return [(row[0].lower(), row[1]) for row in rows]


def map_by_query(
    connection: Connection, contract: TableContract, mapping_sql: str, source: Source
) -> Rows:
    """Return what a mapping selects from the views of its inputs, as rows to stage.

    Raises:
        ContentError: The mapping does not run or gives wrong columns.
    """
    where = f"sources/{source.name}.sql"
    try:
        connection.execute(
            f"create or replace temp view {MAPPED_VIEW} as "
            f"{mapping_sql.strip().rstrip(';')}"
        )
        kinds = dict(_described(connection, MAPPED_VIEW))
    except EngineFault as error:
        reason = str(error).splitlines()[0]
        raise ContentError(
            f"{where}: the mapping does not run: {reason}",
            hint="It is one select from 'source', whose columns are the file's, "
            "and from the other inputs by their names.",
        ) from error
    faults = [
        f"{where}: the mapping gives no column '{name}', which table "
        f"'{contract.name}' requires."
        for name in [*required_columns(contract), ROW_NUMBER]
        if name not in kinds and not (name == "currency" and source.currency)
    ]
    faults += [
        f"{where}: the mapping gives a column '{name}', which table "
        f"'{contract.name}' does not have{suggest(name, contract.column_names)}."
        for name in kinds
        if name not in (*contract.column_names, ROW_NUMBER)
    ]
    if faults:
        raise ContentError(
            join_faults(faults),
            hint="Name every column as queries/tables declares it, and pass "
            f"'{ROW_NUMBER}' through.",
        )
    kinds = {name: kind for name, kind in kinds.items() if name != ROW_NUMBER}
    return Rows(MAPPED_VIEW, kinds, is_numbered=True)
