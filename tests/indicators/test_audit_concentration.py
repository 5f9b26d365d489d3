"""The interval of the concentration index on the sample, against a bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from indicators.raw_sample import Quarter, stock

from esg.stats.inequality import concentration_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from esg.workspace import Workspace

INDEX = "inclusion.credit_concentration"
QUARTER = Quarter("2026Q3")
DRAWS = 400


@pytest.fixture(scope="module")
def known() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Balance and income of every active borrower whose income is known."""
    owing = (
        stock(QUARTER)
        .drop_nulls(["borrower_id", "monthly_income"])
        .group_by("borrower_id")
        .agg(pl.col("balance").sum(), pl.col("monthly_income").first())
        .sort("borrower_id")
        .select(pl.col("balance", "monthly_income").cast(pl.Float64))
    )
    return owing["balance"].to_numpy(), owing["monthly_income"].to_numpy()


def index_of(balance: NDArray[np.float64], income: NDArray[np.float64]) -> float:
    found = concentration_index(balance, income)
    assert found is not None
    return found


def test_the_interval_is_as_wide_as_resampled_borrowers_say(
    lender: Workspace, known: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    balance, income = known
    row = lender.run(INDEX, quarter=QUARTER.name).row(0, named=True)

    draw = np.random.default_rng(18)
    picks = draw.integers(0, len(balance), (DRAWS, len(balance)))
    resampled = np.std([index_of(balance[pick], income[pick]) for pick in picks])

    assert row["value"] == pytest.approx(index_of(balance, income), abs=1e-9)
    assert row["n"] == len(balance)
    assert (row["low"] + row["high"]) / 2 == pytest.approx(row["value"], abs=1e-9)
    # The standard deviation of 400 draws is good to some 4 %.
    half = (row["high"] - row["low"]) / 2
    assert half / 1.959964 == pytest.approx(resampled, rel=0.12)


def test_drawn_anew_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    # Incomes in ten steps, so that most share theirs; balances lean to the higher.
    draw = np.random.default_rng(5)
    whole_income = draw.integers(1, 11, 100_000).astype(float)
    whole_balance = draw.gamma(2.0, 1 + whole_income)
    truth = index_of(whole_balance, whole_income)

    hits = 0
    for _ in range(400):
        pick = draw.integers(0, whole_income.size, 300)
        balance, income = whole_balance[pick], whole_income[pick]
        low, high = interval(balance, income)
        hits += low <= truth <= high

    assert 0.92 < hits / 400 < 0.98


def interval(
    balance: NDArray[np.float64], income: NDArray[np.float64]
) -> tuple[float, float]:
    """The formula of the query, borrower by borrower."""
    order = np.argsort(income, kind="stable")
    balance, income = balance[order], income[order]
    n, index = len(balance), index_of(balance, income)
    first = np.searchsorted(income, income, side="left")
    last = np.searchsorted(income, income, side="right")
    sums = np.concatenate([[0.0], np.cumsum(balance)]) / balance.sum()
    twice_rank = (first + last) / n
    a = balance / balance.mean() * (twice_rank - 1 - index)
    each = a + 2 - sums[first] - sums[last]
    variance = (np.mean(each**2) - (1 + index) ** 2) / n
    half = 1.959964 * np.sqrt(variance)
    return index - half, index + half


def test_the_query_computes_that_formula(
    lender: Workspace, known: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    row = lender.run(INDEX, quarter=QUARTER.name).row(0, named=True)

    assert (row["low"], row["high"]) == pytest.approx(interval(*known), abs=1e-7)
