"""The charting library itself, for pages that carry it inside."""

from __future__ import annotations

from importlib.resources import files


def plotly_js() -> str:
    """Return plotly.js as the installed Plotly ships it, to be inlined once a page."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")
