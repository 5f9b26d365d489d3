"""Which numbers rest on too few to be shown."""

from __future__ import annotations

import polars as pl
import pytest

from esg.stats.disclosure import is_small


@pytest.mark.parametrize(
    ("numerator", "denominator", "n", "hidden"),
    [
        (10, 29, 29, True),  # fewer than 30 behind it
        (10, 30, 30, False),
        (1, 100, 100, True),  # the numerator names one
        (4, 100, 100, True),
        (5, 100, 100, False),
        (96, 100, 100, True),  # the complement names four
        (95, 100, 100, False),
        (0, 100, 100, False),  # a true zero names nobody
        (100, 100, 100, False),
        (0, 20, 20, True),
        (3, None, None, True),  # a plain count of three
        (0, None, None, False),
        (12, None, None, False),
        (None, None, 12, True),  # an amount of twelve loans
        (None, None, 30, False),
        (None, None, None, False),
    ],
)
def test_few_are_hidden_and_a_true_zero_is_shown(
    numerator: int | None, denominator: int | None, n: int | None, *, hidden: bool
) -> None:
    frame = pl.DataFrame(
        {"k": [numerator], "d": [denominator], "n": [n]},
        schema=dict.fromkeys("kdn", pl.Float64),
    )

    rule = is_small(pl.col("k"), pl.col("d"), pl.col("n"), min_n=30, min_cell=5)

    assert frame.select(hidden=rule)["hidden"][0] is hidden
