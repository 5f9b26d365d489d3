"""How unequally something is spread: Gini, Theil, concentration along a ranking.

All take weights, so that a row may stand for one person or for a group of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def gini(values: Floats, weights: Floats | None = None) -> float | None:
    """Return the Gini index: 0 where all have the same, near 1 where one has all.

    Args:
        values: Shape (n,), 0 or more; zeros count as persons who have nothing.
        weights: How many persons each row stands for; one each when null.

    Returns:
        In [0, 1); of the persons given, without the small-sample factor n/(n − 1).
        Null where there are none or they have nothing.

    Raises:
        ValueError: A value is negative, or a weight is.

    Source:
        Lerman & Yitzhaki (1984), Economics Letters 15:363-368: twice the covariance of
        value and rank, over the mean.
    """
    if (values < 0).any():
        raise ValueError("a value is negative")
    return concentration_index(values, values, weights)


def fractional_rank(ranked_by: Floats, weights: Floats) -> Floats:
    """Return each row's place in [0, 1] of a ranking, from the lowest; ties share one.

    Ties need the average: any order among them would be the computer's, not theirs.

    Source:
        O'Donnell et al. (2008), Analyzing Health Equity Using Household Survey Data,
        World Bank, chapter 8: weight below plus half the own, over all weight.
    """
    _, place = np.unique(ranked_by, return_inverse=True)
    tied = np.bincount(place, weights=weights)
    middle = (np.cumsum(tied) - tied / 2) / tied.sum()
    rank: Floats = middle[place]
    return rank


def concentration_index(
    outcome: Floats, ranked_by: Floats, weights: Floats | None = None
) -> float | None:
    """Return how far an outcome is gathered at one end of a ranking.

    Args:
        outcome: Shape (n,), such as balances.
        ranked_by: Shape (n,), such as income, lowest first.
        weights: How many persons each row stands for; one each when null.

    Returns:
        In (-1, 1): above 0 where those high in the ranking have more. Null where there
        are no rows or the outcome adds up to nothing.

    Raises:
        ValueError: Lengths differ, a number is not finite, or a weight is negative.

    Source:
        Kakwani, Wagstaff & van Doorslaer (1997), Journal of Econometrics 77:87-103;
        O'Donnell et al. (2008), chapter 8: twice the covariance with the fractional
        rank, over the mean.
    """
    w = _weights(outcome, ranked_by, weights)
    if not w.sum():
        return None
    rank = fractional_rank(ranked_by, w)
    share = w / w.sum()
    mean = float(share @ outcome)
    if mean == 0:
        return None
    covariance = float(share @ ((outcome - mean) * (rank - share @ rank)))
    return 2 * covariance / mean


def wagstaff(index: float, mean: float) -> float | None:
    """Return a concentration index of a yes-or-no outcome made comparable.

    Args:
        index: Of ``concentration_index``.
        mean: The outcome's mean, a share.

    Returns:
        Null where all or none have it.

    Source:
        Wagstaff (2005), Health Economics 14:429-432: C / (1 − mean).
    """
    return index / (1 - mean) if 0 < mean < 1 else None


def erreygers(index: float, mean: float) -> float:
    """Return Erreygers' index of an outcome between 0 and 1.

    Source:
        Erreygers (2009), Journal of Health Economics 28:504-515: 4 · mean · C.
    """
    return 4 * mean * index


def kakwani(
    benefit: Floats, income: Floats, weights: Floats | None = None
) -> float | None:
    """Return the concentration of a benefit less the inequality of income.

    Returns:
        Negative where the benefit is spread in favour of the poor more than income is;
        some authors turn the sign. Null where either index is.

    Source:
        Kakwani (1977), Economic Journal 87:71-80: concentration of the benefit
        less the Gini of income.
    """
    concentration = concentration_index(benefit, income, weights)
    inequality = gini(income, weights)
    if concentration is None or inequality is None:
        return None
    return concentration - inequality


def coady_grosh_hoddinott(
    benefit: Floats,
    ranked_by: Floats,
    weights: Floats | None = None,
    *,
    poorest: float,
) -> float | None:
    """Return the poorest persons' share of a benefit over their share of persons.

    Args:
        benefit: Of each row's person, 0 or more.
        ranked_by: Such as income, lowest first.
        weights: How many persons each row stands for; one each when null.
        poorest: Which share of persons counts as the poorest, in (0, 1].

    Returns:
        1 where they get what an equal hand-out would give them, above it where they
        get more. Those tied across the line give it their share. Null where nothing is
        handed out.

    Raises:
        ValueError: ``poorest`` is not in (0, 1].

    Source:
        Coady, Grosh & Hoddinott (2004), Targeting of Transfers in Developing Countries,
        World Bank.
    """
    if not 0 < poorest <= 1:
        raise ValueError(f"poorest is {poorest}, not in (0, 1]")
    w = _weights(benefit, ranked_by, weights)
    total = float(w @ benefit)
    if not total:
        return None
    _, place = np.unique(ranked_by, return_inverse=True)
    persons = np.bincount(place, weights=w)
    received = np.bincount(place, weights=w * benefit)
    persons_to = np.concatenate([[0.0], np.cumsum(persons)]) / w.sum()
    received_to = np.concatenate([[0.0], np.cumsum(received)]) / total
    return float(np.interp(poorest, persons_to, received_to)) / poorest


def theil_t(values: Floats, weights: Floats | None = None) -> float | None:
    """Return Theil's T, which those with much weigh in most.

    Args:
        values: Shape (n,), 0 or more; a zero adds nothing.
        weights: How many persons each row stands for; one each when null.

    Returns:
        0 or more; null where there are no rows or they have nothing.

    Raises:
        ValueError: A value is negative.

    Source:
        Theil (1967), Economics and Information Theory: mean of (x/m) · ln(x/m).
    """
    relative, share = _relative(values, weights)
    if relative is None:
        return None
    has_some = relative > 0
    x = relative[has_some]
    return float(share[has_some] @ (x * np.log(x)))


def theil_l(values: Floats, weights: Floats | None = None) -> float | None:
    """Return Theil's L, the mean log deviation, which those with little weigh in most.

    Returns:
        0 or more; null where somebody has nothing, for whom it is infinite.

    Raises:
        ValueError: A value is negative.

    Source:
        Theil (1967): mean of ln(m/x).
    """
    relative, share = _relative(values, weights)
    if relative is None or (relative[share > 0] == 0).any():
        return None
    return float(share @ -np.log(np.where(share > 0, relative, 1.0)))


@dataclass(frozen=True)
class TheilSplit:
    """Theil's T of all persons, in the part within groups and the part between."""

    within: float
    between: float


def theil_split(
    values: Floats, groups: NDArray[np.int64], weights: Floats | None = None
) -> TheilSplit | None:
    """Return how much of Theil's T lies within groups and how much between them.

    Args:
        values: Shape (n,), 0 or more.
        groups: Shape (n,): whose row it is.
        weights: How many persons each row stands for; one each when null.

    Returns:
        Two parts that add up to ``theil_t``; null where that is.

    Source:
        Shorrocks (1980), Econometrica 48:613-625: within is the sum of s·T of each
        group, between that of s·ln(m_group/m), with s the group's share of the total.
    """
    if theil_t(values, weights) is None:
        return None
    w = _weights(values, values, weights)
    mean = float(w @ values) / float(w.sum())
    within = between = 0.0
    for group in np.unique(groups):
        own = groups == group
        total = float(w[own] @ values[own])
        if not total:
            continue
        inner = theil_t(values[own], w[own]) or 0.0
        share = total / float(w @ values)
        within += share * inner
        between += share * float(np.log(total / float(w[own].sum()) / mean))
    return TheilSplit(within, between)


def _relative(values: Floats, weights: Floats | None) -> tuple[Floats | None, Floats]:
    if (values < 0).any():
        raise ValueError("a value is negative")
    w = _weights(values, values, weights)
    if not float(w @ values):
        return None, w
    share = w / w.sum()
    return values / (share @ values), share


def _weights(values: Floats, ranked_by: Floats, weights: Floats | None) -> Floats:
    w = np.ones(values.size) if weights is None else weights.astype(np.float64)
    if not values.shape == ranked_by.shape == w.shape:
        raise ValueError("lengths differ")
    if not (np.isfinite(values).all() and np.isfinite(ranked_by).all()):
        raise ValueError("a number is not finite")
    if not (np.isfinite(w) & (w >= 0)).all():
        raise ValueError("a weight is negative or not finite")
    return w
