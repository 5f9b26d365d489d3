"""A number that its query refuses: no number anywhere, and the reason in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError
from esg.report.explain import explain
from esg.spec.period import parse_period
from esg.spec.project import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

EFFECT = "subsidy.additional_spending"
QUARTER = parse_period("2025Q3")

LOANS = "loan_id,borrower_id,product,currency,disbursed_at\n" + "".join(
    f"l{i},b{i},consumer_loan,CNY,2025-01-02 09:00:00\n" for i in range(8)
)
# Loans 0 to 3 are subsidised and drew away in every month before the policy.
SPENDING = "spending_id,loan_id,spent_date,amount\n" + "".join(
    f"s{i}{month},l{i},2025-{month:02d}-10,"
    f"{100 + 7 * i + (month - 6) * (50 + 3 * (i * month % 4) if i < 4 else i % 3)}\n"
    for i in range(8)
    for month in (6, 7, 8, 9)
)
CLAIMS = "claim_id,loan_id,quarter,claimed,approved\n" + "".join(
    f"c{i},l{i},2025Q3,5,5\n" for i in range(4)
)


@pytest.fixture
def drawn_apart(make_workspace: Callable[..., Workspace]) -> Workspace:
    made = make_workspace(
        "[disclosure]\nmin_n = 0\nmin_cell = 1\n",
        loan=LOANS,
        spending=SPENDING,
        subsidy_claim=CLAIMS,
    )
    made.load()
    return made


def test_a_refused_number_is_nowhere_and_the_rest_stays(drawn_apart: Workspace) -> None:
    result = drawn_apart.compute((EFFECT,), period=QUARTER, by=("*",)).result(EFFECT)

    refused = result.frame.filter(
        result.frame["measure"].is_in(["effect", "deadweight"])
    )
    now = refused.filter(period="2025Q3")
    assert set(now["status"]) == {"not_applicable"}
    assert set(now["reason"]) == {"refused:past_apart"}
    assert set(now["dimension"]) == {"all", "event_month"}
    for name in ("value", "numerator", "low", "high", "change_previous"):
        assert now[name].null_count() == now.height, name
    told = result.frame.filter(period="2025Q3", dimension="all", status="ok")
    assert set(told["measure"]) == {
        "spending_of_reached", "past_p_value", "reached_share",
    }  # fmt: skip
    assert told.filter(measure="past_p_value")["value"].item() < 0.05


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "already moved apart before the policy began"),
        ("zh", "政策实施前两组消费走势已不一致"),
    ],
)
def test_an_explanation_says_why_in_words(
    drawn_apart: Workspace, language: str, words: str
) -> None:
    run = drawn_apart.compute((EFFECT,), period=QUARTER, by=("*",))

    told = explain(run, drawn_apart.project, language)

    assert words in "\n".join(line for s in told.sections for line in s.lines)


def test_a_code_without_words_is_a_fault_of_the_file(drawn_apart: Workspace) -> None:
    name = "indicators/subsidy/additional_spending.sql"
    text = (shipped_folder("queries") / name).read_text("utf-8")
    own = drawn_apart.project.workspace / "queries" / name
    own.parent.mkdir(parents=True)
    own.write_text(text.replace("  past_apart:", "  past_aparted:"), "utf-8")

    with pytest.raises(ContentError, match="gives 'past_apart', which 'refusals'"):
        drawn_apart.run(EFFECT, quarter="2025Q3")


@pytest.mark.parametrize(
    ("rule", "old", "new", "words"),
    [
        ("past_level", "value: 0.05", "value: 1", "is 1, which no test can have"),
        ("months_before", "from: 1900-01-01", "from: 2026-01-01", "has no number on"),
        ("months_before", "value: 6", "value: none", "has no number on 2025-09-01"),
    ],
)
def test_a_rule_that_cannot_be_used_is_told(
    drawn_apart: Workspace, rule: str, old: str, new: str, words: str
) -> None:
    name = f"policies/additional_spending/{rule}.yaml"
    text = (shipped_folder("queries") / name).read_text("utf-8")
    own = drawn_apart.project.workspace / "queries" / name
    own.parent.mkdir(parents=True)
    assert old in text
    own.write_text(text.replace(old, new), "utf-8")

    with pytest.raises(ContentError, match=words):
        drawn_apart.run(EFFECT, quarter="2025Q3")
