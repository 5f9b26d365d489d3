"""The ``esg.toml`` beside generated files, so that they can be loaded at once.

What lives here: its text. What must not: files of tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from esg.generate.files import Written

FILE_NAME = "esg.toml"
FOLDER = "data"
"""Where the tables stand below the workspace."""

_FEW = 0.04
"""From this share of bad rows on, a load would stop by its default."""

_HEAD = """\
# A synthetic lender, written by 'esg generate': no real person or company.
currency = "CNY"
time_zone = "Asia/Shanghai"
languages = ["zh", "en"]
data_date = 2026-09-30

[institution]
id = "HG"
name = {zh = "禾光消费金融(示例)", en = "Heguang Consumer Finance (sample)"}

[ids]
# For samples only: real ids are hashed with a secret key.
published_key = "esg-sample-key-not-secret"
"""


def write_settings(workspace: Path, tables: Iterable[Written]) -> bool:
    """Write ``esg.toml`` where there is none.

    Args:
        workspace: Its folder; the tables stand below it in ``data``.
        tables: What was written.

    Returns:
        Whether it was written; one that is there belongs to a person and stays.
    """
    path = workspace / FILE_NAME
    if path.exists():
        return False
    text = _HEAD + "".join(_source(table) for table in tables)
    path.write_text(text, "utf-8", newline="")
    return True


def refuse_other_settings(workspace: Path, places: Iterable[str]) -> None:
    """Stop where an ``esg.toml`` is there that does not name the files to be written.

    Raises:
        UsageError: One is.
    """
    path = workspace / FILE_NAME
    if not path.exists():
        return
    text = path.read_text("utf-8", errors="replace")
    absent = [place for place in places if f'"{FOLDER}/{place}"' not in text]
    if absent:
        raise UsageError(
            f"{FILE_NAME} in '{workspace.name}' names no '{FOLDER}/{absent[0]}'.",
            hint="Move it away and it is written anew, or name another folder.",
        )


def _source(table: Written) -> str:
    lines = f'\n[sources.{table.table}]\npath = "{FOLDER}/{table.place}"\n'
    if table.bad_rows > _FEW * table.rows:
        lines += "max_bad_share = 0.5   # the few planted flaws weigh much here\n"
    return lines
