"""The house rules that no linter states."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "esg"
MODULES = sorted(PACKAGE.rglob("*.py"))

HOMES = {
    "duckdb": "engine/duck.py",
    "weasyprint": "report/pdf.py",
    "kaleido": "nowhere: its browser is driven through choreographer",
    "choreographer": "report/pictures.py",
    "plotly": "report/drawing",
    "click": "cli",
}
"""Heavy or framework packages, each with the one place that may import it."""

MOST_LINES = 450


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", HOMES)
def test_a_heavy_package_is_imported_in_one_place_only(package: str) -> None:
    strays = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if package in imports(path)
        and not str(path.relative_to(PACKAGE)).startswith(HOMES[package])
    ]

    assert strays == []


def test_no_module_eats_the_project() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in MODULES
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }

    assert long == {}


def test_the_command_line_starts_without_the_heavy_packages() -> None:
    script = (
        "import sys, esg.cli; print([m for m in "
        "('duckdb', 'polars', 'plotly', 'weasyprint', 'kaleido', 'sqlglot', 'jinja2') "
        "if m in sys.modules])"
    )

    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
