"""Results kept from run to run, so that only what changed is computed again.

Whatever a result depends on goes into the name it is kept under: the loads, the
calendar, every rule, policy and setting, the code, and of the indicator its own
declaration and the marts it reads. So nothing is ever called out of date: what changed
is not found.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from esg.engine.warehouse import ATTACHED
from esg.indicators.bind import marts_in_order, tables_in
from esg.indicators.result import SCHEMA, IndicatorResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from esg.engine.duck import Connection
    from esg.indicators.stage import ComputedTable
    from esg.spec.indicator import Indicator
    from esg.spec.project import Project

_VERSIONS = 6
"""Of one indicator that stay: a few periods and breakdowns, before and after a load."""

_ENGINES = ("duckdb", "polars", "sqlglot", "scipy")


@dataclass(frozen=True)
class Kept:
    """Where results of one run may be found, and what all of them depend on."""

    folder: Path
    project: Project
    common: str

    def find(self, indicator: Indicator) -> IndicatorResult | None:
        """Return an indicator's result; null where it is not kept as it is now."""
        path = self._path(indicator)
        if not path.is_file():
            return None
        try:
            frame = pl.read_parquet(path)
            rows = json.loads(pl.read_parquet_metadata(path)["rows"])
        except (OSError, KeyError, ValueError, pl.exceptions.PolarsError):
            # Half a file is no result: it is computed, and written anew.
            return None
        if frame.schema != pl.Schema(SCHEMA):
            return None
        with suppress(OSError):
            path.touch()
        rules = tuple(self.project.rules[name] for name in indicator.rules)
        return IndicatorResult(indicator, frame, rules, rows)

    def keep(self, result: IndicatorResult) -> None:
        """Keep a result; where nothing can be written, none is kept."""
        path = self._path(result.indicator)
        growing = path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            metadata = {"rows": json.dumps(result.row_counts)}
            result.frame.write_parquet(growing, metadata=metadata)
            growing.replace(path)
            self._tidy(result.indicator)

    def _path(self, indicator: Indicator) -> Path:
        return self.folder / f"{indicator.id}-{self._name(indicator)}.parquet"

    def _name(self, indicator: Indicator) -> str:
        return _digest(self.common, *self._parts(indicator))

    def _parts(self, indicator: Indicator) -> Iterator[object]:
        """Give what an indicator is made of, and what a composite's components are."""
        marts = self.project.marts
        yield indicator
        for mart in marts_in_order(tables_in(indicator.sql, indicator.where), marts):
            yield mart.name, mart.sql
        for reference in indicator.components.values():
            yield from self._parts(self.project.declared[reference.partition("/")[0]])

    def _tidy(self, indicator: Indicator) -> None:
        """Remove what was not asked for longest."""
        found = sorted(
            self.folder.glob(f"{indicator.id}-*"), key=lambda path: path.stat().st_mtime
        )
        for path in found[:-_VERSIONS]:
            path.unlink(missing_ok=True)


def kept_in(
    folder: Path,
    connection: Connection,
    project: Project,
    computed: Mapping[str, ComputedTable],
    asked: object,
) -> Kept:
    """Return the results of earlier runs that hold for this one.

    Args:
        folder: Where they are kept; made when the first is.
        connection: A staged reader of the warehouse.
        project: The workspace's declarations.
        computed: Tables that SQL alone cannot make; the marts that fill them count for
            every result, as few change and many results come from them.
        asked: What else a result depends on, as the breakdowns; told apart by its
            ``repr``.
    """
    loads = connection.execute("select * from load order by load_no").fetchall()
    files = connection.execute(
        "select path from duckdb_databases() where database_name = $1", [ATTACHED]
    ).fetchall()
    # The loads tell what is there; the file, that nobody wrote to it but they.
    stats = [Path(path).stat() for (path,) in files]
    calendar = connection.execute("from calendar order by first_day").fetchall()
    contracts = list(project.tables.values())
    filling = {name for table in computed.values() for name in table.reads}
    marts = [(m.name, m.sql) for m in marts_in_order(filling, project.marts)]
    common = _digest(
        _code(),
        loads,
        [(stat.st_size, stat.st_mtime_ns) for stat in stats],
        calendar,
        contracts,
        marts,
        list(project.rules.values()),
        list(project.packs.values()),
        project.settings,
        asked,
    )
    return Kept(folder, project, common)


def _digest(*parts: object) -> str:
    return sha256("\0".join(map(repr, parts)).encode()).hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a hash of everything that computes: our files and the engines."""
    root = Path(__file__).parents[1]
    files = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".sql"))
    texts = [(str(path.relative_to(root)), path.read_bytes()) for path in files]
    return _digest(texts, [(name, version(name)) for name in _ENGINES])
