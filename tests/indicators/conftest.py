"""Every indicator of the sample lender, computed once; and files of one measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.indicators.result import RunResult
    from esg.workspace import Workspace


@pytest.fixture(scope="session")
def run(lender: Workspace) -> RunResult:
    """Every indicator over all quarters and all its breakdowns."""
    return lender.compute((), period=parse_period("2026Q3"), by=("*",))


_OF_ONE_MEASURE = """\
/*---
id: inclusion.x
code: OWN-1
title: {en: X, zh: 甲}
definition: {en: X., zh: 甲。}
version: 1
direction: context
unit: share
measures:
  - {name: a, MEASURE}
breakdowns: []
needs: {loan: [principal]}
---*/
select period, count(*) as n from new_loan group by all
"""


@pytest.fixture
def of_one_measure(tmp_path: Path) -> Callable[[str], Path]:
    """Return a writer of an indicator's file whose measure says what is given."""

    def write(says: str) -> Path:
        path = tmp_path / "x.sql"
        path.write_text(_OF_ONE_MEASURE.replace("MEASURE", says), "utf-8")
        return path

    return write
