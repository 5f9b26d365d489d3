"""What the subsidy added to the spending of those it reached, or why nobody can tell.

The temp table ``spending_effect`` has one row a period and month of the panel. The
effect stands on each of them, and beside it the month's own gap: how far the subsidised
stood from the others, against the last month before the start. Amounts are a borrower
and month. ``why_none`` says why a period has no effect; then it has no gaps either, so
that nobody reads one from them.

What leaves the database is what each compared borrower spent in each month; the rest
are sums of it and of its products, by group and period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from esg.engine.duck import fetch, fetch_row, put_arrow
from esg.errors import ContentError
from esg.indicators.stage import ComputedTable
from esg.stats.did import GroupSums, effect_of_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from esg.engine.duck import Connection
    from esg.stats.did import DifferenceInDifferences
    from esg.stats.regression import Estimate

    Floats = NDArray[np.float64]
    Days = NDArray[np.int32]
    Flags = NDArray[np.bool_]

TABLE = "spending_effect"

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "period": pl.String,
    "event_month": pl.String,
    "treated_borrowers": pl.Int64,
    "other_borrowers": pl.Int64,
    "undecided_borrowers": pl.Int64,
    "treated_spending": pl.Decimal(38, 2),
    "treated_months": pl.Int64,
    "effect": pl.Float64,
    "effect_low": pl.Float64,
    "effect_high": pl.Float64,
    "gap": pl.Float64,
    "gap_low": pl.Float64,
    "gap_high": pl.Float64,
    "past_p_value": pl.Float64,
    "why_none": pl.String,
}
"""``treated_spending`` and ``treated_months`` are of the months from the start on."""

COLUMNS = (
    "period varchar, event_month varchar, treated_borrowers bigint, "
    "other_borrowers bigint, undecided_borrowers bigint, "
    "treated_spending decimal(38, 2), treated_months bigint, effect double, "
    "effect_low double, effect_high double, gap double, gap_low double, "
    "gap_high double, past_p_value double, why_none varchar"
)

PACK = "additional_spending"
"""The folder of the rules: months before, fewest of them, level of the test."""

_YEAR_MONTHS = 12
_EPOCH = date(1970, 1, 1)

_CENTS = 100
"""Spending is held in whole cents: their sums are exact, whatever the order."""

_ROWS_AT_ONCE = 100_000

_NEVER = np.iinfo(np.int32).max
"""Later than any day."""

# Net of refunds as in the mart 'spending_made', which joins bills that nobody asks for
# here. A refund without an amount is a refund of all.
_SPENDING = """
create or replace temp table spending_month as
with purchase as (
    select
        loan.borrower_id,
        spending.spent_date,
        greatest(
            spending.amount - coalesce(
                spending.refunded_amount,
                case when spending.refunded_date is not null then spending.amount end,
                0
            ),
            0
        ) as net_amount
    from spending
    join loan on loan.loan_id = spending.loan_id
    where loan.borrower_id is not null
        and spending.spent_date >= $first_month
)
select
    borrower_id,
    cast(date_diff('month', $first_month, date_trunc('month', spent_date)) as integer)
        as month_no,
    cast(sum(net_amount) * 100 as bigint) as cents
from purchase
group by all
having sum(net_amount) > 0
"""

# Both groups bought before and after: who never came back cannot be subsidised, and
# would make any others look as if they had stopped. The days are the last ones of the
# first quarter claimed for.
_COMPARED = """
create or replace temp table compared_borrower as
with dated_claim as (
    select
        loan.borrower_id,
        subsidy_claim.approved,
        coalesce(subsidy_claim.policy <> $policy, false) as is_elsewhere,
        last_day(
            make_date(
                cast(substring(subsidy_claim.quarter, 1, 4) as integer),
                3 * cast(substring(subsidy_claim.quarter, 6, 1) as integer),
                1
            )
        ) as quarter_end
    from subsidy_claim
    join loan on loan.loan_id = subsidy_claim.loan_id
    where loan.borrower_id is not null
),
claimed_borrower as (
    select
        borrower_id,
        min(quarter_end) filter (where approved > 0 and not is_elsewhere)
            as reached_day,
        min(quarter_end) filter (where approved is null or is_elsewhere)
            as unclear_day
    from dated_claim
    group by borrower_id
),
buyer as (
    select
        borrower_id,
        min(month_no) filter (where month_no >= $start_no) as first_after
    from spending_month
    group by borrower_id
    having min(month_no) < $start_no and max(month_no) >= $start_no
)
select
    buyer.borrower_id,
    cast(row_number() over (order by buyer.borrower_id) - 1 as integer) as unit,
    cast(buyer.first_after as integer) as first_after,
    claimed_borrower.reached_day,
    claimed_borrower.unclear_day
from buyer
left join claimed_borrower on claimed_borrower.borrower_id = buyer.borrower_id
"""

_UNITS = """
select first_after, reached_day, unclear_day from compared_borrower order by unit
"""

_CELLS = """
select compared_borrower.unit, spending_month.month_no, spending_month.cents
from spending_month
join compared_borrower on compared_borrower.borrower_id = spending_month.borrower_id
where spending_month.month_no < $months
"""


@dataclass(frozen=True)
class _Rules:
    months_before: int
    fewest_months_before: int
    past_level: float


def spending_effect_table(policy: str, start: date) -> ComputedTable:
    """Return the computed table, which reads core tables alone.

    Args:
        policy: The pack whose claims are meant, as ``subsidy_claim.policy`` names it;
            a claim that names none is one of it.
        start: The first day of the policy; its month is the first with treatment.
    """

    def fill(connection: Connection) -> None:
        create_spending_effect(connection, policy, start)

    return ComputedTable(COLUMNS, fill)


def create_spending_effect(connection: Connection, policy: str, start: date) -> None:
    """Create the temp table ``spending_effect``, a period at a time.

    Args:
        connection: With the core tables, the calendar and the rules.
        policy: The pack whose claims are meant.
        start: The first day of the policy.

    Raises:
        ContentError: A rule it rests on has no value on that day.
    """
    connection.execute(f"create or replace temp table {TABLE} ({COLUMNS})")
    rules = _rules(connection, start)
    first_month = _first_month(connection, start, rules)
    if first_month is None:
        return
    seen = fetch(
        connection,
        "select period, calendar.last_day, least(calendar.last_day, data_date) as seen "
        "from calendar cross join report_date "
        "where calendar.last_day >= $start order by calendar.last_day",
        {"start": start},
    )
    # A month that is still running holds less than the others.
    periods = [
        _Period(period, last_day, _months(first_month, _last_whole_month(day)))
        for period, last_day, day in seen.iter_rows()
    ]
    over = [p for p in periods if p.months and p.months[-1] >= start.replace(day=1)]
    if not over:
        return
    before = len(_months(first_month, _shift(start, -1)))
    connection.execute(_SPENDING, {"first_month": first_month})
    connection.execute(_COMPARED, {"start_no": before, "policy": policy})
    panel = _panel(connection, len(over[-1].months))
    for period in over:
        rows = _period_rows(panel, period, start, rules)
        put_arrow(connection, TABLE, rows.to_arrow())


@dataclass(frozen=True)
class _Period:
    name: str
    last_day: date
    months: list[date]
    """Of its panel, those before the start first."""


@dataclass(frozen=True)
class _Panel:
    """Every borrower who bought before and after the start."""

    cents: Floats
    """Shape (borrowers, months): what was spent, 0 in a month without a purchase."""
    first_after: Days
    """The place of the first month with a purchase from the start on."""
    reached_day: Days
    """The last day of the first period with an approved claim, as a number of days."""
    unclear_day: Days
    """Of the first with a claim undecided or under another policy."""

    def of(self, period: _Period) -> tuple[Flags, Flags, Flags]:
        """Return who is compared in a period: the reached, the others, the unclear."""
        day = (period.last_day - _EPOCH).days
        has_bought = self.first_after < len(period.months)
        reached = has_bought & (self.reached_day <= day)
        unclear = has_bought & ~reached & (self.unclear_day <= day)
        return reached, has_bought & ~reached & ~unclear, unclear

    def sums(self, who: Flags, months: int) -> GroupSums:
        """Return the sums of a group over the first months, in cents.

        Some borrowers at a time: a copy of all would not fit beside the panel.
        """
        sums, products = np.zeros(months), np.zeros((months, months))
        for first in range(0, len(who), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            block = self.cents[rows, :months][who[rows]]
            sums += block.sum(axis=0)
            products += block.T @ block
        return GroupSums(int(who.sum()), sums, products)


def _panel(connection: Connection, months: int) -> _Panel:
    units = fetch(connection, _UNITS)
    cells = fetch(connection, _CELLS, {"months": months})
    for name in ("spending_month", "compared_borrower"):
        connection.execute(f"drop table {name}")
    cents = np.zeros((units.height, months))
    cents[cells["unit"].to_numpy(), cells["month_no"].to_numpy()] = cells[
        "cents"
    ].to_numpy()
    return _Panel(
        cents,
        units["first_after"].to_numpy(),
        *(
            units[name].to_physical().fill_null(_NEVER).to_numpy()
            for name in ("reached_day", "unclear_day")
        ),
    )


def _rules(connection: Connection, start: date) -> _Rules:
    found = dict(
        fetch(
            connection,
            "select rule, value from rule_value "
            "where rule in ($a, $b, $c) and $day between valid_from and valid_to",
            {
                "a": f"{PACK}.months_before",
                "b": f"{PACK}.fewest_months_before",
                "c": f"{PACK}.past_level",
                "day": start,
            },
        ).iter_rows()
    )
    try:
        rules = _Rules(
            int(found[f"{PACK}.months_before"]),
            int(found[f"{PACK}.fewest_months_before"]),
            float(found[f"{PACK}.past_level"]),
        )
    except (KeyError, TypeError) as error:
        raise ContentError(
            f"queries/policies/{PACK}: a rule has no number on {start}, the first day "
            "of the policy.",
            hint="Let 'months_before', 'fewest_months_before' and 'past_level' each "
            "have a value on that day.",
        ) from error
    if not 0 < rules.past_level < 1:
        raise ContentError(
            f"queries/policies/{PACK}/past_level.yaml: the level on {start} is "
            f"{rules.past_level:g}, which no test can have.",
            hint="Write a share above 0 and below 1, as 0.05.",
        )
    return rules


# Months


def _first_month(connection: Connection, start: date, rules: _Rules) -> date | None:
    """Return the panel's first month; null where nothing was ever spent."""
    row = fetch_row(connection, "select min(spent_date) from spending")
    if row is None or row[0] is None:
        return None
    earliest: date = row[0]
    return max(_shift(start, -rules.months_before), earliest.replace(day=1))


def _shift(day: date, months: int) -> date:
    year, month = divmod(day.year * _YEAR_MONTHS + day.month - 1 + months, _YEAR_MONTHS)
    return date(year, month + 1, 1)


def _last_whole_month(day: date) -> date:
    is_last = (day + timedelta(days=1)).day == 1
    return day.replace(day=1) if is_last else _shift(day, -1)


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * _YEAR_MONTHS + last.month - first.month + 1
    return [_shift(first, step) for step in range(max(0, count))]


# One period


def _period_rows(
    panel: _Panel, period: _Period, start: date, rules: _Rules
) -> pl.DataFrame:
    months = period.months
    reached, others, unclear = panel.of(period)
    treated = panel.sums(reached, len(months))
    first_after = sum(month < start.replace(day=1) for month in months)
    found = effect_of_sums(
        treated,
        panel.sums(others, len(months)),
        list(range(len(months))),
        start=first_after,
        level=rules.past_level,
    )
    why = found.why_none
    if why is None and first_after < rules.fewest_months_before:
        why = "past_untested"
    spent = [
        Decimal(int(cents)) / _CENTS if at >= first_after else None
        for at, cents in enumerate(treated.sums)
    ]
    is_after = pl.col("treated_spending").is_not_null()
    return (
        _month_rows(found, months, why)
        .with_columns(
            period=pl.lit(period.name),
            treated_borrowers=pl.lit(treated.units),
            other_borrowers=pl.lit(int(others.sum())),
            undecided_borrowers=pl.lit(int(unclear.sum())),
            treated_spending=pl.Series(spent, dtype=pl.Decimal(38, 2)),
        )
        .with_columns(treated_months=pl.when(is_after).then(pl.lit(treated.units)))
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
    )


def _month_rows(
    found: DifferenceInDifferences, months: list[date], why: str | None
) -> pl.DataFrame:
    """Return a row a month: the effect on each, and the month's own gap."""
    effect = _ends(found.effect if why is None else None)
    gaps = {step.period: _ends(step.gap) for step in found.steps if why is None}
    # The month all others are held against stands at 0 by construction.
    reference = (0.0, 0.0, 0.0) if why is None else (None, None, None)
    return pl.DataFrame(
        [
            (f"{month:%Y-%m}", *effect, *gaps.get(at, reference), found.past_p_value,
             why)
            for at, month in enumerate(months)
        ],
        schema={
            "event_month": pl.String,
            **dict.fromkeys(("effect", "effect_low", "effect_high"), pl.Float64),
            **dict.fromkeys(("gap", "gap_low", "gap_high", "past_p_value"), pl.Float64),
            "why_none": pl.String,
        },
        orient="row",
    )  # fmt: skip


def _ends(
    estimate: Estimate | None,
) -> tuple[float | None, float | None, float | None]:
    if estimate is None:
        return None, None, None
    low, high = estimate.interval()
    return estimate.value / _CENTS, low / _CENTS, high / _CENTS
