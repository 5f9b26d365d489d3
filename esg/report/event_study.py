"""How far the treated stood from the others, month by month around a policy's start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report import findings
from esg.report.chart import Mark, Series, Trend
from esg.report.parts import Whole
from esg.report.points import axis, point, scale_of
from esg.spec.period import parse_period, period_of

if TYPE_CHECKING:
    from esg.report.numbers import Reference
    from esg.report.scope import Scope
    from esg.spec.report import FigureSpec

DIMENSION = "event_month"


def event_study(
    scope: Scope, spec: FigureSpec, references: list[Reference]
) -> Whole | None:
    """Return the gaps by month with their intervals and the days the rules changed.

    None where the whole has no number: gaps whose effect is refused would be read as
    one all the same.
    """
    del spec
    first = references[0]
    whole = scope.numbers.cell(first)
    cells = scope.numbers.segments(first, DIMENSION)
    if whole is None or whole.value is None or not cells:
        return None
    scale = scale_of(scope, first)
    months = [parse_period(cell.segment) for cell in cells]
    names = [scope.words.period_short(month) for month in months]
    points = tuple(
        point(scope, cell, name, scale) for cell, name in zip(cells, names, strict=True)
    )
    marks = tuple(
        Mark(names[months.index(month)], scope.prose(mark.text))
        for mark in scope.lookup.marks
        if mark.pillar == first.indicator.pillar
        and (month := period_of(mark.day, "month")) in months
    )
    name = scope.title(first.measure)
    title = findings.headline(scope, whole, name)
    if interval := scope.interval(whole):
        title += scope.words.say("in_brackets", text=interval)
    return Whole(
        Trend((Series(name, points),), axis(scope, first, list(points)), marks),
        title,
        note=scope.words.say("note_event_study"),
        height_mm=82,
    )
