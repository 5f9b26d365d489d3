"""Reading CSV files: every cell as text, in one pass, ragged lines kept apart.

DuckDB reads the file; what is here is the header, packing and encoding, and words for
what goes wrong. A file in another encoding than UTF-8 is written anew in ``scratch``:
of DuckDB's own two, measured on 2.0, one reads UTF-16 with the high byte first as an
empty file and both take longer than this detour.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Literal, cast

import pyarrow as pa

from esg.engine.duck import quote_text
from esg.errors import ContentError, DataError
from esg.load.readers.part import RAGGED_TABLE, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esg.engine.duck import Connection
    from esg.spec.source import Input

    Packing = Literal["none", "gzip", "zstd"]

_UTF8_MARK = codecs.BOM_UTF8
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
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
MAX_LINE = 10_000_000
"""Bytes; a longer line is one whose quote or line end is lost."""


def open_part(
    connection: Connection, path: Path, item: Input, source: str, scratch: Path
) -> Part:
    """Return a CSV as a part that streams: every column as text.

    Args:
        connection: Where it will be read.
        path: The file; gzip and zstd are seen by their first bytes.
        item: Delimiter, quote and encoding.
        source: The source's name, for hints.
        scratch: Where a file in another encoding is written as UTF-8; the caller
            removes it.

    Raises:
        ContentError: Delimiter and quote cannot be used.
        DataError: The file is empty, no CSV, damaged, or its header cannot be read.
    """
    _check_marks(item, source)
    packing = packing_of(path, "CSV")
    header, is_plain = _header(path, item, source, packing)
    readable, packing = as_utf8(path, item, source, scratch, always=not is_plain)
    columns = ", ".join(f"{quote_text(name)}: 'varchar'" for name in header)
    # Without this, DuckDB 2.0 moves a later try_cast into the reader and fails the
    # whole file on the first bad value.
    connection.execute("set disabled_optimizers = 'type_pushdown'")
    _drop_rejects(connection)
    relation = (
        f"read_csv({quote_path(readable)}, auto_detect = false, header = true, "
        f"columns = {{{columns}}}, delim = {quote_text(item.delimiter)}, "
        f"quote = {quote_text(item.quote)}, escape = {quote_text(item.quote)}, "
        f"encoding = 'utf-8', compression = {quote_text(packing)}, "
        "hive_partitioning = false, store_rejects = true, rejects_limit = 0, "
        f"strict_mode = true, max_line_size = {MAX_LINE})"
    )
    return Part(path.name, relation, header, is_text=True, header=1)


def finish_part(
    connection: Connection, part: Part, path: Path, item: Input, source: str
) -> int:
    """Fill ``ragged_row`` from what the reader rejected in the scan just made.

    Row 1 is the first record below the header. DuckDB counts empty lines among the
    records here and leaves them out of the rows.

    Returns:
        How many records have too few or too many fields.

    Raises:
        DataError: Something else was rejected, so that rows cannot be told apart.
    """
    connection.execute(
        f"create or replace temp table {RAGGED_TABLE} "
        "(source_row bigint, fields varchar, line varchar)"
    )
    rejects = connection.execute(
        "select line, error_type::varchar from reject_errors order by line"
    ).fetchall()
    for line, kind in rejects:
        if kind == "INVALID ENCODING":
            raise encoding_fault(path, item, source, part.columns)
        if kind not in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
            raise DataError(
                f"{path.name}, line {line}: {_REJECT_WORDS.get(kind, kind.lower())}.",
                hint=_REJECT_HINTS.get(kind, "Mend the line."),
            )
    if rejects:
        # ``line`` counts records with the header as the first, and blank lines with
        # them, which are no rows; one record may have several errors.
        connection.execute(
            "create or replace temp table blank_line as select unnest($1) as line",
            [_blank_lines(path, item) if len(part.columns) > 1 else []],
        )
        connection.execute(
            f"insert into {RAGGED_TABLE} "  # noqa: S608
            "select line - 1 - (select count(*) from blank_line "
            "where blank_line.line < each.line), fields, content from "
            "(select line, any_value(error_type::varchar) as fields, "
            "rtrim(any_value(csv_line), chr(10) || chr(13)) as content "
            "from reject_errors group by line) as each"
        )
        # Rejects of the next file would be added to these.
        _drop_rejects(connection)
    return len({line for line, _ in rejects})


_BLANK_LINE = re.compile(rb"\n\r?\n|\r\r|\A\r?\n")


def _blank_lines(path: Path, item: Input) -> list[int]:
    """Return which records of a file, from 1, are blank lines outside of quotes."""
    packing = packing_of(path, "text")
    tail = b""
    for chunk in chunks(path, packing):
        if item.encoding == "utf-16" or _BLANK_LINE.search(tail + chunk):
            break
        tail = chunk[-3:]
    else:
        return []
    with (
        unpacked(path, packing) as raw,
        io.TextIOWrapper(
            raw, encoding=_codec(path, item, packing), errors="replace", newline=""
        ) as file,
    ):
        reader = csv.reader(file, delimiter=item.delimiter, quotechar=item.quote)
        limit = csv.field_size_limit(MAX_LINE)
        try:
            return [number for number, row in enumerate(reader, start=1) if not row]
        finally:
            csv.field_size_limit(limit)


_REJECT_WORDS = {
    "UNQUOTED VALUE": "a quoted field does not end with its quote: it is never closed, "
    "or a quote inside it is not doubled",
    "LINE SIZE OVER MAXIMUM": "the line is longer than 10 MB",
}
_REJECT_HINTS = {
    "UNQUOTED VALUE": "Double every quote inside a quoted field.",
    "LINE SIZE OVER MAXIMUM": "Look for a quote that is never closed before it.",
}


def explain(
    path: Path, item: Input, source: str, header: tuple[str, ...], error: Exception
) -> DataError:
    """Return what to say of an error of the engine while it read a CSV."""
    # DuckDB's first line may repeat a cell; only its kind is passed on.
    text = str(error).lower()
    if "utf-8" in text or "encod" in text:
        return encoding_fault(path, item, source, header)
    if "invalid state" in text:
        return _mixed_ends(path, item) or DataError(
            f"{path.name}: the file cannot be read as CSV; quotes stand where none "
            "may.",
            hint="Double every quote inside a quoted field.",
        )
    if "quote" in text:
        return DataError(
            f"{path.name}: a quoted field is never closed.",
            hint="Double every quote inside a quoted field.",
        )
    return DataError(
        f"{path.name}: the file cannot be read as CSV.",
        hint="Check its delimiter and quotes; declare 'delimiter' in esg.toml.",
    )


_LINE_END = re.compile(rb"\r\n|\n|\r")
_END_NAMES = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}


def _mixed_ends(path: Path, item: Input) -> DataError | None:
    """Return what to say of a file whose lines end in different ways; null if alike."""
    if item.encoding == "utf-16":
        return None
    first, line, rest = b"", 1, b""
    for chunk in chunks(path, packing_of(path, "text")):
        piece = rest + chunk
        # The next chunk may start with the second half of an end.
        rest = b"\r" if piece.endswith(b"\r") else b""
        for found in _LINE_END.finditer(piece[: len(piece) - len(rest)]):
            first = first or found[0]
            if found[0] != first:
                return DataError(
                    f"{path.name}, line {line}: this line ends by "
                    f"{_END_NAMES[found[0]]}, those above by {_END_NAMES[first]}.",
                    hint="End every line alike; two files put together often differ.",
                )
            line += 1
    return None


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
        raise _packed_fault(path, packing) from error


def _packed_fault(path: Path, packing: Packing) -> DataError:
    return DataError(
        f"{path.name}: the file cannot be unpacked as {packing}; it is cut off or "
        "damaged.",
        hint="Pack it again, or bring the whole file.",
    )


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
    decoder = codecs.getincrementaldecoder(_codec(path, item, packing))()
    with NamedTemporaryFile(dir=scratch, suffix=".utf8", delete=False) as file:
        try:
            for chunk in chunks(path, packing):
                file.write(decoder.decode(chunk).encode("utf-8"))
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise encoding_fault(path, item, source, ()) from error
    return Path(file.name), "none"


def _codec(path: Path, item: Input, packing: Packing) -> str:
    """Return the codec of a file, which for UTF-16 may lack its byte order mark."""
    start = next(chunks(path, packing))[:2]
    if item.encoding == "utf-8":
        return "utf-8-sig"
    if item.encoding != "utf-16" or start in UTF16_MARKS:
        return item.encoding
    return "utf-16-be" if start.startswith(b"\0") else "utf-16-le"


def quote_path(path: Path) -> str:
    """Return a path for DuckDB, which takes ``[``, ``*`` and ``?`` for a pattern."""
    return quote_text(re.sub(r"([\[*?])", r"[\1]", str(path)))


def _drop_rejects(connection: Connection) -> None:
    connection.execute("drop table if exists reject_errors")
    connection.execute("drop table if exists reject_scans")


def _check_marks(item: Input, source: str) -> None:
    if not item.quote.isascii() or item.quote == item.delimiter:
        raise ContentError(
            f"esg.toml: in [sources.{source}], quote is '{item.quote}', which is the "
            "delimiter or not ASCII.",
            hint="Declare another 'quote', as '\"'.",
        )


def _header(
    path: Path, item: Input, source: str, packing: Packing
) -> tuple[tuple[str, ...], bool]:
    """Return the names of the columns, and whether DuckDB can skip them as they are.

    It does not find the end of a header that has both a byte order mark and a line
    break inside a name.
    """
    start = next(chunks(path, packing))
    refuse_other_mark(path, item, source, start)
    encoding = _codec(path, item, packing)
    if encoding.startswith("utf-16") and b"\0" not in start[:4096]:
        # Any bytes are some signs of UTF-16; not one of ASCII among them is no table.
        raise encoding_fault(path, item, source, ())
    try:
        # Unreadable bytes further down are found, with their line, by the reader.
        with (
            unpacked(path, packing) as raw,
            io.TextIOWrapper(
                raw,
                encoding="utf-8-sig" if encoding == "utf-8" else encoding,
                errors="replace"
                if encoding.startswith("utf-16")
                else "surrogateescape",
                newline="",
            ) as file,
        ):
            reader = csv.reader(
                file, delimiter=item.delimiter, quotechar=item.quote, strict=True
            )
            head = next(reader, [])
    except UnicodeError as error:
        raise encoding_fault(path, item, source, ()) from error
    except OSError as error:
        raise _packed_fault(path, packing) from error
    except csv.Error as error:
        raise DataError(
            f"{path.name}, line 1: the header cannot be read: {_header_words(error)}.",
            hint="Write a first line of column names, each quote closed.",
        ) from error
    _refuse_other_delimiter(path, head, item, source)
    names = [one_line(name) for name in head]
    if any(_is_no_text(c) for name in names for c in name):
        raise encoding_fault(path, item, source, ())
    if not any(names):
        raise DataError(
            f"{path.name}, line 1: the file has no header.",
            hint="Write a first line of column names.",
        )
    # A nameless column is common (a written index); a name standing twice is a fault.
    named = [name or f"column_{at}" for at, name in enumerate(names, start=1)]
    refuse_twice(f"{path.name}, line 1", named)
    return tuple(named), reader.line_num == 1 or not start.startswith(_UTF8_MARK)


def one_line(name: str) -> str:
    """Return a name without the line breaks that workbooks leave in headers."""
    return re.sub(r"\s*[\r\n\t]\s*", " ", re.sub(_AROUND, "", name))


_AROUND = "^[\\s\ufeff\u200b]+|[\\s\ufeff\u200b]+$"
"""Blanks around a name, among them two that show as nothing."""


def _is_no_text(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character == "\ufffd"


def _header_words(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end" in words:
        return "a quote in it is never closed"
    if "field limit" in words:
        return f"a name is longer than {csv.field_size_limit():,} characters"
    return "a quote inside a quoted name is not doubled"


def refuse_twice(where: str, names: list[str]) -> None:
    """Refuse two columns of one name, as SQL sees names: without their case.

    Raises:
        DataError: There are such.
    """
    folded = [name.lower() for name in names]
    twice = sorted(
        {n for n, f in zip(names, folded, strict=True) if folded.count(f) > 1}
    )
    if twice:
        raise DataError(
            f"{where}: the column '{twice[0]}' stands twice.",
            hint="Rename one of them.",
        )


def refuse_other_mark(path: Path, item: Input, source: str, start: bytes) -> None:
    """Refuse a byte order mark that contradicts the declared encoding.

    Latin-1 in particular can read anything, and would store nonsense.

    Raises:
        DataError: It does.
    """
    says = "utf-8" if start.startswith(_UTF8_MARK) else item.encoding
    if start.startswith(UTF16_MARKS) and item.encoding != "utf-8":
        says = "utf-16"
    if says != item.encoding:
        raise DataError(
            f"{path.name}, line 1: the bytes are not {item.encoding} text; the first "
            f"ones say {says}.",
            hint=f'Write encoding = "{says}" in [sources.{source}] in esg.toml.',
        )


_DELIMITERS = (";", "\t", "|", ",", "\uff0c", "\uff1b", "\x01")
"""What else separates fields: Excel's in Europe, Hive's, and full-width signs."""


def _refuse_other_delimiter(
    path: Path, names: list[str], item: Input, source: str
) -> None:
    for delimiter in _DELIMITERS:
        shown = "\\t" if delimiter == "\t" else delimiter
        if len(names) == 1 and delimiter in names[0] and delimiter != item.delimiter:
            raise DataError(
                f"{path.name}, line 1: the header has one column by the delimiter "
                f"'{item.delimiter}', and '{shown}' inside it.",
                hint=f'Add delimiter = "{shown}" to [sources.{source}] in esg.toml.',
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
    codec = _codec(path, item, packing)
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
