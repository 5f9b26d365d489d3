"""Sentences that say what the numbers say, and which of them a chapter opens with.

Nothing here knows a particular indicator: a movement is named by its interval, a group
by its distance to the whole, a record only after it was tested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.indicators.movement import bases_of
from esg.report.numbers import ALL, UNKNOWN, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esg.report.numbers import Cell, Change
    from esg.report.scope import Scope

_RATES = (
    "share",
    "ratio",
    "basis_point",
    "percentage_point",
    "score",
    "second",
    "hour",
)
# Full counts of money have no interval; below this relative change they do not open
# a chapter before a share that clearly moved.
_NOTABLE_RELATIVE = 0.05
_MOST_STRENGTH = 25.0
_Z = 1.96
# So far below the whole the distance says no more: zero would outrank everything.
_MOST_DISTANCE = 5.0
_MOST_WORSENING = 2.0
_MOST_OF_FULL_COUNT = 2.5
_LEAST_RUN = 4
"""A record over fewer earlier periods is no news."""


@dataclass(frozen=True)
class Movement:
    """One candidate for a chapter's opening."""

    sentence: str
    is_worse: bool
    strength: float
    cell: Cell


def headline(scope: Scope, cell: Cell | None, name: str) -> str:
    """Return a figure's title: what moved and to where, without a full stop."""
    if cell is None or cell.value is None:
        return name
    words, value = scope.words, scope.value(cell)
    change = cell.previous if cell.previous.is_clear else cell.year
    key = _verb(cell, change)
    if key == "level" and cell.previous.movement == "unclear":
        key = "level_unclear"
    if change is cell.year and change.is_clear:
        key += "_year"
    return words.say(f"title_{key}", name=name, value=value)


def sentence(scope: Scope, cell: Cell) -> str:
    """Return one number, its interval and its movements as a full sentence."""
    words = scope.words
    clear = cell.previous if cell.previous.is_clear else cell.year
    text = words.say(
        f"title_{_verb(cell, clear)}",
        name=scope.name(cell),
        value=scope.value(cell),
    )
    interval = scope.interval(cell)
    if interval:
        text += words.say("in_brackets", text=interval)
    bases = bases_of(scope.run.period)
    parts = [part for part in (_moved(scope, cell, n) for n in bases) if part]
    parts.extend(filter(None, [_record(scope, cell)]))
    if parts:
        text += words.strings["clause_first"] + words.strings["clause_join"].join(parts)
    return text + words.strings["full_stop"]


def change_text(scope: Scope, cell: Cell, base: str) -> str:
    """Return a movement in words: 'up 1.2 percentage points on the quarter before'."""
    return _moved(scope, cell, base) or scope.words.say(f"nothing_{base}")


def _verb(cell: Cell, change: Change) -> str:
    is_counted = cell.measure.unit not in _RATES
    if not change.is_clear:
        return "level"
    return f"{change.movement}{'_count' if is_counted else ''}"


def _moved(scope: Scope, cell: Cell, base: str) -> str:
    change = cell.change_of(base)
    if change.value is None or cell.value is None:
        return ""
    against = scope.words.say(f"against_{base}_{scope.run.period.kind}")
    size = scope.words.change_size(change.value, cell.value, cell.measure.unit)
    if not change.is_clear or not size:
        return scope.words.say("moved_unclear", against=against)
    return scope.words.say(f"moved_{_verb(cell, change)}", size=size, against=against)


def _record(scope: Scope, cell: Cell) -> str:
    """Return 'the highest since Q4 2024' where every period between was tested.

    A period is passed only while its interval lies apart from today's.
    """
    reference = Reference(scope.numbers.result(cell.indicator.id), cell.measure)
    for side, is_apart in (("highest", _is_above), ("lowest", _is_below)):
        period, passed = scope.run.period.previous, 0
        earlier = scope.numbers.cell(reference, period)
        while earlier is not None and earlier.value is not None:
            if not is_apart(cell, earlier):
                break
            passed += 1
            period = period.previous
            earlier = scope.numbers.cell(reference, period)
        if passed >= _LEAST_RUN:
            if earlier is None or earlier.value is None:
                return scope.words.say(f"{side}_of_all", count=passed + 1)
            return scope.words.say(f"{side}_since", period=scope.words.period(period))
    return ""


def _is_above(cell: Cell, other: Cell) -> bool:
    return _low(cell) > _high(other)


def _is_below(cell: Cell, other: Cell) -> bool:
    return _high(cell) < _low(other)


def _low(cell: Cell) -> float:
    return cell.low if cell.low is not None else cell.value or 0.0


def _high(cell: Cell) -> float:
    return cell.high if cell.high is not None else cell.value or 0.0


# Which movements open a chapter


def movements(scope: Scope, references: Iterable[Reference]) -> list[Movement]:
    """Return the clear movements of measures, worse ones first, the clearest first.

    One measure an indicator: its median and its mean would be the same news twice.
    """
    best: dict[str, Movement] = {}
    for reference in references:
        cell = scope.numbers.cell(reference)
        if cell is None or cell.value is None:
            continue
        strength = max(_strength(cell, cell.previous), _strength(cell, cell.year))
        if strength <= 1:
            continue
        found = Movement(sentence(scope, cell), cell.verdict == "worse", strength, cell)
        held = best.get(cell.indicator.id)
        if held is None or _rank(found) < _rank(held):
            best[cell.indicator.id] = found
    return sorted(best.values(), key=_rank)


def levels(scope: Scope, references: Iterable[Reference], most: int) -> tuple[str, ...]:
    """Return how the first numbers stand, for when nothing moved or can be compared."""
    found = []
    for reference in references:
        cell = scope.numbers.cell(reference)
        is_first = reference.measure == reference.indicator.measures[0]
        if is_first and cell is not None and cell.value is not None:
            found.append(sentence(scope, cell))
    return tuple(found[:most])


def _rank(found: Movement) -> tuple[bool, bool, float, str, str]:
    return (
        not found.is_worse,
        found.cell.measure.direction == "context",
        -found.strength,
        found.cell.indicator.id,
        found.cell.measure.name,
    )


def _strength(cell: Cell, change: Change) -> float:
    """Return the change in half-widths of its interval; at most a fixed number."""
    if change.value is None or cell.value is None or not change.is_clear:
        return 0.0
    if change.low is not None and change.high is not None:
        half = (change.high - change.low) / 2
        return min(_MOST_STRENGTH, abs(change.value) / half) if half > 0 else 0.0
    return _strength_of_full_count(cell, change.value)


def _strength_of_full_count(cell: Cell, change: float) -> float:
    """Return how notable a movement without an interval is.

    A full count scatters as its root does. It is held against that and against a
    notable relative change, and it never outruns a share that clearly moved.
    """
    earlier = abs((cell.value or 0.0) - change)
    units = cell.n or 0
    if earlier == 0 or units <= 0:
        return 0.0
    scatter = _Z * math.sqrt(2 / units)
    return min(
        _MOST_OF_FULL_COUNT, abs(change) / earlier / max(scatter, _NOTABLE_RELATIVE)
    )


# Groups that stand out


@dataclass(frozen=True)
class Apart:
    """A group whose interval lies wholly on the worse side of the whole."""

    cell: Cell
    whole: Cell
    score: float


def groups_apart(scope: Scope, reference: Reference, dimension: str) -> list[Apart]:
    """Return the groups of a breakdown that stand clearly worse, the clearest first.

    A group that is also getting worse faster than the whole ranks higher: a level that
    always was is less news than one that is new.
    """
    whole = scope.numbers.cell(reference)
    sign = {"higher_is_better": -1.0, "lower_is_better": 1.0}.get(
        reference.measure.direction, 0.0
    )
    if whole is None or whole.value is None or sign == 0:
        return []
    found = []
    cells = [
        cell
        for cell in scope.numbers.segments(reference, dimension)
        if cell.segment not in (UNKNOWN, ALL)
        and cell.value is not None
        # None at all, then as now, is how a product or a definition is made.
        and (
            cell.value not in (0.0, 1.0) or cell.previous.is_clear or cell.year.is_clear
        )
    ]
    # Split by what it counts itself, every group is at 0 or 1: no news in that.
    if all(cell.value in (0.0, 1.0) for cell in cells):
        return []
    for cell in cells:
        score = _distance(cell, whole.value, sign)
        if score > 1:
            score += min(_MOST_WORSENING, _worsening(cell, whole, sign))
            score += _MOST_DISTANCE * _materiality(cell, whole)
            found.append(Apart(cell, whole, score))
    return sorted(found, key=lambda apart: (-apart.score, apart.cell.segment))


def _distance(cell: Cell, whole: float, sign: float) -> float:
    if cell.low is None or cell.high is None or cell.value is None:
        return 0.0
    half = (cell.high - cell.low) / 2
    edge = cell.low if sign > 0 else cell.high
    if half <= 0 or (edge - whole) * sign <= 0:
        return 0.0
    return min(_MOST_DISTANCE, (cell.value - whole) * sign / half)


def _materiality(cell: Cell, whole: Cell) -> float:
    """Return how large the distance is beside the whole, at most 1.

    A rate of 86 against 92 % is one failure in seven against one in twelve: shares are
    held against their nearer end. Without this the tightest interval, not the largest
    gap, would come first.
    """
    value, base = cell.value or 0.0, whole.value or 0.0
    ends = [abs(base)]
    if cell.measure.unit == "share":
        ends.append(abs(1 - base))
    least = min((end for end in ends if end > 0), default=0.0)
    return min(1.0, abs(value - base) / least) if least else 0.0


def _worsening(cell: Cell, whole: Cell, sign: float) -> float:
    scores = [0.0]
    for base in ("previous", "year"):
        change, common = cell.change_of(base), whole.change_of(base)
        if change.value is None or change.low is None or change.high is None:
            continue
        half = (change.high - change.low) / 2
        if half > 0:
            scores.append((change.value - (common.value or 0.0)) * sign / half)
    return max(scores)


def group_findings(scope: Scope, references: list[Reference]) -> list[str]:
    """Return one sentence a breakdown on who stands clearly worse than the whole."""
    found = []
    for dimension in _dimensions(references):
        candidates = [
            groups_apart(scope, reference, dimension)
            for reference in references
            if dimension in reference.indicator.groupings
        ]
        standing = [apart for apart in candidates if apart]
        if standing:
            best = max(standing, key=lambda apart: apart[0].score)
            found.append((best[0].score, dimension, best))
    found.sort(key=lambda item: (-item[0], item[1]))
    return [_group_sentence(scope, best) for _, _, best in found[:_MOST_GROUPS]]


_MOST_GROUPS = 3
_MOST_NAMES = 4


def _dimensions(references: list[Reference]) -> list[str]:
    every = {name for r in references for name in r.indicator.groupings}
    return sorted(every)


def _group_sentence(scope: Scope, standing: list[Apart]) -> str:
    words, first = scope.words, standing[0]
    cell, whole = first.cell, first.whole
    side = "above" if (cell.value or 0) > (whole.value or 0) else "below"
    interval = scope.interval(cell)
    text = words.say(
        f"group_{side}",
        name=scope.name(cell),
        segment=scope.segment(cell.dimension, cell.segment),
        value=scope.value(cell),
        interval=words.say("in_brackets", text=interval) if interval else "",
        whole=scope.value(whole),
    )
    moved = next(
        (
            _moved(scope, cell, base)
            for base in bases_of(scope.run.period)
            if cell.change_of(base).is_clear
        ),
        "",
    )
    if moved:
        text += words.strings["clause_first"] + moved
    others = names_of(scope, standing[1:])
    if others:
        text += words.say(f"group_also_{side}", names=others)
    return text + words.strings["full_stop"]


def names_of(scope: Scope, standing: list[Apart]) -> str:
    """Return the names of groups, the first few and how many more."""
    names = [scope.segment(a.cell.dimension, a.cell.segment) for a in standing]
    if len(names) <= _MOST_NAMES:
        return scope.words.listing(names)
    shown = scope.words.strings["list_join"].join(names[:_MOST_NAMES])
    return scope.words.say("and_more", names=shown, count=len(names) - _MOST_NAMES)
