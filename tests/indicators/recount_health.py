"""A second count of debt, use of limits, education and surveys.

Each function counts one indicator again from the sample's files, after the words of its
definition and without its query: one row a loan, a customer or a questionnaire.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import polars as pl
from indicators.raw_sample import Quarter, raw, rule, stock, with_borrower

REVOLVING = ("card_revolving", "pay_later")


@cache
def revolving_accounts(quarter: Quarter) -> pl.DataFrame:
    """Cards and loans repaid as revolving credit: the sample lender has none."""
    owing = stock(quarter).join(
        raw("loan").select("loan_id", "repayment_method"), on="loan_id"
    )
    accounts = owing.filter(
        (pl.col("product") == "card_revolving")
        | (pl.col("repayment_method") == "revolving")
    )
    assert accounts.is_empty(), "these accounts must be counted again"
    return accounts.with_columns(yes=1, judged=1, unjudged=0)


@cache
def high_utilisation(quarter: Quarter) -> pl.DataFrame:
    """Customers with a pay-later balance; what they use against one limit each."""
    most = rule("high_utilisation.share", quarter.last_day)
    used = pl.col("credit_used").cast(pl.Float64)
    limit = pl.col("credit_limit").cast(pl.Float64)
    customers = (
        stock(quarter)
        .filter(pl.col("product").is_in(REVOLVING))
        .group_by("borrower_id")
        .agg(
            used=used.sum(),
            limit=limit.max(),
            blank=used.is_null().any() | limit.is_null().all(),
        )
    )
    known = ~pl.col("blank")
    return with_borrower(customers).with_columns(
        high=known & (pl.col("used") > pl.col("limit") * most),
        known=known,
        unknown=~known,
    )


@cache
def loan_to_repay_loan(quarter: Quarter) -> pl.DataFrame:
    """New loans that say they repay another, by number and by principal."""
    marked = pl.col("is_refinancing")
    principal = pl.col("principal")
    return _new_loans(quarter).with_columns(
        refinancing=marked.fill_null(value=False),
        known=marked.is_not_null(),
        unknown=marked.is_null(),
        refinanced_principal=pl.when(marked).then(principal).otherwise(0),
        known_principal=pl.when(marked.is_not_null()).then(principal).otherwise(0),
        unknown_principal=pl.when(marked.is_null()).then(principal).otherwise(0),
    )


@cache
def scenario_verified_share(quarter: Quarter) -> pl.DataFrame:
    """Principal of new loans up to their verified purchases less refunds."""
    net = pl.col("amount") - pl.col("refunded_amount").fill_null(0)
    seen = raw("spending")["verification"]
    assert seen.null_count() == 0
    bought = (
        raw("spending")
        .group_by("loan_id")
        .agg(verified=net.filter(pl.col("verification") != "none").sum())
    )
    recorded = pl.col("verified").is_not_null()
    loans = _new_loans(quarter).join(bought, on="loan_id", how="left")
    principal = pl.col("principal")
    return loans.with_columns(
        backed=pl.min_horizontal("principal", pl.col("verified").fill_null(0)),
        known=pl.when(recorded).then(principal).otherwise(0),
        unknown=pl.when(recorded).then(0).otherwise(principal),
    )


@cache
def cooling_off_cancellations(quarter: Quarter) -> pl.DataFrame:
    """New loans, and those given back for nothing within the days after signing."""
    days = rule("cooling_off.days", quarter.last_day)
    start = pl.coalesce("contract_signed_date", pl.col("disbursed_at").dt.date())
    in_time = (pl.col("cancelled_date") - start <= timedelta(days=days)).fill_null(
        value=False
    )
    cost = pl.col("cancellation_cost")
    return _new_loans(quarter).with_columns(
        cancelled=in_time & (cost == 0).fill_null(value=False),
        known=~in_time | cost.is_not_null(),
        unknown=in_time & cost.is_null(),
    )


@cache
def education_reach(quarter: Quarter) -> pl.DataFrame:
    """Persons at a course; persons tested after one, and their latest test before."""
    acts = raw("engagement")
    course = pl.col("tool") == "education"
    reached = (
        acts.filter(course, quarter.holds("occurred_at"))
        .select("borrower_id")
        .unique()
        .with_columns(reached=1)
    )
    tests = acts.filter(pl.col("tool") == "pre_post_test").sort("occurred_at")
    after = (
        tests.filter(pl.col("result") == "post", quarter.holds("occurred_at"))
        .group_by("borrower_id")
        .agg(at=pl.col("occurred_at").last(), after=pl.col("value").last())
    )
    before = (
        tests.filter(pl.col("result") == "pre")
        .join(after, on="borrower_id")
        .filter(pl.col("occurred_at") < pl.col("at"))
        .sort("occurred_at")
        .group_by("borrower_id")
        .agg(had_test=pl.lit(1), before=pl.col("value").last())
    )
    pairs = after.join(before, on="borrower_id", how="left").select(
        "borrower_id",
        gained=pl.col("after") - pl.col("before"),
        before=pl.when(pl.col("after").is_not_null()).then("before"),
        paired=(pl.col("after") + pl.col("before")).is_not_null(),
        tested=pl.col("had_test").is_null()
        | (pl.col("after") + pl.col("before")).is_not_null(),
        unscored=pl.col("had_test").is_not_null()
        & (pl.col("after") + pl.col("before")).is_null(),
    )
    return with_borrower(pl.concat([reached, pairs], how="diagonal"))


@cache
def emergency_buffer(quarter: Quarter) -> pl.DataFrame:
    """The latest answer of each person, in months, with its weight."""
    least = rule("emergency_buffer.months", quarter.last_day)
    months = pl.col("answers").cast(pl.Float64)
    weight = pl.col("weight")
    return _asked(quarter, "buffer").with_columns(
        buffered=pl.when(months >= least).then(weight).otherwise(0),
        answered=pl.when(months.is_not_null()).then(weight).otherwise(0),
        blank=pl.when(months.is_null()).then(weight).otherwise(0),
    )


@cache
def financial_wellbeing(quarter: Quarter) -> pl.DataFrame:
    """The latest published score of each person, with its weight."""
    low = rule("financial_wellbeing.low_score", quarter.last_day)
    middling = rule("financial_wellbeing.middling_score", quarter.last_day)
    score, weight = pl.col("published_score"), pl.col("weight")
    return _asked(quarter, "cfpb10").with_columns(
        score_weight=score * weight,
        scored=pl.when(score.is_not_null()).then(weight).otherwise(0),
        unscored=pl.when(score.is_null()).then(weight).otherwise(0),
        low=pl.when(score < low).then(weight).otherwise(0),
        middling=pl.when(score < middling).then(weight).otherwise(0),
    )


BUCKETS = ("current", "first", "second", "third")


@cache
def roll_rates_and_vintages(quarter: Quarter) -> pl.DataFrame:
    """Balances by bucket beside the next month end; new loans at three ages."""
    return pl.concat([_rolls(quarter), _vintages(quarter)], how="diagonal")


@cache
def roll_rate_matrix(quarter: Quarter) -> pl.DataFrame:
    """Each month end's debts with their bucket, and where they stand one later."""
    ends = ("current", "first", "second", "third", "worst", "repaid", "written_off")
    end = (
        pl.when(pl.col("bucket").is_null())
        .then(None)
        .when("lost")
        .then(pl.lit(ends.index("written_off")))
        .when(pl.col("balance_later") <= 0)
        .then(pl.lit(ends.index("repaid")))
        .otherwise(pl.col("bucket_later").cast(pl.Int32))
    )
    pairs = _pairs(quarter).with_columns(end=end)
    names = {float(at): name for at, name in enumerate(ends)}
    return pairs.with_columns(
        pl.col("bucket").cast(pl.Float64).replace_strict(names).alias("late_bucket"),
        *(
            (pl.col("end") == at).fill_null(value=False).alias(f"loans_{name}")
            for at, name in enumerate(ends)
        ),
        *(
            pl.when(pl.col("end") == at)
            .then(pl.col("balance"))
            .otherwise(0)
            .alias(f"balance_{name}")
            for at, name in enumerate(ends)
        ),
        loans_known=pl.col("end").is_not_null(),
        loans_unknown=pl.col("end").is_null(),
        balance_known=pl.when(pl.col("end").is_not_null())
        .then(pl.col("balance"))
        .otherwise(0),
        balance_unknown=pl.when(pl.col("end").is_null())
        .then(pl.col("balance"))
        .otherwise(0),
    )


def _pairs(quarter: Quarter) -> pl.DataFrame:
    """Each month end's debts, and the same loans one month end later."""
    limits = [
        rule(f"days_late_bucket.{name}", quarter.last_day)
        for name in ("first", "second", "third")
    ]
    days = pl.col("days_past_due")
    bucket = pl.sum_horizontal(
        (days > 0).cast(pl.Int8), *((days > most).cast(pl.Int8) for most in limits)
    )
    months = raw("loan_month").with_columns(
        bucket=pl.when(days.is_not_null()).then(bucket),
        lost=(pl.col("written_off_date") <= pl.col("as_of_date")).fill_null(
            value=False
        ),
    )
    later = months.select(
        "loan_id",
        "lost",
        "bucket",
        "balance",
        next_day="as_of_date",
    )
    return (
        months.filter(pl.col("balance") > 0, ~pl.col("lost"))
        .select(
            "loan_id",
            "balance",
            "bucket",
            next_day=pl.col("as_of_date").dt.offset_by("1d").dt.month_end(),
        )
        .filter(quarter.holds("next_day"))
        .join(later, on=("loan_id", "next_day"), how="left", suffix="_later")
    )


def _rolls(quarter: Quarter) -> pl.DataFrame:
    """The same, as balances that rolled to something worse, by bucket."""
    pairs = _pairs(quarter)
    worse = (
        pl.when("lost")
        .then(statement=True)
        .when(pl.col("balance_later") <= 0)
        .then(statement=False)
        .otherwise(pl.col("bucket_later") > pl.col("bucket"))
    )
    owner = raw("loan").select("loan_id", "borrower_id")
    balance = pl.col("balance")
    return with_borrower(pairs.join(owner, on="loan_id")).select(
        "borrower_id",
        "area",
        *(
            pl.when(pl.col("bucket") == number, answer)
            .then(balance)
            .otherwise(0)
            .alias(f"{name}_{part}")
            for number, name in enumerate(BUCKETS)
            for part, answer in (
                ("worse", worse),
                ("known", worse.is_not_null()),
                ("unknown", worse.is_null()),
            )
        ),
    )


def _vintages(quarter: Quarter) -> pl.DataFrame:
    """New loans; late, not late on every month end, or not known, at each age."""
    loans = _new_loans(quarter).select(
        "loan_id", "area", day=pl.col("disbursed_at").dt.date()
    )
    for name in ("early", "middle", "mature"):
        age = rule(f"vintage.{name}_months", quarter.last_day)
        point = pl.col("day").dt.month_start().dt.offset_by(f"{age}mo").dt.month_end()
        late = pl.col("days_past_due") > rule(
            "portfolio_at_risk.days_past_due", quarter.last_day
        )
        lost = pl.col("written_off_date") <= pl.col("as_of_date")
        seen = (
            loans.with_columns(point=point)
            .join(raw("loan_month"), on="loan_id")
            .filter(pl.col("as_of_date") <= pl.col("point"))
            .sort("as_of_date")
            .group_by("loan_id")
            .agg(
                late=(late.fill_null(value=False) | lost.fill_null(value=False)).any(),
                blank=pl.col("days_past_due").is_null().any(),
                rows=pl.len(),
                wanted=(
                    12 * pl.col("as_of_date").dt.year().last().cast(pl.Int64)
                    - 12 * pl.col("day").dt.year().first().cast(pl.Int64)
                    + pl.col("as_of_date").dt.month().last().cast(pl.Int64)
                    - pl.col("day").dt.month().first().cast(pl.Int64)
                    + 1
                ),
                over=(pl.col("as_of_date").last() == pl.col("point").first())
                | (pl.col("balance").last() <= 0),
            )
        )
        whole = ~pl.col("blank") & pl.col("over") & (pl.col("rows") == pl.col("wanted"))
        loans = loans.join(
            seen.select(
                "loan_id",
                pl.col("late").alias(f"{name}_late"),
                (pl.col("late") | whole).alias(f"{name}_known"),
            ),
            on="loan_id",
            how="left",
        ).with_columns(
            pl.col(f"{name}_late", f"{name}_known").fill_null(value=False),
        )
        loans = loans.with_columns((~pl.col(f"{name}_known")).alias(f"{name}_unknown"))
    return loans


def _asked(quarter: Quarter, instrument: str) -> pl.DataFrame:
    asked = raw("survey_answer").filter(
        pl.col("instrument") == instrument, quarter.holds("answered_date")
    )
    latest = (
        asked.with_columns(person=pl.coalesce("borrower_id", "survey_id"))
        .sort("answered_date", "survey_id")
        .unique("person", keep="last", maintain_order=True)
        .with_columns(pl.col("weight").fill_null(1))
    )
    return with_borrower(latest)


def _new_loans(quarter: Quarter) -> pl.DataFrame:
    return with_borrower(raw("loan").filter(quarter.holds("disbursed_at")))
