"""Labelled lines across a trend: their texts meet neither each other nor a line."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from esg.report.drawing.theme import MUTED, Canvas, Part, line_shape, note
from esg.report.drawing.words import balanced, line_count, markup, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esg.report.chart import Mark

_MARK_PART = 0.46
_MOST_SEARCHED = 4
"""More marks than these stand as a stair: trying every place would take too long."""
SIDE = 0.35
"""Room left and right of the outer periods of a trend, in periods."""


class MarkLabel(NamedTuple):
    """A mark with where its text goes."""

    place: float
    text: str
    anchor: str
    level: int
    """Lines of text below it, above the plot."""


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


def mark_labels(
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
    slot = plot_width / (len(periods) - 1 + 2 * SIDE)
    flags = []
    for place, texts in sorted(by_place.items()):
        text = "\n".join(
            balanced(line, canvas.width * _MARK_PART, canvas.small) for line in texts
        )
        # Before the first period there is only the side room; further left the line
        # would cross the tick labels and the text fall off the plot.
        between = max(place - 0.5, -SIDE)
        x = left + (between + SIDE) * slot
        width = text_width(text, canvas.small) + 8
        flags.append(Flag(between, x, text, width, line_count(text)))
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


def mark_parts(
    marks: list[MarkLabel], canvas: Canvas, plot_height: float
) -> tuple[list[Part], list[Part]]:
    """Return the lines and the texts of the marks."""
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
