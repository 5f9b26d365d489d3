"""Marks on trends: days on which something changed beside the world.

Some are declared for a pillar in ``marks.yaml``; others follow from the dated rules
that a drawn indicator reads. Every period is computed with today's definition, so that
no change of a definition can lie inside a line.
"""

from __future__ import annotations

from itertools import groupby
from string import ascii_lowercase
from typing import TYPE_CHECKING

from esg.indicators.movement import rule_changes
from esg.report.chart import Mark
from esg.report.movement import rule_text
from esg.report.wording import NO_DATA
from esg.spec.period import parse_period, period_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.indicators.movement import RuleChange
    from esg.report.numbers import Reference
    from esg.report.scope import Scope
    from esg.spec.period import Period


def marks_of(
    scope: Scope, references: Sequence[Reference], shown: Sequence[Period]
) -> tuple[tuple[Mark, ...], str]:
    """Return the marks of a trend, and what its caption says of them.

    Args:
        scope: The report's.
        references: The measures drawn, the first of which names the pillar.
        shown: The periods drawn, in order.
    """
    declared = tuple(
        (mark.day, Mark(scope.words.period_short(when), scope.prose(mark.text)))
        for mark in scope.lookup.marks
        if mark.pillar == references[0].indicator.pillar
        and (when := period_of(mark.day, scope.run.period.kind)) in shown
    )
    # A day that the report's own words name needs no second line.
    days = {day for day, _ in declared}
    rules = {rule.id: rule for r in references for rule in r.result.rules}
    changes = [
        change
        for change in rule_changes(rules.values(), shown[0], shown[-1])
        if change.day not in days
    ]
    # Strings that a workspace brought along may be older than these marks.
    if not changes or not scope.words.has("mark_rule"):
        return tuple(mark for _, mark in declared), ""
    lettered = list(zip(_letters(len(changes)), changes, strict=True))
    own = tuple(
        Mark(
            scope.words.period_short(parse_period(period)),
            scope.words.say("mark_rule", letters=_span([name for name, _ in group])),
        )
        for period, each in groupby(lettered, key=lambda item: item[1].period)
        if (group := list(each))
    )
    notes = [_note(scope, name, change) for name, change in lettered]
    note = scope.words.say(
        "note_rules", changes=scope.words.strings["list_semicolon"].join(notes)
    )
    return (*(mark for _, mark in declared), *own), note


def _letters(count: int) -> list[str]:
    """Return a to z, then a2 to z2."""
    size = len(ascii_lowercase)
    return [
        ascii_lowercase[n % size] + (str(n // size + 1) if n >= size else "")
        for n in range(count)
    ]


def _span(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"


def _note(scope: Scope, letter: str, change: RuleChange) -> str:
    words = scope.words
    return words.say(
        "note_rule",
        letter=letter,
        date=words.day(change.day),
        description=scope.prose(change.rule.description).rstrip(".。"),
        value=rule_text(scope, change.rule, change.value) or NO_DATA,
        before=rule_text(scope, change.rule, change.before) or NO_DATA,
    )
