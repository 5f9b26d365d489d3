"""Every malformed input of the list, through the command line as a user meets it.

A failed load says in plain words what is wrong and where, shows nobody's values, and
leaves the warehouse as it was; one that succeeds accounts for every row.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from load.malformed_files import FOLDER, Case, Cells, read_cases, read_cells, write

from esg.cli import main
from esg.engine.warehouse import open_for_reading
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = """\
currency = "CNY"
{top}
[institution]
id = "T"
name = {{en = "Test lender", zh = "测试机构"}}

[ids]
{ids}

{head}
[sources.member]
path = "member.csv"
max_bad_share = 1.0

[sources.deal]
{path}
{source}
"""
PEOPLE = "member_id,name,birth_year\nm1,A,1990\nm2,B,1985\nm3,C,\n"
KEY = 'published_key = "test-key-not-secret"'
OURS = {"warehouse.duckdb", ".warehouse.duckdb.lock"}

INNER_WORDS = re.compile(
    r"Traceback|[A-Z][a-z]+ Error\b|Exception|read_csv|read_parquet|read_json|stage_row"
    r"|reject_errors|\.scratch|strict_mode|ignore_errors|/tmp/"
)
"""What an engine says to its programmers, and where this machine keeps things."""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three people in it, to be copied."""
    root = tmp_path_factory.mktemp("malformed") / "loaded"
    shutil.copytree(FOLDER / "contracts", root / "queries" / "tables")
    (root / "member.csv").write_text(PEOPLE)
    toml = HEAD.format(top="", ids=KEY, head="", path='path = "deal.csv"', source="")
    (root / "esg.toml").write_text(toml)
    open_workspace(root).load("member")
    return root


@pytest.fixture
def workspace(loaded: Path, tmp_path: Path) -> Path:
    found = tmp_path / "workspace"
    shutil.copytree(loaded, found)
    return found


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give the signals back that the command line takes."""
    kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


def esg(workspace: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run our command in this process and return its exit code."""
    monkeypatch.chdir(workspace)
    monkeypatch.setattr(sys, "argv", ["esg", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def configure(case: Case, workspace: Path) -> None:
    data = case.data
    if "toml_bytes" in data:
        (workspace / "esg.toml").write_bytes(bytes.fromhex(data["toml_bytes"]))
        return
    source = str(data.get("source", ""))
    if "max_bad_share" not in source.partition("[")[0]:
        source = "max_bad_share = 1.0\n" + source
    path = data.get("source_path", f"path = {_quoted(data.get('path', case.file))}")
    toml = HEAD.format(
        top=data.get("top", ""),
        ids=data.get("ids", KEY),
        head=data.get("head", ""),
        path=path,
        source=source,
    )
    (workspace / "esg.toml").write_text(
        data.get("mark", "") + data.get("toml", toml), "utf-8"
    )


def _quoted(path: str) -> str:
    inside = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'.replace("\n", "\\n").replace("\0", "\\u0000")


def left_over(workspace: Path, before: set[str]) -> set[str]:
    return {path.name for path in workspace.iterdir()} - before - OURS


def ask(workspace: Path, query: str) -> list[tuple[object, ...]]:
    """Return what the warehouse holds, without the marts that 'esg sql' offers."""
    project = open_workspace(workspace).project
    tables = [project.tables[name] for name in ("member", "deal", "branch")]
    connection = open_for_reading(workspace / "warehouse.duckdb", tables)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def reasons(workspace: Path, source: str) -> list[str]:
    rows = ask(
        workspace,
        "select row_number, rule, coalesce(column_name, '-') from current_quarantine "  # noqa: S608
        f"where source = '{source}' order by all",
    )
    return [" ".join(str(value) for value in row) for row in rows]


@pytest.mark.parametrize(
    "case", read_cases(), ids=lambda case: f"{case.kind}-{case.name}"
)
def test_a_malformed_input_is_told_in_words_and_no_row_is_lost(
    case: Case,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(case, workspace)
    write(case, workspace)
    warehouse = (workspace / "warehouse.duckdb").read_bytes()
    before = {path.name for path in workspace.iterdir()}

    code = esg(workspace, *case.arguments, monkeypatch=monkeypatch)

    out, told = capsys.readouterr()
    assert code == case.exit_code, told
    assert out == ""
    assert [word for word in case.says if word not in told] == [], told
    assert [word for word in case.hides if word in told] == [], told
    assert INNER_WORDS.findall(told) == [], told
    assert str(workspace) not in told
    assert left_over(workspace, before) == set()
    if code:
        assert told.startswith("esg: error: ")
        assert "\nesg: hint: " in told, told
        assert (workspace / "warehouse.duckdb").read_bytes() == warehouse
        return
    source = case.data.get("counts_of", "deal")
    counts = (
        "select rows_read, rows_stored, rows_duplicate, rows_quarantined from load "  # noqa: S608
        f"where source = '{source}'"
    )
    assert ask(workspace, counts) == [case.counts], told
    read, stored, copies, quarantined = case.counts
    assert read == stored + copies + quarantined
    assert reasons(workspace, source) == case.bad
    for query, value in case.data.get("stored", {}).items():
        assert str(ask(workspace, query)[0][0]) == str(value)
    kept = str(ask(workspace, "select * from finding"))
    assert [word for word in case.hides if word in kept] == []


@pytest.mark.parametrize("group", read_cells(), ids=lambda group: group.name)
def test_an_odd_cell_is_stored_exactly_or_quarantined_with_its_reason(
    group: Cells,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    head = ["deal_id", *(["product"] if group.column != "product" else [])]
    lines = [",".join([*head, group.column])]
    for at, (cell, _, _) in enumerate(group.cells, start=1):
        key = [f"d{at}", *(["micro"] if group.column != "product" else [])]
        lines.append(",".join([*key, '"' + cell.replace('"', '""') + '"']))
    (workspace / "deal.csv").write_text("\n".join(lines) + "\n", "utf-8")
    data = {"name": group.name, "source": group.source}
    configure(Case("cells", group.name, "deal.csv", data), workspace)

    code = esg(workspace, "load", monkeypatch=monkeypatch)

    assert code == 0, capsys.readouterr().err
    bad = "select row_number, rule, column_name from current_quarantine"
    good = f"select deal_id, cast({group.column} as varchar) from deal"  # noqa: S608
    became = {
        int(str(key)[1:]): f"= {'-' if value is None else value}"
        for key, value in ask(workspace, good)
    }
    for row, rule, column in ask(workspace, bad):
        assert column == group.column
        assert row not in became, f"row {row} stands twice"
        became[int(str(row))] = str(rule)
    expected = {at: outcome for at, (_, outcome, _) in enumerate(group.cells, start=1)}
    assert became == expected, [
        (group.cells[at - 1], became.get(at))
        for at in expected
        if became.get(at) != expected[at]
    ]
