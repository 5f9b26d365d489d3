"""``esg loads``."""

from __future__ import annotations

import click

from esg.cli.common import (
    format_option,
    open_found,
    output_option,
    say,
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
@click.pass_obj
def undo(folder: str | None, *, source: str, to: int | None) -> None:
    """Withdraw a source's rows, or bring them back as they stood after a load.

    Nothing is lost: the rows stay in the history, '--known-at' still sees them, and the
    next 'esg load' of the source brings its file in again.

    Example:

    \b
        esg loads undo complaint
        esg loads undo loan --to 12
    """
    done = open_found(folder).undo(source, to=to, by=who())
    say(
        f"{source}: {done.superseded:,} rows superseded, {done.added:,} brought back, "
        f"as load {done.load_no}."
    )
