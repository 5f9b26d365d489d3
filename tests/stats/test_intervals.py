"""Intervals against published values and against other libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from esg.stats.intervals import (
    Cross,
    Moments,
    newcombe_difference,
    paired_change_interval,
    ratio_interval,
    wilson,
)


def wilson_of(k: int, n: int) -> tuple[float | None, float | None]:
    frame = pl.DataFrame({"k": [float(k)], "n": [float(n)]})
    bounds = wilson(pl.col("k"), pl.col("n"))
    low, high = frame.select(low=bounds.low, high=bounds.high).row(0)
    return low, high


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # statsmodels, proportion_confint(method="wilson").
        (8, 10, 0.4902, 0.9433),
    ],
)
def test_wilson_gives_the_published_values(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson_of(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels_and_holds_the_share(
    sample: tuple[int, int],
) -> None:
    k, n = sample

    low, high = wilson_of(k, n)

    expected = proportion_confint(k, n, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-12)
    assert low is not None
    assert high is not None
    assert 0 <= low <= k / n <= high <= 1


def test_an_empty_group_has_no_interval_rather_than_a_guess() -> None:
    assert wilson_of(0, 0) == (None, None)


@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_newcombe_gives_the_published_differences(
    later: tuple[int, int], earlier: tuple[int, int], low: float, high: float
) -> None:
    frame = pl.DataFrame(
        {"a": [later[0]], "b": [later[1]], "c": [earlier[0]], "d": [earlier[1]]}
    ).cast(pl.Float64)

    bounds = newcombe_difference((pl.col("a"), pl.col("b")), (pl.col("c"), pl.col("d")))

    found = frame.select(low=bounds.low, high=bounds.high).row(0)
    assert found == pytest.approx((low, high), abs=5e-5)
    independent = confint_proportions_2indep(
        *later, *earlier, compare="diff", method="newcomb"
    )
    assert found == pytest.approx(independent, abs=1e-9)


def cluster_moments(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> list[float]:
    return [
        float(a.sum()),
        float(b.sum()),
        float((a * a).sum()),
        float((a * b).sum()),
        float((b * b).sum()),
        float((b != 0).sum()),
    ]


def test_the_clustered_ratio_agrees_with_a_bootstrap_of_clusters() -> None:
    draw = np.random.default_rng(7)
    b = draw.lognormal(8, 0.8, 1500)
    a = b * (draw.random(1500) < 0.08)
    names = ["a", "b", "aa", "ab", "bb", "m"]
    frame = pl.DataFrame([cluster_moments(a, b)], schema=names, orient="row")

    bounds = ratio_interval(Moments(*(pl.col(n) for n in names)), at_least=0, at_most=1)

    low, high = frame.select(low=bounds.low, high=bounds.high).row(0)
    chosen = draw.integers(0, 1500, (4000, 1500))
    ratios = a[chosen].sum(axis=1) / b[chosen].sum(axis=1)
    simulated = np.quantile(ratios, [0.025, 0.975])
    assert (low, high) == pytest.approx(tuple(simulated), abs=0.003)


def test_a_change_of_overlapping_stocks_is_narrower_than_of_independent_ones() -> None:
    draw = np.random.default_rng(11)
    b = draw.lognormal(8, 0.5, 2000)
    was = draw.random(2000) < 0.10
    # Nine in ten keep their state: the stocks overlap as a loan book's do.
    now = np.where(draw.random(2000) < 0.9, was, draw.random(2000) < 0.15)
    first, second = b * was, b * now
    names = ["a", "b", "aa", "ab", "bb", "m"]
    cross = [
        float((second * first).sum()),
        float((second * b).sum()),
        float((b * first).sum()),
        float((b * b).sum()),
    ]
    frame = pl.DataFrame(
        [[*cluster_moments(second, b), *cluster_moments(first, b), *cross]],
        schema=[
            *names,
            *(f"then_{name}" for name in names),
            *("xaa", "xab", "xba", "xbb"),
        ],
        orient="row",
    )
    later = Moments(*(pl.col(n) for n in names))
    earlier = Moments(*(pl.col(f"then_{n}") for n in names))

    paired = paired_change_interval(
        later, earlier, Cross(*(pl.col(n) for n in ("xaa", "xab", "xba", "xbb")))
    )
    apart = paired_change_interval(later, earlier, Cross(*(pl.lit(0.0),) * 4))

    row = frame.select(pl_=paired.low, ph=paired.high, al=apart.low, ah=apart.high).row(
        0
    )
    chosen = draw.integers(0, 2000, (4000, 2000))
    change = second[chosen].sum(axis=1) / b[chosen].sum(axis=1) - first[chosen].sum(
        axis=1
    ) / b[chosen].sum(axis=1)
    simulated = np.quantile(change, [0.025, 0.975])
    assert row[:2] == pytest.approx(tuple(simulated), abs=0.002)
    # With no shared clusters the covariance is q·p-shaped, not nil; only width counts.
    assert row[1] - row[0] < row[3] - row[2]


def test_one_cluster_alone_has_no_interval() -> None:
    names = ["a", "b", "aa", "ab", "bb", "m"]
    frame = pl.DataFrame([[1.0, 4.0, 1.0, 4.0, 16.0, 1.0]], schema=names, orient="row")

    bounds = ratio_interval(Moments(*(pl.col(n) for n in names)), at_least=0, at_most=1)

    assert frame.select(low=bounds.low, high=bounds.high).row(0) == (None, None)
