"""Breakdowns and pairs of them: what a segment is called, who stands in it, and why.

The recounts at the end read the sample's files alone, never the queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from indicators.case_files import core_tables, rows_of
from indicators.raw_sample import Quarter, raw, rule, stock, with_borrower

from esg.engine.duck import fetch
from esg.errors import UsageError
from esg.indicators.bind import tables_in
from esg.indicators.run import query
from esg.indicators.stage import Tables, stage_calendar, stage_rules
from esg.policy.subsidy_tables import computed_tables
from esg.spec.indicator import BREAKDOWNS, EVERY, STEPS
from esg.spec.period import parse_period, periods_between

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.workspace import Workspace

QUARTER = "2026Q3"
PAR_DAYS = "portfolio_at_risk.days_past_due"
Given = dict[str, str]


def staged(project: Project, given: Given, first: str, last: str) -> Connection:
    """Core tables of a case, with the calendar of its quarters and all rules."""
    rows = {table: rows_of(text) for table, text in given.items()}
    connection = core_tables(project.tables, rows)
    days = parse_period(first).first_day, parse_period(last).last_day
    stage_calendar(connection, periods_between(*days, "quarter"), days[1])
    stage_rules(connection, project.rules.values())
    return connection


def fifths(project: Project, borrowers: str) -> dict[tuple[str, str], int | None]:
    """The income fifth of each borrower in each of two quarters."""
    connection = staged(project, {"borrower": borrowers}, "2026Q2", "2026Q3")
    tables = Tables(connection, project.marts, computed_tables(project))
    tables.make({"borrower_period"})
    found = fetch(
        connection, "select period, borrower_id, income_quintile from borrower_period"
    )
    return {(period, name): fifth for period, name, fifth in found.iter_rows()}


# ---- Income fifths


def test_ten_incomes_are_five_pairs_whatever_their_order(project: Project) -> None:
    people = "borrower_id | monthly_income\n" + "".join(
        f"b{i} | {1000 * i}\n" for i in (7, 3, 10, 1, 6, 2, 9, 5, 8, 4)
    )

    found = fifths(project, people)

    assert [found["2026Q3", f"b{i}"] for i in range(1, 11)] == [
        1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
    ]  # fmt: skip


def test_equal_incomes_stand_in_one_fifth_together(project: Project) -> None:
    # The six of 3000 hold the ranks 2 to 7, on average 4.5: (4.5 - 0.5) / 10 = 0.4 is
    # not below two fifths. Rank 1 is at 0.05, 8 at 0.75, 9 at 0.85 and 10 at 0.95.
    incomes = [1000, 3000, 3000, 3000, 3000, 3000, 3000, 4000, 5000, 6000]
    people = "borrower_id | monthly_income\n" + "".join(
        f"b{i} | {income}\n" for i, income in enumerate(incomes)
    )

    found = fifths(project, people)

    assert [found["2026Q3", f"b{i}"] for i in range(10)] == [1, *[3] * 6, 4, 5, 5]


def test_when_all_incomes_are_equal_everybody_is_in_the_middle(
    project: Project,
) -> None:
    people = "borrower_id | monthly_income\n" + "".join(
        f"b{i} | 5000\n" for i in range(4)
    )

    assert set(fifths(project, people).values()) == {3}


def test_a_blank_income_is_in_no_fifth_and_moves_none(project: Project) -> None:
    found = fifths(
        project,
        """
        borrower_id | monthly_income
        b1          | 1000
        b2          | 2000
        b3          | -
        b4          | 3000
        b5          | 4000
        b6          | 5000
        """,
    )

    given = [found["2026Q3", f"b{i}"] for i in range(1, 7)]
    assert given == [1, 2, None, 3, 4, 5]


def test_who_comes_later_does_not_move_the_fifths_of_before(project: Project) -> None:
    # On the last day of 2026Q2 four are known: 1000 at 0.125, 2000 at 0.375, 3000 at
    # 0.625, 4000 at 0.875. With 500 they are at 0.3, 0.5, 0.7 and 0.9. Who is not known
    # yet is placed by the lines of those who are: 500 below the lowest.
    found = fifths(
        project,
        """
        borrower_id | monthly_income | first_seen_date
        b1          | 1000           | 2020-01-01
        b2          | 2000           | -
        b3          | 3000           | 2026-04-15
        b4          | 4000           | 2026-06-30
        b5          | 500            | 2026-07-01
        """,
    )

    before = [found["2026Q2", f"b{i}"] for i in range(1, 6)]
    after = [found["2026Q3", f"b{i}"] for i in range(1, 6)]
    assert before == [1, 2, 4, 5, 1]
    assert after == [2, 3, 4, 5, 1]


def test_where_nobody_is_known_yet_there_is_no_fifth(project: Project) -> None:
    found = fifths(
        project,
        """
        borrower_id | monthly_income | first_seen_date
        b1          | 1000           | 2026-07-01
        b2          | 2000           | 2026-12-01
        """,
    )

    assert found["2026Q2", "b1"] is None
    assert found["2026Q3", "b1"] == 3


# ---- Segments


def loans(project: Project, given: Given, *dimensions: str) -> dict[str, int]:
    """Loans disbursed in 2026Q3 by segment."""
    indicator = project.indicators["inclusion.loans_disbursed"]
    connection = staged(project, given, QUARTER, QUARTER)
    tables = Tables(connection, project.marts, computed_tables(project))
    tables.make(tables_in(indicator.sql, indicator.where))
    rows = query(connection, indicator, dimensions=dimensions)
    assert rows.select("period", "dimension", "segment").is_unique().all()
    return {
        f"{dimension}: {segment}": count
        for dimension, segment, count in rows.select(
            "dimension", "segment", "loans"
        ).iter_rows()
        if dimension != "all"
    }


PEOPLE = {
    "borrower": """
        borrower_id | province_code | gender
        b1          | 440000        | female
        b2          | 440000        | -
        b3          | -             | male
        b4          | 540000        | male
    """,
    "loan": """
        loan_id | borrower_id | disbursed_at | channel
        l1      | b1          | 2026-07-01   | app
        l2      | b1          | 2026-07-02   | unknown
        l3      | b2          | 2026-07-03   | -
        l4      | b3          | 2026-07-04   | app×web
        l5      | b4          | 2026-07-05   | app
        l6      | -           | 2026-07-06   | app
    """,
}


def test_a_pair_crosses_both_and_each_half_may_be_unknown(project: Project) -> None:
    found = loans(project, PEOPLE, "province×gender")

    assert found == {
        "province×gender: 440000×female": 2,
        "province×gender: 440000×unknown": 1,
        "province×gender: unknown×male": 1,
        "province×gender: 540000×male": 1,
        "province×gender: unknown×unknown": 1,
    }


def test_pairs_and_single_breakdowns_stand_side_by_side(project: Project) -> None:
    found = loans(
        project, PEOPLE, "gender", "province×gender", "province", "channel×gender"
    )

    totals: dict[str, int] = {}
    for place, count in found.items():
        name = place.partition(":")[0]
        totals[name] = totals.get(name, 0) + count
    assert totals == {
        "gender": 6, "province": 6, "province×gender": 6, "channel×gender": 6,
    }  # fmt: skip
    assert found["gender: female"] == 2
    assert found["gender: unknown"] == 1 + 1


def test_the_word_unknown_and_a_blank_are_one_group(project: Project) -> None:
    found = loans(project, PEOPLE, "channel")

    assert found == {
        "channel: app": 3, "channel: app×web": 1, "channel: unknown": 1 + 1,
    }  # fmt: skip


def test_a_value_with_the_sign_of_pairs_does_not_read_as_two(project: Project) -> None:
    found = loans(project, PEOPLE, "channel×gender")

    assert found["channel×gender: appxweb×male"] == 1


def test_an_agreement_counts_from_its_day_on_and_its_absence_only_if_kept(
    project: Project,
) -> None:
    text = """
        loan_id | disbursed_at | subsidy_agreement_date
        l1      | 2026-07-01   | 2026-09-30
        l2      | 2026-07-01   | 2026-10-01
        l3      | 2026-07-01   | -
    """
    without = "loan_id | disbursed_at\nl1 | 2026-07-01"

    kept = loans(project, {"loan": text}, "subsidised")
    unkept = loans(project, {"loan": without}, "subsidised")

    assert kept == {"subsidised: yes": 1, "subsidised: no": 1 + 1}
    assert unkept == {"subsidised: unknown": 1}


def test_a_first_loan_with_us_is_no_first_credit_until_the_file_says_so(
    project: Project,
) -> None:
    given = {
        "application": """
            application_id | applied_at | credit_file_status
            a1             | 2026-07-01 | no_file
            a2             | 2026-07-01 | no_account
            a3             | 2026-07-01 | no_outside_account
            a4             | 2026-07-01 | -
            a5             | 2026-07-01 | no_file
        """,
        "loan": """
            loan_id | borrower_id | application_id | disbursed_at
            l1      | b1          | a1             | 2026-07-01
            l2      | b1          | a2             | 2026-07-02
            l3      | b2          | a2             | 2026-07-01
            l4      | b3          | a3             | 2026-07-01
            l5      | b4          | a4             | 2026-07-01
            l6      | b5          | -              | 2026-07-01
            l7      | -           | a5             | 2026-07-01
        """,
    }

    # First credit: l1 and l3. Not: l2 (a later one), l4 (a file with an account). Not
    # known: l5 and l6 (no word of the file), l7 (nobody knows whose it is).
    assert loans(project, given, "first_time") == {
        "first_time: yes": 2, "first_time: no": 2, "first_time: unknown": 3,
    }  # fmt: skip


# ---- What may be asked for


def dimensions_of(lender: Workspace, indicator: str, *by: str) -> set[str]:
    found = lender.run(indicator, quarter=QUARTER, by=by)
    return set(found["dimension"])


def test_an_indicator_without_both_halves_is_passed_over(lender: Workspace) -> None:
    asked = ("province,gender", "area")

    assert dimensions_of(lender, "inclusion.female_borrower_share", *asked) == {
        "all", "area",
    }  # fmt: skip


def test_a_breakdown_asked_twice_is_given_once(lender: Workspace) -> None:
    frame = lender.run(
        "inclusion.active_borrowers",
        quarter=QUARTER,
        by=("gender", "area , gender", "gender", "area,gender"),
    )

    assert set(frame["dimension"]) == {"all", "gender", "area×gender"}
    assert frame.select("measure", "dimension", "segment").is_unique().all()


def test_one_breakdown_may_be_named_as_plain_text(lender: Workspace) -> None:
    one = lender.run("inclusion.active_borrowers", quarter=QUARTER, by="gender")
    several = lender.run("inclusion.active_borrowers", quarter=QUARTER, by=["gender"])

    assert one.equals(several)
    assert set(one["dimension"]) == {"all", "gender"}


def test_pairs_may_stand_beside_all_single_ones(lender: Workspace) -> None:
    indicator = "inclusion.active_borrowers"
    declared = lender.project.indicators[indicator].breakdowns

    found = dimensions_of(lender, indicator, *EVERY, "province,gender")

    assert found == {"all", *declared, "province×gender"}


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("province,gendr", "did you mean 'gender'"),
        ("province,", "'' is no breakdown"),
        ("province,gender,area", "crosses 3 breakdowns"),
        ("gender,gender", "with itself"),
        ("quintile", "'quintile' is no breakdown"),
    ],
)
def test_a_wrong_breakdown_is_told(lender: Workspace, by: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        lender.run("inclusion.active_borrowers", quarter=QUARTER, by=by)

    assert words in caught.value.message


def test_an_indicator_is_not_split_by_what_it_measures(project: Project) -> None:
    itself = {
        "inclusion.first_time_borrower_share": "first_time",
        "inclusion.first_time_borrowers": "first_time",
        "inclusion.new_citizen_share": "new_citizen",
        "inclusion.new_citizen_interest_free": "new_citizen",
        "inclusion.low_income_borrower_share": "income_quintile",
        "subsidy.bottom_40_incidence": "income_quintile",
        "subsidy.reach_among_excluded": "new_citizen",
    }

    declared = {name: project.indicators[name].breakdowns for name in itself}

    assert all(itself[name] not in found for name, found in declared.items())


def test_every_breakdown_is_declared_by_some_indicator(project: Project) -> None:
    declared = {n for i in project.indicators.values() for n in i.breakdowns}

    # Steps may be those of an indicator that is off by default.
    assert set(BREAKDOWNS) - set(STEPS) <= declared <= set(BREAKDOWNS)


def test_a_pair_has_intervals_movement_and_missing_share(lender: Workspace) -> None:
    run = lender.compute(
        ("healthy_consumption.par30",),
        period=parse_period(QUARTER),
        by=("area,gender", "area"),
    )
    frame = run.results[0].frame.filter(measure="share", period=QUARTER)
    shown = frame.filter(dimension="area×gender", status="ok")

    assert shown.height >= 4
    for name in ("low", "high", "missing_share", "change_year"):
        assert shown[name].null_count() == 0, name
    assert (shown["low"] <= shown["value"]).all()
    assert (shown["value"] <= shown["high"]).all()
    moved = shown.drop_nulls("change_previous_low")
    assert moved.height >= 4
    assert (moved["change_previous_low"] <= moved["change_previous"]).all()
    urban = frame.filter(dimension="area", segment="urban").row(0, named=True)
    halves = frame.filter(pl.col("segment").str.starts_with("urban×"))
    assert set(halves["status"]) == {"ok"}
    assert halves["numerator"].sum() == urban["numerator"]
    assert halves["denominator"].sum() == urban["denominator"]


# ---- A second count on the sample


def cells(frame: pl.DataFrame, measure: str) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of what is shown, by segment."""
    shown = frame.filter(
        pl.col("measure") == measure,
        pl.col("status") == "ok",
        pl.col("dimension") != "all",
    )
    return {
        segment: (int(numerator), int(denominator))
        for segment, numerator, denominator in shown.select(
            "segment", "numerator", "denominator"
        ).iter_rows()
    }


def test_a_pair_counts_what_the_files_hold(lender: Workspace) -> None:
    quarter = Quarter(QUARTER)
    applications = with_borrower(raw("application")).filter(
        quarter.holds("decided_at"), pl.col("decision").is_in(["approved", "declined"])
    )
    counted = applications.group_by(
        pl.col("area").fill_null("unknown"), pl.col("gender").fill_null("unknown")
    ).agg(approved=(pl.col("decision") == "approved").sum(), decided=pl.len())
    expected = {
        f"{area}×{gender}": (approved, decided)
        for area, gender, approved, decided in counted.iter_rows()
    }

    frame = lender.run("inclusion.approval_rate", quarter=QUARTER, by="area,gender")
    found = cells(frame, "share")

    assert len(found) >= 6
    assert found == {segment: expected[segment] for segment in found}
    hidden = frame.filter(measure="share", status="suppressed")["segment"]
    assert set(found) | set(hidden) == set(expected)


def test_income_fifths_count_what_the_files_hold(lender: Workspace) -> None:
    # Ranks by Polars: 'average' gives equal incomes the mean of their places.
    quarter = Quarter(QUARTER)
    known = raw("borrower").filter(
        pl.col("monthly_income").is_not_null(),
        (pl.col("first_seen_date") <= quarter.last_day).fill_null(value=True),
    )
    twice_below = pl.col("monthly_income").rank("average") * 2 - 1
    fifth = known.select(
        "borrower_id", fifth=5 * twice_below.cast(pl.Int64) // (2 * pl.len()) + 1
    )
    is_late = pl.col("days_past_due") > rule(PAR_DAYS, quarter.last_day)
    owing = stock(quarter).with_columns(
        is_late=pl.col("is_restructured").fill_null(value=False) | is_late
    )
    counted = (
        owing.join(fifth, on="borrower_id", how="left")
        .group_by(pl.col("fifth").cast(pl.String).fill_null("unknown"))
        .agg(
            late=pl.col("balance").filter(pl.col("is_late")).sum(),
            owed=pl.col("balance").filter(pl.col("is_late").is_not_null()).sum(),
        )
    )
    expected = {segment: (late, owed) for segment, late, owed in counted.iter_rows()}

    frame = lender.run(
        "healthy_consumption.par30", quarter=QUARTER, by="income_quintile"
    )
    shown = frame.filter(measure="share", status="ok", dimension="income_quintile")
    found = {
        segment: (numerator, denominator)
        for segment, numerator, denominator in shown.select(
            "segment", "numerator", "denominator"
        ).iter_rows()
    }

    assert set(found) >= {"1", "2", "3", "4", "5", "unknown"}
    assert found == {segment: expected[segment] for segment in found}


def test_breakdowns_of_loans_count_what_the_files_hold(lender: Workspace) -> None:
    quarter = Quarter(QUARTER)
    files = raw("application").select("application_id", "credit_file_status")
    order = pl.struct("disbursed_at", "loan_id").rank("ordinal").over("borrower_id")
    loan = raw("loan").join(files, on="application_id", how="left")
    loan = loan.with_columns(
        nth=pl.when(pl.col("borrower_id").is_not_null()).then(order)
    )
    has_no_account = pl.col("credit_file_status").is_in(["no_file", "no_account"])
    signed = pl.col("subsidy_agreement_date") <= quarter.last_day
    named = loan.filter(quarter.holds("disbursed_at")).select(
        "channel",
        first_time=pl.when(pl.col("nth") > 1)
        .then(pl.lit("no"))
        .when(~has_no_account)
        .then(pl.lit("no"))
        .when(has_no_account & pl.col("nth").is_not_null())
        .then(pl.lit("yes")),
        subsidised=pl.when(signed).then(pl.lit("yes")).otherwise(pl.lit("no")),
    )

    frame = lender.run(
        "inclusion.loans_disbursed", quarter=QUARTER, by=tuple(named.columns)
    ).filter(measure="loans", status="ok")

    for name in named.columns:
        counted = dict(named.group_by(pl.col(name).fill_null("unknown")).len().rows())
        shown = frame.filter(dimension=name)
        found = dict(shown.select("segment", "numerator").rows())
        assert len(found) >= 2
        assert found == {segment: counted[segment] for segment in found}, name
        hidden = {n for n in counted if n not in found}
        assert all(counted[n] < 5 for n in hidden), name
