"""Lines over periods: interval bands, dated marks, last values labelled directly."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from esg.report.drawing.scale import Scale, known_values, scale_of
from esg.report.drawing.theme import (
    ACCENT,
    CATEGORIES,
    DASHES,
    INK,
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
    line_shape,
    note,
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
    text_width,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.report.chart import Axis, Mark, Point, Series, Trend

_END_GAP = 7.0
"""Between the end of a line and its label."""
_LABEL_PART = 0.24
_MARK_PART = 0.46
_MOVED = 4.0
_MOST_SEARCHED = 4
"""More marks than these stand as a stair: trying every place would take too long."""
_SIDE = 0.35
"""Room left and right of the outer periods, in periods."""


class EndLabel(NamedTuple):
    """What stands at the end of a line."""

    text: str
    """Markup."""
    width: float
    height: float
    place: float
    """Period at which the line ends, counted from 0."""
    value: float


class MarkLabel(NamedTuple):
    """A mark with where its text goes."""

    place: float
    text: str
    anchor: str
    level: int
    """Lines of text below it, above the plot."""


def trend(chart: Trend, canvas: Canvas) -> Part:
    """Return lines over periods."""
    periods = periods_of(chart.series)
    points = [p for s in chart.series for p in s.points]
    scale = scale_of(known_values(points), chart.axis)
    ends = _end_labels(chart, canvas, periods)
    left = widest(scale.texts, canvas.small) + TICK_ROOM
    right = max((e.width for e in ends), default=0.0) + _END_GAP + 3
    plot_width = canvas.width - left - right
    marks = _mark_labels(chart.marks, periods, canvas, left, plot_width)
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
    span = (-_SIDE, len(periods) - 1 + _SIDE)
    shapes, notes = _mark_parts(marks, canvas, plot_height)
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
            *_end_notes(ends, canvas, scale, plot_height),
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


# Labels at the ends of lines


def _end_labels(chart: Trend, canvas: Canvas, periods: Sequence[str]) -> list[EndLabel]:
    names_in_legend = canvas.is_screen or len(chart.series) == 1
    return [
        label
        for series in chart.series
        if (
            label := _end_label(
                series, chart.axis, canvas, periods, is_named=not names_in_legend
            )
        )
    ]


def _end_label(
    series: Series,
    axis: Axis,
    canvas: Canvas,
    periods: Sequence[str],
    *,
    is_named: bool,
) -> EndLabel | None:
    known = [(p, p.value) for p in series.points if p.value is not None]
    if not known:
        return None
    last, height_of = known[-1]
    room = canvas.width * _LABEL_PART
    value = bare(last.text, axis)
    name = balanced(series.name, room, canvas.size) if is_named else ""
    value_width = text_width(value, canvas.size) * 1.05
    one_line = value_width + text_width(f"{name} ", canvas.size)
    if not name:
        text, width = bold(value), value_width
    elif "\n" not in name and one_line <= room:
        text, width = f"{markup(name)} {bold(value)}", one_line
    else:
        text = f"{markup(name)}<br>{bold(value)}"
        width = max(value_width, text_width(name, canvas.size))
    height = (text.count("<br>") + 1) * canvas.line
    return EndLabel(text, width, height, periods.index(last.label), height_of)


def _end_notes(
    ends: list[EndLabel], canvas: Canvas, scale: Scale, plot_height: float
) -> list[Part]:
    wanted = [plot_height * (1 - scale.part(end.value)) for end in ends]
    places = spread(wanted, [end.height for end in ends], plot_height)
    last = max((end.place for end in ends), default=0)
    return [
        _end_note(end, place - want, canvas, is_early=end.place < last)
        for end, want, place in zip(ends, wanted, places, strict=True)
    ]


def _end_note(end: EndLabel, moved: float, canvas: Canvas, *, is_early: bool) -> Part:
    font = {"size": canvas.size, "color": INK}
    if is_early:
        # A line that stops before the others is labelled above where it stops.
        return note(
            end.text, end.place, end.value, yshift=5, xanchor="center",
            yanchor="bottom", align="center", font=font,
        )  # fmt: skip
    if abs(moved) <= _MOVED:
        return note(
            end.text, end.place, end.value,
            xshift=_END_GAP, yshift=-round(moved, 1), font=font,
        )  # fmt: skip
    return note(
        end.text, end.place, end.value, showarrow=True, arrowhead=0, arrowwidth=0.7,
        arrowcolor=LINE, ax=_END_GAP, ay=round(moved, 1), standoff=4, font=font,
    )  # fmt: skip


def spread(wanted: list[float], heights: list[float], room: float) -> list[float]:
    """Return places near the wanted ones at which labels do not overlap.

    Args:
        wanted: Centres, pixels from the top.
        heights: Of the labels, pixels.
        room: Of the plot, pixels; labels may stand out by half a line.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = list(wanted)
    floor = -heights[order[0]] / 2 if order else 0.0
    for i in order:
        placed[i] = max(placed[i], floor + heights[i] / 2)
        floor = placed[i] + heights[i] / 2
    ceiling = room + (heights[order[-1]] / 2 if order else 0.0)
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling - heights[i] / 2)
        ceiling = placed[i] - heights[i] / 2
    return _centred(order, wanted, placed, heights)


def _centred(
    order: list[int], wanted: list[float], placed: list[float], heights: list[float]
) -> list[float]:
    """Return places with each touching group moved to the middle of its wishes."""
    result = list(placed)
    group: list[int] = []
    for i in [*order, -1]:
        touches = group and i >= 0 and (
            placed[i] - placed[group[-1]]
            < (heights[i] + heights[group[-1]]) / 2 + 0.5
        )  # fmt: skip
        if group and not touches:
            shift = sum(wanted[j] - placed[j] for j in group) / len(group)
            lowest = result[group[0]] + shift - heights[group[0]] / 2
            free = lowest - _ground(order, group[0], result, heights)
            shift += max(0.0, -free)
            for j in group:
                result[j] = placed[j] + min(shift, 0.0)
            group = []
        group.append(i)
    return result


def _ground(
    order: list[int], first: int, result: list[float], heights: list[float]
) -> float:
    """Return where the label above a group ends."""
    position = order.index(first)
    if position == 0:
        return -heights[first] / 2
    above = order[position - 1]
    return result[above] + heights[above] / 2


# Marks


class Flag(NamedTuple):
    """A mark's line with its text, before it has a side and a level."""

    place: float
    x: float
    text: str
    width: float
    lines: int


class Pose(NamedTuple):
    """Where a flag's text stands: on a side of its line, so many lines up."""

    anchor: str
    level: int


def _mark_labels(
    marks: Sequence[Mark],
    periods: Sequence[str],
    canvas: Canvas,
    left: float,
    plot_width: float,
) -> list[MarkLabel]:
    """Return marks with texts that neither leave the picture nor touch a line."""
    by_place: dict[int, list[str]] = {}
    for mark in marks:
        if mark.label in periods:
            by_place.setdefault(periods.index(mark.label), []).append(mark.text)
    slot = plot_width / (len(periods) - 1 + 2 * _SIDE)
    flags = []
    for place, texts in sorted(by_place.items()):
        text = "\n".join(
            balanced(line, canvas.width * _MARK_PART, canvas.small) for line in texts
        )
        x = left + (place - 0.5 + _SIDE) * slot
        width = text_width(text, canvas.small) + 8
        flags.append(Flag(place - 0.5, x, text, width, line_count(text)))
    return [
        MarkLabel(flag.place, flag.text, *pose)
        for flag, pose in zip(flags, _poses(flags, canvas.width), strict=True)
    ]


def _poses(flags: list[Flag], width: float) -> Sequence[Pose]:
    """Return the lowest poses in which no text meets another text or line."""
    stair = [
        Pose("left", sum(f.lines for f in flags[i + 1 :])) for i in range(len(flags))
    ]
    if len(flags) > _MOST_SEARCHED:
        return stair
    levels = range(sum(f.lines for f in flags))
    choices = [
        [
            Pose(anchor, level)
            for level in levels
            for anchor in ("left", "right")
            if _start(flag, anchor) >= 0 and _start(flag, anchor) + flag.width <= width
        ]
        for flag in flags
    ]
    clear = (p for p in itertools.product(*choices) if _are_clear(flags, p))
    return min(clear, key=lambda p: sum(pose.level for pose in p), default=stair)


def _start(flag: Flag, anchor: str) -> float:
    return flag.x if anchor == "left" else flag.x - flag.width


def _are_clear(flags: Sequence[Flag], poses: Sequence[Pose]) -> bool:
    return not any(
        _meets(flags[i], poses[i], flags[j], poses[j])
        for i in range(len(flags))
        for j in range(len(flags))
        if i != j
    )


def _meets(one: Flag, pose: Pose, other: Flag, other_pose: Pose) -> bool:
    """Return whether a flag's text meets another's text or line."""
    start = _start(one, pose.anchor)
    end = start + one.width
    top = other_pose.level + other.lines
    if pose.level < top and start - 2 < other.x < end + 2:
        return True
    other_start = _start(other, other_pose.anchor)
    beside = end <= other_start or other_start + other.width <= start
    return not beside and pose.level < top and other_pose.level < pose.level + one.lines


def _mark_parts(
    marks: list[MarkLabel], canvas: Canvas, plot_height: float
) -> tuple[list[Part], list[Part]]:
    shapes, notes = [], []
    for mark in marks:
        top = mark.level * canvas.line
        reach = 1 + (top + canvas.line * line_count(mark.text)) / plot_height
        shapes.append(
            line_shape(
                (mark.place, mark.place), (0, reach), xref="x", yref="paper",
                line={"color": MUTED, "width": 0.9, "dash": "3px,2px"},
            )
        )  # fmt: skip
        notes.append(
            note(
                markup(mark.text), mark.place, 1, yref="paper",
                xshift=4 if mark.anchor == "left" else -4, yshift=top,
                xanchor=mark.anchor, yanchor="bottom", align=mark.anchor,
                font={"size": canvas.small, "color": MUTED},
            )
        )  # fmt: skip
    return shapes, notes
