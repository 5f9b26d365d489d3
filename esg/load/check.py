"""Running data checks over the current rows: passed, failed, or could not be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from esg.engine.duck import EngineFault, fetch_row, is_damage
from esg.errors import ContentError
from esg.spec.fields import alternatives

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.check import Check

Outcome = Literal["passed", "failed", "not_judged"]


@dataclass(frozen=True)
class CheckResult:
    """What one check found."""

    check: Check
    outcome: Outcome
    rows: int
    """Offending rows; 0 where it passed or could not be judged."""


def run_checks(
    connection: Connection,
    checks: list[Check],
    *,
    row_counts: dict[str, int],
    empty_columns: frozenset[str],
) -> list[CheckResult]:
    """Run checks; one whose table or column is empty is not judged, never passed.

    Args:
        connection: Where the core tables stand by their names.
        checks: What to run.
        row_counts: Rows of each table that a check needs.
        empty_columns: ``table.column`` of columns without any value.

    Raises:
        ContentError: A check's query does not run.
    """
    found = []
    for check in checks:
        lacks = any(
            not row_counts.get(table)
            or any(
                empty_columns.issuperset(f"{table}.{c}" for c in alternatives(needed))
                for needed in columns
            )
            for table, columns in check.needs.items()
        )
        if lacks:
            found.append(CheckResult(check, "not_judged", 0))
            continue
        try:
            row = fetch_row(connection, f"select count(*) from ({check.sql})")  # noqa: S608
        except EngineFault as error:
            if is_damage(error):
                raise
            reason = str(error).splitlines()[0]
            raise ContentError(
                f"{check.where}: the query does not run: {reason}",
                hint="Mend the query; 'esg list tables' shows what it may read.",
            ) from error
        rows = row[0] if row else 0
        found.append(CheckResult(check, "failed" if rows else "passed", rows))
    return found
