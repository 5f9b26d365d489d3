"""Every policy pack against its cases: by the engine, and by the reference."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from policy.policy_cases import POLICIES, PolicyCase, computed, faults, read_cases
from policy.reference import (
    Bill,
    Borrower,
    Clerk,
    Institution,
    Loan,
    Payment,
    Rules,
    Spending,
    World,
)
from policy.world import MONEY, PACK

if TYPE_CHECKING:
    from esg.spec.project import Project

CASES = read_cases()
SUBSIDY_CASES = [case for case in CASES if case.pack == PACK]
ROWS: dict[str, type] = {
    "institution": Institution,
    "borrower": Borrower,
    "loan": Loan,
    "spending": Spending,
    "interest_bill": Bill,
    "payment": Payment,
}


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.pack}/{case.name}" for case in CASES]
)
def test_a_policy_gives_what_its_case_expects(
    project: Project, case: PolicyCase
) -> None:
    found = computed(project, case).to_dicts()

    assert faults(found, case.expect, project.packs[case.pack].key) == []


@pytest.mark.parametrize(
    "case", SUBSIDY_CASES, ids=[case.name for case in SUBSIDY_CASES]
)
def test_the_reference_gives_what_the_case_expects(case: PolicyCase) -> None:
    rules = Rules(POLICIES / PACK, **case.settings)

    found = [
        {
            name: Decimal(value).scaleb(-2) if name in MONEY else value
            for name, value in vars(fact).items()
        }
        for fact in Clerk(world_of(case), rules, case.data_date).facts()
    ]

    assert faults(found, case.expect) == []


def test_no_two_cases_have_one_name() -> None:
    names = [(case.pack, case.name) for case in CASES]

    assert len(names) == len(set(names))


def world_of(case: PolicyCase) -> World:
    """Return a case's tables as the reference reads them."""
    world = World()
    for table, rows in case.given.items():
        for row in rows:
            known = {field.name for field in fields(ROWS[table])}
            cells = {name: _cell(name, row.get(name)) for name in known}
            getattr(world, table).append(ROWS[table](**cells))
    return world


def _cell(name: str, text: str | None) -> Any:
    if text is None:
        return None
    if name.endswith(("_date", "_at")) or name == "valid_from":
        return date.fromisoformat(text)
    if name in ("period_no", "term_months"):
        return int(text)
    if name == "is_own_book":
        return text == "true"
    try:
        return text if name.endswith(("_id", "_code")) else Decimal(text)
    except ArithmeticError:
        return text
