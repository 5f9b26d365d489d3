"""Frameworks: an indicator names only codes that are declared, in their version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError
from esg.spec.framework import fault_of_reference, read_framework
from esg.spec.project import Project

if TYPE_CHECKING:
    from pathlib import Path

FRAMEWORK = """\
framework: {name}
name: {{en: Example Standards, zh: 示例准则}}
publisher: {{en: Example Board, zh: 示例理事会}}
version: "2"
codes:
  A-1:
    en: What is counted
    zh: 计数内容
"""

INDICATOR = """\
/*---
id: inclusion.own
code: OWN-01
title: {{en: A, zh: 甲}}
definition: {{en: B., zh: 乙。}}
version: 1
unit: count
direction: context
measures:
  - {{name: loans, kind: count, numerator: loans}}
frameworks: ["{reference}"]
needs: {{loan: [principal]}}
---*/
select period, count(*) as loans from new_loan group by all
"""


def overlay(root: Path, project: Project, files: dict[str, str]) -> Project:
    for name, text in files.items():
        path = root / "queries" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Project(root, project.settings)


def test_a_framework_knows_how_an_indicator_names_its_codes(tmp_path: Path) -> None:
    path = tmp_path / "EX.yaml"
    path.write_text(FRAMEWORK.format(name="EX"), "utf-8")

    framework = read_framework(path, "EX.yaml")

    assert framework.reference("A-1") == "EX:A-1@2"
    assert framework.codes["A-1"].paraphrase["zh"] == "计数内容"
    assert framework.note == {}


def test_a_wrong_framework_tells_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "EX.yaml"
    text = FRAMEWORK.format(name="OTHER").replace("zh: 计数内容", "de: Anzahl")
    path.write_text(text + "codez: 1\n", "utf-8")

    with pytest.raises(ContentError) as caught:
        read_framework(path, "EX.yaml")

    for words in (
        "'framework' is 'OTHER', but the file is 'EX.yaml'",
        "'codes.A-1.zh' is missing",
        "'codes.A-1.de' is not known here",
        "'codez' is not known here; did you mean 'codes'",
    ):
        assert words in caught.value.message


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("GRJ:418-1", "whose framework is not declared; did you mean 'GRI'"),
        ("GRI 418-1", "whose framework is not declared"),
        ("GRI:418-9", "a code that GRI lacks; did you mean '418-1'"),
        ("GRI:418-1@2016", "did you mean 'GRI:418-1'"),
        ("IRIS:PI2822@5.2", "did you mean 'IRIS:PI2822@5.3c'"),
        ("IRIS:PI2822@", "did you mean 'IRIS:PI2822@5.3c'"),
    ],
)
def test_a_reference_to_nothing_is_told_with_the_nearest_right_one(
    project: Project, reference: str, words: str
) -> None:
    fault = fault_of_reference(reference, project.frameworks)

    assert fault is not None
    assert f"names '{reference}'" in fault
    assert words in fault


@pytest.mark.parametrize("reference", ["IRIS:PI2822", "IRIS:PI2822@5.3c", "GRI:418-1"])
def test_a_version_may_be_left_out_but_not_be_another(
    project: Project, reference: str
) -> None:
    assert fault_of_reference(reference, project.frameworks) is None


def test_an_indicator_that_names_an_unknown_code_is_refused_with_its_file(
    project: Project, tmp_path: Path
) -> None:
    wrong = overlay(
        tmp_path,
        project,
        {"indicators/inclusion/own.sql": INDICATOR.format(reference="GRI:1")},
    )

    with pytest.raises(ContentError) as caught:
        wrong.validate()

    place = "queries/indicators/inclusion/own.sql, line 11"
    assert f"{place}: 'frameworks' names 'GRI:1'" in caught.value.message


def test_a_workspace_may_bring_its_own_framework(
    project: Project, tmp_path: Path
) -> None:
    own = overlay(
        tmp_path,
        project,
        {
            "frameworks/EX.yaml": FRAMEWORK.format(name="EX"),
            "indicators/inclusion/own.sql": INDICATOR.format(reference="EX:A-1@2"),
        },
    )

    own.validate()

    assert own.indicators["inclusion.own"].frameworks == ("EX:A-1@2",)


def test_a_broken_framework_is_told_once(project: Project, tmp_path: Path) -> None:
    broken = overlay(
        tmp_path, project, {"frameworks/EX.yaml": FRAMEWORK.format(name="OTHER")}
    )

    with pytest.raises(ContentError) as caught:
        broken.validate()

    assert caught.value.message.count("'OTHER'") == 1


def test_shipped_indicators_state_the_version_of_every_code_they_name(
    project: Project,
) -> None:
    named = {
        reference.partition("#")[0]
        for indicator in project.indicators.values()
        for reference in indicator.frameworks
    }
    declared = {
        framework.reference(code)
        for framework in project.frameworks.values()
        for code in framework.codes
    }

    assert named <= declared


def test_every_code_that_an_indicator_names_is_answered_or_spoken_to(
    project: Project,
) -> None:
    named = {
        (reference, indicator.id)
        for indicator in project.indicators.values()
        for reference in indicator.frameworks
    }
    shown = {(d.reference, name) for d in project.disclosures for name in d.indicators}

    assert shown == named


def test_codes_that_nothing_serves_stand_in_the_list_nonetheless(
    project: Project,
) -> None:
    empty = {
        each.reference
        for each in project.disclosures
        if not any(ask.answers or ask.part.is_narrative for ask in each.asks)
    }

    assert {"SASB:FN-CF-000.B@2023-12", "GRI:401-1", "IRIS:FP6354@5.3c"} <= empty
    assert "SASB:FN-CF-270a.3@2023-12" not in empty


def test_every_paraphrase_is_short_and_in_the_language_it_claims(
    project: Project,
) -> None:
    for framework in project.frameworks.values():
        for code in framework.codes.values():
            for text in (code.paraphrase, *(part.asks for part in code.parts)):
                assert len(text["en"]) <= 80, code
                assert text["en"].isascii(), code
                assert not text["zh"].isascii(), code
            for part in code.parts:
                assert not part.adapted or not part.adapted["zh"].isascii(), code


def test_a_citation_stands_in_both_languages(project: Project) -> None:
    for rule in project.rules.values():
        for value in rule.values:
            assert value.citation["en"], rule.id
            assert not value.citation["zh"].isascii(), rule.id


def test_every_shipped_indicator_says_which_risk_or_opportunity_it_serves(
    project: Project,
) -> None:
    without = [i.id for i in project.indicators.values() if not i.serves]
    unused = set(project.risks) - {
        name for i in project.indicators.values() for name in i.serves
    }

    assert not without
    assert not unused
