"""What a code asks for, part by part, and which measures are said to answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError
from esg.spec.disclosure import Answer, Disclosure
from esg.spec.framework import read_framework
from esg.spec.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Overlay = Callable[..., Project]

FRAMEWORK = """\
framework: EX
name: {en: Example Standards, zh: 示例准则}
publisher: {en: Example Board, zh: 示例理事会}
version: "2"
codes:
  A-1:
    en: Loans and their growth
    zh: 贷款及其增长
    parts:
      loans: {en: Loans, zh: 贷款, measures: [inclusion.own/loans]}
      growth: {en: Growth, zh: 增长}
      why: {en: Why, zh: 原因, narrative: true}
  A-2:
    en: Loans
    zh: 贷款笔数
  A-3:
    en: Principal
    zh: 本金
    measures: [inclusion.own/principal]
    adapted: {en: of new loans, zh: 仅新发放}
"""

INDICATOR = """\
/*---
id: inclusion.{name}
code: OWN-0{number}
title: {{en: A, zh: 甲}}
definition: {{en: B., zh: 乙。}}
version: 1
unit: count
direction: context
serves: [{serves}]
measures:
  - {{name: loans, kind: count, numerator: loans}}
  - {{name: principal, kind: amount, unit: money, numerator: principal, n: loans}}
frameworks: [{references}]
needs: {{loan: [principal]}}
---*/
select period, count(*) as loans, sum(principal) as principal
from new_loan group by all
"""


@pytest.fixture
def overlay(project: Project, tmp_path: Path) -> Overlay:
    def make(
        own: str = '"EX:A-1@2", "EX:A-2@2", "EX:A-3@2"',
        other: str | None = None,
        framework: str = FRAMEWORK,
        serves: str = "access",
    ) -> Project:
        files = {
            "frameworks/EX.yaml": framework,
            "indicators/inclusion/own.sql": INDICATOR.format(
                name="own", number=1, references=own, serves=serves
            ),
        }
        if other is not None:
            files["indicators/inclusion/other.sql"] = INDICATOR.format(
                name="other", number=2, references=other, serves=serves
            )
        for name, text in files.items():
            path = tmp_path / "queries" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return Project(tmp_path, project.settings)

    return make


def named(project: Project) -> dict[str, Disclosure]:
    return {d.code.id: d for d in project.disclosures if d.framework.id == "EX"}


def answers(disclosure: Disclosure) -> dict[str, list[Answer]]:
    return {ask.part.id: list(ask.answers) for ask in disclosure.asks}


def test_a_part_is_answered_by_the_measures_its_file_names(overlay: Overlay) -> None:
    found = named(overlay())

    assert answers(found["A-1"]) == {
        "loans": [Answer("inclusion.own", "loans")], "growth": [], "why": [],
    }  # fmt: skip
    assert answers(found["A-2"]) == {"whole": [Answer("inclusion.own", "loans")]}
    assert answers(found["A-3"]) == {"whole": [Answer("inclusion.own", "principal")]}


def test_an_indicator_that_only_names_a_code_speaks_to_it_and_answers_no_part(
    overlay: Overlay,
) -> None:
    found = named(overlay(other='"EX:A-1@2", "EX:A-3@2"'))

    assert found["A-1"].beside == ("inclusion.other",)
    assert found["A-3"].beside == ("inclusion.other",)
    assert found["A-1"].indicators == ("inclusion.own", "inclusion.other")


def test_one_file_is_enough_to_answer_a_part(overlay: Overlay) -> None:
    found = named(overlay(other='"EX:A-1@2#growth", "EX:A-2@2", "EX:A-3@2#whole"'))

    other = Answer("inclusion.other", "loans")
    assert answers(found["A-1"])["growth"] == [other]
    # A code that names no measure is answered by every indicator that names it.
    assert other in answers(found["A-2"])["whole"]
    assert other in answers(found["A-3"])["whole"]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("EX:A-1@2#grown", "'EX:A-1@2#grown', a part that A-1 lacks; did you mean"),
        ("EX:A-2@2#loans", "'EX:A-2@2#loans', a part that A-2 lacks; allowed are who"),
        ("EX:A-1@3#growth", "a version not declared; did you mean 'EX:A-1@2'"),
    ],
)
def test_a_part_that_is_not_there_is_told_with_its_line(
    overlay: Overlay, reference: str, words: str
) -> None:
    with pytest.raises(ContentError) as caught:
        overlay(other=f'"{reference}"').validate()

    assert "queries/indicators/inclusion/other.sql, line 13: " in caught.value.message
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("inclusion.owm/loans", "is not declared; did you mean 'inclusion.own'"),
        ("inclusion.own/loan", "a measure that inclusion.own lacks; did you mean 'lo"),
        ("inclusion.approval_rate", "approval_rate.sql does not name 'EX:A-1@2'"),
    ],
)
def test_a_framework_that_names_a_wrong_measure_is_told_with_its_line(
    overlay: Overlay, measure: str, words: str
) -> None:
    wrong = FRAMEWORK.replace("inclusion.own/loans", measure)

    with pytest.raises(ContentError) as caught:
        overlay(framework=wrong).validate()

    assert "queries/frameworks/EX.yaml, line 10: 'measures' names" in (
        caught.value.message
    )
    assert words in caught.value.message


def test_a_wrong_part_tells_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "EX.yaml"
    wrong = FRAMEWORK.replace("narrative: true", "narrative: true, measures: [a/b]")
    wrong = wrong.replace("zh: 增长}", "zh: 增长, mesures: [a]}")
    path.write_text(wrong + "  A-4: {en: E, zh: 戊, parts: {}}\n", "utf-8")

    with pytest.raises(ContentError) as caught:
        read_framework(path, "EX.yaml")

    for words in (
        "line 11: 'codes.A-1.parts.growth.mesures' is not known here; did you mean",
        "line 12: 'codes.A-1.parts.why.measures' stands beside 'narrative'",
        "line 21: 'codes.A-4.parts' names none",
    ):
        assert words in caught.value.message


def test_a_risk_that_is_not_listed_is_told_with_line_and_nearest_name(
    overlay: Overlay,
) -> None:
    with pytest.raises(ContentError) as caught:
        overlay(serves="acess").validate()

    assert (
        "queries/indicators/inclusion/own.sql, line 9: 'serves' names 'acess', no risk "
        "or opportunity that is declared; did you mean 'access'."
    ) in caught.value.message


def test_a_workspace_adds_risks_and_cannot_list_one_twice(
    overlay: Overlay, tmp_path: Path
) -> None:
    own = overlay(serves="flood")
    folder = tmp_path / "queries" / "risks"
    folder.mkdir()
    (folder / "own.yaml").write_text(
        "flood: {kind: risk, en: Floods, zh: 洪水}\n", "utf-8"
    )
    own.validate()
    (folder / "twice.yaml").write_text(
        "flood: {kind: chance, en: Floods, zh: 洪水}\n", "utf-8"
    )

    with pytest.raises(ContentError) as wrong_kind:
        Project(tmp_path, own.settings).validate()
    (folder / "twice.yaml").write_text(
        "flood: {kind: risk, en: Floods, zh: 洪水}\n", "utf-8"
    )
    with pytest.raises(ContentError) as twice:
        Project(tmp_path, own.settings).validate()

    assert "line 1: 'flood.kind' is 'chance'" in wrong_kind.value.message
    assert "allowed are opportunity, risk" in wrong_kind.value.message
    assert "'flood' stands already in queries/risks/own.yaml" in twice.value.message
