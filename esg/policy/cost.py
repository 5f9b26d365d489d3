"""What each loan costs a year: its internal rate of return, from bills and contract.

The temp table ``loan_cost`` has one row a loan, rates as shares of 1 a year:

- ``nominal_rate``: the rate of a month times 12; ``effective_rate``: (1 + the rate of a
  month) to the power of 12, minus 1. Both are null where ``why_none`` says why.
- ``contract_nominal_rate``: the contract's own rate made nominal, which is
  ``contract_rate``, and for a flat fee the rate of return of its quote. No bill, and no
  fee beside it, moves it. Null where the contract is not known, and for revolving
  credit.
- ``basis``: where the cash flows come from, ``bills`` or ``contract``.
- ``completed_from``: how bills that do not yet pay the loan back go on: by the
  ``contract``, or by the ``balance`` where there is none. Null for others.
- ``method``: ``monthly`` or ``dated``.

**Cash flows.** Lent: the principal less upfront and add-on fees, on the day of
disbursement; a fee that is not given is none. Back: principal, interest and fees due of
each bill on its due date. Penalties are no cost of a loan that is repaid as agreed, and
a subsidy does not change the lender's price. A loan without bills, or with a bill whose
principal or interest is unknown, goes by its contract. Bills that do not pay the loan
back are completed: from the contract over the months that are left, at least one;
without a contract the rest comes back with the last bill, which gives the rate billed
so far. A single month with interest-free days is repaid in them.

**Periods.** A loan is ``monthly``, with whole months as time, when each due date lies
within the tolerance of the same day some whole months after the disbursement, and when
it goes by its contract. Any other loan is ``dated``: actual days, of 365 a year, and
its nominal rate is the one compounded monthly. Both numbers are rules of
``cn_cost_of_credit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from esg.engine.duck import fetch, fetch_row, put_arrow
from esg.errors import ContentError
from esg.indicators.stage import ComputedTable
from esg.stats.irr import WHY_NONE, annualise, irr, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esg.engine.duck import Connection

TABLE = "loan_cost"

COLUMNS = (
    "loan_id varchar, nominal_rate decimal(9, 6), effective_rate decimal(9, 6), "
    "contract_nominal_rate decimal(9, 6), basis varchar, completed_from varchar, "
    "method varchar, why_none varchar"
)

QUOTES = "flat_quote"
QUOTE_COLUMNS = (
    "contract_rate decimal(9, 6), term_months bigint, nominal_rate decimal(9, 6)"
)
"""One row a quote of a flat fee: ``nominal_rate`` is what the equal instalments come to
on what is still owed, the rate of a month times 12."""

PACK = "cn_cost_of_credit"

_MONTHS = 12

_MOST = 999.999999
"""What the columns hold; a rate above it is no rate but ``above_range``."""

_FLOWS_AT_ONCE = 8_000_000
"""Rows sorted and fetched at once: some 160 MB, and twice that while they are."""

_ROWS = """
create or replace temp table loan_cost as
select
    cost_loan.loan_id,
    case when cost_solved.why_none is null
        then cast(cost_solved.nominal_rate as decimal(9, 6)) end as nominal_rate,
    case when cost_solved.why_none is null
        then cast(cost_solved.effective_rate as decimal(9, 6)) end as effective_rate,
    case
        when cost_loan.repayment_method = 'flat_fee' then cost_quote.nominal_rate
        when cost_loan.has_contract then cost_loan.contract_rate
    end::decimal(9, 6) as contract_nominal_rate,
    case when cost_loan.uses_bills then 'bills'
        when cost_loan.why_none is null then 'contract' end as basis,
    case when cost_loan.uses_bills then cost_loan.completed_from end as completed_from,
    case when cost_loan.why_none is not null then null
        when cost_loan.is_monthly then 'monthly' else 'dated' end as method,
    coalesce(cost_loan.why_none, cost_solved.why_none) as why_none
from cost_loan
left join cost_solved using (n)
left join cost_quote using (contract_rate, term_months)
order by cost_loan.n
"""


@dataclass(frozen=True)
class Conventions:
    """What a rate is counted with, beside the cash flows."""

    days_a_year: float
    tolerance_days: float
    """How far a due date may lie from its whole month."""


def conventions_of(connection: Connection) -> Conventions:
    """Return the conventions that ``rule_value`` holds.

    Raises:
        ContentError: One has no value.
    """

    def number(rule: str) -> float:
        row = fetch_row(
            connection,
            "select value from rule_value where rule = ? order by valid_from desc",
            [f"{PACK}.{rule}"],
        )
        if row is None:
            raise ContentError(
                f"The rule '{PACK}.{rule}' has no value.",
                hint=f"Add it to queries/policies/{PACK}/{rule}.yaml.",
            )
        return float(row[0])

    return Conventions(number("days_a_year"), number("schedule_tolerance_days"))


def fill_loan_cost(connection: Connection) -> None:
    """Create the temp table ``loan_cost`` from ``loan`` and ``interest_bill``."""
    create_loan_cost(connection, conventions_of(connection))


def create_loan_cost(connection: Connection, conventions: Conventions) -> None:
    """Create the temp table ``loan_cost``, for any number of loans in bounded memory.

    Args:
        connection: Where ``loan`` and ``interest_bill`` stand.
        conventions: Day count and tolerance.
    """
    text = resources.files("esg.policy").joinpath("cost.sql").read_text("utf-8")
    # A view takes no parameters.
    connection.execute(
        text.replace("$days_a_year", repr(conventions.days_a_year)).replace(
            "$tolerance_days", repr(conventions.tolerance_days)
        )
    )
    row = fetch_row(connection, "select count(*) from cost_loan")
    loans = int(row[0]) if row else 0
    put_arrow(connection, "cost_solved", _solved(connection, loans).to_arrow())
    quotes = _quotes(connection, "cost_loan where has_contract and")
    put_arrow(connection, "cost_quote", quotes.to_arrow())
    connection.execute(_ROWS)
    for each in (
        "view cost_flow",
        "table cost_loan",
        "table cost_solved",
        "table cost_quote",
    ):
        connection.execute(f"drop {each}")


def _solved(connection: Connection, loans: int) -> pl.DataFrame:
    """Return the rates by loan number: two numbers and a reason each."""
    force = np.full(loans, np.nan)
    why = np.zeros(loans, dtype=np.int8)
    for first, end in _parts(connection, loans):
        # Sorted a part at a time: DuckDB's sort of all flows at once keeps them in
        # memory, and parts by the id skip what of the bills lies in another's order.
        flows = fetch(
            connection,
            "select * from cost_flow where n >= $first and n < $end order by n",
            {"first": first, "end": end},
        )
        runs = flows["n"].rle().struct.unnest()
        found = solve(
            runs["len"].to_numpy().astype(np.int64),
            flows["months"].to_numpy(),
            flows["amount"].to_numpy(),
        )
        numbers = runs["value"].to_numpy()
        force[numbers], why[numbers] = found.force, found.why
    nominal, effective = annualise(force, _MONTHS)
    rates = ("nominal_rate", "effective_rate")
    return (
        pl.DataFrame(
            {
                "n": np.arange(loans, dtype=np.int32),
                "nominal_rate": nominal,
                "effective_rate": effective,
                "why_none": why,
            }
        )
        .with_columns(
            pl.col(rates).fill_nan(None),
            pl.col("why_none").replace_strict(
                WHY_NONE, default=None, return_dtype=pl.String
            ),
        )
        .with_columns(
            why_none=pl.when(pl.max_horizontal(rates) > _MOST)
            .then(pl.lit("above_range"))
            .otherwise("why_none")
        )
    )


def _parts(connection: Connection, loans: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of loan numbers that hold about as many flows as fit at once."""
    row = fetch_row(
        connection, "select sum(1 + bills + coalesce(months_left, 0)) from cost_loan"
    )
    flows = int(row[0] or 0) if row else 0
    size = max(1, loans * _FLOWS_AT_ONCE // max(flows, 1))
    for first in range(0, loans, size):
        yield first, first + size


def fill_flat_quote(connection: Connection) -> None:
    """Create the temp table ``flat_quote`` from the contracts in ``loan``."""
    quotes = _quotes(connection, "loan where contract_rate is not null and")
    put_arrow(connection, "solved_quote", quotes.to_arrow())
    connection.execute(
        f"create or replace temp table {QUOTES} as select "  # noqa: S608
        "cast(contract_rate as decimal(9, 6)) as contract_rate, term_months, "
        "cast(nominal_rate as decimal(9, 6)) as nominal_rate from solved_quote"
    )
    connection.execute("drop table solved_quote")


def _quotes(connection: Connection, loans: str) -> pl.DataFrame:
    """Return the nominal rate of every flat quote: level principal and a level fee.

    Args:
        connection: Where the loans stand.
        loans: SQL for them, to which a condition is added.
    """
    quotes = fetch(
        connection,
        "select distinct cast(contract_rate as double) as contract_rate, term_months "  # noqa: S608
        f"from {loans} "
        "term_months > 0 and repayment_method = 'flat_fee' order by all",
    ).with_row_index("loan")
    lent = quotes.select("loan", time=pl.lit(0.0), amount=pl.lit(-1.0))
    back = quotes.select(
        "loan",
        time=pl.int_ranges(1, pl.col("term_months") + 1),
        amount=1 / pl.col("term_months") + pl.col("contract_rate") / _MONTHS,
    ).explode("time")
    rates = irr(pl.concat([lent, back.with_columns(pl.col("time").cast(pl.Float64))]))
    return quotes.join(rates, on="loan", how="left", maintain_order="left").select(
        "contract_rate", "term_months", "nominal_rate"
    )


COST_TABLES = {
    TABLE: ComputedTable(COLUMNS, fill_loan_cost),
    QUOTES: ComputedTable(QUOTE_COLUMNS, fill_flat_quote),
}
"""Tables that queries read like marts, by name."""
