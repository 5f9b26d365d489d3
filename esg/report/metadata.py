"""IFRS S1, paragraphs 46 to 53, of one indicator: in sentences, and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esg.report.annex import rule_lines
from esg.spec.metadata import metadata
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.result import IndicatorResult
    from esg.report.scope import Scope
    from esg.spec.metadata import Drawn, Metadata


def metadata_lines(scope: Scope, result: IndicatorResult) -> tuple[str, ...]:
    """Return what S1 wants said of an indicator, a paragraph a line."""
    found, words = _of(scope, result), scope.words
    indicator = result.indicator
    return (
        words.say("s1_serves", what=_serves(scope, found)),
        words.say("s1_drawn", what=_all_drawn(scope, found)),
        words.say("s1_type", what=_types(scope, result, found)),
        words.say("s1_validated", who=_validated(scope, found)),
        words.say("s1_inputs", what=_inputs(scope, found)),
        words.say("s1_assumptions", what=_assumptions(scope, result)),
        words.say(
            "s1_limitations" if indicator.reading else "s1_limitations_none",
            heading=words.say("explain_reading"),
        ),
        _target(scope, result, found),
        words.say(
            "s1_redefined" if indicator.version > 1 else "s1_not_redefined",
            version=indicator.version,
        ),
    )


def metadata_facts(scope: Scope, result: IndicatorResult) -> dict[str, Any]:
    """Return the same as plain values, texts in the scope's language."""
    found, language = _of(scope, result), scope.language
    return {
        "serves": [
            {"id": risk.id, "kind": risk.kind, "title": risk.title[language]}
            for risk in found.risks
        ],
        "drawn_from": [_drawn_facts(scope, each) for each in found.drawn],
        "measure_types": found.types,
        "validated_by": found.validated_by.get(language),
        "formula": {
            measure.name: {
                "kind": measure.kind,
                "numerator": measure.numerator,
                "denominator": measure.denominator,
            }
            for measure in result.indicator.measures
        },
        "inputs": {table: list(names) for table, names in found.inputs.items()},
        "assumptions": sorted({rule.id for rule, _ in found.assumptions}),
        "limitations": result.indicator.reading.get(language),
        "target": found.target
        and {"value": found.target.value, "period": found.target.period},
    }


def _of(scope: Scope, result: IndicatorResult) -> Metadata:
    return metadata(result.indicator, result.rules, scope.register, scope.settings)


def _serves(scope: Scope, found: Metadata) -> str:
    if not found.risks:
        return scope.words.say("s1_serves_none")
    return scope.words.strings["list_semicolon"].join(
        scope.words.say(f"s1_{risk.kind}", title=scope.prose(risk.title))
        for risk in found.risks
    )


def _all_drawn(scope: Scope, found: Metadata) -> str:
    if not found.drawn:
        return scope.words.say("s1_drawn_none")
    return scope.words.strings["list_semicolon"].join(
        _drawn(scope, each) for each in found.drawn
    )


def _drawn(scope: Scope, each: Drawn) -> str:
    words, disclosure = scope.words, each.disclosure
    text = f"{disclosure.framework.id} {disclosure.code.id}"
    if not each.parts:
        return words.say("s1_speaks_to", code=text)
    if not disclosure.code.is_whole:
        parts = [scope.prose(part.asks) for part in each.parts]
        text = words.say(
            "s1_part", code=text, parts=words.strings["list_join"].join(parts)
        )
    if not each.is_adapted:
        return text
    adapted = dict.fromkeys(scope.prose(p.adapted) for p in each.parts if p.adapted)
    return words.say(
        "s1_adapted", code=text, how=words.strings["list_join"].join(adapted)
    )


def _drawn_facts(scope: Scope, each: Drawn) -> dict[str, Any]:
    return {
        "source": each.disclosure.framework.id,
        "version": each.disclosure.framework.version,
        "code": each.disclosure.code.id,
        "parts": [part.id for part in each.parts],
        "adapted": each.is_adapted,
        "adaptation": [
            part.adapted[scope.language] for part in each.parts if part.adapted
        ],
    }


def _types(scope: Scope, result: IndicatorResult, found: Metadata) -> str:
    words = scope.words
    if len(set(found.types.values())) == 1:
        return words.say(f"s1_{next(iter(found.types.values()))}")
    return words.strings["list_semicolon"].join(
        words.say(
            "s1_type_of",
            title=scope.title(measure),
            type=words.say(f"s1_{found.types[measure.name]}"),
        )
        for measure in result.indicator.measures
    )


def _validated(scope: Scope, found: Metadata) -> str:
    if not found.validated_by:
        return scope.words.say("s1_validated_nobody")
    return scope.prose(found.validated_by)


def _inputs(scope: Scope, found: Metadata) -> str:
    words = scope.words
    if not found.inputs:
        return words.say("s1_none")
    return words.strings["list_semicolon"].join(
        words.say(
            "s1_input", table=scope.table(table), columns=", ".join(columns) or "*"
        )
        for table, columns in found.inputs.items()
    )


def _assumptions(scope: Scope, result: IndicatorResult) -> str:
    """Return the assumed rule values in force in the period."""
    lines = [
        line
        for rule in result.rules
        for line in rule_lines(scope, rule, evidence=("own", "inferred"))
    ]
    if not lines:
        return scope.words.say("s1_assumptions_none")
    return scope.words.strings["list_semicolon"].join(lines)


def _target(scope: Scope, result: IndicatorResult, found: Metadata) -> str:
    words, first = scope.words, result.indicator.measures[0]
    if found.target is None:
        return words.say("s1_target_none")
    return words.say(
        "s1_target",
        title=scope.title(first),
        value=words.value(found.target.value, first.unit),
        period=words.period(parse_period(found.target.period)),
    )
