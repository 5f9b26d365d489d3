"""The command line as its users meet it: streams, exit codes, messages."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.cli import COMMANDS
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[2]


def esg(
    *arguments: str, at: Path | None = None, home: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    environment = dict(os.environ)
    if home:
        environment["HOME"] = str(home)
        environment.pop("XDG_CONFIG_HOME", None)
    return subprocess.run(
        [sys.executable, "-m", "esg", *arguments],
        capture_output=True,
        cwd=at,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def lender(make_workspace: Callable[..., Workspace]) -> Path:
    """A small loaded workspace of 60 borrowers, half of them women."""
    people = "".join(
        f"b{i},{'female' if i % 2 else 'male'},{440000 if i < 45 else 540000}\n"
        for i in range(60)
    )
    loans = "".join(f"l{i},b{i},consumer_loan,CNY,1000,2026-07-01\n" for i in range(60))
    months = "".join(f"l{i},2026-09-30,500,0\n" for i in range(60))
    workspace = make_workspace(
        borrower="borrower_id,gender,province_code\n" + people,
        loan="loan_id,borrower_id,product,currency,principal,disbursed_at\n" + loans,
        loan_month="loan_id,as_of_date,balance,days_past_due\n" + months,
    )
    workspace.load()
    return workspace.project.workspace


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = esg(name, "--help")

    assert done.returncode == 0
    assert b"Example:" in done.stdout
    assert f"esg {name}".encode() in done.stdout


def test_help_answers_at_once() -> None:
    esg("--help")  # once to warm the disk's cache

    times = []
    for _ in range(5):
        start = time.perf_counter()
        done = esg("--help")
        times.append(time.perf_counter() - start)
        assert done.returncode == 0

    assert min(times) < 0.4


def test_a_mistyped_command_names_the_nearest() -> None:
    done = esg("lod")

    assert done.returncode == 2
    assert b"did you mean 'load'" in done.stderr
    assert done.stdout == b""


def test_outside_a_workspace_the_way_in_is_told(tmp_path: Path) -> None:
    done = esg("load", at=tmp_path)

    assert done.returncode == 3
    assert b"esg init" in done.stderr


def test_run_writes_tidy_rows_to_standard_output_only(lender: Path) -> None:
    done = esg(
        "run", "inclusion.female_borrower_share", "--quarter", "2026Q3",
        "--by", "province", at=lender,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    frame = pl.read_csv(BytesIO(done.stdout))
    assert frame.columns == [
        "indicator", "measure", "period", "dimension", "segment", "value",
        "numerator", "denominator", "n", "low", "high", "missing_share", "unit",
        "status",
    ]  # fmt: skip
    whole = frame.filter(dimension="all", measure="share").row(0, named=True)
    assert (whole["numerator"], whole["denominator"], whole["value"]) == (30, 60, 0.5)
    small = frame.filter(segment="540000", measure="share").row(0, named=True)
    assert small["status"] == "suppressed"
    assert small["value"] is None
    assert small["n"] is None


def test_a_comma_crosses_two_breakdowns_and_a_second_option_does_not(
    lender: Path,
) -> None:
    call = ["run", "healthy_consumption.par30", "--quarter", "2026Q3"]
    pair = esg(*call, "--by", "province,gender", "--format", "json", at=lender)
    both = esg(*call, "--by", "province", "--by", "gender", at=lender)

    crossed = pl.DataFrame(json.loads(pair.stdout)).filter(measure="share")
    assert crossed.filter(dimension="province×gender")["segment"].to_list() == [
        "440000×female", "440000×male", "540000×female", "540000×male",
    ]  # fmt: skip
    assert set(crossed["dimension"]) == {"all", "province×gender"}
    # 22, 23, 8 and 7 loans: all below 30.
    small = crossed.filter(dimension="province×gender", status="suppressed")
    assert small.height == 4
    assert small["value"].null_count() == small["numerator"].null_count() == 4
    single = pl.read_csv(BytesIO(both.stdout))
    assert set(single["dimension"]) == {"all", "province", "gender"}


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_every_format_holds_a_pair(lender: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"pair.{form}"
    done = esg(
        "run", "inclusion.active_borrowers", "--quarter", "2026Q3",
        "--by", "province,gender", "--format", form, "-o", str(target), at=lender,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    if form == "parquet":
        assert "440000×female" in pl.read_parquet(target)["segment"]
    else:
        assert "440000×female" in target.read_text("utf-8")


def test_every_format_holds_the_same_rows(lender: Path, tmp_path: Path) -> None:
    call = ["run", "--all", "--quarter", "2026Q3"]
    csv = pl.read_csv(BytesIO(esg(*call, "--format", "csv", at=lender).stdout))
    rows = json.loads(esg(*call, "--format", "json", at=lender).stdout)
    target = tmp_path / "facts.parquet"
    done = esg(*call, "-o", str(target), at=lender)
    table = esg(*call, "--format", "table", at=lender).stdout.decode()

    assert done.stdout == b""
    parquet = pl.read_parquet(target)
    assert csv.height == len(rows) == parquet.height == len(table.splitlines()) - 2
    assert csv["status"].to_list() == [row["status"] for row in rows]
    assert {"ok", "no_data"} <= set(csv["status"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run"], 2, "esg list indicators"),
        (["run", "inclusion.femal_borrower_share"], 2, "did you mean"),
        (["run", "--all", "--quarter", "2026Q9"], 2, "2026Q3"),
        (["run", "--all", "--by", "provinse"], 2, "did you mean 'province'"),
        (["run", "--all", "--by", "province,gendr"], 2, "did you mean 'gender'"),
        (["run", "--all", "--by", "area,gender,product"], 2, "--by area --by gender"),
        (["run", "--all", "--by", "area,area"], 2, "crosses a breakdown with itself"),
        (["report", "monthly"], 2, "no report 'monthly'"),
        (["report", "--lang", "fr"], 2, "Allowed are: zh, en"),
        (["report", "--format", "docx"], 2, "Allowed are: pdf, html, json"),
        (["sql", "selec 1"], 3, "does not run"),
        (["sql", "select nothing from loan"], 3, "nothing"),
        (["sql", "create table x as select 1"], 3, "nothing was run"),
        (["sql", "delete from loan"], 3, "nothing was run"),
        (["sql", "select 1; select 2"], 3, "2 statements"),
        (["sql", "copy loan to 'x.csv'"], 3, "nothing was run"),
        (["sql", "select * from read_csv('esg.toml')"], 3, "disabled"),
        (["sql", "attach 'x.db' as y"], 3, "nothing was run"),
        (["sql", "set enable_external_access = true"], 3, "nothing was run"),
        (["load", "lone"], 3, "did you mean 'loan'"),
        (["run", "--all", "-o", "no/such/folder/x.csv"], 2, "cannot be written"),
    ],
)
def test_wrong_use_has_its_exit_code_and_a_way_out(
    lender: Path, arguments: list[str], code: int, words: str
) -> None:
    done = esg(*arguments, at=lender)

    text = done.stderr.decode()
    assert (done.returncode, words in text) == (code, True), text
    assert "Traceback" not in text
    assert done.stdout == b""


def test_sql_reads_tables_marts_and_rules_from_a_file_too(
    lender: Path, tmp_path: Path
) -> None:
    query = tmp_path / "q.sql"
    query.write_text("select period, count(*) as loans from loan_stock group by all;")

    done = esg("sql", "-f", str(query), at=lender)

    assert done.stdout.decode().splitlines() == ["period,loans", "2026Q3,60"]


def test_files_that_are_no_text_are_told_and_no_traceback_shown(lender: Path) -> None:
    broken = "-- 网点\nselect 1".encode("gb18030")
    (lender / "question.sql").write_bytes(broken)
    overlay = lender / "queries" / "marts"
    overlay.mkdir(parents=True)

    asked = esg("sql", "-f", "question.sql", at=lender)
    (overlay / "own.sql").write_bytes(broken)
    listed = esg("sql", "select 1", at=lender)

    for done, name in ((asked, "question.sql"), (listed, "queries/marts/own.sql")):
        assert done.returncode == 3
        assert f"{name}: the file is not UTF-8 text" in done.stderr.decode()


def test_a_query_may_come_from_standard_input(lender: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "esg", "sql", "--format", "json"],
        input=b"select count(*) as n from loan",
        capture_output=True,
        cwd=lender,
        check=True,
    )

    assert json.loads(done.stdout) == [{"n": 60}]


def test_the_prompt_answers_each_line_and_ends_with_ctrl_d(lender: Path) -> None:
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "esg", "sql", "--format", "csv"],
        cwd=lender,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(terminal)

    os.write(keyboard, b"selec\nselect count(*) as n from loan\n\x04")
    out, error = process.communicate()
    os.close(keyboard)

    assert process.returncode == 0, error
    assert out == b"n\n60\n"
    assert b"does not run" in error
    assert b"interrupted" not in error


def test_a_reader_that_leaves_early_is_no_fault(lender: Path) -> None:
    rows = "select * from range(200000)"
    script = '"$0" -m esg sql "$1" --format csv | head -1; exit ${PIPESTATUS[0]}'

    done = subprocess.run(
        ["bash", "-c", script, sys.executable, rows],
        capture_output=True,
        cwd=lender,
        check=False,
    )

    assert done.returncode == 0
    assert done.stderr == b""


def test_load_tells_what_it_did_on_standard_error(lender: Path) -> None:
    done = esg("load", at=lender)

    assert done.returncode == 0
    assert done.stdout == b""
    assert b"same content as before" in done.stderr


def test_nothing_loaded_yet_says_what_to_run(
    make_workspace: Callable[..., Workspace],
) -> None:
    workspace = make_workspace(borrower="borrower_id\nb1\n")

    done = esg("run", "--all", at=workspace.project.workspace)

    assert done.returncode == 4
    assert b"esg load" in done.stderr


def test_a_warehouse_that_is_none_is_told(lender: Path) -> None:
    (lender / "warehouse.duckdb").write_bytes(b"not a database")

    for command in (["run", "--all"], ["load"], ["check"]):
        done = esg(*command, at=lender)

        assert done.returncode == 4, done.stderr
        assert b"cannot be read as a DuckDB 2 database" in done.stderr


def test_check_separates_passed_failed_and_not_judged(
    make_workspace: Callable[..., Workspace],
) -> None:
    workspace = make_workspace(
        loan="loan_id,product,currency\nl1,micro,CNY\nl2,micro,CNY\nl3,micro,USD\n"
    )
    workspace.load()

    done = esg("check", at=workspace.project.workspace)

    text = done.stdout.decode()
    assert done.returncode == 5
    assert re.search(r"failed\s+fail\s+mixed_currencies\s+1\s", text)
    assert re.search(r"not judged\s+fail\s+bills_overlap", text)


def test_a_load_tells_what_it_stored_with_a_warning(
    make_workspace: Callable[..., Workspace],
) -> None:
    workspace = make_workspace(
        loan="loan_id,product,currency,contract_rate\nl1,micro,CNY,7.2\n"
    )

    done = esg("load", at=workspace.project.workspace)

    text = done.stderr.decode()
    assert done.returncode == 0
    assert "Quarantined" not in text
    assert re.search(
        r"Stored, but odd.*loan +rate_as_percent +– +1 +1 ", text, re.DOTALL
    )


def test_check_says_how_good_the_data_are_and_fails_where_the_ledger_differs(
    make_workspace: Callable[..., Workspace],
) -> None:
    loans = "".join(f"l{at},micro,CNY,10,2026-07-01\n" for at in range(40))
    workspace = make_workspace(
        loan="loan_id,product,currency,principal,disbursed_at\n"
        + loans
        + "x,payday,CNY,10,2026-07-01\n",
        ledger_total="table_name,measure,period,value,tolerance\n"
        "loan,principal,2026Q3,410,5\nloan,rows,2026Q3,40,\nloan,fees,2026Q3,1,\n",
    )
    workspace.load()

    done = esg("check", "--quarter", "2026Q3", at=workspace.project.workspace)

    text = done.stdout.decode()
    assert done.returncode == 5
    assert (
        "1 of 3 control totals differ: loan principal 2026Q3." in done.stderr.decode()
    )
    assert re.search(r"differs\s+loan\s+principal\s+2026Q3\s+410\s+400\s+-10", text)
    assert "rows of the table in quarantine: 1" in text
    assert re.search(r"agrees\s+loan\s+rows\s+2026Q3\s+40\s+40", text)
    assert "not judged" in text
    assert "the table has no such column" in text
    assert re.search(r"^loan\s+[0-9.]+%\s+[0-9.]+%\s+2.44%", text, re.MULTILINE)
    assert "No source has been loaded twice." in text
    assert re.search(r"inclusion.loans_disbursed\s+40\s+40\s+41\s+1\s+loan", text)


def test_the_parts_of_the_statement_are_tidy_tables(lender: Path) -> None:
    for part in ("measures", "totals", "impacts", "drift"):
        done = esg("check", "--part", part, "--format", "csv", at=lender)

        assert done.returncode == 0, done.stderr
        assert done.stderr == b""
        head = done.stdout.decode().splitlines()[0].split(",")
        assert "table" in head or "tables" in head

    done = esg("check", "--format", "json", at=lender)

    rows = json.loads(done.stdout)
    assert {row["aspect"] for row in rows} >= {"completeness", "timeliness"}
    filled = [r for r in rows if r["table"] == "loan" and r["item"] == "principal"]
    assert {(r["numerator"], r["denominator"]) for r in filled} == {(60, 60)}


def test_init_makes_a_workspace_and_keeps_the_key_out_of_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    done = esg("init", "my-lender", at=tmp_path, home=home)

    root = tmp_path / "my-lender"
    key = home / ".config" / "esg" / "my-lender.key"
    assert done.returncode == 0, done.stderr
    assert (key.stat().st_mode & 0o777) == 0o600
    secret = key.read_text().strip()
    assert len(secret) == 64
    assert secret not in done.stderr.decode()
    files = [path for path in root.rglob("*") if path.is_file()]
    assert not any(secret in path.read_text() for path in files)
    assert esg("list", "indicators", at=root, home=home).returncode == 0
    again = esg("init", "my-lender", at=tmp_path, home=home)
    assert again.returncode == 2
    assert b"holds an esg.toml already" in again.stderr


@pytest.mark.parametrize(
    "kind", ["indicators", "tables", "policies", "reports", "sources", "frameworks"]
)
def test_list_shows_every_kind_as_data(lender: Path, kind: str) -> None:
    done = esg("list", kind, "--format", "json", at=lender)

    assert len(json.loads(done.stdout)) >= 1


def test_list_frameworks_of_a_period_says_what_is_met_and_what_is_missing(
    lender: Path,
) -> None:
    ask = ("list", "frameworks", "--quarter", "2026Q3", "--format", "json")

    done = esg(*ask, at=lender)
    chinese = esg(*ask, "--lang", "zh", at=lender)

    assert done.returncode == 0, done.stderr.decode()
    rows = {row["code"]: row for row in json.loads(done.stdout)}
    assert rows["IRIS:PI9327@5.3c"]["state"] == "met"
    assert rows["IRIS:PI9327@5.3c"]["answered_by"] == (
        "inclusion.active_borrowers/active_borrowers"
    )
    complaints = rows["IRIS:PI2197@5.3c"]
    assert complaints["state"] == "not met"
    assert complaints["missing"] == "no data: the table “complaints” holds no rows"
    assert rows["IRIS:FP6354@5.3c"]["missing"] == "no indicator serves it"
    assert rows["GRI:2-23"]["state"] == "yours to write (narrative)"
    told = {row["code"]: row["state"] for row in json.loads(chinese.stdout)}
    assert told["IRIS:PI9327@5.3c"] == "满足"
    assert told.keys() == rows.keys()


def test_a_period_is_for_frameworks_alone(lender: Path) -> None:
    done = esg("list", "tables", "--quarter", "2026Q3", at=lender)

    assert done.returncode == 2
    assert b"A list of tables has no period." in done.stderr


def test_the_workspace_may_be_named_before_the_command(lender: Path) -> None:
    done = esg("--workspace", str(lender), "sql", "select count(*) as n from loan")

    assert done.stdout == b"n\n60\n"


def test_help_config_names_every_key_that_esg_toml_may_hold() -> None:
    text = esg("help", "config").stdout.decode()

    for key in ("currency", "time_zone", "data_date", "key_env", "max_bad_share"):
        assert key in text


@pytest.mark.parametrize("after_s", [0.0, 0.4, 0.9])
def test_ctrl_c_ends_a_load_with_130_and_without_a_trace(
    tmp_path: Path, after_s: float
) -> None:
    shutil.copytree(REPOSITORY / "sample_data" / "lender", tmp_path / "lender")
    process = subprocess.Popen(
        [sys.executable, "-m", "esg", "load"],
        cwd=tmp_path / "lender",
        stderr=subprocess.PIPE,
    )
    # Not from its start: what Python does before us is not ours to end with words.
    lock = tmp_path / "lender" / ".warehouse.duckdb.lock"
    while not lock.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(after_s)

    process.send_signal(signal.SIGINT)
    error = process.communicate()[1].decode()

    # On a fast machine the load may be over before the signal comes.
    assert process.returncode in (130, 0), error
    assert "Traceback" not in error
    assert list((tmp_path / "lender").glob("*.loading*")) == []


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_during_the_imports_ends_without_a_traceback(
    tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "click.py").write_text(
        f"import os, signal\nos.kill(os.getpid(), signal.{name})\nimport nothing_here\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "esg", "load"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (code, "esg: interrupted.\n")


def test_explain_tells_definition_graph_and_movement(lender: Path) -> None:
    name = "inclusion.female_borrower_share"

    text = esg("explain", name, "--quarter", "2026Q3", at=lender)
    facts = esg("explain", name, "--quarter", "2026Q3", "--format", "json", at=lender)
    chinese = esg("explain", name, "--quarter", "2026Q3", "--lang", "zh", at=lender)

    assert text.returncode == 0, text.stderr
    assert text.stdout.startswith(b"INC-05  ")
    assert b"Made from\n  active_borrower  mart\n" in text.stdout
    assert json.loads(facts.stdout)["measures"][0]["series"] == {"2026Q3": 0.5}
    assert "女性借款人占比" in chinese.stdout.decode()
    assert text.stderr == facts.stderr == b""

    # The Python door says the same, of the latest period where none is named.
    found = open_workspace(lender).explain(name)
    assert found.text == text.stdout.decode()
    assert json.loads(json.dumps(found.facts)) == json.loads(facts.stdout)


def test_explaining_what_does_not_exist_names_the_nearest(lender: Path) -> None:
    done = esg("explain", "inclusion.female_borower_share", at=lender)

    assert done.returncode == 2
    assert b"did you mean 'inclusion.female_borrower_share'" in done.stderr
    assert done.stdout == b""
