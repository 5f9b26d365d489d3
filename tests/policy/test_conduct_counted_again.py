"""Random contacts and complaints, counted again one by one in plain Python."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]
    Row = dict[str, Any]

SEED = 45251
FIRST_DAY = date(2025, 2, 26)  # two days before the guidelines are in force
BLANK = None


def as_csv(rows: list[Row]) -> str:
    """Return rows as the text of a file; null is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: str(value).lower() if isinstance(value, bool) else value
                for name, value in row.items()
            }
        )
    return text.getvalue()


def flag(draw: Random, true: float, blank: float) -> bool | None:
    chance = draw.random()
    return BLANK if chance < blank else chance < blank + true


def random_contacts(count: int) -> list[Row]:
    """Return contacts of few debtors on few days, so that many calls meet."""
    draw = Random(SEED)  # noqa: S311 - no secret
    rows: list[Row] = []
    for number in range(count):
        day = FIRST_DAY + timedelta(days=draw.randrange(12))
        second = draw.choice(
            [0, 28799, 28800, 79199, 79200, *(draw.randrange(86400) for _ in range(9))]
        )
        moment = datetime.combine(day, time()) + timedelta(seconds=second)
        rows.append(
            {
                "contact_id": f"C{number:05}",
                "borrower_id": draw.choice([*"ABCDEFGHIJKLMNOP", BLANK]),
                "occurred_at": moment,
                "channel": draw.choice(
                    ["voice", "voice", "ai_voice", "text", "visit", BLANK]
                ),
                "target": draw.choice(
                    [*["debtor"] * 8, "contact_person", "other", BLANK]
                ),
                "debtor_unreachable": flag(draw, 0.5, 0.2),
                "contact_refused": flag(draw, 0.3, 0.2),
                "was_effective": flag(draw, 0.6, 0.1),
                "agreed_hours": flag(draw, 0.3, 0.3),
            }
        )
    draw.shuffle(rows)
    return rows


def judged(rows: list[Row]) -> dict[str, str]:
    """Return the verdict on each contact, as a clerk with the standard would."""
    calls: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: (each["occurred_at"], each["contact_id"])):
        calls[row["borrower_id"], row["occurred_at"].date()].append(row)
    found = {}
    for (debtor, day), contacts in calls.items():
        certain = possible = 0
        for row in contacts:
            may_count = (
                row["channel"] in ("voice", "ai_voice", BLANK)
                and row["target"] in ("debtor", BLANK)
                and row["was_effective"] is not False
            )
            counts = may_count and BLANK not in (
                row["channel"],
                row["target"],
                row["was_effective"],
            )
            certain += counts
            possible += may_count
            marks = [hours(row), audience(row), refusal(row)]
            if may_count and debtor is BLANK:
                marks.append("unknown")
            elif counts and certain > 3:
                marks.append("broken")
            elif may_count and possible > 3:
                marks.append("unknown")
            found[row["contact_id"]] = verdict(day, marks)
    return found


def verdict(day: date, marks: list[str]) -> str:
    if day < date(2025, 2, 28):
        return "not_judged"
    if "broken" in marks:
        return "breach"
    return "unknown" if "unknown" in marks else "compliant"


def hours(row: Row) -> str:
    clock = row["occurred_at"].time()
    if clock == time():
        return "unknown"
    if time(8) <= clock < time(22) or row["agreed_hours"]:
        return "kept"
    return "unknown" if row["agreed_hours"] is BLANK else "broken"


def audience(row: Row) -> str:
    if row["target"] is BLANK:
        return "unknown"
    if row["target"] == "contact_person" and row["debtor_unreachable"] is BLANK:
        return "unknown"
    is_right = row["target"] == "debtor" or (
        row["target"] == "contact_person" and row["debtor_unreachable"]
    )
    return "kept" if is_right else "broken"


def refusal(row: Row) -> str:
    if row["target"] == "debtor" or row["contact_refused"] is False:
        return "kept"
    return "unknown" if BLANK in (row["target"], row["contact_refused"]) else "broken"


def test_random_contacts_are_judged_as_by_hand(make_workspace: Make) -> None:
    rows = random_contacts(4000)
    debtors = [{"borrower_id": name} for name in "ABCDEFGHIJKLMNOP"]
    workspace = make_workspace(
        borrower=as_csv(debtors), collection_contact=as_csv(rows)
    )
    workspace.load()

    facts = workspace.policy("cn_collection_conduct").facts()

    expected = judged(rows)
    found = dict(facts.select("contact_id", "verdict").rows())
    assert found == expected
    assert set(expected.values()) == {"compliant", "breach", "unknown", "not_judged"}


# The State Council's notice on the holidays of 2026: days off, and weekends worked.
FREE_2026 = [
    *(date(2026, 1, day) for day in (1, 2, 3)),
    *(date(2026, 2, day) for day in range(15, 24)),
    *(date(2026, 4, day) for day in (4, 5, 6)),
    *(date(2026, 5, day) for day in range(1, 6)),
    *(date(2026, 6, day) for day in (19, 20, 21)),
    *(date(2026, 9, day) for day in (25, 26, 27)),
    *(date(2026, 10, day) for day in range(1, 8)),
]
WORKED_2026 = [
    date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9),
    date(2026, 9, 20), date(2026, 10, 10),
]  # fmt: skip


def works(day: date) -> bool:
    return day in WORKED_2026 or (day.weekday() < 5 and day not in FREE_2026)


def after_working_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= works(day)
    return day


def random_complaints(count: int) -> list[Row]:
    draw = Random(SEED)  # noqa: S311 - no secret
    rows: list[Row] = []
    for number in range(count):
        taken = date(2026, 1, 1) + timedelta(days=draw.randrange(340))
        received = taken + timedelta(days=draw.randrange(8))
        clock = timedelta(seconds=draw.randrange(86400))

        def later(
            most: int, chance: float, start: date = received, clock: timedelta = clock
        ) -> datetime | None:
            if draw.random() > chance:
                return BLANK
            day = start + timedelta(days=draw.randrange(most))
            return datetime.combine(day, time()) + max(clock, timedelta(seconds=1))

        rows.append(
            {
                "complaint_id": f"K{number:05}",
                "source": draw.choice(["regulator_forwarded", "own", BLANK]),
                "regulator_received_date": draw.choice([taken, taken, BLANK]),
                "received_at": datetime.combine(received, time()) + clock,
                "complexity": draw.choice(["simple", "complex", "very_complex", BLANK]),
                "extension_approved_at": later(20, 0.4),
                "informed_at": later(70, 0.8),
                "withdrawn_at": later(70, 0.1),
            }
        )
    return rows


def answered(row: Row, data_date: date) -> tuple[date, str]:
    """Return the limit of a complaint, and what became of it."""
    days = {"complex": 30, "very_complex": 30}.get(row["complexity"] or "", 15)
    if row["complexity"] == "very_complex" and row["extension_approved_at"]:
        days = 60
    limit = row["received_at"].date() + timedelta(days=days)
    informed, withdrawn = row["informed_at"], row["withdrawn_at"]
    if withdrawn and withdrawn.date() <= limit:
        return limit, "ended"
    if informed and informed.date() <= limit:
        return limit, "in_time"
    return limit, "late" if limit <= data_date else "open"


def forwarded(row: Row) -> str | None:
    if row["source"] != "regulator_forwarded":
        return None
    if row["regulator_received_date"] is BLANK:
        return "forwarding_unrecorded"
    limit = after_working_days(row["regulator_received_date"], 3)
    is_late = row["received_at"].date() > limit
    return "forwarded_late" if is_late else "forwarded_in_time"


def test_random_complaints_are_judged_as_by_hand(make_workspace: Make) -> None:
    rows = random_complaints(3000)
    workspace = make_workspace(complaint=as_csv(rows))
    workspace.load()

    facts = workspace.policy("cn_complaint_clocks").facts()

    found = {
        row["complaint_id"]: (row["limit_date"], row["verdict"], row["forwarding"])
        for row in facts.iter_rows(named=True)
    }
    expected = {
        row["complaint_id"]: (*answered(row, date(2026, 9, 30)), forwarded(row))
        for row in rows
    }
    assert found == expected
    assert {each[1] for each in expected.values()} == {
        "ended",
        "in_time",
        "late",
        "open",
    }
    assert len({each[2] for each in expected.values()}) == 4
