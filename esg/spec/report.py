"""Report declarations: chapters, figures, and the words of each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from esg.spec.fields import LANGUAGES, Fields, read_fields, read_text, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

ChartKind = Literal[
    "trend", "ranked", "multiples", "tiles", "stacked", "pareto", "confusion",
    "funnel", "waterfall",
]  # fmt: skip


@dataclass(frozen=True)
class FigureSpec:
    """One figure: which numbers, drawn how."""

    kind: ChartKind
    indicators: tuple[str, ...]
    """``indicator`` or ``indicator/measure``, in drawing order."""
    by: str | None
    """Breakdown for figures that compare groups; null for the whole."""
    title: dict[str, str]
    """The plain name of the figure; the finding is written from the numbers."""


@dataclass(frozen=True)
class ChapterSpec:
    """One chapter: a pillar, its figures, its table."""

    pillar: str
    title: dict[str, str]
    lead: dict[str, str]
    """One or two sentences on what the chapter measures and why."""
    figures: tuple[FigureSpec, ...]


@dataclass(frozen=True)
class ReportSpec:
    """One report."""

    name: str
    title: dict[str, str]
    headline: tuple[str, ...]
    """Indicators of the summary's cards, ``indicator`` or ``indicator/measure``."""
    chapters: tuple[ChapterSpec, ...]
    strings: dict[str, dict[str, str]]
    """By language: every fixed word of the templates."""
    folder: Path
    """Where its templates and style sheets stand."""


def read_report(folder: Path, where: str) -> ReportSpec:
    """Return the report that one folder declares.

    Raises:
        ContentError: A file is wrong, or a language lacks a string another has.
    """
    path = folder / "report.yaml"
    where_report = f"{where}/report.yaml"
    fields = read_fields(path, where_report)
    spec = ReportSpec(
        name=folder.name,
        title=fields.both_languages("title"),
        headline=fields.texts("headline", required=True),
        chapters=tuple(
            _read_chapter(inner) for inner in fields.mappings("chapters", required=True)
        ),
        strings=_read_strings(folder, where, fields.faults),
        folder=folder,
    )
    fields.finish()
    fields.refuse_faults()
    return spec


def _read_chapter(inner: Fields) -> ChapterSpec:
    chapter = ChapterSpec(
        pillar=inner.text("pillar"),
        title=inner.both_languages("title"),
        lead=inner.both_languages("lead"),
        figures=tuple(_read_figure(figure) for figure in inner.mappings("figures")),
    )
    inner.finish()
    return chapter


def _read_figure(inner: Fields) -> FigureSpec:
    figure = FigureSpec(
        kind=cast("ChartKind", inner.choice("kind", get_args(ChartKind))),
        indicators=inner.texts("indicators", required=True),
        by=inner.text("by", default="") or None,
        title=inner.both_languages("title"),
    )
    inner.finish()
    return figure


def _read_strings(
    folder: Path, where: str, faults: list[str]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        path = folder / f"strings.{language}.yaml"
        data: dict[str, Any] = read_yaml(
            read_text(path, f"{where}/{path.name}"), where=f"{where}/{path.name}"
        )
        found[language] = {key: str(value) for key, value in data.items()}
    every = set().union(*(set(strings) for strings in found.values()))
    for language, strings in found.items():
        faults.extend(
            f"{where}/strings.{language}.yaml: the string '{key}' is missing."
            for key in sorted(every - set(strings))
        )
    return found
