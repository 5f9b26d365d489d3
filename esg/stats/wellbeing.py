"""The CFPB Financial Well-Being Scale of ten items, by its published look-up table.

The table turns a sum of answers into a score for each age group and way of asking. The
published survey scores come from the whole pattern of answers instead (item response
theory) and differ from the look-up by some points: never print one as the other.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

AgeGroup = Literal["18_61", "62_plus"]
Mode = Literal["self", "interviewer"]

ITEMS = 10
_MOST = 4

_SCORES: dict[tuple[Mode, AgeGroup], tuple[int, ...]] = {
    ("self", "18_61"): (
        14, 19, 22, 25, 27, 29, 31, 32, 34, 35, 37, 38, 40, 41,
        42, 44, 45, 46, 47, 49, 50, 51, 52, 54, 55, 56, 58, 59,
        60, 62, 63, 65, 66, 68, 69, 71, 73, 75, 78, 81, 86,
    ),
    ("self", "62_plus"): (
        14, 20, 24, 26, 29, 31, 33, 35, 36, 38, 39, 41, 42, 44,
        45, 46, 48, 49, 50, 52, 53, 54, 56, 57, 58, 60, 61, 63,
        64, 66, 67, 69, 71, 73, 75, 77, 79, 82, 84, 88, 95,
    ),
    ("interviewer", "18_61"): (
        16, 21, 24, 27, 29, 31, 33, 34, 36, 38, 39, 40, 42, 43,
        44, 45, 47, 48, 49, 50, 52, 53, 54, 55, 57, 58, 59, 60,
        62, 63, 65, 66, 68, 70, 71, 73, 76, 78, 81, 85, 91,
    ),
    ("interviewer", "62_plus"): (
        18, 23, 26, 28, 30, 32, 33, 35, 36, 38, 39, 40, 41, 43,
        44, 45, 46, 47, 48, 49, 50, 52, 53, 54, 55, 56, 57, 58,
        60, 61, 62, 64, 65, 67, 68, 70, 72, 75, 77, 81, 87,
    ),
}  # fmt: skip
"""Score by sum of the coded answers, 0 to 40: CFPB (2015), Measuring Financial
Well-Being, scoring worksheet; the bureau's code `wellbeing/forms.py` has the same."""

REVERSED = (3, 5, 6, 7, 9, 10)
"""Items, counted from 1, in which agreeing means being worse off."""


def coded(item: int, answer: pl.Expr) -> pl.Expr:
    """Return an answer's points.

    Args:
        item: From 1 to 10; 1 to 6 ask how well, 7 to 10 how often.
        answer: 0 for the first choice on the form (completely, always) to 4 for the
            last (not at all, never).

    Returns:
        4 for the best state, 0 for the worst; null where the answer is missing or none
        of the five.

    Raises:
        ValueError: There is no such item.

    Source:
        CFPB (2015), Measuring Financial Well-Being: A Guide to Using the CFPB Financial
        Well-Being Scale.
    """
    if not 1 <= item <= ITEMS:
        raise ValueError(f"there is no item {item}")
    points = answer if item in REVERSED else _MOST - answer
    return pl.when(answer.is_between(0, _MOST)).then(points)


def well_being_score(
    answers: list[pl.Expr], *, age_group: pl.Expr, mode: pl.Expr
) -> pl.Expr:
    """Return the score of the ten-item form.

    Args:
        answers: Ten expressions, points of ``coded`` from 0 to 4, in the form's order.
        age_group: ``18_61`` or ``62_plus``.
        mode: ``self`` where the person filled in the form, ``interviewer`` where
            somebody read it out.

    Returns:
        An integer from 14 to 95. Null where an answer is missing or out of range, or
        age group or mode is not known: the look-up holds for complete forms alone.

    Raises:
        ValueError: There are not ten answers.

    Source:
        See ``_SCORES``. Persons below 18 have no score.
    """
    if len(answers) != ITEMS:
        raise ValueError(f"{len(answers)} answers to {ITEMS} items")
    total = pl.sum_horizontal(
        pl.when(a.is_between(0, _MOST)).then(a) for a in answers
    ).cast(pl.Int64)
    is_whole = pl.all_horizontal(
        a.is_between(0, _MOST).fill_null(False) for a in answers
    )
    score = pl.lit(None, dtype=pl.Int64)
    for (how, age), scores in _SCORES.items():
        found = total.replace_strict(
            dict(enumerate(scores)), default=None, return_dtype=pl.Int64
        )
        is_asked_so = (mode == how) & (age_group == age)
        score = pl.when(is_asked_so & is_whole).then(found).otherwise(score)
    return score
