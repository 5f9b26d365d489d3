"""Data checks: SQL that returns the offending rows; no rows is a pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

from esg.spec.fields import Fields, read_front_matter, read_text

if TYPE_CHECKING:
    from pathlib import Path

Severity = Literal["fail", "warn"]


@dataclass(frozen=True)
class Check:
    """One check across rows or tables that a contract cannot state."""

    id: str
    title: dict[str, str]
    severity: Severity
    """``fail`` ends 'esg check' with exit 5, ``warn`` is told."""
    needs: dict[str, tuple[str, ...]]
    """Tables and columns without which it cannot be judged."""
    sql: str
    where: str


def read_check(path: Path, where: str) -> Check:
    """Return the check that one SQL file declares.

    Raises:
        ContentError: The front matter is wrong; the message lists every fault.
    """
    data, sql = read_front_matter(read_text(path, where), where=where)
    fields = Fields(data, where, [])
    check = Check(
        id=fields.text("id"),
        title=fields.both_languages("title"),
        severity=cast("Severity", fields.choice("severity", get_args(Severity))),
        needs=fields.needs(),
        sql=sql,
        where=where,
    )
    fields.finish()
    if check.id and check.id != path.stem:
        fields.fault("id", f"is '{check.id}', but the file is '{path.name}'")
    fields.refuse_faults()
    return check
