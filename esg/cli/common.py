"""What several commands share: finding the workspace, common options, tables out."""

from __future__ import annotations

import getpass
import json
import os
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esg.errors import ContentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from esg.workspace import Workspace

_LARGE = 1_000_000  # from here on, six digits would hide the last yuan
FORMATS = ("table", "csv", "json", "parquet")

period_option = click.option(
    "--quarter",
    "--period",
    "period",
    metavar="PERIOD",
    help="2026Q3, 2026-09, 2026H1 or 2026; by default the quarter of the data date.",
)
by_option = click.option(
    "--by",
    metavar="DIM",
    multiple=True,
    help="Break down by province, area, gender, age_band, income_quintile, "
    "new_citizen, product, channel, first_time, subsidised …, or by '*', all that an "
    "indicator has; two with a comma are crossed: province,gender. Repeatable.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Default: table on a terminal, csv otherwise.",
)
language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(("en", "zh")),
    default="en",
    show_default=True,
    help="The language of the text.",
)
known_at_option = click.option(
    "--known-at",
    metavar="DATE|LOAD",
    help="As it was known at the end of a day, or after a load ('esg loads').",
)
wait_option = click.option("--wait", is_flag=True, help="Wait while a load runs.")
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Write to this file instead of standard output.",
)


def open_found(folder: str | None, known_at: str | None = None) -> Workspace:
    """Return the named workspace, or the nearest one upwards from here.

    Args:
        folder: As given on the command line.
        known_at: A day or a load number: what came later is not seen.

    Raises:
        ContentError: There is none.
    """
    from esg.workspace import open_workspace  # noqa: PLC0415 - loads DuckDB and Polars

    found = open_workspace(Path(folder) if folder else find_workspace(Path.cwd()))
    return found if known_at is None else found.as_known_at(known_at)


def find_workspace(start: Path) -> Path:
    """Return the nearest folder with ``esg.toml``, from ``start`` upwards.

    Raises:
        ContentError: There is none.
    """
    for folder in (start, *start.parents):
        if (folder / "esg.toml").is_file():
            return folder
    raise ContentError(
        "There is no esg.toml here or in a folder above.",
        hint="Run 'esg init DIR' for a new workspace, or name one with "
        "'esg --workspace DIR …'.",
    )


def who() -> str | None:
    """Return who runs this command, for the history of loads; None when unknown."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a user that no file names.
        return None


def say(text: str) -> None:
    """Print narration to standard error."""
    click.echo(text, err=True)


def write_frame(frame: pl.DataFrame, form: str | None, output: str | None) -> None:
    """Write a frame as data, in a format, to a file or standard output.

    Args:
        frame: What to write.
        form: One of ``FORMATS``; decided by the destination when None.
        output: A file; standard output when None.

    Raises:
        UsageError: Parquet would go to a terminal, or the file cannot be written.
    """
    if form is None and output is not None:
        suffix = Path(output).suffix.lstrip(".")
        form = suffix if suffix in FORMATS else "csv"
    if form is None:
        form = "table" if sys.stdout.isatty() else "csv"
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError(
            "Parquet is not for a terminal.", hint="Add: -o result.parquet"
        )
    content = _write(frame, form)
    if output is None:
        _emit(content)
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"'{output}' cannot be written: {error.strerror}.",
            hint="Name a file in a folder that exists and that you may write.",
        ) from error


def write_sheets(sheets: dict[str, pl.DataFrame], output: str) -> None:
    """Write frames as the sheets of a workbook, with nothing of the clock in it.

    Raises:
        UsageError: The file cannot be written.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    import xlsxwriter  # noqa: PLC0415 - only once data are written

    try:
        with xlsxwriter.Workbook(output) as book:
            book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
            for name, frame in sheets.items():
                frame.write_excel(book, worksheet=name, autofit=True)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise UsageError(
            f"'{output}' cannot be written.",
            hint="Name a file in a folder that exists and that you may write.",
        ) from error


def _emit(content: bytes) -> None:
    """Write to standard output; a reader that has left, as 'head' does, is no fault."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes once more at exit and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(frame: pl.DataFrame, form: str) -> bytes:
    match form:
        case "csv":
            return _to_csv(frame)
        case "json":
            return _to_json(frame)
        case "parquet":
            return _to_parquet(frame)
        case _:
            return _to_table(frame)


def _plain(value: object) -> object:
    """Return a value as people write it: decimals without trailing zeros."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value


def _to_csv(frame: pl.DataFrame) -> bytes:
    import polars as pl  # noqa: PLC0415 - only once data are written
    from polars import selectors  # noqa: PLC0415

    exact = frame.with_columns(
        selectors.decimal().cast(pl.String).str.strip_suffix(".0000")
    )
    nested = [
        pl.Series(name, [_as_text(value) for value in exact[name].to_list()])
        for name in exact.select(selectors.nested()).columns
    ]
    return exact.with_columns(nested).write_csv().encode()


def _as_text(value: object) -> str | None:
    """Return a list or structure as JSON, which a cell of a CSV can hold."""
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, default=str)


def _to_json(frame: pl.DataFrame) -> bytes:
    rows = [
        {name: _json_value(value) for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        # Exact as a number where JSON readers keep it exact, else as text.
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def _to_parquet(frame: pl.DataFrame) -> bytes:
    from io import BytesIO  # noqa: PLC0415 - only here

    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _to_table(frame: pl.DataFrame) -> bytes:
    return table_text(
        frame.columns, [tuple(_cell(v) for v in row) for row in frame.iter_rows()]
    ).encode()


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < _LARGE else f"{value:,.2f}"
    return str(_plain(value))


def table_text(head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    """Return aligned columns for a terminal; Chinese characters take two places."""
    every = [tuple(head), *rows]
    widths = [max(_width(row[at]) for row in every) for at in range(len(head))]
    lines = [
        "  ".join(
            cell + " " * (widths[at] - _width(cell)) for at, cell in enumerate(row)
        )
        for row in every
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
