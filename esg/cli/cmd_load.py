"""``esg load``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from esg.cli.common import open_found, say, table_text, wait_option, who

if TYPE_CHECKING:
    import polars as pl

    from esg.load.run import LoadResult, SourceLoad


@click.command("load")
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@wait_option
@click.pass_obj
def command(folder: str | None, *, sources: tuple[str, ...], wait: bool) -> None:
    """Load sources into the warehouse, all or nothing.

    Every row read is stored, is an identical copy of one stored, or goes to the
    quarantine with all its reasons. Content loaded before is left alone, and a load of
    nothing new does not touch the warehouse. An increment that was loaded before, and
    not undone since, is nothing new however many came after it. Reports and questions
    asked meanwhile see the warehouse as it was.

    \b
    Exit codes; in all but 0 the warehouse is as it was:
        0    loaded, or nothing new; bad rows are told on standard error
        3    esg.toml, a contract or a mapping is wrong
        4    a file is not there, cannot be read, was written while it was read,
             holds personal data, or more bad rows than max_bad_share allows
        6    another load is running, or space, rights or the key are missing
        130  interrupted (143 by SIGTERM); nothing stays behind

    Example:

    \b
        esg load
        esg load loan loan_month
        esg load --wait
    """
    workspace = open_found(folder)
    names = sources or tuple(s.name for s in workspace.project.settings.sources)
    with click.progressbar(
        length=len(names),
        label="Loading",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        item_show_func=lambda name: name or "",
    ) as bar:
        first = True

        def progress(name: str) -> None:
            nonlocal first
            bar.update(0 if first else 1, name)
            first = False

        result = workspace.load(*sources, by=who(), wait=wait, progress=progress)
        bar.update(1)
    report_load(result)


def report_load(result: LoadResult) -> None:
    """Print what a load did: a table of sources, then the reasons of bad rows."""
    head = ["source", "table", "read", "stored", "copies", "quarantined", "done"]
    rows = [
        (
            load.source,
            load.table,
            f"{load.counts.read:,}",
            f"{load.counts.stored:,}",
            f"{load.counts.duplicate:,}",
            f"{load.counts.quarantined:,}",
            _done(load),
        )
        for load in result.sources
    ]
    say(table_text(head, rows).rstrip())
    for load in result.sources:
        if load.ignored:
            columns = ", ".join(load.ignored)
            say(f"{load.source}: columns not in its contract were left out: {columns}")
    _report_reasons("Quarantined rows, by reason:", result.reasons)
    _report_reasons("Stored, but odd, by rule:", result.warnings)


def _report_reasons(title: str, reasons: pl.DataFrame) -> None:
    if not reasons.height:
        return
    say(f"\n{title}")
    head = ["source", "rule", "column", "rows", "first row", "found there"]
    rows = [
        (
            row["source"],
            row["rule"],
            row["column"] or "–",
            f"{row['rows']:,}",
            f"{row['first_row']:,}",
            row["seen"] or "–",
        )
        for row in reasons.iter_rows(named=True)
    ]
    say(table_text(head, rows).rstrip())


def _done(load: SourceLoad) -> str:
    if load.unchanged:
        return f"same content as before, load {load.load_no}: nothing to do"
    return f"{load.added:,} added, {load.superseded:,} superseded"
