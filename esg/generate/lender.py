"""Write the files of an invented consumer-finance lender, from a seed.

What lives here: the order of the SQL steps and how tables become files. What must not:
numbers of the story (they stand in the SQL files beside this module).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal

from esg.engine.duck import Connection, fetch, open_memory, quote_text
from esg.generate.flaws import add_flaws

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_LOANS = 20_000
"""Loans of the committed sample: what fits in less than 4.5 MB."""

DEFAULT_SEED = 21
"""Seed of the committed sample: one where the small story group shows its trend."""

STEPS = (
    "draws",
    "reference",
    "person",
    "credit",
    "bill",
    "spending",
    "subsidy",
    "standing",
    "application",
    "care",
    "export",
    "repair",
    "tools",
    "facts",
)

PEOPLE_PER_LOAN = 0.34


@dataclass(frozen=True)
class File:
    """One table of the sample and how it is written."""

    table: str
    """The contract's name."""

    key: str
    """Columns to sort by, as SQL."""

    form: Literal["csv", "parquet"] = "csv"
    """Text where people look into it, Parquet where size counts."""

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.table}.{self.form}"


FILES = (
    File("institution", "institution_id, valid_from"),
    File("borrower", "borrower_id"),
    File("application", "application_id", "parquet"),
    File("loan", "loan_id, principal", "parquet"),
    File("spending", "spending_id", "parquet"),
    File("interest_bill", "loan_id, period_no", "parquet"),
    File("loan_month", "loan_id, as_of_date", "parquet"),
    File("subsidy_claim", "claim_id"),
    File("complaint", "complaint_id"),
    File("service_contact", "contact_id"),
    File("fraud_alert", "alert_id"),
    File("credit_repair_item", "item_id"),
    File("engagement", "borrower_id, occurred_at, tool", "parquet"),
    File("area_fact", "area_code, year, metric"),
    File("esg_fact", "metric, period"),
)


def generate(
    out: Path, *, loans: int, seed: int, flawed: bool = True
) -> dict[str, int]:
    """Write one file for each table and return how many rows each holds.

    Every random number is a function of the seed and of a row's own key, so that the
    same call gives the same bytes on any number of threads.

    Args:
        out: Folder for the files; made when absent.
        loans: Rows of the clean loan table; everything else is in proportion.
        seed: Any integer.
        flawed: Whether to add the rows that a loader has to reject, see ``flaws``.

    Returns:
        Rows by file name, lines of a CSV counted without its header.

    Raises:
        ValueError: Too few loans for the story to have its parts.
    """
    if loans < 100:  # noqa: PLR2004 - below it, some tables would be empty
        raise ValueError(f"{loans} loans are fewer than 100")
    out.mkdir(parents=True, exist_ok=True)
    connection = open_memory()
    try:
        _build(connection, loans=loans, seed=seed)
        if flawed:
            connection.execute(_script("flaws"))
        rows = {file.name: _write(connection, file, out) for file in FILES}
    finally:
        connection.close()
    if flawed:
        for name, added in add_flaws(out).items():
            rows[name] += added
    return rows


def _build(connection: Connection, *, loans: int, seed: int) -> None:
    people = round(loans * PEOPLE_PER_LOAN)
    # Ids stay seven digits wide until a table outgrows them (a bill never has an id).
    digits = max(7, len(str(loans * 4)))
    for name, value in {
        "loans": loans,
        "seed": seed,
        "people": people,
        "id_digits": digits,
    }.items():
        connection.execute(f"set variable {name} = {value:d}")
    for step in STEPS:
        connection.execute(_script(step))


def _script(step: str) -> str:
    return resources.files("esg.generate").joinpath(f"{step}.sql").read_text("utf-8")


def _write(connection: Connection, file: File, out: Path) -> int:
    options = {
        "csv": "format csv, header",
        "parquet": "format parquet, compression zstd, compression_level 19",
    }[file.form]
    # Names come from FILES, never from a user; the path is quoted.
    query = f"from out_{file.table} order by {file.key}"
    target = quote_text(str(out / file.name))
    connection.execute(f"copy ({query}) to {target} ({options})")
    return int(
        fetch(connection, f"select count(*) as n from out_{file.table}").item()  # noqa: S608
    )
