"""Two ways of giving side by side: an old rule and a new one, a value and another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import fetch, quote_name
from esg.errors import UsageError
from esg.spec.fields import suggest

if TYPE_CHECKING:
    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.pack import Pack
    from esg.spec.period import Period
    from esg.spec.settings import DisclosureLimits

GROUPS = {
    "province": "borrower.province_code",
    "area": "borrower.area",
    "gender": "borrower.gender",
    "income": "income.fifth",
    "product": "loan.product",
    "sector": "loan.sector",
    "category": "spending.category",
}
"""Breakdowns of a comparison, and what each is taken from."""


def compare(
    connection: Connection,
    pack: Pack,
    *,
    by: str | None,
    period: Period | None,
    limits: DisclosureLimits,
) -> pl.DataFrame:
    """Return, for the whole and each group, what both versions give.

    A borrower wins who gets more at one lender under the new version than under the
    old one, and loses who gets less. Groups in which fewer people than the workspace's
    limit stand are named and their numbers hidden.

    Args:
        connection: Holds ``fact_of_old`` and ``fact_of_new``.
        pack: The policy.
        by: One of ``GROUPS``; the whole alone when null.
        period: Only interest collected in it; all when null.
        limits: When a group is too small to show.

    Returns:
        Columns ``dimension, segment, borrowers, reached_old, reached_new, given_old,
        given_new, difference, winners, losers, status``: people as counts, money in the
        loan's currency. Numbers are null where ``status`` is ``suppressed``.

    Raises:
        UsageError: There is no such breakdown.
    """
    if by is not None and by not in GROUPS:
        raise UsageError(f"'{by}' is no breakdown{suggest(by, tuple(GROUPS))}.")
    _stage_people(connection, pack, by, period)
    whole = _summary("'all'", "'all'", limits)
    query = whole
    if by is not None:
        groups = _summary(f"'{by}'", "segment", limits)
        query = f"{whole} union all {groups}"
    return fetch(connection, f"{query} order by dimension <> 'all', segment")


def _stage_people(
    connection: Connection, pack: Pack, by: str | None, period: Period | None
) -> None:
    """Create ``person_gain``: what each borrower gets in each group, both ways."""
    segment = f"coalesce(cast({GROUPS[by]} as varchar), 'unknown')" if by else "'all'"
    given = quote_name(pack.result)
    parts = " union all ".join(
        f"select loan_id, spending_id, debtor_id, due_date, "  # noqa: S608
        f"{'0' if is_new else given} as old, {given if is_new else '0'} as new "
        f"from fact_of_{'new' if is_new else 'old'} {_within(period)}"
        for is_new in (False, True)
    )
    connection.execute(
        "create or replace temp table person_gain as "  # noqa: S608
        "with income as (select borrower_id, cast(ntile(5) over "
        "(order by monthly_income, borrower_id) as varchar) as fifth "
        "from borrower where monthly_income is not null) "
        f"select fact.debtor_id, {segment} as segment, "
        "sum(fact.old) as old, sum(fact.new) as new "
        f"from ({parts}) as fact "
        "join loan on loan.loan_id = fact.loan_id "
        "left join spending on spending.spending_id = fact.spending_id "
        "left join borrower on borrower.borrower_id = loan.borrower_id "
        "left join income on income.borrower_id = loan.borrower_id "
        "group by all"
    )


def _within(period: Period | None) -> str:
    if period is None:
        return ""
    return (
        f"where due_date between date '{period.first_day}' and date '{period.last_day}'"
    )


def _summary(dimension: str, segment: str, limits: DisclosureLimits) -> str:
    """Return SQL for one row a group; small groups keep their name alone."""
    numbers = {
        "borrowers": "count(*)",
        "reached_old": "count(*) filter (old > 0)",
        "reached_new": "count(*) filter (new > 0)",
        "given_old": "sum(old)",
        "given_new": "sum(new)",
        "difference": "sum(new) - sum(old)",
        "winners": "count(*) filter (new > old)",
        "losers": "count(*) filter (new < old)",
    }
    least = limits.min_cell
    small = " or ".join(
        f"({name} > 0 and {name} < {least})"
        for name in ("reached_old", "reached_new", "winners", "losers")
    )
    hidden = f"borrowers < {limits.min_n} or {small}"
    shown = ", ".join(
        f"case when not hidden then {name} end as {name}" for name in numbers
    )
    measured = ", ".join(f"{sql} as {name}" for name, sql in numbers.items())
    return (
        f"select dimension, segment, {shown}, "  # noqa: S608
        "case when hidden then 'suppressed' else 'ok' end as status "
        f"from (select *, {hidden} as hidden from (select {dimension} as dimension, "
        f"segment, {measured} from (select debtor_id, {segment} as segment, "
        "sum(old) as old, sum(new) as new from person_gain group by all) group by all))"
    )


def simulate(connection: Connection, pack: Pack, period: Period | None) -> pl.DataFrame:
    """Return the pack's steps in total, as they are and as they would be.

    Args:
        connection: Holds ``fact_of_old`` and ``fact_of_new``.
        pack: The policy.
        period: Only interest collected in it; all when null.

    Returns:
        Columns ``what, now, then, difference``: a row a step, what is given, what each
        part pays, and how many borrowers are given anything.
    """
    rows = [
        (step.title["en"], f"{'' if step.adds else '-'}sum({quote_name(step.column)})")
        for step in pack.steps
    ]
    rows.append((pack.result_title["en"], f"sum({quote_name(pack.result)})"))
    rows += [
        (part.title["en"], f"sum({quote_name(part.column)})") for part in pack.parts
    ]
    rows.append(
        ("Borrowers given anything",
         f"count(distinct debtor_id) filter ({quote_name(pack.result)} > 0)")
    )  # fmt: skip
    queries = [
        f"select {at} as place, ? as what, "  # noqa: S608
        f"(select {sql} from fact_of_old {_within(period)}) as now, "
        f"(select {sql} from fact_of_new {_within(period)}) as then"
        for at, (_, sql) in enumerate(rows)
    ]
    connection.execute(
        f"create or replace temp table simulated as {' union all '.join(queries)}",
        [title for title, _ in rows],
    )
    return fetch(
        connection,
        'select what, now, "then", "then" - now as difference from simulated '
        "order by place",
    )
