"""Groups in order of their value, with intervals, beside the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.drawing.scale import Scale, known_values, scale_of
from esg.report.drawing.theme import (
    ACCENT,
    BAND,
    GUIDE,
    INK,
    LINE,
    MUTED,
    PAPER,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    figure,
    hover,
    hover_text,
    line_shape,
    lines_trace,
    note,
    place_axis,
    texts_trace,
    unit_of,
    value_axis,
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
    from collections.abc import Sequence

    from esg.report.chart import Axis, Point, Ranked

_LABEL_PART = 0.34
_LEAST_ROW = 1.5
_MOST_ROW = 2.5
"""Height of a row, in lines of text of its own size."""


def ranked(chart: Ranked, canvas: Canvas) -> Part:
    """Return a dot plot, the largest on top, those without a value at the foot."""
    labels = [
        wrapped(p.label, canvas.width * _LABEL_PART, canvas.size) for p in chart.points
    ]
    values = [bare(p.text, chart.axis) for p in chart.points]
    scale = scale_of(known_values([*chart.points, chart.whole]), chart.axis)
    margin = Margin(
        left=widest(labels, canvas.size) + TICK_ROOM,
        right=4,
        top=canvas.line + 6,
        bottom=canvas.line * (1.6 + bool(unit_of(chart.axis)) * 1.05),
    )
    height = _height(labels, canvas, margin)
    column = _column(values, scale, canvas, margin)
    rows = list(range(len(chart.points)))
    return figure(
        canvas,
        [
            _row_guides(chart.points, scale),
            *_whole_line(chart),
            *_whiskers(chart.points),
            _dots(chart.points, chart.axis, canvas),
            texts_trace(
                [column] * len(rows), rows, [markup(v) for v in values],
                "middle left", size=canvas.size, color=INK,
            ),
        ],
        margin,
        height=height,
        xaxis=value_axis(scale, canvas, title=_axis_title(chart.axis, canvas))
        | {"range": [scale.low, column]},
        yaxis=place_axis(
            labels, rows, (len(rows) - 0.5, -0.5), canvas,
            tickfont={"size": canvas.size, "color": INK},
        ),
        shapes=_whole_shapes(chart, rows),
        annotations=_whole_note(chart, scale, column, canvas, margin),
    )  # fmt: skip


def _height(labels: Sequence[str], canvas: Canvas, margin: Margin) -> float:
    around = margin.top + margin.bottom
    lines = max(line_count(label) for label in labels)
    least = canvas.size * (_LEAST_ROW + 1.3 * (lines - 1))
    most = canvas.size * (_MOST_ROW + 1.3 * (lines - 1))
    row = (canvas.height - around) / len(labels)
    return around + len(labels) * min(max(row, least), most)


def _column(
    values: Sequence[str], scale: Scale, canvas: Canvas, margin: Margin
) -> float:
    """Return where the printed values end: past the last tick, clear of any dot."""
    room = widest(values, canvas.size) + canvas.size * 1.2
    plot = canvas.width - margin.left - margin.right
    return scale.high + (scale.high - scale.low) * room / (plot - room)


def _axis_title(axis: Axis, canvas: Canvas) -> Part:
    return {
        "text": markup(unit_of(axis)),
        "font": {"size": canvas.small, "color": MUTED},
        "standoff": 4,
    }


def _row_guides(points: Sequence[Point], scale: Scale) -> Part:
    x: list[float | None] = []
    y: list[float | None] = []
    for row, point in enumerate(points):
        if point.value is not None:
            x += [scale.low, scale.high, None]
            y += [row, row, None]
    return lines_trace(x, y, color=GUIDE, width=0.8)


def _whiskers(points: Sequence[Point]) -> list[Part]:
    x: list[float | None] = []
    y: list[float | None] = []
    for row, point in enumerate(points):
        if point.value is not None and point.low is not None:
            x += [point.low, point.high, None]
            y += [row, row, None]
    return [lines_trace(x, y, color="#84b5af", width=3)] if x else []


def _dots(points: Sequence[Point], axis: Axis, canvas: Canvas) -> Part:
    known = [(row, p) for row, p in enumerate(points) if p.value is not None]
    return {
        "type": "scatter", "mode": "markers", "cliponaxis": False,
        "x": [p.value for _, p in known], "y": [row for row, _ in known],
        "marker": {
            "color": ACCENT, "size": 7.5, "line": {"color": PAPER, "width": 0.9},
        },
        **hover(canvas, [hover_text(p, axis) for _, p in known]),
    }  # fmt: skip


def _told_rows(chart: Ranked) -> int:
    """Return how many rows have a value; the others stand below a rule."""
    return sum(p.value is not None for p in chart.points)


def _whole_line(chart: Ranked) -> list[Part]:
    value = chart.whole.value
    if value is None:
        return []
    return [
        lines_trace(
            [value, value], [-0.5, _told_rows(chart) - 0.5], color=INK, width=1.1
        )
    ]


def _whole_shapes(chart: Ranked, rows: Sequence[int]) -> list[Part]:
    """Return the whole's interval behind all, and the rule above the missing."""
    told, whole = _told_rows(chart), chart.whole
    shapes = []
    if whole.low is not None and whole.high is not None:
        shapes.append(
            {
                "type": "rect", "layer": "below", "fillcolor": BAND,
                "line": {"width": 0}, "x0": whole.low, "x1": whole.high,
                "y0": -0.5, "y1": told - 0.5,
            }
        )  # fmt: skip
    if 0 < told < len(rows):
        shapes.append(
            line_shape(
                (0, 1), (told - 0.5, told - 0.5), xref="paper",
                line={"color": LINE, "width": 0.8},
            )
        )  # fmt: skip
    return shapes


def _whole_note(
    chart: Ranked, scale: Scale, column: float, canvas: Canvas, margin: Margin
) -> list[Part]:
    """Return the whole's label above its line, kept inside the picture."""
    whole = chart.whole
    value = whole.value if whole.value is not None else scale.high
    text = f"{markup(whole.label)} {bold(bare(whole.text, chart.axis))}"
    plain = f"{whole.label} {whole.text} "
    plot = canvas.width - margin.left - margin.right
    x = plot * (value - scale.low) / (column - scale.low)
    half = text_width(plain, canvas.size) / 2
    anchor = "left" if x < half else "right" if plot - x < half else "center"
    return [
        note(
            text, value, 1, yref="paper", yanchor="bottom", yshift=3,
            xanchor=anchor, font={"size": canvas.size, "color": INK},
        )
    ]  # fmt: skip
