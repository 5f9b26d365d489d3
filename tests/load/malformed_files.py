"""Reading the list of malformed inputs, and making their bytes from short recipes."""

from __future__ import annotations

import base64
import gzip
import os
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import yaml

from esg.engine.duck import open_memory, quote_text

FOLDER = Path(__file__).parent / "malformed"

CELL_HEAD = "deal_id,product,{column}\n"


@dataclass(frozen=True)
class Case:
    """One thing that a person did wrong, and what has to come of it."""

    kind: str
    """The file of the list that it stands in."""
    name: str
    file: str
    data: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """As a shell sees it."""
        return int(self.data.get("exit", 0 if "adds_up" in self.data else 4))

    @property
    def says(self) -> list[str]:
        """Words that have to be in the message."""
        return [str(word) for word in self.data.get("says", [])]

    @property
    def hides(self) -> list[str]:
        """Words that must not be in it."""
        return [str(word) for word in self.data.get("hides", [])]

    @property
    def arguments(self) -> list[str]:
        """The command after ``esg``."""
        return [str(word) for word in self.data.get("run", ["load"])]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Rows read, stored, copies, quarantined, from ``3 = 2 + 0 + 1``."""
        read, _, rest = str(self.data["adds_up"]).partition("=")
        stored, copies, quarantined = (int(part) for part in rest.split("+"))
        return int(read), stored, copies, quarantined

    @property
    def bad(self) -> list[str]:
        """Row, rule and column of each reason, as ``2 type amount``."""
        return [str(line) for line in self.data.get("bad", [])]


@dataclass(frozen=True)
class Cells:
    """Odd cells of one column, a row each, and what has to come of each."""

    name: str
    column: str
    source: str
    cells: tuple[tuple[str, str, str], ...]
    """The cell, the rule it breaks or ``= value`` as it is stored, and what it is."""


def read_cases() -> list[Case]:
    """Return every malformed input of the list."""
    return [
        Case(path.stem, data["name"], data.get("file", "deal.csv"), data)
        for path, data in _entries()
        if "cells" not in data
    ]


def read_cells() -> list[Cells]:
    """Return every group of odd cells of the list."""
    return [
        Cells(
            data["name"],
            data["column"],
            data.get("source", ""),
            tuple((str(a), str(b), str(c)) for a, b, c in data["cells"]),
        )
        for _, data in _entries()
        if "cells" in data
    ]


def _entries() -> list[tuple[Path, dict[str, Any]]]:
    return [
        (path, data)
        for path in sorted(FOLDER.glob("*.yaml"))
        for data in yaml.safe_load(path.read_text("utf-8"))
    ]


def write(case: Case, workspace: Path) -> None:
    """Write the input of a case, and what stands beside it, into a workspace."""
    for name, text in case.data.get("files", {}).items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    target = workspace / case.file
    target.parent.mkdir(parents=True, exist_ok=True)
    if "mapping_bytes" in case.data:
        (workspace / "sources").mkdir()
        raw = bytes.fromhex(case.data["mapping_bytes"])
        (workspace / "sources" / "deal.sql").write_bytes(raw)
    made = case.data.get("make")
    if made == "fifo":
        os.mkfifo(target)
    elif made == "folder":
        target.mkdir()
    elif made == "loop":
        target.symlink_to(target.name)
    elif made != "nothing":
        target.write_bytes(content(case.data))


def content(data: dict[str, Any]) -> bytes:
    """Return the bytes of an input: its text or query, changed step by step."""
    steps = [str(step) for step in data.get("as", [])]
    if "parquet" in data:
        found = _parquet(data["parquet"])
    elif "base64" in data:
        found = base64.b64decode(data["base64"])
    else:
        encoding = steps.pop(0) if steps and _is_codec(steps[0]) else "utf-8"
        found = str(data.get("text", "")).encode(encoding)
    for step in steps:
        name, *words = step.split()
        found = _STEPS[name](found, *words)
    return found


def _is_codec(step: str) -> bool:
    return step.startswith(("utf", "gb", "latin"))


def _parquet(query: str) -> bytes:
    connection = open_memory()
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "written.parquet"
            to = quote_text(str(path))
            connection.execute(f"copy ({query}) to {to} (format parquet)")
            return path.read_bytes()
    finally:
        connection.close()


def _zip(found: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("deal.csv", found)
    return buffer.getvalue()


def _zstd(found: bytes) -> bytes:
    packed: bytes = pa.compress(found, codec="zstd", asbytes=True)
    return packed


def _replace(found: bytes, old: str, new: str) -> bytes:
    assert bytes.fromhex(old) in found, "the recipe replaces nothing"
    return found.replace(bytes.fromhex(old), bytes.fromhex(new))


_STEPS: dict[str, Any] = {
    "gzip": gzip.compress,
    "zstd": _zstd,
    "zip": _zip,
    "crlf": lambda found: found.replace(b"\n", b"\r\n"),
    "cr": lambda found: found.replace(b"\n", b"\r"),
    "cut": lambda found, end: found[: int(end)],
    "prepend": lambda found, more: bytes.fromhex(more) + found,
    "append": lambda found, more: found + bytes.fromhex(more),
    "replace": _replace,
    "lengthen": lambda found, size: found + b"x" * int(size),
    "widen": lambda found, size: found.replace(b"X", b"x" * int(size)),
    "nest": lambda found, deep: found.replace(
        b"X", b"[" * int(deep) + b"]" * int(deep)
    ),
}
