"""What a chart shows, already formatted and protected; how it is drawn is elsewhere.

A value of None in a chart is a gap, and its ``text`` says why with a symbol: '–' no
data, '·' suppressed. Shares are 0 to 1, money is in the unit that ``Axis.title`` names.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Axis:
    """A value axis."""

    title: str
    """The unit, once: '%', '元', 'loans'."""
    is_share: bool
    """Whether values are 0 to 1 and ticks are per cent."""
    from_zero: bool = True


@dataclass(frozen=True)
class Point:
    """One value with its interval and the text a reader sees."""

    label: str
    """Category or period as printed."""
    value: float | None
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True)
class Series:
    """Points of one name, in order."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Mark:
    """A labelled line across a trend: a rule that changed, a definition revised."""

    label: str
    """The period it stands before, as printed on the axis."""
    text: str


@dataclass(frozen=True)
class Trend:
    """Lines over periods with interval bands; the last value labelled directly."""

    series: tuple[Series, ...]
    axis: Axis
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Ranked:
    """Groups by value as dots with intervals, the whole as a line."""

    points: tuple[Point, ...]
    """Sorted by value, the missing ones last."""
    whole: Point
    axis: Axis


@dataclass(frozen=True)
class Multiples:
    """The same small trend for several groups on one scale."""

    panels: tuple[Series, ...]
    axis: Axis


@dataclass(frozen=True)
class Tile:
    """One province of the tile grid."""

    column: int
    row: int
    point: Point


@dataclass(frozen=True)
class Tiles:
    """A tile-grid map: every province one equal tile near its place; no borders."""

    tiles: tuple[Tile, ...]
    axis: Axis
    whole: Point


@dataclass(frozen=True)
class Stacked:
    """Rows of shares that add up to one, at most five parts, unknown hatched last."""

    rows: tuple[Series, ...]
    """A series a row; its points are the parts, the same labels in each row."""
    unknown_label: str


@dataclass(frozen=True)
class Pareto:
    """Categories by count with the cumulative share, and last year's mark."""

    points: tuple[Point, ...]
    cumulative: tuple[float, ...]
    year_earlier: tuple[float | None, ...]
    year_earlier_name: str
    cumulative_name: str
    axis: Axis


@dataclass(frozen=True)
class Confusion:
    """Detected against true, as counts with the rates in words."""

    cells: tuple[tuple[Point, Point], tuple[Point, Point]]
    """Flagged, then passed; in each the frauds first, then the others."""
    row_names: tuple[str, str]
    column_names: tuple[str, str]
    rates: tuple[str, ...]
    """Sentences as 'Precision 71.2 % (68.0–74.2)', printed beside the cells."""


@dataclass(frozen=True)
class Funnel:
    """Steps that each keep a part of the one before."""

    points: tuple[Point, ...]
    of_first: tuple[str, ...]
    """Share of the first step, as text, a step each."""
    axis: Axis


@dataclass(frozen=True)
class Waterfall:
    """A total, what is added and taken, and the total that remains."""

    points: tuple[Point, ...]
    """The first and last are totals, those between are signed steps."""
    axis: Axis


@dataclass(frozen=True)
class Paired:
    """Groups with two values each, joined: what was, and what is instead."""

    points: tuple[tuple[Point, Point], ...]
    """By group in the order given, the earlier value first."""
    names: tuple[str, str]
    axis: Axis


Chart = (
    Trend | Ranked | Multiples | Tiles | Stacked | Pareto | Confusion | Funnel
    | Waterfall | Paired
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a chart needs to know of the page: language, size, fonts."""

    language: str
    width_mm: float = 170
    height_mm: float = 75
    interactive: bool = False
    """Whether it is for the screen: hover texts instead of printed ones."""
    fonts: tuple[str, ...] = field(
        default=("Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
                 "sans-serif")
    )  # fmt: skip
