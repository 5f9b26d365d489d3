"""Preparing a reader for queries: its calendar, its rules, and what it holds at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import fetch_row, quote_name
from esg.engine.warehouse import latest_loads
from esg.errors import ContentError
from esg.indicators.result import Input
from esg.indicators.run import Conditions, tables_state
from esg.indicators.stage import stage_calendar, stage_rules
from esg.spec.fields import alternatives
from esg.spec.period import period_of, periods_between

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from esg.engine.duck import Connection
    from esg.spec.check import Check
    from esg.spec.indicator import Indicator
    from esg.spec.period import Period, PeriodKind
    from esg.spec.project import Project

_OLDEST_YEARS = 20
"""How far back a series may reach: one mistyped date must not make it a century."""


def stage(
    connection: Connection, project: Project, period: Period | None, kind: PeriodKind
) -> date:
    """Stage the calendar and the dated rules that marts and indicators read.

    Args:
        connection: A reader of the warehouse.
        project: The workspace's declarations.
        period: The last period; that of the data date when null.
        kind: Of all periods.

    Returns:
        The data date.
    """
    latest = data_date(connection, project)
    last = period.last_day if period else latest
    first = min(_first_day(connection, project, latest), last)
    oldest = last.replace(year=last.year - _OLDEST_YEARS, day=1)
    stage_calendar(connection, periods_between(max(first, oldest), last, kind), latest)
    stage_rules(connection, project.rules.values())
    return latest


def _clocks(project: Project) -> list[tuple[str, str]]:
    return [
        (table.name, table.clock) for table in project.tables.values() if table.clock
    ]


def _clock_bound(connection: Connection, project: Project, bound: str) -> date | None:
    parts = " union all ".join(
        f"select cast({bound}({quote_name(clock)}) as date) as day "  # noqa: S608
        f"from {quote_name(table)}"
        for table, clock in _clocks(project)
    )
    row = fetch_row(connection, f"select {bound}(day) from ({parts})")  # noqa: S608
    return row[0] if row else None


def data_date(connection: Connection, project: Project) -> date:
    """Return the day the data stand at, as declared or by the latest row.

    Raises:
        ContentError: Neither tells it.
    """
    stated = project.settings.data_date
    found = stated or _clock_bound(connection, project, "max")
    if found is None:
        raise ContentError(
            "esg.toml names no data_date, and no loaded row tells one.",
            hint="Add data_date = 2026-09-30 to esg.toml.",
        )
    return found


def _first_day(connection: Connection, project: Project, latest: date) -> date:
    return _clock_bound(connection, project, "min") or latest


def latest_period(connection: Connection, project: Project, kind: PeriodKind) -> Period:
    """Return the latest period that was over on the day the data stand at."""
    latest = data_date(connection, project)
    running = period_of(latest, kind)
    return running if running.last_day <= latest else running.previous


def conditions(
    connection: Connection,
    project: Project,
    chosen: Iterable[Indicator],
    latest: date,
) -> Conditions:
    """Return what indicators are computed under."""
    counts, empty = state(connection, project, chosen)
    return Conditions(
        limits=project.settings.disclosure,
        data_date=latest,
        rules=project.rules,
        row_counts=counts,
        empty_columns=empty,
    )


def state(
    connection: Connection, project: Project, declared: Iterable[Indicator | Check]
) -> tuple[dict[str, int], frozenset[str]]:
    """Return rows by table, and ``table.column`` without a value, of what is needed."""
    needed: dict[str, set[str]] = {}
    for each in declared:
        for table, columns in each.needs.items():
            names = needed.setdefault(table, set(project.tables[table].key))
            for column in columns:
                names.update(alternatives(column))
    return tables_state(
        connection,
        {table: tuple(sorted(columns)) for table, columns in needed.items()},
    )


def inputs(connection: Connection) -> tuple[Input, ...]:
    """Return the loads that the rows of today come from."""
    return tuple(
        Input(
            source=row["source"],
            table=row["table_name"],
            file=row["file"],
            sha256=row["sha256"],
            load=row["load_no"],
            rows_read=row["rows_read"],
            rows_stored=row["rows_stored"],
            rows_duplicate=row["rows_duplicate"],
            rows_quarantined=row["rows_quarantined"],
        )
        for row in latest_loads(connection).iter_rows(named=True)
    )
