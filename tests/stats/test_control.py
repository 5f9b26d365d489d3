"""Control charts: each rule at its edge, and how seldom a steady series calls."""

from __future__ import annotations

import numpy as np
import pytest

from esg.stats.control import Rule, Signal, control_chart


def signals(values: list[float]) -> set[tuple[int, Rule, bool]]:
    chart = control_chart(values)
    assert chart is not None
    return {(s.at, s.rule, s.is_high) for s in chart.signals}


def test_centre_and_limits_written_out() -> None:
    chart = control_chart([10, 12, 10, 12, 10, 12, 10, 12])

    # Seven steps of 2: deviation 2 / 1.128; limits three of them from 11.
    assert chart is not None
    assert chart.centre == 11
    assert chart.deviation == pytest.approx(2 / 1.128)
    assert chart.limits == pytest.approx((11 - 6 / 1.128, 11 + 6 / 1.128))
    assert chart.signals == ()


def test_a_jump_beyond_three_deviations_is_a_signal_where_it_happens() -> None:
    values = [10.0, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 20]

    found = control_chart(values)

    assert found is not None
    assert found.at(11) == (Signal(11, Rule.BEYOND_THREE, is_high=True),)
    fallen = signals([-v for v in values])
    assert (11, Rule.BEYOND_THREE, False) in fallen
    assert all(at == 11 or rule is Rule.EIGHT_ON_ONE_SIDE for at, rule, _ in fallen)


def test_a_shift_that_stays_is_found_by_eight_on_one_side() -> None:
    values = [10.0, 11, 10, 11, 10, 11, 10, 11, 12, 13, 12, 13, 12, 13, 12, 13]

    found = signals(values)

    assert (7, Rule.EIGHT_ON_ONE_SIDE, False) in found
    assert (15, Rule.EIGHT_ON_ONE_SIDE, True) in found
    assert (14, Rule.EIGHT_ON_ONE_SIDE, True) not in found


def test_six_rising_in_a_row_are_a_trend_and_five_are_none() -> None:
    five = [5.0, 9, 5, 9, 5, 6, 7, 8, 9, 5]
    six = [5.0, 9, 5, 9, 5, 6, 7, 8, 9, 10]

    assert not any(rule is Rule.SIX_IN_A_ROW for _, rule, _ in signals(five))
    assert (9, Rule.SIX_IN_A_ROW, True) in signals(six)


def test_two_of_three_and_four_of_five_need_one_side() -> None:
    # Scores about the centre 0 with a deviation of 1, by construction of the steps.
    base = [0.0, 1.128, 0, -1.128] * 6
    high = [*base, 2.6, 0, 2.6]

    found = signals(high)

    assert (26, Rule.TWO_OF_THREE, True) in found
    assert not any(at < 24 for at, _, _ in found)
    four = [*base, 1.9, 1.9, 0.5, 1.9, 1.9]
    assert (28, Rule.FOUR_OF_FIVE, True) in signals(four)


def test_a_steady_series_seldom_calls() -> None:
    draw = np.random.default_rng(23)

    called = sum(
        bool(chart.at(11))
        for chart in (control_chart(draw.normal(size=12).tolist()) for _ in range(800))
        if chart is not None
    )

    assert called / 800 < 0.05


def test_few_points_and_a_still_series_have_no_chart() -> None:
    assert control_chart([1.0, 2, 1, 2, 1, 2, 1]) is None
    assert control_chart([3.0] * 12) is None
