"""Control totals of the general ledger against what is loaded.

``measure`` of ``ledger_total`` is ``rows`` or the name of a column of money or whole
numbers, whose sum is stated; ``sum(principal)`` is the same as ``principal``. Where a
table holds several currencies, ``principal in USD`` states the sum of one. The period
takes rows by the table's clock. A table that is kept as of month ends, whose clock is
``as_of_date``, is taken at the period's last day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from esg.engine.duck import fetch, fetch_row, quote_name, quote_text
from esg.errors import UsageError
from esg.quality.statement import TOTALS
from esg.spec.period import Period, parse_period

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project
    from esg.spec.table import TableContract

LEDGER = "ledger_total"
STOCK_CLOCK = "as_of_date"
"""The clock of tables that say how things stand, not what happened."""

_MEASURE = re.compile(
    r"(?P<sum>sum\(\s*)?(?P<column>[a-z_][a-z0-9_]*)(?(sum)\s*\))"
    r"(?:\s+in\s+(?P<currency>[A-Z]{3}))?"
)
_ADDABLE = ("money", "integer")
_MONEY = "cast({} as decimal(38, 4))"


@dataclass(frozen=True)
class _Asked:
    """One control total that can be looked up."""

    contract: TableContract
    column: str | None
    """Null for a count of rows."""
    currency: str | None
    period: Period

    @property
    def is_stock(self) -> bool:
        return self.contract.clock == STOCK_CLOCK

    @property
    def where(self) -> str:
        clock = quote_name(str(self.contract.clock))
        first = self.period.last_day if self.is_stock else self.period.first_day
        found = (
            f"cast({clock} as date) between date '{first}' "
            f"and date '{self.period.last_day}'"
        )
        if self.currency:
            found += f" and currency = {quote_text(self.currency)}"
        return found

    @property
    def has_currencies(self) -> bool:
        """Whether what is added may be in several currencies."""
        return (
            self.column is not None
            and self.contract.column(self.column).type == "money"
            and "currency" in self.contract.column_names
        )


@dataclass(frozen=True)
class _Found:
    """What is loaded for one control total."""

    rows: int
    blank: int
    total: Any
    currencies: int
    of_table: int


def reconcile(
    connection: Connection, project: Project, quarantined: dict[str, int]
) -> pl.DataFrame:
    """Return every control total beside the loaded sum, in the order of its key.

    Args:
        connection: A reader of the warehouse.
        project: The contracts.
        quarantined: Rows in quarantine by table, to be named beside a difference.

    Returns:
        The columns of ``TOTALS``; no row where no control total is loaded. A total
        that cannot be looked up is 'not_judged' and says why: nothing is skipped.
    """
    stated = fetch(
        connection,
        'select table_name as "table", measure, period, '  # noqa: S608
        f"{_MONEY.format('value')} as ledger, "
        f"coalesce({_MONEY.format('tolerance')}, 0) as tolerance "
        f"from {quote_name(LEDGER)} order by table_name, period, measure",
    )
    asked: list[_Asked | str] = [
        _look_up(project, row["table"], row["measure"], row["period"])
        for row in stated.iter_rows(named=True)
    ]
    found = _loaded(
        connection,
        {at: each for at, each in enumerate(asked) if isinstance(each, _Asked)},
    )
    rows = []
    for at, row in enumerate(stated.iter_rows(named=True)):
        each = asked[at]
        judged = (
            {"verdict": "not_judged", "reason": each}
            if isinstance(each, str)
            else _judge(row, each, found[at])
        )
        rows.append(row | judged | {"quarantined": quarantined.get(row["table"], 0)})
    return pl.DataFrame([dict.fromkeys(TOTALS) | row for row in rows], schema=TOTALS)


def _look_up(project: Project, table: str, measure: str, period: str) -> _Asked | str:
    """Return what to look up, or the code of why nothing can be."""
    contract = project.tables.get(table)
    if contract is None:
        return "unknown_table"
    if contract.clock is None:
        return "no_clock"
    parts = _MEASURE.fullmatch(measure.strip())
    if parts is None:
        return "unknown_measure"
    is_rows = parts["column"] == "rows" and not parts["sum"]
    column = None if is_rows else parts["column"]
    fault = _fault_of_measure(contract, column, parts["currency"])
    try:
        return fault or _Asked(
            contract, column, parts["currency"], parse_period(period)
        )
    except UsageError:
        return "unknown_period"


def _fault_of_measure(
    contract: TableContract, column: str | None, currency: str | None
) -> str | None:
    if currency and (column is None or "currency" not in contract.column_names):
        return "no_currency"
    if column is None:
        return None
    if column not in contract.column_names:
        return "unknown_measure"
    found = contract.column(column)
    if found.sensitivity != "open":
        return "personal"
    return None if found.type in _ADDABLE else "no_sum"


def _loaded(connection: Connection, asked: dict[int, _Asked]) -> dict[int, _Found]:
    """Return what is loaded for each, with one scan of each table."""
    found: dict[int, _Found] = {}
    for name in sorted({each.contract.name for each in asked.values()}):
        own = {at: each for at, each in asked.items() if each.contract.name == name}
        parts = ", ".join(part for each in own.values() for part in _aggregates(each))
        row = fetch_row(
            connection,
            f"select count(*), {parts} from {quote_name(name)}",  # noqa: S608
        )
        of_table, *values = row or ()
        for place, at in enumerate(own):
            rows, blank, total, currencies = values[4 * place : 4 * place + 4]
            found[at] = _Found(rows, blank, total, currencies, of_table)
    return found


def _aggregates(each: _Asked) -> tuple[str, str, str, str]:
    column = quote_name(each.column or "")
    kept = f"filter (where {each.where})"
    rows = f"count(*) {kept}"
    if each.column is None:
        return rows, "0", f"{_MONEY.format(rows)}", "0"
    blank = f"count(*) filter (where {each.where} and {column} is null)"
    return (
        rows,
        blank,
        f"coalesce(sum({_MONEY.format(column)}) {kept}, 0)",
        f"count(distinct currency) {kept}" if each.has_currencies else "0",
    )


def _judge(row: dict[str, Any], each: _Asked, found: _Found) -> dict[str, Any]:
    reason = _unjudgeable(each, found)
    if reason:
        return {"verdict": "not_judged", "reason": reason, "blank_rows": found.blank}
    difference = found.total - row["ledger"]
    if difference == 0:
        verdict = "agrees"
    elif abs(difference) <= row["tolerance"]:
        verdict = "within_tolerance"
    else:
        verdict = "differs"
    return {
        "loaded": found.total,
        "difference": difference,
        "verdict": verdict,
        "blank_rows": found.blank,
    }


def _unjudgeable(each: _Asked, found: _Found) -> str | None:
    if not found.of_table:
        return "no_rows"
    if each.is_stock and not found.rows:
        return "no_month_end"
    # Amounts are never added across currencies.
    return "currencies" if found.currencies > 1 else None
