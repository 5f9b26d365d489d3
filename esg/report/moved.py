"""The section on what moved: the numbers a report leads with, and where they went.

A number stands here when it clearly rose or fell. It is split only where a split tells
more than noise; each is held against its own past, and the rules that changed inside a
series are named, since a number may move because its rule did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esg.indicators.movement import bases_of, clearest_split, series_of, split_change
from esg.report import findings
from esg.report.model import Moved, MovedGroup, Movement, Table
from esg.report.movement import (
    Size,
    changes_inside,
    limits,
    rule_text,
    split_sentence,
)
from esg.report.movement_facts import change_facts, chart_facts, split_facts
from esg.report.tables import method_anchor, references_of
from esg.report.wording import NO_DATA
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.movement import Base, RuleChange, Series, Split
    from esg.report.numbers import Cell, Reference
    from esg.report.scope import Scope
    from esg.stats.control import Signal

_MOST_MOVED = 16
_FEW_EARLIER = 3
"""More earlier signals than these are counted."""


def movement(scope: Scope) -> Movement | None:
    """Return the section; None where the report declares none."""
    if not scope.spec.has_movement:
        return None
    found = _found(scope)
    told = found[:_MOST_MOVED]
    groups = [
        MovedGroup(
            scope.prose(chapter.title),
            tuple(
                _entry(scope, each)
                for each in told
                if scope.chapter_of(each.cell.indicator) == chapter.id
            ),
        )
        for chapter in scope.spec.chapters
    ]
    more = len(found) - len(told)
    tables = (_signals(scope), _changes(scope))
    return Movement(
        groups=tuple(group for group in groups if group.entries),
        more=scope.words.say("moved_more", count=more) if more else "",
        tables=tuple(table for table in tables if table is not None),
    )


def movement_facts(scope: Scope) -> dict[str, Any]:
    """Return the section for programs: splits, control charts, changed rules."""
    return {
        "moved": [
            {
                "indicator": found.cell.indicator.id,
                "measure": found.cell.measure.name,
                "base": _base(found.cell),
                "verdict": found.cell.verdict,
                "split": (split := _split(scope, found)) and split_facts(split),
            }
            for found in _found(scope)[:_MOST_MOVED]
        ],
        "charts": [
            {
                "indicator": reference.indicator.id,
                "measure": reference.measure.name,
                "first": series.periods[0],
                "periods": len(series.periods),
                **(chart_facts(series) or {}),
            }
            for reference, series in _charted(scope)
        ],
        "rule_changes": [
            change_facts(each.change) | {"indicators": list(each.indicators)}
            for each in _rule_changes(scope)
        ],
    }


def key_references(scope: Scope) -> list[Reference]:
    """Return the numbers a report leads with: of its cards, then of its trends."""
    names = [
        *scope.spec.headline,
        *(
            text.removeprefix("-")
            for chapter in scope.spec.chapters
            for figure in chapter.figures
            if figure.kind == "trend"
            for text in figure.indicators
        ),
    ]
    found: dict[tuple[str, str], Reference] = {}
    for name in names:
        if reference := scope.numbers.reference(name):
            key = (reference.indicator.id, reference.measure.name)
            found.setdefault(key, reference)
    return list(found.values())


def _found(scope: Scope) -> list[findings.Movement]:
    """Return what clearly moved, of the chapters, worse ones first."""
    return [
        found
        for found in findings.movements(scope, key_references(scope))
        if scope.chapter_of(found.cell.indicator)
    ]


def _base(cell: Cell) -> Base:
    """Return against what a clear movement is told: the period before, if it can."""
    return "previous" if cell.previous.is_clear else "year"


def _entry(scope: Scope, found: findings.Movement) -> Moved:
    cell, split = found.cell, _split(scope, found)
    lines = [
        _change_interval(scope, cell),
        split_sentence(scope, cell, split) if split else "",
    ]
    return Moved(
        code=cell.indicator.code,
        anchor=method_anchor(cell.indicator.id),
        sentence=found.sentence,
        verdict=cell.verdict,
        lines=tuple(line for line in lines if line),
    )


def _change_interval(scope: Scope, cell: Cell) -> str:
    """Return the interval of the change itself; empty for a full count."""
    base = _base(cell)
    change = cell.change_of(base)
    if change.value is None or change.low is None or change.high is None:
        return ""
    size = Size(scope, cell.measure, change.value, (cell.value or 0.0) - change.value)
    return scope.words.say(
        "moved_interval",
        against=scope.words.say(f"against_{base}_{scope.run.period.kind}"),
        total=size.text(change.value),
        interval=size.range((change.low, change.high)),
    )


def _split(scope: Scope, found: findings.Movement) -> Split | None:
    cell = found.cell
    base, change = _base(cell), cell.change_of(_base(cell))
    if base not in bases_of(scope.run.period):
        return None
    result = scope.numbers.result(cell.indicator.id)
    margin = (
        (change.high - change.low) / 2
        if change.low is not None and change.high is not None
        else None
    )
    splits = split_change(result, cell.measure, scope.run.period, base)
    return clearest_split(splits, margin)


# Signals


def _charted(scope: Scope) -> list[tuple[Reference, Series]]:
    """Return the key numbers whose series is long enough to know its own noise."""
    every = [
        (reference, series_of(reference.result, reference.measure, scope.run.period))
        for reference in key_references(scope)
    ]
    return [(reference, series) for reference, series in every if series.chart]


def _signals(scope: Scope) -> Table | None:
    words = scope.words
    rows = [_signal_row(scope, *each) for each in _charted(scope)]
    if not rows:
        return None
    heads = ("indicator", "periods", "value", "centre", "limits", "signal", "earlier")
    return Table(
        title=words.say("table_signals"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(rows),
        numeric=(False, True, True, True, True, False, False),
        notes=(words.say("note_signals"),),
    )


def _signal_row(scope: Scope, reference: Reference, series: Series) -> tuple[str, ...]:
    words, unit, chart = scope.words, reference.measure.unit, series.chart
    if chart is None:
        raise ValueError("a series without a chart has no signals")
    last = len(series.values) - 1
    # Half a person stands between two limits as little as anywhere else.
    digits = 0 if reference.measure.kind == "count" else None
    centre, low, high = (
        figure if digits is None else round(figure, digits)
        for figure in (chart.centre, *limits(reference.measure, chart))
    )
    cell = scope.numbers.cell(reference)
    return (
        scope.name(cell) if cell else scope.title(reference.measure),
        words.plain(len(series.values), 0),
        words.value(series.values[last], unit),
        words.value(centre, unit),
        words.interval(low, high, unit),
        _patterns(scope, chart.at(last)) or words.say("signal_none"),
        _earlier(scope, series, sorted({s.at for s in chart.signals} - {last})),
    )


def _patterns(scope: Scope, signals: tuple[Signal, ...]) -> str:
    names = dict.fromkeys(signal.rule for signal in signals)
    return scope.words.strings["list_semicolon"].join(
        scope.words.say(f"signal_{name}") for name in names
    )


def _earlier(scope: Scope, series: Series, points: list[int]) -> str:
    words = scope.words
    names = [words.period_short(parse_period(series.periods[at])) for at in points]
    if not names:
        return NO_DATA
    shown = words.strings["list_join"].join(names[: -_FEW_EARLIER - 1 : -1])
    more = len(names) - _FEW_EARLIER
    return words.say("earlier_more", names=shown, count=more) if more > 0 else shown


# Rules


@dataclass(frozen=True)
class _Changed:
    change: RuleChange
    indicators: tuple[str, ...]


def _rule_changes(scope: Scope) -> list[_Changed]:
    """Return the rules that changed inside the series of printed indicators."""
    found: dict[tuple[str, str], tuple[RuleChange, list[str]]] = {}
    for result in scope.run.results:
        if not scope.chapter_of(result.indicator):
            continue
        for change in changes_inside(scope, references_of([result])):
            key = (change.day.isoformat(), change.rule.id)
            found.setdefault(key, (change, []))[1].append(result.indicator.id)
    return [_Changed(c, tuple(sorted(ids))) for _, (c, ids) in sorted(found.items())]


def _changes(scope: Scope) -> Table | None:
    rows = [_change_row(scope, each) for each in _rule_changes(scope)]
    if not rows:
        return None
    words = scope.words
    heads = ("from_day", "rule", "until_then", "from_then", "numbers")
    return Table(
        title=words.say("table_rule_changes"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(rows),
        numeric=(False,) * len(heads),
        notes=(words.say("note_rule_changes"),),
    )


def _change_row(scope: Scope, each: _Changed) -> tuple[str, ...]:
    words, change = scope.words, each.change
    told = change.value or change.before
    citation = words.tidy(told.citation[scope.language]) if told else ""
    codes = sorted(scope.numbers.result(n).indicator.code for n in each.indicators)
    return (
        words.day(change.day),
        words.say(
            "rule_cited",
            description=scope.prose(change.rule.description).rstrip(".。"),
            citation=citation.rstrip(".。"),
            evidence=words.say(f"evidence_{told.evidence}") if told else "",
        ),
        rule_text(scope, change.rule, change.before) or NO_DATA,
        rule_text(scope, change.rule, change.value) or NO_DATA,
        words.strings["list_join"].join(codes),
    )
