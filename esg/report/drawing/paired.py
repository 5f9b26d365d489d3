"""Two values a group, joined by a line: what was given, and what would be instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.drawing.scale import Scale, known_values, scale_of
from esg.report.drawing.theme import (
    ACCENT,
    GUIDE,
    INK,
    MUTED,
    PAPER,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    figure,
    hover,
    hover_text,
    lines_trace,
    note,
    place_axis,
    texts_trace,
    unit_of,
    value_axis,
    widest,
)
from esg.report.drawing.words import bare, bold, markup, text_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.report.chart import Axis, Paired, Point

_LABEL_PART = 0.3
_ROW = 2.2
"""Height of a row, in lines of text."""
_JOIN = "#84b5af"


def paired(chart: Paired, canvas: Canvas) -> Part:
    """Return a row a group: a hollow dot for the earlier value, a full one for the new.

    Hollow and full tell the two apart in greyscale; both numbers stand at the right.
    """
    labels = [
        wrapped(new.label, canvas.width * _LABEL_PART, canvas.size)
        for _, new in chart.points
    ]
    texts = [_values(pair, chart.axis) for pair in chart.points]
    scale = scale_of(
        known_values([p for pair in chart.points for p in pair]), chart.axis
    )
    margin = Margin(
        left=widest(labels, canvas.size) + TICK_ROOM,
        right=4,
        top=canvas.line + 8,
        bottom=canvas.line * (1.6 + bool(unit_of(chart.axis)) * 1.05),
    )
    rows = list(range(len(chart.points)))
    column = _column(texts, scale, canvas, margin)
    return figure(
        canvas,
        [
            _guides(chart.points, scale),
            *_joins(chart.points),
            _dots([old for old, _ in chart.points], chart, canvas, is_new=False),
            _dots([new for _, new in chart.points], chart, canvas, is_new=True),
            texts_trace(
                [column] * len(rows), rows, [markup(text) for text in texts],
                "middle left", size=canvas.size, color=INK,
            ),
        ],
        margin,
        height=margin.top + margin.bottom + len(rows) * canvas.size * _ROW,
        xaxis=value_axis(
            scale, canvas,
            title={
                "text": markup(unit_of(chart.axis)),
                "font": {"size": canvas.small, "color": MUTED},
                "standoff": 4,
            },
        ) | {"range": [scale.low, column]},
        yaxis=place_axis(
            labels, rows, (len(rows) - 0.5, -0.5), canvas,
            tickfont={"size": canvas.size, "color": INK},
        ),
        annotations=[
            note(
                f"○ {markup(chart.names[0])}\u2003{bold('●')} {markup(chart.names[1])}",
                0, 1, xref="paper", yref="paper", xanchor="left", yanchor="bottom",
                yshift=4, font={"size": canvas.size, "color": INK},
            )
        ],
    )  # fmt: skip


def _values(pair: tuple[Point, Point], axis: Axis) -> str:
    old, new = (bare(point.text, axis) for point in pair)
    return old if old == new else f"{old} → {new}"


def _column(
    texts: Sequence[str], scale: Scale, canvas: Canvas, margin: Margin
) -> float:
    """Return where the printed values end: past the last tick, clear of any dot."""
    room = max(text_width(text, canvas.size) for text in texts) + canvas.size * 1.4
    plot = canvas.width - margin.left - margin.right
    return scale.high + (scale.high - scale.low) * room / (plot - room)


def _guides(points: Sequence[tuple[Point, Point]], scale: Scale) -> Part:
    x: list[float | None] = []
    y: list[float | None] = []
    for row in range(len(points)):
        x += [scale.low, scale.high, None]
        y += [row, row, None]
    return lines_trace(x, y, color=GUIDE, width=0.8)


def _joins(points: Sequence[tuple[Point, Point]]) -> list[Part]:
    x: list[float | None] = []
    y: list[float | None] = []
    for row, (old, new) in enumerate(points):
        if old.value is not None and new.value is not None:
            x += [old.value, new.value, None]
            y += [row, row, None]
    return [lines_trace(x, y, color=_JOIN, width=3)] if x else []


def _dots(
    points: Sequence[Point], chart: Paired, canvas: Canvas, *, is_new: bool
) -> Part:
    known = [(row, p) for row, p in enumerate(points) if p.value is not None]
    fill, line = (ACCENT, PAPER) if is_new else (PAPER, ACCENT)
    return {
        "type": "scatter", "mode": "markers", "cliponaxis": False,
        "x": [p.value for _, p in known], "y": [row for row, _ in known],
        "marker": {
            "color": fill, "size": 7.5 if is_new else 8.5,
            "line": {"color": line, "width": 0.9 if is_new else 1.6},
        },
        **hover(
            canvas,
            [hover_text(p, chart.axis, chart.names[is_new]) for _, p in known],
        ),
    }  # fmt: skip
