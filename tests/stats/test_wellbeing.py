"""The ten-item well-being score against the bureau's own test and table ends."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest

from esg.stats.wellbeing import REVERSED, coded, well_being_score


def score(points: list[int | None], age: str | None, mode: str | None) -> int | None:
    frame = pl.DataFrame(
        {f"q{at}": [value] for at, value in enumerate(points, start=1)}
        | {"age": [age], "mode": [mode]},
        schema_overrides=dict.fromkeys((f"q{i}" for i in range(1, 11)), pl.Int64)
        | {"age": pl.String, "mode": pl.String},
    )
    found: int | None = frame.select(
        well_being_score(
            [pl.col(f"q{at}") for at in range(1, 11)],
            age_group=pl.col("age"),
            mode=pl.col("mode"),
        )
    ).item()
    return found


def test_the_bureaus_own_example_scores_57() -> None:
    # cfpb/consumerfinance.gov, wellbeing/tests/test_forms.py: points 23, aged 62 on.
    assert score([4, 3, 2, 1, 4, 3, 2, 3, 0, 1], "62_plus", "self") == 57


@pytest.mark.parametrize(
    ("mode", "age", "least", "most"),
    [
        ("self", "18_61", 14, 86),
        ("self", "62_plus", 14, 95),
        ("interviewer", "18_61", 16, 91),
        ("interviewer", "62_plus", 18, 87),
    ],
)
def test_each_table_begins_and_ends_as_published_and_always_rises(
    mode: str, age: str, least: int, most: int
) -> None:
    scores = []
    for total in range(41):
        full, rest = divmod(total, 4)
        points: list[int | None] = [*[4] * full, rest, *[0] * 10]
        found = score(points[:10], age, mode)
        assert found is not None
        scores.append(found)

    assert (scores[0], scores[-1]) == (least, most)
    assert all(a < b for a, b in pairwise(scores))


def test_only_whole_forms_of_known_age_and_mode_have_a_score() -> None:
    whole: list[int | None] = [2] * 10

    assert score(whole, "18_61", "self") == 50
    assert score([*whole[:9], None], "18_61", "self") is None
    assert score([*whole[:9], 5], "18_61", "self") is None
    assert score(whole, None, "self") is None
    assert score(whole, "18_61", None) is None
    assert score(whole, "under_18", "self") is None


@pytest.mark.parametrize("item", range(1, 11))
def test_agreeing_is_worth_four_points_or_none_by_the_item(item: int) -> None:
    frame = pl.DataFrame({"answer": [0, 4, 5, None, -1]})

    points = frame.select(x=coded(item, pl.col("answer")))["x"].to_list()

    is_worse = item in REVERSED
    assert points == ([0, 4] if is_worse else [4, 0]) + [None, None, None]


def test_a_form_has_ten_items() -> None:
    with pytest.raises(ValueError, match="9 answers"):
        well_being_score([pl.lit(1)] * 9, age_group=pl.lit(""), mode=pl.lit(""))
    with pytest.raises(ValueError, match="no item 11"):
        coded(11, pl.lit(1))
