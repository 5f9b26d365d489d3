"""Provinces as equal tiles near their place; no borders are drawn or implied."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from esg.report.drawing.scale import class_edges, class_of, class_texts
from esg.report.drawing.theme import (
    INK,
    LINE,
    MUTED,
    PAPER,
    SEQUENCE,
    Canvas,
    Margin,
    Part,
    areas_trace,
    box,
    figure,
    hover,
    hover_text,
    ink_on,
    pixel_axes,
    texts_trace,
    unit_of,
    widest,
)
from esg.report.drawing.words import (
    bare,
    bold,
    line_count,
    markup,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    from esg.report.chart import Tile, Tiles

_GAP = 2.0
_MOST_WIDTH_TO_HEIGHT = 1.35
"""A little wider than high in print, where English names need it."""
_LEAST_TILE = 42.0
_SWATCH = 11.0
_LEGEND_GAP = 30.0


class _Plan(NamedTuple):
    """Sizes of the map and its legend, in pixels."""

    left: float
    """Where the westernmost tiles begin."""
    wide: float
    tall: float
    width: float
    height: float
    legend_x: float
    legend_y: float


def tiles(chart: Tiles, canvas: Canvas) -> Part:
    """Return the tile map with its five classes."""
    values = [t.point.value for t in chart.tiles if t.point.value is not None]
    edges = class_edges(values, classes=len(SEQUENCE))
    legend = class_texts(edges, chart.axis) if values else ()
    plan = _plan(chart, canvas, legend)
    return figure(
        canvas,
        [
            *_class_areas(chart, canvas, plan, edges, has_legend=bool(values)),
            *_blank_tiles(chart, plan),
            *_tile_texts(chart, canvas, plan, edges),
            *_legend_texts(chart, canvas, plan, legend),
            *_pointers(chart, canvas, plan),
        ],
        Margin(0, 0, 0, 0),
        height=plan.height,
        **_axes(canvas, plan),
    )


def _axes(canvas: Canvas, plan: _Plan) -> Part:
    axes = pixel_axes(plan.width, plan.height)
    if canvas.is_screen:
        # On a wide screen the map stays as high as it is and keeps its shape.
        axes["xaxis"] |= {"scaleanchor": "y", "scaleratio": 1, "constrain": "domain"}
    return axes


def _plan(chart: Tiles, canvas: Canvas, legend: tuple[str, ...]) -> _Plan:
    columns = 1 + max(t.column for t in chart.tiles)
    rows = 1 + max(t.row for t in chart.tiles)
    if canvas.is_screen:
        side = canvas.width / columns
        below = canvas.line * (1.6 * 2 + 1.8 + bool(unit_of(chart.axis)))
        height = rows * side + below
        return _Plan(0, side, side, canvas.width, height, 1, rows * side + canvas.line)
    whole = f"{chart.whole.label} {chart.whole.text}"
    side_width = _LEGEND_GAP + max(
        widest(legend, canvas.small) + _SWATCH + 6,
        text_width(wrapped(whole, 120, canvas.size), canvas.size),
        text_width(chart.axis.title, canvas.small),
    )
    tall = max(canvas.height / rows, _LEAST_TILE)
    wide = min(tall * _MOST_WIDTH_TO_HEIGHT, (canvas.width - side_width) / columns)
    # The map and its legend stand in the middle of the line.
    left = (canvas.width - columns * wide - side_width) / 2
    legend_x = left + columns * wide + _LEGEND_GAP
    return _Plan(left, wide, tall, canvas.width, rows * tall, legend_x, tall * 0.3)


def _corner(tile: Tile, plan: _Plan) -> tuple[float, float]:
    return plan.left + tile.column * plan.wide, tile.row * plan.tall


def _class_areas(
    chart: Tiles,
    canvas: Canvas,
    plan: _Plan,
    edges: tuple[float, ...],
    *,
    has_legend: bool,
) -> list[Part]:
    """Return one path a class: 31 paths would print slower and look the same."""
    found = []
    for step, colour in enumerate(SEQUENCE):
        boxes = [
            box(*_corner(t, plan), plan.wide - _GAP, plan.tall - _GAP)
            for t in chart.tiles
            if t.point.value is not None and class_of(t.point.value, edges) == step
        ]
        if has_legend:
            x, y = _swatch(step, canvas, plan, chart)
            boxes.append(box(x, y - _SWATCH / 2, _SWATCH, _SWATCH))
        if boxes:
            found.append(areas_trace(boxes, fillcolor=colour))
    return found


def _blank_tiles(chart: Tiles, plan: _Plan) -> list[Part]:
    boxes = [
        box(x + 0.5, y + 0.5, plan.wide - _GAP - 1, plan.tall - _GAP - 1)
        for t in chart.tiles
        if t.point.value is None
        for x, y in [_corner(t, plan)]
    ]
    if not boxes:
        return []
    return [areas_trace(boxes, fillcolor=PAPER, line={"color": LINE, "width": 1})]


def _tile_texts(
    chart: Tiles, canvas: Canvas, plan: _Plan, edges: tuple[float, ...]
) -> list[Part]:
    size = min(canvas.size, plan.tall * 0.25)
    x, y, texts, colours = [], [], [], []
    for tile in chart.tiles:
        value = tile.point.value
        ground = PAPER if value is None else SEQUENCE[class_of(value, edges)]
        corner = _corner(tile, plan)
        x.append(corner[0] + (plan.wide - _GAP) / 2)
        y.append(corner[1] + (plan.tall - _GAP) / 2)
        texts.append(_tile_text(tile, chart, plan, size))
        colours.append(MUTED if value is None else ink_on(ground))
    return [texts_trace(x, y, texts, "middle center", size=size, color=colours)]


def _tile_text(tile: Tile, chart: Tiles, plan: _Plan, size: float) -> str:
    room = plan.wide - _GAP - 3
    name = wrapped(tile.point.label, room, size)
    fitting = min(1.0, room / text_width(name, size))
    small = f"{size * 0.9 * fitting:.1f}"
    if line_count(name) > 1:
        small = f"{size * 0.82 * fitting:.1f}"
    value = bare(tile.point.text, chart.axis)
    named = f'<span style="font-size:{small}px">{markup(name)}</span>'
    return (
        f"{named}<br>{bold(value) if tile.point.value is not None else markup(value)}"
    )


def _swatch(
    step: int, canvas: Canvas, plan: _Plan, chart: Tiles
) -> tuple[float, float]:
    """Return the left edge and the middle of one legend square."""
    lines = 1.7 + bool(unit_of(chart.axis))
    if canvas.is_screen:
        row, column = divmod(step, 3)
        x = plan.legend_x + column * plan.width / 3
        return x, plan.legend_y + canvas.line * (lines + 1.4 * row - 0.4)
    down = len(SEQUENCE) - 1 - step
    return plan.legend_x, plan.legend_y + canvas.line * (lines + 0.6 + 1.45 * down)


def _legend_texts(
    chart: Tiles, canvas: Canvas, plan: _Plan, legend: tuple[str, ...]
) -> list[Part]:
    whole = f"{markup(chart.whole.label)} {bold(bare(chart.whole.text, chart.axis))}"
    found = [
        texts_trace(
            [plan.legend_x], [plan.legend_y], [whole], "middle right",
            size=canvas.size, color=INK,
        )
    ]  # fmt: skip
    x, y, texts = [], [], []
    if unit_of(chart.axis):
        x.append(plan.legend_x)
        y.append(plan.legend_y + canvas.line * 1.4)
        texts.append(markup(chart.axis.title))
    for step, text in enumerate(legend):
        left, middle = _swatch(step, canvas, plan, chart)
        x.append(left + _SWATCH + 5)
        y.append(middle)
        texts.append(markup(text))
    if texts:
        found.append(
            texts_trace(x, y, texts, "middle right", size=canvas.small, color=MUTED)
        )
    return found


def _pointers(chart: Tiles, canvas: Canvas, plan: _Plan) -> list[Part]:
    """Return unseen dots to point at, for the screen."""
    if not canvas.is_screen:
        return []
    corners = [_corner(t, plan) for t in chart.tiles]
    return [
        {
            "type": "scatter", "mode": "markers",
            "x": [x + plan.wide / 2 for x, _ in corners],
            "y": [y + plan.tall / 2 for _, y in corners],
            "marker": {"size": plan.wide * 0.9, "opacity": 0, "symbol": "square"},
            "showlegend": False,
            **hover(canvas, [hover_text(t.point, chart.axis) for t in chart.tiles]),
        }
    ]  # fmt: skip
