"""How far the rows in quarantine could move an indicator, were they put back.

A bound, not an estimate, for indicators that declare under ``moves`` what one more row
of a table does to their first measure: ``1``, it is one unit at most; ``0``, it only
describes units, and those that point to it are rejected with it; a column, it is a
unit that weighs as much as the column says; ``breakdowns``, it tells groups apart and
moves no whole, which alone is bounded here. A table that an indicator reads and does
not declare makes it unbounded once it has rejected rows.

Let ``a`` rejected rows have a key that no stored row has, and ``r`` a key that is
stored or cannot be read, so that they may replace a row. Each is put back or not, as
any unit. A share x / y of counted units then lies in::

    max(0, (x − r) / (y + a))  to  min(1, (x + a + r) / (y + a))

for adding (1, 1) raises a share most and (0, 1) lowers it most, and replacing (0, 1) by
(1, 1), or the other way round, moves it more than adding does. A count lies between
x − r and x + a + r. With weights, a and r are taken times the largest weight one row
may have: the bound assumes that no rejected row weighs more than the heaviest stored
one, rounded up so that it tells nobody's amount. The bound assumes further that each
rejected record is one row, and that the period is over. Whether a rejected row belongs
to the period is not known, so each is taken as if it may.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from esg.engine.duck import fetch_row, quote_name
from esg.indicators.bind import WHOLE, marts_in_order, tables_in
from esg.quality.statement import IMPACTS
from esg.spec.indicator import ONLY_BREAKDOWNS

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.indicators.result import IndicatorResult, RunResult
    from esg.quality.findings import Rejected
    from esg.spec.indicator import Indicator
    from esg.spec.project import Project

_SHARES = ("share", "weighted_share")
_BOUNDED = (*_SHARES, "count", "amount")


@dataclass(frozen=True)
class Moves:
    """What rejected rows can do to a measure, in its own unit."""

    added: Decimal
    replacing: Decimal

    def share(self, part: Decimal, whole: Decimal) -> tuple[Decimal, Decimal]:
        """Return the least and the greatest share; see the module for why."""
        total = whole + self.added
        low = max(Decimal(0), (part - self.replacing) / total)
        return low, min(Decimal(1), (part + self.added + self.replacing) / total)

    def total(self, value: Decimal) -> tuple[Decimal, Decimal]:
        """Return the least and the greatest count or sum."""
        return value - self.replacing, value + self.added + self.replacing


def impacts(
    connection: Connection,
    project: Project,
    run: RunResult,
    rejected: dict[str, Rejected],
) -> pl.DataFrame:
    """Return how far the first measure of each indicator could move in the period.

    Args:
        connection: A reader of the warehouse.
        project: Marts and contracts.
        run: The indicators, protected: one that is hidden has no bound either.
        rejected: Rows in quarantine by table.

    Returns:
        The columns of ``IMPACTS``, a row for each indicator with a number.
    """
    is_over = str(run.period.last_day) <= run.data_date
    rows = []
    for result in run.results:
        number = _number(result, str(run.period))
        if number is None:
            continue
        case = _Case(result.indicator, number, is_over=is_over)
        rows.append(_impact(connection, project, case, rejected))
    return pl.DataFrame([dict.fromkeys(IMPACTS) | row for row in rows], schema=IMPACTS)


def _number(result: IndicatorResult, period: str) -> dict[str, Any] | None:
    found = result.frame.filter(
        measure=result.indicator.measures[0].name,
        period=period,
        dimension=WHOLE,
        status="ok",
    )
    return found.row(0, named=True) if found.height else None


@dataclass(frozen=True)
class _Case:
    indicator: Indicator
    number: dict[str, Any]
    is_over: bool


def core_tables(project: Project, indicator: Indicator) -> tuple[str, ...]:
    """Return the core tables that an indicator reads, itself or through marts."""
    found = tables_in(indicator.sql, indicator.where)
    for mart in marts_in_order(found.copy(), project.marts):
        found |= tables_in(mart.sql, mart.where)
    return tuple(sorted(found & set(project.tables)))


def _impact(
    connection: Connection,
    project: Project,
    case: _Case,
    rejected: dict[str, Rejected],
) -> dict[str, Any]:
    indicator, number = case.indicator, case.number
    read = tuple(
        name
        for name in core_tables(project, indicator)
        if indicator.moves.get(name) != ONLY_BREAKDOWNS
    )
    touched = [name for name in read if name in rejected]
    row = {
        "indicator": indicator.id,
        "measure": indicator.measures[0].name,
        "unit": indicator.measures[0].unit,
        "value": number["value"],
        "rejected": sum(
            rejected[name].added + rejected[name].replacing for name in touched
        ),
        "tables": " ".join(touched),
    }
    reason = _unbounded(connection, project, case, read, rejected)
    if reason:
        return row | {"state": "unbounded", "reason": reason}
    moving = [name for name in touched if indicator.moves[name] != 0]
    if not moving:
        return row | {
            "state": "unmoved", "low": number["value"], "high": number["value"]
        }  # fmt: skip
    weights = {
        name: _largest(connection, name, indicator.moves[name]) for name in moving
    }
    moves = Moves(
        sum((weights[n] * rejected[n].added for n in moving), Decimal(0)),
        sum((weights[n] * rejected[n].replacing for n in moving), Decimal(0)),
    )
    if indicator.measures[0].kind in _SHARES:
        low, high = moves.share(number["numerator"], number["denominator"])
    else:
        low, high = moves.total(number["numerator"])
    is_weighed = any(isinstance(indicator.moves[name], str) for name in moving)
    return row | {
        "state": "bounded",
        "low": float(low),
        "high": float(high),
        "rejected": sum(rejected[n].added + rejected[n].replacing for n in moving),
        "tables": " ".join(moving),
        "largest": max(weights.values()) if is_weighed else None,
    }


def _unbounded(
    connection: Connection,
    project: Project,
    case: _Case,
    read: tuple[str, ...],
    rejected: dict[str, Rejected],
) -> str | None:
    """Return the code of why there is no bound; None where there is one."""
    indicator = case.indicator
    touched = [name for name in read if name in rejected]
    if not touched:
        return None
    if indicator.measures[0].kind not in _BOUNDED or not case.is_over:
        return "kind" if case.is_over else "running"
    undeclared = [name for name in touched if name not in indicator.moves]
    if undeclared:
        return f"table:{undeclared[0]}"
    for name in touched:
        is_described = indicator.moves[name] == 0
        if is_described and rejected[name].replacing:
            return f"replaces:{name}"
        if is_described and _is_missed(connection, project, read, name):
            return f"dangling:{name}"
    return None


def _is_missed(
    connection: Connection, project: Project, read: tuple[str, ...], parent: str
) -> bool:
    """Return whether stored rows point to a row of the table that is not there.

    Such a row put back would change what is known of them.
    """
    for child in read:
        for column in project.tables[child].columns:
            if column.references != parent:
                continue
            name = quote_name(column.name)
            row = fetch_row(
                connection,
                f"select exists (select 1 from {quote_name(child)} as child "  # noqa: S608
                f"where child.{name} is not null and child.{name} not in "
                f"(select {name} from {quote_name(parent)}))",
            )
            if row and row[0]:
                return True
    return False


def _largest(connection: Connection, table: str, moves: int | str) -> Decimal:
    if isinstance(moves, int):
        return Decimal(moves)
    row = fetch_row(
        connection,
        f"select cast(max({quote_name(moves)}) as decimal(38, 4)) "  # noqa: S608
        f"from {quote_name(table)}",
    )
    return rounded_up(row[0] or Decimal(0)) if row else Decimal(0)


def rounded_up(amount: Decimal) -> Decimal:
    """Return an amount rounded up to one figure: 41,250 to 50,000; never down."""
    if amount <= 0:
        return Decimal(0)
    step = Decimal(1).scaleb(amount.adjusted())
    return (amount / step).to_integral_value(ROUND_CEILING) * step
