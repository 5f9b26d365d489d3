"""The lender's tables fit together: receipts, bureau, calls, forms and ledger."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

SAMPLE = Path(__file__).parents[2] / "sample_data" / "lender" / "data"
FIRST_RECEIPT = pl.date(2026, 1, 1)


def _frame(folder: Path, table: str) -> pl.DataFrame:
    path = folder / f"{table}.parquet"
    if path.exists():
        return pl.read_parquet(path)
    return pl.read_csv(
        folder / f"{table}.csv", infer_schema_length=None, try_parse_dates=True
    )


def test_receipts_of_a_paid_bill_add_up_to_what_was_due(small: Path) -> None:
    bill = _frame(small, "interest_bill").filter(pl.col("paid_date") >= FIRST_RECEIPT)
    received = (
        _frame(small, "payment")
        .group_by("loan_id", "period_no")
        .agg(
            pl.col("principal", "interest", "fees", "penalty").sum(),
            first_date=pl.col("paid_date").min(),
            last_date=pl.col("paid_date").max(),
            receipts=pl.len(),
        )
    )

    paid = bill.join(received, on=["loan_id", "period_no"], how="left")

    charge = pl.col("interest_due") + pl.col("fees_due") - pl.col("subsidy_deducted")
    wrong = paid.filter(
        pl.col("receipts").is_null()
        | (pl.col("principal") != pl.col("principal_due"))
        | (pl.col("interest") + pl.col("fees") != charge)
        | (pl.col("penalty") != pl.col("penalty_due"))
        | (pl.col("last_date") != pl.col("paid_date"))
        | (pl.col("first_date") < pl.col("from_date"))
    )
    assert wrong.height == 0
    assert set(paid["receipts"]) == {1, 2, 3}


def test_open_bills_receive_interest_and_fees_alone(small: Path) -> None:
    bill = _frame(small, "interest_bill").filter(pl.col("paid_date").is_null())

    partial = _frame(small, "payment").join(bill, on=["loan_id", "period_no"])

    assert partial.height > 0
    assert (partial["principal"] == 0).all()
    assert (partial["interest"] <= partial["interest_due"]).all()
    assert (partial["paid_date"] > partial["due_date"]).all()


def test_balances_fall_by_the_principal_received_in_the_month(small: Path) -> None:
    month = _frame(small, "loan_month").with_columns(
        month=pl.col("as_of_date").dt.truncate("1mo")
    )
    loan = _frame(small, "loan").select("loan_id", "principal", "disbursed_at")
    received = (
        _frame(small, "payment")
        .group_by("loan_id", month=pl.col("paid_date").dt.truncate("1mo"))
        .agg(received=pl.col("principal").sum())
    )

    moved = (
        month.sort("loan_id", "month")
        .join(loan, on="loan_id")
        .with_columns(
            before=pl.col("balance")
            .shift(1)
            .over("loan_id")
            .fill_null(pl.col("principal"))
        )
        .join(received, on=["loan_id", "month"], how="left")
        .filter(
            (pl.col("month") >= FIRST_RECEIPT)
            & pl.col("written_off_date").is_null()
            & pl.col("recovered_amount").is_null()
        )
    )

    fell = pl.col("before") - pl.col("balance")
    assert moved.height > 1000
    assert moved.filter(fell != pl.col("received").fill_null(0)).height == 0


def test_money_after_a_write_off_is_its_recovery() -> None:
    month = _frame(SAMPLE, "loan_month")
    written_off = month.drop_nulls("written_off_date").select(
        "loan_id", gone="written_off_date"
    )
    recovered = month.drop_nulls("recovered_amount").select(
        "loan_id",
        "recovered_amount",
        month=pl.col("as_of_date").dt.truncate("1mo"),
    )

    late = (
        _frame(SAMPLE, "payment")
        .join(written_off, on="loan_id")
        .filter(pl.col("paid_date") > pl.col("gone"))
    )

    assert late.height > 5
    assert late["period_no"].null_count() == late.height
    fitting = late.with_columns(month=pl.col("paid_date").dt.truncate("1mo")).join(
        recovered, on=["loan_id", "month"]
    )
    assert fitting.height == late.height
    assert (fitting["principal"] == fitting["recovered_amount"]).all()


def test_some_loans_are_repaid_early_with_all_that_was_left(small: Path) -> None:
    last = (
        _frame(small, "payment")
        .filter(pl.col("principal") > 0)
        .group_by("loan_id")
        .agg(pl.col("period_no").max())
    )

    early = (
        last.join(_frame(small, "loan"), on="loan_id")
        .filter(pl.col("period_no") < pl.col("term_months"))
        .join(
            _frame(small, "loan_month").filter(pl.col("balance") == 0),
            on="loan_id",
            how="semi",
        )
    )

    assert early.height > 0


def test_the_bureau_agrees_with_the_first_application(small: Path) -> None:
    first = (
        _frame(small, "loan")
        .sort("loan_id")
        .group_by("borrower_id", maintain_order=True)
        .first()
        .join(
            _frame(small, "application").select("application_id", "credit_file_status"),
            on="application_id",
        )
    )

    row = _frame(small, "bureau_month").join(first, on="borrower_id")

    expected = pl.col("credit_file_status").is_in(["established", "no_outside_account"])
    assert row["had_credit_before"].n_unique() >= 2
    assert row.select(pl.col("had_credit_before").eq_missing(expected).all()).item()


def test_debt_elsewhere_needs_a_lender_and_is_served_beside_our_bills(
    small: Path,
) -> None:
    row = _frame(small, "bureau_month")
    own = (
        _frame(small, "interest_bill")
        .join(_frame(small, "loan").select("loan_id", "borrower_id"), on="loan_id")
        .group_by("borrower_id", as_of_date=pl.col("due_date").dt.month_end())
        .agg(own=pl.col("minimum_due").sum())
    )
    active = (
        _frame(small, "loan_month")
        .filter(pl.col("balance") > 0)
        .join(_frame(small, "loan").select("loan_id", "borrower_id"), on="loan_id")
    )

    known = row.drop_nulls("other_balance").join(
        own, on=["borrower_id", "as_of_date"], how="left"
    )

    assert 0 < row["other_balance"].null_count() < 0.1 * row.height
    assert ((known["other_balance"] > 0) == (known["other_lenders"] > 0)).all()
    elsewhere = known["monthly_debt_service"] - known["own"].fill_null(0)
    assert ((elsewhere > 0) == (known["other_lenders"] > 0)).all()
    keys = ["borrower_id", "as_of_date"]
    assert row.join(active, on=keys, how="anti").height == 0


def test_nobody_is_chased_without_an_open_bill_or_after_paying_it(small: Path) -> None:
    contact = _frame(small, "collection_contact").with_columns(
        loan_id="L" + pl.col("contact_id").str.slice(1, 7),
        period_no=pl.col("contact_id").str.split("-").list.get(1).cast(pl.Int32),
        day=pl.col("occurred_at").dt.date(),
    )
    bill = _frame(small, "interest_bill").join(
        _frame(small, "loan").select("loan_id", "borrower_id"), on="loan_id"
    )

    of_bill = contact.join(bill, on=["loan_id", "period_no", "borrower_id"])

    assert of_bill.height == contact.height > 100
    assert (of_bill["day"] > of_bill["due_date"]).all()
    paid = of_bill.drop_nulls("paid_date")
    assert (paid["day"] < paid["paid_date"]).all()


def test_collection_has_the_planted_breaches_and_few_of_them() -> None:
    contact = _frame(SAMPLE, "collection_contact")
    at_night = ~pl.col("occurred_at").dt.hour().is_between(8, 21)
    calls = contact.filter(
        pl.col("was_effective") & pl.col("channel").is_in(["voice", "ai_voice"])
    )

    per_day = calls.group_by("borrower_id", pl.col("occurred_at").dt.date()).len()
    relatives = contact.filter(pl.col("target") == "contact_person")
    reachable = relatives.filter(~pl.col("debtor_unreachable"))
    night = contact.filter(at_night)

    assert 0.005 < night.height / contact.height < 0.02
    assert night["agreed_hours"].n_unique() == 3
    assert 0.01 < (per_day["len"] > 3).mean() < 0.06  # type: ignore[operator]
    assert 0 < reachable.height < 0.1 * relatives.height
    share = contact.group_by("agency").agg(night=at_night.mean()).sort("night")
    assert share["agency"].to_list()[-1] == "诚达外包(示例)"
    times = set(contact["occurred_at"].dt.time().cast(pl.String).str.slice(0, 8))
    assert {"21:59:59", "22:00:00", "07:59:59", "08:00:00"} <= times


@pytest.mark.parametrize(
    ("instrument", "items", "highest"),
    [
        ("cfpb10", 10, 4),
        ("cfpb5", 5, 4),
        ("csat", 1, 5),
        ("nps", 1, 10),
        ("buffer", 1, 3),
    ],
)
def test_answers_are_codes_in_the_questionnaires_order(
    instrument: str, items: int, highest: int
) -> None:
    form = _frame(SAMPLE, "survey_answer").filter(pl.col("instrument") == instrument)

    codes = form["answers"].cast(pl.String).str.split(",")

    assert form.height > 50
    assert set(codes.list.len()) == {items}
    values = codes.explode().replace("", None).cast(pl.Int64)
    assert (values.min(), values.max()) == (instrument == "csat", highest)


# Published scores of the ten items: CFPB, Financial Well-Being Scale (2017), by the
# sum of the codes.
@pytest.mark.parametrize(
    ("mode", "age_group", "total", "score"),
    [
        ("self", "18-61", 20, 50),
        ("self", "18-61", 26, 58),
        ("self", "62+", 23, 57),
        ("interviewer", "18-61", 20, 52),
    ],
)
def test_well_being_is_scored_as_published(
    mode: str, age_group: str, total: int, score: int
) -> None:
    form = _well_being()

    found = form.filter(
        (pl.col("mode") == mode)
        & (pl.col("age_group") == age_group)
        & (pl.col("total") == total)
        & ~pl.col("has_hole")
    )

    assert set(found["published_score"]) <= {score}
    assert found.height > 0 or age_group == "62+"


def _well_being() -> pl.DataFrame:
    codes = pl.col("answers").str.split(",")
    return (
        _frame(SAMPLE, "survey_answer")
        .filter(pl.col("instrument") == "cfpb10")
        .with_columns(
            has_hole=codes.list.contains(""),
            total=codes.list.eval(pl.element().cast(pl.Int64, strict=False)).list.sum(),
        )
    )


def test_a_form_with_a_hole_has_no_score() -> None:
    form = _well_being()

    assert 0 < form["has_hole"].sum() < 0.15 * form.height
    assert form.filter("has_hole")["published_score"].null_count() == (
        form["has_hole"].sum()
    )
    scored = form.filter(~pl.col("has_hole")).drop_nulls("age_group")
    assert scored["published_score"].null_count() == 0


MEASURES = {
    "loan": "disbursed_at",
    "interest_bill": "due_date",
    "loan_month": "as_of_date",
    "payment": "paid_date",
}


def test_the_ledger_differs_where_planted_and_nowhere_else(small: Path) -> None:
    stated = _frame(small, "ledger_total")
    differing = {}

    for row in stated.iter_rows(named=True):
        clock = pl.col(MEASURES[row["table_name"]])
        first = pl.date(2026, 3 * int(row["period"][-1]) - 2, 1)
        last = first.dt.offset_by("2mo").dt.month_end()
        in_period = clock.cast(pl.Date).is_between(first, last)
        if row["table_name"] == "loan_month":
            in_period = clock == last
        rows = _frame(small, row["table_name"]).filter(in_period)
        loaded = rows.height if row["measure"] == "rows" else rows[row["measure"]].sum()
        difference = round(row["value"] - float(loaded), 2)
        if difference:
            differing[row["table_name"], row["measure"], row["period"]] = difference

    assert stated.height == 21
    assert differing == {
        ("payment", "interest", "2026Q2"): 0.37,
        ("loan", "principal", "2026Q3"): 1250.0,
    }


def test_the_prime_rate_falls_in_four_published_steps(small: Path) -> None:
    rate = _frame(small, "reference_rate")

    assert rate["rate"].to_list() == [0.0345, 0.0335, 0.031, 0.03]
    assert rate["valid_from"].is_sorted()
    assert rate["source"].str.contains("People's Bank of China").all()
