"""Sentences on where a movement comes from, and on whether it is one at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.indicators.comparison import compare_groups
from esg.indicators.movement import (
    REST,
    bases_of,
    rule_changes,
    series_of,
    split_change,
)
from esg.report.annex import rule_number
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.comparison import Comparison
    from esg.indicators.movement import RuleChange, Series, Split
    from esg.report.numbers import Cell, Reference
    from esg.report.scope import Scope
    from esg.spec.indicator import Measure
    from esg.spec.period import Period
    from esg.spec.rule import Rule, RuleValue
    from esg.stats.control import Chart, Signal
    from esg.stats.decomposition import Decomposition

_MOST_GROUPS = 3
_LEVEL = 0.05
"""Below this adjusted p-value a group stands apart."""

_LEAST_P = 0.001
_LEAST_PART = 0.05
"""A group that moves less than this part of the largest is not named."""


def split_sentences(scope: Scope, reference: Reference) -> list[str]:
    """Return how a measure's changes split by each breakdown.

    A breakdown without a number in both periods, or with a single group, is passed
    over: there is nothing to say of it.
    """
    cell = scope.numbers.cell(reference)
    if cell is None or cell.value is None:
        return []
    return [
        text
        for base in bases_of(scope.run.period)
        for split in split_change(
            reference.result, reference.measure, scope.run.period, base
        )
        if (text := split_sentence(scope, cell, split))
    ]


def split_sentence(scope: Scope, cell: Cell, split: Split) -> str:
    """Return one split in words; empty where it tells nothing but noise."""
    words, found = scope.words, split.decomposition
    dimension = scope.dimension(split.dimension)
    against = words.say(f"against_{split.base}_{scope.run.period.kind}")
    if found is None:
        key = f"mix_{split.why_none}"
        is_told = cell.change_of(split.base).is_clear and words.has(key)
        if not is_told:
            return ""
        return words.say(key, dimension=dimension, against=against)
    change = cell.change_of(split.base)
    mix, rate = found.mix_interval(), found.rate_interval()
    # Without a clear change its parts are noise, unless they clearly cancel out.
    if not (change.is_clear or _is_apart(mix) or _is_apart(rate)):
        return ""
    size = Size(scope, cell.measure, found.change, (cell.value or 0.0) - found.change)
    parts = {
        "dimension": dimension,
        "against": against,
        "total": size.text(found.change),
        "mix": size.text(found.mix),
        "rate": size.text(found.rate),
    }
    key = "mix_and_rate"
    if mix and rate:
        key += "_bounded"
        parts |= {"mix_interval": size.range(mix), "rate_interval": size.range(rate)}
    text = words.say(key, **parts)
    groups = _groups(scope, split, found, size)
    gap = " " if scope.language == "en" else ""
    return text + (gap + groups if groups else "")


def _is_apart(bounds: tuple[float, float] | None) -> bool:
    """Return whether an interval leaves out zero."""
    return bounds is not None and (bounds[0] > 0 or bounds[1] < 0)


class Size:
    """How a part of a change is printed: as exactly as the change itself."""

    def __init__(
        self, scope: Scope, measure: Measure, change: float, then: float
    ) -> None:
        self._words, self._unit, self._then = scope.words, measure.unit, then
        self._digits = scope.words.point_digits(change)

    def text(self, part: float) -> str:
        """Return a part of the change with its sign."""
        if self._unit == "share":
            return self._words.signed_points(part, self._digits)
        return self._words.signed_change(part, self._then + part, self._unit)

    def range(self, bounds: tuple[float, float]) -> str:
        """Return the interval of a part of the change."""
        low, high = (self.text(bound) for bound in bounds)
        return self._words.say("interval_signed", low=low, high=high)


def _groups(scope: Scope, split: Split, found: Decomposition, size: Size) -> str:
    words = scope.words
    ranked = sorted(found.effects, key=lambda e: (-abs(e.total), e.name))
    least = _LEAST_PART * abs(ranked[0].total)
    named = [
        words.say(
            "mix_of_group",
            group=_rest(scope, split)
            if effect.name == REST and split.hidden
            else scope.segment(split.dimension, effect.name),
            mix=size.text(effect.mix),
            rate=size.text(effect.rate),
        )
        for effect in ranked[:_MOST_GROUPS]
        if effect.total and abs(effect.total) >= least
    ]
    return words.say("mix_most", groups=words.listing(named)) if named else ""


def _rest(scope: Scope, split: Split) -> str:
    words = scope.words
    if not split.taken_in:
        return words.say("mix_rest", count=split.hidden)
    names = [scope.segment(split.dimension, name) for name in split.taken_in]
    return words.say("mix_rest_with", groups=words.listing(names), count=split.hidden)


def comparison_sentences(scope: Scope, reference: Reference) -> list[str]:
    """Return which groups stand apart from all others, tested together."""
    words, found = scope.words, []
    for each in compare_groups(reference.result, reference.measure, scope.run.period):
        apart = [c for c in each.groups if c.adjusted_p < _LEVEL]
        dimension = scope.dimension(each.dimension)
        count = len(each.groups)
        if not apart:
            found.append(words.say("groups_alike", dimension=dimension, count=count))
            continue
        groups = words.listing(
            _apart(scope, each.dimension, c) for c in apart[:_MOST_GROUPS]
        )
        text = words.say(
            "groups_apart", dimension=dimension, count=count, groups=groups
        )
        more = len(apart) - _MOST_GROUPS
        if more > 0:
            text += words.say("groups_apart_more", count=more)
        found.append(text)
    return found


def _apart(scope: Scope, dimension: str, each: Comparison) -> str:
    words, impact, p = scope.words, each.impact, each.adjusted_p
    parts = {
        "group": scope.segment(dimension, each.segment),
        "value": words.share(each.group.rate or 0.0),
        "p": f"= {words.plain(p, 3)}" if p >= _LEAST_P else f"< {_LEAST_P}",
    }
    if impact.ratio is None or impact.low is None or impact.high is None:
        return words.say("group_apart_bare", **parts)
    units = impact.shortfall or 0.0
    return words.say(
        "group_apart_fewer" if units > 0 else "group_apart_more",
        ratio=words.plain(impact.ratio, 2),
        low=words.plain(impact.low, 2),
        high=words.plain(impact.high, 2),
        units=words.plain(abs(units), 0),
        **parts,
    )


def series_sentences(scope: Scope, reference: Reference) -> list[str]:
    """Return whether the period is a signal in its own series."""
    series = series_of(reference.result, reference.measure, scope.run.period)
    words, chart = scope.words, series.chart
    if not series.values:
        return []
    if chart is None:
        if series.missing_points:
            return [words.say("chart_too_short", missing=series.missing_points)]
        return [words.say("chart_still")]
    unit, (low, high) = reference.measure.unit, limits(reference.measure, chart)
    last = chart.at(len(series.values) - 1)
    text = words.say(
        "chart_signal" if last else "chart_steady",
        count=len(series.values),
        first=_period(scope, series.periods[0]),
        centre=words.value(chart.centre, unit),
        low=words.value(low, unit),
        high=words.value(high, unit),
        rules=words.listing(_rules(scope, last)),
    )
    earlier = _earlier(scope, series)
    return [text, *([words.say("chart_earlier", periods=earlier)] if earlier else [])]


def limits(measure: Measure, chart: Chart) -> tuple[float, float]:
    """Return a chart's limits, no further than the measure itself can go."""
    low, high = chart.limits
    if measure.unit == "share":
        return max(low, 0.0), min(high, 1.0)
    return (max(low, 0.0), high) if measure.kind == "count" else (low, high)


def _earlier(scope: Scope, series: Series) -> str:
    signals = series.chart.signals if series.chart else ()
    points = sorted({signal.at for signal in signals} - {len(series.values) - 1})
    return scope.words.listing(_period(scope, series.periods[at]) for at in points)


def _rules(scope: Scope, signals: tuple[Signal, ...]) -> list[str]:
    names = dict.fromkeys(signal.rule for signal in signals)
    return [scope.words.say(f"chart_rule_{name}") for name in names]


def _period(scope: Scope, text: str) -> str:
    return scope.words.period(parse_period(text))


def break_sentences(scope: Scope, references: list[Reference]) -> list[str]:
    """Return what changed inside an indicator's series beside the world it measures.

    Args:
        scope: The report's.
        references: The measures of one indicator.
    """
    words, result = scope.words, references[0].result
    first = _first_period(scope, references)
    if first is None:
        return []
    changes = changes_inside(scope, references)
    found = [_change_sentence(scope, change) for change in changes]
    if result.rules and not changes:
        found.append(words.say("rules_unchanged"))
    version = result.indicator.version
    return [*found, words.say("definition_steady", version=version)]


def changes_inside(scope: Scope, references: list[Reference]) -> tuple[RuleChange, ...]:
    """Return the rules of one indicator that changed inside its longest series."""
    first = _first_period(scope, references)
    if first is None:
        return ()
    return rule_changes(references[0].result.rules, first, scope.run.period)


def _first_period(scope: Scope, references: list[Reference]) -> Period | None:
    series = [series_of(r.result, r.measure, scope.run.period) for r in references]
    starts = [parse_period(s.periods[0]) for s in series if s.periods]
    return min(starts, key=lambda period: period.first_day, default=None)


def _change_sentence(scope: Scope, change: RuleChange) -> str:
    words, told = scope.words, change.value or change.before
    if told is None:
        return ""
    if change.value is None:
        key = "rule_ended"
    else:
        key = "rule_changed" if change.before else "rule_began"
    return words.say(
        key,
        date=words.day(change.day),
        period=_period(scope, change.period),
        description=scope.prose(change.rule.description).rstrip(".。"),
        value=rule_text(scope, change.rule, change.value),
        before=rule_text(scope, change.rule, change.before),
        citation=words.tidy(told.citation[scope.language]),
        evidence=words.say(f"evidence_{told.evidence}"),
    )


def rule_text(scope: Scope, rule: Rule, value: RuleValue | None) -> str:
    """Return a rule's value with its unit; empty where none is in force."""
    return "".join(rule_number(scope, rule, value)) if value else ""
