"""Reading source files into DuckDB as they are: every column, every row, numbered.

A CSV comes in as text; what a cell means is judged later, against the contract. Lines
with too few or too many fields are kept apart with their row number.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, quote_text
from esg.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.settings import Source

SOURCE_VIEW = "source"
RAGGED_TABLE = "ragged_row"
ROW_NUMBER = "source_row"
ORDINAL = "_row_ordinal"  # no column of a file is likely to bear this name
_PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True)
class Reading:
    """One source as it stands in the connection, as the view ``source``."""

    path: Path
    columns: tuple[str, ...]
    is_text: bool
    """Whether every column is text, as in a CSV."""
    ragged: int
    """Lines whose number of fields is wrong; they are in ``ragged_row``."""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content.

    Raises:
        DataError: The file is absent or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
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


def read(connection: Connection, path: Path, source: Source) -> Reading:
    """Create the view ``source`` with all columns of a file and ``source_row``.

    Raises:
        DataError: The file is empty, not what its name says, or wrongly encoded.
    """
    connection.execute(
        f"create or replace temp table {RAGGED_TABLE} "
        f"({ROW_NUMBER} bigint, fields varchar)"
    )
    if path.stat().st_size == 0:
        raise DataError(
            f"{path.name}: the file is empty.", hint="Write the file again."
        )
    if path.suffix.lower() == ".parquet":
        return _read_parquet(connection, path)
    return _read_csv(connection, path, source)


def _read_parquet(connection: Connection, path: Path) -> Reading:
    with path.open("rb") as file:
        magic = file.read(len(_PARQUET_MAGIC))
    if magic != _PARQUET_MAGIC:
        raise DataError(
            f"{path.name}: the file is not Parquet; it starts with "
            f"{len(magic)} other bytes than 'PAR1'.",
            hint="Export it as Parquet, or name it .csv if it is one.",
        )
    try:
        connection.execute(
            f"create or replace temp view {SOURCE_VIEW} as "  # noqa: S608
            f"select * exclude (file_row_number), "
            f"file_row_number + 1 as {ROW_NUMBER} "
            f"from read_parquet({quote_text(str(path))}, file_row_number = true)"
        )
        columns = _columns(connection)
    except EngineFault as error:
        raise DataError(
            f"{path.name}: the file cannot be read as Parquet; it may be cut off.",
            hint="Write the file again.",
        ) from error
    return Reading(path, columns, is_text=False, ragged=0)


_OTHER_KINDS = {
    b"PK\x03\x04": ("a spreadsheet or zip archive", "Export it as CSV or Parquet."),
    b"\x1f\x8b": ("compressed with gzip", "Unpack it first."),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "Unpack it first."),
    _PARQUET_MAGIC: ("Parquet", "Name it .parquet."),
}
"""First bytes of files that are no CSV, whatever their name says."""


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    for magic, (kind, hint) in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise DataError(
                f"{path.name}: the file is no CSV; its first bytes say {kind}.",
                hint=hint,
            )


def _read_csv(connection: Connection, path: Path, source: Source) -> Reading:
    _refuse_other_kinds(path)
    header = _header(path, source)
    columns = ", ".join(f"{quote_text(name)}: 'varchar'" for name in header)
    # Without this, DuckDB 2.0 moves a later try_cast into the reader and fails the
    # whole file on the first bad value.
    connection.execute("set disabled_optimizers = 'type_pushdown'")
    connection.execute("drop table if exists reject_errors")
    connection.execute("drop table if exists reject_scans")
    options = (
        f"auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {quote_text(source.delimiter)}, quote = '\"', escape = '\"', "
        f"encoding = {quote_text(source.encoding)}, store_rejects = true, "
        "rejects_limit = 0, strict_mode = true, max_line_size = 10000000"
    )
    try:
        connection.execute(
            f"create or replace temp table csv_row as "  # noqa: S608
            f"select row_number() over () as {ORDINAL}, * "
            f"from read_csv({quote_text(str(path))}, {options})"
        )
    except EngineFault as error:
        raise _csv_fault(path, source, header, error) from error
    ragged = _keep_ragged(connection, path, source, header)
    if ragged:
        # Rows after a ragged one stand later in the file than their ordinal says.
        shift = "coalesce(skip.skipped, 0)"
        join = (
            "asof left join skipped_before as skip "
            f"on csv_row.{ORDINAL} > skip.after_ordinal"
        )
    else:
        shift, join = "0", ""
    connection.execute(
        f"create or replace temp view {SOURCE_VIEW} as "  # noqa: S608
        f"select csv_row.* exclude ({ORDINAL}), {ORDINAL} + {shift} as {ROW_NUMBER} "
        f"from csv_row {join}"
    )
    return Reading(path, header, is_text=True, ragged=ragged)


def _header(path: Path, source: Source) -> tuple[str, ...]:
    encoding = "utf-8-sig" if source.encoding == "utf-8" else source.encoding
    try:
        # Unreadable bytes further down are found, with their line, by the reader.
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            head = next(csv.reader(file, delimiter=source.delimiter), [])
    except UnicodeError as error:
        raise _encoding_fault(path, source, ()) from error
    except csv.Error as error:
        raise DataError(
            f"{path.name}, line 1: the header cannot be read: {error}.",
            hint="Write a first line of column names.",
        ) from error
    names = [name.strip() for name in head]
    if any(not name.isprintable() for name in names):
        raise _encoding_fault(path, source, ())
    if not any(names):
        raise DataError(
            f"{path.name}, line 1: the file has no header.",
            hint="Write a first line of column names.",
        )
    _refuse_other_delimiter(path, names, source)
    # A nameless column is common (a written index); a name standing twice is a fault.
    named = [name or f"column_{at}" for at, name in enumerate(names, start=1)]
    # SQL names do not tell case apart.
    folded = [name.lower() for name in named]
    twice = sorted(
        {n for n, f in zip(named, folded, strict=True) if folded.count(f) > 1}
    )
    if twice:
        raise DataError(
            f"{path.name}, line 1: the column '{twice[0]}' stands twice.",
            hint="Rename one of them.",
        )
    return tuple(named)


def _refuse_other_delimiter(path: Path, names: list[str], source: Source) -> None:
    for delimiter, shown in ((";", ";"), ("\t", "\\t"), ("|", "|"), (",", ",")):
        if len(names) == 1 and delimiter in names[0] and delimiter != source.delimiter:
            raise DataError(
                f"{path.name}, line 1: the header has one column by the delimiter "
                f"'{source.delimiter}', and '{shown}' inside it.",
                hint=f'Add delimiter = "{shown}" to [sources.{source.name}] '
                "in esg.toml.",
            )


def _encoding_fault(path: Path, source: Source, header: tuple[str, ...]) -> DataError:
    """Return what to say of bytes that are no text: where, and what they look like."""
    place, hint = path.name, "Save it as UTF-8, or declare its encoding in esg.toml."
    if source.encoding == "utf-8":
        line, before, rest = _first_undecodable(path)
        place += f", line {line}"
        at = before.count(source.delimiter)
        if at < len(header):
            place += f", column '{header[at]}'"
        if b"\0" in rest:
            hint = "It holds zero bytes, which text does not; export it again."
        elif _decodes(rest, "gb18030") and not rest.startswith(
            (b"\xff\xfe", b"\xfe\xff")
        ):
            hint = "It reads as GB18030; save it as UTF-8 ('CSV UTF-8' in Excel)."
    return DataError(f"{place}: the bytes are not {source.encoding} text.", hint=hint)


def _first_undecodable(path: Path) -> tuple[int, str, bytes]:
    """Return the first line that is not UTF-8, its text up to there, and the line."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                return number, raw[: error.start].decode("utf-8"), raw
    # Bytes that can be decoded and yet are no text, as zero bytes in a header.
    return 1, "", b"\0"


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        return raw.decode(encoding).strip().isprintable()
    except UnicodeDecodeError:
        return False


def _keep_ragged(
    connection: Connection, path: Path, source: Source, header: tuple[str, ...]
) -> int:
    rejects = connection.execute(
        "select line, error_type::varchar from reject_errors order by line"
    ).fetchall()
    for line, kind in rejects:
        if kind == "INVALID ENCODING":
            raise _encoding_fault(path, source, header)
        if kind not in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
            raise DataError(
                f"{path.name}, line {line}: {_REJECT_WORDS.get(kind, kind.lower())}.",
                hint=_REJECT_HINTS.get(kind, "Mend the line."),
            )
    if not rejects:
        return 0
    # ``line`` counts records with the header as the first; one record may have
    # several errors.
    connection.execute(
        f"insert into {RAGGED_TABLE} "  # noqa: S608
        "select line - 1, any_value(error_type::varchar) from reject_errors "
        "group by line"
    )
    # Of several ragged rows in a run, the last one counts for the rows that follow.
    connection.execute(
        "create or replace temp table skipped_before as "  # noqa: S608
        f"select {ROW_NUMBER} - place as after_ordinal, max(place) as skipped "
        f"from (select {ROW_NUMBER}, "
        f"row_number() over (order by {ROW_NUMBER}) as place from {RAGGED_TABLE}) "
        "group by all"
    )
    return len({line for line, _ in rejects})


_REJECT_WORDS = {
    "UNQUOTED VALUE": "a quoted field does not end with its quote",
    "LINE SIZE OVER MAXIMUM": "the line is longer than 10 MB",
}
_REJECT_HINTS = {
    "UNQUOTED VALUE": "Double every quote inside a quoted field.",
    "LINE SIZE OVER MAXIMUM": "Look for a quote that is never closed before it.",
}


def _csv_fault(
    path: Path, source: Source, header: tuple[str, ...], error: Exception
) -> DataError:
    text = str(error)
    # DuckDB's first line may repeat a cell; only its kind is passed on.
    if "utf-8" in text or "encod" in text.lower():
        return _encoding_fault(path, source, header)
    if "quote" in text.lower():
        return DataError(
            f"{path.name}: a quoted field is never closed.",
            hint="Double every quote inside a quoted field.",
        )
    return DataError(
        f"{path.name}: the file cannot be read as CSV.",
        hint="Check its delimiter and quotes; declare 'delimiter' in esg.toml.",
    )


def _columns(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute(f"describe {SOURCE_VIEW}").fetchall()
    return tuple(row[0] for row in rows if row[0] != ROW_NUMBER)
