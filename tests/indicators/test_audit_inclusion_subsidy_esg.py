"""A second count of inclusion, subsidy and ESG, from the sample's files alone.

Each function below says what an indicator's definition says and counts it with Polars. It
returns, for each measure, the rows behind it: what a row adds to the numerator, to the
denominator and to what nobody knows. None of it was taken from the queries.
"""

from __future__ import annotations

import shutil
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest

from esg.spec.period import parse_period
from esg.spec.project import shipped_folder
from esg.workspace import open_workspace
from indicators.raw_sample import (
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

if TYPE_CHECKING:
    from collections.abc import Callable

Measures = dict[str, pl.DataFrame]

YES = pl.lit(value=True)


# ---- Inclusion


def active_borrowers(quarter: Quarter) -> Measures:
    """Borrowers with a balance above zero at the month end, not written off, each once."""
    return {"active_borrowers": count(active(quarter), YES)}


def alternative_data_approvals(quarter: Quarter) -> Measures:
    """Approvals that the bureau alone would have declined, and what became of them.

    The second and third measure are the balances at risk at the month end (more than 30 days
    late, or restructured), of the loans from such approvals and of those from the others.
    """
    approvals = with_borrower(raw("application")).filter(pl.col("decision") == "approved")
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
    """Active borrowers by their file status at their first application, three readings."""
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
    """No file or no account at the decision on one's first loan, of all new borrowers."""
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
    """New citizens with an interest-free loan in the period, of those who used credit in it."""
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
    """Town dwellers without local registration or with a young one, where that is known."""
    people = active(quarter).with_columns(new=_new_citizen(quarter))
    documented = pl.col("new_citizen_evidence") == "documented"
    return {
        "share": share(people, pl.col("new")),
        "new_citizens": count(people, pl.col("new")),
        "documented_share": share(people.filter(pl.col("new")), documented),
    }


def older_customer_share(quarter: Quarter) -> Measures:
    """Active borrowers whose year of birth lies 60 years or more before the period's year."""
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
    """Decided in the quarter, or applied for in it where no day of decision is known."""
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
    """Lives in a town, registered elsewhere or there for less than 36 months; or unknown."""
    months = rule("new_citizen.hukou_months", quarter.last_day)
    local_since = pl.col("hukou_since_date").dt.offset_by(f"{months}mo")
    young = local_since > quarter.last_day
    elsewhere = pl.col("hukou_city_code") != pl.col("resident_city_code")
    return pl.col("is_urban_resident") & (elsewhere | young)


# ---- Subsidy


def automatic_identification_share(quarter: Quarter) -> Measures:
    """Of the verified purchases behind a subsidised loan, net of refunds, those by system."""
    day = quarter.last_day
    paid_out = pl.when(pl.col("refunded_date") <= day).then(
        pl.col("refunded_amount").fill_null(pl.col("amount"))
    )
    purchases = (
        raw("spending")
        .drop("province_code")
        .join(_loan_verdicts(quarter).filter(pl.col("subsidised")), on="loan_id")
        .filter(pl.col("spent_date") <= day)
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
    """Approved subsidy of borrowers in the two lowest income quintiles, income known."""
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
    """What the state owes at the end: approved or still claimed, less paid, by part of a claim."""
    day = min(quarter.last_day, DATA_DATE)
    cents = (pl.col("approved").fill_null(pl.col("claimed")) * 100).cast(pl.Int64)
    made = pl.col("paid_date").is_null() | (pl.col("paid_date") <= day)
    claims = _all_claims().filter(pl.col("filed_date") <= day).sort("claim_id")
    assert _all_claims()["filed_date"].null_count() == 0

    pool = ["institution_id", "province_code", "quarter"]
    parts = []
    for (_, _, name), group in claims.with_columns(owed=cents).group_by(pool):
        central = Fraction(str(rule("fiscal_subsidy.central_share", Quarter(name).last_day)))
        running = group["owed"].cum_sum()
        doubled = running * central.numerator * 2 + central.denominator
        rounded = doubled // (2 * central.denominator)
        parts.append(group.with_columns(central_owed=rounded.diff().fill_null(rounded[0])))

    def open_part(owed: pl.Expr, paid: str) -> pl.Expr:
        settled = pl.when(made).then(pl.col(paid).fill_null(0)).otherwise(0)
        return pl.max_horizontal(owed / 100 - settled.cast(pl.Float64), 0)

    aged = pl.lit(day) - pl.col("filed_date") > pl.duration(
        days=rule("fiscal_subsidy.aged_receivable_days", day)
    )
    central_owed, whole = pl.col("central_owed"), pl.col("owed")
    open_claims = pl.concat(parts).with_columns(
        central=open_part(central_owed, "paid_central"),
        provincial=open_part(whole - central_owed, "paid_provincial"),
    )
    both = pl.col("central") + pl.col("provincial")
    return {
        "receivable": total(open_claims, both),
        "central": total(open_claims, pl.col("central")),
        "provincial": total(open_claims, pl.col("provincial")),
        "aged_share": weighted_share(open_claims, aged, both),
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

    Unknown: whether somebody belongs to the group, or whether the claim will be approved.
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


def _all_claims() -> pl.DataFrame:
    loan = raw("loan").select("loan_id", "borrower_id", "institution_id", "product")
    return with_borrower(raw("subsidy_claim").join(loan, on="loan_id"))


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
    """At or below the highest income within the lower two fifths of active borrowers."""
    incomes = active(quarter)["monthly_income"].drop_nulls()
    within = incomes.rank("average") <= 0.4 * incomes.len()
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
    count: Callable[[Quarter], Measures]
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
        ("receivable", "central", "provincial", "aged_share"),
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
    "esg.green_lending_share": Audit(
        green_lending_share, ("share", "amount"), LENDING
    ),
    "esg.operational_emissions": Audit(
        operational_emissions, ("scope_1", "scope_2"), ()
    ),
    "esg.training": Audit(
        training, ("hours_per_employee", "consumer_protection_coverage"), ()
    ),
}

SEGMENTS = {
    "area": ("urban", "county", "rural", "unknown"),
    "gender": ("female", "male", "other", "unknown"),
    "product": ("pay_later", "consumer_loan", "card_bill_instalment", "micro"),
    "category": (
        *("auto", "elder_birth", "education", "culture_travel", "home"),
        *("electronics", "health", "other"),
    ),
}
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
    return AUDITS[indicator].count(Quarter(period))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """What the package says, with nothing withheld."""
    root = tmp_path_factory.mktemp("audited")
    shutil.copytree(shipped_folder("sample_data/lender"), root, dirs_exist_ok=True)
    with (root / "esg.toml").open("a") as file:
        file.write("\n[disclosure]\nmin_n = 0\nmin_cell = 1\n")
    workspace = open_workspace(root)
    workspace.load()
    frames = []
    for period in PERIODS:
        run = workspace.compute(tuple(AUDITS), period=parse_period(period), by=("*",))
        frames += [
            result.frame.filter(pl.col("period") == period) for result in run.results
        ]
    return pl.concat(frames)


def test_the_clean_rows_are_as_many_as_the_sample_announces() -> None:
    readme = (DATA.parent / "README.md").read_text("utf-8")
    announced = re.findall(r"\| (\w+)\.\w+ \| ([\d,]+) (?=\|)", readme)

    assert len(announced) == 13
    for table, rows in announced:
        assert raw(table).height == int(rows.replace(",", "")), table


def test_every_measure_of_the_three_pillars_is_counted_again() -> None:
    spoken = {
        indicator.id: tuple(measure.name for measure in indicator.measures)
        for indicator in load_indicators().values()
        if indicator.pillar in PILLARS
    }

    assert {name: audit.measures for name, audit in AUDITS.items()} == spoken


def test_no_segment_is_left_out(results: pl.DataFrame) -> None:
    for indicator, audit in AUDITS.items():
        for dimension in audit.dimensions:
            segments = results.filter(
                pl.col("indicator") == indicator, pl.col("dimension") == dimension
            )["segment"]
            assert set(segments) <= set(SEGMENTS[dimension]), (indicator, dimension)


@pytest.mark.parametrize(
    ("indicator", "measure", "period", "dimension", "segment"), [*WHOLES, *PARTS]
)
def test_a_second_count_of_the_files_finds_the_same(
    results: pl.DataFrame,
    indicator: str,
    measure: str,
    period: str,
    dimension: str,
    segment: str,
) -> None:
    cell = {
        "indicator": indicator,
        "measure": measure,
        "period": period,
        "dimension": dimension,
        "segment": segment,
    }

    found = results.filter(pl.all_horizontal(pl.col(k) == v for k, v in cell.items()))

    assert found.height <= 1
    expected = tally(counted(indicator, period)[measure], dimension, segment)
    said = found.select(Tally._fields).cast(pl.Float64).rows()
    for ours, theirs in zip(said[0] if said else NOTHING, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6)
