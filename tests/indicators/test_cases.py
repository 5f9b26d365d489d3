"""Every indicator against its drawn cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from indicators.case_files import Case, core_tables, evaluate, read_cases

from esg.indicators.bind import bind_clusters, tables_in
from esg.indicators.measure import is_divided, level
from esg.indicators.run import query
from esg.indicators.stage import Tables, stage_calendar, stage_rules
from esg.policy.subsidy_tables import computed_tables
from esg.spec.settings import DisclosureLimits

if TYPE_CHECKING:
    from esg.spec.project import Project

CASES = read_cases()


@pytest.fixture(scope="module")
def every(project: Project) -> Project:
    """The shipped declarations with all switched on, and no number hidden as small."""
    on = {each.composite: True for each in project.declared.values() if each.composite}
    settings = replace(
        project.settings, composite=on, disclosure=DisclosureLimits(0, 1)
    )
    return replace(project, settings=settings)


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.indicator}: {case.name}" for case in CASES]
)
def test_an_indicator_gives_what_its_case_expects(every: Project, case: Case) -> None:
    indicator = every.indicators[case.indicator]
    connection = core_tables(every.tables, case.given)
    stage_calendar(connection, case.periods, case.data_date)
    stage_rules(connection, every.rules.values())
    tables = Tables(connection, every.marts, computed_tables(every))
    tables.make(tables_in(indicator.sql, indicator.where))

    rows = query(connection, indicator, dimensions=(case.by,) if case.by else ())

    levels = {
        measure.name: level(rows, measure)
        for measure in indicator.measures
        if is_divided(measure) or measure.kind in ("quantile", "index")
    }
    for expected in case.expect:
        period, segment = expected["period"], expected.get("segment") or "all"
        for column, cell in expected.items():
            if column in ("period", "segment"):
                continue
            name, _, part = column.partition(".")
            frame = levels[name] if part else rows
            found = frame.filter(
                period=period, segment=segment, dimension=case.by or "all"
            )
            wanted = evaluate(cell)
            place = f"{column} of {period}, {segment}"
            if wanted is None and found.is_empty():
                continue
            assert found.height == 1, f"{place}: {found.height} rows in\n{frame}"
            value = found[part or column][0]
            if wanted is None:
                assert value is None, f"{place} is {value}, not null"
            else:
                assert value is not None, f"{place} is null, not {cell}"
                assert float(value) == pytest.approx(float(wanted), abs=1e-9), place


def test_every_indicator_has_at_least_two_cases(every: Project) -> None:
    cases = dict.fromkeys(every.indicators, 0)
    for case in CASES:
        cases[case.indicator] += 1

    assert {name: count for name, count in cases.items() if count < 2} == {}


def test_every_declared_breakdown_and_cluster_can_be_bound(every: Project) -> None:
    connection = core_tables(every.tables, {})
    stage_calendar(connection, [], date(2026, 9, 30))
    stage_rules(connection, every.rules.values())
    tables = Tables(connection, every.marts, computed_tables(every))

    for indicator in every.indicators.values():
        tables.make(tables_in(indicator.sql, indicator.where))
        rows = query(connection, indicator, dimensions=indicator.breakdowns)

        assert {"period", "dimension", "segment"} <= set(rows.columns)
        for cluster in {m.cluster for m in indicator.measures if m.cluster}:
            bound = bind_clusters(
                indicator, dimensions=indicator.breakdowns, cluster=cluster
            )
            found = connection.execute(f"describe {bound.sql}").fetchall()
            groups = ", ".join(bound.groups.values())
            connection.execute(f"select {groups} from ({bound.sql})")  # noqa: S608

            assert {"period", "cluster", *bound.keys} <= {row[0] for row in found}
