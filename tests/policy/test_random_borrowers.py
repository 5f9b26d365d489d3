"""Random borrowers: the engine against the reference, and what must always hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from policy.policy_cases import POLICIES
from policy.reference import Clerk, Fact, Rules, World
from policy.world import DATA_DATE, MONEY, PACK, facts_of, load_world, random_world

from esg.engine import duck

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.workspace import Workspace

SEED = 20250901


class Loaded(NamedTuple):
    """A world, the workspace that holds it, and the engine's facts of it."""

    world: World
    workspace: Workspace
    facts: list[Fact]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    world = random_world(400, SEED)
    workspace = load_world(tmp_path_factory.mktemp("random"), world)
    return Loaded(world, workspace, facts_of(workspace))


def differences(found: list[Fact], expected: list[Fact]) -> list[str]:
    """Return the first facts that differ, each with what it should be."""
    assert len(found) == len(expected)
    return [
        f"{have}\nexpected {want}"
        for have, want in zip(found, expected, strict=True)
        if have != want
    ][:3]


def engine_and_reference_differ_in(
    root: Path, borrowers: int, seed: int, **settings: str
) -> list[str]:
    world = random_world(borrowers, seed)
    lines = [f'{name} = "{value}"\n' for name, value in settings.items()]
    extra = f"[policy.{PACK}]\n" + "".join(lines) if settings else ""
    workspace = load_world(root, world, extra=extra)
    assert workspace.quarantine().is_empty()
    expected = Clerk(world, Rules(POLICIES / PACK, **settings), DATA_DATE).facts()
    return differences(facts_of(workspace), expected)


def test_the_engine_agrees_with_the_reference_on_2000_borrowers(
    tmp_path: Path,
) -> None:
    assert engine_and_reference_differ_in(tmp_path, 2_000, SEED) == []


@pytest.mark.slow
def test_the_engine_agrees_with_the_reference_on_20000_borrowers(
    tmp_path: Path,
) -> None:
    assert engine_and_reference_differ_in(tmp_path, 20_000, SEED + 1) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("accrual_end", "open"),
        ("card_method", "declining"),
        ("own_book_only", "true"),
        ("overdue", "subsidised"),
    ],
)
def test_they_agree_under_every_other_setting(
    tmp_path: Path, setting: str, value: str
) -> None:
    assert engine_and_reference_differ_in(tmp_path, 150, 7, **{setting: value}) == []


def test_the_random_borrowers_reach_every_reason_and_every_cap(loaded: Loaded) -> None:
    reasons = {fact.reason for fact in loaded.facts}
    lost = {
        column for fact in loaded.facts for column in MONEY if getattr(fact, column)
    }

    assert reasons == {
        "eligible", "window", "institution_unknown", "institution", "product",
        "agreement", "category", "verification", "refunded", "overdue", "no_interest",
        "rate_unknown", "purpose",
    }  # fmt: skip
    assert lost == set(MONEY)


def test_no_pool_is_above_its_cap(loaded: Loaded) -> None:
    loans = {loan.loan_id: loan for loan in loaded.world.loan}
    bought = {each.spending_id: each for each in loaded.world.spending}
    due = {(b.loan_id, b.period_no): b.due_date for b in loaded.world.interest_bill}
    pools: dict[tuple[object, ...], int] = defaultdict(int)
    for fact in loaded.facts:
        loan = loans[fact.loan_id]
        pool = (loan.borrower_id or loan.loan_id, loan.institution_id)
        if fact.rule_version == "V1":
            pools["V1", *pool] += fact.subsidy
            pools["purchase", fact.spending_id] += fact.subsidy
            if bought[fact.spending_id].amount < 50_000:
                pools["small", *pool] += fact.subsidy
        elif fact.rule_version == "V2":
            year = due[fact.loan_id, fact.period_no].year
            pools["V2", *pool, year] += fact.subsidy

    fullest: dict[object, int] = defaultdict(int)
    for (kind, *_), total in pools.items():
        fullest[kind] = max(fullest[kind], total)
    assert fullest == {
        "V1": 300_000,
        "V2": 300_000,
        "purchase": 50_000,
        "small": 100_000,
    }


def test_the_parts_of_every_fact_add_up_and_none_is_below_nothing(
    loaded: Loaded,
) -> None:
    for fact in loaded.facts:
        lost = (
            fact.lost_half_rate
            + fact.lost_transaction_cap
            + fact.lost_small_cap
            + fact.lost_total_cap
        )
        assert fact.uncapped - lost == fact.subsidy, fact
        assert fact.central + fact.provincial == fact.subsidy, fact
        assert min(getattr(fact, column) for column in MONEY) >= 0, fact
        assert fact.reason == "eligible" or fact.uncapped == 0, fact


def test_a_bill_never_gives_more_than_half_of_what_it_charges(loaded: Loaded) -> None:
    given: dict[tuple[str, int], int] = defaultdict(int)
    for fact in loaded.facts:
        given[fact.loan_id, fact.period_no] += fact.subsidy

    for bill in loaded.world.interest_bill:
        charged = 100 * ((bill.interest_due or 0) + (bill.fees_due or 0))
        # Half a cent goes up.
        assert 2 * given[bill.loan_id, bill.period_no] <= charged + 1, bill


def test_applying_twice_changes_nothing(loaded: Loaded) -> None:
    assert facts_of(loaded.workspace) == loaded.facts


def test_the_order_in_which_rows_arrive_changes_nothing(
    loaded: Loaded, tmp_path: Path
) -> None:
    shuffled = World(**{name: list(rows) for name, rows in vars(loaded.world).items()})
    random = Random(1)  # noqa: S311
    for rows in vars(shuffled).values():
        random.shuffle(rows)

    assert facts_of(load_world(tmp_path, shuffled)) == loaded.facts


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 6, 30)])
def test_what_happens_later_changes_no_bill_that_was_due(
    loaded: Loaded, tmp_path: Path, day: date
) -> None:
    due = {(b.loan_id, b.period_no): b.due_date for b in loaded.world.interest_bill}

    before = facts_of(load_world(tmp_path, known_on(loaded.world, day), day))

    until = [f for f in loaded.facts if due[f.loan_id, f.period_no] <= day]
    assert differences(before, until) == []


def test_a_later_load_leaves_what_was_known_before_it(tmp_path: Path) -> None:
    day = date(2026, 6, 30)
    world = random_world(60, SEED)
    earlier = load_world(tmp_path, known_on(world, day))
    before = facts_of(earlier)
    last = earlier.history()["load"].max()

    workspace = load_world(tmp_path, world)

    assert len(facts_of(workspace)) > len(before) > 0
    assert facts_of(workspace.as_known_at(str(last))) == before


def test_the_number_of_threads_changes_nothing(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    hardened = duck._harden  # noqa: SLF001
    for threads in (1, 2):

        def with_threads(connection: Connection, threads: int = threads) -> Connection:
            hardened(connection).execute(f"set threads = {threads}")
            return connection

        monkeypatch.setattr("esg.engine.duck._harden", with_threads)
        assert facts_of(loaded.workspace) == loaded.facts


def known_on(world: World, day: date) -> World:
    """Return a world as its books stood at the end of a day."""
    lent = {each.loan_id for each in world.loan if each.disbursed_at <= day}
    return World(
        institution=world.institution,
        borrower=world.borrower,
        loan=[each for each in world.loan if each.loan_id in lent],
        spending=[
            replace(each, refunded_date=None, refunded_amount=None)
            if each.refunded_date and each.refunded_date > day
            else each
            for each in world.spending
            if each.spent_date <= day and each.loan_id in lent
        ],
        interest_bill=[
            replace(each, paid_date=None)
            if each.paid_date and each.paid_date > day
            else each
            for each in world.interest_bill
            if each.due_date <= day
        ],
        payment=[each for each in world.payment if each.paid_date <= day],
    )
