"""What IFRS S1, 46 to 53, wants said of a metric: derived, and in two languages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from esg.errors import ContentError
from esg.report.explain import explain
from esg.spec.indicator import read_indicator
from esg.spec.metadata import measure_type
from esg.spec.settings import Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.indicators.result import RunResult
    from esg.spec.project import Project

OWN = """\
/*---
id: inclusion.own
code: OWN-01
title: {en: A, zh: 甲}
definition: {en: B., zh: 乙。}
version: 1
direction: context
unit: count
serves: [access]
validated_by: {en: Example Audit, zh: 示例审计}
measures: [{name: loans, kind: count, numerator: loans}]
needs: {loan: [principal]}
---*/
select period, count(*) as loans from new_loan group by all
"""
HEADINGS = {
    "en": "What IFRS S1, 46 to 53, asks of a metric",
    "zh": "IFRS S1第46至53段对指标的要求",
}


@pytest.fixture
def s1(
    make_run: Callable[..., RunResult], project: Project
) -> Callable[..., tuple[list[str], dict[str, Any]]]:
    """Return the lines and the facts of an indicator, with changes to it."""

    def make(
        name: str, language: str = "en", **changes: Any
    ) -> tuple[list[str], dict[str, Any]]:
        run = make_run({})
        result = run.result(name)
        changed = replace(result, indicator=replace(result.indicator, **changes))
        found = explain(replace(run, results=(changed,)), project, language)
        lines = {section.heading: section.lines for section in found.sections}
        return list(lines[HEADINGS[language]]), found.facts["s1"]

    return make


# A hand reading of the paragraph: a number of things, a part of a whole, a judgement.
@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("inclusion.loans_disbursed", {"loans": "absolute", "amount": "absolute"}),
        (
            "inclusion.approval_rate",
            {"share": "relative", "withdrawn_or_incomplete": "absolute"},
        ),
        (
            "healthy_consumption.debt_service_to_income",
            {"median": "relative", "unknown_borrowers": "absolute"},
        ),
        ("consumer_protection.ai_beside_human", {"median_response": "absolute"}),
        ("esg.operational_emissions", {"scope_1": "absolute", "scope_2": "absolute"}),
        ("consumer_protection.self_assessment", {"score": "qualitative"}),
    ],
)
def test_the_type_of_a_measure_follows_from_its_kind_and_unit(
    project: Project, name: str, types: dict[str, str]
) -> None:
    indicator = project.indicators[name]

    found = {m.name: measure_type(indicator, m) for m in indicator.measures}

    assert types.items() <= found.items()


def test_every_paragraph_is_answered_in_english(
    s1: Callable[..., tuple[list[str], dict[str, Any]]],
) -> None:
    lines, facts = s1("healthy_consumption.weighted_apr")

    assert lines[0] == "46, serves: Credit costs more than is fair or was said (risk)."
    assert lines[1].startswith("49 and 50(a), drawn from: IRIS PI7467, adapted: all lo")
    assert "SASB FN-CF-270a.3 (Average annual rate of credit products)" in lines[1]
    assert lines[2] == "50(b), measure: relative to another metric."
    assert lines[3] == "50(c), validated by a third party: nobody."
    assert "loans (disbursed_at, principal, contract_rate)" in lines[4]
    assert lines[5].endswith("no document states: none in force.")
    assert lines[6] == "50(d), limitations: see “How to read it”."
    assert lines[7] == "51, target: none is declared in esg.toml."
    assert lines[8] == "52, redefined: no, the definition is the first."
    assert facts["serves"] == [
        {
            "id": "cost_of_credit",
            "kind": "risk",
            "title": "Credit costs more than is fair or was said",
        }
    ]
    sasb = next(d for d in facts["drawn_from"] if d["source"] == "SASB")
    assert (sasb["code"], sasb["version"]) == ("FN-CF-270a.3", "2023-12")
    assert (sasb["parts"], sasb["adapted"]) == (["apr"], True)
    assert facts["formula"]["weighted_rate"] == {
        "kind": "mean",
        "numerator": "principal_times_rate",
        "denominator": "rated_principal",
    }
    assert facts["validated_by"] is None


def test_every_paragraph_is_answered_in_chinese(
    s1: Callable[..., tuple[list[str], dict[str, Any]]],
) -> None:
    lines, facts = s1("inclusion.approval_rate", "zh")

    assert len(lines) == 9
    assert (
        lines[0]
        == "第46段，所服务的风险或机遇：未获正规信贷服务的人群获得服务（机遇）。"
    )
    assert lines[1] == "第49段及第50段(a)，取自：SASB FN-CF-270a.2（信贷产品）。"
    assert lines[3] == "第50段(c)，第三方验证：未经验证。"
    assert facts["serves"][0]["title"] == "未获正规信贷服务的人群获得服务"


def test_a_metric_of_the_lenders_own_and_one_that_speaks_to_a_code_say_so(
    s1: Callable[..., tuple[list[str], dict[str, Any]]],
) -> None:
    own, _ = s1("credit_repair.cure_rate")
    beside, facts = s1("inclusion.adverse_impact_ratio")

    assert "no framework; the metric is the lender’s own" in own[1]
    assert "GRI 406-1 (speaks to it, answers no part of it)" in beside[1]
    assert facts["drawn_from"][0]["parts"] == []


def test_what_a_file_declares_takes_the_place_of_the_defaults(
    s1: Callable[..., tuple[list[str], dict[str, Any]]],
) -> None:
    by = {"en": "Example Audit, limited assurance", "zh": "示例会计师事务所，有限保证"}

    lines, facts = s1(
        "inclusion.approval_rate",
        validated_by=by,
        version=2,
        reading={},
        serves=(),
        needs={},
    )

    assert lines[0] == "46, serves: nothing is declared."
    assert lines[3].endswith("by a third party: Example Audit, limited assurance.")
    assert lines[4].startswith("50(d), inputs: none. The formula stands under")
    assert lines[6] == "50(d), limitations: none are written down."
    assert lines[8].startswith("52, redefined: the definition stands at version 2;")
    assert facts["validated_by"] == by["en"]


def test_rule_values_without_a_document_are_assumptions(
    s1: Callable[..., tuple[list[str], dict[str, Any]]], project: Project
) -> None:
    name, rule = next(
        (indicator.id, name)
        for indicator in project.indicators.values()
        for name in indicator.rules
        if {value.evidence for value in project.rules[name].values} == {"own"}
    )

    lines, facts = s1(name)

    assert "(our own setting)" in lines[5]
    assert rule in facts["assumptions"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            (
                "51, target: Approval rate 35.0\u00a0% by Q4 2026; no base period, "
                "milestone or revision is declared."
            ),
        ),
        (
            "zh",
            "第51段，目标：2026年第四季度授信通过率35.0%；未声明基期、阶段性目标与修订。",
        ),
    ],
)
def test_a_declared_target_is_told_with_what_is_not_declared_of_it(
    make_run: Callable[..., RunResult], project: Project, language: str, line: str
) -> None:
    name = "inclusion.approval_rate"
    settings = replace(project.settings, targets={name: Target(0.35, "2026Q4")})
    run = make_run({})

    found = explain(
        replace(run, results=(run.result(name),)),
        replace(project, settings=settings),
        language,
    )

    lines = {section.heading: section.lines for section in found.sections}
    assert lines[HEADINGS[language]][7] == line
    assert found.facts["s1"]["target"] == {"value": 0.35, "period": "2026Q4"}


def test_validated_by_is_written_in_both_languages(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.sql"
    path.write_text(OWN, "utf-8")

    indicator = read_indicator(path, "own.sql")

    assert indicator.validated_by == {"en": "Example Audit", "zh": "示例审计"}
    assert indicator.place("serves") == "own.sql, line 9"
    assert indicator.place("moves") == "own.sql"
    path.write_text(OWN.replace(", zh: 示例审计", ""), "utf-8")
    with pytest.raises(ContentError, match=r"line 10: the key 'validated_by\.zh'"):
        read_indicator(path, "own.sql")
