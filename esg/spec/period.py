"""Periods of a report: months, quarters, halves and years, and their neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from esg.errors import UsageError

PeriodKind = Literal["month", "quarter", "half", "year"]

MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}

_FORMS: tuple[tuple[PeriodKind, re.Pattern[str]], ...] = (
    ("month", re.compile(r"(?P<year>\d{4})-(?P<part>0[1-9]|1[0-2])")),
    ("quarter", re.compile(r"(?P<year>\d{4})Q(?P<part>[1-4])")),
    ("half", re.compile(r"(?P<year>\d{4})H(?P<part>[12])")),
    ("year", re.compile(r"(?P<year>\d{4})")),
)


@dataclass(frozen=True, order=True)
class Period:
    """One calendar period."""

    kind: PeriodKind
    year: int
    part: int
    """Which one in its year, from 1; always 1 for a year."""

    def __str__(self) -> str:
        """Return the text that ``parse_period`` reads."""
        match self.kind:
            case "month":
                return f"{self.year:04d}-{self.part:02d}"
            case "quarter":
                return f"{self.year:04d}Q{self.part}"
            case "half":
                return f"{self.year:04d}H{self.part}"
            case "year":
                return f"{self.year:04d}"

    @property
    def first_day(self) -> date:
        """The period's first day."""
        return date(self.year, (self.part - 1) * MONTHS[self.kind] + 1, 1)

    @property
    def last_day(self) -> date:
        """The period's last day."""
        return self.shift(1).first_day - timedelta(days=1)

    def shift(self, steps: int) -> Period:
        """Return the period that many steps later; earlier when negative."""
        per_year = 12 // MONTHS[self.kind]
        index = self.year * per_year + self.part - 1 + steps
        return Period(self.kind, index // per_year, index % per_year + 1)

    @property
    def previous(self) -> Period:
        """The period before this one."""
        return self.shift(-1)

    @property
    def year_earlier(self) -> Period:
        """The same period of the year before."""
        return Period(self.kind, self.year - 1, self.part)


def parse_period(text: str) -> Period:
    """Return the period a user wrote.

    Args:
        text: ``2026-09``, ``2026Q3``, ``2026H1`` or ``2026``.

    Raises:
        UsageError: The text has none of these forms.
    """
    for kind, form in _FORMS:
        if found := form.fullmatch(text.strip()):
            part = int(found["part"]) if "part" in form.groupindex else 1
            year = int(found["year"])
            if year >= 1:
                return Period(kind, year, part)
    raise UsageError(
        f"'{text}' is not a period.",
        hint="Write a quarter as 2026Q3, a month as 2026-09, a half as 2026H1, "
        "a year as 2026.",
    )


def period_of(day: date, kind: PeriodKind) -> Period:
    """Return the period of this kind that holds a day."""
    return Period(kind, day.year, (day.month - 1) // MONTHS[kind] + 1)


def periods_between(first: date, last: date, kind: PeriodKind) -> list[Period]:
    """Return the periods from the one holding ``first`` to the one holding ``last``."""
    period, end = period_of(first, kind), period_of(last, kind)
    found = []
    while period <= end:
        found.append(period)
        period = period.shift(1)
    return found
