"""Rows of shares that add up to one, drawn as bars of equal length."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from esg.report.chart import Axis
from esg.report.drawing.scale import scale_of
from esg.report.drawing.theme import (
    INK,
    LINE,
    MUTED,
    PAPER,
    PARTS,
    TICK_ROOM,
    Canvas,
    Margin,
    Part,
    figure,
    hover,
    ink_on,
    note,
    place_axis,
    texts_trace,
    value_axis,
    widest,
)
from esg.report.drawing.words import bold, markup, text_width, wrapped

if TYPE_CHECKING:
    from esg.report.chart import Point, Series, Stacked

_LABEL_PART = 0.3
_MOST_ROW = 38.0
_LEAST_ROW = 19.0
_BAR = 0.74
_SWATCH = 10.0
_FULL = 1 - 1e-6
_NONE = "–"
_SHARE = Axis("", is_share=True)


def stacked(chart: Stacked, canvas: Canvas) -> Part:
    """Return bars of equal length, their parts named on top in the same order."""
    names = list(dict.fromkeys(p.label for row in chart.rows for p in row.points))
    labels = [
        wrapped(row.name, canvas.width * _LABEL_PART, canvas.size) for row in chart.rows
    ]
    keys = _keys(names, canvas)
    margin = Margin(
        left=widest(labels, canvas.size) + TICK_ROOM,
        right=widest(["100 %"], canvas.small) / 2 + 4,
        top=(keys[-1].line + 1) * canvas.line * 1.3 + 6,
        bottom=canvas.line * 1.6,
    )
    row = (canvas.height - margin.top - margin.bottom) / len(chart.rows)
    row = min(max(row, _LEAST_ROW), _MOST_ROW)
    height = margin.top + margin.bottom + row * len(chart.rows)
    plot_width = canvas.width - margin.left - margin.right
    return figure(
        canvas,
        [
            *(
                _part(chart, name, _style(name, names, chart), canvas)
                for name in names
            ),
            *_remainders(chart),
            *_texts(chart, names, canvas, plot_width),
        ],
        margin,
        height=height,
        barmode="stack",
        bargap=1 - _BAR,
        shapes=[s for key in keys for s in _swatch(key, names, chart, canvas, margin)],
        annotations=[
            note(
                markup(key.name), 0, 1, xref="paper", yref="paper",
                xshift=key.x + _SWATCH + 5 - margin.left,
                yshift=margin.top - (key.line + 0.5) * canvas.line * 1.3,
                font={"size": canvas.size, "color": INK},
            )
            for key in keys
        ],
        xaxis=value_axis(scale_of([0, 1], _SHARE), canvas),
        yaxis=place_axis(
            labels, range(len(labels)), (len(labels) - 0.5, -0.5), canvas,
            tickfont={"size": canvas.size, "color": INK},
        ),
    )  # fmt: skip


class _Key(NamedTuple):
    """A part's name on top, where its swatch begins and on which line."""

    name: str
    x: float
    line: int


def _keys(names: list[str], canvas: Canvas) -> list[_Key]:
    """Return the names in the order of the parts, on as many lines as they need.

    Plotly's own legend leaves more room beside a swatch than the swatch is wide.
    """
    keys: list[_Key] = []
    x, line = 0.0, 0
    for name in names:
        width = _SWATCH + 5 + text_width(name, canvas.size)
        if keys and x + width > canvas.width:
            x, line = 0.0, line + 1
        keys.append(_Key(name, x, line))
        x += width + canvas.size * 1.6
    return keys


def _swatch(
    key: _Key, names: list[str], chart: Stacked, canvas: Canvas, margin: Margin
) -> list[Part]:
    """Return a key's square; hatching is drawn by hand, shapes have none."""
    left = key.x - margin.left
    middle = margin.top - (key.line + 0.5) * canvas.line * 1.3
    style = _style(key.name, names, chart)
    low, high = middle - _SWATCH / 2, middle + _SWATCH / 2
    place = {
        "xref": "paper", "yref": "paper", "xsizemode": "pixel", "ysizemode": "pixel",
        "xanchor": 0, "yanchor": 1,
    }  # fmt: skip
    square = {
        "type": "rect", "x0": left, "x1": left + _SWATCH, "y0": low, "y1": high,
        "fillcolor": style["color"], "line": {"color": LINE, "width": 0}, **place,
    }  # fmt: skip
    if key.name != chart.unknown_label:
        return [square]
    strokes = [
        {
            "type": "line", "line": {"color": MUTED, "width": 0.8}, **place,
            "x0": left + a * _SWATCH, "y0": low + b * _SWATCH,
            "x1": left + c * _SWATCH, "y1": low + d * _SWATCH,
        }
        for a, b, c, d in ((0, 0.5, 0.5, 1), (0, 0, 1, 1), (0.5, 0, 1, 0.5))
    ]  # fmt: skip
    square["line"] = {"color": LINE, "width": 0.8}
    return [square, *strokes]


def _style(name: str, names: list[str], chart: Stacked) -> Part:
    edge = {"color": PAPER, "width": 1}
    if name == chart.unknown_label:
        hatch = {
            "shape": "/", "size": 5, "solidity": 0.2,
            "fgcolor": MUTED, "bgcolor": PAPER, "fillmode": "replace",
        }  # fmt: skip
        return {"color": PAPER, "line": {"color": LINE, "width": 0.6}, "pattern": hatch}
    known = [n for n in names if n != chart.unknown_label]
    return {"color": PARTS[known.index(name) % len(PARTS)], "line": edge}


def _found(row: Series, name: str) -> Point | None:
    return next((p for p in row.points if p.label == name), None)


def _part(chart: Stacked, name: str, style: Part, canvas: Canvas) -> Part:
    points = [_found(row, name) for row in chart.rows]
    return {
        "type": "bar", "orientation": "h", "name": markup(name), "marker": style,
        "x": [(p.value or 0.0) if p else 0.0 for p in points],
        "y": list(range(len(points))),
        **hover(
            canvas,
            [
                f"{markup(row.name)}<br>{markup(name)}: {bold(p.text if p else _NONE)}"
                for row, p in zip(chart.rows, points, strict=True)
            ],
        ),
    }  # fmt: skip


def _remainders(chart: Stacked) -> list[Part]:
    """Return an empty box for what a row does not tell, with the symbol for why."""
    x, y, bases, texts = [], [], [], []
    for place, row in enumerate(chart.rows):
        told = sum(p.value or 0.0 for p in row.points)
        symbols = [p.text for p in row.points if p.value is None]
        if symbols and told < _FULL:
            x.append(1 - told)
            y.append(place)
            bases.append(told)
            texts.append(markup(symbols[0]))
    if not x:
        return []
    return [
        {
            "type": "bar", "orientation": "h", "x": x, "y": y, "base": bases,
            "marker": {"color": PAPER, "line": {"color": LINE, "width": 0.8}},
            "text": texts, "textposition": "inside", "insidetextanchor": "middle",
            "textangle": 0, "showlegend": False, "hoverinfo": "skip",
        }
    ]  # fmt: skip


def _texts(
    chart: Stacked, names: list[str], canvas: Canvas, plot_width: float
) -> list[Part]:
    """Return the share of each part that is wide enough to hold it."""
    x, y, texts, colours = [], [], [], []
    for place, row in enumerate(chart.rows):
        start = 0.0
        for name in names:
            point = _found(row, name)
            value = (point.value or 0.0) if point else 0.0
            room = value * plot_width - 6
            if point and room > text_width(point.text, canvas.small):
                x.append(start + value / 2)
                y.append(place)
                texts.append(markup(point.text))
                colours.append(_ink(name, names, chart))
            start += value
    if not texts:
        return []
    return [texts_trace(x, y, texts, "middle center", size=canvas.small, color=colours)]


def _ink(name: str, names: list[str], chart: Stacked) -> str:
    if name == chart.unknown_label:
        return INK
    return ink_on(str(_style(name, names, chart)["color"]))
