"""What a command costs, and how that compares: one row of ``results.json`` each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_KIB = 1024


@dataclass(frozen=True)
class Cost:
    """What one process took, from its start to its end."""

    seconds: float
    """On the wall clock."""
    cpu_seconds: float
    """Of all its threads, in user and system mode."""
    peak_mib: float
    """The most memory it had at once."""


def cost_of(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None
) -> Cost:
    """Run a command as a process of its own and return what it took.

    Linux counts what this process ever had as the child's, so it has to stay small:
    whatever needs memory is drawn elsewhere.

    Raises:
        RuntimeError: It did not end with 0; its standard error says why.
    """
    began = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        said = child.stderr.read() if child.stderr else ""
        # Not child.wait(): only wait4 tells what this one child used.
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}: {said}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / _KIB)


def least(costs: Iterable[Cost]) -> Cost:
    """Return the run that other work on the machine disturbed least."""
    return min(costs, key=lambda cost: cost.seconds)


@dataclass(frozen=True)
class Result:
    """One measure of a run."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    """What it is compared with, in the same unit and run."""
    ratio: float | None = None
    limit: float | None = None
    """The most that the ratio, or the value where there is none, may be."""
    peak_memory_mib: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the limit is kept; true where there is none."""
        judged = self.value if self.ratio is None else self.ratio
        return self.limit is None or judged <= self.limit


def compared(name: str, cost: Cost, baseline: Cost, limit: float | None) -> Result:
    """Return a process's wall time as a multiple of another's."""
    return Result(
        name,
        round(cost.seconds, 2),
        "s",
        round(baseline.seconds, 2),
        round(cost.seconds / baseline.seconds, 3),
        limit,
        round(cost.peak_mib),
    )


def write_results(results: list[Result], path: Path) -> None:
    """Write all results as a list of objects, a row a measure."""
    path.write_text(json.dumps([asdict(each) for each in results], indent=1) + "\n")


def show(result: Result) -> None:
    """Print one result to standard error, as soon as it is there."""
    parts = [f"{result.name:<34}{result.value:>10,.2f} {result.unit}"]
    if result.ratio is not None:
        parts.append(f"{result.ratio:.2f} times {result.baseline:,.2f}")
    if result.limit is not None:
        parts.append(f"limit {result.limit:g}{'' if result.holds else ': NOT KEPT'}")
    if result.peak_memory_mib is not None:
        parts.append(f"peak {result.peak_memory_mib:,.0f} MiB")
    sys.stderr.write("   ".join(parts) + "\n")
