"""Results of earlier runs: taken where nothing changed, computed where anything did."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from esg.indicators.run import run_indicator
from esg.spec.period import parse_period
from esg.spec.project import shipped_folder
from esg.workspace import CACHE, Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

BORROWERS = "borrower_id,gender,birth_year\n" + "".join(
    f"b{at},{('female', 'male')[at % 3 > 0]},{1950 + at % 50}\n" for at in range(90)
)
LOANS = "loan_id,borrower_id,product,currency,principal,disbursed_at\n" + "".join(
    f"l{at},b{at % 90},micro,CNY,{1000 + at},2026-{1 + at % 9:02}-15 10:00:00\n"
    for at in range(200)
)
NAMES = ("inclusion.loans_disbursed", "inclusion.small_loan_share")
PERIOD = parse_period("2026Q3")


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the indicators that were computed and not taken from before."""
    found: list[str] = []

    def noted(connection: object, indicator: object, **asked: object) -> object:
        found.append(indicator.id)  # type: ignore[attr-defined]
        return run_indicator(connection, indicator, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr("esg.indicators.compute.run_indicator", noted)
    return found


@pytest.fixture
def workspace(make_workspace: Callable[..., Workspace]) -> Workspace:
    made = make_workspace(borrower=BORROWERS, loan=LOANS)
    made.load()
    return made


def numbers(workspace: Workspace, by: tuple[str, ...] = ("gender",)) -> pl.DataFrame:
    return workspace.run(*NAMES, quarter="2026Q3", by=by)


def again(workspace: Workspace) -> Workspace:
    """Return the workspace as another process would open it."""
    return open_workspace(workspace.project.workspace)


def override(workspace: Workspace, path: str, old: str, new: str) -> None:
    """Put a changed copy of a shipped file into the workspace."""
    folder = workspace.project.workspace / "queries" / path
    folder.parent.mkdir(parents=True, exist_ok=True)
    text = (shipped_folder("queries") / path).read_text("utf-8")
    assert old in text
    folder.write_text(text.replace(old, new), "utf-8")


def test_what_did_not_change_is_not_computed_again(
    workspace: Workspace, computed: list[str]
) -> None:
    first = numbers(workspace)
    assert computed == list(NAMES)

    second = numbers(again(workspace))

    assert computed == list(NAMES)
    assert second.equals(first)
    assert second["value"].null_count() < second.height


def test_another_question_is_another_result(
    workspace: Workspace, computed: list[str]
) -> None:
    numbers(workspace)

    numbers(workspace, by=("age_band",))
    workspace.run(NAMES[0], period="2026-09", by=("gender",))

    assert computed == [*NAMES, *NAMES, NAMES[0]]


def test_a_changed_setting_or_load_changes_all(
    workspace: Workspace, computed: list[str]
) -> None:
    numbers(workspace)
    root = workspace.project.workspace
    (root / "loan.csv").write_text(LOANS.replace("l0,b0,micro", "l0,b0,auto"))
    changed = again(workspace)
    changed.load()
    numbers(changed)
    assert computed == [*NAMES, *NAMES]

    numbers(again(workspace).as_known_at(2))
    assert computed == [*NAMES] * 3

    with (root / "esg.toml").open("a") as file:
        file.write("\n[disclosure]\nmin_n = 2\nmin_cell = 1\n")
    numbers(again(workspace))
    assert computed == [*NAMES] * 4


def test_a_file_that_others_wrote_to_is_read_anew(
    workspace: Workspace, computed: list[str]
) -> None:
    numbers(workspace)
    os.utime(workspace.warehouse, ns=(1, 1))

    numbers(workspace)

    assert computed == [*NAMES, *NAMES]


def test_half_a_result_is_computed_anew(
    workspace: Workspace, computed: list[str]
) -> None:
    first = numbers(workspace)
    files = sorted((workspace.project.workspace / CACHE / "results").iterdir())
    files[0].write_bytes(files[0].read_bytes()[:100])

    assert numbers(workspace).equals(first)
    assert computed == [*NAMES, NAMES[0]]


def test_where_nothing_can_be_kept_everything_is_computed(
    workspace: Workspace, computed: list[str]
) -> None:
    (workspace.project.workspace / CACHE).write_text("in the way")

    assert numbers(workspace).equals(numbers(workspace))
    assert computed == [*NAMES, *NAMES]


def test_only_a_few_results_of_an_indicator_stay(workspace: Workspace) -> None:
    for month in range(1, 10):
        workspace.run(NAMES[0], period=f"2026-0{month}")

    kept = list((workspace.project.workspace / CACHE / "results").iterdir())
    assert len(kept) == 6


NAME_IN_A_PROCESS = """
import sys
import esg
from esg.spec.period import parse_period

workspace = esg.open(sys.argv[1])
workspace.compute((sys.argv[2],), period=parse_period("2026Q3"), by=("gender",))
"""


def test_another_process_finds_the_same_results(workspace: Workspace) -> None:
    root = workspace.project.workspace
    # Sets in a declaration would stand in another order in each.
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", NAME_IN_A_PROCESS, str(root), NAMES[0]],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )

    assert len(list((root / CACHE / "results").iterdir())) == 1


@pytest.mark.parametrize(
    ("path", "old", "new", "again_computed"),
    [
        ("indicators/inclusion/loans_disbursed.sql", "version: 1", "version: 2", 1),
        ("marts/new_loan.sql", "-- One row:", "-- A row:", 2),
        # The subsidy is computed from it, and may be read by anything.
        ("marts/bill_paid.sql", "-- One row:", "-- A row:", 2),
    ],
    ids=["indicator", "mart", "filling"],
)
def test_a_changed_file_changes_what_reads_it(
    workspace: Workspace,
    computed: list[str],
    path: str,
    old: str,
    new: str,
    again_computed: int,
) -> None:
    numbers(workspace)
    override(workspace, path, old, new)

    numbers(again(workspace))

    assert computed == [*NAMES, *NAMES[:again_computed]]
