"""What rejected rows could move: every bound against rows put back in every way."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
from indicators.case_files import Case, core_tables, read_cases

from esg.indicators.bind import tables_in
from esg.indicators.measure import level
from esg.indicators.run import query
from esg.indicators.stage import Tables, stage_calendar, stage_rules
from esg.policy.subsidy_tables import computed_tables
from esg.quality.impact import Moves, rounded_up
from esg.quality.impact import core_tables as tables_read
from esg.spec.indicator import ONLY_BREAKDOWNS
from esg.spec.period import parse_period
from esg.spec.project import shipped_folder
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esg.spec.indicator import Indicator
    from esg.spec.project import Project
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]
    Given = dict[str, list[dict[str, str | None]]]
    Place = tuple[str, int]
    """A row of a case: its table and where it stands there."""

_MOST_TRIES = 3
_SHARES = ("share", "weighted_share")


# The arithmetic, on units drawn in full


def outcomes(
    stored: list[tuple[int, int]], added: int, replacing: int
) -> Iterator[tuple[int, int]]:
    """Return all sums (x, y) once rejected rows are put back, or not, as any unit."""
    units = ((0, 0), (0, 1), (1, 1))
    for olds in combinations(range(len(stored)), min(replacing, len(stored))):
        kept = [unit for at, unit in enumerate(stored) if at not in olds]
        for news in product(units, repeat=len(olds) + added):
            every = [*kept, *news]
            yield sum(x for x, _ in every), sum(y for _, y in every)


@pytest.mark.parametrize("added", [0, 1, 3])
@pytest.mark.parametrize("replacing", [0, 1, 2])
@pytest.mark.parametrize("inside", range(6))
def test_the_bound_of_a_share_holds_all_outcomes_and_is_reached_by_adding(
    added: int, replacing: int, inside: int
) -> None:
    stored = [(1, 1)] * inside + [(0, 1)] * (5 - inside) + [(0, 0)]
    low, high = Moves(Decimal(added), Decimal(replacing)).share(
        Decimal(inside), Decimal(5)
    )

    found = {Decimal(x) / y for x, y in outcomes(stored, added, replacing) if y}

    assert low <= min(found)
    assert max(found) <= high
    if not replacing:
        assert (min(found), max(found)) == (low, high)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("41250", "50000"), ("50000", "50000"), ("0.07", "0.07"), ("0.071", "0.08"),
     ("99.5", "100"), ("0", "0")],
)  # fmt: skip
def test_an_amount_is_rounded_up_to_one_figure(amount: str, expected: str) -> None:
    assert rounded_up(Decimal(amount)) == Decimal(expected)


# What the indicators declare, on the rows of their cases

CASES = read_cases()


def compute(project: Project, case: Case, given: Given) -> dict[str, dict[str, Any]]:
    """Return the first measure of a case's indicator, by period."""
    indicator = project.indicators[case.indicator]
    connection = core_tables(project.tables, given)
    stage_calendar(connection, case.periods, case.data_date)
    stage_rules(connection, project.rules.values())
    tables = Tables(connection, project.marts, computed_tables(project))
    tables.make(tables_in(indicator.sql, indicator.where))
    rows = query(connection, indicator, dimensions=())
    connection.close()
    return {
        row["period"]: row
        for row in level(rows, indicator.measures[0]).iter_rows(named=True)
        if row["numerator"] is not None
    }


def with_children(project: Project, given: Given, place: Place) -> set[Place]:
    """Return a row and all rows that would dangle without it."""
    found, new = {place}, [place]
    while new:
        table, at = new.pop()
        key = project.tables[table].key
        for child, rows in given.items():
            for column in project.tables[child].columns:
                if column.references != table or len(key) != 1:
                    continue
                for where, row in enumerate(rows):
                    points = row.get(column.name) == given[table][at].get(key[0])
                    if points and (child, where) not in found:
                        found.add((child, where))
                        new.append((child, where))
    return found


def without(given: Given, places: set[Place]) -> Given:
    return {
        table: [row for at, row in enumerate(rows) if (table, at) not in places]
        for table, rows in given.items()
    }


def weight(indicator: Indicator, given: Given, table: str) -> Decimal:
    moves = indicator.moves[table]
    if moves == ONLY_BREAKDOWNS:
        return Decimal(0)
    if isinstance(moves, int):
        return Decimal(moves)
    amounts = [Decimal(row.get(moves) or 0) for row in given[table]]
    return rounded_up(max(amounts, default=Decimal(0)))


def assert_inside(
    indicator: Indicator,
    before: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
    moves: Moves,
) -> None:
    for period, row in before.items():
        if row["value"] is None or period not in after:
            continue
        now = after[period]
        if indicator.measures[0].kind in _SHARES:
            low, high = moves.share(row["numerator"], row["denominator"])
            if not now["denominator"]:
                continue
            value = now["numerator"] / now["denominator"]
        else:
            low, high = moves.total(row["numerator"])
            value = now["numerator"]
        slack = Decimal("1e-9")
        assert low - slack <= value <= high + slack, f"{period}: {value}"


def declaring() -> list[str]:
    """Return the ids of the shipped indicators that declare a bound."""
    folder = shipped_folder("queries") / "indicators"
    return sorted(
        f"{path.parent.name}.{path.stem}"
        for path in folder.glob("*/*.sql")
        if "\nmoves: " in path.read_text("utf-8")
    )


@pytest.fixture(params=declaring())
def cases(request: pytest.FixtureRequest, project: Project) -> list[Case]:
    found = [case for case in CASES if case.indicator == request.param]
    assert project.indicators[request.param].moves
    # A running period takes its stock from the latest month end, whatever it is.
    return [c for c in found if all(p.last_day <= c.data_date for p in c.periods)]


@pytest.mark.slow
def test_rows_put_back_never_leave_the_bound(
    project: Project, cases: list[Case]
) -> None:
    draw = random.Random(5)  # noqa: S311 - a fixed draw
    for case in cases:
        indicator = project.indicators[case.indicator]
        rows = [
            (table, at)
            for table in case.given
            if table in indicator.moves
            for at in range(len(case.given[table]))
        ]
        draw.shuffle(rows)
        for place in rows[:_MOST_TRIES]:
            rejected = with_children(project, case.given, place)
            read = tables_read(project, indicator)
            if any(t in read and t not in indicator.moves for t, _ in rejected):
                continue
            added = sum(
                (
                    weight(indicator, case.given, table)
                    for table, _ in rejected
                    if table in indicator.moves
                ),
                Decimal(0),
            )
            before = compute(project, case, without(case.given, rejected))
            for back in ({place}, rejected):
                after = compute(project, case, without(case.given, rejected - back))
                assert_inside(indicator, before, after, Moves(added, Decimal(0)))


def test_rows_replaced_by_any_other_never_leave_the_bound(
    project: Project, cases: list[Case]
) -> None:
    draw = random.Random(6)  # noqa: S311 - as above
    for case in cases:
        indicator = project.indicators[case.indicator]
        before = compute(project, case, case.given)
        moving = [t for t in case.given if indicator.moves.get(t, 0) != 0]
        for table in moving:
            key = set(project.tables[table].key)
            for _ in range(2):
                at = draw.randrange(len(case.given[table]))
                old, other = case.given[table][at], draw.choice(case.given[table])
                new = {
                    name: value if name in key or draw.random() < 0.3 else other[name]
                    for name, value in old.items()
                }
                rows = [*case.given[table]]
                rows[at] = new
                after = compute(project, case, case.given | {table: rows})
                moves = Moves(Decimal(0), weight(indicator, case.given, table))
                assert_inside(indicator, before, after, moves)


# From the quarantine to the statement

APPLICATION = "application_id,borrower_id,applied_at,decided_at,decision\n"


def application(approved: int, declined: int, bad: int) -> str:
    lines = [
        f"a{at},,2026-07-01,2026-07-02,{'approved' if at < approved else 'declined'}"
        for at in range(approved + declined)
    ]
    lines += [f"b{at},,2026-07-01,2026-07-02,perhaps" for at in range(bad)]
    return APPLICATION + "\n".join(lines) + "\n"


def impact(workspace: Workspace, indicator: str) -> dict[str, Any]:
    found = workspace.quality(parse_period("2026Q3")).impacts
    return found.filter(indicator=indicator).row(0, named=True)


def test_rejected_applications_bound_the_approval_rate(make_workspace: Make) -> None:
    workspace = make_workspace(application=application(60, 40, bad=10))
    workspace.load()

    found = impact(workspace, "inclusion.approval_rate")

    assert found["state"] == "bounded"
    assert found["value"] == pytest.approx(0.6)
    assert found["low"] == pytest.approx(60 / 110)
    assert found["high"] == pytest.approx(70 / 110)
    assert (found["rejected"], found["tables"]) == (10, "application")


def test_a_rejected_correction_may_take_a_stored_rows_place(
    make_workspace: Make,
) -> None:
    root = make_workspace(application=application(60, 40, 0)).project.workspace
    with (root / "esg.toml").open("a") as toml:
        toml.write('mode = "incremental"\n')
    workspace = open_workspace(root)
    workspace.load()
    (root / "application.csv").write_text(
        APPLICATION + "a1,,2026-07-01,2026-07-02,perhaps\n", "utf-8"
    )
    workspace.load()

    found = impact(workspace, "inclusion.approval_rate")

    # a1 was approved, and may turn out to have been declined.
    assert found["low"] == pytest.approx(59 / 100)
    assert found["high"] == pytest.approx(61 / 100)


def test_what_only_tells_groups_apart_takes_no_bound_away(
    make_workspace: Make,
) -> None:
    loans = "".join(f"l{at},a{at},micro,CNY\n" for at in range(40))
    months = "".join(f"l{at},2026-09-30,100,{at}\n" for at in range(40))
    root = make_workspace(
        loan="loan_id,application_id,product,currency\n" + loans,
        loan_month="loan_id,as_of_date,balance,days_past_due\n" + months,
        application=application(60, 40, 0),
    ).project.workspace
    with (root / "esg.toml").open("a") as toml:
        toml.write('mode = "incremental"\n')
    workspace = open_workspace(root)
    workspace.load()
    (root / "application.csv").write_text(
        APPLICATION + "a1,,2026-07-01,2026-07-02,perhaps\n", "utf-8"
    )
    workspace.load()

    found = impact(workspace, "healthy_consumption.par30")

    # The credit file decides which loans are a first credit, and no balance.
    assert (found["state"], found["rejected"], found["tables"]) == ("unmoved", 0, "")
    assert found["low"] == found["high"] == found["value"]
    assert impact(workspace, "inclusion.approval_rate")["state"] == "bounded"


def test_what_a_rejected_row_may_do_to_other_units_has_no_bound(
    make_workspace: Make,
) -> None:
    head = "loan_id,product,currency,disbursed_at,principal,contract_rate\n"
    loan = head + "".join(
        f"l{at},micro,CNY,2026-07-0{1 + at % 9},100,0.1\n" for at in range(40)
    )
    workspace = make_workspace(
        loan=loan + "x,payday,CNY,2026-07-01,1,0.1\n",
        application=application(60, 40, bad=0),
    )
    workspace.load()

    disbursed = impact(workspace, "inclusion.loans_disbursed")
    assert (disbursed["low"], disbursed["high"]) == (40, 41)
    rate = impact(workspace, "inclusion.approval_rate")
    assert (rate["state"], rate["rejected"]) == ("unmoved", 0)
    mean = impact(workspace, "healthy_consumption.weighted_apr")
    assert (mean["state"], mean["reason"], mean["high"]) == ("unbounded", "kind", None)
