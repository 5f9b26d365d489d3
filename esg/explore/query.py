"""One read-only query over the current rows, the marts and the dated rules.

Nothing a query does can reach the warehouse: the file is attached read-only, access to
any other file is switched off, and the switches are locked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from polars.exceptions import ComputeError

from esg.engine.duck import EngineFault, fetch, is_damage, quote_name, statements
from esg.errors import ContentError
from esg.indicators.bind import marts_in_order
from esg.indicators.stage import Tables, first_line, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from esg.engine.duck import Connection
    from esg.indicators.stage import ComputedTable
    from esg.spec.project import Project


_READING = ("SELECT", "EXPLAIN")
"""Kinds of statement that only read; 'describe' and 'summarize' are selects too."""


def lock_down(connection: Connection) -> None:
    """Switch off every way out of a connection, for good."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def offer_marts(
    connection: Connection,
    project: Project,
    computed: Mapping[str, ComputedTable],
    query: str,
) -> None:
    """Create every mart as a view, so that asking for one costs only that one.

    Args:
        connection: A staged reader.
        project: The workspace's declarations.
        computed: Tables made outside SQL; filled when the query's text names them, or a
            mart that reads them.
        query: What will be asked.
    """
    words = set(re.findall(r"\w+", query.lower()))
    named = words & {*project.marts, *computed}
    tables = Tables(connection, project.marts, computed)
    tables.make(name for name in tables.lacking(named) if name in computed)
    for mart in marts_in_order(project.marts, project.marts):
        if mart.name in tables.standing:
            continue
        try:
            connection.execute(f"create view {quote_name(mart.name)} as {mart.sql}")
        except EngineFault as error:
            refuse(mart.where, error)


def ask(connection: Connection, sql: str) -> pl.DataFrame:
    """Return the rows of one query.

    Args:
        connection: A connection that ``lock_down`` has seen.
        sql: One statement that returns rows.

    Raises:
        ContentError: The query is wrong, writes, or is not one statement.
    """
    text = sql.strip().rstrip(";").strip()
    if not text:
        raise ContentError(
            "The query is empty.", hint='Write it as: esg sql "select * from loan"'
        )
    try:
        kinds = [statement.type.name for statement in statements(connection, text)]
        if len(kinds) != 1 or kinds[0] not in _READING:
            what = f"{len(kinds)} statements" if len(kinds) != 1 else kinds[0]
            raise ContentError(
                f"The query is {what}, not one select; nothing was run.",
                hint="Write one select; data come in with 'esg load'.",
            )
        return fetch(connection, text)
    except ComputeError as error:
        raise ContentError(
            "The query returns a column of a type that no table holds, as an interval.",
            hint="Cast it: cast(x as varchar).",
        ) from error
    except EngineFault as error:
        if is_damage(error):
            raise
        raise ContentError(
            f"The query does not run: {first_line(error)}",
            hint="'esg list tables' shows the tables and columns; a query only reads.",
        ) from error
