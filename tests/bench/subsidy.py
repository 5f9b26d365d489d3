"""How long a policy takes to apply beside one bare window over the same facts."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost import Cost, Result, compared, cost_of

from esg.engine.duck import bound_memory, open_file, quote_name
from esg.indicators.stage import stage_rules
from esg.policy.apply import FACTS, apply
from esg.policy.stage import terms_of
from esg.spec.project import Project
from esg.spec.settings import DisclosureLimits, Guard, Ids, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esg.engine.duck import Connection

WINDOW_LIMIT = 5
MEMORY_LIMIT_MIB = 8192
FACTS_A_BORROWER = 10

PACK = "cn_consumer_loan_subsidy"

_WORLD = """
create table institution as
select 'HG' as institution_id, date '2020-01-01' as valid_from,
    'named_23' as policy_list, '500000' as province_code;
create table borrower as
select 'P' || range as borrower_id,
    (110000 + 10000 * (range % 31))::varchar as province_code
from range(getvariable('borrowers'));
create table loan as
select 'L' || range as loan_id, 'P' || range as borrower_id, 'HG' as institution_id,
    'consumer_loan' as product, 'CNY' as currency, true as is_own_book,
    -- A fifth borrow enough for the caps to bite.
    (3000 + hash(range) % case when range % 5 = 0 then 3000000 else 400000 end)
        ::decimal(18, 2) as principal,
    (0.015 + (hash(range + 1) % 100) / 1000)::decimal(9, 6) as contract_rate,
    12 as term_months, 'equal_payment' as repayment_method,
    date '2025-08-01' as subsidy_agreement_date,
    date '2025-09-01' + (hash(range + 2) % 180)::integer as disbursed_date
from range(getvariable('borrowers'));
create table spending as
select 'S' || loan_id || nth as spending_id, loan_id,
    disbursed_date + nth * 3 as spent_date,
    (principal * (0.2 + 0.3 * nth))::decimal(18, 2) as amount,
    ['home', 'auto', 'other', 'electronics'][1 + (hash(loan_id || nth) % 4)::integer]
        as category,
    'automatic' as verification, null::varchar as province_code,
    null::date as refunded_date, null::decimal(18, 2) as refunded_amount
from loan, (values (0), (1)) as drawn(nth);
create table interest_bill as
select loan_id, nth as period_no,
    (disbursed_date + to_months(nth - 1))::date as from_date,
    (disbursed_date + to_months(nth))::date as to_date,
    (disbursed_date + to_months(nth))::date as due_date,
    (disbursed_date + to_months(nth))::date as paid_date,
    (principal * (6 - nth) / 5)::decimal(18, 2) as opening_balance,
    (principal * (6 - nth) / 5 * contract_rate / 12)::decimal(18, 2) as interest_due,
    0::decimal(18, 2) as fees_due, (principal / 5)::decimal(18, 2) as principal_due,
    null::decimal(18, 2) as minimum_due
from loan, range(1, 6) as bills(nth);
"""

_BARE = """
create temp table bare as
select WHAT sum(subsidy) over (
    partition by debtor_id, institution_id
    order by due_date, loan_id, period_no, spending_id
) as so_far from kept_fact
"""


def measures(folder: Path, rows: int) -> Iterator[Result]:
    """Yield the measures of applying a policy.

    Args:
        folder: An empty folder.
        rows: How many facts there are, a purchase and an interest period each.
    """
    world = folder / "world.duckdb"
    _step("draw", world, rows // FACTS_A_BORROWER)
    whole = _step("apply", world)
    _step("keep", world)
    # The same rows with one more column, as applying gives them; and the sum alone.
    bare, alone = _step("bare", world), _step("alone", world)
    yield Result("subsidy.bare_window", round(bare.seconds, 2), "s")
    yield compared("subsidy.apply_all_caps", whole, bare, WINDOW_LIMIT)
    yield compared("subsidy.apply_beside_the_sum_alone", whole, alone, None)
    yield Result(
        "subsidy.peak_memory", round(whole.peak_mib), "MiB", limit=MEMORY_LIMIT_MIB
    )


def _step(name: str, world: Path, borrowers: int = 0) -> Cost:
    # As processes of their own, so that each one's time and memory are its own.
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([tests, *filter(None, [os.environ.get("PYTHONPATH")])])
    return cost_of(
        [sys.executable, "-m", "bench.subsidy", name, str(world), str(borrowers)],
        cwd=world.parent,
        env=os.environ | {"PYTHONPATH": path},
    )


def _run(name: str, world: Path, borrowers: int) -> None:
    connection = open_file(world, read_only=False)
    bound_memory(connection, world.with_suffix(".spill"))
    try:
        if name == "draw":
            connection.execute(f"set variable borrowers = {borrowers:d}")
            connection.execute(_WORLD)
            _complete(connection)
        elif name in ("bare", "alone"):
            what = "*," if name == "bare" else ""
            connection.execute(_BARE.replace("WHAT", what))
        else:
            _apply(connection)
        if name == "keep":
            connection.execute(f"create table kept_fact as from {FACTS}")
    finally:
        connection.close()


def _complete(connection: Connection) -> None:
    """Give the drawn tables, and those not drawn, every column of their contracts."""
    for contract in Project(Path(), _SETTINGS).tables.values():
        columns = [f"{quote_name(c.name)} {c.sql_type}" for c in contract.columns]
        name = quote_name(contract.name)
        connection.execute(f"create table if not exists {name} ({', '.join(columns)})")
        for column in columns:
            connection.execute(f"alter table {name} add column if not exists {column}")


def _apply(connection: Connection) -> None:
    project = Project(Path(), _SETTINGS)
    pack = project.packs[PACK]
    connection.execute(
        "create temp table report_date as select date '2026-12-31' as data_date"
    )
    stage_rules(connection, project.rules.values())
    apply(
        connection,
        pack,
        terms_of(pack, project.rules_of(pack), pack.chosen({})),
        project.marts,
    )


_SETTINGS = Settings(
    institution_id="HG",
    institution_name={"en": "Bench", "zh": "测"},
    currency="CNY",
    time_zone="Asia/Shanghai",
    languages=("en",),
    data_date=date(2026, 12, 31),
    sources=(),
    ids=Ids(None, None, "a key that everybody knows"),
    guard=Guard("stop", ()),
    targets={},
    disclosure=DisclosureLimits(min_n=30, min_cell=5),
    policy={},
)


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
