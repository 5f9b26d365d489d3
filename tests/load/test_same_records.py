"""The same records in every form give the same rows, reasons and indicators."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import adbc_driver_postgresql.dbapi
import polars as pl
import pymysql
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from esg.engine.duck import fetch, open_file, open_memory, put_arrow, quote_name
from esg.spec.project import shipped_folder
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from load.conftest import Server

    from esg.engine.duck import Connection
    from esg.workspace import Workspace

    Write = Callable[[Connection, list[str], Path], None]

FILES = ("csv", "parquet", "json", "ndjson", "xlsx", "sqlite", "duckdb")
SERVERS = ("postgres", "mysql")
FORMS = (*FILES, *(pytest.param(kind, marks=pytest.mark.slow) for kind in SERVERS))
CSV = "all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"'"
VARIABLE = "SAME_RECORDS_URL"


def write_by_duckdb(connection: Connection, tables: list[str], to: Path) -> None:
    """Write each table as the file that DuckDB itself writes, by the ending."""
    kind = to.suffix[1:]
    options = {
        "csv": "format csv, header",
        "parquet": "format parquet",
        "json": "format json, array true",
        "ndjson": "format json",
    }[kind]
    for name in tables:
        connection.execute(f"copy {name} to '{to.parent / name}.{kind}' ({options})")


def write_duckdb(connection: Connection, tables: list[str], to: Path) -> None:
    open_file(to, read_only=False).close()
    connection.execute(f"attach '{to}' as target")
    for name in tables:
        connection.execute(f"create table target.{name} as from {name}")
    connection.execute("detach target")


def columns_of(connection: Connection, table: str) -> dict[str, str]:
    rows = connection.execute(f"describe {table}").fetchall()
    return {row[0]: row[1] for row in rows}


def write_xlsx(connection: Connection, tables: list[str], to: Path) -> None:
    """Write a workbook with a sheet for each table, as a person would have it."""
    with xlsxwriter.Workbook(to, {"strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name in tables:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(columns_of(connection, name)))
            rows = connection.execute(f"from {name}").fetchall()
            for line, row in enumerate(rows, start=1):
                for at, cell in enumerate(row):
                    if isinstance(cell, dt.datetime):
                        sheet.write_datetime(line, at, cell, moment)
                    elif isinstance(cell, dt.date):
                        sheet.write_datetime(line, at, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(line, at, cell)
                    elif cell is not None:
                        sheet.write(line, at, cell)


def write_sqlite(connection: Connection, tables: list[str], to: Path) -> None:
    """Write what SQLite has for each value; money and rates are binary fractions."""

    def plain(cell: object) -> object:
        if isinstance(cell, Decimal):
            return float(cell)
        if isinstance(cell, dt.datetime):
            return cell.isoformat(" ")
        return cell.isoformat() if isinstance(cell, dt.date) else cell

    with closing(sqlite3.connect(to)) as file, file:
        for name in tables:
            columns = columns_of(connection, name)
            marks = ", ".join("?" * len(columns))
            file.execute(f"create table {name} ({', '.join(map(quote_name, columns))})")
            rows = connection.execute(f"from {name}").fetchall()
            file.executemany(
                f"insert into {name} values ({marks})",  # noqa: S608
                [[plain(cell) for cell in row] for row in rows],
            )


def write_postgres(connection: Connection, tables: list[str], url: str) -> None:
    with adbc_driver_postgresql.dbapi.connect(url) as server, server.cursor() as cursor:
        for name in tables:
            cursor.execute(f"drop table if exists {name}")
            frame = fetch(connection, f"from {name}").to_arrow()
            cursor.adbc_ingest(name, frame, mode="create")
        server.commit()


MYSQL = {"VARCHAR": "text", "DOUBLE": "double", "TIMESTAMP": "datetime(6)"}


def write_mysql(connection: Connection, tables: list[str], url: str) -> None:
    parts = urlsplit(url)
    with (
        pymysql.connect(
            host=parts.hostname,
            port=parts.port or 0,
            user=parts.username,
            password=unquote(parts.password or ""),
            database="tape",
        ) as server,
        server.cursor() as cursor,
    ):
        for name in tables:
            columns = columns_of(connection, name)
            listed = ", ".join(f"`{c}` {MYSQL.get(k, k)}" for c, k in columns.items())
            cursor.execute(f"drop table if exists {name}")
            cursor.execute(f"create table {name} ({listed})")
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"insert into {name} values ({marks})",  # noqa: S608
                connection.execute(f"from {name}").fetchall(),
            )
        server.commit()


HEAD = """\
currency = "CNY"
time_zone = "Asia/Shanghai"
data_date = 2026-09-30

[institution]
id = "T"
name = {en = "Test lender", zh = "测试机构"}

[ids]
published_key = "test-key-not-secret"

[disclosure]
min_n = 0
min_cell = 1
"""


def in_form(
    form: str, connection: Connection, folder: Path, address: str | None
) -> Workspace:
    """Write all tables of a connection in a form, and load them from there.

    Args:
        form: One of ``FILES`` or ``SERVERS``.
        connection: Holds the tables, under the names of core tables.
        folder: Becomes the workspace.
        address: Of the server; null for files.
    """
    tables = [row[0] for row in connection.execute("show tables").fetchall()]
    if address is not None:
        write = write_postgres if form == "postgres" else write_mysql
        write(connection, tables, address)
        where = f'format = "{form}"\nurl_env = "{VARIABLE}"\nfrom = "NAME"\n'
    elif form in BOOKS:
        BOOKS[form](connection, tables, folder / f"tape.{form}")
        key = "sheet" if form == "xlsx" else "from"
        where = f'path = "tape.{form}"\n{key} = "NAME"\n'
    else:
        write_by_duckdb(connection, tables, folder / f"all.{form}")
        where = f'path = "NAME.{form}"\n'
    declared = [
        f"[sources.{name}]\nmax_bad_share = 1.0\n{where.replace('NAME', name)}"
        for name in tables
    ]
    (folder / "esg.toml").write_text(HEAD + "".join(declared), "utf-8")
    workspace = open_workspace(folder)
    workspace.load()
    return workspace


BOOKS: dict[str, Write] = {
    "xlsx": write_xlsx,
    "sqlite": write_sqlite,
    "duckdb": write_duckdb,
}


@pytest.fixture
def address(
    form: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str | None:
    """The address of the form's server, in the environment too; null for files."""
    if form not in SERVERS:
        return None
    server: Server = request.getfixturevalue(form)
    server.empty()
    monkeypatch.setenv(VARIABLE, server.address)
    return server.address


def stored(workspace: Workspace, table: str) -> pl.DataFrame:
    return workspace.sql(f"select * from {table} order by all")  # noqa: S608


def reasons(workspace: Workspace, *, numbered: bool) -> list[tuple[Any, ...]]:
    number = "row_number" if numbered else "null::bigint"
    # A binary fraction has no zeros at its end that a message could repeat.
    seen = "coalesce(try_cast(seen as decimal(38, 6))::varchar, seen)"
    return workspace.sql(
        f"select source, {number}, severity, rule, column_name, {seen}, key_md5 "  # noqa: S608
        "from finding order by all"
    ).rows()


@pytest.fixture(scope="module")
def lender() -> Iterator[Connection]:
    """The sample lender's tables with the types of their contracts."""
    project = open_workspace(shipped_folder("sample_data") / "lender").project
    connection = open_memory()
    connection.execute("set disabled_optimizers = 'type_pushdown'")
    for source in project.settings.sources:
        contract = project.tables[source.table]
        path = project.workspace / str(source.main.path)
        frame = (
            pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
            if path.suffix == ".csv"
            else pl.read_parquet(path)
        )
        columns = ", ".join(
            f"try_cast({name} as {contract.column(name).sql_type}) as {name}"
            for name in frame.columns
            if name in contract.column_names
        )
        put_arrow(connection, "raw", frame.to_arrow())
        select = f"select {columns} from raw"  # noqa: S608
        connection.execute(f"create table {source.table} as {select}")
        connection.execute("drop table raw")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def by_csv(lender: Connection, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """What every other form is compared with."""
    return in_form("csv", lender, tmp_path_factory.mktemp("csv"), None)


@pytest.fixture(scope="module")
def indicators_by_csv(by_csv: Workspace) -> pl.DataFrame:
    return by_csv.run(quarter="2026Q3", by=("product",))


@pytest.mark.slow
@pytest.mark.parametrize("form", [*FILES[1:], *SERVERS])
def test_the_sample_lender_is_the_same_in_every_form(
    form: str,
    lender: Connection,
    by_csv: Workspace,
    indicators_by_csv: pl.DataFrame,
    address: str | None,
    tmp_path: Path,
) -> None:
    workspace = in_form(form, lender, tmp_path, address)

    tables = [source.table for source in by_csv.project.settings.sources]
    assert len(tables) == 21
    for table in tables:
        assert_frame_equal(stored(workspace, table), stored(by_csv, table))
    is_numbered = form not in SERVERS
    found = reasons(workspace, numbered=is_numbered)
    assert found == reasons(by_csv, numbered=is_numbered)
    assert indicators_by_csv.filter(pl.col("status") == "ok").height > 100
    found_indicators = workspace.run(quarter="2026Q3", by=("product",))
    assert_frame_equal(found_indicators, indicators_by_csv)


BAD = """\
loan_id,product,currency,principal,term_months,disbursed_at,is_green,channel
l01,micro,CNY,1234.50,12,2026-01-05 10:00:00,true,app
l02,boat,CNY,12.00,12,2026-01-05 10:00:00,false,app
l03,micro,,12.00,12,2026-01-05 10:00:00,,
l04,micro,CNY,12.345,12,2026-01-05 10:00:00,true,app
l05,micro,CNY,-12.00,12,2026-01-05 10:00:00,true,app
l06,micro,CNY,12.00,12.5,2026-01-05 10:00:00,true,app
l07,micro,CNY,12.00,700,2026-02-30 10:00:00,true,app
l08,micro,CNY,12.00,12,2026-01-05 10:00:00,perhaps,app
l09,micro,CNY,12.00,12,2026-01-05 10:00:00,true,app
l09,micro,CNY,12.00,12,2026-01-05 10:00:00,true,app
l10,micro,CNY,12.00,12,2026-01-05 10:00:00,true,app
l10,micro,CNY,13.00,12,2026-01-05 10:00:00,true,app
,micro,CNY,12.00,,,,
l11,boat,,abc,x,y,z,=1+1
"""


@pytest.mark.parametrize("form", FORMS)
def test_bad_rows_have_the_same_reasons_in_every_form(
    form: str, address: str | None, tmp_path: Path
) -> None:
    (tmp_path / "loan.csv").write_text(BAD)
    connection = open_memory()
    connection.execute(
        f"create table loan as from read_csv('{tmp_path}/loan.csv', {CSV})"
    )
    for name in ("csv", "other"):
        (tmp_path / name).mkdir()

    by_csv = in_form("csv", connection, tmp_path / "csv", None)
    workspace = in_form(form, connection, tmp_path / "other", address)

    is_numbered = form not in SERVERS
    found = reasons(workspace, numbered=is_numbered)
    assert found == reasons(by_csv, numbered=is_numbered)
    assert len(found) == 17
    assert stored(workspace, "loan").rows() == stored(by_csv, "loan").rows()
    assert stored(workspace, "loan").height == 2
