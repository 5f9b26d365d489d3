"""``esg quarantine``."""

from __future__ import annotations

from pathlib import Path

import click

from esg.cli.common import (
    format_option,
    open_found,
    output_option,
    say,
    who,
    write_frame,
)
from esg.errors import UsageError

rule_option = click.option("--rule", help="Only rows that break this rule.")


@click.group("quarantine")
def command() -> None:
    """Rejected rows: list the reasons, show the rows, export, mend and retry them.

    \b
    Example:
        esg quarantine list
        esg quarantine export loan -o mend.csv
        (mend the cells in mend.csv)
        esg quarantine retry loan mend.csv
    """


@command.command("list")
@click.option("--table", help="Only of this core table.")
@click.option("--source", help="Only of this source.")
@rule_option
@format_option
@output_option
@click.pass_obj
def list_(
    folder: str | None,
    *,
    table: str | None,
    source: str | None,
    rule: str | None,
    form: str | None,
    output: str | None,
) -> None:
    """List the reasons: how many rows, the first of them, and what was found there.

    \b
    Example:
        esg quarantine list
        esg quarantine list --table loan --rule reference
    """
    frame = open_found(folder).quarantine(table=table, source=source, rule=rule)
    write_frame(frame, form, output)


@command.command("show")
@click.argument("source")
@rule_option
@click.option("--rows", default=10, show_default=True, type=click.IntRange(1))
@format_option
@output_option
@click.pass_obj
def show(
    folder: str | None,
    *,
    source: str,
    rule: str | None,
    rows: int,
    form: str | None,
    output: str | None,
) -> None:
    """Show rejected rows as they stand in their source, ids and personal cells masked.

    \b
    Example:
        esg quarantine show loan --rule allowed --rows 5
    """
    frame = open_found(folder).rejected_rows(source, rule=rule, masked=True)
    write_frame(frame.head(rows), form, output)


@command.command("export")
@click.argument("source")
@rule_option
@output_option
@click.pass_obj
def export(
    folder: str | None, *, source: str, rule: str | None, output: str | None
) -> None:
    """Write rejected rows to a CSV to mend: the source's own columns plus the reasons.

    The cells are the source's own, people's data with them: keep the file where the
    source is kept, and delete it when the rows have been retried.

    \b
    Example:
        esg quarantine export loan -o mend.csv
    """
    frame = open_found(folder).rejected_rows(source, rule=rule)
    write_frame(frame, "csv", output)
    say(f"{source}: {frame.height:,} rows; mend them, then: esg quarantine retry")


@command.command("retry")
@click.argument("source")
@click.argument("file", type=click.Path(dir_okay=False))
@click.pass_obj
def retry(folder: str | None, *, source: str, file: str) -> None:
    """Load mended rows, and only those; what is still bad stays in the quarantine.

    \b
    Example:
        esg quarantine retry loan mend.csv
    """
    path = Path(file)
    if not path.is_file():
        raise UsageError(
            f"There is no file '{path.name}'.",
            hint="Write one with: esg quarantine export SOURCE -o FILE",
        )
    done = open_found(folder).retry(source, path, by=who())
    say(
        f"{source}: {done.counts.read:,} rows retried, {done.added:,} added, "
        f"{done.superseded:,} superseded, {done.counts.quarantined:,} still "
        f"quarantined, as load {done.load_no}."
    )
