"""The ready-made questions: each can be asked of any workspace, even an empty one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from esg.spec.project import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

QUESTIONS = sorted((shipped_folder("queries") / "explore").glob("*.sql"))

INSTITUTION = """\
institution_id,valid_from,name,type
T,2024-01-01,Test lender,consumer_finance
"""

each_question = pytest.mark.parametrize(
    "question", QUESTIONS, ids=[path.stem for path in QUESTIONS]
)


def test_there_are_questions_to_start_from() -> None:
    assert len(QUESTIONS) >= 6


@each_question
def test_a_question_binds_on_empty_tables_and_invents_no_row(
    make_workspace: Callable[..., Workspace], question: Path
) -> None:
    workspace = make_workspace(institution=INSTITUTION)
    workspace.load()

    answer = workspace.sql(question.read_text("utf-8"))

    assert answer.is_empty()
    assert len(answer.columns) >= 3


@each_question
def test_a_question_says_what_a_row_is_and_sets_its_parameters_first(
    question: Path,
) -> None:
    text = question.read_text("utf-8")
    head, setting = re.split(
        r"^with setting as \($", text, maxsplit=1, flags=re.MULTILINE
    )
    setting = setting.partition("\n)")[0]

    assert head.startswith("-- One row: ")
    assert all(line.startswith("-- ") for line in head.splitlines())
    assert " from " not in re.sub("--.*", "", setting)
    for name in re.findall(r"as (\w+),?$", setting, flags=re.MULTILINE):
        assert f"setting.{name}" in text, name


def test_a_loan_of_an_old_customer_is_no_arrears_of_a_new_one(
    make_workspace: Callable[..., Workspace],
) -> None:
    def months(**days_past_due: int) -> str:
        return "loan_id,as_of_date,balance,days_past_due\n" + "".join(
            f"{loan},2026-09-30,100.00,{days}\n" for loan, days in days_past_due.items()
        )

    workspace = make_workspace(
        borrower="borrower_id,province_code,area\nold,330000,rural\nnew,330000,rural\n",
        loan="loan_id,borrower_id,product,disbursed_at,currency\n"
        "a,old,consumer_loan,2025-09-30 09:00:00,CNY\n"
        "b,old,consumer_loan,2026-01-05 09:00:00,CNY\n"
        "c,new,consumer_loan,2025-10-01 09:00:00,CNY\n"
        "d,new,consumer_loan,2026-01-05 09:00:00,CNY\n",
        loan_month=months(a=90, b=90, c=31, d=30),
    )
    workspace.load()
    question = shipped_folder("queries") / "explore" / "arrears_of_new_borrowers.sql"
    text = re.sub(r"30( +as least_loans)", r"1\1", question.read_text("utf-8"))

    answer = workspace.sql(text)

    assert answer.select(
        "province", "area", "borrowers", "loans", "late_loans", "late_share"
    ).rows() == [("330000", "rural", 1, 2, 1, 0.5)]


LOANS = """\
loan_id,product,currency,disbursed_at,principal,contract_rate,term_months,repayment_method
a,card_bill_instalment,CNY,2026-01-10 09:00:00,10000,0.072,12,flat_fee
"""


@pytest.mark.parametrize("table", ["loan_cost", "LOAN_COST", "dear_loan"])
def test_the_cost_of_loans_is_there_for_who_asks(
    make_workspace: Callable[..., Workspace], table: str
) -> None:
    workspace = make_workspace(loan=LOANS)
    marts = workspace.project.workspace / "queries" / "marts"
    marts.mkdir(parents=True)
    (marts / "dear_loan.sql").write_text("select * from loan_cost")
    workspace.load()

    costs = workspace.sql(f"select loan_id, nominal_rate from {table}")  # noqa: S608
    others = workspace.sql("select loan_id from loan")

    assert [(row[0], float(row[1])) for row in costs.rows()] == [("a", 0.130342)]
    assert others["loan_id"].to_list() == ["a"]
