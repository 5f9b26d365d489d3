"""Whether a source has news: what decides its rows, and what came of it before."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from esg.engine.duck import fetch_row

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.source import Source
    from esg.spec.table import TableContract

_READS = (
    "select fingerprint, sha256, load_no, rows_read, rows_stored, rows_duplicate, "
    "rows_quarantined from load where source = ?"
)


def fingerprint_of(project: Project, source: Source, content: str, key: bytes) -> str:
    """Return a hash of everything that decides what a source's rows become."""
    how = [
        (i.name, i.format, i.delimiter, i.quote, i.encoding, i.sheet, i.header_row)
        for i in source.inputs
    ]
    parts = [
        content,
        project.mapping(source.name) or "",
        repr(project.tables[source.table]),
        repr(how),
        repr((source.mode, source.missing, source.currency, source.codes)),
        repr((source.time_zone, project.settings.time_zone)),
        # The key changes every id; its own hash says whether it changed, no more.
        sha256(b"esg fingerprint" + key).hexdigest(),
    ]
    return sha256("\0".join(parts).encode()).hexdigest()


def last_read(connection: Connection, source: Source) -> tuple[Any, ...] | None:
    """Return the source's last load that was no retry, as ``_READS`` gives it."""
    return fetch_row(
        connection,
        f"{_READS} and kind <> 'retry' order by load_no desc limit 1",
        [source.name],
    )


def no_news(
    connection: Connection,
    source: Source,
    contract: TableContract,
    fingerprint: str,
    before: tuple[Any, ...] | None,
) -> tuple[Any, ...] | None:
    """Return the load that brought this content where it would bring nothing new.

    An older snapshot is a state to go back to. An older increment is not: it would
    take the place of corrections that came after it.
    """
    if before and before[0] == fingerprint:
        return None if _parents_moved(connection, source, contract) else before
    # What a database answers now is no older increment, whatever it answered before.
    if source.mode == "snapshot" or source.main.since:
        return None
    return fetch_row(
        connection,
        f"{_READS} and fingerprint = ? and load_no > coalesce((select max(load_no) "  # noqa: S608
        "from load where source = ? and kind = 'undo'), 0) "
        "order by load_no desc limit 1",
        [source.name, fingerprint, source.name],
    )


def _parents_moved(
    connection: Connection, source: Source, contract: TableContract
) -> bool:
    """Return whether a table looked at changed after this source was last read.

    A row that dangled may find its parent now, and one that did not may dangle; a key
    that another source had may be free.
    """
    row = fetch_row(
        connection,
        "select exists (select 1 from load where load_no > (select max(load_no) "
        "from load where source = $source and kind <> 'retry') "
        "and (rows_added + rows_superseded > 0 and list_contains($parents, table_name) "
        "or rows_superseded > 0 and table_name = $table and source <> $source "
        "and exists (select 1 from current_quarantine where source = $source "
        "and rule = 'key_of_other_source')))",
        {
            "source": source.name,
            "table": contract.name,
            "parents": list(contract.looks_at),
        },
    )
    return bool(row and row[0])
