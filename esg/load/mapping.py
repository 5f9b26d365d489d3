"""Turning a source's columns into a contract's columns, by its mapping or by name."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from esg.engine.duck import EngineFault, fault_words, one_select, quote_name
from esg.errors import ContentError, DataError, join_faults
from esg.load.guarding import masked
from esg.load.readers.part import PLACE
from esg.load.rules import required_columns
from esg.load.stage import ROW_NUMBER, Rows
from esg.spec.fields import nearest, suggest

if TYPE_CHECKING:
    from collections.abc import Container

    from esg.engine.duck import Connection
    from esg.load.readers.part import Part
    from esg.spec.source import Source
    from esg.spec.table import TableContract

MAPPED_VIEW = "mapped"

_HINT = (
    "It is one select from 'source', whose columns are the file's, and from the other "
    "inputs by their names."
)
_WHOLE = ("BIGINT", "INTEGER", "HUGEINT", "UBIGINT", "UINTEGER", "SMALLINT", "TINYINT")
_LIKE_A_NAME = re.compile(r"[a-z][a-z_]*", re.IGNORECASE)
_QUOTED = re.compile(r'column "([^"]+)" not found')
_TABLE = re.compile(r"Table with name (\S+) does not exist")
_FILES = ("glob", "parquet_scan", "sniff_csv", "sqlite_scan", "postgres_scan")
_CHANGING = (
    "random", "rand", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "now",
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    "current_localtime", "current_localtimestamp", "today", "get_current_timestamp",
    "transaction_timestamp", "nextval",
)  # fmt: skip
"""Functions whose value is another one each time."""


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
        raise _absent(connection, part, contract, source, absent)
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


def _absent(
    connection: Connection,
    part: Part,
    contract: TableContract,
    source: Source,
    absent: list[str],
) -> DataError:
    """Return what to say of required columns that a part has not."""
    place = part.head
    hint = (
        "Rename the column in the file, or write a mapping "
        f"sources/{source.name}.sql that selects it under that name."
    )
    wanted = {name.lower() for name in contract.column_names}
    if not any(
        name.lower() in wanted
        or (len(part.columns) > 1 and get_close_matches(name, contract.column_names))
        for name in part.columns
    ):
        # What stands there may be a row, and its values somebody's: none is shown
        # that is longer or other than a column's name.
        shown = [name for name in part.columns if _LIKE_A_NAME.fullmatch(name)]
        listed = f" ({', '.join(shown)})" if len(shown) == len(part.columns) else ""
        many = "1 name" if len(part.columns) == 1 else f"{len(part.columns)} names"
        needs = ", ".join(f"'{name}'" for name in absent)
        return DataError(
            f"{place}: of {many}{listed} none is a column of table "
            f"'{contract.name}', which requires {needs}.",
            hint="If this is no header but a row or a title, write a first line of "
            "names; check the delimiter; or write a mapping "
            f"sources/{source.name}.sql.",
        )
    found = ", ".join(masked(connection, part.columns))
    faults = [
        f"{place}: the required column '{name}' of table "
        f"'{contract.name}' is missing{nearest(name, part.columns)}; "
        f"the file has {found}."
        for name in absent
    ]
    return DataError(join_faults(faults), hint=hint)


def _reach(mapping_sql: str) -> str | None:
    """Return what a mapping reaches for that its inputs do not hold; null for nothing.

    A file read behind our back would be no part of what identifies the content, and a
    value that differs from load to load would make corrections of rows that did not
    change.
    """
    try:
        tree = sqlglot.parse_one(mapping_sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        # The engine has parsed it: this dialect lags behind.
        return None
    for call in tree.find_all(exp.Func):
        name = (
            call.name if isinstance(call, exp.Anonymous) else call.sql_name()
        ).lower()
        if name.startswith("read_") or name in _FILES:
            return "reads a file itself; declare it under inputs in esg.toml"
        if name in _CHANGING:
            shown = call.sql(dialect="duckdb").lower()
            return f"uses {shown}, which differs from load to load"
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and "." in table.name:
            return f"reads the file '{table.name}'; declare it under inputs in esg.toml"
    return None


def _twice(name: str, names: Container[str]) -> str | None:
    """Return the column that the engine renamed, as 'product_1', for it stood twice."""
    found = re.fullmatch(r"(.+)_\d+", name)
    return found[1] if found and found[1] in names else None


def _near(connection: Connection, error: EngineFault, source: Source) -> str:
    """Return '; did you mean …' for a column or table that a mapping mistypes."""
    words = _QUOTED.search(str(error)) or _TABLE.search(str(error))
    if words is None:
        return ""
    names = [item.name for item in source.inputs]
    if _TABLE.search(str(error)):
        return nearest(words[1], tuple(names))
    known = [
        name for view in names for name, _ in _described(connection, quote_name(view))
    ]
    return nearest(words[1], tuple(known))


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
        query = one_select(connection, mapping_sql)
    except ValueError as error:
        raise ContentError(f"{where}: the mapping {error}.", hint=_HINT) from error
    if wrong := _reach(query):
        raise ContentError(f"{where}: the mapping {wrong}.", hint=_HINT)
    try:
        # A comment at the end must not swallow what follows.
        connection.execute(
            f"create or replace temp view {MAPPED_VIEW} as "  # noqa: S608
            f"select * from (\n{query}\n)"
        )
        kinds = dict(_described(connection, MAPPED_VIEW))
    except EngineFault as error:
        near = _near(connection, error, source)
        raise ContentError(
            f"{where}: the mapping does not run: {fault_words(error)}{near}.",
            hint=_HINT,
        ) from error
    faults = [
        f"{where}: the mapping gives no column '{name}', which table "
        f"'{contract.name}' requires."
        for name in [*required_columns(contract), ROW_NUMBER]
        if name not in kinds and not (name == "currency" and source.currency)
    ]
    faults += [
        f"{where}: the mapping gives the column '{_twice(name, kinds)}' twice."
        if _twice(name, kinds)
        else f"{where}: the mapping gives a column '{name}', which table "
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
    if kinds[ROW_NUMBER] not in _WHOLE:
        raise ContentError(
            f"{where}: the mapping gives '{ROW_NUMBER}' as {kinds[ROW_NUMBER]}, which "
            "is no row's number.",
            hint=f"Pass '{ROW_NUMBER}' through as it is.",
        )
    kinds = {name: kind for name, kind in kinds.items() if name != ROW_NUMBER}
    return Rows(MAPPED_VIEW, kinds, is_numbered=True)
