"""Lines over periods: interval bands, dated marks, last values labelled directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.drawing.line_ends import END_GAP, end_labels, end_notes
from esg.report.drawing.marks import SIDE, mark_labels, mark_parts
from esg.report.drawing.scale import Scale, known_values, scale_of
from esg.report.drawing.theme import (
    ACCENT,
    CATEGORIES,
    DASHES,
    LINE,
    MUTED,
    PAPER,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    areas_trace,
    figure,
    hover,
    hover_text,
    place_axis,
    texts_trace,
    unit_height,
    unit_note,
    value_axis,
    widest,
)
from esg.report.drawing.words import (
    bold,
    line_count,
    markup,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.report.chart import Axis, Point, Series, Trend


def trend(chart: Trend, canvas: Canvas) -> Part:
    """Return lines over periods."""
    periods = periods_of(chart.series)
    points = [p for s in chart.series for p in s.points]
    scale = scale_of(known_values(points), chart.axis)
    ends = end_labels(chart, canvas, periods)
    left = widest(scale.texts, canvas.small) + TICK_ROOM
    right = max((e.width for e in ends), default=0.0) + END_GAP + 3
    plot_width = canvas.width - left - right
    marks = mark_labels(chart.marks, periods, canvas, left, plot_width)
    levels = max((m.level + line_count(m.text) for m in marks), default=0)
    legend = canvas.is_screen and len(chart.series) > 1
    margin = Margin(
        left=left,
        right=right,
        top=levels * canvas.line + unit_height(chart.axis, canvas) + 2,
        bottom=canvas.line * 1.6 + (canvas.line * 1.5 * legend_rows(chart) * legend),
    )
    plot_height = canvas.height - margin.top - margin.bottom
    shown = thinned(periods, plot_width / max(1, len(periods)), canvas.small)
    span = (-SIDE, len(periods) - 1 + SIDE)
    shapes, notes = mark_parts(marks, canvas, plot_height)
    return figure(
        canvas,
        [
            trace
            for index, series in enumerate(chart.series)
            for trace in series_traces(
                series, periods, chart.axis, canvas, index=index,
                many=len(chart.series) > 1,
            )
        ]
        + gap_traces(chart.series, periods, scale, canvas),
        margin,
        xaxis=place_axis(
            [periods[i] for i in shown], shown, span, canvas,
            showline=True, linecolor=LINE, linewidth=1,
        ),
        yaxis=value_axis(scale, canvas),
        shapes=shapes,
        annotations=[
            *unit_note(chart.axis, canvas, margin),
            *notes,
            *end_notes(ends, canvas, scale, plot_height),
        ],
        showlegend=legend,
        legend=_legend(canvas, plot_height),
    )  # fmt: skip


def legend_rows(chart: Trend) -> int:
    """Return how many rows the legend takes on a phone, two names a row."""
    return (len(chart.series) + 1) // 2


def _legend(canvas: Canvas, plot_height: float) -> Part:
    return {
        "orientation": "h", "x": 0, "xanchor": "left", "yanchor": "top",
        "y": -canvas.line * 1.6 / plot_height, "itemclick": False,
        "itemdoubleclick": False, "font": {"size": canvas.size},
    }  # fmt: skip


def periods_of(series: Sequence[Series]) -> list[str]:
    """Return the labels of all periods in order; the longest series leads."""
    ordered = sorted(series, key=lambda s: -len(s.points))
    found = dict.fromkeys(p.label for s in ordered for p in s.points)
    return list(found)


def thinned(labels: Sequence[str], slot: float, size: float) -> list[int]:
    """Return which labels to print so that none touch; the last one always.

    Args:
        labels: All, in order.
        slot: Pixels from one to the next.
        size: Font size, pixels.
    """
    step = 1
    while step < len(labels) and widest(labels, size) + size > slot * step:
        step += 1
    return sorted(range(len(labels) - 1, -1, -step))


# Lines


def series_traces(
    series: Series,
    periods: Sequence[str],
    axis: Axis,
    canvas: Canvas,
    *,
    index: int = 0,
    many: bool = False,
    subplot: str = "",
) -> list[Part]:
    """Return the band, the line and the dots of one series."""
    colour = CATEGORIES[index % len(CATEGORIES)] if many else ACCENT
    placed = [(periods.index(p.label), p) for p in series.points]
    known = [(x, p) for x, p in placed if p.value is not None]
    on = {"xaxis": f"x{subplot}", "yaxis": f"y{subplot}"}
    traces = []
    if runs := _banded_runs(placed):
        traces.append(areas_trace(runs, fillcolor=_tint(colour, many=many), **on))
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers" if canvas.is_screen else "lines",
            "name": markup(series.name),
            "x": [x for x, _ in placed],
            "y": [p.value for _, p in placed],
            "line": {
                "color": colour, "width": 1.9, "dash": DASHES[index % len(DASHES)],
            },
            **({"marker": {"color": colour, "size": 5}} if canvas.is_screen else {}),
            "cliponaxis": False,
            "connectgaps": False,
            **hover(canvas, [hover_text(p, axis, series.name) for _, p in placed]),
            **on,
        }
    )  # fmt: skip
    dotted = _dotted(placed)
    if known and not canvas.is_screen:
        traces.append(
            {
                "type": "scatter", "mode": "markers", "cliponaxis": False,
                "x": [x for x, _ in dotted], "y": [p.value for _, p in dotted],
                "marker": {
                    "color": colour, "size": 5.2, "line": {"color": PAPER, "width": 0.8}
                },
                "hoverinfo": "skip", "showlegend": False, **on,
            }
        )  # fmt: skip
    return traces


def _dotted(placed: list[tuple[int, Point]]) -> list[tuple[int, Point]]:
    """Return the points that need a dot: the last, and those no line reaches."""
    known = {x for x, p in placed if p.value is not None}
    last = max(known, default=-1)
    return [
        (x, p)
        for x, p in placed
        if x in known and (x == last or not {x - 1, x + 1} & known)
    ]


def _tint(colour: str, *, many: bool) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{0.1 if many else 0.15})"


def _banded_runs(placed: list[tuple[int, Point]]) -> list[list[tuple[float, float]]]:
    """Return the outline of each unbroken stretch that has intervals.

    A single period becomes a narrow upright strip, or its interval would vanish.
    """
    runs: list[list[tuple[int, float, float]]] = []
    before = None
    for x, p in placed:
        if p.value is None or p.low is None or p.high is None:
            continue
        if before is None or x != before + 1:
            runs.append([])
        runs[-1].append((x, p.low, p.high))
        before = x
    return [_outline(run) for run in runs]


def _outline(run: list[tuple[int, float, float]]) -> list[tuple[float, float]]:
    if len(run) == 1:
        x, low, high = run[0]
        return [(x - 0.08, low), (x - 0.08, high), (x + 0.08, high), (x + 0.08, low)]
    upper = [(float(x), high) for x, _, high in run]
    return upper + [(float(x), low) for x, low, _ in reversed(run)]


def gap_traces(
    series: Sequence[Series],
    periods: Sequence[str],
    scale: Scale,
    canvas: Canvas,
    subplot: str = "",
) -> list[Part]:
    """Return the symbol of each missing value, just above the axis.

    Only where there is one line: of several nobody could tell whose gap it is.
    """
    if len(series) != 1:
        return []
    missing = [p for p in series[0].points if p.value is None]
    if not missing:
        return []
    trace = texts_trace(
        [periods.index(p.label) for p in missing],
        [scale.low] * len(missing),
        [bold(p.text) for p in missing],
        "top center",
        size=canvas.size * 1.25,
        color=MUTED,
    )
    return [trace | {"xaxis": f"x{subplot}", "yaxis": f"y{subplot}"}]
