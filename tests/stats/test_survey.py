"""Weighted survey means: by hand, against a bootstrap, and with equal weights."""

from __future__ import annotations

import math

import numpy as np
import pytest

from esg.stats.survey import survey_mean


def test_weights_are_persons() -> None:
    found = survey_mean(np.array([10.0, 20.0]), np.array([3.0, 1.0]))

    # (3 × 10 + 1 × 20) / 4; (3 + 1)² / (9 + 1) answers of equal weight.
    assert found is not None
    assert found.mean.value == 12.5
    assert (found.answers, found.effective_answers) == (2, 1.6)


def test_equal_weights_give_the_textbook_error() -> None:
    values = np.random.default_rng(1).normal(50, 12, 300)

    found = survey_mean(values, np.full(300, 7.0))

    assert found is not None
    expected = float(values.std(ddof=1)) / math.sqrt(300)
    assert found.mean.standard_error == pytest.approx(expected)
    assert found.effective_answers == pytest.approx(300)


def test_the_error_is_that_of_drawing_the_answers_again() -> None:
    draw = np.random.default_rng(2)
    values, weights = draw.normal(50, 12, 800), draw.lognormal(0, 0.8, 800)

    found = survey_mean(values, weights)

    chosen = draw.integers(0, 800, (4000, 800))
    means = (values[chosen] * weights[chosen]).sum(axis=1) / weights[chosen].sum(axis=1)
    assert found is not None
    assert found.mean.standard_error == pytest.approx(float(means.std()), rel=0.06)


def test_one_answer_has_no_error_and_a_weight_is_above_nothing() -> None:
    assert survey_mean(np.array([1.0]), np.array([1.0])) is None
    with pytest.raises(ValueError, match="weight is not above 0"):
        survey_mean(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
