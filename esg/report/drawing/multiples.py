"""The same small trend for several groups, on one scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from esg.report.drawing.scale import Scale, known_values, scale_of
from esg.report.drawing.theme import (
    INK,
    LINE,
    MUTED,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    figure,
    note,
    place_axis,
    texts_trace,
    unit_height,
    unit_note,
    value_axis,
    widest,
)
from esg.report.drawing.trend import gap_traces, periods_of, series_traces
from esg.report.drawing.words import bare, bold, markup, text_width, wrapped

if TYPE_CHECKING:
    from esg.report.chart import Multiples, Series

MOST_PANELS = 8
_COLUMNS = 4
_FEW = 3
_PHONE_COLUMNS = 2
_LEAST_PANEL = 76.0
_GAP = 18.0
_ROOM_FOR_TEXT = 1.2  # a line of text is about a sixth of the lowest panel


def multiples(chart: Multiples, canvas: Canvas) -> Part:
    """Return small panels that share both scales, so that heights compare.

    Raises:
        ValueError: There are more panels than a reader compares at a glance.
    """
    if not 1 <= len(chart.panels) <= MOST_PANELS:
        raise ValueError(f"{len(chart.panels)} panels, not 1 to {MOST_PANELS}")
    points = [p for panel in chart.panels for p in panel.points]
    scale = scale_of([*known_values(points), *_headroom(chart)], chart.axis, steps=3)
    grid = _Grid(chart, canvas, scale)
    layout: Part = {"annotations": unit_note(chart.axis, canvas, grid.margin)}
    data: list[Part] = []
    for index, panel in enumerate(chart.panels):
        data += _panel(panel, index, grid, layout)
    return figure(canvas, data, grid.margin, height=grid.height, **layout)


def _headroom(chart: Multiples) -> list[float]:
    """Return how high the scale must reach for the last values to stand above."""
    ends = [top for panel in chart.panels for top in known_values(panel.points[-3:])]
    wanted = max(ends, default=0.0) * _ROOM_FOR_TEXT
    most = 1.0 if chart.axis.is_share else math.inf
    return [wanted] if 0 < wanted <= most else []


class _Grid:
    """Where each panel stands."""

    def __init__(self, chart: Multiples, canvas: Canvas, scale: Scale) -> None:
        self.canvas, self.scale, self.axis = canvas, scale, chart.axis
        self.periods = periods_of(chart.panels)
        count = len(chart.panels)
        self.columns = _column_count(count, canvas)
        self.rows = math.ceil(count / self.columns)
        self.count = count
        self.margin = Margin(
            left=widest(scale.texts, canvas.small) + TICK_ROOM,
            right=2,
            top=unit_height(chart.axis, canvas),
            bottom=canvas.line * 1.5,
        )
        self.title_height = canvas.line * 1.3
        self.between = self.title_height + canvas.line * 0.9
        needed = self.rows * (_LEAST_PANEL + self.between)
        wanted = canvas.height - self.margin.top - self.margin.bottom
        self.inner_height = max(wanted, needed)
        self.inner_width = canvas.width - self.margin.left - self.margin.right
        self.height = self.inner_height + self.margin.top + self.margin.bottom

    def domains(self, index: int) -> tuple[list[float], list[float]]:
        """Return the part of the plot one panel takes, across and up."""
        row, column = divmod(index, self.columns)
        gap = _GAP / self.inner_width
        wide = (1 - gap * (self.columns - 1)) / self.columns
        tall = 1 / self.rows
        left = column * (wide + gap)
        top = 1 - row * tall
        title = self.title_height / self.inner_height
        extra = (self.between - self.title_height) / self.inner_height
        bottom = top - tall + (extra if row < self.rows - 1 else 0)
        return (
            [round(left, 5), round(min(1.0, left + wide), 5)],
            [round(max(0.0, bottom), 5), round(top - title, 5)],
        )

    def is_lowest(self, index: int) -> bool:
        """Return whether no panel stands below."""
        return index + self.columns >= self.count


def _column_count(count: int, canvas: Canvas) -> int:
    if canvas.is_screen:
        return min(count, _PHONE_COLUMNS)
    if count in (_FEW, _FEW * 2 - 1, _FEW * 2):
        return _FEW
    return min(count, _COLUMNS)


def _panel(panel: Series, index: int, grid: _Grid, layout: Part) -> list[Part]:
    canvas, periods = grid.canvas, grid.periods
    subplot = str(index + 1) if index else ""
    across, up = grid.domains(index)
    layout[f"xaxis{subplot}"] = place_axis(
        [], [], (-0.35, len(periods) - 0.65), canvas,
        domain=across, anchor=f"y{subplot}", showticklabels=False,
        showline=True, linecolor=LINE, linewidth=0.8,
    )  # fmt: skip
    is_first = index % grid.columns == 0
    layout[f"yaxis{subplot}"] = value_axis(
        grid.scale, canvas, domain=up, anchor=f"x{subplot}", showticklabels=is_first
    )
    width = grid.inner_width / grid.columns - _GAP
    layout["annotations"] += [_title(panel, across[0], up[1], width, canvas)]
    if grid.is_lowest(index):
        layout["annotations"] += _period_notes(periods, across, up[0], width, canvas)
    traces = series_traces(panel, periods, grid.axis, canvas, subplot=subplot)
    traces += gap_traces([panel], periods, grid.scale, canvas, subplot)
    return [*traces, *_last_value(panel, grid, subplot)]


def _title(panel: Series, x: float, y: float, width: float, canvas: Canvas) -> Part:
    lines = wrapped(panel.name, width, canvas.size).split("\n")
    text = lines[0] if len(lines) == 1 else f"{lines[0]}…"
    return note(
        bold(text), x, y, xref="paper", yref="paper", yanchor="bottom", yshift=5,
        font={"size": canvas.size, "color": INK},
    )  # fmt: skip


def _period_notes(
    periods: list[str], across: list[float], y: float, width: float, canvas: Canvas
) -> list[Part]:
    """Return the first and the last period, inside the panel's own width."""
    ends = [(periods[0], "left", across[0]), (periods[-1], "right", across[1])]
    fits = widest(periods[:1], canvas.small) + widest(periods[-1:], canvas.small)
    if len(periods) == 1 or fits + canvas.small > width:
        ends = ends[1:]
    return [
        note(
            markup(text), x, y, xref="paper", yref="paper", xanchor=side,
            yanchor="top", yshift=-3, font={"size": canvas.small, "color": MUTED},
        )
        for text, side, x in ends
    ]  # fmt: skip


def _last_value(panel: Series, grid: _Grid, subplot: str) -> list[Part]:
    """Return the last value, above the stretch of line that it is as wide as."""
    known = [
        (grid.periods.index(p.label), p) for p in panel.points if p.value is not None
    ]
    if not known:
        return []
    place, last = known[-1]
    text = bare(last.text, grid.axis)
    slot = (grid.inner_width / grid.columns - _GAP) / max(1, len(grid.periods) - 0.3)
    reach = place - text_width(text, grid.canvas.size) / slot
    near = [p for x, p in known if x >= reach]
    tops = [max(known_values(near)), max(p.value for p in near if p.value is not None)]
    # Above the band, else on its tint above the line, else just under the panel's top:
    # below the line it would meet the axis.
    free = [
        top
        for top in tops
        if (1 - grid.scale.part(top)) * _LEAST_PANEL > grid.canvas.line
    ]
    trace = texts_trace(
        [place + 0.35],
        [free[0] if free else grid.scale.high],
        [markup(text)],
        "top left" if free else "bottom left",
        size=grid.canvas.size,
        color=INK,
    )
    return [trace | {"xaxis": f"x{subplot}", "yaxis": f"y{subplot}"}]
