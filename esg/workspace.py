"""The Python door: a workspace that loads, checks, computes, reports and answers.

The command line does nothing that cannot be done from here::

    import esg

    w = esg.open("workspace")
    w.load()
    w.run("inclusion.first_time_borrower_share", quarter="2026Q3")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from esg.engine.duck import fetch_row, quote_name
from esg.engine.warehouse import (
    FILE_NAME,
    latest_loads,
    open_for_reading,
    quarantine_summary,
)
from esg.errors import ContentError, UsageError
from esg.explore.query import ask, lock_down, offer_marts
from esg.indicators.result import Input, RunResult, tidy
from esg.indicators.run import Conditions, run_indicator, tables_state
from esg.indicators.stage import stage_calendar, stage_marts, stage_rules
from esg.load.check import run_checks
from esg.load.run import load
from esg.report.publish import FORMATS, Order, check_references, publish
from esg.spec import settings as settings_file
from esg.spec.fields import alternatives, suggest
from esg.spec.indicator import BREAKDOWNS, Indicator
from esg.spec.period import (
    Period,
    PeriodKind,
    parse_period,
    period_of,
    periods_between,
)
from esg.spec.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars as pl

    from esg.engine.duck import Connection
    from esg.load.check import CheckResult
    from esg.load.run import LoadResult
    from esg.spec.check import Check

CACHE = ".esg-cache"
"""Folder of a workspace for what can be made anew at any time."""

_OLDEST_YEARS = 20
"""How far back a series may reach: one mistyped date must not make it a century."""


def open_workspace(folder: str | Path) -> Workspace:
    """Return the workspace in a folder.

    Args:
        folder: Where ``esg.toml`` stands.

    Raises:
        ContentError: There is no ``esg.toml``, or it is wrong.
    """
    root = Path(folder)
    settings = settings_file.read_settings(root / settings_file.FILE_NAME)
    return Workspace(Project(root.resolve(), settings))


@dataclass(frozen=True)
class Workspace:
    """One workspace; cheap to make, reads its declarations on first use."""

    project: Project

    @property
    def warehouse(self) -> Path:
        """The warehouse file; absent until the first load."""
        return self.project.workspace / FILE_NAME

    def load(
        self,
        *sources: str,
        now: datetime | None = None,
        progress: Callable[[str], None] = lambda _name: None,
    ) -> LoadResult:
        """Load sources, all or nothing; every source when none is named.

        Args:
            sources: Names as in ``esg.toml``.
            now: When the load happens, for its history; the clock when null.
            progress: Called with a source's name before it is read.

        Raises:
            ContentError: Configuration, contract or mapping is wrong.
            DataError: A file cannot be used; the warehouse is as it was.
        """
        moment = now or datetime.now(tz=UTC)
        return load(
            self.project,
            sources,
            now=moment.astimezone(UTC).replace(tzinfo=None),
            progress=progress,
        )

    def sql(self, query: str, *, quarter: str | None = None) -> pl.DataFrame:
        """Return the rows of a read-only query over tables, marts and rules.

        Args:
            query: One select.
            quarter: Any period; its kind decides the calendar of the marts.

        Raises:
            ContentError: The query is wrong or does not only read.
            DataError: Nothing has been loaded yet.
        """
        connection = self._reader()
        try:
            asked = parse_period(quarter) if quarter else None
            self._stage(connection, asked, asked.kind if asked else "quarter")
            offer_marts(connection, self.project)
            lock_down(connection)
            return ask(connection, query)
        finally:
            connection.close()

    def run(
        self,
        *indicators: str,
        quarter: str | None = None,
        period: str | None = None,
        by: Iterable[str] = (),
    ) -> pl.DataFrame:
        """Return indicators of one period as one tidy, protected frame.

        Args:
            indicators: Ids; all when none is named.
            quarter: Short for ``period``.
            period: ``2026-09``, ``2026Q3``, ``2026H1`` or ``2026``.
            by: Breakdowns beside the whole.

        Returns:
            The columns of ``esg.indicators.result.TIDY_COLUMNS``; rows of every status.
        """
        text = period or quarter
        if text is None:
            raise UsageError(
                "No period is named.", hint="Name one as quarter='2026Q3'."
            )
        asked = parse_period(text)
        frame = tidy(self.compute(indicators, period=asked, by=tuple(by)).results)
        return frame.filter(frame["period"] == str(asked))

    def compute(
        self, indicators: tuple[str, ...], *, period: Period, by: tuple[str, ...]
    ) -> RunResult:
        """Compute indicators over all periods up to one, with all their trail.

        Args:
            indicators: Ids; all when empty.
            period: The period asked for; the series end there.
            by: Breakdowns; ``*`` for all that each indicator declares.

        Raises:
            UsageError: An id or breakdown is unknown.
            ContentError: A declaration or a query is wrong.
            DataError: Nothing has been loaded yet.
        """
        chosen = self._chosen(indicators)
        dimensions = BREAKDOWNS if by == ("*",) else by
        for name in dimensions:
            if name not in BREAKDOWNS:
                near = suggest(name, BREAKDOWNS)
                raise UsageError(f"'{name}' is no breakdown{near}.")
        connection = self._reader()
        try:
            data_date = self._stage(connection, period, period.kind)
            stage_marts(connection, chosen, self.project.marts)
            conditions = self._conditions(connection, chosen, data_date)
            results = tuple(
                run_indicator(
                    connection, indicator, dimensions=dimensions, conditions=conditions
                )
                for indicator in chosen
            )
            return RunResult(
                period=period,
                data_date=data_date.isoformat(),
                results=results,
                inputs=_inputs(connection),
                quarantine=quarantine_summary(connection),
            )
        finally:
            connection.close()

    def report(
        self,
        name: str = "quarterly",
        *,
        period: Period | None = None,
        languages: tuple[str, ...] = (),
        formats: tuple[str, ...] = FORMATS,
        out: Path,
        progress: Callable[[str], None] = lambda _what: None,
    ) -> list[Path]:
        """Build a report and write its files.

        Args:
            name: The report's folder in ``report_templates``.
            period: The period it is on; the latest one that is over when null.
            languages: Those of ``esg.toml`` when empty.
            formats: Of ``pdf``, ``html``, ``json``.
            out: The folder for the files.
            progress: Called with what is about to be done.

        Returns:
            The files, named ``<report>-<period>.<language>.<format>``.

        Raises:
            UsageError: There is no such report.
            ContentError: A declaration, query or template is wrong.
            DataError: Nothing has been loaded yet.
            MachineError: A browser or font is missing.
        """
        reports = self.project.reports
        if name not in reports:
            raise UsageError(
                f"There is no report '{name}'{suggest(name, tuple(reports))}.",
                hint="Run 'esg list reports' to see them.",
            )
        check_references(reports[name], self.project.indicators)
        progress("numbers")
        run = self.compute((), period=period or self.latest_period(), by=("*",))
        order = Order(
            languages=languages or self.project.settings.languages,
            formats=formats,
            out=out,
            cache=self.project.workspace / CACHE / "pictures",
        )
        return publish(
            run, reports[name], self.project.settings, order, progress=progress
        )

    def check(self) -> list[CheckResult]:
        """Run every data check over the current rows.

        Raises:
            ContentError: A check's query is wrong.
            DataError: Nothing has been loaded yet.
        """
        checks = list(self.project.checks.values())
        connection = self._reader()
        try:
            counts, empty = self._state(connection, checks)
            return run_checks(
                connection, checks, row_counts=counts, empty_columns=empty
            )
        finally:
            connection.close()

    def loads(self) -> RunInputs:
        """Return the latest load of every source, and its quarantined rows by reason.

        Raises:
            DataError: Nothing has been loaded yet.
        """
        connection = self._reader()
        try:
            return RunInputs(_inputs(connection), quarantine_summary(connection))
        finally:
            connection.close()

    def latest_period(self, kind: PeriodKind = "quarter") -> Period:
        """Return the latest period that was over on the day the data stand at.

        Raises:
            DataError: Nothing has been loaded yet.
        """
        connection = self._reader()
        try:
            data_date = self._data_date(connection)
        finally:
            connection.close()
        running = period_of(data_date, kind)
        return running if running.last_day <= data_date else running.previous

    def _chosen(self, indicators: tuple[str, ...]) -> list[Indicator]:
        known = self.project.indicators
        for name in indicators:
            if name not in known:
                near = suggest(name, tuple(known))
                raise UsageError(
                    f"There is no indicator '{name}'{near}.",
                    hint="Run 'esg list indicators' to see them.",
                )
        return [known[name] for name in indicators] or list(known.values())

    def _reader(self) -> Connection:
        return open_for_reading(self.warehouse, self.project.tables.values())

    def _stage(
        self, connection: Connection, period: Period | None, kind: PeriodKind
    ) -> date:
        data_date = self._data_date(connection)
        last = period.last_day if period else data_date
        first = min(self._first_day(connection, data_date), last)
        oldest = last.replace(year=last.year - _OLDEST_YEARS, day=1)
        stage_calendar(
            connection, periods_between(max(first, oldest), last, kind), data_date
        )
        stage_rules(connection, self.project.rules.values())
        return data_date

    @cached_property
    def _clocks(self) -> list[tuple[str, str]]:
        return [
            (table.name, table.clock)
            for table in self.project.tables.values()
            if table.clock
        ]

    def _clock_bound(self, connection: Connection, bound: str) -> date | None:
        parts = " union all ".join(
            f"select cast({bound}({quote_name(clock)}) as date) as day "  # noqa: S608
            f"from {quote_name(table)}"
            for table, clock in self._clocks
        )
        row = fetch_row(connection, f"select {bound}(day) from ({parts})")  # noqa: S608
        return row[0] if row else None

    def _data_date(self, connection: Connection) -> date:
        stated = self.project.settings.data_date
        found = stated or self._clock_bound(connection, "max")
        if found is None:
            raise ContentError(
                "esg.toml names no data_date, and no loaded row tells one.",
                hint="Add data_date = 2026-09-30 to esg.toml.",
            )
        return found

    def _first_day(self, connection: Connection, data_date: date) -> date:
        return self._clock_bound(connection, "min") or data_date

    def _conditions(
        self, connection: Connection, chosen: list[Indicator], data_date: date
    ) -> Conditions:
        counts, empty = self._state(connection, chosen)
        return Conditions(
            limits=self.project.settings.disclosure,
            data_date=data_date,
            rules=self.project.rules,
            row_counts=counts,
            empty_columns=empty,
        )

    def _state(
        self, connection: Connection, declared: Iterable[Indicator | Check]
    ) -> tuple[dict[str, int], frozenset[str]]:
        needed: dict[str, set[str]] = {}
        for each in declared:
            for table, columns in each.needs.items():
                names = needed.setdefault(table, set(self.project.tables[table].key))
                for column in columns:
                    names.update(alternatives(column))
        return tables_state(
            connection,
            {table: tuple(sorted(columns)) for table, columns in needed.items()},
        )


@dataclass(frozen=True)
class RunInputs:
    """What stands in the warehouse and where it came from."""

    inputs: tuple[Input, ...]
    quarantine: pl.DataFrame
    """Columns ``source, table, rule, column, rows``."""


def _inputs(connection: Connection) -> tuple[Input, ...]:
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
