"""The report says what the numbers say and finds what stands out by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from esg.errors import ContentError
from esg.quality.statement import empty_statement
from esg.report.build import build_model, unknown_references
from esg.report.chart import Confusion, Pareto, Ranked, Stacked, Tiles, Trend, Waterfall
from esg.report.facts import facts_json
from esg.report.lookup import read_lookup
from esg.report.numbers import Numbers
from esg.spec.settings import Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.indicators.result import RunResult
    from esg.report.lookup import Lookup
    from esg.report.model import Chapter, Figure, ReportModel
    from esg.spec.project import Project
    from esg.spec.report import ReportSpec

    Build = Callable[..., ReportModel]
    MakeRow = Callable[..., dict[str, Any]]
    Rows = dict[str, list[dict[str, Any]]]

SHARE = "inclusion.first_time_borrower_share"
PAR30 = "healthy_consumption.par30"


def chapter(model: ReportModel, name: str) -> Chapter:
    return {c.id: c for c in model.chapters}[name]


def figure(model: ReportModel, anchor: str) -> Figure:
    return {f.id: f for c in model.chapters for f in c.figures}[anchor]


@pytest.mark.parametrize(
    ("language", "change", "sentence"),
    [
        (
            "en",
            (0.012, 0.004),
            "share rose to 18.4\u00a0% (17.9–18.9), up 1.2 percentage points from the",
        ),
        ("zh", (0.012, 0.004), "占比升至18.4%（17.9–18.9），较上季上升1.2个百分点"),
        ("zh", (-0.012, 0.004), "占比降至18.4%（17.9–18.9），较上季下降1.2个百分点"),
        ("zh", (0.012, 0.02), "首贷占比为18.4%（17.9–18.9），较上季无明显变化。"),
    ],
)
def test_a_movement_is_named_by_its_interval(
    build: Build,
    make_row: MakeRow,
    language: str,
    change: tuple[float, float],
    sentence: str,
) -> None:
    model = build({SHARE: [make_row(0.184, 0.005, previous=change)]}, language)

    assert len(chapter(model, "inclusion").findings) == 1
    assert sentence in chapter(model, "inclusion").findings[0]


def test_worse_movements_come_first(build: Build, make_row: MakeRow) -> None:
    model = build(
        {
            SHARE: [make_row(0.2, 0.005, previous=(0.05, 0.004))],
            "inclusion.female_borrower_share": [
                make_row(0.4, 0.005, previous=(-0.01, 0.004))
            ],
        }
    )

    first, second = chapter(model, "inclusion").findings

    assert first.startswith("Female borrower share fell")
    assert second.startswith("First-time borrower share rose")


def test_a_record_is_claimed_only_after_it_was_tested(
    build: Build, make_row: MakeRow
) -> None:
    earlier = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    values = [0.30, 0.10, 0.10, 0.10, 0.10, 0.10]
    rows = [make_row(v, 0.005, period=p) for p, v in zip(earlier, values, strict=True)]
    now = make_row(0.2, 0.005, previous=(0.1, 0.01))

    since = chapter(build({SHARE: [*rows, now]}), "inclusion").findings[0]
    of_all = chapter(build({SHARE: [*rows[1:], now]}), "inclusion").findings[0]
    too_short = chapter(build({SHARE: [*rows[4:], now]}), "inclusion").findings[0]

    assert "the highest since Q1 2025" in since
    assert "the highest of all 6 periods on record" in of_all
    assert "highest" not in too_short


def test_a_group_clearly_worse_than_the_whole_is_found_without_being_named(
    build: Build, make_row: MakeRow
) -> None:
    groups = {"410000": 0.09, "430000": 0.08, "110000": 0.03, "120000": 0.01}
    rows = [make_row(0.03, 0.002)] + [
        make_row(v, 0.01, dimension="province", segment=code, year=(0.05, 0.01))
        for code, v in groups.items()
    ]

    found = chapter(build({PAR30: rows}, "zh"), "healthy-consumption").groups

    assert len(found) == 1
    assert found[0].startswith("河南的逾期30天以上")
    assert "高于总体的3.0%" in found[0]
    assert "同比上升5.0个百分点" in found[0]
    assert "湖南同样明显偏高" in found[0]
    assert "北京" not in found[0]


def test_groups_that_a_definition_makes_are_no_finding(
    build: Build, make_row: MakeRow
) -> None:
    rows = [make_row(0.5, 0.01)] + [
        make_row(v, 0.001, dimension="area", segment=s)
        for s, v in (("urban", 0.0), ("rural", 1.0))
    ]

    assert chapter(build({SHARE: rows}), "inclusion").groups == ()


def test_a_chapter_without_data_is_one_paragraph_and_a_table_of_reasons(
    build: Build, make_row: MakeRow
) -> None:
    model = build({SHARE: [make_row(0.2, 0.01)]}, "zh")

    empty = chapter(model, "subsidy")

    assert empty.absence.startswith("2026年第三季度的数据中没有本章所需的记录")
    assert (empty.findings, empty.figures, empty.groups) == ((), (), ())
    assert len(empty.tables) == 1
    assert "无数据：“贴息申报”表无记录" in {row[2] for row in empty.tables[0].rows}


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("suppressed", "small", "too few stand behind it"),
        ("no_data", "column:borrower.birth_year", "the column birth_year of"),
        ("not_applicable", "follow_up", "the follow-up window is not over yet"),
        ("no_data", "something_new", "no case in this period"),
    ],
)
def test_a_figure_without_numbers_says_why(
    build: Build, make_row: MakeRow, status: str, reason: str, words: str
) -> None:
    rows = [make_row(None, status=status, reason=reason, n=None)]
    other = {"inclusion.female_borrower_share": [make_row(0.4, 0.01)]}

    absent = figure(build({SHARE: rows} | other), "f-1-1")

    assert absent.chart is None
    assert words in absent.absence


def test_one_period_is_no_trend(build: Build, make_row: MakeRow) -> None:
    absent = figure(build({SHARE: [make_row(0.2, 0.01)]}), "f-1-1")

    assert absent.absence == "a trend needs two quarters; the data hold one"


def test_areas_of_another_country_get_no_map_of_china(
    build: Build, make_row: MakeRow
) -> None:
    rows = [make_row(0.2, 0.01)] + [
        make_row(0.2, 0.01, dimension="province", segment=code)
        for code in ("US-TX", "US-CA")
    ]

    absent = figure(build({SHARE: rows}), "f-1-2")

    assert absent.chart is None
    assert "China" in absent.absence


def test_three_symbols_are_three_things(build: Build, make_row: MakeRow) -> None:
    segments: list[tuple[str, float | None, str]] = [
        ("urban", 0.0, "ok"),
        ("county", None, "suppressed"),
        ("rural", None, "no_data"),
    ]
    rows = [make_row(0.2, 0.01)] + [
        make_row(v, None, dimension="area", segment=s, status=status)
        for s, v, status in segments
    ]

    tables = chapter(build({SHARE: rows}, "zh"), "inclusion").tables
    by_area = next(t for t in tables if t.title == "按区域")

    assert by_area.head == ("指标", "总体", "城市", "县域", "农村")
    assert by_area.rows[0] == ("首贷占比", "20.0%", "0%", "·", "–")


@pytest.mark.parametrize(
    ("language", "title", "head"),
    [
        (
            "en",
            "By income fifth",
            ("Lowest fifth", "Highest fifth", "unknown"),
        ),
        ("zh", "按收入五等份", ("最低20%收入组", "最高20%收入组", "未知")),
    ],
)
def test_income_fifths_and_yes_or_no_read_as_words(
    build: Build, make_row: MakeRow, language: str, title: str, head: tuple[str, ...]
) -> None:
    groups = [("income_quintile", "5"), ("income_quintile", "1")]
    groups += [("income_quintile", "unknown"), ("subsidised", "no")]
    groups += [("subsidised", "yes")]
    rows = [make_row(0.1, 0.01)]
    rows += [make_row(0.1, 0.01, dimension=d, segment=name) for d, name in groups]

    model = build({PAR30: rows}, language)

    tables = {
        table.title: table for table in chapter(model, "healthy-consumption").tables
    }
    assert tables[title].head[2:] == head
    agreement = {"en": "By subsidy agreement", "zh": "按有无贴息协议"}[language]
    assert (
        tables[agreement].head[2:]
        == {
            "en": ("Under a subsidy agreement", "Without an agreement"),
            "zh": ("已签贴息协议", "未签贴息协议"),
        }[language]
    )


def test_the_main_table_brackets_what_did_not_clearly_move(
    build: Build, make_row: MakeRow
) -> None:
    clear = make_row(0.2, 0.01, previous=(0.03, 0.01), year=(0.01, 0.02))

    table = chapter(build({SHARE: [clear]}, "zh"), "inclusion").tables[0]

    assert table.rows == (
        ("首贷占比", "20.0%", "19.0–21.0", "1,000", "2.0%", "+3.0百分点",
         "(+1.0百分点)"),
    )  # fmt: skip
    assert table.anchors == ("n-inclusion-first-time-borrower-share",)


def test_every_kind_of_figure_is_drawn(build: Build, full_rows: Rows) -> None:
    model = build(full_rows, "zh")

    kinds = {
        type(f.chart).__name__
        for c in model.chapters
        for f in c.figures
        if f.chart is not None
    }

    assert kinds == {
        "Trend", "Tiles", "Stacked", "Waterfall", "Ranked", "Multiples", "Pareto",
        "Confusion", "Funnel",
    }  # fmt: skip


def test_subsidy_trends_carry_the_days_the_rules_changed(
    build: Build, full_rows: Rows, make_row: MakeRow
) -> None:
    quarters = ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
    rows = [make_row(2e6, period=q) for q in quarters]

    chart = figure(build(full_rows | {"subsidy.interest_subsidy": rows}), "f-2-1").chart

    assert isinstance(chart, Trend)
    assert [m.label for m in chart.marks] == ["Q3 25", "Q1 26"]
    assert not isinstance(chart.series[0].points[0].value, str)


def test_a_waterfall_that_does_not_add_up_says_what_was_cut(
    build: Build, full_rows: Rows
) -> None:
    chart = figure(build(full_rows), "f-2-2").chart

    assert isinstance(chart, Waterfall)
    assert [p.label for p in chart.points][-2] == "Cut at review"
    values = [p.value or 0.0 for p in chart.points]
    assert sum(values[:-1]) == pytest.approx(values[-1])


def test_parts_of_a_whole_add_up(build: Build, full_rows: Rows) -> None:
    chart = figure(build(full_rows), "f-1-4").chart

    assert isinstance(chart, Stacked)
    for line in chart.rows:
        assert sum(p.value or 0.0 for p in line.points) == pytest.approx(1.0)


def test_the_pareto_keeps_few_topics_and_folds_the_rest(
    build: Build, full_rows: Rows
) -> None:
    chart = figure(build(full_rows), "f-4-2").chart

    assert isinstance(chart, Pareto)
    assert len(chart.points) <= 10
    assert list(chart.cumulative) == sorted(chart.cumulative)
    assert chart.cumulative[-1] <= 1


def test_the_confusion_table_speaks_its_rates(build: Build, full_rows: Rows) -> None:
    chart = next(
        f.chart
        for f in chapter(build(full_rows, "en"), "consumer-protection").figures
        if isinstance(f.chart, Confusion)
    )

    assert any("80.0\u00a0% (75.0–85.0)" in rate for rate in chart.rates)


def test_provinces_are_ranked_against_the_whole_and_keep_hidden_ones(
    build: Build, full_rows: Rows
) -> None:
    model = build(full_rows, "zh")
    ranked, tiles = figure(model, "f-3-3"), figure(model, "f-1-2")

    assert isinstance(ranked.chart, Ranked)
    assert ranked.title == "河南的逾期30天以上风险贷款占比（PAR30）明显高于总体"
    assert isinstance(tiles.chart, Tiles)
    assert len(tiles.chart.tiles) == 31
    texts = {t.point.label: t.point.text for t in tiles.chart.tiles}
    assert (texts["青海"], texts["新疆"]) == ("·", "–")


def test_a_target_is_met_or_missed_by_its_direction(
    make_run: Callable[..., RunResult],
    make_row: MakeRow,
    project: Project,
    spec: ReportSpec,
    lookup: Lookup,
) -> None:
    targets = {SHARE: Target(0.25, "2026Q4"), PAR30: Target(0.05, "2026Q4")}
    run = make_run({SHARE: [make_row(0.2, 0.01)], PAR30: [make_row(0.03, 0.01)]})
    settings = replace(project.settings, targets=targets)

    cards = build_model(
        run, empty_statement("2026Q3"), spec, settings, "en", lookup
    ).cards

    assert [(c.indicator, c.target_state) for c in cards] == [
        (SHARE, "missed"), (PAR30, "met"),
    ]  # fmt: skip
    assert cards[0].target == "Target: at least 25.0\u00a0% by Q4 2026 – not met"


def test_the_report_says_how_many_numbers_are_hidden(
    build: Build, full_rows: Rows
) -> None:
    model = build(full_rows, "zh")

    assert "隐去1个" in model.hidden_lead
    assert model.hidden.rows[0][-1] == "省份1"


def test_facts_hold_no_hidden_number_and_no_float_money(
    build: Build, full_rows: Rows
) -> None:
    model = build(full_rows)
    facts = json.loads(facts_json(model))
    columns = facts["columns"]
    rows = [
        dict(zip(columns, values, strict=True))
        for indicator in facts["indicators"]
        for values in indicator["rows"]
    ]

    hidden = [r for r in rows if r["status"] == "suppressed"]
    assert hidden
    assert all(r["value"] is None and r["numerator"] is None for r in hidden)
    assert {type(r["numerator"]) for r in rows} <= {str, type(None)}


def test_the_same_run_gives_the_same_facts(build: Build, full_rows: Rows) -> None:
    assert facts_json(build(full_rows)) == facts_json(build(full_rows))


def test_other_kinds_of_period_have_their_own_words(
    build: Build, make_row: MakeRow
) -> None:
    row = make_row(0.2, 0.01, previous=(0.05, 0.01), period="2026H1")

    model = build({SHARE: [row]}, "zh", "2026H1")

    assert "较上个半年上升" in chapter(model, "inclusion").findings[0]


def test_every_reference_of_the_shipped_report_is_declared(
    project: Project, spec: ReportSpec
) -> None:
    assert unknown_references(spec, project.indicators) == []


def test_an_unknown_reference_is_named_and_leaves_its_figure_out(
    project: Project, spec: ReportSpec
) -> None:
    wrong = replace(spec, headline=("inclusion.nothing", f"{SHARE}/nothing"))

    assert unknown_references(wrong, project.indicators) == list(wrong.headline)


def test_numbers_know_what_a_run_lacks(
    make_run: Callable[..., RunResult],
) -> None:
    numbers = Numbers(make_run({}))

    assert numbers.reference("inclusion.nothing") is None
    assert numbers.reference(f"{SHARE}/nothing") is None
    assert numbers.result(SHARE).indicator.id == SHARE


def test_a_report_folder_needs_neither_map_nor_marks(tmp_path: Path) -> None:
    lookup = read_lookup(tmp_path)

    assert (lookup.provinces, lookup.marks) == ({}, ())


def test_a_wrong_map_is_refused_with_every_fault(tmp_path: Path) -> None:
    (tmp_path / "provinces.yaml").write_text(
        'provinces:\n  - {code: "1", name: {en: A}, column: 1, row: 1, x: 1}\n'
    )

    with pytest.raises(ContentError, match="'provinces") as caught:
        read_lookup(tmp_path)

    assert "zh" in caught.value.message
    assert "is not known here" in caught.value.message
