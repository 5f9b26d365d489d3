"""How far the rows of a source moved against its load before, column by column.

Nothing is kept for it at a load: the history knows which rows were there. A snapshot is
compared with what was there before it, an increment with all that was there before. No
value leaves: of a column only its index and its share of nulls.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import polars as pl

from esg.engine.duck import fetch, fetch_row, quote_name, quote_text
from esg.quality.statement import DRIFT, WHOLE
from esg.stats.stability import population_stability_index, stability_by_chance

if TYPE_CHECKING:
    from datetime import date

    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.table import Column, TableContract

MODERATE = "population_stability.moderate"
MAJOR = "population_stability.major"

_BINS = 10
"""Tenths of the rows before, the usual choice."""
_CATEGORIES = 20
"""The most frequent before; all others share a bin, and so do new ones."""
_DIGITS = 6
_EMPTIED = 0.5
"""A column that loses half of its values or more at once was not merely left blank."""


@dataclass(frozen=True)
class Marks:
    """From which index a column counts as moved; dated rules."""

    moderate: float
    major: float
    min_rows: int
    """Fewer rows on a side say nothing that may be said."""


@dataclass(frozen=True)
class _Turn:
    """Two states of one source: ``before`` and ``now`` are SQL over its history."""

    source: str
    load: int
    mode: str
    before: str
    now: str


def drift(connection: Connection, project: Project, data_date: date) -> pl.DataFrame:
    """Return how each source loaded more than once moved with its last load.

    Args:
        connection: A reader of the warehouse.
        project: The contracts and the dated marks.
        data_date: The day whose marks are in force.

    Returns:
        The columns of ``DRIFT``; no row where nothing was loaded twice.
    """
    marks = Marks(
        _value(project, MODERATE, data_date),
        _value(project, MAJOR, data_date),
        project.settings.disclosure.min_n,
    )
    loads = connection.execute(
        "select source, table_name, max(load_no), arg_max(kind, load_no) from load "
        "where kind in ('snapshot', 'incremental') "
        "group by source, table_name having count(*) > 1 order by source"
    ).fetchall()
    rows: list[dict[str, Any]] = []
    for source, table, last, kind in loads:
        contract = project.tables.get(table)
        if contract is not None:
            turn = _turn(source, last, kind)
            rows += _drift(connection, contract, turn, marks)
    return pl.DataFrame(rows, schema=DRIFT)


def _value(project: Project, rule: str, day: date) -> float:
    found = project.rules[rule]
    # Before its first day a mark is what it was first set to.
    value = (found.on(day) or found.values[0]).value
    return inf if value is None else value


def _turn(source: str, last: int, kind: str) -> _Turn:
    before = (
        f"loaded_in < {last} and (superseded_in is null or superseded_in >= {last})"
    )
    # Rows that a snapshot did not change keep the load they came in with.
    standing = (
        f"loaded_in <= {last} and (superseded_in is null or superseded_in > {last})"
    )
    now = f"loaded_in = {last}" if kind == "incremental" else standing
    return _Turn(source, last, kind, before, now)


def _drift(
    connection: Connection, contract: TableContract, turn: _Turn, marks: Marks
) -> list[dict[str, Any]]:
    _offer_rows(connection, contract, turn)
    measured = [c for c in contract.columns if c.name not in contract.key]
    parts = ", ".join(
        f"count({quote_name(c.name)}) filter (where is_before), "
        f"count({quote_name(c.name)}) filter (where is_now)"
        for c in measured
    )
    counts = fetch_row(
        connection,
        "select count(*) filter (where is_before), "  # noqa: S608
        f"count(*) filter (where is_now), {parts} from turned_row",
    )
    before, now, *filled = counts or (0, 0)
    indices = _indices(connection, measured, turn, marks, min(before, now))
    whole = _row(contract, turn, WHOLE, (before, now))
    found = [whole | {"verdict": "stable" if now or not before else "emptied"}]
    for at, column in enumerate(measured):
        nulls = (
            _share(before - filled[2 * at], before),
            _share(now - filled[2 * at + 1], now),
        )
        # A column that no load ever filled did not move.
        if nulls == (1.0, 1.0):
            continue
        index, chance = indices.get(column.name, (None, 0.0))
        found.append(
            _row(contract, turn, column.name, (before, now))
            | {
                "nulls_before": nulls[0],
                "nulls_now": nulls[1],
                "psi": index,
                "verdict": _verdict(index, chance, nulls, marks),
            }
        )
    return found


def _offer_rows(connection: Connection, contract: TableContract, turn: _Turn) -> None:
    connection.execute(
        "create or replace temp view turned_row as "  # noqa: S608
        f"select *, {turn.before} as is_before, {turn.now} as is_now "
        f"from {quote_name(f'{contract.name}_history')} "
        f"where ({turn.before} or {turn.now}) and loaded_in in "
        f"(select load_no from load where source = {quote_text(turn.source)})"
    )


def _row(
    contract: TableContract, turn: _Turn, column: str, rows: tuple[int, int]
) -> dict[str, Any]:
    return dict.fromkeys(DRIFT) | {
        "source": turn.source,
        "table": contract.name,
        "column": column,
        "mode": turn.mode,
        "load": turn.load,
        "rows_before": rows[0],
        "rows_now": rows[1],
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _verdict(
    index: float | None,
    chance: float,
    nulls: tuple[float | None, float | None],
    marks: Marks,
) -> str:
    before, now = nulls
    if before is not None and now is not None and now - before >= _EMPTIED:
        return "emptied"
    # With few rows noise alone passes the marks.
    if index is None or index < marks.moderate or index <= chance:
        return "stable"
    return "major" if index >= marks.major else "moderate"


def _is_measured(column: Column, turn: _Turn) -> bool:
    """Return whether a column's distribution means anything from load to load.

    Keys, ids and references never repeat. The days of an increment are new ones.
    """
    if column.references or column.sensitivity == "id":
        return False
    is_day = column.type in ("date", "timestamp")
    return not (is_day and turn.mode == "incremental")


def _indices(
    connection: Connection,
    columns: list[Column],
    turn: _Turn,
    marks: Marks,
    rows: int,
) -> dict[str, tuple[float, float]]:
    """Return the index of each column, and what chance alone could make of it."""
    asked = [column for column in columns if _is_measured(column, turn)]
    if not asked or rows < max(marks.min_rows, 1):
        return {}
    _offer_edges(connection, asked)
    parts = " union all ".join(_bins_sql(at, each) for at, each in enumerate(asked))
    counts = fetch(connection, parts)
    # Sorted, for sums of floats depend on their order.
    frame = (
        counts.sort("at", "bin")
        .group_by("at", maintain_order=True)
        .agg(
            psi=population_stability_index(pl.col("before"), pl.col("now")).round(
                _DIGITS
            ),
            chance=stability_by_chance(pl.col("before"), pl.col("now")),
        )
    )
    return {
        asked[row["at"]].name: (row["psi"], row["chance"])
        for row in frame.iter_rows(named=True)
    }


def _is_graded(column: Column) -> bool:
    return column.type not in ("text", "boolean")


def _offer_edges(connection: Connection, columns: list[Column]) -> None:
    """Create ``edge``, one row: of each column the edges of its bins before."""
    named = ", ".join(
        f"({_edges_sql(column)}) as edge_{at}" for at, column in enumerate(columns)
    )
    connection.execute(f"create or replace temp table edge as select {named}")


def _edges_sql(column: Column) -> str:
    name = quote_name(column.name)
    if _is_graded(column):
        tenths = ", ".join(f"{step / _BINS}" for step in range(1, _BINS))
        return (
            f"select quantile_disc({name}, [{tenths}]) "  # noqa: S608
            "from turned_row where is_before"
        )
    return (
        "select list(value order by rows desc, value)"  # noqa: S608
        f"[1:{_CATEGORIES}] from (select {name} as value, count(*) as rows "
        f"from turned_row where is_before and {name} is not null group by value)"
    )


def _bins_sql(at: int, column: Column) -> str:
    name, edges = quote_name(column.name), f"edge_{at}"
    place = (
        f"len(list_filter({edges}, lambda each: each < {name}))"
        if _is_graded(column)
        else f"list_position({edges}, {name})"
    )
    return (
        f"select {at} as at, "  # noqa: S608
        f"case when {name} is not null then coalesce({place}, 0) end as bin, "
        "count(*) filter (where is_before) as before, "
        "count(*) filter (where is_now) as now "
        "from turned_row cross join edge group by bin"
    )
