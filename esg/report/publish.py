"""Writing a report: every language and format from one run, with one browser.

The effects of the report layer stand here: the browser is started once for all
pictures, PDFs are printed side by side, and files are replaced whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from esg.doctor import require_browser, require_fonts
from esg.errors import ContentError, MachineError
from esg.report.build import build_model, unknown_references
from esg.report.chart import Look
from esg.report.facts import facts_json
from esg.report.html import figure_ids, render_html, render_print_html
from esg.report.lookup import read_lookup
from esg.report.printing import print_all
from esg.spec.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.indicators.result import RunResult
    from esg.quality.statement import Statement
    from esg.report.model import ReportModel
    from esg.report.policy import PolicyView
    from esg.spec.disclosure import Register
    from esg.spec.indicator import Indicator
    from esg.spec.report import ReportSpec
    from esg.spec.settings import Settings


@dataclass(frozen=True)
class Order:
    """What to write, and where."""

    languages: tuple[str, ...]
    formats: tuple[str, ...]
    """Of ``FORMATS``; all when empty."""
    out: Path
    cache: Path | None
    """Where drawn pictures are kept between builds; nowhere when null."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The formats to write."""
        return self.formats or FORMATS


@dataclass(frozen=True)
class Declared:
    """What the files say that a report is built from."""

    spec: ReportSpec
    settings: Settings
    register: Register


def publish(
    run: RunResult,
    statement: Statement,
    declared: Declared,
    order: Order,
    *,
    policy: PolicyView | None = None,
    progress: Callable[[str], None],
) -> list[Path]:
    """Write one report in all ordered languages and formats.

    Args:
        run: The numbers, protected already.
        statement: How good the records under them are.
        declared: The report, the workspace's settings, frameworks and risks.
        order: Languages, formats, folder.
        policy: The policy that the report names, with its comparison.
        progress: Called with what is about to be done.

    Returns:
        The files, in the order of languages and formats.

    Raises:
        ContentError: A template or declaration of the report is wrong.
        MachineError: A browser or font is missing, or the folder cannot be written.
    """
    spec = declared.spec
    lookup = read_lookup(*spec.folders)
    models = {
        language: build_model(
            run,
            statement,
            spec,
            declared.settings,
            language,
            lookup,
            policy,
            declared.register,
        )
        for language in order.languages
    }
    contents: dict[tuple[str, str], bytes] = {}
    if "json" in order.kinds:
        for language, model in models.items():
            contents[language, "json"] = facts_json(model).encode()
    if "html" in order.kinds:
        progress("pages for the screen")
        for language, model in models.items():
            page = _screen_page(model, spec)
            contents[language, "html"] = page.encode()
    if "pdf" in order.kinds:
        progress("charts")
        pages = _print_pages(models, spec, order)
        progress("pages for print")
        for language, pdf in print_all(pages, models).items():
            contents[language, "pdf"] = pdf
    progress("files")
    return _write(contents, run, spec, order)


def check_references(spec: ReportSpec, indicators: dict[str, Indicator]) -> None:
    """Refuse a report that names an indicator or measure nobody declares.

    Raises:
        ContentError: It does; all such names are told.
    """
    unknown = unknown_references(spec, indicators)
    if unknown:
        raise ContentError(
            f"report_templates/{spec.name}/report.yaml names what no indicator "
            f"declares: {', '.join(unknown)}.",
            hint="Run 'esg list indicators' to see their ids and measures.",
        )


def _screen_page(model: ReportModel, spec: ReportSpec) -> str:
    from esg.report.drawing.library import plotly_js  # noqa: PLC0415 - Plotly is slow

    figures = _drawn(model, Look(model.language, interactive=True))
    return render_html(model, figures, plotly_js(), folders=spec.folders)


def _drawn(model: ReportModel, look: Look) -> dict[str, dict[str, Any]]:
    from esg.report.drawing import draw  # noqa: PLC0415 - as above

    return {
        figure.id: draw(figure.chart, replace(look, height_mm=figure.height_mm))
        for chapter in model.chapters
        for figure in chapter.figures
        if figure.chart is not None
    }


def _print_pages(
    models: dict[str, ReportModel], spec: ReportSpec, order: Order
) -> dict[str, str]:
    from esg.report.pictures import render  # noqa: PLC0415 - as above

    require_fonts()
    drawn = [
        (language, name, figure)
        for language, model in models.items()
        for name, figure in _drawn(model, Look(language)).items()
    ]
    svgs = render(
        [figure for _, _, figure in drawn],
        browser=require_browser(),
        cache=order.cache,
    )
    pages = {}
    for language, model in models.items():
        own = {
            name: svg
            for (of, name, _), svg in zip(drawn, svgs, strict=True)
            if of == language
        }
        pages[language] = render_print_html(
            model, {name: own[name] for name in figure_ids(model)}, folders=spec.folders
        )
    return pages


def _write(
    contents: dict[tuple[str, str], bytes],
    run: RunResult,
    spec: ReportSpec,
    order: Order,
) -> list[Path]:
    written = []
    try:
        order.out.mkdir(parents=True, exist_ok=True)
        for language in order.languages:
            for form in order.kinds:
                path = order.out / f"{spec.name}-{run.period}.{language}.{form}"
                part = path.with_name(path.name + ".part")
                part.write_bytes(contents[language, form])
                part.replace(path)
                written.append(path)
    except OSError as error:
        raise MachineError(
            f"The report could not be written to '{order.out.name}': {error.strerror}.",
            hint="Name a folder that you may write with --out.",
        ) from error
    return written
