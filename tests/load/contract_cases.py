"""Reading the cases of contracts: a good row, and what each rule says of changes to it.

A case file ``contracts/TABLE.yaml`` holds one good ``row``, the rows ``with`` it that
its rules look at, and under ``rules`` what of them changes so that a rule breaks, holds
at its boundary, or cannot be judged. Columns under ``vary`` get a number, so that each
case is a row of its own with parents of its own.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from esg.spec.table import Column, TableContract

FOLDER = Path(__file__).parent / "contracts"
NEVER = "never"
OUTCOMES = ("breaks", "holds", "unjudged")

Cells = dict[str, str]


@dataclass(frozen=True)
class Line:
    """One row to load, with the rows beside it."""

    name: str
    row: Cells
    beside: dict[str, Cells]


@dataclass(frozen=True)
class CaseFile:
    """The cases of one table."""

    table: str
    vary: list[str]
    row: Cells
    beside: dict[str, Cells]
    rules: dict[str, dict[str, Any]]

    def line(self, name: str, number: int, changes: Cells) -> Line:
        """Return the good row with some cells changed, under keys of its own."""
        beside = {
            table: self._varied(
                cells
                | {
                    key.partition(".")[2]: value
                    for key, value in changes.items()
                    if key.startswith(f"{table}.")
                },
                number,
            )
            for table, cells in self.beside.items()
        }
        own = {key: value for key, value in changes.items() if "." not in key}
        row = self._varied(self.row | own, number)
        mine = row[self.vary[0]]
        return Line(
            name, {k: mine if v == "SELF" else v for k, v in row.items()}, beside
        )

    def _varied(self, cells: Cells, number: int) -> Cells:
        return {
            key: _varied(value, number) if key in self.vary and value else value
            for key, value in cells.items()
        }

    def lines(self, contract: TableContract) -> list[Line]:
        """Return the good row, the cases of every rule, and bad cells of every column.

        Rules that stop a load are left out: one broken would leave nothing to see.
        """
        stops = {rule.name for rule in contract.rules if rule.severity == "stop"}
        changes: list[tuple[str, Cells]] = [("good", {})]
        for rule, case in self.rules.items():
            changes += [
                (f"{rule} {outcome}", case[outcome])
                for outcome in OUTCOMES
                if case[outcome] != NEVER
                and not (rule in stops and outcome == "breaks")
            ]
        for column in contract.columns:
            changes += [
                (f"{column.name} {reason}", {column.name: cell})
                for reason, cell in bad_cells(column, contract)
            ]
        return [
            self.line(name, at, change) for at, (name, change) in enumerate(changes)
        ]


def read_case_file(table: str) -> CaseFile:
    """Return the cases of a table; every cell is text, and ``null`` a blank."""
    text = (FOLDER / f"{table}.yaml").read_text("utf-8")
    data = _blanks(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - text only
    return CaseFile(
        table, data["vary"], data["row"], data.get("with", {}), data["rules"] or {}
    )


def bad_cells(column: Column, contract: TableContract) -> list[tuple[str, str]]:
    """Return cells that a column refuses, each with the reason."""
    found = []
    if column.required or column.name in contract.key:
        found.append(("required", ""))
    if column.type != "text":
        found.append(("type", "x"))
    if column.allowed:
        found.append(("allowed", "zzz"))
    if column.pattern:
        found.append(("pattern", "!!"))
    if column.min is not None:
        found.append(("range", _beyond(column.min, -1)))
    if column.max is not None:
        found.append(("range", _beyond(column.max, 1)))
    return found


def _beyond(limit: float | date, step: int) -> str:
    if isinstance(limit, date):
        return str(limit + timedelta(days=step))
    return f"{limit + step:g}"


def csv_text(rows: list[Cells]) -> str:
    """Return rows as CSV; columns that a row lacks are blank."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _varied(value: str, number: int) -> str:
    try:
        return str(date.fromisoformat(value) + timedelta(days=number))
    except ValueError:
        return f"{value}_{number}"


def _blanks(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _blanks(value) for key, value in data.items()}
    return "" if data == "null" else data
