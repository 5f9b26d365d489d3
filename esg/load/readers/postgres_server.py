"""Reading PostgreSQL through its ADBC driver, in Arrow batches."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa

from esg.engine.duck import put_arrow, quote_name, quote_text
from esg.errors import DataError
from esg.load.readers.csv_file import refuse_twice
from esg.load.readers.database import holds_bytes, no_since, no_table, wrong_query
from esg.load.readers.exact import digits
from esg.load.readers.part import Part
from esg.load.readers.server import unreachable, wrong_address

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.source import Input

_WAIT = 15
"""Seconds in which a server has to answer at all."""

_BEGIN = (
    "set transaction isolation level repeatable read, read only",
    # Moments come with their offset, days in the one order that has no second reading.
    "set local time zone 'UTC'",
    "set local datestyle = 'ISO'",
    "set local standard_conforming_strings = on",
    "set local extra_float_digits = 1",
)
_SAYS = {
    "could not translate host name": "its host is not known",
    "connection refused": "nothing listens at this address",
    "timeout expired": f"it did not answer within {_WAIT} seconds",
    "authentication failed": "user or password is wrong",
    "no password supplied": "the address holds no password",
    "no pg_hba.conf entry": "it does not let this user in from here",
    "does not exist": "there is no such database or user",
    "permission denied for database": "this user may not use the database",
    "too many": "it has no connection left",
    "starting up": "it is starting",
    "shutting down": "it is shutting down",
    "ssl": "no encrypted connection could be made",
}
"""Words of the driver library, which may name hosts and users, and ours."""

_NO_ADDRESS = (
    'missing "="',
    "invalid connection option",
    "invalid uri",
    "invalid percent",
    "invalid integer",
    "invalid port",
    "unexpected character",
    "end of string reached",
    "extra key/value",
    "missing key/value",
)
_DENIED = "42501"
_NO_TABLE = "42P01"


def read(
    connection: Connection,
    item: Input,
    source: str,
    address: str,
    after: str | None,
    place: str,
    kept: str,
) -> Part:
    """Return the rows as a temporary table; see ``server.open_part``.

    Args:
        connection: Gets the table.
        item: What to read.
        source: The source's name, for hints.
        address: Of the server, with user and password.
        after: The first value of ``since`` that is wanted; null for all rows.
        place: How messages call what is read.
        kept: The quoted name of the table.
    """
    with _connect(item, address) as server, closing(server.cursor()) as cursor:
        try:
            for statement in _BEGIN:
                cursor.execute(statement)
            return _copy(connection, cursor, item, source, after, place, kept)
        # Of a stream that breaks off in the middle, Arrow tells.
        except (driver.Error, pa.ArrowException, OSError) as error:
            state, text = getattr(error, "sqlstate", None), str(error)
        # Outside of the except clause, so that the driver's words are no part of it.
        raise _fault(server, item, source, place, state, text)


def _connect(item: Input, address: str) -> Any:
    if "connect_timeout" not in address:
        if "://" in address:
            address += f"{'&' if '?' in address else '?'}connect_timeout={_WAIT}"
        else:
            address = f"connect_timeout={_WAIT} {address}"
    try:
        return driver.connect(address)
    except driver.Error as error:
        text = str(error).lower()
    said = next((ours for theirs, ours in _SAYS.items() if theirs in text), None)
    if said is None and any(words in text for words in _NO_ADDRESS):
        raise wrong_address(item)
    raise unreachable(item, said or "it does not answer")


def _rows(item: Input) -> str:
    if item.table is None:
        return f"({item.query})"
    return ".".join(quote_name(name) for name in item.table.split("."))


def _copy(
    connection: Connection,
    cursor: Any,
    item: Input,
    source: str,
    after: str | None,
    place: str,
    kept: str,
) -> Part:
    cursor.execute(f"select * from {_rows(item)} as rows limit 0")  # noqa: S608
    with closing(cursor.fetch_record_batch()) as empty:
        fields = list(empty.schema)
    columns = tuple(field.name for field in fields)
    refuse_twice(place, list(columns))
    kinds = {f.name: (f.metadata or {}).get(b"POSTGRESQL:type", b"") for f in fields}
    for name, kind in kinds.items():
        if kind == b"bytea":
            raise holds_bytes(place, name, source)
    rows = f"{_rows(item)} as rows"
    if item.since is not None:
        if item.since not in columns:
            raise no_since(place, item, columns, source)
        since = quote_name(item.since)
        if after is not None:
            rows += f" where {since} >= {quote_text(after)} or {since} is null"
    wanted = ", ".join(_cast(name, kind) for name, kind in kinds.items())
    texts = ", ".join(
        f"{digits(quote_name(name)) if kind == b'float8' else quote_name(name)} "
        f"as {quote_name(name)}"
        for name, kind in kinds.items()
    )
    cursor.execute(f"select {wanted} from {rows}")  # noqa: S608
    with closing(cursor.fetch_record_batch()) as batches:
        put_arrow(connection, kept, batches.schema.empty_table(), texts)
        for batch in batches:
            put_arrow(connection, kept, pa.Table.from_batches([batch]), texts)
    newest = None
    if item.since is not None:
        cursor.execute(f"select max({since})::text from {rows}")  # noqa: S608
        (newest,) = cursor.fetchone()
    return Part(place, kept, columns, is_text=True, watermark=newest)


def _cast(name: str, kind: bytes) -> str:
    """Return SQL for a column as the text that says exactly what it holds.

    The driver hands out money as a whole number of cents, and days that never end as
    days before Christ.
    """
    column = quote_name(name)
    if kind == b"float8":
        return column
    exact = f"{column}::numeric" if kind == b"money" else column
    return f"{exact}::text as {column}"


def _fault(
    server: Any, item: Input, source: str, place: str, state: str | None, text: str
) -> Exception:
    """Return what to say of a server's error, whose words may hold values."""
    if state == _DENIED:
        return DataError(
            f"{place}: this user may not read it.",
            hint="Have SELECT granted on what the source reads.",
        )
    if state == _NO_TABLE and item.table is not None:
        return no_table(f"${item.url_env}", item, _tables(server), source)
    # Syntax and names, class 42, are the declaration's and hold no values.
    if state and state.startswith("42"):
        reason = (
            text.rsplit("ERROR:", maxsplit=1)[-1].splitlines()[0].strip().rstrip(".")
        )
        return wrong_query(source, "query" if item.table is None else "from", reason)
    return DataError(
        f"{place}: the server broke off, with SQLSTATE {state or 'unknown'}.",
        hint="Run the select on the server itself, and look.",
    )


def _tables(server: Any) -> list[str]:
    # After an error a transaction answers nothing more.
    server.rollback()
    with closing(server.cursor()) as cursor:
        cursor.execute(
            "select case when pg_table_is_visible(c.oid) then relname "
            "else nspname || '.' || relname end from pg_class as c "
            "join pg_namespace as n on n.oid = relnamespace "
            "where relkind in ('r', 'v', 'm', 'p', 'f') "
            "and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"
        )
        return [name for (name,) in cursor.fetchall()]
