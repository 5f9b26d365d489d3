"""The inputs of a source: finding them, what identifies their content, reading them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING

from esg.engine.duck import (
    EngineFault,
    fault_words,
    fetch_row,
    is_disk_fault,
    is_value_fault,
    quote_name,
)
from esg.engine.warehouse import FILE_NAME
from esg.errors import ContentError, DataError
from esg.load.mapping import ignored, map_by_name, map_by_query
from esg.load.readers.exact import fingerprint
from esg.load.readers.locate import Stamp, digest_files, locate, opened, stamps
from esg.load.readers.part import PLACE
from esg.load.stage import (
    RAGGED,
    ROW_NUMBER,
    SOURCE_ROW,
    STAGE,
    begin_part,
    create_stage,
    keep_ragged,
    stage,
)
from esg.spec.source import DATABASES, MAIN_INPUT, SERVERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

    from esg.engine.duck import Connection
    from esg.load.readers.part import Part
    from esg.spec.source import Input, Source
    from esg.spec.table import TableContract

_READERS = {
    "csv": "csv_file",
    "parquet": "parquet_file",
    "json": "json_file",
    "ndjson": "json_file",
    "xlsx": "sheet_file",
    "duckdb": "database",
    "sqlite": "database",
    "postgres": "server",
    "mysql": "server",
}


def reader_of(item: Input) -> ModuleType:
    """Return the module that reads an input.

    Raises:
        ContentError: There is none for its format.
    """
    name = f"esg.load.readers.{_READERS[item.format]}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ContentError(
            f"esg.toml: the format '{item.format}' is not read by this version.",
            hint="Export it as CSV or Parquet.",
        ) from error


@dataclass(frozen=True)
class Content:
    """One input as it stands now."""

    item: Input
    paths: tuple[Path, ...]
    """Its files; none for a server."""
    part: Part | None
    """What a database answered; null for other files, which are read later."""
    sha256: str
    """Of a database's rows; else of the files' bytes, whatever they are called."""
    stamps: tuple[Stamp, ...] = ()
    """Of its files, taken before they were read for the first time."""

    @property
    def place(self) -> str:
        """What a person calls it: the file, the pattern, or the variable."""
        if len(self.paths) == 1:
            return self.paths[0].name
        return self.item.path or f"${self.item.url_env}"


@dataclass(frozen=True)
class Job:
    """What staging one source needs to know."""

    source: Source
    contract: TableContract
    mapping_sql: str | None
    load_no: int
    zone: str
    """The institution's time zone."""
    scratch: Path


def find(
    connection: Connection,
    workspace: Path,
    source: Source,
    *,
    after: str | None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Content, ...]:
    """Return a source's inputs; what a database holds is fetched, files only hashed.

    Args:
        connection: Where a database's rows are put.
        workspace: Where relative paths start.
        source: Whose inputs.
        after: The last value of the main input's ``since`` column; null for all rows.
        environment: Variables; the process's own when null.

    Raises:
        DataError: An input is absent or cannot be read.
        MachineError: A server cannot be reached, or another program holds a file.
    """
    values = os.environ if environment is None else environment
    found = []
    for item in source.inputs:
        from_ = after if item is source.main else None
        if item.format in SERVERS:
            server = reader_of(item)
            part = server.open_part(connection, item, source.name, values, from_)
            # A server promises no order of its rows.
            content = fingerprint(connection, part, in_order=False)
            found.append(Content(item, (), part, content))
        elif item.format in DATABASES:
            path = _one_file(workspace, item, values)
            database = reader_of(item)
            part = database.open_part(connection, path, item, source.name, from_)
            content = fingerprint(connection, part, in_order=True)
            found.append(Content(item, (path,), part, content))
        else:
            found.append(file_content(item, locate(workspace, item, values)))
    return tuple(found)


def file_content(item: Input, paths: tuple[Path, ...]) -> Content:
    """Return an input of files, hashed.

    Raises:
        DataError: A file is absent or cannot be read.
    """
    before = stamps(paths)
    return Content(item, paths, None, digest_files(paths), before)


def refuse_changed(contents: tuple[Content, ...]) -> None:
    """Refuse files that were written since they were hashed.

    Rows and hash would be of different content then.

    Raises:
        DataError: There are such.
    """
    for content in contents:
        if content.part is not None:
            # Its rows were copied before they were hashed.
            continue
        now = stamps(content.paths)
        for path, old, new in zip(content.paths, content.stamps, now, strict=True):
            if old != new:
                raise DataError(
                    f"{path.name}: the file "
                    f"{'vanished' if new is None else 'was written'} while it was "
                    "read.",
                    hint="Load again when it is whole; a file written under another "
                    "name and renamed is never seen half.",
                )


def _one_file(workspace: Path, item: Input, values: Mapping[str, str]) -> Path:
    """Return the file of a database.

    Raises:
        DataError: It is absent, several, or the warehouse itself.
    """
    paths = locate(workspace, item, values)
    if len(paths) > 1:
        raise DataError(
            f"{item.path}: these are {len(paths)} files; a database is one.",
            hint="Declare a source for each, or one with several inputs.",
        )
    with opened(paths[0]):
        own = workspace / FILE_NAME
        if own.exists() and paths[0].samefile(own):
            raise DataError(
                f"{paths[0].name}: this is the warehouse itself, which a load changes.",
                hint="Name the database that the rows come from.",
            )
    return paths[0]


def digest(contents: tuple[Content, ...]) -> str:
    """Return what identifies the content of all inputs together."""
    if len(contents) == 1:
        return contents[0].sha256
    listed = "\0".join(f"{c.item.name}\0{c.sha256}" for c in contents)
    return sha256(listed.encode()).hexdigest()


def stage_source(
    connection: Connection, job: Job, contents: tuple[Content, ...]
) -> tuple[str, ...]:
    """Fill the stage from a source's inputs.

    Returns:
        Columns of the files that the contract does not know, where there is no mapping.

    Raises:
        ContentError: The mapping, or a rule of the contract, is wrong.
        DataError: An input cannot be used, or changed since it was found.
    """
    left_out: tuple[str, ...] = ()
    if job.mapping_sql is None and len(contents) > 1:
        name = job.source.name
        raise ContentError(
            f"esg.toml: [sources.{name}] has several inputs and no mapping that joins "
            "them.",
            hint=f"Write sources/{name}.sql, or take the inputs out.",
        )
    create_stage(connection, job.contract, is_few=job.source.mode == "incremental")
    try:
        if job.mapping_sql is None:
            left_out = _stage_by_name(connection, job, contents[0])
        else:
            _stage_by_query(connection, job, contents, job.mapping_sql)
    except Exception:
        # What a half-written file looks like is not what is wrong with it.
        refuse_changed(contents)
        raise
    refuse_changed(contents)
    return left_out


def _open(
    connection: Connection, job: Job, content: Content, path: Path | None
) -> Part:
    if content.part is not None:
        return content.part
    reader = reader_of(content.item)
    part: Part = reader.open_part(
        connection, path, content.item, job.source.name, job.scratch
    )
    return part


def _finish(
    connection: Connection, job: Job, content: Content, path: Path | None, part: Part
) -> int:
    reader = reader_of(content.item)
    if path is None or not hasattr(reader, "finish_part"):
        connection.execute(
            "create or replace temp table ragged_row "
            "(source_row bigint, fields varchar)"
        )
        return 0
    return int(
        reader.finish_part(connection, part, path, content.item, job.source.name)
    )


def _explain(
    job: Job, content: Content, path: Path | None, part: Part, error: EngineFault
) -> Exception:
    reader = reader_of(content.item)
    if path is None or is_disk_fault(error) or not hasattr(reader, "explain"):
        return error
    explained: Exception = reader.explain(
        path, content.item, job.source.name, part.columns, error
    )
    return explained


def _places(content: Content) -> tuple[Path | None, ...]:
    return content.paths or (None,)


def _stage_by_name(
    connection: Connection, job: Job, content: Content
) -> tuple[str, ...]:
    before = 0
    left_out: dict[str, None] = {}
    for part_no, path in enumerate(_places(content), start=1):
        part = _open(connection, job, content, path)
        rows = map_by_name(connection, part, job.contract, job.source, before)
        left_out |= dict.fromkeys(ignored(part, job.contract))
        begin_part(connection, part_no, part.name, before)
        try:
            staged = stage(
                connection,
                job.contract,
                job.source,
                rows,
                load_no=job.load_no,
                zone=job.zone,
            )
        except EngineFault as error:
            if is_value_fault(error) and job.contract.rules:
                # Cells are cast so that they cannot fail: a rule did.
                raise _rule_fault(job) from error
            raise _explain(job, content, path, part, error) from error
        before += staged if part.records is None else part.records
        before += _finish(connection, job, content, path, part)
        keep_ragged(connection, part_no)
    return tuple(left_out)


def _stage_by_query(
    connection: Connection, job: Job, contents: tuple[Content, ...], mapping_sql: str
) -> None:
    for content in contents:
        offer_input(connection, job, content)
    rows = map_by_query(connection, job.contract, mapping_sql, job.source)
    try:
        stage(
            connection,
            job.contract,
            job.source,
            rows,
            load_no=job.load_no,
            zone=job.zone,
        )
    except EngineFault as error:
        if is_disk_fault(error):
            raise
        where = f"sources/{job.source.name}.sql"
        reason = (
            "it casts a value that is none of that type"
            if is_value_fault(error)
            else fault_words(error)
        )
        raise ContentError(
            f"{where}: the mapping stops while it runs: {reason}.",
            hint="Use try_cast and try_strptime, or select the text as it is: what is "
            "no value of its column's type is then quarantined with its row.",
        ) from error
    _refuse_made_up_numbers(connection, job.source)


def _refuse_made_up_numbers(connection: Connection, source: Source) -> None:
    row = fetch_row(
        connection,
        f"select count(*) from {STAGE} where {SOURCE_ROW} is null or {SOURCE_ROW} < 1 "  # noqa: S608
        f"or {SOURCE_ROW} > "
        f"(select max({ROW_NUMBER}) from {quote_name(MAIN_INPUT)})",
    )
    if row and row[0]:
        raise ContentError(
            f"sources/{source.name}.sql: the mapping gives {row[0]:,} rows a "
            f"'{ROW_NUMBER}' that no row of '{MAIN_INPUT}' has.",
            hint=f"Pass '{ROW_NUMBER}' of '{MAIN_INPUT}' through as it is.",
        )


def _rule_fault(job: Job) -> ContentError:
    return ContentError(
        f"queries/tables/{job.contract.name}.yaml: a rule fails on a value that it "
        "cannot work with.",
        hint="Use try_cast in the rule, and nullif where it divides.",
    )


def offer_input(connection: Connection, job: Job, content: Content) -> None:
    """Create the view that a mapping reads one input by.

    The rows are put into a table first: their places there tell their numbers, and a
    mapping may read them twice.
    """
    is_main = content.item.name == MAIN_INPUT
    before = 0
    selects = []
    for part_no, path in enumerate(_places(content), start=1):
        part = _open(connection, job, content, path)
        kept = part.relation
        if content.part is None:
            kept = quote_name(f"input {content.item.name} {part_no}")
            try:
                connection.execute(
                    f"create or replace temp table {kept} as "  # noqa: S608
                    f"select * from {part.relation}"
                )
            except EngineFault as error:
                raise _explain(job, content, path, part, error) from error
        ragged = _finish(connection, job, content, path, part)
        if is_main:
            begin_part(connection, part_no, part.name, before)
            keep_ragged(connection, part_no)
        elif ragged:
            raise DataError(
                f"{part.name}: {ragged:,} lines have too few or too many fields.",
                hint="Mend them; rows of an input beside 'source' cannot be set aside.",
            )
        if part.records is not None:
            number = f", {PLACE} + {before} as {ROW_NUMBER}" if is_main else ""
            selects.append(f"select * exclude ({PLACE}){number} from {kept}")  # noqa: S608
            before += part.records
            continue
        selects.append(
            _numbered(kept, part_no if ragged else 0, before)
            if is_main
            else f"select * from {kept}"  # noqa: S608
        )
        row = connection.execute(f"select count(*) from {kept}").fetchall()  # noqa: S608
        before += int(row[0][0]) + ragged
    connection.execute(
        f"create or replace temp view {quote_name(content.item.name)} as "
        f"{' union all by name '.join(selects)}"
    )


def _numbered(table: str, ragged_part: int, before: int) -> str:
    """Return a select of a part's rows with their numbers over all parts."""
    if not ragged_part:
        return f"select *, rowid + {before + 1} as {ROW_NUMBER} from {table}"  # noqa: S608
    # Rows after a ragged record stand later in the file than their place says.
    return (
        "select rows.* exclude (part_place), "  # noqa: S608
        f"part_place + {before + 1} + coalesce(skip.skipped, 0) as {ROW_NUMBER} "
        f"from (select *, rowid as part_place from {table}) as rows "
        "asof left join (select source_row - place as after_ordinal, "
        "max(place) as skipped from (select source_row, "
        "row_number() over (order by source_row) as place "
        f"from {RAGGED} where part_no = {ragged_part}) group by all) as skip "
        "on part_place + 1 > skip.after_ordinal"
    )
