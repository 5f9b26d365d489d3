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
    from collections.abc import Iterable, Sequence

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
    own = _moments("")
    is_share = measure.kind in _SHARES
    level_bounds = (
        _with_ends(ratio_interval(own, at_least=0, at_most=1), own)
        if is_share
        else ratio_interval(own, at_least=measure.at_least)
    )
    mine = moments.filter(nth=nth)
    frame = mine.select(*CELL, pl.exclude(CELL).cast(pl.Float64))
    columns: dict[str, pl.Expr] = {
        "cluster_low": level_bounds.low,
        "cluster_high": level_bounds.high,
    }
    for name in EARLIER:
        # No cluster in both periods: the two ratios do not move together.
        cross = Cross(*(pl.col(f"{name}_{pair}").fill_null(0) for pair in _CROSS))
        change = paired_change_interval(own, _moments(f"{name}_"), cross)
        columns[f"{name}_low"], columns[f"{name}_high"] = change
    return frame.select(*CELL, **columns)


def _moments(prefix: str) -> Moments:
    return Moments(*(pl.col(f"{prefix}{part}") for part in _OWN))


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

    Each measure has its rows to itself, and those that add nothing to it are left out:
    where measures look at different rows, few are left of each. What rows of one kind
    come to is summed up before it goes to each of their groups.

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
    columns = ", ".join(
        f"{table}.{part} as {prefix}{part}"
        for prefix, table, kept in (
            ("", "own", _OWN),
            *((f"{name}_", f"{name}_own", _OWN) for name in EARLIER),
            *((f"{name}_", f"{name}_cross", _CROSS) for name in EARLIER),
        )
        for part in kept
    )
    sums = (
        "sum(a) as a, sum(b) as b, sum(a * a) as aa, sum(a * b) as ab, "
        "sum(b * b) as bb, count(*) filter (where b <> 0) as m"
    )
    both = ", ".join(f"sum({part}) as {part}" for part in _OWN)
    moments = ", ".join(
        f"hash(nth, {column}) as {name}_no" for name, column in EARLIER.items()
    )
    units = " union all ".join(
        _unit_sql(rows, measure, nth) for nth, measure in enumerate(measures)
    )
    has_more = "false" if rows.is_apart else "count(*) > 1"
    group_no = f"coalesce({', '.join(rows.groups)}) as group_no"
    groups = ", ".join(f"{sql} as {name}" for name, sql in rows.groups.items())
    joins = " ".join(_earlier_sql(name, tuple(rows.groups)) for name in EARLIER)
    return f"""
        with part as materialized ({rows.sql}),
        kind as materialized (
            select {_kind_sql(rows)} as kind_no, {groups}
            from (select distinct {", ".join(rows.keys) or "0"} from part)
        ),
        unit as materialized (
            select *, hash(period_no, cluster) as unit_no from ({units})
        ),
        moment as (
            select nth, period, hash(nth, period) as period_no, {moments}
            from calendar
            cross join range({len(measures)}) as numbered(nth)
        ),
        many as materialized (
            select unit_no from unit group by unit_no having {has_more}
        ),
        together as (
            select period_no, {group_no}, sum(a) as a, sum(b) as b
            from unit
            semi join many on many.unit_no = unit.unit_no
            join kind on kind.kind_no = unit.kind_no
            group by {_sets(rows.groups, "period_no", "unit_no")}
        ),
        single as (
            select period_no, kind_no, {sums}
            from unit
            anti join many on many.unit_no = unit.unit_no
            group by period_no, kind_no
        ),
        own as materialized (
            select period_no, group_no, {both}
            from (
                select period_no, {group_no}, {both}
                from single
                join kind on kind.kind_no = single.kind_no
                group by {_sets(rows.groups, "period_no")}
                union all
                select period_no, group_no, {sums}
                from together
                group by period_no, group_no
            )
            group by period_no, group_no
        )
        select {", ".join(f"{LABELS}.{name}" for name in CELL)}, moment.nth, {columns}
        from {LABELS}
        join moment on moment.period = {LABELS}.period
        join own
            on own.period_no = moment.period_no
            and own.group_no = hash({LABELS}.dimension, {LABELS}.segment)
        {joins}
    """  # noqa: S608 - names come from checked declarations, not from users


def _kind_sql(rows: ClusterRows) -> str:
    """Return the number of a row's kind: all that breakdowns say of it at once."""
    return f"hash({', '.join(rows.keys) or '0'})"


def _unit_sql(rows: ClusterRows, measure: Measure, nth: int) -> str:
    """Return the rows of one measure; the number of their period is the measure's."""
    amounts = ", ".join(
        f'cast(coalesce("{column}", 0) as '
        f"{'bigint' if column in rows.counts else 'decimal(38, 4)'}) as {name}"
        for name, column in (("a", measure.numerator), ("b", measure.denominator))
    )
    return f"""
        select
            hash({nth}::bigint, period) as period_no, cluster,
            {_kind_sql(rows)} as kind_no, {amounts}
        from part
        where cluster is not null and (a <> 0 or b <> 0)
    """  # noqa: S608 - as above


def _sets(groups: Iterable[str], *common: str) -> str:
    """Return grouping sets: what is common with each of the groups by itself."""
    sets = ", ".join(f"({', '.join((*common, group))})" for group in groups)
    return f"grouping sets ({sets})"


def _earlier_sql(name: str, groups: Sequence[str]) -> str:
    """Return joins of what a comparison needs: the period before, and both at once."""
    # 0 is no group: rows of two groups are no pair, and are left behind by the join.
    shared = ", ".join(
        f"case when kind.{group} = kind_then.{group} then kind.{group} else 0 end "
        f"as {group}"
        for group in groups
    )
    products = ", ".join(
        f"sum(unit.{later} * earlier.{then}) as {pair}"
        for pair, (later, then) in _CROSS.items()
    )
    sums = ", ".join(f"sum({pair}) as {pair}" for pair in _CROSS)
    return f"""
        left join own as {name}_own
            on {name}_own.period_no = moment.{name}_no
            and {name}_own.group_no = own.group_no
        left join (
            select period_no, coalesce({", ".join(groups)}) as group_no, {sums}
            from (
                select pair.*, {shared}
                from (
                    select unit.period_no, unit.kind_no, earlier.kind_no as then_no,
                        {products}
                    from unit
                    join moment on moment.period_no = unit.period_no
                    join unit as earlier
                        on earlier.unit_no = hash(moment.{name}_no, unit.cluster)
                    group by unit.period_no, unit.kind_no, earlier.kind_no
                ) as pair
                join kind on kind.kind_no = pair.kind_no
                join kind as kind_then on kind_then.kind_no = pair.then_no
            )
            group by {_sets(groups, "period_no")}
        ) as {name}_cross
            on {name}_cross.period_no = own.period_no
            and {name}_cross.group_no = own.group_no"""  # noqa: S608 - as above
