"""Patterns and folders of partitions: one source, whatever its files are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]


def part(path: Path, *loan_ids: str, product: str = "micro") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(
        {
            "loan_id": loan_ids,
            "product": [product] * len(loan_ids),
            "currency": ["CNY"] * len(loan_ids),
        }
    )
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_ndjson(path)


def tape(make: Make, path: str, extra: str = "") -> tuple[Workspace, Path]:
    """Return a workspace with one source of loans, and its folder."""
    workspace = make(f'[sources.loan]\npath = "{path}"\nmax_bad_share = 1.0\n{extra}')
    return workspace, workspace.project.workspace


def loans(workspace: Workspace) -> list[tuple[object, ...]]:
    return workspace.sql("select loan_id, channel from loan order by all").rows()


@pytest.mark.parametrize("path", ["tape", "tape/**", "tape/channel=*/*.parquet"])
def test_values_of_partitions_are_columns_as_they_are_written(
    make_workspace: Make, path: str
) -> None:
    workspace, folder = tape(make_workspace, path, 'format = "parquet"\n')
    part(folder / "tape" / "channel=007" / "a.parquet", "l1", "l2")
    part(folder / "tape" / "channel=app%20two" / "b.parquet", "l3")
    part(folder / "tape" / "channel=__HIVE_DEFAULT_PARTITION__" / "c.parquet", "l4")
    part(folder / "tape" / "_temporary" / "channel=x" / "d.parquet", "l5")
    if path != "tape/channel=*/*.parquet":
        (folder / "tape" / "_SUCCESS").touch()
    workspace.load()

    assert loans(workspace) == [
        ("l1", "007"),
        ("l2", "007"),
        ("l3", "app two"),
        ("l4", None),
    ]


def test_a_partition_with_another_value_is_another_content(
    make_workspace: Make,
) -> None:
    workspace, folder = tape(make_workspace, "tape", 'format = "parquet"\n')
    part(folder / "tape" / "channel=app" / "a.parquet", "l1")
    workspace.load()
    (folder / "tape" / "channel=app" / "a.parquet").rename(
        folder / "tape" / "channel=app" / "z.parquet"
    )
    assert workspace.load().sources[0].unchanged

    (folder / "tape" / "channel=app").rename(folder / "tape" / "channel=branch")
    assert not workspace.load().sources[0].unchanged
    assert loans(workspace) == [("l1", "branch")]


def test_a_pattern_reads_all_its_files_and_numbers_rows_in_each(
    make_workspace: Make,
) -> None:
    workspace, folder = tape(make_workspace, "loan-*.ndjson")
    part(folder / "loan-1.ndjson", "l1", "l2")
    part(folder / "loan-2.ndjson", "l3", "l4", product="boat")
    part(folder / ".loan-3.ndjson", "l5")
    counts = workspace.load().sources[0].counts

    assert (counts.read, counts.stored, counts.quarantined) == (4, 2, 2)
    rows = (
        workspace.rejected_rows("loan")
        .drop("quarantine_load", "quarantine_line")
        .rows()
    )
    assert [row[:2] + row[3:4] for row in rows] == [
        ("loan-2.ndjson", 1, "l3"),
        ("loan-2.ndjson", 2, "l4"),
    ]


def test_a_pattern_that_finds_nothing_is_told(make_workspace: Make) -> None:
    workspace, _ = tape(make_workspace, "loan-*.parquet")

    with pytest.raises(DataError, match=r"loan-\*\.parquet: no file is found"):
        workspace.load()


def test_a_database_is_one_file(make_workspace: Make) -> None:
    workspace, folder = tape(make_workspace, "tape-*.sqlite", 'from = "loans"\n')
    (folder / "tape-1.sqlite").touch()
    (folder / "tape-2.sqlite").touch()

    with pytest.raises(DataError, match="2 files; a database is one"):
        workspace.load()
