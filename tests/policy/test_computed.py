"""The policy's facts as tables that indicators and questions read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from indicators.case_files import core_tables

from esg.engine.duck import fetch
from esg.indicators.stage import Tables, stage_calendar, stage_rules
from esg.policy.subsidy_tables import SUBSIDY, computed_tables
from esg.spec.period import parse_period
from esg.spec.project import Mart

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.project import Project
    from esg.workspace import Workspace

INSTITUTION = """\
institution_id,valid_from,name,type,policy_list,province_code
HG,2020-01-01,Hengguang,consumer_finance,named_23,500000
"""
LOAN = """\
loan_id,borrower_id,institution_id,product,currency,principal,contract_rate,disbursed_at,subsidy_agreement_date
L1,li,HG,consumer_loan,CNY,10000,0.03,2026-01-01,2026-01-01
"""
SPENDING = """\
spending_id,loan_id,spent_date,amount,category,verification
S1,L1,2026-01-01,10000,home,automatic
"""
# 300 of interest at 3 %: one point is 100.
BILL = """\
loan_id,period_no,from_date,to_date,due_date,interest_due,paid_date
L1,1,2026-01-01,2026-09-01,2026-09-01,300,2026-09-20
"""
CLAIM = """\
claim_id,loan_id,quarter,province_code,filed_date,claimed
C1,L1,2026Q3,110000,2026-10-10,100.00
"""


@pytest.mark.parametrize(
    ("setting", "given", "verdict"),
    [
        ("", "0.00", "no_ground"),  # paid after its due date
        ('overdue = "subsidised"\n', "100.00", "agrees"),
    ],
)
def test_a_question_sees_the_facts_under_the_settings_of_the_workspace(
    make_workspace: Callable[..., Workspace], setting: str, given: str, verdict: str
) -> None:
    made = make_workspace(
        f"[policy.{SUBSIDY}]\n{setting}",
        institution=INSTITUTION,
        loan=LOAN,
        spending=SPENDING,
        interest_bill=BILL,
        subsidy_claim=CLAIM,
    )
    made.load()

    facts = made.sql("select loan_id, subsidy from subsidy_fact")
    claims = made.sql("select verdict, computed from judged_claim")

    assert [(row[0], str(row[1])) for row in facts.rows()] == [("L1", given)]
    assert [(row[0], str(row[1])) for row in claims.rows()] == [(verdict, given)]


def test_the_tables_are_filled_only_for_who_reads_them(project: Project) -> None:
    connection = core_tables(project.tables, {})
    stage_calendar(connection, [], parse_period("2026Q3").last_day)
    stage_rules(connection, project.rules.values())
    marts = project.marts | {
        "right_claim": Mart("right_claim", "select * from judged_claim", "a.sql"),
    }
    tables = computed_tables(project)

    made = Tables(connection, marts, tables)
    made.make({"loan"})
    empty = {name: fetch(connection, f"from {name}") for name in tables}
    made.make({"right_claim"})
    read = {name: fetch(connection, f"from {name}") for name in tables}

    # Filled, the tables have the columns and types that stand there when they are not.
    assert {n: f.schema for n, f in read.items()} == {
        n: f.schema for n, f in empty.items()
    }
    assert fetch(connection, "select count(*) as n from policy_version")["n"][0] > 0


def test_facts_that_indicators_read_are_those_that_apply_prints(
    lender: Workspace,
) -> None:
    policy = lender.policy(SUBSIDY)

    read = lender.sql(f"select {', '.join(policy.pack.columns)} from subsidy_fact")  # noqa: S608
    applied = policy.facts()
    judged = lender.sql(
        "select quarter, verdict, count(*) as claims, sum(difference) as difference "
        "from judged_claim group by all order by all"
    )

    assert read.sort(pl.all()).equals(applied.sort(pl.all()))
    summary = policy.reconcile().summary
    assert judged.equals(summary.select(judged.columns))
