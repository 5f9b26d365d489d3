"""Mix against rate: where the change of a share or mean comes from.

An overall rate moves because its groups' rates move, or because the groups' weights
do. Each group's part in both is told, and all parts add up to the change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.stats.intervals import critical_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Part:
    """One group's numerator and denominator in the two periods; 0 where absent."""

    name: str
    numerator: float
    denominator: float
    numerator_then: float
    denominator_then: float


@dataclass(frozen=True)
class Effect:
    """One group's part in the change."""

    name: str
    mix: float
    """Because its weight among all changed, as far as its rate differs from all's."""
    rate: float
    """Because its own rate changed, at its average weight."""

    @property
    def total(self) -> float:
        """Both together."""
        return self.mix + self.rate


@dataclass(frozen=True)
class Decomposition:
    """A change in parts that add up to it."""

    change: float
    effects: tuple[Effect, ...]
    """As the parts were given."""
    mix_error: float | None = None
    """Standard error of the mix effect; null where units were not counted."""
    rate_error: float | None = None

    @property
    def mix(self) -> float:
        """What changed weights did."""
        return math.fsum(effect.mix for effect in self.effects)

    @property
    def rate(self) -> float:
        """What changed rates within groups did."""
        return math.fsum(effect.rate for effect in self.effects)

    def mix_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """Return both ends of the mix effect's interval; null without an error."""
        return _interval(self.mix, self.mix_error, confidence)

    def rate_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """Return both ends of the rate effect's interval; null without an error."""
        return _interval(self.rate, self.rate_error, confidence)


def mix_and_rate(
    parts: Sequence[Part], *, are_counts: bool = False
) -> Decomposition | None:
    """Split the change of a rate into changed weights and changed rates.

    Both effects are taken at the average of the two periods, so that neither period is
    the base and no interaction is left over. A group's mix effect is measured from the
    average overall rate: more of a group lowers the whole only if it stands below.

    Args:
        parts: Groups that together are the whole, each unit in one of them. A group
            that one period lacks has no rate there: its part is all mix.
        are_counts: Whether numerators count units among the denominators' units, which
            are independent; the effects then have errors.

    Returns:
        Null where a period has nothing to divide by.

    Raises:
        ValueError: A denominator is negative.

    Source:
        Kitagawa (1955), Journal of the American Statistical Association 50:1168-1194,
        centred as in Haltiwanger (1997), Federal Reserve Bank of St. Louis Review
        79(3):55-77. Errors by the delta method for two independent multinomial samples.
    """
    if any(min(p.denominator, p.denominator_then) < 0 for p in parts):
        raise ValueError("a denominator is negative")
    whole = math.fsum(p.denominator for p in parts)
    whole_then = math.fsum(p.denominator_then for p in parts)
    if not whole or not whole_then:
        return None
    rate = math.fsum(p.numerator for p in parts) / whole
    rate_then = math.fsum(p.numerator_then for p in parts) / whole_then
    middle = (rate + rate_then) / 2
    rows = [_row(p, whole, whole_then) for p in parts]
    effects = tuple(
        Effect(
            part.name,
            mix=row.moved_weight * (row.mean_rate - middle),
            rate=row.mean_weight * row.moved_rate,
        )
        for part, row in zip(parts, rows, strict=True)
    )
    mix_error = rate_error = None
    if are_counts:
        mix_error, rate_error = _errors(rows, whole, whole_then)
    return Decomposition(rate - rate_then, effects, mix_error, rate_error)


@dataclass(frozen=True)
class _Row:
    weight: float
    weight_then: float
    rate: float
    rate_then: float

    @property
    def moved_weight(self) -> float:
        return self.weight - self.weight_then

    @property
    def mean_weight(self) -> float:
        return (self.weight + self.weight_then) / 2

    @property
    def moved_rate(self) -> float:
        return self.rate - self.rate_then

    @property
    def mean_rate(self) -> float:
        return (self.rate + self.rate_then) / 2


def _row(part: Part, whole: float, whole_then: float) -> _Row:
    rate = part.numerator / part.denominator if part.denominator else None
    then = (
        part.numerator_then / part.denominator_then if part.denominator_then else None
    )
    # A rate that does not exist takes the other's place, so that nothing moves in it.
    return _Row(
        part.denominator / whole,
        part.denominator_then / whole_then,
        rate if rate is not None else then if then is not None else 0.0,
        then if then is not None else rate if rate is not None else 0.0,
    )


def _errors(rows: list[_Row], whole: float, whole_then: float) -> tuple[float, float]:
    """Return the standard errors of mix and rate.

    Each unit's pull on an effect is what it does through its group's weight and, beside
    it, through its group's rate; the two do not move together.
    """
    mix = rate = 0.0
    for is_now, n in ((True, whole), (False, whole_then)):
        weights = [row.weight if is_now else row.weight_then for row in rows]
        within = [
            (r.rate * (1 - r.rate) if is_now else r.rate_then * (1 - r.rate_then)) / w
            if w
            else 0.0
            for r, w in zip(rows, weights, strict=True)
        ]
        mix += (
            _spread([row.mean_rate for row in rows], weights)
            + math.fsum(
                (row.moved_weight / 2) ** 2 * v
                for row, v in zip(rows, within, strict=True)
            )
        ) / n
        rate += (
            _spread([row.moved_rate / 2 for row in rows], weights)
            + math.fsum(
                row.mean_weight**2 * v for row, v in zip(rows, within, strict=True)
            )
        ) / n
    return math.sqrt(mix), math.sqrt(rate)


def _spread(values: list[float], weights: list[float]) -> float:
    mean = math.fsum(v * w for v, w in zip(values, weights, strict=True))
    return math.fsum(w * (v - mean) ** 2 for v, w in zip(values, weights, strict=True))


def _interval(
    value: float, error: float | None, confidence: float
) -> tuple[float, float] | None:
    if error is None:
        return None
    spread = critical_value(confidence) * error
    return value - spread, value + spread


def pooled(parts: Mapping[str, Part], names: Sequence[str], name: str) -> Part:
    """Return several groups as one."""
    chosen = [parts[key] for key in names]
    return Part(
        name,
        math.fsum(p.numerator for p in chosen),
        math.fsum(p.denominator for p in chosen),
        math.fsum(p.numerator_then for p in chosen),
        math.fsum(p.denominator_then for p in chosen),
    )
