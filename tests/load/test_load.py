"""Loading: rows read = rows stored + copies + quarantined, all or nothing."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pytest

import esg
from esg.errors import ContentError, EsgError, MachineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

BORROWER = "borrower_id,gender,birth_year\nb1,female,1990\nb2,male,1985\nb3,,\n"
LOAN_HEAD = "loan_id,borrower_id,product,currency,principal,disbursed_at,term_months\n"


def loans(*lines: str) -> str:
    return LOAN_HEAD + "".join(line + "\n" for line in lines)


def reasons(workspace: Workspace) -> list[tuple[int, str, str | None, str | None]]:
    frame = workspace.sql(
        "select row_number, rule, column_name, seen from current_quarantine "
        "order by all"
    )
    return [
        (row["row_number"], row["rule"], row["column_name"], row["seen"])
        for row in frame.iter_rows(named=True)
    ]


def test_good_rows_are_stored_with_their_types(make_workspace: Make) -> None:
    workspace = make_workspace(
        borrower=BORROWER,
        loan=loans("l1,b1,consumer_loan,CNY,1000.10,2026-01-05 10:00:00,12"),
    )

    workspace.load()

    row = workspace.sql("select principal, disbursed_at, term_months from loan").row(0)
    assert row[0] == Decimal("1000.10")
    assert str(row[1]) == "2026-01-05 10:00:00"
    assert row[2] == 12


def test_ids_are_stored_as_keyed_hashes_that_an_auditor_can_recompute(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(borrower=BORROWER)

    workspace.load()

    stored = workspace.sql("select borrower_id from borrower order by birth_year")
    expected = hmac.new(b"test-key-not-secret", b"b2", hashlib.sha256).hexdigest()
    assert expected in stored["borrower_id"].to_list()
    assert "b2" not in stored["borrower_id"].to_list()


@pytest.mark.parametrize(
    ("line", "rule", "column", "seen"),
    [
        ("l9,b1,consumer_loan,CNY,twelve,2026-01-05,12", "type", "principal", "twelve"),
        ("l9,b1,consumer_loan,CNY,1.005,2026-01-05,12", "type", "principal", "1.005"),
        (
            "l9,b1,consumer_loan,CNY,10,2025-13-01,12",
            "type",
            "disbursed_at",
            "2025-13-01",
        ),
        ("l9,b1,consumer_loan,CNY,10,2026-01-05,3.7", "type", "term_months", "3.7"),
        ("l9,b1,payday,CNY,10,2026-01-05,12", "allowed", "product", "payday"),
        ("l9,b1,consumer_loan,CNY,-10,2026-01-05,12", "range", "principal", "-10"),
        ("l9,b1,consumer_loan,CNY,nan,2026-01-05,12", "type", "principal", "nan"),
        (
            "l9,nobody,consumer_loan,CNY,10,2026-01-05,12",
            "reference",
            "borrower_id",
            None,  # an id is a hash before anything is looked up with it
        ),
        ("l9,b1,,CNY,10,2026-01-05,12", "required", "product", None),
        (",b1,consumer_loan,CNY,10,2026-01-05,12", "required", "loan_id", None),
        ("l9,b1,consumer_loan", "ragged", None, "missing columns"),
        (
            "l9,b1,consumer_loan,CNY,10,2026-01-05,12,extra",
            "ragged",
            None,
            "too many columns",
        ),
    ],
)
def test_a_bad_row_is_quarantined_with_its_row_number_and_reason(
    make_workspace: Make, line: str, rule: str, column: str | None, seen: str | None
) -> None:
    good = "l1,b1,consumer_loan,CNY,10,2026-01-05,12"
    other = "l2,b2,consumer_loan,CNY,20,2026-01-06,12"
    workspace = make_workspace(borrower=BORROWER, loan=loans(good, line, other))

    result = workspace.load()

    counts = result.sources[-1].counts
    assert (counts.read, counts.stored, counts.quarantined) == (3, 2, 1)
    assert reasons(workspace) == [(2, rule, column, seen)]


def test_a_row_carries_all_its_reasons(make_workspace: Make) -> None:
    bad = "l1,nobody,payday,CNY,-5,2025-13-01,x"
    workspace = make_workspace(borrower=BORROWER, loan=loans(bad))

    result = workspace.load()

    assert result.sources[-1].counts.quarantined == 1
    assert {(rule, column) for _, rule, column, _ in reasons(workspace)} == {
        ("reference", "borrower_id"),
        ("allowed", "product"),
        ("range", "principal"),
        ("type", "disbursed_at"),
        ("type", "term_months"),
    }


def test_identical_rows_are_kept_once_and_differing_ones_all_rejected(
    make_workspace: Make,
) -> None:
    same = "l1,b1,consumer_loan,CNY,10,2026-01-05,12"
    workspace = make_workspace(
        borrower=BORROWER,
        loan=loans(
            same,
            same,
            "l2,b1,consumer_loan,CNY,10,2026-01-05,12",
            "l2,b1,consumer_loan,CNY,11,2026-01-05,12",
        ),
    )

    result = workspace.load()

    counts = result.sources[-1].counts
    assert (counts.read, counts.stored, counts.duplicate, counts.quarantined) == (
        4,
        1,
        1,
        2,
    )
    assert [r[:2] for r in reasons(workspace)] == [
        (3, "key_conflict"),
        (4, "key_conflict"),
    ]


def test_rows_that_differ_in_an_unreadable_value_are_no_copies(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        borrower=BORROWER,
        loan=loans(
            "l1,b1,consumer_loan,CNY,ten,2026-01-05,12",
            "l1,b1,consumer_loan,CNY,eleven,2026-01-05,12",
        ),
    )

    result = workspace.load()

    counts = result.sources[-1].counts
    assert (counts.duplicate, counts.quarantined) == (0, 2)
    assert [(row, rule) for row, rule, _, _ in reasons(workspace)] == [
        (1, "key_conflict"),
        (1, "type"),
        (2, "key_conflict"),
        (2, "type"),
    ]


def test_row_numbers_stay_right_behind_runs_of_ragged_rows(
    make_workspace: Make,
) -> None:
    good = "l{},b1,consumer_loan,CNY,10,2026-01-05,12"
    lines = [
        good.format(1),
        "short",
        "short",
        good.format(4),
        "short",
        good.format(6).replace("consumer_loan", "payday"),
        good.format(7).replace(",10,", ",ten,"),
    ]
    workspace = make_workspace(borrower=BORROWER, loan=loans(*lines))

    workspace.load()

    assert [(row, rule) for row, rule, _, _ in reasons(workspace)] == [
        (2, "ragged"),
        (3, "ragged"),
        (5, "ragged"),
        (6, "allowed"),
        (7, "type"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_declared_encodings_and_a_byte_order_mark_are_read(
    make_workspace: Make, encoding: str
) -> None:
    text = "complaint_id,received_at,topic,ordinal\nc1,2026-01-05,caf\u00e9,1\n"
    workspace = make_workspace(complaint=text.encode(encoding))
    root = workspace.project.workspace
    if encoding != "utf-8-sig":
        with (root / "esg.toml").open("a") as file:
            file.write(f'encoding = "{encoding}"\n')

    esg.open(root).load()

    assert workspace.sql("select topic from complaint")["topic"].to_list() == ["café"]


def test_a_quoted_field_may_hold_line_ends(make_workspace: Make) -> None:
    workspace = make_workspace(
        complaint='complaint_id,received_at,topic\nc1,2026-01-05,"two\nlines"\n'
        "c2,2026-01-32,x\n"
    )

    result = workspace.load()

    assert result.sources[0].counts.read == 2
    assert reasons(workspace)[0][:2] == (2, "type")


def test_personal_values_never_reach_the_quarantine(make_workspace: Make) -> None:
    workspace = make_workspace(
        borrower="borrower_id,birth_year,gender\n110101199003071234,Zhang-1990,female\n"
    )

    workspace.load()

    frame = workspace.sql("select * from current_quarantine")
    text = frame.write_csv()
    assert "110101199003071234" not in text
    assert "Zhang" not in text
    assert "10 characters as AAAAA-9999" in text


def test_the_same_content_again_changes_nothing_and_says_so(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(borrower=BORROWER)
    workspace.load()
    before = workspace.warehouse.read_bytes()

    result = workspace.load()

    assert [load.unchanged for load in result.sources] == [True]
    assert workspace.sql("select count(*) as n from load")["n"][0] == 1
    assert len(workspace.warehouse.read_bytes()) == len(before)


def test_a_correction_supersedes_and_the_old_row_stays_in_the_history(
    make_workspace: Make,
) -> None:
    make_workspace(borrower=BORROWER).load()
    workspace = make_workspace(borrower=BORROWER.replace("b1,female", "b1,male"))

    result = workspace.load()

    assert (result.sources[0].added, result.sources[0].superseded) == (1, 1)
    assert workspace.sql("select count(*) as n from borrower")["n"][0] == 3
    history = workspace.sql(
        "select gender, loaded_in, superseded_in from warehouse.borrower_history "
        "where birth_year = 1990 order by loaded_in"
    )
    assert history.rows() == [("female", 1, 2), ("male", 2, None)]


def test_a_child_finds_the_parent_that_came_later(make_workspace: Make) -> None:
    loan = loans("l1,b9,consumer_loan,CNY,10,2026-01-05,12")
    workspace = make_workspace(borrower=BORROWER, loan=loan)
    workspace.load()
    assert workspace.sql("select count(*) as n from loan")["n"][0] == 0

    workspace = make_workspace(borrower=BORROWER + "b9,male,1970\n", loan=loan)
    workspace.load()

    assert workspace.sql("select count(*) as n from loan")["n"][0] == 1
    assert reasons(workspace) == []


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_parquet_keeps_its_types_and_money_becomes_decimal(
    make_workspace: Make,
) -> None:
    frame = pl.DataFrame(
        {
            "loan_id": ["l1"],
            "product": ["micro"],
            "currency": ["CNY"],
            "principal": [27015.86],
            "term_months": [36],
        }
    )
    workspace = make_workspace(loan=parquet(frame))

    workspace.load()

    row = workspace.sql("select principal, term_months from loan").row(0)
    assert row == (Decimal("27015.86"), 36)


def test_a_mapping_renames_and_derives(make_workspace: Make) -> None:
    workspace = make_workspace(
        complaint="Id,When,Product,State\nc1,3/19/2015,Card,TX\nc2,1/2/2015,Loan,\n"
    )
    sources = workspace.project.workspace / "sources"
    sources.mkdir()
    (sources / "complaint.sql").write_text(
        'select "Id" as complaint_id, strptime("When", \'%m/%d/%Y\') as received_at,'
        ' "Product" as product, \'US-\' || "State" as province_code, source_row '
        "from source"
    )

    workspace.load()

    found = workspace.sql(
        "select complaint_id, received_at, province_code from complaint order by all"
    )
    assert [(r[0], str(r[1].date()), r[2]) for r in found.rows()] == [
        ("c1", "2015-03-19", "US-TX"),
        ("c2", "2015-01-02", None),
    ]


def test_a_table_that_was_never_loaded_rejects_no_reference_to_it(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        loan=loans("l1,b1,micro,CNY,10,2026-01-05,12", "l2,,micro,CNY,10,2026-01-05,12")
    )

    result = workspace.load()

    assert result.sources[0].counts.stored == 2


def test_a_blank_reference_does_not_dangle(make_workspace: Make) -> None:
    workspace = make_workspace(
        borrower="borrower_id,gender\nb1,unknown_word\n",
        loan=loans(
            "l1,b1,micro,CNY,10,2026-01-05,12", "l2,,micro,CNY,10,2026-01-05,12"
        ),
    )

    result = workspace.load()

    # The only borrower was rejected: l1 dangles for that alone, l2 names nobody.
    assert result.sources[1].counts.stored == 1
    assert [row[:3] for row in reasons(workspace)][-1] == (
        1,
        "reference_rejected",
        "borrower_id",
    )


def test_one_bad_row_of_several_from_one_line_does_not_take_the_others_along(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        loan=loans("l1,,micro,CNY,10,2026-01-05,12"),
        loan_month="loan,jan,feb,mar\nl1,100,none,300\nl1,100,200\n",
    )
    sources = workspace.project.workspace / "sources"
    sources.mkdir()
    (sources / "loan_month.sql").write_text(
        """
        select loan as loan_id, '2026-01-31' as as_of_date, jan as balance, source_row
        from source
        union all
        select loan, '2026-02-28', feb, source_row from source
        union all
        select loan, '2026-03-31', mar, source_row from source
        """
    )

    result = workspace.load()

    counts = result.sources[-1].counts
    assert (counts.read, counts.stored, counts.quarantined) == (4, 2, 2)
    assert reasons(workspace) == [
        (1, "type", "balance", "none"),
        (2, "ragged", None, "missing columns"),
    ]


def test_an_unknown_source_or_table_names_the_nearest(make_workspace: Make) -> None:
    workspace = make_workspace(borrower=BORROWER, lone="loan_id\nl1\n")

    with pytest.raises(ContentError, match="did you mean 'borrower'"):
        workspace.load("borower")
    with pytest.raises(ContentError, match="did you mean 'loan'"):
        workspace.load()


def test_a_second_load_at_the_same_time_says_so(make_workspace: Make) -> None:
    workspace = make_workspace(borrower=BORROWER)
    refused: list[EsgError] = []

    def start_another(_name: str) -> None:
        try:
            workspace.load()
        except MachineError as error:
            refused.append(error)

    workspace.load(progress=start_another)

    assert len(refused) == 1
    assert "Another load" in refused[0].message


def test_a_reader_keeps_its_file_while_a_load_replaces_it(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(borrower=BORROWER)
    workspace.load()
    seen: list[int] = []

    def read(_name: str) -> None:
        seen.append(workspace.sql("select count(*) as n from borrower")["n"][0])

    make_workspace(borrower=BORROWER + "b4,male,1970\n").load(progress=read)
    read("")

    assert seen == [3, 4]
