"""Intervals of shares, of differences of shares, and of clustered ratios.

All functions take and return Polars expressions, so that one ``with_columns`` serves a
whole result. 95 % two-sided throughout, unless told otherwise.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import polars as pl


class Bounds(NamedTuple):
    """Lower and upper end of an interval; null where there is none."""

    low: pl.Expr
    high: pl.Expr


class Moments(NamedTuple):
    """Sums over clusters i of numerator a_i and denominator b_i of one ratio."""

    a: pl.Expr
    b: pl.Expr
    aa: pl.Expr
    """Sum of a_i squared."""
    ab: pl.Expr
    bb: pl.Expr
    clusters: pl.Expr
    """How many clusters have a denominator."""


class Cross(NamedTuple):
    """Sums over clusters of products across two periods, later times earlier."""

    aa: pl.Expr
    ab: pl.Expr
    ba: pl.Expr
    bb: pl.Expr


def critical_value(confidence: float = 0.95) -> float:
    """Return the normal quantile of a two-sided interval.

    Raises:
        ValueError: ``confidence`` is not in (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, not in (0, 1)")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(k: pl.Expr, n: pl.Expr, *, confidence: float = 0.95) -> Bounds:
    """Return the Wilson score interval of each share k / n.

    Chosen over the textbook interval because it stays inside [0, 1] and keeps its
    coverage for small groups and for shares near 0 or 1, where inclusion data live.

    Args:
        k: Counts in [0, n].
        n: Group sizes: persons or things, not weighted totals.
        confidence: Two-sided coverage in (0, 1).

    Returns:
        Bounds in [0, 1]; null where n is 0 or either count is null.

    Source:
        Wilson (1927), JASA 22:209-212; Newcombe (1998), Stat. Med. 17:857-872,
        method 3.
    """
    z = critical_value(confidence)
    n = pl.when(n > 0).then(n)
    share = k / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    spread = z / (1 + z**2 / n) * (share * (1 - share) / n + (z / (2 * n)) ** 2).sqrt()
    # At the ends the formula is exact only up to rounding, about 1e-18.
    return Bounds(
        low=pl.when(share == 0).then(0.0).otherwise(centre - spread),
        high=pl.when(share == 1).then(1.0).otherwise(centre + spread),
    )


def newcombe_difference(
    later: tuple[pl.Expr, pl.Expr],
    earlier: tuple[pl.Expr, pl.Expr],
    *,
    confidence: float = 0.95,
) -> Bounds:
    """Return the interval of a difference of two independent shares.

    Args:
        later: Count and group size of the share that is subtracted from.
        earlier: Count and group size of the share that is subtracted.
        confidence: Two-sided coverage in (0, 1).

    Returns:
        Bounds of later minus earlier in [-1, 1]; null where a group is empty.

    Source:
        Newcombe (1998), Stat. Med. 17:873-890, method 10: the Wilson bounds of both
        shares combined in quadrature.
    """
    p, q = later[0] / later[1], earlier[0] / earlier[1]
    of_p = wilson(*later, confidence=confidence)
    of_q = wilson(*earlier, confidence=confidence)
    return bounded_difference((p, of_p), (q, of_q))


def bounded_difference(
    later: tuple[pl.Expr, Bounds], earlier: tuple[pl.Expr, Bounds]
) -> Bounds:
    """Return the interval of a difference of two estimates from their own intervals.

    For independent estimates; where the two move together, as stocks and windows that
    overlap do, it is wider than it need be, and calls no movement that is none.

    Args:
        later: The estimate that is subtracted from, and its bounds.
        earlier: The estimate that is subtracted, and its bounds.

    Returns:
        Null where an estimate or a bound is.

    Source:
        Zou & Donner (2008), Stat. Med. 27:1693-1702 (MOVER).
    """
    (p, of_p), (q, of_q) = later, earlier
    return Bounds(
        low=(p - q) - ((p - of_p.low) ** 2 + (of_q.high - q) ** 2).sqrt(),
        high=(p - q) + ((of_p.high - p) ** 2 + (q - of_q.low) ** 2).sqrt(),
    )


def ratio_variance(moments: Moments) -> pl.Expr:
    """Return the variance of a ratio of sums over independent clusters.

    The first-order (delta) variance with clusters as the units that vary: what one
    borrower's loans do is one observation, however many the loans.

    Returns:
        The variance; null for fewer than two clusters or an empty denominator.

    Source:
        Cochran (1977), Sampling Techniques, 3rd ed., section 6.3; with the factor
        m / (m - 1) for m clusters.
    """
    m = pl.when(moments.clusters > 1).then(moments.clusters)
    b = pl.when(moments.b != 0).then(moments.b)
    ratio = moments.a / b
    squares = moments.aa - 2 * ratio * moments.ab + ratio**2 * moments.bb
    # An exact zero can come out a rounding below it; a null stays one.
    return pl.when(squares < 0).then(0.0).otherwise(squares) / b**2 * m / (m - 1)


def ratio_interval(
    moments: Moments,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    confidence: float = 0.95,
) -> Bounds:
    """Return the delta interval of a clustered ratio.

    Args:
        moments: Sums over clusters.
        at_least: Below it the ratio cannot be, so no bound is either; null is no limit.
        at_most: Above it the ratio cannot be: 1 for a share.
        confidence: Two-sided coverage in (0, 1).

    Returns:
        Bounds; null where the variance is.

    Source:
        See ``ratio_variance``.
    """
    ratio = moments.a / pl.when(moments.b != 0).then(moments.b)
    spread = critical_value(confidence) * ratio_variance(moments).sqrt()
    return Bounds(
        (ratio - spread).clip(at_least, at_most),
        (ratio + spread).clip(at_least, at_most),
    )


def paired_change_interval(
    later: Moments, earlier: Moments, cross: Cross, *, confidence: float = 0.95
) -> Bounds:
    """Return the interval of the change of a clustered ratio between two periods.

    A stock at two quarter ends holds largely the same borrowers; treating the two as
    independent would make every interval several times too wide. The covariance of
    the two linearised ratios over shared clusters puts that right.

    Args:
        later: Sums of the later period.
        earlier: Sums of the earlier period.
        cross: Sums of products over the clusters present in both.
        confidence: Two-sided coverage in (0, 1).

    Returns:
        Bounds of later minus earlier; null where either variance is.

    Source:
        Linearisation as in Cochran (1977), section 6.3; covariance of two ratio
        estimators, Kish (1965), Survey Sampling, section 12.11.
    """
    p, q = later.a / later.b, earlier.a / earlier.b
    covariance = (cross.aa - q * cross.ab - p * cross.ba + p * q * cross.bb) / (
        later.b * earlier.b
    )
    variance = ratio_variance(later) + ratio_variance(earlier) - 2 * covariance
    variance = pl.when(variance < 0).then(0.0).otherwise(variance)
    spread = critical_value(confidence) * variance.sqrt()
    return Bounds(low=(p - q) - spread, high=(p - q) + spread)
