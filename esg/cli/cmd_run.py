"""``esg run``."""

from __future__ import annotations

import click

from esg.cli.common import (
    by_option,
    format_option,
    known_at_option,
    open_found,
    output_option,
    period_option,
    write_frame,
)
from esg.errors import UsageError


@click.command("run")
@click.argument("indicators", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Compute every indicator.")
@period_option
@by_option
@format_option
@output_option
@known_at_option
@click.pass_obj
def command(
    folder: str | None,
    *,
    indicators: tuple[str, ...],
    everything: bool,
    period: str | None,
    by: tuple[str, ...],
    form: str | None,
    output: str | None,
    known_at: str | None,
) -> None:
    """Compute indicators, protected, as one tidy table.

    Example:

    \b
        esg run inclusion.first_time_borrower_share --quarter 2026Q3 --by province
        esg run inclusion.approval_rate --by province,gender --by income_quintile
        esg run --all --quarter 2026Q3 --format parquet -o facts.parquet
    """
    if not indicators and not everything:
        raise UsageError(
            "No indicator is named.",
            hint="Name some, or add --all; 'esg list indicators' shows them.",
        )
    if indicators and everything:
        raise UsageError("--all and names exclude each other.", hint="Drop one.")
    workspace = open_found(folder, known_at)
    asked = period or str(workspace.latest_period())
    write_frame(workspace.run(*indicators, period=asked, by=by), form, output)
