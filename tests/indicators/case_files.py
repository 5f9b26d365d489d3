"""Reading indicator cases: small drawn tables in YAML, with their sums written out."""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from esg.engine.duck import open_memory, quote_name
from esg.spec.period import Period, parse_period, periods_between

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from esg.engine.duck import Connection
    from esg.spec.table import TableContract

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One case of one indicator."""

    indicator: str
    name: str
    given: dict[str, list[dict[str, str | None]]]
    expect: list[dict[str, str | None]]
    by: str | None
    periods: tuple[Period, ...]
    data_date: date


def read_cases() -> list[Case]:
    """Return all cases of all indicators."""
    return [
        case for path in sorted(FOLDER.glob("*/*.yaml")) for case in _read_file(path)
    ]


def _read_file(path: Path) -> list[Case]:
    identifier = f"{path.parent.name}.{path.stem}"
    return [_read(identifier, data) for data in yaml.safe_load(path.read_text("utf-8"))]


def _read(identifier: str, data: dict[str, Any]) -> Case:
    expect = rows_of(data["expect"])
    named = [parse_period(str(row["period"])) for row in expect]
    if "periods" in data:
        named = [parse_period(str(text)) for text in data["periods"]]
    span = periods_between(
        min(p.first_day for p in named), max(p.last_day for p in named), named[0].kind
    )
    return Case(
        indicator=identifier,
        name=data["name"],
        given={table: rows_of(text) for table, text in data["given"].items()},
        expect=expect,
        by=data.get("by"),
        periods=tuple(span),
        data_date=data.get("data_date") or span[-1].last_day,
    )


def rows_of(text: str) -> list[dict[str, str | None]]:
    lines = [line for line in text.splitlines() if line.strip()]
    head, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    rows = []
    for cells in body:
        if len(cells) != len(head):
            raise ValueError(f"{len(cells)} cells under {len(head)} heads: {cells}")
        rows.append(
            {
                name: None if cell in ("-", "") else cell
                for name, cell in zip(head, cells, strict=True)
            }
        )
    return rows


def core_tables(
    contracts: dict[str, TableContract],
    given: dict[str, list[dict[str, str | None]]],
) -> Connection:
    """Return a connection with every core table, the given rows in them."""
    unknown = set(given) - set(contracts)
    if unknown:
        raise ValueError(f"no such tables: {sorted(unknown)}")
    connection = open_memory()
    for contract in contracts.values():
        columns = ", ".join(
            f"{quote_name(column.name)} {column.sql_type}"
            for column in contract.columns
        )
        connection.execute(f"create table {quote_name(contract.name)} ({columns})")
        for row in given.get(contract.name, []):
            names = ", ".join(quote_name(name) for name in row)
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into {quote_name(contract.name)} ({names}) "  # noqa: S608
                f"values ({marks})",
                list(row.values()),
            )
    return connection


_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(cell: str | None) -> Decimal | None:
    """Return the number a cell's sum gives; only plain arithmetic is read."""
    return None if cell is None else _evaluate(ast.parse(cell, mode="eval").body, cell)


def _evaluate(node: ast.expr, cell: str) -> Decimal:
    match node:
        case ast.BinOp(left=left, op=sign, right=right):
            combine = _OPERATIONS[type(sign)]
            return combine(_evaluate(left, cell), _evaluate(right, cell))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, cell)
        case ast.Constant(value=int() | float()):
            return Decimal(ast.get_source_segment(cell, node) or "")
        case _:
            raise ValueError(f"'{cell}' is no sum")
