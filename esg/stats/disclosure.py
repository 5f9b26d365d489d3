"""Disclosure control: which numbers rest on too few to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def is_small(
    numerator: pl.Expr,
    denominator: pl.Expr,
    n: pl.Expr,
    *,
    min_n: int,
    min_cell: int,
) -> pl.Expr:
    """Return whether a number must be hidden because few units stand behind it.

    A share of 3 in 200 names three people to those who know the group; its complement
    of 197 in 200 names the same three. None at all names nobody: a true zero is shown.

    Args:
        numerator: Units counted in the numerator; null where no such part exists.
        denominator: Units it is a part of; null for a plain count.
        n: Units behind the number.
        min_n: Below this many units a number is hidden.
        min_cell: A part, or what it leaves, of 1 up to below this many is hidden.

    Returns:
        True or false, never null.
    """

    def is_few(units: pl.Expr) -> pl.Expr:
        return ((units > 0) & (units < min_cell)).fill_null(value=False)

    # A count of nothing is a true zero; a share of nothing is no number at all and
    # has been marked as such before.
    is_zero_count = (n == 0) & denominator.is_null()
    return (
        ((n < min_n) & ~is_zero_count).fill_null(value=False)
        | is_few(numerator)
        | is_few(denominator - numerator)
    )
