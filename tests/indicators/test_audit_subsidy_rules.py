"""A second count of the indicators that hold the subsidy's rules against the claims.

What the rules give is taken from 'esg policy apply', which an independent
implementation checks on random borrowers (tests/policy); everything on top of it is
counted here with Polars from the sample's files, and none of it comes from the queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from indicators.raw_sample import (
    Quarter,
    Tally,
    active,
    count,
    raw,
    rule,
    share,
    tally,
    total,
    with_borrower,
)
from indicators.test_audit_inclusion_subsidy_esg import RULE_BASED

from esg.policy.subsidy_tables import SUBSIDY
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.workspace import Workspace

PERIODS = ("2025Q4", "2026Q2", "2026Q3")
SEGMENTS = {"gender": ("female", "male", "unknown")}
LOSSES = ("lost_half_rate", "lost_transaction_cap", "lost_small_cap", "lost_total_cap")
CAPS = LOSSES[1:]
ZERO = pl.lit(0, dtype=pl.Decimal(18, 2))


@pytest.fixture(scope="module")
def facts(lender: Workspace) -> pl.DataFrame:
    """Every fact of the policy with the day its bill fell due."""
    due = raw("interest_bill").select("loan_id", "period_no", "due_date")
    return lender.policy(SUBSIDY).facts().join(due, on=["loan_id", "period_no"])


def loans_due(facts: pl.DataFrame, quarter: Quarter) -> pl.DataFrame:
    """A loan a row: what the rules give on its bills of the quarter."""
    sums = ("uncapped", "subsidy", "central", "provincial", *LOSSES)
    found = (
        facts.filter(quarter.holds("due_date"))
        .group_by("loan_id")
        .agg(
            *(pl.col(name).sum() for name in sums),
            qualifies=(pl.col("reason") == "eligible").any(),
            free=(pl.col("reason") == "no_interest").any(),
            unsigned=(pl.col("reason") == "agreement").any(),
            unverified=(pl.col("reason") == "verification").any(),
        )
    )
    loan = raw("loan").select("loan_id", "borrower_id", "product")
    return with_borrower(found.join(loan, on="loan_id"))


def claims_of(quarter: Quarter) -> pl.DataFrame:
    """The quarter's claims with their loan and borrower."""
    loan = raw("loan").select("loan_id", "borrower_id", "product", "principal")
    claims = raw("subsidy_claim").filter(pl.col("quarter") == quarter.name)
    return with_borrower(claims.join(loan, on="loan_id"))


def people(facts: pl.DataFrame, quarter: Quarter) -> pl.DataFrame:
    """A borrower a row: due, reached (null while undecided), asked for."""
    due = (
        loans_due(facts, quarter)
        .group_by("borrower_id")
        .agg(
            pl.col("subsidy", *LOSSES, "uncapped").sum(),
            pl.col("qualifies", "free", "unsigned", "unverified").any(),
        )
    )
    asked = (
        claims_of(quarter)
        .group_by("borrower_id")
        .agg(
            claims=pl.len(),
            approved=pl.col("approved").sum(),
            got=(pl.col("approved") > 0).any(),
            waits=pl.col("approved").is_null().any(),
        )
    )
    both = due.join(asked, on="borrower_id", how="full", coalesce=True).drop_nulls(
        "borrower_id"
    )
    is_due = (pl.col("subsidy") > 0).fill_null(value=False)
    got = pl.col("got").fill_null(value=False)
    reached = pl.when(got | ~pl.col("waits").fill_null(value=False)).then(got)
    return with_borrower(both.with_columns(due=is_due, reached=reached))


def take_up(facts: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    everybody = people(facts, quarter)
    due = everybody.filter("due")
    needs_none = ~pl.col("due") & pl.col("free") & ~pl.col("qualifies")
    return {
        "share": share(due, pl.col("reached")),
        "eligible": count(everybody, pl.col("due")),
        "interest_free": count(everybody, needs_none),
    }


def exclusion_error(facts: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    everybody = people(facts, quarter)
    due = everybody.filter("due")
    missed = pl.col("due") & ~pl.col("reached")
    stopped = ~pl.col("due")
    return {
        "share": share(due, ~pl.col("reached")),
        "not_claimed": count(everybody, pl.col("due") & pl.col("claims").is_null()),
        "rejected": count(everybody, missed & (pl.col("claims") > 0)),
        "unsigned": count(everybody, stopped & pl.col("unsigned")),
        "unverified": count(
            everybody, stopped & ~pl.col("unsigned") & pl.col("unverified")
        ),
    }


def leakage(facts: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    got = people(facts, quarter).filter("got")
    return {
        "share": share(got, ~pl.col("due")),
        "amount": total(got, pl.when(~pl.col("due")).then(pl.col("approved"))),
    }


def cap_hit_share(facts: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    before_caps = pl.col("uncapped") - pl.col("lost_half_rate")
    asked = people(facts, quarter).filter(before_caps > 0)
    hit = {name.removeprefix("lost_"): pl.col(name) > 0 for name in CAPS}
    return {"share": share(asked, pl.any_horizontal(hit.values()))} | {
        name: share(asked, yes) for name, yes in hit.items()
    }


def lost_to_rules(facts: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    loans = loans_due(facts, quarter)
    lost = pl.sum_horizontal(LOSSES)
    amounts = {name: total(loans, pl.col(name)) for name in ("uncapped", *LOSSES)}
    lost_share = loans.with_columns(
        numerator=lost, denominator=pl.col("uncapped"), missing=ZERO
    )
    return amounts | {
        "lost": total(loans, lost),
        "given": total(loans, pl.col("subsidy")),
        "central": total(loans, pl.col("central")),
        "provincial": total(loans, pl.col("provincial")),
        "lost_share": lost_share,
        "unknown_loans": count(loans, pl.lit(value=False)),
    }


def claimed_against_computed(
    facts: pl.DataFrame, quarter: Quarter
) -> dict[str, pl.DataFrame]:
    """The sample claims each loan and quarter at most once, and in time."""
    claims = claims_of(quarter)
    assert claims["loan_id"].is_unique().all()
    due = loans_due(facts, quarter).filter(pl.col("subsidy") > 0)
    both = claims.join(
        due.select("loan_id", "subsidy"), on="loan_id", how="full", coalesce=True
    ).with_columns(pl.col("subsidy").fill_null(0), asked=pl.col("claimed").fill_null(0))
    more = pl.col("asked") - pl.col("subsidy")
    within = more.abs() <= pl.lit("0.05").cast(pl.Decimal(18, 2))
    has_ground = pl.col("subsidy") > 0
    is_claim = pl.col("claim_id").is_not_null()

    def amount(when: pl.Expr, value: pl.Expr) -> pl.DataFrame:
        return total(both, pl.when(when).then(value))

    nothing = amount(pl.lit(value=False), more)
    return {
        "difference_share": both.with_columns(
            numerator=more.abs(),
            denominator=pl.col("subsidy"),
            missing=pl.lit(None, dtype=pl.Int64),
        ),
        "agreeing_share": share(both.filter(is_claim), within),
        "claimed": total(both, pl.col("claimed")),
        "computed": total(both, pl.col("subsidy")),
        "over": amount(is_claim & has_ground & ~within & (more > 0), more),
        "under": amount(is_claim & ~within & (more < 0), -more),
        "no_ground": amount(is_claim & ~has_ground & (more > 0), more),
        "not_claimed": amount(~is_claim, pl.col("subsidy")),
        "duplicate": nothing,
        "late": nothing,
        "unknown": nothing,
    }


def rate_relief(_: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    ran = (pl.col("to_date") - pl.col("from_date")).dt.total_days()
    balances = (
        raw("interest_bill")
        .filter(quarter.holds("due_date"))
        .group_by("loan_id")
        .agg(ran=(pl.col("opening_balance").cast(pl.Float64) * ran).sum())
    )
    claims = claims_of(quarter).join(balances, on="loan_id", how="left")
    relieved = claims.filter(pl.col("approved") > 0)
    # 10,000 basis points, 365 days.
    points = relieved.with_columns(
        numerator=pl.col("approved").cast(pl.Float64) * 3_650_000,
        denominator=pl.col("ran"),
        missing=pl.lit(None, dtype=pl.Int64),
    )
    return {
        "relief": points,
        "unknown_loans": count(claims, pl.col("approved").is_null()),
    }


def pass_through(_: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    taken_off = (
        raw("interest_bill")
        .filter(quarter.holds("due_date"))
        .group_by("loan_id")
        .agg(pl.col("subsidy_deducted").sum())
    )
    claims = claims_of(quarter).join(taken_off, on="loan_id", how="left")
    ratio = claims.with_columns(
        numerator=pl.col("subsidy_deducted").fill_null(0),
        denominator=pl.col("claimed"),
        missing=pl.lit(None, dtype=pl.Int64),
    )
    nothing = count(claims, pl.lit(value=False))
    return {"pass_through": ratio, "unknown_loans": nothing}


def leverage(_: pl.DataFrame, quarter: Quarter) -> dict[str, pl.DataFrame]:
    """Everything since the policy began, up to the quarter's end."""
    approved = (
        raw("subsidy_claim")
        .filter(pl.col("quarter") <= quarter.name)
        .group_by("loan_id")
        .agg(pl.col("approved").sum())
        .filter(pl.col("approved") > 0)
    )
    days = raw("spending")["spent_date"].unique()
    covered = [
        day
        for day in days
        if day <= quarter.last_day and rule("fiscal_subsidy.spending_window", day) == 1
    ]
    refunded = pl.when(pl.col("refunded_date") <= quarter.last_day).then(
        pl.col("refunded_amount").fill_null(pl.col("amount"))
    )
    bought = (
        raw("spending")
        .filter(
            pl.col("spent_date").is_in(covered),
            pl.col("verification").is_in(["automatic", "manual"]),
        )
        .group_by("loan_id")
        .agg(bought=(pl.col("amount") - refunded.fill_null(0)).sum())
    )
    loan = raw("loan").select("loan_id", "borrower_id", "product", "principal")
    loans = with_borrower(
        approved.join(loan, on="loan_id").join(bought, on="loan_id", how="left")
    )

    def over_subsidy(amount: pl.Expr) -> pl.DataFrame:
        return loans.with_columns(
            numerator=amount,
            denominator=pl.col("approved"),
            missing=pl.lit(None, dtype=pl.Int64),
        )

    return {
        "spending": over_subsidy(pl.col("bought").fill_null(0)),
        "principal": over_subsidy(pl.col("principal")),
        "unknown_purchases": count(loans, pl.lit(value=False)),
    }


def ranked(quarter: Quarter) -> tuple[pl.DataFrame, int]:
    """Borrowers with income and what they got, and how many are left out."""
    got = (
        claims_of(quarter)
        .drop_nulls("borrower_id")
        .group_by("borrower_id")
        .agg(
            got=pl.col("approved").sum(),
            waits=pl.col("approved").is_null().any(),
        )
    )
    named = pl.concat(
        [
            active(quarter).select("borrower_id"),
            got.filter(pl.col("got") > 0).select("borrower_id"),
        ]
    ).unique()
    everybody = with_borrower(named).join(got, on="borrower_id", how="left")
    waiting = (pl.col("got").fill_null(0) == 0) & pl.col("waits").fill_null(value=False)
    known = everybody.filter(pl.col("monthly_income").is_not_null() & ~waiting)
    return known, everybody.height - known.height


def concentration(amounts: np.ndarray, ranks: np.ndarray) -> float:
    """Twice the covariance with the fractional rank, over the mean."""
    fractional = (ranks - 0.5) / len(ranks)
    covariance = np.mean(amounts * fractional) - amounts.mean() * fractional.mean()
    return float(2 * covariance / amounts.mean())


@pytest.mark.parametrize("period", PERIODS)
def test_kakwani_is_twice_a_covariance_with_average_ranks(
    lender: Workspace, period: str
) -> None:
    known, left_out = ranked(Quarter(period))
    ranks = known["monthly_income"].rank("average").to_numpy()
    income = known["monthly_income"].cast(pl.Float64).to_numpy()
    subsidy = known["got"].fill_null(0).cast(pl.Float64).to_numpy()
    gini, found = concentration(income, ranks), concentration(subsidy, ranks)

    frame = lender.run("subsidy.kakwani_index", quarter=period)

    said = dict(zip(frame["measure"], frame["value"], strict=True))
    assert said["gini"] == pytest.approx(gini, abs=1e-9)
    assert said["concentration"] == pytest.approx(found, abs=1e-9)
    assert said["index"] == pytest.approx(found - gini, abs=1e-9)
    assert said["unknown"] == left_out


@pytest.mark.parametrize("period", PERIODS)
def test_the_targeting_index_is_incidence_over_the_share_of_people(
    lender: Workspace, period: str
) -> None:
    quarter = Quarter(period)
    people = active(quarter).drop_nulls("monthly_income")
    ranks = people["monthly_income"].rank("average")
    low = people.filter((ranks - 0.5) / people.height < 2 / 5)
    line = low["monthly_income"].max()
    known = claims_of(quarter).filter(
        pl.col("approved") > 0, pl.col("monthly_income").is_not_null()
    )
    to_low = known.filter(pl.col("monthly_income") <= line)["approved"].sum()
    incidence = float(to_low) / float(known["approved"].sum())

    frame = lender.run("subsidy.targeting_index", quarter=period)

    expected = incidence / (low.height / people.height)
    assert frame["value"].to_list() == [pytest.approx(expected, rel=1e-9)]


RECOUNTS = {
    "subsidy.take_up": take_up,
    "subsidy.exclusion_error": exclusion_error,
    "subsidy.leakage": leakage,
    "subsidy.cap_hit_share": cap_hit_share,
    "subsidy.lost_to_rules": lost_to_rules,
    "subsidy.claimed_against_computed": claimed_against_computed,
    "subsidy.rate_relief": rate_relief,
    "subsidy.pass_through": pass_through,
    "subsidy.leverage": leverage,
}


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("indicator", RECOUNTS)
def test_a_second_count_finds_the_same(
    lender: Workspace, facts: pl.DataFrame, indicator: str, period: str
) -> None:
    expected = RECOUNTS[indicator](facts, Quarter(period))
    by = [
        name
        for name in lender.project.indicators[indicator].breakdowns
        if name in SEGMENTS
    ]

    run = lender.compute((indicator,), period=parse_period(period), by=tuple(by))

    frame = run.results[0].frame.filter(pl.col("period") == period)
    assert set(frame["measure"]) == set(expected)
    spoken = 0
    for row in frame.filter(pl.col("status") == "ok").iter_rows(named=True):
        rows = expected[row["measure"]]
        told = tally(rows, row["dimension"], row["segment"])
        for name, theirs in zip(Tally._fields, told, strict=True):
            ours = row[name]
            place = (row["measure"], row["dimension"], row["segment"], name)
            assert (ours is None) == (theirs is None), place
            if theirs is not None:
                assert float(ours) == pytest.approx(theirs, rel=1e-9, abs=1e-6), place
        spoken += 1
    assert spoken >= len(expected) / 2


def test_every_rule_based_indicator_is_counted_again() -> None:
    others = {"subsidy.kakwani_index", "subsidy.targeting_index"}

    assert set(RECOUNTS) | others == RULE_BASED


@pytest.mark.parametrize("period", PERIODS)
def test_the_differences_are_those_of_the_reconciliation(
    lender: Workspace, period: str
) -> None:
    summary = lender.policy(SUBSIDY).reconcile(parse_period(period)).summary
    run = lender.compute(
        ("subsidy.claimed_against_computed",), period=parse_period(period), by=()
    )
    frame = run.results[0].frame.filter(
        pl.col("period") == period, pl.col("status") == "ok"
    )
    said = dict(zip(frame["measure"], frame["value"], strict=True))
    by_verdict = {row["verdict"]: row for row in summary.iter_rows(named=True)}

    for verdict in ("over", "under", "no_ground", "not_claimed"):
        if verdict in said:
            found = by_verdict.get(verdict, {"difference": 0})["difference"]
            assert said[verdict] == pytest.approx(abs(float(found)), abs=1e-9)
    assert said["claimed"] == pytest.approx(float(summary["claimed"].sum()), abs=1e-9)
    assert said["computed"] == pytest.approx(float(summary["computed"].sum()), abs=1e-9)
