"""The disclosure index: every code of every framework, and what is missing of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from esg.quality.statement import empty_statement
from esg.report.build import build_model
from esg.report.content_index import TABLE_COLUMNS, index_table
from esg.report.facts import facts_json
from esg.report.standalone import standalone_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.indicators.result import RunResult
    from esg.report.lookup import Lookup
    from esg.report.model import IndexGroup, IndexRow, ReportModel
    from esg.spec.project import Project
    from esg.spec.report import ReportSpec

    Build = Callable[..., ReportModel]
    MakeRow = Callable[..., dict[str, Any]]
    MakeRun = Callable[..., RunResult]

APPROVAL = "inclusion.approval_rate"
BREACHES = "consumer_protection.data_breaches"
FEES = "consumer_protection.addon_fees"
RATE = "healthy_consumption.weighted_apr"
COLUMN = "column:loan.disbursed_at"


@pytest.fixture
def rows(make_row: MakeRow) -> dict[str, list[dict[str, Any]]]:
    """Approval in full; of fees and rate a hidden number and one without data."""
    return {
        APPROVAL: [make_row(0.6, 0.01)],
        BREACHES: [
            make_row(3, measure=name)
            for name in ("breaches", "personal_breaches", "customers_affected")
        ],
        FEES: [make_row(None, n=None, status="suppressed", reason="small")],
        RATE: [make_row(None, n=None, status="no_data", reason=COLUMN)],
    }


def group(model: ReportModel, name: str) -> IndexGroup:
    return next(g for g in model.index if g.framework == name)


def code(found: IndexGroup, name: str) -> IndexRow:
    return next(row for row in found.rows if row.code == name)


def test_a_code_says_its_state_and_what_each_missing_part_lacks(
    build: Build, rows: dict[str, Any]
) -> None:
    sasb = group(build(rows), "SASB")

    met, partly = code(sasb, "FN-CF-230a.1"), code(sasb, "FN-CF-270a.3")
    assert (met.state, met.missing) == ("met", ())
    assert met.adapted == "as a number, beside all breaches"
    assert [(link.code, link.anchor) for link in met.links] == [
        ("CP-13", "n-consumer-protection-data-breaches")
    ]
    assert partly.state == "partly met"
    assert partly.missing == (
        (
            "Average fees of add-on products: there, and hidden because too few stand "
            "behind it"
        ),
        (
            "Average annual rate of credit products: no data: the column disbursed_at "
            "of “loans” is empty"
        ),
        "Average age of credit products: no indicator serves it",
        "Average number of credit accounts: no indicator serves it",
        "Average annual fees of pre-paid products: no indicator serves it",
    )
    # An adaptation of a part that has no number is not told: nothing was adapted.
    assert partly.adapted == ""


def test_the_same_in_chinese(build: Build, rows: dict[str, Any]) -> None:
    sasb = group(build(rows, "zh"), "SASB")

    row = code(sasb, "FN-CF-270a.2")
    assert (row.state, row.missing) == ("部分满足", ("预付产品：无对应指标",))
    assert sasb.counts.startswith("满足2项、部分满足2项、待撰写（文字性要求）6项、")
    assert [why for why, _ in sasb.rest] == [
        "未满足：无数据", "未满足：无对应指标", "待撰写（文字性要求）",
    ]  # fmt: skip


def test_no_code_is_left_out_and_none_stands_twice(
    build: Build, rows: dict[str, Any], project: Project
) -> None:
    model = build(rows)

    for each in model.index:
        number = sum(int(n) for n in re.findall(r" (\d+)(?=,|$)", each.counts))
        listed = len(each.rows) + sum(text.count(";") + 1 for _, text in each.rest)
        assert number == listed, each.framework
    declared = sum(len(f.codes) for f in project.frameworks.values())
    assert len(model.facts["disclosures"]) == declared
    assert len(model.index) == len(project.frameworks)


def test_text_and_what_nothing_serves_stand_together_by_what_they_lack(
    build: Build,
) -> None:
    gri = group(build({}), "GRI")

    rest = dict(gri.rest)
    assert gri.rows == ()
    assert "2-23 Commitments of policy" in rest["Yours to write (narrative)"]
    assert "401-1 Employees who" in rest["Not met: no indicator serves it"]
    assert "305-1 Direct greenhouse-gas" in rest["Not met: no data"]


def test_a_report_of_a_part_lists_what_it_names_and_says_what_it_left_out(
    make_run: MakeRun,
    rows: dict[str, Any],
    project: Project,
    spec: ReportSpec,
    lookup: Lookup,
) -> None:
    run = make_run(rows)
    part = replace(run, results=(run.result(APPROVAL), run.result(FEES)))

    model = build_model(
        part,
        empty_statement("2026Q3"),
        replace(spec, index="named"),
        project.settings,
        "en",
        lookup,
        register=project.register,
    )

    (sasb,) = model.index
    assert [row.code for row in sasb.rows] == ["FN-CF-270a.2", "FN-CF-270a.3"]
    assert (
        "Average annual rate of credit products: in the catalogue, not in this report"
        in code(sasb, "FN-CF-270a.3").missing
    )


def test_an_indicator_without_a_chapter_is_found_in_the_methods(
    make_run: MakeRun,
    rows: dict[str, Any],
    project: Project,
    spec: ReportSpec,
    lookup: Lookup,
) -> None:
    model = build_model(
        make_run(rows),
        empty_statement("2026Q3"),
        replace(spec, chapters=()),
        project.settings,
        "en",
        lookup,
        register=project.register,
    )

    row = code(group(model, "SASB"), "FN-CF-230a.1")
    assert row.links[0].anchor == "m-consumer-protection-data-breaches"


def test_facts_hold_states_and_reasons_as_codes(
    build: Build, rows: dict[str, Any]
) -> None:
    facts = json.loads(facts_json(build(rows, "zh")))
    found = {(d["framework"], d["code"]): d for d in facts["disclosures"]}

    disclosure = found["SASB", "FN-CF-270a.3"]
    parts = {part["part"]: part for part in disclosure["parts"]}
    assert (disclosure["version"], disclosure["state"]) == ("2023-12", "partly")
    assert parts["addon_fees"]["state"] == "hidden"
    assert parts["addon_fees"]["answered_by"] == [f"{FEES}/mean"]
    assert (parts["apr"]["state"], parts["apr"]["reason"]) == ("no_data", COLUMN)
    assert parts["apr"]["served_by"] == [f"{RATE}/weighted_rate"]
    assert parts["apr"]["adapted"] is True
    assert parts["age"]["adapted"] is False
    assert parts["age"]["state"] == "unserved"
    assert "consumer_protection.all_in_cost" in disclosure["spoken_to_by"]


@pytest.mark.parametrize(
    ("language", "state", "missing"),
    [
        ("en", "partly met", "Pre-paid products: no indicator serves it"),
        ("zh", "部分满足", "预付产品：无对应指标"),
    ],
)
def test_the_table_has_a_row_for_every_code(
    make_run: MakeRun,
    rows: dict[str, Any],
    project: Project,
    language: str,
    state: str,
    missing: str,
) -> None:
    table = index_table(standalone_scope(make_run(rows), project, language))

    found = {row[0]: dict(zip(TABLE_COLUMNS, row, strict=True)) for row in table}
    assert len(found) == len(table) == len(project.disclosures)
    row = found["SASB:FN-CF-270a.2@2023-12"]
    assert (row["state"], row["missing"]) == (state, missing)
    assert row["answered_by"] == f"{APPROVAL}/share"
    assert found["GRI:401-1"]["answered_by"] == ""
