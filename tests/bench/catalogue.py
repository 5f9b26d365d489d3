"""How long the whole catalogue takes beside one pass over the columns it reads."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost import Cost, Result, compared, cost_of
from sqlglot import exp

import esg
from esg.engine.duck import quote_name
from esg.engine.warehouse import open_for_reading
from esg.indicators.bind import parse
from esg.spec.indicator import BREAKDOWNS

if TYPE_CHECKING:
    from collections.abc import Iterator

PASS_LIMIT = 10
MEMORY_LIMIT_MIB = 8192
GROWTH_LIMIT = 11

QUARTER = "2026Q3"
"""The last whole one of an invented lender; the series hold the eleven before."""


def measures(folder: Path, rows: int) -> Iterator[Result]:
    """Yield every measure of computing the catalogue.

    Args:
        folder: An empty folder for some 12 GB at 10 million loans, a third of it for
            the records as files.
        rows: Loans of an invented lender; all other records are in proportion.
    """
    small = _catalogue(_lender(folder, "tenth", rows // 10))
    workspace = _lender(folder, "whole", rows)
    bare = _step("bench.catalogue", str(workspace), cwd=folder)
    whole = _catalogue(workspace)
    yield Result("catalogue.one_pass", round(bare.seconds, 2), "s")
    yield compared("catalogue.all_breakdowns", whole, bare, PASS_LIMIT)
    yield compared("catalogue.growth_over_a_tenth", whole, small, GROWTH_LIMIT)
    yield Result(
        "catalogue.peak_memory", round(whole.peak_mib), "MiB", limit=MEMORY_LIMIT_MIB
    )


def _lender(folder: Path, name: str, loans: int) -> Path:
    place = folder / name
    asked = ("--loans", str(loans), "--format", "parquet", "--out", str(place))
    _step("esg", "generate", *asked, cwd=folder)
    _step("esg", "--workspace", str(place), "load", cwd=folder)
    return place


def _catalogue(workspace: Path) -> Cost:
    by = [part for name in BREAKDOWNS for part in ("--by", name)]
    asked = ("run", "--all", "--quarter", QUARTER, *by, "-o", "facts.parquet")
    return _step("esg", *asked, "--format", "parquet", cwd=workspace)


def _step(module: str, *arguments: str, cwd: Path) -> Cost:
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([tests, *filter(None, [os.environ.get("PYTHONPATH")])])
    return cost_of(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": path},
    )


def _one_pass(folder: Path) -> None:
    """Count the values of every column that a mart or an indicator names."""
    project = esg.open(folder).project
    queries = [(mart.sql, mart.where) for mart in project.marts.values()]
    queries += [(each.sql, each.where) for each in project.indicators.values()]
    named = {
        column.name
        for sql, where in queries
        for column in parse(sql, where).find_all(exp.Column)
    }
    tables = project.tables.values()
    with closing(open_for_reading(folder / "warehouse.duckdb", tables)) as connection:
        for table in tables:
            columns = [name for name in table.column_names if name in named]
            counts = ", ".join(f"count({quote_name(name)})" for name in columns)
            connection.execute(
                f"select count(*), {counts} from {quote_name(table.name)}"  # noqa: S608
            )


if __name__ == "__main__":
    _one_pass(Path(sys.argv[1]))
