"""Running indicators on a staged connection: query, measure, protect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from esg.engine.duck import (
    EngineFault,
    fetch,
    fetch_row,
    put_arrow,
    quote_name,
    within_memory,
)
from esg.errors import ContentError
from esg.indicators.bind import WHOLE, bind, bind_clusters, parts_of
from esg.indicators.clusters import LABELS, intervals, moments_sql
from esg.indicators.measure import CELL, EARLIER, GROUP, level, movement
from esg.indicators.protect import blank, hide_seconds, judge
from esg.indicators.result import SCHEMA, IndicatorResult
from esg.indicators.stage import refuse
from esg.spec.fields import alternatives

if TYPE_CHECKING:
    from datetime import date

    from esg.engine.duck import Connection
    from esg.spec.indicator import Indicator, Measure
    from esg.spec.rule import Rule
    from esg.spec.settings import DisclosureLimits


@dataclass(frozen=True)
class Conditions:
    """What every indicator of a run is computed under."""

    limits: DisclosureLimits
    data_date: date
    rules: dict[str, Rule]
    row_counts: dict[str, int]
    """Current rows of every core table."""
    empty_columns: frozenset[str]
    """``table.column`` of columns that hold no value at all."""


def query(
    connection: Connection,
    indicator: Indicator,
    *,
    dimensions: tuple[str, ...],
) -> pl.DataFrame:
    """Return what an indicator's query gives, unprotected.

    Raises:
        ContentError: The query does not run, or gives no such column.
    """
    sql = bind(indicator, dimensions=dimensions)
    return _fetch(connection, indicator, f"select * from ({sql}) order by all")  # noqa: S608


def _fetch(connection: Connection, indicator: Indicator, sql: str) -> pl.DataFrame:
    try:
        return within_memory(connection, lambda: fetch(connection, sql))
    except EngineFault as error:
        refuse(indicator.where, error)


def run_indicator(
    connection: Connection,
    indicator: Indicator,
    *,
    dimensions: tuple[str, ...],
    conditions: Conditions,
) -> IndicatorResult:
    """Compute one indicator over all periods, for the whole and for breakdowns.

    Args:
        connection: A staged connection.
        indicator: What to compute.
        dimensions: Breakdowns and pairs; those the indicator does not declare are
            passed over, and a pair with each of the two.
        conditions: Limits, data date, rules and what data there are.

    Raises:
        ContentError: The indicator's query is wrong.
    """
    neighbours = fetch(connection, "select * from calendar order by first_day")
    reason = missing_input(indicator, conditions)
    if reason:
        frame = _without_data(indicator, neighbours, reason)
    else:
        declared = tuple(
            name
            for name in dimensions
            if set(parts_of(name)) <= set(indicator.breakdowns)
        )
        frame = _with_data(connection, indicator, declared, neighbours, conditions)
    return IndicatorResult(
        indicator=indicator,
        frame=_in_order(frame, indicator),
        rules=tuple(conditions.rules[rule] for rule in indicator.rules),
        row_counts={
            table: conditions.row_counts.get(table, 0) for table in indicator.needs
        },
    )


def missing_input(indicator: Indicator, conditions: Conditions) -> str | None:
    """Return why there is no data, as ``table:NAME`` or ``column:TABLE.NAME``."""
    for table in indicator.needs:
        if not conditions.row_counts.get(table):
            return f"table:{table}"
    for table, columns in indicator.needs.items():
        for needed in columns:
            names = [f"{table}.{name}" for name in alternatives(needed)]
            if conditions.empty_columns.issuperset(names):
                return f"column:{names[0]}"
    return None


def _without_data(
    indicator: Indicator, neighbours: pl.DataFrame, reason: str
) -> pl.DataFrame:
    frames = [
        neighbours.select(
            indicator=pl.lit(indicator.id),
            measure=pl.lit(measure.name),
            period="period",
            dimension=pl.lit(WHOLE),
            segment=pl.lit(WHOLE),
            unit=pl.lit(measure.unit),
            status=pl.lit("no_data"),
            reason=pl.lit(reason),
        )
        for measure in indicator.measures
    ]
    return _complete(pl.concat(frames))


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a frame every column of the schema, in its order and type."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in SCHEMA.items()
    )


def _with_data(
    connection: Connection,
    indicator: Indicator,
    dimensions: tuple[str, ...],
    neighbours: pl.DataFrame,
    conditions: Conditions,
) -> pl.DataFrame:
    rows = query(connection, indicator, dimensions=dimensions)
    _check_columns(rows, indicator)
    bounds = _cluster_intervals(connection, indicator, dimensions, rows)
    judged = []
    for measure in indicator.measures:
        cells = movement(level(rows, measure), neighbours, measure)
        cells = _with_silent_periods(cells, neighbours, measure)
        if measure.name in bounds:
            cells = _with_cluster_intervals(cells, bounds[measure.name], measure)
        cells = judge(
            cells,
            neighbours,
            indicator,
            measure,
            limits=conditions.limits,
            data_date=conditions.data_date,
        )
        judged.append((measure, cells))
    return pl.concat(
        _complete(
            blank(cells).with_columns(
                indicator=pl.lit(indicator.id),
                measure=pl.lit(measure.name),
                unit=pl.lit(measure.unit),
            )
        )
        for measure, cells in hide_seconds(judged)
    )


def _check_columns(rows: pl.DataFrame, indicator: Indicator) -> None:
    wanted = {"period"}
    for measure in indicator.measures:
        wanted |= {
            column
            for column in (
                measure.numerator,
                measure.denominator,
                measure.missing,
                measure.n,
                measure.numerator_n,
                measure.low,
                measure.high,
                measure.refused,
            )
            if column
        }
    absent = sorted(wanted - set(rows.columns))
    if absent:
        raise ContentError(
            f"{indicator.where}: the query gives no column '{absent[0]}', "
            "which its measures name.",
            hint="Name the column in the select list, or mend 'measures'.",
        )
    for column in {m.refused for m in indicator.measures if m.refused}:
        codes = set(rows[column].drop_nulls().unique()) - set(indicator.refusals)
        if codes:
            raise ContentError(
                f"{indicator.where}: the query's column '{column}' gives "
                f"'{min(codes)}', which 'refusals' do not put into words.",
                hint="Add the code to 'refusals', with 'en' and 'zh'.",
            )


def _with_silent_periods(
    cells: pl.DataFrame, neighbours: pl.DataFrame, measure: Measure
) -> pl.DataFrame:
    """Add periods without a row: a count of nothing within the data's span is 0."""
    whole = cells.filter(pl.col("dimension") == WHOLE)
    silent = neighbours.select("period").join(whole, on="period", how="anti")
    if silent.is_empty():
        return cells
    within = (
        pl.col("period").is_between(
            pl.lit(whole["period"].min()), pl.lit(whole["period"].max())
        )
        if whole.height and measure.kind == "count"
        else pl.lit(value=False)
    )
    zeros = [
        pl.when(within).then(0).cast(cells.schema[name]).alias(name)
        for name in ("value", "numerator")
    ]
    labels = [pl.lit(WHOLE).alias(name) for name in GROUP]
    added = silent.with_columns(*labels, *zeros)
    return pl.concat([cells, added], how="diagonal")


def _cluster_intervals(
    connection: Connection,
    indicator: Indicator,
    dimensions: tuple[str, ...],
    rows: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """Return what ``intervals`` gives, by the name of each measure with a cluster."""
    by_cluster: dict[str, list[Measure]] = {}
    for measure in indicator.measures:
        if measure.cluster and measure.denominator:
            by_cluster.setdefault(measure.cluster, []).append(measure)
    if by_cluster:
        connection.execute(f"drop table if exists {LABELS}")
        put_arrow(connection, LABELS, rows.select(CELL).to_arrow())
    found: dict[str, pl.DataFrame] = {}
    for cluster, measures in by_cluster.items():
        units = bind_clusters(indicator, dimensions=dimensions, cluster=cluster)
        moments = _fetch(
            connection, indicator, f"{moments_sql(units, measures)} order by all"
        )
        for nth, measure in enumerate(measures):
            found[measure.name] = intervals(moments, measure, nth)
    return found


def _with_cluster_intervals(
    cells: pl.DataFrame, bounds: pl.DataFrame, measure: Measure
) -> pl.DataFrame:
    frame = cells.join(bounds, on=CELL, how="left", maintain_order="left")
    replaced = [
        pl.col(f"{name}_{end}").alias(f"change_{name}_{end}")
        for name in EARLIER
        for end in ("low", "high")
    ]
    if measure.kind != "share":
        # A counted share keeps Wilson: its clusters rarely hold more than one unit.
        replaced += [pl.col(f"cluster_{end}").alias(end) for end in ("low", "high")]
    return frame.with_columns(replaced).select(cells.columns)


def _in_order(frame: pl.DataFrame, indicator: Indicator) -> pl.DataFrame:
    """Sort for equal bytes: measures as declared, then period, dimension, segment."""
    names = [measure.name for measure in indicator.measures]
    return (
        frame.with_columns(
            rank=pl.col("measure").replace_strict(
                names, list(range(len(names))), return_dtype=pl.Int64
            )
        )
        .sort("rank", "period", "dimension", "segment", maintain_order=True)
        .drop("rank")
    )


def tables_state(
    connection: Connection, columns: dict[str, tuple[str, ...]]
) -> tuple[dict[str, int], frozenset[str]]:
    """Return the rows of each table, and the columns that hold no value.

    Args:
        connection: Where the core tables stand by their names.
        columns: Columns by table.
    """
    counts: dict[str, int] = {}
    empty: set[str] = set()
    for table, names in columns.items():
        parts = ", ".join(f"count({quote_name(name)})" for name in names)
        row = fetch_row(
            connection,
            f"select count(*), {parts} from {quote_name(table)}",  # noqa: S608
        )
        if row is None:
            continue
        counts[table] = row[0]
        empty |= {
            f"{table}.{name}"
            for name, filled in zip(names, row[1:], strict=True)
            if filled == 0
        }
    return counts, frozenset(empty)
