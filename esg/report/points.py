"""Cells as points of a chart, and the axis they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.chart import Axis, Point
from esg.report.scope import symbol

if TYPE_CHECKING:
    from esg.report.chart import Series
    from esg.report.numbers import Cell, Reference
    from esg.report.scope import Scope
    from esg.report.wording import Scale

# A line whose lowest value is above this part of its highest would be squeezed flat.
_FLAT = 0.5


def point(
    scope: Scope, cell: Cell | None, label: str, scale: Scale | None = None
) -> Point:
    """Return a cell as a point; a missing one keeps its place and its symbol."""
    if cell is None or cell.value is None:
        return Point(label, None, None, None, symbol(cell))
    by = scale.divisor if scale and cell.measure.unit == "money" else 1.0
    low, high = (None if v is None else v / by for v in (cell.low, cell.high))
    return Point(label, cell.value / by, low, high, scope.value(cell, scale))


def axis(scope: Scope, reference: Reference, points: list[Point]) -> Axis:
    """Return the value axis of lines: from zero unless that would squeeze them."""
    values = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    unit = reference.measure.unit
    is_flat = bool(values) and min(values) > _FLAT * max(values)
    return Axis(
        title=scope.words.unit_title(unit, scale_of(scope, reference)),
        is_share=unit == "share",
        from_zero=not is_flat and min(values, default=0.0) >= 0,
    )


def scale_of(scope: Scope, reference: Reference) -> Scale | None:
    """Return one scale for all of a measure's money, so that figures compare."""
    if reference.measure.unit != "money":
        return None
    cells = [scope.numbers.cell(reference, period) for period in scope.window]
    return scope.words.money_scale(c.value for c in cells if c is not None)


def is_told(cell: Cell | None) -> bool:
    """Return whether a cell has a number, or had one that is hidden."""
    return cell is not None and cell.status in ("ok", "suppressed")


def extremes(scope: Scope, title: str, series: Series) -> str:
    """Return the text alternative of a figure: its title and its extreme values."""
    known = [p for p in series.points if p.value is not None]
    if not known:
        return title
    highest = max(known, key=lambda p: p.value or 0.0)
    lowest = min(known, key=lambda p: p.value or 0.0)
    return scope.words.say(
        "alternative_extremes",
        title=title,
        high=highest.text,
        high_at=highest.label,
        low=lowest.text,
        low_at=lowest.label,
    )
