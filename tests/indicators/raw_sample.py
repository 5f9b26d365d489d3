"""The sample lender's files, read without the loader: the ground of a second count.

Nothing here calls the package. Types are those the table contracts name, rules are the
values of the policy files, and the flaws are dropped as the sample's README lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import yaml

ROOT = Path(__file__).parents[2]
DATA = ROOT / "sample_data" / "lender" / "data"
DATA_DATE = date(2026, 9, 30)

TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "money": pl.Decimal(18, 2),
    "rate": pl.Decimal(9, 6),
    "date": pl.Date,
    "timestamp": pl.Datetime("us"),
    "boolean": pl.Boolean,
}

QUARTER_MONTHS = 3


@cache
def raw(table: str) -> pl.DataFrame:
    """The clean rows of one table.

    A flaw has an X after the first letter of its id; one line of borrower.csv stands
    there twice, letter for letter, and counts once.
    """
    parquet = DATA / f"{table}.parquet"
    if parquet.exists():
        read = pl.read_parquet(parquet)
    else:
        read = pl.read_csv(
            DATA / f"{table}.csv", infer_schema=False, truncate_ragged_lines=True
        )
    key = pl.col(read.columns[0])
    clean = read.filter(~key.str.contains(r"^[A-Z]X\d")).unique(maintain_order=True)
    return clean.select(
        _typed(name, kind, clean.columns) for name, kind in _columns(table).items()
    )


@cache
def rule(name: str, day: date) -> Any:
    """The value of a dated rule on a day, as in rule("new_citizen.hukou_months", …)."""
    path = ROOT / "queries" / "policies" / f"{name.replace('.', '/')}.yaml"
    values = yaml.safe_load(path.read_text("utf-8"))["values"]
    for value in values:
        last = date.max if value["to"] == "open" else value["to"]
        if value["from"] <= day <= last:
            return value["value"]
    return None


@dataclass(frozen=True)
class Quarter:
    """A quarter by its name, as 2026Q3."""

    name: str

    @property
    def first_day(self) -> date:
        year, number = self.name.split("Q")
        return date(int(year), QUARTER_MONTHS * (int(number) - 1) + 1, 1)

    @property
    def last_day(self) -> date:
        start = self.first_day
        months = start.month - 1 + QUARTER_MONTHS
        return date(start.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)

    def holds(self, column: str) -> pl.Expr:
        """Whether the day of a date or timestamp column lies in the quarter."""
        day = pl.col(column).cast(pl.Date)
        return day.is_between(self.first_day, self.last_day)


def with_borrower(frame: pl.DataFrame) -> pl.DataFrame:
    """The attributes of its borrower beside each row; a row without one stays."""
    borrower = raw("borrower")
    known = [name for name in borrower.columns if name not in frame.columns]
    return frame.join(
        borrower.select("borrower_id", *known), on="borrower_id", how="left"
    )


@cache
def stock(quarter: Quarter) -> pl.DataFrame:
    """Loans with a balance above zero at the quarter's last month end.

    Without those written off by that day; product and borrower stand beside them.
    """
    last = quarter.last_day
    months = raw("loan_month").filter(
        pl.col("as_of_date") == last,
        pl.col("balance") > 0,
        pl.col("written_off_date").is_null() | (pl.col("written_off_date") > last),
    )
    loan = raw("loan").select("loan_id", "application_id", "borrower_id", "product")
    return with_borrower(months.join(loan, on="loan_id"))


@cache
def active(quarter: Quarter) -> pl.DataFrame:
    """The borrowers who owe a balance at the quarter's last month end, each once."""
    owing = stock(quarter)["borrower_id"].drop_nulls().unique()
    return raw("borrower").filter(pl.col("borrower_id").is_in(owing.implode()))


@cache
def _columns(table: str) -> dict[str, str]:
    path = ROOT / "queries" / "tables" / f"{table}.yaml"
    contract = yaml.safe_load(path.read_text("utf-8"))["columns"]
    return {name: column["type"] for name, column in contract.items()}


def _typed(name: str, kind: str, present: list[str]) -> pl.Expr:
    """A column in its contract's type, or a column of nothing where the file has none.

    Every text that is no value of the type fails: a clean row holds none.
    """
    target = TYPES[kind]
    if name not in present:
        return pl.lit(None, dtype=target).alias(name)
    if kind == "boolean":
        return (
            pl.col(name)
            .cast(pl.String)
            .replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
        )
    column = pl.col(name)
    if kind == "timestamp":
        return column.cast(pl.String).str.to_datetime(strict=True, time_unit="us")
    if kind == "date":
        return column.cast(pl.String).str.to_date("%Y-%m-%d", strict=True)
    return column.cast(target)


def share(frame: pl.DataFrame, yes: pl.Expr) -> pl.DataFrame:
    """One unit a row: it is one, it is not, or (null) nobody knows."""
    one = pl.lit(1, dtype=pl.Int64)
    return weighted_share(frame, yes, one)


def weighted_share(frame: pl.DataFrame, yes: pl.Expr, amount: pl.Expr) -> pl.DataFrame:
    """The same, each row with its amount."""
    nothing = pl.lit(0, dtype=pl.Int64)
    return frame.with_columns(
        numerator=pl.when(yes).then(amount).otherwise(nothing),
        denominator=pl.when(yes.is_not_null()).then(amount).otherwise(nothing),
        missing=pl.when(yes.is_null()).then(amount).otherwise(nothing),
    )


def total(frame: pl.DataFrame, amount: pl.Expr) -> pl.DataFrame:
    """An amount a row, nothing where it is empty."""
    return frame.with_columns(
        numerator=amount.fill_null(0),
        denominator=pl.lit(None, dtype=pl.Int64),
        missing=pl.lit(None, dtype=pl.Int64),
    )


def count(frame: pl.DataFrame, yes: pl.Expr) -> pl.DataFrame:
    """How many rows are one for sure."""
    return total(frame, yes.cast(pl.Int64))


class Tally(NamedTuple):
    """What one cell of a result should say."""

    numerator: float | None
    denominator: float | None
    value: float | None
    missing_share: float | None


NOTHING = Tally(None, None, None, None)
"""No rows, or none of them known: there is no number."""


def tally(rows: pl.DataFrame, dimension: str, segment: str) -> Tally:
    """Sums over one segment; an empty attribute stands under unknown."""
    if dimension != "all":
        rows = rows.filter(pl.col(dimension).fill_null("unknown") == segment)
    numerator = _sum(rows["numerator"])
    denominator = _sum(rows["denominator"])
    missing = _sum(rows["missing"])
    if numerator is None or denominator == 0:
        return NOTHING
    if denominator is None:
        return Tally(numerator, None, numerator, None)
    unknown = None if missing is None else missing / (denominator + missing)
    return Tally(numerator, denominator, numerator / denominator, unknown)


def _sum(column: pl.Series) -> float | None:
    return None if column.drop_nulls().is_empty() else float(column.sum())
