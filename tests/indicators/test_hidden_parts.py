"""Parts of a whole: a hidden one must not be what the others leave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.errors import ContentError
from esg.spec.indicator import read_indicator
from esg.spec.period import parse_period
from esg.spec.settings import DisclosureLimits
from esg.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MATRIX = "healthy_consumption.roll_rate_matrix"


@pytest.fixture(scope="module")
def matrix(lender: Workspace) -> pl.DataFrame:
    """The matrix of the sample under the limits that hold by default."""
    settings = replace(lender.project.settings, disclosure=DisclosureLimits(30, 5))
    strict = Workspace(replace(lender.project, settings=settings))
    run = strict.compute((MATRIX,), period=parse_period("2026Q3"), by=("*",))
    return run.result(MATRIX).frame


@pytest.mark.parametrize("prefix", ["to_", "loans_to_"])
def test_no_cell_of_a_row_is_hidden_alone(matrix: pl.DataFrame, prefix: str) -> None:
    hidden = (
        matrix.filter(pl.col("measure").str.starts_with(prefix))
        .group_by("period", "dimension", "segment")
        .agg(
            hidden=(pl.col("status") == "suppressed").sum(),
            shown=pl.col("value").sum(),
            told=(pl.col("status") == "ok").sum(),
        )
    )

    assert hidden.filter(pl.col("hidden") == 1).is_empty()
    assert hidden.filter(pl.col("hidden") == 2).height > 10
    # Nothing else is hidden: a row without a small part adds up to 1.
    whole = hidden.filter(pl.col("told") == 7)
    assert whole.height > 10
    assert whole["shown"].to_list() == pytest.approx([1.0] * whole.height)


def test_a_change_does_not_give_a_second_hidden_value_back(
    matrix: pl.DataFrame,
) -> None:
    now = matrix.filter(status="ok").drop_nulls("change_previous")
    earlier = matrix.select("measure", "dimension", "segment", "period", "status")
    quarters = {f"2026Q{n}": f"2026Q{n - 1}" for n in (2, 3)}
    later = now.filter(pl.col("period").is_in(list(quarters))).with_columns(
        earlier=pl.col("period").replace_strict(quarters)
    )

    known = later.join(
        earlier,
        left_on=["measure", "dimension", "segment", "earlier"],
        right_on=["measure", "dimension", "segment", "period"],
    )

    assert known.height > 50
    assert set(known["status_right"]) == {"ok"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("share, numerator: n, denominator: n, missing: n", "the only part"),
        ("ratio, numerator: n, denominator: n, n: n", "without the key 'numerator_n'"),
    ],
)
def test_a_part_alone_or_without_its_units_is_a_fault(
    of_one_measure: Callable[[str], Path], more: str, words: str
) -> None:
    path = of_one_measure(f"kind: {more}, part_of: all")

    with pytest.raises(ContentError, match=words):
        read_indicator(path, "x.sql")
