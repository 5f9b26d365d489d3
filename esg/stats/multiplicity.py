"""Many tests at once: p-values adjusted so that chance finds no culprit.

A table that adjusts says which way: Holm where one false alarm is too many, Benjamini
and Hochberg where some among the alarms may be false.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]


def holm(p_values: pl.Series) -> pl.Series:
    """Return p-values that keep the chance of any false alarm below their level.

    Args:
        p_values: Each in [0, 1]; null where no test was made.

    Returns:
        In the same order; nulls stay null and count as no test.

    Raises:
        ValueError: A p-value is outside [0, 1].

    Source:
        Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    order, p = _sorted(p_values)
    steps = p * (p.size - np.arange(p.size))
    return _back(p_values, order, np.maximum.accumulate(steps))


def benjamini_hochberg(p_values: pl.Series) -> pl.Series:
    """Return p-values that keep the expected share of false alarms below their level.

    Args:
        p_values: Each in [0, 1]; null where no test was made.

    Returns:
        In the same order; nulls stay null and count as no test.

    Raises:
        ValueError: A p-value is outside [0, 1].

    Source:
        Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B
        57:289-300.
    """
    order, p = _sorted(p_values)
    steps = p * p.size / np.arange(1, p.size + 1)
    return _back(p_values, order, np.minimum.accumulate(steps[::-1])[::-1])


def _sorted(p_values: pl.Series) -> tuple[Places, Floats]:
    """Return where the tests stand, least p-value first, and those p-values."""
    every = p_values.cast(pl.Float64).fill_null(math.nan).to_numpy()
    places = np.flatnonzero(p_values.is_not_null().to_numpy())
    given = every[places]
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("a p-value is outside [0, 1]")
    order = places[np.argsort(given, kind="stable")]
    return order, every[order]


def _back(p_values: pl.Series, order: Places, adjusted: Floats) -> pl.Series:
    found = np.full(len(p_values), math.nan)
    found[order] = np.minimum(adjusted, 1.0)
    return pl.Series(p_values.name, found).fill_nan(None)
