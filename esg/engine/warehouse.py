"""The warehouse file: its own tables, its core tables, and reading it without locks.

A core table NAME is stored as ``NAME_history`` with the load numbers that brought and
superseded each row; the view NAME shows the current rows. A load writes a copy of the
file and renames it, so a reader keeps the file it opened, whole, for as long as it
likes.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from esg.engine.duck import (
    EngineFault,
    bound_memory,
    fetch,
    fetch_row,
    open_memory,
    quote_name,
    quote_text,
)
from esg.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from pathlib import Path

    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.table import TableContract

FILE_NAME = "warehouse.duckdb"
ATTACHED = "warehouse"

LAST = 2_147_483_647
"""A load number that none reaches."""

_OWN_TABLES = """
create table if not exists load (
    load_no integer primary key,
    source varchar not null,
    table_name varchar not null,
    kind varchar not null,
    file varchar not null,
    sha256 varchar not null,
    fingerprint varchar not null,
    loaded_at timestamp not null,
    loaded_by varchar,
    watermark varchar,
    rows_read bigint not null,
    rows_stored bigint not null,
    rows_duplicate bigint not null,
    rows_quarantined bigint not null,
    rows_added bigint not null,
    rows_superseded bigint not null
);
create table if not exists load_input (
    load_no integer not null,
    input varchar not null,
    place varchar not null,
    sha256 varchar not null
);
create table if not exists finding (
    load_no integer not null,
    source varchar not null,
    table_name varchar not null,
    part varchar not null,
    row_number bigint not null,
    severity varchar not null,
    rule varchar not null,
    column_name varchar,
    seen varchar,
    key_md5 varchar,
    resolved_in integer,
    read_in integer not null
);
create table if not exists not_judged (
    load_no integer not null,
    rule varchar not null,
    rows bigint not null
);
"""
"""Kinds of loads: ``snapshot`` and ``incremental`` as declared, ``retry`` of mended
rows, and ``undo``. A finding is resolved by the load that brought the row in order, or
that took its place. Its row number counts in the content that ``read_in`` read, which
an undo and a retry carry on."""

OWN_VIEWS = {
    "load": "select * from {base}load where {known}",
    "load_input": "select * from {base}load_input where {known}",
    "not_judged": "select * from {base}not_judged where {known}",
    "finding": (
        "select * replace (case when resolved_in <= {at} then resolved_in end "
        "as resolved_in) from {base}finding where {known}"
    ),
}
"""What a reader sees of our own tables, as known at a load."""

_STATE_VIEWS = """
create or replace {temp} view latest_load as
    select * from load as each
    where load_no >= (
        select max(load_no) from load
        where source = each.source and kind in ('snapshot', 'undo')
    ) or not exists (
        select 1 from load
        where source = each.source and kind in ('snapshot', 'undo')
    );
create or replace {temp} view current_quarantine as
    select * from finding where severity <> 'warn' and resolved_in is null;
create or replace {temp} view current_warning as
    select * from finding where severity = 'warn' and resolved_in is null;
"""
"""``latest_load``: the loads that what is there today comes from, of each source its
last snapshot and what was added since."""


def create_own_tables(connection: Connection) -> None:
    """Create the tables that remember loads and rows that break a rule.

    Raises:
        DataError: The file was written by a version that kept less.
    """
    connection.execute(_OWN_TABLES)
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns()"
    ).fetchall()
    stored: dict[str, set[str]] = {}
    for table, column in rows:
        stored.setdefault(table, set()).add(column)
    if not _is_ours(stored):
        raise DataError(
            f"{FILE_NAME} was written by an older version of esg.",
            hint="Move it away and run 'esg load' again.",
        )
    connection.execute(_STATE_VIEWS.format(temp=""))


def create_core_table(connection: Connection, contract: TableContract) -> None:
    """Create a core table's history, when absent, and its view of current rows.

    The history has the columns that a source ever gave; the view has all of the
    contract's, null where no source gave them.
    """
    history = quote_name(f"{contract.name}_history")
    keys = ", ".join(
        f"{quote_name(name)} {contract.column(name).stored_type}"
        for name in contract.key
    )
    connection.execute(
        f"create table if not exists {history} "
        f"({keys}, loaded_in integer, superseded_in integer)"
    )
    has = stored_columns(connection, contract)
    columns = ", ".join(
        quote_name(c.name)
        if c.name in has
        else f"cast(null as {c.sql_type}) as {quote_name(c.name)}"
        for c in contract.columns
    )
    connection.execute(
        f"create or replace view {quote_name(contract.name)} as "  # noqa: S608
        f"select {columns} from {history} where superseded_in is null"
    )


def stored_columns(connection: Connection, contract: TableContract) -> tuple[str, ...]:
    """Return the contract's columns that its history has, in the contract's order."""
    history = quote_name(f"{contract.name}_history")
    rows = connection.execute(f"describe {history}").fetchall()
    found = {row[0] for row in rows}
    return tuple(name for name in contract.column_names if name in found)


def widen_core_table(
    connection: Connection, contract: TableContract, names: tuple[str, ...]
) -> None:
    """Give a core table's history columns that it lacks, and its view with them."""
    has = stored_columns(connection, contract)
    for name in names:
        if name not in has:
            kind = contract.column(name).stored_type
            connection.execute(
                f"alter table {quote_name(f'{contract.name}_history')} "
                f"add column {quote_name(name)} {kind}"
            )
    create_core_table(connection, contract)


def open_for_reading(
    path: Path, contracts: Iterable[TableContract], known_at: int | None = None
) -> Connection:
    """Return an in-memory connection that sees the warehouse's rows.

    Args:
        path: The warehouse file.
        contracts: Core tables; one the file lacks is there, empty.
        known_at: The last load that is known; all when null.

    Raises:
        DataError: The file is absent or is no warehouse of ours.
    """
    if not path.is_file():
        raise DataError(
            f"The workspace '{path.parent.name}' holds no {FILE_NAME} yet.",
            hint="Run 'esg load' first.",
        )
    connection = open_memory()
    spill = path.with_name(f".{FILE_NAME}.spill-{os.getpid()}")
    try:
        bound_memory(connection, spill)
        connection.execute(f"attach {quote_text(str(path))} as {ATTACHED} (read_only)")
        stored = _stored_columns(connection)
    except EngineFault as error:
        raise DataError(
            f"{path.name} cannot be read as a DuckDB 2 database.",
            hint="Move it away and run 'esg load' again.",
        ) from error
    if not _is_ours(stored):
        raise DataError(
            f"{path.name} was not written by this version of esg.",
            hint="Move it away and run 'esg load' again.",
        )
    at = LAST if known_at is None else known_at
    for contract in contracts:
        for statement in _view_sql(contract, stored, at):
            connection.execute(statement)
    for name, query in OWN_VIEWS.items():
        text = query.format(base=f"{ATTACHED}.main.", known=f"load_no <= {at}", at=at)
        connection.execute(f"create view {name} as {text}")
    connection.execute(_STATE_VIEWS.format(temp=""))
    return connection


_NEEDED = {
    "load": {"load_no", "source", "table_name", "kind", "loaded_at", "rows_read"},
    "load_input": {"load_no"},
    "finding": {"load_no", "row_number", "rule", "resolved_in", "read_in"},
    "not_judged": {"load_no"},
}


def _is_ours(stored: dict[str, set[str]]) -> bool:
    return all(
        columns <= stored.get(table, set()) for table, columns in _NEEDED.items()
    )


def _stored_columns(connection: Connection) -> dict[str, set[str]]:
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ?",
        [ATTACHED],
    ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def _view_sql(
    contract: TableContract, stored: dict[str, set[str]], at: int
) -> tuple[str, str]:
    """Return the views NAME and NAME_history of one core table."""
    history = f"{contract.name}_history"
    present = stored.get(history, set())
    columns = ", ".join(
        quote_name(column.name)
        if column.name in present
        else f"cast(null as {column.sql_type}) as {quote_name(column.name)}"
        for column in contract.columns
    )
    base = f"from {ATTACHED}.main.{quote_name(history)}" if present else ""
    known = f"where loaded_in <= {at}" if present else "where false"
    loads = (
        f"loaded_in, case when superseded_in <= {at} then superseded_in end "
        "as superseded_in"
        if present
        else "cast(null as integer) as loaded_in, "
        "cast(null as integer) as superseded_in"
    )
    current = "superseded_in is null"
    if at != LAST:
        current = f"({current} or superseded_in > {at})"
    now = f"{known} and {current}" if present else known
    every, name = quote_name(history), quote_name(contract.name)
    return (
        f"create view {every} as select {columns}, {loads} {base} {known}",
        f"create view {name} as select {columns} {base} {now}",
    )


def load_at(path: Path, moment: str, zone: tzinfo) -> int:
    """Return the last load that was known at a moment.

    Args:
        path: The warehouse file.
        moment: A load number, or a day as ``2026-01-15``, whose end is meant.
        zone: Where the day is.

    Raises:
        UsageError: The moment is neither, or there is no such load.
        DataError: Nothing had been loaded by then.
    """
    connection = open_for_reading(path, ())
    try:
        if moment.isascii() and moment.isdecimal():
            return _existing_load(connection, int(moment))
        row = fetch_row(
            connection,
            "select max(load_no) from load where loaded_at < ?",
            [_end_of_day(moment, zone)],
        )
    finally:
        connection.close()
    if not row or row[0] is None:
        raise DataError(
            f"Nothing had been loaded at '{moment}'.",
            hint="Run 'esg loads' to see when what was loaded.",
        )
    return int(row[0])


def _existing_load(connection: Connection, number: int) -> int:
    row = fetch_row(connection, "select min(load_no), max(load_no) from load")
    first, last = row or (None, None)
    # What is asked of a load to come would get another answer once it is there.
    if last is None or not first <= number <= last:
        there = f"; the last is {last}" if last is not None else ""
        raise UsageError(
            f"There is no load {number}{there}.",
            hint="Run 'esg loads' to see them; a day is written 2026-01-15.",
        )
    return number


def _end_of_day(text: str, zone: tzinfo) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"'{text}' is neither a load number nor a day.",
            hint="Write it as 12 or as 2026-01-15.",
        ) from error
    if day == date.max:
        return datetime.max  # noqa: DTZ901 - UTC without a zone, as loads have it
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return end.astimezone(UTC).replace(tzinfo=None)


def latest_loads(connection: Connection) -> pl.DataFrame:
    """Return the loads that today's rows come from, in the order of their sources."""
    return fetch(connection, "select * from latest_load order by source, load_no")


def all_loads(connection: Connection) -> pl.DataFrame:
    """Return every load, oldest first.

    A source of several inputs has one hash for all; ``inputs`` names each with its own
    and is null elsewhere.
    """
    return fetch(
        connection,
        'select load_no as load, source, table_name as "table", kind, '
        "strftime(loaded_at, '%Y-%m-%dT%H:%M:%SZ') as loaded_at, loaded_by, "
        "file, sha256, rows_read as read, rows_stored as stored, "
        "rows_duplicate as copies, rows_quarantined as quarantined, "
        "rows_added as added, rows_superseded as superseded, "
        "(select string_agg(input || ' ' || place || ' ' || sha256, '; ' "
        "order by input) from load_input where load_input.load_no = load.load_no "
        "having count(*) > 1) as inputs from load order by load_no",
    )


def quarantine_summary(connection: Connection) -> pl.DataFrame:
    """Return quarantined rows by reason: source, table, rule, column, rows."""
    return fetch(
        connection,
        'select source, table_name as "table", rule, column_name as "column", '
        "count(*) as rows from current_quarantine group by all order by all",
    )


def count_quarantined(connection: Connection, source: str, rule: str | None) -> int:
    """Return how many rows of a source are quarantined, each counted once.

    Args:
        connection: A reader of the warehouse.
        source: Its name.
        rule: Only rows that break this rule; all when null.
    """
    row = fetch_row(
        connection,
        "select count(distinct (read_in, part, row_number)) from current_quarantine "
        "where source = $source and ($rule is null or rule = $rule)",
        {"source": source, "rule": rule},
    )
    return int(row[0]) if row else 0


def quarantine_reasons(
    connection: Connection, only: dict[str, str | None]
) -> pl.DataFrame:
    """Return quarantined rows by reason, with where the first stands and what it says.

    Args:
        connection: A reader of the warehouse.
        only: Columns of ``finding`` and the value that is wanted; null for all.
    """
    asked = {name: value for name, value in only.items() if value is not None}
    where = " and ".join(f"{name} = ${name}" for name in asked) or "true"
    return fetch(
        connection,
        'select source, table_name as "table", rule, column_name as "column", '  # noqa: S608
        "count(*) as rows, arg_min(part, (part, row_number)) as first_file, "
        "arg_min(row_number, (part, row_number)) as first_row, "
        "arg_min(seen, (part, row_number)) as found_there "
        f"from current_quarantine where {where} group by all "
        "order by source, rule, column_name",
        asked,
    )
