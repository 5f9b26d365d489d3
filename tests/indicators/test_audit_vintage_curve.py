"""The vintage curve on the sample: against the other indicator and a second count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from indicators import recount_health as health
from indicators.raw_sample import Quarter, raw

from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.result import RunResult
    from esg.workspace import Workspace

CURVE = "healthy_consumption.vintage_curve"
POINTS = "healthy_consumption.roll_rates_and_vintages"
AGES = {"early": ("03", 3), "middle": ("06", 6), "mature": ("12", 12)}
QUARTER = Quarter("2025Q3")
"""Its loans had been on book for twelve months at the data date, just."""


@pytest.fixture(scope="module")
def curves(lender: Workspace) -> RunResult:
    return lender.compute((CURVE, POINTS), period=parse_period("2026Q3"), by=("*",))


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize("quarter", ["2024Q4", "2025Q2"])
def test_the_curve_passes_through_the_points_of_the_other_indicator(
    curves: RunResult, age: str, quarter: str
) -> None:
    segment, months = AGES[age]
    own = curves.result(CURVE).frame.filter(
        measure="late", dimension="months_on_book", segment=segment, period=quarter
    )
    other = curves.result(POINTS).frame.filter(
        measure=f"late_by_{months}_months", dimension="all", period=quarter
    )

    for name in ("value", "numerator", "denominator", "missing_share"):
        assert own[name].item() == other[name].item(), name


@pytest.mark.parametrize("age", AGES)
def test_loans_with_and_without_agreement_are_those_counted_again(
    curves: RunResult, age: str
) -> None:
    segment, _ = AGES[age]
    signed = pl.col("subsidy_agreement_date") <= QUARTER.last_day
    loans = health.roll_rates_and_vintages(QUARTER).drop_nulls("early_late")
    loans = loans.select("loan_id", pl.col("^(early|middle|mature)_.*$")).join(
        raw("loan").select("loan_id", has=signed.fill_null(value=False)), on="loan_id"
    )
    frame = curves.result(CURVE).frame.filter(
        dimension="months_on_book", segment=segment, period=QUARTER.name
    )

    for measure, has in (("subsidised_late", True), ("other_late", False)):
        counted = loans.filter(has=has)
        row = frame.filter(measure=measure).row(0, named=True)
        assert row["numerator"] == counted[f"{age}_late"].sum()
        assert row["denominator"] == counted[f"{age}_known"].sum()
    assert loans["has"].any()


def test_points_that_are_not_over_are_refused(curves: RunResult) -> None:
    frame = curves.result(CURVE).frame.filter(
        measure="late", period="2026Q2", dimension="months_on_book"
    )

    states = dict(frame.select("segment", "status").iter_rows())
    assert [s for s in sorted(states) if states[s] == "ok"] == ["01", "02", "03"]
    assert set(frame.filter(status="not_applicable")["reason"]) == {"refused:not_over"}
    whole = curves.result(CURVE).frame.filter(
        measure="late", period="2026Q2", dimension="all"
    )
    assert whole["status"].item() == "not_applicable"
    assert whole["value"].item() is None
