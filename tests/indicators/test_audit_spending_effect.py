"""Additional spending on the sample, recounted with Polars, fitted by statsmodels."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import statsmodels.formula.api as smf
from indicators.raw_sample import raw

if TYPE_CHECKING:
    import pandas as pd

    from esg.workspace import Workspace

EFFECT = "subsidy.additional_spending"
QUARTER = "2026Q3"
FIRST, START, LAST = date(2025, 3, 1), date(2025, 9, 1), date(2026, 9, 30)


def compared_months() -> pl.DataFrame:
    """Every compared borrower in every month of the panel, and what was spent in it."""
    loan = raw("loan").select("loan_id", "borrower_id")
    refund = pl.when(pl.col("refunded_date").is_not_null()).then(pl.col("amount"))
    bought = (
        raw("spending")
        .join(loan, on="loan_id")
        .drop_nulls("borrower_id")
        .filter(pl.col("spent_date").is_between(FIRST, LAST))
        .with_columns(
            month=pl.col("spent_date").dt.truncate("1mo"),
            net=pl.col("amount")
            - pl.coalesce("refunded_amount", refund, pl.lit(0, pl.Decimal(18, 2))),
        )
        .group_by("borrower_id", "month")
        .agg(pl.col("net").sum().cast(pl.Float64))
        .filter(pl.col("net") > 0)
    )
    claimed = (
        raw("subsidy_claim")
        .join(loan, on="loan_id")
        .group_by("borrower_id")
        .agg(
            won=(pl.col("approved") > 0).any(),
            open=pl.col("approved").is_null().any(),
        )
    )
    both = (
        bought.group_by("borrower_id")
        .agg(
            before=(pl.col("month") < START).any(),
            after=(pl.col("month") >= START).any(),
        )
        .filter("before", "after")
        .join(claimed, on="borrower_id", how="left")
        .with_columns(
            reached=pl.when(pl.col("won"))
            .then(1)
            .when(pl.col("open"))
            .then(None)
            .otherwise(0)
        )
    )
    months = pl.date_range(FIRST, LAST, "1mo", eager=True).alias("month").to_frame()
    return (
        both.select("borrower_id", "reached")
        .join(months, how="cross")
        .join(bought, on=["borrower_id", "month"], how="left")
        .with_columns(
            pl.col("net").fill_null(0), late=(pl.col("month") >= START).cast(pl.Int64)
        )
        .sort("borrower_id", "month")
    )


@pytest.fixture(scope="module")
def panel() -> pl.DataFrame:
    return compared_months()


@pytest.fixture(scope="module")
def found(lender: Workspace) -> dict[str, dict[str, Any]]:
    frame = lender.run(EFFECT, quarter=QUARTER)
    return {row["measure"]: row for row in frame.iter_rows(named=True)}


def fitted(panel: pl.DataFrame, formula: str) -> Any:
    rows: pd.DataFrame = (
        panel.drop_nulls("reached")
        .with_columns(month=pl.col("month").dt.strftime("%Y_%m"))
        .to_pandas()
    )
    return smf.ols(formula, rows).fit(
        cov_type="cluster", cov_kwds={"groups": rows["borrower_id"]}, use_t=True
    )


def test_the_effect_and_its_interval_are_those_of_statsmodels(
    panel: pl.DataFrame, found: dict[str, dict[str, Any]]
) -> None:
    fit = fitted(panel, "net ~ reached + C(month) + reached:late")

    row = found["effect"]
    assert row["value"] == pytest.approx(fit.params["reached:late"], rel=1e-8)
    assert (row["low"], row["high"]) == pytest.approx(
        tuple(fit.conf_int().loc["reached:late"]), rel=1e-6
    )


def test_the_test_of_the_past_is_that_of_statsmodels(
    panel: pl.DataFrame, found: dict[str, dict[str, Any]]
) -> None:
    reference = 'C(month, Treatment("2025_08"))'
    fit = fitted(panel, f"net ~ reached * {reference}")
    past = [
        name
        for name in fit.params.index
        if name.startswith("reached:") and "[T.2025_0" in name and name[-2] < "8"
    ]

    assert len(past) == 5
    test = fit.f_test([[float(name == p) for name in fit.params.index] for p in past])
    assert found["past_p_value"]["value"] == pytest.approx(float(test.pvalue), rel=1e-6)


def test_groups_spending_and_deadweight_are_those_counted_again(
    panel: pl.DataFrame, found: dict[str, dict[str, Any]]
) -> None:
    groups = panel.select("borrower_id", "reached").unique()["reached"]
    reached, unknown = (groups == 1).sum(), groups.null_count()
    spent = panel.filter(reached=1, late=1)["net"]

    assert found["effect"]["n"] == reached
    assert found["reached_share"]["value"] == pytest.approx(
        reached / (len(groups) - unknown)
    )
    assert found["reached_share"]["missing_share"] == pytest.approx(
        unknown / len(groups)
    )
    assert found["spending_of_reached"]["value"] == pytest.approx(spent.mean())
    assert found["deadweight"]["value"] == pytest.approx(
        1 - found["effect"]["value"] / spent.mean()
    )


def test_each_month_is_its_own_gap_and_the_last_before_is_0(
    lender: Workspace, panel: pl.DataFrame
) -> None:
    frame = lender.run(EFFECT, quarter=QUARTER, by=("event_month",)).filter(
        measure="effect", dimension="event_month"
    )

    means = panel.group_by("month").agg(
        gap=pl.col("net").filter(pl.col("reached") == 1).mean()
        - pl.col("net").filter(pl.col("reached") == 0).mean()
    )
    apart = means.sort("month")
    base = apart.filter(month=date(2025, 8, 1))["gap"].item()
    assert frame["value"].to_list() == pytest.approx((apart["gap"] - base).to_list())
    assert frame["segment"][0] == "2025-03"
    assert (frame["low"] <= frame["value"]).all()
