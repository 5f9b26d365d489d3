"""Storing judged rows: what is new is added, what is gone is superseded, once.

A load works on a copy of the warehouse and renames it over the old file at the end.
Whatever kills it before leaves the old file, whole.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import (
    EngineFault,
    fetch_row,
    is_disk_fault,
    open_draft,
    quote_name,
    quote_text,
)
from esg.engine.warehouse import (
    FILE_NAME,
    create_core_table,
    create_own_tables,
    stored_columns,
    widen_core_table,
)
from esg.errors import DataError, MachineError
from esg.load.judge import BAD, NOT_JUDGED, drop_own_columns, key_md5
from esg.load.stage import STAGE, staged_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.table import TableContract

_COPY_SUFFIX = ".loading"
_SCRATCH = f".{FILE_NAME}.scratch"
_MEMORY = "2500MB"
"""Beyond this DuckDB uses the scratch folder: a load must not starve its machine."""


@contextmanager
def replacing(workspace: Path, *, wait: bool = False) -> Iterator[Copy]:
    """Open a copy of the warehouse; on leaving without an error it takes its place.

    Args:
        workspace: The folder of the warehouse.
        wait: Whether to wait for another load to end, or to say that there is one.

    Raises:
        MachineError: Another load is running, or the disk is full.
        DataError: The old file is no warehouse.
    """
    if "?" in str(workspace):
        # DuckDB puts its log beside another file then.
        raise MachineError(
            f"The path of the workspace '{workspace.name}' holds a question mark, "
            f"which {FILE_NAME} cannot stand below.",
            hint="Rename the folder.",
        )
    with _lock(workspace, wait=wait):
        target = workspace / FILE_NAME
        copy = workspace / (FILE_NAME + _COPY_SUFFIX)
        scratch = workspace / _SCRATCH
        # What a killed load left behind.
        _remove(copy, scratch)
        try:
            scratch.mkdir()
            if target.exists():
                shutil.copyfile(target, copy)
            with _flushing(copy) as is_flushed:
                connection = _open(copy, scratch)
                try:
                    found = Copy(connection, scratch)
                    yield found
                    connection.execute("checkpoint")
                finally:
                    connection.close()
                is_flushed()
            if found.is_wanted:
                _flush(copy)
                copy.replace(target)
                # The new name too must outlast a power cut.
                _flush(workspace)
        except OSError as error:
            raise _unwritable(error.strerror or str(error)) from error
        except EngineFault as error:
            if is_disk_fault(error):
                raise _unwritable("no space or memory left") from error
            raise
        finally:
            _remove(copy, scratch)


def tidy(workspace: Path) -> None:
    """Remove what a killed load left, where no load is running.

    Raises:
        MachineError: The folder cannot be written.
    """
    copy, scratch = workspace / (FILE_NAME + _COPY_SUFFIX), workspace / _SCRATCH
    if not copy.exists() and not scratch.exists():
        return
    with suppress(_RunningError), _lock(workspace, wait=False):
        _remove(copy, scratch)


class _RunningError(MachineError):
    """Another load holds the lock."""


def _unwritable(reason: str) -> MachineError:
    return MachineError(
        f"{FILE_NAME} could not be written: {reason}.",
        hint="Free some space, or check that the folder may be written; the "
        "old warehouse is as it was.",
    )


@dataclass
class Copy:
    """A copy of the warehouse to change."""

    connection: Connection
    scratch: Path
    """A folder that goes with the load."""
    is_wanted: bool = True
    """Whether the copy takes the warehouse's place; set to False when nothing moved."""


def _open(copy: Path, scratch: Path) -> Connection:
    try:
        connection = open_draft(copy)
        connection.execute(f"set temp_directory = {quote_text(str(scratch / 'spill'))}")
        connection.execute(f"set memory_limit = {quote_text(_MEMORY)}")
        create_own_tables(connection)
    except EngineFault as error:
        if is_disk_fault(error):
            raise
        raise DataError(
            f"{FILE_NAME} cannot be read as a DuckDB 2 database.",
            hint="Move it away and run 'esg load' again.",
        ) from error
    return connection


@contextmanager
def _lock(workspace: Path, *, wait: bool) -> Iterator[None]:
    # The lock goes with the process, however it ends; the file itself may stay.
    path = workspace / f".{FILE_NAME}.lock"
    try:
        file = path.open("w")
    except OSError as error:
        raise MachineError(
            f"The workspace '{workspace.name}' cannot be written: {error.strerror}.",
            hint="Check the rights on the folder.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise _RunningError(
                "Another load of this workspace is running.",
                hint="Load again when it has ended, or now with 'esg load --wait'.",
            ) from error
        yield


def _remove(copy: Path, scratch: Path) -> None:
    # Whatever stands there is none of a person's work: the names are ours.
    for path in (copy, copy.with_name(copy.name + ".wal"), scratch):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _flushing(copy: Path) -> Iterator[Callable[[], None]]:
    """Let the disk take a copy's bytes while rows are read and judged.

    Yields:
        What waits for it, and tells what went wrong: the disk says it only once.
    """
    with ThreadPoolExecutor(1) as disk:
        done = disk.submit(_flush, copy) if copy.exists() else None
        yield lambda: done.result() if done else None


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store(
    connection: Connection,
    contract: TableContract,
    source: str,
    load_no: int,
    *,
    keep_others: bool,
    keep_retried: bool = False,
) -> tuple[int, int]:
    """Bring a core table to what the stage says of one source; the stage is used up.

    Args:
        connection: The warehouse's copy.
        contract: The table.
        source: Whose rows these are; rows of other sources stay.
        load_no: The number of this load.
        keep_others: Whether rows of the source that the stage lacks stay, as after a
            load of new and corrected rows only.
        keep_retried: Whether rows stay that were mended and retried, as where the same
            file is judged again; one whose own row is in order by now does not.

    Returns:
        How many rows were added and how many superseded. Rows that did not change are
        neither.
    """
    history = quote_name(f"{contract.name}_history")
    given = staged_columns(connection, contract)
    drop_own_columns(connection)
    if not _rows(connection, history):
        # The stage becomes the table: nothing is written twice.
        connection.execute(f"drop table {history}")
        connection.execute(f"alter table {STAGE} rename to {history}")
        create_core_table(connection, contract)
        return _rows(connection, history), 0
    widen_core_table(connection, contract, given)
    names = ", ".join(quote_name(name) for name in given)
    own = (
        "old.superseded_in is null and old.loaded_in in "  # noqa: S608
        f"(select load_no from load where source = {quote_text(source)})"
    )
    # A mended row goes when its own row comes in order, even where both are equal: it
    # must not outlive that one.
    retried = "old.loaded_in in (select load_no from load where kind = 'retry')"
    key = _same(contract.key, "=")
    whole = _same(given, "is not distinct from")
    for name in stored_columns(connection, contract):
        if name not in given:
            whole += f" and old.{quote_name(name)} is null"
    whole += f" and not {retried}"
    if keep_others:
        _compare_few(connection, history, own, key, whole)
    else:
        goes = f"({_staged(key)} or not {retried})" if keep_retried else "true"
        _compare_all(connection, history, own, key, whole, goes)
    connection.execute(
        f"update {history} set superseded_in = {load_no} "  # noqa: S608
        "where rowid in (from gone_row)"
    )
    connection.execute(
        f"delete from {STAGE} where rowid in (select new_rowid from same_row)"  # noqa: S608
    )
    added, superseded = _rows(connection, STAGE), _rows(connection, "gone_row")
    connection.execute(
        f"insert into {history} ({names}, loaded_in) "  # noqa: S608
        f"select {names}, {load_no} from {STAGE}"
    )
    connection.execute(f"drop table {STAGE}")
    return added, superseded


def _compare_few(
    connection: Connection, history: str, own: str, key: str, whole: str
) -> None:
    """Create ``same_row`` and ``gone_row`` where most of the table is not looked at.

    Only the key is read of every old row; its other columns cost three times as much.
    """
    connection.execute(
        "create or replace temp table known_row as "  # noqa: S608
        "select old.rowid as old_rowid, new.rowid as new_rowid "
        f"from {history} as old join {STAGE} as new on {key} where {own}"
    )
    connection.execute(
        "create or replace temp table same_row as "  # noqa: S608
        "select old_rowid, new_rowid from known_row "
        f"join (select rowid as place, * from {history} "
        "where rowid in (select old_rowid from known_row)) as old "
        "on old.place = old_rowid "
        f"join {STAGE} as new on new.rowid = new_rowid where {whole}"
    )
    connection.execute(
        "create or replace temp table gone_row as select old_rowid from known_row "
        "where old_rowid not in (select old_rowid from same_row)"
    )


def _staged(key: str) -> str:
    return f"exists (select 1 from {STAGE} as new where {key})"  # noqa: S608


def _compare_all(
    connection: Connection, history: str, own: str, key: str, whole: str, goes: str
) -> None:
    """Create ``same_row`` and ``gone_row`` where what the stage lacks is gone.

    Args:
        connection: The warehouse's copy.
        history: The core table's history.
        own: SQL for the rows that are compared.
        key: SQL for having the same key.
        whole: SQL for being the same in everything else.
        goes: SQL for what may go at all.
    """
    connection.execute(
        "create or replace temp table same_row as "  # noqa: S608
        f"select old.rowid as old_rowid, new.rowid as new_rowid "
        f"from {history} as old join {STAGE} as new on {key} and {whole} where {own}"
    )
    connection.execute(
        "create or replace temp table gone_row as "  # noqa: S608
        f"select old.rowid as old_rowid from {history} as old where {own} "
        f"and old.rowid not in (select old_rowid from same_row) and {goes}"
    )


def _same(names: tuple[str, ...], sign: str) -> str:
    return " and ".join(
        f"old.{quote_name(n)} {sign} new.{quote_name(n)}" for n in names
    )


def store_findings(
    connection: Connection,
    contract: TableContract,
    source: str,
    load_no: int,
    *,
    read_in: str | None = None,
) -> None:
    """Keep the reasons of rows that break a rule; the rows stay in the source.

    Args:
        connection: The warehouse's copy.
        contract: The table.
        source: Whose rows.
        load_no: The number of this load.
        read_in: SQL over ``bad_row`` for the load whose content the row numbers count
            in; this load when null.
    """
    connection.execute(
        f"insert into finding select {load_no}, {quote_text(source)}, "  # noqa: S608
        f"{quote_text(contract.name)}, part, row_number, severity, rule, column_name, "
        f"seen, key_md5, null, {read_in or load_no} from {BAD} "
        "order by part, row_number, rule, column_name"
    )
    connection.execute(
        f"insert into not_judged select {load_no}, rule, sum(rows) "  # noqa: S608
        f"from {NOT_JUDGED} where rows > 0 group by rule order by rule"
    )


def keep_stored_keys(connection: Connection, contract: TableContract) -> None:
    """Create ``stored_key``: hashes of the keys of the rows about to be stored."""
    connection.execute(
        "create or replace temp table stored_key as "  # noqa: S608
        f"select {key_md5(contract, STAGE)} as key_md5 from {STAGE}"
    )


def resolve(connection: Connection, source: str, load_no: int, which: str) -> None:
    """Mark a source's earlier findings as brought in order by a load.

    Args:
        connection: The warehouse's copy.
        source: Whose findings.
        load_no: The load; its own findings stay open.
        which: SQL over the columns of ``finding`` for those that are meant.
    """
    connection.execute(
        f"update finding set resolved_in = {load_no} "  # noqa: S608
        f"where source = {quote_text(source)} and resolved_in is null "
        f"and load_no < {load_no} and ({which})"
    )


def _rows(connection: Connection, table: str) -> int:
    row = fetch_row(connection, f"select count(*) from {table}")  # noqa: S608
    return int(row[0]) if row else 0
