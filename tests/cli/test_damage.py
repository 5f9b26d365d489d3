"""What a person meets who has a damaged warehouse, or asks for what no table holds."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from esg.cli import main
from esg.engine.duck import open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from esg.workspace import Workspace

    Run = Callable[..., tuple[int, str, str]]

LOANS = "loan_id,product,currency\nl1,micro,CNY\nl2,payday,CNY\n"


@pytest.fixture
def folder(make_workspace: Callable[..., Workspace]) -> Path:
    workspace = make_workspace(loan=LOANS)
    workspace.load()
    return workspace.project.workspace


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Return a runner of our command in this process: exit code, output, narration."""
    kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["esg", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, told = capfd.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, out, told

    yield command
    for name, handler in kept.items():
        signal.signal(name, handler)


@pytest.mark.parametrize("moment", ["²", "tomorrow", "2026-13-01", "-1", ""])
def test_a_moment_that_is_none_is_wrong_usage(run: Run, moment: str) -> None:
    code, _, told = run("sql", "--known-at", moment, "select 1")

    assert code == 2
    assert "neither a load number nor a day" in told


def test_the_last_day_of_all_is_a_moment(run: Run) -> None:
    code, out, _ = run(
        "sql", "--known-at", "9999-12-31", "select count(*) as n from loan"
    )

    assert (code, out) == (0, "n\n1\n")


def test_lists_and_structures_go_into_a_csv_as_json(run: Run) -> None:
    code, out, _ = run("sql", "select [1, 2] as l, {'a': '是'} as s, null::int[] as n")

    assert (code, out) == (0, 'l,s,n\n"[1, 2]","{""a"": ""是""}",\n')


def test_a_type_that_no_table_holds_is_told(run: Run) -> None:
    code, _, told = run("sql", "select interval 1 day as i")

    assert code == 3
    assert "cast(x as varchar)" in told


@pytest.mark.parametrize(
    "arguments",
    [("load",), ("loads",), ("check",), ("sql", "select 1"), ("quarantine", "list")],
)
def test_a_database_of_somebody_else_is_told(
    run: Run, folder: Path, arguments: tuple[str, ...]
) -> None:
    warehouse = folder / "warehouse.duckdb"
    warehouse.unlink()
    other = open_file(warehouse, read_only=False)
    other.execute("create table load as select 1 as kind")
    other.close()

    code, _, told = run(*arguments)

    assert code == 4
    assert "version of esg" in told
    assert "Move it away" in told


def test_a_warehouse_that_is_cut_off_is_told_whatever_reads_it(
    run: Run, folder: Path
) -> None:
    warehouse = folder / "warehouse.duckdb"
    whole = warehouse.read_bytes()

    for size in range(4096, len(whole), len(whole) // 6):
        warehouse.write_bytes(whole[:size])
        for arguments in (("sql", "select * from loan"), ("check",), ("loads",)):
            code, _, told = run(*arguments)
            assert code == 0 or (code == 4 and "esg: hint: " in told), told


@pytest.mark.parametrize(
    "name", ["warehouse.duckdb.loading", ".warehouse.duckdb.scratch"]
)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_stands_where_a_load_works_is_swept_away(
    run: Run, folder: Path, name: str, kind: str
) -> None:
    if kind == "file":
        (folder / name).write_text("left behind")
    else:
        (folder / name / "inside").mkdir(parents=True)

    code, _, told = run("load")

    assert code == 0, told
    assert not (folder / name).exists()
