"""What must hold for every indicator on the sample lender, whatever the numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from indicators.test_audit_protection import NO_VEHICLES

from esg.indicators.bind import WHOLE
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.result import RunResult
    from esg.workspace import Workspace

PERSONAL = ("province", "area", "gender", "age_band")
"""Breakdowns that put each person into one segment, so that parts add up."""


WITHOUT_DATA = {
    "healthy_consumption.minimum_payment_only",
    "healthy_consumption.persistent_debt",
}
"""The sample lender has no revolving accounts, as the audit of conduct counts too."""


@pytest.fixture(scope="module")
def frame(run: RunResult) -> pl.DataFrame:
    return pl.concat([result.frame for result in run.results])


def test_every_indicator_says_something_about_the_sample(frame: pl.DataFrame) -> None:
    spoken = frame.filter(pl.col("status") == "ok")["indicator"].unique()

    silent = set(frame["indicator"]) - set(spoken)
    assert silent == NO_VEHICLES | WITHOUT_DATA


def test_shares_lie_between_none_and_all(frame: pl.DataFrame) -> None:
    shares = frame.filter((pl.col("unit") == "share") & pl.col("value").is_not_null())

    outside = shares.filter(
        (pl.col("value") < 0)
        | (pl.col("value") > 1)
        | (pl.col("missing_share") < 0)
        | (pl.col("missing_share") > 1)
    )
    assert outside.is_empty(), outside


def test_every_interval_holds_its_value(frame: pl.DataFrame) -> None:
    known = frame.drop_nulls(["value", "low", "high"])
    slack = 1e-9 * pl.col("value").abs() + 1e-12

    outside = known.filter(
        (pl.col("low") > pl.col("value") + slack)
        | (pl.col("high") < pl.col("value") - slack)
    )
    assert known.height > 1000
    assert outside.is_empty(), outside


def test_every_interval_of_a_change_holds_the_change(frame: pl.DataFrame) -> None:
    for name in ("change_previous", "change_year"):
        known = frame.drop_nulls([name, f"{name}_low", f"{name}_high"])

        outside = known.filter(
            (pl.col(f"{name}_low") > pl.col(name) + 1e-9)
            | (pl.col(f"{name}_high") < pl.col(name) - 1e-9)
        )
        assert known.height > 100
        assert outside.is_empty(), outside


def test_the_parts_of_a_breakdown_add_up_to_the_whole(
    frame: pl.DataFrame, run: RunResult
) -> None:
    additive = [
        (result.indicator.id, measure.name)
        for result in run.results
        for measure in result.indicator.measures
        if measure.kind in ("share", "weighted_share", "count", "amount")
    ]
    wanted = pl.DataFrame(additive, schema=["indicator", "measure"], orient="row")
    cells = frame.join(wanted, on=["indicator", "measure"]).filter(
        pl.col("dimension").is_in([WHOLE, *PERSONAL])
    )
    key = ["indicator", "measure", "period"]
    whole = cells.filter(pl.col("dimension") == WHOLE).select(
        *key, pl.col("numerator").alias("whole")
    )
    parts = (
        cells.filter(pl.col("dimension") != WHOLE)
        .group_by([*key, "dimension"])
        .agg(pl.col("numerator").sum().alias("parts"))
        .join(whole, on=key)
        .filter(pl.col("whole").is_not_null())
    )

    wrong = parts.filter((pl.col("parts") - pl.col("whole")).abs() > 0.01)
    assert parts.height > 500
    assert wrong.is_empty(), wrong


def test_computing_twice_gives_the_same_frame(
    lender: Workspace, frame: pl.DataFrame
) -> None:
    ids = ("healthy_consumption.par30", "consumer_protection.ai_beside_human")

    again = lender.compute(ids, period=parse_period("2026Q3"), by=("*",))

    for result in again.results:
        before = frame.filter(pl.col("indicator") == result.indicator.id)
        assert result.frame.equals(before)


@pytest.mark.parametrize("period", ["2026-09", "2026H1", "2025"])
def test_months_halves_and_years_work_as_well(lender: Workspace, period: str) -> None:
    found = lender.run("healthy_consumption.par30", period=period)

    row = found.filter(pl.col("measure") == "outstanding").row(0, named=True)
    assert row["period"] == period
    assert row["status"] == "ok"
    assert row["value"] > 0


def test_the_stock_of_a_year_is_that_of_its_last_quarter(lender: Workspace) -> None:
    values = [
        lender.run("healthy_consumption.par30", period=period)["value"].to_list()
        for period in ("2025", "2025H2", "2025Q4", "2025-12")
    ]

    assert values[0] == values[1] == values[2] == values[3]


def test_the_flow_of_a_year_is_the_sum_of_its_quarters(lender: Workspace) -> None:
    def loans(period: str) -> float:
        found = lender.run("inclusion.loans_disbursed", period=period)
        value: float = found.filter(pl.col("measure") == "loans")["value"][0]
        return value

    assert loans("2025") == sum(loans(f"2025Q{part}") for part in (1, 2, 3, 4))


def test_par30_agrees_with_a_straight_count_of_the_sample_files(
    lender: Workspace,
) -> None:
    data = lender.project.workspace / "data"
    loans = pl.read_parquet(data / "loan.parquet")["loan_id"]
    stock = pl.read_parquet(data / "loan_month.parquet").filter(
        pl.col("as_of_date").cast(pl.Date) == pl.date(2026, 9, 30),
        pl.col("loan_id").is_in(loans.implode()),
        pl.col("written_off_date").is_null()
        | (pl.col("written_off_date").cast(pl.Date) > pl.date(2026, 9, 30)),
        pl.col("balance") > 0,
    )
    late = (pl.col("days_past_due") > 30) | pl.col("is_restructured").fill_null(
        value=False
    )

    found = lender.run("healthy_consumption.par30", period="2026Q3")

    share = found.filter(pl.col("measure") == "share").row(0, named=True)
    assert float(share["denominator"]) == pytest.approx(
        float(stock["balance"].sum()), abs=0.005
    )
    assert float(share["numerator"]) == pytest.approx(
        float(stock.filter(late)["balance"].sum()), abs=0.005
    )


def test_the_sample_passes_every_check_that_it_can_be_judged_by(
    lender: Workspace,
) -> None:
    outcomes = {result.check.id: result.outcome for result in lender.check()}

    assert len(outcomes) >= 6
    assert set(outcomes.values()) == {"passed"}


def test_a_flat_fee_costs_what_the_sample_planted(lender: Workspace) -> None:
    plans = lender.sql(
        "select contract_rate, disclosed_annual_cost, nominal_rate, "
        "contract_nominal_rate from loan join loan_cost using (loan_id) "
        "where repayment_method = 'flat_fee' and disclosed_annual_cost is not null"
    )

    honest = plans.filter(pl.col("disclosed_annual_cost") != pl.col("contract_rate"))
    assert honest.height > 500
    for found in ("nominal_rate", "contract_nominal_rate"):
        apart = (pl.col(found) - pl.col("disclosed_annual_cost")).abs()
        # Bills are rounded to the cent, which a rate of six places sees.
        assert honest.filter(apart > Decimal("0.00002")).is_empty()


def test_every_loan_of_the_sample_has_a_cost_or_says_why(lender: Workspace) -> None:
    counts = lender.sql(
        "select count(*) as loans, count(nominal_rate) as costed, "
        "count(why_none) as silent from loan_cost"
    ).row(0, named=True)

    assert counts["loans"] == lender.sql("select count(*) from loan").item()
    assert counts["costed"] == counts["loans"]
    assert counts["silent"] == 0
