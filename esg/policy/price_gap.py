"""What the annual rates of women and men differ by, with and without controls.

The temp table ``price_gap`` has one row a compared loan, so that a gap is a ratio of
two sums over a period: of ``…_cross`` over ``…_square``, in basis points, women less
men. Both hold products of what is left of "is a woman" and of the rate once their means
(``raw_…``) or the controls (``conditional_…``) of the period are taken out, times
10,000. By Frisch and Waugh the ratio is the coefficient of least squares, and its
variance over clusters the sandwich. Over a part of a period it is neither.

**Compared** are loans of a woman or a man, with principal, whose rate is known. **The
rate** is ``loan_cost.nominal_rate``. **Controls**: product, repayment method, channel,
credit file at the decision and month of disbursement, each with its blank as a group of
its own; the logarithm of the principal; the term in months, with unknown terms as a
group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from esg.engine.duck import fetch, put_arrow
from esg.indicators.stage import ComputedTable
from esg.policy.cost import TABLE as LOAN_COST
from esg.stats.regression import partial_out_groups

if TYPE_CHECKING:
    from esg.engine.duck import Connection

TABLE = "price_gap"

COLUMNS = (
    "loan_id varchar, is_female boolean, raw_cross decimal(18, 4), "
    "raw_square decimal(18, 4), conditional_cross decimal(18, 4), "
    "conditional_square decimal(18, 4)"
)

_GROUPS = ("product", "repayment_method", "channel", "credit_file_status", "month")

_SCALE = 10_000
"""A result keeps four decimals of a sum, and a product of two rests is small."""

_LOANS = """
select
    new_loan.loan_id,
    cast(new_loan.gender = 'female' as double) as is_female,
    cast(loan_cost.nominal_rate as double) * 10000 as rate,
    ln(cast(new_loan.principal as double)) as size,
    cast(coalesce(new_loan.term_months, 0) as double) as term,
    cast(new_loan.term_months is null as double) as no_term,
    new_loan.product,
    new_loan.repayment_method,
    new_loan.channel,
    new_loan.credit_file_status,
    date_trunc('month', new_loan.disbursed_date) as month
from new_loan
join loan_cost on loan_cost.loan_id = new_loan.loan_id
where new_loan.period = $period
    and new_loan.gender in ('female', 'male')
    and new_loan.principal > 0
    and loan_cost.nominal_rate is not null
order by new_loan.loan_id
"""


def create_price_gap(connection: Connection) -> None:
    """Create the temp table ``price_gap`` from ``new_loan`` and ``loan_cost``.

    A period at a time: all loans at once would not fit in memory.
    """
    connection.execute(f"create or replace temp table {TABLE} ({COLUMNS})")
    periods = fetch(connection, "select distinct period from new_loan order by all")
    for period in periods["period"]:
        loans = fetch(connection, _LOANS, {"period": period})
        if loans.is_empty():
            continue
        # Inserting rounds to the decimals of the columns.
        put_arrow(connection, TABLE, rests(loans).to_arrow())


def rests(loans: pl.DataFrame) -> pl.DataFrame:
    """Return the products of rests of one period's loans.

    Args:
        loans: The columns of the query above, sorted.
    """
    values = loans.select("is_female", "rate").to_numpy()
    left = {
        "raw": values - values.mean(axis=0),
        "conditional": partial_out_groups(
            values,
            loans.select("size", "term", "no_term").to_numpy(),
            [_codes(loans[name]) for name in _GROUPS],
        ),
    }
    return loans.select(
        "loan_id",
        pl.col("is_female") == 1,
        *(
            pl.Series(f"{name}_{part}", _SCALE * rest[:, 0] * rest[:, at])
            for name, rest in left.items()
            for part, at in (("cross", 1), ("square", 0))
        ),
    )


def _codes(names: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return a number for each name, and one for the blank."""
    ranks = names.rank("dense").cast(pl.Int64).fill_null(0)
    codes = ranks - ranks.min()
    return codes.to_numpy().astype(np.int64)


PRICE_GAP = ComputedTable(COLUMNS, create_price_gap, frozenset({"new_loan", LOAN_COST}))
"""What queries read, filled from a mart and ``loan_cost``."""
