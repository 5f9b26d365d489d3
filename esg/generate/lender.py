"""Write the files of an invented consumer-finance lender, from a seed.

What lives here: the order of the SQL steps, and how borrowers are cut into batches so
that memory does not grow with their number. What must not: numbers of the story (they
stand in the SQL files beside this module).

A first pass decides for everybody who comes when and borrows when, and numbers loans
and applications. Then batches of borrowers are worked out one after the other, each in
a database of its own in memory: nothing of one borrower depends on another. Last come
the tables over all borrowers, from what the batches left for them on disk.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING

from esg.engine.duck import (
    EngineFault,
    is_disk_fault,
    open_memory,
    quote_text,
)
from esg.errors import MachineError
from esg.generate.files import FILES, Style, Written, write_file
from esg.generate.flaws import add_flaws, count_typed_flaws
from esg.generate.folder import open_folder, publish, refuse_existing, require_space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.generate.files import File

DEFAULT_LOANS = 20_000
"""Loans of the committed sample: what fits in less than 5 MB."""

DEFAULT_SEED = 21
"""Seed of the committed sample: one where the small story group shows its trend."""

BATCH_LOANS = 200_000
"""Loans in a batch, about: a gigabyte of memory."""

FEWEST_LOANS = 100
"""Below it, some tables would be empty."""

BASIS = ("draws", "reference")
BATCH = (
    "person",
    "credit",
    "bill",
    "spending",
    "subsidy",
    "standing",
    "application",
    "tools",
    "export",
    "payment",
    "bureau",
    "collection",
    "survey",
    "stage",
    "total",
)
WHOLE = ("care", "export_numbered", "export_care", "repair", "facts", "ledger")

PEOPLE_PER_LOAN = 0.34
_MEMORY = "3GB"
"""What DuckDB may take before it spills to disk."""

_DISK_PER_LOAN = {"mixed": 600, "parquet": 600, "csv": 1800}
"""Bytes: measured at a million loans with all that is put aside, and a third more."""


@dataclass(frozen=True)
class Plan:
    """What to write and how the work is cut."""

    loans: int
    seed: int
    style: Style = "mixed"
    flawed: bool = True
    batch_loans: int = BATCH_LOANS
    threads: int | None = None
    """Of the engine; null for as many as the machine has."""

    @property
    def batches(self) -> int:
        """How many batches; one for a lender that fits in memory."""
        return -(-self.loans // self.batch_loans)

    @property
    def steps(self) -> int:
        """How many steps ``progress`` is told of."""
        return self.batches + 2

    @property
    def variables(self) -> dict[str, int]:
        """What the SQL steps read with ``getvariable``."""
        return {
            "loans": self.loans,
            "seed": self.seed,
            "people": round(self.loans * PEOPLE_PER_LOAN),
            "batches": self.batches,
            # Ids stay seven digits wide until a table outgrows them (a bill has none).
            "id_digits": max(7, len(str(self.loans * 4))),
        }


@dataclass
class _Run:
    plan: Plan
    growing: Path
    progress: Callable[[str, int], None]
    rows: Counter[str] = field(default_factory=Counter)
    """Rows by table."""


def _silent(step: str, done: int) -> None:
    del step, done


def generate(
    out: Path,
    plan: Plan,
    *,
    replace: bool = False,
    progress: Callable[[str, int], None] = _silent,
) -> tuple[Written, ...]:
    """Write the tables of an invented lender.

    Every random number is a function of the seed and of a row's own key, so that the
    same plan gives the same bytes on any number of threads, and the same rows however
    the work is cut. A lender of one batch has one file a table; a larger one has a
    folder of parts for each table that batches write. Files appear when all are whole.

    Args:
        out: Folder for the files; made when absent.
        plan: How many loans, from which seed, in which form.
        replace: Whether files that are there may go.
        progress: Told what is begun, and how many of ``plan.steps`` are done.

    Returns:
        What was written, a table each, in the order of ``FILES``.

    Raises:
        ValueError: Too few loans for the story to have its parts.
        UsageError: Files of these tables are there already.
        MachineError: The folder cannot be written, or the disk has or gets no room.
    """
    if plan.loans < FEWEST_LOANS:
        raise ValueError(f"{plan.loans} loans are fewer than {FEWEST_LOANS}")
    tables = [file.table for file in FILES]
    with open_folder(out) as growing:
        if not replace:
            refuse_existing(out, tables)
        require_space(out, plan.loans * _DISK_PER_LOAN[plan.style])
        run = _Run(plan, growing, progress)
        try:
            bad_rows = _write(run)
            publish(growing, out, tables)
        except (EngineFault, OSError) as error:
            if isinstance(error, EngineFault) and not is_disk_fault(error):
                raise
            raise MachineError(
                f"'{out}' cannot be written: the disk or the memory is full.",
                hint="Free some, or write fewer loans.",
            ) from error
    return tuple(_account(out, file, run, bad_rows[file.table]) for file in FILES)


def _account(out: Path, file: File, run: _Run, bad_rows: int) -> Written:
    place = file.place(run.plan.style, run.plan.batches)
    sizes = [path.stat().st_size for path in out.glob(place)]
    return Written(
        file.table, place, len(sizes), run.rows[file.table], bad_rows, sum(sizes)
    )


def _write(run: _Run) -> Counter[str]:
    """Write everything below the growing folder; return the bad rows by table."""
    batches = run.plan.batches
    run.progress("plan", 0)
    with _world(run) as connection:
        _play(connection, "plan")
    for batch_no in range(batches):
        run.progress(f"batch {batch_no + 1} of {batches}", batch_no + 1)
        with _world(run) as connection:
            _write_batch(run, connection, batch_no)
    run.progress("tables over all borrowers", batches + 1)
    with _world(run) as connection:
        _write_whole(run, connection)
    bad_rows: Counter[str] = Counter()
    if run.plan.flawed:
        added = add_flaws(run.growing)
        run.rows.update(added)
        bad_rows = count_typed_flaws() + added
    run.progress("done", run.plan.steps)
    return bad_rows


@contextmanager
def _world(run: _Run) -> Iterator[Connection]:
    """Give a database in memory with the steps' macros, and what was staged as work."""
    connection = open_memory()
    try:
        spill = quote_text(str(run.growing / "spill"))
        work = quote_text(str(run.growing / "work.duckdb"))
        connection.execute(f"set memory_limit = '{_MEMORY}'")
        connection.execute(f"set temp_directory = {spill}")
        if run.plan.threads is not None:
            connection.execute(f"set threads = {run.plan.threads:d}")
        connection.execute(f"attach {work} as work")
        for name, value in run.plan.variables.items():
            connection.execute(f"set variable {name} = {value:d}")
        for step in BASIS:
            _play(connection, step)
        yield connection
    finally:
        connection.close()


def _play(connection: Connection, step: str) -> None:
    script = resources.files("esg.generate").joinpath(f"{step}.sql")
    connection.execute(script.read_text("utf-8"))


def _write_batch(run: _Run, connection: Connection, batch_no: int) -> None:
    connection.execute(f"set variable batch_no = {batch_no:d}")
    for step in BATCH:
        _play(connection, step)
    if run.plan.flawed:
        _play(connection, "flaws")
    part = batch_no + 1 if run.plan.batches > 1 else None
    for file in FILES:
        if file.by_batch:
            _save(run, connection, file, part)


def _write_whole(run: _Run, connection: Connection) -> None:
    for step in WHOLE:
        _play(connection, step)
    if run.plan.flawed:
        _play(connection, "flaws_numbered")
    for file in FILES:
        if not file.by_batch:
            _save(run, connection, file, None)


def _save(run: _Run, connection: Connection, file: File, part: int | None) -> None:
    run.rows[file.table] += write_file(
        connection,
        file,
        file.form_in(run.plan.style),
        run.growing / file.path(run.plan.style, part),
        is_small=run.plan.batches == 1,
    )
