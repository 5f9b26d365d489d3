"""From a query's columns to measures: value, interval, missing share, movement.

Pure: frames in, frames out. Which query gave the columns is no matter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from esg.indicators.result import EXACT
from esg.stats.intervals import (
    Bounds,
    Cross,
    Moments,
    newcombe_difference,
    paired_change_interval,
    ratio_interval,
    wilson,
)

if TYPE_CHECKING:
    from esg.spec.indicator import Measure

CELL = ["dimension", "segment", "period"]
GROUP = ["dimension", "segment"]
"""What a cell shares with the same cell of another period."""
EARLIER = {"previous": "previous_period", "year": "year_earlier_period"}
"""The two comparisons, and the column of the calendar that names their period."""

_SHARES = ("share", "weighted_share")


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
        ``low`` and ``high``. Null where nothing can be said.
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


def clustered(moments: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Return intervals of level and change from sums over clusters.

    Args:
        moments: What ``moments_sql`` gives.
        measure: The measure they belong to.

    Returns:
        A row a cell: ``cluster_low``, ``cluster_high``, and for each comparison
        ``<name>_low`` and ``<name>_high`` of the change.
    """
    own = _moments("")
    is_share = measure.kind in _SHARES
    level_bounds = ratio_interval(own, is_share=is_share)
    if is_share:
        level_bounds = _with_ends(level_bounds, own)
    frame = moments.select(
        *CELL,
        pl.exclude(CELL).cast(pl.Float64),
    )
    columns: dict[str, pl.Expr] = {
        "cluster_low": level_bounds.low,
        "cluster_high": level_bounds.high,
    }
    for name in EARLIER:
        # No cluster in both periods: the two ratios do not move together.
        cross = Cross(
            *(
                pl.col(f"{name}_{pair}").fill_null(0)
                for pair in ("xaa", "xab", "xba", "xbb")
            )
        )
        change = paired_change_interval(own, _moments(f"{name}_"), cross)
        columns[f"{name}_low"], columns[f"{name}_high"] = change
    return frame.select(*CELL, **columns)


def _with_ends(bounds: Bounds, own: Moments) -> Bounds:
    """Return bounds that do not collapse where every cluster is of one kind.

    With none or all of the amount in the numerator nothing varies, and the delta
    interval would claim certainty. There the Wilson interval of no (or every) cluster
    among all of them stands instead.
    """
    at_end = (own.a == 0) | (own.a == own.b)
    of_clusters = wilson(
        pl.when(own.a == 0).then(0.0).otherwise(own.clusters), own.clusters
    )
    return Bounds(
        pl.when(at_end).then(of_clusters.low).otherwise(bounds.low),
        pl.when(at_end).then(of_clusters.high).otherwise(bounds.high),
    )


def _moments(prefix: str) -> Moments:
    return Moments(
        *(pl.col(f"{prefix}{name}") for name in ("a", "b", "aa", "ab", "bb", "m"))
    )


def moments_sql(cells: str, measure: Measure) -> str:
    """Return SQL for sums over clusters, of each period and across periods.

    All sums are of DECIMAL products: sums of floats differ from run to run on two
    threads.

    Args:
        cells: SQL giving ``CELL``, ``cluster`` and the measure's columns.
        measure: A measure with numerator and denominator.
    """
    a, b = f'"{measure.numerator}"', f'"{measure.denominator}"'
    own_cell = ", ".join(CELL)
    pairs = [_pair_sql(name, column) for name, column in EARLIER.items()]
    joins = [_pair_join(name, column) for name, column in EARLIER.items()]
    columns = [
        f"{name}_{part}.* exclude ({own_cell})"
        for name in EARLIER
        for part in ("own", "cross")
    ]
    return f"""
        with cell as (
            select
                {own_cell}, cluster,
                cast(coalesce({a}, 0) as decimal(38, 4)) as a,
                cast(coalesce({b}, 0) as decimal(38, 4)) as b
            from ({cells})
            where cluster is not null
        ),
        own as (
            select
                {own_cell},
                sum(a) as a, sum(b) as b,
                sum(a * a) as aa, sum(a * b) as ab, sum(b * b) as bb,
                count(*) filter (where b <> 0) as m
            from cell group by all
        ),
        {", ".join(pairs)}
        select own.*, {", ".join(columns)}
        from own
        join calendar using (period)
        {" ".join(joins)}
    """  # noqa: S608 - names come from checked declarations, not from users


def _pair_sql(name: str, column: str) -> str:
    renamed = ", ".join(f"{c} as {name}_{c}" for c in ("a", "b", "aa", "ab", "bb", "m"))
    return f"""
        {name}_own as (select {", ".join(CELL)}, {renamed} from own),
        {name}_cross as (
            select
                {", ".join(f"cell.{part}" for part in CELL)},
                sum(cell.a * earlier.a) as {name}_xaa,
                sum(cell.a * earlier.b) as {name}_xab,
                sum(cell.b * earlier.a) as {name}_xba,
                sum(cell.b * earlier.b) as {name}_xbb
            from cell
            join calendar on calendar.period = cell.period
            join cell as earlier
                on earlier.period = calendar.{column}
                and earlier.dimension = cell.dimension
                and earlier.segment = cell.segment
                and earlier.cluster = cell.cluster
            group by all
        )"""  # noqa: S608 - as above


def _pair_join(name: str, column: str) -> str:
    return f"""
        left join {name}_own
            on {name}_own.period = calendar.{column}
            and {name}_own.dimension = own.dimension
            and {name}_own.segment = own.segment
        left join {name}_cross
            on {name}_cross.period = own.period
            and {name}_cross.dimension = own.dimension
            and {name}_cross.segment = own.segment"""


def movement(
    levels: pl.DataFrame, neighbours: pl.DataFrame, measure: Measure
) -> pl.DataFrame:
    """Add the change against the period before and against the year before.

    Independent samples are assumed here (Newcombe, for counted shares only); where a
    cluster is declared its interval replaces this one.

    Args:
        levels: What ``level`` gives.
        neighbours: ``period``, ``previous_period``, ``year_earlier_period``.
        measure: The measure.
    """
    frame = levels.join(neighbours, on="period", how="left", maintain_order="left")
    for name, column in EARLIER.items():
        earlier = levels.select(
            pl.col("period").alias(column),
            *GROUP,
            pl.col("value").alias("value_then"),
            pl.col("numerator").alias("numerator_then"),
            pl.col("denominator").alias("denominator_then"),
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
        frame = frame.with_columns(
            (pl.col("value") - pl.col("value_then")).alias(f"change_{name}"),
            bounds.low.alias(f"change_{name}_low"),
            bounds.high.alias(f"change_{name}_high"),
        ).drop("value_then", "numerator_then", "denominator_then")
    return frame.drop(EARLIER.values())
