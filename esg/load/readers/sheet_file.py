"""Reading a sheet of a workbook: every cell as the text that a CSV would hold.

A workbook keeps numbers as binary fractions, days as numbers with a format, and in one
column cells of any kind. Each becomes text that says exactly what the cell holds: a
number its shortest digits, at its cent where only the noise of binary fractions keeps
it from one; a day ``2026-01-05``; an error its word, as ``#N/A``. Nothing is rounded
that a person could see.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from esg.engine.duck import put_arrow, quote_name, quote_text
from esg.errors import DataError
from esg.load.readers.csv_file import one_line, refuse_twice
from esg.load.readers.exact import digits
from esg.load.readers.part import PLACE, Part
from esg.spec.fields import there_are

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.source import Input

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BOOK = "xl/workbook.xml"

_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_MOMENT = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_MIDNIGHT = " 00:00:00"


def open_part(
    connection: Connection, path: Path, item: Input, source: str, scratch: Path
) -> Part:
    """Return a sheet as a part of text, whose rows stand in a temporary table.

    Blank rows are left out, as blank lines of a CSV are, but counted: row 1 is the line
    below the header.

    Args:
        connection: Gets the table.
        path: The workbook.
        item: The sheet, the first that is not hidden when null; the header's line.
        source: The source's name, for hints.
        scratch: Unused: a workbook is read in memory.

    Raises:
        DataError: The file is no workbook, locked or damaged; there is no such sheet,
            or no header in that line.
    """
    del scratch
    epoch = _epoch(path)
    try:
        reader = fastexcel.read_excel(path)
        sheet = _sheet(reader, path, item, source)
        where = f"{path.name}, sheet '{sheet.name}'"
        lines = sheet.total_height
        _refuse_short(where, lines, item, source)
        whole, faults = sheet.to_arrow_with_errors()
        names = _names(whole, f"{where}, line {item.header_row}", item, source)
        cells = {f"c{at}": whole.column(at).slice(item.header_row) for at in names}
        cells |= _numbers(reader, sheet.name, cells, item)
        cells |= _errors(faults, names, item, lines)
    except fastexcel.FastExcelError as error:
        raise _damaged(path) from error
    records = lines - item.header_row
    cells[PLACE] = pa.array(range(1, records + 1), pa.int64())
    table = quote_name(f"sheet {item.name}")
    texts = [f"{_text(cells, at, epoch)} as {quote_name(names[at])}" for at in names]
    connection.execute(f"drop table if exists {table}")
    put_arrow(connection, table, pa.table(cells), ", ".join([PLACE, *texts]))
    written = ", ".join(quote_name(name) for name in names.values())
    return Part(
        where,
        f"(select * from {table} where trim(concat_ws('', {written})) <> '')",  # noqa: S608
        tuple(names.values()),
        is_text=True,
        records=records,
        header=item.header_row,
    )


def _epoch(path: Path) -> str:
    """Return the day that a time without a date stands at, after a look at the file.

    Raises:
        DataError: The file is no workbook of this format.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_OLD))
            rest = file.read() if start == _OLD else b""
        if start.startswith(_ZIP):
            with zipfile.ZipFile(path) as archive:
                book = archive.read(_BOOK) if _BOOK in archive.namelist() else None
            if book is not None:
                is_1904 = re.search(rb'date1904="(1|true)"', book)
                return "1904-01-01" if is_1904 else "1899-12-31"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path) from error
    if not start:
        raise DataError(
            f"{path.name}: the file is empty.", hint="Write the file again."
        )
    if _LOCKED in rest:
        raise DataError(
            f"{path.name}: the workbook is locked by a password.",
            hint="Save it without one.",
        )
    if start == _OLD:
        raise DataError(
            f"{path.name}: the file is an old .xls workbook, whatever its name says.",
            hint="Open it and save it as .xlsx.",
        )
    raise DataError(
        f"{path.name}: the file is no .xlsx workbook.",
        hint='Save it as .xlsx, or declare what it is, as format = "csv".',
    )


def _damaged(path: Path) -> DataError:
    return DataError(
        f"{path.name}: the workbook cannot be read; it is cut off or damaged.",
        hint="Open it and save it again, or bring the whole file.",
    )


def _sheet(
    reader: fastexcel.ExcelReader, path: Path, item: Input, source: str
) -> fastexcel.ExcelSheet:
    """Return the declared sheet, or the first that a person sees, as text.

    Raises:
        DataError: There is no such sheet.
    """
    names = reader.sheet_names
    if item.sheet is not None and item.sheet not in names:
        raise DataError(
            f"{path.name}: there is no sheet '{item.sheet}'"
            f"{there_are(item.sheet, tuple(names))}.",
            hint=f"Mend 'sheet' in [sources.{source}] in esg.toml.",
        )
    for name in names if item.sheet is None else (item.sheet,):
        found = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if item.sheet is not None or found.visible == "visible":
            return found
    raise DataError(
        f"{path.name}: the workbook has no sheet that is not hidden.",
        hint=f"Name one: 'sheet' in [sources.{source}] in esg.toml.",
    )


def _refuse_short(where: str, lines: int, item: Input, source: str) -> None:
    if not lines:
        raise DataError(
            f"{where}: the sheet is empty.",
            hint=f"Declare another 'sheet' in [sources.{source}] in esg.toml.",
        )
    if lines < item.header_row:
        raise DataError(
            f"{where}: the header should stand in line {item.header_row}, and the "
            f"sheet ends in line {lines:,}.",
            hint=f"Mend 'header_row' in [sources.{source}] in esg.toml.",
        )


def _names(
    whole: pa.RecordBatch, where: str, item: Input, source: str
) -> dict[int, str]:
    """Return the names of the columns by their place, from 0.

    A name that is merged over several columns stands in the first of them only; the
    others are called as in a CSV, and left out where they hold nothing.

    Raises:
        DataError: The line of the header is blank, or two columns share a name.
    """
    header = [
        one_line(column[item.header_row - 1].as_py() or "") for column in whole.columns
    ]
    if not any(header):
        raise DataError(
            f"{where}: the line is blank, so there is no header.",
            hint="Declare the line of the names: 'header_row' in "
            f"[sources.{source}] in esg.toml.",
        )
    names = {}
    for at, name in enumerate(header):
        below = whole.column(at).slice(item.header_row)
        if name or below.null_count < len(below):
            names[at] = name or f"column_{at + 1}"
    refuse_twice(where, list(names.values()))
    return names


def _numbers(
    reader: fastexcel.ExcelReader,
    sheet: str,
    cells: dict[str, pa.Array],
    item: Input,
) -> dict[str, pa.Array]:
    """Return the numbers of columns whose texts may lack digits, which end at nine."""
    wanted = [
        int(at[1:])
        for at, texts in cells.items()
        if pc.any(pc.match_substring_regex(texts, r"^-?(0|\d+\.\d+)$")).as_py()
    ]
    if not wanted:
        return {}
    numbers = reader.load_sheet(
        sheet, header_row=None, skip_rows=0, dtypes="float", use_columns=wanted
    ).to_arrow()
    return {
        f"n{at}": column.slice(item.header_row)
        for at, column in zip(wanted, numbers.columns, strict=True)
    }


def _errors(
    faults: fastexcel.CellErrors | None, names: dict[int, str], item: Input, lines: int
) -> dict[str, pa.Array]:
    """Return the words of cells that hold an error, by column."""
    found: dict[int, list[str | None]] = {}
    for fault in faults.errors if faults else ():
        line, at = fault.position
        kind = re.search(r"Error\((\w+)\)", fault.detail)
        if line >= item.header_row and at in names:
            words = found.setdefault(at, [None] * (lines - item.header_row))
            words[line - item.header_row] = _ERRORS.get(kind[1] if kind else "", "#ERR")
    return {f"e{at}": pa.array(words, pa.string()) for at, words in found.items()}


def _text(cells: dict[str, pa.Array], at: int, epoch: str) -> str:
    """Return SQL for the text of one column."""
    text = f"c{at}"
    moments = pc.match_substring_regex(cells[text], _MOMENT)
    if pc.any(moments).as_py():
        days = pc.and_(moments, pc.ends_with(cells[text], _MIDNIGHT))
        # One time of day in a column makes it a column of times.
        is_day = days.equals(moments)
        rest = f"left(c{at}, 10)" if is_day else text
        text = (
            f"case when not regexp_matches(c{at}, {quote_text(_MOMENT)}) then c{at} "
            f"when starts_with(c{at}, {quote_text(epoch)}) then c{at}[12:] "
            f"else {rest} end"
        )
    if f"n{at}" in cells:
        # A text that merely looks like a number is not touched.
        printed = f"rtrim(rtrim(format('{{:.9f}}', n{at}), '0'), '.')"
        text = f"case when {printed} = c{at} then {digits(f'n{at}')} else {text} end"
    return f"coalesce(e{at}, {text})" if f"e{at}" in cells else text
