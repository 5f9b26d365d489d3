"""``esg init``."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import click

from esg.cli.common import say
from esg.errors import MachineError, UsageError

_TOML = """\
# Every key: esg help config
currency = "CNY"
time_zone = "Asia/Shanghai"
languages = ["zh", "en"]

[institution]
id = "{name}"
name = {{zh = "{name}", en = "{name}"}}

# Ids are stored as keyed hashes. The key stands outside this folder; keep a copy of it
# where it is safe: a new key gives every person a new id.
[ids]
key_file = "{key}"

# One table for each source; the name is the core table's ('esg list tables').
# [sources.loan]
# path = "data/loan.csv"
"""

_WORKFLOW = """\
name: quarterly report
on:
  workflow_dispatch:
  schedule:
    - cron: "0 6 8 1,4,7,10 *"
jobs:
  report:
    runs-on: ubuntu-24.04
    env:
      # The key for ids, as in the file that 'esg init' made; see [ids] in esg.toml.
      ESG_ID_KEY: ${{ secrets.ESG_ID_KEY }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: >-
          sudo apt-get update && sudo apt-get install -y libpango-1.0-0
          libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk
      - run: pip install esg && plotly_get_chrome -y
      - run: esg doctor
      - run: esg load
      - run: esg check
      - run: esg report quarterly --lang zh,en --format pdf,html,json --out report
      - uses: actions/upload-artifact@v4
        with:
          name: report
          path: report/
"""

_IGNORE = "warehouse.duckdb*\n.warehouse.duckdb.lock\n.esg-cache/\nreport/\n"
_MAPPING_NOTE = """\
# Mappings

A source whose columns bear other names gets a file NAME.sql here: one select from the
view `source` that gives our columns and passes `source_row` through.

```sql
select
    id          as loan_id,
    amount      as principal,
    source_row
from source
```

Codes without a place in a list of allowed values are mapped, never dropped.
"""


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
def command(*, folder: str) -> None:
    """Make a workspace: esg.toml, overlay folders, a scheduled build, a key for ids.

    Example:

    \b
        esg init my-lender
    """
    root = Path(folder)
    if (root / "esg.toml").exists():
        raise UsageError(
            f"'{folder}' holds an esg.toml already.", hint="Name another folder."
        )
    name = re.sub(r"[^A-Za-z0-9_-]", "-", root.resolve().name) or "lender"
    try:
        key = _make_key(name)
        for path, text in _files(name, key).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    except OSError as error:
        raise MachineError(
            f"'{error.filename}' cannot be written: {error.strerror}.",
            hint="Name a folder that you may write.",
        ) from error
    say(f"Made the workspace '{folder}'. The key for ids stands in {key}.")
    say("Next: name your sources in esg.toml, then 'esg load'.")


def _files(name: str, key: Path) -> dict[str, str]:
    home = str(Path.home())
    shown = str(key)
    if shown.startswith(home + os.sep):
        shown = "${HOME}" + shown.removeprefix(home)
    return {
        "esg.toml": _TOML.format(name=name, key=shown),
        "sources/README.md": _MAPPING_NOTE,
        "queries/.gitkeep": "",
        "report_templates/.gitkeep": "",
        ".github/workflows/report.yml": _WORKFLOW,
        ".gitignore": _IGNORE,
    }


def _make_key(name: str) -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    path = Path(base) / "esg" / f"{name}.key"
    if path.exists():
        # Another workspace of this name uses it: a key is never overwritten.
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path
