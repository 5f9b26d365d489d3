"""A run drawn by hand: rows as the engine hands them over, to build reports on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from esg.indicators.result import SCHEMA, IndicatorResult, Input, RunResult
from esg.quality.statement import empty_statement
from esg.report.build import build_model
from esg.report.lookup import Lookup, read_lookup
from esg.report.wording import Words
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.quality.statement import Statement
    from esg.report.model import ReportModel
    from esg.spec.indicator import Indicator
    from esg.spec.project import Project
    from esg.spec.report import ReportSpec

Row = dict[str, Any]

PERIOD = parse_period("2026Q3")


def row(value: float | None, half: float | None = None, **more: Any) -> Row:
    """Return one cell; an interval of equal sides where ``half`` is given."""
    found: Row = {"value": value, "period": "2026Q3", "n": 1000, "status": "ok"}
    if value is not None and half is not None:
        found |= {"low": value - half, "high": value + half, "missing_share": 0.02}
        found |= {"numerator": Decimal(1), "denominator": Decimal(3)}
    for base in ("previous", "year"):
        if (change := more.pop(base, None)) is not None:
            size, width = change
            found[f"change_{base}"] = size
            if width is not None:
                found[f"change_{base}_low"] = size - width
                found[f"change_{base}_high"] = size + width
    return found | more


@pytest.fixture
def spec(project: Project) -> ReportSpec:
    return project.reports["quarterly"]


@pytest.fixture
def lookup(spec: ReportSpec) -> Lookup:
    return read_lookup(spec.folder)


@pytest.fixture
def words(spec: ReportSpec) -> Callable[..., Words]:
    def make(language: str, currency: str = "CNY") -> Words:
        return Words(language, spec.strings[language], currency)

    return make


def _frame(indicator: Indicator, rows: list[Row]) -> pl.DataFrame:
    first = indicator.measures[0]
    complete = []
    for given in rows:
        measure = indicator.measure(given.get("measure", first.name))
        base: Row = dict.fromkeys(SCHEMA)
        base |= {"dimension": "all", "segment": "all", "indicator": indicator.id}
        complete.append(base | {"measure": measure.name, "unit": measure.unit} | given)
    return pl.DataFrame(complete, schema=SCHEMA)


@pytest.fixture
def make_run(project: Project) -> Callable[..., RunResult]:
    """Return a maker of runs: rows by indicator; all others hold no data."""

    def make(rows: dict[str, list[Row]], period: str = "2026Q3") -> RunResult:
        results = []
        for indicator in project.indicators.values():
            table = min(indicator.needs, default="loan")
            absent = row(None, status="no_data", reason=f"table:{table}", n=None)
            absent["period"] = period
            results.append(
                IndicatorResult(
                    indicator=indicator,
                    frame=_frame(indicator, rows.get(indicator.id, [absent])),
                    rules=tuple(project.rules[name] for name in indicator.rules),
                    row_counts=dict.fromkeys(indicator.needs, 7),
                )
            )
        return RunResult(
            period=parse_period(period),
            data_date=parse_period(period).last_day.isoformat(),
            results=tuple(results),
            inputs=(
                Input("loan", "loan", "loan.csv", "ab" * 32, 1, 100, 97, 1, 2),
                Input("empty", "borrower", "b.csv", "cd" * 32, 2, 0, 0, 0, 0),
            ),
            quarantine=pl.DataFrame(
                {
                    "source": ["loan", "loan"],
                    "table": ["loan", "loan"],
                    "rule": ["allowed", "own_check"],
                    "column": ["product", None],
                    "rows": [1, 1],
                }
            ),
        )

    return make


@pytest.fixture
def build(
    make_run: Callable[..., RunResult],
    project: Project,
    spec: ReportSpec,
    lookup: Lookup,
) -> Callable[..., ReportModel]:
    """Return a builder of models from rows by indicator."""

    def make(
        rows: dict[str, list[Row]],
        language: str = "en",
        period: str = "2026Q3",
        statement: Statement | None = None,
    ) -> ReportModel:
        run = make_run(rows, period)
        known = statement or empty_statement(period)
        return build_model(
            run,
            known,
            spec,
            project.settings,
            language,
            lookup,
            register=project.register,
        )

    return make


def _series(base: float, step: float, periods: int, **more: Any) -> list[Row]:
    found = []
    for back in range(periods - 1, -1, -1):
        value = base - step * back
        changes = {"previous": (step, 0.004)} if back < periods - 1 else {}
        found.append(
            row(value, 0.005, period=str(PERIOD.shift(-back)), **changes, **more)
        )
    return found


def _counts(base: float, periods: int, **more: Any) -> list[Row]:
    return [
        row(
            base - 20 * back,
            period=str(PERIOD.shift(-back)),
            previous=(20.0, None),
            n=int(base),
            **more,
        )
        for back in range(periods - 1, -1, -1)
    ]


@pytest.fixture
def full_rows() -> dict[str, list[Row]]:
    """Rows in which every kind of figure of the quarterly report can be drawn."""
    provinces = ("110000", "410000", "430000", "450000", "540000")
    borrowers = "inclusion.active_borrowers"
    first_time = "inclusion.first_time_borrower_share"
    par30 = "healthy_consumption.par30"
    complaints = "consumer_protection.complaints_received"
    fraud = "consumer_protection.fraud_identification"
    repair = "credit_repair.one_off_repair"
    subsidy = "subsidy.interest_subsidy"
    reach = "subsidy.reach_among_excluded"
    bands = ("18-24", "25-34", "35-44", "45-59", "60+", "unknown")
    counts = {"true_positives": 40, "false_positives": 10}
    counts |= {"false_negatives": 9, "true_negatives": 900}
    steps = {"eligible_items": 90, "repaired_items": 60, "repaired_customers": 50}
    steps |= {"told_customers": 45, "customers_with_new_credit": 30}
    return {
        borrowers: _counts(6000, 9)
        + [
            r
            for band in bands
            for r in _counts(1000, 9, dimension="age_band", segment=band)
        ],
        first_time: _series(0.18, 0.01, 8)
        + [
            row(0.1 + 0.02 * i, 0.01, dimension="province", segment=code)
            for i, code in enumerate(provinces)
        ]
        + [row(None, n=None, dimension="province", segment="630000",
               status="suppressed", reason="small")],
        par30: _series(0.03, 0.001, 8)
        + [
            r
            for area, base in (("urban", 0.02), ("rural", 0.09), ("county", 0.03))
            for r in _series(base, 0.002, 8, dimension="area", segment=area)
        ]
        + [
            row(0.09 if code == "410000" else 0.03, 0.01, dimension="province",
                segment=code, year=(0.05, 0.01))
            for code in provinces
        ],
        complaints: _counts(100, 5)
        + [
            r
            for i in range(11)
            for r in _counts(80 - 6 * i, 5, dimension="topic", segment=f"t{i:02d}")
        ],
        fraud: [row(float(n), measure=m, n=n) for m, n in counts.items()]
        + [row(0.8, 0.05, measure="precision"), row(0.81, 0.05, measure="recall")],
        repair: [row(float(n), measure=m, n=n) for m, n in steps.items()],
        subsidy: [
            row(v, measure=m, period=str(PERIOD.shift(-k)), n=500)
            for m, v in (("claimed", 3e6), ("undecided", 5e5), ("approved", 2e6))
            for k in range(3)
        ],
        reach: [
            row(0.3 - 0.02 * i, 0.01, measure=m)
            for i, m in enumerate(
                ("all", "first_time", "new_citizens", "county_rural", "low_income")
            )
        ],
    }  # fmt: skip


@pytest.fixture
def make_row() -> Callable[..., Row]:
    """Return the maker of single cells."""
    return row
