"""Value axes: where they start and end, their ticks, and how ticks are written."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esg.report.chart import Axis, Point

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_CLASS_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_MINUS = "−"
_NO_BREAK = "\N{NO-BREAK SPACE}"
# Sums of steps miss a tick by a rounding error, which must not add a tick.
_NEARLY = 1e-9
_A_LITTLE_MORE = 1.001


@dataclass(frozen=True)
class Scale:
    """The range of a value axis with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]

    def part(self, value: float) -> float:
        """Return where a value stands between the two ends, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def known_values(points: Iterable[Point]) -> list[float]:
    """Return every number of the points, ends of intervals among them."""
    return [
        value
        for point in points
        for value in (point.value, point.low, point.high)
        if value is not None
    ]


def scale_of(values: Iterable[float], axis: Axis, *, steps: int = 5) -> Scale:
    """Return an axis whose ends are round and hold all values.

    Args:
        values: What must fit; none at all gives 0 to 1.
        axis: Whether zero belongs to it and how ticks are written.
        steps: At most about so many ticks.
    """
    known = list(values) or [0.0, 1.0]
    low, high = min(known), max(known)
    if axis.from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _NEARLY * max(abs(high), 1.0):
        low, high = (low, low + 1) if low == 0 else _around(low)
        if axis.from_zero:
            low = min(low, 0.0)
    step = _round_step((high - low) / steps, _STEPS)
    first = math.floor(low / step + _NEARLY)
    last = math.ceil(high / step - _NEARLY)
    ticks = tuple(index * step for index in range(first, last + 1))
    texts = tuple(tick_text(tick, step, is_share=axis.is_share) for tick in ticks)
    return Scale(ticks[0], ticks[-1], ticks, texts)


def _around(value: float) -> tuple[float, float]:
    return value - abs(value) * 0.1, value + abs(value) * 0.1


def _round_step(rough: float, choices: tuple[float, ...]) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    best = next(c for c in choices if c * power >= rough * (1 - _NEARLY))
    return best * power


def class_edges(values: Iterable[float], *, classes: int) -> tuple[float, ...]:
    """Return the round edges of equally wide classes that hold all values.

    Equal widths and not equal counts: a map then shows how far apart places are,
    not only their order. A value on an edge belongs to the class above it.
    """
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    spread = high - low
    if spread < _NEARLY * max(abs(high), 1.0):
        spread = abs(high) if abs(high) > _NEARLY else 1.0
    step = _round_step(spread / classes, _CLASS_STEPS)
    while (start := math.floor(low / step + _NEARLY) * step) + classes * step <= high:
        step = _round_step(step * _A_LITTLE_MORE, _CLASS_STEPS)
    return tuple(start + index * step for index in range(classes + 1))


def class_of(value: float, edges: tuple[float, ...]) -> int:
    """Return the class of a value, counted from 0."""
    step = edges[1] - edges[0]
    place = math.floor((value - edges[0]) / step + _NEARLY)
    return min(max(place, 0), len(edges) - 2)


def class_texts(edges: tuple[float, ...], axis: Axis) -> tuple[str, ...]:
    """Return the classes as '10–<15 %': the upper edge belongs to the next."""
    step = edges[1] - edges[0]
    return tuple(
        f"{tick_text(low, step, is_share=axis.is_share, sign='')}–<"
        f"{tick_text(high, step, is_share=axis.is_share)}"
        for low, high in itertools.pairwise(edges)
    )


def tick_text(
    value: float, step: float, *, is_share: bool, sign: str = f"{_NO_BREAK}%"
) -> str:
    """Return a tick with as many decimals as its step needs."""
    factor = 100 if is_share else 1
    shown = _number(value * factor, _decimals(step * factor))
    return shown + sign if is_share else shown


def _decimals(step: float) -> int:
    for digits in range(6):
        if math.isclose(round(step, digits), step, rel_tol=1e-6):
            return digits
    return 6


def _number(value: float, digits: int) -> str:
    # Adding zero turns the negative zero of rounding into zero.
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", _MINUS)


def interval_text(point: Point, axis: Axis) -> str:
    """Return '17.9–18.9 %' in the decimals of the point's own text, or nothing."""
    if point.low is None or point.high is None:
        return ""
    factor, sign = (100, f"{_NO_BREAK}%") if axis.is_share else (1, "")
    found = re.search(r"\d\.(\d+)", point.text)
    digits = len(found.group(1)) if found else 0
    dash = " – " if point.low < 0 else "–"
    low, high = (_number(v * factor, digits) for v in (point.low, point.high))
    return f"{low}{dash}{high}{sign}"
