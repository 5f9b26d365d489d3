"""Disclosure control and status, once, between computing and everything that shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from esg.indicators.measure import EARLIER, GROUP
from esg.stats.disclosure import is_small

if TYPE_CHECKING:
    from datetime import date

    from esg.spec.indicator import Indicator, Measure
    from esg.spec.settings import DisclosureLimits

NUMBERS = (
    "value", "numerator", "denominator", "n", "low", "high", "missing_share",
    *(f"change_{name}{end}" for name in EARLIER for end in ("", "_low", "_high")),
)  # fmt: skip


def protect(
    cells: pl.DataFrame,
    neighbours: pl.DataFrame,
    indicator: Indicator,
    measure: Measure,
    *,
    limits: DisclosureLimits,
    data_date: date,
) -> pl.DataFrame:
    """Set each cell's status and blank every number that must not be seen.

    A change is blanked too when the earlier value it starts from is hidden: it would
    give that value back by subtraction.

    Args:
        cells: One measure's cells with the columns of ``NUMBERS`` and ``part``.
        neighbours: ``period``, its ``last_day``, and the periods it is compared with.
        indicator: Whose cells they are.
        measure: Likewise.
        limits: From how many units on a number is shown.
        data_date: The day the data stand at.

    Returns:
        The same cells with ``status`` and ``reason``.
    """
    small = _small(measure, limits)
    if indicator.disclosure == "stated":
        small = pl.lit(value=False)
    final_day = pl.col("last_day").dt.offset_by(f"{measure.follow_up_days}d")
    is_open = (final_day > data_date) & (measure.follow_up_days > 0)
    frame = cells.join(
        neighbours.select("period", "last_day", *EARLIER.values()),
        on="period",
        how="left",
        maintain_order="left",
    ).with_columns(
        status=pl.when(is_open)
        .then(pl.lit("not_applicable"))
        .when(pl.col("value").is_null())
        .then(pl.lit("no_data"))
        .when(small)
        .then(pl.lit("suppressed"))
        .otherwise(pl.lit("ok")),
    )
    reasons = {
        "not_applicable": "follow_up",
        "suppressed": "small",
        "no_data": "empty",
        "ok": None,
    }
    frame = frame.with_columns(
        reason=pl.col("status").replace_strict(reasons, return_dtype=pl.String)
    )
    frame = _blank_changes_from_hidden(frame)
    blanked = [
        pl.when(pl.col("status") == "ok").then(pl.col(name)).alias(name)
        for name in NUMBERS
    ]
    return frame.with_columns(blanked).drop("last_day", "part", *EARLIER.values())


def _small(measure: Measure, limits: DisclosureLimits) -> pl.Expr:
    has_parts = measure.kind == "share" or measure.numerator_n is not None
    whole = pl.col("n").cast(pl.Float64) if has_parts else pl.lit(None, pl.Float64)
    return is_small(
        pl.col("part"),
        whole,
        pl.col("n"),
        min_n=limits.min_n,
        min_cell=limits.min_cell,
    )


def _blank_changes_from_hidden(frame: pl.DataFrame) -> pl.DataFrame:
    shown = frame.filter(pl.col("status") == "ok").select("period", *GROUP)
    for name, column in EARLIER.items():
        was_shown = shown.select(
            pl.col("period").alias(column), *GROUP, pl.lit(value=True).alias("was")
        )
        frame = frame.join(
            was_shown, on=[*GROUP, column], how="left", maintain_order="left"
        )
        frame = frame.with_columns(
            pl.when(pl.col("was")).then(pl.col(c)).alias(c)
            for c in (f"change_{name}", f"change_{name}_low", f"change_{name}_high")
        ).drop("was")
    return frame
