"""Declarations: read strictly, every fault of a file at once, the nearest name told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from esg.errors import ContentError, UsageError
from esg.spec.fields import read_yaml
from esg.spec.indicator import EVERY, read_indicator
from esg.spec.period import Period, parse_period, period_of, periods_between
from esg.spec.project import Project, shipped_folder
from esg.spec.report import ReportSpec, read_report
from esg.spec.rule import read_rule
from esg.spec.settings import Target, expand, read_settings
from esg.spec.table import read_table


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_knows_its_days_and_its_own_name(
    text: str, first: date, last: date
) -> None:
    period = parse_period(text)

    assert (period.first_day, period.last_day) == (first, last)
    assert str(period) == text


def test_neighbours_cross_the_year() -> None:
    assert str(parse_period("2026Q1").previous) == "2025Q4"
    assert str(parse_period("2026-12").shift(1)) == "2027-01"
    assert str(parse_period("2026H1").year_earlier) == "2025H1"
    assert str(parse_period("2026").previous) == "2025"


@pytest.mark.parametrize("text", ["2026Q5", "2026-13", "26Q3", "Q3", "", "2026q3", "0"])
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_period(text)

    assert "2026Q3" in (caught.value.hint or "")


def test_periods_between_hold_both_ends() -> None:
    found = periods_between(date(2025, 11, 30), date(2026, 4, 1), "quarter")

    assert [str(p) for p in found] == ["2025Q4", "2026Q1", "2026Q2"]
    assert period_of(date(2026, 6, 30), "half") == Period("half", 2026, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", "line 2: the key 'a' stands twice"),
        ("- 1\n", "holds no mapping"),
        ("a: [1\n", "line 2"),
    ],
)
def test_yaml_is_read_strictly(text: str, words: str) -> None:
    with pytest.raises(ContentError, match=words):
        read_yaml(text, where="x.yaml")


def test_a_norwegian_stays_norwegian() -> None:
    assert read_yaml("country: NO", where="x.yaml") == {"country": "NO"}


def test_a_wrong_contract_tells_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "loan.yaml"
    path.write_text(
        "table: loan\n"
        "row: {en: a loan, zh: 贷款}\n"
        "key: [loan_id, nothing]\n"
        "columns:\n"
        "  loan_id: {type: txt}\n"
        "  amount: {type: money, minimum: 0}\n"
    )

    with pytest.raises(ContentError) as caught:
        read_table(path, "loan.yaml")

    assert "3 faults" in caught.value.message
    assert "line 5: 'columns.loan_id.type' is 'txt'; did you mean 'text'" in (
        caught.value.message
    )
    assert "'columns.amount.minimum' is not known here" in caught.value.message
    assert "'nothing' is not among the columns" in caught.value.message


FRONT = """/*---
id: inclusion.{name}
code: INC-99
title: {{en: A, zh: 甲}}
definition: {{en: B., zh: 乙。}}
version: 1
unit: share
direction: higher_is_better
measures:
  - {{name: share, kind: share, numerator: a, denominator: b{missing}}}
breakdowns: [{breakdown}]
needs: {{loan: [principal]}}
---*/
select 1
"""


def test_a_share_without_its_missing_count_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(FRONT.format(name="x", missing="", breakdown="province"))

    with pytest.raises(ContentError, match="kind 'share' needs the key 'missing'"):
        read_indicator(path, "x.sql")


@pytest.mark.parametrize(
    ("kind", "bounds", "words"),
    [
        ("ratio", ", n: n, low: a", "names one bound alone"),
        ("share", ", missing: m, low: a, high: b", "has an interval of its own"),
        ("ratio", ", n: n, cluster: c, low: a, high: b", "has an interval of its own"),
    ],
)
def test_bounds_of_a_query_come_in_pairs_and_replace_no_interval(
    tmp_path: Path, kind: str, bounds: str, words: str
) -> None:
    path = tmp_path / "x.sql"
    text = FRONT.format(name="x", missing=bounds, breakdown="province")
    path.write_text(text.replace("kind: share", f"kind: {kind}"))

    with pytest.raises(ContentError, match=words):
        read_indicator(path, "x.sql")


def test_a_number_that_may_be_refused_needs_the_words_for_it(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(
        FRONT.format(name="x", missing=", missing: c, refused: w", breakdown="province")
    )

    with pytest.raises(ContentError, match="'refusals' is missing, which the measure"):
        read_indicator(path, "x.sql")


def test_an_indicator_file_tells_wrong_name_and_breakdown(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(FRONT.format(name="y", missing=", missing: c", breakdown="prov"))

    with pytest.raises(ContentError) as caught:
        read_indicator(path, "x.sql")

    assert "'id' is 'inclusion.y', but the file is 'x.sql'" in caught.value.message
    assert "'prov'" in caught.value.message


REPORT = """
title: {{en: A, zh: 甲}}
{breakdowns}
headline: [inclusion.x]
chapters:
  - pillar: inclusion
    title: {{en: A, zh: 甲}}
    lead: {{en: A., zh: 甲。}}
    figures:
      - {{kind: ranked, indicators: [inclusion.x], by: {by}, title: {{en: A, zh: 甲}}}}
"""


def make_report(folder: Path, breakdowns: str, by: str) -> ReportSpec:
    text = REPORT.format(breakdowns=breakdowns, by=by)
    (folder / "report.yaml").write_text(text, "utf-8")
    for language in ("en", "zh"):
        (folder / f"strings.{language}.yaml").write_text("a: b\n")
    return read_report(folder, "report_templates/own", lambda _name: None)


def test_a_report_is_computed_by_what_it_names_and_what_its_figures_draw(
    tmp_path: Path,
) -> None:
    named = make_report(tmp_path, "breakdowns: [channel, gender]", "area")
    unnamed = make_report(tmp_path, "", "area")

    assert named.by == ("channel", "gender", "area")
    # All that its indicators declare.
    assert unnamed.by == EVERY


@pytest.mark.parametrize(
    ("breakdowns", "by"), [("breakdowns: [gender, chanel]", "area"), ("", "chanel")]
)
def test_a_breakdown_that_a_report_misspells_is_told(
    tmp_path: Path, breakdowns: str, by: str
) -> None:
    with pytest.raises(ContentError, match="'chanel'; did you mean 'channel'"):
        make_report(tmp_path, breakdowns, by)


def test_sql_without_front_matter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text("select 1")

    with pytest.raises(ContentError, match="does not start with front matter"):
        read_indicator(path, "x.sql")


def test_a_hole_between_two_values_of_a_rule_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "pack" / "rule.yaml"
    path.parent.mkdir()
    value = "{{from: {}, to: {}, value: 1, citation: {{en: x, zh: 甲}}, evidence: own}}"
    path.write_text(
        "description: {en: a, zh: 甲}\nunit: day\nvalues:\n"
        f"  - {value.format('2025-01-01', '2025-12-31')}\n"
        f"  - {value.format('2026-01-02', 'open')}\n"
    )

    with pytest.raises(ContentError, match="does not follow the one to 2025-12-31"):
        read_rule(path, "rule.yaml")


def test_esg_toml_tells_unknown_keys_and_wrong_values_together(
    tmp_path: Path,
) -> None:
    path = tmp_path / "esg.toml"
    path.write_text(
        'currency = "yuan"\ntime_zone = "Beijing"\ncolour = 1\n'
        '[institution]\nid = "x"\nname = {en = "a", zh = "b"}\n'
        '[sources.loan]\npath = "x"\nmax_bad_share = 2\ndelimiter = "ab"\n'
    )

    with pytest.raises(ContentError) as caught:
        read_settings(path)

    for words in ("'yuan'", "'Beijing'", "'colour' is not known", "is 2", "'ab'"):
        assert words in caught.value.message


def test_a_missing_esg_toml_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        read_settings(tmp_path / "esg.toml")

    assert "esg init" in (caught.value.hint or "")


def test_paths_are_expanded_from_the_environment() -> None:
    assert expand("${A}/x", {"A": "/data"}) == "/data/x"


def test_everything_shipped_is_valid(project: Project) -> None:
    project.validate()

    assert len(project.indicators) >= 30
    assert len(project.tables) >= 15


def test_every_pillar_has_the_indicators_the_product_promises(
    project: Project,
) -> None:
    counts: dict[str, int] = {}
    for indicator in project.indicators.values():
        counts[indicator.pillar] = counts.get(indicator.pillar, 0) + 1

    least = {
        "inclusion": 5,
        "subsidy": 5,
        "healthy_consumption": 5,
        "consumer_protection": 5,
        "credit_repair": 2,
        "esg": 2,
    }
    assert {p: n for p, n in least.items() if counts.get(p, 0) < n} == {}


def test_an_overlay_replaces_a_shipped_file_and_adds_others(
    project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "queries" / "tables"
    folder.mkdir(parents=True)
    (folder / "branch.yaml").write_text(
        "table: branch\nrow: {en: a branch, zh: 网点}\nkey: [branch_id]\n"
        "columns:\n  branch_id: {type: text, required: true}\n"
    )

    overlaid = Project(tmp_path, project.settings)

    assert set(overlaid.tables) == {*project.tables, "branch"}


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ("{loans: 1}", "names the table 'loans', which has no contract"),
        ("{loan: principle}", "'loan.principle', which is no column of money"),
        ("{loan: term_months}", "'loan.term_months', which is no column of money"),
        ("{loan: 2}", "says 2 of 'loan', not 0, 1 or a column"),
    ],
)
def test_what_a_row_moves_is_told_of_tables_and_money_that_are_there(
    project: Project, tmp_path: Path, moves: str, words: str
) -> None:
    shipped = project.indicators["inclusion.loans_disbursed"]
    name = Path(shipped.where).name
    folder = tmp_path / "queries" / "indicators" / "inclusion"
    folder.mkdir(parents=True)
    text = (shipped_folder("queries") / "indicators" / "inclusion" / name).read_text()
    changed = re.sub(r"\nmoves: .*\n", f"\nmoves: {moves}\n", text)
    (folder / name).write_text(changed, "utf-8")

    with pytest.raises(ContentError, match=re.escape(words)):
        _ = Project(tmp_path, project.settings).indicators


def test_a_target_of_an_unknown_indicator_names_the_nearest(
    project: Project, tmp_path: Path
) -> None:
    target = Target(value=0.5, period="2026Q4")
    settings = replace(project.settings, targets={"inclusion.approval_rat": target})

    with pytest.raises(ContentError, match=r"did you mean 'inclusion\.approval_rate'"):
        _ = Project(tmp_path, settings).indicators
