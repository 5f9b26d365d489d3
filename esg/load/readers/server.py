"""Reading a table or a query of a PostgreSQL or MySQL server.

The server's address stands in an environment variable and goes into nothing that is
kept or shown: neither do user, password and host, nor what a driver says of them. Every
value comes as text, as in a CSV, in one read-only transaction, so that what is hashed
and what counts as the newest row are of one moment.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from esg.engine.duck import quote_name
from esg.errors import ContentError, MachineError
from esg.load.readers.database import part_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esg.engine.duck import Connection
    from esg.load.readers.part import Part
    from esg.spec.source import Input

_DRIVERS = {"postgres": "adbc_driver_postgresql.dbapi", "mysql": "pymysql"}
_READERS = {"postgres": "postgres_server", "mysql": "mysql_server"}
_SAMPLES = {
    "postgres": "postgresql://USER:PASSWORD@HOST:5432/DATABASE",
    "mysql": "mysql://USER:PASSWORD@HOST:3306/DATABASE",
}


def open_part(
    connection: Connection,
    item: Input,
    source: str,
    environment: Mapping[str, str],
    after: str | None,
) -> Part:
    """Return the rows of a server's table or query as a temporary table of text.

    Args:
        connection: Gets the table.
        item: The variable with the address; the table or the query; ``since``.
        source: The source's name, for hints.
        environment: Where the variable is looked up.
        after: As for a database file: rows from this value of ``since`` on.

    Raises:
        ContentError: The variable is not set or holds no address; the query does not
            run; there is no such ``since`` column.
        DataError: There is no such table, it may not be read, or it holds bytes.
        MachineError: The driver is not installed, or the server not to be reached.
    """
    name = str(item.url_env)
    if not environment.get(name):
        raise ContentError(
            f"The environment variable {name} with the address of source '{source}' is "
            "not set.",
            hint=f"Set it, as in: export {name}={_SAMPLES[item.format]}",
        )
    try:
        import_module(_DRIVERS[item.format])
    except ImportError as error:
        raise MachineError(
            f"The driver for '{item.format}' is not installed.",
            hint=f"Run: pip install 'esg[{item.format}]'",
        ) from error
    kept = quote_name(f"rows {item.name}")
    connection.execute(f"drop table if exists {kept}")
    reader = import_module(f"esg.load.readers.{_READERS[item.format]}")
    part: Part = reader.read(
        connection,
        item,
        source,
        environment[name],
        after,
        part_name(f"${name}", item),
        kept,
    )
    return part


def wrong_address(item: Input) -> ContentError:
    """Return what to say of an address that is none; it may hold a password."""
    return ContentError(
        f"The environment variable {item.url_env} holds no address of a server.",
        hint=f"Write it as {_SAMPLES[item.format]}; signs of a password that have a "
        "meaning there, as @ and /, become %40 and %2F.",
    )


def unreachable(item: Input, reason: str) -> MachineError:
    """Return what to say of a server that lets nobody in.

    Args:
        item: The input.
        reason: One of our own words; the driver's name hosts and users.
    """
    return MachineError(
        f"The server of ${item.url_env} cannot be used: {reason}.",
        hint=f"Mend the address in {item.url_env}, or start the server.",
    )
