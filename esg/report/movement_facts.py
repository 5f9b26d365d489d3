"""Where a movement comes from, as plain values: periods and ids as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esg.indicators.movement import RuleChange, Series, Split


def split_facts(split: Split) -> dict[str, Any]:
    """Return a split; why there is none where it has no parts."""
    found = split.decomposition
    facts: dict[str, Any] = {"dimension": split.dimension, "base": split.base}
    if found is None:
        return facts | {"why_none": split.why_none}
    return facts | {
        "change": found.change,
        "mix": found.mix,
        "mix_interval": found.mix_interval(),
        "rate": found.rate,
        "rate_interval": found.rate_interval(),
        "hidden_groups": split.hidden,
        "taken_in": list(split.taken_in),
        "groups": [
            {"segment": effect.name, "mix": effect.mix, "rate": effect.rate}
            for effect in found.effects
        ],
    }


def chart_facts(series: Series) -> dict[str, Any] | None:
    """Return a control chart with all its signals; null where there is none."""
    chart = series.chart
    if chart is None:
        return None
    return {
        "centre": chart.centre,
        "low": chart.limits[0],
        "high": chart.limits[1],
        "signals": [
            {
                "period": series.periods[signal.at],
                "rule": str(signal.rule),
                "is_high": signal.is_high,
            }
            for signal in chart.signals
        ],
    }


def change_facts(change: RuleChange) -> dict[str, Any]:
    """Return a rule that changed inside a series."""
    return {
        "rule": change.rule.id,
        "day": change.day.isoformat(),
        "period": change.period,
        "before": change.before and change.before.shown,
        "value": change.value and change.value.shown,
    }
