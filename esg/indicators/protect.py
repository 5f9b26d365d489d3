"""Disclosure control and status, once, between computing and everything that shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from esg.indicators.measure import EARLIER, GROUP
from esg.indicators.result import REFUSED
from esg.stats.disclosure import is_small

if TYPE_CHECKING:
    from datetime import date

    from esg.spec.indicator import Indicator, Measure
    from esg.spec.settings import DisclosureLimits

NUMBERS = (
    "value", "numerator", "denominator", "n", "low", "high", "missing_share",
    *(f"change_{name}{end}" for name in EARLIER for end in ("", "_low", "_high")),
)  # fmt: skip


def judge(
    cells: pl.DataFrame,
    neighbours: pl.DataFrame,
    indicator: Indicator,
    measure: Measure,
    *,
    limits: DisclosureLimits,
    data_date: date,
) -> pl.DataFrame:
    """Set each cell's status: whether its number may be seen, and else why not.

    Args:
        cells: One measure's cells with the columns of ``NUMBERS``, ``part`` and
            ``refused``.
        neighbours: ``period``, its ``last_day``, and the periods it is compared with.
        indicator: Whose cells they are.
        measure: Likewise.
        limits: From how many units on a number is shown.
        data_date: The day the data stand at.

    Returns:
        The same cells with ``status``, ``reason`` and the earlier periods; every
        number is still there, for ``blank`` to take away.
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
        status=pl.when(is_open | pl.col("refused").is_not_null())
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
        reason=pl.when(is_open | pl.col("refused").is_null())
        .then(pl.col("status").replace_strict(reasons, return_dtype=pl.String))
        .otherwise(pl.concat_str(pl.lit(REFUSED), pl.col("refused")))
    )
    return frame.drop("last_day", "refused")


def hide_seconds(
    judged: list[tuple[Measure, pl.DataFrame]],
) -> list[tuple[Measure, pl.DataFrame]]:
    """Hide a second cell where one alone of parts that make up a whole is hidden.

    Their whole is known, and what the others leave of it would tell the one. The second
    is the one with the fewest units behind it: it is missed least. Parts of nothing
    stay, as hiding them would tell nobody less.

    Args:
        judged: Measures with their cells, as ``judge`` gives them.

    Returns:
        The same, in the same order.
    """
    parts = [
        frame.select(
            *GROUP, "period", "status", "part",
            group=pl.lit(measure.part_of), at=pl.lit(at),
        )
        for at, (measure, frame) in enumerate(judged)
        if measure.part_of
    ]  # fmt: skip
    if not parts:
        return judged
    cell = ["group", *GROUP, "period"]
    alone = (
        pl.concat(parts)
        .filter((pl.col("status") == "suppressed").sum().over(cell) == 1)
        .filter(pl.col("status") == "ok", pl.col("part") > 0)
        .sort(*cell, "part", "at")
        .unique(cell, keep="first", maintain_order=True)
    )
    return [
        (measure, _hide(frame, alone.filter(pl.col("at") == at)))
        for at, (measure, frame) in enumerate(judged)
    ]


def _hide(frame: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    marked = cells.select(*GROUP, "period", hidden=pl.lit(value=True))
    is_hidden = pl.col("hidden").fill_null(value=False)
    return (
        frame.join(marked, on=[*GROUP, "period"], how="left", maintain_order="left")
        .with_columns(
            status=pl.when(is_hidden)
            .then(pl.lit("suppressed"))
            .otherwise(pl.col("status")),
            reason=pl.when(is_hidden).then(pl.lit("small")).otherwise(pl.col("reason")),
        )
        .drop("hidden")
    )


def blank(frame: pl.DataFrame) -> pl.DataFrame:
    """Take away every number that must not be seen.

    A change goes too where the earlier value it starts from is hidden: it would give
    that value back by subtraction.

    Args:
        frame: One measure's cells, judged.
    """
    frame = _blank_changes_from_hidden(frame)
    blanked = [
        pl.when(pl.col("status") == "ok").then(pl.col(name)).alias(name)
        for name in NUMBERS
    ]
    return frame.with_columns(blanked).drop("part", *EARLIER.values())


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
