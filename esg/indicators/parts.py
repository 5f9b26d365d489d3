"""Sums of a whole from sums of its parts, so that breakdowns go over few rows.

What lives here: which columns of a query are told by those of its parts, and the query
over the parts. What must not: which breakdowns there are, and how they are named.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

_BY_PARTS = (exp.Sum, exp.Count, exp.CountIf, exp.Max, exp.Min, exp.AnyValue)
"""Aggregates of a whole that are told by those of its parts."""


def small_parts(tree: exp.Select, keys: list[str]) -> exp.Select | None:
    """Return a select over a query that is grouped by everything at once.

    Each breakdown would go over all rows; so each goes over the few that are left.

    Args:
        tree: The query: ``select period, … group by all``.
        keys: Columns of its source that breakdowns are made of.

    Returns:
        Null where an aggregate of a whole is not told by those of its parts, as a
        count of distinct values or a quantile.
    """
    found: dict[exp.Expr, str] = {}
    outer: list[exp.Expr] = [exp.column("period")]
    for projection in without_period(tree.expressions):
        whole = _over_parts(projection, found)
        if whole is None:
            return None
        outer.append(whole)
    parts = tree.copy()
    period = [each for each in parts.expressions if each.alias_or_name == "period"]
    inner = [exp.alias_(part, name) for part, name in found.items()]
    parts.set("expressions", [*map(exp.column, keys), *period, *inner])
    return exp.select(*outer).from_(parts.subquery("part"))


def _over_parts(projection: exp.Expr, found: dict[exp.Expr, str]) -> exp.Expr | None:
    """Return a projection with its aggregates taken over those of parts.

    Args:
        projection: Of the query.
        found: The aggregates of parts with the names of their columns; added to.
    """
    # In brackets, as an aggregate that is all there is has nothing to be replaced in.
    root = exp.Paren(this=projection.copy())
    for aggregate in list(root.find_all(exp.AggFunc)):
        if not isinstance(aggregate, _BY_PARTS) or aggregate.find(exp.Distinct):
            return None
        filtered = aggregate.find_ancestor(exp.Filter)
        whole: exp.Expr = filtered or aggregate
        name = found.setdefault(whole.copy(), f"part_{len(found)}")
        whole.replace(_over(aggregate, exp.column(name)))
    names = set(found.values())
    is_told = all(column.name in names for column in root.find_all(exp.Column))
    is_known = not root.find(exp.Anonymous, exp.AnonymousAggFunc, exp.Window)
    inner: exp.Expr = root.this
    return inner if is_told and is_known else None


def _over(aggregate: exp.Expr, column: exp.Column) -> exp.Expr:
    """Return the aggregate of a whole over a column with those of its parts."""
    if isinstance(aggregate, exp.Max | exp.Min | exp.AnyValue):
        return type(aggregate)(this=column)
    total = exp.Sum(this=column)
    return total if isinstance(aggregate, exp.Sum) else exp.cast(total, "bigint")


def adds_up(projection: exp.Expr) -> bool:
    """Return whether a column of a whole is the sum of its parts' columns.

    So is a sum times a number, and one that is divided by ``any_value``: the word of
    the query that all rows of a period have the same.
    """
    inner = projection.unalias()
    if isinstance(inner, exp.Mul):
        return isinstance(inner.left, exp.Literal) and adds_up(inner.right)
    if isinstance(inner, exp.Div):
        # The parser has any_value leave out nulls, in words of their own.
        by = inner.right.this if isinstance(inner.right, exp.IgnoreNulls) else None
        return isinstance(by, exp.AnyValue) and adds_up(inner.left)
    if isinstance(inner, exp.Coalesce):
        # Of a part that has nothing to add; any other number would be added for each.
        if inner.expressions != [exp.Literal.number(0)]:
            return False
        inner = inner.this
    if isinstance(inner, exp.Filter):
        inner = inner.this
    is_plain = isinstance(inner, exp.Sum | exp.Count | exp.CountIf)
    return is_plain and inner.find(exp.Distinct) is None


def without_period(projections: list[Any]) -> list[Any]:
    """Return what a query selects beside the period."""
    return [each for each in projections if each.alias_or_name != "period"]
