"""Corrected and late loans change today's report, and not a byte of yesterday's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from indicators.raw_sample import DATA, Quarter, raw

from esg.doctor import examine
from esg.errors import DataError, UsageError
from esg.spec.period import parse_period
from esg.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(not finding.ok for finding in examine()),
        reason="this machine lacks something; 'esg doctor' tells what",
    ),
]

QUARTER = "2026Q3"
YESTERDAY = datetime(2026, 10, 12, 3, tzinfo=UTC)
TODAY = datetime(2026, 10, 13, 3, tzinfo=UTC)
LANGUAGES = ("zh", "en")
CORRECTED, RAISE = 500, Decimal("1000.00")
LATE = {"2026Q1": 40, "2026Q3": 60}
DISBURSED = "inclusion.loans_disbursed"


@dataclass(frozen=True)
class Both:
    """A workspace with two days of loads, and the report built on the first."""

    workspace: Workspace
    built: Path
    last_load: int
    """Of the first day."""


def corrected_loans() -> pl.DataFrame:
    """Return the loan file with 500 loans raised and late ones of two periods."""
    given = pl.read_parquet(DATA / "loan.parquet")
    clean = ~pl.col("loan_id").str.contains(r"^[A-Z]X\d")
    chosen = given.filter(
        clean, Quarter(QUARTER).holds("disbursed_at"), pl.col("principal").is_not_null()
    ).head(CORRECTED)
    assert chosen.height == CORRECTED
    is_chosen = pl.col("loan_id").is_in(chosen["loan_id"].implode())
    raised = given.with_columns(
        principal=pl.when(is_chosen)
        .then(pl.col("principal") + RAISE)
        .otherwise(pl.col("principal"))
        .cast(pl.Decimal(18, 2))
    )
    late = [
        given.filter(
            clean,
            Quarter(name).holds("disbursed_at"),
            pl.col("principal").is_not_null(),
        )
        .tail(rows)
        .with_columns(
            loan_id="LATE" + pl.col("loan_id"),
            application_id=pl.lit(None, dtype=pl.String),
        )
        for name, rows in LATE.items()
    ]
    return pl.concat([raised, *late])


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    root = tmp_path_factory.mktemp("as_known")
    shutil.copytree(
        DATA.parent, root / "lender", ignore=shutil.ignore_patterns("*warehouse*")
    )
    workspace = open_workspace(root / "lender")
    workspace.load(now=YESTERDAY)
    last = int(workspace.history()["load"].max())  # type: ignore[arg-type]
    build(workspace, root / "built")
    corrected_loans().write_parquet(root / "lender" / "data" / "loan.parquet")
    workspace.load(now=TODAY)
    return Both(workspace, root / "built", last)


def build(workspace: Workspace, out: Path, *formats: str) -> None:
    workspace.report(
        period=parse_period(QUARTER),
        languages=LANGUAGES,
        formats=formats or ("pdf", "html", "json"),
        out=out,
    )


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("quarterly-*")}


def disbursed(workspace: Workspace, quarter: str) -> tuple[int, Decimal]:
    """Return loans disbursed and their amount, as the indicator says."""
    frame = workspace.run(DISBURSED, quarter=quarter)
    found = dict(zip(frame["measure"], frame["numerator"], strict=True))
    return int(found["loans"]), Decimal(found["amount"])


def counted(loans: pl.DataFrame, quarter: str) -> tuple[int, Decimal]:
    """Return the same from the files alone."""
    held = loans.filter(Quarter(quarter).holds("disbursed_at"))
    return held.height, Decimal(held["principal"].sum())


def clean_file(workspace: Workspace) -> pl.DataFrame:
    file = pl.read_parquet(workspace.project.workspace / "data" / "loan.parquet")
    return file.filter(~pl.col("loan_id").str.contains(r"^[A-Z]X\d"))


def test_the_report_as_known_yesterday_is_yesterdays_to_the_byte(
    both: Both, tmp_path: Path
) -> None:
    before = read(both.built)

    build(both.workspace.as_known_at("2026-10-12"), tmp_path / "day")
    build(both.workspace.as_known_at(both.last_load), tmp_path / "load", "json", "html")

    assert len(before) == len(LANGUAGES) * 3
    assert read(tmp_path / "day") == before
    assert read(tmp_path / "load") == {
        name: data for name, data in before.items() if not name.endswith("pdf")
    }


@pytest.mark.parametrize("quarter", ["2026Q1", "2026Q2", "2026Q3"])
def test_the_figures_of_both_days_are_those_of_the_files(
    both: Both, quarter: str
) -> None:
    yesterday = both.workspace.as_known_at("2026-10-12")

    was, now = disbursed(yesterday, quarter), disbursed(both.workspace, quarter)

    assert was == counted(raw("loan"), quarter)
    assert now == counted(clean_file(both.workspace), quarter)
    assert now[0] - was[0] == LATE.get(quarter, 0)
    assert (now != was) == (quarter in LATE)


def test_todays_report_prints_the_corrected_figure(both: Both, tmp_path: Path) -> None:
    build(both.workspace, tmp_path, "json")

    for language in LANGUAGES:
        name = f"quarterly-{QUARTER}.{language}.json"
        was, now = printed(both.built / name), printed(tmp_path / name)
        difference = Decimal(now) - Decimal(was)
        late = clean_file(both.workspace).filter(
            pl.col("loan_id").str.starts_with("LATE"),
            Quarter(QUARTER).holds("disbursed_at"),
        )
        assert difference == CORRECTED * RAISE + Decimal(late["principal"].sum())


def printed(path: Path) -> Any:
    """Return the amount disbursed in the report's period, as its facts have it."""
    facts = json.loads(path.read_text("utf-8"))
    at = {name: place for place, name in enumerate(facts["columns"])}
    rows = next(i["rows"] for i in facts["indicators"] if i["id"] == DISBURSED)
    return next(
        row[at["numerator"]]
        for row in rows
        if row[at["measure"]] == "amount"
        and row[at["period"]] == QUARTER
        and row[at["dimension"]] == "all"
    )


@pytest.mark.parametrize("by", ["day", "load"])
def test_run_and_sql_answer_as_known(both: Both, by: str) -> None:
    moment = "2026-10-12" if by == "day" else str(both.last_load)
    options = ["--known-at", moment, "--format", "csv"]

    ran = esg(both, "run", DISBURSED, "--quarter", QUARTER, *options)
    asked = esg(both, "sql", "select count(*), sum(principal) from loan", *options)

    loans, amount = counted(raw("loan"), QUARTER)
    assert f",{loans}," in ran.stdout
    assert f"{amount:f}".rstrip("0").rstrip(".") in ran.stdout
    total = raw("loan")
    assert asked.stdout.splitlines()[1] == f"{total.height},{total['principal'].sum()}"


@pytest.mark.parametrize(
    ("moment", "code", "words"),
    [
        ("2026-10-11", 4, "Nothing had been loaded at '2026-10-11'"),
        ("999", 2, "There is no load 999; the last is "),
        ("0", 2, "There is no load 0"),
        ("20261012", 2, "a day is written 2026-01-15"),
        ("2026-10-32", 2, "neither a load number nor a day"),
        ("²", 2, "neither a load number nor a day"),
        ("last week", 2, "neither a load number nor a day"),
    ],
)
def test_a_moment_that_cannot_be_known_is_told(
    both: Both, moment: str, code: int, words: str
) -> None:
    done = esg(both, "sql", "select 1", "--known-at", moment)

    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


@pytest.mark.parametrize("moment", ["2026-10-13", "2099-12-31", "9999-12-31"])
def test_a_day_to_come_knows_what_is_known_now(both: Both, moment: str) -> None:
    then = both.workspace.as_known_at(moment)

    assert disbursed(then, QUARTER) == disbursed(both.workspace, QUARTER)


def test_the_python_door_tells_the_same(both: Both) -> None:
    with pytest.raises(DataError, match="Nothing had been loaded"):
        both.workspace.as_known_at("2026-10-11").run(DISBURSED, quarter=QUARTER)
    with pytest.raises(UsageError, match="no load 99"):
        both.workspace.as_known_at(99).sql("select 1")


def esg(both: Both, *words: str) -> subprocess.CompletedProcess[str]:
    folder = str(both.workspace.project.workspace)
    return subprocess.run(
        [sys.executable, "-m", "esg", "--workspace", folder, *words],
        capture_output=True,
        text=True,
        check=False,
    )
