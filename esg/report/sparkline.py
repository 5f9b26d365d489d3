"""The small line on a headline card, drawn by hand: no axis, no text, no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esg.report.chart import Series

WIDTH, HEIGHT = 150, 34
_EDGE = 4
_LINE = "#5b6770"
_DOT = {"better": "#1f5f5b", "worse": "#b5442e"}


def sparkline(series: Series, verdict: str) -> str:
    """Return a line over the periods as SVG, its last value marked.

    A period without a number is a gap in the line. The dot is hollow when the movement
    is for the worse, so that colour is not the only cue.
    """
    places = _places(series)
    runs = "".join(
        f'<polyline points="{run}" fill="none" stroke="{_LINE}" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        for run in _runs(places)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f"{runs}{_dot(places, verdict)}</svg>"
    )


def _places(series: Series) -> list[tuple[float, float] | None]:
    known = [p.value for p in series.points if p.value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * _EDGE) / max(1, len(series.points) - 1)
    return [
        None
        if p.value is None
        else (
            _EDGE + step * i,
            HEIGHT - _EDGE - (p.value - low) / span * (HEIGHT - 2 * _EDGE),
        )
        for i, p in enumerate(series.points)
    ]


def _runs(places: list[tuple[float, float] | None]) -> list[str]:
    runs: list[list[str]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(f"{place[0]:.1f},{place[1]:.1f}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _dot(places: list[tuple[float, float] | None], verdict: str) -> str:
    if not places or places[-1] is None:
        return ""
    x, y = places[-1]
    colour = _DOT.get(verdict, _LINE)
    fill = "#ffffff" if verdict == "worse" else colour
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{colour}" '
        'stroke-width="1.6"/>'
    )
