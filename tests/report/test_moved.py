"""The section on what moved, and the marks of changed rules on trends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from esg.report.html import render_html, render_print_html
from esg.report.moved import key_references
from esg.report.rule_marks import marks_of
from esg.report.standalone import standalone_scope
from esg.spec.period import parse_period
from esg.spec.rule import OPEN_END, RuleValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.indicators.result import RunResult
    from esg.report.model import Movement, ReportModel
    from esg.report.scope import Scope
    from esg.spec.project import Project
    from esg.spec.report import ReportSpec

Row = dict[str, Any]

APPROVAL = "inclusion.approval_rate"
PAR30 = "healthy_consumption.par30"
APR = "healthy_consumption.weighted_apr"
SUBSIDY = "subsidy.interest_subsidy"
LAST = parse_period("2026Q3")


def cell(
    period: str, k: int, n: int, by: tuple[str, str] = ("all", "all"), **more: Any
) -> Row:
    return {
        "period": period, "dimension": by[0], "segment": by[1], "value": k / n,
        "numerator": Decimal(k), "denominator": Decimal(n), "n": n, "status": "ok",
        "low": k / n - 0.03, "high": k / n + 0.03,
    } | more  # fmt: skip


def hidden(period: str, by: tuple[str, str]) -> Row:
    return {
        "period": period, "dimension": by[0], "segment": by[1], "value": None,
        "n": None, "status": "suppressed", "reason": "small",
    }  # fmt: skip


# 72 to 64 %: no group's rate moved, the weaker group grew from 20 to 40 % of all.
FALL = [
    cell("2026Q3", 640, 1000, change_previous=-0.08, change_previous_low=-0.12,
         change_previous_high=-0.04),
    cell("2026Q2", 720, 1000),
    cell("2026Q3", 480, 600, ("product", "consumer_loan")),
    cell("2026Q2", 640, 800, ("product", "consumer_loan")),
    cell("2026Q3", 160, 400, ("product", "pay_later")),
    cell("2026Q2", 80, 200, ("product", "pay_later")),
]  # fmt: skip


def moved(model: ReportModel) -> Movement:
    assert model.movement is not None
    return model.movement


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_fall_is_told_with_its_interval_and_where_it_sits(
    build: Callable[..., ReportModel],
) -> None:
    (group,) = moved(build({APPROVAL: FALL})).groups

    (entry,) = group.entries
    assert (group.title, entry.code) == ("Access to credit", "INC-14")
    assert plain(entry.sentence).startswith("Approval rate fell to 64.0 % (61.0–67.0)")
    interval, split = (plain(line) for line in entry.lines)
    assert interval == (
        "The change: −8.0 pp from the quarter before (−12.0 pp to −4.0 pp)."
    )
    assert split.startswith("By product, −8.0 pp from the quarter before: −8.0 pp (")
    assert "within groups" in split


def test_the_same_in_chinese(build: Callable[..., ReportModel]) -> None:
    (group,) = moved(build({APPROVAL: FALL}, "zh")).groups

    interval, split = group.entries[0].lines
    assert interval == "较上季变动−8.0百分点（−12.0百分点至−4.0百分点）。"
    assert split.startswith("按产品分解，较上季−8.0百分点：结构变化贡献−8.0百分点（")


def test_a_change_that_is_not_clear_stands_nowhere(
    build: Callable[..., ReportModel],
) -> None:
    unclear = [FALL[0] | {"change_previous_high": 0.01}, *FALL[1:]]

    model = build({APPROVAL: unclear})

    assert moved(model).groups == ()
    assert model.facts["movement"]["moved"] == []


def test_only_what_the_report_leads_with_stands_there(
    build: Callable[..., ReportModel],
) -> None:
    # On neither a card nor a trend, although it clearly fell.
    model = build({"consumer_protection.cost_disclosure": FALL[:2]})

    assert moved(model).groups == ()


def test_hidden_groups_are_never_told_alone(build: Callable[..., ReportModel]) -> None:
    rows = [
        *FALL[:4],
        cell("2026Q3", 158, 380, ("product", "pay_later")),
        cell("2026Q2", 78, 190, ("product", "pay_later")),
        hidden("2026Q3", ("product", "auto")),
        hidden("2026Q2", ("product", "auto")),
    ]

    model = build({APPROVAL: rows})

    (group,) = moved(model).groups
    assert "Pay later with 1 hidden" in plain(group.entries[0].lines[1])
    (facts,) = model.facts["movement"]["moved"]
    assert [g["segment"] for g in facts["split"]["groups"]] == ["consumer_loan", "rest"]
    assert facts["split"]["taken_in"] == ["pay_later"]


def steady(jump: int) -> list[Row]:
    """Return eleven quiet quarters around 2 % of 1,000, and one that jumps."""
    sizes = [20, 21, 19, 20, 21, 20, 19, 20, 21, 20, 19, jump]
    return [cell(str(LAST.shift(at - 11)), size, 1000) for at, size in enumerate(sizes)]


@pytest.mark.parametrize(("jump", "signal"), [(30, "beyond 3 σ"), (20, "none")])
def test_a_series_is_held_against_its_own_past(
    build: Callable[..., ReportModel], jump: int, signal: str
) -> None:
    model = build({PAR30: steady(jump)})

    (table,) = moved(model).tables
    (row,) = table.rows
    assert row[1] == "12"
    # A second rule may be met as well: of three points two lie beyond two deviations.
    assert row[5].split("; ")[0] == signal
    (chart,) = model.facts["movement"]["charts"]
    assert chart["first"] == "2023Q4"
    assert [s["period"] for s in chart["signals"]][-1:] == (
        ["2026Q3"] if jump == 30 else []
    )


def test_seven_periods_have_no_chart(build: Callable[..., ReportModel]) -> None:
    model = build({PAR30: steady(30)[-7:]})

    assert moved(model).tables == ()


def test_a_rule_that_began_inside_a_series_is_told_once_with_its_citation(
    build: Callable[..., ReportModel],
) -> None:
    rows = [cell(str(LAST.shift(-back)), 14, 100) for back in range(8)]

    model = build({APR: rows, "consumer_protection.all_in_cost": rows})

    tables = {table.title: table for table in moved(model).tables}
    table = tables["Rules that changed inside the series"]
    (row,) = [row for row in table.rows if row[0] == "1 October 2025"]
    assert "金规〔2025〕9号" in row[1]
    assert (row[2], plain(row[3]), row[4]) == ("–", "24.0 %", "CP-26, HC-13")
    days = [change["day"] for change in model.facts["movement"]["rule_changes"]]
    assert days == sorted(days)


def test_a_report_that_asks_for_no_such_section_has_none(
    build: Callable[..., ReportModel], spec: ReportSpec, project: Project
) -> None:
    model = build({APPROVAL: FALL})
    bare = replace(model, movement=None)

    assert not project.reports["subsidy_statement"].has_movement
    assert 'id="movement"' in render_print_html(
        model, pictures(model), folders=spec.folders
    )
    for text in (
        render_print_html(bare, pictures(bare), folders=spec.folders),
        render_html(bare, {}, "", folders=spec.folders),
    ):
        assert 'id="movement"' not in text
        assert "#movement" not in text


def pictures(model: ReportModel) -> dict[str, str]:
    figures = (figure for chapter in model.chapters for figure in chapter.figures)
    return {figure.id: "<svg/>" for figure in figures if figure.chart is not None}


# Marks on trends


@pytest.fixture
def scoped(
    make_run: Callable[..., RunResult], project: Project
) -> Callable[..., Scope]:
    def make(rows: dict[str, list[Row]], language: str = "en") -> Scope:
        return standalone_scope(make_run(rows), project, language)

    return make


QUARTERS = [LAST.shift(-back) for back in range(7, -1, -1)]


def with_rules(scope: Scope, indicator: str, *days: date) -> Any:
    """Return a reference whose one rule rises by one on each of some days."""
    reference = scope.numbers.reference(indicator)
    assert reference is not None
    citation = {"en": "Example Act", "zh": "示例办法"}
    rule = scope.run.result(APR).rules[0]
    starts = (date(2020, 1, 1), *days)
    ends = (*(day - timedelta(days=1) for day in days), OPEN_END)
    values = tuple(
        RuleValue(start, end, float(at + 1), None, citation, "own")
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    rules = (replace(rule, unit="day", values=values),)
    return replace(reference, result=replace(reference.result, rules=rules))


@pytest.mark.parametrize(
    ("language", "label", "start", "end"),
    [
        ("en", "Rule a", " Lines: rules that changed: a, from 1 January 2026, ",
         ": 2 days (before: 1 days)."),
        ("zh", "规则a", "竖线为规则变更：a，自2026年1月1日起，",
         "：2日（此前：1日）。"),
    ],
)  # fmt: skip
def test_a_rule_that_changed_is_a_lettered_line_explained_in_the_caption(
    scoped: Callable[..., Scope], language: str, label: str, start: str, end: str
) -> None:
    scope = scoped({}, language)
    reference = with_rules(scope, PAR30, date(2026, 1, 1))

    marks, note = marks_of(scope, [reference], QUARTERS)

    assert [mark.text for mark in marks] == [label]
    assert note.startswith(start)
    assert note.endswith(end)


def test_changes_of_one_period_share_a_line(scoped: Callable[..., Scope]) -> None:
    scope = scoped({})
    days = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 7, 1))

    marks, note = marks_of(scope, [with_rules(scope, PAR30, *days)], QUARTERS)

    assert [(mark.label, mark.text) for mark in marks] == [
        ("Q1 26", "Rule a–c"),
        ("Q3 26", "Rule d"),
    ]
    assert note.count("; ") == len(days) - 1


def test_a_change_outside_the_periods_drawn_is_no_line(
    scoped: Callable[..., Scope],
) -> None:
    scope = scoped({})
    # The first day drawn holds the value from the start: nothing changes inside.
    first = QUARTERS[0].first_day

    marks, note = marks_of(scope, [with_rules(scope, PAR30, first)], QUARTERS)

    assert (marks, note) == ((), "")


def test_a_day_that_the_report_names_itself_gets_no_second_line(
    scoped: Callable[..., Scope],
) -> None:
    scope = scoped({})
    reference = with_rules(scope, SUBSIDY, date(2026, 1, 1))

    marks, note = marks_of(scope, [reference], QUARTERS)

    assert [mark.text for mark in marks] == [
        "Subsidy begins (1 Sep 2025)",
        "Rules widened (1 Jan 2026)",
    ]
    assert note == ""


def test_the_numbers_of_the_cards_come_before_those_of_the_trends(
    scoped: Callable[..., Scope],
) -> None:
    found = key_references(scoped({}))

    names = [(r.indicator.id, r.measure.name) for r in found]
    assert names[0] == ("inclusion.active_borrowers", "active_borrowers")
    assert (APPROVAL, "share") in names
    assert len(names) == len(set(names))
