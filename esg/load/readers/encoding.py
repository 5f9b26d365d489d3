"""Text in its encoding: reading it as UTF-8, and telling where bytes are no text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from esg.errors import DataError
from esg.load.readers.packing import chunks, packing_of

if TYPE_CHECKING:
    from esg.load.readers.packing import Packing
    from esg.spec.source import Input

UTF8_MARK = codecs.BOM_UTF8
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def as_utf8(
    path: Path, item: Input, source: str, scratch: Path, *, always: bool = False
) -> tuple[Path, Packing]:
    """Return a file that holds the same text in UTF-8, and how that one is packed.

    Args:
        path: The file; itself the answer when it is in UTF-8 already.
        item: Its encoding.
        source: The source's name, for hints.
        scratch: Where the other file is written.
        always: Whether to write it even so, without its byte order mark.

    Raises:
        DataError: Bytes that are no text in this encoding, or a damaged archive.
    """
    packing = packing_of(path, "text")
    if item.encoding == "utf-8" and not always:
        if packing != "none":
            # DuckDB takes the rest of an archive that is cut off for its end.
            for _ in chunks(path, packing):
                pass
        return path, packing
    decoder = codecs.getincrementaldecoder(codec_of(path, item, packing))()
    with NamedTemporaryFile(dir=scratch, suffix=".utf8", delete=False) as file:
        try:
            for chunk in chunks(path, packing):
                file.write(decoder.decode(chunk).encode("utf-8"))
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise encoding_fault(path, item, source, ()) from error
    return Path(file.name), "none"


def codec_of(path: Path, item: Input, packing: Packing) -> str:
    """Return the codec of a file, which for UTF-16 may lack its byte order mark."""
    start = next(chunks(path, packing))[:2]
    if item.encoding == "utf-8":
        return "utf-8-sig"
    if item.encoding != "utf-16" or start in UTF16_MARKS:
        return item.encoding
    return "utf-16-be" if start.startswith(b"\0") else "utf-16-le"


def refuse_other_mark(path: Path, item: Input, source: str, start: bytes) -> None:
    """Refuse a byte order mark that contradicts the declared encoding.

    Latin-1 in particular can read anything, and would store nonsense.

    Raises:
        DataError: It does.
    """
    says = "utf-8" if start.startswith(UTF8_MARK) else item.encoding
    if start.startswith(UTF16_MARKS) and item.encoding != "utf-8":
        says = "utf-16"
    if says != item.encoding:
        raise DataError(
            f"{path.name}, line 1: the bytes are not {item.encoding} text; the first "
            f"ones say {says}.",
            hint=f'Write encoding = "{says}" in [sources.{source}] in esg.toml.',
        )


def encoding_fault(
    path: Path, item: Input, source: str, header: tuple[str, ...]
) -> DataError:
    """Return what to say of bytes that are no text: where, and what they look like.

    Args:
        path: The file.
        item: Its declared encoding.
        source: The source's name, for hints.
        header: Names of its columns, to name the one it happens in; empty when the
            place in the line tells nothing.
    """
    found = _first_undecodable(path, item)
    if found is None:
        start = next(chunks(path, packing_of(path, "text")))
        says = _says_utf16(source) if _is_utf16(start) else _ZEROS
        return _no_text(f"{path.name}, line 1", item, source, says)
    place = f"{path.name}, line {found.line}"
    hint: str | None = None
    column = found.before.count(item.delimiter)
    if column < len(header):
        place += f", column '{header[column]}'"
    if found.is_end:
        hint = "The file is cut off in the middle of a character; bring the whole file."
    elif item.encoding != "utf-8":
        if _is_utf8(found.start):
            hint = f'It reads as UTF-8; write encoding = "utf-8" in [sources.{source}].'
    elif found.start.startswith(UTF16_MARKS) or _is_utf16(found.start):
        hint = _says_utf16(source)
    elif b"\0" in found.rest:
        hint = _ZEROS
    elif _decodes(found.rest, "gb18030"):
        hint = (
            f'It reads as GB18030; add encoding = "gb18030" to [sources.{source}] in '
            "esg.toml, or save it as UTF-8 ('CSV UTF-8' in Excel)."
        )
    return _no_text(place, item, source, hint)


_ZEROS = "It holds zero bytes, which text does not; export it again."


def _says_utf16(source: str) -> str:
    return f'It starts as UTF-16; add encoding = "utf-16" to [sources.{source}].'


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf16(start: bytes) -> bool:
    """Return whether every other byte is zero, as in UTF-16 of mostly ASCII."""
    head = start[:64]
    return any(
        set(head[at::2]) == {0} and b"\0" not in head[1 - at :: 2] for at in (0, 1)
    )


def _no_text(
    place: str, item: Input, source: str, hint: str | None = None
) -> DataError:
    return DataError(
        f"{place}: the bytes are not {item.encoding} text.",
        hint=hint
        or f"Save it as UTF-8, or declare its encoding in [sources.{source}].",
    )


@dataclass(frozen=True)
class _Undecodable:
    """Where a file stops being text of its encoding."""

    line: int
    before: str
    """Of that line, up to there."""
    rest: bytes
    """That line, or what follows of it."""
    start: bytes
    """The first bytes of the file."""
    is_end: bool
    """Whether the file ends inside a character."""


def _first_undecodable(path: Path, item: Input) -> _Undecodable | None:
    """Return where a file is no text of its encoding; null if it is all through."""
    packing = packing_of(path, "text")
    codec = codec_of(path, item, packing)
    decoder = codecs.getincrementaldecoder(codec)()
    line, before, start, rest = 1, "", b"", b""
    try:
        for chunk in chunks(path, packing):
            start = start or chunk
            rest = chunk
            text = decoder.decode(chunk)
            line += text.count("\n")
            before = (before if "\n" not in text else "") + text.rpartition("\n")[2]
            if codec.startswith("utf-16") and b"\0" not in start[:4096]:
                return _Undecodable(1, "", rest, start, is_end=False)
        rest = b""
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        read = error.object[: error.start].decode(error.encoding, "replace")
        line += read.count("\n")
        before = (before if "\n" not in read else "") + read.rpartition("\n")[2]
        tail = error.object[error.start :].split(b"\n", maxsplit=1)[0]
        return _Undecodable(line, before, tail, start, is_end=not rest)
    return None


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        return raw.decode(encoding).strip().isprintable()
    except UnicodeDecodeError:
        return False
