"""Comparing two groups: approval ratios with their tests, distances of means.

Where a ratio or a distance calls for action is a convention and a dated rule; here are
only the numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from esg.stats.distributions import normal_two_sided
from esg.stats.intervals import critical_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEAST_EXPECTED = 10
"""Below so many expected in a cell, chi-square is no good and Fisher's test is used."""


@dataclass(frozen=True)
class Chosen:
    """How many of a group were chosen."""

    chosen: int
    group: int

    def __post_init__(self) -> None:
        if not 0 <= self.chosen <= self.group:
            raise ValueError(f"{self.chosen} chosen of {self.group}")

    @property
    def rate(self) -> float | None:
        """Selection rate in [0, 1]; null for an empty group."""
        return self.chosen / self.group if self.group else None


@dataclass(frozen=True)
class AdverseImpact:
    """A group's selection rate beside that of the group it is compared with."""

    ratio: float | None
    """Rate over the reference's rate; null where either group is empty or nobody of
    the reference is chosen."""
    low: float | None
    high: float | None
    """95 % interval of the ratio by the log method; null where nobody is chosen."""
    difference: float | None
    """Rate less the reference's, a share."""
    odds_ratio: float | None
    """Null where it has a zero below the line."""
    shortfall: float | None
    """Persons more that would be chosen at the reference's rate; negative where the
    group's own is higher."""
    z: float | None
    """Of the difference, with the pooled rate; null where all or none are chosen."""
    p_value: float | None
    """Two-sided, of equal rates; null for an empty group."""
    test: Literal["fisher", "chi_square"] | None


def adverse_impact(
    group: Chosen, reference: Chosen, *, confidence: float = 0.95
) -> AdverseImpact:
    """Return how a group's selection rate compares with a reference group's.

    Args:
        group: The group asked about.
        reference: The group it is compared with, as declared: not the best one found.
        confidence: Of the interval, in (0, 1).

    Returns:
        Each number null where it does not exist; nothing is guessed from an empty
        group.

    Source:
        29 CFR 1607.4 D (ratio); Katz et al. (1978), Biometrics 34:469-474 (interval);
        Fisher's test where fewer than 10 are expected in a cell, else Pearson's
        chi-square without correction, which is the square of ``z``.
    """
    p, q = group.rate, reference.rate
    if p is None or q is None:
        return AdverseImpact(*[None] * 9)
    ratio = p / q if q else None
    low, high = ratio_of_rates_interval(group, reference, confidence=confidence)
    declined = group.group - group.chosen, reference.group - reference.chosen
    below = declined[0] * reference.chosen
    z = pooled_z(group, reference)
    is_small = _least_expected(group, reference) < _LEAST_EXPECTED
    if is_small or z is None:
        p_value, test = fisher_exact(group, reference), "fisher"
    else:
        p_value, test = normal_two_sided(z), "chi_square"
    return AdverseImpact(
        ratio=ratio,
        low=low,
        high=high,
        difference=p - q,
        odds_ratio=group.chosen * declined[1] / below if below else None,
        shortfall=group.group * (q - p),
        z=z,
        p_value=p_value,
        test="fisher" if test == "fisher" else "chi_square",
    )


def ratio_of_rates_interval(
    group: Chosen, reference: Chosen, *, confidence: float = 0.95
) -> tuple[float | None, float | None]:
    """Return the interval of a ratio of two rates by the log method.

    Returns:
        Both ends, or two nulls where nobody of a group is chosen.

    Source:
        Katz et al. (1978), Biometrics 34:469-474: ln(p/q) ± z times the root of
        (1 − p)/x + (1 − q)/y.
    """
    p, q = group.rate, reference.rate
    if not p or not q:
        return None, None
    spread = critical_value(confidence) * math.sqrt(
        (1 - p) / group.chosen + (1 - q) / reference.chosen
    )
    return p / q * math.exp(-spread), p / q * math.exp(spread)


def pooled_z(group: Chosen, reference: Chosen) -> float | None:
    """Return the difference of two rates in pooled standard errors; null without any.

    Source:
        Its square is Pearson's chi-square of the table, without correction.
    """
    everyone = group.group + reference.group
    pooled = (group.chosen + reference.chosen) / everyone if everyone else 0.0
    if group.rate is None or reference.rate is None or pooled in (0, 1):
        return None
    variance = pooled * (1 - pooled) * (1 / group.group + 1 / reference.group)
    return (group.rate - reference.rate) / math.sqrt(variance)


def _least_expected(group: Chosen, reference: Chosen) -> float:
    everyone = group.group + reference.group
    chosen = group.chosen + reference.chosen
    smaller = min(group.group, reference.group)
    return smaller * min(chosen, everyone - chosen) / everyone


def fisher_exact(group: Chosen, reference: Chosen) -> float:
    """Return the two-sided p-value of Fisher's exact test of equal rates.

    Source:
        Fisher (1935); two-sided as the sum of all tables that are no more probable
        than the one found, with the tolerance of 1e-7 that R uses for equal ones.
    """
    chosen = group.chosen + reference.chosen
    least = max(0, chosen - reference.group)
    most = min(chosen, group.group)
    k = np.arange(least, most, dtype=np.float64)
    # Each table's probability from the one before: no factorial overflows.
    steps = np.log((group.group - k) * (chosen - k)) - np.log(
        (k + 1) * (reference.group - chosen + k + 1)
    )
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    weights = np.exp(logs - logs.max())
    found = weights[group.chosen - least]
    as_rare = weights <= found * (1 + 1e-7)
    return float(min(1.0, weights[as_rare].sum() / weights.sum()))


def standardised_difference(
    group: Floats, reference: Floats, *, spread: Literal["pooled", "total"] = "pooled"
) -> float | None:
    """Return the difference of two means in standard deviations, times 100.

    Args:
        group: Values of the group asked about, finite.
        reference: Values of the reference group.
        spread: ``pooled`` divides by the pooled deviation within both groups, ``total``
            by the deviation (with n − 1) of all values together; say which is printed.

    Returns:
        Null where a group has fewer than two values, or nothing varies.

    Source:
        Cohen (1988), Statistical Power Analysis, 2nd ed., section 2.2 (pooled).
    """
    if min(group.size, reference.size) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    if spread == "pooled":
        squares = sum(float(((x - x.mean()) ** 2).sum()) for x in (group, reference))
        deviation = math.sqrt(squares / (group.size + reference.size - 2))
    else:
        deviation = float(np.concatenate([group, reference]).std(ddof=1))
    difference = float(group.mean() - reference.mean())
    return 100 * difference / deviation if deviation > 0 else None
