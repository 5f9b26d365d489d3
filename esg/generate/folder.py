"""The folder that files are written to: whole files appear there, or none.

What lives here: the lock, the hidden folder that files grow in, and their moving to
their places. What must not: what the files hold.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esg.errors import MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_GROWING = ".generating"
"""Below it, files are not whole; the next run removes what a killed one left."""


@contextmanager
def open_folder(out: Path) -> Iterator[Path]:
    """Give an empty hidden folder below ``out``, and remove it in the end.

    Raises:
        MachineError: Another run writes there, or the folder cannot be written.
    """
    growing = out / _GROWING
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        _lock(lock, out)
        try:
            shutil.rmtree(growing, ignore_errors=True)
            growing.mkdir()
        except OSError as error:
            raise _unwritable(out, error) from error
        yield growing
    finally:
        shutil.rmtree(growing, ignore_errors=True)
        os.close(lock)


def _unwritable(out: Path, error: OSError) -> MachineError:
    return MachineError(
        f"The folder '{out}' cannot be written: {error.strerror}.",
        hint="Name another one with --out, or mend the rights on it.",
    )


def _lock(descriptor: int, out: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise MachineError(
            f"Another 'esg generate' writes to '{out}'.",
            hint="Wait for it, or name another folder with --out.",
        ) from error


def refuse_existing(out: Path, tables: Iterable[str]) -> None:
    """Stop where files of the tables are there already.

    Raises:
        UsageError: Some are.
    """
    there = [path.name for table in tables for path in _forms(out, table)]
    if there:
        names = ", ".join(there[:3]) + (" …" if there[3:] else "")
        raise UsageError(
            f"'{out}' holds {names} already.",
            hint="Name another folder with --out, or add --replace.",
        )


def require_space(out: Path, needed: int) -> None:
    """Stop where the disk has less room than the files and the work on them take.

    Raises:
        MachineError: It has.
    """
    free = shutil.disk_usage(out).free
    if free < needed:
        raise MachineError(
            f"'{out}' lies on a disk with {free / 1e9:.1f} GB free; about "
            f"{needed / 1e9:.1f} GB are needed.",
            hint="Free some, name a folder on another disk, or write fewer loans.",
        )


def publish(growing: Path, out: Path, tables: Iterable[str]) -> None:
    """Move the files of each table to their place, in the stead of older ones.

    A table that was a folder and is a file now, or the other way round, leaves nothing
    of what it was.
    """
    for table in tables:
        old = _forms(out, table)
        for new in _forms(growing, table):
            for path in old:
                if path.is_dir() or path.name != new.name:
                    _remove(path)
            new.replace(out / new.name)


def _forms(folder: Path, table: str) -> list[Path]:
    names = (table, f"{table}.csv", f"{table}.parquet")
    return [folder / name for name in names if (folder / name).exists()]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
