"""One indicator explained: what it says, what it rests on, how and why it moved.

from esg.report.explain import explain

run = w.compute(("inclusion.approval_rate",), period=p, by=("*",))
explain(run, w.project, "en")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esg.indicators.comparison import compare_groups
from esg.indicators.lineage import lineage
from esg.indicators.movement import bases_of, rule_changes, series_of, split_change
from esg.report import annex, findings
from esg.report.metadata import metadata_facts, metadata_lines
from esg.report.movement import (
    break_sentences,
    comparison_sentences,
    series_sentences,
    split_sentences,
)
from esg.report.movement_facts import change_facts, chart_facts, split_facts
from esg.report.numbers import Reference
from esg.report.standalone import standalone_scope
from esg.report.tables import references_of
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.lineage import Node
    from esg.indicators.result import IndicatorResult, RunResult
    from esg.report.scope import Scope
    from esg.spec.project import Project


@dataclass(frozen=True)
class Section:
    """A heading and the lines under it."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """An indicator in one language."""

    title: str
    sections: tuple[Section, ...]
    facts: dict[str, Any]
    """The same for programs: plain values, periods and ids as text."""

    @property
    def text(self) -> str:
        """All of it as plain text, the lines of a section indented."""
        parts = [self.title]
        for section in self.sections:
            lines = [f"  {line}".rstrip() for line in section.lines]
            parts.append("\n".join([section.heading, *lines]))
        return "\n\n".join(parts) + "\n"


def explain(run: RunResult, project: Project, language: str) -> Explanation:
    """Explain the first indicator of a run.

    Args:
        run: Computed with all breakdowns; protected.
        project: The workspace's declarations.
        language: ``en`` or ``zh``.

    Raises:
        ContentError: A query cannot be read, or a file of the report's folder is wrong.
    """
    scope = standalone_scope(run, project, language)
    result = run.results[0]
    nodes = lineage(result.indicator, project)
    indicator = result.indicator
    method = annex.methods(scope)[0]
    sections = {
        "explain_definition": (method.definition,),
        "explain_reading": (method.reading,),
        "explain_formula": method.formula,
        "explain_frameworks": (method.frameworks,),
        "explain_rules": method.rules,
        "explain_s1": metadata_lines(scope, result),
        "explain_lineage": tuple(_lineage_lines(scope, result, nodes)),
    }
    words = scope.words
    movement = words.say(
        "explain_movement", period=words.period(run.period), date=scope.data_date
    )
    sql = words.say("explain_sql", where=indicator.where)
    return Explanation(
        title=f"{method.code}  {method.title}  ({indicator.id}, {method.version})",
        sections=tuple(
            section
            for section in (
                *(Section(words.say(key), lines) for key, lines in sections.items()),
                Section(movement, tuple(_movement_lines(scope, result))),
                Section(sql, tuple(indicator.sql.strip().splitlines())),
            )
            if any(section.lines)
        ),
        facts=_facts(run, result, nodes) | {"s1": metadata_facts(scope, result)},
    )


def _lineage_lines(
    scope: Scope, result: IndicatorResult, nodes: tuple[Node, ...]
) -> list[str]:
    words, lines = scope.words, []
    for node in nodes:
        for depth, inner in node.walk():
            text = "  " * depth + inner.name + "  " + words.say(f"explain_{inner.kind}")
            rows = result.row_counts.get(inner.name)
            if inner.kind == "table" and rows is not None:
                text += "  " + words.say("explain_rows", rows=words.plain(rows, 0))
            lines.append(text)
    return lines


def _movement_lines(scope: Scope, result: IndicatorResult) -> list[str]:
    references = references_of([result])
    lines: list[str] = []
    for reference in references:
        cell = scope.numbers.cell(reference)
        if cell is None or cell.value is None:
            reason = scope.reason_of(cell)
            name = scope.title(reference.measure)
            lines.append(scope.words.say("explain_no_data", name=name, reason=reason))
            continue
        lines.append(findings.sentence(scope, cell))
        lines += split_sentences(scope, reference)
        lines += series_sentences(scope, reference)
        lines += comparison_sentences(scope, reference)
    return lines + break_sentences(scope, references)


def _facts(
    run: RunResult, result: IndicatorResult, nodes: tuple[Node, ...]
) -> dict[str, Any]:
    indicator = result.indicator
    return {
        "indicator": indicator.id,
        "code": indicator.code,
        "version": indicator.version,
        "title": indicator.title,
        "definition": indicator.definition,
        "reading": indicator.reading,
        "period": str(run.period),
        "data_date": run.data_date,
        "frameworks": list(indicator.frameworks),
        "rules": [
            {
                "rule": rule.id,
                "from": value.valid_from.isoformat(),
                "to": value.valid_to.isoformat(),
                "value": value.shown,
                "unit": rule.unit,
                "citation": value.citation,
                "evidence": value.evidence,
            }
            for rule in result.rules
            for value in rule.values
        ],
        "reads": [_node_facts(node) for node in nodes],
        "rows": result.row_counts,
        "measures": [
            _measure_facts(run, Reference(result, measure))
            for measure in indicator.measures
        ],
        "sql": indicator.sql.strip(),
    }


def _node_facts(node: Node) -> dict[str, Any]:
    reads = [_node_facts(inner) for inner in node.reads]
    return {"name": node.name, "kind": node.kind} | ({"reads": reads} if reads else {})


def _measure_facts(run: RunResult, reference: Reference) -> dict[str, Any]:
    result, measure = reference.result, reference.measure
    series = series_of(result, measure, run.period)
    first = parse_period(series.periods[0]) if series.periods else run.period
    return {
        "measure": measure.name,
        "unit": measure.unit,
        "splits": [
            split_facts(split)
            for base in bases_of(run.period)
            for split in split_change(result, measure, run.period, base)
        ],
        "groups": [
            {
                "dimension": each.dimension,
                "segment": c.segment,
                "share": c.group.rate,
                "ratio_to_others": c.impact.ratio,
                "low": c.impact.low,
                "high": c.impact.high,
                "shortfall": c.impact.shortfall,
                "test": c.impact.test,
                "p_value": c.impact.p_value,
                "p_value_holm": c.adjusted_p,
            }
            for each in compare_groups(result, measure, run.period)
            for c in each.groups
        ],
        "series": dict(zip(series.periods, series.values, strict=True)),
        "chart": chart_facts(series),
        "rule_changes": [
            change_facts(change)
            for change in rule_changes(result.rules, first, run.period)
        ],
    }
