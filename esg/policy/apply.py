"""Applying a policy pack to what is loaded: one row a fact, an amount or a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, fetch, within_memory
from esg.indicators.bind import tables_in
from esg.indicators.stage import Tables, refuse
from esg.policy.computed import COMPUTED
from esg.policy.stage import Terms, stage_terms

if TYPE_CHECKING:
    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.pack import Pack
    from esg.spec.project import Mart

FACTS = "policy_fact"
"""The temp table with the facts."""


def apply(
    connection: Connection, pack: Pack, terms: Terms, marts: dict[str, Mart]
) -> None:
    """Create ``policy_fact`` from what is loaded.

    Args:
        connection: A reader of the warehouse, with ``report_date`` staged.
        pack: The policy.
        terms: Its versions, values and settings to apply.
        marts: All marts by name; those that the pack reads are built.

    Raises:
        ContentError: The pack's query does not run.
    """
    Tables(connection, marts, COMPUTED).make(tables_read(pack))
    create_facts(connection, pack, terms)


def tables_read(pack: Pack) -> frozenset[str]:
    """Return the names of the tables and marts that a pack's query reads."""
    return tables_in(pack.sql, _file(pack))


def create_facts(
    connection: Connection, pack: Pack, terms: Terms, name: str = FACTS
) -> None:
    """Create a table of facts where the marts that the pack reads stand already.

    Raises:
        ContentError: The pack's query does not run.
    """
    stage_terms(connection, terms)
    try:
        query = pack.sql.rstrip().rstrip(";")
        statement = f"create or replace temp table {name} as {query}"
        within_memory(connection, lambda: connection.execute(statement))
    except EngineFault as error:
        refuse(_file(pack), error)


def _file(pack: Pack) -> str:
    return f"{pack.where}/apply.sql"


def facts(connection: Connection, pack: Pack) -> pl.DataFrame:
    """Return the facts as the pack prints them, sorted by their key.

    In every row of a pack that gives amounts, its steps add up to its result, and so do
    its parts.
    """
    return fetch(
        connection,
        f"select {', '.join(pack.columns)} from {FACTS} "  # noqa: S608
        f"order by {', '.join(pack.key) or 'all'}",
    )
