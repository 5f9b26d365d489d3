"""Finding the files of an input, and what identifies their content."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from glob import has_magic
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from esg.errors import ContentError, DataError
from esg.load.readers.parquet_file import partitions
from esg.spec.settings import expand
from esg.spec.source import format_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader

    from esg.spec.source import Input


_SHOWN = 60


def locate(
    workspace: Path, item: Input, environment: Mapping[str, str] | None = None
) -> tuple[Path, ...]:
    """Return the files of an input, sorted.

    Hidden files and the locks of workbooks are left out; below folders so is whatever
    begins with ``_``, where other tools keep notes and files half written.

    Args:
        workspace: Where relative paths start.
        item: Its path may be a file, a pattern as ``data/loan-*.csv``, or, for Parquet,
            a folder or a pattern of folders with hive partitions.
        environment: For ``${VAR}`` in the path; the process's own when null.

    Returns:
        One path where it names one file, whether that is there or not.

    Raises:
        ContentError: A variable is not set.
        DataError: A pattern or a folder finds no file.
    """
    path = _expanded(workspace, item, environment)
    try:
        is_tree = item.format == "parquet" and path.is_dir()
        is_there = path.exists()
    except OSError as error:
        raise DataError(
            f"{path.name[:_SHOWN]}: the path cannot be read: {error.strerror}.",
            hint="Mend the path in esg.toml.",
        ) from error
    if not is_tree and (is_there or not has_magic(str(path))):
        return (path,)
    # Wild cards in the names of folders that are there, as the workspace's, are none.
    root = path if is_tree else next(up for up in path.parents if up.is_dir())
    pattern = path.relative_to(root)
    files = sorted(set(_find(root, pattern, item)))
    if not files:
        wanted = "this folder" if is_tree else f"'{path.parent.name}' by this pattern"
        raise DataError(
            f"{path.name}: no file is found in {wanted}.",
            hint="Mend the path in esg.toml, or bring the files.",
        )
    return tuple(files)


def _expanded(
    workspace: Path, item: Input, environment: Mapping[str, str] | None
) -> Path:
    written = item.path or ""
    if "\0" in written:
        raise ContentError(
            "esg.toml: a path holds a zero byte.", hint="Mend the path in esg.toml."
        )
    try:
        return workspace / Path(expand(written, environment)).expanduser()
    except RuntimeError as error:
        raise ContentError(
            f"esg.toml: the path '{written}' starts in the home of nobody.",
            hint="Write the folder out, or a variable as ${DATA}.",
        ) from error


def _find(root: Path, pattern: Path, item: Input) -> Iterator[Path]:
    skipped = (".", "~$", "_") if "**" in pattern.parts else (".", "~$")
    # Until Python 3.13 a last ``**`` finds folders only.
    last = "/*" if pattern.name == "**" else ""
    found = root.glob(f"{pattern}{last}") if pattern.parts else iter([root])
    for each in found:
        below = each.relative_to(root)
        if any(part.startswith(skipped) for part in below.parts):
            continue
        if each.is_dir() and item.format == "parquet":
            yield from _find_parquet(each)
        elif each.is_file() and (not last or format_of(each.name) == item.format):
            yield each


def _find_parquet(folder: Path) -> Iterator[Path]:
    for each in folder.rglob("*"):
        parts = each.relative_to(folder).parts
        if any(part.startswith((".", "_")) for part in parts):
            continue
        if each.is_file() and format_of(each.name) == "parquet":
            yield each


Stamp = tuple[int, int, int] | None
"""Size of a file and when its content and its entry last changed, in nanoseconds; null
where there is none."""


def stamps(paths: tuple[Path, ...]) -> tuple[Stamp, ...]:
    """Return what tells whether files are written while they are read."""
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    # A copy that keeps times can set the first back, and never the second.
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def digest_files(paths: tuple[Path, ...]) -> str:
    """Return the SHA-256 of the content of files, whatever they are called.

    Of one file it is that of its bytes; of several, that of their digests in order. The
    values of hive partitions are content too and go with each digest where there are
    some.

    Raises:
        DataError: A file is absent or cannot be read.
    """
    if len(paths) == 1 and not partitions(paths[0]):
        return _digest(paths[0])
    listed = sorted(
        f"{_digest(path)} {sorted(partitions(path).items())}" for path in paths
    )
    return sha256("\n".join(listed).encode()).hexdigest()


def _digest(path: Path) -> str:
    with opened(path) as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file for reading.

    Raises:
        DataError: It is absent or cannot be read.
    """
    try:
        _refuse_other_kinds(path)
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise DataError(
            f"{path.name}: there is no such file in '{path.parent.name}'.",
            hint="Mend the path in esg.toml, or bring the file.",
        ) from error
    except OSError as error:
        raise DataError(
            f"{path.name}: the file cannot be read: {error.strerror}.",
            hint="Check that it is a file and that you may read it.",
        ) from error


def _refuse_other_kinds(path: Path) -> None:
    """Refuse what is no file of bytes: a pipe or a device would be read for ever."""
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return
    kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"
    raise DataError(
        f"{path.name}: this is no file but {kind}.",
        hint="Name a file in esg.toml, or a pattern as 'folder/*.csv'.",
    )
