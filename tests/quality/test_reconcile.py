"""Control totals of the ledger against what is loaded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from esg.engine.warehouse import open_for_reading
from esg.quality.findings import read_findings
from esg.quality.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

LOAN = (
    "loan_id,product,currency,principal,disbursed_at,term_months,contract_rate\n"
    "l1,micro,CNY,100.10,2026-07-01,6,0.1\n"
    "l2,micro,CNY,200.20,2026-09-30 23:59:59,12,0.1\n"
    "l3,micro,CNY,400.40,2026-06-30,6,0.1\n"
    "l4,micro,CNY,,2026-08-01,6,0.1\n"
    "l5,payday,CNY,7.00,2026-08-01,6,0.1\n"
)
MONTH = (
    "loan_id,as_of_date,balance\n"
    "l1,2026-08-31,90\nl1,2026-09-30,80\nl2,2026-09-30,150.55\nl3,2026-06-30,1\n"
)
LEDGER = "table_name,measure,period,value,tolerance\n"


def total(make: Make, line: str, **files: str) -> dict[str, Any]:
    """Return the one control total of a line over the tables above."""
    content = {"loan": LOAN, "loan_month": MONTH} | files
    workspace = make(ledger_total=LEDGER + line + "\n", **content)
    workspace.load()
    found = totals(workspace)
    assert found.height == 1
    return found.row(0, named=True)


def totals(workspace: Workspace) -> pl.DataFrame:
    connection = open_for_reading(
        workspace.warehouse, workspace.project.tables.values()
    )
    quarantined = read_findings(connection).quarantined
    return reconcile(connection, workspace.project, quarantined)


@pytest.mark.parametrize(
    ("line", "loaded", "verdict"),
    [
        # Three loans of the quarter, the last one in its last second.
        ("loan,rows,2026Q3,3,", "3", "agrees"),
        ("loan,rows,2026Q2,1,", "1", "agrees"),
        ("loan,rows,2026,4,", "4", "agrees"),
        ("loan,principal,2026Q3,300.30,", "300.30", "agrees"),
        ("loan,sum(principal),2026-09,200.20,0", "200.20", "agrees"),
        ("loan,principal in CNY,2026H2,300.30,0", "300.30", "agrees"),
        ("loan,term_months,2026Q3,24,0", "24", "agrees"),
        ("loan,principal,2026Q3,300.00,0.30", "300.30", "within_tolerance"),
        ("loan,principal,2026Q3,300.00,0.29", "300.30", "differs"),
        ("loan,principal,2026Q3,300.31,", "300.30", "differs"),
        # A stock is what stands at the last day, not the sum of three month ends.
        ("loan_month,balance,2026Q3,230.55,", "230.55", "agrees"),
        ("loan_month,balance,2026-08,90,", "90", "agrees"),
        ("loan_month,rows,2026Q3,2,", "2", "agrees"),
        # No loan in that quarter is a true zero.
        ("loan,principal,2025Q1,5,", "0", "differs"),
    ],
)
def test_a_control_total_is_laid_beside_the_loaded_sum(
    make_workspace: Make, line: str, loaded: str, verdict: str
) -> None:
    found = total(make_workspace, line)

    assert found["loaded"] == Decimal(loaded)
    assert found["verdict"] == verdict
    assert found["difference"] == Decimal(loaded) - found["ledger"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("loans,rows,2026Q3,3,", "unknown_table"),
        ("loan,principle,2026Q3,3,", "unknown_measure"),
        ("loan,sum(rows),2026Q3,3,", "unknown_measure"),
        ("loan,avg(principal),2026Q3,3,", "unknown_measure"),
        ("loan,contract_rate,2026Q3,3,", "no_sum"),
        ("loan,product,2026Q3,3,", "no_sum"),
        ("loan,borrower_id,2026Q3,3,", "personal"),
        ("loan,rows in CNY,2026Q3,3,", "no_currency"),
        ("loan_month,balance in CNY,2026Q3,3,", "no_currency"),
        ("borrower,rows,2026Q3,3,", "no_clock"),
        ("loan,rows,0000Q3,3,", "unknown_period"),
        ("complaint,rows,2026Q3,3,", "no_rows"),
        ("loan_month,balance,2026Q2,3,", None),
        ("loan_month,balance,2026-05,3,", "no_month_end"),
    ],
)
def test_what_cannot_be_looked_up_is_said_and_never_skipped(
    make_workspace: Make, line: str, reason: str | None
) -> None:
    found = total(make_workspace, line)

    assert found["reason"] == reason
    assert (found["verdict"] == "not_judged") == (reason is not None)
    assert (found["loaded"] is None) == (reason is not None)


def test_amounts_are_never_added_across_currencies(make_workspace: Make) -> None:
    loan = LOAN + "l6,micro,USD,1000,2026-08-01,6,0.1\n"

    mixed = total(make_workspace, "loan,principal,2026Q3,300.30,", loan=loan)
    assert (mixed["verdict"], mixed["reason"]) == ("not_judged", "currencies")
    dollars = total(make_workspace, "loan,principal in USD,2026Q3,1000,", loan=loan)
    assert dollars["verdict"] == "agrees"
    # Months are no money, and rows of another period are not in question.
    months = total(make_workspace, "loan,term_months,2026Q3,30,", loan=loan)
    assert months["verdict"] == "agrees"
    earlier = total(make_workspace, "loan,principal,2026Q2,400.40,", loan=loan)
    assert earlier["verdict"] == "agrees"


def test_rows_without_amount_and_in_quarantine_are_named_beside_it(
    make_workspace: Make,
) -> None:
    found = total(make_workspace, "loan,principal,2026Q3,307.30,")

    assert found["difference"] == Decimal("-7.00")
    assert found["blank_rows"] == 1
    assert found["quarantined"] == 1


def test_a_sum_beyond_a_floats_figures_stays_exact(make_workspace: Make) -> None:
    loan = LOAN.splitlines()[0] + "\n"
    loan += "".join(
        f"l{at},micro,CNY,9999999999999999.99,2026-08-01,6,0.1\n" for at in range(9)
    )
    month = "loan_id,as_of_date,balance\n"

    found = total(
        make_workspace,
        "loan,principal,2026Q3,9999999999999999.99,",
        loan=loan,
        loan_month=month,
    )

    assert found["loaded"] == 9 * Decimal("9999999999999999.99")


def test_without_control_totals_there_is_nothing_to_reconcile(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=LOAN)
    workspace.load()

    assert totals(workspace).is_empty()
