"""The data-quality statement as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from esg.cli.common import table_text
from esg.quality.statement import WHOLE

if TYPE_CHECKING:
    from decimal import Decimal

    from esg.quality.statement import Statement

_NONE = "–"
_MOST = 20
"""Lines of one list; the tidy table has all."""

REASONS = {
    "unknown_table": "there is no such table",
    "unknown_measure": "the table has no such column",
    "unknown_period": "the period is none",
    "no_sum": "a column of this type is not added up",
    "personal": "the column is personal",
    "no_currency": "only money of a table with currencies has one",
    "no_clock": "the table has no clock to take a period by",
    "no_rows": "the table holds no rows",
    "no_month_end": "no row stands at the period's last day",
    "currencies": "the rows are in several currencies: state one as 'principal in USD'",
}
"""Why a control total is not judged, by code."""


def statement_text(statement: Statement) -> str:
    """Return every part of the statement, each under its heading."""
    parts = (
        _totals_text(statement.totals),
        _quality_text(statement),
        _blanks_text(statement.measures),
        _drift_text(statement.drift),
        _impacts_text(statement.impacts),
    )
    return "\n".join(part for part in parts if part)


def _totals_text(totals: pl.DataFrame) -> str:
    title = "Control totals of the ledger\n"
    if totals.is_empty():
        return title + "None is loaded: a source of table 'ledger_total' states them.\n"
    rows = [
        (
            row["verdict"].replace("_", " "),
            row["table"],
            row["measure"],
            row["period"],
            *(_amount(row[name]) for name in
              ("ledger", "loaded", "difference", "tolerance")),
            _remark(row),
        )
        for row in totals.iter_rows(named=True)
    ]  # fmt: skip
    head = ["verdict", "table", "measure", "period", "ledger", "loaded", "difference",
            "tolerance", "remark"]  # fmt: skip
    return title + table_text(head, rows)


def _amount(value: Decimal | None) -> str:
    if value is None:
        return _NONE
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def _remark(row: dict[str, Any]) -> str:
    found = []
    if row["reason"]:
        found.append(REASONS[row["reason"]])
    if row["blank_rows"]:
        found.append(f"rows without an amount: {row['blank_rows']:,}")
    if row["quarantined"] and row["difference"] != 0:
        found.append(f"rows of the table in quarantine: {row['quarantined']:,}")
    return "; ".join(found)


def _quality_text(statement: Statement) -> str:
    frame, period = statement.measures, statement.period
    names = frame["table"].unique().sort().to_list()
    rows = [
        (
            name,
            _share(frame, name, "completeness", "filled"),
            _share(frame, name, "completeness", "filled", period),
            *(
                _share(frame, name, aspect, measure)
                for aspect, measure in (
                    ("validity", "rejected"),
                    ("consistency", "rejected"),
                    ("uniqueness", "rejected"),
                    ("uniqueness", "copies"),
                )
            ),
            _share(frame, name, "timeliness", "late", period),
            _share(frame, name, "timeliness", "corrected"),
            _days(frame, name, "age_days"),
            _days(frame, name, "days_to_load"),
        )
        for name in names
    ]
    head = ["table", "filled", f"filled {period}", "invalid", "inconsistent",
            "key conflict", "copies", f"late {period}", "corrected", "days old",
            "days to load"]  # fmt: skip
    return "Data quality\n" + table_text(head, rows)


def _of(frame: pl.DataFrame, table: str, aspect: str, measure: str) -> pl.DataFrame:
    return frame.filter(table=table, aspect=aspect, measure=measure)


def _share(
    frame: pl.DataFrame, table: str, aspect: str, measure: str, period: str = ""
) -> str:
    found = _of(frame, table, aspect, measure).filter(item=WHOLE)
    # The whole stands first; a table without a clock has nothing else.
    found = found.filter(period=period) if period else found.head(1)
    if found.is_empty() or found["value"][0] is None:
        return _NONE
    return f"{found['value'][0]:.2%}"


def _days(frame: pl.DataFrame, table: str, measure: str) -> str:
    found = _of(frame, table, "timeliness", measure)["numerator"].to_list()
    return f"{max(found):,}" if found else _NONE


def _blanks_text(measures: pl.DataFrame) -> str:
    found = measures.filter(
        pl.col("measure") == "filled",
        pl.col("item") != WHOLE,
        pl.col("value") < 1,
        pl.col("period") == pl.col("period").first().over("table"),
    ).sort("value", "table", "item")
    if found.is_empty():
        return ""
    rows = [
        (row["table"], row["item"], f"{row['value']:.2%}",
         f"{row['denominator'] - row['numerator']:,}", f"{row['denominator']:,}")
        for row in found.head(_MOST).iter_rows(named=True)
    ]  # fmt: skip
    title = "Columns in use that have blanks\n"
    head = ["table", "column", "filled", "blank", "rows"]
    return title + table_text(head, rows) + _more(found.height)


def _more(count: int) -> str:
    if count <= _MOST:
        return ""
    return f"… and {count - _MOST} more; --format csv has all.\n"


def _drift_text(drift: pl.DataFrame) -> str:
    title = "Moved since the load before\n"
    if drift.is_empty():
        return title + "No source has been loaded twice.\n"
    told = drift.filter((pl.col("column") == WHOLE) | (pl.col("verdict") != "stable"))
    rows = [
        (
            row["source"],
            _NONE if row["column"] == WHOLE else row["column"],
            f"{row['rows_before']:,}",
            f"{row['rows_now']:,}",
            _percent(row["nulls_before"]),
            _percent(row["nulls_now"]),
            _NONE if row["psi"] is None else f"{row['psi']:.3f}",
            row["verdict"],
        )
        for row in told.iter_rows(named=True)
    ]
    head = ["source", "column", "rows before", "rows now", "null before", "null now",
            "PSI", "verdict"]  # fmt: skip
    return title + table_text(head, rows)


def _percent(share: float | None) -> str:
    return _NONE if share is None else f"{share:.2%}"


def _impacts_text(impacts: pl.DataFrame) -> str:
    title = "What the rows in quarantine could move\n"
    bounded = impacts.filter(pl.col("state") == "bounded")
    rows = []
    for row in bounded.iter_rows(named=True):
        printed = [_number(row[name], row["unit"]) for name in ("value", "low", "high")]
        if len(set(printed)) > 1:
            rows.append(
                (
                    row["indicator"],
                    *printed,
                    f"{row['rejected']:,}",
                    row["tables"],
                    _amount(row["largest"]),
                )
            )
    head = ["indicator", "value", "at least", "at most", "rows", "of", "each up to"]
    text = table_text(head, rows) if rows else "No printed number.\n"
    unbounded = impacts.filter(pl.col("state") == "unbounded").height
    return (
        title
        + text
        + f"{impacts.height - unbounded - len(rows)} of {impacts.height} indicators "
        f"stay as printed; {unbounded} cannot be bounded.\n"
    )


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
