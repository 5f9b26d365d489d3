"""The engine's rounding of a x b / d against exact fractions."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from esg.engine.duck import open_memory
from esg.policy.stage import Terms, stage_terms

BIG = 10**13


def cases() -> list[tuple[int, int, int]]:
    """Halves and their neighbours, small numbers and ones beyond any double."""
    draw = random.Random(7)  # noqa: S311 - no secret
    near_half = [
        (1, 2 * n + 1 + way, 2)
        for n in (0, 1, 7, 4_999_999_999, 5_000_000_000, BIG)
        for way in (-1, 0, 1)
    ]
    # A millionth of a millionth above and below a half: no double tells them apart.
    finest = [(BIG + way, BIG, 2 * BIG) for way in (-1, 0, 1)]
    drawn = [
        (draw.randrange(high), draw.randrange(high), draw.randrange(1, high))
        for high in (10, 1_000, 10**6, 10**9, BIG)
        for _ in range(2_000)
    ]
    return [*near_half, *finest, *drawn]


def test_a_quotient_is_rounded_as_its_fraction_is() -> None:
    wanted = [
        (2 * a * b + d) // (2 * d) for a, b, d in cases() if Fraction(a) * b / d < 2**62
    ]
    kept = [(a, b, d) for a, b, d in cases() if Fraction(a) * b / d < 2**62]
    connection = open_memory()
    stage_terms(connection, Terms((), {}, {}, {}, {}))
    connection.execute("create table drawn (n int, a bigint, b bigint, d bigint)")
    connection.executemany(
        "insert into drawn values (?, ?, ?, ?)",
        [(n, *each) for n, each in enumerate(kept)],
    )

    found = connection.execute("select half_up(a, b, d) from drawn order by n")

    assert [row[0] for row in found.fetchall()] == wanted


@pytest.mark.parametrize("missing", ["null, 1, 1", "1, null, 1", "1, 1, null"])
def test_what_is_unknown_stays_unknown(missing: str) -> None:
    connection = open_memory()
    stage_terms(connection, Terms((), {}, {}, {}, {}))

    (row,) = connection.execute(f"select half_up({missing})").fetchall()

    assert row == (None,)
