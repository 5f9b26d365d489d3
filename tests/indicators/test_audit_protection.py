"""A second count of conduct, repair and stated figures, from the sample's files alone.

Each function below says what an indicator's definition says and counts it with Polars.
It returns, for each measure, the rows behind it: what a row adds to the numerator, to
the denominator and to what nobody knows. None of it was taken from the queries.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest
from indicators.raw_sample import (
    DATA_DATE,
    NOTHING,
    ROOT,
    Quarter,
    Tally,
    count,
    raw,
    rule,
    share,
    tally,
    total,
    weighted_share,
    with_borrower,
)

from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from esg.workspace import Workspace

Measures = dict[str, pl.DataFrame]
Cell = tuple[str, ...]

YES = pl.lit(value=True)
NO = pl.lit(value=False)
WEEKEND = (5, 6)


def ratio(frame: pl.DataFrame, over: pl.Expr, under: pl.Expr) -> pl.DataFrame:
    """What each row adds to two sums; where one is not there it adds nothing."""
    return frame.with_columns(
        numerator=over.fill_null(0),
        denominator=under.fill_null(0),
        missing=pl.lit(None, dtype=pl.Int64),
    )


def known(yes: pl.Expr) -> pl.Expr:
    return yes.fill_null(value=False)


# ---- Stated figures


def stated(quarter: Quarter, metric: str) -> pl.DataFrame:
    return raw("esg_fact").filter(
        pl.col("metric") == metric, pl.col("period") == quarter.name
    )


def alone(quarter: Quarter, **metrics: str) -> Measures:
    """Figures that stand as they were stated."""
    return {
        name: total(stated(quarter, metric), pl.col("value"))
        for name, metric in metrics.items()
    }


def over(quarter: Quarter, above: str, below: str) -> pl.DataFrame:
    """One stated figure divided by another of the same quarter."""
    parts = pl.concat([stated(quarter, above), stated(quarter, below)])
    return ratio(
        parts,
        pl.when(pl.col("metric") == above).then(pl.col("value")),
        pl.when(pl.col("metric") == below).then(pl.col("value")),
    )


def quotient(quarter: Quarter, above: str, below: str) -> pl.DataFrame:
    """The same as a number of its own."""
    sums = over(quarter, above, below).sum()
    below_sum = pl.when(pl.col("denominator") > 0).then(pl.col("denominator"))
    return total(
        sums.with_columns(v=pl.col("numerator") / below_sum).drop_nulls("v"),
        pl.col("v"),
    )


def marketing_noncompliance(quarter: Quarter) -> Measures:
    """As stated: in all, fined, warned, against a voluntary code."""
    return alone(
        quarter,
        incidents="marketing_incidents",
        fined="marketing_incidents_fine",
        warned="marketing_incidents_warning",
        against_code="marketing_incidents_code",
    )


def legal_losses(quarter: Quarter) -> Measures:
    """As stated: in all, on privacy, on selling."""
    return alone(
        quarter,
        total="legal_losses_cny",
        privacy="legal_losses_privacy_cny",
        selling="legal_losses_selling_cny",
    )


def sales_linked_pay(quarter: Quarter) -> Measures:
    """Pay linked to sales over all pay of the covered staff."""
    return {"share": quotient(quarter, "sales_linked_pay_cny", "covered_staff_pay_cny")}


def self_assessment(quarter: Quarter) -> Measures:
    """Points of seven elements, in all and as a share of what each counts."""
    name = "self_assessment_{}_{}".format
    elements = (
        *("governance", "suitability", "marketing", "disputes"),
        *("education", "service", "privacy"),
    )
    points = raw("esg_fact").filter(
        pl.col("metric").str.starts_with("self_assessment_points_"),
        pl.col("period") == quarter.name,
    )
    return {
        "score": total(points, pl.col("value")),
        "elements_out_of_order": total(points, pl.lit(0)),
    } | {
        element: quotient(quarter, name("points", element), name("weight", element))
        for element in elements
    }


def energy_consumption(quarter: Quarter) -> Measures:
    """Megawatt-hours, the renewable ones, and those for each employee."""
    return alone(
        quarter, energy="energy_mwh", renewable_electricity="green_electricity_mwh"
    ) | {"energy_per_employee": over(quarter, "energy_mwh", "headcount")}


def integrity_incidents(quarter: Quarter) -> Measures:
    """As stated: corruption, significant non-compliance, fines."""
    return alone(
        quarter,
        corruption="corruption_incidents",
        noncompliance="noncompliance_incidents",
        fines="noncompliance_fines_cny",
    )


def model_register(quarter: Quarter) -> Measures:
    """Models in use, tested for fairness, open to a person's review."""
    return {
        "fairness_tested": over(quarter, "models_fairness_tested", "models_in_use"),
        "human_review": over(quarter, "models_human_review", "models_in_use"),
    } | alone(quarter, models="models_in_use")


# ---- Complaints


def received(quarter: Quarter) -> pl.DataFrame:
    rows = raw("complaint").filter(quarter.holds("received_at"))
    own = pl.col("province_code")
    return with_borrower(rows).with_columns(province=own)


def closed(quarter: Quarter) -> pl.DataFrame:
    """Complaints decided, else answered, in the quarter and never withdrawn."""
    rows = raw("complaint").with_columns(
        closed=pl.coalesce("decided_at", "informed_at").dt.date()
    )
    kept = rows.filter(quarter.holds("closed"), pl.col("withdrawn_at").is_null())
    return with_borrower(kept)


def complaints_per_1000_accounts(quarter: Quarter) -> Measures:
    """Complaints times 1,000 over the mean of the month ends' active accounts."""
    months = raw("loan_month").filter(quarter.holds("as_of_date"))
    lost = known(pl.col("written_off_date") <= pl.col("as_of_date"))
    active = months.filter(pl.col("balance") > 0, ~lost)
    loan = raw("loan").select("loan_id", "borrower_id", "product")
    accounts = with_borrower(active.join(loan, on="loan_id"))
    ends = months["as_of_date"].n_unique()
    rows = pl.concat(
        [
            received(quarter).select("area", "product", over=1000, under=0),
            accounts.select("area", "product", over=0, under=1),
        ],
        how="vertical_relaxed",
    )
    return {"rate": ratio(rows, pl.col("over"), pl.col("under") / ends)}


def closed_in_working_days(quarter: Quarter) -> Measures:
    """Closed by the third day on which people work after the day of receipt.

    Holidays and make-up days stand below a second time, and so does the walk from day
    to day.
    """
    rows = closed(quarter).with_columns(day=pl.col("received_at").dt.date())
    most = rule("complaint_quick_close.working_days", quarter.last_day)
    limits = {day: third_working_day(day, most) for day in rows["day"].unique()}
    limit = pl.col("day").replace_strict(limits, return_dtype=pl.Date)
    return {"share": share(rows, pl.col("closed") <= limit)}


def third_working_day(day: date, most: int) -> date:
    while most:
        day += timedelta(days=1)
        most -= works(day)
    return day


HOLIDAYS = {
    # The State Council's holidays of 2024 to 2026: first and last day.
    ("2024-01-01", "2024-01-01"), ("2024-02-10", "2024-02-17"),
    ("2024-04-04", "2024-04-06"), ("2024-05-01", "2024-05-05"),
    ("2024-06-10", "2024-06-10"), ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"), ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"), ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"),
}  # fmt: skip
MADE_UP = {
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11",
    "2024-09-14", "2024-09-29", "2024-10-12", "2025-01-26", "2025-02-08",
    "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14",
    "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
}  # fmt: skip


def works(day: date) -> bool:
    text = day.isoformat()
    if text in MADE_UP:
        return True
    is_holiday = any(first <= text <= last for first, last in HOLIDAYS)
    return not is_holiday and day.weekday() not in WEEKEND


def redress_paid(quarter: Quarter) -> Measures:
    """Money of complaints closed: the sum, the mean of those paid, the unknown."""
    rows = closed(quarter)
    paid = known(pl.col("relief_amount") > 0)
    money = pl.when(paid).then(pl.col("relief_amount")).otherwise(0)
    kind = pl.col("relief_kind")
    blank = pl.col("relief_amount").is_null() & (kind.is_null() | (kind == "monetary"))
    return {
        "amount": total(rows, money),
        "mean": ratio(rows, money, paid.cast(pl.Int64)),
        "unknown_relief": count(rows, blank),
    }


def complaints_by_customers_and_outlets(quarter: Quarter) -> Measures:
    """Forwarded and own complaints over the country's customers and outlets."""
    rows, year = received(quarter), quarter.last_day.year
    facts = raw("area_fact").filter(pl.col("area_code") == "CN", pl.col("year") == year)
    base = dict(facts.select("metric", "value").iter_rows())
    measures = {}
    for name, source in (("forwarded", "regulator_forwarded"), ("own", "own")):
        yes = rows.filter(pl.col("source") == source).height
        for end, metric, times in (
            ("per_10m", "personal_customers", 10**7),
            ("per_1000_outlets", "outlets", 1000),
        ):
            one = pl.DataFrame({"over": [yes * times], "under": [base[metric]]})
            measures[f"{name}_{end}"] = ratio(one, pl.col("over"), pl.col("under"))
    return measures | {"source_unknown": count(rows, pl.col("source").is_null())}


# ---- Fraud


def found_fraud(quarter: Quarter) -> pl.DataFrame:
    return raw("fraud_alert").filter(
        quarter.holds("occurred_at"), pl.col("inspected"), pl.col("is_fraud")
    )


def fraud_loss_rate(quarter: Quarter) -> Measures:
    """Loss less what was recovered, over what was disbursed, in basis points."""
    fraud = found_fraud(quarter)
    lost = pl.col("loss") - pl.col("recovered_amount").fill_null(0)
    principal = raw("loan").filter(quarter.holds("disbursed_at"))["principal"].sum()
    one = pl.DataFrame(
        {"over": [fraud.select(lost.sum()).item()], "under": [principal]}
    )
    there = pl.col("is_card_present")
    return {
        "rate": ratio(one, 10000 * pl.col("over"), pl.col("under")),
        "net_loss": total(fraud, lost),
        "card_not_present_loss": total(fraud, pl.when(~there).then(pl.col("loss"))),
        "card_present_loss": total(fraud, pl.when(there).then(pl.col("loss"))),
        "unknown_losses": count(fraud, pl.col("loss").is_null()),
    }


def fraud_detection(quarter: Quarter) -> Measures:
    """Recall, precision, false alarms and prevalence, all types of fraud together."""
    drawn = known(pl.col("inspection_reason") == "random")
    found = known(pl.col("inspected")) & pl.col("is_fraud").is_not_null()
    plain = pl.col("inspection_weight")
    weight = pl.when(drawn).then(plain).otherwise(plain.fill_null(1))
    fraud, flagged = known(pl.col("is_fraud")), pl.col("flagged")
    draw = drawn & ~flagged & (pl.col("weight") > 0)
    rows = (
        raw("fraud_alert")
        .filter(quarter.holds("occurred_at"))
        .with_columns(weight=pl.when(found).then(weight).fill_null(0))
        .with_columns(
            seen=draw.any().over("fraud_type"),
            recallable=(draw & fraud).any().over("fraud_type"),
        )
    )
    w, judged = pl.col("weight"), pl.col("weight") > 0

    def weigh(event: pl.Expr) -> pl.Expr:
        return pl.when(event).then(w).otherwise(0)

    def parts(over: pl.Expr, under: pl.Expr, unknown: pl.Expr) -> pl.DataFrame:
        return rows.with_columns(
            numerator=weigh(over), denominator=weigh(under), missing=unknown
        )

    recallable, seen = pl.col("recallable"), pl.col("seen")
    one = pl.lit(1)
    unseen = (~seen) | (flagged & ~judged)
    return {
        "recall": parts(
            recallable & fraud & flagged, recallable & fraud, weigh(~recallable & fraud)
        ),
        "precision": parts(
            flagged & fraud, flagged, (flagged & ~judged).cast(pl.Int64)
        ),
        "false_positive_ratio": ratio(
            rows, weigh(flagged & ~fraud), weigh(flagged & fraud)
        ),
        "prevalence": parts(seen & fraud, seen, pl.when(unseen).then(one).otherwise(0)),
    }


def fraud_value_stopped(quarter: Quarter) -> Measures:
    """Amount blocked, of what was blocked or lost; the sample records every loss."""
    fraud = found_fraud(quarter)
    assert fraud["loss"].null_count() == 0
    lost = pl.col("loss")
    stopped = pl.when(pl.col("blocked")).then(pl.col("amount") - lost).otherwise(0)
    return {
        "share": fraud.with_columns(
            numerator=stopped, denominator=stopped + lost, missing=pl.lit(0)
        ),
        "stopped": total(fraud, stopped),
    }


# ---- Service and surveys


def first_contact_resolution(quarter: Quarter) -> Measures:
    """Resolved sessions without another of the same person and topic in 7 days."""
    days = rule("service_repeat.days", quarter.last_day)
    every = raw("service_contact")
    assert every["topic"].null_count() == 0
    later = every.select("borrower_id", "topic", again="started_at", other="contact_id")
    gap = pl.col("again") - pl.col("started_at")
    back = (
        every.join(later, on=["borrower_id", "topic"])
        .filter(pl.col("contact_id") != pl.col("other"))
        .filter(gap >= timedelta(0), gap <= timedelta(days=days))["contact_id"]
    )
    end = datetime.combine(DATA_DATE + timedelta(days=1), time(0))
    over = pl.col("started_at") + timedelta(days=days) <= end
    rows = every.filter(
        quarter.holds("started_at"), pl.col("was_resolved").fill_null(value=True)
    )
    judged = pl.col("was_resolved") & over & pl.col("borrower_id").is_not_null()
    settled = ~pl.col("contact_id").is_in(back.implode())
    return {"share": share(with_borrower(rows), pl.when(known(judged)).then(settled))}


def customer_satisfaction(quarter: Quarter) -> Measures:
    """Answers of 4 and 5 of 5; promoters less detractors; each with its weight."""
    answers = raw("survey_answer").filter(quarter.holds("answered_date"))
    csat = with_borrower(answers.filter(pl.col("instrument") == "csat"))
    nps = with_borrower(answers.filter(pl.col("instrument") == "nps"))
    score = pl.col("answers").cast(pl.Int64)
    side = (score >= 9).cast(pl.Int64) - (score <= 6).cast(pl.Int64)
    weight = pl.col("weight")
    return {
        "satisfied_share": weighted_share(csat, score.is_in([4, 5]), weight),
        "net_promoter_score": ratio(nps, 100 * side * weight, weight).with_columns(
            missing=pl.lit(0)
        ),
    }


# ---- Loans and customers


def addon_fees(quarter: Quarter) -> Measures:
    """Fees of loans with an add-on, and how many have one."""
    loans = with_borrower(raw("loan").filter(quarter.holds("disbursed_at")))
    sold = pl.col("fees_addon") > 0
    fees = pl.when(sold).then(pl.col("fees_addon")).otherwise(0)
    return {
        "mean": ratio(loans, fees, sold.cast(pl.Int64)),
        "share_with_addon": share(loans, sold),
        "amount": total(loans, fees),
    }


def secondary_data_use(quarter: Quarter) -> Measures:
    """Customers whose data is used again, with and without consent, as of today."""
    if not quarter.first_day <= DATA_DATE <= quarter.last_day:
        empty = share(raw("borrower").clear(), YES)
        return dict.fromkeys(
            ("opted_in_share", "used_share", "used", "used_without_consent"), empty
        )
    customers = raw("borrower").filter(
        (pl.col("first_seen_date") <= quarter.last_day).fill_null(value=True)
    )
    used, agreed = pl.col("data_used_secondarily"), pl.col("consents_secondary_use")
    return {
        "opted_in_share": share(customers.filter(used), agreed),
        "used_share": share(customers, used),
        "used": count(customers, used),
        "used_without_consent": count(customers, used & ~agreed),
    }


def rural_and_social(quarter: Quarter) -> Measures:
    """Principal to county and rural customers; education in acts and in persons."""
    loans = with_borrower(raw("loan").filter(quarter.holds("disbursed_at")))
    rural = pl.col("area").is_in(["county", "rural"])
    amount = pl.col("principal").fill_null(0)
    acts = with_borrower(
        raw("engagement").filter(
            pl.col("tool") == "education", quarter.holds("occurred_at")
        )
    )
    return {
        "amount": total(loans, pl.when(rural).then(amount)),
        "share": weighted_share(loans, rural, amount),
        "education_acts": count(acts, YES),
        "education_persons": count(acts.unique("borrower_id"), YES),
    }


# ---- Credit repair


def items(kind: str) -> pl.DataFrame:
    return raw("credit_repair_item").filter(pl.col("kind") == kind)


def disputes_received(quarter: Quarter) -> Measures:
    """Disputes by the day of receipt, and those resolved that have none."""
    ours = items("dispute").filter(
        quarter.holds("opened_date") | quarter.holds("resolved_date")
    )
    rows = with_borrower(ours)
    opened = pl.col("opened_date")
    return {
        "received": count(rows, known(quarter.holds("opened_date"))),
        "undated": count(rows, opened.is_null() & quarter.holds("resolved_date")),
    }


def dispute_correction_rate(quarter: Quarter) -> Measures:
    """Corrected, of those that were corrected or confirmed."""
    rows = with_borrower(items("dispute").filter(quarter.holds("resolved_date")))
    outcome = pl.col("outcome")
    corrected = (
        pl.when(outcome == "corrected").then(YES).when(outcome == "confirmed").then(NO)
    )
    return {"share": share(rows, corrected)}


def relapse_after_repair(quarter: Quarter) -> Measures:
    """Customers whose months after the first repayment end, and who was late in them.

    Only from the quarter of the announcement on.
    """
    end = quarter.last_day
    repaired = (
        items("one_off_repair")
        .filter(
            pl.col("arose_date").is_between(date(2020, 1, 1), date(2025, 12, 31)),
            pl.col("amount") <= 10000,
            pl.col("repaid_date") <= min(end, date(2026, 3, 31)),
        )
        .group_by("borrower_id")
        .agg(first=pl.col("repaid_date").min())
        .drop_nulls("borrower_id")
    )
    if end < date(2025, 12, 22):
        repaired = repaired.clear()
    months = raw("loan_month").join(
        raw("loan").select("loan_id", "borrower_id"), on="loan_id"
    )
    began = months["as_of_date"].min()
    measures = {}
    for name, length in (("within_6_months", 6), ("within_12_months", 12)):
        due = repaired.with_columns(
            last=pl.col("first").dt.offset_by(f"{length}mo")
        ).filter(quarter.holds("last"))
        inside = due.join(months, on="borrower_id").filter(
            pl.col("as_of_date") > pl.col("first"),
            pl.col("as_of_date") <= pl.col("last"),
        )
        late_days = rule("portfolio_at_risk.days_past_due", end)
        late = inside.filter(pl.col("days_past_due") > late_days)["borrower_id"]
        blank = inside.filter(pl.col("days_past_due").is_null())["borrower_id"]
        person = pl.col("borrower_id")
        covered = (pl.col("first") + timedelta(days=1)).dt.month_end() >= began
        relapsed = (
            pl.when(person.is_in(late.implode()))
            .then(YES)
            .when(covered & ~person.is_in(blank.implode()))
            .then(NO)
        )
        # A period with any repaired customer says none of them, rather than nothing.
        rows = with_borrower(repaired.select("borrower_id")).with_columns(
            counted=person.is_in(due["borrower_id"].implode())
        )
        known_due = with_borrower(due)
        measures[name] = share(known_due, relapsed)
        if length == 6:
            measures["customers_followed"] = count(rows, pl.col("counted"))
    return measures


def hardship_success(quarter: Quarter) -> Measures:
    """Granted cases six month ends later: current, of those of which it is known."""
    later = rule("hardship.months_after", quarter.last_day)
    rows = (
        items("hardship")
        .with_columns(day=pl.coalesce("resolved_date", "opened_date"))
        .with_columns(
            seen_on=pl.col("day")
            .dt.month_end()
            .dt.offset_by(f"{later}mo")
            .dt.month_end()
        )
        .filter(quarter.holds("seen_on"), pl.col("seen_on") <= DATA_DATE)
    )
    last = (
        rows.select("item_id", "loan_id", "seen_on", "day")
        .join(raw("loan_month"), on="loan_id")
        .filter(
            pl.col("as_of_date") <= pl.col("seen_on"),
            pl.col("as_of_date") > pl.col("day"),
        )
        .sort("as_of_date")
        .group_by("item_id")
        .agg(
            pl.col("as_of_date", "balance", "days_past_due").last(),
            pl.col("written_off_date").min(),
        )
    )
    clean = pl.col("days_past_due") == 0
    seen = (pl.col("as_of_date") == pl.col("seen_on")) | (pl.col("balance") <= 0)
    current = (
        pl.when(pl.col("written_off_date") <= pl.col("seen_on"))
        .then(NO)
        .when(seen)
        .then(clean)
    )
    outcome = pl.col("outcome")
    granted = outcome == "granted"
    decided = pl.when(granted).then(YES).when(outcome == "declined").then(NO)
    cases = with_borrower(rows.join(last, on="item_id", how="left"))
    return {
        "current_after_6_months": share(cases.filter(granted), current),
        "granted_share": share(cases, decided),
        "granted_cases": count(cases, known(granted)),
    }


def notice_before_reporting(quarter: Quarter) -> Measures:
    """Items reported, and those whose person was told by then."""
    rows = raw("credit_repair_item").filter(quarter.holds("reported_date"))
    told = known(pl.col("report_notice_date") <= pl.col("reported_date"))
    return {"share": share(with_borrower(rows), told)}


# ---- The comparison


class Audit(NamedTuple):
    recount: Callable[[Quarter], Measures]
    dimension: str | None = None


PROTECTION, REPAIR, ESG = "consumer_protection.", "credit_repair.", "esg."
AREA = "area"

AUDITS = {
    PROTECTION + "addon_fees": Audit(addon_fees, AREA),
    PROTECTION + "closed_in_working_days": Audit(closed_in_working_days, AREA),
    PROTECTION + "complaints_by_customers_and_outlets": Audit(
        complaints_by_customers_and_outlets
    ),
    PROTECTION + "complaints_per_1000_accounts": Audit(
        complaints_per_1000_accounts, AREA
    ),
    PROTECTION + "customer_satisfaction": Audit(customer_satisfaction, AREA),
    PROTECTION + "first_contact_resolution": Audit(first_contact_resolution, AREA),
    PROTECTION + "fraud_detection": Audit(fraud_detection),
    PROTECTION + "fraud_loss_rate": Audit(fraud_loss_rate),
    PROTECTION + "fraud_value_stopped": Audit(fraud_value_stopped, "fraud_type"),
    PROTECTION + "legal_losses": Audit(legal_losses),
    PROTECTION + "marketing_noncompliance": Audit(marketing_noncompliance),
    PROTECTION + "redress_paid": Audit(redress_paid, AREA),
    PROTECTION + "sales_linked_pay": Audit(sales_linked_pay),
    PROTECTION + "secondary_data_use": Audit(secondary_data_use, AREA),
    PROTECTION + "self_assessment": Audit(self_assessment),
    REPAIR + "dispute_correction_rate": Audit(dispute_correction_rate, AREA),
    REPAIR + "disputes_received": Audit(disputes_received, AREA),
    REPAIR + "hardship_success": Audit(hardship_success, AREA),
    REPAIR + "notice_before_reporting": Audit(notice_before_reporting, AREA),
    REPAIR + "relapse_after_repair": Audit(relapse_after_repair, AREA),
    ESG + "energy_consumption": Audit(energy_consumption),
    ESG + "integrity_incidents": Audit(integrity_incidents),
    ESG + "model_register": Audit(model_register),
    ESG + "rural_and_social": Audit(rural_and_social, "gender"),
}
"""Counted again here; the other audits leave these out."""

NO_VEHICLES = {
    ESG + "financed_emissions_quality",
    ESG + "financed_emissions_vehicles",
}
"""The sample is a consumer finance company, which may not lend for cars: no vehicle
stands in its files. Their cases hold the sums."""

# Reports to the credit bureau end with 2025, and cohorts of repair begin with 2026.
PERIODS = ("2024Q4", "2025Q4", "2026Q3")


def _segments(rows: pl.DataFrame, dimension: str) -> Iterable[str]:
    return (
        []
        if dimension not in rows.columns
        else (rows[dimension].fill_null("unknown").unique().sort().to_list())
    )


@pytest.fixture(scope="module")
def said(lender: Workspace) -> dict[Cell, Tally]:
    """What the package says of every cell of these indicators."""
    run = lender.compute(tuple(AUDITS), period=parse_period(PERIODS[-1]), by=("*",))
    cells: dict[Cell, Tally] = {}
    key = ["indicator", "measure", "period", "dimension", "segment"]
    for result in run.results:
        frame = result.frame.filter(pl.col("period").is_in(PERIODS))
        numbers = frame.select(pl.col(Tally._fields).cast(pl.Float64)).rows()
        cells.update(
            (cell, Tally(*row))
            for cell, row in zip(frame.select(key).rows(), numbers, strict=True)
        )
    return cells


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("indicator", AUDITS)
def test_a_second_count_of_the_files_finds_the_same(
    said: dict[Cell, Tally], lender: Workspace, indicator: str, period: str
) -> None:
    audit = AUDITS[indicator]
    counted = audit.recount(Quarter(period))

    declared = lender.project.indicators[indicator].measures
    assert set(counted) == {measure.name for measure in declared}
    for measure in declared:
        rows = counted[measure.name]
        places = [("all", "all")]
        if audit.dimension:
            segments = _segments(rows, audit.dimension)
            places += [(audit.dimension, segment) for segment in segments]
        for dimension, segment in places:
            place = (indicator, measure.name, period, dimension, segment)
            _compare(said.get(place, NOTHING), tally(rows, dimension, segment), place)


def _compare(found: Tally, expected: Tally, place: Cell) -> None:
    """A number that is not there and a count of none are the same where no row is."""
    for name, ours, theirs in zip(Tally._fields, found, expected, strict=True):
        if name in ("numerator", "denominator") and theirs is None:
            continue
        if theirs is None or ours is None:
            is_none = expected.denominator is None and {ours, theirs} == {None, 0.0}
            assert ours == theirs or is_none, (place, name)
        elif name in ("numerator", "denominator"):
            # The frame keeps four decimals of a sum.
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-4), (place, name)
        else:
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9), (place, name)


def test_most_of_these_numbers_are_there(said: dict[Cell, Tally]) -> None:
    silent = {
        indicator
        for indicator in AUDITS
        if not any(
            cell[0] == indicator and tally_.value is not None
            for cell, tally_ in said.items()
        )
    }

    assert silent == set()


def test_the_audits_and_the_exceptions_are_files_of_the_catalogue() -> None:
    files = {
        f"{path.parent.name}.{path.stem}"
        for path in (ROOT / "queries" / "indicators").glob("*/*.sql")
    }

    assert set(AUDITS) | NO_VEHICLES <= files
