"""Turning a source's columns into a contract's columns, by its mapping or by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, quote_name
from esg.errors import ContentError, DataError, join_faults
from esg.load.read import ROW_NUMBER, SOURCE_VIEW
from esg.spec.fields import nearest, suggest

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.load.read import Reading
    from esg.spec.table import TableContract

MAPPED_VIEW = "mapped"


@dataclass(frozen=True)
class Mapping:
    """The view ``mapped``: contract columns under their names, and ``source_row``."""

    types: dict[str, str]
    """SQL type of each contract column that is there."""
    ignored: tuple[str, ...]
    """Columns of the file that the contract does not know."""


def map_source(
    connection: Connection,
    reading: Reading,
    contract: TableContract,
    mapping_sql: str | None,
    source: str,
) -> Mapping:
    """Create the view ``mapped`` over the view ``source``.

    Raises:
        ContentError: The mapping does not run or gives wrong columns.
        DataError: Without a mapping, the file lacks a required column.
    """
    if mapping_sql is None:
        _map_by_name(connection, reading, contract)
    else:
        _map_by_query(connection, contract, mapping_sql, source)
    types = {name: kind for name, kind in _described(connection) if name != ROW_NUMBER}
    ignored = (
        tuple(name for name in reading.columns if name not in contract.column_names)
        if mapping_sql is None
        else ()
    )
    return Mapping(types, ignored)


def _map_by_name(
    connection: Connection, reading: Reading, contract: TableContract
) -> None:
    required = required_columns(contract)
    absent = [name for name in required if name not in reading.columns]
    if absent:
        found = ", ".join(reading.columns)
        faults = [
            f"{reading.path.name}, line 1: the required column '{name}' of table "
            f"'{contract.name}' is missing{nearest(name, reading.columns)}; "
            f"the file has {found}."
            for name in absent
        ]
        raise DataError(
            join_faults(faults),
            hint="Rename the column in the file, or write a mapping "
            "sources/NAME.sql that selects it under that name.",
        )
    present = [name for name in contract.column_names if name in reading.columns]
    columns = ", ".join(quote_name(name) for name in present)
    connection.execute(
        f"create or replace temp view {MAPPED_VIEW} as "  # noqa: S608
        f"select {columns}, {ROW_NUMBER} from {SOURCE_VIEW}"
    )


def _described(connection: Connection) -> list[tuple[str, str]]:
    """Return name and type of each column of the view ``mapped``.

    DuckDB 2.0 describes a column that a view renames by case alone under its old name,
    so names are compared in lower case.
    """
    rows = connection.execute(f"describe {MAPPED_VIEW}").fetchall()
    return [(row[0].lower(), row[1]) for row in rows]


def required_columns(contract: TableContract) -> list[str]:
    """Return the columns a row cannot do without: required ones and the key."""
    return [
        column.name
        for column in contract.columns
        if column.required or column.name in contract.key
    ]


def _map_by_query(
    connection: Connection, contract: TableContract, mapping_sql: str, source: str
) -> None:
    where = f"sources/{source}.sql"
    try:
        connection.execute(
            f"create or replace temp view {MAPPED_VIEW} as "
            f"{mapping_sql.strip().rstrip(';')}"
        )
        given = [name for name, _ in _described(connection)]
    except EngineFault as error:
        reason = str(error).splitlines()[0]
        raise ContentError(
            f"{where}: the mapping does not run: {reason}",
            hint="It is one select from 'source', whose columns are the file's.",
        ) from error
    faults = [
        f"{where}: the mapping gives no column '{name}', which table "
        f"'{contract.name}' requires."
        for name in [*required_columns(contract), ROW_NUMBER]
        if name not in given
    ]
    faults += [
        f"{where}: the mapping gives a column '{name}', which table "
        f"'{contract.name}' does not have{suggest(name, contract.column_names)}."
        for name in given
        if name not in (*contract.column_names, ROW_NUMBER)
    ]
    if faults:
        raise ContentError(
            join_faults(faults),
            hint="Name every column as queries/tables declares it, and pass "
            f"'{ROW_NUMBER}' through.",
        )
