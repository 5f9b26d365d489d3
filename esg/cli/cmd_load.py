"""``esg load``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from esg.cli.common import open_found, say, table_text, who

if TYPE_CHECKING:
    import polars as pl

    from esg.load.run import LoadResult, SourceLoad


@click.command("load")
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--wait", is_flag=True, help="Wait while another load runs.")
@click.pass_obj
def command(folder: str | None, *, sources: tuple[str, ...], wait: bool) -> None:
    """Load sources into the warehouse, all or nothing.

    Bad rows go to the quarantine with all their reasons; more of them than a source's
    max_bad_share, or a file that cannot be used, stops the load (exit 4), and the
    warehouse is as it was.

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
