"""Marts and computed tables: made when needed, packed, dropped when no longer so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from indicators.case_files import core_tables

from esg.engine.duck import (
    EngineFault,
    attach_scratch,
    fetch,
    open_memory,
    within_memory,
)
from esg.errors import ContentError, MachineError
from esg.indicators.bind import tables_in
from esg.indicators.stage import ComputedTable, Tables, stage_calendar, stage_rules
from esg.policy.subsidy_tables import computed_tables
from esg.spec.period import periods_between
from esg.spec.project import Mart

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.project import Project

MARTS = {
    name: Mart(name, sql, f"queries/marts/{name}.sql")
    for name, sql in {
        "base": "select n from number",
        "even": "select n from base where n % 2 = 0",
        "cube": "select n ** 3 as n from base",
        "big_square": "select n from square where n > 10",
    }.items()
}


def fill_square(connection: Connection) -> None:
    connection.execute(
        "create or replace temp table square as select n * n as n from even"
    )


COMPUTED = {"square": ComputedTable("n bigint", fill_square, frozenset({"even"}))}


@pytest.fixture
def numbers() -> Connection:
    connection = open_memory()
    connection.execute("create table number as select range as n from range(10)")
    return connection


def total(connection: Connection, name: str) -> int:
    return int(fetch(connection, f"select sum(n) as n from {name}")["n"][0] or 0)  # noqa: S608


def names_of(connection: Connection, what: str) -> set[str]:
    found = fetch(connection, f"select {what} as name from duckdb_tables()")  # noqa: S608
    return set(found["name"])


def test_what_is_needed_is_made_with_all_that_it_reads(numbers: Connection) -> None:
    tables = Tables(numbers, MARTS, COMPUTED)

    lacking = tables.lacking({"big_square", "number"})
    tables.make({"big_square", "number"})

    assert lacking == ["base", "even", "square", "big_square"]
    assert tables.standing == set(lacking)
    # Squares of 4, 6 and 8; of 0 and 2 they are no more than 10.
    assert total(numbers, "big_square") == 16 + 36 + 64
    assert tables.lacking({"cube"}) == ["cube"]


def test_an_unread_computed_table_stands_there_empty(numbers: Connection) -> None:
    tables = Tables(numbers, MARTS, COMPUTED)

    assert fetch(numbers, "from square").is_empty()
    tables.make({"square"})
    assert total(numbers, "square") == 4 + 16 + 36 + 64
    tables.keep(frozenset())
    assert fetch(numbers, "from square").is_empty()


def test_each_stands_in_its_turn_and_goes_when_nobody_needs_it(
    numbers: Connection,
) -> None:
    tables = Tables(numbers, MARTS, COMPUTED)
    reads = {
        "a": frozenset({"big_square"}),
        "b": frozenset({"cube", "number"}),
        "c": frozenset({"even"}),
        "d": frozenset({"number"}),
        "e": frozenset({"cube", "square"}),
    }

    stood = {name: set(tables.standing) for name in tables.in_turn(reads)}

    assert stood == {
        # Nothing is lacking.
        "d": set(),
        # Two are lacking, as for c; of equals, the first goes first.
        "b": {"base", "cube"},
        # One is lacking now.
        "c": {"base", "cube", "even"},
        # Nobody needs the base any more.
        "e": {"cube", "even", "square"},
        "a": {"square", "big_square"},
    }
    assert tables.standing == set()
    assert names_of(numbers, "table_name") == {"number", "square"}


def test_no_table_of_the_catalogue_is_made_twice(project: Project) -> None:
    connection = core_tables(project.tables, {})
    stage_calendar(connection, [], date(2026, 9, 30))
    stage_rules(connection, project.rules.values())
    tables = Tables(connection, project.marts, computed_tables(project))
    reads = {
        each.id: tables_in(each.sql, each.where) for each in project.indicators.values()
    }
    made: list[str] = []
    standing: set[str] = set()

    for name in tables.in_turn(reads):
        made += tables.standing - standing
        standing = set(tables.standing)
        assert not tables.lacking(reads.pop(name))

    assert not reads
    assert set(made) >= {"new_loan", "loan_stock", "subsidy_fact", "loan_cost"}
    assert len(made) == len(set(made))


def test_tables_that_read_each_other_in_a_circle_are_told(numbers: Connection) -> None:
    marts = MARTS | {"even": Mart("even", "select n from big_square", "even.sql")}
    tables = Tables(numbers, marts, COMPUTED)

    with pytest.raises(ContentError, match=r"big_square → square → even → big_square"):
        tables.make({"big_square"})


@pytest.mark.parametrize("place", ["memory", "file"])
def test_a_faulty_mart_is_told_by_its_file(
    numbers: Connection, tmp_path: Path, place: str
) -> None:
    marts = {"base": Mart("base", "select nn from number", "queries/marts/base.sql")}
    scratch = attach_scratch(numbers, tmp_path) if place == "file" else None
    tables = Tables(numbers, marts, {}, scratch)

    with pytest.raises(ContentError, match=r"queries/marts/base.sql: .* does not run"):
        tables.make({"base"})


# ---- The scratch database


def test_tables_are_packed_into_a_file_without_a_name(
    numbers: Connection, tmp_path: Path
) -> None:
    scratch = attach_scratch(numbers, tmp_path)
    tables = Tables(numbers, MARTS, COMPUTED, scratch)

    tables.make({"big_square", "cube"})

    assert scratch is not None
    assert list(tmp_path.iterdir()) == []
    stored = fetch(
        numbers,
        "select table_name from duckdb_tables() where database_name = 'scratch'",
    )
    assert set(stored["table_name"]) == {"base", "even", "square", "big_square", "cube"}
    assert total(numbers, "big_square") == 16 + 36 + 64
    assert total(numbers, "cube") == 2025
    tables.keep(frozenset())
    assert names_of(numbers, "table_name") == {"number", "square"}


def test_where_no_file_can_be_written_tables_stay_in_memory(
    numbers: Connection, tmp_path: Path
) -> None:
    scratch = attach_scratch(numbers, tmp_path / "absent")

    assert scratch is None
    Tables(numbers, MARTS, COMPUTED, scratch).make({"square"})
    assert total(numbers, "square") == 4 + 16 + 36 + 64


# ---- Memory


def test_a_plan_that_does_not_fit_gives_way_to_the_one_that_is_written(
    numbers: Connection,
) -> None:
    settings: list[str] = []

    def work() -> int:
        sql = "select current_setting('disabled_optimizers') as now"
        settings.append(fetch(numbers, sql)["now"][0])
        if len(settings) == 1:
            numbers.execute("set memory_limit = '20MB'")
            numbers.execute("select list(range) from range(10_000_000)")
        numbers.execute("reset memory_limit")
        return total(numbers, "number")

    assert within_memory(numbers, work) == 45
    assert settings == ["", "build_side_probe_side"]
    after = fetch(numbers, "select current_setting('disabled_optimizers') as now")
    assert after["now"].to_list() == [""]


def test_what_fits_by_no_plan_is_the_machines_fault(numbers: Connection) -> None:
    numbers.execute("set memory_limit = '20MB'")
    marts = {
        "base": Mart("base", "select list(range) as n from range(10_000_000)", "b.sql")
    }

    with pytest.raises(
        MachineError, match=r"memory left: failed to .*19.* used\)"
    ) as raised:
        Tables(numbers, marts, {}).make({"base"})

    assert "fewer indicators" in (raised.value.hint or "")


def test_a_wrong_query_is_told_at_once(numbers: Connection) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        numbers.execute("select nothing from number")

    with pytest.raises(EngineFault, match="nothing"):
        within_memory(numbers, work)
    assert len(tries) == 1


# ---- Breakdowns as numbers


def coded(connection: Connection, rows: str) -> dict[str, str]:
    """Make rows a mart whose breakdowns are numbers; return its columns' types."""
    marts = {"loan_trait": Mart("loan_trait", rows, "queries/marts/loan_trait.sql")}
    Tables(connection, marts, {}).make({"loan_trait"})
    found = fetch(connection, "describe loan_trait")
    return dict(found.select("column_name", "column_type").iter_rows())


def test_breakdowns_are_kept_as_numbers_and_read_as_texts(numbers: Connection) -> None:
    kinds = coded(
        numbers,
        "select n, case n when 1 then 'it''s' when 2 then '线上' end as channel, "
        "'x' || n as remark, n = 1 as first_time from number order by n -- all;\n",
    )

    found = fetch(
        numbers,
        "select n, cast(channel as varchar) as channel from loan_trait "
        "where channel is null or channel <> '线上' order by n limit 2",
    )
    assert kinds["channel"] == "ENUM('it''s', '线上')"
    assert (kinds["remark"], kinds["first_time"]) == ("VARCHAR", "BOOLEAN")
    assert found.rows() == [(0, None), (1, "it's")]


def test_a_breakdown_without_any_value_stays_text(numbers: Connection) -> None:
    kinds = coded(numbers, "select n, cast(null as varchar) as product from number")

    assert kinds["product"] == "VARCHAR"


def test_a_breakdown_of_very_many_values_stays_text(numbers: Connection) -> None:
    numbers.execute("insert into number select range from range(10, 400)")

    kinds = coded(numbers, "select 'p' || n as product, 'a' as channel from number")

    assert kinds == {"product": "VARCHAR", "channel": "ENUM('a')"}


def test_each_day_of_the_calendar_has_its_period(numbers: Connection) -> None:
    quarters = periods_between(date(2026, 5, 1), date(2026, 9, 30), "quarter")
    stage_calendar(numbers, quarters, date(2026, 9, 30))

    days = fetch(
        numbers,
        "select period, count(*) as days, min(day) = min(first_day) as begins, "
        "max(day) = max(last_day) as ends from calendar_day group by all order by all",
    )

    assert days.rows() == [("2026Q2", 91, True, True), ("2026Q3", 92, True, True)]
