"""Working days of mainland China, as the State Council announced them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from policy.test_conduct_counted_again import FREE_2026, WORKED_2026, works

from esg.engine.duck import fetch, open_memory
from esg.policy.days import announced_years, fill_working_day

if TYPE_CHECKING:
    import polars as pl


@pytest.fixture(scope="module")
def working_day() -> pl.DataFrame:
    connection = open_memory()
    fill_working_day(connection)
    try:
        return fetch(connection, "select * from working_day order by day")
    finally:
        connection.close()


def test_2026_is_as_the_notice_has_it(working_day: pl.DataFrame) -> None:
    found = {
        row["day"]: row["is_working"]
        for row in working_day.iter_rows(named=True)
        if row["day"].year == 2026
    }

    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert found == {day: works(day) for day in year}
    # 33 days off, of them 9 on weekends, and 6 weekend days worked: 261 - 24 + 6.
    weekdays = sum(day.weekday() < 5 for day in year)
    free = sum(day.weekday() < 5 for day in FREE_2026)
    assert sum(found.values()) == weekdays - free + len(WORKED_2026)


@pytest.mark.parametrize(
    "day",
    [
        # The Spring Festival of 2020 was prolonged to 2 February.
        date(2020, 1, 31), date(2020, 2, 2), date(2024, 2, 10), date(2025, 10, 8),
        date(2025, 10, 12),
    ],
)  # fmt: skip
def test_holidays_of_earlier_notices_are_free(
    working_day: pl.DataFrame, day: date
) -> None:
    assert working_day.filter(day=day)["is_working"].to_list() == [False]


@pytest.mark.parametrize(
    "day",
    [date(2020, 2, 3), date(2024, 2, 4), date(2025, 1, 26), date(2025, 10, 11)],
)
def test_weekends_of_earlier_notices_make_up_for_them(
    working_day: pl.DataFrame, day: date
) -> None:
    assert working_day.filter(day=day)["is_working"].to_list() == [True]


def test_each_working_day_has_a_number_of_its_own(working_day: pl.DataFrame) -> None:
    working = working_day.filter("is_working")

    assert working["nth"].to_list() == list(range(1, working.height + 1))


def test_a_year_that_nobody_announced_has_no_days(working_day: pl.DataFrame) -> None:
    years = announced_years()

    assert set(working_day["day"].dt.year()) == set(years)
    assert {2020, 2021, 2022, 2023, 2024, 2025, 2026} <= set(years)
    assert 2100 not in years
