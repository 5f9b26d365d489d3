"""The synthetic lender: reproducible, within its contracts, and calibrated as said."""

from __future__ import annotations

import hashlib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from esg.engine.duck import fetch, open_memory, quote_name, quote_text
from esg.generate import DEFAULT_LOANS, DEFAULT_SEED, Plan, generate
from esg.generate.flaws import CSV_FLAWS, FIRST_LINE, PARQUET_FLAWS

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "lender"
CONTRACTS = ROOT / "queries" / "tables"
QUARTER_ENDS = ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30"]
SQL_TYPES = {
    "text": "varchar",
    "money": "decimal(18, 2)",
    "rate": "decimal(9, 6)",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    generate(folder, Plan(DEFAULT_LOANS, DEFAULT_SEED))
    return folder


@pytest.fixture(scope="module")
def sample(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Taking the flaws out again costs a second; generating twice would cost four.
    folder = tmp_path_factory.mktemp("sample")
    for path in written.glob("*.parquet"):
        frame = pl.read_parquet(path)
        count = sum(flaw.file == path.name for flaw in PARQUET_FLAWS)
        frame.head(frame.height - count).write_parquet(folder / path.name)
    for path in written.glob("*.csv"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        count = sum(flaw.file == path.name for flaw in CSV_FLAWS)
        del lines[FIRST_LINE - 1 : FIRST_LINE - 1 + count]
        (folder / path.name).write_text("".join(lines), "utf-8")
    return folder


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def _contract(table: str) -> dict[str, Any]:
    text = (CONTRACTS / f"{table}.yaml").read_text("utf-8")
    contract: dict[str, Any] = yaml.safe_load(text)
    return contract


def _relation(path: Path) -> str:
    source = quote_text(str(path))
    if path.suffix == ".parquet":
        return f"read_parquet({source})"
    return f"read_csv({source}, all_varchar = true, header = true)"


def _frame(folder: Path, table: str) -> pl.DataFrame:
    path = folder / f"{table}.parquet"
    if path.exists():
        return pl.read_parquet(path)
    return pl.read_csv(
        folder / f"{table}.csv", infer_schema_length=None, try_parse_dates=True
    )


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, small: Path) -> None:
    generate(tmp_path, Plan(1500, 5, flawed=False))

    assert _hashes(tmp_path) == _hashes(small)


def test_another_seed_gives_other_people(tmp_path: Path, small: Path) -> None:
    generate(tmp_path, Plan(1500, 6, flawed=False))

    changed = {n for n, h in _hashes(tmp_path).items() if h != _hashes(small)[n]}

    assert {"borrower.csv", "loan.parquet", "spending.parquet"} <= changed


def test_what_is_returned_is_what_the_files_hold(tmp_path: Path) -> None:
    written = generate(tmp_path, Plan(400, 1))

    connection = open_memory()
    for table in written:
        path = tmp_path / table.place
        assert table.bytes == path.stat().st_size, table.place
        if path.suffix == ".parquet":
            query = f"select count(*) as n from {_relation(path)}"  # noqa: S608
            assert fetch(connection, query).item() == table.rows, table.place
        else:
            lines = path.read_text("utf-8").splitlines()
            assert len(lines) - 1 == table.rows, table.place


def test_too_few_loans_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fewer than 100"):
        generate(tmp_path, Plan(99, 1))


def _faults(column: str, spec: dict[str, Any]) -> str:
    name, kind = quote_name(column), SQL_TYPES[spec["type"]]
    faults = [f"({name} is not null and try_cast({name} as {kind}) is null)"]
    if spec.get("required"):
        faults.append(f"{name} is null")
    if "allowed" in spec:
        codes = ", ".join(quote_text(code) for code in spec["allowed"])
        faults.append(f"{name} not in ({codes})")
    if "pattern" in spec:
        faults.append(f"not regexp_full_match({name}, {quote_text(spec['pattern'])})")
    faults += [
        f"try_cast({name} as {kind}) {sign} {quote_text(str(spec[bound]))}::{kind}"
        for bound, sign in (("min", "<"), ("max", ">"))
        if bound in spec
    ]
    return f"count_if({' or '.join(faults)}) as {name}"


def test_every_column_is_in_its_contract_and_every_value_fits_it(small: Path) -> None:
    connection = open_memory()
    for path in sorted(small.iterdir()):
        relation = _relation(path)
        specs = _contract(path.stem)["columns"]
        columns = fetch(connection, f"describe from {relation}")["column_name"]

        faults = fetch(
            connection,
            f"select {', '.join(_faults(c, specs[c]) for c in columns)} "  # noqa: S608
            f"from {relation}",
        )

        assert set(faults.row(0)) == {0}, (path.name, faults)


def test_keys_are_unique_and_references_hold(small: Path) -> None:
    for path in sorted(small.iterdir()):
        contract = _contract(path.stem)
        frame = _frame(small, path.stem)
        assert frame.select(contract["key"]).is_duplicated().sum() == 0, path.name
        for column, spec in contract["columns"].items():
            if "references" not in spec or column not in frame.columns:
                continue
            target = _contract(spec["references"])
            known = _frame(small, spec["references"])[target["key"][0]]
            values = frame[column].drop_nulls()
            assert values.is_in(known.implode()).all(), (path.name, column)


def test_nothing_happens_after_the_data_date(small: Path) -> None:
    for path in sorted(small.iterdir()):
        frame = _frame(small, path.stem)
        # A quarter's claims can only be filed when it is over.
        is_claim = path.stem == "subsidy_claim"
        last = pl.date(2026, 10, 31) if is_claim else pl.date(2026, 9, 30)
        for column in frame.select(pl.col(pl.Date, pl.Datetime)).columns:
            late = frame.filter(pl.col(column).cast(pl.Date) > last)
            assert late.height == 0, (path.name, column)


def test_bills_repay_each_finished_loan_to_the_cent(small: Path) -> None:
    bill = _frame(small, "interest_bill")
    month = _frame(small, "loan_month")
    closed = month.filter(
        (pl.col("balance") == 0)
        & pl.col("written_off_date").is_null()
        & pl.col("recovered_amount").is_null()
    )

    repaid = (
        closed.select("loan_id")
        .unique()
        .join(bill.group_by("loan_id").agg(pl.col("principal_due").sum()), on="loan_id")
        .join(_frame(small, "loan"), on="loan_id")
    )

    assert repaid.height > 0
    assert (repaid["principal_due"] == repaid["principal"]).all()


def test_flaws_are_added_rows_and_take_nothing_away(
    tmp_path: Path, small: Path
) -> None:
    generate(tmp_path, Plan(1500, 5))

    for path in sorted(small.glob("*.csv")):
        clean = path.read_text("utf-8").splitlines()
        flawed = (tmp_path / path.name).read_text("utf-8").splitlines()
        count = sum(flaw.file == path.name for flaw in CSV_FLAWS)
        at = FIRST_LINE - 1
        assert flawed[:at] + flawed[at + count :] == clean, path.name
    for path in sorted(small.glob("*.parquet")):
        frame = pl.read_parquet(tmp_path / path.name)
        count = sum(flaw.file == path.name for flaw in PARQUET_FLAWS)
        assert frame.head(frame.height - count).equals(pl.read_parquet(path)), path.name


def test_the_sample_is_small_and_its_flaws_are_fewer_than_one_in_a_hundred() -> None:
    size = sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file())
    lines = {
        path.name: len(path.read_text("utf-8").splitlines())
        for path in (SAMPLE / "data").glob("*.csv")
    }

    assert size < 5_000_000
    for name in {flaw.file for flaw in CSV_FLAWS}:
        count = sum(flaw.file == name for flaw in CSV_FLAWS)
        assert count < 0.01 * lines[name], name


def test_the_committed_sample_is_what_the_generator_writes(written: Path) -> None:
    assert _hashes(written) == _hashes(SAMPLE / "data")


def test_pay_later_tickets_average_84_to_90_yuan(sample: Path) -> None:
    pay_later = _frame(sample, "loan").filter(pl.col("product") == "pay_later")
    tickets = _frame(sample, "spending").join(pay_later, on="loan_id", how="semi")

    mean = tickets["amount"].cast(pl.Float64).mean()

    assert isinstance(mean, float)
    assert 84 <= mean <= 90


def test_about_two_thirds_of_pay_later_customers_pay_no_interest(sample: Path) -> None:
    pay_later = _frame(sample, "loan").filter(pl.col("product") == "pay_later")
    billed = (
        _frame(sample, "interest_bill")
        .filter(
            pl.col("due_date").is_between(pl.date(2026, 7, 1), pl.date(2026, 9, 30))
        )
        .join(pay_later, on="loan_id")
        .group_by("borrower_id")
        .agg(charge=(pl.col("interest_due") + pl.col("fees_due")).sum())
    )

    free = billed.filter(pl.col("charge") == 0).height / billed.height

    assert 0.62 <= free <= 0.70
    assert pay_later["interest_free_days"].max() == 41


def test_about_three_in_ten_active_borrowers_are_new_citizens(sample: Path) -> None:
    person = _active(sample, "2026-09-30").join(
        _frame(sample, "borrower"), on="borrower_id"
    )
    is_new = pl.col("is_urban_resident") & (
        (pl.col("hukou_city_code") != pl.col("resident_city_code"))
        | (pl.col("hukou_since_date") > pl.date(2023, 9, 30))
    )

    share = person.select(is_new.cast(pl.Float64).mean()).item()

    assert 0.27 <= share <= 0.33


def _active(folder: Path, day: str) -> pl.DataFrame:
    return (
        _frame(folder, "loan_month")
        .filter((pl.col("as_of_date").cast(pl.String) == day) & (pl.col("balance") > 0))
        .join(_frame(folder, "loan"), on="loan_id")
        .select("borrower_id")
        .unique()
    )


def test_half_use_the_bill_assistant_and_half_of_them_its_reminders(
    sample: Path,
) -> None:
    active = pl.concat(
        [_active(sample, day) for day in ("2026-07-31", "2026-08-31", "2026-09-30")]
    ).unique()
    act = _frame(sample, "engagement").filter(
        pl.col("occurred_at") >= pl.datetime(2026, 7, 1)
    )
    users = act.filter(pl.col("tool") == "bill_assistant")["borrower_id"].n_unique()
    reminded = act.filter(pl.col("tool") == "reminder")["borrower_id"].n_unique()

    assert 0.44 <= users / active.height <= 0.54
    assert 0.46 <= reminded / users <= 0.56


def test_limit_raises_are_granted_to_two_thirds_with_about_1100_yuan(
    sample: Path,
) -> None:
    asked = _frame(sample, "engagement").filter(pl.col("tool") == "limit_raise")
    granted = asked.filter(pl.col("result") == "approved")
    mean = granted["value"].mean()

    assert isinstance(mean, float)
    assert 0.65 <= granted.height / asked.height <= 0.71
    assert 1050 <= mean <= 1150


def _par30(months: pl.DataFrame) -> float:
    at_risk = pl.col("is_restructured") | (pl.col("days_past_due").fill_null(0) > 30)
    balance = pl.col("balance").cast(pl.Float64)
    share = months.select(balance.filter(at_risk).sum() / balance.sum()).item()
    assert isinstance(share, float)
    return share


def _quarter_ends(folder: Path) -> pl.DataFrame:
    person = _frame(folder, "borrower").select(
        "borrower_id",
        is_story=(
            pl.col("province_code").is_in([410000, 430000, 450000])
            & pl.col("area").is_in(["county", "rural"])
            & (pl.col("first_seen_date") >= pl.date(2025, 7, 1))
        ).fill_null(value=False),
    )
    return (
        _frame(folder, "loan_month")
        .with_columns(day=pl.col("as_of_date").cast(pl.String))
        .filter(pl.col("day").is_in(QUARTER_ENDS))
        .join(_frame(folder, "loan").select("loan_id", "borrower_id"), on="loan_id")
        .join(person, on="borrower_id")
    )


def test_arrears_worsen_among_new_county_customers_of_three_provinces(
    sample: Path,
) -> None:
    months = [
        _quarter_ends(sample).filter(pl.col("day") == day) for day in QUARTER_ENDS
    ]

    inside = [_par30(month.filter(pl.col("is_story"))) for month in months]
    outside = [_par30(month.filter(~pl.col("is_story"))) for month in months]
    everyone = [_par30(month) for month in months]

    assert inside[0] < 0.02
    assert inside[1] < 0.03
    assert 0.08 < inside[2] < inside[3] < 0.20
    assert max(outside) < 0.03
    assert 0.014 < everyone[0] < 0.022 < everyone[3] < 0.035


def test_positive_behaviour_goes_with_less_than_half_the_arrears(sample: Path) -> None:
    members = (
        _frame(sample, "engagement")
        .filter(pl.col("tool") == "positive_behaviour")
        .select("borrower_id")
        .unique()
    )
    months = _quarter_ends(sample).filter(pl.col("day") >= "2026-06-30")

    part = _par30(months.join(members, on="borrower_id", how="semi"))

    assert part < 0.5 * _par30(months)


def test_complaints_are_mostly_timely_and_collection_ones_rise(sample: Path) -> None:
    complaint = _frame(sample, "complaint").with_columns(
        quarter=pl.col("received_at").dt.strftime("%Y-%m").str.slice(0, 7),
        limit=pl.col("complexity").replace_strict(
            {"simple": 15, "complex": 30, "very_complex": 60}
        ),
    )
    closed = complaint.filter(pl.col("informed_at").is_not_null())
    used = (
        pl.col("informed_at").cast(pl.Date) - pl.col("received_at").cast(pl.Date)
    ).dt.total_days()

    timely = closed.select((used <= pl.col("limit")).cast(pl.Float64).mean()).item()
    collection = complaint.filter(pl.col("topic") == "collection")
    recent = collection.filter(pl.col("quarter") >= "2026-07").height
    before = collection.filter(
        (pl.col("quarter") >= "2025-07") & (pl.col("quarter") < "2025-10")
    ).height

    assert 0.92 <= timely <= 0.98
    assert recent > 2 * before
    assert complaint["informed_at"].null_count() > 0


def test_sessions_are_resolved_and_answered_as_calibrated(sample: Path) -> None:
    session = _frame(sample, "service_contact")
    resolved = session["was_resolved"].cast(pl.Float64).mean()

    assert isinstance(resolved, float)
    assert 0.74 <= resolved <= 0.86
    assert 0.17 <= session["satisfaction"].count() / session.height <= 0.23


def test_fraud_is_rare_among_screened_events(sample: Path) -> None:
    inspected = _frame(sample, "fraud_alert").filter(pl.col("inspected"))
    weight = pl.col("inspection_weight")

    prevalence = inspected.select(
        weight.filter(pl.col("is_fraud")).sum() / weight.sum()
    ).item()

    assert 0.001 <= prevalence <= 0.006


def test_all_provinces_are_there_and_some_are_too_small_to_publish(
    sample: Path,
) -> None:
    sizes = _frame(sample, "borrower").group_by("province_code").len()

    assert sizes.height == 31
    assert sizes.filter(pl.col("len") < 30).height >= 2


def test_missing_shares_are_as_stated(sample: Path) -> None:
    person = _frame(sample, "borrower")

    missing = {
        column: person[column].null_count() / person.height
        for column in ("gender", "monthly_income", "area")
    }

    assert missing == {
        "gender": pytest.approx(0.015, abs=0.005),
        "monthly_income": pytest.approx(0.18, abs=0.02),
        "area": pytest.approx(0.02, abs=0.006),
    }


def test_claims_start_in_2025_and_reach_jumps_in_2026(sample: Path) -> None:
    claims = _frame(sample, "subsidy_claim").group_by("quarter").len().sort("quarter")

    assert claims["quarter"].to_list() == [
        "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3",
    ]  # fmt: skip
    assert claims["len"].is_sorted()


def test_the_deducted_subsidy_follows_the_rule_where_it_is_simplest(
    sample: Path,
) -> None:
    spending = _frame(sample, "spending")
    # One purchase, of the whole loan, evidenced, on the day of the agreement.
    plain = (
        _frame(sample, "loan")
        .filter(
            (pl.col("product") == "consumer_loan")
            & (pl.col("principal") < 50_000)
            & (pl.col("subsidy_agreement_date") == pl.col("disbursed_at").cast(pl.Date))
        )
        .join(spending.filter(pl.len().over("loan_id") == 1), on="loan_id")
        .filter(
            (pl.col("amount") == pl.col("principal"))
            & (pl.col("spent_date") == pl.col("subsidy_agreement_date"))
            & (pl.col("verification") != "none")
            & pl.col("refunded_date").is_null()
        )
    )
    bills = _frame(sample, "interest_bill").join(plain, on="loan_id", how="semi")

    assert bills.height > 50
    for row in bills.iter_rows(named=True):
        expected = Decimal(0)
        if row["paid_date"] is not None and row["paid_date"] <= row["due_date"]:
            share = min(Decimal("0.01") / row["rate"], Decimal("0.5"))
            expected = (row["interest_due"] * share).quantize(
                Decimal("0.01"), ROUND_HALF_UP
            )
        assert row["subsidy_deducted"] == expected
