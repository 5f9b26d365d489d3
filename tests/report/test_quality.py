"""The report's pages on data quality, in both languages."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from esg.quality.statement import DRIFT, IMPACTS, MEASURES, TOTALS, Statement
from esg.report.facts import facts_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.report.model import ReportModel, Table
    from esg.spec.report import ReportSpec

    Build = Callable[..., ReportModel]


def frame(schema: dict[str, Any], *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def measure(aspect: str, name: str, parts: tuple[int, int], **more: Any) -> Any:
    numerator, denominator = parts
    base = {"table": "loan", "period": "all", "item": "all", "unit": "share"}
    return (
        base
        | {
            "aspect": aspect,
            "measure": name,
            "numerator": numerator,
            "denominator": denominator,
            "value": numerator / denominator,
        }
        | more
    )


@pytest.fixture
def statement() -> Statement:
    days = {"item": "loan", "unit": "day", "value": 7.0, "denominator": None}
    return Statement(
        "2026Q3",
        frame(
            MEASURES,
            measure("completeness", "filled", (1, 2)),
            measure("completeness", "filled", (3, 4), period="2026Q3"),
            measure("completeness", "filled", (1, 4), period="2026Q3", item="sector"),
            measure("validity", "rejected", (1, 10)),
            measure("timeliness", "age_days", (7, 1)) | days,
            measure("timeliness", "days_to_load", (99, 1)) | days,
        ),
        frame(
            TOTALS,
            {"table": "loan", "measure": "principal", "period": "2026Q3",
             "ledger": Decimal("99999999999999999.99"),
             "loaded": Decimal("99999999999999998.99"),
             "difference": Decimal(-1), "tolerance": Decimal(0),
             "verdict": "differs", "blank_rows": 0, "quarantined": 214},
            {"table": "payment", "measure": "rows", "period": "2026Q3",
             "ledger": Decimal(7), "tolerance": Decimal(0), "verdict": "not_judged",
             "reason": "no_rows", "quarantined": 0},
        ),
        frame(
            IMPACTS,
            {"indicator": "healthy_consumption.par30", "measure": "share",
             "unit": "share", "state": "bounded", "value": 0.021, "low": 0.0209,
             "high": 0.023, "rejected": 214, "tables": "loan_month",
             "largest": Decimal(50000)},
            # 4.61 % and 4.62 % are printed the same.
            {"indicator": "healthy_consumption.late_night_share", "measure": "share",
             "unit": "share", "state": "bounded", "value": 0.0461, "low": 0.0461,
             "high": 0.0462, "rejected": 1, "tables": "loan"},
            {"indicator": "healthy_consumption.weighted_apr",
             "measure": "weighted_rate", "unit": "share", "state": "unbounded",
             "value": 0.1, "rejected": 1, "tables": "loan", "reason": "kind"},
        ),
        frame(
            DRIFT,
            {"source": "loan", "table": "loan", "column": "all", "verdict": "stable"},
            {"source": "loan", "table": "loan", "column": "sector",
             "nulls_before": 0.0, "nulls_now": 1.0, "psi": 7.25, "verdict": "emptied"},
            {"source": "loan", "table": "loan", "column": "channel",
             "nulls_before": 0.0, "nulls_now": 0.0, "psi": 0.01, "verdict": "stable"},
        ),
    )  # fmt: skip


def plain(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return a row without the blanks that do not break."""
    return tuple(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row)


def table(model: ReportModel, title: str) -> Table:
    found = [each for each in model.quality if each.title.startswith(title)]
    assert len(found) == 1
    return found[0]


def test_what_rejected_rows_could_move_is_printed_where_it_shows(
    build: Build, statement: Statement
) -> None:
    model = build({}, statement=statement)

    rows = table(model, "How far the rejected rows").rows
    assert [plain(row)[2:] for row in rows] == [
        (
            "2.1 %",
            "2.1 %",
            "2.3 %",
            "loan month-ends (214 rows), each up to CNY 50,000",
        )
    ]
    assert model.quality_lines[2] == (
        "Rejected rows: of 3 indicators with a number, 1 stay as printed whatever the "
        "rejected rows hold, 1 could be printed otherwise, and for 1 no bound can be "
        "given."
    )


def test_control_totals_keep_every_digit_and_name_the_quarantine(
    build: Build, statement: Statement
) -> None:
    rows = table(build({}, statement=statement), "Control totals").rows

    assert rows[0][3:] == (
        "99,999,999,999,999,999.99",
        "99,999,999,999,999,998.99",
        "−1",
        "0",
        "differs; rejected rows of the table: 214",
    )
    assert rows[1][4:] == ("–", "–", "0", "not judged: the table is empty")


def test_a_tables_quality_is_of_the_period_where_it_can_be(
    build: Build, statement: Statement
) -> None:
    model = build({}, statement=statement)

    assert plain(table(model, "Quality of the records").rows[0]) == (
        "loans",
        "75.0 %",
        "10.0 %",
        "–",
        "–",
        "–",
        "–",
        "–",
        "7",
    )
    blanks = table(model, "Columns in use").rows
    assert [plain(row) for row in blanks] == [("loans", "sector", "1", "4", "25.0 %")]
    moved = table(model, "Columns that moved").rows
    assert [plain(row) for row in moved] == [
        ("loans", "sector", "0 %", "100.0 %", "7.25", "turned blank")
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_time_of_a_load_is_in_no_report(
    build: Build, statement: Statement, language: str
) -> None:
    model = build({}, language, statement=statement)

    facts = json.loads(facts_json(model))["quality"]
    measures = [row[1] for row in facts["measures"]["rows"]]
    assert "age_days" in measures
    assert "days_to_load" not in measures
    assert facts["totals"]["rows"][0][3] == "99999999999999999.99"
    assert not any(cell == "99" for each in model.quality for row in each.rows
                   for cell in row)  # fmt: skip


def test_the_chinese_pages_say_it_in_chinese(
    build: Build, statement: Statement
) -> None:
    model = build({}, "zh", statement=statement)

    texts = [*model.quality_lines]
    for each in model.quality:
        texts += [each.title, *each.head, *each.notes, *(r[-1] for r in each.rows)]
    words = set(re.findall(r"[A-Za-z]{3,}", " ".join(texts)))
    assert words <= {"PSI"}
    assert "该表另有214行被剔除" in table(model, "总账控制数").rows[0][-1]


def test_every_reason_and_verdict_has_its_words(spec: ReportSpec) -> None:
    from esg.cli.quality_text import REASONS  # noqa: PLC0415 - its only use here

    for strings in spec.strings.values():
        assert {f"total_{reason}" for reason in REASONS} <= set(strings)
        for name in ("agrees", "within_tolerance", "differs", "not_judged"):
            assert f"verdict_{name}" in strings


def test_nothing_loaded_twice_and_no_ledger_are_said(build: Build) -> None:
    lines = build({}).quality_lines

    assert "states none" in lines[0]
    assert "no source has been loaded twice" in lines[1]
