"""Control charts: whether a series does something its own past would not.

A change between two quarters may be noise although each number is exact. What a series
has done before says how much noise it has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_POINTS = 8
"""Fewer points cannot tell their own noise."""

_RANGE_OF_TWO = 1.128
"""Expected range of two normal values, in standard deviations (d2)."""


class Rule(StrEnum):
    """A pattern that a steady series seldom shows."""

    BEYOND_THREE = "beyond_three"
    """One point beyond three deviations (Western Electric 1, Nelson 1)."""
    TWO_OF_THREE = "two_of_three"
    """Two of three beyond two, on one side (Western Electric 2, Nelson 5)."""
    FOUR_OF_FIVE = "four_of_five"
    """Four of five beyond one, on one side (Western Electric 3, Nelson 6)."""
    EIGHT_ON_ONE_SIDE = "eight_on_one_side"
    """Eight in a row on one side of the centre (Western Electric 4)."""
    SIX_IN_A_ROW = "six_in_a_row"
    """Six points, each above the one before, or each below (Nelson 3)."""


@dataclass(frozen=True)
class Signal:
    """A pattern that is complete at a point."""

    at: int
    """The point, counted from 0."""
    rule: Rule
    is_high: bool
    """Whether it lies above the centre, or rises."""


@dataclass(frozen=True)
class Chart:
    """A series against its own noise."""

    centre: float
    deviation: float
    """In the series' unit; the limits lie three of them from the centre."""
    signals: tuple[Signal, ...]
    """By point, and by rule at one point."""

    @property
    def limits(self) -> tuple[float, float]:
        """Lower and upper control limit."""
        return self.centre - 3 * self.deviation, self.centre + 3 * self.deviation

    def at(self, point: int) -> tuple[Signal, ...]:
        """Return the signals that one point completes."""
        return tuple(signal for signal in self.signals if signal.at == point)


def control_chart(values: Sequence[float]) -> Chart | None:
    """Judge a series by the rules of Western Electric, and Nelson's of the trend.

    The noise is the mean step between neighbours, which a slow drift hardly inflates,
    where the standard deviation of the whole series would hide the drift it should
    find. Nothing is adjusted for seasons.

    Args:
        values: In order of time, without gaps.

    Returns:
        Null with fewer than ``LEAST_POINTS``, or where nothing ever moves.

    Source:
        Western Electric (1956), Statistical Quality Control Handbook, pages 25-28;
        Nelson (1984), Journal of Quality Technology 16:237-239; deviation from the
        moving range, Montgomery (2013), Introduction to Statistical Quality Control,
        7th ed., section 6.4.
    """
    if len(values) < LEAST_POINTS:
        return None
    steps = [abs(b - a) for a, b in pairwise(values)]
    deviation = fmean(steps) / _RANGE_OF_TWO
    if not deviation or not math.isfinite(deviation):
        return None
    centre = fmean(values)
    scores = [(value - centre) / deviation for value in values]
    signals = [
        Signal(at, rule, is_high)
        for at in range(len(values))
        for rule in Rule
        for is_high in (True, False)
        if _is_met(rule, [s if is_high else -s for s in scores[: at + 1]])
    ]
    return Chart(centre, deviation, tuple(signals))


def _is_met(rule: Rule, scores: list[float]) -> bool:
    """Return whether the last of some points completes a pattern above the centre."""
    last = scores[-1]
    match rule:
        case Rule.BEYOND_THREE:
            return last > 3  # noqa: PLR2004 - the rule says so; likewise below
        case Rule.TWO_OF_THREE:
            return last > 2 and _beyond(scores[-3:], 2) >= 2  # noqa: PLR2004
        case Rule.FOUR_OF_FIVE:
            return last > 1 and _beyond(scores[-5:], 1) >= 4  # noqa: PLR2004
        case Rule.EIGHT_ON_ONE_SIDE:
            return len(scores) >= 8 and min(scores[-8:]) > 0  # noqa: PLR2004
        case Rule.SIX_IN_A_ROW:
            run = scores[-6:]
            rises = (b > a for a, b in pairwise(run))
            return len(run) == 6 and all(rises)  # noqa: PLR2004


def _beyond(scores: list[float], limit: float) -> int:
    return sum(score > limit for score in scores)
