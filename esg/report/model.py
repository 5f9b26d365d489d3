"""The report as a reader meets it, in one language: texts, tables, charts, facts.

Everything here is already protected and formatted; renderers place it and add nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esg.report.chart import Chart, Series


@dataclass(frozen=True)
class Table:
    """A table as printed."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    """By column: whether it is set in tabular figures, flush right."""
    notes: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    """By row: where an index or a link leads; empty texts and no anchors allowed."""
    heads: tuple[int, ...] = ()
    """Rows that name the rows below them; only their first cell is filled."""


@dataclass(frozen=True)
class Figure:
    """A figure with its words; ``chart`` is None where nothing can be drawn."""

    id: str
    """Anchor, unique in the report."""
    title: str
    """The finding, as a sentence without a full stop."""
    caption: str
    """What is shown, unit, source, date."""
    alternative: str
    """The finding and the extreme values, for those who do not see the picture."""
    chart: Chart | None
    absence: str
    """Why nothing is drawn, where ``chart`` is None."""
    width_mm: float = 170
    height_mm: float = 75
    """The size it is drawn in; a ranking of provinces is higher than a trend."""


@dataclass(frozen=True)
class Card:
    """One headline number of the summary."""

    indicator: str
    anchor: str
    """Where its chapter figures or method entry stand."""
    title: str
    value: str
    interval: str
    change: str
    """As '+1.2 percentage points on the quarter before: rose'."""
    verdict: str
    """``better``, ``worse``, ``unclear`` or ``none``; decides the colour."""
    spark: Series
    target: str
    target_state: str
    """``met``, ``missed`` or ``none``."""


@dataclass(frozen=True)
class Chapter:
    """One pillar."""

    id: str
    title: str
    lead: str
    findings: tuple[str, ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    groups: tuple[str, ...] = ()
    """Sentences on who stands clearly worse than the whole, a breakdown each."""
    absence: str = ""
    """Why the chapter holds no number at all, where it holds none."""


@dataclass(frozen=True)
class Moved:
    """One number that clearly rose or fell."""

    code: str
    """Of its indicator, ``INC-04``."""
    anchor: str
    """Where its method stands."""
    sentence: str
    verdict: str
    """``better``, ``worse`` or ``none``."""
    lines: tuple[str, ...]
    """The interval of the change, and its clearest split; both may be absent."""


@dataclass(frozen=True)
class MovedGroup:
    """What moved in one chapter."""

    title: str
    entries: tuple[Moved, ...]


@dataclass(frozen=True)
class Movement:
    """The section on what moved, and where that comes from."""

    groups: tuple[MovedGroup, ...]
    more: str
    """How many more moved, where not all stand here."""
    tables: tuple[Table, ...]
    """Signals in the series, and the rules that changed inside them."""


@dataclass(frozen=True)
class Method:
    """One indicator in the method annex."""

    id: str
    anchor: str
    code: str
    title: str
    definition: str
    reading: str
    formula: tuple[str, ...]
    """A line a measure, in words and column names."""
    rules: tuple[str, ...]
    """A line a rule value in force: value, from when, citation, evidence level."""
    tables: str
    version: str
    frameworks: str


@dataclass(frozen=True)
class IndexLink:
    """Where an indicator that answers a disclosure stands."""

    code: str
    """Its code in the catalogue, ``INC-04``."""
    title: str
    anchor: str
    """The page is filled in by the renderer from this anchor."""


@dataclass(frozen=True)
class IndexRow:
    """One disclosure that has an answer, whole or in part."""

    code: str
    asks: str
    state: str
    missing: tuple[str, ...]
    """What keeps it from being met, a line a part; empty where nothing does."""
    adapted: str
    """How what is measured differs from what is asked; empty where it does not."""
    links: tuple[IndexLink, ...]


@dataclass(frozen=True)
class IndexGroup:
    """One framework of the disclosure index."""

    framework: str
    counts: str
    """How many of its disclosures are in which state, as a sentence."""
    rows: tuple[IndexRow, ...]
    rest: tuple[tuple[str, str], ...]
    """Disclosures without a number: what they have in common, and which they are."""


@dataclass(frozen=True)
class ReportModel:
    """The whole report in one language."""

    name: str
    language: str
    title: str
    institution: str
    period: str
    """As '2026Q3', for file names."""
    period_label: str
    data_date: str
    currency: str
    cards: tuple[Card, ...]
    findings: tuple[str, ...]
    groups: tuple[str, ...]
    """Who stands clearly worse than the whole, for the summary."""
    chapters: tuple[Chapter, ...]
    quality: tuple[Table, ...]
    quality_lines: tuple[str, ...]
    """In sentences: control totals, drift, and what rejected rows could move."""
    hidden: Table
    revisions: tuple[str, ...]
    index: tuple[IndexGroup, ...]
    methods: tuple[Method, ...]
    policy: tuple[Table, ...]
    """The policy's open settings and dated rules, for the method annex."""
    sources: Table
    hidden_lead: str
    """In words: how many numbers were hidden, and under which limits."""
    movement: Movement | None
    """None where the report declares no such section."""
    strings: dict[str, str]
    """Fixed words for the templates."""
    facts: dict[str, Any]
    """Every printed number with its trail, as it is written to JSON."""
