"""One load, whole: every source read, mapped, judged and stored, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from esg.engine.duck import fetch, fetch_row
from esg.engine.warehouse import create_core_table
from esg.errors import ContentError, DataError
from esg.load.ids import create_hash_macro, read_key
from esg.load.mapping import map_source
from esg.load.read import digest, read
from esg.load.store import replacing, store, store_quarantine
from esg.load.validate import Counts, validate
from esg.spec.fields import suggest
from esg.spec.settings import expand

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.settings import Source
    from esg.spec.table import TableContract


@dataclass(frozen=True)
class SourceLoad:
    """What became of one source."""

    source: str
    table: str
    file: str
    unchanged: bool
    """Whether the same content had been loaded before, so that nothing was done."""
    counts: Counts
    added: int
    superseded: int
    ignored: tuple[str, ...]
    """Columns of the file that the contract does not know."""


@dataclass(frozen=True)
class LoadResult:
    """What one load did."""

    sources: tuple[SourceLoad, ...]
    reasons: pl.DataFrame
    """Quarantined rows by source, table, rule, column, with the first row numbers."""


def load(
    project: Project,
    names: tuple[str, ...],
    *,
    now: datetime,
    progress: Callable[[str], None],
) -> LoadResult:
    """Load sources into the workspace's warehouse, all or nothing.

    Args:
        project: The workspace's declarations.
        names: Sources to load; all when empty.
        now: When the load was started, UTC.
        progress: Called with a source's name before it is read.

    Returns:
        What became of each source, in loading order: referenced tables first.

    Raises:
        ContentError: Configuration, contract or mapping is wrong.
        DataError: A file cannot be used, or too many of its rows are bad.
        MachineError: The machine lacks the key, the space or the rights.
    """
    sources = _in_order(project, names)
    key = read_key(project.settings.ids)
    with replacing(project.workspace) as connection:
        create_hash_macro(connection, key)
        for contract in project.tables.values():
            create_core_table(connection, contract)
        done = []
        for source in sources:
            progress(source.name)
            done.append(_load_source(connection, project, source, key, now))
        return LoadResult(tuple(done), _reasons(connection))


def _in_order(project: Project, names: tuple[str, ...]) -> list[Source]:
    declared = {source.name: source for source in project.settings.sources}
    if not declared:
        raise ContentError(
            "esg.toml declares no sources.",
            hint='Add a table as: [sources.loan] with path = "data/loan.csv".',
        )
    for name in names:
        if name not in declared:
            near = suggest(name, tuple(declared))
            raise ContentError(
                f"esg.toml declares no source '{name}'{near}.",
                hint="Run 'esg list sources' to see them.",
            )
    for source in declared.values():
        if source.table not in project.tables:
            near = suggest(source.table, tuple(project.tables))
            raise ContentError(
                f"esg.toml: source '{source.name}' names the table "
                f"'{source.table}', which has no contract{near}.",
                hint="Run 'esg list tables' to see them.",
            )
    depth = {table: _depth(project, table) for table in project.tables}
    wanted = [declared[name] for name in names] if names else list(declared.values())
    return sorted(wanted, key=lambda source: (depth[source.table], source.name))


def _depth(project: Project, table: str, path: tuple[str, ...] = ()) -> int:
    if table in path:
        raise ContentError(
            f"The tables {' → '.join((*path, table))} reference one another in a "
            "circle.",
            hint="Take one of the references out of queries/tables.",
        )
    parents = {
        column.references
        for column in project.tables[table].columns
        if column.references and column.references != table
    }
    inner = (*path, table)
    return 1 + max((_depth(project, parent, inner) for parent in parents), default=-1)


def _load_source(
    connection: Connection,
    project: Project,
    source: Source,
    key: bytes,
    now: datetime,
) -> SourceLoad:
    path = _path_of(project, source)
    content = digest(path)
    fingerprint = _fingerprint(project, source, content, key)
    contract = project.tables[source.table]
    before = fetch_row(
        connection,
        "select fingerprint, rows_read, rows_stored, rows_duplicate, rows_quarantined "
        "from latest_load where source = ?",
        [source.name],
    )
    if (
        before
        and before[0] == fingerprint
        and not _parents_moved(connection, source, contract)
    ):
        counts = Counts(*before[1:])
        return SourceLoad(source.name, source.table, path.name, True, counts, 0, 0, ())
    reading = read(connection, path, source)
    mapping = map_source(
        connection, reading, contract, project.mapping(source.name), source.name
    )
    counts = validate(connection, contract, mapping, source.name)
    _refuse_too_many_bad(connection, source, path, counts)
    row = fetch_row(connection, "select coalesce(max(load_no), 0) + 1 from load")
    load_no = int(row[0]) if row else 1
    added, superseded = store(connection, contract, source.name, load_no)
    connection.execute(
        "insert into load values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load_no, source.name, source.table, path.name, content, fingerprint, now,
            counts.read, counts.stored, counts.duplicate, counts.quarantined,
            added, superseded,
        ],
    )  # fmt: skip
    store_quarantine(connection, contract, source.name, load_no)
    return SourceLoad(
        source.name,
        source.table,
        path.name,
        False,
        counts,
        added,
        superseded,
        mapping.ignored,
    )


def _path_of(project: Project, source: Source) -> Path:
    return project.workspace / Path(expand(source.path)).expanduser()


def _fingerprint(project: Project, source: Source, content: str, key: bytes) -> str:
    """Return a hash of everything that decides what a source's rows become."""
    parts = [
        content,
        project.mapping(source.name) or "",
        repr(project.tables[source.table]),
        repr((source.delimiter, source.encoding)),
        # The key changes every id; its own hash says whether it changed, no more.
        sha256(b"esg fingerprint" + key).hexdigest(),
    ]
    return sha256("\0".join(parts).encode()).hexdigest()


def _parents_moved(
    connection: Connection, source: Source, contract: TableContract
) -> bool:
    """Return whether a referenced table changed after this source was last loaded.

    A row that dangled may find its parent now, and one that did not may dangle.
    """
    parents = [column.references for column in contract.columns if column.references]
    row = fetch_row(
        connection,
        "select exists (select 1 from load where rows_added + rows_superseded > 0 "
        "and list_contains(?, table_name) "
        "and load_no > (select max(load_no) from load where source = ?))",
        [parents, source.name],
    )
    return bool(row and row[0])


def _refuse_too_many_bad(
    connection: Connection, source: Source, path: Path, counts: Counts
) -> None:
    if counts.read == 0 or counts.quarantined <= source.max_bad_share * counts.read:
        return
    worst = connection.execute(
        "select rule, column_name, count(*), min(row_number) from bad_row "
        "group by all order by count(*) desc, rule, column_name limit 3"
    ).fetchall()
    reasons = "; ".join(
        f"{count:,} × {rule}"
        + (f" in '{column}'" if column else "")
        + f", first in row {first}"
        for rule, column, count, first in worst
    )
    share = counts.quarantined / counts.read
    raise DataError(
        f"{path.name}: {counts.quarantined:,} of {counts.read:,} rows ({share:.1%}) "
        f"are bad, more than max_bad_share = {source.max_bad_share:.0%} allows: "
        f"{reasons}.",
        hint="Mend the file or its mapping; or raise max_bad_share of "
        f"[sources.{source.name}] in esg.toml if you can answer for it.",
    )


def _reasons(connection: Connection) -> pl.DataFrame:
    return fetch(
        connection,
        'select source, table_name as "table", rule, column_name as "column", '
        "count(*) as rows, min(row_number) as first_row, "
        "any_value(seen order by row_number) as seen "
        "from current_quarantine group by all "
        "order by source, rule, column_name",
    )
