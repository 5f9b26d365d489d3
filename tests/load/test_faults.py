"""Full disks, files that change under the reader, and loads at the same time."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from esg.engine.warehouse import open_for_reading
from esg.errors import DataError, MachineError
from esg.load import inputs
from esg.load.stage import create_stage
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.table import TableContract
    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

HEAD = "loan_id,product,currency,principal\n"
LOCK = ".warehouse.duckdb.lock"


def loans(size: int) -> str:
    return HEAD + "".join(f"l{at},micro,CNY,{at % 977}\n" for at in range(size))


def command(workspace: Workspace, *words: str) -> list[str]:
    folder = str(workspace.project.workspace)
    return [sys.executable, "-m", "esg", "--workspace", folder, "load", *words]


def files(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.project.workspace.iterdir())


def rewrite(path: Path) -> None:
    """Other bytes of the same length, and the old times set back."""
    times = path.stat()
    path.write_text(path.read_text().replace("10", "11"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def truncate(path: Path) -> None:
    path.write_text(HEAD + "l1,mic")


def grow(path: Path) -> None:
    with path.open("a") as file:
        file.write("l3,micro,CNY,30\n")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (rewrite, "was written"),
        (truncate, "was written"),
        (grow, "was written"),
        (lambda path: path.unlink(), "vanished"),
    ],
    ids=["rewritten", "truncated", "grown", "removed"],
)
def test_a_file_that_changes_after_it_was_hashed_is_not_stored(
    make_workspace: Make,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], None],
    word: str,
) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,9\n")
    workspace.load()
    before = workspace.warehouse.read_bytes()
    path = workspace.project.workspace / "loan.csv"
    path.write_text(HEAD + "l1,micro,CNY,10\nl2,micro,CNY,20\n")

    def change_then_stage(
        connection: Connection, contract: TableContract, *, is_few: bool
    ) -> None:
        change(path)
        create_stage(connection, contract, is_few=is_few)

    monkeypatch.setattr(inputs, "create_stage", change_then_stage)

    with pytest.raises(DataError, match=f"loan.csv: the file {word} while"):
        workspace.load()

    assert workspace.warehouse.read_bytes() == before


@pytest.mark.parametrize("room", [-5000, 0, 100_000, 400_000, 1_000_000])
def test_a_full_disk_leaves_the_old_warehouse_and_says_so(
    make_workspace: Make, room: int
) -> None:
    workspace = make_workspace(loan=loans(2000))
    workspace.load()
    before = workspace.warehouse.read_bytes()
    (workspace.project.workspace / "loan.csv").write_text(loans(150_000))
    limit = len(before) + room

    done = subprocess.run(
        command(workspace),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    assert done.returncode == 6, done.stderr
    assert "warehouse.duckdb could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert workspace.warehouse.read_bytes() == before
    assert files(workspace) == [LOCK, "esg.toml", "loan.csv", "warehouse.duckdb"]


@pytest.mark.skipif(
    shutil.which("setpriv") is None, reason="setpriv of util-linux is not here"
)
def test_a_folder_that_may_not_be_written_is_told(make_workspace: Make) -> None:
    workspace = make_workspace(loan=loans(10))
    folder = workspace.project.workspace
    # Root may write everywhere unless it gives that up.
    as_anyone = ["setpriv", "--bounding-set", "-dac_override"] if is_root() else []
    folder.chmod(0o555)
    try:
        done = subprocess.run(
            [*as_anyone, *command(workspace)],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)

    assert done.returncode == 6, done.stderr
    assert "'workspace' cannot be written: Permission denied" in done.stderr
    assert files(workspace) == ["esg.toml", "loan.csv"]


def is_root() -> bool:
    return os.geteuid() == 0


def test_a_load_that_waits_finds_what_the_other_one_brought(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=loans(20_000))

    both = [
        subprocess.Popen(command(workspace, "--wait"), stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    told = [each.communicate()[1].decode() for each in both]

    assert [each.returncode for each in both] == [0, 0], told
    assert sorted("same content as before, load 1" in text for text in told) == [
        False,
        True,
    ]
    assert workspace.history().height == 1


def test_what_a_killed_load_left_behind_goes_with_the_next(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=loans(10))
    workspace.load()
    folder = workspace.project.workspace
    (folder / "warehouse.duckdb.loading").write_bytes(b"half a warehouse")
    (folder / "warehouse.duckdb.loading.wal").write_bytes(b"half a log")
    (folder / ".warehouse.duckdb.scratch").mkdir()
    (folder / ".warehouse.duckdb.scratch" / "spill").write_bytes(b"spilled")
    (folder / LOCK).write_text("")
    (folder / "loan.csv").write_text(loans(12))

    workspace.load()

    assert workspace.sql("select count(*) from loan").item() == 12
    assert files(workspace) == [LOCK, "esg.toml", "loan.csv", "warehouse.duckdb"]


def test_a_reader_keeps_a_warehouse_that_is_deleted(make_workspace: Make) -> None:
    workspace = make_workspace(loan=loans(5000))
    workspace.load()
    reader = open_for_reading(workspace.warehouse, workspace.project.tables.values())

    workspace.warehouse.unlink()

    assert reader.execute("select count(*) from loan").fetchall() == [(5000,)]
    reader.close()
    with pytest.raises(DataError, match="holds no warehouse"):
        workspace.sql("select 1")
    workspace.load()
    assert workspace.sql("select count(*) from loan").item() == 5000


@pytest.mark.parametrize("name", ["a lender's tape", '"quoted"', "工作区", "[a]*"])
def test_a_workspace_may_stand_under_any_name(make_workspace: Make, name: str) -> None:
    workspace = make_workspace(loan=loans(10) + "l99,payday,CNY,1\n")
    folder = workspace.project.workspace.rename(
        workspace.project.workspace.with_name(name)
    )
    words = [sys.executable, "-m", "esg", "--workspace", str(folder)]
    question = "select count(*) from loan"
    mended = str(folder / "mend it.csv")

    for told in (
        ["load"],
        ["quarantine", "export", "loan", "-o", mended],
        ["quarantine", "retry", "loan", mended],
        ["sql", "--known-at", "1", "--format", "csv", question],
    ):
        done = subprocess.run(
            [*words, *told], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (told, done.stderr)

    assert done.stdout.splitlines()[-1] == "10"


def test_a_question_mark_in_the_path_is_told(make_workspace: Make) -> None:
    workspace = make_workspace(loan=loans(1))
    folder = workspace.project.workspace.rename(
        workspace.project.workspace.with_name("what?")
    )

    with pytest.raises(MachineError, match="holds a question mark"):
        open_workspace(folder).load()
