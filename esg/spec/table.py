"""Table contracts: what a core table may hold, read from ``queries/tables/*.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from esg.spec.fields import Fields, read_fields

if TYPE_CHECKING:
    from pathlib import Path

ColumnType = Literal[
    "text", "integer", "money", "rate", "number", "date", "timestamp", "boolean"
]
_NUMBERS = ("integer", "money", "rate", "number")
_DAYS = ("date", "timestamp")
Sensitivity = Literal["id", "personal", "open"]
Severity = Literal["reject", "warn", "stop"]
"""What a broken rule does: the row is quarantined, or stored and told, or the whole
load stops."""

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "money": "DECIMAL(18,2)",
    "rate": "DECIMAL(9,6)",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}

MOST_RULES = 60
"""Of one table: which of them could not be judged is kept as bits of one number."""

OWN_REASONS = (
    "allowed",
    "key_conflict",
    "key_of_other_source",
    "not_json",
    "pattern",
    "ragged",
    "range",
    "reference",
    "reference_rejected",
    "required",
    "type",
)
"""Reasons that every contract gives: no rule can bear their names."""


@dataclass(frozen=True)
class Column:
    """One column of a core table."""

    name: str
    type: ColumnType
    required: bool
    allowed: tuple[str, ...]
    references: str | None
    """The table whose single key column this one points to."""
    sensitivity: Sensitivity
    min: float | date | None
    max: float | date | None
    """Of a date or a time, a day; of a time, its midnight."""
    pattern: str | None
    """A regular expression the whole text must match."""
    severity: Severity
    """Of what is said of its values; a value of no type and an absent one that is
    required always reject the row."""

    @property
    def sql_type(self) -> str:
        """The type it is stored in."""
        return SQL_TYPES[self.type]

    @property
    def stored_type(self) -> str:
        """The type with how it is packed on disk, for a table's definition.

        A keyed hash is 64 characters of noise: looking for a dictionary in millions of
        them takes as long as making half of them, and finds little more than zstd does.
        """
        is_hashed = self.type == "text" and self.sensitivity == "id"
        return f"{self.sql_type} using compression zstd" if is_hashed else self.sql_type


@dataclass(frozen=True)
class Join:
    """Rows of another table that a rule looks at, one or none for each judged row."""

    alias: str
    """How the rule calls it; the table's own name where there is no ``select``."""
    on: tuple[str, ...]
    """Columns that both have."""
    select: str | None
    """A query with one row for each combination of ``on``; the table when null."""
    tables: tuple[str, ...]
    """What has to be loaded for the rule to be judged."""


@dataclass(frozen=True)
class RowRule:
    """What must not be true of a row, across its columns or across tables."""

    name: str
    says: dict[str, str]
    """What is wrong with such a row, by language."""
    bad: str
    """SQL: true for a bad row, null for one that cannot be judged."""
    severity: Severity
    joins: tuple[Join, ...]


@dataclass(frozen=True)
class TableContract:
    """One core table."""

    name: str
    row: dict[str, str]
    """What one row is, by language."""
    key: tuple[str, ...]
    clock: str | None
    """The column that puts a row into a period; null for tables without one."""
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def column_names(self) -> tuple[str, ...]:
        """All names, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Other tables that decide what becomes of a row: referenced and joined."""
        named = [column.references for column in self.columns if column.references]
        for rule in self.rules:
            named += [table for join in rule.joins for table in join.tables]
        return tuple(sorted({name for name in named if name != self.name}))


def read_table(path: Path, where: str) -> TableContract:
    """Return the contract that one YAML file declares.

    Raises:
        ContentError: The file is wrong; the message lists every fault.
    """
    fields = read_fields(path, where)
    name = fields.text("table")
    row = fields.both_languages("row")
    key = fields.texts("key", required=True)
    clock = fields.text("clock", default="") or None
    columns = _read_columns(fields)
    rules = _read_rules(fields)
    fields.finish()
    names = [column.name for column in columns]
    for wanted in (*key, *([clock] if clock else [])):
        if wanted not in names:
            fields.faults.append(f"{where}: '{wanted}' is not among the columns.")
    if name and path.stem != name:
        fields.fault("table", f"is '{name}', but the file is named '{path.name}'")
    fields.refuse_faults()
    return TableContract(name, row, key, clock, tuple(columns), tuple(rules))


def _read_columns(fields: Fields) -> list[Column]:
    declared = fields.take("columns", dict) or {}
    found = []
    for name, data in declared.items():
        if not isinstance(data, dict):
            fields.fault("columns", f"holds '{name}' without a mapping")
            continue
        found.append(_read_column(name, fields.inner(f"columns.{name}", data)))
    return found


def _read_column(name: str, inner: Fields) -> Column:
    kind = inner.choice("type", get_args(ColumnType))
    sensitivity = inner.choice("sensitivity", get_args(Sensitivity), default="open")
    pattern = inner.text("pattern", default="") or None
    if pattern:
        try:
            re.compile(pattern)
        except re.error as error:
            inner.fault("pattern", f"is no regular expression: {error}")
    column = Column(
        name=name,
        type=cast("ColumnType", kind),
        required=bool(inner.take("required", bool, required=False)),
        allowed=inner.texts("allowed"),
        references=inner.text("references", default="") or None,
        sensitivity=cast("Sensitivity", sensitivity),
        min=_limit(inner, "min", kind),
        max=_limit(inner, "max", kind),
        pattern=pattern,
        severity=_severity(inner),
    )
    inner.text("note", default=" ")
    inner.finish()
    _refuse_misplaced(inner, column)
    return column


def _refuse_misplaced(inner: Fields, column: Column) -> None:
    """Record keys that say nothing of a column's type."""
    if column.type != "text":
        for key in ("allowed", "pattern"):
            if key in inner.data:
                inner.fault(key, f"is for text, not for the type '{column.type}'")
        if column.sensitivity == "id":
            inner.fault("sensitivity", "is 'id', which only a text can be")
    if column.type not in _NUMBERS + _DAYS:
        for key in ("min", "max"):
            if key in inner.data:
                inner.fault(
                    key, f"is for numbers and days, not for the type '{column.type}'"
                )
    low: Any = inner.data.get("min")
    high: Any = inner.data.get("max")
    # Of what was read as one kind; the other kind is a fault already.
    if None not in (column.min, column.max) and low > high:
        inner.fault("max", f"is {high}, below the min of {low}")


def _read_rules(fields: Fields) -> list[RowRule]:
    declared = fields.take("rules", dict, required=False) or {}
    found = []
    if len(declared) > MOST_RULES:
        fields.fault("rules", f"holds {len(declared)} rules, more than {MOST_RULES}")
    for name, data in declared.items():
        if not isinstance(data, dict):
            fields.fault("rules", f"holds '{name}' without a mapping")
            continue
        inner = fields.inner(f"rules.{name}", data)
        if name in OWN_REASONS:
            fields.fault("rules", f"names a rule '{name}', as a reason of our own")
        rule = RowRule(
            name=name,
            says=inner.both_languages("says"),
            bad=inner.text("bad"),
            severity=_severity(inner),
            joins=_read_joins(inner),
        )
        inner.finish()
        found.append(rule)
    return found


def _read_joins(inner: Fields) -> tuple[Join, ...]:
    declared = inner.take("joins", dict, required=False) or {}
    found = []
    for alias, data in declared.items():
        if not isinstance(data, dict):
            inner.fault("joins", f"holds '{alias}' without a mapping")
            continue
        each = inner.inner(f"joins.{alias}", data)
        select = each.text("select", default="") or None
        tables = each.texts("tables", required=select is not None)
        on = each.texts("on", required=True)
        found.append(Join(alias, on, select, tables or (alias,)))
        each.finish()
    return tuple(found)


def _severity(inner: Fields) -> Severity:
    given = inner.choice("severity", get_args(Severity), default="reject")
    return cast("Severity", given)


def _limit(inner: Fields, key: str, kind: str) -> float | date | None:
    if kind in _DAYS:
        day: date | None = inner.take(key, date, required=False)
        return day
    value: Any = inner.take(key, float, required=False)
    return None if value is None else float(value)
