"""Tails against scipy over all the range a p-value is read in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from esg.stats.distributions import (
    chi_square_tail,
    f_tail,
    incomplete_beta,
    normal_two_sided,
    student_quantile,
    student_two_sided,
)


@given(st.floats(-8, 8))
def test_the_normal_tail_is_scipys(z: float) -> None:
    assert normal_two_sided(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-10)


@given(st.floats(0, 400), st.integers(1, 200))
def test_the_chi_square_tail_is_scipys(x: float, free: int) -> None:
    expected = stats.chi2.sf(x, free)

    assert chi_square_tail(x, free) == pytest.approx(expected, rel=1e-8, abs=1e-12)


@given(st.floats(0.001, 60), st.integers(1, 30), st.integers(1, 500))
def test_the_f_tail_is_scipys(x: float, above: int, below: int) -> None:
    expected = stats.f.sf(x, above, below)

    assert f_tail(x, above, below) == pytest.approx(expected, rel=1e-7, abs=1e-12)


@given(st.floats(-40, 40), st.integers(1, 1000))
def test_students_tail_is_scipys(t: float, free: int) -> None:
    expected = 2 * stats.t.sf(abs(t), free)

    assert student_two_sided(t, free) == pytest.approx(expected, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("free", [1, 2, 3, 9, 40, 1000])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_students_quantile_is_scipys(free: int, confidence: float) -> None:
    expected = stats.t.ppf((1 + confidence) / 2, free)

    assert student_quantile(free, confidence) == pytest.approx(expected, rel=1e-8)


@given(st.floats(0, 1), st.floats(0.1, 50), st.floats(0.1, 50))
def test_the_incomplete_beta_is_scipys(x: float, a: float, b: float) -> None:
    expected = special.betainc(a, b, x)

    assert incomplete_beta(x, a, b) == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_at_or_below_nothing_the_tail_is_all() -> None:
    assert chi_square_tail(0, 3) == 1
    assert chi_square_tail(-1, 3) == 1
    assert f_tail(0, 2, 3) == 1


def test_what_is_no_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="0 degrees"):
        chi_square_tail(1, 0)
    with pytest.raises(ValueError, match="confidence is 0"):
        student_quantile(3, 0)
    with pytest.raises(ValueError, match="x 2"):
        incomplete_beta(2, 1, 1)
