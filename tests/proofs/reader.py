"""Asks a warehouse all the while, until standard input ends; then tells what it saw.

Three ways: opened anew through the Python door, one connection held from the start,
and the command ``esg sql``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import esg
from esg.engine.warehouse import open_for_reading

if TYPE_CHECKING:
    from esg.engine.duck import Connection

QUESTION = (
    "select (select count(*) from borrower) as borrowers, count(*) as loans, "
    "sum(principal) as principal, (select max(load_no) from load) as load_no, "
    "(select count(*) from current_quarantine) as rejected from loan"
)
PAUSE_S = 0.02
EVERY = 25
"""So many questions between two calls of the command, which takes a second."""


def main(folder: str) -> None:
    ended = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    seen: Counter[str] = Counter()
    workspace = esg.open(folder)
    contracts = workspace.project.tables.values()
    held = open_for_reading(workspace.warehouse, contracts)
    turn = 0
    while not ended.is_set():
        turn += 1
        seen[f"anew {answer(open_for_reading(workspace.warehouse, contracts))}"] += 1
        seen[f"held {values(held.execute(QUESTION).fetchall()[0])}"] += 1
        if turn % EVERY == 0:
            seen[f"python {values(workspace.sql(QUESTION).row(0))}"] += 1
            command = [sys.executable, "-m", "esg", "--workspace", folder, "sql"]
            done = subprocess.run(
                [*command, "--format", "csv", QUESTION],
                capture_output=True,
                text=True,
                check=False,
            )
            told = done.stdout.splitlines()[-1:] or [done.stderr]
            seen[f"command {told[0]}"] += 1
        time.sleep(PAUSE_S)
    json.dump(seen, sys.stdout)


def answer(connection: Connection) -> str:
    try:
        return values(connection.execute(QUESTION).fetchall()[0])
    finally:
        connection.close()


def values(row: tuple[object, ...]) -> str:
    return ",".join(str(value) for value in row)


if __name__ == "__main__":
    main(sys.argv[1])
