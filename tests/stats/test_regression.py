"""Least squares and the logit against statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from esg.stats.regression import (
    average_marginal_effect,
    logit,
    ols,
    partial_out,
)

Floats = np.ndarray[Any, np.dtype[np.float64]]


def sample(seed: int, rows: int = 600) -> tuple[Floats, Floats, Floats]:
    """Return a yes-or-no outcome, a continuous one, and a design of four columns."""
    draw = np.random.default_rng(seed)
    group = (draw.random(rows) < 0.4).astype(float)
    term = draw.integers(3, 37, rows).astype(float)
    size = draw.normal(9, 1, rows) + 0.3 * group
    design = np.column_stack([np.ones(rows), group, term, size])
    index = -1 + 0.6 * group - 0.03 * term + 0.1 * size
    chosen = (draw.random(rows) < 1 / (1 + np.exp(-index))).astype(float)
    rate = 12 + 1.5 * group + 0.1 * term + draw.normal(0, 1 + group, rows)
    return chosen, rate, design


def test_the_gap_of_two_groups_is_the_vector_ols_gap() -> None:
    rate = np.concatenate([np.linspace(8, 20, 600), np.linspace(9, 22, 400)])
    group = np.repeat([0.0, 1.0], [600, 400])

    fit = ols(rate, np.column_stack([np.ones(1000), group]))

    assert fit is not None
    gap = fit.estimate(1)
    # Means 15.5 and 14: 150 basis points.
    assert gap.value == pytest.approx(1.5, abs=1e-9)
    assert gap.standard_error == pytest.approx(0.2357175, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_least_squares_with_hc1_are_those_of_statsmodels(seed: int) -> None:
    _, rate, design = sample(seed)

    fit = ols(rate, design)

    expected = sm.OLS(rate, design).fit(cov_type="HC1")
    assert fit is not None
    assert fit.coefficients == pytest.approx(expected.params, rel=1e-9)
    for at in range(4):
        found = fit.estimate(at)
        assert found.standard_error == pytest.approx(expected.bse[at], rel=1e-9)
        assert found.p_value == pytest.approx(expected.pvalues[at], rel=1e-6)
        assert found.interval() == pytest.approx(expected.conf_int()[at], rel=1e-7)


def test_clustered_errors_and_joint_tests_are_those_of_statsmodels() -> None:
    _, rate, design = sample(4)
    clusters = np.arange(600) // 15
    rate = rate + np.random.default_rng(5).normal(0, 2, 40)[clusters]

    fit = ols(rate, design, clusters=clusters)

    expected = sm.OLS(rate, design).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )
    assert fit is not None
    assert fit.free == 39
    for at in range(4):
        found = fit.estimate(at)
        assert found.standard_error == pytest.approx(expected.bse[at], rel=1e-9)
        assert found.p_value == pytest.approx(expected.pvalues[at], rel=1e-6)
        assert found.interval() == pytest.approx(expected.conf_int()[at], rel=1e-7)
    joint = expected.f_test(np.eye(4)[[1, 2]]).pvalue
    assert fit.jointly_zero([1, 2]) == pytest.approx(float(joint), rel=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_logit_and_its_marginal_effects_are_those_of_statsmodels(
    seed: int,
) -> None:
    chosen, _, design = sample(seed)

    fit = logit(chosen, design)

    expected = sm.Logit(chosen, design).fit(disp=0)
    assert fit is not None
    assert fit.coefficients == pytest.approx(expected.params, rel=1e-6)
    margins = expected.get_margeff(at="overall", dummy=True)
    for column in (1, 2, 3):
        found = average_marginal_effect(fit, design, column)
        assert found.value == pytest.approx(margins.margeff[column - 1], rel=1e-6)
        assert found.standard_error == pytest.approx(
            margins.margeff_se[column - 1], rel=1e-5
        )


def test_what_is_left_of_two_columns_gives_the_coefficient_with_controls() -> None:
    _, rate, design = sample(6)
    controls = design[:, [0, 2, 3]]

    left = partial_out(np.column_stack([design[:, 1], rate]), controls)

    fit = ols(rate, design)
    assert fit is not None
    slope = float(left[:, 0] @ left[:, 1]) / float(left[:, 0] @ left[:, 0])
    assert slope == pytest.approx(fit.estimate(1).value, rel=1e-9)


def test_where_no_estimate_exists_none_is_given() -> None:
    ones = np.ones(8)
    ends = np.array([0.0, 0, 0, 0, 1, 1, 1, 1])

    assert ols(ends, np.column_stack([ones, ends, ends])) is None
    assert ols(ends[:2], np.column_stack([ones, ends])[:2]) is None
    clustered = ols(ends, ones[:, None], clusters=np.zeros(8, dtype=np.int64))
    assert clustered is None
    # The column tells the outcome without error: its coefficient has no end.
    assert logit(ends, np.column_stack([ones, ends])) is None
    assert logit(ends, np.column_stack([ones, ones])) is None


def test_wrong_shapes_and_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="for a design"):
        ols(np.ones(3), np.ones((4, 1)))
    with pytest.raises(ValueError, match="not finite"):
        ols(np.array([1.0, np.nan]), np.ones((2, 1)))
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        logit(np.array([0.0, 2.0]), np.ones((2, 1)))


def test_an_estimate_that_does_not_vary_has_no_p_value() -> None:
    fit = ols(np.ones(5), np.ones((5, 1)))

    assert fit is not None
    assert fit.estimate(0).p_value is None
    assert fit.jointly_zero([0]) is None
