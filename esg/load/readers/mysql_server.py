"""Reading MySQL and MariaDB through PyMySQL, row after row, in batches."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pymysql
from pymysql.constants import ER, FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from esg.errors import DataError
from esg.load.readers.csv_file import refuse_twice
from esg.load.readers.database import holds_bytes, no_since, no_table, wrong_query
from esg.load.readers.exact import put_rows
from esg.load.readers.part import Part
from esg.load.readers.server import unreachable, wrong_address

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.source import Input

_WAIT = 15
"""Seconds in which a server has to answer at all."""
_BATCH = 50_000
"""Rows that are held in memory at once."""

_AS_TEXT = {
    **encoders,
    FIELD_TYPE.DOUBLE: float,
    # The session's zone is UTC, and only this type means a moment.
    FIELD_TYPE.TIMESTAMP: "{}Z".format,
}
"""How values come: as the server writes them, so DECIMAL keeps every digit."""

_NUMBERS = (
    FIELD_TYPE.TINY,
    FIELD_TYPE.SHORT,
    FIELD_TYPE.INT24,
    FIELD_TYPE.LONG,
    FIELD_TYPE.LONGLONG,
    FIELD_TYPE.DECIMAL,
    FIELD_TYPE.NEWDECIMAL,
)
_BEGIN = (
    "set time_zone = '+00:00'",
    "set transaction isolation level repeatable read",
    "start transaction with consistent snapshot, read only",
)
_SCHEMES = ("mysql", "mariadb", "mysql+pymysql")
_OPTIONS = ("ssl_ca", "ssl_cert", "ssl_key", "unix_socket", "charset")
_DENIED = (ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR)
_SAYS = {
    ER.ACCESS_DENIED_ERROR: "user or password is wrong",
    ER.DBACCESS_DENIED_ERROR: "there is no such database, or it is not this user's",
    ER.BAD_DB_ERROR: "there is no such database",
    1698: "user or password is wrong",
}


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
    with closing(_connect(item, address)) as server:
        try:
            with closing(server.cursor()) as cursor:
                for statement in _BEGIN:
                    cursor.execute(statement)
                return _copy(connection, cursor, item, source, after, place, kept)
        except pymysql.Error as error:
            number, text = (*error.args, "", "")[:2]
        # Outside of the except clause, so that the driver's words are no part of it.
        raise _fault(server, item, source, place, number, str(text))


def _connect(item: Input, address: str) -> Any:
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port or 3306
    except ValueError:
        port = 0
    is_known = set(options) <= set(_OPTIONS) and parts.path.strip("/")
    if parts.scheme not in _SCHEMES or not port or not is_known:
        raise wrong_address(item)
    try:
        return pymysql.connect(
            host=parts.hostname or "localhost",
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=unquote(parts.path.strip("/")),
            conv=_AS_TEXT,
            cursorclass=SSCursor,
            connect_timeout=_WAIT,
            **{"charset": "utf8mb4", **options},
        )
    except pymysql.Error as error:
        number = error.args[0] if error.args else None
    except (OSError, RuntimeError, ValueError, LookupError):
        number = None
    raise unreachable(item, _SAYS.get(number, "nothing answers at this address"))


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _rows(item: Input) -> str:
    if item.table is None:
        return f"({item.query}) as source_rows"
    return ".".join(_name(name) for name in item.table.split("."))


def _copy(
    connection: Connection,
    cursor: Any,
    item: Input,
    source: str,
    after: str | None,
    place: str,
    kept: str,
) -> Part:
    rows = _rows(item)
    cursor.execute(f"select * from {rows} limit 0")  # noqa: S608
    kinds = {name: kind for name, kind, *_ in cursor.description}
    columns = tuple(column[0] for column in cursor.description)
    cursor.fetchall()
    refuse_twice(place, list(columns))
    if item.since is not None:
        if item.since not in columns:
            raise no_since(place, item, columns, source)
        since = _name(item.since)
        if after is not None:
            first = _literal(cursor, after, kinds[item.since])
            rows += f" where {since} >= {first} or {since} is null"
    cursor.execute(f"select * from {rows}")  # noqa: S608
    put_rows(connection, kept, columns, ())
    while batch := cursor.fetchmany(_BATCH):
        name = put_rows(connection, kept, columns, batch)
        if name is not None:
            raise holds_bytes(place, name, source)
    newest = None
    if item.since is not None:
        cursor.execute(f"select cast(max({since}) as char) from {rows}")  # noqa: S608
        ((newest,),) = cursor.fetchall()
    return Part(place, kept, columns, is_text=True, watermark=newest)


def _literal(cursor: Any, after: str, kind: int) -> str:
    # Compared with a text, the server takes whole numbers for fractions and loses
    # their last digits.
    if kind in _NUMBERS and re.fullmatch(r"-?\d+(\.\d+)?", after):
        return after
    quoted: str = cursor.connection.escape(after)
    return quoted


def _fault(
    server: Any, item: Input, source: str, place: str, number: object, text: str
) -> Exception:
    """Return what to say of a server's error, whose words may hold values."""
    if number in _DENIED:
        return DataError(
            f"{place}: this user may not read it.",
            hint="Have SELECT granted on what the source reads.",
        )
    if number in (ER.NO_SUCH_TABLE, ER.BAD_TABLE_ERROR) and item.table is not None:
        with closing(server.cursor()) as cursor:
            cursor.execute(
                "select table_name from information_schema.tables "
                "where table_schema = database()"
            )
            names = [name for (name,) in cursor.fetchall()]
        return no_table(f"${item.url_env}", item, names, source)
    if number in (ER.PARSE_ERROR, ER.BAD_FIELD_ERROR, ER.NO_SUCH_TABLE):
        key = "query" if item.table is None else "from"
        return wrong_query(source, key, text.splitlines()[0].rstrip("."))
    return DataError(
        f"{place}: the server broke off with error {number}.",
        hint="Run the select on the server itself, and look.",
    )
