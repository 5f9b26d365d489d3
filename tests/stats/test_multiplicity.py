"""Adjusted p-values against statsmodels."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from esg.stats.multiplicity import benjamini_hochberg, holm

ADJUST = {"holm": holm, "fdr_bh": benjamini_hochberg}


@pytest.mark.parametrize("name", ADJUST)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_those_of_statsmodels(name: str, p: list[float]) -> None:
    found = ADJUST[name](pl.Series(p))

    expected = multipletests(p, method=name)[1]
    assert found.to_list() == pytest.approx(expected.tolist(), abs=1e-12)


def test_three_tests_by_hand_and_a_null_is_no_test() -> None:
    p = pl.Series("p", [0.04, None, 0.01, 0.03])

    # Holm: 3 × 0.01, 2 × 0.03, and 1 × 0.04 which may not fall below 0.06.
    assert holm(p).to_list() == pytest.approx([0.06, None, 0.03, 0.06])
    # Benjamini-Hochberg: 3/1 × 0.01, 3/2 × 0.03 which may not exceed 3/3 × 0.04.
    assert benjamini_hochberg(p).to_list() == pytest.approx([0.04, None, 0.03, 0.04])


@pytest.mark.parametrize("name", ADJUST)
@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_chance_is_refused(name: str, wrong: float) -> None:
    with pytest.raises(ValueError, match="outside"):
        ADJUST[name](pl.Series([0.5, wrong]))


@pytest.mark.parametrize("name", ADJUST)
def test_no_tests_stay_none(name: str) -> None:
    nothing = pl.Series([None, None], dtype=pl.Float64)

    assert ADJUST[name](nothing).to_list() == [None, None]
