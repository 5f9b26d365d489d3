"""The data-quality statement as values: tidy frames with their columns' meaning.

What is measured is named after ISO/IEC 25012 (completeness, consistency, currentness)
and GB/T 36344-2018 (规范性, 完整性, 准确性, 一致性, 时效性); uniqueness stands there
under accuracy. No frame holds a value of a personal column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

Aspect = Literal["completeness", "validity", "timeliness", "uniqueness", "consistency"]
ASPECTS: tuple[str, ...] = get_args(Aspect)

WHOLE = "all"
"""Period of what stands in a table whatever its day; and item of a whole table."""
NO_CLOCK = "–"
"""Period of a table without a clock."""

EXACT = pl.Decimal(38, 4)

Schema = dict[str, pl.DataType | type[pl.DataType]]

MEASURES: Schema = {
    "aspect": pl.String,
    "measure": pl.String,
    "table": pl.String,
    "period": pl.String,
    "item": pl.String,
    "value": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "unit": pl.String,
}
"""A row a measure. ``unit`` is ``share`` (value is numerator over denominator), ``row``
(a count that is part of nothing) or ``day``. ``item`` is a column, a rule, a check, a
source, or ``all`` for the whole table. Null value: nothing to divide by."""

TOTALS: Schema = {
    "table": pl.String,
    "measure": pl.String,
    "period": pl.String,
    "ledger": EXACT,
    "loaded": EXACT,
    "difference": EXACT,
    "tolerance": EXACT,
    "verdict": pl.String,
    "reason": pl.String,
    "blank_rows": pl.Int64,
    "quarantined": pl.Int64,
}
"""A row a control total. ``difference`` is loaded less ledger. ``verdict`` is one of
``agrees``, ``within_tolerance``, ``differs``, ``not_judged``, the last with a reason as
a code. ``blank_rows`` have no amount to add; ``quarantined`` rows of the table wait."""

IMPACTS: Schema = {
    "indicator": pl.String,
    "measure": pl.String,
    "unit": pl.String,
    "state": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "rejected": pl.Int64,
    "tables": pl.String,
    "largest": EXACT,
    "reason": pl.String,
}
"""A row an indicator with a number in the period. ``state`` is ``unmoved`` (no rejected
row can move it), ``bounded`` or ``unbounded`` (with the reason as a code). ``rejected``
rows of ``tables`` could be put back. ``largest`` is what one of them is assumed to
amount to at most, null where rows are counted."""

DRIFT: Schema = {
    "source": pl.String,
    "table": pl.String,
    "column": pl.String,
    "mode": pl.String,
    "load": pl.Int64,
    "rows_before": pl.Int64,
    "rows_now": pl.Int64,
    "nulls_before": pl.Float64,
    "nulls_now": pl.Float64,
    "psi": pl.Float64,
    "verdict": pl.String,
}
"""A row a column of a source loaded more than once, and one with column ``all`` for its
rows. ``nulls`` are shares. ``psi`` is null for keys, references and ids, whose values
never repeat, for dates of increments, and where fewer rows than the disclosure limit
stand on a side. ``verdict`` is ``stable``, ``moderate``, ``major`` or ``emptied``."""

OF_THE_CLOCK = ("days_to_load",)
"""Measures that tell when a load happened: not for a report, whose bytes follow from
the content alone."""


@dataclass(frozen=True)
class Statement:
    """The quality of what is loaded, with regard to one period."""

    period: str
    measures: pl.DataFrame
    """Columns of ``MEASURES``."""
    totals: pl.DataFrame
    """Columns of ``TOTALS``."""
    impacts: pl.DataFrame
    """Columns of ``IMPACTS``."""
    drift: pl.DataFrame
    """Columns of ``DRIFT``."""

    def differing(self) -> pl.DataFrame:
        """Return the control totals that differ by more than their tolerance."""
        return self.totals.filter(self.totals["verdict"] == "differs")


def empty_statement(period: str) -> Statement:
    """Return a statement about nothing."""
    return Statement(
        period,
        pl.DataFrame(schema=MEASURES),
        pl.DataFrame(schema=TOTALS),
        pl.DataFrame(schema=IMPACTS),
        pl.DataFrame(schema=DRIFT),
    )
