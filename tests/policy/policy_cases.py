"""Reading the cases of policy packs: small drawn tables that a lawyer can check.

A file ``queries/policies/<pack>/cases/*.yaml`` holds tables given to all its cases, and
cases: tables of their own, settings that differ from the defaults, and what is
expected. A row of ``expect`` names facts by the ids it holds (``all``, or none, names
every fact); amounts are the sums of the facts it names, words hold in each of them.
Every fact of a case must be named by a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from indicators.case_files import core_tables, evaluate, rows_of

from esg.indicators.stage import stage_calendar, stage_rules
from esg.policy.apply import apply, facts
from esg.policy.stage import terms_of

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from esg.spec.project import Project

Rows = list[dict[str, str | None]]

POLICIES = Path(__file__).parents[2] / "queries" / "policies"
KEY = ("loan_id", "period_no", "spending_id")
"""Of a pack that gives amounts for purchases."""
ALL = "all"


@dataclass(frozen=True)
class PolicyCase:
    """One case of one pack."""

    pack: str
    name: str
    given: dict[str, Rows]
    settings: dict[str, str]
    data_date: date
    expect: Rows


def read_cases() -> list[PolicyCase]:
    """Return all cases of all packs."""
    return [
        case
        for path in sorted(POLICIES.glob("*/cases/*.yaml"))
        for case in _read_file(path)
    ]


def _read_file(path: Path) -> list[PolicyCase]:
    data = yaml.safe_load(path.read_text("utf-8"))
    return [_read(path, data, case) for case in data["cases"]]


def _read(path: Path, shared: dict[str, Any], case: dict[str, Any]) -> PolicyCase:
    given: dict[str, Rows] = {}
    for tables in (shared.get("given", {}), case.get("given", {})):
        for table, text in tables.items():
            given[table] = given.get(table, []) + rows_of(text)
    return PolicyCase(
        pack=path.parents[1].name,
        name=f"{path.stem}: {case['name']}",
        given=given,
        settings=shared.get("settings", {}) | case.get("settings", {}),
        data_date=case.get("data_date") or shared["data_date"],
        expect=rows_of(case["expect"]),
    )


def computed(project: Project, case: PolicyCase) -> pl.DataFrame:
    """Return the facts that the engine computes for a case."""
    pack = project.packs[case.pack]
    terms = terms_of(pack, project.rules_of(pack), pack.chosen(case.settings))
    connection = core_tables(project.tables, case.given)
    try:
        stage_calendar(connection, [], case.data_date)
        stage_rules(connection, project.rules.values())
        apply(connection, pack, terms, project.marts)
        return facts(connection, pack)
    finally:
        connection.close()


def faults(
    found: list[dict[str, Any]], expect: Rows, key: tuple[str, ...] = KEY
) -> list[str]:
    """Return where facts differ from what a case expects; empty when nowhere."""
    told: list[str] = []
    named: set[int] = set()
    for row in expect:
        ids = {
            name: cell
            for name, cell in row.items()
            if name in key and cell not in (ALL, None)
        }
        chosen = [
            index
            for index, fact in enumerate(found)
            if all(str(fact[name]) == cell for name, cell in ids.items())
        ]
        named.update(chosen)
        place = ", ".join(f"{name} {cell}" for name, cell in ids.items()) or ALL
        if not chosen:
            told.append(f"{place}: no such fact")
            continue
        told += [
            f"{place}: {name} is {have}, expected {cell}"
            for name, cell in row.items()
            if name not in key
            for have in _differing([found[index][name] for index in chosen], cell)
        ]
    told += [
        "not expected: " + ", ".join(f"{name} {found[index].get(name)}" for name in key)
        for index in range(len(found))
        if index not in named
    ]
    return told


def _differing(values: list[Any], cell: str | None) -> list[Any]:
    """Return the value that differs from a cell: a sum of money, or words."""
    if isinstance(values[0], Decimal):
        total = sum(values)
        return [] if total == evaluate(cell or "0") else [total]
    texts = [None if value is None else str(value) for value in values]
    return [text for text in texts if text != cell][:1]
