"""One small lender without flaws, generated once for all tests that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esg.generate import Plan, generate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    generate(folder, Plan(1500, 5, flawed=False))
    return folder
