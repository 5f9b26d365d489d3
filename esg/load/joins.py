"""Rules across tables as SQL: their joins, each made once, and their conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from esg.engine.duck import quote_name
from esg.errors import ContentError
from esg.spec.fields import nearest

if TYPE_CHECKING:
    from esg.spec.table import RowRule

THIS = "this"
"""How the staged rows are called beside what is joined to them."""


@dataclass
class Joins:
    """What one query joins to the staged rows.

    References and rules mostly look at the same parent, and a join is what costs: one
    that was asked for before is not made again.
    """

    _made: dict[tuple[str, tuple[str, ...]], set[str]] = field(default_factory=dict)

    def alias(self, origin: str, on: tuple[str, ...], used: set[str]) -> str:
        """Return the alias of a relation joined on columns, joining it when it is new.

        Args:
            origin: A table's quoted name, or a select in brackets.
            on: Columns that it shares with the staged rows.
            used: Columns of it that are looked at.
        """
        columns = self._made.setdefault((origin, on), set(on))
        columns |= used
        return f"other_{list(self._made).index((origin, on))}"

    @property
    def selects(self) -> list[str]:
        """What is read of each relation, in the order of their aliases."""
        return [
            f"select {', '.join(map(quote_name, sorted(columns)))} from {origin}"  # noqa: S608
            for (origin, _), columns in self._made.items()
        ]

    @property
    def sql(self) -> str:
        """All joins, to stand behind the staged rows."""
        return " ".join(
            f"left join ({select}) as other_{at} on "
            + " and ".join(
                f"{THIS}.{quote_name(name)} = other_{at}.{quote_name(name)}"
                for name in on
            )
            for at, (select, (_, on)) in enumerate(
                zip(self.selects, self._made, strict=True)
            )
        )


def across(rule: RowRule, joins: Joins) -> str:
    """Return a rule's condition, its columns told apart by their table.

    Args:
        rule: A rule across tables.
        joins: Where what it looks at is joined.

    Raises:
        ContentError: The condition is no SQL, or names a table that is not joined.
    """
    tree = parse(rule.bad)
    columns = list(tree.find_all(exp.Column))
    aliases = {"": THIS}
    for join in rule.joins:
        origin = f"({join.select})" if join.select else quote_name(join.alias)
        used = {column.name for column in columns if column.table == join.alias}
        aliases[join.alias] = joins.alias(origin, join.on, used)
    for column in columns:
        if column.table not in aliases:
            raise ContentError(
                f"it looks at '{column.table}', which it does not join"
                f"{nearest(column.table, tuple(aliases))}"
            )
        column.set("table", exp.to_identifier(aliases[column.table]))
    return tree.sql(dialect="duckdb")


def own_columns(rule: RowRule) -> list[str]:
    """Return the columns of the judged row itself that a rule looks at."""
    named = {c.name for c in parse(rule.bad).find_all(exp.Column) if not c.table}
    return sorted(named.union(*(join.on for join in rule.joins)))


def tables_read(query: str) -> set[str]:
    """Return the tables that a select reads, without those that it names itself.

    Raises:
        ContentError: It is no SQL.
    """
    tree = parse(query)
    made = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - made


def parse(text: str) -> exp.Expr:
    """Return the syntax tree of one expression or select.

    Raises:
        ContentError: It is none; the words continue 'the rule …: '.
    """
    try:
        return sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        reason = str(error).splitlines()[0].partition(". Line")[0]
        raise ContentError(f"it is no SQL: {reason}") from error
