"""Breakdowns and clusters added to a query, against each grouping written out."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from esg.engine.duck import fetch, open_memory
from esg.indicators.bind import WHOLE, bind, bind_clusters
from esg.indicators.clusters import LABELS, moments_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esg.engine.duck import Connection
    from esg.spec.indicator import Indicator
    from esg.spec.project import Project

PERIODS = ("2026Q1", "2026Q2", "2026Q3")

_ROWS = """
create table unit as
select
    ['2026Q1', '2026Q2', '2026Q3'][1 + (hash(nth) % 3)::int] as period,
    case when hash(nth + 1) % 12 > 0 then 'P' || hash(nth + 2) % 40 end as borrower_id,
    ['50', '51', null][1 + (hash(nth + 3) % 3)::int] as province,
    ['auto', 'micro'][1 + (hash(nth + 4) % 2)::int] as product,
    hash(nth + 5) % 4 = 0 as is_late,
    (hash(nth + 6) % 90000 / 100)::decimal(18, 2) as balance
from range(400) rows(nth)
"""

_CALENDAR = """
create table calendar as from (values
    ('2026Q1', '2025Q4', '2025Q1'), ('2026Q2', '2026Q1', '2025Q2'),
    ('2026Q3', '2026Q2', '2025Q3')
) as rows(period, previous_period, year_earlier_period)
"""

_ADDS_UP = """
select
    period,
    coalesce(sum(balance) filter (where is_late), 0) as late_balance,
    sum(balance) as balance,
    count(*) filter (where is_late) as late,
    count(borrower_id) as known
from unit
group by all
"""


@pytest.fixture
def connection() -> Iterator[Connection]:
    with closing(open_memory()) as opened:
        opened.execute(_ROWS)
        opened.execute(_CALENDAR)
        yield opened


def asking(project: Project, sql: str) -> Indicator:
    """Return an indicator of one amount-weighted share over a query of our own."""
    base = project.indicators["healthy_consumption.par30"]
    measure = replace(
        base.measures[0],
        numerator="late_balance",
        denominator="balance",
        cluster="borrower_id",
    )
    return replace(base, sql=sql, measures=(measure,))


def written_out(connection: Connection, columns: str) -> list[tuple[Any, ...]]:
    """Return the whole and two breakdowns, each grouped by itself."""
    parts = [
        f"select {dimension!r}, {segment}, period, {columns} from unit group by all"  # noqa: S608
        for dimension, segment in (
            (WHOLE, f"'{WHOLE}'"),
            ("province", "coalesce(province, 'unknown')"),
            ("product", "product"),
        )
    ]
    return connection.execute(" union all ".join(parts) + " order by all").fetchall()


def test_sums_and_counts_of_breakdowns_are_those_of_their_rows(
    project: Project, connection: Connection
) -> None:
    sql = bind(asking(project, _ADDS_UP), dimensions=("province", "product"))

    found = connection.execute(f"select * from ({sql}) order by all").fetchall()  # noqa: S608

    assert len(found) == len(PERIODS) * (1 + 3 + 2)
    assert found == written_out(
        connection,
        "coalesce(sum(balance) filter (where is_late), 0), sum(balance), "
        "count(*) filter (where is_late), count(borrower_id)",
    )


@pytest.mark.parametrize(
    "column",
    [
        "count(distinct borrower_id)",
        "max(balance)",
        "sum(balance) - min(balance)",
        "coalesce(sum(balance) filter (where province = '50' and is_late), 7)",
        "100.0 * count(*) filter (where is_late) / nullif(count(borrower_id), 0)",
        "case when count(*) filter (where is_late) > 9 then max(balance) end",
        "least(count(*), cast(min(balance) as bigint))",
        "sum(distinct balance)",
        "count(distinct borrower_id) filter (where is_late) + count(*)",
        "quantile_cont(balance, 0.5)",
        "bool_or(is_late)",
        "1000 * sum(balance) / any_value(length(period))",
        "7",
    ],
)
def test_whatever_is_asked_is_that_of_each_groups_rows(
    project: Project, connection: Connection, column: str
) -> None:
    asked = f"select period, {column} as balance from unit group by all"  # noqa: S608
    sql = bind(asking(project, asked), dimensions=("province", "product"))

    found = connection.execute(f"select * from ({sql}) order by all").fetchall()  # noqa: S608

    assert found == written_out(connection, column)


@pytest.mark.parametrize(
    ("column", "is_of_parts"),
    [
        ("sum(balance) / nullif(max(balance), 0)", True),
        ("count_if(is_late) - count(*) filter (where is_late)", True),
        ("count(distinct borrower_id)", False),
        ("sum(balance) + count(distinct borrower_id)", False),
        ("quantile_cont(balance, 0.5)", False),
        ("mode(product)", False),
        ("sum(hash(product))", True),
        ("hash(sum(balance))", False),
    ],
)
def test_breakdowns_go_over_parts_where_those_tell_the_whole(
    project: Project, column: str, *, is_of_parts: bool
) -> None:
    asked = f"select period, {column} as balance from unit group by all"  # noqa: S608

    sql = bind(asking(project, asked), dimensions=("province", "product"))

    assert ("part_0" in sql) is is_of_parts


def test_measures_together_have_the_sums_of_each_by_itself(
    project: Project, connection: Connection
) -> None:
    indicator = asking(
        project,
        "select period, sum(balance) filter (where is_late) as late_balance, "
        "sum(balance) as balance, count(*) filter (where product = 'auto') as autos, "
        "2 * sum(balance) / any_value(length(period)) as third from unit group by all",
    )
    base = indicator.measures[0]
    measures = (
        base,
        replace(base, numerator="autos", denominator="balance"),
        replace(base, numerator="late_balance", denominator="third"),
    )
    together = replace(indicator, measures=measures)
    connection.execute(
        f"create temp table {LABELS} as select dimension, segment, period "  # noqa: S608
        f"from ({bind(indicator, dimensions=('province', 'product'))})"
    )

    def moments(asked: Indicator) -> pl.DataFrame:
        dimensions = ("province", "product")
        rows = bind_clusters(asked, dimensions=dimensions, cluster="borrower_id")
        assert not rows.is_apart
        sql = moments_sql(rows, asked.measures)
        return fetch(connection, f"select * from ({sql}) order by all")  # noqa: S608

    whole = moments(together)

    for nth, measure in enumerate(measures):
        alone = moments(replace(indicator, measures=(measure,)))
        mine = whole.filter(nth=nth).drop("nth")
        assert mine.height == len(PERIODS) * (1 + 3 + 2)
        assert mine.cast(pl.Float64, strict=False).equals(
            alone.drop("nth").cast(pl.Float64, strict=False)
        )


@pytest.mark.parametrize(
    "denominator", ["sum(balance)", "count(distinct borrower_id)"], ids=["sum", "each"]
)
def test_sums_over_clusters_agree_with_a_count_by_hand(
    project: Project, connection: Connection, denominator: str
) -> None:
    asked = (
        "select period, coalesce(sum(balance) filter (where is_late), 0) "  # noqa: S608
        f"as late_balance, {denominator} as balance from unit group by all"
    )
    indicator = asking(project, asked)
    dimensions = ("province", "product")
    rows = bind_clusters(indicator, dimensions=dimensions, cluster="borrower_id")
    connection.execute(
        f"create temp table {LABELS} as select dimension, segment, period "  # noqa: S608
        f"from ({bind(indicator, dimensions=dimensions)})"
    )

    found = fetch(connection, moments_sql(rows, indicator.measures))

    sums = by_hand(connection, is_sum=denominator.startswith("sum"))
    assert found.height == len(PERIODS) * (1 + 3 + 2)
    for row in found.iter_rows(named=True):
        group = (row["dimension"], row["segment"])
        now = sums[*group, row["period"]]
        at = PERIODS.index(row["period"])
        earlier = sums[*group, PERIODS[at - 1]] if at else {}
        assert row["a"] == sum(a for a, _ in now.values())
        assert row["bb"] == sum(b * b for _, b in now.values())
        assert row["ab"] == sum(a * b for a, b in now.values())
        assert row["m"] == sum(b != 0 for _, b in now.values())
        assert (row["previous_xab"] or 0) == sum(
            a * earlier[who][1] for who, (a, _) in now.items() if who in earlier
        )
        assert row["year_xaa"] is None
        assert row["previous_aa"] == (
            sum(a * a for a, _ in earlier.values()) if at else None
        )


def by_hand(
    connection: Connection, *, is_sum: bool
) -> dict[tuple[str, str, str], dict[str, tuple[Any, Any]]]:
    """Return late and whole balance, or who is there, by cell and borrower."""
    cells: Any = defaultdict(lambda: defaultdict(lambda: (0, 0)))
    rows = connection.execute("from unit where borrower_id is not null").fetchall()
    for period, who, province, product, is_late, balance in rows:
        for dimension, segment in (
            (WHOLE, WHOLE),
            ("province", province or "unknown"),
            ("product", product),
        ):
            late, whole = cells[dimension, segment, period][who]
            whole = whole + balance if is_sum else 1
            cells[dimension, segment, period][who] = (
                late + balance if is_late else late,
                whole,
            )
    return dict(cells)
