"""Means of a survey whose answers stand for unequally many persons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.stats.regression import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SurveyMean:
    """A weighted mean and what the weights cost it."""

    mean: Estimate
    answers: int
    effective_answers: float
    """So many answers of equal weight would say as much; never more than answers."""


def survey_mean(values: Floats, weights: Floats) -> SurveyMean | None:
    """Return the mean of all persons that a weighted survey stands for.

    Args:
        values: Shape (n,): answers, finite; 0 and 1 make the mean a share. Leave out
            who did not answer, and say how many.
        weights: Shape (n,), above 0: how many persons an answer stands for.

    Returns:
        Null with fewer than two answers.

    Raises:
        ValueError: Lengths differ, or a weight is not above 0.

    Source:
        Lohr (2010), Sampling: Design and Analysis, 2nd ed., chapter 9 (linearisation,
        as if drawn with replacement, without strata or clusters); Kish (1965), Survey
        Sampling, section 11.7 (effective number).
    """
    if values.shape != weights.shape or not (weights > 0).all():
        raise ValueError("lengths differ, or a weight is not above 0")
    n = values.size
    if n < 2:  # noqa: PLR2004 - a variance needs two
        return None
    total = float(weights.sum())
    mean = float(weights @ values) / total
    pulls = weights * (values - mean)
    variance = n / (n - 1) * float(pulls @ pulls) / total**2
    effective = total**2 / float(weights @ weights)
    return SurveyMean(Estimate(mean, math.sqrt(variance)), n, effective)
