"""A second count of access to credit and of debt, from the sample's files alone.

As in the other audits: each function says what a definition says and counts it with
Polars (and scipy for one test), never with the queries.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from math import exp, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest
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
    weighted_share,
    with_borrower,
)
from scipy.stats import fisher_exact

from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

Measures = dict[str, pl.DataFrame]
Figures = dict[str, float | None]

YES = pl.lit(value=True)
MONTHS_A_YEAR, MONTHS_A_QUARTER = 12, 3
DIGITAL = ("app", "app_chat", "web", "web_chat", "wechat", "mini_program")
ONLINE_TOOLS = ("bill_assistant", "reminder", "limit_lowered", "limit_raise", "budget")


def day_before(day: date, days: object) -> date:
    """The day so many days before another."""
    return day - timedelta(days=int(str(days)))


# ---- Access


def customers_served(quarter: Quarter) -> Measures:
    """Everyone with a loan paid out in the quarter, or owed at a month end of it."""
    loans = raw("loan").select("loan_id", "borrower_id", "disbursed_at")
    written_off = pl.col("written_off_date") <= pl.col("as_of_date")
    owed = raw("loan_month").filter(
        pl.col("as_of_date").is_between(
            day_before(quarter.first_day, 1), quarter.last_day
        ),
        pl.col("balance") > 0,
        ~written_off.fill_null(value=False),
    )
    ran = owed.join(loans, on="loan_id")["borrower_id"].drop_nulls().to_list()
    begun = loans.filter(quarter.holds("disbursed_at"))["borrower_id"].drop_nulls()
    served = {*ran, *begun.to_list()}
    return {"customers": count(_people(served), YES)}


def _people(names: set[str]) -> pl.DataFrame:
    return raw("borrower").filter(pl.col("borrower_id").is_in(list(names)))


def first_time_borrowers(quarter: Quarter) -> Measures:
    """First loans with us, by the file at the decision, else by the bureau's word."""
    files = raw("application").select("application_id", "credit_file_status")
    word = (
        raw("bureau_month")
        .drop_nulls("had_credit_before")
        .group_by("borrower_id")
        .agg(pl.col("had_credit_before").any())
    )
    first = (
        raw("loan")
        .drop_nulls("borrower_id")
        .sort("disbursed_at", "loan_id")
        .unique("borrower_id", keep="first", maintain_order=True)
        .filter(quarter.holds("disbursed_at"))
        .join(files, on="application_id", how="left")
        .join(word, on="borrower_id", how="left")
    )
    status = pl.col("credit_file_status")
    by_file = status.is_in(["no_file", "no_account"])
    first = with_borrower(first).with_columns(
        is_first=by_file.fill_null(~pl.col("had_credit_before"))
    )
    return {
        "first_time_borrowers": count(first, pl.col("is_first")),
        "by_bureau_alone": count(first, pl.col("is_first") & status.is_null()),
        "unknown_borrowers": count(first, pl.col("is_first").is_null()),
    }


def low_income_borrower_share(quarter: Quarter) -> Measures:
    """Active borrowers with an income below the line of the quarter's last day."""
    line = rule("low_income.monthly_income", quarter.last_day)
    low = pl.col("monthly_income").cast(pl.Float64) < line
    return {
        "share": share(active(quarter), low),
        "low_income_borrowers": count(active(quarter), low),
    }


def balance_to_income(quarter: Quarter) -> Measures:
    """Balances of the active borrowers over one person's income for each of them."""
    income = raw("area_fact").filter(
        pl.col("metric") == "gni_per_capita", pl.col("year") == quarter.last_day.year
    )["value"][0]
    owing = (
        stock(quarter)
        .drop_nulls("borrower_id")
        .group_by("borrower_id", "area")
        .agg(numerator=pl.col("balance").sum())
    )
    return {
        "ratio": owing.with_columns(
            denominator=pl.lit(income), missing=pl.lit(None, dtype=pl.Int64)
        )
    }


def small_loan_share(quarter: Quarter) -> Measures:
    """New loans up to the small amount, by number and by principal."""
    loans = with_borrower(raw("loan")).filter(
        quarter.holds("disbursed_at"), pl.col("principal") > 0
    )
    small = pl.col("principal") <= rule("small_loan.principal", quarter.last_day)
    return {
        "share": share(loans, small),
        "amount_share": weighted_share(loans, small, pl.col("principal")),
    }


def digital_active_rate(quarter: Quarter) -> Measures:
    """Active borrowers online within 90 days; accessible mode of the older ones."""
    after = day_before(quarter.last_day, rule("digital_access.days", quarter.last_day))

    def recent(column: str) -> pl.Expr:
        day = pl.col(column).cast(pl.Date)
        return (day > after) & (day <= quarter.last_day)

    sessions = raw("service_contact").filter(
        recent("started_at"), pl.col("borrower_id").is_not_null()
    )
    assert sessions["channel"].null_count() == 0
    sessions = sessions.filter(pl.col("channel").is_in(DIGITAL))
    acts = raw("engagement").filter(
        recent("occurred_at"), pl.col("tool").is_in(ONLINE_TOOLS)
    )
    online = {*sessions["borrower_id"].to_list(), *acts["borrower_id"].to_list()}
    mode = pl.col("uses_accessible_mode")
    used = sessions.group_by("borrower_id").agg(
        used=pl.when(mode.any()).then(YES).when(mode.is_not_null().all()).then(~YES)
    )
    people = active(quarter).join(used, on="borrower_id", how="left")
    age = pl.lit(quarter.last_day.year) - pl.col("birth_year")
    older = people.join(used.select("borrower_id"), on="borrower_id", how="semi")
    older = older.filter(age >= rule("older_customer.age_years", quarter.last_day))
    return {
        "share": share(people, pl.col("borrower_id").is_in(list(online))),
        "accessible_mode_share": share(older, pl.col("used")),
    }


# ---- Debt


@cache
def _files(quarter: Quarter) -> pl.DataFrame:
    """Active borrowers with their latest bureau file of the last 92 days."""
    day = quarter.last_day
    earliest = day_before(day, rule("bureau_file.most_days", day))
    latest = (
        raw("bureau_month")
        .filter(pl.col("as_of_date").is_between(earliest, day))
        .sort("as_of_date")
        .unique("borrower_id", keep="last", maintain_order=True)
    )
    service = pl.col("monthly_debt_service").cast(pl.Float64)
    income = pl.col("monthly_income").cast(pl.Float64)
    return (
        active(quarter)
        .join(latest, on="borrower_id", how="left")
        .with_columns(dsti=service / pl.when(income > 0).then(income))
    )


def over_indebted_share(quarter: Quarter) -> Measures:
    """Debt service above half of the income; the sample has no income of nothing."""
    half = rule("over_indebtedness.dsti", quarter.last_day)
    return {"share": share(_files(quarter), pl.col("dsti") > half)}


def multi_lender_share(quarter: Quarter) -> Measures:
    """Three lenders and more, this one among them."""
    least = rule("multi_lender.lenders", quarter.last_day)
    return {"share": share(_files(quarter), pl.col("other_lenders") + 1 >= least)}


def par90(quarter: Quarter) -> Measures:
    """Balances more than 90 days late."""
    days = rule("portfolio_at_risk.long_days_past_due", quarter.last_day)
    late = pl.col("days_past_due") > days
    return {"share": weighted_share(stock(quarter), late, pl.col("balance"))}


def first_payment_default(quarter: Quarter) -> Measures:
    """First bills due in the quarter that were paid after 30 days, or never."""
    days = rule("portfolio_at_risk.days_past_due", quarter.last_day)
    bills = raw("interest_bill")
    first = bills.sort("period_no").unique("loan_id", keep="first", maintain_order=True)
    asked = pl.sum_horizontal(
        "principal_due", "interest_due", "fees_due", "penalty_due"
    )
    due = first.filter(quarter.holds("due_date"), asked > 0)
    last_day = pl.col("due_date") + pl.duration(days=days)
    in_time = pl.when(pl.col("paid_date") <= last_day).then(~YES)
    late = in_time.when(last_day < DATA_DATE).then(YES)
    loans = raw("loan").select("loan_id", "borrower_id", "product")
    return {"share": share(with_borrower(due.join(loans, on="loan_id")), late)}


# ---- Numbers that no sum over rows gives


def portfolio_composition(quarter: Quarter) -> Figures:
    """The whole, and the parts of small and of business loans."""
    owing = stock(quarter).join(
        raw("loan").select("loan_id", "principal"), on="loan_id"
    )
    balance = float(owing["balance"].sum())
    small = owing.filter(
        pl.col("principal") <= rule("small_loan.principal", quarter.last_day)
    )
    business = owing.filter(pl.col("product") == "micro")
    return {
        "share": 1.0,
        "outstanding": balance,
        "small_share": float(small["balance"].sum()) / balance,
        "business_share": float(business["balance"].sum()) / balance,
    }


def adverse_impact_ratio(quarter: Quarter) -> Figures:
    """Four ratios of approval rates, their exact tests and their shortfalls."""
    day = pl.coalesce("decided_at", "applied_at").cast(pl.Date)
    decided = with_borrower(raw("application")).filter(
        pl.col("decision").is_in(["approved", "declined"]),
        day.is_between(quarter.first_day, quarter.last_day),
    )
    months = rule("new_citizen.hukou_months", quarter.last_day)
    settled = pl.col("hukou_since_date").dt.offset_by(f"{months}mo")
    moved = (pl.col("hukou_city_code") != pl.col("resident_city_code")) | (
        settled > quarter.last_day
    )
    groups = {
        "gender": pl.when(pl.col("gender").is_in(["female", "male"])).then(
            pl.col("gender") == "female"
        ),
        "age": pl.lit(quarter.last_day.year) - pl.col("birth_year") >= 60,
        "area": pl.col("area") != "urban",
        "new_citizens": pl.col("is_urban_resident") & moved,
    }
    figures: Figures = {}
    for name, member in groups.items():
        people = decided.with_columns(member=member)
        mine, others = (
            people.filter(pl.col("member") == side) for side in (True, False)
        )
        a, g = mine.filter(pl.col("decision") == "approved").height, mine.height
        c, r = others.filter(pl.col("decision") == "approved").height, others.height
        spread = 1.959963984540054 * sqrt(1 / a - 1 / g + 1 / c - 1 / r)
        ratio = (a / g) / (c / r)
        figures |= {
            name: ratio,
            f"{name}.low": exp(log(ratio) - spread),
            f"{name}.high": exp(log(ratio) + spread),
            f"{name}_p": float(fisher_exact([[a, g - a], [c, r - c]]).pvalue),
            f"{name}_shortfall": g * c / r - a,
            f"{name}_unknown": people["member"].null_count(),
        }
    return figures


def credit_concentration(quarter: Quarter) -> Figures:
    """Twice the covariance of balance and average fractional rank, over the mean."""
    owing = (
        stock(quarter)
        .drop_nulls("borrower_id")
        .group_by("borrower_id")
        .agg(pl.col("balance").sum().cast(pl.Float64), pl.col("monthly_income").first())
        .sort("borrower_id")
    )
    known = owing.drop_nulls("monthly_income").with_columns(
        rank=(pl.col("monthly_income").rank("average") - 0.5) / pl.len()
    )
    found = known.select(
        2 * pl.cov("balance", "rank", ddof=0) / pl.col("balance").mean()
    ).item()
    return {
        "index": float(found),
        "unknown_borrowers": owing["monthly_income"].null_count(),
    }


def service_points(quarter: Quarter) -> Figures:
    """The country's points over the adults of all provinces."""
    facts = raw("area_fact").filter(pl.col("year") <= quarter.last_day.year)
    points = facts.filter(pl.col("metric") == "outlets", pl.col("area_code") == "CN")
    found = float(points.sort("year")["value"][-1])
    adults = facts.filter(pl.col("metric") == "adults", pl.col("area_code") != "CN")
    return {
        "points_per_100k": 100_000 * found / float(adults["value"].sum()),
        "points": found,
        "county_coverage": None,
    }


def debt_service_to_income(quarter: Quarter) -> Figures:
    """Quantiles among active borrowers, and among new loans by an earlier file."""
    files = _files(quarter)
    loans = with_borrower(raw("loan")).filter(quarter.holds("disbursed_at"))
    loans = loans.with_columns(day=pl.col("disbursed_at").cast(pl.Date))
    bureau = raw("bureau_month").select(
        "borrower_id", "as_of_date", "monthly_debt_service"
    )
    days = rule("bureau_file.most_days", quarter.last_day)
    age = pl.col("day") - pl.col("as_of_date")
    earlier = (
        loans.join(bureau, on="borrower_id")
        .filter(age.is_between(timedelta(days=1), timedelta(days=days)))
        .sort("as_of_date")
        .unique("loan_id", keep="last", maintain_order=True)
        .select(
            "loan_id",
            dsti=pl.col("monthly_debt_service").cast(pl.Float64)
            / pl.col("monthly_income").cast(pl.Float64),
        )
    )
    known = earlier.drop_nulls("dsti")
    return {
        "median": files["dsti"].quantile(0.5, "linear"),
        "p90": files["dsti"].quantile(0.9, "linear"),
        "median_at_origination": known["dsti"].quantile(0.5, "linear"),
        "p90_at_origination": known["dsti"].quantile(0.9, "linear"),
        "unknown_borrowers": files["dsti"].null_count(),
        "unknown_loans": loans.height - known.height,
    }


def write_off_ratio(quarter: Quarter) -> Figures:
    """Four times the quarter's write-offs over the mean of four month ends."""
    months = raw("loan_month").filter(
        pl.col("as_of_date").is_between(
            day_before(quarter.first_day, 1), quarter.last_day
        )
    )
    gone = months.filter(
        quarter.holds("written_off_date"),
        pl.col("written_off_date") <= pl.col("as_of_date"),
    ).unique("loan_id")
    off = (pl.col("written_off_date") <= pl.col("as_of_date")).fill_null(value=False)
    owed = months.filter(pl.col("balance") > 0, ~off)
    ends = months["as_of_date"].n_unique()
    amount = float(gone["written_off_amount"].sum())
    mean = float(owed["balance"].sum()) / ends
    return {
        "ratio": amount * MONTHS_A_YEAR / MONTHS_A_QUARTER / mean,
        "written_off": amount,
        "without_amount": gone["written_off_amount"].null_count(),
    }


def risk_coverage(quarter: Quarter) -> Figures:
    """All allowances over the balances more than 90 days late."""
    owing = stock(quarter)
    days = rule("portfolio_at_risk.long_days_past_due", quarter.last_day)
    late = owing.filter(pl.col("days_past_due") > days)["balance"].sum()
    return {
        "par90_coverage": float(owing["allowance"].sum()) / float(late),
        "npl_coverage": None,
        "npl_ratio": None,
        "without_allowance": owing["allowance"].null_count(),
    }


# ---- The comparison


class Audit(NamedTuple):
    recount: Callable[[Quarter], Measures]
    measures: tuple[str, ...]
    dimension: str | None = "area"


INCLUSION, HEALTHY = "inclusion.", "healthy_consumption."
AUDITS = {
    INCLUSION + "customers_served": Audit(customers_served, ("customers",)),
    INCLUSION + "first_time_borrowers": Audit(
        first_time_borrowers,
        ("first_time_borrowers", "by_bureau_alone", "unknown_borrowers"),
    ),
    INCLUSION + "low_income_borrower_share": Audit(
        low_income_borrower_share, ("share", "low_income_borrowers")
    ),
    INCLUSION + "balance_to_income": Audit(balance_to_income, ("ratio",)),
    INCLUSION + "small_loan_share": Audit(small_loan_share, ("share", "amount_share")),
    INCLUSION + "digital_active_rate": Audit(
        digital_active_rate, ("share", "accessible_mode_share")
    ),
    HEALTHY + "over_indebted_share": Audit(over_indebted_share, ("share",)),
    HEALTHY + "multi_lender_share": Audit(multi_lender_share, ("share",)),
    HEALTHY + "par90": Audit(par90, ("share",)),
    HEALTHY + "first_payment_default": Audit(first_payment_default, ("share",)),
}
FIGURES: dict[str, Callable[[Quarter], Figures]] = {
    INCLUSION + "portfolio_composition": portfolio_composition,
    INCLUSION + "adverse_impact_ratio": adverse_impact_ratio,
    INCLUSION + "credit_concentration": credit_concentration,
    INCLUSION + "service_points": service_points,
    HEALTHY + "debt_service_to_income": debt_service_to_income,
    HEALTHY + "write_off_ratio": write_off_ratio,
    HEALTHY + "risk_coverage": risk_coverage,
}
COUNTED = frozenset(AUDITS) | frozenset(FIGURES)

PERIODS = ("2026Q2", "2026Q3")
OPEN = {("healthy_consumption.first_payment_default", "2026Q3")}
"""Not final at the data date."""
SEGMENTS = ("urban", "county", "rural", "unknown")
CELLS = [
    (indicator, measure, period, dimension, segment)
    for indicator, audit in AUDITS.items()
    for measure in audit.measures
    for period in PERIODS
    for dimension, segment in (
        ("all", "all"),
        *((audit.dimension, name) for name in SEGMENTS if audit.dimension),
    )
]
Cell = tuple[str, str, str, str, str]


@cache
def counted(indicator: str, period: str) -> Measures:
    return AUDITS[indicator].recount(Quarter(period))


@pytest.fixture(scope="module")
def said(lender: Workspace) -> dict[Cell, dict[str, float | None]]:
    """What the package says, with nothing suppressed."""
    run = lender.compute(
        tuple(sorted(COUNTED)), period=parse_period(PERIODS[-1]), by=("area",)
    )
    columns = ("numerator", "denominator", "value", "missing_share", "low", "high")
    return {
        (row["indicator"], row["measure"], row["period"], *place): {
            name: None if row[name] is None else float(row[name]) for name in columns
        }
        for result in run.results
        for row in result.frame.iter_rows(named=True)
        for place in [(row["dimension"], row["segment"])]
        if row["period"] in PERIODS
    }


@pytest.mark.parametrize("cell", CELLS)
def test_a_second_count_finds_the_same(
    said: dict[Cell, dict[str, float | None]], cell: Cell
) -> None:
    indicator, measure, period, dimension, segment = cell

    expected = tally(counted(indicator, period)[measure], dimension, segment)
    if (indicator, period) in OPEN:
        expected = NOTHING

    found = said.get(cell, {})
    for name, theirs in zip(Tally._fields, expected, strict=True):
        ours = found.get(name)
        assert (ours is None) == (theirs is None), name
        if theirs is not None:
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6), name


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("indicator", FIGURES)
def test_a_second_computation_finds_the_same(
    said: dict[Cell, dict[str, float | None]], indicator: str, period: str
) -> None:
    for name, theirs in FIGURES[indicator](Quarter(period)).items():
        measure, _, part = name.partition(".")
        ours = said[(indicator, measure, period, "all", "all")][part or "value"]
        assert (ours is None) == (theirs is None), name
        if theirs is not None:
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9), name


def test_products_make_up_the_portfolio(lender: Workspace) -> None:
    found = lender.run(
        "inclusion.portfolio_composition", period="2026Q3", by=("product",)
    ).filter(pl.col("measure") == "share", pl.col("dimension") == "product")

    owing = stock(Quarter("2026Q3"))
    parts = owing.group_by("product").agg(pl.col("balance").sum().cast(pl.Float64))
    whole = float(owing["balance"].sum())
    expected = {name: balance / whole for name, balance in parts.iter_rows()}
    assert sum(expected.values()) == pytest.approx(1)
    assert dict(found.select("segment", "value").iter_rows()) == pytest.approx(expected)


def test_every_measure_is_counted_again(lender: Workspace) -> None:
    for indicator, audit in AUDITS.items():
        declared = lender.project.indicators[indicator].measures
        assert audit.measures == tuple(measure.name for measure in declared)
    for indicator, recount in FIGURES.items():
        declared = lender.project.indicators[indicator].measures
        again = {name.partition(".")[0] for name in recount(Quarter("2026Q3"))}
        assert again == {measure.name for measure in declared}
