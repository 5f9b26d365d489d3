"""``esg quarantine``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from esg.cli.common import (
    format_option,
    open_found,
    output_option,
    say,
    wait_option,
    who,
    write_frame,
)
from esg.errors import UsageError

if TYPE_CHECKING:
    from esg.workspace import Workspace

rule_option = click.option("--rule", help="Only rows that break this rule.")


@click.group("quarantine")
def command() -> None:
    """Rejected rows: list the reasons, show the rows, export, mend and retry them.

    A rejected row is not stored: the warehouse keeps where it stands, all its reasons,
    and reads it from its source again. It leaves the quarantine when it is mended here,
    when the source brings it in order, or when its source is undone.

    \b
    Reasons that are none of a contract's own rules:
        type, required, allowed, range, pattern    a cell, by itself
        key_conflict                      rows share a key and differ
        key_of_other_source               another source has this key
        reference, reference_rejected     its parent is not there, or was rejected;
                                          mend the parent and load again
        ragged                            too few or too many fields: see its line

    \b
    Exit codes: 0 done; 2 no such source; 4 the source is not what was loaded, or the
    mended file is no export of it; 6 a load is running.

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

    A masked cell shows its length. Rows of a source with a mapping are masked whole,
    and so is the line of a record with too few or too many fields.

    \b
    Example:
        esg quarantine show loan --rule allowed --rows 5
    """
    workspace = open_found(folder)
    frame = workspace.rejected_rows(source, rule=rule, masked=True)
    write_frame(frame.head(rows), form, output)
    _tell_absent(workspace, source, rule, frame.height)


def _tell_absent(
    workspace: Workspace, source: str, rule: str | None, there: int
) -> None:
    from esg.load.quarantine import count_rejected  # noqa: PLC0415 - loads DuckDB

    absent = count_rejected(workspace.warehouse, source, rule=rule) - there
    if absent:
        say(
            f"{source}: {absent:,} more stand in increments that the source holds no "
            "more; bring such a file back to see them, or a later one with these rows."
        )


@command.command("export")
@click.argument("source")
@rule_option
@output_option
@click.pass_obj
def export(
    folder: str | None, *, source: str, rule: str | None, output: str | None
) -> None:
    """Write rejected rows to a CSV to mend: the source's own columns plus the reasons.

    Mend the cells and leave the columns quarantine_* as they are: they say which row it
    is. A record with too few or too many fields has its line in quarantine_line and
    empty cells to fill. Rows taken out of the file stay in the quarantine.

    The cells are the source's own, people's data with them: keep the file where the
    source is kept, and delete it when the rows have been retried.

    \b
    Example:
        esg quarantine export loan -o mend.csv
    """
    workspace = open_found(folder)
    frame = workspace.rejected_rows(source, rule=rule)
    write_frame(frame, "csv", output)
    say(f"{source}: {frame.height:,} rows; mend them, then: esg quarantine retry")
    _tell_absent(workspace, source, rule, frame.height)


@command.command("retry")
@click.argument("source")
@click.argument("file", type=click.Path(dir_okay=False))
@wait_option
@click.pass_obj
def retry(folder: str | None, *, source: str, file: str, wait: bool) -> None:
    """Load mended rows, and only those; what is still bad stays in the quarantine.

    The rows are judged as any others, and those still bad stay with their reasons of
    now. Rows that point to a mended one come in with the next 'esg load'. Mended rows
    stay as long as the source brings the same content, and give way to the source's own
    row as soon as that is in order. In a snapshot, no mended row may take the key of a
    row that is in order.

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
    done = open_found(folder).retry(source, path, by=who(), wait=wait)
    say(
        f"{source}: {done.counts.read:,} rows retried, {done.added:,} added, "
        f"{done.superseded:,} superseded, {done.counts.quarantined:,} still "
        f"quarantined, as load {done.load_no}."
    )
    if done.counts.quarantined:
        say(f"Their reasons of now: esg quarantine list --source {source}")
