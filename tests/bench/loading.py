"""How long a load takes beside what DuckDB itself needs to read the same file.

The tape is drawn here, not by ``esg generate``: the measure is of loading alone.
"""

from __future__ import annotations

import multiprocessing
import sys
from typing import TYPE_CHECKING

from bench.cost import Cost, Result, compared, cost_of, least

from esg.engine.duck import open_memory, quote_text
from esg.spec.project import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HASHED_LIMIT = 2.5
PLAIN_LIMIT = 1.8
BAD_ROWS_LIMIT = 0.2
MEMORY_LIMIT_MIB = 4096
GROWTH_LIMIT = 11
INCREMENT_LIMIT = 0.1

RUNS = 2
"""Of each measure; the quicker one counts."""

_TYPES = {
    "loan_id": "VARCHAR",
    "borrower_id": "VARCHAR",
    "product": "VARCHAR",
    "is_own_book": "BOOLEAN",
    "disbursed_at": "TIMESTAMP",
    "principal": "DECIMAL(18,2)",
    "currency": "VARCHAR",
    "contract_rate": "DECIMAL(9,6)",
    "term_months": "BIGINT",
    "repayment_method": "VARCHAR",
    "interest_free_days": "BIGINT",
    "credit_limit": "DECIMAL(18,2)",
    "channel": "VARCHAR",
}

_DRAW = """
select
    printf('L%09d', nth) as loan_id,
    printf('P%08d', hash(nth) % greatest(rows // 3, 1)) as borrower_id,
    ['consumer_loan', 'pay_later', 'auto', 'micro'][1 + (hash(nth + 1) % 4)::int]
        as product,
    hash(nth + 2) % 10 > 1 as is_own_book,
    timestamp '2024-01-01' + interval 1 second * (hash(nth + 3) % 86000000)::int
        as disbursed_at,
    ((hash(nth + 4) % 20000000) / 100)::decimal(18, 2) as principal,
    case when hash(nth + 5) % 50 = 0 then 'USD' else 'CNY' end as currency,
    ((hash(nth + 6) % 240000) / 1000000)::decimal(9, 6) as contract_rate,
    [3, 6, 12, 24, 36][1 + (hash(nth + 7) % 5)::int] as term_months,
    ['equal_payment', 'bullet', 'revolving'][1 + (hash(nth + 8) % 3)::int]
        as repayment_method,
    case when hash(nth + 9) % 3 = 0 then 41 end as interest_free_days,
    -- Above every principal: a tape of odd rows would measure how they are told.
    (200000 + (hash(nth + 10) % 50) * 1000)::decimal(18, 2) as credit_limit,
    ['app', 'branch', 'partner'][1 + (hash(nth + 11) % 3)::int] as channel
from (select range as nth, getvariable('rows') as rows from range(getvariable('rows')))
"""

_BAD = """
select * replace (
    case when nth % 400 = 0 then 'housing' else product end as product,
    case when nth % 400 = 100 then 'n/a' when nth % 400 = 200 then '-' || principal
        else principal::varchar end as principal,
    case when nth % 400 = 300 then '2026-02-30 10:00:00' else disbursed_at::varchar end
        as disbursed_at
) from (select *, row_number() over () as nth from drawn)
"""

_INCREMENT = """
select * replace (
    case when nth <= rows // 1000 then principal + 1 else principal end as principal,
    case when nth <= rows // 1000 then loan_id else 'N' || loan_id[2:] end as loan_id
) from (select *, row_number() over () as nth, getvariable('rows') as rows
    from drawn limit getvariable('rows') // 100 + getvariable('rows') // 1000)
"""

_BARE = """
import sys

import duckdb

connection = duckdb.connect(sys.argv[2])
connection.execute(
    f"create table loan as select * from read_csv('{sys.argv[1]}', header = true, "
    "columns = {COLUMNS})"
)
connection.close()
"""

_SETTINGS = """\
currency = "CNY"
time_zone = "Asia/Shanghai"

[institution]
id = "BENCH"
name = {{zh = "测", en = "Bench"}}

[ids]
published_key = "a key that everybody knows"

[sources.loan]
path = "../{file}"
mode = "{mode}"
"""


def measures(folder: Path, rows: int) -> Iterator[Result]:
    """Yield every measure of loading.

    Args:
        folder: An empty folder for some 6 GB at 10 million rows.
        rows: Of the tape; limits are meant for 10 million.
    """
    _draw(folder, rows, "tape.csv", "bad.csv", "increment.csv")
    _draw(folder, rows // 10, "tenth.csv")
    hashed = _workspace(folder, "hashed", "tape.csv")
    plain = _workspace(folder, "plain", "tape.csv", is_plain=True)
    bad = _workspace(folder, "bad", "bad.csv")
    bare_costs, costs = [], dict[str, list[Cost]]()
    for _ in range(RUNS):
        # In turns, so that whatever else the machine does falls on all alike.
        bare_costs.append(_bare(folder))
        for place in (hashed, plain, bad):
            costs.setdefault(place.name, []).append(_load(place))
    bare = least(bare_costs)
    whole = least(costs["hashed"])
    yield Result("load.bare_read", round(bare.seconds, 2), "s")
    yield compared("load.with_hashed_ids", whole, bare, HASHED_LIMIT)
    yield compared("load.without_hashing", least(costs["plain"]), bare, PLAIN_LIMIT)
    spoilt = least(costs["bad"])
    yield compared("load.with_1_percent_bad_rows", spoilt, bare, None)
    moved = abs(spoilt.seconds - whole.seconds) / bare.seconds
    yield Result("load.bad_rows_move_ratio", round(moved, 3), "", limit=BAD_ROWS_LIMIT)
    peak = max(cost.peak_mib for each in costs.values() for cost in each)
    yield Result("load.peak_memory", round(peak), "MiB", limit=MEMORY_LIMIT_MIB)
    tenth = _workspace(folder, "tenth", "tenth.csv")
    yield compared(
        "load.growth_over_a_tenth",
        whole,
        least([_load(tenth) for _ in range(RUNS)]),
        GROWTH_LIMIT,
    )
    yield compared(
        "load.increment_of_1.1_percent",
        _increment(folder, hashed),
        whole,
        INCREMENT_LIMIT,
    )


def _draw(folder: Path, rows: int, *names: str) -> None:
    # In a process that goes away, because its memory would be counted as a load's.
    child = multiprocessing.get_context("spawn").Process(
        target=_write_tapes, args=(folder, rows, *names)
    )
    child.start()
    child.join()
    if child.exitcode != 0:
        raise RuntimeError(f"the tapes could not be drawn: {child.exitcode}")


def _write_tapes(folder: Path, rows: int, *names: str) -> None:
    queries = dict(
        zip(names, ("from drawn", _BAD, _INCREMENT), strict=False),
    )
    connection = open_memory()
    try:
        connection.execute(f"set variable rows = {rows:d}")
        connection.execute(f"create temp view drawn as {_DRAW}")
        for name, query in queries.items():
            columns = ", ".join(_TYPES)
            connection.execute(
                f"copy (select {columns} from ({query})) "  # noqa: S608
                f"to {quote_text(str(folder / name))} (format csv, header)"
            )
    finally:
        connection.close()


def _workspace(
    folder: Path,
    name: str,
    file: str,
    *,
    is_plain: bool = False,
    mode: str = "snapshot",
) -> Path:
    root = folder / name
    root.mkdir(exist_ok=True)
    (root / "esg.toml").write_text(_SETTINGS.format(file=file, mode=mode))
    if is_plain:
        contract = shipped_folder("queries/tables").joinpath("loan.yaml")
        tables = root / "queries" / "tables"
        tables.mkdir(parents=True, exist_ok=True)
        (tables / "loan.yaml").write_text(
            contract.read_text("utf-8").replace("sensitivity: id, ", ""), "utf-8"
        )
    return root


def _load(root: Path) -> Cost:
    (root / "warehouse.duckdb").unlink(missing_ok=True)
    return _esg_load(root)


def _esg_load(root: Path) -> Cost:
    return cost_of([sys.executable, "-m", "esg", "load"], cwd=root)


def _bare(folder: Path) -> Cost:
    target = folder / "bare.duckdb"
    target.unlink(missing_ok=True)
    script = folder / "bare.py"
    script.write_text(_BARE.replace("{COLUMNS}", repr(_TYPES)))
    try:
        return cost_of(
            [sys.executable, str(script), str(folder / "tape.csv"), str(target)],
            cwd=folder,
        )
    finally:
        target.unlink(missing_ok=True)


def _increment(folder: Path, loaded: Path) -> Cost:
    costs = []
    for _ in range(RUNS):
        _load(loaded)
        _workspace(folder, loaded.name, "increment.csv", mode="incremental")
        costs.append(_esg_load(loaded))
        _workspace(folder, loaded.name, "tape.csv")
    return least(costs)
