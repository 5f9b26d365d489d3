"""One load, whole: every source read, mapped, judged and stored, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from esg.engine.duck import fetch_few, fetch_row, quote_text
from esg.engine.warehouse import FILE_NAME, create_core_table, open_for_reading
from esg.errors import DataError
from esg.load.guard import create_guard_macros
from esg.load.guarding import guard_findings, guard_stage, masked
from esg.load.history import (
    Loaded,
    Occasion,
    last_watermark,
    next_load_no,
    record,
)
from esg.load.ids import create_hash_macro, read_key
from esg.load.inputs import Content, Job, digest, find, stage_source
from esg.load.judge import BAD, Counts, judge
from esg.load.news import fingerprint_of, last_read, no_news
from esg.load.order import in_order
from esg.load.rule_faults import refuse_broken_rules
from esg.load.store import (
    Copy,
    keep_stored_keys,
    replacing,
    resolve,
    store,
    store_findings,
    tidy,
)
from esg.spec.source import DATABASES

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.source import Source
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
    load_no: int
    """The load that brought the rows; the earlier one when unchanged."""


@dataclass(frozen=True)
class LoadResult:
    """What one load did."""

    sources: tuple[SourceLoad, ...]
    reasons: pl.DataFrame
    """Quarantined rows by source, table, rule, column, with the first row numbers."""
    warnings: pl.DataFrame
    """Stored rows that a rule warns of, likewise."""


def load(
    project: Project,
    names: tuple[str, ...],
    *,
    occasion: Occasion,
    wait: bool,
    progress: Callable[[str], None],
) -> LoadResult:
    """Load sources into the workspace's warehouse, all or nothing.

    Args:
        project: The workspace's declarations.
        names: Sources to load; all when empty.
        occasion: For the history of loads.
        wait: Whether to wait for another load to end.
        progress: Called with a source's name before it is read.

    Returns:
        What became of each source, in loading order: referenced tables first.

    Raises:
        ContentError: Configuration, contract or mapping is wrong.
        DataError: A file cannot be used, or too many of its rows are bad.
        MachineError: The machine lacks the key, the space or the rights.
    """
    sources = in_order(project, names)
    key = read_key(project.settings.ids)
    found: dict[str, tuple[Content, ...]] = {}
    same = _nothing_new(project, sources, key, found)
    if same is not None:
        tidy(project.workspace)
        return same
    with replacing(project.workspace, wait=wait) as copy:
        prepare(copy, project, key)
        if wait:
            # Files may have been written while another load was waited for.
            found.clear()
        done = []
        for source in sources:
            progress(source.name)
            contents = found.get(source.name)
            done.append(_load_source(copy, project, source, contents, key, occasion))
        # A load of nothing new leaves the very file that is there.
        copy.is_wanted = not all(each.unchanged for each in done)
        return _result(done, copy.connection)


def _nothing_new(
    project: Project,
    sources: list[Source],
    key: bytes,
    found: dict[str, tuple[Content, ...]],
) -> LoadResult | None:
    """Return what a load of unchanged files is; null when there is work to do.

    Asked before the warehouse is copied, which takes longer than reading all hashes.
    What was hashed on the way is left in ``found``, by source.
    """
    path = project.workspace / FILE_NAME
    # A database is known by its rows, which have to be fetched into the copy.
    has_database = any(i.format in DATABASES for each in sources for i in each.inputs)
    if has_database or not path.is_file():
        return None
    connection = open_for_reading(path, ())
    try:
        done = []
        for source in sources:
            contents = find(connection, project.workspace, source, after=None)
            found[source.name] = contents
            same = _unchanged(connection, project, source, contents, key)
            if same is None:
                return None
            done.append(same)
        return _result(done, connection)
    finally:
        connection.close()


def _unchanged(
    connection: Connection,
    project: Project,
    source: Source,
    contents: tuple[Content, ...],
    key: bytes,
) -> SourceLoad | None:
    """Return the load that brought the same content; null when there is none."""
    fingerprint = fingerprint_of(project, source, digest(contents), key)
    contract = project.tables[source.table]
    before = last_read(connection, source)
    known = no_news(connection, source, contract, fingerprint, before)
    if known is None:
        return None
    return _as_known(source, _place(contents), known)


def _as_known(source: Source, place: str, known: tuple[Any, ...]) -> SourceLoad:
    """Return what is told of a source that brought nothing new since a load."""
    return SourceLoad(
        source.name, source.table, place, True, Counts(*known[3:]), 0, 0, (), known[2]
    )


def _place(contents: tuple[Content, ...]) -> str:
    return ", ".join(each.place for each in contents)


def prepare(copy: Copy, project: Project, key: bytes) -> None:
    """Create what every load needs: macros, core tables, the engine's settings.

    Raises:
        ContentError: A rule of a contract does not run.
    """
    # Without this, DuckDB 2.0 moves a later try_cast into the reader and fails the
    # whole file on the first bad value.
    copy.connection.execute("set disabled_optimizers = 'type_pushdown'")
    create_hash_macro(copy.connection, key)
    create_guard_macros(copy.connection)
    for contract in project.tables.values():
        create_core_table(copy.connection, contract)
    refuse_broken_rules(copy.connection, project.tables)


def _load_source(
    copy: Copy,
    project: Project,
    source: Source,
    contents: tuple[Content, ...] | None,
    key: bytes,
    occasion: Occasion,
) -> SourceLoad:
    connection = copy.connection
    contract = project.tables[source.table]
    after = _watermark(connection, source) if source.main.since else None
    contents = contents or find(connection, project.workspace, source, after=after)
    unchanged = _unchanged(connection, project, source, contents, key)
    if unchanged is not None:
        return unchanged
    content, place = digest(contents), _place(contents)
    fingerprint = fingerprint_of(project, source, content, key)
    load_no = next_load_no(connection)
    job = Job(
        source,
        contract,
        project.mapping(source.name),
        load_no,
        project.settings.time_zone,
        copy.scratch,
    )
    before = last_read(connection, source)
    same = before[2] if before and before[1] == content else None
    left_out = masked(connection, stage_source(connection, job, contents))
    watermark = _new_watermark(source, contents[0], after)
    counts = judge_stage(connection, project, source, place)
    if source.mode == "incremental":
        keep_stored_keys(connection, contract)
    moved = store(
        connection,
        contract,
        source.name,
        load_no,
        keep_others=source.mode == "incremental",
        keep_retried=same is not None,
    )
    has_news = after is None or moved != (0, 0) or _has_findings(connection)
    if before and not has_news:
        # What was fetched again are the last rows of before.
        return _as_known(source, place, before)
    record(
        connection,
        Loaded(
            load_no,
            source.name,
            source.table,
            source.mode,
            place,
            content,
            fingerprint,
            watermark,
        ),
        occasion,
        counts,
        moved,
        contents,
    )
    store_findings(connection, contract, source.name, load_no)
    _settle_findings(connection, source, load_no, same)
    return SourceLoad(
        source.name, source.table, place, False, counts, *moved, left_out, load_no
    )


def _has_findings(connection: Connection) -> bool:
    row = fetch_row(connection, f"select exists (from {BAD})")
    return bool(row and row[0])


def judge_stage(
    connection: Connection, project: Project, source: Source, place: str
) -> Counts:
    """Judge the staged rows and refuse what may not be stored.

    Raises:
        DataError: Too many rows are bad, a rule stops the load, or text holds
            personal data.
    """
    contract = project.tables[source.table]
    counts = judge(connection, contract, source.name)
    guard_findings(connection)
    _refuse_stops(connection, contract, place)
    _refuse_too_many_bad(connection, source, place, counts)
    guard_stage(connection, contract, source, project.settings.guard, place)
    return counts


def _settle_findings(
    connection: Connection, source: Source, load_no: int, before: int | None
) -> None:
    """Resolve the findings that a load took the place of.

    Args:
        connection: The warehouse's copy.
        source: Whose findings.
        load_no: The load.
        before: The load that read the same content just before; null where none did.
    """
    if before is not None:
        # What was mended and retried since is still in order, as far as the retry found
        # nothing more.
        connection.execute(
            "update finding set resolved_in = mended.retry from ("
            "select part, row_number, max(resolved_in) as retry, "
            "bool_or(resolved_in is null) as is_open from finding "
            "where source = $source and load_no >= $before and load_no < $load "
            "and (resolved_in is null or resolved_in in "
            "(select load_no from load where kind = 'retry')) group by all) as mended "
            "where finding.load_no = $load and finding.source = $source "
            "and finding.part = mended.part "
            "and finding.row_number = mended.row_number and not mended.is_open",
            {"source": source.name, "before": before, "load": load_no},
        )
    if source.mode == "snapshot":
        resolve(connection, source.name, load_no, "true")
    else:
        # A row that was bad and has come again: under its key, good this time, or in
        # the same content.
        resolve(
            connection,
            source.name,
            load_no,
            "key_md5 in (select key_md5 from stored_key) or read_in in ("  # noqa: S608
            f"select load_no from load where source = {quote_text(source.name)} "
            f"and sha256 = (select sha256 from load where load_no = {load_no}))",
        )


def _watermark(connection: Connection, source: Source) -> str | None:
    """Return the last value seen of ``since``, where it answers the same question."""
    noted = last_watermark(connection, source.name)
    asked = _question(source)
    if noted is None or not noted.startswith(asked):
        return None
    return noted.removeprefix(asked)


def _new_watermark(source: Source, content: Content, after: str | None) -> str | None:
    if content.part is None or source.main.since is None:
        return None
    newest = content.part.watermark or after
    return None if newest is None else _question(source) + newest


def _question(source: Source) -> str:
    """Return what a watermark begins with: the values of two columns do not compare."""
    asked = repr((source.main.since, source.main.table, source.main.query))
    return f"{sha256(asked.encode()).hexdigest()[:16]} "


def _refuse_stops(connection: Connection, contract: TableContract, place: str) -> None:
    broken = connection.execute(
        "select rule, column_name, count(*), min(row_number) from bad_row "
        "where severity = 'stop' group by all order by rule, column_name"
    ).fetchall()
    if not broken:
        return
    says = {rule.name: rule.says["en"] for rule in contract.rules}
    reasons = "; ".join(
        f"{count:,} × {says.get(rule, rule)}"
        + (f" in '{column}'" if column else "")
        + f", first in row {first}"
        for rule, column, count, first in broken
    )
    raise DataError(
        f"{place}: rows break a rule that stops the load: {reasons}.",
        hint=f"Mend the file; the rules stand in queries/tables/{contract.name}.yaml.",
    )


def _refuse_too_many_bad(
    connection: Connection, source: Source, place: str, counts: Counts
) -> None:
    if counts.read == 0 or counts.quarantined <= source.max_bad_share * counts.read:
        return
    worst = connection.execute(
        "select rule, column_name, count(*), min(row_number) from bad_row "
        "where severity <> 'warn' "
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
        f"{place}: {counts.quarantined:,} of {counts.read:,} rows ({share:.1%}) "
        f"are bad, more than max_bad_share = {100 * source.max_bad_share:g}% allows: "
        f"{reasons}.",
        hint="Mend the file or its mapping; or raise max_bad_share of "
        f"[sources.{source.name}] in esg.toml if you can answer for it.",
    )


def _reasons(connection: Connection, view: str) -> pl.DataFrame:
    return fetch_few(
        connection,
        'select source, table_name as "table", rule, column_name as "column", '  # noqa: S608
        "count(*) as rows, min(row_number) as first_row, "
        "any_value(seen order by row_number) as seen "
        f"from {view} group by all "
        "order by source, rule, column_name",
    )


def _result(done: list[SourceLoad], connection: Connection) -> LoadResult:
    return LoadResult(
        tuple(done),
        _reasons(connection, "current_quarantine"),
        _reasons(connection, "current_warning"),
    )
