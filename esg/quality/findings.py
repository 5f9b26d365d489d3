"""Rows that break a rule, as they stand now: counted by table, rule and column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from esg.engine.duck import fetch, fetch_row, quote_name, quote_text
from esg.load.judge import key_md5

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project

ASPECT_OF_RULE = {
    "required": "completeness",
    "type": "validity",
    "allowed": "validity",
    "range": "validity",
    "pattern": "validity",
    "ragged": "validity",
    "key_conflict": "uniqueness",
    "key_of_other_source": "uniqueness",
    "reference": "consistency",
    "reference_rejected": "consistency",
}
"""Which quality a rule of every contract speaks of; a contract's own rules compare
columns or tables and speak of consistency."""
_OWN_RULES = "consistency"
REJECTING = ("completeness", "validity", "uniqueness", "consistency")
"""Qualities for want of which a row is rejected."""


@dataclass(frozen=True)
class Finding:
    """Rows of one table that break one rule."""

    aspect: str
    severity: str
    """``warn`` for rows that are stored all the same."""
    rule: str
    column: str | None
    rows: int

    @property
    def item(self) -> str:
        """The rule and its column in one text."""
        return self.rule if self.column is None else f"{self.rule} in {self.column}"


@dataclass(frozen=True)
class Findings:
    """What is wrong with the rows that were offered."""

    quarantined: dict[str, int]
    """Rows in quarantine by table, each once however many rules it breaks."""
    _by_aspect: pl.DataFrame
    _by_rule: pl.DataFrame
    _not_judged: pl.DataFrame

    def of_table(self, table: str) -> list[Finding]:
        """Return a table's findings, in the order of severity, rule and column."""
        frame = self._by_rule.filter(pl.col("table") == table)
        return [
            Finding(
                ASPECT_OF_RULE.get(row["rule"], _OWN_RULES),
                row["severity"],
                row["rule"],
                row["column"],
                row["rows"],
            )
            for row in frame.iter_rows(named=True)
        ]

    def rejected(self, table: str, aspect: str) -> int:
        """Return a table's rows rejected for want of one quality, or of it too."""
        frame = self._by_aspect.filter(table=table, aspect=aspect)
        return int(frame["rows"].sum())

    def not_judged(self, table: str) -> list[tuple[str, int, int]]:
        """Return the rules that could not judge rows: name, such rows, rows read."""
        frame = self._not_judged.filter(pl.col("table") == table)
        return [(r["rule"], r["rows"], r["read"]) for r in frame.iter_rows(named=True)]


def read_findings(connection: Connection) -> Findings:
    """Return what is open in the quarantine, warned of, or could not be judged."""
    row = "(source, part, row_number)"
    quarantined = fetch(
        connection,
        f'select table_name as "table", count(distinct {row}) as rows '  # noqa: S608
        "from current_quarantine group by all order by all",
    )
    cases = " ".join(
        f"when {quote_text(rule)} then {quote_text(aspect)}"
        for rule, aspect in ASPECT_OF_RULE.items()
    )
    by_aspect = fetch(
        connection,
        'select table_name as "table", '  # noqa: S608
        f"case rule {cases} else {quote_text(_OWN_RULES)} end as aspect, "
        f"count(distinct {row}) as rows "
        "from current_quarantine group by all order by all",
    )
    by_rule = fetch(
        connection,
        'select table_name as "table", severity, rule, column_name as "column", '  # noqa: S608
        f"count(distinct {row}) as rows from "
        "(from current_quarantine union all from current_warning) "
        "group by all order by all",
    )
    not_judged = fetch(
        connection,
        'select table_name as "table", rule, sum(rows)::bigint as rows, '
        "sum(rows_read)::bigint as read "
        "from not_judged join latest_load using (load_no) "
        "group by all order by all",
    )
    return Findings(dict(quarantined.iter_rows()), by_aspect, by_rule, not_judged)


@dataclass(frozen=True)
class Rejected:
    """Rows of one table in quarantine, by what they would do if they were put back."""

    added: int
    """Rows whose key no stored row has."""
    replacing: int
    """Rows whose key stands in the table: corrections that were rejected."""


def read_rejected(connection: Connection, project: Project) -> dict[str, Rejected]:
    """Return the quarantined rows of each table that has any.

    A row whose key could not be read may have any key, and is counted as replacing.
    Rows that share a key but differ are each counted, though one at most comes back.
    """
    names = connection.execute(
        "select distinct table_name from current_quarantine order by table_name"
    ).fetchall()
    found = {}
    for (name,) in names:
        if name not in project.tables:
            continue
        key = key_md5(project.tables[name], "stored")
        row = fetch_row(
            connection,
            "with rejected as (select source, part, row_number, "  # noqa: S608
            "any_value(key_md5) as key_md5 from current_quarantine "
            "where table_name = ? group by all) "
            "select count(*), count(*) filter (where key_md5 is null or key_md5 in "
            f"(select {key} from {quote_name(name)} as stored)) from rejected",
            [name],
        )
        rows, replacing = row or (0, 0)
        found[name] = Rejected(rows - replacing, replacing)
    return found


def local_day(moment: datetime, zone: str) -> date:
    """Return the day of a UTC moment where the institution is."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
