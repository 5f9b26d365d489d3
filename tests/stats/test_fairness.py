"""Approval ratios and distances of means, against published vectors and libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from esg.stats.fairness import (
    Chosen,
    adverse_impact,
    fisher_exact,
    standardised_difference,
)

SOME = st.integers(1, 300).flatmap(
    lambda n: st.builds(Chosen, chosen=st.integers(0, n), group=st.just(n))
)


def test_180_of_400_against_360_of_600_is_the_vector_air() -> None:
    found = adverse_impact(Chosen(180, 400), Chosen(360, 600))

    assert found.ratio == pytest.approx(0.45 / 0.60)
    assert (found.low, found.high) == pytest.approx((0.6608706, 0.8511500), abs=1e-6)
    assert found.difference == pytest.approx(-0.15)
    # Odds 180 to 220 against 360 to 240.
    assert found.odds_ratio == pytest.approx(0.5454545455)
    # At 60 %, 240 of the 400 would be chosen: 60 more.
    assert found.shortfall == pytest.approx(60)
    assert found.z == pytest.approx(-4.662524041, abs=1e-8)
    assert found.test == "chi_square"
    assert found.p_value == pytest.approx(2 * stats.norm.sf(4.662524041), rel=1e-7)
    fisher = fisher_exact(Chosen(180, 400), Chosen(360, 600))
    assert fisher == pytest.approx(4.085669571e-06, rel=1e-8)


@given(SOME, SOME)
def test_fishers_test_is_scipys(group: Chosen, reference: Chosen) -> None:
    table = [
        [group.chosen, group.group - group.chosen],
        [reference.chosen, reference.group - reference.chosen],
    ]

    expected = stats.fisher_exact(table).pvalue

    assert fisher_exact(group, reference) == pytest.approx(expected, rel=1e-6)


@given(SOME, SOME)
def test_every_part_is_that_of_statsmodels_or_null(
    group: Chosen, reference: Chosen
) -> None:
    found = adverse_impact(group, reference)

    counts = np.array([group.chosen, reference.chosen])
    sizes = np.array([group.group, reference.group])
    if 0 < counts.sum() < sizes.sum():
        z, _ = proportions_ztest(counts, sizes)
        assert found.z == pytest.approx(float(z), abs=1e-9)
    else:
        assert found.z is None
        assert found.p_value == 1
    if counts.min() > 0:
        expected = confint_proportions_2indep(
            counts[0], sizes[0], counts[1], sizes[1], compare="ratio", method="log"
        )
        assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)
        assert found.ratio is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.ratio <= found.high
    else:
        assert found.low is None


def test_few_expected_in_a_cell_call_for_fishers_test() -> None:
    small = adverse_impact(Chosen(3, 10), Chosen(8, 12))

    assert small.test == "fisher"
    assert small.p_value == pytest.approx(
        stats.fisher_exact([[3, 7], [8, 4]]).pvalue, rel=1e-9
    )


def test_an_empty_group_and_a_reference_without_any_give_no_ratio() -> None:
    assert adverse_impact(Chosen(0, 0), Chosen(5, 9)).ratio is None
    assert adverse_impact(Chosen(0, 0), Chosen(5, 9)).p_value is None
    assert adverse_impact(Chosen(2, 9), Chosen(0, 9)).ratio is None
    # None chosen of a group is a ratio of 0, and a log has no end there.
    assert adverse_impact(Chosen(0, 9), Chosen(5, 9)).ratio == 0
    assert adverse_impact(Chosen(0, 9), Chosen(5, 9)).low is None
    with pytest.raises(ValueError, match="3 chosen of 2"):
        Chosen(3, 2)


def test_the_standardised_difference_in_both_denominators_is_the_vector_smd() -> None:
    reference, group = np.linspace(8, 20, 600), np.linspace(9, 22, 400)

    pooled = standardised_difference(group, reference)
    total = standardised_difference(group, reference, spread="total")

    assert pooled == pytest.approx(41.744958, abs=1e-6)
    assert total == pytest.approx(40.917301, abs=1e-6)
    # The t statistic of equal variances is the pooled distance times a factor.
    t = stats.ttest_ind(group, reference).statistic
    assert pooled == pytest.approx(100 * t * math.sqrt(1 / 400 + 1 / 600), rel=1e-9)


def test_what_does_not_vary_has_no_standardised_difference() -> None:
    assert standardised_difference(np.ones(5), np.ones(5)) is None
    assert standardised_difference(np.array([1.0]), np.array([1.0, 2.0])) is None
