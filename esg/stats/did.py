"""Difference in differences, with a test of the past and a refusal when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from esg.stats.regression import Estimate, Fit, ols

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WhyNone = Literal["no_comparison", "past_untested", "past_apart", "too_few_clusters"]


@dataclass(frozen=True)
class Step:
    """How far the treated stood from the others in one period, to plot."""

    period: int
    """As given; the last before the start is 0 by construction and not here."""
    gap: Estimate


@dataclass(frozen=True)
class GroupSums:
    """What the estimate needs of one group of a balanced panel, however many it has."""

    units: int
    sums: NDArray[np.float64]
    """Shape (p,): of the outcome over units, a number a period."""
    products: NDArray[np.float64]
    """Shape (p, p): of the outcomes of two periods over units."""

    @property
    def means(self) -> NDArray[np.float64]:
        """The mean outcome of each period."""
        return self.sums / self.units

    @property
    def variance_of_means(self) -> NDArray[np.float64]:
        """The covariance of ``means`` over units, without small-sample factors."""
        spread = self.products - self.units * np.outer(self.means, self.means)
        return spread / self.units**2


@dataclass(frozen=True)
class DifferenceInDifferences:
    """An effect, or why there is none to print."""

    effect: Estimate | None
    why_none: WhyNone | None
    steps: tuple[Step, ...]
    """Of every period but the last before the start, in order: what a reader needs in
    order to see whether the two moved alike before."""
    past_p_value: float | None
    """Of the two having moved alike before; null where that cannot be tested."""


def difference_of_differences(
    treated: tuple[float, float], others: tuple[float, float]
) -> float:
    """Return the treated's change less the others', each as before and after."""
    return (treated[1] - treated[0]) - (others[1] - others[0])


def difference_in_differences(
    panel: pl.DataFrame, *, start: int, level: float = 0.05
) -> DifferenceInDifferences:
    """Estimate what a treatment changed, unless the past speaks against it.

    The effect stands on the assumption that both groups would have moved alike without
    the treatment. Nothing proves it, but the periods before can refute it; where they
    do, or where there are too few of them to tell, no effect is given.

    Args:
        panel: ``unit`` (whose rows move together, an integer), ``is_treated`` (of the
            unit, at any time), ``period`` (integers in order of time) and ``outcome``.
            Rows with a null are left out.
        start: The first period with treatment, the same for all treated.
        level: Below this p-value the past counts as apart, in (0, 1).

    Returns:
        The effect with clusters of units. Null with ``no_comparison`` where a group
        lacks rows before or after, ``past_untested`` with a single period before,
        ``too_few_clusters`` where units are too few for the test, ``past_apart`` where
        it fails.

    Raises:
        ValueError: ``level`` is not in (0, 1).

    Source:
        Angrist & Pischke (2009), Mostly Harmless Econometrics, section 5.2; event study
        with the last period before as reference; clustered as in ``ols``. One start
        for all: staggered starts would need Callaway & Sant'Anna (2021).
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, not in (0, 1)")
    known = panel.select("unit", "is_treated", "period", "outcome").drop_nulls()
    before = known.filter(pl.col("period") < start)["period"].unique().sort().to_list()
    cells = known.select(
        pl.col("is_treated"), is_after=pl.col("period") >= start
    ).unique()
    if cells.height < 4:  # noqa: PLR2004 - two groups, before and after
        return DifferenceInDifferences(None, "no_comparison", (), None)
    periods = known["period"].unique().sort().to_list()
    others = [period for period in periods if period != before[-1]]
    study = _fit(known, periods, [known["period"] == p for p in others])
    if study is None:
        return DifferenceInDifferences(None, "too_few_clusters", (), None)
    first = 1 + len(periods)
    steps = tuple(
        Step(period, study.estimate(first + at)) for at, period in enumerate(others)
    )
    if len(before) < 2:  # noqa: PLR2004 - one period before shows no trend
        return DifferenceInDifferences(None, "past_untested", steps, None)
    p_value = study.jointly_zero([first + at for at in range(len(before) - 1)])
    if p_value is None:
        return DifferenceInDifferences(None, "too_few_clusters", steps, None)
    if p_value < level:
        return DifferenceInDifferences(None, "past_apart", steps, p_value)
    fit = _fit(known, periods, [known["period"] >= start])
    effect = fit.estimate(first) if fit else None
    why: WhyNone | None = None if effect else "too_few_clusters"
    return DifferenceInDifferences(effect, why, steps, p_value)


def effect_of_sums(
    treated: GroupSums,
    others: GroupSums,
    periods: Sequence[int],
    *,
    start: int,
    level: float = 0.05,
) -> DifferenceInDifferences:
    """Estimate the same from sums, where every unit has an outcome in every period.

    In a balanced panel each coefficient is a contrast of the two groups' means, and
    its clustered variance the variance of that contrast over units: millions of units
    need no more than their sums and products by pairs of periods.

    Args:
        treated: Sums of the units treated at any time.
        others: Sums of the units never treated.
        periods: Integers in order of time, a place of the sums each.
        start: The first period with treatment.
        level: Below this p-value the past counts as apart, in (0, 1).

    Returns:
        What ``difference_in_differences`` gives for the panel itself, but
        ``too_few_clusters`` already where a group has a single unit, which cannot vary.

    Raises:
        ValueError: ``level`` is not in (0, 1), or shapes do not fit.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, not in (0, 1)")
    p = len(periods)
    if treated.products.shape != (p, p) or others.products.shape != (p, p):
        raise ValueError(f"sums of another shape than {p} periods")
    before = [at for at, period in enumerate(periods) if period < start]
    after = [at for at, period in enumerate(periods) if period >= start]
    if not (before and after and treated.units and others.units):
        return DifferenceInDifferences(None, "no_comparison", (), None)
    if min(treated.units, others.units) < 2:  # noqa: PLR2004 - one cannot vary
        return DifferenceInDifferences(None, "too_few_clusters", (), None)
    last = before[-1]
    compared = [at for at in range(p) if at != last]
    identity = np.eye(p)
    study = _contrast(treated, others, identity[compared] - identity[last], 2 * p)
    steps = tuple(
        Step(periods[at], study.estimate(row)) for row, at in enumerate(compared)
    )
    if len(before) < 2:  # noqa: PLR2004 - one period before shows no trend
        return DifferenceInDifferences(None, "past_untested", steps, None)
    p_value = study.jointly_zero(list(range(len(before) - 1)))
    if p_value is None:
        return DifferenceInDifferences(None, "too_few_clusters", steps, None)
    if p_value < level:
        return DifferenceInDifferences(None, "past_apart", steps, p_value)
    mean = identity[after].mean(axis=0) - identity[before].mean(axis=0)
    effect = _contrast(treated, others, mean[None, :], p + 2).estimate(0)
    return DifferenceInDifferences(effect, None, steps, p_value)


def _contrast(
    treated: GroupSums, others: GroupSums, weights: NDArray[np.float64], columns: int
) -> Fit:
    """Return contrasts of the groups' means as the fit whose coefficients they are.

    Args:
        treated: Sums of one group.
        others: Sums of the other.
        weights: Shape (k, p), a contrast a row.
        columns: Of the design, for the small-sample factor.
    """
    clusters = treated.units + others.units
    rows = clusters * len(treated.sums)
    factor = clusters / (clusters - 1) * (rows - 1) / (rows - columns)
    variance = treated.variance_of_means + others.variance_of_means
    return Fit(
        weights @ (treated.means - others.means),
        factor * weights @ variance @ weights.T,
        float(clusters - 1),
    )


def _fit(
    known: pl.DataFrame, periods: list[int], interacted: list[pl.Series]
) -> Fit | None:
    """Fit treated, every period, and the treated in the periods asked about."""
    treated = known["is_treated"].cast(pl.Float64).to_numpy()
    columns: list[NDArray[np.float64]] = [treated]
    columns += [(known["period"] == p).cast(pl.Float64).to_numpy() for p in periods]
    columns += [treated * when.cast(pl.Float64).to_numpy() for when in interacted]
    return ols(
        known["outcome"].cast(pl.Float64).to_numpy(),
        np.column_stack(columns),
        clusters=known["unit"].cast(pl.Int64).to_numpy(),
    )
