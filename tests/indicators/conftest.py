"""Every indicator of the sample lender, computed once for all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esg.spec.period import parse_period

if TYPE_CHECKING:
    from esg.indicators.result import RunResult
    from esg.workspace import Workspace


@pytest.fixture(scope="session")
def run(lender: Workspace) -> RunResult:
    """Every indicator over all quarters and all its breakdowns."""
    return lender.compute((), period=parse_period("2026Q3"), by=("*",))
