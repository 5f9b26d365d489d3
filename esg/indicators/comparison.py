"""Which groups stand apart from all others, when all of them are tested at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from esg.indicators.bind import UNKNOWN, WHOLE
from esg.stats.fairness import AdverseImpact, Chosen, adverse_impact
from esg.stats.multiplicity import holm

if TYPE_CHECKING:
    from esg.indicators.result import IndicatorResult
    from esg.spec.indicator import Measure
    from esg.spec.period import Period

_PAIR = 2


@dataclass(frozen=True)
class Comparison:
    """One group's share beside the share of all others."""

    segment: str
    group: Chosen
    impact: AdverseImpact
    """Against all others: the whole less the group."""
    adjusted_p: float
    """By Holm over all groups of the breakdown that are tested."""


@dataclass(frozen=True)
class Comparisons:
    """The groups of one breakdown, the least probable first."""

    dimension: str
    groups: tuple[Comparison, ...]


def compare_groups(
    result: IndicatorResult, measure: Measure, period: Period
) -> tuple[Comparisons, ...]:
    """Test each group of each breakdown against all others.

    Args:
        result: Protected, with the breakdowns asked for.
        measure: One of its own. Only a share of counted, independent units is tested:
            where a cluster is declared, units move together and the test would see
            differences that are none.
        period: Of which period.

    Returns:
        One entry a breakdown with anything to test. Hidden groups and the unknown stand
        among the others and are not tested; of two groups that make up the whole the
        smaller is, for the other is its mirror. A breakdown whose groups overlap is
        left out, and so are one of nothing but 0 and 1, and a single shown group beside
        a single hidden one.
    """
    if measure.kind != "share" or measure.cluster is not None:
        return ()
    rows = result.frame.filter(
        pl.col("measure") == measure.name, pl.col("period") == str(period)
    )
    whole = _chosen(rows, WHOLE).get(WHOLE)
    if whole is None:
        return ()
    found = (
        Comparisons(name, _compare(rows, name, whole))
        for name in result.indicator.groupings
    )
    return tuple(each for each in found if each.groups)


def _chosen(rows: pl.DataFrame, dimension: str) -> dict[str, Chosen]:
    shown = rows.filter(pl.col("dimension") == dimension, pl.col("status") == "ok")
    return {
        row["segment"]: Chosen(int(row["numerator"]), int(row["denominator"]))
        for row in shown.iter_rows(named=True)
    }


def _compare(
    rows: pl.DataFrame, dimension: str, whole: Chosen
) -> tuple[Comparison, ...]:
    shown = _chosen(rows, dimension)
    hidden = rows.filter(
        pl.col("dimension") == dimension, pl.col("status") == "suppressed"
    ).height
    chosen = sum(group.chosen for group in shown.values())
    members = sum(group.group for group in shown.values())
    overlap = not 0 <= whole.chosen - chosen <= whole.group - members
    # Split by what it counts itself, every group is at 0 or 1: no news in that.
    is_itself = all(group.rate in (0.0, 1.0) for group in shown.values())
    if overlap or is_itself or (len(shown) == 1 and hidden == 1):
        return ()
    names = sorted(name for name in shown if name != UNKNOWN)
    if len(shown) == _PAIR and members == whole.group:
        names = sorted(names, key=lambda name: (shown[name].group, name))[:1]
    tested = [
        (name, shown[name], adverse_impact(shown[name], _others(whole, shown[name])))
        for name in names
        if whole.group > shown[name].group
    ]
    adjusted = holm(
        pl.Series([impact.p_value for _, _, impact in tested], dtype=pl.Float64)
    )
    found = [
        Comparison(name, group, impact, float(p))
        for (name, group, impact), p in zip(tested, adjusted, strict=True)
        if p is not None
    ]
    return tuple(sorted(found, key=lambda c: (c.adjusted_p, c.segment)))


def _others(whole: Chosen, group: Chosen) -> Chosen:
    return Chosen(whole.chosen - group.chosen, whole.group - group.group)
