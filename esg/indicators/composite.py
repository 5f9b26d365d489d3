"""The numbers that composite indicators are made of, as a table that they read.

The temp table ``component_value`` has one row a composite, component and period. A
value is that of the whole, protected as it would be printed, so that no composite tells
what its component hides; null where the component has no number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from esg.engine.duck import fetch_row, put_arrow
from esg.indicators.bind import WHOLE, tables_in
from esg.indicators.prepare import conditions
from esg.indicators.run import run_indicator
from esg.indicators.stage import ComputedTable

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.indicators.run import Conditions
    from esg.spec.indicator import Indicator
    from esg.spec.project import Project

TABLE = "component_value"

COLUMNS = "composite varchar, component varchar, period varchar, value double"


def component_table(project: Project) -> ComputedTable:
    """Return the computed table; it reads what the components of composites read.

    Args:
        project: Its declarations; composites that are off need no components.
    """
    composites = [each for each in project.indicators.values() if each.components]
    components = {
        reference: _one_number(project, reference)
        for composite in composites
        for reference in composite.components.values()
    }
    reads = frozenset().union(
        *(tables_in(each.sql, each.where) for each in components.values())
    )

    def fill(connection: Connection) -> None:
        row = fetch_row(connection, "select data_date from report_date")
        if row is None:
            return
        asked = conditions(connection, project, components.values(), row[0])
        numbers = {
            reference: _numbers(connection, indicator, asked)
            for reference, indicator in components.items()
        }
        for composite in composites:
            for name, reference in composite.components.items():
                rows = numbers[reference].select(
                    pl.lit(composite.id), pl.lit(name).alias("name"), "period", "value"
                )
                put_arrow(connection, TABLE, rows.to_arrow())

    return ComputedTable(COLUMNS, fill, reads)


def _one_number(project: Project, reference: str) -> Indicator:
    """Return a component's indicator with that measure alone.

    Without its interval over clusters, which nobody reads here and costs a scan.
    """
    name, _, measure = reference.partition("/")
    indicator = project.declared[name]
    found = replace(indicator.measure(measure), cluster=None)
    return replace(indicator, measures=(found,))


def _numbers(
    connection: Connection, indicator: Indicator, asked: Conditions
) -> pl.DataFrame:
    frame = run_indicator(connection, indicator, dimensions=(), conditions=asked).frame
    return frame.filter(pl.col("dimension") == WHOLE)
