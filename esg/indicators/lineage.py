"""What an indicator's number is made from: marts, and the tables behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from esg.indicators.bind import tables_in
from esg.indicators.composite import TABLE as COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esg.spec.indicator import Indicator
    from esg.spec.project import Project

Kind = Literal["mart", "table", "computed", "indicator"]

STANDING = ("calendar", "calendar_day", "rule_value", "report_date")
"""Small tables that stand ready for every query, and say nothing of where from."""


@dataclass(frozen=True)
class Node:
    """A table that is read, with what it reads itself."""

    name: str
    kind: Kind
    reads: tuple[Node, ...]
    """In the order of their names; empty for tables and computed ones, but for the
    components of a composite."""

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Return this and all below, each with its depth, from the top."""
        yield depth, self
        for node in self.reads:
            yield from node.walk(depth + 1)


def lineage(indicator: Indicator, project: Project) -> tuple[Node, ...]:
    """Return the dependency graph of an indicator as a tree.

    A mart that several read stands below each of them, although it is built once.

    Raises:
        ContentError: A query cannot be read.
    """
    nodes = _nodes(indicator.sql, indicator.where, project)
    names = sorted({text.partition("/")[0] for text in indicator.components.values()})
    parts = tuple(
        Node(name, "indicator", lineage(project.declared[name], project))
        for name in names
    )
    return tuple(
        replace(node, reads=parts) if node.name == COMPONENTS else node
        for node in nodes
    )


def _nodes(sql: str, where: str, project: Project) -> tuple[Node, ...]:
    return tuple(
        _node(name, project)
        for name in sorted(tables_in(sql, where))
        if name not in STANDING
    )


def _node(name: str, project: Project) -> Node:
    mart = project.marts.get(name)
    if mart is not None:
        return Node(name, "mart", _nodes(mart.sql, mart.where, project))
    return Node(name, "table" if name in project.tables else "computed", ())
