"""The adverse impact ratio against the published vector and another implementation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from indicators.case_files import core_tables
from scipy.stats import fisher_exact

from esg.indicators.bind import tables_in
from esg.indicators.measure import level
from esg.indicators.run import query
from esg.indicators.stage import Tables, stage_calendar, stage_rules
from esg.policy.subsidy_tables import computed_tables
from esg.spec.period import parse_period

if TYPE_CHECKING:
    import polars as pl

    from esg.spec.project import Project


def said_of(
    project: Project, women: tuple[int, int], men: tuple[int, int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the indicator says of (approved, decided) women and men."""
    indicator = project.indicators["inclusion.adverse_impact_ratio"]
    connection = core_tables(
        project.tables,
        {
            "borrower": [
                {"borrower_id": "w", "gender": "female"},
                {"borrower_id": "m", "gender": "male"},
            ]
        },
    )
    for who, (approved, decided) in (("w", women), ("m", men)):
        connection.execute(
            "insert into application (application_id, borrower_id, applied_at, "
            "decision) select ? || i, ?, timestamp '2025-10-01 08:00:00', "
            "case when i < ? then 'approved' else 'declined' end from range(?) t(i)",
            [who, who, approved, decided],
        )
    stage_calendar(connection, [parse_period("2025Q4")], date(2025, 12, 31))
    stage_rules(connection, project.rules.values())
    tables = Tables(connection, project.marts, computed_tables(project))
    tables.make(tables_in(indicator.sql, indicator.where))
    rows = query(connection, indicator, dimensions=())
    return rows, level(rows, indicator.measure("gender"))


def test_the_vector_of_two_implementations_comes_out(project: Project) -> None:
    # 360 of 600 against 180 of 400: fairlearn's ratio, scipy's test, the log interval.
    rows, ratio = said_of(project, (180, 400), (360, 600))

    found = ratio.row(0, named=True)
    assert found["value"] == pytest.approx(0.75, abs=1e-12)
    assert found["low"] == pytest.approx(0.6608706, abs=1e-6)
    assert found["high"] == pytest.approx(0.8511500, abs=1e-6)
    assert rows["gender_shortfall"][0] == pytest.approx(60, abs=1e-9)
    assert rows["gender_p"][0] == pytest.approx(4.085669571e-06, rel=1e-6)


@pytest.mark.parametrize(
    ("women", "men"),
    [
        ((3, 9), (8, 10)),
        ((0, 7), (5, 12)),
        ((7, 7), (12, 12)),
        ((0, 3), (0, 4)),
        ((51, 80), (49, 81)),
        ((1, 1), (1, 900)),
        ((1200, 2000), (1300, 2000)),
    ],
)
def test_the_exact_test_is_that_of_scipy(
    project: Project, women: tuple[int, int], men: tuple[int, int]
) -> None:
    rows, _ = said_of(project, women, men)

    table = [[approved, decided - approved] for approved, decided in (women, men)]
    assert rows["gender_p"][0] == pytest.approx(
        fisher_exact(table).pvalue, rel=1e-7, abs=1e-15
    )
