"""Categories by size, last year's mark on each, and the cumulative share above.

The cumulative line has a panel of its own instead of a second axis over the bars: two
scales in one plot cross where nothing crosses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.chart import Axis
from esg.report.drawing.scale import Scale, scale_of, tick_text
from esg.report.drawing.theme import (
    ACCENT,
    BAR,
    INK,
    LINE,
    MUTED,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    feet,
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
from esg.report.drawing.words import bare, markup

if TYPE_CHECKING:
    from esg.report.chart import Pareto

_UPPER = 0.28
_BETWEEN = 0.13
_BAR_WIDTH = 0.66
_LIFT = 0.015
"""Of a number above its bar or mark, as part of the axis."""
_UPPER_END = 1.3
_SHARE = Axis("", is_share=True)


def pareto(chart: Pareto, canvas: Canvas) -> Part:
    """Return bars with marks below a small cumulative line."""
    places = list(range(len(chart.points)))
    counts = [p.value for p in chart.points if p.value is not None]
    earlier = [v for v in chart.year_earlier if v is not None]
    scale = scale_of([*counts, *earlier, 0.0], chart.axis, steps=5)
    left = widest([*scale.texts, "100 %"], canvas.small) + TICK_ROOM
    slot = (canvas.width - left - 4) / max(1, len(places))
    below = feet([p.label for p in chart.points], slot, canvas.small)
    margin = Margin(max(left, below.left), 4, canvas.line * 1.2, below.depth + 10)
    span = (-0.5, len(places) - 0.5)
    return figure(
        canvas,
        [
            _bars(chart, canvas),
            *_year_marks(chart),
            _bar_texts(chart, canvas, scale),
            *_cumulative(chart, canvas),
        ],
        margin,
        bargap=1 - _BAR_WIDTH,
        xaxis=place_axis(
            below.texts, places, span, canvas, anchor="y", tickangle=below.angle,
            showline=True, linecolor=LINE, linewidth=1,
        ),
        yaxis=value_axis(scale, canvas, domain=[0, 1 - _UPPER - _BETWEEN]),
        xaxis2={
            "range": list(span), "anchor": "y2", "showticklabels": False,
            "showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "",
            "showline": True, "linecolor": LINE, "linewidth": 0.8,
        },
        yaxis2=value_axis(
            scale_of([0, 1], _SHARE, steps=2), canvas,
            domain=[1 - _UPPER, 1], anchor="x2",
        ) | {"range": [0, _UPPER_END]},
        annotations=_notes(chart, canvas, margin),
    )  # fmt: skip


def _bars(chart: Pareto, canvas: Canvas) -> Part:
    return {
        "type": "bar",
        "x": list(range(len(chart.points))),
        "y": [p.value if p.value is not None else 0 for p in chart.points],
        "marker": {"color": BAR, "line": {"width": 0}},
        **hover(canvas, [_bar_hover(chart, i) for i in range(len(chart.points))]),
    }


def _bar_hover(chart: Pareto, index: int) -> str:
    text = hover_text(chart.points[index], chart.axis)
    before = chart.year_earlier[index]
    if before is None:
        return text
    number = tick_text(before, 1, is_share=chart.axis.is_share)
    return f"{text}<br>{markup(chart.year_earlier_name)}: {number}"


def _year_marks(chart: Pareto) -> list[Part]:
    x: list[float | None] = []
    y: list[float | None] = []
    half = _BAR_WIDTH / 2 + 0.05
    for place, before in enumerate(chart.year_earlier):
        if before is not None:
            x += [place - half, place + half, None]
            y += [before, before, None]
    return [lines_trace(x, y, color=INK, width=1.8)] if x else []


def _bar_texts(chart: Pareto, canvas: Canvas, scale: Scale) -> Part:
    tops = [
        max(p.value or 0.0, before or 0.0) + (scale.high - scale.low) * _LIFT
        for p, before in zip(chart.points, chart.year_earlier, strict=True)
    ]
    texts = [markup(bare(p.text, chart.axis)) for p in chart.points]
    return texts_trace(
        list(range(len(tops))), tops, texts, "top center", size=canvas.small, color=INK
    )


def _cumulative(chart: Pareto, canvas: Canvas) -> list[Part]:
    x = list(range(len(chart.cumulative)))
    texts = [tick_text(share, 0.01, is_share=True) for share in chart.cumulative]
    on = {"xaxis": "x2", "yaxis": "y2"}
    shown = [f"{markup(chart.cumulative_name)}: <b>{text}</b>" for text in texts]
    line = {
        "type": "scatter", "mode": "lines+markers", "x": x, "y": list(chart.cumulative),
        "line": {"color": ACCENT, "width": 1.6}, "marker": {"color": ACCENT, "size": 5},
        "cliponaxis": False, **hover(canvas, shown), **on,
    }  # fmt: skip
    above = [share + 0.04 for share in chart.cumulative]
    label = texts_trace(
        x, above, texts, "top center", size=canvas.small * 0.95, color=INK
    )
    return [line] if canvas.is_screen else [line, label | on]


def _notes(chart: Pareto, canvas: Canvas, margin: Margin) -> list[Part]:
    style = {"size": canvas.small, "color": MUTED}
    upper = note(
        markup(chart.cumulative_name), 0, 1, xref="paper", yref="paper",
        xshift=-margin.left, yshift=margin.top, yanchor="top", font=style,
    )  # fmt: skip
    top = 1 - _UPPER - _BETWEEN
    notes = [upper]
    if unit_of(chart.axis):
        notes.append(
            note(
                markup(chart.axis.title), 0, top, xref="paper", yref="paper",
                xshift=-margin.left, yshift=canvas.line * 0.7, yanchor="bottom",
                font=style,
            )
        )  # fmt: skip
    if any(v is not None for v in chart.year_earlier):
        # The bars on the right are the short ones: the key has its room there.
        notes.append(
            note(
                f"<b>—</b> {markup(chart.year_earlier_name)}", 1, top,
                xref="paper", yref="paper", xanchor="right", yanchor="bottom",
                yshift=canvas.line * 0.7, font={"size": canvas.small, "color": INK},
            )
        )  # fmt: skip
    return notes
