"""Detected against true: four counted cells, and the rates in words beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.chart import Axis
from esg.report.drawing.theme import (
    INK,
    LINE,
    MUTED,
    Canvas,
    Margin,
    Part,
    areas_trace,
    box,
    figure,
    hover,
    hover_text,
    line_shape,
    pixel_axes,
    texts_trace,
    widest,
)
from esg.report.drawing.words import bold, line_count, markup, wrapped

if TYPE_CHECKING:
    from esg.report.chart import Confusion

RIGHT = "#d3e5e2"
WRONG = "#f1ddd5"

_TABLE_PART = 0.58
_GAP = 3.0
_MOST_CELL = 100.0
_COUNTS = Axis("", is_share=False)


def confusion(chart: Confusion, canvas: Canvas) -> Part:
    """Return the four cells; the rates stand beside them, on a phone below."""
    plan = _Plan(chart, canvas)
    rates, height = _rates(chart, canvas, plan)
    return figure(
        canvas,
        [
            areas_trace([plan.cell(0, 0), plan.cell(1, 1)], fillcolor=RIGHT),
            areas_trace([plan.cell(0, 1), plan.cell(1, 0)], fillcolor=WRONG),
            *_counts(chart, canvas, plan),
            *_names(chart, canvas, plan),
            *rates,
        ],
        Margin(0, 0, 0, 0),
        height=height,
        shapes=[]
        if canvas.is_screen or not chart.rates
        else [
            line_shape(
                (plan.right + 16, plan.right + 16), (plan.top, plan.bottom),
                line={"color": LINE, "width": 1},
            )
        ],
        **pixel_axes(canvas.width, height),
    )  # fmt: skip


class _Plan:
    """Where the cells stand, in pixels."""

    def __init__(self, chart: Confusion, canvas: Canvas) -> None:
        has_side = bool(chart.rates) and not canvas.is_screen
        self.right = canvas.width * (_TABLE_PART if has_side else 1.0)
        names = [wrapped(n, self.right * 0.26, canvas.size) for n in chart.row_names]
        self.row_names = names
        self.left = widest(names, canvas.size) + 10
        self.wide = (self.right - self.left - _GAP) / 2
        self.column_names = [
            wrapped(n, self.wide, canvas.size) for n in chart.column_names
        ]
        lines = max(line_count(n) for n in self.column_names)
        self.top = canvas.line * lines + 4
        tall = (canvas.height - self.top - _GAP) / 2
        self.tall = min(tall, _MOST_CELL)
        self.bottom = self.top + 2 * self.tall + _GAP

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """Return the upper left corner of a cell."""
        return (
            self.left + column * (self.wide + _GAP),
            self.top + row * (self.tall + _GAP),
        )

    def cell(self, row: int, column: int) -> list[tuple[float, float]]:
        """Return the outline of a cell."""
        return box(*self.corner(row, column), self.wide, self.tall)

    def middle(self, row: int, column: int) -> tuple[float, float]:
        """Return the centre of a cell."""
        x, y = self.corner(row, column)
        return x + self.wide / 2, y + self.tall / 2


def _counts(chart: Confusion, canvas: Canvas, plan: _Plan) -> list[Part]:
    cells = [(r, c, chart.cells[r][c]) for r in (0, 1) for c in (0, 1)]
    x = [plan.middle(r, c)[0] for r, c, _ in cells]
    y = [plan.middle(r, c)[1] for r, c, _ in cells]
    big, small = canvas.size * 1.7, canvas.small
    words = [wrapped(p.label, plan.wide - 10, small) for _, _, p in cells]
    rise = max(line_count(w) for w in words) * small * 0.65
    counts = texts_trace(
        x, [v - rise for v in y], [bold(p.text) for _, _, p in cells],
        "middle center", size=big, color=INK,
    ) | hover(canvas, [hover_text(p, _COUNTS) for _, _, p in cells])  # fmt: skip
    return [
        counts,
        texts_trace(
            x, [v + big * 0.65 for v in y], [markup(w) for w in words],
            "middle center", size=small, color=INK,
        ),
    ]  # fmt: skip


def _names(chart: Confusion, canvas: Canvas, plan: _Plan) -> list[Part]:
    del chart
    font = {"size": canvas.size, "color": INK}
    columns = [plan.middle(0, c)[0] for c in (0, 1)]
    rows = [plan.middle(r, 0)[1] for r in (0, 1)]
    return [
        texts_trace(
            columns, [plan.top - 3] * 2, [markup(n) for n in plan.column_names],
            "top center", **font,
        ),
        texts_trace(
            [plan.left - 5] * 2, rows, [markup(n) for n in plan.row_names],
            "middle left", **font,
        ),
    ]  # fmt: skip


def _rates(chart: Confusion, canvas: Canvas, plan: _Plan) -> tuple[list[Part], float]:
    """Return the sentences and the height the picture needs with them."""
    beside = not canvas.is_screen
    x = plan.right + 28 if beside else 0.0
    room = canvas.width - x - 2
    texts = [wrapped(rate, room, canvas.size) for rate in chart.rates]
    tall = [line_count(text) * canvas.line + canvas.size * 0.6 for text in texts]
    y = plan.top if beside else plan.bottom + canvas.line
    if beside:
        y += max(0.0, (plan.bottom - plan.top - sum(tall)) / 2)
    middles = []
    for height in tall:
        middles.append(y + height / 2)
        y += height
    height = max(plan.bottom, y) + 2
    if not texts:
        return [], height
    trace = texts_trace(
        [x] * len(texts), middles, [markup(t) for t in texts], "middle right",
        size=canvas.size, color=INK if beside else MUTED,
    )  # fmt: skip
    return [trace], height
