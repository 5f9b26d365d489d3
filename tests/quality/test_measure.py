"""Completeness, validity, timeliness, uniqueness, consistency: counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from esg.engine.warehouse import open_for_reading
from esg.quality.assess import check_all
from esg.quality.findings import read_findings
from esg.quality.measure import measure_quality, table_of_check, used_columns
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from esg.spec.project import Project
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

COMPLAINT = "complaint_id,received_at,topic,complexity,decided_at\n"
JULY = datetime(2026, 7, 20, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 5, 17, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 5, tzinfo=UTC)


def measures(workspace: Workspace) -> pl.DataFrame:
    connection = open_for_reading(
        workspace.warehouse, workspace.project.tables.values()
    )
    return measure_quality(
        connection,
        workspace.project,
        parse_period("2026Q3"),
        date(2026, 9, 30),
        findings=read_findings(connection),
        checks=check_all(connection, workspace.project),
    )


def part(frame: pl.DataFrame, **of: str) -> tuple[int | None, int | None]:
    found = frame.filter(**of)
    assert found.height == 1, found
    return found["numerator"][0], found["denominator"][0]


def test_filled_cells_are_counted_of_the_table_and_of_the_period(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        complaint=COMPLAINT
        + "c1,2026-07-01,fees,simple,\n"
        + "c2,2026-09-30 23:59:59,,simple,\n"
        + "c3,2026-06-30,,simple,\n"
    )
    workspace.load()

    frame = measures(workspace).filter(aspect="completeness", measure="filled")

    assert part(frame, item="topic", period="all") == (1, 3)
    assert part(frame, item="topic", period="2026Q3") == (1, 2)
    # Three columns in use, of which one has a single value.
    columns = used_columns(workspace.project)["complaint"]
    assert columns == ("complaint_id", "received_at", "topic")
    assert part(frame, item="all", period="all") == (7, 9)
    assert frame.filter(item="all", period="2026Q3")["value"].item() == 5 / 6


def test_a_table_without_a_clock_has_no_period(make_workspace: Make) -> None:
    workspace = make_workspace(
        borrower="borrower_id,gender,birth_year\nb1,female,1990\nb2,,\n"
    )
    workspace.load()

    frame = measures(workspace).filter(measure="filled")

    assert frame["period"].unique().to_list() == ["–"]
    assert part(frame, item="gender") == (1, 2)
    # Either of the two will do, so they are one column in use.
    assert part(frame, item="birth_year|age_group") == (1, 2)


def test_rejected_rows_are_told_by_quality_and_rule(make_workspace: Make) -> None:
    workspace = make_workspace(
        complaint=COMPLAINT
        + "c1,2026-07-01,fees,simple,\n"
        + "c1,2026-07-02,fees,simple,\n"
        + "c2,2026-07-01,fees,trivial,2026-02-31\n"
        + "c3,,fees,simple,\n"
        + "c4,2026-07-01,fees,simple,\nc4,2026-07-01,fees,simple,\n",
        loan="loan_id,product,currency\nl1,micro,CNY\n",
        spending="spending_id,loan_id,spent_date,amount\ns1,l9,2026-07-01,5\n",
    )
    workspace.load()

    frame = measures(workspace)

    complaint = frame.filter(table="complaint")
    # One row is stored, four are in quarantine; the copy was never offered anew.
    assert part(complaint, aspect="validity", measure="rejected", item="all") == (1, 5)
    assert part(complaint, item="allowed in complexity") == (1, 5)
    assert part(complaint, item="type in decided_at") == (1, 5)
    uniqueness = complaint.filter(aspect="uniqueness")
    assert part(uniqueness, measure="rejected", item="all") == (2, 5)
    assert part(uniqueness, measure="copies", item="all") == (1, 6)
    assert part(complaint, item="required in received_at") == (1, 5)
    spending = frame.filter(table="spending", aspect="consistency")
    assert part(spending, measure="rejected", item="all") == (1, 1)


def test_late_rows_came_after_the_load_that_closed_their_period(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(complaint=COMPLAINT + "c1,2026-07-01,fees,simple,\n")
    path = workspace.project.workspace / "complaint.csv"
    workspace.load(now=JULY)
    # The quarter runs on: its new rows are not late, and its last day is reached.
    rows = "c1,2026-07-01,fees,simple,\nc2,2026-08-01,fees,simple,\n"
    rows += "c3,2026-10-01,fees,simple,\n"
    path.write_text(COMPLAINT + rows)
    workspace.load(now=OCTOBER)
    # c4 was forgotten, and c1 is corrected.
    rows = rows.replace("c1,2026-07-01,fees", "c1,2026-07-01,service")
    path.write_text(COMPLAINT + rows + "c4,2026-09-01,fees,simple,\n")
    workspace.load(now=NOVEMBER)

    frame = measures(workspace).filter(aspect="timeliness")

    assert part(frame, measure="late", period="2026Q3") == (1, 3)
    assert part(frame, measure="corrected", period="2026Q3") == (1, 3)
    assert part(frame, measure="corrected", period="all") == (1, 4)


def test_what_an_undo_brings_back_is_neither_late_nor_corrected(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(complaint=COMPLAINT + "c1,2026-09-30,fees,simple,\n")
    workspace.load()
    workspace.undo("complaint")
    workspace.undo("complaint", to=1)

    frame = measures(workspace).filter(aspect="timeliness", period="2026Q3")

    assert frame["numerator"].to_list() == [0, 0]


def test_age_is_from_the_last_day_to_the_data_date_and_ignores_days_to_come(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        complaint=COMPLAINT + "c1,2026-09-21,fees,simple,\nc2,2026-12-31,fees,simple,\n"
    )
    workspace.load(now=OCTOBER)

    frame = measures(workspace)

    assert part(frame, measure="age_days", item="complaint") == (9, None)
    # 17:00 UTC on the fifth is the sixth in Shanghai.
    assert part(frame, measure="days_to_load", item="complaint") == (15, None)


def test_a_check_counts_of_the_table_whose_key_leads_its_list(
    make_workspace: Make, project: Project
) -> None:
    loans = "l1,micro,CNY\nl2,micro,CNY\nl3,micro,USD\n"
    workspace = make_workspace(loan="loan_id,product,currency\n" + loans)
    workspace.load()

    frame = measures(workspace).filter(aspect="consistency")

    assert part(frame, item="mixed_currencies") == (1, 3)
    unjudged = frame.filter(item="claim_paid_more_than_approved")
    assert unjudged["measure"].to_list() == ["check_not_judged"]
    assert unjudged["numerator"].to_list() == [None]
    tables = {
        name: table_of_check(project, check) for name, check in project.checks.items()
    }
    assert tables["mixed_currencies"] == "loan"
    assert tables["consumer_finance_lends_for_cars"] == "spending"
