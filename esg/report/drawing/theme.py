"""One look for every picture: colours, sizes, and the parts of a Plotly figure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from esg.report.drawing.scale import interval_text
from esg.report.drawing.words import balanced, line_count, markup, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from esg.report.chart import Axis, Look, Point
    from esg.report.drawing.scale import Scale

ACCENT = "#1f5f5b"
INK = "#1d2626"
MUTED = "#5a6665"
LINE = "#9aa5a3"
GUIDE = "#e4e9e8"
BAND = "#eef1f0"
BAR = "#7fb0aa"
TAKEN = "#b9bfbd"
PAPER = "#ffffff"

SEQUENCE = ("#e3efed", "#b7d5d1", "#84b5af", "#3b7b75", "#174f4b")
"""Five steps of one hue, light to dark, that differ as much in greyscale."""

PARTS = ("#174f4b", "#84b5af", "#4d6fa5", "#dcebe8", "#a3a8a7")
"""Neighbours in a stacked bar, each clearly lighter or darker than the one before."""

CATEGORIES = ("#1f5f5b", "#b0620f", "#3f6fae", "#8d4a86", "#6f6f6f", "#8a8327")
"""For lines; each with a dash and a direct label of its own."""

DASHES = (
    "solid",
    "6px,3px",
    "2px,2px",
    "8px,3px,2px,3px",
    "12px,3px",
    "4px,2px,1px,2px",
)

_PIXELS_A_MM = 96 / 25.4
_PRINT_SIZE = 10.4
_SCREEN_SIZE = 12.0
PHONE_WIDTH = 340.0
"""A phone's 360 pixels less the page's own margins."""

_LIGHT_ENOUGH = 0.18
"""Luminance at which white and ink contrast about equally."""

_UNIT_LINES = 1.55
_TURNED_WIDTH = 7.5
"""Of a line of a turned label, in ems."""
_SLANT = 0.71
_STANDOFF = 4
"""Between an axis and its labels, pixels."""
TICK_ROOM = 9.0
"""What a margin adds to its widest tick label."""

Part = dict[str, Any]
"""A piece of a Plotly figure: a trace, an axis, an annotation, a shape."""


@dataclass(frozen=True)
class Canvas:
    """The page a picture stands on, in pixels."""

    look: Look

    @property
    def is_screen(self) -> bool:
        """Whether someone may point at it."""
        return self.look.interactive

    @property
    def width(self) -> float:
        """The width to lay out for: on the screen the narrowest it must work on."""
        return PHONE_WIDTH if self.is_screen else self.look.width_mm * _PIXELS_A_MM

    @property
    def height(self) -> float:
        """The height that was asked for."""
        return self.look.height_mm * _PIXELS_A_MM * (1.15 if self.is_screen else 1.0)

    @property
    def size(self) -> float:
        """The size of text."""
        return _SCREEN_SIZE if self.is_screen else _PRINT_SIZE

    @property
    def small(self) -> float:
        """The size of ticks and notes."""
        return self.size * 0.92

    @property
    def line(self) -> float:
        """The height of a line of text."""
        return self.size * 1.36


@dataclass(frozen=True)
class Margin:
    """Room around the plot for what stands outside it."""

    left: float
    right: float
    top: float
    bottom: float


def figure(
    canvas: Canvas,
    data: Sequence[Part],
    margin: Margin,
    *,
    height: float | None = None,
    **layout: Any,
) -> Part:
    """Return a whole Plotly figure.

    On the screen the width is left to the page, and nothing zooms: a finger that
    scrolls over a chart must go on scrolling.
    """
    tall = round(height or canvas.height, 1)
    size: Part = {"height": tall}
    size |= (
        {"autosize": True} if canvas.is_screen else {"width": round(canvas.width, 1)}
    )
    return {
        "data": list(data),
        "layout": {
            **size,
            "margin": {
                "l": round(margin.left, 1), "r": round(margin.right, 1),
                "t": round(margin.top, 1), "b": round(margin.bottom, 1), "pad": 0,
            },
            "font": {
                "family": _families(canvas.look.fonts),
                "size": canvas.size,
                "color": INK,
            },
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": PAPER, "bordercolor": LINE,
                "font": {"color": INK, "size": canvas.size}, "align": "left",
            },
            "dragmode": False,
            **layout,
        },
    }  # fmt: skip


def _families(fonts: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" if " " in name else name for name in fonts)


def value_axis(scale: Scale, canvas: Canvas, **more: Any) -> Part:
    """Return an axis of values: light guides at round ticks, no line of its own."""
    return {
        "range": [scale.low, scale.high],
        "tickvals": list(scale.ticks),
        "ticktext": [markup(text) for text in scale.texts],
        "tickfont": {"size": canvas.small, "color": MUTED},
        "ticks": "",
        "ticklabelstandoff": _STANDOFF,
        "showgrid": True,
        "gridcolor": GUIDE,
        "gridwidth": 0.8,
        "zeroline": False,
        "fixedrange": True,
        "automargin": False,
        **more,
    }


def place_axis(
    labels: Sequence[str],
    places: Sequence[float],
    value_range: tuple[float, float],
    canvas: Canvas,
    **more: Any,
) -> Part:
    """Return an axis of names: a label at each place, no guides."""
    return {
        "range": list(value_range),
        "tickvals": list(places),
        "ticktext": [markup(label) for label in labels],
        "tickfont": {"size": canvas.small, "color": INK},
        "tickangle": 0,
        "ticks": "",
        "ticklabelstandoff": _STANDOFF,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": False,
        **more,
    }


def pixel_axes(width: float, height: float) -> Part:
    """Return two unseen axes that count pixels, from the upper left corner."""
    hidden = {"visible": False, "fixedrange": True, "automargin": False}
    return {
        "xaxis": {"range": [0, round(width, 1)], **hidden},
        "yaxis": {"range": [round(height, 1), 0], **hidden},
    }


def note(text: str, x: float, y: float, **more: Any) -> Part:
    """Return a text at a place; ``text`` is markup already."""
    return {
        "text": text, "x": x, "y": y, "showarrow": False,
        "xanchor": "left", "yanchor": "middle", "align": "left", "borderpad": 0, **more,
    }  # fmt: skip


def unit_note(axis: Axis, canvas: Canvas, margin: Margin) -> list[Part]:
    """Return the unit above the axis, flush with the picture's left edge.

    Lying text is read faster than a turned one. '%' alone is left out: each tick of
    a share carries the sign.
    """
    if not unit_of(axis):
        return []
    return [
        note(
            markup(axis.title), 0, 1, xref="paper", yref="paper",
            xshift=-margin.left, yshift=margin.top, yanchor="top",
            font={"size": canvas.small, "color": MUTED},
        )
    ]  # fmt: skip


def unit_of(axis: Axis) -> str:
    """Return the unit to print, empty where every tick carries it."""
    title = axis.title.strip()
    return "" if axis.is_share and title in ("%", "％") else title


def unit_height(axis: Axis, canvas: Canvas) -> float:
    """Return the room the unit takes above the plot."""
    return canvas.line * _UNIT_LINES if unit_of(axis) else canvas.line * 0.4


def line_shape(x: Sequence[float], y: Sequence[float], **more: Any) -> Part:
    """Return a straight line from one place to another."""
    style = {"color": LINE, "width": 1}
    style |= more.pop("line", {})
    ends = {"x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1]}
    return {"type": "line", "layer": "below", **ends, "line": style, **more}


def lines_trace(
    x: Sequence[float | None], y: Sequence[float | None], **style: Any
) -> Part:
    """Return strokes as one path, broken wherever a coordinate is None."""
    return {
        "type": "scatter", "mode": "lines", "x": list(x), "y": list(y),
        "line": style, "hoverinfo": "skip", "cliponaxis": False,
        "connectgaps": False, "showlegend": False,
    }  # fmt: skip


def texts_trace(
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[str],
    position: str,
    **font: Any,
) -> Part:
    """Return texts at places; ``texts`` are markup already."""
    return {
        "type": "scatter", "mode": "text", "x": list(x), "y": list(y),
        "text": list(texts), "textposition": position, "textfont": font,
        "hoverinfo": "skip", "cliponaxis": False, "showlegend": False,
    }  # fmt: skip


def areas_trace(corners: Iterable[Sequence[tuple[float, float]]], **style: Any) -> Part:
    """Return closed areas of one colour as one path."""
    x: list[float | None] = []
    y: list[float | None] = []
    for corner in corners:
        closed = [*corner, corner[0]]
        x += [*([None] if x else []), *(round(px, 6) for px, _ in closed)]
        y += [*([None] if y else []), *(round(py, 6) for _, py in closed)]
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "x": x, "y": y,
        "line": {"width": 0}, "hoverinfo": "skip", "cliponaxis": False,
        "showlegend": False, **style,
    }  # fmt: skip


def box(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    """Return the corners of an upright rectangle from its upper left one."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def hover(canvas: Canvas, texts: Sequence[str]) -> Part:
    """Return what pointing at a trace shows; in print nothing, to keep it small."""
    if not canvas.is_screen:
        return {"hoverinfo": "skip"}
    return {"hoverinfo": "text", "hovertext": list(texts)}


def hover_text(point: Point, axis: Axis, name: str = "") -> str:
    """Return a point with its interval, as pointing at it shows them."""
    interval = interval_text(point, axis)
    lines = [markup(name)] if name else []
    lines.append(f"{markup(point.label)}: <b>{markup(point.text)}</b>")
    return "<br>".join([*lines, *([f"({interval})"] if interval else [])])


def ink_on(colour: str) -> str:
    """Return the text colour that reads better on a colour: white or ink."""
    return INK if _luminance(colour) > _LIGHT_ENOUGH else PAPER


def _luminance(colour: str) -> float:
    """Return relative luminance, 0 to 1 (WCAG 2.2, definition of contrast)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for p in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def widest(texts: Iterable[str], size: float) -> float:
    """Return the width of the widest text, 0 where there is none."""
    return max((text_width(text, size) for text in texts), default=0.0)


class Feet(NamedTuple):
    """Labels below upright bars: as they break, how they turn, the room they take."""

    texts: list[str]
    angle: int
    left: float
    """Pixels that a turned first label reaches past its bar's own slot."""
    depth: float


def feet(labels: Sequence[str], slot: float, size: float) -> Feet:
    """Return labels broken to fit below their bars, turned where a word is too wide."""
    texts = [balanced(label, slot - 4, size) for label in labels]
    if all(text_width(text, size) <= slot for text in texts):
        return Feet(texts, 0, 0.0, max(map(line_count, texts), default=1) * size * 1.36)
    two_lines_fit = slot * _SLANT > 2 * 1.3 * size
    width = _TURNED_WIDTH * size if two_lines_fit else math.inf
    texts = [balanced(label, width, size) for label in labels]
    longest = max(text_width(t, size) + line_count(t) * size * 1.3 for t in texts)
    first = text_width(texts[0], size) + line_count(texts[0]) * size * 1.3
    return Feet(texts, -45, max(0.0, first * _SLANT - slot / 2), longest * _SLANT)
