"""Completeness, validity, timeliness, uniqueness and consistency, table by table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from esg.engine.duck import fetch, fetch_row, quote_name
from esg.indicators.bind import parse
from esg.quality.findings import REJECTING, local_day
from esg.quality.statement import MEASURES, NO_CLOCK, WHOLE
from esg.spec.fields import alternatives

if TYPE_CHECKING:
    from datetime import date

    from esg.engine.duck import Connection
    from esg.load.check import CheckResult
    from esg.quality.findings import Findings
    from esg.spec.check import Check
    from esg.spec.period import Period
    from esg.spec.project import Project
    from esg.spec.table import TableContract

Row = dict[str, Any]

_LOADS = "(select load_no as of_load, source as of_source, kind as of_kind from load)"
"""Named apart from the tables' own columns, of which one is called ``source``."""


def measure_quality(
    connection: Connection,
    project: Project,
    period: Period,
    data_date: date,
    *,
    findings: Findings,
    checks: list[CheckResult],
) -> pl.DataFrame:
    """Return the quality of every table that was loaded, of all rows and of a period.

    A rejected row has no period: what is wrong with it may be its day. So shares that
    count rejected rows are of the whole table.

    Args:
        connection: A reader of the warehouse.
        project: The contracts, indicators and checks.
        period: Rows are in it by their table's clock.
        data_date: The day the data stand at.
        findings: Rows that break a rule.
        checks: What the checks across tables found.

    Returns:
        The columns of ``MEASURES``, in the order of table and aspect.
    """
    used = used_columns(project)
    rows: list[Row] = []
    stored_rows: dict[str, int] = {}
    for name in _loaded_tables(connection):
        contract = project.tables.get(name)
        if contract is None:
            continue
        stored = _Stored.of(connection, contract, used[name], period, data_date)
        stored_rows[name] = stored.rows
        rows += _completeness(contract, stored, period)
        rows += _timeliness(connection, project, contract, stored, period, data_date)
        rows += _rejections(contract, stored.rows, findings)
        rows += _copies(connection, name)
    rows += _checks(project, checks, stored_rows)
    frame = pl.DataFrame(
        rows, schema={k: v for k, v in MEASURES.items() if k != "value"}
    )
    share = pl.col("numerator") / pl.when(pl.col("denominator") > 0).then("denominator")
    return frame.with_columns(
        value=pl.when(pl.col("unit") == "share").then(share).otherwise("numerator")
    ).select(MEASURES.keys())


def used_columns(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the columns somebody counts on, by table.

    They are required, a part of the key, or needed by an indicator or check. A column
    that nobody reads may well be empty. Where any of several will do, they stand
    together, as ``birth_year|age_group``.
    """
    used: dict[str, set[str]] = defaultdict(set)
    needs = [
        *(indicator.needs for indicator in project.indicators.values()),
        *(check.needs for check in project.checks.values()),
    ]
    for each in needs:
        for table, columns in each.items():
            used[table] |= set(columns)
    for contract in project.tables.values():
        used[contract.name] |= {c.name for c in contract.columns if c.required}
        used[contract.name] |= set(contract.key)
    return {name: tuple(sorted(columns)) for name, columns in used.items()}


@dataclass(frozen=True)
class _Stored:
    """What one pass over a table's current rows finds."""

    rows: int
    rows_of_period: int
    filled: dict[str, int]
    filled_of_period: dict[str, int]
    last_days: dict[str, date]
    """By source: the latest day of a row that is not after the data date."""

    @classmethod
    def of(
        cls,
        connection: Connection,
        contract: TableContract,
        columns: tuple[str, ...],
        period: Period,
        data_date: date,
    ) -> _Stored:
        day = _day(contract)
        inside = f"{day} between $first_day and $last_day"
        counts = ", ".join(
            f"count(*) filter (where {filled}) as {quote_name(f'all {name}')}, "
            f"count(*) filter (where {inside} and ({filled})) "
            f"as {quote_name(f'in {name}')}"
            for name in columns
            for filled in [_is_filled(name)]
        )
        frame = fetch(
            connection,
            "select of_source, count(*) as rows, "  # noqa: S608
            f"count(*) filter (where {inside}) as rows_of_period, "
            f"max({day}) filter (where {day} <= $data_date) as last_day, {counts} "
            f"from {quote_name(f'{contract.name}_history')} "
            f"join {_LOADS} on of_load = loaded_in "
            "where superseded_in is null group by of_source order by of_source",
            {
                "first_day": period.first_day,
                "last_day": period.last_day,
                "data_date": data_date,
            },
        )
        return cls(
            rows=_total(frame, "rows"),
            rows_of_period=_total(frame, "rows_of_period"),
            filled={name: _total(frame, f"all {name}") for name in columns},
            filled_of_period={name: _total(frame, f"in {name}") for name in columns},
            last_days={
                row["of_source"]: row["last_day"]
                for row in frame.iter_rows(named=True)
                if row["last_day"] is not None
            },
        )


def _is_filled(needed: str) -> str:
    return " or ".join(f"{quote_name(c)} is not null" for c in alternatives(needed))


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum())


def _day(contract: TableContract) -> str:
    if contract.clock is None:
        return "cast(null as date)"
    return f"cast({quote_name(contract.clock)} as date)"


def _loaded_tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select distinct table_name from load order by table_name"
    ).fetchall()
    return [row[0] for row in rows]


def _row(
    aspect: str,
    measure: str,
    table: str,
    parts: tuple[int | None, int | None],
    *,
    item: str = WHOLE,
    period: str = WHOLE,
    unit: str = "share",
) -> Row:
    return {
        "aspect": aspect,
        "measure": measure,
        "table": table,
        "period": period,
        "item": item,
        "numerator": parts[0],
        "denominator": parts[1],
        "unit": unit,
    }


def _completeness(
    contract: TableContract, stored: _Stored, period: Period
) -> list[Row]:
    """Return filled cells of all cells, of the whole table and by column."""
    parts = [(WHOLE, stored.rows, stored.filled)]
    if contract.clock:
        parts.append((str(period), stored.rows_of_period, stored.filled_of_period))
    else:
        parts[0] = (NO_CLOCK, stored.rows, stored.filled)
    found = []
    for when, rows, filled in parts:
        whole = (sum(filled.values()), rows * len(filled))
        found.append(_row("completeness", "filled", contract.name, whole, period=when))
        found += [
            _row(
                "completeness",
                "filled",
                contract.name,
                (count, rows),
                item=name,
                period=when,
            )
            for name, count in filled.items()
        ]
    return found


# Timeliness


def _timeliness(
    connection: Connection,
    project: Project,
    contract: TableContract,
    stored: _Stored,
    period: Period,
    data_date: date,
) -> list[Row]:
    loaded = _loaded_days(connection, project.settings.time_zone, contract.name)
    found = []
    for source, last in stored.last_days.items():
        age = (data_date - last).days
        delay = (loaded[source] - last).days
        found += [
            _row("timeliness", measure, contract.name, (days, None),
                 item=source, unit="day")
            for measure, days in (("age_days", age), ("days_to_load", delay))
        ]  # fmt: skip
    return found + _late(connection, contract, stored, period)


def _loaded_days(connection: Connection, zone: str, table: str) -> dict[str, date]:
    """Return the day of each source's last load, where the institution is."""
    rows = connection.execute(
        "select source, max(loaded_at) from load where table_name = ? group by source",
        [table],
    ).fetchall()
    return {source: local_day(moment, zone) for source, moment in rows}


def _late(
    connection: Connection, contract: TableContract, stored: _Stored, period: Period
) -> list[Row]:
    """Return rows that came after their period's books were closed, and corrections.

    A period is closed by the first load of the source that reached its last day: a
    quarter that is still running brings new rows with each load, and none of them is
    late. What an undo brought back is neither late nor corrected.
    """
    history = quote_name(f"{contract.name}_history")
    row = fetch_row(
        connection,
        f"select count(distinct loaded_in) from {history}",  # noqa: S608
    )
    late = corrected = corrected_of_period = 0
    if row and row[0] > 1:
        late, corrected, corrected_of_period = _late_rows(connection, contract, period)
    name = contract.name
    whole = NO_CLOCK if contract.clock is None else WHOLE
    found = [
        _row("timeliness", "corrected", name, (corrected, stored.rows), period=whole)
    ]
    if contract.clock is not None:
        found += [
            _row("timeliness", measure, name, (count, stored.rows_of_period),
                 period=str(period))
            for measure, count in (
                ("late", late), ("corrected", corrected_of_period)
            )
        ]  # fmt: skip
    return found


def _late_rows(
    connection: Connection, contract: TableContract, period: Period
) -> tuple[int, int, int]:
    key = ", ".join(quote_name(name) for name in contract.key)
    frame = fetch(
        connection,
        f"with each as (select {key}, {_day(contract)} as of_day, loaded_in, "  # noqa: S608
        "superseded_in, of_source, of_kind, "
        f"min(loaded_in) over (partition by {key}) as first_in "
        f"from {quote_name(f'{contract.name}_history')} "
        f"join {_LOADS} on of_load = loaded_in), "
        "closing as (select of_source, min(loaded_in) as closed_in from each "
        "where of_day >= $last_day group by of_source) "
        "select of_day between $first_day and $last_day as is_inside, "
        "count(*) filter (where first_in > closed_in) as late, "
        "count(*) filter (where loaded_in > first_in and of_kind <> 'undo') "
        "as corrected "
        "from each left join closing on closing.of_source = each.of_source "
        "where superseded_in is null group by all",
        {"first_day": period.first_day, "last_day": period.last_day},
    )
    inside = frame.filter(pl.col("is_inside"))
    return (
        _total(inside, "late"),
        _total(frame, "corrected"),
        _total(inside, "corrected"),
    )


# Validity, uniqueness, consistency


def _rejections(contract: TableContract, rows: int, findings: Findings) -> list[Row]:
    """Return rejected rows by quality and rule, of all that were offered, and warnings.

    A row that breaks several rules counts for each.
    """
    name = contract.name
    offered = rows + findings.quarantined.get(name, 0)
    found = [
        _row(aspect, "rejected", name, (findings.rejected(name, aspect), offered))
        for aspect in REJECTING
    ]
    for each in findings.of_table(name):
        is_warning = each.severity == "warn"
        found.append(
            _row(
                each.aspect,
                "warned" if is_warning else "rejected",
                name,
                (each.rows, rows if is_warning else offered),
                item=each.item,
            )
        )
    found += [
        _row("consistency", "not_judged", name, (count, read), item=rule)
        for rule, count, read in findings.not_judged(name)
    ]
    return found


def _copies(connection: Connection, table: str) -> list[Row]:
    row = fetch_row(
        connection,
        "select sum(rows_duplicate)::bigint, sum(rows_read)::bigint from latest_load "
        "where table_name = ?",
        [table],
    )
    return [_row("uniqueness", "copies", table, row[:2])] if row else []


def _checks(
    project: Project, checks: list[CheckResult], rows: dict[str, int]
) -> list[Row]:
    """Return what checks across tables found; one not judged has no numerator."""
    found = []
    for each in checks:
        name = table_of_check(project, each.check)
        count = None if each.outcome == "not_judged" else each.rows
        found.append(
            _row(
                "consistency",
                f"check_{each.outcome}",
                name or NO_CLOCK,
                (count, rows.get(name or "")),
                item=each.check.id,
                unit="share" if name else "row",
            )
        )
    return found


def table_of_check(project: Project, check: Check) -> str | None:
    """Return the table whose rows a check returns, None where that cannot be told.

    Of the tables it needs, the one whose key leads the select list; of several, the
    one with the longest key.
    """
    tree = parse(check.sql, check.where)
    names = tuple(each.alias_or_name for each in tree.selects)
    found = [
        contract
        for name in check.needs
        if (contract := project.tables[name]).key == names[: len(contract.key)]
    ]
    return max(found, key=lambda c: len(c.key)).name if found else None
