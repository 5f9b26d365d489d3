"""Starts loads that can be killed cheaply: imports once, then forks a child for each.

A line on standard input starts one load; its pid is answered at once, and its exit code
when it ended. Before the fork nothing of DuckDB or Polars runs, as threads do not
survive it. Each step of a load is noted in a small shared file, so that the one who
kills knows where it fell, and can wait for a step.
"""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import esg.cli
import esg.cli.cmd_load
import esg.load.run
import esg.load.store as storing
import esg.workspace

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ("start", "copy", "open", "sources", "checkpoint", "flush", "rename", "tidy")
"""In their order; ``sources`` is the reading, judging and storing of all sources."""

PRIVATE = ("_open", "_flush")
"""Of ``esg.load.store``."""

SIZE = 8 * (1 + len(STEPS))
"""Bytes of the shared file: the current step, then when each began, in nanoseconds."""


class Steps:
    """The shared file, from either side."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), SIZE)

    def reset(self) -> None:
        self.memory[:] = bytes(SIZE)

    def enter(self, name: str) -> None:
        at = STEPS.index(name)
        if at < STEPS.index(self.current):
            # The folder is flushed after the rename, which is past by then.
            return
        self.memory[8 * (at + 1) : 8 * (at + 2)] = struct.pack("q", time.monotonic_ns())
        self.memory[:8] = struct.pack("q", at)

    @property
    def current(self) -> str:
        return STEPS[struct.unpack("q", self.memory[:8])[0]]

    def began(self, name: str) -> int:
        at = 8 * (STEPS.index(name) + 1)
        return int(struct.unpack("q", self.memory[at : at + 8])[0])


class Watched:
    """A connection that tells when its checkpoint begins."""

    def __init__(self, inner: Any, steps: Steps) -> None:
        self.inner = inner
        self.steps = steps

    def execute(self, query: str, *args: Any) -> Any:
        if query == "checkpoint":
            self.steps.enter("checkpoint")
        return self.inner.execute(query, *args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def watch(steps: Steps) -> None:
    """Have each step of a load noted as it begins."""

    def noted(name: str, call: Callable[..., Any], after: str = "") -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            steps.enter(name)
            found = call(*args, **kwargs)
            if after:
                steps.enter(after)
            return found

        return wrapped

    # What has no public name is wrapped all the same: a step is where it happens.
    open_copy, flush = (getattr(storing, name) for name in PRIVATE)

    def opened(copy: Path, scratch: Path) -> Any:
        steps.enter("open")
        return Watched(open_copy(copy, scratch), steps)

    def flushed(path: Path) -> None:
        # What was copied is flushed at once, beside all the work on it.
        if STEPS.index(steps.current) >= STEPS.index("checkpoint"):
            steps.enter("flush")
        flush(path)

    shutil.copyfile = noted("copy", shutil.copyfile)
    esg.load.run.prepare = noted("sources", esg.load.run.prepare)
    for name, call in zip(PRIVATE, (opened, flushed), strict=True):
        setattr(storing, name, call)
    Path.replace = noted("rename", Path.replace, after="tidy")  # type: ignore[method-assign]


def load(workspace: str, steps: Steps, log: str) -> int:
    """Run the command as its own process would; return its exit code."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    watch(steps)
    sys.argv = ["esg", "--workspace", workspace, "load"]
    try:
        esg.cli.main()
    except SystemExit as stop:
        sys.stderr.flush()
        return int(stop.code or 0)
    return 1


def main(workspace: str, shared: str, log: str) -> None:
    """Start a load for every line that comes."""
    steps = Steps(Path(shared))
    for _ in sys.stdin:
        steps.reset()
        steps.enter("start")
        pid = os.fork()
        if pid == 0:
            os._exit(load(workspace, steps, log))
        say(pid)
        say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def say(number: int) -> None:
    """Answer the one who kills."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(*sys.argv[1:])
