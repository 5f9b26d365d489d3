"""What running an indicator gives: one frozen value that reports and gates read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from esg.spec.indicator import Indicator
    from esg.spec.period import Period
    from esg.spec.rule import Rule

Status = Literal["ok", "suppressed", "no_data", "not_applicable"]

TIDY_COLUMNS = (
    "indicator", "measure", "period", "dimension", "segment", "value", "numerator",
    "denominator", "n", "low", "high", "missing_share", "unit", "status",
)  # fmt: skip

EXACT = pl.Decimal(38, 4)

REFUSED = "refused:"
"""Before the code of a reason that the indicator's own file puts into words."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "indicator": pl.String,
    "measure": pl.String,
    "period": pl.String,
    "dimension": pl.String,
    "segment": pl.String,
    "value": pl.Float64,
    "numerator": EXACT,
    "denominator": EXACT,
    "n": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
    "missing_share": pl.Float64,
    "unit": pl.String,
    "status": pl.String,
    "reason": pl.String,
    # Movement against the period before and against the same period a year earlier.
    "change_previous": pl.Float64,
    "change_previous_low": pl.Float64,
    "change_previous_high": pl.Float64,
    "change_year": pl.Float64,
    "change_year_low": pl.Float64,
    "change_year_high": pl.Float64,
}


@dataclass(frozen=True)
class IndicatorResult:
    """One indicator computed over all periods and the breakdowns asked for.

    The frame has the columns of ``SCHEMA``. ``dimension`` and ``segment`` are ``all``
    for the whole; ``segment`` is ``unknown`` where the attribute is missing. Numbers of
    a row whose status is not ``ok`` are null: protection has happened already.
    ``reason`` says, as a code, why a row has no number: ``table:NAME`` (the table holds
    no rows), ``column:TABLE.NAME`` (the column is empty), ``small`` (suppressed),
    ``empty`` (nothing to divide by), ``follow_up`` (the window is not over),
    ``refused:CODE`` (the query refuses it; the indicator's ``refusals`` say why).
    """

    indicator: Indicator
    frame: pl.DataFrame
    rules: tuple[Rule, ...]
    """Dated rules the query used, with all their values."""
    row_counts: dict[str, int]
    """Rows in each core table it needs."""


@dataclass(frozen=True)
class Input:
    """One source file as it was loaded."""

    source: str
    table: str
    file: str
    """The file's name without its folder: a path says where someone works."""
    sha256: str
    load: int
    rows_read: int
    rows_stored: int
    rows_duplicate: int
    rows_quarantined: int


@dataclass(frozen=True)
class RunResult:
    """Everything one run computed, and what it was computed from."""

    period: Period
    """The period the user asked for; frames hold the earlier ones too."""
    data_date: str
    """ISO date the data stand at."""
    results: tuple[IndicatorResult, ...]
    inputs: tuple[Input, ...]
    quarantine: pl.DataFrame
    """Columns ``source, table, rule, column, rows``: rejected rows by reason."""

    def result(self, indicator: str) -> IndicatorResult:
        """Return one indicator's result; KeyError when it was not run."""
        return {r.indicator.id: r for r in self.results}[indicator]


def tidy(results: tuple[IndicatorResult, ...]) -> pl.DataFrame:
    """Return all results as one table with the columns of ``TIDY_COLUMNS``."""
    if not results:
        return pl.DataFrame(schema={name: SCHEMA[name] for name in TIDY_COLUMNS})
    return pl.concat([r.frame.select(TIDY_COLUMNS) for r in results])


@dataclass(frozen=True)
class RunInputs:
    """What stands in the warehouse and where it came from."""

    inputs: tuple[Input, ...]
    quarantine: pl.DataFrame
    """Columns ``source, table, rule, column, rows``."""
