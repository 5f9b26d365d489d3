"""The one chart of a comparison of two versions, as a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from esg.doctor import require_browser, require_fonts
from esg.errors import MachineError, UsageError
from esg.report.chart import Look
from esg.report.html import inline_json
from esg.report.lookup import read_lookup
from esg.report.policy import comparison_chart
from esg.report.scope import segment_name
from esg.report.wording import Words

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from esg.report.chart import Paired
    from esg.spec.period import Period
    from esg.spec.report import ReportSpec

KINDS = (".html", ".svg")
_HEIGHT_MM, _ROW_MM = 30.0, 9.0


@dataclass(frozen=True)
class ComparisonOrder:
    """What a comparison's chart is on, and where it goes."""

    old: str
    new: str
    by: str | None
    period: Period | None
    language: str
    path: Path
    """A name that ends in one of ``KINDS``."""


def check_kind(path: Path) -> None:
    """Refuse a name that says no kind of chart.

    Raises:
        UsageError: It ends in none of ``KINDS``.
    """
    if path.suffix.lower() not in KINDS:
        raise UsageError(
            f"'{path.name}' names no kind of chart.",
            hint=f"Let it end in {' or '.join(KINDS)}.",
        )


def write_comparison_chart(
    frame: pl.DataFrame, spec: ReportSpec, currency: str, order: ComparisonOrder
) -> None:
    """Write a comparison as a chart, a page for the screen or a picture.

    Args:
        frame: The comparison, protected.
        spec: The report on the policy, whose words and templates are used.
        currency: Of its money.
        order: Versions, breakdown, language and file.

    Raises:
        UsageError: There is nothing to compare, or no group is large enough to show.
        MachineError: A browser or font is missing, or the file cannot be written.
    """
    if frame.is_empty():
        raise UsageError(
            "There is nothing to draw: the policy has no purchase and bill to compare.",
            hint="Load the tables 'spending' and 'interest_bill', or leave --quarter.",
        )
    words = Words(order.language, spec.strings[order.language], currency)
    lookup = read_lookup(*spec.folders)
    chart = comparison_chart(
        frame,
        words,
        (order.old, order.new),
        partial(segment_name, words, lookup, order.by or ""),
    )
    if chart is None:
        raise UsageError(
            "No group of the comparison is large enough to be drawn.",
            hint="Compare without --by, or over more periods.",
        )
    if order.path.suffix.lower() == ".svg":
        text = _picture(chart, order)
    else:
        text = _page(chart, words, spec, order)
    try:
        order.path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(
            f"The chart could not be written to '{order.path.name}': {error.strerror}.",
            hint="Name a file that you may write.",
        ) from error


def _look(chart: Paired, order: ComparisonOrder, *, interactive: bool) -> Look:
    height = _HEIGHT_MM + _ROW_MM * len(chart.points)
    return Look(order.language, height_mm=height, interactive=interactive)


def _picture(chart: Paired, order: ComparisonOrder) -> str:
    from esg.report.drawing import draw  # noqa: PLC0415 - slow
    from esg.report.pictures import render  # noqa: PLC0415 - as above

    require_fonts()
    figure = draw(chart, _look(chart, order, interactive=False))
    return render([figure], browser=require_browser())[0]


def _page(chart: Paired, words: Words, spec: ReportSpec, order: ComparisonOrder) -> str:
    from esg.report.drawing import draw  # noqa: PLC0415 - slow
    from esg.report.drawing.library import plotly_js  # noqa: PLC0415 - as above

    figure = draw(chart, _look(chart, order, interactive=True))
    environment = Environment(
        loader=FileSystemLoader(list(spec.folders)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    period = words.period(order.period) if order.period else words.say("chart_all")
    return environment.get_template("chart.html.j2").render(
        language=order.language,
        title=words.say("chart_title", old=order.old, new=order.new, period=period),
        note=words.say("compare_note").strip(),
        figure=inline_json(figure),
        # A script must not end early, whatever a string inside it holds.
        plotly_js=Markup(plotly_js().replace("</script", "<\\/script")),  # noqa: S704
    )
