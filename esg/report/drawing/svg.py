"""Plotly's SVG made light: what nobody sees is dropped, and ids come from content.

WeasyPrint walks every element of every picture, so that each empty layer costs a
little of each build. Clips go too: the charts drawn here choose ranges that hold all
they draw, so their clips cut nothing off.
"""

from __future__ import annotations

import re

# Reads only what our own browser has just written.
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_ID = "esg-picture-id"

_SILENT = frozenset(
    {
        "white-space", "vector-effect", "stroke-miterlimit", "pointer-events", "cursor",
        "will-change", "text-rendering",
    }
)  # fmt: skip
_KEPT = frozenset(
    {
        "d", "transform", "x", "y", "dx", "dy", "width", "height", "id", "cx", "cy",
        "r", "viewBox", "text-anchor", "patternUnits", "patternTransform", "href",
        "points", "fill", "stroke", "stroke-width", "opacity", "fill-opacity",
        "stroke-opacity", "font-family", "font-size", "font-weight", "font-style",
        "stroke-dasharray", "x1", "x2", "y1", "y2", "offset", "stop-color", "fill-rule",
    }
)  # fmt: skip
_DEFAULTS = {
    "opacity": "1", "fill-opacity": "1", "stroke-opacity": "1", "font-weight": "normal",
    "font-style": "normal", "font-variant": "normal", "text-anchor": "start",
}  # fmt: skip
_DROPPED_TAGS = frozenset({"clipPath"})
_CONTAINERS = frozenset({"g", "defs", "text", "tspan"})
_EMPTY_PATHS = frozenset({"", "M0,0", "M0,0Z", "M0 0"})


def lighter(svg: str) -> str:
    """Return a picture with the same look, fewer elements and neutral ids.

    Args:
        svg: As ``Plotly.toImage`` returns it.
    """
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(svg)  # noqa: S314
    _drop_background(root)
    for element in root.iter():
        _slim(element)
    _hoist_font(root)
    for text in root.iter(f"{{{_SVG}}}text"):
        _place_lines(text)
    _prune(root)
    return _neutral_ids(ET.tostring(root, encoding="unicode"))


def with_own_ids(svg: str, name: str) -> str:
    """Return a lighter picture whose ids begin with a name, unique in a page."""
    return svg.replace(_ID, name)


def _tag(element: ET.Element) -> str:
    return element.tag.removeprefix(f"{{{_SVG}}}")


def _drop_background(root: ET.Element) -> None:
    """Remove the sheet of white behind a picture: the page is white already."""
    first = next(iter(root), None)
    if first is not None and _tag(first) == "rect":
        root.remove(first)


def _slim(element: ET.Element) -> None:
    """Keep what draws: styles become attributes, defaults and hooks go."""
    style = element.attrib.pop("style", "")
    found = dict(element.attrib)
    for declaration in filter(None, map(str.strip, style.split(";"))):
        name, _, value = declaration.partition(":")
        found[name.strip()] = value.strip()
    element.attrib.clear()
    for name, value in found.items():
        plain = name.removeprefix(f"{{{_XLINK}}}")
        if plain not in _KEPT or plain in _SILENT or _DEFAULTS.get(plain) == value:
            if plain in ("display", "visibility"):
                element.set(plain, value)
            continue
        if short := _short(plain, value):
            element.set(name, short)


def _short(name: str, value: str) -> str:
    if name in ("fill", "stroke", "stop-color"):
        unquoted = re.sub(r"url\([\"']?(#[^\"')]+)[\"']?\)", r"url(\1)", value)
        return re.sub(r"rgb\((\d+), (\d+), (\d+)\)", _hexadecimal, unquoted)
    if name in ("font-family", "id", "href"):
        return value
    short = re.sub(r"-?\d+\.\d+(?![\de])", _two_decimals, value)
    if name.endswith(("width", "height", "size", "dasharray")):
        short = short.replace("px", "")
    return "" if name == "transform" and _is_idle(short) else short


def _is_idle(transform: str) -> bool:
    rest = re.sub(r"translate\(0(,\s*0)?\)|rotate\(0(,[^)]*)?\)", "", transform)
    return not rest.strip()


def _hexadecimal(match: re.Match[str]) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in match.groups())


def _two_decimals(match: re.Match[str]) -> str:
    return _two_decimals_of(float(match.group()))


def _two_decimals_of(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _place_lines(text: ET.Element) -> None:
    """Give each line of a text its own height instead of a distance.

    Browsers count ``dy`` from the line's own ``y``; WeasyPrint adds up all before it,
    which drops the third line of a text by one line too many.
    """
    size = float(text.get("font-size", "0"))
    for line in text:
        if line.get("dy", "").endswith("em") and "y" in line.attrib:
            down = float(line.attrib.pop("dy").removesuffix("em")) * size
            line.set("y", _two_decimals_of(float(line.get("y", "0")) + down))
        if len(line) == 1 and not line.text and not line[0].tail:
            only = line[0]
            line.attrib.update(only.attrib)
            line.text = only.text
            line[:] = list(only)


def _hoist_font(root: ET.Element) -> None:
    """Name the font once, on the root, where every text names the same."""
    families = {e.get("font-family") for e in root.iter() if _tag(e) == "text"}
    if len(families) != 1 or None in families:
        return
    for element in root.iter():
        element.attrib.pop("font-family", None)
    root.set("font-family", str(families.pop()))


def _prune(parent: ET.Element) -> None:
    """Remove what draws nothing, and groups that only wrap, from the leaves up."""
    kept: list[ET.Element] = []
    for child in list(parent):
        _prune(child)
        if _is_unseen(child):
            continue
        is_wrapper = _tag(child) == "g" and not child.attrib
        kept += list(child) if is_wrapper else [child]
    for child in list(parent):
        parent.remove(child)
    parent.extend(kept)


def _is_unseen(element: ET.Element) -> bool:
    tag = _tag(element)
    if tag in _DROPPED_TAGS or element.get("display") == "none":
        return True
    if element.get("opacity") == "0" or element.get("visibility") == "hidden":
        return True
    if tag in _CONTAINERS:
        return len(element) == 0 and not (element.text or "").strip()
    if tag == "path" and element.get("d", "") in _EMPTY_PATHS:
        return True
    if tag in ("path", "rect", "circle"):
        return not (_paints(element, "fill") or _paints(element, "stroke"))
    return False


def _paints(element: ET.Element, kind: str) -> bool:
    """Return whether a shape's inside or edge leaves a trace; an edge must be named."""
    colour = element.get(kind, "#000" if kind == "fill" else "none")
    is_shown = colour != "none" and element.get(f"{kind}-opacity") != "0"
    if kind == "stroke":
        return is_shown and element.get("stroke-width", "1") != "0"
    return is_shown


def _neutral_ids(svg: str) -> str:
    """Number the ids in order and drop those that nothing refers to.

    Plotly draws them at random, which made equal builds differ.
    """
    used = set(re.findall(r"""(?:url\(|href=")#([^")]+)""", svg))
    known = re.findall(r' id="([^"]+)"', svg)
    for number, name in enumerate(n for n in known if n in used):
        svg = re.sub(rf'(?<=["#]){re.escape(name)}(?=[")])', f"{_ID}-{number}", svg)
    return re.sub(rf' id="(?!{_ID}-)[^"]*"', "", svg)
