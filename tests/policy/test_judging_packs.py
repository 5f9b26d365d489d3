"""Packs that judge: what they say, that all of it is explained, and who agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from policy.policy_cases import computed, read_cases

from esg.engine.duck import fetch
from esg.errors import UsageError
from esg.indicators.prepare import stage
from esg.policy.apply import FACTS, apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.project import Project
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

JUDGING = (
    "cn_collection_conduct",
    "cn_complaint_clocks",
    "cn_credit_reporting",
    "cn_one_off_credit_repair",
    "credit_invisible",
    "new_citizen",
)
QUARTERS = ("2026Q1", "2026Q2", "2026Q3")


@pytest.mark.parametrize("pack", JUDGING)
def test_every_verdict_and_reason_has_words_and_a_case(
    project: Project, pack: str
) -> None:
    declared = project.packs[pack]
    frames = [computed(project, case) for case in read_cases() if case.pack == pack]

    facts = pl.concat(frames, how="vertical_relaxed")

    found = {finding.column for finding in declared.findings} | {"reason"}
    reasons = {code for column in found for code in facts[column].drop_nulls()}
    assert set(facts[declared.result]) == set(declared.verdicts)
    assert reasons == set(declared.reasons)


@pytest.mark.parametrize("pack", JUDGING)
def test_every_verdict_of_the_sample_is_explained_in_both_languages(
    lender: Workspace, pack: str
) -> None:
    policy = lender.policy(pack)
    facts = policy.facts().unique("reason", keep="first", maintain_order=True)

    for subject in facts[policy.pack.key[0]]:
        for language, colon in (("en", ": "), ("zh", "：")):
            (found,) = policy.explain(subject, language)

            assert found.given is None
            assert found.verdict
            assert found.lines
            assert not found.parts
            for line in found.lines:
                assert colon in line.says
                assert "{" not in line.says
                assert "None" not in line.says
                assert line.amount is None


@pytest.mark.parametrize("pack", JUDGING)
def test_a_pack_that_judges_refuses_what_needs_amounts(
    lender: Workspace, pack: str
) -> None:
    policy = lender.policy(pack)

    for command, ask in (
        ("compare", lambda: policy.compare("A", "B")),
        ("simulate", lambda: policy.simulate({"x": "1"})),
        ("reconcile", policy.reconcile),
    ):
        with pytest.raises(UsageError, match=f"'{command}' needs amounts.*'{pack}'"):
            ask()


def test_a_subject_that_is_not_there_is_refused_by_its_own_word(
    lender: Workspace,
) -> None:
    with pytest.raises(UsageError, match="no fact of a complaint 'K9'"):
        lender.policy("cn_complaint_clocks").explain("K9", "en")


@pytest.mark.parametrize("pack", JUDGING)
def test_a_pack_judges_every_row_once_and_twice_alike(
    lender: Workspace, pack: str
) -> None:
    policy = lender.policy(pack)

    facts = policy.facts()

    assert facts.select(policy.pack.key).is_unique().all()
    assert facts.equals(policy.facts())


def test_a_pack_writes_its_facts_where_every_pack_does(lender: Workspace) -> None:
    pack = lender.project.packs["cn_complaint_clocks"]
    policy = lender.policy(pack.id)
    connection = policy.reader()
    try:
        stage(connection, lender.project, None, "quarter")

        apply(connection, pack, policy.terms, lender.project.marts)

        (count,) = fetch(connection, f"select count(*) from {FACTS}").row(0)  # noqa: S608
    finally:
        connection.close()
    assert count == policy.facts().height


def counts(lender: Workspace, indicator: str, measure: str) -> dict[str, list[int]]:
    """Return numerator and denominator of a measure in each quarter."""
    frame = pl.concat(lender.run(indicator, quarter=quarter) for quarter in QUARTERS)
    rows = frame.filter(measure=measure, dimension="all")
    return {
        row["period"]: [int(row["numerator"]), int(row["denominator"])]
        for row in rows.iter_rows(named=True)
    }


def by_quarter(
    facts: pl.DataFrame, day: str, good: str, bad: str
) -> dict[str, list[int]]:
    """Return good, and good and bad, verdicts by the quarter a day falls in."""
    named = facts.with_columns(
        period=pl.format("{}Q{}", pl.col(day).dt.year(), pl.col(day).dt.quarter())
    )
    return {
        quarter: [
            named.filter(pl.col("verdict") == good, period=quarter).height,
            named.filter(pl.col("verdict").is_in([good, bad]), period=quarter).height,
        ]
        for quarter in QUARTERS
    }


def test_complaints_in_time_are_those_of_the_indicator(lender: Workspace) -> None:
    facts = lender.policy("cn_complaint_clocks").facts()
    # The indicator leaves out limits to come, also where the answer came early.
    past = facts.filter(pl.col("limit_date") <= pl.date(2026, 9, 30))

    found = by_quarter(past, "limit_date", "in_time", "late")

    assert found == counts(
        lender, "consumer_protection.timely_resolution_rate", "share"
    )


def test_contacts_in_line_are_those_of_the_indicator(lender: Workspace) -> None:
    facts = lender.policy("cn_collection_conduct").facts()

    found = by_quarter(facts, "occurred_at", "compliant", "breach")

    assert found == counts(lender, "consumer_protection.collection_compliance", "share")


def test_disputes_in_time_are_those_of_the_indicator(lender: Workspace) -> None:
    facts = lender.policy("cn_credit_reporting").facts()
    past = facts.filter(pl.col("limit_date") <= pl.date(2026, 9, 30))

    found = by_quarter(past, "limit_date", "in_time", "late")

    assert found == counts(lender, "credit_repair.dispute_resolution_in_time", "share")


def test_items_entitled_to_repair_are_those_of_the_funnel(lender: Workspace) -> None:
    facts = lender.policy("cn_one_off_credit_repair").facts()

    entitled = facts.filter(verdict="entitled").height
    eligible = entitled + facts.filter(verdict="missed").height

    assert [entitled, eligible] == counts(
        lender, "credit_repair.one_off_repair", "coverage"
    )["2026Q3"]


def test_the_sample_hides_the_items_that_are_entitled(lender: Workspace) -> None:
    facts = lender.policy("cn_one_off_credit_repair").facts()

    told = lender.sql(
        "select item_id, outcome from credit_repair_item where kind = 'one_off_repair'"
    )

    verdicts = facts.join(told, on="item_id").group_by("verdict", "outcome").len()
    assert set(verdicts.select("verdict", "outcome").rows()) == {
        ("entitled", "hidden"),
        ("missed", "not_repaid_in_time"),
        ("not_covered", "out_of_scope"),
    }


def test_new_citizens_are_those_of_the_breakdowns(lender: Workspace) -> None:
    facts = lender.policy("new_citizen").facts()

    flags = lender.sql(
        "select borrower_id, is_new_citizen from borrower_period "
        "where period = '2026Q3'",
        quarter="2026Q3",
    )

    verdict = pl.col("verdict").replace_strict(
        {"new_citizen": True, "no": False, "unknown": None}
    )
    both = facts.with_columns(verdict=verdict).join(flags, on="borrower_id")
    assert both.height == facts.height
    assert both["verdict"].equals(both["is_new_citizen"])
    assert both["verdict"].null_count() > 0


def test_credit_invisible_customers_are_those_of_the_indicator(
    lender: Workspace,
) -> None:
    facts = lender.policy("credit_invisible").facts()
    active = lender.sql(
        "select borrower_id from active_borrower where period = '2026Q3'",
        quarter="2026Q3",
    )

    served = facts.join(active, on="borrower_id")
    known = served.filter(pl.col("verdict") != "unknown").height

    for reading in ("w1", "w1_w2", "w1_w3"):
        found = [served[f"is_{reading}"].sum(), known]
        assert (
            found
            == counts(lender, "inclusion.credit_invisible_served", f"{reading}_share")[
                "2026Q3"
            ]
        )
    assert (served["is_w1"] <= served["is_w1_w2"]).all()
    assert (served["is_w1_w2"] <= served["is_w1_w3"]).all()
