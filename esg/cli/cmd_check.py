"""``esg check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from esg.cli.common import (
    known_at_option,
    open_found,
    output_option,
    period_option,
    table_text,
    write_frame,
)
from esg.errors import GateError

if TYPE_CHECKING:
    from esg.indicators.result import RunInputs
    from esg.load.check import CheckResult
    from esg.quality.statement import Statement

PARTS = ("measures", "totals", "impacts", "drift")


@click.command("check")
@period_option
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "json", "parquet")),
    help="Write one part of the statement as a tidy table instead of the text.",
)
@click.option(
    "--part",
    type=click.Choice(PARTS),
    default=PARTS[0],
    show_default=True,
    help="Which part, with --format or -o.",
)
@output_option
@known_at_option
@click.pass_obj
def command(
    folder: str | None,
    *,
    period: str | None,
    form: str | None,
    part: str,
    output: str | None,
    known_at: str | None,
) -> None:
    """Check the loaded data, and say how good they are.

    \b
    What was stored and rejected; checks across tables; control totals of the ledger
    against the loaded sums; completeness, validity, timeliness, uniqueness and
    consistency of each table, as a whole and in the period; what moved since the load
    before; and how far the rows in quarantine could move each indicator.

    A control total is a row of table ledger_total. Its measure is 'rows' or a column
    whose sum is stated, as 'principal', or 'principal in USD' where a table holds
    several currencies. Its period takes rows by the table's clock; a table kept as of
    month ends is taken at the period's last day.

    A check that fails, or a control total that differs by more than its tolerance, ends
    with exit 5. What could not be judged is said and is not a pass.

    Example:

    \b
        esg check --quarter 2026Q3
        esg check --part totals --format csv -o totals.csv
    """
    from esg.cli.quality_text import statement_text  # noqa: PLC0415 - loads Polars
    from esg.spec.period import parse_period  # noqa: PLC0415

    workspace = open_found(folder, known_at)
    statement = workspace.quality(parse_period(period) if period else None)
    checks = workspace.check()
    if form is None and output is None:
        click.echo(_loads_text(workspace.loads()))
        click.echo(_checks_text(checks))
        click.echo(statement_text(statement), nl=False)
    else:
        write_frame(getattr(statement, part), form, output)
    _refuse_failures(checks, statement)


def _loads_text(state: RunInputs) -> str:
    rows = [
        (
            i.source,
            f"{i.rows_read:,}",
            f"{i.rows_stored:,}",
            f"{i.rows_duplicate:,}",
            f"{i.rows_quarantined:,}",
        )
        for i in state.inputs
    ]
    head = ["source", "read", "stored", "copies", "quarantined"]
    return "Rows by source\n" + table_text(head, rows)


def _checks_text(results: list[CheckResult]) -> str:
    rows = [
        (r.outcome.replace("_", " "), r.check.severity, r.check.id, f"{r.rows:,}",
         r.check.title["en"])
        for r in results
    ]  # fmt: skip
    head = ["outcome", "severity", "check", "rows", "what it looks for"]
    return "Checks\n" + table_text(head, rows)


def _refuse_failures(checks: list[CheckResult], statement: Statement) -> None:
    """Raise one error that names all failed checks and differing control totals.

    Raises:
        GateError: There are some.
    """
    failed = [
        result.check.id
        for result in checks
        if result.outcome == "failed" and result.check.severity == "fail"
    ]
    differing = [
        f"{row['table']} {row['measure']} {row['period']}"
        for row in statement.differing().iter_rows(named=True)
    ]
    faults, hints = [], []
    if failed:
        faults.append(f"{len(failed)} checks failed: {', '.join(failed)}.")
        hints.append("See the rows with: esg sql -f queries/checks/NAME.sql")
    if differing:
        faults.append(
            f"{len(differing)} of {statement.totals.height} control totals differ: "
            f"{', '.join(differing)}."
        )
        hints.append(
            "Mend the source, its quarantined rows ('esg quarantine list') or "
            "the ledger's figure; or state the tolerance you can answer for."
        )
    if faults:
        raise GateError(" ".join(faults), hint=" ".join(hints))
