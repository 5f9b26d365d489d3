"""A second count of conduct: healthy consumption, protection of consumers, repair.

Each function below counts one indicator again from the sample's files, after the words
of its definition and without its query. It returns rows, one a bill, a loan, a person
or a complaint; a measure adds up columns of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

import polars as pl
import pytest
from indicators import recount_health as health
from indicators import test_audit_protection
from indicators.raw_sample import (
    DATA_DATE,
    ROOT,
    Quarter,
    raw,
    rule,
    stock,
    with_borrower,
)
from indicators.test_audit_access import COUNTED as ACCESS

from esg.indicators.bind import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esg.indicators.result import RunResult

PERIODS = (Quarter("2025Q4"), Quarter("2026Q3"))
"""Those whose whole is compared; segments are those of the later one."""

SHEET_REQUIRED_FROM = date(2026, 8, 1)
SHEET_ITEMS = 6
"""As the rule of the disclosure sheet has them, written here a second time."""

AREAS = ("urban", "county", "rural", "unknown")
SERVERS = ("bot", "human", "handed_over")
SOURCES = ("own", "regulator_forwarded", "mediation", "public_platform")
TOPICS = (
    "collection",
    "credit_reporting",
    "fees_and_rates",
    "marketing",
    "other",
    "privacy",
    "service",
    "subsidy",
)
FRAUDS = (
    "account_takeover",
    "fake_order",
    "identity_theft",
    "merchant_fraud",
    "scam_transfer",
)
SEGMENTS = {
    "area": AREAS,
    "fraud_type": FRAUDS,
    "late_bucket": (*health.BUCKETS, "worst", "unknown"),
    "served_by": SERVERS,
    "source": SOURCES,
    "topic": TOPICS,
}


@dataclass(frozen=True)
class Measure:
    """Which columns of an indicator's rows make up one of its measures."""

    name: str
    numerator: str
    denominator: str | None = None
    unknown: str | None = None
    quantile: float | None = None
    less: tuple[str, str] | None = None
    """A second share, taken from the first; the difference is in percentage points."""
    open_for: timedelta = timedelta(0)
    """How long after a quarter's end it has no number yet."""


@dataclass(frozen=True)
class Audit:
    """An indicator, how it is counted again, and what is compared."""

    indicator: str
    rows: Callable[[Quarter], pl.DataFrame]
    dimension: str | None
    measures: tuple[Measure, ...]
    split_in: Quarter = PERIODS[-1]
    """The quarter whose segments are compared."""


@dataclass(frozen=True)
class Cell:
    """One number of one measure."""

    audit: Audit
    measure: Measure
    quarter: Quarter
    dimension: str
    segment: str

    @property
    def name(self) -> str:
        return (
            f"{self.audit.indicator}.{self.measure.name}"
            f"-{self.quarter.name}-{self.segment}"
        )


@dataclass(frozen=True)
class Number:
    """What a cell holds; a part that is null is not there, or not compared."""

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    unknown_share: float | None = None


# Healthy consumption


@cache
def bill_management_users(quarter: Quarter) -> pl.DataFrame:
    """Persons with an act of the bill assistant, and those subscribed at the end.

    The latest reminder act up to the last day decides, unless it is unsubscribed.
    """
    acts = raw("engagement").filter(pl.col("occurred_at").dt.date() <= quarter.last_day)
    used = pl.col("tool") == "bill_assistant"
    users = acts.filter(used, quarter.holds("occurred_at"))
    latest = (
        acts.filter(pl.col("tool") == "reminder")
        .sort("occurred_at")
        .group_by("borrower_id")
        .agg(pl.col("result").last())
    )
    return with_borrower(
        users.select("borrower_id").unique().join(latest, on="borrower_id", how="left")
    ).with_columns(
        user=1, subscribed=pl.col("result").ne("unsubscribed").fill_null(value=False)
    )


@cache
def flexible_repayment(quarter: Quarter) -> pl.DataFrame:
    """Requests decided; those granted; of them those current three month ends later.

    An earlier end with no balance and nothing past due is current, a write-off is not.
    """
    later = rule("flexible_repayment.months_after", quarter.last_day)
    asked = (
        raw("credit_repair_item")
        .filter(pl.col("kind") == "flexible_repayment")
        .with_columns(day=pl.coalesce("resolved_date", "opened_date"))
        .filter(quarter.holds("day"))
        .with_columns(
            seen_on=pl.col("day")
            .dt.month_end()
            .dt.offset_by(f"{later}mo")
            .dt.month_end(),
            granted=pl.col("outcome").str.starts_with("granted"),
            declined=pl.col("outcome") == "declined",
        )
    )
    last = (
        asked.select("item_id", "loan_id", "seen_on")
        .join(raw("loan_month"), on="loan_id")
        .filter(pl.col("as_of_date") <= pl.col("seen_on"))
        .sort("as_of_date")
        .group_by("item_id")
        .agg(
            pl.col("as_of_date", "balance", "days_past_due").last(),
            pl.col("written_off_date").min(),
        )
    )
    lost = pl.col("written_off_date") <= pl.col("seen_on")
    ended = (pl.col("balance") == 0) & (pl.col("days_past_due") == 0)
    seen = (pl.col("as_of_date") == pl.col("seen_on")) & pl.col(
        "days_past_due"
    ).is_not_null()
    rows = asked.join(last, on="item_id", how="left").with_columns(
        known=(lost.fill_null(value=False) | seen | ended).fill_null(value=False),
        well=(ended | (seen & (pl.col("days_past_due") == 0)))
        & ~lost.fill_null(value=False),
    )
    granted = pl.col("granted").fill_null(value=False)
    decided = granted | pl.col("declined").fill_null(value=False)
    return with_borrower(rows).with_columns(
        granted_case=granted,
        decided=decided,
        undecided=~decided,
        current=granted & pl.col("known") & pl.col("well"),
        observed=granted & pl.col("known"),
        unobserved=granted & ~pl.col("known"),
    )


@cache
def interest_free_spending_share(quarter: Quarter) -> pl.DataFrame:
    """Purchases net of refunds; free ones have free days in which no bill charges."""
    loan = raw("loan").select("loan_id", "borrower_id", "interest_free_days")
    bought = (
        raw("spending").filter(quarter.holds("spent_date")).join(loan, on="loan_id")
    )
    end = pl.col("spent_date") + pl.duration(days=pl.col("interest_free_days"))
    charged = (
        bought.join(raw("interest_bill"), on="loan_id")
        .filter(pl.col("from_date") < end, pl.col("to_date") > pl.col("spent_date"))
        .filter(pl.col("interest_due") + pl.col("fees_due").fill_null(0) > 0)
    )
    free = (pl.col("interest_free_days") > 0) & ~pl.col("spending_id").is_in(
        charged["spending_id"].implode()
    )
    net = pl.col("amount") - pl.col("refunded_amount").fill_null(0)
    known = pl.col("interest_free_days").is_not_null()
    return with_borrower(bought).with_columns(
        free_amount=pl.when(free).then(net).otherwise(0),
        known_amount=pl.when(known).then(net).otherwise(0),
        unknown_amount=pl.when(known).then(0).otherwise(net),
    )


@cache
def late_night_share(quarter: Quarter) -> pl.DataFrame:
    """Loans disbursed from midnight to before six, of loans with a time of day."""
    end = rule("late_night.end_hour", quarter.last_day)
    at = pl.col("disbursed_at")
    timed = at.dt.time() != pl.time(0, 0, 0)
    return with_borrower(_new_loans(quarter)).with_columns(
        late=timed & (at.dt.hour() < end), timed=timed, untimed=~timed
    )


@cache
def on_time_payment_rate(quarter: Quarter) -> pl.DataFrame:
    """Bills fallen due with something to pay, and those paid by their due date."""
    owed = pl.sum_horizontal("principal_due", "interest_due", "fees_due", "penalty_due")
    bills = raw("interest_bill").filter(
        quarter.holds("due_date"), pl.col("due_date") <= DATA_DATE, owed > 0
    )
    loan = raw("loan").select("loan_id", "borrower_id", "product")
    return with_borrower(bills.join(loan, on="loan_id")).with_columns(
        due=1,
        on_time=(pl.col("paid_date") <= pl.col("due_date")).fill_null(value=False),
        unknown=0,
    )


@cache
def on_time_gap(quarter: Quarter) -> pl.DataFrame:
    """The same bills, of customers who had used a bill tool by the due date or not."""
    first = (
        raw("engagement")
        .filter(pl.col("tool").is_in(["bill_assistant", "reminder"]))
        .group_by("borrower_id")
        .agg(pl.col("occurred_at").min().dt.date().alias("first_use"))
    )
    bills = on_time_payment_rate(quarter).join(first, on="borrower_id", how="left")
    used = (pl.col("first_use") <= pl.col("due_date")).fill_null(value=False)
    owned = pl.col("borrower_id").is_not_null()
    return bills.with_columns(
        user_due=used & owned,
        user_on_time=used & owned & pl.col("on_time"),
        other_due=~used & owned,
        other_on_time=~used & owned & pl.col("on_time"),
        unassigned=~owned,
    )


@cache
def par30(quarter: Quarter) -> pl.DataFrame:
    """Balances above zero at the end, and those over 30 days late or restructured."""
    late = pl.col("days_past_due") > rule(
        "portfolio_at_risk.days_past_due", quarter.last_day
    )
    at_risk = late | pl.col("is_restructured").fill_null(value=False)
    balance = pl.col("balance")
    return stock(quarter).with_columns(
        at_risk=pl.when(at_risk).then(balance).otherwise(0),
        known=pl.when(at_risk.is_not_null()).then(balance).otherwise(0),
        unknown=pl.when(at_risk.is_null()).then(balance).otherwise(0),
    )


@cache
def positive_behaviour(quarter: Quarter) -> pl.DataFrame:
    """Participants of the quarter, all limit raises asked for in it, and two PAR30.

    For PAR30 whoever had taken part by the last day is a participant.
    """
    acts = raw("engagement")
    took_part = acts.filter(pl.col("tool") == "positive_behaviour")
    persons = (
        took_part.filter(quarter.holds("occurred_at"))
        .select("borrower_id")
        .unique()
        .with_columns(participant=1)
    )
    result = pl.col("result")
    approved = (result == "approved").fill_null(value=False)
    decided = result.is_in(["approved", "declined"]).fill_null(value=False)
    sized = approved & pl.col("value").is_not_null()
    raises = acts.filter(
        pl.col("tool") == "limit_raise", quarter.holds("occurred_at")
    ).select(
        "borrower_id",
        approved=approved,
        decided=decided,
        undecided=~decided,
        raised=pl.when(sized).then(pl.col("value")).otherwise(0),
        sized=sized,
    )
    ever = took_part.filter(pl.col("occurred_at").dt.date() <= quarter.last_day)
    member = pl.col("borrower_id").is_in(ever["borrower_id"].implode())
    loans = par30(quarter).select(
        "borrower_id",
        "at_risk",
        "known",
        "unknown",
        *(
            pl.when(member).then(pl.col(name)).otherwise(0).alias(f"member_{name}")
            for name in ("at_risk", "known", "unknown")
        ),
    )
    return with_borrower(pl.concat([persons, raises, loans], how="diagonal"))


@cache
def self_set_limits(quarter: Quarter) -> pl.DataFrame:
    """Customers who owe at the end; who set a limit or budget; who always kept it."""
    set_by = (
        raw("engagement")
        .filter(
            pl.col("tool").is_in(["limit_lowered", "budget"]),
            quarter.holds("occurred_at"),
        )
        .group_by("borrower_id")
        .agg(
            broken=(pl.col("result") != "kept").any(),
            blank=pl.col("result").is_null().any(),
        )
    )
    owing = stock(quarter).select("borrower_id").drop_nulls().unique()
    setter = pl.col("broken").is_not_null()
    judged = setter & (pl.col("broken") | ~pl.col("blank"))
    return with_borrower(owing.join(set_by, on="borrower_id", how="left")).with_columns(
        active=1,
        setter=setter,
        judged=judged,
        kept=judged & ~pl.col("broken"),
        unjudged=setter & ~judged,
        unknown=0,
    )


@cache
def weighted_apr(quarter: Quarter) -> pl.DataFrame:
    """Annual rates of new loans by principal, and principal above the cost limit.

    A flat fee is no annual rate: the disclosed cost stands in for it, or nothing.
    """
    loans = _new_loans(quarter).with_columns(day=pl.col("disbursed_at").dt.date())
    limits = loans.select(pl.col("day").unique()).with_columns(
        limit=pl.col("day").map_elements(
            lambda day: rule("cn_cost_of_credit.limit_bank", day), pl.Float64
        )
    )
    cost = pl.col("disclosed_annual_cost")
    principal = pl.col("principal").cast(pl.Float64)
    flat = (pl.col("repayment_method") == "flat_fee").fill_null(value=False)
    quoted = pl.when(~flat).then(pl.col("contract_rate"))
    rate = pl.when(flat).then(cost).otherwise(quoted).cast(pl.Float64)
    above = pl.coalesce(cost, quoted).cast(pl.Float64) > pl.col("limit")
    return with_borrower(loans.join(limits, on="day")).with_columns(
        principal_times_rate=principal * rate,
        rated=pl.when(rate.is_not_null()).then(principal).otherwise(0),
        above=pl.when(above).then(principal).otherwise(0),
        judged=pl.when(above.is_not_null()).then(principal).otherwise(0),
        unjudged=pl.when(above.is_null()).then(principal).otherwise(0),
    )


@cache
def zero_interest_customers(quarter: Quarter) -> pl.DataFrame:
    """Customers with a bill due; those none of whose bills charges interest or fees."""
    charge = pl.col("interest_due") + pl.col("fees_due").fill_null(0)
    loan = raw("loan").select("loan_id", "borrower_id").drop_nulls("borrower_id")
    customers = (
        raw("interest_bill")
        .filter(quarter.holds("due_date"))
        .join(loan, on="loan_id")
        .group_by("borrower_id")
        .agg(charged=(charge > 0).any(), blank=charge.is_null().any())
    )
    known = pl.col("charged") | ~pl.col("blank")
    return with_borrower(customers).with_columns(
        zero=known & ~pl.col("charged"), known=known, unknown=~known
    )


# Consumer protection


@cache
def ai_beside_human(quarter: Quarter) -> pl.DataFrame:
    """Sessions begun: resolved of asked, seconds to the answer, 4 or 5 of answers."""
    sessions = raw("service_contact").filter(quarter.holds("started_at"))
    resolved, stars = pl.col("was_resolved"), pl.col("satisfaction")
    return with_borrower(sessions).with_columns(
        session=1,
        resolved=resolved.fill_null(value=False),
        asked=resolved.is_not_null(),
        unasked=resolved.is_null(),
        satisfied=(stars >= 4).fill_null(value=False),
        answered=stars.is_not_null(),
        unanswered=stars.is_null(),
        none=0,
    )


@cache
def bot_containment_and_handoff(quarter: Quarter) -> pl.DataFrame:
    """Bot sessions without hand-over, request or return; requests answered in 60 s.

    What has not failed is unknown without a customer or before its 72 hours are over.
    """
    quiet = timedelta(hours=rule("bot_service.quiet_hours", quarter.last_day))
    at_once = timedelta(seconds=rule("bot_service.handoff_seconds", quarter.last_day))
    every = raw("service_contact")
    begun = every.filter(quarter.holds("started_at"))
    other = every.select(
        "borrower_id", other="contact_id", again=pl.col("started_at")
    ).drop_nulls()
    wait = pl.col("again") - pl.col("started_at")
    back = (
        begun.join(other, on="borrower_id")
        .filter(pl.col("other") != pl.col("contact_id"))
        .filter(wait >= timedelta(0), wait <= quiet)["contact_id"]
    )
    bot = pl.col("served_by").is_in(["bot", "handed_over"])
    asked = pl.col("human_requested_at").is_not_null()
    failed = (
        (pl.col("served_by") == "handed_over")
        | asked
        | pl.col("contact_id").is_in(back.implode())
    )
    data_end = pl.lit(DATA_DATE).cast(pl.Datetime("us")) + timedelta(days=1)
    over = pl.col("started_at") + quiet < data_end
    judged = failed | (over & pl.col("borrower_id").is_not_null())
    waited = pl.col("human_connected_at") - pl.col("human_requested_at")
    return with_borrower(begun).with_columns(
        contained=bot & judged & ~failed,
        judged=bot & judged,
        unjudged=bot & ~judged,
        connected=asked & (waited <= at_once).fill_null(value=False),
        requested=asked,
        unknown=0,
    )


@cache
def complaints(quarter: Quarter) -> pl.DataFrame:
    """Complaints received, withdrawn and repeated ones too; those about collection."""
    topic = pl.col("topic")
    return (
        raw("complaint")
        .filter(quarter.holds("received_at"))
        .with_columns(
            received=1,
            collection=(topic == "collection").fill_null(value=False),
            topic_known=topic.is_not_null(),
            topic_unknown=topic.is_null(),
        )
    )


@cache
def cost_disclosure(quarter: Quarter) -> pl.DataFrame:
    """New loans with a disclosed cost, and those with a sheet acknowledged in time."""
    signed = pl.coalesce("contract_signed_date", pl.col("disbursed_at").dt.date())
    disclosed = pl.col("disclosed_annual_cost").is_not_null()
    in_time = pl.col("cost_sheet_acknowledged_at").dt.date() <= signed
    return with_borrower(_new_loans(quarter)).with_columns(
        contract=1,
        disclosed=disclosed,
        acknowledged=disclosed & in_time.fill_null(value=False),
        unknown=0,
    )


@cache
def all_in_cost(quarter: Quarter) -> pl.DataFrame:
    """Sheets of new loans from the day they are required, and those with all items.

    The rates themselves are held against another library in ``tests/policy``.
    """
    day = pl.col("disbursed_at").dt.date()
    items = pl.col("cost_sheet_items")
    required = day >= SHEET_REQUIRED_FROM
    return with_borrower(_new_loans(quarter)).with_columns(
        complete=required & (items >= SHEET_ITEMS).fill_null(value=False),
        counted=required & items.is_not_null(),
        uncounted=required & items.is_null(),
    )


@cache
def data_breaches(quarter: Quarter) -> pl.DataFrame:
    """Figures stated for the quarter; nothing stated is no figure."""
    stated = raw("esg_fact").filter(pl.col("period") == quarter.name)
    value = {
        name: stated.filter(pl.col("metric") == name)["value"].to_list()
        for name in ("data_breaches", "data_breaches_personal", "data_breach_customers")
    }
    return pl.DataFrame(
        {name: [found[0] if found else None] for name, found in value.items()},
        schema=dict.fromkeys(value, pl.Float64),
    )


@cache
def fraud_identification(quarter: Quarter) -> pl.DataFrame:
    """Inspected events by weight; missed fraud only where unflagged ones were drawn.

    A draw without a weight is not used; other events without one stand for themselves.
    """
    drawn = (pl.col("inspection_reason") == "random").fill_null(value=False)
    inspected = pl.col("inspected").fill_null(value=False)
    found = inspected & pl.col("is_fraud").is_not_null()
    weight = (
        pl.when(drawn)
        .then(pl.col("inspection_weight"))
        .otherwise(pl.col("inspection_weight").fill_null(1))
    )
    events = (
        raw("fraud_alert")
        .filter(quarter.holds("occurred_at"))
        .with_columns(
            weight=pl.when(found).then(weight).otherwise(0).fill_null(0), found=found
        )
        .with_columns(
            seen=(drawn & ~pl.col("flagged") & (pl.col("weight") > 0))
            .any()
            .over("fraud_type"),
            drawn_fraud=(
                drawn
                & ~pl.col("flagged")
                & (pl.col("weight") > 0)
                & pl.col("is_fraud").fill_null(value=False)
            )
            .any()
            .over("fraud_type"),
        )
    )
    fraud, flagged = pl.col("is_fraud").fill_null(value=False), pl.col("flagged")

    def weigh(event: pl.Expr) -> pl.Expr:
        return pl.when(event).then(pl.col("weight")).otherwise(0)

    seen = pl.col("seen")
    return events.with_columns(
        true_positive=weigh(flagged & fraud),
        false_positive=weigh(flagged & ~fraud),
        flagged_known=weigh(flagged),
        flagged_unknown=flagged & (pl.col("weight") == 0),
        recalled=weigh(pl.col("drawn_fraud") & flagged & fraud),
        recallable=weigh(pl.col("drawn_fraud") & fraud),
        unrecallable=weigh(~pl.col("drawn_fraud") & fraud),
        fraud=weigh(seen & fraud),
        seen_events=weigh(seen),
        right=weigh(seen & (flagged == fraud)),
        false_negative=weigh(seen & ~flagged & fraud),
        true_negative=weigh(seen & ~flagged & ~fraud),
        unseen_events=pl.when(seen)
        .then((flagged & ~pl.col("found")).cast(pl.Float64))
        .otherwise(pl.when(pl.col("found")).then(pl.col("weight")).otherwise(1)),
        uninspected=~pl.col("found"),
    )


@cache
def repeat_and_escalated(quarter: Quarter) -> pl.DataFrame:
    """Complaints that name or follow one of the same person and topic in 30 days."""
    days = rule("complaint_repeat.days", quarter.last_day)
    every = raw("complaint").with_columns(day=pl.col("received_at").dt.date())
    earlier = every.select(
        "borrower_id", "topic", before="received_at", day_before="day"
    )
    gap = (pl.col("day") - pl.col("day_before")).dt.total_days()
    again = every.join(earlier, on=["borrower_id", "topic"]).filter(
        pl.col("before") < pl.col("received_at"), gap <= days
    )["complaint_id"]
    repeated = pl.col("repeats").is_not_null() | pl.col("complaint_id").is_in(
        again.implode()
    )
    known = repeated | (
        pl.col("borrower_id").is_not_null() & pl.col("topic").is_not_null()
    )
    source = pl.col("source")
    return complaints(quarter).with_columns(
        repeated=repeated,
        repeat_known=known,
        repeat_unknown=~known,
        escalated=(source == "regulator_forwarded").fill_null(value=False),
        source_known=source.is_not_null(),
        source_unknown=source.is_null(),
    )


@cache
def timely_resolution_rate(quarter: Quarter) -> pl.DataFrame:
    """Complaints whose limit falls in the quarter; informed by the limit's day."""
    day = quarter.last_day
    simple, complex_, very = (
        rule(f"cn_complaint_clocks.{name}_days", day)
        for name in ("simple", "complex", "very_complex")
    )
    extended = pl.col("extension_approved_at").is_not_null()
    days = (
        pl.when((pl.col("complexity") == "very_complex") & extended)
        .then(very)
        .when(pl.col("complexity").is_in(["complex", "very_complex"]))
        .then(complex_)
        .otherwise(simple)
    )
    limit = pl.col("received_at").dt.date() + pl.duration(days=days)
    withdrawn = pl.col("withdrawn_at").dt.date() <= pl.col("limit")
    in_time = pl.col("informed_at").dt.date() <= pl.col("limit")
    return (
        raw("complaint")
        .with_columns(limit=limit)
        .filter(quarter.holds("limit"), pl.col("limit") <= DATA_DATE)
        .filter(~withdrawn.fill_null(value=False))
        .with_columns(judged=1, in_time=in_time.fill_null(value=False), unknown=0)
    )


@cache
def upheld_and_relief(quarter: Quarter) -> pl.DataFrame:
    """Complaints closed, not withdrawn: upheld, relieved, disputed of the recorded."""
    closed = pl.coalesce("decided_at", "informed_at")
    upheld, disputed = pl.col("is_upheld"), pl.col("is_disputed")
    kind, amount = pl.col("relief_kind"), pl.col("relief_amount")
    relieved = kind.is_in(["monetary", "non_monetary"]) | (amount > 0)
    said = kind.is_not_null() | (amount > 0).fill_null(value=False)
    return (
        raw("complaint")
        .with_columns(closed=closed)
        .filter(quarter.holds("closed"), pl.col("withdrawn_at").is_null())
        .with_columns(
            upheld=upheld.fill_null(value=False),
            upheld_known=upheld.is_not_null(),
            upheld_unknown=upheld.is_null(),
            relieved=relieved.fill_null(value=False),
            relief_known=said,
            relief_unknown=~said,
            disputed=disputed.fill_null(value=False),
            disputed_known=disputed.is_not_null(),
            disputed_unknown=disputed.is_null(),
        )
    )


@cache
def collection_compliance(quarter: Quarter) -> pl.DataFrame:
    """Contacts of the quarter, by what each rule of GB/T 45251-2025 says of them.

    True keeps a rule, false breaks it, null cannot be judged; whether a rule speaks of
    a contact at all has its own column.
    """
    day = quarter.last_day
    evening, morning, most = (
        rule(f"cn_collection_conduct.{name}", day)
        for name in ("quiet_from_hour", "quiet_until_hour", "daily_calls")
    )
    target, reached = pl.col("target"), pl.col("was_effective")
    call = pl.col("channel").is_in(["voice", "ai_voice"])
    counts = call & reached & (target == "debtor")
    hour = pl.col("occurred_at").dt.hour()
    quiet = (hour >= evening) | (hour < morning)
    untimed = pl.col("occurred_at").dt.time() == time(0)
    nth = pl.col("at_most").cum_sum().over("borrower_id", "day")
    sure = pl.col("at_least").cum_sum().over("borrower_id", "day")
    third = target == "contact_person"
    rows = (
        raw("collection_contact")
        .with_columns(day=pl.col("occurred_at").dt.date(), counts=counts)
        .filter(quarter.holds("day"))
        .sort("occurred_at", "contact_id")
        .with_columns(
            at_least=pl.col("counts").fill_null(value=False).cast(pl.Int64),
            at_most=pl.col("counts").fill_null(value=True).cast(pl.Int64),
        )
        .with_columns(
            hours=pl.when(untimed)
            .then(None)
            .otherwise(~quiet | pl.col("agreed_hours")),
            is_call=pl.col("counts").fill_null(value=True),
            calls=pl.when(pl.col("counts") & (sure > most))
            .then(statement=False)
            .when(nth <= most)
            .then(statement=True),
            audience=(target == "debtor") | (third & pl.col("debtor_unreachable")),
            has_refusal=(target != "debtor").fill_null(value=True),
            refusal=~pl.col("contact_refused"),
        )
    )
    told = [
        pl.col("hours"),
        pl.col("calls") | ~pl.col("is_call"),
        pl.col("audience"),
        pl.col("refusal") | ~pl.col("has_refusal"),
    ]
    rows = rows.with_columns(conduct=pl.all_horizontal(told))
    return with_borrower(rows).with_columns(
        broken=~pl.col("conduct"),
        judged=pl.col("conduct").is_not_null(),
        unjudged=pl.col("conduct").is_null(),
        late=~pl.col("hours"),
        hours_known=pl.col("hours").is_not_null(),
        hours_unknown=pl.col("hours").is_null(),
        over=pl.col("is_call") & ~pl.col("calls"),
        call_known=pl.col("is_call") & pl.col("calls").is_not_null(),
        call_unknown=pl.col("is_call") & pl.col("calls").is_null(),
        wrong_person=~pl.col("audience"),
        person_known=pl.col("audience").is_not_null(),
        person_unknown=pl.col("audience").is_null(),
        again=pl.col("has_refusal") & ~pl.col("refusal"),
        refusal_known=pl.col("has_refusal") & pl.col("refusal").is_not_null(),
        refusal_unknown=pl.col("has_refusal") & pl.col("refusal").is_null(),
        checked=pl.col("script_passed").is_not_null(),
        unchecked=pl.col("script_passed").is_null()
        & (call & reached).fill_null(value=True),
        both=pl.col("script_passed") & pl.col("conduct"),
        both_known=pl.col("script_passed").is_not_null()
        & pl.col("conduct").is_not_null(),
    )


# Credit repair


@cache
def cure_rate(quarter: Quarter) -> pl.DataFrame:
    """Loans 1 to 90 days late a quarter ago that are current now, of those still seen.

    Repaid in between is cured; written off or restructured is not.
    """
    start, end = quarter.first_day - timedelta(days=1), quarter.last_day
    most = rule("cure_rate.most_days_past_due", end)
    late = pl.col("days_past_due").is_between(1, most)
    kept = pl.col("written_off_date").is_null() | (pl.col("written_off_date") > start)
    base = (
        raw("loan_month")
        .filter(pl.col("as_of_date") == start, pl.col("balance") > 0, late, kept)
        .select("loan_id")
    )
    later = (
        raw("loan_month")
        .filter(pl.col("as_of_date") > start, pl.col("as_of_date") <= end)
        .sort("as_of_date")
        .group_by("loan_id")
        .agg(
            pl.col("as_of_date", "balance", "days_past_due", "is_restructured").last(),
            pl.col("written_off_date").min(),
        )
    )
    loan = raw("loan").select("loan_id", "borrower_id", "product")
    lost = (pl.col("written_off_date") <= end).fill_null(value=False)
    clean = pl.col("days_past_due") == 0
    at_end = (pl.col("as_of_date") == end) & pl.col("days_past_due").is_not_null()
    ended = (pl.col("balance") == 0) & clean
    observed = (lost | at_end | ended).fill_null(value=False)
    changed = pl.col("is_restructured").fill_null(value=False)
    rows = base.join(later, on="loan_id", how="left").join(loan, on="loan_id")
    return with_borrower(rows).with_columns(
        observed=observed,
        unobserved=~observed,
        cured=(observed & clean & ~lost & ~changed).fill_null(value=False),
    )


@cache
def dispute_resolution_in_time(quarter: Quarter) -> pl.DataFrame:
    """Disputes whose 20th day falls in the quarter, and those resolved by that day."""
    days = rule("cn_credit_reporting.dispute_days", quarter.last_day)
    limit = pl.col("opened_date") + pl.duration(days=days)
    in_time = (pl.col("resolved_date") <= pl.col("limit")).fill_null(value=False)
    disputes = (
        raw("credit_repair_item")
        .filter(pl.col("kind") == "dispute")
        .with_columns(limit=limit)
        .filter(quarter.holds("limit"), pl.col("limit") <= DATA_DATE)
    )
    return with_borrower(disputes).with_columns(judged=1, in_time=in_time, unknown=0)


@cache
def one_off_repair(quarter: Quarter) -> pl.DataFrame:
    """Items of 2020 to 2025 up to 10,000 CNY, those repaid by 2026-03-31, and after.

    A customer counts once: told, lent to again, or more than 30 days late again.
    """
    end = quarter.last_day
    items = raw("credit_repair_item").filter(pl.col("kind") == "one_off_repair")
    arose = items.select(pl.col("arose_date").unique().drop_nulls())
    most = arose.with_columns(
        most=pl.col("arose_date").map_elements(
            lambda day: rule("cn_one_off_credit_repair.max_item_amount", day), pl.Int64
        )
    )
    small = pl.col("amount") <= pl.col("most")
    eligible = (small & (pl.col("arose_date") <= end)).fill_null(value=False)
    in_window = pl.col("repaid_date").map_elements(
        lambda day: rule("cn_one_off_credit_repair.repayment_window", day) == 1,
        pl.Boolean,
    )
    repaid = in_window & (pl.col("repaid_date") <= end)
    items = items.join(most, on="arose_date", how="left").with_columns(
        eligible=eligible,
        repaired=eligible & repaid.fill_null(value=False),
        unknown=pl.col("amount").is_null() | pl.col("arose_date").is_null(),
    )
    repaired = items.filter("repaired")
    first = repaired.group_by("borrower_id").agg(
        first=pl.col("repaid_date").min(),
        told=(pl.col("told_date") <= end).fill_null(value=False).any(),
    )
    lent = raw("loan").select(
        "loan_id", "borrower_id", lent_on=pl.col("disbursed_at").dt.date()
    )
    again = lent.join(first, on="borrower_id").filter(
        pl.col("lent_on") > pl.col("first"), pl.col("lent_on") <= end
    )
    late = (
        raw("loan_month")
        .join(lent, on="loan_id")
        .join(first, on="borrower_id")
        .filter(
            pl.col("as_of_date") > pl.col("first"),
            pl.col("as_of_date") <= end,
            pl.col("days_past_due") > rule("portfolio_at_risk.days_past_due", end),
        )
    )
    person = pl.col("borrower_id")
    began = raw("loan_month").select(pl.col("as_of_date").min()).item()
    after = (
        first.drop_nulls("borrower_id")
        .join(lent, on="borrower_id", how="left")
        .join(raw("loan_month"), on="loan_id", how="left")
        .with_columns(
            is_late=pl.col("days_past_due")
            > rule("portfolio_at_risk.days_past_due", end),
            counts=(pl.col("as_of_date") > pl.col("first"))
            & (pl.col("as_of_date") <= end),
        )
    )
    windows = []
    for name in ("shorter", "longer"):
        months = rule(f"repair_relapse.{name}_months", end)
        last = pl.col("first").dt.offset_by(f"{months}mo")
        inside = pl.col("counts") & (pl.col("as_of_date") <= last)
        seen = after.group_by("borrower_id").agg(
            due=(last <= end).first(),
            late=(inside & pl.col("is_late")).fill_null(value=False).any(),
            blank=(inside & pl.col("days_past_due").is_null())
            .fill_null(value=False)
            .any(),
            covered=(
                (pl.col("first") + timedelta(days=1)).dt.month_end() >= began
            ).first(),
        )
        known = pl.col("late") | (pl.col("covered") & ~pl.col("blank"))
        windows.append(
            seen.filter("due").select(
                "borrower_id",
                known.alias(f"judged_{name}"),
                (~known).alias(f"unknown_{name}"),
                pl.col("late").alias(f"late_{name}"),
            )
        )
    customers = first.drop_nulls("borrower_id").select(
        "borrower_id",
        "told",
        customer=1,
        lent_again=person.is_in(again["borrower_id"].implode()),
        late_again=person.is_in(late["borrower_id"].implode()),
    )
    amounts = items.select(
        "borrower_id",
        "eligible",
        "repaired",
        "unknown",
        repaired_amount=pl.when("repaired").then(pl.col("amount")).otherwise(0),
    )
    return with_borrower(pl.concat([amounts, customers, *windows], how="diagonal"))


@cache
def repair_coverage(quarter: Quarter) -> pl.DataFrame:
    """Customers with an eligible item of the one-off repair, and a repaired one.

    An item without a customer is one of its own.
    """
    customers = (
        one_off_repair(quarter)
        .filter(pl.col("eligible").is_not_null())
        .with_row_index()
        .with_columns(
            customer_id=pl.coalesce(
                "borrower_id", pl.format("item {}", pl.col("index"))
            )
        )
        .group_by("customer_id")
        .agg(
            pl.col("borrower_id").first(),
            covered=pl.col("repaired").any(),
            eligible=pl.col("eligible").any(),
            wholly=pl.col("eligible").any()
            & (pl.col("eligible").sum() == pl.col("repaired").sum()),
            unknown=pl.col("unknown").any() & ~pl.col("eligible").any(),
        )
    )
    return with_borrower(customers)


def _new_loans(quarter: Quarter) -> pl.DataFrame:
    return raw("loan").filter(quarter.holds("disbursed_at"))


M = Measure
HEALTHY = "healthy_consumption."
PROTECT = "consumer_protection."
REPAIR = "credit_repair."
AUDITS = (
    Audit(
        HEALTHY + "roll_rates_and_vintages",
        health.roll_rates_and_vintages,
        "area",
        (
            *(
                M(f"{name}_rolls", f"{name}_worse", f"{name}_known", f"{name}_unknown")
                for name in health.BUCKETS
            ),
            *(
                M(
                    f"late_by_{months}_months",
                    f"{name}_late",
                    f"{name}_known",
                    f"{name}_unknown",
                    open_for=timedelta(days=days),
                )
                for name, months, days in (
                    ("early", 3, 92),
                    ("middle", 6, 184),
                    ("mature", 12, 366),
                )
            ),
        ),
        split_in=Quarter("2025Q2"),
    ),
    Audit(
        HEALTHY + "roll_rate_matrix",
        health.roll_rate_matrix,
        "late_bucket",
        tuple(
            M(f"{to}{end}", f"{part}_{end}", f"{part}_known", f"{part}_unknown")
            for to, part in (("to_", "balance"), ("loans_to_", "loans"))
            for end in (*health.BUCKETS, "worst", "repaid", "written_off")
        ),
    ),
    Audit(
        HEALTHY + "persistent_debt",
        health.revolving_accounts,
        "area",
        (M("share", "yes", "judged", "unjudged"),),
    ),
    Audit(
        HEALTHY + "minimum_payment_only",
        health.revolving_accounts,
        "area",
        (M("share", "yes", "judged", "unjudged"),),
    ),
    Audit(
        HEALTHY + "high_utilisation",
        health.high_utilisation,
        "area",
        (M("share", "high", "known", "unknown"),),
    ),
    Audit(
        HEALTHY + "loan_to_repay_loan",
        health.loan_to_repay_loan,
        "area",
        (
            M("share", "refinancing", "known", "unknown"),
            M(
                "principal_share",
                "refinanced_principal",
                "known_principal",
                "unknown_principal",
            ),
        ),
    ),
    Audit(
        HEALTHY + "scenario_verified_share",
        health.scenario_verified_share,
        "area",
        (M("share", "backed", "known", "unknown"),),
    ),
    Audit(
        HEALTHY + "cooling_off_cancellations",
        health.cooling_off_cancellations,
        "area",
        (
            M(
                "share",
                "cancelled",
                "known",
                "unknown",
                open_for=timedelta(days=14),
            ),
        ),
        split_in=Quarter("2026Q2"),
    ),
    Audit(
        HEALTHY + "education_reach",
        health.education_reach,
        "area",
        (
            M("participants", "reached"),
            M("gain", "gained", "before"),
            M("tested_again_share", "paired", "tested", "unscored"),
        ),
    ),
    Audit(
        HEALTHY + "emergency_buffer",
        health.emergency_buffer,
        "area",
        (M("share", "buffered", "answered", "blank"),),
    ),
    Audit(
        HEALTHY + "financial_wellbeing",
        health.financial_wellbeing,
        "area",
        (
            M("mean_score", "score_weight", "scored"),
            M("below_40_share", "low", "scored", "unscored"),
            M("below_50_share", "middling", "scored", "unscored"),
        ),
    ),
    Audit(
        HEALTHY + "bill_management_users",
        bill_management_users,
        "area",
        (M("users", "user"), M("reminder_share", "subscribed", "user")),
    ),
    Audit(
        HEALTHY + "flexible_repayment",
        flexible_repayment,
        "area",
        (
            M(
                "current_after_90_days",
                "current",
                "observed",
                "unobserved",
                open_for=timedelta(days=92),
            ),
            M("granted_share", "granted_case", "decided", "undecided"),
            M("granted_cases", "granted_case"),
        ),
        split_in=Quarter("2026Q2"),
    ),
    Audit(
        HEALTHY + "interest_free_spending_share",
        interest_free_spending_share,
        "area",
        (M("share", "free_amount", "known_amount", "unknown_amount"),),
    ),
    Audit(
        HEALTHY + "late_night_share",
        late_night_share,
        "area",
        (M("share", "late", "timed", "untimed"),),
    ),
    Audit(
        HEALTHY + "on_time_payment_rate",
        on_time_payment_rate,
        "area",
        (M("share", "on_time", "due", "unknown"),),
    ),
    Audit(
        HEALTHY + "on_time_gap",
        on_time_gap,
        "area",
        (
            M("users_share", "user_on_time", "user_due", "unassigned"),
            M("others_share", "other_on_time", "other_due", "unassigned"),
            M(
                "gap",
                "user_on_time",
                "user_due",
                less=("other_on_time", "other_due"),
            ),
        ),
    ),
    Audit(
        HEALTHY + "par30",
        par30,
        "area",
        (M("share", "at_risk", "known", "unknown"), M("outstanding", "balance")),
    ),
    Audit(
        HEALTHY + "positive_behaviour",
        positive_behaviour,
        "area",
        (
            M("participants", "participant"),
            M("raise_approval_share", "approved", "decided", "undecided"),
            M("mean_raise", "raised", "sized"),
            M(
                "participants_par30",
                "member_at_risk",
                "member_known",
                "member_unknown",
            ),
            M("all_par30", "at_risk", "known", "unknown"),
        ),
    ),
    Audit(
        HEALTHY + "self_set_limits",
        self_set_limits,
        "area",
        (
            M("share", "setter", "active", "unknown"),
            M("kept_share", "kept", "judged", "unjudged"),
        ),
    ),
    Audit(
        HEALTHY + "weighted_apr",
        weighted_apr,
        "area",
        (
            M("weighted_rate", "principal_times_rate", "rated"),
            M("above_limit_share", "above", "judged", "unjudged"),
        ),
    ),
    Audit(
        HEALTHY + "zero_interest_customers",
        zero_interest_customers,
        "area",
        (M("share", "zero", "known", "unknown"), M("zero_interest_customers", "zero")),
    ),
    Audit(
        PROTECT + "ai_beside_human",
        ai_beside_human,
        "served_by",
        (
            M("resolution_rate", "resolved", "asked", "unasked"),
            M("median_response", "first_response_s", quantile=0.5),
            M("p90_response", "first_response_s", quantile=0.9),
            M("satisfied_share", "satisfied", "answered", "unanswered"),
            M("response_rate", "answered", "session", "none"),
        ),
    ),
    Audit(
        PROTECT + "bot_containment_and_handoff",
        bot_containment_and_handoff,
        "area",
        (
            M("contained_share", "contained", "judged", "unjudged"),
            M("connected_share", "connected", "requested", "unknown"),
        ),
    ),
    Audit(
        PROTECT + "collection_complaint_share",
        complaints,
        "source",
        (M("share", "collection", "topic_known", "topic_unknown"),),
    ),
    Audit(
        PROTECT + "complaints_received",
        complaints,
        "topic",
        (M("received", "received"),),
    ),
    Audit(
        PROTECT + "cost_disclosure",
        cost_disclosure,
        "area",
        (
            M("share", "acknowledged", "contract", "unknown"),
            M("cost_disclosed_share", "disclosed", "contract", "unknown"),
        ),
    ),
    Audit(
        PROTECT + "all_in_cost",
        all_in_cost,
        "area",
        (M("complete_sheet_share", "complete", "counted", "uncounted"),),
    ),
    Audit(
        PROTECT + "data_breaches",
        data_breaches,
        None,
        (
            M("breaches", "data_breaches"),
            M("personal_breaches", "data_breaches_personal"),
            M("customers_affected", "data_breach_customers"),
        ),
    ),
    Audit(
        PROTECT + "fraud_identification",
        fraud_identification,
        "fraud_type",
        (
            M("precision", "true_positive", "flagged_known", "flagged_unknown"),
            M("recall", "recalled", "recallable", "unrecallable"),
            M("prevalence", "fraud", "seen_events", "unseen_events"),
            M("accuracy", "right", "seen_events", "unseen_events"),
            M("true_positives", "true_positive"),
            M("false_positives", "false_positive"),
            M("false_negatives", "false_negative"),
            M("true_negatives", "true_negative"),
            M("uninspected_events", "uninspected"),
        ),
    ),
    Audit(
        PROTECT + "repeat_and_escalated",
        repeat_and_escalated,
        "topic",
        (
            M("repeat_share", "repeated", "repeat_known", "repeat_unknown"),
            M("escalated_share", "escalated", "source_known", "source_unknown"),
        ),
    ),
    Audit(
        PROTECT + "timely_resolution_rate",
        timely_resolution_rate,
        "topic",
        (M("share", "in_time", "judged", "unknown"),),
    ),
    Audit(
        PROTECT + "upheld_and_relief",
        upheld_and_relief,
        "topic",
        (
            M("upheld_share", "upheld", "upheld_known", "upheld_unknown"),
            M("relief_share", "relieved", "relief_known", "relief_unknown"),
            M("disputed_share", "disputed", "disputed_known", "disputed_unknown"),
        ),
    ),
    Audit(
        PROTECT + "collection_compliance",
        collection_compliance,
        "area",
        (
            M("share", "conduct", "judged", "unjudged"),
            M("hours_breached", "late", "hours_known", "hours_unknown"),
            M("calls_breached", "over", "call_known", "call_unknown"),
            M(
                "third_persons_breached",
                "wrong_person",
                "person_known",
                "person_unknown",
            ),
            M("refusals_breached", "again", "refusal_known", "refusal_unknown"),
            M("script_passed", "script_passed", "checked", "unchecked"),
            M("all_kept", "both", "both_known"),
            M("breaches", "broken"),
        ),
    ),
    Audit(
        REPAIR + "cure_rate",
        cure_rate,
        "area",
        (M("share", "cured", "observed", "unobserved"),),
    ),
    Audit(
        REPAIR + "dispute_resolution_in_time",
        dispute_resolution_in_time,
        "area",
        (M("share", "in_time", "judged", "unknown"),),
    ),
    Audit(
        REPAIR + "one_off_repair",
        one_off_repair,
        "area",
        (
            M("eligible_items", "eligible"),
            M("repaired_items", "repaired"),
            M("coverage", "repaired", "eligible", "unknown"),
            M("repaired_amount", "repaired_amount"),
            M("repaired_customers", "customer"),
            M("told_customers", "told"),
            M("customers_with_new_credit", "lent_again"),
            M("relapsed_customers", "late_again"),
            M(
                "relapsed_within_6_months",
                "late_shorter",
                "judged_shorter",
                "unknown_shorter",
            ),
            M(
                "relapsed_within_12_months",
                "late_longer",
                "judged_longer",
                "unknown_longer",
            ),
        ),
    ),
    Audit(
        REPAIR + "repair_coverage",
        repair_coverage,
        "area",
        (
            M("share", "covered", "eligible", "unknown"),
            M("wholly_covered", "wholly", "eligible"),
        ),
    ),
)


def _cells() -> Iterator[Cell]:
    for audit in AUDITS:
        for measure in audit.measures:
            for quarter in PERIODS:
                yield Cell(audit, measure, quarter, WHOLE, WHOLE)
            for segment in SEGMENTS.get(audit.dimension or "", ()):
                yield Cell(
                    audit, measure, audit.split_in, audit.dimension or "", segment
                )


def _count(cell: Cell) -> Number:
    """What the sample's files say about a cell."""
    if cell.quarter.last_day + cell.measure.open_for > DATA_DATE:
        return Number()
    rows = cell.audit.rows(cell.quarter)
    if cell.dimension != WHOLE:
        segment = pl.col(cell.dimension).fill_null("unknown")
        rows = rows.filter(segment == cell.segment)
    return _measure(rows, cell.measure)


def _measure(rows: pl.DataFrame, measure: Measure) -> Number:
    if measure.quantile is not None:
        found = rows[measure.numerator].quantile(measure.quantile, "linear")
        return Number(None if found is None else float(found))
    top = _total(rows, measure.numerator)
    if measure.denominator is None:
        return Number(top, top)
    whole = _total(rows, measure.denominator)
    if top is None or not whole:
        return Number()
    if measure.less:
        other, others = (_total(rows, name) or 0 for name in measure.less)
        return Number(100 * (top / whole - other / others)) if others else Number()
    share = None
    if measure.unknown:
        unknown = _total(rows, measure.unknown) or 0
        share = unknown / (unknown + whole)
    return Number(top / whole, top, whole, share)


def _total(rows: pl.DataFrame, column: str) -> float | None:
    known = rows[column].drop_nulls()
    return None if known.is_empty() else float(known.sum())


CELLS = tuple(_cells())


@pytest.fixture(scope="module")
def computed(run: RunResult) -> dict[str, Number]:
    frame = pl.concat([result.frame for result in run.results])
    return {
        "{indicator}.{measure}-{period}-{dimension}-{segment}".format(**row): Number(
            row["value"],
            *(
                None if row[name] is None else float(row[name])
                for name in ("numerator", "denominator", "missing_share")
            ),
        )
        for row in frame.iter_rows(named=True)
    }


@pytest.mark.parametrize("cell", CELLS, ids=[cell.name for cell in CELLS])
def test_a_second_count_from_the_files_gives_the_same_number(
    cell: Cell, computed: dict[str, Number]
) -> None:
    expected = _count(cell)

    place = f"{cell.quarter.name}-{cell.dimension}-{cell.segment}"
    found = computed.get(
        f"{cell.audit.indicator}.{cell.measure.name}-{place}", Number()
    )

    if expected.value is None:
        assert found.value is None
        return
    assert found.value == pytest.approx(expected.value, rel=1e-9, abs=1e-12)
    for name in ("numerator", "denominator", "unknown_share"):
        wanted = getattr(expected, name)
        if wanted is not None:
            # The frame keeps four decimals of a sum.
            near = pytest.approx(wanted, rel=1e-9, abs=5e-5)
            assert getattr(found, name) == near, name


def test_every_indicator_of_the_three_pillars_is_counted_again() -> None:
    files = {
        f"{path.parent.name}.{path.stem}"
        for pillar in (HEALTHY, PROTECT, REPAIR)
        for path in (ROOT / "queries" / "indicators" / pillar[:-1]).glob("*.sql")
    }

    elsewhere = {name for name in ACCESS if name.startswith(HEALTHY)} | {
        name
        for name in test_audit_protection.AUDITS
        if name.startswith((PROTECT, REPAIR))
    }
    # In test_audit_vintage_curve and test_composite.
    elsewhere |= {HEALTHY + "vintage_curve", HEALTHY + "composite_index"}
    assert {audit.indicator for audit in AUDITS} | elsewhere == files


def test_the_second_count_knows_every_segment() -> None:
    unnamed = {
        (audit.indicator, segment)
        for audit in AUDITS
        if audit.dimension
        for segment in audit.rows(audit.split_in)[audit.dimension].unique()
        if (segment or "unknown") not in SEGMENTS[audit.dimension]
    }

    assert unnamed == set()
