"""Preparing a connection for indicator queries: calendar, rules, data date, marts.

The core tables stand there already, by their names; what is added are small tables
that every query may join, and the marts that the asked-for indicators read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from esg.engine.duck import (
    EngineFault,
    fetch_row,
    is_damage,
    quote_name,
    quote_text,
    within_memory,
)
from esg.errors import ContentError
from esg.indicators.bind import names_in_order, tables_in
from esg.spec.indicator import BREAKDOWNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from esg.engine.duck import Connection
    from esg.spec.period import Period
    from esg.spec.project import Mart
    from esg.spec.rule import Rule


def stage_calendar(
    connection: Connection, periods: Iterable[Period], data_date: date
) -> None:
    """Create ``calendar``, its days as ``calendar_day``, and ``report_date``.

    A day finds its period in ``calendar_day`` by equality: that is a hash join, and the
    planner knows how many rows it gives. Of a range it does not.
    """
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
    connection.execute(
        "create or replace temp table calendar_day as "
        "select cast(unnest(range(first_day, last_day + 1, interval 1 day)) as date) "
        "as day, period, first_day, last_day from calendar order by day"
    )
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


CODED = ("borrower_period", "loan_trait")
"""Marts that others take their breakdowns from: texts of a few values, which take a
byte as numbers, and are compared and grouped in half of the time."""

_MOST_CODES = 250
"""What a byte holds; a breakdown of more values stays text."""


@dataclass(frozen=True)
class ComputedTable:
    """A table that queries read like a mart, and that SQL alone cannot make."""

    columns: str
    """As in ``create table``: what stands there, empty, when nobody asks for it."""
    fill: Callable[[Connection], None]
    """Creates the temp table of that name anew, with its rows, from core tables,
    ``rule_value`` and what it reads, which stands by then."""
    reads: frozenset[str] = frozenset()
    """Marts and computed tables that filling it reads; core tables may be named."""


class Tables:
    """The marts and computed tables of a connection: each is made when it is needed.

    A computed table that nobody needs stands there, empty, as queries that name it in
    passing must still run.
    """

    def __init__(
        self,
        connection: Connection,
        marts: dict[str, Mart],
        computed: Mapping[str, ComputedTable],
        scratch: str | None = None,
    ) -> None:
        """Create every computed table, empty.

        Args:
            connection: With the core tables, the calendar and ``rule_value``.
            marts: All marts by name.
            computed: All computed tables by name.
            scratch: An attached database that holds what is made, packed; memory,
                unpacked, when null.
        """
        self._connection = connection
        self._scratch = scratch
        self._marts = marts
        self._computed = computed
        self._reads = {name: table.reads for name, table in computed.items()}
        self._standing: set[str] = set()
        for name in computed:
            self._empty(name)

    @property
    def standing(self) -> AbstractSet[str]:
        """What is made and not dropped."""
        return self._standing

    def lacking(self, wanted: Iterable[str]) -> list[str]:
        """Return what does not stand yet of all that some tables need, in order."""
        return names_in_order(wanted, self._marts, self._reads, self._standing)

    def make(self, wanted: Iterable[str]) -> None:
        """Make the marts and computed tables among some names, and those they read.

        Raises:
            ContentError: A mart's query does not run.
        """
        for name in self.lacking(wanted):
            mart = self._marts.get(name)
            if mart:
                self._make_mart(mart)
            else:
                self._computed[name].fill(self._connection)
                self._pack(name)
            self._standing.add(name)

    def keep(self, wanted: AbstractSet[str]) -> None:
        """Drop what stands and is no longer needed for some tables."""
        needed = set(wanted).union(
            *(self._read_by(name) for name in self.lacking(wanted))
        )
        for name in self._standing - needed:
            self._connection.execute(f"drop table {quote_name(name)}")
            if name in self._computed:
                self._empty(name)
        self._standing &= needed

    def in_turn(self, reads: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
        """Give each of some names when what it reads stands, and drop that in the end.

        Next comes who lacks the fewest tables, and of those who reads the most that
        stand: so few stand at once. All of them would not fit into memory.

        Args:
            reads: Table names by name.

        Raises:
            ContentError: A mart's query does not run.
        """
        waiting = dict(reads)
        while waiting:
            name = min(waiting, key=lambda name: self._effort(waiting[name]))
            self.make(waiting.pop(name))
            yield name
            self.keep(frozenset().union(*waiting.values()))

    def _effort(self, tables: AbstractSet[str]) -> tuple[int, int]:
        lacking = self.lacking(tables)
        read = set(tables).union(*(self._read_by(name) for name in lacking))
        return len(lacking), -len(read & self._standing)

    def _read_by(self, name: str) -> AbstractSet[str]:
        mart = self._marts.get(name)
        return tables_in(mart.sql, mart.where) if mart else self._reads[name]

    def _make_mart(self, mart: Mart) -> None:
        try:
            is_coded = mart.name in CODED
            query = self._with_codes(mart.sql) if is_coded else mart.sql
            self._create(mart.name, query)
        except EngineFault as error:
            refuse(mart.where, error)

    def _with_codes(self, query: str) -> str:
        """Return a query whose breakdowns are not texts but the numbers of texts."""
        rows = f"({query.rstrip().rstrip(';')}\n)"
        described = self._connection.execute(f"describe {rows}").fetchall()
        texts = [
            quote_name(name)
            for name, kind, *_ in described
            if kind == "VARCHAR" and name in BREAKDOWNS
        ]
        if not texts:
            return query
        lists = ", ".join(
            f"list(distinct {name}) filter (where {name} is not null)" for name in texts
        )
        sql = f"select {lists} from {rows}"  # noqa: S608 - names from declarations
        found = fetch_row(self._connection, sql) or ()
        coded = ", ".join(
            f"cast({name} as enum ({', '.join(map(quote_text, sorted(values)))})) "
            f"as {name}"
            for name, values in zip(texts, found, strict=True)
            if values and len(values) <= _MOST_CODES
        )
        if not coded:
            return query
        return f"select * replace ({coded}) from {rows}"  # noqa: S608 - as above

    def _create(self, name: str, query: str) -> None:
        if self._scratch is None:
            kind, place = "temp table", quote_name(name)
        else:
            kind, place = "table", f"{self._scratch}.main.{quote_name(name)}"
        statement = f"create or replace {kind} {place} as {query}"
        within_memory(self._connection, lambda: self._connection.execute(statement))

    def _pack(self, name: str) -> None:
        """Move a table that stands in memory to where all of them are."""
        if self._scratch is not None:
            filled = f"temp.main.{quote_name(name)}"
            self._create(name, f"from {filled}")
            self._connection.execute(f"drop table {filled}")

    def _empty(self, name: str) -> None:
        self._connection.execute(
            f"create or replace temp table {quote_name(name)} "
            f"({self._computed[name].columns})"
        )


def refuse(where: str, error: EngineFault) -> NoReturn:
    """Tell of a declared query that does not run.

    Args:
        where: Its file.
        error: The engine's. One of a damaged warehouse goes on as it is: it is no fault
            of the query.

    Raises:
        ContentError: The query is wrong.
    """
    if is_damage(error):
        raise error
    raise ContentError(
        f"{where}: the query does not run: {first_line(error)}",
        hint="Mend the query; 'esg list tables' shows what it may read.",
    ) from error


def first_line(error: Exception) -> str:
    """Return what DuckDB says is wrong, without its picture of the query."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
