"""The two pages for those who read only two: cards, and what moved most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report import findings
from esg.report.chart import Series
from esg.report.model import Card
from esg.report.points import is_told, point
from esg.report.tables import anchor_of, references_of
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.report.numbers import Cell, Reference
    from esg.report.scope import Scope

_MOST_FINDINGS = 6
_FEW_WORSE = 4
_MOST_OF_CHAPTER = 2


def cards(scope: Scope) -> tuple[Card, ...]:
    """Return the headline numbers that the run holds, in the declared order."""
    found = []
    for text in scope.spec.headline:
        reference = scope.numbers.reference(text)
        if reference is None:
            continue
        cell = scope.numbers.cell(reference)
        if cell is not None and is_told(cell):
            found.append(_card(scope, reference, cell))
    return tuple(found)


def _card(scope: Scope, reference: Reference, cell: Cell) -> Card:
    target, state = _target(scope, reference, cell)
    interval = scope.interval(cell)
    return Card(
        indicator=reference.indicator.id,
        anchor=anchor_of(reference.indicator.id),
        title=scope.title(reference.measure),
        value=scope.value(cell),
        interval=scope.words.say("card_interval", interval=interval)
        if interval
        else "",
        change=_changes(scope, cell),
        verdict=cell.verdict,
        spark=_spark(scope, reference),
        target=target,
        target_state=state,
    )


def _changes(scope: Scope, cell: Cell) -> str:
    if cell.value is None:
        return ""
    told = [
        findings.change_text(scope, cell, base)
        for base in ("previous", "year")
        if cell.change_of(base).value is not None
    ]
    if not told:
        return scope.words.say(f"first_{scope.run.period.kind}")
    return scope.words.strings["clause_join"].join(told)


def _spark(scope: Scope, reference: Reference) -> Series:
    return Series(
        scope.title(reference.measure),
        tuple(
            point(
                scope,
                scope.numbers.cell(reference, period),
                scope.words.period_short(period),
            )
            for period in scope.window
        ),
    )


def _target(scope: Scope, reference: Reference, cell: Cell) -> tuple[str, str]:
    """Return the target in words and whether it is met; nothing where none is set.

    Only an indicator's first measure has a target, as esg.toml declares them.
    """
    target = scope.settings.targets.get(reference.indicator.id)
    is_first = reference.measure == reference.indicator.measures[0]
    if target is None or not is_first or cell.value is None:
        return "", "none"
    better = cell.measure.direction
    if better == "context":
        return "", "none"
    is_met = (
        cell.value >= target.value
        if better == "higher_is_better"
        else cell.value <= target.value
    )
    state = "met" if is_met else "missed"
    text = scope.words.say(
        f"target_{better}",
        value=scope.words.value(target.value, cell.measure.unit),
        period=_target_period(scope, target.period),
    )
    return text + scope.words.say(f"target_{state}"), state


def _target_period(scope: Scope, text: str) -> str:
    return scope.words.period(parse_period(text))


def summary_findings(scope: Scope) -> tuple[str, ...]:
    """Return the report's clearest movements, worse ones first, but not only those.

    Two a chapter at most: what moves together would else tell one story six times.
    """
    told = []
    of_chapter: dict[str, int] = {}
    for found in findings.movements(scope, references_of(scope.run.results)):
        chapter = scope.chapter_of(found.cell.indicator)
        if found.cell.measure.direction == "context":
            continue
        if of_chapter.get(chapter, 0) < _MOST_OF_CHAPTER:
            told.append(found)
            of_chapter[chapter] = of_chapter.get(chapter, 0) + 1
    worse = [m for m in told if m.is_worse][:_FEW_WORSE]
    others = [m for m in told if not m.is_worse][: _MOST_FINDINGS - len(worse)]
    return tuple(m.sentence for m in (*worse, *others)) or findings.levels(
        scope, references_of(scope.run.results), _MOST_FINDINGS
    )


def summary_groups(scope: Scope) -> tuple[str, ...]:
    """Return who stands clearly worse, over all chapters."""
    return tuple(findings.group_findings(scope, references_of(scope.run.results)))
