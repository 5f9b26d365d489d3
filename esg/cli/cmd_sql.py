"""``esg sql``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from esg.cli.common import (
    format_option,
    known_at_option,
    open_found,
    output_option,
    period_option,
    say,
    write_frame,
)
from esg.errors import EsgError, UsageError


@click.command("sql")
@click.argument("query", required=False)
@click.option(
    "-f",
    "--file",
    type=click.Path(exists=True, dir_okay=False),
    help="Read the query from a file.",
)
@period_option
@format_option
@output_option
@known_at_option
@click.pass_obj
def command(
    folder: str | None,
    *,
    query: str | None,
    file: str | None,
    period: str | None,
    form: str | None,
    output: str | None,
    known_at: str | None,
) -> None:
    """Ask a read-only question of the tables, marts and dated rules.

    Without a query on a terminal it prompts, a line a question; a load that runs at the
    same time is neither waited for nor disturbed. Nothing here is protected: small
    groups show.

    Example:

    \b
        esg sql "select product, count(*) from loan group by all order by all"
        esg sql -f question.sql --format parquet -o answer.parquet
    """
    if query and file:
        raise UsageError("A query and --file exclude each other.", hint="Drop one.")
    from esg.spec.fields import read_text  # noqa: PLC0415 - not for 'esg --help'

    workspace = open_found(folder, known_at)
    if file:
        query = read_text(Path(file), file)
    if query is None and not sys.stdin.isatty():
        query = sys.stdin.read()
    if query is not None:
        write_frame(workspace.sql(query, quarter=period), form, output)
        return
    say("One question a line; an empty line or Ctrl-D ends.")
    while line := _ask():
        try:
            write_frame(workspace.sql(line, quarter=period), form or "table", None)
        except EsgError as error:
            say(f"{error.message}\n{error.hint or ''}")


def _ask() -> str:
    """Return the next line typed; empty at the end, as Ctrl-D makes it.

    Not click's prompt: it answers Ctrl-D as it does Ctrl-C.
    """
    click.echo("esg: ", nl=False, err=True)
    try:
        return input()
    except EOFError:
        return ""
