"""The sample lender with nothing withheld, loaded and computed once for all tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from esg.spec.period import parse_period
from esg.spec.project import shipped_folder
from esg.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from esg.indicators.result import RunResult


@pytest.fixture(scope="session")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("lender")
    shutil.copytree(shipped_folder("sample_data/lender"), root, dirs_exist_ok=True)
    # With no limits every cell is seen, and parts can be added up.
    with (root / "esg.toml").open("a") as file:
        file.write("\n[disclosure]\nmin_n = 0\nmin_cell = 1\n")
    workspace = open_workspace(root)
    workspace.load()
    return workspace


@pytest.fixture(scope="session")
def run(lender: Workspace) -> RunResult:
    """Every indicator over all quarters and all its breakdowns."""
    return lender.compute((), period=parse_period("2026Q3"), by=("*",))
