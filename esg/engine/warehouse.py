"""The warehouse file: its own tables, its core tables, and reading it without locks.

A core table NAME is stored as ``NAME_history`` with the load numbers that brought and
superseded each row; the view NAME shows the current rows. A load writes a copy of the
file and renames it, so a reader keeps the file it opened, whole, for as long as it
likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, fetch, open_memory, quote_name, quote_text
from esg.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

    from esg.engine.duck import Connection
    from esg.spec.table import TableContract

FILE_NAME = "warehouse.duckdb"
ATTACHED = "warehouse"

_OWN_TABLES = """
create table if not exists load (
    load_no integer primary key,
    source varchar not null,
    table_name varchar not null,
    file varchar not null,
    sha256 varchar not null,
    fingerprint varchar not null,
    loaded_at timestamp not null,
    rows_read bigint not null,
    rows_stored bigint not null,
    rows_duplicate bigint not null,
    rows_quarantined bigint not null,
    rows_added bigint not null,
    rows_superseded bigint not null
);
create table if not exists quarantine (
    load_no integer not null,
    source varchar not null,
    table_name varchar not null,
    row_number bigint not null,
    rule varchar not null,
    column_name varchar,
    seen varchar
);
create or replace view latest_load as
    select * from load
    where load_no in (select max(load_no) from load group by source);
create or replace view current_quarantine as
    select * from quarantine
    where load_no in (select load_no from latest_load);
"""


def create_own_tables(connection: Connection) -> None:
    """Create the tables that remember loads and quarantined rows."""
    connection.execute(_OWN_TABLES)


def create_core_table(connection: Connection, contract: TableContract) -> None:
    """Create a core table's history and its view of current rows, when absent.

    A column that a contract gained since the file was written is added, empty.
    """
    history = quote_name(f"{contract.name}_history")
    columns = ", ".join(
        f"{quote_name(column.name)} {column.sql_type}" for column in contract.columns
    )
    connection.execute(
        f"create table if not exists {history} "
        f"({columns}, loaded_in integer not null, superseded_in integer)"
    )
    for column in contract.columns:
        connection.execute(
            f"alter table {history} add column if not exists "
            f"{quote_name(column.name)} {column.sql_type}"
        )
    names = ", ".join(quote_name(name) for name in contract.column_names)
    connection.execute(
        f"create or replace view {quote_name(contract.name)} as "  # noqa: S608
        f"select {names} from {history} where superseded_in is null"
    )


def open_for_reading(path: Path, contracts: Iterable[TableContract]) -> Connection:
    """Return an in-memory connection that sees the warehouse's current rows.

    Args:
        path: The warehouse file.
        contracts: Core tables; one the file lacks is there, empty.

    Raises:
        DataError: The file is absent or is no warehouse of ours.
    """
    if not path.is_file():
        raise DataError(
            f"The workspace '{path.parent.name}' holds no {FILE_NAME} yet.",
            hint="Run 'esg load' first.",
        )
    connection = open_memory()
    try:
        connection.execute(f"attach {quote_text(str(path))} as {ATTACHED} (read_only)")
        stored = _stored_columns(connection)
    except EngineFault as error:
        raise DataError(
            f"{path.name} cannot be read as a DuckDB 2 database.",
            hint="Move it away and run 'esg load' again.",
        ) from error
    for contract in contracts:
        connection.execute(_view_sql(contract, stored))
    for name in ("load", "latest_load", "current_quarantine"):
        connection.execute(f"create view {name} as from {ATTACHED}.main.{name}")
    return connection


def _stored_columns(connection: Connection) -> dict[str, set[str]]:
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ?",
        [ATTACHED],
    ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def _view_sql(contract: TableContract, stored: dict[str, set[str]]) -> str:
    history = f"{contract.name}_history"
    present = stored.get(history, set())
    columns = ", ".join(
        quote_name(column.name)
        if column.name in present
        else f"cast(null as {column.sql_type}) as {quote_name(column.name)}"
        for column in contract.columns
    )
    source = (
        f"from {ATTACHED}.main.{quote_name(history)} where superseded_in is null"
        if present
        else "where false"
    )
    return f"create view {quote_name(contract.name)} as select {columns} {source}"


def latest_loads(connection: Connection) -> pl.DataFrame:
    """Return the latest load of every source, in source order."""
    return fetch(connection, "select * from latest_load order by source")


def quarantine_summary(connection: Connection) -> pl.DataFrame:
    """Return quarantined rows by reason: source, table, rule, column, rows."""
    return fetch(
        connection,
        'select source, table_name as "table", rule, column_name as "column", '
        "count(*) as rows from current_quarantine group by all order by all",
    )
