"""Inequality and concentration: vectors, sums by hand, plain second ways, laws."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esg.stats.inequality import (
    coady_grosh_hoddinott,
    concentration_index,
    erreygers,
    fractional_rank,
    gini,
    kakwani,
    theil_l,
    theil_split,
    theil_t,
    wagstaff,
)

Floats = np.ndarray[Any, np.dtype[np.float64]]
AMOUNTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=25).filter(any)
TO_FIVE = np.arange(1.0, 6.0)


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def test_the_gini_of_one_to_five_and_of_one_who_has_all_are_the_vectors() -> None:
    assert gini(TO_FIVE) == pytest.approx(0.2666666667, abs=1e-9)
    assert gini(floats(0, 0, 0, 1)) == pytest.approx(0.75, abs=1e-9)


@given(AMOUNTS)
def test_the_gini_is_the_mean_difference_of_all_pairs(amounts: list[int]) -> None:
    n, mean = len(amounts), sum(amounts) / len(amounts)
    pairs = sum(abs(a - b) for a, b in product(amounts, repeat=2)) / n**2

    found = gini(floats(*amounts))

    assert found == pytest.approx(pairs / (2 * mean), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 4)), min_size=1))
def test_a_weight_is_so_many_persons(rows: list[tuple[int, int]]) -> None:
    values, weights = (floats(*side) for side in zip(*rows, strict=True))
    each = np.repeat(values, weights.astype(int))

    assert gini(values, weights) == pytest.approx(gini(each), abs=1e-9)
    assert theil_t(values, weights) == pytest.approx(theil_t(each), abs=1e-9)
    assert theil_l(values, weights) == pytest.approx(theil_l(each), abs=1e-9)
    turned = 50 - values
    assert concentration_index(values, turned, weights) == pytest.approx(
        concentration_index(each, 50 - each), abs=1e-9
    )


def test_theil_of_one_to_five_are_the_vectors() -> None:
    assert theil_t(TO_FIVE) == pytest.approx(0.1196875936, abs=1e-9)
    assert theil_l(TO_FIVE) == pytest.approx(0.1411139401, abs=1e-9)


def test_somebody_without_anything_leaves_t_as_it_is_and_makes_l_infinite() -> None:
    # Of the four 0, 0, 0 and 4 the mean is 1: T = 4/4 · ln 4.
    assert theil_t(floats(0, 0, 0, 4)) == pytest.approx(math.log(4))
    assert theil_l(floats(0, 1)) is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900)), min_size=1).filter(
        lambda rows: any(amount for _, amount in rows)
    )
)
def test_both_parts_of_theil_add_up_and_are_never_negative(
    rows: list[tuple[int, int]],
) -> None:
    groups = np.array([group for group, _ in rows], dtype=np.int64)
    values = floats(*(amount for _, amount in rows))

    split = theil_split(values, groups)

    assert split is not None
    assert split.within + split.between == pytest.approx(theil_t(values), abs=1e-9)
    assert min(split.within, split.between) > -1e-9


def test_groups_that_are_alike_differ_only_within() -> None:
    split = theil_split(floats(1, 3, 1, 3), np.array([0, 0, 1, 1]))

    assert split is not None
    assert split.between == pytest.approx(0, abs=1e-12)
    assert split.within == pytest.approx(theil_t(floats(1, 3)))


def test_deaths_of_children_in_india_are_concentrated_as_published() -> None:
    # O'Donnell et al. (2008), table 8.1: -0.1694, births and rates poorest first.
    births = floats(29939, 28776, 26528, 24689, 19739)
    deaths = floats(154.7, 152.9, 119.5, 86.9, 54.3)

    found = concentration_index(deaths, TO_FIVE, births)

    assert found == pytest.approx(-0.1694168, abs=1e-6)


def test_the_concentration_index_of_persons_and_of_a_yes_are_the_vectors() -> None:
    falling = concentration_index(TO_FIVE[::-1].copy(), TO_FIVE)
    yes = concentration_index(floats(0, 0, 1, 1, 1), TO_FIVE)

    assert falling == pytest.approx(-0.2666666667, abs=1e-9)
    assert yes is not None
    assert yes == pytest.approx(0.4, abs=1e-9)
    assert wagstaff(yes, 0.6) == pytest.approx(1.0, abs=1e-9)
    assert erreygers(yes, 0.6) == pytest.approx(0.96, abs=1e-9)


def test_ties_share_a_rank_so_that_their_order_moves_nothing() -> None:
    ranks = fractional_rank(floats(5, 1, 5, 9), np.ones(4))
    one_way = concentration_index(floats(1, 2, 8, 4), floats(5, 1, 5, 9))
    other_way = concentration_index(floats(8, 2, 1, 4), floats(5, 1, 5, 9))

    # Below the two: a quarter. Their own half in the middle of it: a quarter more.
    assert ranks.tolist() == [0.5, 0.125, 0.5, 0.875]
    assert one_way == pytest.approx(other_way)


def test_all_or_none_have_no_wagstaff_index() -> None:
    assert wagstaff(0.0, 1.0) is None
    assert wagstaff(0.0, 0.0) is None


def test_an_equal_benefit_is_as_progressive_as_income_is_unequal() -> None:
    found = kakwani(np.ones(5), TO_FIVE)
    like_income = kakwani(TO_FIVE * 7, TO_FIVE)

    assert found == pytest.approx(-0.2666666667, abs=1e-9)
    assert like_income == pytest.approx(0, abs=1e-12)
    assert kakwani(np.zeros(5), TO_FIVE) is None


def test_what_the_poorest_get_over_what_they_are() -> None:
    # Two of five persons get 30 + 20 of 100: half the benefit for 40 % of persons.
    found = coady_grosh_hoddinott(floats(30, 20, 20, 20, 10), TO_FIVE, poorest=0.4)
    # The line cuts the second of two: half of one person's, 25 % + 12.5 %, over 0.3.
    cut = coady_grosh_hoddinott(floats(1, 1, 1, 1), floats(1, 2, 3, 4), poorest=0.3)
    tied = coady_grosh_hoddinott(floats(9, 1, 5, 5), floats(1, 1, 2, 2), poorest=0.25)

    assert found == pytest.approx(0.5 / 0.4)
    assert cut == pytest.approx(1)
    # The two tied persons hold half of all between them: the first quarter, 25 %.
    assert tied == pytest.approx(1)
    assert coady_grosh_hoddinott(np.zeros(3), np.ones(3), poorest=0.4) is None


def test_nobody_and_nothing_have_no_index() -> None:
    assert gini(floats()) is None
    assert gini(floats(0, 0)) is None
    assert theil_t(floats()) is None
    assert theil_split(floats(0, 0), np.array([1, 2])) is None


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="a value is negative"):
        gini(floats(1, -1))
    with pytest.raises(ValueError, match="a value is negative"):
        theil_t(floats(1, -1))
    with pytest.raises(ValueError, match="a weight is negative"):
        gini(floats(1, 2), floats(1, -1))
    with pytest.raises(ValueError, match="lengths differ"):
        concentration_index(floats(1), floats(1, 2))
    with pytest.raises(ValueError, match="not finite"):
        concentration_index(floats(1, math.nan), floats(1, 2))
    with pytest.raises(ValueError, match="poorest is 0"):
        coady_grosh_hoddinott(floats(1), floats(1), poorest=0)
