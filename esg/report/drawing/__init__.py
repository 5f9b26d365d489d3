"""Charts as Plotly figures: one specification for the screen and for print.

A figure is a plain dictionary, so that drawing needs no Plotly and stays quick; the
tests hold it against Plotly's own schema. Nothing here formats a number that a reader
quotes: the charts come with their texts, only ticks are written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esg.report import chart as kinds
from esg.report.drawing.confusion import confusion
from esg.report.drawing.multiples import multiples
from esg.report.drawing.paired import paired
from esg.report.drawing.pareto import pareto
from esg.report.drawing.ranked import ranked
from esg.report.drawing.stacked import stacked
from esg.report.drawing.steps import funnel, waterfall
from esg.report.drawing.theme import Canvas
from esg.report.drawing.tiles import tiles
from esg.report.drawing.trend import trend

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["draw"]

_DRAWERS: dict[type, Callable[[Any, Canvas], dict[str, Any]]] = {
    kinds.Trend: trend,
    kinds.Ranked: ranked,
    kinds.Multiples: multiples,
    kinds.Tiles: tiles,
    kinds.Stacked: stacked,
    kinds.Pareto: pareto,
    kinds.Confusion: confusion,
    kinds.Funnel: funnel,
    kinds.Waterfall: waterfall,
    kinds.Paired: paired,
}


def draw(chart: kinds.Chart, look: kinds.Look) -> dict[str, Any]:
    """Return a chart as a Plotly figure, ``data`` and ``layout``.

    Args:
        chart: What to show, formatted and protected.
        look: Language, size and fonts, and whether it is for the screen. The height
            is a wish: rankings and maps take what their rows need.

    Returns:
        Plain lists, dicts, texts and numbers, equal for equal input. In print
        ``layout`` holds width and height in pixels, 96 to the inch; for the screen
        the width is left to the page.
    """
    return _DRAWERS[type(chart)](chart, Canvas(look))
