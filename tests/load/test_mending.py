"""Rejected rows from the list to the retry, as a person at a terminal meets them."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.errors import DataError
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

BORROWER = "borrower_id,gender,birth_year\nb1,female,1990\nwang-lei,robot,1985\n"
LOAN = """\
loan_id,borrower_id,product,currency,principal
l1,b1,micro,CNY,10
l2,b1,payday,CNY,20
l3,wang-lei,micro,CNY,30
l4,b1,micro,CNY,forty
l5,b1,micro,CNY,50
l5,b1,micro,CNY,51
l6,b1,auto
l7,b9,micro,CNY,70
"""
HEAD = "loan_id,product,currency,principal\n"


def esg(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    folder = str(workspace.project.workspace)
    done = subprocess.run(
        [sys.executable, "-m", "esg", "--workspace", folder, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def table(done: subprocess.CompletedProcess[str]) -> list[tuple[object, ...]]:
    assert done.returncode == 0, done.stderr
    return pl.read_csv(StringIO(done.stdout), infer_schema=False).rows()


def reasons(workspace: Workspace, *words: str) -> dict[str, str]:
    frame = pl.read_csv(
        StringIO(esg(workspace, "quarantine", "list", *words).stdout),
        infer_schema=False,
    )
    return dict(zip(frame["rule"], frame["rows"], strict=True))


def stored(workspace: Workspace) -> list[tuple[str, str]]:
    frame = workspace.sql("select loan_id, principal from loan order by all")
    return [(row[0], str(row[1])) for row in frame.iter_rows()]


def write(workspace: Workspace, content: str) -> None:
    (workspace.project.workspace / "loan.csv").write_text(content)


def increments(make_workspace: Make, content: str) -> Workspace:
    workspace = make_workspace(loan=content)
    toml = workspace.project.workspace / "esg.toml"
    toml.write_text(toml.read_text("utf-8") + 'mode = "incremental"\n', "utf-8")
    return open_workspace(workspace.project.workspace)


def test_a_person_finds_mends_and_retries_what_was_rejected(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(borrower=BORROWER, loan=LOAN)
    assert esg(workspace, "load").returncode == 0

    # By table, source and rule, with a sample of each.
    assert reasons(workspace) == {
        "allowed": "1",
        "key_conflict": "2",
        "ragged": "1",
        "reference": "1",
        "reference_rejected": "1",
        "type": "1",
    }
    listed = table(esg(workspace, "quarantine", "list", "--table", "borrower"))
    assert listed == [
        ("borrower",) * 2
        + ("allowed", "gender", "1", "borrower.csv", "2", "5 characters as AAAAA")
    ]
    assert reasons(workspace, "--source", "loan", "--rule", "type") == {"type": "1"}
    # Shown without what tells a person.
    shown = esg(workspace, "quarantine", "show", "borrower", "--format", "csv").stdout
    assert "wang" not in shown
    assert "8 characters" in shown
    shown = esg(workspace, "quarantine", "show", "loan", "--format", "csv").stdout
    assert "forty" in shown
    assert "wang" not in shown
    assert "l6,b1" not in shown

    # The parent first: then the child comes in by itself.
    mend = tmp_path / "mend.csv"
    esg(workspace, "quarantine", "export", "borrower", "-o", str(mend))
    mend.write_text(mend.read_text().replace("robot", "male"))
    done = esg(workspace, "quarantine", "retry", "borrower", str(mend))
    assert "1 rows retried, 1 added" in done.stderr
    assert "loan " in esg(workspace, "load").stderr
    assert stored(workspace) == [("l1", "10.00"), ("l3", "30.00")]
    assert reasons(workspace, "--rule", "reference_rejected") == {}

    # Then the children: some cells, one key, one line without columns.
    told = esg(workspace, "quarantine", "export", "loan", "-o", str(mend)).stderr
    assert "loan: 6 rows; mend them" in told
    frame = pl.read_csv(mend, infer_schema=False)
    ragged = frame.filter(pl.col("quarantine_reasons") == "ragged")
    assert ragged["quarantine_line"].to_list() == ["l6,b1,auto"]
    mend.write_text(
        mend.read_text()
        .replace("payday", "pay_later")
        .replace("l5,b1,micro,CNY,51", "l5b,b1,micro,CNY,51")
        .replace('"l6,b1,auto",,,,,', '"l6,b1,auto",l6,b1,auto,CNY,60')
        .replace("forty", "fourty")
    )
    done = esg(workspace, "quarantine", "retry", "loan", str(mend))
    assert done.returncode == 0, done.stderr
    assert "6 rows retried, 4 added, 0 superseded, 2 still quarantined" in done.stderr
    assert "esg quarantine list --source loan" in done.stderr
    assert stored(workspace) == [
        ("l1", "10.00"),
        ("l2", "20.00"),
        ("l3", "30.00"),
        ("l5", "50.00"),
        ("l5b", "51.00"),
        ("l6", "60.00"),
    ]
    left = table(esg(workspace, "quarantine", "list", "--source", "loan"))
    assert [(row[2], row[6], row[7]) for row in left] == [
        ("reference", "8", None),
        ("type", "4", "fourty"),
    ]
    # The file says nothing new, and what was mended stays.
    assert "same content as before" in esg(workspace, "load").stderr
    assert len(stored(workspace)) == 6

    # Mended at the source: nothing is left, and the source's own rows hold.
    write(workspace, LOAN.replace("forty", "40").replace("b9", "b1"))
    assert esg(workspace, "load").returncode == 0
    assert reasons(workspace, "--source", "loan") == {
        "allowed": "1",
        "key_conflict": "2",
        "ragged": "1",
    }
    assert [key for key, _ in stored(workspace)] == ["l1", "l3", "l4", "l7"]


def test_mended_rows_survive_that_the_same_file_is_judged_again(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(borrower=BORROWER, loan=LOAN)
    workspace.load()
    frame = workspace.rejected_rows("loan").filter(
        pl.col("quarantine_reasons").str.contains("allowed|type")
    )
    mend = tmp_path / "mend.csv"
    frame.with_columns(product=pl.lit("micro")).write_csv(mend)
    workspace.retry("loan", mend)
    people = workspace.project.workspace / "borrower.csv"
    people.write_text(BORROWER.replace("robot", "male"))

    again = workspace.load().sources[1]

    # l3 has found its parent; l2 was mended; l4 was retried and is still bad.
    assert not again.unchanged
    assert [key for key, _ in stored(workspace)] == ["l1", "l2", "l3"]
    frame = workspace.rejected_rows("loan")
    assert frame["quarantine_row"].to_list() == [4, 5, 6, 7, 8]


def test_a_mended_row_gives_way_to_its_own_row(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(borrower=BORROWER, loan=LOAN)
    workspace.load()
    frame = workspace.rejected_rows("loan", rule="reference_rejected")
    mend = tmp_path / "mend.csv"
    frame.with_columns(borrower_id=None, principal=pl.lit("31")).write_csv(mend)
    workspace.retry("loan", mend)
    assert stored(workspace) == [("l1", "10.00"), ("l3", "31.00")]
    people = workspace.project.workspace / "borrower.csv"
    people.write_text(BORROWER.replace("robot", "male"))

    workspace.load()

    assert stored(workspace) == [("l1", "10.00"), ("l3", "30.00")]


def test_identical_rows_that_dangle_are_both_rejected(make_workspace: Make) -> None:
    twice = "loan_id,borrower_id,product,currency\n" + "l1,b9,micro,CNY\n" * 2
    workspace = make_workspace(borrower=BORROWER, loan=twice)

    counts = workspace.load().sources[1].counts

    assert (counts.read, counts.duplicate, counts.quarantined) == (2, 0, 2)


def test_an_export_from_before_another_file_is_not_retried(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(loan=HEAD + "l1,payday,CNY,10\n")
    workspace.load()
    mend = tmp_path / "mend.csv"
    workspace.rejected_rows("loan").with_columns(product=pl.lit("micro")).write_csv(
        mend
    )
    write(workspace, HEAD + "l2,payday,CNY,20\n")
    workspace.load()

    with pytest.raises(DataError, match="1 rows mend none that is in the quarantine"):
        workspace.retry("loan", mend)

    assert stored(workspace) == []
    assert workspace.rejected_rows("loan")["loan_id"].to_list() == ["l2"]


def test_a_mended_row_takes_no_key_of_a_row_in_order(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\nl2,payday,CNY,20\n")
    workspace.load()
    mend = tmp_path / "mend.csv"
    frame = workspace.rejected_rows("loan")
    frame.with_columns(product=pl.lit("micro"), loan_id=pl.lit("l1")).write_csv(mend)

    with pytest.raises(DataError, match="a key \\(loan_id\\) that another row"):
        workspace.retry("loan", mend)

    assert stored(workspace) == [("l1", "10.00")]


def test_rows_of_an_increment_that_is_gone_are_counted_and_not_mistaken(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = increments(make_workspace, HEAD + "l1,micro,CNY,10\nl2,payday,CNY,2\n")
    workspace.load()
    write(workspace, HEAD + "l3,micro,CNY,30\nl4,payday,CNY,40\n")
    workspace.load()

    done = esg(workspace, "quarantine", "export", "loan", "-o", str(tmp_path / "m.csv"))

    # Both stand in row 2 of a file of that name; only one of them is there.
    frame = pl.read_csv(tmp_path / "m.csv", infer_schema=False)
    assert frame["loan_id"].to_list() == ["l4"]
    assert "1 more stand in increments that the source holds no more" in done.stderr
    frame.with_columns(product=pl.lit("micro")).write_csv(tmp_path / "m.csv")
    workspace.retry("loan", tmp_path / "m.csv")
    assert reasons(workspace) == {"allowed": "1"}
    # The file of old comes back: its row can be shown, and it is no news.
    write(workspace, HEAD + "l1,micro,CNY,10\nl2,payday,CNY,2\n")
    assert workspace.rejected_rows("loan")["loan_id"].to_list() == ["l2"]


def test_an_older_increment_that_comes_again_takes_nothing_back(
    make_workspace: Make,
) -> None:
    first, second = HEAD + "l1,micro,CNY,10\n", HEAD + "l1,micro,CNY,11\n"
    workspace = increments(make_workspace, first)
    workspace.load()
    write(workspace, second)
    workspace.load()
    before = workspace.warehouse.read_bytes()
    write(workspace, first)

    again = workspace.load().sources[0]

    assert (again.unchanged, again.load_no) == (True, 1)
    assert workspace.warehouse.read_bytes() == before
    # Who wants the old figure back undoes the new one.
    workspace.undo("loan", to=1)
    assert stored(workspace) == [("l1", "10.00")]


def test_an_older_snapshot_is_a_state_to_go_back_to(make_workspace: Make) -> None:
    first, second = HEAD + "l1,micro,CNY,10\n", HEAD + "l2,micro,CNY,20\n"
    workspace = make_workspace(loan=first)
    workspace.load()
    write(workspace, second)
    workspace.load()
    write(workspace, first)

    again = workspace.load().sources[0]

    assert (again.unchanged, again.load_no) == (False, 3)
    assert stored(workspace) == [("l1", "10.00")]


def test_an_undo_is_undone_by_going_back_before_it(make_workspace: Make) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\nl2,payday,CNY,20\n")
    esg(workspace, "load")

    assert (
        "1 rows superseded, 0 brought back"
        in esg(workspace, "loads", "undo", "loan").stderr
    )
    assert stored(workspace) == []
    done = esg(workspace, "loads", "undo", "loan", "--to", "1")

    assert "0 rows superseded, 1 brought back, as load 3" in done.stderr
    assert stored(workspace) == [("l1", "10.00")]
    assert reasons(workspace) == {"allowed": "1"}


def test_a_source_taken_out_of_the_configuration_can_be_withdrawn(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\n", borrower=BORROWER)
    workspace.load()
    toml = workspace.project.workspace / "esg.toml"
    text = toml.read_text("utf-8")
    toml.write_text(text.replace("[sources.loan]", "[sources.tape]"), "utf-8")

    done = esg(workspace, "loads", "undo", "loan")

    assert "loan: 1 rows superseded" in done.stderr
    assert stored(workspace) == []
    assert (
        "never loaded; did you mean 'tape'"
        in esg(workspace, "loads", "undo", "tap").stderr
    )


def test_rows_do_not_come_back_under_keys_that_others_hold(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=HEAD + "l1,micro,CNY,10\n")
    workspace.load()
    workspace.undo("loan")
    toml = workspace.project.workspace / "esg.toml"
    other = '[sources.tape]\ntable = "loan"\npath = "loan.csv"\n'
    toml.write_text(toml.read_text("utf-8") + other, "utf-8")
    workspace = open_workspace(workspace.project.workspace)
    workspace.load("tape")

    with pytest.raises(DataError, match="1 of source 'tape'"):
        workspace.undo("loan", to=1)

    # A key that is free again lets the rows in that it kept out.
    assert workspace.load("loan").sources[0].counts.quarantined == 1
    workspace.undo("tape")
    assert workspace.load("loan").sources[0].counts.quarantined == 0
    assert stored(workspace) == [("l1", "10.00")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--table", "lon"), "There is no table 'lon'; did you mean 'loan'."),
        (
            ("list", "--source", "loans"),
            "esg.toml declares no source 'loans'; did you mean 'loan'.",
        ),
        (
            ("list", "--rule", "refrence"),
            "There is no rule 'refrence'; did you mean 'reference'.",
        ),
        (("list", "--rule", "nope"), "There is no rule 'nope'."),
        (
            ("list", "--table", "loan", "--rule", "refrence"),
            "The table 'loan' has no rule 'refrence'; did you mean 'reference'.",
        ),
        (
            ("show", "loan", "--rule", "alowed"),
            "The table 'loan' has no rule 'alowed'; did you mean 'allowed'.",
        ),
    ],
)
def test_a_name_that_nothing_can_bear_is_refused_with_the_nearest_one(
    make_workspace: Make, words: tuple[str, ...], message: str
) -> None:
    workspace = make_workspace(borrower=BORROWER, loan=LOAN)
    workspace.load()

    done = esg(workspace, "quarantine", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"esg: error: {message}\n" in done.stderr


def test_a_known_name_that_nothing_bears_gives_an_empty_list(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(borrower=BORROWER, loan=LOAN)
    workspace.load()

    assert reasons(workspace, "--rule", "pattern") == {}
    assert reasons(workspace, "--table", "complaint") == {}
