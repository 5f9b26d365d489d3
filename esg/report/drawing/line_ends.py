"""What stands at the ends of lines: names and last values, without overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from esg.report.drawing.theme import INK, LINE, Canvas, Part, note
from esg.report.drawing.words import balanced, bare, bold, markup, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.report.chart import Axis, Series, Trend
    from esg.report.drawing.scale import Scale

END_GAP = 7.0
"""Between the end of a line and its label."""
_LABEL_PART = 0.24
_MOVED = 4.0


class EndLabel(NamedTuple):
    """What stands at the end of a line."""

    text: str
    """Markup."""
    width: float
    height: float
    place: float
    """Period at which the line ends, counted from 0."""
    value: float


def end_labels(chart: Trend, canvas: Canvas, periods: Sequence[str]) -> list[EndLabel]:
    """Return a label a line that has a value; on the screen a legend names them."""
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


def end_notes(
    ends: list[EndLabel], canvas: Canvas, scale: Scale, plot_height: float
) -> list[Part]:
    """Return the labels placed beside their ends, moved apart where they crowd."""
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
            xshift=END_GAP, yshift=-round(moved, 1), font=font,
        )  # fmt: skip
    return note(
        end.text, end.place, end.value, showarrow=True, arrowhead=0, arrowwidth=0.7,
        arrowcolor=LINE, ax=END_GAP, ay=round(moved, 1), standoff=4, font=font,
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
