"""Reading CSV files: every cell as text, in one pass, ragged lines kept apart.

DuckDB reads the file; what is here is the header, and words for what goes wrong. A file
in another encoding than UTF-8 is written anew in ``scratch``: of DuckDB's own two,
measured on 2.0, one reads UTF-16 with the high byte first as an empty file and both
take longer than this detour.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from typing import TYPE_CHECKING

from esg.engine.duck import quote_text
from esg.errors import ContentError, DataError
from esg.load.readers.encoding import (
    UTF8_MARK,
    as_utf8,
    codec_of,
    encoding_fault,
    refuse_other_mark,
)
from esg.load.readers.packing import chunks, packed_fault, packing_of, unpacked
from esg.load.readers.part import RAGGED_TABLE, Part

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.load.readers.packing import Packing
    from esg.spec.source import Input

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
            raw, encoding=codec_of(path, item, packing), errors="replace", newline=""
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
    encoding = codec_of(path, item, packing)
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
        raise packed_fault(path, packing) from error
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
    return tuple(named), reader.line_num == 1 or not start.startswith(UTF8_MARK)


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
