"""``esg check``."""

from __future__ import annotations

import click

from esg.cli.common import open_found, table_text
from esg.errors import GateError


@click.command("check")
@click.pass_obj
def command(folder: str | None) -> None:
    """Check the loaded data: what was stored, what was rejected, what looks wrong.

    A check that fails ends with exit 5; one whose columns are empty is 'not judged',
    which is not a pass.

    Example:

    \b
        esg check
    """
    workspace = open_found(folder)
    state = workspace.loads()
    click.echo("Rows by source")
    head = ["source", "read", "stored", "copies", "quarantined"]
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
    click.echo(table_text(head, rows))
    click.echo("Checks")
    results = workspace.check()
    rows = [
        (r.outcome.replace("_", " "), r.check.severity, r.check.id, f"{r.rows:,}",
         r.check.title["en"])
        for r in results
    ]  # fmt: skip
    head = ["outcome", "severity", "check", "rows", "what it looks for"]
    click.echo(table_text(head, rows), nl=False)
    failed = [
        result.check.id
        for result in results
        if result.outcome == "failed" and result.check.severity == "fail"
    ]
    if failed:
        raise GateError(
            f"{len(failed)} checks failed: {', '.join(failed)}.",
            hint="See the rows with: esg sql -f queries/checks/NAME.sql",
        )
