"""The tables of the invented lender, and how each becomes files.

What lives here: names, forms and the order of rows. What must not: what the rows say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from esg.engine.duck import quote_text

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection

Form = Literal["csv", "parquet"]
Style = Literal["mixed", "csv", "parquet"]

_OPTIONS = {
    "csv": "format csv, header",
    "parquet": "format parquet, compression zstd, compression_level",
}
_SMALLEST = 19
"""Level of compression for a sample that is committed; five times as slow as 3."""
_FAST = 3


@dataclass(frozen=True)
class File:
    """One table and how it is written."""

    table: str
    """The contract's name."""

    key: str
    """Columns to sort by, as SQL."""

    form: Form = "csv"
    """Text where people look into it, Parquet where size counts."""

    by_batch: bool = False
    """Whether each batch of borrowers writes its own part; else the file is written
    once, over all borrowers, because its ids are numbers in the order of the calendar.
    """

    def form_in(self, style: Style) -> Form:
        """Return the form of the table in a style; ``mixed`` leaves its own."""
        return self.form if style == "mixed" else style

    def path(self, style: Style, part: int | None = None) -> str:
        """Return where the table, or one part of it, stands below the folder."""
        form = self.form_in(style)
        if part is None:
            return f"{self.table}.{form}"
        return f"{self.table}/part-{part:04d}.{form}"

    def place(self, style: Style, batches: int) -> str:
        """Return what names all files of the table: one of them, or a pattern."""
        form = self.form_in(style)
        if self.by_batch and batches > 1:
            return f"{self.table}/*.{form}"
        return f"{self.table}.{form}"


@dataclass(frozen=True)
class Written:
    """What became of one table."""

    table: str
    place: str
    """Its file below the folder, or the pattern of its parts."""
    files: int
    rows: int
    """Lines of a CSV are counted without its header."""
    bad_rows: int
    """Of them, those that a loader has to reject or to take as a copy."""
    bytes: int


FILES = (
    File("institution", "institution_id, valid_from"),
    File("borrower", "borrower_id", by_batch=True),
    File("application", "application_id", "parquet", by_batch=True),
    File("loan", "loan_id, principal", "parquet", by_batch=True),
    File("spending", "spending_id", "parquet"),
    File("interest_bill", "loan_id, period_no", "parquet", by_batch=True),
    File("payment", "payment_id", "parquet", by_batch=True),
    File("loan_month", "loan_id, as_of_date", "parquet", by_batch=True),
    File("bureau_month", "borrower_id, as_of_date", "parquet", by_batch=True),
    File("subsidy_claim", "claim_id"),
    File("complaint", "complaint_id"),
    File("service_contact", "contact_id"),
    File("fraud_alert", "alert_id"),
    File("collection_contact", "contact_id", "parquet", by_batch=True),
    File("credit_repair_item", "item_id"),
    File("engagement", "borrower_id, occurred_at, tool", "parquet", by_batch=True),
    File("survey_answer", "survey_id", by_batch=True),
    File("area_fact", "area_code, year, metric"),
    File("reference_rate", "rate_id, valid_from"),
    File("esg_fact", "metric, period"),
    File("ledger_total", "table_name, measure, period"),
)


def write_file(
    connection: Connection, file: File, form: Form, path: Path, *, is_small: bool
) -> int:
    """Write one table, sorted, and return its rows.

    Args:
        connection: Where the table stands as ``out_`` and its name.
        file: Which table.
        form: How.
        path: The file; it must not be there.
        is_small: Whether to spend time on compression.
    """
    options = _OPTIONS[form]
    if form == "parquet":
        options += f" {_SMALLEST if is_small else _FAST}"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names come from FILES, never from a user; the path is quoted.
    query = f"from out_{file.table} order by {file.key}"
    copied = connection.execute(
        f"copy ({query}) to {quote_text(str(path))} ({options})"
    )
    return int(copied.fetchall()[0][0])
