"""The back of the report: methods, hidden numbers, revisions, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.report.model import Method, Table
from esg.report.numbers import ALL
from esg.report.tables import method_anchor
from esg.spec.framework import split_reference

if TYPE_CHECKING:
    from esg.indicators.result import IndicatorResult
    from esg.report.scope import Scope
    from esg.spec.indicator import Measure
    from esg.spec.rule import Rule, RuleValue

_HASH_SHOWN = 12


# Methods


def methods(scope: Scope) -> tuple[Method, ...]:
    """Return one entry an indicator, generated from its declaration alone."""
    return tuple(_method(scope, result) for result in scope.run.results)


def _method(scope: Scope, result: IndicatorResult) -> Method:
    indicator, words = result.indicator, scope.words
    return Method(
        id=indicator.id,
        anchor=method_anchor(indicator.id),
        code=indicator.code,
        title=scope.prose(indicator.title),
        definition=scope.prose(indicator.definition),
        reading=scope.prose(indicator.reading),
        formula=tuple(_formula(scope, measure) for measure in indicator.measures),
        rules=tuple(line for rule in result.rules for line in rule_lines(scope, rule)),
        tables=words.strings["list_semicolon"].join(
            words.say(
                "table_rows",
                table=scope.table(table),
                rows=words.plain(result.row_counts[table], 0),
            )
            if table in result.row_counts
            else scope.table(table)
            for table in sorted(indicator.needs)
        ),
        version=words.say("method_version", version=indicator.version),
        frameworks=words.strings["list_join"].join(
            " ".join(split_reference(text)[:2]) for text in indicator.frameworks
        ),
    )


def _formula(scope: Scope, measure: Measure) -> str:
    key = f"formula_{measure.kind}"
    return scope.words.say(
        "formula_line",
        title=scope.title(measure),
        formula=scope.words.say(
            key,
            numerator=measure.numerator,
            denominator=measure.denominator or "",
            quantile=_percentile(measure),
        ),
    )


def _percentile(measure: Measure) -> str:
    return f"{(measure.quantile or 0) * 100:g}"


def rule_lines(scope: Scope, rule: Rule, evidence: tuple[str, ...] = ()) -> list[str]:
    """Return the values of a rule that were in force on a day of the period.

    Args:
        scope: The report.
        rule: With all its values.
        evidence: Only values of these levels; all when empty.
    """
    period = scope.run.period
    return [
        _rule_line(scope, rule, value)
        for value in rule.values
        if value.valid_from <= period.last_day and value.valid_to >= period.first_day
        if not evidence or value.evidence in evidence
    ]


def _rule_line(scope: Scope, rule: Rule, value: RuleValue) -> str:
    words = scope.words
    number, unit = rule_number(scope, rule, value)
    return words.say(
        "rule_line",
        description=scope.prose(rule.description).rstrip(".。"),
        value=number,
        unit=unit,
        date=words.day(value.valid_from),
        citation=words.tidy(value.citation[scope.language]),
        evidence=words.say(f"evidence_{value.evidence}"),
    )


def rule_number(scope: Scope, rule: Rule, value: RuleValue) -> tuple[str, str]:
    """Return a rule's value as printed, and its unit, which may be empty."""
    words = scope.words
    # A currency's code is a unit too, and keys are written small.
    unit = f"rule_unit_{rule.unit.lower()}"
    if value.value is None:
        number = value.shown
    elif rule.unit == "share":
        number = words.share(value.value)
    else:
        number = words.plain(value.value, 0 if float(value.value).is_integer() else 2)
    return number, words.say(unit) if words.has(unit) else ""


# What was hidden


def hidden(scope: Scope) -> tuple[Table, str]:
    """Return how many numbers of the period were hidden where, and a sentence."""
    words, rows = scope.words, []
    hidden_cells = shown_cells = 0
    for result in scope.run.results:
        by_dimension, shown = _hidden_cells(scope, result)
        shown_cells += shown
        if by_dimension:
            hidden_cells += sum(by_dimension.values())
            rows.append(_hidden_row(scope, result, by_dimension, shown))
    limits = scope.settings.disclosure
    key = "hidden_lead" if hidden_cells else "hidden_none"
    lead = words.say(
        key,
        hidden=words.plain(hidden_cells, 0),
        all=words.plain(hidden_cells + shown_cells, 0),
        min_n=limits.min_n,
        min_cell=limits.min_cell,
    )
    heads = ("code", "indicator", "shown", "hidden", "breakdown")
    return (
        Table(
            title=words.say("table_hidden"),
            head=tuple(words.say(f"head_{name}") for name in heads),
            rows=tuple(rows),
            numeric=(False, False, True, True, False),
        ),
        lead,
    )


def _hidden_cells(scope: Scope, result: IndicatorResult) -> tuple[dict[str, int], int]:
    """Return hidden numbers of the period by breakdown, and how many are shown."""
    frame = result.frame
    current = frame.filter(frame["period"] == str(scope.run.period))
    suppressed = current.filter(current["status"] == "suppressed")
    counts = suppressed.group_by("dimension").len().sort("dimension")
    shown = current.filter(current["status"] == "ok").height
    return {row["dimension"]: row["len"] for row in counts.iter_rows(named=True)}, shown


def _hidden_row(
    scope: Scope, result: IndicatorResult, by_dimension: dict[str, int], shown: int
) -> tuple[str, ...]:
    words = scope.words
    where = [
        words.say(
            "hidden_of", name=_pair(scope, dimension), count=words.plain(count, 0)
        )
        for dimension, count in by_dimension.items()
    ]
    return (
        result.indicator.code,
        scope.prose(result.indicator.title),
        words.plain(shown, 0),
        words.plain(sum(by_dimension.values()), 0),
        words.strings["list_join"].join(where),
    )


def _pair(scope: Scope, dimension: str) -> str:
    """Return a breakdown's name; of a joined one, both."""
    names = [
        scope.words.say("whole") if part == ALL else scope.dimension(part)
        for part in dimension.split("×")
    ]
    return " × ".join(names)


# Revisions and sources


def revisions(scope: Scope) -> tuple[str, ...]:
    """Return how earlier numbers were treated, and which definitions changed."""
    words = scope.words
    changed = [r.indicator for r in scope.run.results if r.indicator.version > 1]
    lines = [words.say("revisions_basis", date=scope.data_date)]
    lines.extend(
        words.say(
            "revisions_version",
            code=indicator.code,
            title=scope.prose(indicator.title),
            version=indicator.version,
        )
        for indicator in changed
    )
    if not changed:
        lines.append(words.say("revisions_none"))
    return tuple(lines)


def sources(scope: Scope) -> Table:
    """Return every source file with its hash, and the load it came in with."""
    words = scope.words
    inputs = sorted(scope.run.inputs, key=lambda i: (i.table, i.source, i.load))
    heads = ("source", "table", "file", "load", "hash")
    return Table(
        title=words.say("table_sources"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(
            (
                i.source,
                scope.table(i.table),
                i.file,
                str(i.load),
                i.sha256[:_HASH_SHOWN],
            )
            for i in inputs
        ),
        numeric=(False, False, False, True, False),
        notes=(words.say("note_sources"),),
    )
