"""Table contracts: what a core table may hold, read from ``queries/tables/*.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from esg.spec.fields import Fields, read_fields

if TYPE_CHECKING:
    from pathlib import Path

ColumnType = Literal[
    "text", "integer", "money", "rate", "number", "date", "timestamp", "boolean"
]
Sensitivity = Literal["id", "personal", "open"]

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
    min: float | None
    max: float | None
    pattern: str | None
    """A regular expression the whole text must match."""

    @property
    def sql_type(self) -> str:
        """The type it is stored in."""
        return SQL_TYPES[self.type]


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

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def column_names(self) -> tuple[str, ...]:
        """All names, in the contract's order."""
        return tuple(column.name for column in self.columns)


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
    fields.finish()
    names = [column.name for column in columns]
    for wanted in (*key, *([clock] if clock else [])):
        if wanted not in names:
            fields.faults.append(f"{where}: '{wanted}' is not among the columns.")
    if name and path.stem != name:
        fields.fault("table", f"is '{name}', but the file is named '{path.name}'")
    fields.refuse_faults()
    return TableContract(name, row, key, clock, tuple(columns))


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
        min=_number(inner, "min"),
        max=_number(inner, "max"),
        pattern=pattern,
    )
    inner.text("note", default=" ")
    inner.finish()
    return column


def _number(inner: Fields, key: str) -> float | None:
    value: Any = inner.take(key, float, required=False)
    return None if value is None else float(value)
