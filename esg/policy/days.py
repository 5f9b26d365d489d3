"""Working days in mainland China: what the State Council announced, year by year.

The table ``working_day`` says of each day of the announced years whether people work:
weekends and holidays are free, and some weekends are worked to make up for them. Years
that nobody announced have no rows: a clock which runs into them cannot be judged.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import chinese_calendar

from esg.indicators.stage import ComputedTable

if TYPE_CHECKING:
    from esg.engine.duck import Connection

TABLE = "working_day"
COLUMNS = "day date, is_working boolean, nth bigint"
"""``nth`` counts working days from the first announced year up to that day, inclusive:
the k-th working day after a day is the working one whose ``nth`` is greater by k."""


def announced_years() -> range:
    """Return the years whose holidays the calendar knows; they follow each other."""
    years = [day.year for day in chinese_calendar.holidays]
    return range(min(years), max(years) + 1)


def fill_working_day(connection: Connection) -> None:
    """Create ``working_day`` with a row for each day of the announced years.

    Args:
        connection: Where the table is created.

    Source:
        The State Council's yearly notices on holidays, as the package
        ``chinesecalendar`` keeps them.
    """
    years = announced_years()
    connection.execute(
        "create or replace temp table working_day as "
        "with day as ("
        "select cast(unnest(range($first, $after, interval 1 day)) as date) as day"
        "), judged_day as (select day, case "
        "when list_contains($worked, day) then true "
        "when list_contains($free, day) then false "
        "else isodow(day) < 6 end as is_working from day) "
        "select day, is_working, "
        "count(*) filter (where is_working) over (order by day) as nth "
        "from judged_day order by day",
        {
            "first": date(years.start, 1, 1),
            "after": date(years.stop, 1, 1),
            "worked": sorted(chinese_calendar.workdays),
            "free": sorted(chinese_calendar.holidays),
        },
    )


WORKING_DAY = ComputedTable(COLUMNS, fill_working_day)
