"""The report's pages on data quality: what was read, what it can carry, what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from esg.quality.statement import NO_CLOCK, WHOLE
from esg.report.model import Table
from esg.report.tables import references_of
from esg.report.wording import NO_DATA

if TYPE_CHECKING:
    from decimal import Decimal

    from esg.report.numbers import Reference
    from esg.report.scope import Scope

_NOTABLE_MISSING = 0.01
_MOST_COLUMNS = 8
"""Columns told of one kind: the attached facts have all."""


def quality(scope: Scope) -> tuple[Table, ...]:
    """Return what was read and rejected, how good it is, and what it could move."""
    found = (
        _loads(scope),
        _rejected(scope),
        _totals(scope),
        _by_table(scope),
        _blanks(scope),
        _drift(scope),
        _impacts(scope),
        _missing(scope),
    )
    return tuple(table for table in found if table is not None)


def quality_lines(scope: Scope) -> tuple[str, ...]:
    """Return in sentences what the tables of quality come to, or why there is none."""
    return (_totals_line(scope), _drift_line(scope), _impacts_line(scope))


def _loads(scope: Scope) -> Table | None:
    words = scope.words
    inputs = sorted(scope.run.inputs, key=lambda i: (i.table, i.source, i.load))
    if not inputs:
        return None
    return Table(
        title=words.say("table_loads"),
        head=tuple(
            words.say(f"head_{name}")
            for name in ("table", "read", "stored", "duplicate", "quarantined", "share")
        ),
        rows=tuple(
            (
                scope.table(i.table),
                words.plain(i.rows_read, 0),
                words.plain(i.rows_stored, 0),
                words.plain(i.rows_duplicate, 0),
                words.plain(i.rows_quarantined, 0),
                words.share(i.rows_quarantined / i.rows_read)
                if i.rows_read
                else NO_DATA,
            )
            for i in inputs
        ),
        numeric=(False, True, True, True, True, True),
        notes=(words.say("note_loads"),),
    )


def _rejected(scope: Scope) -> Table | None:
    words, frame = scope.words, scope.run.quarantine
    if frame.is_empty():
        return None
    rows = frame.sort("table", "source", "rule", "column").iter_rows(named=True)
    return Table(
        title=words.say("table_rejected"),
        head=tuple(
            words.say(f"head_{name}") for name in ("table", "column", "check", "rows")
        ),
        rows=tuple(
            (
                scope.table(row["table"]),
                row["column"] or NO_DATA,
                _check(scope, row["rule"]),
                words.plain(row["rows"], 0),
            )
            for row in rows
        ),
        numeric=(False, False, False, True),
        notes=(words.say("note_rejected"),),
    )


def _check(scope: Scope, rule: str) -> str:
    key = f"check_{rule.partition(':')[0]}"
    return scope.words.strings[key] if scope.words.has(key) else rule


def _missing(scope: Scope) -> Table | None:
    """Return the measures of which a notable part could not be judged."""
    words = scope.words
    found = []
    for reference in references_of(scope.run.results):
        cell = scope.numbers.cell(reference)
        if cell is not None and (cell.missing_share or 0.0) >= _NOTABLE_MISSING:
            found.append((cell.missing_share or 0.0, reference))
    if not found:
        return None
    found.sort(key=lambda item: (-item[0], item[1].indicator.id, item[1].measure.name))
    return Table(
        title=words.say("table_missing"),
        head=(
            words.say("head_code"),
            words.say("head_indicator"),
            words.say("head_missing"),
        ),
        rows=tuple(
            (r.indicator.code, scope.title(r.measure), words.share(share))
            for share, r in found
        ),
        numeric=(False, False, True),
        notes=(words.say("note_missing"),),
    )


# Control totals


def _totals(scope: Scope) -> Table | None:
    """Return the control totals of the ledger beside the loaded sums."""
    words, totals = scope.words, scope.statement.totals
    if totals.is_empty():
        return None
    heads = ("table", "measure", "period", "ledger", "loaded", "difference",
             "tolerance", "verdict")  # fmt: skip
    return Table(
        title=words.say("table_totals"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(_total_row(scope, row) for row in totals.iter_rows(named=True)),
        numeric=(False, False, False, True, True, True, True, False),
        notes=(words.say("note_totals"),),
    )


def _total_row(scope: Scope, row: dict[str, Any]) -> tuple[str, ...]:
    words = scope.words
    verdict = words.say(
        f"total_{row['reason']}" if row["reason"] else f"verdict_{row['verdict']}"
    )
    # A difference may be what waits in quarantine.
    if row["quarantined"] and row["difference"]:
        verdict = words.say(
            "total_quarantined",
            verdict=verdict,
            rows=words.plain(row["quarantined"], 0),
        )
    measure = words.say("rows_counted") if row["measure"] == "rows" else row["measure"]
    return (
        scope.table(row["table"]),
        measure,
        row["period"],
        *(
            _amount(scope, row[name])
            for name in ("ledger", "loaded", "difference", "tolerance")
        ),
        verdict,
    )


def _amount(scope: Scope, value: Decimal | None) -> str:
    if value is None:
        return NO_DATA
    return scope.words.exact(value, 0 if value == value.to_integral_value() else 2)


def _totals_line(scope: Scope) -> str:
    words, totals = scope.words, scope.statement.totals
    if totals.is_empty():
        return words.say("totals_none")
    counts = dict(totals.group_by("verdict").len().iter_rows())
    return words.say(
        "totals_line",
        all=words.plain(totals.height, 0),
        agree=words.plain(counts.get("agrees", 0), 0),
        within=words.plain(counts.get("within_tolerance", 0), 0),
        differ=words.plain(counts.get("differs", 0), 0),
        unjudged=words.plain(counts.get("not_judged", 0), 0),
    )


# Completeness, validity, consistency, uniqueness, timeliness

_SHARES = (
    ("completeness", "filled"),
    ("validity", "rejected"),
    ("consistency", "rejected"),
    ("uniqueness", "rejected"),
    ("uniqueness", "copies"),
    ("timeliness", "late"),
    ("timeliness", "corrected"),
)
"""Columns of the table of qualities, each a share of whole tables or of the period."""


def _by_table(scope: Scope) -> Table | None:
    """Return the qualities of each table: of the period where its clock tells it."""
    words, frame = scope.words, scope.statement.measures
    names = frame.filter(measure="filled")["table"].unique().sort().to_list()
    if not names:
        return None
    heads = ("table", "filled", "invalid", "inconsistent", "conflicts", "duplicate",
             "late", "corrected", "age")  # fmt: skip
    return Table(
        title=words.say("table_quality"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(
            (
                scope.table(name),
                *(_quality_share(scope, name, *kind) for kind in _SHARES),
                _age(scope, name),
            )
            for name in names
        ),
        numeric=(False, *[True] * (len(_SHARES) + 1)),
        notes=(
            words.say("note_quality", period=words.period(scope.run.period)),
            words.say("note_standards"),
        ),
    )


def _quality_share(scope: Scope, table: str, aspect: str, measure: str) -> str:
    frame = scope.statement.measures.filter(
        table=table, aspect=aspect, measure=measure, item=WHOLE
    )
    # The period's own share goes first, where there is one.
    for period in (scope.statement.period, NO_CLOCK, WHOLE):
        found = frame.filter(period=period)["value"].to_list()
        if found:
            return NO_DATA if found[0] is None else scope.words.share(found[0])
    return NO_DATA


def _age(scope: Scope, table: str) -> str:
    found = scope.statement.measures.filter(table=table, measure="age_days")
    days = found["numerator"].to_list()
    return scope.words.plain(max(days), 0) if days else NO_DATA


def _blanks(scope: Scope) -> Table | None:
    """Return the columns in use of which the largest part is blank."""
    words = scope.words
    found = (
        scope.statement.measures.filter(
            pl.col("measure") == "filled",
            pl.col("item") != WHOLE,
            pl.col("period").is_in([scope.statement.period, NO_CLOCK]),
            pl.col("value") < 1,
        )
        .sort("value", "table", "item")
        .head(_MOST_COLUMNS)
    )
    if found.is_empty():
        return None
    heads = ("table", "column", "filled_cells", "rows", "filled")
    return Table(
        title=words.say("table_blanks"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(
            (
                scope.table(row["table"]),
                row["item"].replace("|", " / "),
                words.plain(row["numerator"], 0),
                words.plain(row["denominator"], 0),
                words.share(row["value"]),
            )
            for row in found.iter_rows(named=True)
        ),
        numeric=(False, False, True, True, True),
        notes=(words.say("note_blanks"),),
    )


# Drift


def _drift(scope: Scope) -> Table | None:
    """Return the columns that moved most against the load before."""
    words = scope.words
    moved = (
        scope.statement.drift.filter(pl.col("verdict") != "stable")
        .sort("psi", "table", "column", descending=[True, False, False])
        .head(_MOST_COLUMNS)
    )
    if moved.is_empty():
        return None
    heads = ("table", "column", "nulls_before", "nulls_now", "psi", "verdict")
    return Table(
        title=words.say("table_drift"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(
            (
                scope.table(row["table"]),
                NO_DATA if row["column"] == WHOLE else row["column"],
                _share(scope, row["nulls_before"]),
                _share(scope, row["nulls_now"]),
                NO_DATA if row["psi"] is None else words.plain(row["psi"], 2),
                words.say(f"drift_{row['verdict']}"),
            )
            for row in moved.iter_rows(named=True)
        ),
        numeric=(False, False, True, True, True, False),
        notes=(words.say("note_drift"),),
    )


def _share(scope: Scope, share: float | None) -> str:
    return NO_DATA if share is None else scope.words.share(share)


def _drift_line(scope: Scope) -> str:
    words, drift = scope.words, scope.statement.drift
    columns = drift.filter(pl.col("column") != WHOLE)
    if drift.is_empty():
        return words.say("drift_none")
    return words.say(
        "drift_line",
        sources=words.plain(drift["source"].n_unique(), 0),
        all=words.plain(columns.height, 0),
        moved=words.plain(columns.filter(pl.col("verdict") != "stable").height, 0),
    )


# What the rejected rows could move


def _moved_by_rejects(scope: Scope) -> list[tuple[Reference, dict[str, Any]]]:
    """Return the numbers that would be printed otherwise at an end of their bound."""
    found = []
    bounded = scope.statement.impacts.filter(state="bounded")
    for row in bounded.iter_rows(named=True):
        reference = scope.numbers.reference(f"{row['indicator']}/{row['measure']}")
        if reference is None:
            continue
        if len({_printed(scope, row, name) for name in ("value", "low", "high")}) > 1:
            found.append((reference, row))
    return found


def _printed(scope: Scope, row: dict[str, Any], name: str) -> str:
    return scope.words.value(row[name], row["unit"])


def _impacts(scope: Scope) -> Table | None:
    words = scope.words
    moved = _moved_by_rejects(scope)
    if not moved:
        return None
    heads = ("code", "indicator", "value", "at_least", "at_most", "rejects")
    return Table(
        title=words.say("table_impacts"),
        head=tuple(words.say(f"head_{name}") for name in heads),
        rows=tuple(
            (
                reference.indicator.code,
                scope.title(reference.measure),
                *(_printed(scope, row, name) for name in ("value", "low", "high")),
                _rejects(scope, row),
            )
            for reference, row in moved
        ),
        numeric=(False, False, True, True, True, False),
        notes=(words.say("note_impacts"),),
    )


def _rejects(scope: Scope, row: dict[str, Any]) -> str:
    words = scope.words
    tables = words.listing(scope.table(name) for name in row["tables"].split())
    text = words.say("table_rows", table=tables, rows=words.plain(row["rejected"], 0))
    if row["largest"] is None:
        return text
    largest = words.value(float(row["largest"]), "money")
    return words.say("rejects_up_to", rows=text, largest=largest)


def _impacts_line(scope: Scope) -> str:
    words, impacts = scope.words, scope.statement.impacts
    counts = dict(impacts.group_by("state").len().iter_rows())
    moved = len(_moved_by_rejects(scope))
    unbounded = counts.get("unbounded", 0)
    return words.say(
        "impacts_line",
        all=words.plain(impacts.height, 0),
        moved=words.plain(moved, 0),
        unmoved=words.plain(impacts.height - moved - unbounded, 0),
        unbounded=words.plain(unbounded, 0),
    )
