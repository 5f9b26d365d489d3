"""Corrections, what was known when, undoing a source, and mending rejected rows."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from esg.errors import DataError, UsageError
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

HEAD = "loan_id,product,currency,principal\n"
MONDAY = datetime(2026, 11, 2, 3, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 3, 3, tzinfo=UTC)


def file(workspace: Workspace, name: str = "loan.csv") -> Path:
    return workspace.project.workspace / name


def principal(workspace: Workspace) -> list[tuple[str, str]]:
    frame = workspace.sql("select loan_id, principal from loan order by loan_id")
    return [(row[0], str(row[1])) for row in frame.iter_rows()]


def open_reasons(workspace: Workspace) -> list[tuple[str, int]]:
    frame = workspace.quarantine()
    return [(row["rule"], row["rows"]) for row in frame.iter_rows(named=True)]


def test_what_was_known_before_a_correction_stays_known(make_workspace: Make) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\nl2,micro,CNY,20\n")
    workspace.load(now=MONDAY)
    file(workspace).write_text(HEAD + "l1,micro,CNY,11\nl3,micro,CNY,30\n")
    workspace.load(now=TUESDAY, by="night build")

    assert principal(workspace) == [("l1", "11.00"), ("l3", "30.00")]
    for moment in ("2026-11-02", "1", 1):
        then = workspace.as_known_at(moment)
        assert principal(then) == [("l1", "10.00"), ("l2", "20.00")]
        assert then.history().height == 1
    history = workspace.history().to_dicts()
    assert [(row["added"], row["superseded"]) for row in history] == [(2, 0), (2, 2)]
    assert history[1]["loaded_by"] == "night build"


def test_a_day_ends_where_the_institution_is(make_workspace: Make) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\n")
    # 23:30 UTC on the second is the third in Shanghai.
    workspace.load(now=datetime(2026, 11, 2, 23, 30, tzinfo=UTC))

    assert principal(workspace.as_known_at("2026-11-03")) == [("l1", "10.00")]
    with pytest.raises(DataError, match="Nothing had been loaded"):
        workspace.as_known_at("2026-11-02").history()


def test_a_moment_that_is_none_is_wrong_usage(make_workspace: Make) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\n")
    workspace.load()

    with pytest.raises(UsageError, match="neither a load number nor a day"):
        workspace.as_known_at("yesterday").history()


def test_a_renamed_file_with_the_same_content_is_the_same(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\n")
    workspace.load()
    file(workspace).rename(file(workspace, "tape.csv"))
    toml = file(workspace, "esg.toml")
    toml.write_text(toml.read_text().replace("loan.csv", "tape.csv"))

    again = open_workspace(workspace.project.workspace).load()

    assert again.sources[0].unchanged
    assert again.sources[0].load_no == 1


def test_a_withdrawn_source_is_undone_and_can_come_back(make_workspace: Make) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\nl2,payday,CNY,20\n")
    workspace.load(now=MONDAY)

    done = workspace.undo("loan", now=TUESDAY)

    assert (done.superseded, done.added) == (1, 0)
    assert principal(workspace) == []
    assert open_reasons(workspace) == []
    assert principal(workspace.as_known_at(1)) == [("l1", "10.00")]
    assert open_reasons(workspace.as_known_at(1)) == [("allowed", 1)]
    # The same file is no news to an undone source, but its rows are.
    assert not workspace.load().sources[0].unchanged
    assert principal(workspace) == [("l1", "10.00")]


def test_a_source_goes_back_to_how_it_stood(make_workspace: Make) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\nl2,payday,CNY,20\n")
    workspace.load()
    file(workspace).write_text(HEAD + "l1,micro,CNY,99\n")
    workspace.load()

    done = workspace.undo("loan", to=1)

    assert (done.superseded, done.added) == (1, 1)
    assert principal(workspace) == [("l1", "10.00")]
    assert open_reasons(workspace) == [("allowed", 1)]
    with pytest.raises(UsageError, match="its loads are 1, 2, 3"):
        workspace.undo("loan", to=9)
    with pytest.raises(UsageError, match="did you mean 'loan'"):
        workspace.undo("lone")


def test_rows_are_exported_mended_and_retried(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(
        loan=HEAD + "l1,micro,CNY,10\nl2,payday,CNY,20\nl3,micro,CNY,ten\nl4,auto\n"
    )
    workspace.load()
    frame = workspace.rejected_rows("loan")
    assert frame.columns[:5] == [
        "quarantine_load",
        "quarantine_file",
        "quarantine_row",
        "quarantine_reasons",
        "quarantine_line",
    ]
    assert frame.rows()[0] == (
        (1, "loan.csv", 2, "allowed in product", None, "l2", "payday", "CNY", "20")
    )
    assert frame["quarantine_row"].to_list() == [2, 3, 4]
    # A record with too few fields has none of the columns, and its line.
    assert frame.rows()[2][4:] == ("l4,auto", None, None, None, None)
    text = frame.write_csv()
    mended = tmp_path / "mend.csv"
    mended.write_text(text.replace("payday", "pay_later").replace("ten", "thirty"))

    done = workspace.retry("loan", mended)

    # l2 is in order now; l3 and the short record are still bad, each with its row.
    assert (done.counts.read, done.added, done.counts.quarantined) == (3, 1, 2)
    assert principal(workspace) == [("l1", "10.00"), ("l2", "20.00")]
    left = workspace.rejected_rows("loan")
    assert left["quarantine_row"].to_list() == [3, 4]
    # The same file says nothing new, and judged again does not lose what was mended.
    assert workspace.load().sources[0].unchanged
    assert principal(workspace) == [("l1", "10.00"), ("l2", "20.00")]
    assert open_reasons(workspace.as_known_at(1)) == [
        ("allowed", 1),
        ("ragged", 1),
        ("type", 1),
    ]


def test_shown_rows_are_masked_and_exported_ones_are_not(make_workspace: Make) -> None:
    workspace = make_workspace(borrower="borrower_id,gender\nwang-lei,unknown\n")
    workspace.load()

    shown = workspace.rejected_rows("borrower", masked=True)

    assert "wang" not in str(shown.rows())
    assert "wang-lei" in str(workspace.rejected_rows("borrower").rows())


def test_a_source_that_changed_since_its_load_shows_no_rows(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=HEAD + "l2,payday,CNY,20\n")
    workspace.load()
    file(workspace).write_text(HEAD + "l9,payday,CNY,20\n")

    with pytest.raises(DataError, match="not what load 1 read"):
        workspace.rejected_rows("loan")


def test_a_file_that_is_no_export_is_not_retried(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(loan=HEAD + "l2,payday,CNY,20\n")
    workspace.load()
    mended = tmp_path / "mend.csv"
    mended.write_text(HEAD + "l2,micro,CNY,20\n")
    before = workspace.warehouse.read_bytes()

    with pytest.raises(DataError, match="quarantine_row"):
        workspace.retry("loan", mended)

    assert workspace.warehouse.read_bytes() == before


def test_an_increment_adds_and_corrects_and_takes_nothing_as_gone(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(
        loan=HEAD + "l1,micro,CNY,10\nl2,micro,CNY,20\nl3,payday,CNY,30\n",
    )
    toml = file(workspace, "esg.toml")
    toml.write_text(toml.read_text() + 'mode = "incremental"\n')
    workspace = open_workspace(workspace.project.workspace)
    workspace.load()
    file(workspace).write_text(
        HEAD + "l2,micro,CNY,21\nl3,micro,CNY,30\nl4,micro,CNY,40\n"
    )

    done = workspace.load().sources[0]

    assert (done.added, done.superseded) == (3, 1)
    assert principal(workspace) == [
        ("l1", "10.00"),
        ("l2", "21.00"),
        ("l3", "30.00"),
        ("l4", "40.00"),
    ]
    # l3 came again under its key, in order: nothing is left to mend.
    assert open_reasons(workspace) == []


def test_a_source_of_several_inputs_has_each_of_them_in_its_history(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan="id,amount\nl1,10\n")
    folder = workspace.project.workspace
    rate = "amount,product\n10,micro\n"
    (folder / "rate.csv").write_text(rate)
    (folder / "sources").mkdir()
    (folder / "sources" / "loan.sql").write_text(
        "select id as loan_id, product, 'CNY' as currency, amount as principal, "
        "source.source_row from source join rate using (amount)"
    )
    toml = folder / "esg.toml"
    toml.write_text(
        toml.read_text("utf-8") + '[sources.loan.inputs.rate]\npath = "rate.csv"\n',
        "utf-8",
    )
    workspace = open_workspace(folder)

    workspace.load()

    told = workspace.history().to_dicts()[0]
    listed = dict(each.rsplit(" ", 1) for each in told["inputs"].split("; "))
    assert list(listed) == ["rate rate.csv", "source loan.csv"]
    assert listed["rate rate.csv"] == sha256(rate.encode()).hexdigest()
    assert (told["file"], principal(workspace)) == (
        "loan.csv, rate.csv",
        [("l1", "10.00")],
    )
