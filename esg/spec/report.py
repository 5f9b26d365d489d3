"""Report declarations: chapters, figures, and the words of each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from esg.spec.fields import (
    LANGUAGES,
    Fields,
    read_fields,
    read_text,
    read_yaml,
    suggest,
)
from esg.spec.indicator import BREAKDOWNS, EVERY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ChartKind = Literal[
    "trend", "ranked", "multiples", "tiles", "stacked", "pareto", "confusion",
    "funnel", "waterfall", "event_study",
]  # fmt: skip

FORMATS = ("pdf", "html", "json")
"""What a report can be written as."""

IndexKind = Literal["named", "all"]


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

    id: str
    """Unique in the report: the pillar where the file names none."""
    pillar: str
    indicators: tuple[str, ...]
    """What its tables hold, in this order; the whole pillar when empty."""
    title: dict[str, str]
    lead: dict[str, str]
    """One or two sentences on what the chapter measures and why."""
    figures: tuple[FigureSpec, ...]


@dataclass(frozen=True)
class PolicySpec:
    """The policy a report is on: printed in its method annex, its versions compared."""

    pack: str
    old: str
    new: str
    """Versions of the pack, applied to the same purchases."""
    by: tuple[str, ...]
    """Breakdowns of the comparison, each a figure and a table."""
    chapter: str
    """The id of the chapter that holds the comparison."""


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
    shared: Path | None = None
    """The folder of the report whose templates and words it takes over."""
    index: IndexKind = "named"
    """Which disclosures its index lists: those its indicators name, or all."""
    policy: PolicySpec | None = None
    has_movement: bool = False
    """Whether it has a section on what moved, and where that comes from."""
    breakdowns: tuple[str, ...] = ()
    """Those it is computed by, beside those of its figures; empty for all that its
    indicators declare."""

    @property
    def by(self) -> tuple[str, ...]:
        """The breakdowns it is computed by; ``EVERY`` where it names none."""
        every = (*self.breakdowns, *self.drawn_by)
        return tuple(dict.fromkeys(every)) if self.breakdowns else EVERY

    @property
    def drawn_by(self) -> tuple[str, ...]:
        """The breakdowns of its figures."""
        return tuple(f.by for c in self.chapters for f in c.figures if f.by)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its templates are looked for, its own folder first."""
        return (self.folder, self.shared) if self.shared else (self.folder,)

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators it reads; empty where a chapter holds a whole pillar."""
        if any(
            not chapter.indicators
            for chapter in self.chapters
            if self.policy is None or chapter.id != self.policy.chapter
        ):
            return ()
        named = [
            *(text.partition("/")[0] for text in self.headline),
            *(name for chapter in self.chapters for name in chapter.indicators),
            *(
                text.removeprefix("-").partition("/")[0]
                for chapter in self.chapters
                for figure in chapter.figures
                for text in figure.indicators
            ),
        ]
        return tuple(dict.fromkeys(named))


def read_report(
    folder: Path, where: str, find: Callable[[str], Path | None]
) -> ReportSpec:
    """Return the report that one folder declares.

    Args:
        folder: Where ``report.yaml`` stands.
        where: The folder, as messages name it.
        find: Gives the folder of another report, which ``shares`` names.

    Raises:
        ContentError: A file is wrong, or a language lacks a string another has.
    """
    path = folder / "report.yaml"
    where_report = f"{where}/report.yaml"
    fields = read_fields(path, where_report)
    shares = fields.text("shares", default="")
    shared = find(shares) if shares else None
    if shares and (shared is None or shared == folder):
        fields.fault("shares", f"is '{shares}', which is no other report")
    spec = ReportSpec(
        name=folder.name,
        title=fields.both_languages("title"),
        headline=fields.texts("headline", required=True),
        chapters=tuple(
            _read_chapter(inner) for inner in fields.mappings("chapters", required=True)
        ),
        strings=_read_strings(folder, where, shared, fields.faults),
        folder=folder,
        shared=shared,
        index=cast(
            "IndexKind", fields.choice("index", get_args(IndexKind), default="named")
        ),
        policy=_read_policy(fields),
        breakdowns=fields.texts("breakdowns"),
        has_movement=bool(fields.take("movement", bool, required=False)),
    )
    for key, drawn in (("breakdowns", spec.breakdowns), ("chapters", spec.drawn_by)):
        for name in drawn:
            if name not in BREAKDOWNS:
                fields.fault(key, f"break down by '{name}'{suggest(name, BREAKDOWNS)}")
    names = [chapter.id for chapter in spec.chapters]
    for name in sorted({name for name in names if names.count(name) > 1}):
        fields.fault("chapters", f"hold the id '{name}' twice; give each its own 'id'")
    if spec.policy and spec.policy.chapter not in names:
        fields.fault("policy", f"names the chapter '{spec.policy.chapter}', not there")
    fields.finish()
    fields.refuse_faults()
    return spec


def _read_policy(fields: Fields) -> PolicySpec | None:
    data = fields.take("policy", dict, required=False)
    if data is None:
        return None
    inner = fields.inner("policy", data)
    policy = PolicySpec(
        pack=inner.text("pack"),
        old=inner.text("old"),
        new=inner.text("new"),
        by=inner.texts("by", required=True),
        chapter=inner.text("chapter"),
    )
    inner.finish()
    return policy


def _read_chapter(inner: Fields) -> ChapterSpec:
    pillar = inner.text("pillar")
    chapter = ChapterSpec(
        id=inner.text("id", default="") or pillar,
        pillar=pillar,
        indicators=inner.texts("indicators"),
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
    folder: Path, where: str, shared: Path | None, faults: list[str]
) -> dict[str, dict[str, str]]:
    found = {language: _words(folder, where, language) for language in LANGUAGES}
    every = set().union(*(set(strings) for strings in found.values()))
    for language, strings in found.items():
        faults.extend(
            f"{where}/strings.{language}.yaml: the string '{key}' is missing."
            for key in sorted(every - set(strings))
        )
    if shared is None:
        return found
    return {
        language: _words(shared, f"report_templates/{shared.name}", language) | own
        for language, own in found.items()
    }


def _words(folder: Path, where: str, language: str) -> dict[str, str]:
    path = folder / f"strings.{language}.yaml"
    data: dict[str, Any] = read_yaml(
        read_text(path, f"{where}/{path.name}"), where=f"{where}/{path.name}"
    )
    return {key: str(value) for key, value in data.items()}
