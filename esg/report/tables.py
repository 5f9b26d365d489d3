"""The tables of a chapter: all its numbers, breakdowns, and what it could not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.model import Table
from esg.report.numbers import UNKNOWN, Reference
from esg.report.points import is_told
from esg.report.scope import segment_place
from esg.report.wording import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esg.indicators.result import IndicatorResult
    from esg.report.numbers import Cell
    from esg.report.scope import Scope
    from esg.report.wording import Scale

BROKEN_DOWN = (
    "area", "gender", "age_band", "income_quintile", "new_citizen", "product",
    "channel", "first_time", "subsidised", "served_by", "fraud_type",
)  # fmt: skip
_PLAIN_UNITS = ("share", "count", "ratio", "score")
"""Units that a row of numbers needs no words for."""
_MOST_SEGMENTS = 7
_LEAST_SEGMENTS = 2
"""One group beside the whole compares nothing."""
_INDENT = "\u2003"
"""Before the measures of a group: the indicator after them is none of it."""
_MAIN_COLUMNS = 7


def anchor_of(indicator: str) -> str:
    """Return where an indicator's numbers stand, as an HTML id."""
    return "n-" + indicator.replace(".", "-").replace("_", "-")


def method_anchor(indicator: str) -> str:
    """Return where an indicator's method stands, as an HTML id."""
    return "m-" + indicator.replace(".", "-").replace("_", "-")


def references_of(results: Iterable[IndicatorResult]) -> list[Reference]:
    """Return every measure of results, in their order."""
    return [Reference(r, m) for r in results for m in r.indicator.measures]


def main_table(scope: Scope, results: tuple[IndicatorResult, ...]) -> Table | None:
    """Return the chapter's numbers with interval, base and movements."""
    words = scope.words
    scale = _scale(scope, references_of(results))
    rows: list[tuple[str, ...]] = []
    anchors: list[str] = []
    heads: list[int] = []
    for result in results:
        cells = [
            (reference, cell)
            for reference in references_of([result])
            if (cell := scope.numbers.cell(reference)) is not None
        ]
        # One number of an indicator that is missing beside others is said with them;
        # an indicator without any stands in the table of reasons.
        if not any(is_told(cell) for _, cell in cells):
            continue
        title = scope.prose(result.indicator.title)
        anchors.append(anchor_of(result.indicator.id))
        is_group = scope.title(cells[0][0].measure) != title
        if is_group:
            heads.append(len(rows))
            rows.append((title, *[""] * (_MAIN_COLUMNS - 1)))
            anchors.append("")
        for _, cell in cells:
            name, *numbers = _main_row(scope, cell, scale)
            rows.append((_INDENT + name if is_group else name, *numbers))
        anchors.extend("" for _ in cells[1:])
    if not rows:
        return None
    kind = scope.run.period.kind
    return Table(
        title=words.say("table_main", period=words.period(scope.run.period)),
        head=(
            words.say("head_indicator"),
            words.say("head_value"),
            words.say("head_interval"),
            words.say("head_n"),
            words.say("head_missing"),
            words.say(f"head_previous_{kind}"),
            words.say("head_year"),
        ),
        rows=tuple(rows),
        numeric=(False, *[True] * (_MAIN_COLUMNS - 1)),
        notes=(words.say("note_main_table"),),
        anchors=tuple(anchors),
        heads=tuple(heads),
    )


def _scale(scope: Scope, references: list[Reference]) -> Scale:
    cells = (scope.numbers.cell(r) for r in references if r.measure.unit == "money")
    return scope.words.money_scale(c.value for c in cells if c is not None)


def _main_row(scope: Scope, cell: Cell, scale: Scale) -> tuple[str, ...]:
    return (
        scope.title(cell.measure),
        scope.value(cell, scale),
        scope.interval(cell, scale),
        _n(scope, cell),
        _missing(scope, cell),
        _change(scope, cell, "previous"),
        _change(scope, cell, "year"),
    )


def _n(scope: Scope, cell: Cell) -> str:
    # A count is its own base: printing it twice would only fill the line.
    if cell.measure.kind == "count" or cell.n is None:
        return ""
    return scope.words.plain(cell.n, 0)


def _missing(scope: Scope, cell: Cell) -> str:
    if cell.missing_share is None:
        return ""
    return scope.words.share(cell.missing_share)


def _change(scope: Scope, cell: Cell, base: str) -> str:
    change = cell.change_of(base)
    if change.value is None or cell.value is None:
        return NO_DATA if cell.value is not None else ""
    text = scope.words.signed_change(change.value, cell.value, cell.measure.unit)
    # Brackets, not colour: an unclear movement must not read as one in greyscale.
    if change.is_clear or text == NO_DATA:
        return text
    return scope.words.say("unclear_cell", text=text)


# Breakdowns


def breakdown_tables(scope: Scope, results: tuple[IndicatorResult, ...]) -> list[Table]:
    """Return one table a breakdown: measures down, groups across."""
    return [
        table
        for dimension in BROKEN_DOWN
        if (table := _breakdown(scope, results, dimension))
    ]


def _breakdown(
    scope: Scope, results: tuple[IndicatorResult, ...], dimension: str
) -> Table | None:
    references = [
        reference
        for reference in _firsts(results)
        if dimension in reference.indicator.breakdowns
        and is_told(scope.numbers.cell(reference))
        and any(
            cell.value is not None
            for cell in scope.numbers.segments(reference, dimension)
        )
    ]
    segments = _segments(scope, references, dimension)
    named = [segment for segment in segments if segment != UNKNOWN]
    if len(named) < _LEAST_SEGMENTS or len(segments) > _MOST_SEGMENTS:
        return None
    scale = _scale(scope, references)
    words = scope.words
    return Table(
        title=words.say("table_by", dimension=scope.dimension(dimension)),
        head=(
            words.say("head_indicator"),
            words.say("whole"),
            *(scope.segment(dimension, segment) for segment in segments),
        ),
        rows=tuple(
            _breakdown_row(scope, reference, dimension, segments, scale)
            for reference in references
        ),
        numeric=(False, *[True] * (len(segments) + 1)),
    )


def _firsts(results: tuple[IndicatorResult, ...]) -> list[Reference]:
    """Return the first measure of each indicator.

    The others stand in the main table and in the facts: by every breakdown they would
    fill pages that nobody compares.
    """
    return [Reference(r, r.indicator.measures[0]) for r in results]


def _segments(scope: Scope, references: list[Reference], dimension: str) -> list[str]:
    found = {
        cell.segment
        for reference in references
        for cell in scope.numbers.segments(reference, dimension)
    }
    return sorted(
        found, key=lambda segment: segment_place(scope.words, dimension, segment)
    )


def _breakdown_row(
    scope: Scope,
    reference: Reference,
    dimension: str,
    segments: list[str],
    scale: Scale,
) -> tuple[str, ...]:
    cells = {c.segment: c for c in scope.numbers.segments(reference, dimension)}
    return (
        _first_title(scope, reference, scale),
        _bare(scope, scope.numbers.cell(reference), scale),
        *(_bare(scope, cells.get(segment), scale) for segment in segments),
    )


def _first_title(scope: Scope, reference: Reference, scale: Scale) -> str:
    """Return a row's name with its unit, which the narrow columns then leave out."""
    cell = scope.numbers.cell(reference)
    name = scope.title(reference.measure) if cell is None else scope.name(cell)
    unit = reference.measure.unit
    if unit in _PLAIN_UNITS:
        return name
    title = scope.words.unit_title(unit, scale)
    return name + scope.words.say("in_brackets", text=title)


def _bare(scope: Scope, cell: Cell | None, scale: Scale) -> str:
    if cell is None or cell.value is None or cell.measure.unit == "share":
        return scope.value(cell, scale)
    return scope.words.number(cell.value, cell.measure.unit, scale)


# What could not be said


def reasons_table(scope: Scope, results: tuple[IndicatorResult, ...]) -> Table | None:
    """Return the indicators of a chapter without a number, each with the reason."""
    rows: list[tuple[str, ...]] = []
    anchors = []
    for result in results:
        cells = [scope.numbers.cell(r) for r in references_of([result])]
        if any(map(is_told, cells)):
            continue
        known = [c for c in cells if c is not None]
        reason = (
            scope.reason_of(known[0]) if known else scope.words.say("absent_period")
        )
        rows.append(
            (result.indicator.code, scope.prose(result.indicator.title), reason)
        )
        anchors.append(anchor_of(result.indicator.id))
    if not rows:
        return None
    words = scope.words
    return Table(
        title=words.say("table_reasons"),
        head=(
            words.say("head_code"),
            words.say("head_indicator"),
            words.say("head_reason"),
        ),
        rows=tuple(rows),
        numeric=(False, False, False),
        anchors=tuple(anchors),
    )
