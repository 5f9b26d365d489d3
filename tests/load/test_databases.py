"""DuckDB and SQLite files: tables and queries, exact values, only what is new."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from esg.engine.duck import open_file
from esg.errors import ContentError, DataError, EsgError, MachineError, UsageError
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

ALL = 'max_bad_share = 1.0\nfrom = "loans"\n'
KINDS = ("sqlite", "duckdb")


def write(path: Path, *statements: str) -> None:
    """Run statements in a database file, which is made when absent."""
    if path.suffix == ".duckdb":
        connection = open_file(path, read_only=False)
        for statement in statements:
            connection.execute(statement)
        connection.close()
    else:
        with closing(sqlite3.connect(path)) as file, file:
            for statement in statements:
                file.execute(statement)


def database(
    make: Make, kind: str, *statements: str, extra: str = ALL
) -> tuple[Workspace, Path]:
    """Return a workspace whose loans stand in a database, and the file."""
    workspace = make(f'[sources.loan]\npath = "tape.{kind}"\n{extra}')
    path = workspace.project.workspace / f"tape.{kind}"
    write(path, *statements)
    return workspace, path


TABLE = (
    "create table loans (loan_id varchar, product varchar, currency varchar, "
    "principal decimal(18, 2), changed timestamp)"
)
LOANS = (
    TABLE,
    "insert into loans values ('l1', 'micro', 'CNY', 1234.56, '2026-01-05 10:00:00')",
    "insert into loans values ('l2', 'boat', 'CNY', 5, '2026-01-06 10:00:00')",
    "insert into loans values ('l3', 'auto', 'CNY', 7, '2026-01-06 10:00:00')",
)
"""Both kinds run these."""


def loans(workspace: Workspace) -> list[tuple[str, str]]:
    frame = workspace.sql("select loan_id, principal::varchar from loan order by all")
    return [(row[0], row[1]) for row in frame.iter_rows()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_is_loaded_and_its_rejected_rows_shown(
    make_workspace: Make, kind: str
) -> None:
    workspace, path = database(make_workspace, kind, *LOANS)
    before = path.read_bytes()
    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored, counts.quarantined) == (3, 2, 1)
    assert loans(workspace) == [("l1", "1234.56"), ("l3", "7.00")]
    rejected = (
        workspace.rejected_rows("loan")
        .drop("quarantine_load", "quarantine_line")
        .rows()
    )
    assert [row[:2] + row[3:5] for row in rejected] == [
        (f"tape.{kind}, table 'loans'", 2, "l2", "boat")
    ]
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_is_answered_by_the_file(make_workspace: Make, kind: str) -> None:
    query = "select * from loans where product <> 'boat' order by loan_id desc"
    extra = f'query = "{query}"\n'
    workspace, _ = database(make_workspace, kind, *LOANS, extra=extra)
    # A table of the warehouse with the name that the query uses is another one.
    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored) == (2, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_are_the_same_content(make_workspace: Make, kind: str) -> None:
    workspace, path = database(make_workspace, kind, *LOANS)
    workspace.load()
    write(path, "create table other (a integer)")
    assert workspace.load().sources[0].unchanged

    write(path, "update loans set principal = 8 where loan_id = 'l3'")
    result = workspace.load().sources[0]
    assert (result.unchanged, result.added, result.superseded) == (False, 1, 1)
    write(path, "delete from loans where loan_id = 'l2'")
    with pytest.raises(DataError, match="content is not what load 2 read"):
        workspace.rejected_rows("loan")


@pytest.mark.parametrize("kind", KINDS)
def test_rejected_rows_of_a_database_are_mended_and_retried(
    make_workspace: Make, kind: str, tmp_path: Path
) -> None:
    workspace, _ = database(make_workspace, kind, *LOANS)
    workspace.load()
    mended = tmp_path / "mended.csv"
    workspace.rejected_rows("loan").write_csv(mended)
    mended.write_text(mended.read_text().replace("boat", "micro"))
    workspace.retry("loan", mended)

    assert loans(workspace) == [("l1", "1234.56"), ("l2", "5.00"), ("l3", "7.00")]
    assert workspace.load().sources[0].unchanged


SINCE = f'{ALL}since = "changed"\nmode = "incremental"\n'


def row(loan_id: str, principal: int, changed: str) -> str:
    """Return the statement that adds a loan; ``changed`` as SQL."""
    cells = f"'{loan_id}', 'micro', 'CNY', {principal}, {changed}"
    return f"insert into loans values ({cells})"  # noqa: S608


def fetched(workspace: Workspace) -> tuple[bool, int, int, int]:
    """Load, and return whether nothing was new, rows read, added and superseded."""
    done = workspace.load().sources[0]
    return done.unchanged, done.counts.read, done.added, done.superseded


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changed", ["timestamp", "bigint"])
def test_only_rows_from_the_last_value_on_are_fetched(
    make_workspace: Make, kind: str, changed: str
) -> None:
    one, two, three = (
        ("'2026-01-09 10:00:00'", "'2026-01-10 10:00:00'", "'2026-01-11 10:00:00'")
        if changed == "timestamp"
        # Compared as text, 10 would come before 9.
        else ("9", "10", "11")
    )
    workspace, path = database(
        make_workspace,
        kind,
        TABLE.replace("timestamp", changed),
        row("a", 1, one),
        row("b", 2, two),
        row("n", 3, "null"),
        extra=SINCE,
    )
    assert fetched(workspace) == (False, 3, 3, 0)
    assert fetched(workspace)[0]

    # In the moment of the last row another one, later a new and a corrected one, and a
    # change to an old row that the column does not tell.
    write(path, row("c", 4, two))
    assert fetched(workspace) == (False, 3, 1, 0)
    assert workspace.history().height == 2
    write(
        path,
        row("d", 5, three),
        "delete from loans where loan_id = 'b'",
        row("b", 20, three),
        "update loans set principal = 99 where loan_id = 'a'",
    )
    assert fetched(workspace) == (False, 4, 2, 1)
    assert fetched(workspace)[0]
    assert loans(workspace) == [
        ("a", "1.00"),
        ("b", "20.00"),
        ("c", "4.00"),
        ("d", "5.00"),
        ("n", "3.00"),
    ]
    assert workspace.history().height == 3


def test_what_was_undone_is_fetched_again(make_workspace: Make) -> None:
    workspace, path = database(make_workspace, "sqlite", *LOANS, extra=SINCE)
    workspace.load()
    write(
        path,
        "insert into loans values ('l4', 'auto', 'CNY', 9, '2026-02-01 10:00:00')",
    )
    workspace.load()

    workspace.undo("loan", to=1)
    assert fetched(workspace) == (False, 3, 1, 0)
    workspace.undo("loan")
    assert fetched(workspace) == (False, 4, 3, 0)


def test_another_question_is_asked_from_the_start(make_workspace: Make) -> None:
    workspace, _ = database(make_workspace, "sqlite", *LOANS, extra=SINCE)
    workspace.load()
    toml = workspace.project.workspace / "esg.toml"
    toml.write_text(toml.read_text().replace('"changed"', '"loan_id"'))
    again = open_workspace(workspace.project.workspace)

    assert again.load().sources[0].counts.read == 3


def test_rejected_rows_of_an_increment_cannot_be_found_again(
    make_workspace: Make,
) -> None:
    workspace, _ = database(make_workspace, "sqlite", *LOANS, extra=SINCE)
    workspace.load()

    with pytest.raises(UsageError, match="no row numbers"):
        workspace.rejected_rows("loan")


CELLS: list[tuple[str, str, object]] = [
    ("channel", "'00123'", "00123"),
    ("channel", "123", "123"),
    ("channel", "9223372036854775807", "9223372036854775807"),
    ("channel", "1.5", "1.5"),
    ("channel", "''", None),
    ("principal", "1234.56", "1234.56"),
    ("principal", "0.1 + 0.2", "0.30"),
    ("principal", "12345678901234.56", "12345678901234.56"),
    ("principal", "'1234.56'", "1234.56"),
    ("principal", "1.005", ["type"]),
    ("principal", "9e999", ["type"]),
    ("term_months", "12", "12"),
    ("term_months", "12.0", "12"),
    ("vehicle_km_per_year", "0.1234567890123456", "0.1234567890123456"),
    ("is_green", "1", "true"),
    ("is_green", "0", "false"),
    ("contract_signed_date", "'2026-01-05'", "2026-01-05"),
    ("disbursed_at", "'2026-01-05 10:00:00+00:00'", "2026-01-05 18:00:00"),
    ("contract_signed_date", "20260105", ["type"]),
]
"""A column, SQL for what SQLite keeps in it, and the text of what is stored: or the
reasons why nothing is."""


def test_values_of_sqlite_keep_their_digits(make_workspace: Make) -> None:
    columns = list(dict.fromkeys(column for column, _, _ in CELLS))
    rows = [
        f"select 'l{at:02}', 'micro', 'CNY', "
        + ", ".join(value if c == column else "null" for c in columns)
        for at, (column, value, _) in enumerate(CELLS)
    ]
    workspace, _ = database(
        make_workspace,
        "sqlite",
        f"create table loans (loan_id, product, currency, {', '.join(columns)})",
        f"insert into loans {' union all '.join(rows)}",
    )
    workspace.load()

    texts = ", ".join(f"{c}::varchar as {c}" for c in columns)
    stored = workspace.sql(f"select loan_id, {texts} from loan")  # noqa: S608
    kept = stored.rows_by_key("loan_id", named=True, unique=True)
    reasons = dict(workspace.sql("select row_number - 1, [rule] from finding").rows())
    found = [
        (column, value, reasons.get(at) or kept[f"l{at:02}"][column])
        for at, (column, value, _) in enumerate(CELLS)
    ]
    assert found == CELLS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("extra", "family", "words"),
    [
        ('from = "loan"\n', DataError, ("no table 'loan'", "did you mean 'loans'")),
        ('query = "select nope from loans"\n', ContentError, ("query", "nope")),
        ('query = "selec"\n', ContentError, ("[sources.loan]", "does not run")),
        ("query = \"attach 'x.db' as x\"\n", ContentError, ("does not run",)),
        (
            f"{SINCE.replace('changed', 'change')}",
            ContentError,
            ("no column 'change'", "did you mean 'changed'"),
        ),
    ],
)
def test_a_wrong_declaration_of_a_database_is_told(
    make_workspace: Make,
    kind: str,
    extra: str,
    family: type[EsgError],
    words: tuple[str, ...],
) -> None:
    workspace, _ = database(make_workspace, kind, *LOANS, extra=extra)

    with pytest.raises(family) as told:
        workspace.load()

    assert [word for word in words if word not in told.value.message] == []
    assert told.value.hint


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("sqlite", b"", "empty"),
        ("duckdb", b"", "empty"),
        ("sqlite", b"loan_id,product\n" * 99, "no SQLite database"),
        ("sqlite", b"SQLite format 3\0" + bytes(5000), "encrypted or damaged"),
        ("duckdb", b"loan_id,product\n" * 99, "no DuckDB database"),
        ("sqlite", bytes(8) + b"DUCK" + bytes(5000), 'format = "duckdb"'),
        ("duckdb", b"SQLite format 3\0" + bytes(5000), 'format = "sqlite"'),
        ("duckdb", bytes(8) + b"DUCK" + bytes(20000), "another version"),
    ],
)
def test_a_file_that_is_no_such_database_says_what_it_is(
    make_workspace: Make, kind: str, content: bytes, words: str
) -> None:
    workspace, path = database(make_workspace, kind)
    path.write_bytes(content)

    with pytest.raises(DataError) as told:
        workspace.load()

    assert words in f"{told.value.message} {told.value.hint}"
    assert told.value.message.startswith(f"tape.{kind}")


def test_an_absent_database_is_told_and_not_made(make_workspace: Make) -> None:
    workspace = make_workspace(f'[sources.loan]\npath = "tape.sqlite"\n{ALL}')

    with pytest.raises(DataError, match="there is no such file"):
        workspace.load()

    assert not (workspace.project.workspace / "tape.sqlite").exists()


def test_bytes_in_sqlite_are_refused_by_their_column(make_workspace: Make) -> None:
    workspace, _ = database(
        make_workspace,
        "sqlite",
        "create table loans (loan_id, photo)",
        "insert into loans values ('l1', x'ff')",
    )

    with pytest.raises(DataError, match=r"column 'photo'.*bytes"):
        workspace.load()


def test_a_database_that_another_program_holds_is_told(make_workspace: Make) -> None:
    workspace, path = database(make_workspace, "sqlite", *LOANS)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(MachineError, match="another program holds"):
            workspace.load()


def test_a_duckdb_that_another_process_holds_is_told(make_workspace: Make) -> None:
    workspace, path = database(make_workspace, "duckdb", *LOANS)
    holds = (
        "import sys; from pathlib import Path; from esg.engine.duck import open_file; "
        "c = open_file(Path(sys.argv[1]), read_only=False); print('held', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(MachineError, match="another program holds"):
            workspace.load()
        other.communicate()


def test_rows_not_yet_folded_into_the_file_count(make_workspace: Make) -> None:
    workspace, path = database(make_workspace, "sqlite", *LOANS)
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma journal_mode = wal")
        workspace.load()
        whole = path.read_bytes()
        other.execute("insert into loans values ('l4', 'auto', 'CNY', 1, null)")
        other.commit()
        assert path.read_bytes() == whole

        assert workspace.load().sources[0].added == 1


def test_the_warehouse_is_no_source_of_itself(make_workspace: Make) -> None:
    workspace, _ = database(make_workspace, "duckdb", *LOANS)
    workspace.load()
    itself = make_workspace(
        f'[sources.loan]\npath = "{workspace.warehouse.name}"\nformat = "duckdb"\n{ALL}'
    )

    with pytest.raises(DataError, match="the warehouse itself"):
        itself.load()


def test_a_mapping_joins_a_workbook_a_database_and_a_csv(make_workspace: Make) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    workspace = make_workspace(
        '[sources.loan]\npath = "tape.xlsx"\n'
        '[sources.loan.inputs.names]\npath = "code.csv"\n'
        '[sources.loan.inputs.amounts]\npath = "a.sqlite"\nfrom = "amounts"\n'
    )
    folder = workspace.project.workspace
    with xlsxwriter.Workbook(folder / "tape.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([["no", "code"], ["l1", 7], ["l2", 8]]):
            sheet.write_row(at, 0, row)
    (folder / "code.csv").write_text("code,product\n7,micro\n8,auto\n")
    write(
        folder / "a.sqlite",
        "create table amounts (no text, amount real)",
        "insert into amounts values ('l1', 12.3), ('l2', 0.1 + 0.2)",
    )
    (folder / "sources").mkdir()
    (folder / "sources" / "loan.sql").write_text(
        "select source.no as loan_id, product, 'CNY' as currency, "
        "amount as principal, source.source_row from source "
        "join names using (code) join amounts on amounts.no = source.no"
    )
    workspace.load()

    assert loans(workspace) == [("l1", "12.30"), ("l2", "0.30")]
    assert workspace.load().sources[0].unchanged
