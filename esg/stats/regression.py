"""Least squares and the logit, with variances that hold where textbook ones fail."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from esg.stats.distributions import (
    f_tail,
    normal_two_sided,
    student_quantile,
    student_two_sided,
)
from esg.stats.intervals import critical_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Keys = NDArray[np.int64]

ROWS_AT_ONCE = 100_000
"""Rows for which group memberships are columns at one time: some 50 MB."""

_STEPS = 100
_CLOSE = 1e-10
_CERTAIN = 30.0
"""Beyond this many logits a fitted chance is 0 or 1 for all a computer can tell."""


@dataclass(frozen=True)
class Estimate:
    """One estimate with its uncertainty."""

    value: float
    standard_error: float
    free: float | None = None
    """Degrees of freedom of Student's t; null where the normal serves."""

    @property
    def p_value(self) -> float | None:
        """Two-sided chance of so far from 0 if it were 0; null when nothing varies."""
        if self.standard_error <= 0:
            return None
        t = self.value / self.standard_error
        if self.free is None:
            return normal_two_sided(t)
        return student_two_sided(t, self.free)

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return both ends of the two-sided interval."""
        if self.free is None:
            factor = critical_value(confidence)
        else:
            factor = student_quantile(self.free, confidence)
        spread = factor * self.standard_error
        return self.value - spread, self.value + spread


@dataclass(frozen=True)
class Fit:
    """A fitted model."""

    coefficients: Floats
    """A number a column of the design."""
    covariance: Floats
    free: float | None
    """Of Student's t for each coefficient; null where the normal serves."""

    def estimate(self, column: int) -> Estimate:
        """Return one coefficient with its uncertainty."""
        variance = max(0.0, float(self.covariance[column, column]))
        return Estimate(
            float(self.coefficients[column]), math.sqrt(variance), self.free
        )

    def jointly_zero(self, columns: Sequence[int]) -> float | None:
        """Return the p-value of several coefficients being zero together.

        Returns:
            Of Wald's F with the fit's degrees of freedom; null where there are fewer
            of those than coefficients, or the coefficients do not vary apart.
        """
        if self.free is None or self.free < len(columns) or not columns:
            return None
        at = np.array(columns)
        found = self.coefficients[at]
        variance = self.covariance[np.ix_(at, at)]
        if np.linalg.matrix_rank(variance) < at.size:
            return None
        statistic = float(found @ np.linalg.solve(variance, found)) / at.size
        return f_tail(statistic, at.size, self.free)


def ols(outcome: Floats, design: Floats, *, clusters: Keys | None = None) -> Fit | None:
    """Fit least squares with a variance that unequal spreads do not upset.

    Args:
        outcome: Shape (n,).
        design: Shape (n, k), with a column of ones for the intercept.
        clusters: Shape (n,): whose rows move together. Without them HC1 is used and
            the normal; with them the sandwich of cluster sums, and Student's t with
            one degree of freedom less than there are clusters.

    Returns:
        Null where the columns do not vary apart, n is not above k, or there are fewer
        than two clusters.

    Raises:
        ValueError: Shapes do not fit, or a number is not finite.

    Source:
        MacKinnon & White (1985), Journal of Econometrics 29:305-325 (HC1, the factor
        n/(n − k)); Cameron & Miller (2015), Journal of Human Resources 50:317-372
        (clusters, the factor G/(G − 1) · (n − 1)/(n − k)).
    """
    _check(outcome, design)
    n, k = design.shape
    if n <= k or np.linalg.matrix_rank(design) < k:
        return None
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ outcome)
    scores = design * (outcome - design @ coefficients)[:, None]
    if clusters is None:
        meat, factor, free = scores.T @ scores, n / (n - k), None
    else:
        _, place = np.unique(clusters, return_inverse=True)
        groups = int(place.max()) + 1
        if groups < 2:  # noqa: PLR2004 - one cluster cannot vary
            return None
        sums = np.zeros((groups, k))
        np.add.at(sums, place, scores)
        meat = sums.T @ sums
        factor, free = groups / (groups - 1) * (n - 1) / (n - k), float(groups - 1)
    return Fit(coefficients, factor * inverse @ meat @ inverse, free)


def partial_out(values: Floats, design: Floats) -> Floats:
    """Return what is left of columns after what the design explains.

    By Frisch and Waugh, regressing what is left on what is left gives the coefficient
    of the full regression, so that a gap with controls becomes a ratio of two sums.

    Args:
        values: Shape (n, m).
        design: Shape (n, k); columns that others explain do no harm.

    Source:
        Frisch & Waugh (1933), Econometrica 1:387-401.
    """
    solution, *_ = np.linalg.lstsq(design, values, rcond=None)
    left: Floats = values - design @ solution
    return left


def partial_out_groups(
    values: Floats, numbers: Floats, groups: Sequence[Keys]
) -> Floats:
    """Return what is left of columns after numbers and group memberships.

    As ``partial_out`` with a column for each group, which is made for some rows at a
    time: millions of rows times dozens of groups would not fit in memory.

    Args:
        values: Shape (n, m).
        numbers: Shape (n, p), finite; none when p is 0.
        groups: Each of shape (n,), codes from 0 on.
    """
    spread = numbers.std(axis=0)
    # One scale for all columns: the inverse then tells none from noise by its size.
    even = (numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1)

    def design(first: int) -> Floats:
        rows = slice(first, first + ROWS_AT_ONCE)
        members = [
            (codes[rows, None] == np.arange(1, int(codes.max()) + 1)).astype(float)
            for codes in groups
        ]
        return np.column_stack([np.ones(len(even[rows])), even[rows], *members])

    starts = range(0, len(values), ROWS_AT_ONCE)
    gram = sum(block.T @ block for block in map(design, starts))
    cross = sum(
        design(first).T @ values[first : first + ROWS_AT_ONCE] for first in starts
    )
    solution = np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ cross
    left = [
        values[first : first + ROWS_AT_ONCE] - design(first) @ solution
        for first in starts
    ]
    return np.concatenate(left)


def logit(outcome: Floats, design: Floats) -> Fit | None:
    """Fit the chance of an outcome of 0 or 1 by maximum likelihood.

    Args:
        outcome: Shape (n,), each 0 or 1.
        design: Shape (n, k), with a column of ones for the intercept.

    Returns:
        Null where no estimate exists: the columns do not vary apart, or some column
        tells the outcome without error (separation), so that its coefficient has no
        end.

    Raises:
        ValueError: Shapes do not fit, or an outcome is neither 0 nor 1.

    Source:
        McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., section 4.4:
        Fisher scoring; the variance is the inverse information.
    """
    _check(outcome, design)
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError("an outcome is neither 0 nor 1")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    coefficients = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        index = design @ coefficients
        if np.abs(index).max() > _CERTAIN:
            return None
        chance = 1 / (1 + np.exp(-index))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        step = np.linalg.solve(information, design.T @ (outcome - chance))
        coefficients += step
        if np.abs(step).max() < _CLOSE:
            covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
            return Fit(coefficients, covariance, None)
    return None


def average_marginal_effect(fit: Fit, design: Floats, column: int) -> Estimate:
    """Return by how much a column moves the chance, on average over the rows.

    Args:
        fit: Of ``logit``.
        design: The one it was fitted to.
        column: Which. One that holds only 0 and 1 is switched from 0 to 1 for each
            row; any other is moved by a little.

    Returns:
        A difference of shares, with its delta-method standard error.

    Source:
        Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, 2nd
        ed., section 15.6.
    """
    if np.isin(design[:, column], (0.0, 1.0)).all():
        off, on = design.copy(), design.copy()
        off[:, column], on[:, column] = 0, 1
        effect = 0.0
        gradient = np.zeros(design.shape[1])
        for sign, rows in ((1, on), (-1, off)):
            chance = 1 / (1 + np.exp(-(rows @ fit.coefficients)))
            effect += sign * float(chance.mean())
            weight = chance * (1 - chance)
            gradient += sign * (rows * weight[:, None]).mean(axis=0)
    else:
        chance = 1 / (1 + np.exp(-(design @ fit.coefficients)))
        slope = chance * (1 - chance)
        beta = float(fit.coefficients[column])
        effect = beta * float(slope.mean())
        turn = slope * (1 - 2 * chance)
        gradient = beta * (design * turn[:, None]).mean(axis=0)
        gradient[column] += slope.mean()
    variance = float(gradient @ fit.covariance @ gradient)
    return Estimate(effect, math.sqrt(max(0.0, variance)))


def _check(outcome: Floats, design: Floats) -> None:
    if design.ndim != 2 or outcome.shape != design.shape[:1]:  # noqa: PLR2004
        raise ValueError(f"outcome {outcome.shape} for a design {design.shape}")
    if not (np.isfinite(outcome).all() and np.isfinite(design).all()):
        raise ValueError("a number is not finite")
