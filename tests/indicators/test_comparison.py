"""Groups against all others, tested together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from esg.indicators.comparison import Comparison, compare_groups
from esg.indicators.result import SCHEMA, IndicatorResult
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.spec.indicator import Measure
    from esg.spec.project import Project
    from esg.workspace import Workspace

NOW = parse_period("2026Q3")
Counts = tuple[int, int] | None
"""Approved and decided; none where the group is hidden."""


def compare(
    project: Project, groups: dict[str, Counts], **changes: Any
) -> tuple[Comparison, ...]:
    """Return the comparison of approval rates by product; 'all' is the whole."""
    indicator = project.indicators["inclusion.approval_rate"]
    rows = [
        dict.fromkeys(SCHEMA)
        | {
            "measure": "share",
            "period": "2026Q3",
            "dimension": "all" if name == "all" else "product",
            "segment": name,
            "numerator": Decimal(counts[0]) if counts else None,
            "denominator": Decimal(counts[1]) if counts else None,
            "status": "ok" if counts else "suppressed",
        }
        for name, counts in groups.items()
    ]
    result = IndicatorResult(indicator, pl.DataFrame(rows, schema=SCHEMA), (), {})
    measure: Measure = replace(indicator.measure("share"), **changes)
    found = compare_groups(result, measure, NOW)
    return found[0].groups if found else ()


def test_each_group_stands_against_all_others_and_p_values_are_holms(
    project: Project,
) -> None:
    found = compare(
        project, {"all": (700, 1000), "a": (380, 500), "b": (200, 300), "c": (120, 200)}
    )

    tables = {
        "a": [[380, 120], [320, 180]],
        "b": [[200, 100], [500, 200]],
        "c": [[120, 80], [580, 220]],
    }
    raw = [stats.chi2_contingency(t, correction=False).pvalue for t in tables.values()]
    adjusted = dict(
        zip(tables, multipletests(raw, method="holm")[1].tolist(), strict=True)
    )
    assert {c.segment: c.adjusted_p for c in found} == pytest.approx(adjusted)
    assert [c.segment for c in found] == sorted(adjusted, key=lambda n: adjusted[n])
    of_a = next(c for c in found if c.segment == "a")
    # 76 % against 320 of 500; at their 64 % it would be 320, 60 less.
    assert of_a.impact.ratio == pytest.approx(0.76 / 0.64)
    assert of_a.impact.shortfall == pytest.approx(-60)


def test_of_two_groups_the_smaller_is_tested_once(project: Project) -> None:
    found = compare(project, {"all": (700, 1000), "a": (500, 700), "b": (200, 300)})

    assert [c.segment for c in found] == ["b"]
    assert found[0].adjusted_p == found[0].impact.p_value


def test_hidden_and_unknown_groups_are_others_and_not_tested(project: Project) -> None:
    found = compare(
        project,
        {
            "all": (700, 1000), "a": (380, 500), "unknown": (180, 260), "c": None,
            "d": None,
        },
    )  # fmt: skip

    assert [c.segment for c in found] == ["a"]
    assert found[0].impact.ratio == pytest.approx(0.76 / 0.64)


@pytest.mark.parametrize(
    "groups",
    [
        # The only other group is hidden: its own number would be printed.
        {"a": (680, 960), "b": None},
        # More than the whole; more approved than the rest could hold.
        {"a": (400, 600), "b": (350, 500)},
        {"a": (200, 600), "b": None, "c": None, "d": (100, 390)},
        # A share split by what it counts.
        {"a": (700, 700), "b": (0, 300)},
    ],
)
def test_where_nothing_honest_can_be_said_nothing_is(
    project: Project, groups: dict[str, Counts]
) -> None:
    whole: dict[str, Counts] = {"all": (700, 1000)}

    assert compare(project, whole | groups) == ()


def test_only_shares_of_independent_units_are_tested(project: Project) -> None:
    groups: dict[str, Counts] = {"all": (700, 1000), "a": (500, 700), "b": (200, 300)}

    assert compare(project, groups, cluster="borrower_id") == ()
    assert compare(project, groups, kind="ratio") == ()
    assert compare(project, {"all": None, "a": (500, 700)}) == ()


def test_on_the_sample_the_products_approve_at_different_rates(
    lender: Workspace,
) -> None:
    run = lender.compute(("inclusion.approval_rate",), period=NOW, by=("product",))
    result = run.results[0]
    (found,) = compare_groups(result, result.indicator.measures[0], NOW)

    decided = lender.sql(
        "select product, count(*) filter (where is_approved) as k, "
        "count(is_approved) as n from application_decided "
        "where period = '2026Q3' group by product having n > 0 order by product",
        quarter="2026Q3",
    )
    k, n = decided["k"].sum(), decided["n"].sum()
    for row in decided.iter_rows(named=True):
        own = next(c for c in found.groups if c.segment == row["product"])
        others = (k - row["k"]) / (n - row["n"])
        assert own.impact.ratio == pytest.approx(row["k"] / row["n"] / others)
    assert min(c.adjusted_p for c in found.groups) < 0.001
