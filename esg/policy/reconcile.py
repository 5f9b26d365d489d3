"""Claims against the rule: what was claimed too much, too little, or without ground."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from esg.engine.duck import fetch, quote_name
from esg.policy.apply import FACTS

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.pack import Pack
    from esg.spec.period import Period

VERDICTS = (
    "agrees", "rounding", "over", "under", "no_ground", "not_claimed", "duplicate",
    "late", "unknown",
)  # fmt: skip
"""What a claim can be. ``late`` and ``duplicate`` stand before the amounts; ``unknown``
is a claim above what can be computed of a loan some of whose bills cannot be."""

JUDGED = "judged_claim"
"""The temp table with what each claim is."""

JUDGED_COLUMNS = (
    "claim_id varchar, loan_id varchar, quarter varchar, province_code varchar, "
    "filed_date date, claimed decimal(18, 2), computed decimal(38, 2), "
    "difference decimal(38, 2), verdict varchar, reason varchar, quarter_end date"
)


@dataclass(frozen=True)
class Reconciliation:
    """Claims of a lender beside what its policy gives."""

    summary: pl.DataFrame
    """Columns ``quarter, verdict, claims, claimed, computed, difference``."""
    exceptions: pl.DataFrame
    """A row for each claim, or loan and quarter, that is neither right nor rounding:
    ``claim_id, loan_id, quarter, province_code, filed_date, claimed, computed,
    difference, verdict, reason``."""
    claims: pl.DataFrame
    """The claim as the rule gives it, a row for each quarter, province and lender:
    ``quarter, province_code, institution_id, borrowers, loans, purchases, consumption,
    interest, subsidy, central, provincial``."""


def reconcile(
    connection: Connection,
    pack: Pack,
    period: Period | None,
    settings: dict[str, str],
    others: Collection[str] = (),
) -> Reconciliation:
    """Return claims beside what the pack gives, by loan and quarter.

    Args:
        connection: Where the pack was applied.
        pack: The policy.
        period: Only quarters whose last day lies in it; all when null.
        settings: ``reconcile_tolerance`` is the difference, in money, that the rounding
            of single bills explains, none where the pack has no such setting;
            ``filing_days`` after a quarter's end a claim is late, or never.
        others: Packs whose claims are none of this one's. What names no pack, or one
            that nobody knows, is judged here, so that no claim is passed over.
    """
    judge_claims(connection, pack, settings, others)
    within = ""
    if period is not None:
        within = (
            f"where quarter_end between date '{period.first_day}' "
            f"and date '{period.last_day}'"
        )
    return Reconciliation(
        summary=fetch(
            connection,
            "select quarter, verdict, count(*) as claims, sum(claimed) as claimed, "  # noqa: S608
            "sum(computed) as computed, "
            "sum(coalesce(claimed, 0) - coalesce(computed, 0)) as difference "
            f"from {JUDGED} {within} group by all order by quarter, verdict",
        ),
        exceptions=fetch(
            connection,
            f"select * exclude (quarter_end) from (select * from {JUDGED} {within}) "  # noqa: S608
            "where verdict not in ('agrees', 'rounding') "
            "order by quarter, verdict, loan_id, claim_id",
        ),
        claims=fetch(connection, _claim_sheet(pack, within)),
    )


def judge_claims(
    connection: Connection,
    pack: Pack,
    settings: dict[str, str],
    others: Collection[str] = (),
    facts: str = FACTS,
) -> None:
    """Create ``judged_claim``: each claim, and each loan and quarter without one.

    Args:
        connection: Where the pack was applied.
        pack: The policy.
        settings: As in ``reconcile``.
        others: As in ``reconcile``.
        facts: The table with the pack's facts.
    """
    given = quote_name(pack.result)
    connection.execute(
        "create or replace temp table computed_claim as "  # noqa: S608
        "select loan_id, year(due_date) || 'Q' || quarter(due_date) as quarter, "
        f"sum({given}) as computed, "
        # Why most of the loan's facts of the quarter get nothing.
        "mode(reason order by reason) filter (reason <> 'eligible') as reason, "
        # What cannot be judged is no proof against a claim.
        "bool_or(ends_with(reason, '_unknown')) as is_unknown "
        f"from {facts} group by all"
    )
    connection.execute(
        f"create or replace temp table {JUDGED} as {_CLAIMS}",
        {
            "tolerance": settings.get("reconcile_tolerance", "0"),
            # Claims have a day and no hour: a part of a day is none.
            "days": int(Decimal(settings.get("filing_days", _NEVER_LATE))),
            "others": list(others),
        },
    )
    connection.execute("drop table computed_claim")


_NEVER_LATE = "100000"
"""Days, where a pack sets no limit to the filing of claims."""

_CLAIMS = """
select
    claim.claim_id,
    coalesce(claim.loan_id, due.loan_id) as loan_id,
    coalesce(claim.quarter, due.quarter) as quarter,
    claim.province_code,
    claim.filed_date,
    claim.claimed,
    coalesce(due.computed, 0) as computed,
    coalesce(claim.claimed, 0) - coalesce(due.computed, 0) as difference,
    case
        when claim.claim_id is null then 'not_claimed'
        when claim.nth > 1 then 'duplicate'
        when claim.filed_date > claim.quarter_end + cast($days as integer) then 'late'
        when due.is_unknown and claim.claimed > due.computed then 'unknown'
        when coalesce(due.computed, 0) = 0 and claim.claimed > 0 then 'no_ground'
        when claim.claimed = due.computed then 'agrees'
        when abs(claim.claimed - due.computed) <= cast($tolerance as decimal(18, 2))
            then 'rounding'
        when claim.claimed > due.computed then 'over'
        else 'under'
    end as verdict,
    due.reason,
    coalesce(claim.quarter_end, due.quarter_end) as quarter_end
from (
    select
        *,
        row_number() over (
            partition by loan_id, quarter order by filed_date, claim_id
        ) as nth,
        last_day(make_date(
            cast(quarter[1:4] as integer), 3 * cast(quarter[6:6] as integer), 1
        )) as quarter_end
    from subsidy_claim
    where policy is null or not list_contains(cast($others as varchar[]), policy)
) as claim
full join (
    select
        *,
        last_day(make_date(
            cast(quarter[1:4] as integer), 3 * cast(quarter[6:6] as integer), 1
        )) as quarter_end
    from computed_claim
) as due
    on due.loan_id = claim.loan_id and due.quarter = claim.quarter
where claim.claim_id is not null or due.computed > 0
"""


def _claim_sheet(pack: Pack, within: str) -> str:
    parts = ", ".join(
        f"sum({quote_name(part.column)}) as {quote_name(part.column)}"
        for part in pack.parts
    )
    given = quote_name(pack.result)
    # A purchase has a fact a bill, and a bill one a purchase: each is counted once. A
    # policy that looks at whole loans knows no purchases; there a loan is counted once.
    return (
        "select quarter, province_code, institution_id, "  # noqa: S608
        "count(distinct debtor_id) as borrowers, count(distinct loan_id) as loans, "
        "count(distinct spending_id) as purchases, "
        "sum(amount) filter (nth_of_purchase = 1) as consumption, "
        "sum(charge) filter (nth_of_bill = 1) as interest, "
        f"sum({given}) as {given}, {parts} from (select *, "
        "row_number() over (partition by quarter, loan_id, spending_id "
        "order by period_no) as nth_of_purchase, "
        "row_number() over (partition by loan_id, period_no "
        "order by spending_id) as nth_of_bill from (select *, "
        "year(due_date) || 'Q' || quarter(due_date) as quarter, "
        "last_day(make_date(year(due_date), 3 * quarter(due_date), 1)) as quarter_end "
        f"from {FACTS} where {given} > 0) {within}) "
        "group by all order by quarter, province_code, institution_id"
    )
