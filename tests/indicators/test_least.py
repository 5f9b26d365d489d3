"""The least that a ratio can be: its interval ends there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.errors import ContentError
from esg.indicators.clusters import intervals
from esg.spec.indicator import read_indicator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.spec.project import Project

# Two of ten borrowers wrote off 100 and 300 of 1,000 each: 0.04 of 10,000. Residuals
# are 60, 260 and eight of -40, 84,000 of squares; times 10/9, a root of 305.5 over
# 10,000, times 1.96 is 0.0599.
_A = [100.0, 300.0, *[0.0] * 8]
_B = [1000.0] * 10


def moments() -> pl.DataFrame:
    own = {
        "a": sum(_A),
        "b": sum(_B),
        "aa": sum(a * a for a in _A),
        "ab": sum(a * b for a, b in zip(_A, _B, strict=True)),
        "bb": sum(b * b for b in _B),
        "m": 10.0,
    }
    earlier = {
        f"{name}_{part}": None
        for name in ("previous", "year")
        for part in (*own, "xaa", "xab", "xba", "xbb")
    }
    return pl.DataFrame(
        {
            "dimension": ["all"],
            "segment": ["all"],
            "period": ["2026Q3"],
            "nth": [0],
            **{part: [value] for part, value in own.items()},
            **{name: [value] for name, value in earlier.items()},
        }
    )


@pytest.mark.parametrize(("least", "low"), [(None, -0.0199), (0, 0.0), (-1, -0.0199)])
def test_an_interval_ends_at_the_least_that_a_ratio_can_be(
    project: Project, least: float | None, low: float
) -> None:
    ratio = project.indicators["healthy_consumption.write_off_ratio"].measures[0]

    found = intervals(moments(), replace(ratio, at_least=least), 0)

    assert found["cluster_low"][0] == pytest.approx(low, abs=1e-4)
    assert found["cluster_high"][0] == pytest.approx(0.0999, abs=1e-4)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("kind: count, numerator: n, at_least: 0", "cuts the interval of a 'ratio'"),
        (
            "kind: ratio, numerator: a, denominator: b, n: n, at_least: 0",
            "with a 'cluster'; leave it out",
        ),
        (
            "kind: ratio, numerator: a, denominator: b, n: n, cluster: c, at_least: no",
            "at_least",
        ),
    ],
)
def test_it_is_refused_where_there_is_no_such_interval(
    of_one_measure: Callable[[str], Path], written: str, fault: str
) -> None:
    with pytest.raises(ContentError) as error:
        read_indicator(of_one_measure(written), "x.sql")

    assert fault in str(error.value)
