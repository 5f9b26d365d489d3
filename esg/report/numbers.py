"""A run's frames as cells that can be asked for by name, and how a cell moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from esg.indicators.result import IndicatorResult, RunResult
    from esg.spec.indicator import Indicator, Measure
    from esg.spec.period import Period
    from esg.spec.report import ChapterSpec

ALL = "all"
UNKNOWN = "unknown"

Movement = Literal["rose", "fell", "unclear", "none"]
Verdict = Literal["better", "worse", "unclear", "none"]

_COLUMNS = (
    "measure", "period", "dimension", "segment", "value", "n", "low", "high",
    "missing_share", "status", "reason", "change_previous", "change_previous_low",
    "change_previous_high", "change_year", "change_year_low", "change_year_high",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A difference to an earlier period, with its interval where there is one."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def movement(self) -> Movement:
        """Whether it rose or fell: unclear while its interval holds zero."""
        if self.value is None:
            return "none"
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if low > 0:
            return "rose"
        if high < 0:
            return "fell"
        return "unclear"

    @property
    def is_clear(self) -> bool:
        """Whether the movement has a direction."""
        return self.movement in ("rose", "fell")


@dataclass(frozen=True)
class Cell:
    """One protected number of a run."""

    indicator: Indicator
    measure: Measure
    period: str
    dimension: str
    segment: str
    value: float | None
    n: int | None
    low: float | None
    high: float | None
    missing_share: float | None
    status: str
    reason: str
    previous: Change
    year: Change

    @property
    def verdict(self) -> Verdict:
        """Whether the clearest movement is for the better."""
        change = self.previous if self.previous.is_clear else self.year
        return verdict(self.measure.direction, change.movement)

    def change_of(self, name: str) -> Change:
        """Return the change against ``previous`` or ``year``."""
        return self.previous if name == "previous" else self.year


def verdict(direction: str, movement: Movement) -> Verdict:
    """Return what a movement means under a direction."""
    if movement in ("none", "unclear"):
        return movement
    if direction == "context":
        return "none"
    is_better = (movement == "rose") == (direction == "higher_is_better")
    return "better" if is_better else "worse"


@dataclass(frozen=True)
class Reference:
    """One measure of one indicator, as report.yaml names it."""

    result: IndicatorResult
    measure: Measure

    @property
    def indicator(self) -> Indicator:
        """The indicator it belongs to."""
        return self.result.indicator


@dataclass(frozen=True)
class Numbers:
    """All cells of a run, found by indicator, measure, period, dimension, segment."""

    run: RunResult

    @cached_property
    def _results(self) -> dict[str, IndicatorResult]:
        return {result.indicator.id: result for result in self.run.results}

    @cached_property
    def _cells(self) -> dict[tuple[str, str], dict[tuple[str, str, str], Cell]]:
        found: dict[tuple[str, str], dict[tuple[str, str, str], Cell]] = {}
        for result in self.run.results:
            measures = {measure.name: measure for measure in result.indicator.measures}
            for row in result.frame.select(_COLUMNS).iter_rows(named=True):
                if row["measure"] not in measures:
                    continue
                cell = _cell(result.indicator, measures[row["measure"]], row)
                key = (result.indicator.id, cell.measure.name)
                place = (cell.period, cell.dimension, cell.segment)
                found.setdefault(key, {})[place] = cell
        return found

    def reference(self, text: str) -> Reference | None:
        """Return what ``indicator`` or ``indicator/measure`` names.

        None where the run lacks it: a report is then shorter, never wrong.
        """
        identifier, _, name = text.partition("/")
        result = self._results.get(identifier)
        if result is None:
            return None
        for measure in result.indicator.measures:
            if measure.name == name or not name:
                return Reference(result, measure)
        return None

    def result(self, indicator: str) -> IndicatorResult:
        """Return one indicator's result; KeyError when it was not run."""
        return self._results[indicator]

    def of_chapter(self, chapter: ChapterSpec) -> tuple[IndicatorResult, ...]:
        """Return the results of one chapter: those it names, or its pillar's."""
        if chapter.indicators:
            known = self._results
            return tuple(known[name] for name in chapter.indicators if name in known)
        return tuple(
            r for r in self.run.results if r.indicator.pillar == chapter.pillar
        )

    def cell(
        self,
        reference: Reference,
        period: Period | None = None,
        dimension: str = ALL,
        segment: str = ALL,
    ) -> Cell | None:
        """Return one cell; of the run's own period where none is named."""
        place = (str(period or self.run.period), dimension, segment)
        key = (reference.indicator.id, reference.measure.name)
        return self._cells.get(key, {}).get(place)

    def segments(
        self, reference: Reference, dimension: str, period: Period | None = None
    ) -> list[Cell]:
        """Return the cells of a breakdown in a period, by segment, unknown last."""
        wanted = str(period or self.run.period)
        cells = self._cells.get((reference.indicator.id, reference.measure.name), {})
        found = [
            cell
            for (when, what, _), cell in cells.items()
            if when == wanted and what == dimension
        ]
        return sorted(found, key=lambda c: (c.segment == UNKNOWN, c.segment))


def _cell(indicator: Indicator, measure: Measure, row: dict[str, Any]) -> Cell:
    return Cell(
        indicator=indicator,
        measure=measure,
        period=row["period"],
        dimension=row["dimension"],
        segment=row["segment"],
        value=row["value"],
        n=row["n"],
        low=row["low"],
        high=row["high"],
        missing_share=row["missing_share"],
        status=row["status"],
        reason=row["reason"] or "",
        previous=_change(row, "previous"),
        year=_change(row, "year"),
    )


def _change(row: dict[str, Any], name: str) -> Change:
    return Change(
        row[f"change_{name}"], row[f"change_{name}_low"], row[f"change_{name}_high"]
    )
