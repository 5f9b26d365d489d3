"""Workbooks: what a cell holds is what is stored, and what is wrong has its words."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter

from esg.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]
    Sheets = dict[str, list[list[Any]]]

SOURCE = '[sources.loan]\npath = "tape.xlsx"\nmax_bad_share = 1.0\n'
HEAD = ["loan_id", "product", "currency"]
DAY = dt.date(2026, 1, 5)
MOMENT = dt.datetime(2026, 1, 5, 10, 30, 15)  # noqa: DTZ001 - a sheet knows no zone


def write(path: Path, sheets: Sheets, *, is_1904: bool = False) -> None:
    """Write sheets; a text that begins with ``=`` is a formula, ``=F|V`` with value."""
    options = {"date_1904": is_1904, "strings_to_formulas": False}
    with xlsxwriter.Workbook(path, options) as book:
        formats = {
            dt.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            dt.date: book.add_format({"num_format": "yyyy-mm-dd"}),
            dt.time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if type(cell) in formats:
                        sheet.write_datetime(at, column, cell, formats[type(cell)])
                    elif isinstance(cell, str) and cell.startswith("="):
                        formula, _, value = cell.partition("|")
                        sheet.write_formula(at, column, formula, None, value)
                    else:
                        sheet.write(at, column, cell)


def load(make: Make, rows: list[list[Any]], extra: str = "") -> Workspace:
    """Return a workspace that has loaded one sheet."""
    workspace = make(SOURCE + extra)
    write(workspace.project.workspace / "tape.xlsx", {"Q3": rows})
    workspace.load()
    return workspace


CELLS: list[tuple[str, object, object]] = [
    ("channel", "00123", "00123"),
    ("channel", 123, "123"),
    ("channel", 123.0, "123"),
    ("channel", 2**53, "9007199254740992"),
    ("channel", "1.50", "1.50"),
    ("channel", "1234567890.1234567", "1234567890.1234567"),
    ("channel", True, "true"),
    ("channel", "手机 ", "手机 "),
    ("channel", DAY, "2026-01-05"),
    ("channel", "=NA()|#N/A", "#N/A"),
    ("principal", 1234.56, "1234.56"),
    ("principal", "1234.56", "1234.56"),
    ("principal", 9999999999999.99, "9999999999999.99"),
    ("principal", 12345678901.1, "12345678901.10"),
    ("principal", "=A1|0.30000000000000004", "0.30"),
    ("principal", "=A1|2.9999999999999996", "3.00"),
    ("principal", "=1/0|#DIV/0!", ["type"]),
    ("principal", 1.005, ["type"]),
    ("principal", "=1+1|2", "2.00"),
    ("contract_rate", 0.0435, "0.043500"),
    ("term_months", 12, "12"),
    ("term_months", 12.5, ["type"]),
    ("vehicle_km_per_year", "=A1|0.1234567890123456", "0.1234567890123456"),
    ("vehicle_km_per_year", 1e-12, "1e-12"),
    ("is_green", True, "true"),
    ("is_green", 0, "false"),
    ("contract_signed_date", DAY, "2026-01-05"),
    ("contract_signed_date", "2026-01-05", "2026-01-05"),
    ("contract_signed_date", 46027, ["type"]),
    ("contract_signed_date", dt.date(1900, 3, 1), "1900-03-01"),
    ("contract_signed_date", dt.time(10, 30), ["type"]),
    ("disbursed_at", MOMENT, "2026-01-05 10:30:15"),
    ("disbursed_at", DAY, "2026-01-05 00:00:00"),
    ("disbursed_at", dt.time(10, 30), ["type"]),
    ("channel", None, None),
]
"""A column, what its cell holds, and the text of what is stored: or the reasons why
nothing is."""


def test_a_cell_is_stored_as_what_it_holds(make_workspace: Make) -> None:
    columns = list(dict.fromkeys(column for column, _, _ in CELLS))
    rows = [
        [f"l{at:02}", "micro", "CNY", *(cell if c == column else None for c in columns)]
        for at, (column, cell, _) in enumerate(CELLS)
    ]
    workspace = load(make_workspace, [[*HEAD, *columns], *rows])

    texts = ", ".join(f"{c}::varchar as {c}" for c in columns)
    stored = workspace.sql(f"select loan_id, {texts} from loan")  # noqa: S608
    kept = stored.rows_by_key("loan_id", named=True, unique=True)
    reasons = dict(workspace.sql("select row_number - 1, [rule] from finding").rows())
    found = [
        (column, cell, reasons.get(at) or kept[f"l{at:02}"][column])
        for at, (column, cell, _) in enumerate(CELLS)
    ]
    assert found == CELLS


def test_a_day_has_no_zone(make_workspace: Make) -> None:
    workspace = load(
        make_workspace,
        [[*HEAD, "contract_signed_date"], ["l1", "micro", "CNY", DAY]],
        'time_zone = "Pacific/Auckland"\n',
    )

    frame = workspace.sql("select contract_signed_date from loan")
    assert frame.rows() == [(DAY,)]


def test_days_count_from_1904_where_the_workbook_says_so(make_workspace: Make) -> None:
    workspace = make_workspace(SOURCE)
    write(
        workspace.project.workspace / "tape.xlsx",
        {
            "Q3": [
                [*HEAD, "contract_signed_date", "disbursed_at"],
                ["l1", "micro", "CNY", DAY, MOMENT],
                ["l2", "micro", "CNY", None, dt.time(10, 30)],
            ]
        },
        is_1904=True,
    )
    workspace.load()

    frame = workspace.sql("select contract_signed_date, disbursed_at from loan")
    assert frame.rows() == [(DAY, MOMENT)]
    assert workspace.quarantine()["rule"].to_list() == ["type"]


def test_rows_are_numbered_below_the_header_and_blank_ones_left_out(
    make_workspace: Make,
) -> None:
    workspace = load(
        make_workspace,
        [
            ["Loans of the third quarter"],
            [],
            HEAD,
            ["l1", "micro", "CNY"],
            [],
            ["l2", "boat", "CNY"],
            [" ", None, "  "],
            ["l3", "micro", "CNY"],
            ["l4", "boat", "CNY"],
            [None, None, " "],
        ],
        "header_row = 3\n",
    )

    counts = workspace.load().sources[0].counts
    assert (counts.read, counts.stored, counts.quarantined) == (4, 2, 2)
    rows = (
        workspace.rejected_rows("loan")
        .drop("quarantine_load", "quarantine_line")
        .rows()
    )
    assert [row[:2] for row in rows] == [
        ("tape.xlsx, sheet 'Q3'", 3),
        ("tape.xlsx, sheet 'Q3'", 6),
    ]
    assert [row[3:] for row in rows] == [("l2", "boat", "CNY"), ("l4", "boat", "CNY")]


def test_several_workbooks_are_numbered_each(make_workspace: Make) -> None:
    workspace = make_workspace(SOURCE.replace("tape", "tape-*"))
    folder = workspace.project.workspace
    one: list[list[Any]] = [HEAD, ["l1", "micro", "CNY"], [], ["l2", "boat", "CNY"]]
    write(folder / "tape-1.xlsx", {"A": one})
    write(folder / "tape-2.xlsx", {"B": [HEAD, [], ["l3", "boat", "CNY"]]})
    workspace.load()

    places = (
        workspace.rejected_rows("loan")
        .drop("quarantine_load", "quarantine_line")
        .rows()
    )
    assert [row[:2] + row[3:4] for row in places] == [
        ("tape-1.xlsx, sheet 'A'", 3, "l2"),
        ("tape-2.xlsx, sheet 'B'", 2, "l3"),
    ]


def test_a_mapping_passes_the_numbers_of_a_sheet_through(make_workspace: Make) -> None:
    workspace = make_workspace(
        SOURCE + '[sources.loan.inputs.names]\npath = "code.csv"\n'
    )
    folder = workspace.project.workspace
    (folder / "code.csv").write_text("code,product\n7,micro\n8,boat\n")
    (folder / "sources").mkdir()
    (folder / "sources" / "loan.sql").write_text(
        "select no as loan_id, names.product, 'CNY' as currency, source.source_row "
        "from source left join names on names.code = source.code"
    )
    rows: list[list[Any]] = [["no", "code"], ["a", 7], [], ["b", 8], ["c", 9]]
    write(folder / "tape.xlsx", {"Q3": rows})
    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored) == (3, 1)
    found = (
        workspace.rejected_rows("loan")
        .drop("quarantine_load", "quarantine_line")
        .sort("no")
        .rows()
    )
    assert [(row[1], row[3]) for row in found] == [(3, "b"), (4, "c")]


def test_rejected_rows_of_a_sheet_are_mended_and_retried(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = load(
        make_workspace,
        [[*HEAD, "principal"], ["l1", "boat", "CNY", 5.5], ["l2", "micro", "CNY", 7]],
    )
    mended = tmp_path / "mended.csv"
    frame = workspace.rejected_rows("loan").with_columns(product=pl.lit("auto"))
    frame.write_csv(mended)
    result = workspace.retry("loan", mended)

    assert (result.added, workspace.quarantine().height) == (1, 0)
    stored = workspace.sql("select loan_id, principal::varchar from loan order by all")
    assert stored.rows() == [("l1", "5.50"), ("l2", "7.00")]


def test_a_renamed_workbook_is_the_same_content(make_workspace: Make) -> None:
    workspace = load(make_workspace, [HEAD, ["l1", "micro", "CNY"]])
    folder = workspace.project.workspace
    (folder / "tape.xlsx").rename(folder / "again.xlsx")
    toml = (folder / "esg.toml").read_text()
    renamed = make_workspace(toml[toml.index("[sources") :].replace("tape", "again"))

    assert renamed.load().sources[0].unchanged


def test_the_first_sheet_that_is_not_hidden_counts_and_a_hidden_one_by_name(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(SOURCE)
    path = workspace.project.workspace / "tape.xlsx"
    with xlsxwriter.Workbook(path) as book:
        notes, loans = book.add_worksheet("notes"), book.add_worksheet("loans")
        for sheet, name in ((notes, "hidden"), (loans, "shown")):
            sheet.write_row(0, 0, [*HEAD, "channel"])
            sheet.write_row(1, 0, ["l1", "micro", "CNY", name])
        loans.activate()
        notes.hide()
    workspace.load()
    assert workspace.sql("select channel from loan").rows() == [("shown",)]

    named = make_workspace(SOURCE + 'sheet = "notes"\n')
    named.load()
    assert named.sql("select channel from loan").rows() == [("hidden",)]


def test_a_merged_name_leaves_columns_without_one(make_workspace: Make) -> None:
    workspace = load(
        make_workspace,
        [[*HEAD, "channel", None, None], ["l1", "micro", "CNY", "app", "more", None]],
    )

    found = workspace.load()
    assert found.sources[0].unchanged
    (ignored,) = workspace.sql("select channel from loan").rows()
    assert ignored == ("app",)


@pytest.mark.parametrize(
    ("rows", "extra", "words"),
    [
        ([], "", ("sheet 'Q3'", "empty")),
        ([HEAD], "header_row = 4\n", ("line 4", "ends in line 1")),
        ([HEAD, [], ["x"]], "header_row = 2\n", ("line 2", "blank", "header_row")),
        ([HEAD], 'sheet = "Q2"\n', ("no sheet 'Q2'", "there are Q3")),
        ([HEAD], 'sheet = "Q33"\n', ("no sheet 'Q33'", "did you mean 'Q3'")),
        ([[*HEAD, "Product"]], "", ("line 1", "'Product' stands twice")),
        ([["x"], ["loan", *HEAD[1:]]], "header_row = 2\n", ("line 2", "'loan_id'")),
    ],
)
def test_a_sheet_that_cannot_be_used_says_where_and_why(
    make_workspace: Make, rows: list[list[Any]], extra: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(DataError) as told:
        load(make_workspace, rows, extra)

    text = f"{told.value.message} {told.value.hint}"
    assert [word for word in ("tape.xlsx", *words) if word not in text] == []
    assert told.value.hint


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"loan_id,product\n", "no .xlsx workbook"),
        (OLD, "old .xls workbook"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "locked by a password"),
        (b"PK\x03\x04 and no more", "cut off or damaged"),
    ],
)
def test_a_file_that_is_no_workbook_says_what_it_is(
    make_workspace: Make, content: bytes, words: str
) -> None:
    workspace = make_workspace(SOURCE)
    (workspace.project.workspace / "tape.xlsx").write_bytes(content)

    with pytest.raises(DataError, match=words) as told:
        workspace.load()

    assert told.value.hint


def test_another_archive_and_a_damaged_workbook_are_told(make_workspace: Make) -> None:
    workspace = make_workspace(SOURCE)
    path = workspace.project.workspace / "tape.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(DataError, match=r"no \.xlsx workbook"):
        workspace.load()

    write(path, {"Q3": [HEAD, ["l1", "micro", "CNY"]]})
    whole = path.read_bytes()
    at = whole.index(b"xl/worksheets/sheet1.xml") + 40
    path.write_bytes(whole[:at] + bytes(80) + whole[at + 80 :])
    with pytest.raises(DataError, match="damaged"):
        workspace.load()


@pytest.mark.parametrize("at", range(0, 100, 8))
def test_bytes_that_flip_in_a_workbook_never_end_in_a_traceback(
    make_workspace: Make, at: int
) -> None:
    workspace = make_workspace(SOURCE)
    path = workspace.project.workspace / "tape.xlsx"
    write(path, {"Q3": [HEAD, ["l1", "micro", "CNY"]]})
    content = bytearray(path.read_bytes())
    for place in range(at * len(content) // 100, len(content), len(content) // 3):
        content[place] ^= 0xFF
    path.write_bytes(content)

    try:
        told = workspace.load().sources[0].file
    except DataError as error:
        told = error.message

    assert "tape.xlsx" in told
