"""Charts of parts and steps: shares, Pareto, confusion, funnel, waterfall."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.report.chart import (
    Axis,
    Chart,
    Confusion,
    Funnel,
    Pareto,
    Point,
    Series,
    Stacked,
    Waterfall,
)
from esg.report.numbers import UNKNOWN
from esg.report.points import is_told, point, scale_of
from esg.report.wording import MINUS

if TYPE_CHECKING:
    from esg.report.numbers import Cell, Reference
    from esg.report.scope import Scope
    from esg.report.wording import Scale
    from esg.spec.period import Period
    from esg.spec.report import FigureSpec

_MOST_ROWS = 8
_NAMED_PARTS = 5
"""Parts at most, the rest among them; the unknown comes on top."""
_MOST_TOPICS = 9
_CELLS = 4
_LEAST_STEPS = 2
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Whole:
    """A chart of parts with its words; an empty title leaves the declared one."""

    chart: Chart
    title: str = ""
    note: str = ""
    height_mm: float = 75


# Stacked shares over periods


def stacked(
    scope: Scope, spec: FigureSpec, references: list[Reference]
) -> Whole | None:
    """Return the composition of a count over the last periods, newest last."""
    reference, dimension = references[0], spec.by or "area"
    now = [
        c for c in scope.numbers.segments(reference, dimension) if c.value is not None
    ]
    if not now:
        return None
    named = [c.segment for c in now if c.segment != UNKNOWN]
    if len(named) > _NAMED_PARTS:
        by_size = sorted(now, key=lambda c: (-(c.value or 0.0), c.segment))
        kept = {c.segment for c in by_size if c.segment != UNKNOWN}
        top = [c.segment for c in by_size if c.segment in kept][: _NAMED_PARTS - 1]
        named = [segment for segment in named if segment in top]
    rows = [
        row
        for period in scope.window[-_MOST_ROWS:]
        if (row := _stacked_row(scope, reference, dimension, period, named))
    ]
    if not rows:
        return None
    rows = _without_empty_parts(rows)
    return Whole(
        Stacked(tuple(rows), scope.words.say("segment_unknown")),
        title=_largest_part(scope, reference, rows[-1]),
        height_mm=26 + 8 * len(rows),
    )


def _stacked_row(
    scope: Scope,
    reference: Reference,
    dimension: str,
    period: Period,
    named: list[str],
) -> Series | None:
    whole = scope.numbers.cell(reference, period)
    if whole is None or not whole.value:
        return None
    cells = {
        c.segment: c.value or 0.0
        for c in scope.numbers.segments(reference, dimension, period)
    }
    shares = [(scope.segment(dimension, s), cells.get(s, 0.0)) for s in named]
    unknown = cells.get(UNKNOWN, 0.0)
    rest = whole.value - sum(value for _, value in shares) - unknown
    if rest < -_ROUNDING * whole.value:
        return None
    shares.append((scope.words.say("segment_rest"), max(0.0, rest)))
    shares.append((scope.words.say("segment_unknown"), unknown))
    return Series(
        scope.words.period_short(period),
        tuple(
            Point(name, v / whole.value, None, None, scope.words.share(v / whole.value))
            for name, v in shares
        ),
    )


def _without_empty_parts(rows: list[Series]) -> list[Series]:
    """Return rows without the parts that are zero in all of them."""
    filled = {p.label for row in rows for p in row.points if (p.value or 0) > _ROUNDING}
    return [
        Series(row.name, tuple(p for p in row.points if p.label in filled))
        for row in rows
    ]


def _largest_part(scope: Scope, reference: Reference, row: Series) -> str:
    others = {scope.words.say("segment_rest"), scope.words.say("segment_unknown")}
    named = [p for p in row.points if p.label not in others]
    if not named:
        return ""
    largest = max(named, key=lambda p: p.value or 0.0)
    return scope.words.say(
        "title_largest",
        name=scope.title(reference.measure),
        part=largest.label,
        share=largest.text,
    )


# Pareto


def pareto(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Whole | None:
    """Return categories by count with their cumulative share and a year-ago mark."""
    reference, dimension = references[0], spec.by or "topic"
    cells = [
        c for c in scope.numbers.segments(reference, dimension) if c.value is not None
    ]
    whole = scope.numbers.cell(reference)
    if not cells or whole is None or not whole.value:
        return None
    cells.sort(key=lambda c: (c.segment == UNKNOWN, -(c.value or 0.0), c.segment))
    earlier = {
        c.segment: c.value
        for c in scope.numbers.segments(
            reference, dimension, scope.run.period.year_earlier
        )
    }
    points = [point(scope, c, scope.segment(dimension, c.segment)) for c in cells]
    year_earlier = [earlier.get(c.segment) for c in cells]
    points, year_earlier = _folded(scope, points, year_earlier, whole.value)
    values = [p.value or 0.0 for p in points]
    return Whole(
        Pareto(
            points=tuple(points),
            cumulative=tuple(
                min(1.0, total / whole.value) for total in itertools.accumulate(values)
            ),
            year_earlier=tuple(year_earlier),
            year_earlier_name=scope.words.period(scope.run.period.year_earlier),
            cumulative_name=scope.words.say("cumulative"),
            axis=Axis(scope.words.unit_title(reference.measure.unit), is_share=False),
        ),
        title=_pareto_title(scope, reference, cells, earlier),
        note=scope.words.say("note_pareto"),
        height_mm=88,
    )


def _folded(
    scope: Scope,
    points: list[Point],
    year_earlier: list[float | None],
    whole: float,
) -> tuple[list[Point], list[float | None]]:
    """Return at most so many categories, what is left as one at the end."""
    kept = points[:_MOST_TOPICS]
    rest = whole - sum(p.value or 0.0 for p in kept)
    if len(points) <= _MOST_TOPICS or rest <= 0:
        return kept, year_earlier[:_MOST_TOPICS]
    name = scope.words.say("segment_rest")
    last = Point(name, rest, None, None, scope.words.plain(rest, 0))
    return [*kept, last], [*year_earlier[:_MOST_TOPICS], None]


def _pareto_title(
    scope: Scope,
    reference: Reference,
    cells: list[Cell],
    earlier: dict[str, float | None],
) -> str:
    del reference
    known = [c for c in cells if c.segment != UNKNOWN and c.value is not None]
    if not known:
        return ""
    first = known[0]
    name = scope.segment(first.dimension, first.segment)
    value = scope.value(first)
    before = earlier.get(first.segment)
    if before is None or before == first.value:
        return scope.words.say("title_top", name=name, value=value)
    key = "title_top_more" if (first.value or 0.0) > before else "title_top_less"
    return scope.words.say(
        key,
        name=name,
        value=value,
        before=scope.words.value(before, first.measure.unit),
    )


# Confusion


def confusion(
    scope: Scope, spec: FigureSpec, references: list[Reference]
) -> Whole | None:
    """Return the four cells of a screening, and its rates in words beside them."""
    del spec
    cells = [scope.numbers.cell(reference) for reference in references]
    four = cells[:_CELLS]
    if len(four) < _CELLS or any(c is None or c.value is None for c in four):
        return None
    words = scope.words
    names = [words.say(f"confusion_{i}") for i in range(1, _CELLS + 1)]
    points = [point(scope, c, n) for c, n in zip(four, names, strict=True)]
    # A rate that could not be had is printed with its symbol: accuracy beside a recall
    # left out would say more than is known.
    rates = tuple(_rate(scope, cell) for cell in cells[_CELLS:] if cell is not None)
    return Whole(
        Confusion(
            cells=((points[0], points[1]), (points[2], points[3])),
            row_names=(words.say("confusion_flagged"), words.say("confusion_passed")),
            column_names=(words.say("confusion_fraud"), words.say("confusion_clean")),
            rates=rates,
        ),
        height_mm=70,
    )


def _rate(scope: Scope, cell: Cell) -> str:
    interval = scope.interval(cell) if cell.value is not None else ""
    text = scope.words.say(
        "rate", name=scope.title(cell.measure), value=scope.value(cell)
    )
    return text + (scope.words.say("in_brackets", text=interval) if interval else "")


# Funnel and waterfall


def funnel(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Whole | None:
    """Return steps that each keep a part of the one before."""
    del spec
    cells = [scope.numbers.cell(reference) for reference in references]
    first = cells[0]
    if first is None or not first.value or len(cells) < _LEAST_STEPS:
        return None
    if not all(is_told(c) for c in cells):
        return None
    points = [
        point(scope, c, scope.title(r.measure))
        for c, r in zip(cells, references, strict=True)
    ]
    shares = [
        scope.words.share(p.value / first.value) if p.value is not None else p.text
        for p in points
    ]
    last = points[-1]
    title = scope.words.say(
        "title_funnel", last=last.label, share=shares[-1], first=points[0].label
    )
    return Whole(
        Funnel(
            tuple(points),
            tuple(shares),
            Axis(scope.words.unit_title(first.measure.unit), is_share=False),
        ),
        title=title if last.value is not None else "",
        height_mm=24 + 11 * len(points),
    )


def waterfall(
    scope: Scope, spec: FigureSpec, references: list[Reference]
) -> Whole | None:
    """Return a total, what is taken from it, and what remains.

    A leading minus in report.yaml marks a step that is taken away. Two or more hidden
    steps are drawn as one, which tells none of them; a single one would be told by the
    totals, and nothing is drawn.
    """
    signs = {text.removeprefix("-"): text.startswith("-") for text in spec.indicators}
    if len(references) != len(spec.indicators) or len(references) <= _LEAST_STEPS:
        return None
    cells = [scope.numbers.cell(reference) for reference in references]
    hidden = [c for c in cells[1:-1] if c is not None and c.status == "suppressed"]
    kept = [
        (cell, taken)
        for cell, taken in zip(cells, signs.values(), strict=True)
        if cell not in hidden
    ]
    if len(hidden) == 1 or any(c is None or c.value is None for c, _ in kept):
        return None
    scale = scale_of(scope, references[0]) or scope.words.money_scale([])
    steps = [
        _step(scope, cell, scale, is_taken=taken)
        for cell, taken in kept
        if cell is not None
    ]
    rest = "waterfall_hidden" if hidden else "waterfall_rest"
    points = tuple(_closed(scope, steps, scale, rest))
    return Whole(
        Waterfall(
            points,
            Axis(
                scope.words.unit_title(references[0].measure.unit, scale),
                is_share=False,
            ),
        ),
        title=_kept(scope, points),
        height_mm=78,
    )


def _step(scope: Scope, cell: Cell, scale: Scale, *, is_taken: bool) -> Point:
    found = point(scope, cell, scope.title(cell.measure), scale)
    if not is_taken or found.value is None:
        return found
    text = (MINUS if found.value else "") + found.text
    return Point(found.label, -found.value, None, None, text)


def _closed(
    scope: Scope, steps: list[Point], scale: Scale, rest_name: str
) -> list[Point]:
    """Return steps that add up: what no step explains becomes one of its own."""
    rest = (steps[-1].value or 0.0) - sum(s.value or 0.0 for s in steps[:-1])
    if abs(rest) <= _ROUNDING * abs(steps[0].value or 0.0):
        return steps
    number = scope.words.money(abs(rest) * scale.divisor, scale)
    text = (MINUS if rest < 0 else "") + number
    name = scope.words.say(rest_name)
    return [*steps[:-1], Point(name, rest, None, None, text), steps[-1]]


def _kept(scope: Scope, points: tuple[Point, ...]) -> str:
    first, last = points[0].value or 0.0, points[-1].value or 0.0
    if first <= 0:
        return ""
    return scope.words.say(
        "title_kept",
        first=points[0].label,
        last=points[-1].label,
        value=points[-1].text,
        share=scope.words.share(last / first),
    )
