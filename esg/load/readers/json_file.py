"""Reading JSON: an array of objects, or an object a line; every value as text.

A record that is no JSON object, or names a key twice (which RFC 7493 forbids, as no two
programs agree on the value), is kept as a fault with its place in the file. Values that
are objects or arrays come as JSON text.
"""

from __future__ import annotations

import codecs
import json
import unicodedata
from typing import TYPE_CHECKING, Literal

from esg.engine.duck import EngineFault, is_disk_fault, quote_name, quote_text
from esg.errors import DataError
from esg.load.readers.csv_file import MAX_LINE, quote_path, refuse_twice
from esg.load.readers.encoding import (
    UTF16_MARKS,
    as_utf8,
    encoding_fault,
    refuse_other_mark,
)
from esg.load.readers.packing import chunks, packing_of, unpacked
from esg.load.readers.part import FAULT, RAGGED_TABLE, Part

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.load.readers.packing import Packing
    from esg.spec.source import Input

    Shape = Literal["array", "lines"]

_NOT_JSON = "not_json"
_SPACE = " \t\r\n"

_CHANGES = (
    r"[:,\[\s]-?[0-9][0-9.]{15,}|\.[0-9]*0[,}\]\s]|[:,\[\s]-?[0-9.]+[eE]"
    r"|[:,\[\s]-?0\.000|-0[.,}\]\s]"
)
"""Records with a number that DuckDB would write with other digits: it takes numbers for
doubles, so that 1234567890123456.78 ends in .8 and 0.10 in .1. A match inside a text
costs time only."""

_LEXEME = r'("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)'
"""A text, or a number outside of texts."""


def open_part(
    connection: Connection, path: Path, item: Input, source: str, scratch: Path
) -> Part:
    """Return a JSON file as a part that streams, after one pass over it for its keys.

    Args:
        connection: Where it will be read.
        path: The file; gzip and zstd are seen by their first bytes.
        item: Its encoding; what the file looks like goes before its declared format.
        source: The source's name, for hints.
        scratch: Where a file in another encoding is written as UTF-8; the caller
            removes it.

    Returns:
        The part; its columns are all keys in the order of their first appearance.

    Raises:
        DataError: The file is empty, damaged, no JSON, or holds no records.
    """
    start = next(chunks(path, packing_of(path, "JSON")))
    refuse_other_mark(path, item, source, start)
    if item.encoding == "utf-8" and start.startswith(UTF16_MARKS):
        raise encoding_fault(path, item, source, ())
    # DuckDB does not skip a byte order mark before an array.
    always = start.startswith(codecs.BOM_UTF8)
    readable, packing = as_utf8(path, item, source, scratch, always=always)
    shape = _shape(path, item, readable, packing)
    connection.execute("set disabled_optimizers = 'type_pushdown'")
    texts = _texts(readable, packing, shape)
    try:
        key_lists = connection.execute(
            "select names from (select row_number() over () as place, "  # noqa: S608
            f"case when {_IS_OBJECT} then json_keys(record) end as names from {texts}) "
            "where names is not null group by names order by min(place)"
        ).fetchall()
    except EngineFault as error:
        if is_disk_fault(error):
            raise
        raise explain(path, item, source, (), error) from error
    keys = list(dict.fromkeys(key for (names,) in key_lists for key in names))
    columns = _columns(path, keys)
    has_twice = any(len(set(names)) < len(names) for (names,) in key_lists)
    return Part(
        path.name,
        _relation(texts, keys, columns, has_twice=has_twice),
        columns,
        is_text=True,
        has_faults=True,
    )


def finish_part(
    connection: Connection, part: Part, path: Path, item: Input, source: str
) -> int:
    """Empty ``ragged_row``: a record of JSON may lack keys without being ragged."""
    del part, path, item, source
    connection.execute(
        f"create or replace temp table {RAGGED_TABLE} "
        "(source_row bigint, fields varchar)"
    )
    return 0


def explain(
    path: Path, item: Input, source: str, header: tuple[str, ...], error: Exception
) -> DataError:
    """Return what to say of an error of the engine while it read JSON."""
    del header
    # Its words may repeat values; only their kind is passed on.
    text = str(error).lower()
    if "utf-8" in text or "unicode" in text or "encod" in text:
        return encoding_fault(path, item, source, ())
    if "maximum" in text:
        return DataError(
            f"{path.name}: a record is longer than 10 MB.",
            hint="Write one object a line, or an array of objects.",
        )
    return DataError(
        f"{path.name}: the file cannot be read as JSON; it may be cut off, or a comma, "
        "bracket or quote in it is wrong.",
        hint="Write the file again.",
    )


def _shape(path: Path, item: Input, readable: Path, packing: Packing) -> Shape:
    """Return what the file's first bytes say: its name and format may be mistaken."""
    with unpacked(readable, packing) as file:
        first = b""
        while not first and (line := file.readline(MAX_LINE)):
            first = line.strip()
        if first.startswith(b"["):
            after = first[1:].lstrip()
            if item.format == "json" or after[:1] in (b"{", b"]", b""):
                return "array"
        has_more = any(line.strip() for line in iter(lambda: file.readline(1024), b""))
    if item.format == "ndjson" or (has_more and _is_object(first)):
        return "lines"
    if not first:
        raise _no_records(path)
    if not first.startswith((b"{", b"[")):
        raise DataError(
            f"{path.name}: the file is not JSON; it starts with neither '[' nor '{{'.",
            hint="Write an array of objects, or an object a line; or name the file "
            "after what it is, as .csv.",
        )
    found = "one object" if first.startswith(b"{") else "no array"
    raise DataError(
        f"{path.name}: the file holds {found}; records come as an array of objects, or "
        "an object a line.",
        hint='Export the array itself, or declare format = "ndjson" for one object a '
        "line.",
    )


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _no_records(path: Path) -> DataError:
    return DataError(
        f"{path.name}: the file holds no JSON object with a key, so it has no columns.",
        hint="Write an array of objects, or an object a line.",
    )


def _texts(path: Path, packing: Packing, shape: Shape) -> str:
    """Return a relation of one column, ``record``: the text of each record."""
    if shape == "array":
        return (
            "(select json::varchar as record from read_json_objects("  # noqa: S608
            f"{quote_path(path)}, format = 'array', hive_partitioning = false, "
            f"compression = {quote_text(packing)}))"
        )
    # Not read_json: it leaves out a line that is no JSON, with its place.
    return (
        "(select record from read_csv("  # noqa: S608
        f"{quote_path(path)}, auto_detect = false, header = false, "
        "columns = {record: 'varchar'}, delim = '', quote = '', escape = '', "
        f"compression = {quote_text(packing)}, hive_partitioning = false, "
        f"strict_mode = false, max_line_size = {MAX_LINE}) "
        f"where trim(record, {quote_text(_SPACE)}) <> '')"
    )


_IS_OBJECT = (
    f"(json_valid(record) and ltrim(record, {quote_text(_SPACE)}).starts_with('{{'))"
)


def _columns(path: Path, keys: list[str]) -> tuple[str, ...]:
    if not keys:
        raise _no_records(path)
    if any(unicodedata.category(c) == "Cc" for key in keys for c in key):
        raise DataError(
            f"{path.name}: a key holds a control character, as a line break.",
            hint="Rename it.",
        )
    columns = [key or f"column_{at}" for at, key in enumerate(keys, start=1)]
    # SQL names do not tell case apart, and one name is ours.
    refuse_twice(path.name, [*columns, FAULT])
    return tuple(columns)


def _relation(
    texts: str, keys: list[str], columns: tuple[str, ...], *, has_twice: bool
) -> str:
    """Return the rows of texts; every record is parsed once for all its columns."""
    is_good = _IS_OBJECT
    if has_twice:
        is_good = (
            f"case when {is_good} then list_unique(json_keys(record)) = "
            "len(json_keys(record)) else false end"
        )
    pointers = [
        quote_text("/" + key.replace("~", "~0").replace("/", "~1")) for key in keys
    ]
    cells = ", ".join(
        # An object or array is taken from the record as it was: its numbers are none of
        # the texts they became.
        f"case when has_digits and cell[{at}][1] in ('{{', '[') "
        f"then json_extract_string(record, {pointer}) else cell[{at}] end "
        f"as {quote_name(column)}"
        for at, (pointer, column) in enumerate(
            zip(pointers, columns, strict=True), start=1
        )
    )
    # A valid record holds no character 1 or 2, so these can mark what was matched: a
    # text is followed by both, a number stands between them.
    exact = (
        f"replace(replace(replace(regexp_replace(record, {quote_text(_LEXEME)}, "
        r"'\1' || chr(1) || '\2' || chr(2), 'g'), "
        "chr(1) || chr(2), ''), chr(1), '\"'), chr(2), '\"')"
    )
    return (
        f"(select case when is_good then null else '{_NOT_JSON}' end as {FAULT}, "  # noqa: S608
        f"{cells} from (select record, is_good, has_digits, case when is_good then "
        f"json_extract_string(case when has_digits then {exact} else record end, "
        f"[{', '.join(pointers)}]) end as cell from (select record, "
        f"{is_good} as is_good, "
        f"regexp_matches(record, {quote_text(_CHANGES)}) as has_digits from {texts})))"
    )
