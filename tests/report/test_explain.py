"""An indicator explained, as its reader meets it in both languages."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from esg.report.explain import Explanation, explain
from esg.spec.period import parse_period
from esg.spec.project import Project, shipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.indicators.result import RunResult

APPROVAL = "inclusion.approval_rate"
PAR30 = "healthy_consumption.par30"


def cell(
    period: str,
    k: int,
    n: int,
    *,
    by: tuple[str, str] = ("all", "all"),
    change: tuple[float, float] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a share; the change as its size and half its interval's width."""
    found: dict[str, Any] = {
        "period": period, "dimension": by[0], "segment": by[1], "value": k / n,
        "numerator": Decimal(k), "denominator": Decimal(n), "n": n, "status": "ok",
    }  # fmt: skip
    if change:
        found |= {
            "change_previous": change[0],
            "change_previous_low": change[0] - change[1],
            "change_previous_high": change[0] + change[1],
        }
    return found | more


FALL = [
    cell("2026Q3", 640, 1000, change=(-0.08, 0.02)),
    cell("2026Q2", 720, 1000),
    cell("2026Q3", 480, 600, by=("product", "consumer_loan")),
    cell("2026Q2", 640, 800, by=("product", "consumer_loan")),
    cell("2026Q3", 160, 400, by=("product", "pay_later")),
    cell("2026Q2", 80, 200, by=("product", "pay_later")),
]


@pytest.fixture
def explained(
    make_run: Callable[..., RunResult], project: Project
) -> Callable[..., Explanation]:
    def make(
        indicator: str, rows: list[dict[str, Any]], language: str = "en"
    ) -> Explanation:
        run = make_run({indicator: rows})
        return explain(
            replace(run, results=(run.result(indicator),)), project, language
        )

    return make


def movement(found: Explanation) -> list[str]:
    (lines,) = [s.lines for s in found.sections if s.heading.startswith(("Q3", "2026"))]
    return list(lines)


def test_a_fall_that_is_all_mix_is_told_as_such(
    explained: Callable[..., Explanation],
) -> None:
    lines = movement(explained(APPROVAL, FALL))

    (split,) = [line for line in lines if "the mix of groups" in line]
    assert split.replace("\u00a0", " ").startswith(
        "By product, −8.0 pp from the quarter before: −8.0 pp ("
    )
    assert "because the mix of groups changed, 0.0\u00a0pp (" in split
    assert split.replace("\u00a0", " ").endswith(
        "Most of it through Pay later (mix −5.6 pp, within 0.0 pp) and "
        "Consumer loan (mix −2.4 pp, within 0.0 pp)."
    )


def test_the_same_in_chinese(explained: Callable[..., Explanation]) -> None:
    lines = movement(explained(APPROVAL, FALL, "zh"))

    (split,) = [line for line in lines if "结构变化" in line]
    assert split.startswith("按产品分解，较上季−8.0百分点：结构变化贡献−8.0百分点（")
    assert split.endswith("消费贷款（结构−2.4百分点，组内0.0百分点）。")


def test_an_unclear_change_is_not_split_unless_its_parts_cancel_out(
    explained: Callable[..., Explanation],
) -> None:
    unclear = [cell("2026Q3", 640, 1000, change=(-0.08, 0.09)), *FALL[1:]]
    noise = [
        cell("2026Q3", 71, 100, change=(-0.01, 0.12)),
        cell("2026Q2", 72, 100),
        cell("2026Q3", 50, 62, by=("product", "consumer_loan")),
        cell("2026Q2", 50, 60, by=("product", "consumer_loan")),
        cell("2026Q3", 21, 38, by=("product", "pay_later")),
        cell("2026Q2", 22, 40, by=("product", "pay_later")),
    ]

    # The mix effect alone is far from zero, whatever the sum's interval says.
    assert any(
        "the mix of groups" in line for line in movement(explained(APPROVAL, unclear))
    )
    assert not any(
        "the mix of groups" in line for line in movement(explained(APPROVAL, noise))
    )


def test_a_jump_out_of_twelve_quiet_quarters_is_a_signal(
    explained: Callable[..., Explanation],
) -> None:
    last = parse_period("2026Q3")
    quiet = [
        cell(str(last.shift(-back)), 800 + 5 * (back % 2), 1000)
        for back in range(1, 12)
    ]

    jumped = movement(explained(APPROVAL, [cell("2026Q3", 700, 1000), *quiet]))
    calm = movement(explained(APPROVAL, [cell("2026Q3", 800, 1000), *quiet]))
    short = movement(explained(APPROVAL, [cell("2026Q3", 800, 1000), *quiet[:4]]))

    assert any("is a signal: it lies beyond three deviations" in x for x in jumped)
    assert any("Over 12 periods, from Q4 2023" in x for x in calm)
    assert any(x.endswith("this period shows no signal.") for x in calm)
    assert "No control chart: it needs 3 more periods without a gap." in short


def test_definition_rules_and_graph_stand_with_their_words(
    explained: Callable[..., Explanation], project: Project
) -> None:
    found = explained(PAR30, [cell("2026Q3", 30, 1000)])

    sections = {section.heading: section.lines for section in found.sections}
    assert found.title.startswith("HC-04  ")
    assert "30 days, from 1 January 2003" in sections["Rules in force"][0]
    assert "loan_stock  mart" in sections["Made from"]
    assert "    loan_month  table  7 rows" in [
        line.replace("  loan_month", "    loan_month") for line in sections["Made from"]
    ]
    (sql,) = [h for h in sections if h.startswith("SQL")]
    assert "\n".join(sections[sql]) == project.indicators[PAR30].sql.strip()


def test_a_number_that_is_missing_says_why(
    explained: Callable[..., Explanation], make_run: Callable[..., RunResult]
) -> None:
    absent = make_run({}).result(APPROVAL).frame.row(0, named=True)
    rows = [{k: v for k, v in absent.items() if v is not None}]

    lines = movement(explained(APPROVAL, rows))

    assert lines[0].startswith("Approval rate: no number, no data: the table “")


def test_a_hidden_group_is_named_by_its_company_only(
    explained: Callable[..., Explanation],
) -> None:
    rows = [
        cell("2026Q3", 640, 1000, change=(-0.08, 0.02)),
        cell("2026Q2", 720, 1000),
        cell("2026Q3", 480, 600, by=("product", "consumer_loan")),
        cell("2026Q2", 640, 800, by=("product", "consumer_loan")),
        cell("2026Q3", 158, 380, by=("product", "pay_later")),
        cell("2026Q2", 78, 190, by=("product", "pay_later")),
        *(
            {
                "period": period, "dimension": "product", "segment": "auto",
                "value": None, "n": None, "status": "suppressed", "reason": "small",
            }
            for period in ("2026Q3", "2026Q2")
        ),
    ]  # fmt: skip

    found = explained(APPROVAL, rows)

    (split,) = [x for x in movement(found) if "the mix of groups" in x]
    assert "Pay later with 1 hidden" in split
    (facts,) = [
        s for s in found.facts["measures"][0]["splits"] if s["base"] == "previous"
    ]
    assert (facts["hidden_groups"], facts["taken_in"]) == (1, ["pay_later"])
    # Neither the hidden group nor the one that covers it has a number of its own.
    named = [group["segment"] for group in facts["groups"]]
    assert named == ["consumer_loan", "rest"]


def test_facts_are_plain_and_add_up(explained: Callable[..., Explanation]) -> None:
    found = json.loads(json.dumps(explained(APPROVAL, FALL).facts))

    share = found["measures"][0]
    (split,) = [s for s in share["splits"] if s["base"] == "previous"]
    assert split["mix"] + split["rate"] == pytest.approx(split["change"])
    assert split["change"] == pytest.approx(-0.08)
    assert {group["segment"] for group in split["groups"]} == {
        "consumer_loan",
        "pay_later",
    }
    assert share["series"] == {"2026Q2": 0.72, "2026Q3": 0.64}
    assert found["reads"][0]["name"] == "application_decided"


def test_a_limit_that_came_into_force_inside_the_series_is_marked(
    explained: Callable[..., Explanation],
) -> None:
    priced = "healthy_consumption.weighted_apr"
    last = parse_period("2026Q3")
    rows = [cell(str(last.shift(-back)), 14, 100) for back in range(8)]

    en = movement(explained(priced, rows))
    zh = movement(explained(priced, rows, "zh"))

    assert any(
        x.startswith("Rule in force from 1 October 2025, seen from Q4 2025:")
        for x in en
    )
    assert any(
        x.startswith("规则自2025年10月1日起施行，自2025年第四季度起") for x in zh
    )
    assert en[-1].startswith("All periods are computed with version 1")


def test_a_year_is_compared_once_with_the_year_before(
    make_run: Callable[..., RunResult], project: Project
) -> None:
    rows = [
        {**each, "period": {"2026Q3": "2026", "2026Q2": "2025"}[each["period"]]}
        for each in FALL
    ]
    rows[0] |= {
        "change_year": -0.08,
        "change_year_low": -0.1,
        "change_year_high": -0.06,
    }
    run = make_run({APPROVAL: rows}, "2026")

    lines = movement(
        explain(replace(run, results=(run.result(APPROVAL),)), project, "en")
    )

    assert lines[0].count("from the year before") == 1
    assert sum("the mix of groups" in line for line in lines) == 1


def test_groups_apart_are_named_with_ratio_persons_and_adjusted_p(
    explained: Callable[..., Explanation],
) -> None:
    apart = movement(explained(APPROVAL, FALL))
    chinese = movement(explained(APPROVAL, FALL, "zh"))
    alike = movement(
        explained(
            APPROVAL,
            [
                cell("2026Q3", 700, 1000),
                cell("2026Q3", 420, 600, by=("product", "consumer_loan")),
                cell("2026Q3", 280, 400, by=("product", "pay_later")),
            ],
        )
    )

    # 160 of 400 against 480 of 600: half their rate, 160 fewer than 80 % of 400.
    (line,) = [x for x in apart if "Holm" in x]
    assert line.replace("\u00a0", " ").startswith(
        "By product, apart from all others (1 tested, p-values by Holm): "
        "Pay later (40.0 %, 0.50 times the others’ rate, 0.44–0.57; "
        "160 fewer than at their rate, p < 0.001)."
    )
    assert any("先享后付（40.0%，为其余的0.50倍" in x for x in chinese)
    assert (
        "By product, no group stands apart from all others "
        "(1 tested, p-values by Holm)." in alike
    )


def test_a_workspace_whose_own_words_lack_these_gets_the_shipped_ones(
    make_run: Callable[..., RunResult], project: Project, tmp_path: Path
) -> None:
    own = tmp_path / "report_templates" / "quarterly"
    shutil.copytree(shipped_folder("report_templates") / "quarterly", own)
    for path in own.glob("strings.*.yaml"):
        lines = path.read_text("utf-8").splitlines()
        kept = [x for x in lines if not x.startswith(("mix_", "explain_", "chart_"))]
        path.write_text("\n".join(kept) + "\n", "utf-8")
    overlaid = Project(tmp_path, project.settings)
    run = make_run({APPROVAL: FALL})

    found = explain(replace(run, results=(run.result(APPROVAL),)), overlaid, "en")

    assert "explain_rules" not in overlaid.reports["quarterly"].strings["en"]
    assert found.sections[0].heading == "Definition"
