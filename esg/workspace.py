"""The Python door: a workspace that loads, checks, computes, reports and answers.

The command line does nothing that cannot be done from here::

    import esg

    w = esg.open("workspace")
    w.load()
    w.run("inclusion.first_time_borrower_share", quarter="2026Q3")

What a load does without is imported where it is used: a small one starts quickly.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from esg.engine.warehouse import (
    FILE_NAME,
    all_loads,
    load_at,
    open_for_reading,
    quarantine_summary,
)
from esg.errors import UsageError
from esg.load.history import Occasion
from esg.load.run import load
from esg.spec import settings as settings_file
from esg.spec.fields import named
from esg.spec.period import Period, PeriodKind, parse_period
from esg.spec.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    import polars as pl

    from esg.engine.duck import Connection
    from esg.indicators.result import RunInputs, RunResult
    from esg.indicators.stage import ComputedTable
    from esg.load.check import CheckResult
    from esg.load.run import LoadResult, SourceLoad
    from esg.policy.door import Policy
    from esg.quality.statement import Statement
    from esg.report.explain import Explanation

CACHE = ".esg-cache"
"""Folder of a workspace for what can be made anew at any time."""


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
    known_at: str | None = None
    """A load number, or a day as 2026-01-15: what came later is not seen."""

    def as_known_at(self, moment: str | int) -> Workspace:
        """Return the same workspace as it was known at a load, or at a day's end.

        Args:
            moment: A load number (``esg loads``), or a day where the institution is.
        """
        return replace(self, known_at=str(moment))

    @property
    def warehouse(self) -> Path:
        """The warehouse file; absent until the first load."""
        return self.project.workspace / FILE_NAME

    def load(
        self,
        *sources: str,
        now: datetime | None = None,
        by: str | None = None,
        wait: bool = False,
        progress: Callable[[str], None] = lambda _name: None,
    ) -> LoadResult:
        """Load sources, all or nothing; every source when none is named.

        Args:
            sources: Names as in ``esg.toml``.
            now: When the load happens, for its history; the clock when null.
            by: Who loads, for the history.
            wait: Whether to wait while another load runs.
            progress: Called with a source's name before it is read.

        Raises:
            ContentError: Configuration, contract or mapping is wrong.
            DataError: A file cannot be used; the warehouse is as it was.
        """
        when = Occasion.at(now, by)
        return load(self.project, sources, occasion=when, wait=wait, progress=progress)

    def sql(self, query: str, *, quarter: str | None = None) -> pl.DataFrame:
        """Return the rows of a read-only query over tables, marts and rules.

        Args:
            query: One select.
            quarter: Any period; its kind decides the calendar of the marts.

        Raises:
            ContentError: The query is wrong or does not only read.
            DataError: Nothing has been loaded yet.
        """
        from esg.explore.query import ask, lock_down, offer_marts  # noqa: PLC0415
        from esg.indicators.prepare import stage  # noqa: PLC0415

        with closing(self._reader()) as connection:
            asked = parse_period(quarter) if quarter else None
            stage(connection, self.project, asked, asked.kind if asked else "quarter")
            offer_marts(connection, self.project, self._computed(), query)
            lock_down(connection)
            return ask(connection, query)

    def run(
        self,
        *indicators: str,
        quarter: str | None = None,
        period: str | None = None,
        by: str | Iterable[str] = (),
    ) -> pl.DataFrame:
        """Return indicators of one period as one tidy, protected frame.

        Args:
            indicators: Ids; all when none is named.
            quarter: Short for ``period``.
            period: ``2026-09``, ``2026Q3``, ``2026H1`` or ``2026``.
            by: Breakdowns; ``province,gender`` crosses two, ``*`` is all declared ones.

        Returns:
            The columns of ``esg.indicators.result.TIDY_COLUMNS``; rows of every status.
        """
        from esg.indicators.result import tidy  # noqa: PLC0415

        text = period or quarter
        if text is None:
            hint = "Name one as quarter='2026Q3'."
            raise UsageError("No period is named.", hint=hint)
        asked = parse_period(text)
        split = (by,) if isinstance(by, str) else tuple(by)
        frame = tidy(self.compute(indicators, period=asked, by=split).results)
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
        with closing(self._reader()) as connection:
            return self._run(connection, indicators, period=period, by=by)

    def _computed(self) -> dict[str, ComputedTable]:
        from esg.policy.subsidy_tables import computed_tables  # noqa: PLC0415

        return computed_tables(self.project)

    def _run(
        self, connection: Connection, names: tuple[str, ...], **asked: Any
    ) -> RunResult:
        from esg.indicators.compute import compute  # noqa: PLC0415

        kept = self.project.workspace / CACHE / "results"
        tables = self._computed()
        return compute(connection, self.project, names, tables, kept=kept, **asked)

    def _assessed(
        self, names: tuple[str, ...], **asked: Any
    ) -> tuple[RunResult, Statement]:
        from esg.quality.assess import assess  # noqa: PLC0415

        with closing(self._reader()) as connection:
            run = self._run(connection, names, **asked)
            return run, assess(connection, self.project, run)

    def policy(self, pack: str) -> Policy:
        """Return a policy to ask: its facts, explanations, comparisons, claims.

        Args:
            pack: A folder of ``queries/policies`` with ``pack.yaml``.
        """
        from esg.policy.door import Policy  # noqa: PLC0415

        found = named("policy pack", pack, self.project.packs, "esg policy list")
        return Policy(self.project, found, self._reader)

    def report(
        self,
        name: str = "quarterly",
        *,
        period: Period | None = None,
        languages: tuple[str, ...] = (),
        formats: tuple[str, ...] = (),
        out: Path,
        progress: Callable[[str], None] = lambda _what: None,
    ) -> list[Path]:
        """Build a report and write its files.

        Args:
            name: The report's folder in ``report_templates``.
            period: The period it is on; the latest one that is over when null.
            languages: Those of ``esg.toml`` when empty.
            formats: Of ``pdf``, ``html``, ``json``; all when empty.
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
        from esg.report import publish  # noqa: PLC0415
        from esg.report.policy import view_of  # noqa: PLC0415

        spec = named("report", name, self.project.reports, "esg list reports")
        publish.check_references(spec, self.project.indicators)
        progress("numbers")
        asked = period or self.latest_period()
        run, statement = self._assessed(spec.indicators, period=asked, by=spec.by)
        chosen = languages or self.project.settings.languages
        cache = self.project.workspace / CACHE / "pictures"
        order = publish.Order(chosen, formats, out, cache)
        asks = spec.policy
        policy = view_of(self.policy(asks.pack), asks, asked) if asks else None
        known = publish.Declared(spec, self.project.settings, self.project.register)
        return publish.publish(
            run, statement, known, order, policy=policy, progress=progress
        )

    def explain(
        self, indicator: str, *, period: Period | None = None, language: str = "en"
    ) -> Explanation:
        """Explain an indicator: what it says, what it is made from, why it moved.

        Args:
            indicator: Its id.
            period: The period it is on; the latest one that is over when null.
            language: ``en`` or ``zh``.

        Raises:
            UsageError: There is no such indicator.
            ContentError: A declaration, query or template is wrong.
            DataError: Nothing has been loaded yet.
        """
        from esg.report.explain import explain  # noqa: PLC0415

        asked = period or self.latest_period()
        run = self.compute((indicator,), period=asked, by=("*",))
        return explain(run, self.project, language)

    def check(self) -> list[CheckResult]:
        """Run every data check over the current rows.

        Raises:
            ContentError: A check's query is wrong.
            DataError: Nothing has been loaded yet.
        """
        from esg.quality.assess import check_all  # noqa: PLC0415

        with closing(self._reader()) as connection:
            return check_all(connection, self.project)

    def quality(self, period: Period | None = None) -> Statement:
        """Return the data-quality statement: what the records can carry.

        Args:
            period: The period it is on; the latest one that is over when null.

        Returns:
            Completeness, validity, timeliness, uniqueness and consistency by table,
            control totals, how far rejected rows could move each indicator, and drift
            against the load before.

        Raises:
            ContentError: A declaration or a query is wrong.
            DataError: Nothing has been loaded yet.
        """
        asked = period or self.latest_period()
        return self._assessed((), period=asked, by=(), is_brief=True)[1]

    def loads(self) -> RunInputs:
        """Return the latest load of every source, and its quarantined rows by reason.

        Raises:
            DataError: Nothing has been loaded yet.
        """
        from esg.indicators.prepare import inputs  # noqa: PLC0415
        from esg.indicators.result import RunInputs  # noqa: PLC0415

        with closing(self._reader()) as connection:
            return RunInputs(inputs(connection), quarantine_summary(connection))

    def history(self) -> pl.DataFrame:
        """Return every load, oldest first: inputs, hashes, counts, what moved.

        Raises:
            DataError: Nothing has been loaded yet.
        """
        with closing(self._reader()) as connection:
            return all_loads(connection)

    def quarantine(
        self,
        *,
        table: str | None = None,
        source: str | None = None,
        rule: str | None = None,
    ) -> pl.DataFrame:
        """Return rejected rows by reason, with the first row and a sample.

        Args:
            table: Only of this core table.
            source: Only of this source.
            rule: Only of this rule.

        Raises:
            UsageError: There is no such table, source or rule.
            DataError: Nothing has been loaded yet.
        """
        from esg.load.quarantine import listed  # noqa: PLC0415

        with closing(self._reader()) as connection:
            return listed(connection, self.project, table, source, rule)

    def rejected_rows(
        self, source: str, *, rule: str | None = None, masked: bool = False
    ) -> pl.DataFrame:
        """Return a source's rejected rows as they stand in it, with their reasons.

        Args:
            source: Its name in ``esg.toml``.
            rule: Only rows that break this rule.
            masked: Whether cells of ids and personal columns show only their length.

        Raises:
            UsageError: There is no such source.
            DataError: The source is not what was loaded any more.
        """
        from esg.load.quarantine import mask_cells, rejected  # noqa: PLC0415

        self._reader().close()
        frame = rejected(self.project, self.warehouse, source, rule=rule)
        return mask_cells(self.project, source, frame) if masked else frame

    def retry(
        self,
        source: str,
        path: Path,
        *,
        now: datetime | None = None,
        by: str | None = None,
        wait: bool = False,
    ) -> SourceLoad:
        """Load mended rows of the quarantine, and nothing else.

        Args:
            source: Whose rows they are.
            path: The mended file that ``rejected_rows`` was written to, a CSV.
            now: When it happens, for the history; the clock when null.
            by: Who does it.
            wait: Whether to wait while a load runs.

        Raises:
            UsageError: There is no such source.
            DataError: The file is no export of the quarantine.
        """
        from esg.load.quarantine import retry  # noqa: PLC0415

        when, mended = Occasion.at(now, by), path.resolve()
        return retry(self.project, source, mended, occasion=when, wait=wait)

    def undo(
        self,
        source: str,
        *,
        to: int | None = None,
        now: datetime | None = None,
        by: str | None = None,
        wait: bool = False,
    ) -> SourceLoad:
        """Withdraw a source's rows, or bring them back as they stood after a load.

        Args:
            source: Its name in ``esg.toml``.
            to: The load to go back to; null withdraws everything.
            now: When it happens, for the history; the clock when null.
            by: Who does it.
            wait: Whether to wait while a load runs.

        Raises:
            UsageError: There is no such source or load.
        """
        from esg.load.undo import undo  # noqa: PLC0415

        when = Occasion.at(now, by)
        return undo(self.project, source, to=to, occasion=when, wait=wait)

    def latest_period(self, kind: PeriodKind = "quarter") -> Period:
        """Return the latest period that was over on the day the data stand at.

        Raises:
            DataError: Nothing has been loaded yet.
        """
        from esg.indicators.prepare import latest_period  # noqa: PLC0415

        with closing(self._reader()) as connection:
            return latest_period(connection, self.project, kind)

    def _reader(self) -> Connection:
        last = None
        if self.known_at is not None:
            zone = ZoneInfo(self.project.settings.time_zone)
            last = load_at(self.warehouse, self.known_at, zone)
        return open_for_reading(self.warehouse, self.project.tables.values(), last)
