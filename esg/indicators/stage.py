"""Preparing a connection for indicator queries: calendar, rules, data date, marts.

The core tables stand there already, by their names; what is added are small tables
that every query may join, and the marts that the asked-for indicators read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, quote_name
from esg.errors import ContentError
from esg.indicators.bind import marts_in_order, tables_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from esg.engine.duck import Connection
    from esg.spec.indicator import Indicator
    from esg.spec.period import Period
    from esg.spec.project import Mart
    from esg.spec.rule import Rule


def stage_calendar(
    connection: Connection, periods: Iterable[Period], data_date: date
) -> None:
    """Create ``calendar`` and ``report_date``."""
    connection.execute(
        "create or replace temp table calendar (period varchar, first_day date, "
        "last_day date, previous_period varchar, year_earlier_period varchar)"
    )
    rows = [
        (
            str(period),
            period.first_day,
            period.last_day,
            str(period.previous),
            str(period.year_earlier),
        )
        for period in periods
    ]
    if rows:
        connection.executemany("insert into calendar values (?, ?, ?, ?, ?)", rows)
    connection.execute("create or replace temp table report_date (data_date date)")
    connection.execute("insert into report_date values (?)", [data_date])


def stage_rules(connection: Connection, rules: Iterable[Rule]) -> None:
    """Create ``rule_value`` and ``rule_member`` with every dated rule.

    A value is a number, null where there is no limit, or a list of codes; each of
    those is a row of ``rule_member``.
    """
    connection.execute(
        "create or replace temp table rule_value "
        "(rule varchar, valid_from date, valid_to date, value double)"
    )
    connection.execute(
        "create or replace temp table rule_member "
        "(rule varchar, valid_from date, valid_to date, member varchar)"
    )
    dated = [(rule.id, value) for rule in rules for value in rule.values]
    numbers = [
        (rule, value.valid_from, value.valid_to, value.value)
        for rule, value in dated
        if value.members is None
    ]
    members = [
        (rule, value.valid_from, value.valid_to, member)
        for rule, value in dated
        for member in value.members or ()
    ]
    if numbers:
        connection.executemany("insert into rule_value values (?, ?, ?, ?)", numbers)
    if members:
        connection.executemany("insert into rule_member values (?, ?, ?, ?)", members)


@dataclass(frozen=True)
class ComputedTable:
    """A table that queries read like a mart, and that SQL alone cannot make."""

    columns: str
    """As in ``create table``: what stands there, empty, when nobody asks for it."""
    fill: Callable[[Connection], None]
    """Creates the temp table of that name anew, with its rows, from core tables and
    ``rule_value``."""
    reads: frozenset[str] = frozenset()
    """Tables and marts that filling it reads; computed ones among them stand before
    it."""


def stage_computed(
    connection: Connection,
    wanted: AbstractSet[str],
    marts: dict[str, Mart],
    computed: Mapping[str, ComputedTable],
) -> None:
    """Create computed tables: full where a query reads one, else empty.

    Args:
        connection: With the core tables and ``rule_value``.
        wanted: Names of tables and marts that queries read.
        marts: All marts by name; those that wanted ones read are followed.
        computed: By name, each after those it reads.
    """
    read = _with_read(wanted, marts)
    for name, table in reversed(list(computed.items())):
        if name in read:
            read |= _with_read(table.reads, marts)
    for name, table in computed.items():
        connection.execute(
            f"create or replace temp table {quote_name(name)} ({table.columns})"
        )
        if name in read:
            table.fill(connection)


def _with_read(names: AbstractSet[str], marts: dict[str, Mart]) -> set[str]:
    """Return some tables, and those that the marts among them read."""
    return set(names).union(
        *(tables_in(mart.sql, mart.where) for mart in marts_in_order(names, marts))
    )


def stage_marts(
    connection: Connection,
    indicators: Iterable[Indicator],
    marts: dict[str, Mart],
    computed: Mapping[str, ComputedTable],
) -> None:
    """Create the marts and computed tables that these indicators read, each once.

    Raises:
        ContentError: A mart's query does not run.
    """
    wanted: set[str] = set()
    for indicator in indicators:
        wanted |= tables_in(indicator.sql, indicator.where)
    build_marts(connection, wanted, marts, computed)


def build_marts(
    connection: Connection,
    wanted: AbstractSet[str],
    marts: dict[str, Mart],
    computed: Mapping[str, ComputedTable],
) -> None:
    """Create the marts among some table names, and those they read, each once.

    Raises:
        ContentError: A mart's query does not run.
    """
    stage_computed(connection, wanted, marts, computed)
    create_marts(connection, wanted, marts)


def create_marts(
    connection: Connection, wanted: AbstractSet[str], marts: dict[str, Mart]
) -> None:
    """Create the marts among some table names; computed tables stand already.

    Raises:
        ContentError: A mart's query does not run.
    """
    for mart in marts_in_order(wanted, marts):
        try:
            connection.execute(
                f"create or replace temp table {quote_name(mart.name)} as {mart.sql}"
            )
        except EngineFault as error:
            raise ContentError(
                f"{mart.where}: the query does not run: {first_line(error)}",
                hint="Mend the query; 'esg list tables' shows what it may read.",
            ) from error


def first_line(error: Exception) -> str:
    """Return what DuckDB says is wrong, without its picture of the query."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
