"""Printing several languages side by side, each by a process of its own but one.

Layout is pure Python on one core and takes most of a build: two languages on two cores
take half the time. The processes are plain ones that are handed a page and give back a
PDF. Those of ``multiprocessing`` would run the caller's script a second time, and a
fork would copy Polars' locked threads.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from esg.errors import MachineError
from esg.report.pdf import write_pdf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from esg.report.model import ReportModel


def print_all(
    pages: Mapping[str, str], models: Mapping[str, ReportModel]
) -> dict[str, bytes]:
    """Return the PDF of each language.

    Args:
        pages: HTML by language.
        models: What each was made of.

    Raises:
        ContentError: See ``write_pdf``.
        MachineError: A process was ended, as by a machine without memory.
    """
    with ExitStack() as stack:
        own, *others = pages
        running = {
            name: stack.enter_context(_printing(pages[name], models[name]))
            for name in others
        }
        printed = {own: write_pdf(pages[own], models[own])}
        return printed | {name: finished() for name, finished in running.items()}


@contextmanager
def _printing(html: str, model: ReportModel) -> Iterator[Callable[[], bytes]]:
    """Start a process that prints; give what waits for its PDF. Leaving ends it."""
    # Files, not pipes: neither side has to wait for the other to read.
    with TemporaryFile() as given, TemporaryFile() as found:
        pickle.dump((html, model), given)
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", __name__],
            stdin=given,
            stdout=found,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C is for whoever waits; that one ends the process.
            start_new_session=True,
        )
        try:
            yield lambda: _result(process, found)
        finally:
            process.kill()
            process.wait()


def _result(process: subprocess.Popen[bytes], found: IO[bytes]) -> bytes:
    code = process.wait()
    if code != 0:
        raise MachineError(
            f"The process that prints a report ended with {code}.",
            hint="Free some memory, or print one language at a time with --lang.",
        )
    found.seek(0)
    # Our own file, which has no name that anybody could open it by.
    result = pickle.load(found)  # noqa: S301
    if isinstance(result, Exception):
        raise result
    return bytes(result)


def _print_one() -> None:
    html, model = pickle.load(sys.stdin.buffer)  # noqa: S301 - from ``_printing``
    result: bytes | Exception
    try:
        result = write_pdf(html, model)
    except Exception as error:  # noqa: BLE001 - raised again where it is awaited
        result = error
    pickle.dump(result, sys.stdout.buffer)


if __name__ == "__main__":
    _print_one()
