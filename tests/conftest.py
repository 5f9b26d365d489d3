"""Fixtures every test may use: the shipped declarations, and small workspaces."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from esg.spec.project import Project, shipped_folder
from esg.spec.settings import DisclosureLimits, Guard, Ids, Settings
from esg.workspace import Workspace, open_workspace

# The same examples each time, and no example fails for a busy machine.
settings.register_profile("esg", deadline=None, derandomize=True)
settings.load_profile("esg")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = """\
currency = "CNY"
data_date = 2026-09-30

[institution]
id = "T"
name = {en = "Test lender", zh = "测试机构"}

[ids]
published_key = "test-key-not-secret"
"""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Everything shipped, over an empty workspace."""
    settings = Settings(
        institution_id="T",
        institution_name={"en": "Test lender", "zh": "测试机构"},
        currency="CNY",
        time_zone="Asia/Shanghai",
        languages=("zh", "en"),
        data_date=None,
        sources=(),
        ids=Ids(None, None, "test-key"),
        guard=Guard("stop", ()),
        targets={},
        disclosure=DisclosureLimits(min_n=30, min_cell=5),
        policy={},
    )
    return Project(tmp_path_factory.mktemp("no_overlay"), settings)


@pytest.fixture
def make_workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """Return a maker of workspaces from file contents: a source for each file."""

    def make(extra: str = "", **files: str | bytes) -> Workspace:
        root = tmp_path / "workspace"
        root.mkdir(exist_ok=True)
        sources = []
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            suffix = "parquet" if data[:4] == b"PAR1" else "csv"
            (root / f"{name}.{suffix}").write_bytes(data)
            sources.append(f'[sources.{name}]\npath = "{name}.{suffix}"\n')
            sources.append("max_bad_share = 1.0\n")
        (root / "esg.toml").write_text(HEAD + extra + "".join(sources), "utf-8")
        return open_workspace(root)

    return make


@pytest.fixture(scope="session")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample lender with nothing withheld, loaded once for all tests."""
    root = tmp_path_factory.mktemp("lender")
    shutil.copytree(shipped_folder("sample_data/lender"), root, dirs_exist_ok=True)
    # With no limits every cell is seen, and parts can be added up.
    with (root / "esg.toml").open("a") as file:
        file.write("\n[disclosure]\nmin_n = 0\nmin_cell = 1\n")
    workspace = open_workspace(root)
    workspace.load()
    return workspace
