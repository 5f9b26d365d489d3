"""Every printed number with its trail, as JSON that travels inside the PDF."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from esg.indicators.result import TIDY_COLUMNS
from esg.quality.statement import OF_THE_CLOCK
from esg.report.content_index import index_facts
from esg.report.metadata import metadata_facts
from esg.report.moved import movement_facts
from esg.report.numbers import ALL
from esg.report.policy import policy_facts

if TYPE_CHECKING:
    from esg.indicators.result import IndicatorResult, Input
    from esg.quality.statement import Statement
    from esg.report.model import ReportModel
    from esg.report.scope import Scope
    from esg.spec.rule import Rule

FORMAT = 1
"""Raised when a reader of the JSON would have to change."""

_COLUMNS = (
    *(name for name in TIDY_COLUMNS if name != "indicator"),
    "reason", "change_previous", "change_previous_low", "change_previous_high",
    "change_year", "change_year_low", "change_year_high",
)  # fmt: skip
_SHOWN_OVER_TIME = ("multiples", "trend", "stacked", "pareto")


def facts_json(model: ReportModel) -> str:
    """Return the facts as JSON text, the same bytes for the same facts."""
    text = json.dumps(
        model.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text + "\n"


def facts(scope: Scope) -> dict[str, Any]:
    """Return what a report prints, as numbers.

    Decimals are text: a JSON number would be read as a float and lose cents.
    """
    return {
        "format": FORMAT,
        "report": scope.spec.name,
        "institution": scope.settings.institution_id,
        "period": str(scope.run.period),
        "currency": scope.settings.currency,
        "data_date": scope.run.data_date,
        "disclosure": {
            "min_n": scope.settings.disclosure.min_n,
            "min_cell": scope.settings.disclosure.min_cell,
        },
        "columns": list(_COLUMNS),
        "indicators": [_indicator(scope, result) for result in scope.run.results],
        "disclosures": index_facts(scope),
        "inputs": [_input(item) for item in _sorted_inputs(scope)],
        "quality": _quality(scope.statement),
        **({"movement": movement_facts(scope)} if scope.spec.has_movement else {}),
        **({"policy": policy_facts(scope.policy)} if scope.policy else {}),
    }


def _quality(statement: Statement) -> dict[str, Any]:
    """Return the data-quality statement, without what the time of a load decides."""
    told = ~pl.col("measure").is_in(OF_THE_CLOCK)
    return {
        "measures": _frame(statement.measures.filter(told)),
        "totals": _frame(statement.totals),
        "impacts": _frame(statement.impacts),
        "drift": _frame(statement.drift),
    }


def _frame(frame: pl.DataFrame) -> dict[str, Any]:
    return {
        "columns": frame.columns,
        "rows": [[_plain(value) for value in row] for row in frame.iter_rows()],
    }


def _sorted_inputs(scope: Scope) -> list[Input]:
    return sorted(scope.run.inputs, key=lambda i: (i.table, i.source, i.load))


def _input(item: Input) -> dict[str, Any]:
    return {
        "source": item.source,
        "table": item.table,
        "file": item.file,
        "sha256": item.sha256,
        "load": item.load,
        "rows_read": item.rows_read,
        "rows_stored": item.rows_stored,
        "rows_duplicate": item.rows_duplicate,
        "rows_quarantined": item.rows_quarantined,
    }


def _indicator(scope: Scope, result: IndicatorResult) -> dict[str, Any]:
    indicator = result.indicator
    return {
        "id": indicator.id,
        "code": indicator.code,
        "title": indicator.title[scope.language],
        "version": indicator.version,
        "direction": indicator.direction,
        "frameworks": list(indicator.frameworks),
        "s1": metadata_facts(scope, result),
        "row_counts": dict(sorted(result.row_counts.items())),
        "rules": [_rule(rule) for rule in result.rules],
        "rows": _rows(scope, result),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "unit": rule.unit,
        "values": [
            {
                "from": value.valid_from.isoformat(),
                "to": value.valid_to.isoformat(),
                "value": value.value if value.members is None else list(value.members),
                "citation": value.citation,
                "evidence": value.evidence,
            }
            for value in rule.values
        ],
    }


def _rows(scope: Scope, result: IndicatorResult) -> list[list[Any]]:
    """Return the rows a reader can see: the whole over time, groups of the period.

    Groups of earlier periods are kept only where a figure draws them.
    """
    window = [str(period) for period in scope.window]
    over_time = {
        figure.by or ""
        for chapter in scope.spec.chapters
        for figure in chapter.figures
        if figure.kind in _SHOWN_OVER_TIME
        and any(t.partition("/")[0] == result.indicator.id for t in figure.indicators)
    }
    frame = result.frame.filter(
        (pl.col("dimension").is_in([ALL, *sorted(over_time)]))
        & pl.col("period").is_in(window)
        | (pl.col("period") == str(scope.run.period))
    )
    order = ["measure", "dimension", "segment", "period"]
    return [
        [_plain(value) for value in row]
        for row in frame.sort(order).select(_COLUMNS).iter_rows()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value
