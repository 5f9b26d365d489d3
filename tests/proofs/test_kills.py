"""A load killed at any moment leaves the old warehouse or the new one, whole.

Most loads here are forked from a process that has everything imported, so that a kill
costs a second; some are the real command from its first line. Readers ask all the
while.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from proofs.loader import SIZE, STEPS, Steps

from esg.engine.duck import EngineFault, fetch_row, open_file, quote_name

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

SEED = 20260930
FORKED, COMMANDS = 168, 32
SIGNALS = [signal.SIGKILL] * 6 + [signal.SIGTERM, signal.SIGINT]
ENDS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}
NEXT_LOAD_EVERY = 4
PATIENCE_S = 120
HERE = Path(__file__).parent

TOML = """\
currency = "CNY"
data_date = 2026-09-30
[institution]
id = "T"
name = {en = "Test lender", zh = "测试机构"}
[ids]
published_key = "test-key-not-secret"
[sources.borrower]
path = "borrower.csv"
[sources.loan]
path = "loan.csv"
"""
FILES = [
    ".warehouse.duckdb.lock",
    "borrower.csv",
    "esg.toml",
    "loan.csv",
    "warehouse.duckdb",
]


@dataclass(frozen=True)
class Bench:
    """A workspace whose next load brings news, and what it holds before and after."""

    workspace: Path
    kept: Path
    """A copy of the old warehouse."""
    old: str
    new: str

    @property
    def warehouse(self) -> Path:
        return self.workspace / "warehouse.duckdb"

    def restore(self) -> None:
        """Bring the old warehouse back, as at once as a load does."""
        copy = self.kept.with_suffix(".copy")
        shutil.copyfile(self.kept, copy)
        copy.replace(self.warehouse)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.workspace.iterdir())


def borrowers(size: int) -> str:
    return "borrower_id,gender,birth_year\n" + "".join(
        f"b{at},{('female', 'male')[at % 2]},{1960 + at % 40}\n" for at in range(size)
    )


def loans(size: int, raised: int) -> str:
    """Return loans of which some dangle and some have no readable principal."""
    lines = ["loan_id,borrower_id,product,currency,principal,term_months\n"]
    for at in range(size):
        amount = "much" if at % 97 == 0 else str(1000 + at + (at < raised))
        lines.append(f"l{at},b{at * 7 % 2050},micro,CNY,{amount},{at % 36}\n")
    return "".join(lines)


def content(path: Path) -> str:
    """Return a hash of all that a warehouse holds, but the times of its loads."""
    connection = open_file(path, read_only=True)
    try:
        tables = connection.execute(
            "select table_name from duckdb_tables() order by table_name"
        ).fetchall()
        found = []
        for (name,) in tables:
            left_out = " exclude (loaded_at)" if name == "load" else ""
            found.append(
                fetch_row(
                    connection,
                    "select count(*), md5(string_agg(line, chr(10) order by line)) "  # noqa: S608
                    f"from (select cast(each as varchar) as line from (select *"
                    f"{left_out} from {quote_name(name)}) as each)",
                )
            )
        return repr(list(zip(tables, found, strict=True)))
    finally:
        connection.close()


def command(workspace: Path) -> list[str]:
    return [sys.executable, "-m", "esg", "--workspace", str(workspace), "load"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    root = tmp_path_factory.mktemp("kills")
    workspace = root / "a lender's 工作区"
    workspace.mkdir()
    (workspace / "esg.toml").write_text(TOML, "utf-8")
    (workspace / "borrower.csv").write_text(borrowers(2000))
    (workspace / "loan.csv").write_text(loans(6000, 0))
    subprocess.run(command(workspace), check=True, capture_output=True)
    warehouse, kept = workspace / "warehouse.duckdb", root / "old.duckdb"
    shutil.copyfile(warehouse, kept)
    old = content(warehouse)
    (workspace / "borrower.csv").write_text(borrowers(2030))
    (workspace / "loan.csv").write_text(loans(6500, 400))
    subprocess.run(command(workspace), check=True, capture_output=True)
    return Bench(workspace, kept, old, content(warehouse))


@dataclass(frozen=True)
class Loader:
    """Loads to kill, forked from one process."""

    process: subprocess.Popen[str]
    steps: Steps
    log: Path

    def start(self) -> int:
        """Start a load; return a handle of its process, which no other can take."""
        assert self.process.stdin
        self.steps.reset()
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return os.pidfd_open(self._answer())

    def wait(self, process: int) -> int:
        """Return the exit code of a load when it has ended."""
        os.close(process)
        return self._answer()

    def _answer(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def wait_for(self, step: str, delay_ns: int) -> None:
        """Return when a step has begun so long ago, or when it is over."""
        at = STEPS.index(step)
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            began = self.steps.began(step)
            if began and time.monotonic_ns() - began >= delay_ns:
                return
            if STEPS.index(self.steps.current) > at:
                return
            time.sleep(0.0001)
        pytest.fail(f"a load never came to '{step}': {self.log.read_text()}")


@pytest.fixture(scope="module")
def loader(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    root = tmp_path_factory.mktemp("loader")
    shared, log = root / "steps", root / "log"
    shared.write_bytes(bytes(SIZE))
    arguments = [str(bench.workspace), str(shared), str(log)]
    process = subprocess.Popen(
        [sys.executable, str(HERE / "loader.py"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Loader(process, Steps(shared), log)
    process.communicate()


def durations(bench: Bench, loader: Loader) -> dict[str, int]:
    """Return how long each step of an undisturbed load takes, in nanoseconds."""
    bench.restore()
    assert loader.wait(loader.start()) == 0
    ended = time.monotonic_ns()
    began = [loader.steps.began(step) for step in STEPS]
    ends = [*began[1:], ended]
    assert all(began), "a step of a load is not seen any more"
    return {
        step: end - start for step, start, end in zip(STEPS, began, ends, strict=True)
    }


def test_two_hundred_kills_leave_the_old_warehouse_or_the_new(
    bench: Bench, loader: Loader, capsys: pytest.CaptureFixture[str]
) -> None:
    lasts = durations(bench, loader)
    bench.restore()
    fell: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    with subprocess.Popen(
        [sys.executable, str(HERE / "reader.py"), str(bench.workspace)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        kill_forked(bench, loader, lasts, fell, outcomes)
        kill_commands(bench, outcomes)
        finish(bench, loader)
        seen = cast("dict[str, int]", json.loads(reader.communicate()[0]))
    assert "Traceback" not in loader.log.read_text()
    ways = {way: {told for told in seen if told.startswith(way)} for way in WAYS}
    assert len(ways["held"]) == 1
    assert len(ways["anew"]) == 2
    answers = {told.split(" ", 1)[1] for told in ways["anew"]}
    assert {told.split(" ", 1)[1] for told in seen} == answers
    assert all(fell[step] >= 5 for step in STEPS[1:6]), fell
    # The rename itself takes microseconds.
    assert fell["rename"] + fell["tidy"] >= 10, fell
    assert min(outcomes["old"], outcomes["new"]) >= 20, outcomes
    asked = {way: sum(seen[told] for told in ways[way]) for way in WAYS}
    milliseconds = {step: round(took / 1e6, 1) for step, took in lasts.items()}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{FORKED + COMMANDS} kills left {dict(outcomes)}; of the forked ones "
            f"fell in {dict(fell)}, which take {milliseconds} ms; questions {asked}\n"
        )


WAYS = ("anew", "held", "python", "command")


def kill_forked(
    bench: Bench,
    loader: Loader,
    lasts: dict[str, int],
    fell: Counter[str],
    outcomes: Counter[str],
) -> None:
    chance = random.Random(SEED)  # noqa: S311
    for turn in range(FORKED):
        # Half of them anywhere in time; the others in steps too short to be met so.
        step = STEPS[1:][turn % 7] if turn % 2 else anywhere(chance, lasts)
        number = SIGNALS[turn % len(SIGNALS)]
        process = loader.start()
        loader.wait_for(step, int(chance.random() * lasts[step]))
        # A load that is over cannot be killed any more.
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, number)
        code = loader.wait(process)
        fell[loader.steps.current] += 1
        assert code in (ENDS[number], 0), loader.log.read_text()
        outcomes[found := hold(bench, turn)] += 1
        # After a kill that came too late the next load finds nothing new, and tidies.
        if found == "new" or turn % NEXT_LOAD_EVERY == 0:
            finish(bench, loader)


def kill_commands(bench: Bench, outcomes: Counter[str]) -> None:
    chance = random.Random(SEED)  # noqa: S311
    began = time.monotonic()
    assert kill_command(bench, signal.SIGKILL, 60)[0] == 0
    lasts_s = time.monotonic() - began
    bench.restore()
    for turn in range(COMMANDS):
        number = SIGNALS[turn % len(SIGNALS)]
        code, error = kill_command(bench, number, chance.random() * lasts_s)
        # Before its first line the command has no words of its own for a signal.
        assert "Traceback" not in error or "esg/__main__" not in error, error
        assert code in (ENDS[number], -number, 0), error
        outcomes[found := hold(bench, turn)] += 1
        if found == "new":
            bench.restore()


def anywhere(chance: random.Random, lasts: dict[str, int]) -> str:
    return chance.choices(STEPS, [lasts[step] for step in STEPS])[0]


def hold(bench: Bench, turn: int) -> str:
    """Return which of the two states the warehouse is in; it must be one of them."""
    try:
        found = content(bench.warehouse)
    except EngineFault as error:
        pytest.fail(f"after kill {turn} the warehouse cannot be opened: {error}")
    assert found in (bench.old, bench.new), f"after kill {turn}"
    return "new" if found == bench.new else "old"


def finish(bench: Bench, loader: Loader) -> None:
    """The next load works, and nothing that the killed ones left stays."""
    assert loader.wait(loader.start()) == 0, loader.log.read_text()
    assert content(bench.warehouse) == bench.new
    assert bench.files() == FILES
    bench.restore()


def kill_command(bench: Bench, number: int, after_s: float) -> tuple[int, str]:
    process = subprocess.Popen(
        command(bench.workspace), stderr=subprocess.PIPE, text=True
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    process.send_signal(number)
    error = process.communicate()[1]
    return process.returncode, error
