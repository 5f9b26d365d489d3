"""Intervals over clusters: sums of products that tell how whole borrowers vary.

What lives here: the SQL of those sums, for all measures of an indicator at once, and
their way to intervals. What must not: which cells there are, and what is shown of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from esg.indicators.measure import CELL, EARLIER
from esg.stats.intervals import (
    Bounds,
    Cross,
    Moments,
    paired_change_interval,
    ratio_interval,
    wilson,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.indicators.bind import ClusterRows
    from esg.spec.indicator import Measure

LABELS = "cell_label"
"""A table of ``CELL``, a row for each cell that the sums are wanted of."""

_SHARES = ("share", "weighted_share")
_OWN = ("a", "b", "aa", "ab", "bb", "m")
_CROSS = {"xaa": ("a", "a"), "xab": ("a", "b"), "xba": ("b", "a"), "xbb": ("b", "b")}
"""A later sum and an earlier one that are multiplied."""


def intervals(moments: pl.DataFrame, measure: Measure, nth: int) -> pl.DataFrame:
    """Return intervals of level and change from sums over clusters.

    Args:
        moments: What ``moments_sql`` gives.
        measure: The measure they belong to.
        nth: Which of the measures that were asked for it is, from 0.

    Returns:
        A row a cell: ``cluster_low``, ``cluster_high``, and for each comparison
        ``<name>_low`` and ``<name>_high`` of the change.
    """
    own = _moments("", nth)
    is_share = measure.kind in _SHARES
    level_bounds = (
        _with_ends(ratio_interval(own, at_least=0, at_most=1), own)
        if is_share
        else ratio_interval(own, at_least=measure.at_least)
    )
    frame = moments.select(*CELL, pl.exclude(CELL).cast(pl.Float64))
    columns: dict[str, pl.Expr] = {
        "cluster_low": level_bounds.low,
        "cluster_high": level_bounds.high,
    }
    for name in EARLIER:
        # No cluster in both periods: the two ratios do not move together.
        cross = Cross(*(pl.col(f"{name}_{pair}_{nth}").fill_null(0) for pair in _CROSS))
        change = paired_change_interval(own, _moments(f"{name}_", nth), cross)
        columns[f"{name}_low"], columns[f"{name}_high"] = change
    return frame.select(*CELL, **columns)


def _moments(prefix: str, nth: int) -> Moments:
    return Moments(*(pl.col(f"{prefix}{part}_{nth}") for part in _OWN))


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


def moments_sql(rows: ClusterRows, measures: Sequence[Measure]) -> str:
    """Return SQL for sums over clusters, of each period and across periods.

    All sums are of whole numbers or DECIMAL products: sums of floats differ from run to
    run on two threads. Cells and clusters go by hashes until the end, as words would be
    compared millions of times.

    What a cluster adds to a group must be known before it is squared. Most clusters
    have one row in a period, which is squared as it is, for all groups at once; only
    the rows of the others are first added up, group by group. Across periods the
    products of rows add up by themselves: (a + b)(c + d) = ac + ad + bc + bd, where the
    rows are of one group.

    Args:
        rows: An indicator's rows by cluster.
        measures: Measures with numerator and denominator, and one cluster.
    """
    numbered = range(len(measures))
    amounts = [
        (f"{letter}_{nth}", column)
        for nth, measure in enumerate(measures)
        for letter, column in (("a", measure.numerator), ("b", measure.denominator))
    ]
    parts = ", ".join(
        f'cast(coalesce("{column}", 0) as '
        f"{'bigint' if column in rows.counts else 'decimal(38, 4)'}) as {name}"
        for name, column in amounts
    )
    added = ", ".join(f"sum({name}) as {name}" for name, _ in amounts)
    sums = ", ".join(
        f"sum(a_{n}) as a_{n}, sum(b_{n}) as b_{n}, sum(a_{n} * a_{n}) as aa_{n}, "
        f"sum(a_{n} * b_{n}) as ab_{n}, sum(b_{n} * b_{n}) as bb_{n}, "
        f"count(*) filter (where b_{n} <> 0) as m_{n}"
        for n in numbered
    )
    both = ", ".join(
        f"sum({part}_{n}) as {part}_{n}" for n in numbered for part in _OWN
    )
    columns = ", ".join(
        f"{table}.{part}_{n} as {prefix}{part}_{n}"
        for prefix, table, kept in (
            ("", "own", _OWN),
            *((f"{name}_", f"{name}_own", _OWN) for name in EARLIER),
            *((f"{name}_", f"{name}_cross", _CROSS) for name in EARLIER),
        )
        for n in numbered
        for part in kept
    )
    joins = " ".join(_earlier_sql(name, rows.groups, numbered) for name in EARLIER)
    moments = ", ".join(
        f"hash({column}) as {name}_no" for name, column in EARLIER.items()
    )
    has_more = "false" if rows.is_apart else "count(*) > 1"
    group_no = f"coalesce({', '.join(rows.groups)}) as group_no"
    return f"""
        with unit as materialized (
            select
                hash(period) as period_no, cluster, hash(period_no, cluster) as unit_no,
                {", ".join(rows.groups)}, {parts}
            from ({rows.sql})
            where cluster is not null
        ),
        moment as (select hash(period) as period_no, {moments} from calendar),
        many as materialized (
            select unit_no from unit group by unit_no having {has_more}
        ),
        together as (
            select period_no, {group_no}, {added}
            from unit
            semi join many on many.unit_no = unit.unit_no
            group by {_sets(rows.groups, "period_no", "unit_no")}
        ),
        own as materialized (
            select period_no, group_no, {both}
            from (
                select period_no, {group_no}, {sums}
                from unit
                anti join many on many.unit_no = unit.unit_no
                group by {_sets(rows.groups, "period_no")}
                union all
                select period_no, group_no, {sums}
                from together
                group by period_no, group_no
            )
            group by period_no, group_no
        )
        select {", ".join(f"{LABELS}.{name}" for name in CELL)}, {columns}
        from {LABELS}
        join own
            on own.period_no = hash({LABELS}.period)
            and own.group_no = hash({LABELS}.dimension, {LABELS}.segment)
        join moment on moment.period_no = own.period_no
        {joins}
    """  # noqa: S608 - names come from checked declarations, not from users


def _sets(groups: Sequence[str], *common: str) -> str:
    """Return grouping sets: what is common with each of the groups by itself."""
    sets = ", ".join(f"({', '.join((*common, group))})" for group in groups)
    return f"grouping sets ({sets})"


def _earlier_sql(name: str, groups: Sequence[str], numbered: range) -> str:
    """Return joins of what a comparison needs: the period before, and both at once."""
    # 0 is no group: rows of two groups are no pair, and are left behind by the join.
    shared = ", ".join(
        f"case when unit.{group} = earlier.{group} then unit.{group} else 0 end "
        f"as {group}"
        for group in groups
    )
    products = ", ".join(
        f"unit.{later}_{n} * earlier.{then}_{n} as {pair}_{n}"
        for n in numbered
        for pair, (later, then) in _CROSS.items()
    )
    sums = ", ".join(
        f"sum({pair}_{n}) as {pair}_{n}" for n in numbered for pair in _CROSS
    )
    return f"""
        left join own as {name}_own
            on {name}_own.period_no = moment.{name}_no
            and {name}_own.group_no = own.group_no
        left join (
            select period_no, coalesce({", ".join(groups)}) as group_no, {sums}
            from (
                select unit.period_no, {shared}, {products}
                from unit
                join moment on moment.period_no = unit.period_no
                join unit as earlier
                    on earlier.unit_no = hash(moment.{name}_no, unit.cluster)
            )
            group by {_sets(groups, "period_no")}
        ) as {name}_cross
            on {name}_cross.period_no = own.period_no
            and {name}_cross.group_no = own.group_no"""  # noqa: S608 - as above
