"""``esg generate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esg.cli.common import say, table_text

if TYPE_CHECKING:
    from esg.generate import Written
    from esg.generate.files import Style

_STYLES = ("mixed", "parquet", "csv")


@click.command("generate")
@click.option(
    "--loans",
    type=click.IntRange(min=100),
    default=20_000,
    show_default=True,
    help="How many; everything else is in proportion.",
)
@click.option("--seed", type=int, default=21, show_default=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(_STYLES),
    default="mixed",
    show_default=True,
    help="mixed: Parquet where size counts, CSV where people look into the file.",
)
@click.option(
    "--out",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False),
    help="Workspace to write: esg.toml, and the tables in data; made when absent.",
)
@click.option("--replace", is_flag=True, help="Overwrite tables that are there.")
def command(*, loans: int, seed: int, style: Style, out: str, replace: bool) -> None:
    """Write the records of an invented lender: the same call, the same bytes.

    DIR can be loaded at once. Up to 200,000 loans a table is one file; more are worked
    out in batches of borrowers, in bounded memory, and the large tables become folders
    with a part a batch. Nothing is at its place before everything is whole.

    \b
    Per million loans: a minute on two quiet cores, 0.25 GB on disk (csv: 1.2 GB).

    Example:

    \b
        esg generate --loans 100000 --out trial
        esg --workspace trial load
    """
    from esg.generate import (  # noqa: PLC0415 - loads DuckDB
        FILES,
        FOLDER,
        Plan,
        generate,
        refuse_other_settings,
        write_settings,
    )

    plan = Plan(loans, seed, style)
    workspace = Path(out)
    refuse_other_settings(
        workspace, [file.place(style, plan.batches) for file in FILES]
    )
    with click.progressbar(
        length=plan.steps,
        label="Generating",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        item_show_func=lambda step: step or "",
    ) as bar:

        def progress(step: str, done: int) -> None:
            bar.update(done - bar.pos, step)

        written = generate(workspace / FOLDER, plan, replace=replace, progress=progress)
    is_new = write_settings(workspace, written)
    _report(written)
    kept = "" if is_new else " (as it was)"
    say(f"\n{workspace / 'esg.toml'}{kept}; next: esg --workspace {out} load")


def _report(written: tuple[Written, ...]) -> None:
    head = ["table", "files", "rows", "MB"]
    rows = [
        (w.place, f"{w.files:,}", f"{w.rows:,}", f"{w.bytes / 1e6:,.1f}")
        for w in written
    ]
    total = sum(w.bytes for w in written)
    rows.append(
        (
            "all",
            f"{sum(w.files for w in written):,}",
            f"{sum(w.rows for w in written):,}",
            f"{total / 1e6:,.1f}",
        )
    )
    say(table_text(head, rows).rstrip())
