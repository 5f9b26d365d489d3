"""``esg loads``."""

from __future__ import annotations

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


@click.group("loads", invoke_without_command=True)
@format_option
@output_option
@click.pass_context
def command(ctx: click.Context, *, form: str | None, output: str | None) -> None:
    """List every load: when, by whom, what kind, its inputs, hashes, rows, what moved.

    \b
    Kinds: snapshot (all rows of a source), incremental (new and corrected rows),
    retry (mended rows from the quarantine), undo.

    read = stored + copies + quarantined. 'added' and 'superseded' are what moved: a
    corrected row is one of each, a row gone from a snapshot is superseded. Nothing is
    ever overwritten: '--known-at LOAD' on run, report and sql sees what was known then.
    Content that was loaded before makes no load, whatever its file is called; an older
    snapshot that comes back does, as a state to go back to.

    Example:

    \b
        esg loads
        esg loads --format csv -o loads.csv
        esg loads undo complaint
        esg loads undo loan --to 12
    """
    if ctx.invoked_subcommand is None:
        write_frame(open_found(ctx.obj).history(), form, output)


@command.command("undo")
@click.argument("source")
@click.option(
    "--to", metavar="LOAD", type=int, help="Bring back how it stood after it."
)
@wait_option
@click.pass_obj
def undo(folder: str | None, *, source: str, to: int | None, wait: bool) -> None:
    """Withdraw a source's rows, or bring them back as they stood after a load.

    Nothing is lost: the rows stay in the history, '--known-at' still sees them, and the
    next 'esg load' of the source brings its file in again. An undo is a load itself: go
    back to the load before it, and it is undone. Rows of other sources that point to
    rows withdrawn are judged again when they are loaded next.

    Exit codes: 0 done; 2 the source has no such load; 4 another source holds the keys
    of rows that would come back; 6 a load is running.

    Example:

    \b
        esg loads undo complaint
        esg loads undo loan --to 12
    """
    done = open_found(folder).undo(source, to=to, by=who(), wait=wait)
    say(
        f"{source}: {done.superseded:,} rows superseded, {done.added:,} brought back, "
        f"as load {done.load_no}."
    )
