"""From a query's columns to measures: value, interval, missing share, movement.

Pure: frames in, frames out. Which query gave the columns is no matter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from esg.indicators.result import EXACT
from esg.stats.intervals import (
    Bounds,
    bounded_difference,
    newcombe_difference,
    wilson,
)

if TYPE_CHECKING:
    from esg.spec.indicator import Measure

CELL = ["dimension", "segment", "period"]
GROUP = ["dimension", "segment"]
"""What a cell shares with the same cell of another period."""
EARLIER = {"previous": "previous_period", "year": "year_earlier_period"}
"""The two comparisons, and the column of the calendar that names their period."""


def _number(column: str | None) -> pl.Expr:
    if column is None:
        return pl.lit(None, dtype=pl.Float64)
    return pl.col(column).cast(pl.Float64)


def is_divided(measure: Measure) -> bool:
    """Return whether the value is numerator over denominator."""
    return measure.denominator is not None and measure.kind != "index"


def level(rows: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Return value, parts, n and missing share of one measure.

    Args:
        rows: The columns of ``CELL`` and the query's own, a row a cell.
        measure: Which columns mean what.

    Returns:
        A row a cell: ``value``, ``numerator``, ``denominator``, ``n``,
        ``missing_share``, ``part`` (units behind the numerator, for disclosure),
        ``low``, ``high`` and ``refused`` (the code of why the number must not be
        given). Null where nothing can be said.
    """
    numerator, denominator = (
        _number(measure.numerator),
        _number(measure.denominator),
    )
    n = _number(_units(measure))
    value = (
        numerator / pl.when(denominator != 0).then(denominator)
        if is_divided(measure)
        else numerator
    )
    missing = _number(measure.missing)
    judged = missing + denominator
    bounds = _level_bounds(measure)
    return rows.select(
        *CELL,
        value=value,
        numerator=_exact(measure.numerator),
        denominator=_exact(measure.denominator),
        n=n.cast(pl.Int64),
        part=_part(measure),
        low=bounds.low,
        high=bounds.high,
        missing_share=missing / pl.when(judged > 0).then(judged),
        refused=pl.col(measure.refused).cast(pl.String)
        if measure.refused
        else pl.lit(None, dtype=pl.String),
    )


def _units(measure: Measure) -> str | None:
    """Return the column that counts the units behind a number.

    A plain count is its own number and an index has no units: both have none behind
    them, unless the file names some.
    """
    if measure.kind in ("count", "index"):
        return measure.n
    return measure.n or measure.denominator


def _exact(column: str | None) -> pl.Expr:
    return pl.lit(None, dtype=EXACT) if column is None else pl.col(column).cast(EXACT)


def _part(measure: Measure) -> pl.Expr:
    if measure.kind in ("share", "count") or measure.numerator_n:
        return _number(measure.numerator_n or measure.numerator)
    return _number(None)


def _level_bounds(measure: Measure) -> Bounds:
    if measure.low:
        return Bounds(_number(measure.low), _number(measure.high))
    if measure.kind == "share":
        return wilson(_number(measure.numerator), _number(measure.denominator))
    if measure.kind == "quantile":
        return Bounds(
            _number(f"{measure.numerator}__low"), _number(f"{measure.numerator}__high")
        )
    return Bounds(_number(None), _number(None))


def movement(
    levels: pl.DataFrame, neighbours: pl.DataFrame, measure: Measure
) -> pl.DataFrame:
    """Add the change against the period before and against the year before.

    Independent samples are assumed here: Newcombe for counted shares, and the same in
    general for what the query bounds itself. Where a cluster is declared its interval
    replaces this one.

    Args:
        levels: What ``level`` gives.
        neighbours: ``period``, ``previous_period``, ``year_earlier_period``.
        measure: The measure.
    """
    frame = levels.join(neighbours, on="period", how="left", maintain_order="left")
    carried = ("value", "numerator", "denominator", "low", "high")
    for name, column in EARLIER.items():
        earlier = levels.select(
            pl.col("period").alias(column),
            *GROUP,
            *(pl.col(part).alias(f"{part}_then") for part in carried),
        )
        frame = frame.join(
            earlier, on=[*GROUP, column], how="left", maintain_order="left"
        )
        bounds = Bounds(_number(None), _number(None))
        if measure.kind == "share":
            bounds = newcombe_difference(
                (_number("numerator"), _number("denominator")),
                (_number("numerator_then"), _number("denominator_then")),
            )
        elif measure.low:
            bounds = bounded_difference(
                (pl.col("value"), Bounds(pl.col("low"), pl.col("high"))),
                (
                    pl.col("value_then"),
                    Bounds(pl.col("low_then"), pl.col("high_then")),
                ),
            )
        frame = frame.with_columns(
            (pl.col("value") - pl.col("value_then")).alias(f"change_{name}"),
            bounds.low.alias(f"change_{name}_low"),
            bounds.high.alias(f"change_{name}_high"),
        ).drop(f"{part}_then" for part in carried)
    return frame.drop(EARLIER.values())
