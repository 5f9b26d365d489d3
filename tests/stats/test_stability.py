"""The population stability index against sums by hand, scipy and its own laws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from esg.stats.stability import population_stability_index, stability_by_chance

if TYPE_CHECKING:
    from collections.abc import Sequence


def index(base: Sequence[int], now: Sequence[int]) -> float | None:
    frame = pl.DataFrame({"base": base, "now": now})
    found: float | None = frame.select(
        population_stability_index(pl.col("base"), pl.col("now"))
    ).item()
    return found


def by_chance(base: Sequence[int], now: Sequence[int]) -> float:
    frame = pl.DataFrame({"base": base, "now": now})
    return float(
        frame.select(stability_by_chance(pl.col("base"), pl.col("now"))).item()
    )


@pytest.mark.parametrize(
    ("base", "now", "expected"),
    [
        # Half moves by a tenth: 2 × 0.1 × ln(0.6 / 0.4), and back again.
        ((50, 50), (60, 40), 0.1 * math.log(0.6 / 0.5) - 0.1 * math.log(0.4 / 0.5)),
        ((600, 400), (400, 600), 0.2 * math.log(1.5) * 2),
        # Ten equal bins, one of which doubles at the expense of another.
        (
            [10] * 10,
            [*[10] * 8, 15, 5],
            0.05 * math.log(1.5) - 0.05 * math.log(0.5),
        ),
        ((30, 70), (300, 700), 0.0),
    ],
)
def test_the_index_is_the_sum_written_out(
    base: Sequence[int], now: Sequence[int], expected: float
) -> None:
    assert index(base, now) == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.integers(1, 10_000)),
        min_size=1,
        max_size=20,
    )
)
def test_the_index_is_two_divergences_and_never_negative(
    counts: list[tuple[int, int]],
) -> None:
    base, now = (list(side) for side in zip(*counts, strict=True))

    found, turned = index(base, now), index(now, base)

    p, q = np.array(base) / sum(base), np.array(now) / sum(now)
    divergences = stats.entropy(p, q) + stats.entropy(q, p)
    assert found == pytest.approx(float(divergences), abs=1e-9)
    assert found == pytest.approx(turned, abs=1e-9)
    assert found is not None
    assert found > -1e-12


def test_an_empty_bin_counts_as_half_a_row_and_one_empty_twice_as_none() -> None:
    found = index([100, 0, 0], [50, 50, 0])

    share = 0.5 / 100
    expected = (0.5 - 1) * math.log(0.5) + (0.5 - share) * math.log(0.5 / share)
    assert found == pytest.approx(expected)


def test_a_side_without_rows_has_no_index() -> None:
    assert index([0, 0], [3, 4]) is None
    assert index([3, 4], [0, 0]) is None


@pytest.mark.parametrize("bins", [2, 5, 11, 22])
def test_what_chance_can_do_follows_chi_square(bins: int) -> None:
    base, now = [200] * bins, [40] * bins

    expected = (1 / sum(base) + 1 / sum(now)) * stats.chi2.ppf(0.95, bins - 1)
    # Wilson and Hilferty are off by up to 3 %, most at one degree of freedom.
    assert by_chance(base, now) == pytest.approx(float(expected), rel=0.03)


def test_samples_of_one_population_stay_below_what_chance_can_do() -> None:
    draw = np.random.default_rng(7)
    shares = [0.1] * 10

    above = 0
    for _ in range(400):
        base, now = draw.multinomial(2000, shares), draw.multinomial(500, shares)
        found = index(base.tolist(), now.tolist())
        above += found is not None and found > by_chance(base.tolist(), now.tolist())

    assert 0.02 < above / 400 < 0.09


def test_one_bin_cannot_move_and_a_confidence_is_a_share() -> None:
    assert by_chance([10], [20]) == 0.0
    with pytest.raises(ValueError, match="confidence is 1"):
        stability_by_chance(pl.col("a"), pl.col("b"), confidence=1)
