"""Texts inside a picture: how wide they are, where they break, how Plotly reads them.

Margins are computed from these widths, so that a figure is the same on every machine
and no label is ever cut; the browser is not asked.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esg.report.chart import Axis

# Parts of an em in Noto Sans CJK SC, a little generous: a margin too wide looks calm,
# one too narrow cuts a word.
_NARROW = frozenset(" .,:;·'|!ilj()[]I1fjrt–-")
_WIDE = frozenset("mwMW%@—&")
_NARROW_EM, _CAPITAL_EM, _LATIN_EM, _WIDE_EM = 0.4, 0.68, 0.57, 0.93

_NO_LINE_START = frozenset("，。、；：？！）》」』】〕…·–%％,.;:?!)]}")


def text_width(text: str, size: float) -> float:
    """Return about how wide the widest line of a plain text is.

    Args:
        text: As printed, lines separated by line feeds.
        size: Font size, pixels.

    Returns:
        Pixels.
    """
    lines = text.split("\n")
    return max(sum(map(_em, line)) for line in lines) * size


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return _NARROW_EM
    if character in _WIDE:
        return _WIDE_EM
    return _CAPITAL_EM if character.isupper() else _LATIN_EM


def wrapped(text: str, width: float, size: float) -> str:
    """Return a plain text broken into lines no wider than so many pixels.

    English breaks between words, Chinese between any two characters but before no
    closing punctuation. A single word that is too wide stays whole.
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_width((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return "\n".join([*lines, line.rstrip()])


def _pieces(text: str) -> list[str]:
    """Return the smallest parts that must not be broken."""
    found: list[str] = []
    for part in re.findall(r"[⺀-鿿豈-﫿＀-￯　-〿]|[^⺀-鿿豈-﫿＀-￯　-〿\s]+\s*|\s+", text):
        if found and part[0] in _NO_LINE_START:
            found[-1] += part
        else:
            found.append(part)
    return found


def line_count(text: str) -> int:
    """Return how many lines a plain text has."""
    return text.count("\n") + 1


def markup(text: str) -> str:
    """Return a plain text as Plotly must be given it, which reads a little HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\n", "<br>")


def bold(text: str) -> str:
    """Return a plain text as Plotly prints it bold."""
    return f"<b>{markup(text)}</b>"


def balanced(text: str, width: float, size: float) -> str:
    """Return a wrapped text whose lines are about equally long.

    A label that breaks as 个人信息保 and 护 reads worse than two halves.
    """
    best = wrapped(text, width, size)
    lines = line_count(best)
    while lines > 1 and width > size:
        width -= size / 2
        tried = wrapped(text, width, size)
        if line_count(tried) > lines or text_width(tried, size) > width:
            break
        best = tried
    return best


def bare(text: str, axis: Axis) -> str:
    """Return '12.3' for '12.3 万元' where the axis already says 万元.

    A share keeps its sign: without it 18.4 might be anything.
    """
    unit = axis.title.strip()
    if axis.is_share or not unit or text == unit:
        return text
    return text.removesuffix(unit).rstrip()
