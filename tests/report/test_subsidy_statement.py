"""The report on the subsidy: its chapters, its comparison, its method annex."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from report.conftest import row

from esg.cli import cli
from esg.errors import ContentError, UsageError
from esg.quality.statement import empty_statement
from esg.report.build import build_model
from esg.report.chart import Paired, Trend, Waterfall
from esg.report.compare_chart import ComparisonOrder, write_comparison_chart
from esg.report.lookup import read_lookup
from esg.report.policy import view_of
from esg.spec.period import parse_period
from esg.spec.report import read_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.indicators.result import RunResult
    from esg.report.model import Figure, ReportModel
    from esg.spec.report import ReportSpec
    from esg.workspace import Workspace

PERIOD = parse_period("2026Q3")
NAME = "subsidy_statement"


@pytest.fixture(scope="module")
def files(
    lender: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The report's pages for the screen and its facts, by the end of their name."""
    paths = lender.report(
        NAME,
        period=PERIOD,
        languages=("zh", "en"),
        formats=("html", "json"),
        out=tmp_path_factory.mktemp("statement"),
    )
    return {
        ".".join(path.name.split(".")[-2:]): path.read_text("utf-8") for path in paths
    }


def _prose(page: str) -> str:
    """The text of a page without scripts, styles and tags."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_annex_prints_every_setting_and_rule_with_its_citation(
    lender: Workspace, files: dict[str, str], language: str
) -> None:
    policy = lender.policy("cn_consumer_loan_subsidy")
    prose = _prose(files[f"{language}.html"])
    squeezed = re.sub(r"\W", "", prose)

    for setting in policy.pack.settings:
        assert setting.name in prose
        assert re.sub(r"\W", "", setting.says[language]) in squeezed
    for rule in lender.project.rules_of(policy.pack):
        for value in rule.values:
            assert re.sub(r"\W", "", value.citation[language]) in squeezed, rule.id


def test_no_word_of_the_other_language_slips_in(files: dict[str, str]) -> None:
    chinese, english = _prose(files["zh.html"]), _prose(files["en.html"])

    for word in ("Hollow", "Reached", "gain", "Setting", "no limit", "Chapter"):
        assert word in english
        assert word not in chinese
    page = files["zh.html"]
    chapters = _prose(page[page.index("<main") : page.index('<section id="index"')])
    words = set(re.findall(r"[A-Za-z]{3,}", chapters))
    # A command and people's names.
    assert words <= {"esg", "policy", "reconcile", "CGH", "Kakwani"}
    assert "收入五分位" in chinese
    assert "收入五分位" not in english


def test_the_facts_hold_the_comparison_to_the_cent(
    lender: Workspace, files: dict[str, str]
) -> None:
    told = json.loads(files["en.json"])["policy"]
    policy = lender.policy(told["pack"])

    assert told["settings"] == policy.settings
    for by, rows in told["comparisons"].items():
        frame = policy.compare(told["old"], told["new"], by=by, period=PERIOD)
        assert [row["segment"] for row in rows] == frame["segment"].to_list()
        assert [row["given_new"] for row in rows] == [
            str(value) for value in frame["given_new"]
        ]


def test_the_report_reads_the_indicators_its_chapters_name(
    lender: Workspace, files: dict[str, str]
) -> None:
    spec = lender.project.reports[NAME]
    told = {entry["id"] for entry in json.loads(files["zh.json"])["indicators"]}
    subsidy = {
        name for name in lender.project.indicators if name.startswith("subsidy.")
    }

    assert told == set(spec.indicators) == subsidy
    quarterly = set(lender.project.reports["quarterly"].indicators)
    assert {"subsidy.take_up", "inclusion.approval_rate"} < quarterly
    assert quarterly < set(lender.project.indicators)


def test_a_report_is_computed_by_the_breakdowns_it_names(
    lender: Workspace, files: dict[str, str]
) -> None:
    spec = lender.project.reports[NAME]
    facts = json.loads(files["zh.json"])
    place = facts["columns"].index("dimension")

    found = {row[place] for each in facts["indicators"] for row in each["rows"]}

    assert spec.by == spec.breakdowns
    assert {"province", "gender", "product"} < found <= {"all", *spec.by}


@pytest.fixture
def make_model(lender: Workspace) -> Callable[[str], ReportModel]:
    """Return a maker of the model from the sample's own numbers."""

    def make(language: str) -> ReportModel:
        spec = lender.project.reports[NAME]
        assert spec.policy
        run, statement = lender._assessed(spec.indicators, period=PERIOD, by=())  # noqa: SLF001 - as report() does
        view = view_of(lender.policy(spec.policy.pack), spec.policy, PERIOD)
        return build_model(
            run,
            statement,
            spec,
            lender.project.settings,
            language,
            read_lookup(*spec.folders),
            view,
        )

    return make


def test_the_waterfall_falls_from_one_point_to_the_subsidy(
    lender: Workspace, make_model: Callable[[str], ReportModel]
) -> None:
    facts = lender.sql(
        "select sum(uncapped), sum(-lost_half_rate), sum(-lost_transaction_cap), "
        "sum(-lost_small_cap), sum(-lost_total_cap), sum(subsidy) from subsidy_fact "
        "where due_date between date '2026-07-01' and date '2026-09-30'"
    ).row(0)

    model = make_model("en")

    (chart,) = (f.chart for c in model.chapters for f in c.figures if f.id == "f-3-1")
    assert isinstance(chart, Waterfall)
    assert [p.value for p in chart.points] == pytest.approx([float(v) for v in facts])


def test_income_fifths_stand_in_their_order_and_the_unknown_last(
    make_model: Callable[[str], ReportModel],
) -> None:
    model = make_model("en")

    chapter = next(c for c in model.chapters if c.id == "versions")
    chart = chapter.figures[0].chart
    assert isinstance(chart, Paired)
    names = [new.label for _, new in chart.points]
    assert names == [
        *("Lowest fifth", "Second", "Third", "Fourth", "Highest fifth"),
        "unknown",
    ]
    assert [row[0] for row in chapter.tables[0].rows] == ["Whole", *names]
    # Who has no income on file is no group that a finding names.
    assert "unknown" not in chapter.figures[0].title


LOSSES = ("lost_half_rate", "lost_transaction_cap", "lost_small_cap", "lost_total_cap")


@pytest.mark.parametrize(
    ("hidden", "drawn"),
    [
        (0, [100.0, -5.0, -5.0, -5.0, -5.0, 80.0]),
        (1, None),  # the totals would tell it
        (2, [100.0, -5.0, -5.0, -10.0, 80.0]),
    ],
)
def test_hidden_steps_are_drawn_together_or_not_at_all(
    lender: Workspace,
    make_run: Callable[..., RunResult],
    hidden: int,
    drawn: list[float] | None,
) -> None:
    steps = [
        row(None, measure=name, status="suppressed", reason="small")
        if place < hidden
        else row(5.0, measure=name)
        for place, name in enumerate(LOSSES)
    ]
    ends = [row(100.0, measure="uncapped"), row(80.0, measure="given")]
    spec = lender.project.reports[NAME]

    model = build_model(
        make_run({"subsidy.lost_to_rules": [*steps, *ends]}),
        empty_statement("2026Q3"),
        spec,
        lender.project.settings,
        "en",
        read_lookup(*spec.folders),
    )

    found = next(f for c in model.chapters for f in c.figures if f.id == "f-3-1")
    if drawn is None:
        assert found.chart is None
        assert found.absence
    else:
        assert isinstance(found.chart, Waterfall)
        assert [p.value for p in found.chart.points] == pytest.approx(drawn)


MONTHS = ("2025-07", "2025-08", "2025-09", "2025-10")


def _study(
    lender: Workspace, make_run: Callable[..., RunResult], language: str, **whole: Any
) -> Figure:
    spec = lender.project.reports[NAME]
    gaps = [
        row(20.0 * at, 8.0, dimension="event_month", segment=month)
        for at, month in enumerate(MONTHS)
    ]
    rows = {"subsidy.additional_spending": [row(**whole), *gaps]}
    rows["subsidy.rate_relief"] = [row(80.0, 2.0)]
    model = build_model(
        make_run(rows),
        empty_statement("2026Q3"),
        spec,
        lender.project.settings,
        language,
        read_lookup(*spec.folders),
    )
    return next(f for c in model.chapters for f in c.figures if f.id == "f-2-3")


def test_an_event_study_shows_each_month_and_the_policys_first_day(
    lender: Workspace, make_run: Callable[..., RunResult]
) -> None:
    figure = _study(lender, make_run, "en", value=45.0, half=9.0)

    assert isinstance(figure.chart, Trend)
    (line,) = figure.chart.series
    assert [(p.label, p.value, p.low, p.high) for p in line.points] == [
        ("Jul 25", 0.0, -8.0, 8.0),
        ("Aug 25", 20.0, 12.0, 28.0),
        ("Sept 25", 40.0, 32.0, 48.0),
        ("Oct 25", 60.0, 52.0, 68.0),
    ]
    assert [(m.label, m.text) for m in figure.chart.marks] == [
        ("Sept 25", "Subsidy begins (1 Sep 2025)")
    ]
    assert figure.title == (
        "Additional spending a borrower and month: CNY\u00a045.00 (36.00–54.00)"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "the spending of the two groups already moved apart"),
        ("zh", "政策实施前两组消费走势已不一致"),
    ],
)
def test_a_refused_effect_draws_nothing_and_says_why(
    lender: Workspace, make_run: Callable[..., RunResult], language: str, words: str
) -> None:
    figure = _study(
        lender,
        make_run,
        language,
        value=None,
        status="not_applicable",
        reason="refused:past_apart",
    )

    assert figure.chart is None
    assert words in figure.absence


# Declarations


def _copy(spec: ReportSpec, folder: Path, old: str, new: str) -> Path:
    made = folder / "own"
    made.mkdir()
    for name in ("report.yaml", "strings.en.yaml", "strings.zh.yaml"):
        text = (spec.folder / name).read_text("utf-8")
        (made / name).write_text(text.replace(old, new) if old else text, "utf-8")
    return made


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("shares: quarterly", "shares: weekly", "is 'weekly', which is no other"),
        ("id: incidence", "id: reach", "hold the id 'reach' twice"),
        ("chapter: versions", "chapter: version", "the chapter 'version', not there"),
        ("  old: V1", "  older: V1", "is not known here"),
    ],
)
def test_a_wrong_declaration_is_told(
    lender: Workspace, tmp_path: Path, old: str, new: str, words: str
) -> None:
    reports = lender.project.reports
    folder = _copy(reports[NAME], tmp_path, old, new)

    def find(name: str) -> Path | None:
        return reports[name].folder if name in reports else None

    with pytest.raises(ContentError, match=words):
        read_report(folder, "report_templates/own", find)


# Nothing to tell


def test_a_lender_without_subsidies_gets_a_statement_that_says_so(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    made = make_workspace(
        loan="loan_id,product,currency,disbursed_at\na,micro,CNY,2026-07-10 09:00:00\n"
    )
    made.load()

    (path,) = made.report(
        NAME, period=PERIOD, languages=("en",), formats=("html",), out=tmp_path
    )

    prose = _prose(path.read_text("utf-8"))
    assert prose.count("hold nothing for this chapter") == 5
    assert "no purchase with a bill" in prose
    # What would hold is told all the same.
    assert "accrual_end" in prose
    frame = made.policy("cn_consumer_loan_subsidy").compare("V1", "V2")
    with pytest.raises(UsageError, match="There is nothing to draw"):
        write_comparison_chart(
            frame, made.project.reports[NAME], "CNY", _order(tmp_path / "c.html", None)
        )


# The chart of 'esg policy compare'


def _order(path: Path, by: str | None = "income") -> ComparisonOrder:
    return ComparisonOrder("V1", "V2", by, PERIOD, "zh", path)


def test_a_comparison_is_drawn_as_a_page_of_its_own(
    lender: Workspace, tmp_path: Path
) -> None:
    spec = lender.project.reports[NAME]
    frame = lender.policy("cn_consumer_loan_subsidy").compare(
        "V1", "V2", by="income", period=PERIOD
    )

    write_comparison_chart(frame, spec, "CNY", _order(tmp_path / "c.html"))

    page = (tmp_path / "c.html").read_text("utf-8")
    found = re.search(r'id="figure-data">(.*?)</script>', page)
    assert found
    figure = json.loads(found[1])
    drawn = {x for trace in figure["data"] for x in trace.get("x", [])}
    groups = frame.filter(frame["dimension"] == "income")
    assert {float(v) for v in groups["given_new"]} <= drawn
    assert "同一批消费按V1与V2测算，2026年第三季度" in _prose(page)


def test_a_comparison_without_a_group_to_show_is_refused(
    lender: Workspace, tmp_path: Path
) -> None:
    spec = lender.project.reports[NAME]
    frame = lender.policy("cn_consumer_loan_subsidy").compare("V1", "V2")
    hidden = frame.with_columns(status=frame["status"].replace("ok", "suppressed"))

    with pytest.raises(UsageError, match="No group of the comparison"):
        write_comparison_chart(hidden, spec, "CNY", _order(tmp_path / "c.html", None))


def test_a_chart_of_an_unknown_kind_is_refused_before_anything_is_computed(
    lender: Workspace,
) -> None:
    folder = str(lender.project.workspace)

    result = CliRunner().invoke(
        cli,
        ["--workspace", folder, *["policy", "compare", "V1", "V2", "--chart", "c.png"]],
    )

    assert isinstance(result.exception, UsageError)
    assert "names no kind of chart" in str(result.exception)
