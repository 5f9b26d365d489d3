"""From a run and a report's declaration to the report as it is read.

Pure: the same run, declaration, settings and language give the same model. No file is
opened and no clock is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report import (
    annex,
    charting,
    content_index,
    findings,
    moved,
    policy,
    quality,
    summary,
    tables,
)
from esg.report.facts import facts
from esg.report.model import Chapter, ReportModel
from esg.report.numbers import Numbers
from esg.report.points import is_told
from esg.report.scope import Scope
from esg.report.wording import Words
from esg.spec.disclosure import Register

if TYPE_CHECKING:
    from esg.indicators.result import IndicatorResult, RunResult
    from esg.quality.statement import Statement
    from esg.report.lookup import Lookup
    from esg.report.model import Figure, Table
    from esg.report.policy import PolicyView
    from esg.spec.indicator import Indicator
    from esg.spec.report import ChapterSpec, ReportSpec
    from esg.spec.settings import Settings

_MOST_FINDINGS = 3


def build_model(
    run: RunResult,
    statement: Statement,
    spec: ReportSpec,
    settings: Settings,
    language: str,
    lookup: Lookup,
    view: PolicyView | None = None,
    register: Register | None = None,
) -> ReportModel:
    """Return one report in one language.

    Args:
        run: The numbers, protected already.
        statement: How good the records under them are.
        spec: Chapters, figures, words.
        settings: Institution, currency, targets, disclosure limits.
        language: ``zh`` or ``en``.
        lookup: Provinces and dated marks, from ``read_lookup``.
        view: The policy that the report names, where it names one.
        register: Disclosures and risks that are declared; none when null.
    """
    words = Words(language, spec.strings[language], settings.currency)
    numbers, known = Numbers(run), register or Register()
    scope = Scope(run, statement, spec, settings, words, lookup, numbers, view, known)
    hidden, hidden_lead = annex.hidden(scope)
    return ReportModel(
        name=spec.name,
        language=language,
        title=scope.prose(spec.title),
        institution=scope.prose(settings.institution_name),
        period=str(run.period),
        period_label=words.period(run.period),
        data_date=scope.data_date,
        currency=settings.currency,
        cards=summary.cards(scope),
        findings=summary.summary_findings(scope),
        groups=summary.summary_groups(scope),
        chapters=tuple(
            _chapter(scope, chapter, number)
            for number, chapter in enumerate(spec.chapters, start=1)
        ),
        quality=quality.quality(scope),
        quality_lines=quality.quality_lines(scope),
        hidden=hidden,
        hidden_lead=hidden_lead,
        revisions=annex.revisions(scope),
        index=content_index.index(scope),
        methods=annex.methods(scope),
        policy=policy.annex_tables(scope, view) if view else (),
        sources=annex.sources(scope),
        movement=moved.movement(scope),
        strings=dict(spec.strings[language]),
        facts=facts(scope),
    )


def unknown_references(spec: ReportSpec, indicators: dict[str, Indicator]) -> list[str]:
    """Return what report.yaml names and no indicator declares, each as written.

    ``build_model`` leaves such a figure out, because a run may hold a part of the
    indicators only; whoever validates a project asks here instead.
    """
    every = [
        *spec.headline,
        *(
            text.removeprefix("-")
            for chapter in spec.chapters
            for figure in chapter.figures
            for text in figure.indicators
        ),
    ]
    return [text for text in dict.fromkeys(every) if not _is_known(text, indicators)]


def _is_known(text: str, indicators: dict[str, Indicator]) -> bool:
    identifier, _, measure = text.partition("/")
    if identifier not in indicators:
        return False
    names = [m.name for m in indicators[identifier].measures]
    return not measure or measure in names


def _chapter(scope: Scope, spec: ChapterSpec, number: int) -> Chapter:
    declared = scope.spec.policy
    if scope.policy and declared and declared.chapter == spec.id:
        return _comparison(scope, scope.policy, spec, number)
    results = scope.numbers.of_chapter(spec)
    references = tables.references_of(results)
    has_data = any(is_told(scope.numbers.cell(r)) for r in references)
    found = [
        m
        for m in findings.movements(scope, references)
        if m.cell.measure.direction != "context"
    ]
    return Chapter(
        id=spec.id.replace("_", "-"),
        title=scope.prose(spec.title),
        lead=scope.prose(spec.lead),
        findings=tuple(m.sentence for m in found[:_MOST_FINDINGS])
        or findings.levels(scope, references, _MOST_FINDINGS),
        figures=_figures(scope, spec, number) if has_data else (),
        tables=_tables(scope, results),
        groups=tuple(findings.group_findings(scope, references)),
        absence="" if has_data else _absence(scope, results),
    )


def _comparison(
    scope: Scope, view: PolicyView, spec: ChapterSpec, number: int
) -> Chapter:
    """Return the chapter that holds two versions of a policy against each other."""
    has_data = not policy.is_empty(view)
    period = scope.words.period(scope.run.period)
    return Chapter(
        id=spec.id.replace("_", "-"),
        title=scope.prose(spec.title),
        lead=scope.prose(spec.lead),
        findings=policy.findings(scope, view),
        figures=policy.figures(scope, view, f"f-{number}") if has_data else (),
        tables=policy.tables(scope, view) if has_data else (),
        absence="" if has_data else scope.words.say("compare_absent", period=period),
    )


def _figures(scope: Scope, spec: ChapterSpec, number: int) -> tuple[Figure, ...]:
    found = []
    for place, figure in enumerate(spec.figures, start=1):
        made = charting.figure(scope, figure, f"f-{number}-{place}")
        if made is not None:
            found.append(made)
    return tuple(found)


def _tables(scope: Scope, results: tuple[IndicatorResult, ...]) -> tuple[Table, ...]:
    found = (
        tables.main_table(scope, results),
        *tables.breakdown_tables(scope, results),
        tables.reasons_table(scope, results),
    )
    return tuple(table for table in found if table is not None)


def _absence(scope: Scope, results: tuple[IndicatorResult, ...]) -> str:
    key = "chapter_absent" if results else "chapter_not_run"
    return scope.words.say(key, period=scope.words.period(scope.run.period))
