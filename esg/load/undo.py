"""Undoing a source: its rows withdrawn, or brought back as they stood after a load.

An undo is a load like any other: rows are superseded and added, never deleted, so that
what was known before stays known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import fetch_row, quote_name, quote_text
from esg.engine.warehouse import stored_columns
from esg.errors import ContentError, DataError, UsageError
from esg.load.history import (
    Loaded,
    Occasion,
    last_watermark,
    next_load_no,
    record,
)
from esg.load.ids import read_key
from esg.load.judge import Counts
from esg.load.run import SourceLoad, prepare
from esg.load.stage import STAGE, create_stage, widen
from esg.load.store import replacing, resolve, store
from esg.spec.fields import suggest

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.table import TableContract


def undo(
    project: Project, name: str, *, to: int | None, occasion: Occasion, wait: bool
) -> SourceLoad:
    """Withdraw all rows of a source, or go back to how it stood after a load.

    Args:
        project: The workspace's declarations.
        name: The source.
        to: The load to go back to; null withdraws everything.
        occasion: For the history of loads.
        wait: Whether to wait for another load to end.

    Raises:
        UsageError: The source was never loaded, or it has no such load.
        ContentError: Its table is not declared any more.
        DataError: Another source has brought rows under the same keys since.
    """
    with replacing(project.workspace, wait=wait) as copy:
        connection = copy.connection
        prepare(copy, project, read_key(project.settings.ids))
        # Whoever withdraws a source may have taken it out of esg.toml before.
        table = _table_of(connection, project, name, to)
        contract = project.tables[table]
        load_no = next_load_no(connection)
        create_stage(connection, contract)
        _stage_as_known(connection, contract, name, to or 0, load_no)
        _refuse_taken_keys(connection, contract, name)
        stored = fetch_row(connection, f"select count(*) from {STAGE}")  # noqa: S608
        rows = int(stored[0]) if stored else 0
        moved = store(connection, contract, name, load_no, keep_others=False)
        place = "withdrawn" if to is None else f"as after load {to}"
        counts = Counts(rows, rows, 0, 0)
        watermark = last_watermark(connection, name, to or 0)
        record(
            connection,
            Loaded(load_no, name, table, "undo", place, "", "", watermark),
            occasion,
            counts,
            moved,
        )
        _bring_findings_back(connection, name, to or 0, load_no)
        return SourceLoad(name, table, place, False, counts, *moved, (), load_no)


def _table_of(
    connection: Connection, project: Project, name: str, to: int | None
) -> str:
    """Return the core table of a source that was loaded, and has the load ``to``."""
    rows = connection.execute(
        "select load_no, table_name from load where source = ? order by load_no",
        [name],
    ).fetchall()
    known = [row[0] for row in rows]
    if not known:
        declared = tuple(source.name for source in project.settings.sources)
        near = "" if name in declared else suggest(name, declared)
        raise UsageError(
            f"The source '{name}' was never loaded{near}, so nothing is undone.",
            hint="Run 'esg loads' to see what was.",
        )
    if to is not None and to not in known:
        listed = ", ".join(str(number) for number in known)
        raise UsageError(
            f"Load {to} is none of source '{name}'; its loads are {listed}.",
            hint="Run 'esg loads' to see them.",
        )
    table = str(rows[-1][1])
    if table not in project.tables:
        raise ContentError(
            f"The table '{table}', which source '{name}' filled, has no contract.",
            hint=f"Bring queries/tables/{table}.yaml back.",
        )
    return table


def _refuse_taken_keys(
    connection: Connection, contract: TableContract, source: str
) -> None:
    """Refuse rows whose keys other sources hold by now: a key has one row."""
    same = " and ".join(
        f"old.{quote_name(key)} = new.{quote_name(key)}" for key in contract.key
    )
    taken = connection.execute(
        "select load.source, count(*) "  # noqa: S608
        f"from {STAGE} as new join {quote_name(contract.name + '_history')} as old "
        f"on {same} join load on old.loaded_in = load.load_no "
        "where old.superseded_in is null and load.source <> ? "
        "group by all order by all",
        [source],
    ).fetchall()
    if taken:
        listed = ", ".join(f"{rows:,} of source '{other}'" for other, rows in taken)
        raise DataError(
            f"Rows that would come back have keys that others hold by now: {listed}.",
            hint=f"Undo that source first: esg loads undo {taken[0][0]}",
        )


def _stage_as_known(
    connection: Connection,
    contract: TableContract,
    source: str,
    to: int,
    load_no: int,
) -> None:
    given = stored_columns(connection, contract)
    widen(connection, contract, given)
    names = ", ".join(quote_name(name) for name in given)
    connection.execute(
        f"insert into {STAGE} ({names}, loaded_in) select {names}, {load_no} "  # noqa: S608
        f"from {quote_name(contract.name + '_history')} "
        f"where loaded_in <= {to} and (superseded_in is null or superseded_in > {to}) "
        "and loaded_in in (select load_no from load "
        f"where source = {quote_text(source)})"
    )


def _bring_findings_back(
    connection: Connection, source: str, to: int, load_no: int
) -> None:
    resolve(connection, source, load_no, "true")
    connection.execute(
        "insert into finding select * replace "  # noqa: S608
        f"({load_no} as load_no, null as resolved_in) from finding "
        f"where source = {quote_text(source)} and load_no <= {to} "
        f"and (resolved_in is null or resolved_in > {to})"
    )
