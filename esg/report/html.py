"""A report model as HTML: for the printer and for the screen, from one set of parts.

Templates place what the model holds and add nothing but layout. Everything a page needs
stands inside it: no link leads out, nothing is fetched.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from markupsafe import Markup

from esg.errors import ContentError
from esg.report.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from esg.report.model import Card, ReportModel

_LANGUAGE_TAGS = {"zh": "zh-Hans", "en": "en"}


def render_print_html(
    model: ReportModel, svgs: Mapping[str, str], *, folders: Sequence[Path]
) -> str:
    """Return the document that becomes the PDF.

    Args:
        model: The report.
        svgs: Pictures by figure id; every figure with a chart needs one.
        folders: Where its templates and style sheets are looked for, in this order.
    """
    pictures = {name: _picture(svg) for name, svg in sorted(svgs.items())}
    return _render("report.html.j2", model, folders, pictures=pictures)


def render_html(
    model: ReportModel,
    figures: Mapping[str, dict[str, Any]],
    plotly_js: str,
    *,
    folders: Sequence[Path],
) -> str:
    """Return one self-contained page with interactive figures.

    Args:
        model: The report.
        figures: Plotly figures by figure id; every figure with a chart needs one.
        plotly_js: The library, inlined once.
        folders: Where its templates and style sheets are looked for, in this order.
    """
    return _render(
        "screen.html.j2",
        model,
        folders,
        figures=inline_json(dict(figures)),
        # A script must not end early, whatever a string inside it holds.
        plotly_js=Markup(plotly_js.replace("</script", "<\\/script")),  # noqa: S704
    )


def figure_ids(model: ReportModel) -> tuple[str, ...]:
    """Return the figures that want a picture, in order."""
    return tuple(
        figure.id
        for chapter in model.chapters
        for figure in chapter.figures
        if figure.chart is not None
    )


def facts_name(model: ReportModel) -> str:
    """Return the file name of the facts, beside the report and inside the PDF."""
    return f"{model.name}-{model.period}.{model.language}.json"


def _render(name: str, model: ReportModel, folders: Sequence[Path], **more: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(list(folders)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def say(key: str, **parts: object) -> str:
        return model.strings[key].format(**parts)

    def spark(card: Card) -> Markup:
        return Markup(sparkline(card.spark, card.verdict))  # noqa: S704 - drawn by us

    def spark_picture(card: Card) -> str:
        return _picture(sparkline(card.spark, card.verdict))

    try:
        return environment.get_template(name).render(
            model=model,
            say=say,
            spark=spark,
            spark_picture=spark_picture,
            lang=_LANGUAGE_TAGS[model.language],
            facts_name=facts_name(model),
            **more,
        )
    except (TemplateError, KeyError) as error:
        raise ContentError(
            f"report_templates/{folders[0].name}/{name} cannot be filled in: {error}.",
            hint="Mend the template, or the string it names in strings.*.yaml.",
        ) from error


def _picture(svg: str) -> str:
    """Return an SVG as a data address: an image with a text alternative, no file."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def inline_json(value: Any) -> Markup:
    """Return a value as JSON that may stand inside a script."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no tag can start
