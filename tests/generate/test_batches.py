"""A lender of any size: the same rows however the work is cut, whole files or none."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.errors import MachineError, UsageError
from esg.generate import (
    FILES,
    FOLDER,
    Plan,
    generate,
    refuse_other_settings,
    write_settings,
)
from esg.generate.flaws import CSV_FLAWS, add_flaws
from esg.generate.folder import open_folder, require_space
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    generate(folder, Plan(3000, 5))
    return folder


def _rows(folder: Path, place: str) -> pl.DataFrame:
    """Return all rows of a table as text, sorted; unreadable lines stay one text."""
    files = sorted(folder.glob(place))
    assert files, place
    if place.endswith(".parquet"):
        frame = pl.concat([pl.read_parquet(file) for file in files])
        frame = frame.cast(pl.String)
    else:
        texts = [file.read_text("utf-8").splitlines() for file in files]
        assert len({lines[0] for lines in texts}) == 1, "headers differ"
        frame = pl.DataFrame({"line": [li for lines in texts for li in lines[1:]]})
    return frame.sort(frame.columns)


def _esg(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "esg", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_five_batches_on_one_thread_write_the_rows_of_one_batch(
    tmp_path: Path, whole: Path
) -> None:
    plan = Plan(3000, 5, batch_loans=600, threads=1)

    cut = generate(tmp_path, plan)

    assert plan.batches == 5
    for table in cut:
        alone = FILES[[file.table for file in FILES].index(table.table)]
        assert _rows(tmp_path, table.place).equals(
            _rows(whole, alone.place("mixed", 1))
        ), table.table
        assert table.files == (5 if alone.by_batch else 1), table.table
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_csv_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    text = generate(tmp_path / "c", Plan(400, 3, "csv", flawed=False))
    typed = generate(tmp_path / "p", Plan(400, 3, "parquet", flawed=False))

    for one, two in zip(text, typed, strict=True):
        frame = pl.read_parquet(tmp_path / "p" / two.place)
        read = pl.read_csv(
            tmp_path / "c" / one.place, schema_overrides=dict(frame.schema)
        )
        assert (one.place, two.place) == (f"{one.table}.csv", f"{one.table}.parquet")
        assert read.equals(frame), one.table


def test_a_generated_workspace_is_loaded_at_once_part_by_part(tmp_path: Path) -> None:
    written = generate(tmp_path / FOLDER, Plan(600, 2, batch_loans=300))
    write_settings(tmp_path, written)

    result = open_workspace(tmp_path).load()

    counts = {load.table: load.counts for load in result.sources}
    for table in written:
        found = counts[table.table]
        assert found.read == table.rows, table.table
        assert found.stored == table.rows - table.bad_rows, table.table


def test_flaws_are_like_a_row_and_a_table_without_rows_has_none(tmp_path: Path) -> None:
    for name in {flaw.file for flaw in CSV_FLAWS}:
        text = "alert_id,flagged\nF1,true\n" if name == "fraud_alert.csv" else "a,b\n"
        (tmp_path / name).write_text(text, "utf-8")

    added = add_flaws(tmp_path)

    assert added.total() == 1
    assert (tmp_path / "fraud_alert.csv").read_text("utf-8") == (
        "alert_id,flagged\nF1,true\nFX000001,maybe\n"
    )
    assert (tmp_path / "complaint.csv").read_text("utf-8") == "a,b\n"


def test_the_command_writes_a_workspace_and_leaves_its_settings_alone(
    tmp_path: Path,
) -> None:
    out = str(tmp_path / "w")
    call = ["generate", "--loans", "100", "--out", out]

    first = _esg(*call)
    settings = tmp_path / "w" / "esg.toml"
    settings.write_text(settings.read_text("utf-8") + "# mine\n", "utf-8")
    again = _esg(*call)
    replaced = _esg(*call, "--replace")

    assert (first.returncode, first.stdout) == (0, "")
    assert "loan.parquet" in first.stderr
    assert f"next: esg --workspace {out} load" in first.stderr
    assert again.returncode == 2
    assert "holds institution.csv, borrower.csv, application.parquet …" in again.stderr
    assert replaced.returncode == 0
    assert settings.read_text("utf-8").endswith("# mine\n")


def test_settings_that_name_other_files_are_told_before_anything_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "esg.toml").write_text('path = "data/loan.parquet"\n', "utf-8")

    refuse_other_settings(tmp_path, ["loan.parquet"])
    with pytest.raises(UsageError, match=r"names no 'data/loan/\*.parquet'"):
        refuse_other_settings(tmp_path, ["loan/*.parquet"])


def test_replacing_leaves_no_part_of_what_was_there(tmp_path: Path) -> None:
    generate(tmp_path, Plan(300, 1, batch_loans=100))
    parts = tmp_path / "loan"

    assert len(list(parts.iterdir())) == 3
    generate(tmp_path, Plan(300, 1), replace=True)
    assert not parts.exists()
    assert (tmp_path / "loan.parquet").is_file()
    generate(tmp_path, Plan(300, 1, batch_loans=200), replace=True)
    assert len(list(parts.iterdir())) == 2
    assert not (tmp_path / "loan.parquet").exists()


def test_an_interrupted_run_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    generate(tmp_path, Plan(200, 1))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def interrupt(step: str, done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt(step)

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, Plan(300, 2), replace=True, progress=interrupt)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    with open_folder(tmp_path) as growing:
        pass
    growing.mkdir()
    (growing / "loan.parquet").write_bytes(b"half")

    generate(tmp_path, Plan(100, 1))

    assert not growing.exists()


def test_two_runs_do_not_write_to_one_folder_at_once(tmp_path: Path) -> None:
    with (
        open_folder(tmp_path),
        pytest.raises(MachineError, match="Another 'esg generate' writes to"),
    ):
        generate(tmp_path, Plan(100, 1))


def test_a_folder_that_cannot_be_made_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    with pytest.raises(MachineError, match="deeper' cannot be written: Not a dir"):
        generate(tmp_path / "file" / "deeper", Plan(100, 1))


def test_a_disk_without_room_is_told_before_the_work_begins(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"about 1000000\.0 GB are needed"):
        require_space(tmp_path, 10**15)


_PEAK = """
import sys
from pathlib import Path
from esg.generate import Plan, generate
generate(Path(sys.argv[1]), Plan(int(sys.argv[2]), 1, batch_loans=int(sys.argv[3])))
status = Path("/proc/self/status").read_text()
print(next(li.split()[1] for li in status.splitlines() if li.startswith("VmHWM")))
"""


def _peak_kilobytes(out: Path, loans: int, batch_loans: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(out), str(loans), str(batch_loans)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_batches(tmp_path: Path) -> None:
    few = _peak_kilobytes(tmp_path / "few", 20_000, 10_000)
    many = _peak_kilobytes(tmp_path / "many", 80_000, 10_000)
    uncut = _peak_kilobytes(tmp_path / "uncut", 80_000, 80_000)

    assert many < 1.3 * few
    assert uncut > 1.8 * few
