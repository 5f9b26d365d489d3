"""Reading a table or a query of a DuckDB or SQLite file, without changing the file.

The rows are copied into a temporary table: so a program that writes to the file is held
up for the copying only, and what was hashed is what is loaded.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from esg.engine.duck import (
    EngineFault,
    fetch_row,
    is_disk_fault,
    quote_name,
    quote_text,
)
from esg.errors import ContentError, DataError, MachineError
from esg.load.readers.csv_file import refuse_twice
from esg.load.readers.exact import put_rows
from esg.load.readers.part import Part
from esg.spec.fields import there_are

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.source import Input

_SQLITE = b"SQLite format 3\0"
_DUCKDB = b"DUCK"

_BATCH = 50_000
"""Rows that are held in memory at once."""

_MAY = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)


def open_part(
    connection: Connection, path: Path, item: Input, source: str, after: str | None
) -> Part:
    """Return the rows of a table or query of a database file as a temporary table.

    Args:
        connection: Gets the table.
        path: The file.
        item: Its format, and the table or the query; a ``since`` column.
        source: The source's name, for hints.
        after: Only rows from this value of the ``since`` column on, and those without
            one, are fetched; null for all rows. Rows at the value itself come again:
            more may have been written in the same moment, and the same row again
            changes nothing.

    Raises:
        ContentError: The query does not run, or there is no ``since`` column.
        DataError: The file is none of this kind, or has no such table.
        MachineError: Another program holds the file.
    """
    _refuse_other_kind(path, item)
    kept = quote_name(f"rows {item.name}")
    connection.execute(f"drop table if exists {kept}")
    if item.format == "sqlite":
        return _open_sqlite(connection, path, item, source, after, kept)
    return _open_duckdb(connection, path, item, source, after, kept)


def _refuse_other_kind(path: Path, item: Input) -> None:
    with path.open("rb") as file:
        start = file.read(len(_SQLITE))
    if not start:
        raise DataError(
            f"{path.name}: the file is empty.", hint="Write the file again."
        )
    found = "sqlite" if start == _SQLITE else "duckdb" if start[8:12] == _DUCKDB else ""
    if found != item.format:
        name = {"sqlite": "SQLite", "duckdb": "DuckDB"}[item.format]
        raise DataError(
            f"{path.name}: the file is no {name} database.",
            hint=f'Declare what it is, as format = "{found or "csv"}".',
        )


def part_name(place: str, item: Input) -> str:
    """Return how messages call what is read of a database."""
    what = "query" if item.table is None else f"table '{item.table}'"
    return f"{place}, {what}"


def wrong_query(source: str, key: str, reason: str) -> ContentError:
    """Return what to say of a query, or a ``since``, that a database refuses."""
    return ContentError(
        f"esg.toml: in [sources.{source}], {key} does not run: {reason}.",
        hint="It is one select that the database itself answers.",
    )


def no_table(place: str, item: Input, names: Iterable[str], source: str) -> DataError:
    """Return what to say of a table that a database does not have."""
    return DataError(
        f"{place}: there is no table '{item.table}'"
        f"{there_are(str(item.table), tuple(names))}.",
        hint=f"Mend 'from' in [sources.{source}] in esg.toml.",
    )


def no_since(
    place: str, item: Input, columns: Iterable[str], source: str
) -> ContentError:
    """Return what to say of a ``since`` column that the rows do not have."""
    return ContentError(
        f"{place}: there is no column '{item.since}'"
        f"{there_are(str(item.since), tuple(columns))}.",
        hint=f"Mend 'since' in [sources.{source}] in esg.toml.",
    )


def holds_bytes(place: str, column: str, source: str) -> DataError:
    """Return what to say of a column that holds no values but bytes."""
    return DataError(
        f"{place}, column '{column}': it holds bytes (a blob) instead of values.",
        hint="Name the other columns in a 'query', in place of 'from', in "
        f"[sources.{source}] in esg.toml.",
    )


def _held(path: Path) -> MachineError:
    return MachineError(
        f"{path.name}: another program holds the file.",
        hint="Load again when it has ended, or load a copy of the file.",
    )


def _open_duckdb(
    connection: Connection,
    path: Path,
    item: Input,
    source: str,
    after: str | None,
    kept: str,
) -> Part:
    alias = quote_name(f"file {item.name}")
    home = fetch_row(connection, "select current_catalog(), current_schema()") or ()
    try:
        connection.execute(f"attach {quote_text(str(path))} as {alias} (read_only)")
    except EngineFault as error:
        if is_disk_fault(error):
            raise
        if "could not set lock" in str(error).lower():
            raise _held(path) from error
        raise DataError(
            f"{path.name}: the file was written by another version of DuckDB than 2, "
            "or it is damaged.",
            hint="Export the table as Parquet with the program that wrote it.",
        ) from error
    try:
        # Names in a query are those of the file and not of the warehouse.
        connection.execute(f"use {alias}")
        return _copy_duckdb(connection, path, item, source, after, kept)
    finally:
        connection.execute(f"use {'.'.join(map(quote_name, home))}")
        connection.execute(f"detach {alias}")


def _copy_duckdb(
    connection: Connection,
    path: Path,
    item: Input,
    source: str,
    after: str | None,
    kept: str,
) -> Part:
    tables = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_catalog() and table_schema = 'main'"
    ).fetchall()
    known = [name for (name,) in tables]
    place = part_name(path.name, item)
    if item.table is not None and item.table.lower() not in map(str.lower, known):
        raise no_table(path.name, item, known, source)
    rows = f"({item.query})" if item.table is None else quote_name(item.table)
    try:
        described = connection.execute(f"describe select * from {rows}").fetchall()  # noqa: S608
    except EngineFault as error:
        raise wrong_query(source, "query", _first_line(error)) from error
    columns = tuple(row[0] for row in described)
    refuse_twice(place, list(columns))
    select = f"select * from {rows}"  # noqa: S608
    if item.since is not None:
        since = quote_name(item.since)
        if item.since.lower() not in map(str.lower, columns):
            raise no_since(place, item, columns, source)
        if after is not None:
            select += f" where {since} >= {quote_text(after)} or {since} is null"
    try:
        connection.execute(f"create temp table {kept} as {select}")
    except EngineFault as error:
        if is_disk_fault(error):
            raise
        raise wrong_query(source, "query", _first_line(error)) from error
    newest = None
    if item.since is not None:
        row = fetch_row(
            connection,
            f"select cast(max({since}) as varchar) from {kept}",  # noqa: S608
        )
        newest = row[0] if row else None
    return Part(place, kept, columns, is_text=False, watermark=newest)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")


def _open_sqlite(
    connection: Connection,
    path: Path,
    item: Input,
    source: str,
    after: str | None,
    kept: str,
) -> Part:
    place = part_name(path.name, item)
    try:
        with closing(
            sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
        ) as file:
            # All that follows sees the file of one moment.
            file.execute("begin")
            _refuse_absent(file, path, item, source)
            # What a query may do besides selecting, as attaching a file, it may not.
            file.set_authorizer(
                lambda action, *_: (
                    sqlite3.SQLITE_OK if action in _MAY else sqlite3.SQLITE_DENY
                )
            )
            return _copy_sqlite(connection, file, place, item, source, after, kept)
    except sqlite3.Error as error:
        raise _sqlite_fault(path, item, source, error) from error


def _refuse_absent(
    file: sqlite3.Connection, path: Path, item: Input, source: str
) -> None:
    rows = file.execute(
        "select name from sqlite_master where type in ('table', 'view')"
    ).fetchall()
    names = [name for (name,) in rows]
    if item.table is not None and item.table.lower() not in map(str.lower, names):
        raise no_table(path.name, item, names, source)


def _copy_sqlite(
    connection: Connection,
    file: sqlite3.Connection,
    place: str,
    item: Input,
    source: str,
    after: str | None,
    kept: str,
) -> Part:
    rows = f"({item.query})" if item.table is None else quote_name(item.table)
    cursor = file.execute(f"select * from {rows} limit 0")  # noqa: S608
    columns = tuple(column[0] for column in cursor.description)
    refuse_twice(place, list(columns))
    condition, values = "", {}
    if item.since is not None:
        if item.since.lower() not in map(str.lower, columns):
            raise no_since(place, item, columns, source)
        since = quote_name(item.since)
        if after is not None:
            # A number is never compared with a text as one.
            condition = (
                f" where ({since} is null or typeof({since}) = 'text' "
                f"and {since} >= :text or typeof({since}) in ('integer', 'real') "
                f"and {since} >= cast(:text as numeric))"
            )
            values = {"text": after}
    cursor = file.execute(f"select * from {rows}{condition}", values)  # noqa: S608
    put_rows(connection, kept, columns, ())
    while batch := cursor.fetchmany(_BATCH):
        name = put_rows(connection, kept, columns, batch)
        if name is not None:
            raise holds_bytes(place, name, source)
    newest = None
    if item.since is not None:
        (newest,) = file.execute(
            f"select max({since}) from {rows}{condition}",  # noqa: S608
            values,
        ).fetchone()
    return Part(
        place,
        kept,
        columns,
        is_text=True,
        watermark=None if newest is None else str(newest),
    )


def _sqlite_fault(
    path: Path, item: Input, source: str, error: sqlite3.Error
) -> Exception:
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return _held(path)
    if "not a database" in text or "malformed" in text:
        return DataError(
            f"{path.name}: the file is encrypted or damaged.",
            hint="Bring the whole file, or a copy that is not encrypted.",
        )
    if "decode" in text:
        return DataError(
            f"{part_name(path.name, item)}: a text is not UTF-8.",
            hint="Mend it in the database.",
        )
    if item.query is None:
        return DataError(
            f"{part_name(path.name, item)}: the table cannot be read: {error}.",
            hint="Open the file with SQLite's own shell and look.",
        )
    return wrong_query(source, "query", str(error))
