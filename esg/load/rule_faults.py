"""Trying the rules of contracts on tables without rows, before anything is read.

What lives here: telling which rule does not run, and why, in words that help. What must
not: judging rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from esg.engine.duck import EngineFault, fault_words, quote_name
from esg.errors import ContentError, join_faults
from esg.load.joins import THIS, Joins, across, parse, tables_read
from esg.spec.fields import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esg.engine.duck import Connection
    from esg.spec.table import RowRule, TableContract


def refuse_broken_rules(
    connection: Connection, tables: Mapping[str, TableContract]
) -> None:
    """Raise one error that names every rule which does not run.

    Args:
        connection: Where all core tables stand by their names.
        tables: All contracts.

    Raises:
        ContentError: There is such a rule.
    """
    faults = [
        f"queries/tables/{contract.name}.yaml: the rule '{rule.name}' does not run: "
        f"{fault}."
        for contract in tables.values()
        # All rules of a table together, as nearly all of them run: every load waits.
        if _fault(connection, contract.rules, contract, tables)
        for rule in contract.rules
        if (fault := _fault(connection, (rule,), contract, tables))
    ]
    if faults:
        raise ContentError(
            join_faults(faults),
            hint="A rule is one condition over the row's columns and what it joins; "
            "'esg list tables' shows them. Nothing was loaded.",
        )


def _fault(
    connection: Connection,
    rules: tuple[RowRule, ...],
    contract: TableContract,
    tables: Mapping[str, TableContract],
) -> str | None:
    """Return words for what is wrong with the first of some rules of one table."""
    nothing = ", ".join(
        f"cast(null as {column.sql_type}) as {quote_name(column.name)}"
        for column in contract.columns
    )
    joins = Joins()
    try:
        conditions = [across(r, joins) if r.joins else r.bad for r in rules]
        for join in (join for rule in rules for join in rule.joins):
            for table in sorted(tables_read(join.select) if join.select else ()):
                if table not in join.tables:
                    return (
                        f"its join '{join.alias}' reads '{table}', which its 'tables' "
                        "do not name"
                    )
        # Alone first: beside the rows, a name that it lacks would be taken for theirs.
        for select in joins.selects:
            connection.execute(f"explain {select}")
        judged = ", ".join(f"cast(({each}) as boolean)" for each in conditions)
        connection.execute(
            f"explain select {judged or 'null'} "  # noqa: S608
            f"from (select {nothing}) as {THIS} {joins.sql}"
        )
    except ContentError as error:
        return error.message
    except EngineFault as error:
        return _unknown(rules[0], contract, tables) or fault_words(error)
    return None


def _unknown(
    rule: RowRule, contract: TableContract, tables: Mapping[str, TableContract]
) -> str | None:
    """Return words for the first column that its table lacks, with the nearest name."""
    known = {j.alias: tables[j.alias].column_names for j in rule.joins if not j.select}
    known[""] = contract.column_names
    try:
        columns = list(parse(rule.bad).find_all(exp.Column))
    except ContentError:
        return None
    for column in columns:
        names = known.get(column.table)
        if names is not None and column.name not in names:
            return (
                f"'{column.table or contract.name}' has no column '{column.name}'"
                f"{nearest(column.name, names)}"
            )
    return None
