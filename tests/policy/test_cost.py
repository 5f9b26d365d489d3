from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import pyxirr
from indicators.case_files import core_tables

from esg.engine.duck import fetch
from esg.errors import ContentError
from esg.indicators.stage import Tables, stage_rules
from esg.policy import cost
from esg.policy.computed import COMPUTED
from esg.policy.cost import Conventions, create_loan_cost, fill_loan_cost
from esg.spec.project import Mart

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from esg.spec.project import Project

    Row = dict[str, str | None]
    Costs = dict[str, dict[str, Any]]
    Compute = Callable[..., Costs]

CONVENTIONS = Conventions(days_a_year=365, tolerance_days=3)


def loan(**fields: str | None) -> Row:
    return {
        "loan_id": "a",
        "product": "consumer_loan",
        "currency": "CNY",
        "disbursed_at": "2026-01-15 10:00:00",
        "principal": "12000.00",
        "contract_rate": "0.12",
        "term_months": "12",
        "repayment_method": "equal_payment",
        **fields,
    }


def bill(period_no: int, due_date: str, principal: str | None, **fields: str) -> Row:
    return {
        "loan_id": "a",
        "period_no": str(period_no),
        "due_date": due_date,
        "principal_due": principal,
        "interest_due": "0",
        **fields,
    }


@pytest.fixture
def compute(project: Project) -> Compute:
    """Return a function that gives each loan's row of ``loan_cost``."""

    def costs(loans: list[Row], bills: list[Row] | None = None) -> Costs:
        connection = core_tables(
            project.tables, {"loan": loans, "interest_bill": bills or []}
        )
        create_loan_cost(connection, CONVENTIONS)
        rows = fetch(connection, "from loan_cost").to_dicts()
        connection.close()
        return {row["loan_id"]: row for row in rows}

    return costs


@pytest.mark.parametrize("method", ["equal_payment", "equal_principal", "bullet"])
def test_a_contract_without_fees_costs_its_rate(compute: Compute, method: str) -> None:
    found = compute([loan(repayment_method=method)])["a"]

    assert float(found["nominal_rate"]) == 0.12
    assert float(found["effective_rate"]) == round(1.01**12 - 1, 6)
    assert float(found["contract_nominal_rate"]) == 0.12
    assert (found["basis"], found["completed_from"]) == ("contract", None)
    assert (found["method"], found["why_none"]) == ("monthly", None)


@pytest.mark.parametrize("method", ["equal_payment", "equal_principal", "bullet"])
def test_a_contract_without_interest_costs_nothing(
    compute: Compute, method: str
) -> None:
    found = compute([loan(repayment_method=method, contract_rate="0")])["a"]

    assert found["nominal_rate"] == found["effective_rate"] == 0
    assert found["why_none"] is None


@pytest.mark.parametrize(
    ("quote", "nominal", "effective"),
    [
        ("0.072", 0.130342, 0.138418),
        ("0.09", 0.162165, 0.174778),
        ("0.108", 0.193702, 0.211858),
        ("0.1116", 0.199975, 0.219362),
    ],
)
def test_a_flat_quote_is_made_an_annual_rate(
    compute: Compute, quote: str, nominal: float, effective: float
) -> None:
    found = compute(
        [
            loan(
                principal="10000",
                repayment_method="flat_fee",
                contract_rate=quote,
                product="card_bill_instalment",
            )
        ]
    )["a"]

    assert float(found["nominal_rate"]) == nominal
    assert float(found["effective_rate"]) == effective
    assert float(found["contract_nominal_rate"]) == nominal


def flat_bills(count: int) -> list[Row]:
    """Bills of 12,000 over a year at 72 a month."""
    return [
        bill(no, str(date(2026, 1 + no, 15)), "1000.00", fees_due="72.00")
        for no in range(1, count + 1)
    ]


@pytest.mark.parametrize("billed", [0, 1, 5, 11])
def test_bills_so_far_move_nothing_where_they_keep_to_the_contract(
    compute: Compute, billed: int
) -> None:
    terms = loan(repayment_method="flat_fee", contract_rate="0.072")

    found = compute([terms], flat_bills(billed))["a"]

    assert float(found["nominal_rate"]) == 0.130342
    assert float(found["contract_nominal_rate"]) == 0.130342
    assert found["basis"] == ("bills" if billed else "contract")
    assert found["completed_from"] == ("contract" if billed else None)


def test_closed_bills_need_no_contract(compute: Compute) -> None:
    terms = loan(
        term_months="3",
        principal="300",
        contract_rate=None,
        repayment_method=None,
    )
    bills = [
        bill(1, "2026-02-15", "100", interest_due="3", fees_due="1"),
        bill(2, "2026-03-15", "100", interest_due="2", penalty_due="50"),
        bill(3, "2026-04-15", "100", interest_due="1", subsidy_deducted="1"),
    ]

    found = compute([terms], bills)["a"]

    expected = pyxirr.irr([-300, 104, 102, 101])
    assert expected is not None
    assert float(found["nominal_rate"]) == round(12 * expected, 6)
    assert float(found["effective_rate"]) == round((1 + expected) ** 12 - 1, 6)
    assert found["contract_nominal_rate"] is None
    assert (found["basis"], found["completed_from"]) == ("bills", None)


def test_a_prepaid_loan_costs_what_its_bills_say(compute: Compute) -> None:
    bills = [
        bill(1, "2026-02-15", "1000", interest_due="120"),
        bill(2, "2026-03-15", "11000", interest_due="110", fees_due="55"),
    ]

    found = compute([loan()], bills)["a"]

    expected = pyxirr.irr([-12000, 1120, 11165])
    assert expected is not None
    assert float(found["nominal_rate"]) == round(12 * expected, 6)
    assert found["completed_from"] is None


def test_fees_taken_at_the_start_are_money_not_lent(compute: Compute) -> None:
    found = compute([loan(fees_upfront="240", fees_addon="120", contract_rate="0")])

    expected = pyxirr.irr([-11640] + [1000] * 12)
    assert expected is not None
    assert float(found["a"]["nominal_rate"]) == round(12 * expected, 6)
    assert found["a"]["contract_nominal_rate"] == 0


def test_a_running_loan_without_contract_has_the_rate_billed_so_far(
    compute: Compute,
) -> None:
    bills = [
        bill(1, "2026-02-15", "1000", interest_due="120"),
        bill(2, "2026-03-15", "1000", interest_due="110"),
    ]

    found = compute([loan(repayment_method=None)], bills)["a"]

    assert float(found["nominal_rate"]) == 0.12
    assert (found["basis"], found["completed_from"]) == ("bills", "balance")


def test_bills_that_stop_late_are_completed_over_one_month_more(
    compute: Compute,
) -> None:
    bills = [bill(1, "2026-02-15", "100"), bill(2, "2026-03-15", "100")]

    found = compute([loan(principal="300", term_months="2")], bills)["a"]

    expected = pyxirr.irr([-300, 100, 100, 101])
    assert expected is not None
    assert float(found["nominal_rate"]) == round(12 * expected, 6)


def test_days_off_the_month_within_the_tolerance_are_monthly(
    compute: Compute,
) -> None:
    # The 31st falls on the 28th, and a due date moves past a weekend.
    terms = loan(disbursed_at="2026-01-31 10:00:00", principal="300", term_months="3")
    bills = [
        bill(1, "2026-02-28", "100", interest_due="3"),
        bill(2, "2026-03-28", "100", interest_due="2"),
        bill(3, "2026-05-03", "100", interest_due="1"),
    ]

    found = compute([terms], bills)["a"]

    assert found["method"] == "monthly"
    assert float(found["nominal_rate"]) == 0.12


def test_quarterly_bills_are_whole_months_too(compute: Compute) -> None:
    bills = [
        bill(1, "2026-04-15", "6000", interest_due="363.61"),
        bill(2, "2026-07-15", "6000", interest_due="181.81"),
    ]

    found = compute([loan()], bills)["a"]

    assert found["method"] == "monthly"
    assert float(found["nominal_rate"]) == pytest.approx(0.12, abs=2e-6)


def test_one_day_beyond_the_tolerance_is_counted_by_days(compute: Compute) -> None:
    terms = loan(principal="200", term_months="2")
    bills = [
        bill(1, "2026-02-19", "100", interest_due="3"),
        bill(2, "2026-03-15", "100", interest_due="2"),
    ]

    found = compute([terms], bills)["a"]

    expected = pyxirr.xirr(
        [date(2026, 1, 15), date(2026, 2, 19), date(2026, 3, 15)], [-200, 103, 102]
    )
    assert expected is not None
    assert found["method"] == "dated"
    assert float(found["effective_rate"]) == round(expected, 6)
    nominal = 12 * ((1 + expected) ** (1 / 12) - 1)
    assert float(found["nominal_rate"]) == round(nominal, 6)


@pytest.mark.parametrize("repayment_method", ["flat_fee", None])
def test_a_running_loan_by_days_is_completed_by_days(
    compute: Compute, repayment_method: str | None
) -> None:
    terms = loan(principal="300", term_months="3", repayment_method=repayment_method)
    bills = [bill(1, "2026-01-25", "100", interest_due="3")]

    found = compute([terms], bills)["a"]

    days = [date(2026, 1, 15), date(2026, 1, 25)]
    amounts = [-300.0, 103.0]
    if repayment_method is None:
        amounts[1] += 200
    else:
        days += [date(2026, 2, 25), date(2026, 3, 25), date(2026, 4, 25)]
        amounts += [200 / 3 + 3] * 3
    expected = pyxirr.xirr(days, amounts)
    assert expected is not None
    assert found["method"] == "dated"
    assert float(found["effective_rate"]) == pytest.approx(expected, abs=1e-6)


def test_a_purchase_in_its_interest_free_days_costs_nothing(compute: Compute) -> None:
    terms: Row = {
        "product": "pay_later",
        "repayment_method": "bullet",
        "term_months": "1",
    }
    found = compute(
        [
            loan(loan_id="free", interest_free_days="41", **terms),
            loan(loan_id="charged", interest_free_days="0", **terms),
            loan(loan_id="unknown", **terms),
        ]
    )

    rates = {name: float(row["nominal_rate"]) for name, row in found.items()}
    assert rates == {"free": 0, "charged": 0.12, "unknown": 0.12}


@pytest.mark.parametrize(
    ("fields", "bills", "reason"),
    [
        ({"repayment_method": "revolving"}, [], "revolving"),
        ({"product": "card_revolving", "repayment_method": None}, [], "revolving"),
        ({"principal": None}, [], "no_principal"),
        ({"principal": "0"}, [], "no_principal"),
        ({"contract_rate": None}, [], "contract_incomplete"),
        ({"term_months": None}, [], "contract_incomplete"),
        ({"term_months": "0"}, [], "contract_incomplete"),
        ({"repayment_method": None}, [], "contract_incomplete"),
        (
            {"repayment_method": None},
            [bill(1, "2026-02-15", None)],
            "bills_incomplete",
        ),
        ({}, [bill(1, "2026-02-15", "12000.02")], "bills_exceed_principal"),
        ({"fees_upfront": "12000"}, [], "no_disbursement"),
        ({}, [bill(1, "2026-01-10", "12000")], "no_disbursement"),
        ({}, [bill(1, "2026-01-16", "12000", interest_due="12000")], "above_range"),
    ],
)
def test_a_loan_without_a_cost_says_why(
    compute: Compute, fields: dict[str, str | None], bills: list[Row], reason: str
) -> None:
    found = compute([loan(**fields), loan(loan_id="other")], bills)

    assert found["a"]["why_none"] == reason
    assert found["a"]["nominal_rate"] is None
    assert found["a"]["effective_rate"] is None
    assert found["other"]["why_none"] is None


def test_a_bill_without_its_interest_leaves_the_contract(compute: Compute) -> None:
    bills = [bill(1, "2026-02-15", "12000")]
    bills[0]["interest_due"] = None

    found = compute([loan()], bills)["a"]

    assert (found["basis"], float(found["nominal_rate"])) == ("contract", 0.12)


def test_a_loan_without_a_day_goes_by_its_contract(compute: Compute) -> None:
    found = compute([loan(disbursed_at=None)], [bill(1, "2026-02-15", "12000")])["a"]

    assert (found["basis"], float(found["nominal_rate"])) == ("contract", 0.12)


def test_no_loans_give_an_empty_table(compute: Compute) -> None:
    assert compute([]) == {}


def test_parts_move_no_digit(compute: Compute, monkeypatch: pytest.MonkeyPatch) -> None:
    loans = [
        loan(loan_id=f"l{no:04}", contract_rate=f"0.{no:04}") for no in range(1, 400)
    ]
    whole = compute(loans)

    monkeypatch.setattr(cost, "_FLOWS_AT_ONCE", 100)

    assert compute(loans) == whole
    assert all(
        float(row["nominal_rate"]) == float(row["contract_nominal_rate"])
        for row in whole.values()
    )


def test_the_table_is_computed_only_for_who_reads_it(project: Project) -> None:
    connection = core_tables(project.tables, {"loan": [loan()]})
    stage_rules(connection, project.rules.values())
    marts = {
        "dear_loan": Mart("dear_loan", "select * from loan_cost", "dear_loan.sql"),
        "dearest": Mart("dearest", "select * from dear_loan", "dearest.sql"),
    }

    tables = Tables(connection, marts, COMPUTED)
    tables.make({"loan"})
    unread = fetch(connection, "from loan_cost")
    tables.make({"dearest"})
    read = fetch(connection, "from dearest")

    assert unread.is_empty()
    assert read["loan_id"].to_list() == ["a"]
    assert read.schema == unread.schema


def test_conventions_are_dated_rules(project: Project) -> None:
    connection = core_tables(project.tables, {})
    stage_rules(connection, project.rules.values())

    assert cost.conventions_of(connection) == CONVENTIONS


def test_a_convention_without_value_is_told(project: Project) -> None:
    connection = core_tables(project.tables, {})
    stage_rules(connection, [])

    with pytest.raises(ContentError, match=r"cn_cost_of_credit.days_a_year"):
        fill_loan_cost(connection)
