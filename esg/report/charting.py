"""From declared figures and protected numbers to charts with their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.report import event_study, findings, parts
from esg.report.chart import (
    Chart,
    Multiples,
    Ranked,
    Series,
    Tile,
    Tiles,
    Trend,
)
from esg.report.model import Figure
from esg.report.numbers import ALL, UNKNOWN
from esg.report.points import axis, extremes, is_told, point, scale_of
from esg.report.rule_marks import marks_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.report.chart import Point
    from esg.report.numbers import Cell, Reference
    from esg.report.scope import Scope
    from esg.report.wording import Scale
    from esg.spec.report import FigureSpec

_LEAST_POINTS = 2
_LEAST_TILES = 4
"""A map of hidden numbers is no map."""
_MOST_PANELS = 6
_MOST_RANKED = 36
_MOST_MISSING = 3
"""More hidden groups than these are counted instead of listed."""
_MOST_LINES = 5


@dataclass(frozen=True)
class Drawn:
    """A chart with the words only its maker knows."""

    chart: Chart | None
    title: str
    note: str = ""
    absence: str = ""
    height_mm: float = 75
    alternative: str = ""


def figure(scope: Scope, spec: FigureSpec, anchor: str) -> Figure | None:
    """Return one declared figure; None where the run knows none of its numbers."""
    references = [
        found
        for text in spec.indicators
        if (found := scope.numbers.reference(text.removeprefix("-")))
    ]
    if not references:
        return None
    drawn = _DRAWERS[spec.kind](scope, spec, references)
    name = scope.prose(spec.title)
    caption = scope.words.say(
        "caption",
        name=name,
        note=drawn.note,
        source=scope.source_line(references[0]),
    )
    return Figure(
        id=anchor,
        title=drawn.title or name,
        caption=caption,
        alternative=drawn.alternative or drawn.title or name,
        chart=drawn.chart,
        absence=drawn.absence,
        height_mm=drawn.height_mm,
    )


def absence(scope: Scope, *references: Reference) -> str:
    """Return why measures cannot be drawn: the first reason met."""
    cells = [scope.numbers.cell(reference) for reference in references]
    if any(cell is None for cell in cells):
        return scope.words.say("absent_period")
    for cell in cells:
        if cell is not None and cell.status != "ok":
            return scope.reason_of(cell)
    return scope.words.say("absent_groups")


def _periods(scope: Scope, lines: list[list[Cell | None]]) -> list[int]:
    """Return which places of the window to draw: from the first that says anything."""
    known = [
        place
        for place in range(len(scope.window))
        if any(line[place] is not None and is_told(line[place]) for line in lines)
    ]
    return list(range(known[0], len(scope.window))) if known else []


def _has_value(cell: Cell | None) -> bool:
    return cell is not None and cell.value is not None


def _line(
    scope: Scope, reference: Reference, dimension: str = ALL, segment: str = ALL
) -> list[Cell | None]:
    return [
        scope.numbers.cell(reference, period, dimension, segment)
        for period in scope.window
    ]


def _series(
    scope: Scope,
    name: str,
    line: list[Cell | None],
    places: list[int],
    scale: Scale | None,
) -> Series:
    window = scope.window
    return Series(
        name,
        tuple(
            point(scope, line[place], scope.words.period_short(window[place]), scale)
            for place in places
        ),
    )


def _trend(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Drawn:
    first = references[0]
    named = (
        _segment_lines(scope, first, spec.by)
        if spec.by
        else [
            (scope.title(r.measure), _line(scope, r))
            for r in references
            if r.measure.unit == first.measure.unit
        ]
    )
    told = [(name, line) for name, line in named if any(map(_has_value, line))]
    places = _periods(scope, [line for _, line in told])
    if len(places) < _LEAST_POINTS:
        return _undrawn(scope, spec, first, is_short=bool(places))
    scale = scale_of(scope, first)
    series = tuple(_series(scope, n, line, places, scale) for n, line in told)
    own_axis = axis(scope, first, [p for s in series for p in s.points])
    title = findings.headline(
        scope, scope.numbers.cell(first), scope.title(first.measure)
    )
    drawn = [r for r in references if r.measure.unit == first.measure.unit]
    periods = [scope.window[place] for place in places]
    marks, marked = marks_of(scope, [first] if spec.by else drawn, periods)
    return Drawn(
        Trend(series, own_axis, marks),
        title,
        note=_trend_note(scope, series, is_cut=not own_axis.from_zero) + marked,
        alternative=extremes(scope, title, series[0]),
    )


def _segment_lines(
    scope: Scope, reference: Reference, dimension: str
) -> list[tuple[str, list[Cell | None]]]:
    cells = scope.numbers.segments(reference, dimension)
    return [
        (
            scope.segment(dimension, cell.segment),
            _line(scope, reference, dimension, cell.segment),
        )
        for cell in cells[:_MOST_LINES]
        if cell.segment != UNKNOWN
    ]


def _trend_note(scope: Scope, series: tuple[Series, ...], *, is_cut: bool) -> str:
    has_band = any(p.low is not None for s in series for p in s.points)
    note = scope.words.say("note_band") if has_band else ""
    return note + (scope.words.say("note_cut_axis") if is_cut else "")


def _undrawn(
    scope: Scope, spec: FigureSpec, *references: Reference, is_short: bool = False
) -> Drawn:
    text = (
        scope.words.say(f"absent_short_{scope.run.period.kind}")
        if is_short
        else absence(scope, *references)
    )
    return Drawn(None, scope.prose(spec.title), absence=text, height_mm=0)


# Groups


def _known_segments(scope: Scope, reference: Reference, dimension: str) -> list[Cell]:
    return [
        cell
        for cell in scope.numbers.segments(reference, dimension)
        if cell.segment != UNKNOWN and is_told(cell)
    ]


def _group_title(scope: Scope, reference: Reference, dimension: str) -> str:
    name = scope.title(reference.measure)
    standing = findings.groups_apart(scope, reference, dimension)
    if standing:
        whole = standing[0].whole.value or 0.0
        side = "above" if (standing[0].cell.value or 0.0) > whole else "below"
        return scope.words.say(
            f"title_groups_{side}", name=name, names=findings.names_of(scope, standing)
        )
    cells = [
        c for c in _known_segments(scope, reference, dimension) if c.value is not None
    ]
    if len(cells) < _LEAST_POINTS:
        return name
    highest = max(cells, key=lambda c: c.value or 0.0)
    lowest = min(cells, key=lambda c: c.value or 0.0)
    return scope.words.say(
        "title_groups_range",
        name=name,
        high=scope.value(highest),
        highest=scope.segment(dimension, highest.segment),
        low=scope.value(lowest),
        lowest=scope.segment(dimension, lowest.segment),
    )


def _sorted_points(points: list[Point]) -> list[Point]:
    return sorted(points, key=lambda p: (p.value is None, -(p.value or 0.0), p.label))


def _ranked(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Drawn:
    if spec.by is None:
        return _ranked_measures(scope, spec, references)
    first, dimension = references[0], spec.by
    scale = scale_of(scope, first)
    cells = _known_segments(scope, first, dimension)
    known = [c for c in cells if c.value is not None]
    if len(known) < _LEAST_POINTS:
        return _undrawn(scope, spec, first)
    points = _sorted_points(
        [point(scope, c, scope.segment(dimension, c.segment), scale) for c in cells]
    )
    note = scope.words.say("note_interval_bars")
    missing = [p for p in points if p.value is None]
    if len(missing) > _MOST_MISSING:
        note += scope.words.say("note_missing_left_out", count=len(missing))
        points = points[: -len(missing)]
    if len(points) > _MOST_RANKED:
        half = _MOST_RANKED // 2
        note += scope.words.say("note_left_out", count=len(points) - 2 * half)
        points = points[:half] + points[-half:]
    whole = point(scope, scope.numbers.cell(first), scope.words.say("whole"), scale)
    title = _group_title(scope, first, dimension)
    return Drawn(
        Ranked(tuple(points), whole, axis(scope, first, [*points, whole])),
        title,
        note=note,
        height_mm=22 + 4.6 * max(4, len(points)),
        alternative=extremes(scope, title, Series("", tuple(points))),
    )


def _ranked_measures(
    scope: Scope, spec: FigureSpec, references: list[Reference]
) -> Drawn:
    """Return measures side by side: the first is the whole, the others groups of it."""
    first = references[0]
    cells = [(r, scope.numbers.cell(r)) for r in references[1:]]
    whole = point(scope, scope.numbers.cell(first), scope.title(first.measure))
    points = _sorted_points(
        [point(scope, c, scope.title(r.measure)) for r, c in cells if is_told(c)]
    )
    if whole.value is None or not any(p.value is not None for p in points):
        return _undrawn(scope, spec, first)
    title = scope.words.say(
        "title_groups_whole",
        name=scope.prose(spec.title),
        high=points[0].text,
        highest=points[0].label,
        whole=whole.text,
        of=whole.label,
    )
    return Drawn(
        Ranked(tuple(points), whole, axis(scope, first, [*points, whole])),
        title,
        note=scope.words.say("note_interval_bars"),
        height_mm=26 + 7 * len(points),
        alternative=extremes(scope, title, Series("", tuple(points))),
    )


def _multiples(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Drawn:
    first, dimension = references[0], spec.by or "area"
    scale = scale_of(scope, first)
    cells = _known_segments(scope, first, dimension)
    cells.sort(key=lambda c: (-(c.n or 0), c.segment))
    lines = [
        (c, _line(scope, first, dimension, c.segment)) for c in cells[:_MOST_PANELS]
    ]
    places = _periods(scope, [line for _, line in lines])
    if len(places) < _LEAST_POINTS or not lines:
        return _undrawn(scope, spec, first, is_short=bool(lines))
    panels = tuple(
        _series(scope, scope.segment(dimension, c.segment), line, places, scale)
        for c, line in sorted(lines, key=lambda item: item[0].segment)
    )
    title = _group_title(scope, first, dimension)
    own_axis = axis(scope, first, [p for s in panels for p in s.points])
    return Drawn(
        Multiples(panels, own_axis),
        title,
        note=_trend_note(scope, panels, is_cut=not own_axis.from_zero),
        height_mm=62 if len(panels) <= _MOST_PANELS // 2 else 105,
        alternative=title,
    )


def _tiles(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Drawn:
    first = references[0]
    scale = scale_of(scope, first)
    cells = {c.segment: c for c in scope.numbers.segments(first, "province")}
    known = [code for code, cell in cells.items() if cell.value is not None]
    if known and not any(code in scope.lookup.provinces for code in known):
        text = scope.words.say("absent_map")
        return Drawn(None, scope.prose(spec.title), absence=text, height_mm=0)
    if len(known) < _LEAST_TILES:
        return _undrawn(scope, spec, first)
    tiles = [
        Tile(
            place.column,
            place.row,
            point(scope, cells.get(code), place.name[scope.language], scale),
        )
        for code, place in sorted(scope.lookup.provinces.items())
    ]
    points = [tile.point for tile in tiles]
    whole = point(scope, scope.numbers.cell(first), scope.words.say("whole"), scale)
    title = _group_title(scope, first, "province")
    return Drawn(
        Tiles(tuple(tiles), axis(scope, first, points), whole),
        title,
        note=scope.words.say("note_tiles"),
        height_mm=118,
        alternative=extremes(scope, title, Series("", tuple(points))),
    )


def _from_parts(
    make: Callable[[Scope, FigureSpec, list[Reference]], parts.Whole | None],
) -> Callable[[Scope, FigureSpec, list[Reference]], Drawn]:
    """Return a drawer of a chart whose values are parts of a whole."""

    def draw(scope: Scope, spec: FigureSpec, references: list[Reference]) -> Drawn:
        made = make(scope, spec, references)
        if made is None:
            return _undrawn(scope, spec, *references)
        return Drawn(
            made.chart,
            made.title or scope.prose(spec.title),
            note=made.note,
            height_mm=made.height_mm,
        )

    return draw


_DRAWERS: dict[str, Callable[[Scope, FigureSpec, list[Reference]], Drawn]] = {
    "trend": _trend,
    "ranked": _ranked,
    "multiples": _multiples,
    "tiles": _tiles,
    "stacked": _from_parts(parts.stacked),
    "pareto": _from_parts(parts.pareto),
    "confusion": _from_parts(parts.confusion),
    "funnel": _from_parts(parts.funnel),
    "waterfall": _from_parts(parts.waterfall),
    "event_study": _from_parts(event_study.event_study),
}
