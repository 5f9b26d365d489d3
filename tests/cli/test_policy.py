"""``esg policy`` on a pack that judges, as it is seen on a screen."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

PACK = "cn_complaint_clocks"
COMPLAINT = """\
complaint_id,received_at,complexity,informed_at
K1,2026-03-02 09:00:00,simple,2026-03-18 08:00:00
K2,2026-03-02 09:00:00,complex,2026-04-01 08:00:00
"""


@pytest.fixture
def root(make_workspace: Callable[..., Workspace]) -> Path:
    workspace = make_workspace(complaint=COMPLAINT)
    workspace.load()
    return workspace.project.workspace


def esg(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "esg", "policy", *arguments],
        capture_output=True,
        cwd=root,
        check=False,
        encoding="utf-8",
    )


def test_a_verdict_is_explained_with_its_clause(root: Path) -> None:
    told = esg(root, "explain", "K1", "--pack", PACK, "--lang", "zh,en")

    assert told.returncode == 0
    assert told.stdout == (
        "K1  《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）\n"
        "  时限：2026-03-02收到，事实清楚、争议简单，时限15日（收到次日为第1日），"
        "至2026-03-17。\n"
        "  [《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）"
        "关于办理期限的规定：事实清楚、争议情况简单的为15日]\n"
        "  告知：2026-03-18告知投诉人，已超过时限2026-03-17。\n"
        "  结论：逾期\n"
        "\n"
        "K1  Measures for Handling Consumer Complaints in Banking and Insurance "
        "(银保监会令2020年第3号)\n"
        "  Limit: Received on 2026-03-02, a simple complaint: 15 days, the day after "
        "receipt being day 1, end on 2026-03-17.\n"
        "  [Measures for Handling Consumer Complaints in Banking and Insurance "
        "(银保监会令2020年第3号), time limits: 15 days for simple complaints]\n"
        "  Answer: The complainant was informed on 2026-03-18, after the limit of "
        "2026-03-17.\n"
        "  Verdict: late\n"
        "\n"
    )


def test_verdicts_are_rows_of_data(root: Path) -> None:
    told = esg(root, "apply", PACK, "--format", "csv")

    first, *rows = told.stdout.splitlines()
    assert first.startswith("complaint_id,rule_version,received_date,complexity,")
    assert [row.split(",")[8:10] for row in rows] == [
        ["late", "informed_late"],
        ["in_time", "informed_in_time"],
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "O3", "O4", "--pack", PACK),
        ("simulate", PACK, "--set", "simple_days=10"),
        ("reconcile", "--pack", PACK),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_needs_amounts_is_wrong_use_of_a_pack_that_judges(
    root: Path, arguments: tuple[str, ...]
) -> None:
    told = esg(root, *arguments)

    assert told.returncode == 2
    assert f"'{arguments[0]}' needs amounts, and the policy '{PACK}'" in told.stderr
    assert f"esg policy apply {PACK}" in told.stderr
    assert not told.stdout


def test_an_open_version_says_so(root: Path) -> None:
    told = esg(root, "list", "--format", "csv")

    assert f"{PACK},Time limits of complaints,消费投诉处理时限" in told.stdout
    assert "O3 2020-03-01 to open" in told.stdout
