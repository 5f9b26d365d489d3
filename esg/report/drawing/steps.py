"""What becomes of a total: a funnel of steps kept, a waterfall of steps added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.drawing.scale import scale_of
from esg.report.drawing.theme import (
    ACCENT,
    BAR,
    INK,
    LINE,
    MUTED,
    TAKEN,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    areas_trace,
    box,
    feet,
    figure,
    hover,
    hover_text,
    lines_trace,
    place_axis,
    texts_trace,
    unit_height,
    unit_note,
    value_axis,
    widest,
)
from esg.report.drawing.words import (
    balanced,
    bare,
    bold,
    line_count,
    markup,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.report.chart import Funnel, Point, Waterfall

_LABEL_PART = 0.32
_MOST_ROW = 40.0
_LEAST_ROW = 22.0
_HALF_BAR = 0.31
_HALF_STEP = 0.34
_GAP = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"
_LIFT = 0.012


# Funnel


def funnel(chart: Funnel, canvas: Canvas) -> Part:
    """Return bars from zero, each with its value and its share of the first."""
    labels = [
        wrapped(p.label, canvas.width * _LABEL_PART, canvas.size) for p in chart.points
    ]
    largest = max((p.value or 0.0 for p in chart.points), default=0.0) or 1.0
    texts = [
        _funnel_text(p, share, chart)
        for p, share in zip(chart.points, chart.of_first, strict=True)
    ]
    margin = Margin(
        left=widest(labels, canvas.size) + TICK_ROOM,
        right=widest([plain for _, plain in texts], canvas.size) * 1.04 + 10,
        top=unit_height(chart.axis, canvas),
        bottom=4,
    )
    around = margin.top + margin.bottom
    rows = len(chart.points)
    lines = max(line_count(label) for label in labels)
    least = max(_LEAST_ROW, lines * canvas.line + 4)
    row = min(max((canvas.height - around) / rows, least), max(_MOST_ROW, least))
    return figure(
        canvas,
        [_funnel_bars(chart, canvas), _funnel_values(chart, texts, canvas)],
        margin,
        height=around + rows * row,
        xaxis={"visible": False, "range": [0, largest], "fixedrange": True},
        yaxis=place_axis(
            labels, range(rows), (rows - 0.5, -0.5), canvas,
            tickfont={"size": canvas.size, "color": INK},
            showline=True, linecolor=LINE, linewidth=1,
        ),
        annotations=unit_note(chart.axis, canvas, margin),
    )  # fmt: skip


def _funnel_text(point: Point, share: str, chart: Funnel) -> tuple[str, str]:
    """Return what stands at a bar's end, as markup and as plain text."""
    value = bare(point.text, chart.axis)
    if point.value is None:
        return markup(value), value
    return f"{bold(value)}{_GAP}{markup(share)}", f"{value}{_GAP}{share}"


def _funnel_bars(chart: Funnel, canvas: Canvas) -> Part:
    return {
        "type": "bar", "orientation": "h", "width": 2 * _HALF_BAR,
        "x": [p.value or 0.0 for p in chart.points],
        "y": list(range(len(chart.points))),
        "marker": {"color": BAR, "line": {"width": 0}},
        **hover(canvas, [hover_text(p, chart.axis) for p in chart.points]),
    }  # fmt: skip


def _funnel_values(
    chart: Funnel, texts: Sequence[tuple[str, str]], canvas: Canvas
) -> Part:
    return texts_trace(
        [p.value or 0.0 for p in chart.points],
        list(range(len(texts))),
        [f"{_GAP}{marked}" for marked, _ in texts],
        "middle right",
        size=canvas.size,
        color=INK,
    )


# Waterfall


def waterfall(chart: Waterfall, canvas: Canvas) -> Part:
    """Return totals at both ends and the signed steps between them.

    Where the axis does not start at zero the totals are level marks: a bar that
    starts elsewhere would lie about its size.
    """
    spans = _spans(chart.points)
    scale = scale_of([v for span in spans for v in span[1:]], chart.axis)
    left = widest(scale.texts, canvas.small) + TICK_ROOM
    slot = (canvas.width - left - 4) / len(chart.points)
    texts = [
        balanced(bare(p.text, chart.axis), slot, canvas.small) for p in chart.points
    ]
    below = feet([p.label for p in chart.points], slot, canvas.small)
    above = max(line_count(text) for text in texts) * canvas.line
    margin = Margin(
        max(left, below.left), 4,
        unit_height(chart.axis, canvas) + above, below.depth + 10,
    )  # fmt: skip
    lift = (scale.high - scale.low) * _LIFT
    starts_at_zero = scale.low <= 0 <= scale.high
    places = list(range(len(chart.points)))
    return figure(
        canvas,
        [
            *_step_areas(chart.points, spans, has_totals=starts_at_zero),
            _connectors(spans),
            *([] if starts_at_zero else [_levels(spans)]),
            texts_trace(
                places, [max(a, b) + lift for _, a, b in spans],
                [bold(t) for t in texts],
                "top center", size=canvas.small, color=INK,
            ),
            *_step_pointers(chart, spans, canvas),
        ],
        margin,
        xaxis=place_axis(
            below.texts, places, (-0.5, len(places) - 0.5), canvas,
            tickangle=below.angle, showline=scale.low == 0, linecolor=LINE, linewidth=1,
        ),
        yaxis=value_axis(scale, canvas)
        | ({"zeroline": True, "zerolinecolor": LINE, "zerolinewidth": 1}
           if scale.low < 0 else {}),
        annotations=unit_note(chart.axis, canvas, margin),
    )  # fmt: skip


Span = tuple[bool, float, float]
"""Whether it is a total, where it starts and where it ends."""


def _spans(points: Sequence[Point]) -> list[Span]:
    spans: list[Span] = []
    level = 0.0
    for place, point in enumerate(points):
        value = point.value or 0.0
        if place in (0, len(points) - 1):
            level = value
            spans.append((True, level, level))
        else:
            spans.append((False, level, level + value))
            level += value
    return spans


def _step_areas(
    points: Sequence[Point], spans: Sequence[Span], *, has_totals: bool
) -> list[Part]:
    """Return totals, additions and deductions, one path each."""
    kinds: dict[str, list[list[tuple[float, float]]]] = {ACCENT: [], BAR: [], TAKEN: []}
    for place, (is_total, start, end) in enumerate(spans):
        if points[place].value is None or (is_total and not has_totals):
            continue
        colour = ACCENT if is_total else BAR if end >= start else TAKEN
        foot = 0.0 if is_total else start
        kinds[colour].append(box(place - _HALF_STEP, end, 2 * _HALF_STEP, foot - end))
    return [
        areas_trace(boxes, fillcolor=colour) for colour, boxes in kinds.items() if boxes
    ]


def _connectors(spans: Sequence[Span]) -> Part:
    x: list[float | None] = []
    y: list[float | None] = []
    for place, (_, _, end) in enumerate(spans[:-1]):
        x += [place + _HALF_STEP, place + 1 - _HALF_STEP, None]
        y += [end, end, None]
    return lines_trace(x, y, color=MUTED, width=0.8)


def _levels(spans: Sequence[Span]) -> Part:
    x: list[float | None] = []
    y: list[float | None] = []
    for place in (0, len(spans) - 1):
        x += [place - _HALF_STEP, place + _HALF_STEP, None]
        y += [spans[place][2], spans[place][2], None]
    return lines_trace(x, y, color=ACCENT, width=3.4)


def _step_pointers(
    chart: Waterfall, spans: Sequence[Span], canvas: Canvas
) -> list[Part]:
    """Return unseen dots to point at, for the screen."""
    if not canvas.is_screen:
        return []
    return [
        {
            "type": "scatter", "mode": "markers", "showlegend": False,
            "x": list(range(len(spans))),
            "y": [(start + end) / 2 for _, start, end in spans],
            "marker": {"size": 26, "opacity": 0},
            **hover(canvas, [hover_text(p, chart.axis) for p in chart.points]),
        }
    ]  # fmt: skip
