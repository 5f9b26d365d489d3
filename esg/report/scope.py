"""What every part of a report reads: the run, its words, and names for things."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from esg.report.numbers import UNKNOWN
from esg.report.wording import NO_DATA, SUPPRESSED, tidy
from esg.spec.disclosure import Register

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esg.indicators.result import RunResult
    from esg.quality.statement import Statement
    from esg.report.lookup import Lookup
    from esg.report.numbers import Cell, Numbers, Reference
    from esg.report.policy import PolicyView
    from esg.report.wording import Scale, Words
    from esg.spec.indicator import Indicator, Measure
    from esg.spec.period import Period
    from esg.spec.report import ReportSpec
    from esg.spec.settings import Settings

WINDOW = 12
"""Periods a trend shows: three years of quarters hold each season three times."""
_GROUP_LIKE = 3
"""From so many measures of one kind on, their titles name groups, not numbers."""


@dataclass(frozen=True)
class Scope:
    """Everything one report in one language is made from."""

    run: RunResult
    statement: Statement
    spec: ReportSpec
    settings: Settings
    words: Words
    lookup: Lookup
    numbers: Numbers
    policy: PolicyView | None = None
    """The policy a report is on, where it is on one."""
    register: Register = field(default_factory=Register)
    """Disclosures of frameworks, and the risks that indicators serve."""

    def chapter_of(self, indicator: Indicator) -> str:
        """Return the id of the chapter that prints an indicator; empty where none."""
        for chapter in self.spec.chapters:
            if indicator.id in chapter.indicators:
                return chapter.id
            if not chapter.indicators and indicator.pillar == chapter.pillar:
                return chapter.id
        return ""

    @property
    def language(self) -> str:
        """The report's language."""
        return self.words.language

    @property
    def data_date(self) -> str:
        """The day the data stand at, in words."""
        return self.words.iso_day(self.run.data_date)

    @property
    def window(self) -> list[Period]:
        """The periods a trend may show, the run's own last."""
        return [self.run.period.shift(step) for step in range(1 - WINDOW, 1)]

    def title(self, measure: Measure) -> str:
        """Return a measure's name as printed."""
        return self.prose(measure.title)

    def name(self, cell: Cell) -> str:
        """Return a measure's name that can stand alone in a sentence.

        Measures that list groups ('First-time borrowers') need their indicator's name.
        """
        own, every = self.title(cell.measure), cell.indicator.measures
        alike = [
            m
            for m in every
            if (m.unit, m.kind) == (cell.measure.unit, cell.measure.kind)
        ]
        if len(alike) < _GROUP_LIKE or every[0].title == cell.indicator.title:
            return own
        return self.words.say(
            "measure_of", indicator=self.prose(cell.indicator.title), measure=own
        )

    def prose(self, text: Mapping[str, str]) -> str:
        """Return a declared text in the report's language, set as it should be."""
        return tidy(text.get(self.language, ""), self.language)

    def segment(self, dimension: str, segment: str) -> str:
        """Return a segment's name; the source's own word where we know no better."""
        return segment_name(self.words, self.lookup, dimension, segment)

    def dimension(self, dimension: str) -> str:
        """Return a breakdown's name."""
        key = f"dimension_{dimension}"
        return self.words.strings[key] if self.words.has(key) else dimension

    def value(self, cell: Cell | None, scale: Scale | None = None) -> str:
        """Return a cell's value with its unit, or the symbol for why there is none."""
        if cell is None or cell.value is None:
            return symbol(cell)
        return self.words.value(cell.value, cell.measure.unit, scale)

    def interval(self, cell: Cell | None, scale: Scale | None = None) -> str:
        """Return a cell's interval, empty where it has none."""
        if cell is None:
            return ""
        return self.words.interval(cell.low, cell.high, cell.measure.unit, scale)

    def reason_of(self, cell: Cell | None) -> str:
        """Return in words why a cell has no number."""
        if cell is None:
            return self.reason("empty")
        kind, _, code = cell.reason.partition(":")
        if kind == "refused" and code in cell.indicator.refusals:
            return self.prose(cell.indicator.refusals[code])
        return self.reason(cell.reason)

    def reason(self, code: str) -> str:
        """Return in words why a number is not there, without those of its own file."""
        kind, _, rest = code.partition(":")
        if kind == "table":
            return self.words.say("reason_table", table=self.table(rest))
        if kind == "column":
            table, _, column = rest.partition(".")
            return self.words.say(
                "reason_column", table=self.table(table), column=column
            )
        key = f"reason_{kind}"
        return self.words.say(key if self.words.has(key) else "reason_empty")

    def table(self, name: str) -> str:
        """Return a core table's name as printed."""
        key = f"table_{name}"
        return self.words.strings[key] if self.words.has(key) else name

    def source_line(self, reference: Reference) -> str:
        """Return the line under a figure: which records, as of when."""
        names = [self.table(name) for name in sorted(reference.indicator.needs)]
        key = "source_line" if names else "source_line_bare"
        return self.words.say(
            key, tables=self.words.strings["list_join"].join(names), date=self.data_date
        )


def symbol(cell: Cell | None) -> str:
    """Return the symbol that stands where a number is missing."""
    return SUPPRESSED if cell is not None and cell.status == "suppressed" else NO_DATA


def segment_name(words: Words, lookup: Lookup, dimension: str, segment: str) -> str:
    """Return a segment's name; the source's own word where we know no better."""
    if segment == UNKNOWN:
        return words.say("segment_unknown")
    if dimension == "province" and segment in lookup.provinces:
        return lookup.provinces[segment].name[words.language]
    key = f"segment_{dimension}_{segment}"
    return words.strings[key] if words.has(key) else segment


def segment_place(words: Words, dimension: str, segment: str) -> tuple[bool, int, str]:
    """Return where a segment stands: as the strings declare it, the unknown last."""
    declared = [key for key in words.strings if key.startswith(f"segment_{dimension}_")]
    key = f"segment_{dimension}_{segment}"
    place = declared.index(key) if key in declared else len(declared)
    return (segment == UNKNOWN, place, segment)
