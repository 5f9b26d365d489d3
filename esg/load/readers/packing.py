"""Unpacking files, and knowing by their first bytes what they are."""

from __future__ import annotations

import io
import re
from typing import IO, TYPE_CHECKING, Literal, cast

from esg.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Packing = Literal["none", "gzip", "zstd"]

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_EXPORT = "Export it as CSV or Parquet."
_UNPACK = "Unpack it, or pack it with gzip or zstd."
_LOOK = "Look at it: a login or an error may have been saved."
_OTHER_KINDS = {
    b"PK\x03\x04": ("a spreadsheet or zip archive", _EXPORT),
    b"PK\x05\x06": ("an empty zip archive", _EXPORT),
    b"\xd0\xcf\x11\xe0": ("a workbook of Excel 97", _EXPORT),
    b"PAR1": ("Parquet", "Name it .parquet."),
    b"SQLite format 3": ("an SQLite database", "Name it .sqlite."),
    b"%PDF": ("a PDF", _EXPORT),
    b"BZh": ("bzip2", _UNPACK),
    b"\xfd7zXZ": ("xz", _UNPACK),
    b"7z\xbc\xaf": ("a 7z archive", _UNPACK),
    b"<!DOCTYPE": ("a web page", _LOOK),
    b"<html": ("a web page", _LOOK),
    _GZIP: ("gzip", "It is packed twice; unpack it once."),
    _ZSTD: ("zstd", "It is packed twice; unpack it once."),
}
"""First bytes of files that are no text, whatever their name says."""

_JSON_START = re.compile(rb'\s*(?:\[\s*)?\{\s*"')

_CHUNK = 1 << 22


def packing_of(path: Path, kind: str) -> Packing:
    """Return how a text file is packed, after a look at its first bytes.

    Args:
        path: The file.
        kind: What it should be, for messages: ``CSV``.

    Raises:
        DataError: The file is empty, damaged, or plainly something else.
    """
    with path.open("rb") as file:
        start = file.read(64)
    packing: Packing = "none"
    if start.startswith((_GZIP, _ZSTD)):
        packing = "gzip" if start.startswith(_GZIP) else "zstd"
        start = next(chunks(path, packing), b"")
    if not start:
        raise DataError(
            f"{path.name}: the file is empty.", hint="Write the file again."
        )
    for magic, (found, hint) in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise DataError(
                f"{path.name}: the file is no {kind}; its first bytes say {found}.",
                hint=hint,
            )
    if kind == "CSV" and _JSON_START.match(start):
        raise DataError(
            f"{path.name}: the file is no CSV; it starts as JSON does.",
            hint="Name it .json or .ndjson, or declare its 'format' in esg.toml.",
        )
    return packing


def unpacked(path: Path, packing: Packing) -> IO[bytes]:
    """Return a file's content as a stream of bytes; see ``chunks`` for its faults."""
    if packing == "none":
        return path.open("rb")
    import pyarrow as pa  # noqa: PLC0415 - most files are not packed

    # Unlike DuckDB's own, this reader notices an archive that is cut off or damaged.
    stream = pa.input_stream(str(path), compression=packing)
    return cast("IO[bytes]", io.BufferedReader(stream))


def chunks(path: Path, packing: Packing) -> Iterator[bytes]:
    """Yield a file's content in pieces.

    Raises:
        DataError: The archive is cut off or damaged.
    """
    try:
        with unpacked(path, packing) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise packed_fault(path, packing) from error


def packed_fault(path: Path, packing: Packing) -> DataError:
    """Return what to say of an archive that is cut off or damaged."""
    return DataError(
        f"{path.name}: the file cannot be unpacked as {packing}; it is cut off or "
        "damaged.",
        hint="Pack it again, or bring the whole file.",
    )
