"""The guard finds personal data, and nothing else, checked against python-stdnum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from esg.engine.duck import fetch_row, open_memory
from esg.load.guard import create_guard_macros, findings, might_hold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esg.engine.duck import Connection


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    found = open_memory()
    create_guard_macros(found)
    yield found
    found.close()


def look(connection: Connection, text: str) -> tuple[str | None, str]:
    row = fetch_row(
        connection,
        f"select case when {might_hold('t')} then guard_kind(t) end, guard_mask(t) "  # noqa: S608
        "from (select $1 as t)",
        [text],
    )
    assert row is not None
    return row[0], row[1]


def _resident(place: str, day: date, order: int) -> str:
    body = f"{place}{day:%Y%m%d}{order:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


residents = st.builds(
    _resident,
    st.sampled_from(["110101", "310115", "440305", "513701", "650102"]),
    st.dates(date(1920, 1, 1), date(2020, 12, 31)),
    st.integers(0, 999),
)


@given(residents, st.sampled_from(["{}", "id {}.", "身份证{}号", "a,{},b", "({})"]))
def test_a_valid_identity_number_is_found_bare_and_in_text(
    connection: Connection, number: str, text: str
) -> None:
    assert ric.calc_check_digit(number) == number[-1]

    kind, masked = look(connection, text.format(number))

    assert kind == "resident_id"
    assert masked == text.format("[resident_id]")
    assert look(connection, masked) == (None, masked)


@given(residents, st.integers(1, 10))
def test_a_wrong_check_digit_is_no_identity_number(
    connection: Connection, number: str, shift: int
) -> None:
    digits = "0123456789X"
    other = digits[(digits.index(number[-1]) + shift) % 11]

    assert look(connection, number[:-1] + other)[0] != "resident_id"


@given(st.integers(10**12, 10**17 - 1))
def test_a_card_number_passes_luhn_as_another_library_has_it(
    connection: Connection, start: int
) -> None:
    body = "62" + str(start)[-14:].zfill(14)[:13]
    number = body + str(luhn.calc_check_digit(body))
    assert luhn.is_valid(number)

    assert look(connection, f"card {number}")[0] == "bank_card"
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert look(connection, f"card {wrong}")[0] is None


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("13800138000", "mobile", "[mobile]"),
        ("电话13800138000转", "mobile", "电话[mobile]转"),
        ("138-0013-8000", "mobile", "[mobile]"),
        ("call +86 138 0013 8000 now", "mobile", "call [mobile] now"),
        ("13800138000,13900139000", "mobile", "[mobile],[mobile]"),
        ("1３８００１３８０００", "mobile", "[mobile]"),
        ("6222 0212 3456 7895", None, "6222 0212 3456 7895"),
        ("4111 1111 1111 1111", "bank_card", "[bank_card]"),
        ("4111-1111-1111-1111", "bank_card", "[bank_card]"),
        ("378282246310005", "bank_card", "[bank_card]"),
        ("write to li.na@example.com.cn!", "email", "write to [email]!"),
        ("a＠b.cn", "email", "[email]"),
        ("11010519491231002x", "resident_id", "[resident_id]"),
        (
            "11010519491231002X 13800138000",
            "resident_id",
            "[resident_id] [mobile]",
        ),
    ],
)
def test_what_is_found_is_masked(
    connection: Connection, text: str, kind: str | None, masked: str
) -> None:
    assert look(connection, text) == (kind, masked)


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-30",
        "1234567.89",
        "2026-09-30T10:00:00+08:00",
        "550e8400-e29b-41d4-a716-446655440000",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "L00000001",
        "branch",
        "12345678901",
        "138001380001",
        "A13800138000",
        "@home",
        "质量提升",
        "",
    ],
)
def test_what_is_near_is_not_found(connection: Connection, text: str) -> None:
    assert look(connection, text) == (None, text)


def test_random_account_numbers_are_no_cards_and_a_column_of_cards_is(
    connection: Connection,
) -> None:
    cards = [
        body + str(luhn.calc_check_digit(body))
        for body in (f"622202{number:09d}" for number in range(0, 7_000_000, 70_001))
    ]
    connection.execute(
        "create or replace temp table account (own varchar, card varchar)"
    )
    connection.executemany(
        "insert into account values (?, ?)",
        [(str(6222020000000000 + at * 7), card) for at, card in enumerate(cards)],
    )

    found = findings(connection, "account", ["own", "card"])

    assert [(each.column, each.kind, each.rows) for each in found] == [
        ("card", "bank_card", len(cards))
    ]
    assert found[0].first_row == 1


def test_a_birthday_that_never_was_is_no_identity_number(
    connection: Connection,
) -> None:
    body = "11010519990230100"
    number = body + str(ric.calc_check_digit(body + "0"))

    assert look(connection, number)[0] is None


def test_a_birthday_to_come_is_no_identity_number(connection: Connection) -> None:
    body = f"110105{date.today() + timedelta(days=400):%Y%m%d}100"  # noqa: DTZ011
    number = body + str(ric.calc_check_digit(body + "0"))

    assert look(connection, number)[0] is None
