"""PostgreSQL and MariaDB, real ones: exact values, what is new, and no word of who."""

from __future__ import annotations

import re
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError, DataError, EsgError, MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from load.conftest import Server

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

pytestmark = pytest.mark.slow

KINDS = ("postgres", "mysql")
ALL = 'from = "loans"\n'
TABLE = (
    "create table loans (loan_id varchar(20), product varchar(20), "
    "currency char(3), principal numeric(18, 2), changed timestamp null)"
)


def row(loan_id: str, product: str = "micro", changed: str = "null") -> str:
    """Return the statement that adds a loan; ``changed`` as SQL."""
    cells = f"'{loan_id}', '{product}', 'CNY', 1234567890123456.78, {changed}"
    return f"insert into loans values ({cells})"  # noqa: S608


@pytest.fixture
def server(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Server:
    """One of the two servers, without any table, its address in the environment."""
    found: Server = request.getfixturevalue(kind)
    found.empty()
    monkeypatch.setenv("TAPE_URL", found.address)
    return found


def declared(make: Make, kind: str, extra: str = ALL) -> Workspace:
    return make(
        f'[sources.loan]\nformat = "{kind}"\nurl_env = "TAPE_URL"\n'
        f"max_bad_share = 1.0\n{extra}"
    )


@contextmanager
def told(family: type[EsgError]) -> Iterator[list[str]]:
    """Expect an error that names nobody, also not to who prints its whole chain."""
    words: list[str] = []
    with pytest.raises(family) as caught:
        yield words
    words.append(f"{caught.value.message} {caught.value.hint}")
    chain = "".join(traceback.format_exception(caught.value))
    chain = "\n".join(x for x in chain.splitlines() if not x.startswith("  "))
    secrets = ["tape_reader", "pa55", "127.0.0.1", "secret", "nobody.invalid"]
    assert [secret for secret in secrets if secret in chain] == []
    assert caught.value.hint


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_is_loaded_and_the_same_rows_are_the_same_content(
    make_workspace: Make, server: Server, kind: str
) -> None:
    for statement in (TABLE, row("l1"), row("l2", "boat"), row("l3")):
        server.run(statement)
    workspace = declared(make_workspace, kind)
    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored, counts.quarantined) == (3, 2, 1)
    stored = workspace.sql("select loan_id, principal::varchar, currency from loan")
    assert sorted(stored.rows()) == [
        ("l1", "1234567890123456.78", "CNY"),
        ("l3", "1234567890123456.78", "CNY"),
    ]
    # The same rows in another order, as after an update.
    server.run("delete from loans where loan_id = 'l1'")
    server.run(row("l1"))
    assert workspace.load().sources[0].unchanged
    assert workspace.history()["file"].to_list() == ["$TAPE_URL"]
    with pytest.raises(UsageError, match="no row numbers"):
        workspace.rejected_rows("loan")
    kept = workspace.warehouse.read_bytes()
    assert [s for s in (b"tape_reader", b"pa55", b"127.0.0.1") if s in kept] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_is_answered_by_the_server(
    make_workspace: Make, server: Server, kind: str
) -> None:
    for statement in (TABLE, row("l1"), row("l2", "boat")):
        server.run(statement)
    query = "select * from loans where product <> 'boat'"
    workspace = declared(make_workspace, kind, f'query = "{query}"\n')

    assert workspace.load().sources[0].counts.read == 1


POSTGRES: list[tuple[str, str, object]] = [
    ("channel", "'00123'::text", "00123"),
    ("channel", "'app'::char(9)", "app"),
    ("channel", "9223372036854775807::int8", "9223372036854775807"),
    ("channel", "1.50::numeric(9,2)", "1.50"),
    ("channel", "'手机'::varchar", "手机"),
    ("channel", "'{\"a\": 1}'::jsonb", '{"a": 1}'),
    ("principal", "9999999999999999.99::numeric(18,2)", "9999999999999999.99"),
    ("principal", "0.1::float8 + 0.2::float8", "0.30"),
    ("principal", "1234.56::float4", "1234.56"),
    ("principal", "1234.56::money", "1234.56"),
    ("principal", "1.005::numeric", ["type"]),
    ("principal", "'NaN'::numeric", ["type"]),
    ("contract_rate", "0.043500::numeric(9,6)", "0.043500"),
    ("term_months", "12::int2", "12"),
    ("vehicle_km_per_year", "0.1234567890123456::float8", "0.1234567890123456"),
    ("is_green", "true", "true"),
    ("is_green", "false", "false"),
    ("contract_signed_date", "date '2026-01-05'", "2026-01-05"),
    ("contract_signed_date", "date 'infinity'", ["type"]),
    ("contract_signed_date", "timestamptz '2026-01-04 16:30+00'", "2026-01-05"),
    ("disbursed_at", "timestamp '2026-01-05 10:00:00.123456'", None),
    ("disbursed_at", "timestamptz '2026-01-05 10:00:00+00'", "2026-01-05 18:00:00"),
    ("disbursed_at", "timestamp '-infinity'", ["type"]),
]
MYSQL: list[tuple[str, str, object]] = [
    ("channel", "cast('00123' as char)", "00123"),
    ("channel", "cast(18446744073709551615 as unsigned)", "18446744073709551615"),
    ("channel", "cast(1.50 as decimal(9, 2))", "1.50"),
    ("channel", "cast('手机' as char)", "手机"),
    ("principal", "cast(9999999999999999.99 as decimal(18, 2))", None),
    ("principal", "cast(0.1e0 + 0.2e0 as double)", "0.30"),
    ("principal", "cast(1.005 as decimal(9, 3))", ["type"]),
    ("contract_rate", "cast(0.0435 as decimal(9, 6))", "0.043500"),
    ("term_months", "12", "12"),
    ("vehicle_km_per_year", "cast(0.1234567890123456 as double)", None),
    ("is_green", "true", "true"),
    ("is_green", "0", "false"),
    ("is_green", "5", ["type"]),
    ("contract_signed_date", "date '2026-01-05'", "2026-01-05"),
    ("disbursed_at", "timestamp '2026-01-05 10:00:00.123456'", None),
    ("disbursed_at", "'0000-00-00 00:00:00'", ["type"]),
]
GIVEN = {
    "timestamp '2026-01-05 10:00:00.123456'": "2026-01-05 10:00:00.123456",
    "cast(9999999999999999.99 as decimal(18, 2))": "9999999999999999.99",
    "cast(0.1234567890123456 as double)": "0.1234567890123456",
}
"""What is stored where the line above has no room for it."""


@pytest.mark.parametrize("kind", KINDS)
def test_values_of_a_server_keep_their_digits(
    make_workspace: Make, server: Server, kind: str
) -> None:
    del server
    cells = POSTGRES if kind == "postgres" else MYSQL
    wanted = [(c, value, kept or GIVEN[value]) for c, value, kept in cells]
    found = []
    for at, (column, value, _) in enumerate(cells):
        query = (
            f"select 'l{at}' as loan_id, 'micro' as product, 'CNY' as currency, "
            f"{value} as {column}"
        )
        workspace = declared(make_workspace, kind, f"query = '''{query}'''\n")
        workspace.load()
        rows = workspace.sql(f"select {column}::varchar from loan").rows()  # noqa: S608
        reasons = workspace.quarantine()["rule"].to_list()
        found.append((column, value, reasons or rows[0][0]))

    assert found == wanted


def test_a_moment_of_mysql_is_that_of_the_institution(
    make_workspace: Make, mysql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPE_URL", mysql.address)
    mysql.run("drop table if exists loans")
    mysql.run(
        "create table loans (loan_id int, product text, currency text, "
        "disbursed_at timestamp, cost_sheet_acknowledged_at datetime)"
    )
    # The server's own zone is five hours behind UTC.
    mysql.run(
        "insert into loans values (1, 'micro', 'CNY', "
        "'2026-01-05 10:00:00', '2026-01-05 10:00:00')"
    )
    workspace = declared(make_workspace, "mysql")
    workspace.load()

    stored = workspace.sql(
        "select disbursed_at::varchar, cost_sheet_acknowledged_at::varchar from loan"
    )
    assert stored.rows() == [("2026-01-05 23:00:00", "2026-01-05 10:00:00")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changed", ["timestamp", "bigint", "decimal(30, 5)"])
def test_only_rows_from_the_last_value_on_are_fetched(
    make_workspace: Make, server: Server, kind: str, changed: str
) -> None:
    one, two, three = (
        ("'2026-01-09 10:00:00'", "'2026-01-10 10:00:00'", "'2026-01-11 10:00:00'")
        if changed == "timestamp"
        # As texts, and as binary fractions, these have another order or none.
        else ("99", "9007199254740992", "9007199254740993")
    )
    server.run(TABLE.replace("timestamp", changed))
    for statement in (row("a", changed=one), row("b", changed=two), row("n")):
        server.run(statement)
    extra = f'{ALL}since = "changed"\nmode = "incremental"\n'
    workspace = declared(make_workspace, kind, extra)

    def fetched() -> tuple[bool, int, int, int]:
        done = workspace.load().sources[0]
        return done.unchanged, done.counts.read, done.added, done.superseded

    assert fetched() == (False, 3, 3, 0)
    assert fetched()[0]
    server.run(row("c", changed=two))
    assert fetched() == (False, 3, 1, 0)
    server.run(row("d", changed=three))
    server.run("delete from loans where loan_id = 'b'")
    server.run(row("b", "auto", three))
    assert fetched() == (False, 4, 2, 1)
    assert fetched()[0]
    assert workspace.history().height == 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("extra", "family", "words"),
    [
        ('from = "loan"\n', DataError, "did you mean 'loans'"),
        ('query = "select nope from loans"\n', ContentError, "nope"),
        ('query = "selec"\n', ContentError, "does not run"),
        ('query = "insert into loans values (1)"\n', ContentError, "does not run"),
        (f'{ALL}since = "change"\nmode = "incremental"\n', ContentError, "'changed'"),
        ('from = "other"\n', DataError, "column 'photo': it holds bytes"),
    ],
)
def test_a_wrong_declaration_is_told_without_an_address(
    make_workspace: Make,
    server: Server,
    kind: str,
    extra: str,
    family: type[EsgError],
    words: str,
) -> None:
    binary = "bytea" if kind == "postgres" else "blob"
    server.run(TABLE)
    server.run(f"create table other (loan_id int, photo {binary})")
    server.run("insert into other values (1, 'x')")
    workspace = declared(make_workspace, kind, extra)

    with told(family) as found:
        workspace.load()

    assert words in found[0]


@pytest.mark.parametrize("kind", ["postgres"])
@pytest.mark.parametrize("rows", [10, 300_000])
def test_a_query_that_breaks_off_in_the_middle_is_told_without_a_value(
    make_workspace: Make, server: Server, kind: str, rows: int
) -> None:
    del server
    last = f"case when i = {rows} then 'secret' else '1' end"
    series = f"generate_series(1, {rows}) as i"
    query = f"select {last}::int as loan_id from {series}"  # noqa: S608
    workspace = declared(make_workspace, kind, f'query = "{query}"\n')

    with told(DataError) as found:
        workspace.load()

    assert "broke off" in found[0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_user_may_not_read_is_told(
    make_workspace: Make,
    server: Server,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.run(TABLE)
    if kind == "postgres":
        server.run("drop role if exists nobody_secret")
        server.run("create role nobody_secret login password 'secret'")
    else:
        server.run("create or replace user nobody_secret identified by 'secret'")
        server.run("create table if not exists open_table (a int)")
        server.run("grant select on tape.open_table to nobody_secret")
    address = server.address.split("@")[1]
    scheme = "postgresql" if kind == "postgres" else "mysql"
    monkeypatch.setenv("TAPE_URL", f"{scheme}://nobody_secret:secret@{address}")
    workspace = declared(make_workspace, kind)

    with told(DataError) as found:
        workspace.load()

    assert "may not read" in found[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("old", "new", "family", "words"),
    [
        ("pa55%20w%40rd%2Ftape@", "secret@", MachineError, "password is wrong"),
        (r"/tape$", "/secretbase", MachineError, "no such database"),
        ("127.0.0.1", "nobody.invalid", MachineError, "$TAPE_URL"),
        # Nobody listens there.
        (r":\d+/tape$", ":1/tape", MachineError, "nothing"),
        ("://", "=", ContentError, "no address"),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_without_its_address(
    make_workspace: Make,
    server: Server,
    kind: str,
    old: str,
    new: str,
    family: type[EsgError],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAPE_URL", re.sub(old, new, server.address))
    workspace = declared(make_workspace, kind)

    with told(family) as found:
        workspace.load()

    assert words in found[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_asleep_is_no_reason_to_lose_the_warehouse(
    make_workspace: Make,
    server: Server,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.run(TABLE)
    server.run(row("l1"))
    workspace = declared(make_workspace, kind)
    workspace.load()
    before = workspace.warehouse.read_bytes()
    monkeypatch.setenv("TAPE_URL", re.sub(r":\d+/tape$", ":1/tape", server.address))

    with told(MachineError):
        workspace.load()

    assert workspace.warehouse.read_bytes() == before
