"""Fraud detection and targeting: the vectors, scikit-free second ways, empty sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from esg.stats.detection import Detection, Targeting


def test_a_good_detector_of_rare_fraud_is_less_accurate_than_doing_nothing() -> None:
    found = Detection.expected(
        1_000_000, prevalence=0.001, recall=0.8, false_alarm_rate=0.002
    )

    assert found.accuracy == pytest.approx((0.997802, 0.999), abs=1e-9)
    # 800 of 800 + 1,998 flags.
    assert found.precision == pytest.approx(0.2859185, abs=1e-6)
    assert found.f1 == pytest.approx(0.4212744, abs=1e-6)
    assert found.matthews == pytest.approx(0.4774965, abs=1e-6)
    assert found.recall == pytest.approx(0.8)
    assert found.prevalence == pytest.approx(0.001)
    assert found.false_alarm_rate == pytest.approx(0.002)


@given(*[st.integers(1, 400)] * 4)
def test_matthews_correlation_is_pearsons_of_flag_and_fraud(
    hits: int, alarms: int, misses: int, passed: int
) -> None:
    counts = (hits, alarms, misses, passed)
    flag, fraud = np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)

    found = Detection(*counts)

    pearson = stats.pearsonr(flag, fraud).statistic
    assert found.matthews == pytest.approx(pearson, abs=1e-9)
    assert found.precision is not None
    assert found.recall is not None
    harmonic = 2 / (1 / found.precision + 1 / found.recall)
    assert found.f1 == pytest.approx(harmonic)


def test_without_fraud_or_flags_the_numbers_do_not_exist() -> None:
    nothing = Detection(0, 0, 0, 9)

    assert (nothing.recall, nothing.precision, nothing.f1) == (None, None, None)
    assert nothing.matthews is None
    assert nothing.accuracy == (1.0, 1.0)
    assert Detection(0, 0, 0, 0).accuracy is None
    with pytest.raises(ValueError, match="negative"):
        Detection(-1, 0, 0, 0)


def test_240_of_400_eligible_and_60_others_are_the_vector_targeting() -> None:
    found = Targeting(
        persons=1000, eligible=400, beneficiaries=300, eligible_beneficiaries=240
    )

    assert found.coverage == pytest.approx(0.60, abs=1e-12)
    assert found.exclusion == pytest.approx(0.40, abs=1e-12)
    assert found.leakage == pytest.approx(0.20, abs=1e-12)
    # 240 of 400 less 60 of 600.
    assert found.differential == pytest.approx(0.50, abs=1e-12)


def test_nobody_eligible_and_nobody_else_leave_no_rate() -> None:
    nobody = Targeting(10, 0, 2, 0)
    everybody = Targeting(10, 10, 2, 2)

    assert (nobody.coverage, nobody.exclusion, nobody.differential) == (None,) * 3
    assert nobody.leakage == 1
    assert everybody.differential is None
    with pytest.raises(ValueError, match="3 both"):
        Targeting(10, 2, 5, 3)
    with pytest.raises(ValueError, match="more than the 5 persons"):
        Targeting(5, 4, 4, 2)
