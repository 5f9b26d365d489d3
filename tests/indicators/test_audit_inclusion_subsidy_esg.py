"""A second count of inclusion, subsidy and ESG, from the sample's files alone.

Each function below says what an indicator's definition says and counts it with Polars.
It returns, for each measure, the rows behind it: what a row adds to the numerator, to
the denominator and to what nobody knows. None of it was taken from the queries.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest
from indicators import test_audit_protection
from indicators.raw_sample import (
    DATA,
    DATA_DATE,
    NOTHING,
    Quarter,
    Tally,
    active,
    count,
    raw,
    rule,
    share,
    stock,
    tally,
    total,
    weighted_share,
    with_borrower,
)
from indicators.test_audit_access import COUNTED as ACCESS

from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

Measures = dict[str, pl.DataFrame]
Cell = tuple[str, ...]

YES = pl.lit(value=True)


# ---- Inclusion


def active_borrowers(quarter: Quarter) -> Measures:
    """Borrowers with a balance above zero at the month end, not written off."""
    return {"active_borrowers": count(active(quarter), YES)}


def alternative_data_approvals(quarter: Quarter) -> Measures:
    """Approvals that the bureau alone would have declined, and what became of them.

    The latter are the balances at risk at the month end (more than 30 days late, or
    restructured), of the loans from such approvals and of those from the others.
    """
    approvals = with_borrower(raw("application")).filter(
        pl.col("decision") == "approved"
    )
    origin = approvals.select("application_id", "bureau_only_decision")
    loans = stock(quarter).join(origin, on="application_id")
    limit = rule("portfolio_at_risk.days_past_due", quarter.last_day)
    restructured = pl.col("is_restructured").fill_null(value=False)
    at_risk = pl.when(restructured).then(YES).otherwise(pl.col("days_past_due") > limit)
    against, agreed = (
        loans.filter(pl.col("bureau_only_decision") == verdict)
        for verdict in ("declined", "approved")
    )
    decided = approvals.filter(_decided_in(quarter))
    return {
        "share": share(decided, pl.col("bureau_only_decision") == "declined"),
        "par30_alternative": weighted_share(against, at_risk, pl.col("balance")),
        "par30_rest": weighted_share(agreed, at_risk, pl.col("balance")),
    }


def approval_rate(quarter: Quarter) -> Measures:
    """Approved, of the applications approved or declined in the period."""
    applications = with_borrower(raw("application")).filter(_decided_in(quarter))
    decision = pl.col("decision")
    broken_off = decision.is_in(["withdrawn", "incomplete"]).fill_null(value=False)
    return {
        "share": share(applications.filter(~broken_off), decision == "approved"),
        "withdrawn_or_incomplete": count(applications, broken_off),
    }


def county_rural_borrower_share(quarter: Quarter) -> Measures:
    """County and rural residents among the active borrowers whose area is known."""
    return {
        "share": share(active(quarter), pl.col("area").is_in(["county", "rural"])),
        "rural_share": share(active(quarter), pl.col("area") == "rural"),
    }


def credit_invisible_served(quarter: Quarter) -> Measures:
    """Active borrowers by their file status at their first application, three ways."""
    borrowers = active(quarter).join(_first_status(), on="borrower_id", how="left")
    status = pl.col("credit_file_status")
    readings = {
        "w1": ["no_file"],
        "w1_w2": ["no_file", "no_account"],
        "w1_w3": ["no_file", "no_account", "no_outside_account"],
    }
    shares = {
        f"{name}_share": share(borrowers, status.is_in(held))
        for name, held in readings.items()
    }
    counts = {
        name: count(borrowers, status.is_in(held)) for name, held in readings.items()
    }
    return shares | counts


def female_borrower_share(quarter: Quarter) -> Measures:
    """Women among the active borrowers whose gender is known; other is known."""
    return {"share": share(active(quarter), pl.col("gender") == "female")}


def first_time_borrower_share(quarter: Quarter) -> Measures:
    """No file or no account at the decision on a first loan, of all new borrowers."""
    first = (
        raw("loan")
        .drop_nulls(["borrower_id", "disbursed_at"])
        .sort("disbursed_at", "loan_id")
        .unique("borrower_id", keep="first", maintain_order=True)
        .filter(quarter.holds("disbursed_at"))
        .join(
            raw("application").select("application_id", "credit_file_status"),
            on="application_id",
            how="left",
        )
    )
    thin = pl.col("credit_file_status").is_in(["no_file", "no_account"])
    people = with_borrower(first)
    return {"share": share(people, thin), "first_time_borrowers": count(people, thin)}


def loans_disbursed(quarter: Quarter) -> Measures:
    """Loans by the day of disbursement, cancelled ones and refinancings too."""
    loans = with_borrower(raw("loan")).filter(quarter.holds("disbursed_at"))
    return {"loans": count(loans, YES), "amount": total(loans, pl.col("principal"))}


def new_citizen_interest_free(quarter: Quarter) -> Measures:
    """New citizens with a new interest-free loan, of those who used credit at all."""
    lent = raw("loan").filter(quarter.holds("disbursed_at"))
    interest_free = (pl.col("interest_free_days") > 0).any(ignore_nulls=False)
    borrowed = (
        lent.drop_nulls("borrower_id").group_by("borrower_id").agg(free=interest_free)
    )
    # Who owes but borrowed nothing in the period took no interest-free loan in it.
    only_owing = (
        active(quarter)
        .select("borrower_id")
        .join(borrowed, on="borrower_id", how="anti")
        .with_columns(free=pl.lit(value=False))
    )
    users = with_borrower(pl.concat([borrowed, only_owing]))
    people = users.with_columns(new=_new_citizen(quarter))
    judged = people.filter(pl.col("new").fill_null(value=True)).with_columns(
        free=pl.when(pl.col("new")).then(pl.col("free"))
    )
    return {
        "share": share(judged, pl.col("free")),
        "interest_free_new_citizens": count(people, pl.col("new") & pl.col("free")),
    }


def new_citizen_share(quarter: Quarter) -> Measures:
    """Town dwellers without local registration or with a young one, where known."""
    people = active(quarter).with_columns(new=_new_citizen(quarter))
    documented = pl.col("new_citizen_evidence") == "documented"
    return {
        "share": share(people, pl.col("new")),
        "new_citizens": count(people, pl.col("new")),
        "documented_share": share(people.filter(pl.col("new")), documented),
    }


def older_customer_share(quarter: Quarter) -> Measures:
    """Active borrowers born in a year at least 60 before that of the period."""
    age = quarter.last_day.year - pl.col("birth_year")
    older = age >= rule("older_customer.age_years", quarter.last_day)
    people = active(quarter)
    assert people["age_group"].is_null().all()
    return {"share": share(people, older), "older_customers": count(people, older)}


def thin_file_approval_rate(quarter: Quarter) -> Measures:
    """The approval rate of applicants without file or account, and of all others."""
    decided = with_borrower(raw("application")).filter(
        _decided_in(quarter), pl.col("decision").is_in(["approved", "declined"])
    )
    thin = pl.col("credit_file_status").is_in(["no_file", "no_account"])
    approved = pl.when(pl.col("credit_file_status").is_not_null()).then(
        pl.col("decision") == "approved"
    )
    return {
        "share": share(decided.filter(thin.fill_null(value=True)), approved),
        "other_share": share(decided.filter((~thin).fill_null(value=True)), approved),
    }


def _decided_in(quarter: Quarter) -> pl.Expr:
    """Decided in the quarter, or applied for in it where no decision has a day."""
    decided, applied = quarter.holds("decided_at"), quarter.holds("applied_at")
    return pl.when(pl.col("decided_at").is_null()).then(applied).otherwise(decided)


def _first_status() -> pl.DataFrame:
    """The file status that each person's first application shows, or shows not."""
    return (
        raw("application")
        .drop_nulls("borrower_id")
        .sort("applied_at", "application_id")
        .unique("borrower_id", keep="first", maintain_order=True)
        .select("borrower_id", "credit_file_status")
    )


def _new_citizen(quarter: Quarter) -> pl.Expr:
    """Lives in a town, registered elsewhere or for less than 36 months; or unknown."""
    months = rule("new_citizen.hukou_months", quarter.last_day)
    local_since = pl.col("hukou_since_date").dt.offset_by(f"{months}mo")
    young = local_since > quarter.last_day
    elsewhere = pl.col("hukou_city_code") != pl.col("resident_city_code")
    return pl.col("is_urban_resident") & (elsewhere | young)


# ---- Subsidy


def automatic_identification_share(quarter: Quarter) -> Measures:
    """Of the verified purchases behind subsidised loans, those verified by system.

    Purchases before the subsidy began (2025-09-01) earn none; refunds are taken off.
    """
    day = quarter.last_day
    covered = [
        spent
        for spent in raw("spending")["spent_date"].unique()
        if spent <= day and rule("fiscal_subsidy.spending_window", spent) == 1
    ]
    paid_out = pl.when(pl.col("refunded_date") <= day).then(
        pl.col("refunded_amount").fill_null(pl.col("amount"))
    )
    purchases = (
        raw("spending")
        .drop("province_code")
        .join(_loan_verdicts(quarter).filter(pl.col("subsidised")), on="loan_id")
        .filter(pl.col("spent_date").is_in(covered))
        .with_columns(net=pl.col("amount") - paid_out.fill_null(0))
    )
    verified = purchases.filter(pl.col("verification").fill_null("") != "none")
    automatic = pl.col("verification") == "automatic"
    return {"share": weighted_share(verified, automatic, pl.col("net"))}


def beneficiaries(quarter: Quarter) -> Measures:
    """Borrowers with an approved subsidy on the quarter's claims, each once."""
    people = with_borrower(_borrower_verdicts(quarter))
    return {
        "beneficiaries": count(people, pl.col("subsidised")),
        "undecided": count(people, pl.col("undecided")),
    }


def bottom_40_incidence(quarter: Quarter) -> Measures:
    """Approved subsidy of the two lowest income quintiles, where income is known."""
    claims = _claims(quarter).drop_nulls("approved")
    low = _low_income(quarter)
    return {"share": weighted_share(claims, low, pl.col("approved"))}


def clawback_rate(quarter: Quarter) -> Measures:
    """Clawed back, of what was approved on the quarter's claims, whenever it was."""
    claims = _claims(quarter)
    undecided = pl.col("approved").is_null()
    back = pl.col("clawed_back").fill_null(0)
    rate = claims.with_columns(
        numerator=pl.when(undecided).then(0).otherwise(back),
        denominator=pl.col("approved").fill_null(0),
        missing=pl.when(undecided).then(pl.col("claimed")).otherwise(0),
    )
    return {"share": rate, "clawed_back": total(claims, back)}


def fiscal_receivable(quarter: Quarter) -> Measures:
    """What the state owes on the claims filed: approved or still claimed, less paid.

    Of a claim the province owes its tenth (what the central share of the total of a
    lender, province and quarter leaves) less its own payments, at most what is open.
    """
    day = min(quarter.last_day, DATA_DATE)
    claims = _all_claims()
    assert claims["filed_date"].null_count() == 0
    pool = ["institution_id", "province_code", "quarter"]
    shared = [
        group.with_columns(central_share=_shared(group["entitled"], name))
        for (_, _, name), group in claims.sort("claim_id").group_by(pool)
    ]
    made = pl.col("paid_date").is_null() | (pl.col("paid_date") <= day)
    by_central, by_province = (
        pl.when(made).then(_cents(paid).fill_null(0)).otherwise(0)
        for paid in ("paid_central", "paid_provincial")
    )
    still = pl.max_horizontal(pl.col("entitled") - by_central - by_province, 0)
    tenth = pl.col("entitled") - pl.col("central_share") - by_province
    filed = (
        pl.concat(shared)
        .filter(pl.col("filed_date") <= day)
        .with_columns(still=still)
        .with_columns(
            provincial=pl.max_horizontal(pl.min_horizontal(tenth, "still"), 0) / 100,
            receivable=pl.col("still") / 100,
        )
    )
    ends = [
        rule(f"fiscal_subsidy.{name}_days", day)
        for name in ("ageing_first", "ageing_second", "aged_receivable")
    ]
    age = (pl.lit(day) - pl.col("filed_date")).dt.total_days()
    first, second, aged = (age > end for end in ends)
    receivable, provincial = pl.col("receivable"), pl.col("provincial")
    return {
        "receivable": total(filed, receivable),
        "central": total(filed, receivable - provincial),
        "provincial": total(filed, provincial),
        "aged_share": weighted_share(filed, aged, receivable),
        "age_to_30": total(filed, pl.when(~first).then(receivable)),
        "age_to_60": total(filed, pl.when(first & ~second).then(receivable)),
        "age_to_90": total(filed, pl.when(second & ~aged).then(receivable)),
        "age_over_90": total(filed, pl.when(aged).then(receivable)),
        "age_unknown": total(filed, pl.when(age.is_null()).then(receivable)),
    }


def interest_subsidy(quarter: Quarter) -> Measures:
    """Approved, claimed, and claimed without a decision so far."""
    claims = _claims(quarter)
    waiting = pl.when(pl.col("approved").is_null()).then(pl.col("claimed"))
    return {
        "approved": total(claims, pl.col("approved")),
        "claimed": total(claims, pl.col("claimed")),
        "undecided": total(claims, waiting),
    }


def reach_among_excluded(quarter: Quarter) -> Measures:
    """Active borrowers with an approved subsidy, of all and of four groups.

    Unknown: whether somebody belongs to the group, or whether a claim will be approved.
    """
    verdict = _borrower_verdicts(quarter)
    people = (
        active(quarter)
        .join(_first_status(), on="borrower_id", how="left")
        .join(verdict, on="borrower_id", how="left")
        .with_columns(
            reached=pl.when(~pl.col("undecided").fill_null(value=False)).then(
                pl.col("subsidised").fill_null(value=False)
            )
        )
    )
    groups = {
        "all": YES,
        "first_time": pl.col("credit_file_status").is_in(["no_file", "no_account"]),
        "new_citizens": _new_citizen(quarter),
        "county_rural": pl.col("area").is_in(["county", "rural"]),
        "low_income": _low_income(quarter),
    }
    return {
        name: share(
            people.filter(member.fill_null(value=True)),
            pl.when(member).then(pl.col("reached")),
        )
        for name, member in groups.items()
    }


def subsidised_loans(quarter: Quarter) -> Measures:
    """Loans with an approved subsidy on the quarter's claims, and their balance."""
    owing = stock(quarter).select("loan_id", "balance")
    loans = _loan_verdicts(quarter).join(owing, on="loan_id", how="left")
    return {
        "loans": count(loans, pl.col("subsidised")),
        "balance": total(loans, pl.when(pl.col("subsidised")).then(pl.col("balance"))),
        "undecided_loans": count(loans, pl.col("undecided")),
    }


def _cents(amount: str) -> pl.Expr:
    return (pl.col(amount) * 100).cast(pl.Int64)


def _all_claims() -> pl.DataFrame:
    """Every claim with its loan and borrower, and what it entitles to in cents."""
    loan = raw("loan").select("loan_id", "borrower_id", "institution_id", "product")
    entitled = _cents("approved").fill_null(_cents("claimed"))
    claims = raw("subsidy_claim").with_columns(entitled=entitled)
    return with_borrower(claims.join(loan, on="loan_id"))


def _shared(cents: pl.Series, quarter: str) -> pl.Series:
    """The central share of each claim: steps of the running total, rounded half up."""
    value = rule("fiscal_subsidy.central_share", Quarter(quarter).last_day)
    part = Fraction(str(value))
    running = (2 * part.numerator * cents.cum_sum() + part.denominator) // (
        2 * part.denominator
    )
    return running.diff().fill_null(running[0])


def _claims(quarter: Quarter) -> pl.DataFrame:
    """The claims made for the quarter, whenever they were filed."""
    return _all_claims().filter(pl.col("quarter") == quarter.name)


def _verdict() -> tuple[pl.Expr, pl.Expr]:
    approved = (pl.col("approved") > 0).any()
    return approved, pl.col("approved").is_null().any() & ~approved


def _loan_verdicts(quarter: Quarter) -> pl.DataFrame:
    subsidised, undecided = _verdict()
    loans = _claims(quarter).group_by("loan_id", "borrower_id", "product")
    return with_borrower(loans.agg(subsidised=subsidised, undecided=undecided))


def _borrower_verdicts(quarter: Quarter) -> pl.DataFrame:
    subsidised, undecided = _verdict()
    people = _claims(quarter).drop_nulls("borrower_id").group_by("borrower_id")
    return people.agg(subsidised=subsidised, undecided=undecided)


def _low_income(quarter: Quarter) -> pl.Expr:
    """At or below the highest income whose rank less one half is in the lower 40 %.

    Ranked are active borrowers with known income; equal incomes share their mean rank.
    """
    incomes = active(quarter)["monthly_income"].drop_nulls()
    doubled = (2 * incomes.rank("average")).cast(pl.Int64)
    within = 5 * (doubled - 1) < 4 * incomes.len()
    return pl.col("monthly_income") <= incomes.filter(within).max()


# ---- ESG


def female_employees(quarter: Quarter) -> Measures:
    """Stated women over stated employees, and women over all among managers."""
    return {
        "female_employees": _stated_ratio(quarter, "female_employees", "headcount"),
        "female_managers": _stated_ratio(quarter, "female_managers", "managers"),
    }


def green_lending_share(quarter: Quarter) -> Measures:
    """Principal tagged green, of the principal disbursed with a tag of either kind."""
    loans = with_borrower(raw("loan")).filter(quarter.holds("disbursed_at"))
    green = pl.col("is_green")
    amount = pl.col("principal").fill_null(0)
    return {
        "share": weighted_share(loans, green, amount),
        "amount": total(loans, pl.when(green).then(pl.col("principal"))),
    }


def operational_emissions(quarter: Quarter) -> Measures:
    """Tonnes of both scopes as stated for the quarter."""
    return {
        name: total(_stated(quarter, metric), pl.col("value"))
        for name, metric in (("scope_1", "scope1_tco2e"), ("scope_2", "scope2_tco2e"))
    }


def training(quarter: Quarter) -> Measures:
    """Hours an employee, and the trained among the staff who need to know the rules."""
    return {
        "hours_per_employee": _stated_ratio(quarter, "training_hours", "headcount"),
        "consumer_protection_coverage": _stated_ratio(
            quarter, "consumer_protection_trained", "consumer_protection_relevant_staff"
        ),
    }


def _stated(quarter: Quarter, metric: str) -> pl.DataFrame:
    return raw("esg_fact").filter(
        pl.col("metric") == metric, pl.col("period") == quarter.name
    )


def _stated_ratio(quarter: Quarter, over: str, under: str) -> pl.DataFrame:
    (below,) = _stated(quarter, under)["value"]
    return _stated(quarter, over).with_columns(
        numerator=pl.col("value"),
        denominator=pl.lit(below),
        missing=pl.lit(None, dtype=pl.Int64),
    )


# ---- The comparison


class Audit(NamedTuple):
    recount: Callable[[Quarter], Measures]
    measures: tuple[str, ...]
    dimensions: tuple[str, ...]


BORROWERS = ("area",)
LENDING = ("area", "product")

AUDITS = {
    "inclusion.active_borrowers": Audit(
        active_borrowers, ("active_borrowers",), BORROWERS
    ),
    "inclusion.alternative_data_approvals": Audit(
        alternative_data_approvals,
        ("share", "par30_alternative", "par30_rest"),
        LENDING,
    ),
    "inclusion.approval_rate": Audit(
        approval_rate, ("share", "withdrawn_or_incomplete"), LENDING
    ),
    "inclusion.county_rural_borrower_share": Audit(
        county_rural_borrower_share, ("share", "rural_share"), ("gender",)
    ),
    "inclusion.credit_invisible_served": Audit(
        credit_invisible_served,
        ("w1_share", "w1_w2_share", "w1_w3_share", "w1", "w1_w2", "w1_w3"),
        BORROWERS,
    ),
    "inclusion.female_borrower_share": Audit(
        female_borrower_share, ("share",), BORROWERS
    ),
    "inclusion.first_time_borrower_share": Audit(
        first_time_borrower_share, ("share", "first_time_borrowers"), LENDING
    ),
    "inclusion.loans_disbursed": Audit(loans_disbursed, ("loans", "amount"), LENDING),
    "inclusion.new_citizen_interest_free": Audit(
        new_citizen_interest_free, ("share", "interest_free_new_citizens"), BORROWERS
    ),
    "inclusion.new_citizen_share": Audit(
        new_citizen_share, ("share", "new_citizens", "documented_share"), ("gender",)
    ),
    "inclusion.older_customer_share": Audit(
        older_customer_share, ("share", "older_customers"), BORROWERS
    ),
    "inclusion.thin_file_approval_rate": Audit(
        thin_file_approval_rate, ("share", "other_share"), LENDING
    ),
    "subsidy.automatic_identification_share": Audit(
        automatic_identification_share, ("share",), (*LENDING, "category")
    ),
    "subsidy.beneficiaries": Audit(
        beneficiaries, ("beneficiaries", "undecided"), BORROWERS
    ),
    "subsidy.bottom_40_incidence": Audit(bottom_40_incidence, ("share",), LENDING),
    "subsidy.clawback_rate": Audit(clawback_rate, ("share", "clawed_back"), LENDING),
    "subsidy.fiscal_receivable": Audit(
        fiscal_receivable,
        (
            "receivable",
            "central",
            "provincial",
            "aged_share",
            "age_to_30",
            "age_to_60",
            "age_to_90",
            "age_over_90",
            "age_unknown",
        ),
        ("product",),
    ),
    "subsidy.interest_subsidy": Audit(
        interest_subsidy, ("approved", "claimed", "undecided"), LENDING
    ),
    "subsidy.reach_among_excluded": Audit(
        reach_among_excluded,
        ("all", "first_time", "new_citizens", "county_rural", "low_income"),
        ("gender",),
    ),
    "subsidy.subsidised_loans": Audit(
        subsidised_loans, ("loans", "balance", "undecided_loans"), LENDING
    ),
    "esg.female_employees": Audit(
        female_employees, ("female_employees", "female_managers"), ()
    ),
    "esg.green_lending_share": Audit(green_lending_share, ("share", "amount"), LENDING),
    "esg.operational_emissions": Audit(
        operational_emissions, ("scope_1", "scope_2"), ()
    ),
    "esg.training": Audit(
        training, ("hours_per_employee", "consumer_protection_coverage"), ()
    ),
}

RULE_BASED = {
    "subsidy.cap_hit_share",
    "subsidy.claimed_against_computed",
    "subsidy.exclusion_error",
    "subsidy.kakwani_index",
    "subsidy.leakage",
    "subsidy.leverage",
    "subsidy.lost_to_rules",
    "subsidy.pass_through",
    "subsidy.rate_relief",
    "subsidy.take_up",
    "subsidy.targeting_index",
}
"""Counted again in test_audit_subsidy_rules."""
ESTIMATED = {"inclusion.conditional_rate_gap", "subsidy.additional_spending"}
"""Estimated again in test_audit_price_gap and test_audit_spending_effect."""

SEGMENTS = {
    "area": ("urban", "county", "rural", "unknown"),
    "gender": ("female", "male", "other", "unknown"),
    "product": ("pay_later", "consumer_loan", "card_bill_instalment", "micro"),
    "category": (
        *("auto", "elder_birth", "education", "culture_travel", "home"),
        *("electronics", "health", "other"),
    ),
}
CELL = ("indicator", "measure", "period", "dimension", "segment")
PERIODS = ("2025Q4", "2026Q3")
BROKEN_DOWN = "2026Q3"
WHOLES = [
    (indicator, measure, period, "all", "all")
    for indicator, audit in AUDITS.items()
    for measure in audit.measures
    for period in PERIODS
]
PARTS = [
    (indicator, measure, BROKEN_DOWN, dimension, segment)
    for indicator, audit in AUDITS.items()
    for measure in audit.measures
    for dimension in audit.dimensions
    for segment in SEGMENTS[dimension]
]


@cache
def counted(indicator: str, period: str) -> Measures:
    return AUDITS[indicator].recount(Quarter(period))


@pytest.fixture(scope="module")
def said(lender: Workspace) -> dict[Cell, Tally]:
    """What the package says of every cell of the three pillars."""
    cells = {}
    for period in PERIODS:
        run = lender.compute(tuple(AUDITS), period=parse_period(period), by=("*",))
        for result in run.results:
            frame = result.frame.filter(pl.col("period") == period)
            numbers = frame.select(pl.col(Tally._fields).cast(pl.Float64)).rows()
            for cell, row in zip(frame.select(CELL).rows(), numbers, strict=True):
                assert cell not in cells
                cells[cell] = Tally(*row)
    return cells


def test_the_clean_rows_are_as_many_as_the_sample_announces() -> None:
    readme = (DATA.parent / "README.md").read_text("utf-8")
    announced = re.findall(r"\| (\w+)\.\w+ \| ([\d,]+) (?=\|)", readme)

    assert len(announced) == 17
    for table, rows in announced:
        assert raw(table).height == int(rows.replace(",", "")), table


def test_every_measure_of_the_three_pillars_is_counted_again(lender: Workspace) -> None:
    declared = {
        indicator.id: tuple(measure.name for measure in indicator.measures)
        for indicator in lender.project.indicators.values()
        if indicator.pillar in ("inclusion", "subsidy", "esg")
        and indicator.id not in RULE_BASED | ESTIMATED | ACCESS
        and indicator.id not in test_audit_protection.AUDITS
        and indicator.id not in test_audit_protection.NO_VEHICLES
    }

    assert {name: audit.measures for name, audit in AUDITS.items()} == declared


def test_no_segment_is_left_out(said: dict[Cell, Tally]) -> None:
    for indicator, _, _, dimension, segment in said:
        if dimension in AUDITS[indicator].dimensions:
            assert segment in SEGMENTS[dimension], (indicator, dimension)


@pytest.mark.parametrize(CELL, [*WHOLES, *PARTS])
def test_a_second_count_of_the_files_finds_the_same(
    said: dict[Cell, Tally],
    indicator: str,
    measure: str,
    period: str,
    dimension: str,
    segment: str,
) -> None:
    rows = counted(indicator, period)[measure]

    expected = tally(rows, dimension, segment)

    found = said.get((indicator, measure, period, dimension, segment), NOTHING)
    for name, ours, theirs in zip(Tally._fields, found, expected, strict=True):
        assert (ours is None) == (theirs is None), name
        if theirs is not None:
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6), name
