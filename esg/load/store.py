"""Storing judged rows: what is new is added, what is gone is superseded, once.

A load works on a copy of the warehouse and renames it over the old file at the end.
Whatever kills it before leaves the old file, whole.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, fetch_row, open_file, quote_name, quote_text
from esg.engine.warehouse import FILE_NAME, create_own_tables
from esg.errors import DataError, MachineError
from esg.load.validate import BAD, GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.table import TableContract

_COPY_SUFFIX = ".loading"


@contextmanager
def replacing(workspace: Path) -> Iterator[Connection]:
    """Open a copy of the warehouse; on leaving without an error it takes its place.

    Raises:
        MachineError: Another load is running, or the disk is full.
        DataError: The old file is no warehouse.
    """
    with _lock(workspace):
        target = workspace / FILE_NAME
        copy = workspace / (FILE_NAME + _COPY_SUFFIX)
        _remove(copy)
        try:
            if target.exists():
                shutil.copyfile(target, copy)
            connection = _open(copy)
            try:
                yield connection
                connection.execute("checkpoint")
            finally:
                connection.close()
            _flush(copy)
            copy.replace(target)
        except OSError as error:
            raise MachineError(
                f"{FILE_NAME} could not be written: {error.strerror}.",
                hint="Free some space, or check that the folder may be written; the "
                "old warehouse is as it was.",
            ) from error
        finally:
            _remove(copy)


def _open(copy: Path) -> Connection:
    try:
        connection = open_file(copy, read_only=False)
        create_own_tables(connection)
    except EngineFault as error:
        raise DataError(
            f"{FILE_NAME} cannot be read as a DuckDB 2 database.",
            hint="Move it away and run 'esg load' again.",
        ) from error
    return connection


@contextmanager
def _lock(workspace: Path) -> Iterator[None]:
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
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise MachineError(
                "Another load of this workspace is running.",
                hint="Wait until it ends, then load again.",
            ) from error
        yield


def _remove(copy: Path) -> None:
    for path in (copy, copy.with_name(copy.name + ".wal")):
        path.unlink(missing_ok=True)


def _flush(copy: Path) -> None:
    descriptor = os.open(copy, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store(
    connection: Connection, contract: TableContract, source: str, load_no: int
) -> tuple[int, int]:
    """Bring a core table to what ``good_row`` says of one source.

    Args:
        connection: The warehouse's copy.
        contract: The table.
        source: Whose rows these are; rows of other sources stay.
        load_no: The number of this load.

    Returns:
        How many rows were added and how many superseded. Rows that did not change are
        neither.
    """
    history = quote_name(f"{contract.name}_history")
    names = ", ".join(quote_name(name) for name in contract.column_names)
    own = (
        f"superseded_in is null and loaded_in in (select load_no from load "  # noqa: S608
        f"where source = {quote_text(source)})"
    )
    connection.execute(
        f"create or replace temp table gone_row as "  # noqa: S608
        f"select {names} from {history} where {own} except "
        f"select {names} from {GOOD}"
    )
    connection.execute(
        f"create or replace temp table fresh_row as "  # noqa: S608
        f"select {names} from {GOOD} except "
        f"select {names} from {history} where {own}"
    )
    same = " and ".join(
        f"gone_row.{quote_name(name)} = {history}.{quote_name(name)}"
        for name in contract.key
    )
    connection.execute(
        f"update {history} set superseded_in = {load_no} "  # noqa: S608
        f"from gone_row where {same} and {own}"
    )
    order = ", ".join(quote_name(name) for name in contract.key)
    connection.execute(
        f"insert into {history} ({names}, loaded_in) "  # noqa: S608
        f"select {names}, {load_no} from fresh_row order by {order}"
    )
    return _rows(connection, "fresh_row"), _rows(connection, "gone_row")


def store_quarantine(
    connection: Connection, contract: TableContract, source: str, load_no: int
) -> None:
    """Keep the reasons of rejected rows; the rows themselves stay in the source."""
    connection.execute(
        f"insert into quarantine select {load_no}, {quote_text(source)}, "  # noqa: S608
        f"{quote_text(contract.name)}, row_number, rule, column_name, seen "
        f"from {BAD} order by row_number, rule, column_name"
    )


def _rows(connection: Connection, table: str) -> int:
    row = fetch_row(connection, f"select count(*) from {table}")  # noqa: S608
    return int(row[0]) if row else 0
