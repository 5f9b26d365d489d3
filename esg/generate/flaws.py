"""Rows that a loader has to reject, at known places of the sample's files.

What lives here: the flaws of the CSV files, added as text because no typed table can
hold them, and the list of all flaws with the reason a reader should find. What must
not: any change to a clean row. Every flaw is a row of its own, so that whatever a
loader keeps is the clean data exactly.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FIRST_LINE = 12
"""Line of a CSV at which its first flaw stands: after the header and ten rows."""


@dataclass(frozen=True)
class Flaw:
    """One row that does not belong."""

    file: str
    """Name of the file it is added to."""

    what: str
    """What is wrong, for a reader."""

    reason: str
    """The kind of fault, as a loader would name it."""

    values: dict[str, str] = field(default_factory=dict)
    """What differs from the file's first row; of no use for a Parquet file."""

    fields: int = 0
    """Fields too many, or when negative too few."""


CSV_FLAWS = (
    Flaw(
        "borrower.csv",
        "birth_year is 'twelve'",
        "wrong type",
        {"borrower_id": "BX000001", "birth_year": "twelve"},
    ),
    Flaw(
        "borrower.csv",
        "first_seen_date is '2025-13-01'",
        "wrong type",
        {"borrower_id": "BX000002", "first_seen_date": "2025-13-01"},
    ),
    Flaw("borrower.csv", "the file's first row again", "identical duplicate"),
    Flaw(
        "borrower.csv",
        "shares its key with the next row, which differs",
        "key repeated",
        {"borrower_id": "BX000003", "gender": "female"},
    ),
    Flaw(
        "borrower.csv",
        "shares its key with the row before, which differs",
        "key repeated",
        {"borrower_id": "BX000003", "gender": "male"},
    ),
    Flaw(
        "borrower.csv",
        "area is 'suburb'",
        "not an allowed value",
        {"borrower_id": "BX000004", "area": "suburb"},
    ),
    Flaw(
        "service_contact.csv",
        "three fields too few",
        "wrong number of fields",
        {"contact_id": "VX000001"},
        fields=-3,
    ),
    Flaw(
        "service_contact.csv",
        "two fields too many",
        "wrong number of fields",
        {"contact_id": "VX000002"},
        fields=2,
    ),
    Flaw(
        "complaint.csv",
        "received_at is '2026-02-30 09:00:00'",
        "wrong type",
        {"complaint_id": "KX000001", "received_at": "2026-02-30 09:00:00"},
    ),
    Flaw(
        "complaint.csv",
        "complexity is 'trivial'",
        "not an allowed value",
        {"complaint_id": "KX000002", "complexity": "trivial"},
    ),
    Flaw(
        "subsidy_claim.csv",
        "claims for a loan that does not exist",
        "reference not found",
        {"claim_id": "CX000001", "loan_id": "LX999999"},
    ),
    Flaw(
        "subsidy_claim.csv",
        "quarter is '2026-Q2'",
        "does not match the pattern",
        {"claim_id": "CX000002", "quarter": "2026-Q2"},
    ),
    Flaw(
        "fraud_alert.csv",
        "flagged is 'maybe'",
        "wrong type",
        {"alert_id": "FX000001", "flagged": "maybe"},
    ),
    Flaw(
        "credit_repair_item.csv",
        "kind is empty",
        "required value missing",
        {"item_id": "RX000001", "kind": ""},
    ),
)

PARQUET_FLAWS = (
    Flaw("loan.parquet", "LX000001: product is 'payday'", "not an allowed value"),
    Flaw("loan.parquet", "LX000002: no such borrower", "reference not found"),
    Flaw("loan.parquet", "LX000003: principal is -500.00", "below the minimum"),
    Flaw("loan.parquet", "LX000004: two rows, one key", "key repeated"),
    Flaw("loan.parquet", "LX000004: two rows, one key", "key repeated"),
    Flaw("loan_month.parquet", "LX000002: its loan is rejected", "reference not found"),
    Flaw("loan_month.parquet", "LX000002: its loan is rejected", "reference not found"),
    Flaw("spending.parquet", "SX000001: no such loan", "reference not found"),
)
"""What ``flaws.sql`` adds; these ids sort last, so they are the files' last rows."""


def count_typed_flaws() -> Counter[str]:
    """Return how many rows ``flaws.sql`` adds, by table."""
    return Counter(flaw.file.partition(".")[0] for flaw in PARQUET_FLAWS)


def add_flaws(folder: Path) -> Counter[str]:
    """Add the flawed lines to the CSV files of a folder.

    A table that is no CSV there gets none, and one of several parts gets them in its
    first: no typed file could hold them.

    Args:
        folder: Where the clean files are; they are changed in place.

    Returns:
        Lines added, by table.
    """
    added: Counter[str] = Counter()
    for name in dict.fromkeys(flaw.file for flaw in CSV_FLAWS):
        whole = folder / name
        part = folder / whole.stem / "part-0001.csv"
        flaws = [flaw for flaw in CSV_FLAWS if flaw.file == name]
        for path in (whole, part):
            if path.is_file():
                added[whole.stem] = _insert(path, flaws)
    return added


def _insert(path: Path, flaws: list[Flaw]) -> int:
    """Copy a file, which may be larger than memory, with lines added; return how many.

    A file without rows has none that a flaw could be like, and gets none.
    """
    flawed = path.with_name(f"{path.name}.flawed")
    with (
        path.open("r", encoding="utf-8", newline="") as clean,
        flawed.open("w", encoding="utf-8", newline="") as copy,
    ):
        lines = list(islice(clean, FIRST_LINE - 1))
        header, *models = csv.reader(lines[:2])
        added = [_line(flaw, header, model) for model in models for flaw in flaws]
        copy.writelines(lines + added)
        shutil.copyfileobj(clean, copy)
    flawed.replace(path)
    return len(added)


def _line(flaw: Flaw, header: list[str], model: list[str]) -> str:
    values = dict(zip(header, model, strict=True)) | flaw.values
    cells = list(values.values())
    cells = cells[: flaw.fields or None] if flaw.fields <= 0 else cells
    cells += ["surplus"] * max(flaw.fields, 0)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
