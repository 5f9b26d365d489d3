"""``esg generate``."""

from __future__ import annotations

from pathlib import Path

import click

from esg.cli.common import say
from esg.errors import UsageError


@click.command("generate")
@click.option(
    "--loans", type=click.IntRange(min=100), default=20_000, show_default=True
)
@click.option("--seed", type=int, default=21, show_default=True)
@click.option(
    "--out",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False),
    help="Folder to write the files to; it is made when absent.",
)
def command(*, loans: int, seed: int, out: str) -> None:
    """Write the records of an invented lender: the same call, the same bytes.

    Example:

    \b
        esg generate --loans 20000 --seed 20260930 --out sample
    """
    from esg.generate import generate  # noqa: PLC0415 - loads DuckDB

    try:
        Path(out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder '{out}' cannot be made: {error.strerror}.",
            hint="Name another one with --out.",
        ) from error
    for name, rows in generate(Path(out), loans=loans, seed=seed).items():
        say(f"{name}: {rows:,} rows")
