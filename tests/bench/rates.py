"""What the internal rates of return of many loans take, bare and from a warehouse."""

from __future__ import annotations

import multiprocessing
import sys
from typing import TYPE_CHECKING

from bench.cost import Cost, Result, cost_of

from esg.engine.duck import open_file, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CPU_LIMIT_S = 5
"""For a tenth of the rows, which is meant to be a million loans of 12 repayments."""
GROWTH_LIMIT = 12
MEMORY_LIMIT_MIB = 8192

_LOANS = """
create table loan as
select
    printf('L%09d', n)                                      as loan_id,
    'consumer_loan'                                         as product,
    timestamp '2025-01-01' + to_days((n % 28)::int)         as disbursed_at,
    (1200 * (1 + hash(n + 1) % 100))::decimal(18, 2)        as principal,
    ((hash(n) % 240000) / 1000000)::decimal(9, 6)           as contract_rate,
    12                                                      as term_months,
    'equal_principal'                                       as repayment_method,
    0                                                       as interest_free_days,
    0::decimal(18, 2)                                       as fees_upfront,
    0::decimal(18, 2)                                       as fees_addon
from range({loans}) t(n)
"""

_BILLS = """
create table interest_bill as
select
    loan_id,
    k::int                                                  as period_no,
    (disbursed_at::date + to_months(k::int))::date          as due_date,
    (principal / 12)::decimal(18, 2)                        as principal_due,
    (principal * (13 - k) / 12 * contract_rate / 12)::decimal(18, 2)
                                                            as interest_due,
    0::decimal(18, 2)                                       as fees_due
from range(1, 13) months(k), loan
"""

_FLOWS = """
copy (
    select loan_id[2:]::int as loan, 0::double as time, -principal::double as amount
    from loan
    union all
    select loan_id[2:]::int, period_no, (principal_due + interest_due)::double
    from interest_bill
    order by loan, time
) to {path} (format parquet)
"""

_BARE = """
import sys

import polars as pl

from esg.stats.irr import irr

found = irr(pl.read_parquet(sys.argv[1]))
assert found["why_none"].null_count() == found.height
"""

_TABLE = """
import sys
from pathlib import Path

from esg.engine.duck import fetch_row, open_memory
from esg.policy.cost import Conventions, create_loan_cost

connection = open_memory()
connection.execute("set memory_limit = '4GB'")
connection.execute(f"set temp_directory = '{sys.argv[2]}'")
connection.execute(f"attach '{sys.argv[1]}' as stored (read_only)")
for name in ("loan", "interest_bill"):
    connection.execute(f"create view {name} as from stored.{name}")
create_loan_cost(connection, Conventions(days_a_year=365, tolerance_days=3))
found = fetch_row(
    connection,
    "select count(*) filter (where abs(nominal_rate - contract_nominal_rate) > 0.0001 "
    "or nominal_rate is null) from loan_cost",
)
assert found == (0,), found
"""


def measures(folder: Path, rows: int) -> Iterator[Result]:
    """Yield every measure of rates of return.

    Args:
        folder: An empty folder for some 4 GB at 10 million loans.
        rows: Loans of the large run; the limit on time is meant for a tenth of them.
    """
    flows = folder / "flows.parquet"
    small, large = folder / "small.duckdb", folder / "large.duckdb"
    _draw(small, rows // 10, flows)
    _draw(large, rows, None)
    bare = _run(folder, "bare", _BARE, str(flows))
    yield _cpu("irr.tenth_by_12", bare, CPU_LIMIT_S)
    tenth = _run(folder, "table", _TABLE, str(small), str(folder / "spill"))
    yield _cpu("irr.loan_cost_of_a_tenth", tenth, None)
    whole = _run(folder, "table", _TABLE, str(large), str(folder / "spill"))
    yield Result(
        "irr.loan_cost_growth",
        round(whole.cpu_seconds, 2),
        "s CPU",
        round(tenth.cpu_seconds, 2),
        round(whole.cpu_seconds / tenth.cpu_seconds, 3),
        GROWTH_LIMIT,
        round(whole.peak_mib),
    )
    yield Result(
        "irr.peak_memory", round(whole.peak_mib), "MiB", limit=MEMORY_LIMIT_MIB
    )


def _cpu(name: str, cost: Cost, limit: float | None) -> Result:
    # Not the wall clock: the promise is of CPU time, whatever else the machine does.
    return Result(
        name,
        round(cost.cpu_seconds, 2),
        "s CPU",
        limit=limit,
        peak_memory_mib=round(cost.peak_mib),
    )


def _draw(path: Path, loans: int, flows: Path | None) -> None:
    # In a process that goes away, because its memory would be counted as a child's.
    child = multiprocessing.get_context("spawn").Process(
        target=_write, args=(path, loans, flows)
    )
    child.start()
    child.join()
    if child.exitcode != 0:
        raise RuntimeError(f"the loans could not be drawn: {child.exitcode}")


def _write(path: Path, loans: int, flows: Path | None) -> None:
    connection = open_file(path, read_only=False)
    try:
        connection.execute(_LOANS.format(loans=loans))
        connection.execute(_BILLS)
        if flows is not None:
            connection.execute(_FLOWS.format(path=quote_text(str(flows))))
    finally:
        connection.close()


def _run(folder: Path, name: str, text: str, *arguments: str) -> Cost:
    script = folder / f"{name}.py"
    script.write_text(text)
    return cost_of([sys.executable, str(script), *arguments], cwd=folder)
