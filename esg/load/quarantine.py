"""Working with rejected rows: showing them from their source, mending, retrying.

The warehouse keeps where a rejected row stands and why, never the row: it is read from
the source again, which has to be the one that was loaded.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from esg.engine.duck import (
    EngineFault,
    fetch,
    fetch_row,
    open_memory,
    quote_name,
    quote_text,
)
from esg.engine.warehouse import (
    ATTACHED,
    count_quarantined,
    open_for_reading,
    quarantine_reasons,
)
from esg.errors import DataError, UsageError
from esg.load.history import Loaded, Occasion, next_load_no, record
from esg.load.ids import read_key
from esg.load.inputs import (
    Job,
    digest,
    file_content,
    find,
    offer_input,
    refuse_changed,
    stage_source,
)
from esg.load.judge import BAD
from esg.load.readers.csv_file import quote_path
from esg.load.readers.part import FAULT
from esg.load.run import SourceLoad, judge_stage, prepare
from esg.load.stage import PARTS, RAGGED, ROW_NUMBER, STAGE, create_stage
from esg.load.store import replacing, resolve, store, store_findings
from esg.spec.fields import nearest, suggest
from esg.spec.source import MAIN_INPUT, SERVERS, Input
from esg.spec.table import OWN_REASONS

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.source import Source
    from esg.spec.table import TableContract

LOAD, PART, ROW = "quarantine_load", "quarantine_file", "quarantine_row"
REASONS, LINE = "quarantine_reasons", "quarantine_line"
"""Columns that an export has beside the source's own."""


def rejected(
    project: Project, warehouse: Path, name: str, *, rule: str | None = None
) -> pl.DataFrame:
    """Return the rejected rows of a source as they stand in it, with their reasons.

    Args:
        project: The workspace's declarations.
        warehouse: The warehouse file.
        name: The source.
        rule: Only rows that break this rule; all when null.

    Returns:
        ``quarantine_load``, ``quarantine_file``, ``quarantine_row``,
        ``quarantine_reasons``, ``quarantine_line``, then the source's own columns. A
        record with too few or too many fields has none of them, and stands in
        ``quarantine_line`` as it is in the file; other rows have nothing there. Rows
        of increments that the source holds no more are left out.

    Raises:
        UsageError: There is no such source, or no such rule of its table.
        DataError: The source is not what was loaded any more.
    """
    source = declared_source(project, name)
    if source.main.format in SERVERS or source.main.since:
        raise UsageError(
            f"The rows of source '{name}' are what a database answered at one moment, "
            "which has no row numbers to find them by.",
            hint="Run 'esg quarantine list' for the reasons, and mend them there.",
        )
    with TemporaryDirectory() as scratch:
        connection = open_memory()
        try:
            connection.execute("set disabled_optimizers = 'type_pushdown'")
            connection.execute(
                f"attach {quote_text(str(warehouse))} as {ATTACHED} (read_only)"
            )
            only = f"and rule = {quote_text(rule)}" if rule else ""
            contents = find(connection, project.workspace, source, after=None)
            connection.execute(
                "create temp table wanted as select read_in, part, row_number, "  # noqa: S608
                "string_agg(rule || coalesce(' in ' || column_name, ''), '; ' "
                f"order by rule, column_name) as reasons "
                f"from {ATTACHED}.main.current_quarantine "
                f"where source = {quote_text(name)} {only} "
                f"and read_in in (select load_no from {ATTACHED}.main.load "
                f"where sha256 = {quote_text(digest(contents))}) group by all"
            )
            _refuse_other_content(connection, source, digest(contents))
            job = Job(
                source,
                project.tables[source.table],
                None,
                0,
                project.settings.time_zone,
                Path(scratch),
            )
            create_stage(connection, job.contract)
            offer_input(connection, job, contents[0])
            refuse_changed(contents)
            frame = fetch(
                connection,
                f"select read_in as {LOAD}, part as {PART}, row_number as {ROW}, "  # noqa: S608
                f"reasons as {REASONS}, ragged.line as {LINE}, "
                f"file.* exclude ({ROW_NUMBER}) from wanted "
                f"left join {PARTS} as place on wanted.part = place.name "
                f"left join {RAGGED} as ragged on place.part_no = ragged.part_no "
                "and wanted.row_number = ragged.source_row "
                f"left join {MAIN_INPUT} as file "
                f"on file.{ROW_NUMBER} = wanted.row_number + place.rows_before "
                "order by read_in, part, row_number",
            )
        finally:
            connection.close()
    if frame.is_empty():
        refuse_unknown(project, source=name, rule=rule)
    return frame.drop(FAULT, strict=False)


def count_rejected(warehouse: Path, name: str, *, rule: str | None = None) -> int:
    """Return how many rows of a source are quarantined.

    That is more than ``rejected`` can show where an increment was replaced by the next
    one before its rows were mended.
    """
    connection = open_for_reading(warehouse, ())
    try:
        return count_quarantined(connection, name, rule)
    finally:
        connection.close()


def mask_cells(project: Project, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return rejected rows with only the length of what could tell a person.

    A source with a mapping has columns of its own, of which nobody knows what they
    hold: there every cell is masked.
    """
    source = declared_source(project, name)
    contract = project.tables[source.table]
    is_mapped = project.mapping(name) is not None
    is_open = {c.name for c in contract.columns if c.sensitivity == "open"}
    shown = {LOAD, PART, ROW, REASONS} | (set() if is_mapped else is_open)
    hidden = [name for name in frame.columns if name not in shown]
    return frame.with_columns(
        pl.col(hidden).cast(pl.String).str.len_chars().cast(pl.String) + " characters"
    )


def listed(
    connection: Connection,
    project: Project,
    table: str | None = None,
    source: str | None = None,
    rule: str | None = None,
) -> pl.DataFrame:
    """Return rejected rows by reason, with the first row and a sample.

    Args:
        connection: A reader of the warehouse.
        project: The workspace's declarations.
        table: Only of this core table; of all when null, and so for the others.
        source: Only of this source.
        rule: Only of this rule.

    Raises:
        UsageError: There is no such table, source or rule.
    """
    only = {"table_name": table, "source": source, "rule": rule}
    found = quarantine_reasons(connection, only)
    # What stands there is shown, also by the name of a rule that is declared no more.
    if found.is_empty():
        refuse_unknown(project, **only)
    return found


def refuse_unknown(
    project: Project,
    *,
    table_name: str | None = None,
    source: str | None = None,
    rule: str | None = None,
) -> None:
    """Refuse names that nothing could be rejected under: an empty list would mislead.

    Raises:
        UsageError: There is no such table, source or rule.
    """
    if source is not None:
        table_name = table_name or declared_source(project, source).table
    if table_name is not None and table_name not in project.tables:
        raise UsageError(
            f"There is no table '{table_name}'"
            f"{suggest(table_name, tuple(project.tables))}.",
            hint="Run 'esg list tables' to see them.",
        )
    tables = [project.tables[table_name]] if table_name else project.tables.values()
    rules = {*OWN_REASONS, *(rule.name for table in tables for rule in table.rules)}
    if rule is not None and rule not in rules:
        who = f"The table '{table_name}' has" if table_name else "There is"
        # All rules of all tables are too many to list.
        near = (suggest if table_name else nearest)(rule, tuple(rules))
        raise UsageError(
            f"{who} no rule '{rule}'{near}.",
            hint="Run 'esg quarantine list' for the reasons there are.",
        )


def declared_source(project: Project, name: str) -> Source:
    """Return a source by name.

    Raises:
        UsageError: There is none.
    """
    declared = {source.name: source for source in project.settings.sources}
    if name not in declared:
        near = suggest(name, tuple(declared))
        raise UsageError(
            f"esg.toml declares no source '{name}'{near}.",
            hint="Run 'esg list sources' to see them.",
        )
    return declared[name]


def _refuse_other_content(connection: Connection, source: Source, sha256: str) -> None:
    """Refuse a source that was never loaded as it is: row numbers would mislead."""
    row = fetch_row(
        connection,
        "select max(load_no), bool_or(sha256 = $sha256) "  # noqa: S608
        f"from {ATTACHED}.main.load where source = $source and kind <> 'retry'",
        {"source": source.name, "sha256": sha256},
    )
    if row is None or row[0] is None:
        raise DataError(
            f"The source '{source.name}' was never loaded.", hint="Run 'esg load'."
        )
    if not row[1]:
        raise DataError(
            f"{source.place}: the content is not what load {row[0]} read, so its row "
            "numbers may point to other rows.",
            hint="Run 'esg load' first, then look again.",
        )


def retry(
    project: Project,
    name: str,
    path: Path,
    *,
    occasion: Occasion,
    wait: bool,
) -> SourceLoad:
    """Load mended rows, and nothing else, into a source's table.

    Args:
        project: The workspace's declarations.
        name: The source that the rows belong to.
        path: The mended export, a CSV: the source's columns beside those of
            ``rejected``.
        occasion: For the history of loads.
        wait: Whether to wait for another load to end.

    Returns:
        What became of the rows; those still bad stay in the quarantine, with their
        reasons of now.

    Raises:
        UsageError: There is no such source.
        DataError: The file is no export of the quarantine.
    """
    source = declared_source(project, name)
    item = _mended_input(source.main, path)
    lenient = replace(source, inputs=(item, *source.inputs[1:]), max_bad_share=1.0)
    contract = project.tables[source.table]
    with replacing(project.workspace, wait=wait) as copy:
        connection = copy.connection
        prepare(copy, project, read_key(project.settings.ids))
        content = file_content(item, (path,))
        origin = _origins(connection, path, name)
        load_no = next_load_no(connection)
        job = Job(
            lenient,
            contract,
            project.mapping(name),
            load_no,
            project.settings.time_zone,
            copy.scratch,
        )
        rest = find(
            connection,
            project.workspace,
            replace(source, inputs=source.inputs[1:]),
            after=None,
        )
        stage_source(connection, job, (content, *rest))
        counts = judge_stage(connection, project, lenient, path.name)
        if source.mode == "snapshot":
            _refuse_taken_keys(connection, contract, name, path.name)
        connection.execute(f"alter table {BAD} add column read_in integer")
        connection.execute(
            f"update {BAD} set part = origin.part, row_number = origin.row_number, "  # noqa: S608
            "read_in = origin.read_in "
            f"from {origin} as origin where {BAD}.row_number = origin.place"
        )
        moved = store(connection, contract, name, load_no, keep_others=True)
        record(
            connection,
            Loaded(load_no, name, source.table, "retry", path.name, content.sha256, ""),
            occasion,
            counts,
            moved,
        )
        store_findings(connection, contract, name, load_no, read_in="read_in")
        resolve(
            connection,
            name,
            load_no,
            "(read_in, part, row_number) in "  # noqa: S608
            f"(select (read_in, part, row_number) from {origin})",
        )
        return SourceLoad(
            name, source.table, path.name, False, counts, *moved, (), load_no
        )


def _refuse_taken_keys(
    connection: Connection, contract: TableContract, source: str, place: str
) -> None:
    """Refuse mended rows that bear the keys of rows that were in order all along.

    In an increment they are corrections; in a snapshot one of the two is mistaken.
    """
    same = " and ".join(
        f"old.{quote_name(key)} = new.{quote_name(key)}" for key in contract.key
    )
    row = fetch_row(
        connection,
        f"select count(*) from {STAGE} as new where exists ("  # noqa: S608
        f"select 1 from {quote_name(contract.name + '_history')} as old join load "
        f"on old.loaded_in = load.load_no where {same} and old.superseded_in is null "
        "and load.source = ? and load.kind <> 'retry')",
        [source],
    )
    if row and row[0]:
        raise DataError(
            f"{place}: {row[0]:,} mended rows have a key ({', '.join(contract.key)}) "
            "that another row of the source has, which is in order.",
            hint="Give each row its own key, or take the row out of the file.",
        )


def _mended_input(main: Input, path: Path) -> Input:
    return replace(
        main,
        format="csv",
        path=str(path),
        url_env=None,
        table=None,
        query=None,
        since=None,
        delimiter=",",
        quote='"',
        encoding="utf-8",
        sheet=None,
        header_row=1,
    )


def _origins(connection: Connection, path: Path, source: str) -> str:
    """Create and name a table of where each mended row came from.

    Its columns are ``place`` (the row's number in the mended file), ``read_in``,
    ``part`` and ``row_number``.

    Raises:
        DataError: The file does not say, or means rows that are not in the quarantine.
    """
    try:
        connection.execute(
            "create or replace temp table mended_row as "  # noqa: S608
            f"select try_cast({quote_name(LOAD)} as integer) as load_no, "
            f"{quote_name(PART)} as part, "
            f"try_cast({quote_name(ROW)} as bigint) as row_number "
            f"from read_csv({quote_path(path)}, all_varchar = true, "
            "header = true, delim = ',', quote = '\"', escape = '\"')"
        )
    except EngineFault as error:
        raise DataError(
            f"{path.name}: the file lacks the columns '{LOAD}', '{PART}' and '{ROW}', "
            "has lines with too few or too many fields, or is no CSV in UTF-8.",
            hint="Mend a file that 'esg quarantine export' wrote, and keep them.",
        ) from error
    # What was mended before may be mended again; what came otherwise since may not.
    connection.execute(
        "create or replace temp table mended_origin as "
        "select mended_row.rowid + 1 as place, mended_row.part, "
        "mended_row.row_number, max(finding.read_in) as read_in "
        "from mended_row left join load as exported using (load_no) "
        "left join (finding join load as reading on finding.read_in = reading.load_no "
        "left join load as resolver on finding.resolved_in = resolver.load_no) "
        "on finding.source = $source and reading.sha256 = exported.sha256 "
        "and finding.part = mended_row.part "
        "and finding.row_number = mended_row.row_number "
        "and (finding.resolved_in is null or resolver.kind = 'retry') "
        "group by all",
        {"source": source},
    )
    lost = connection.execute(
        "select part, row_number, place from mended_origin where read_in is null "
        "order by place"
    ).fetchall()
    if lost:
        part, row_number, place = lost[0]
        raise DataError(
            f"{path.name}: {len(lost):,} rows mend none that is in the quarantine of "
            f"source '{source}'; the first is row {place}, which says row "
            f"{row_number or 'none'} of '{part}'.",
            hint=f"Keep what 'esg quarantine export {source}' wrote beside the cells; "
            "export again if the source was loaded since.",
        )
    return "mended_origin"
