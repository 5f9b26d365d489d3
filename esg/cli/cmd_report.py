"""``esg report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from esg.cli.common import known_at_option, open_found, period_option, say
from esg.errors import UsageError
from esg.spec.report import FORMATS

LANGUAGES = ("zh", "en")


@click.command("report")
@click.argument("name", default="quarterly")
@period_option
@click.option(
    "--lang", "languages", metavar="LIST", help="zh,en; by default those of esg.toml."
)
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    default="pdf,html,json",
    show_default=True,
    help="Of pdf, html and json.",
)
@click.option(
    "--out",
    metavar="DIR",
    default="report",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Folder for the files.",
)
@known_at_option
@click.pass_obj
def command(
    folder: str | None,
    *,
    name: str,
    period: str | None,
    languages: str | None,
    formats: str,
    out: str,
    known_at: str | None,
) -> None:
    """Build a report in every language and format, from what is loaded.

    The files' names go to standard output.

    Example:

    \b
        esg report quarterly --quarter 2026Q3 --lang zh,en --format pdf,html,json
    """
    from esg.spec.period import parse_period  # noqa: PLC0415 - not for 'esg --help'

    chosen = choose("--lang", languages, LANGUAGES) if languages else ()
    kinds = choose("--format", formats, FORMATS)
    asked = parse_period(period) if period else None
    workspace = open_found(folder, known_at)
    for path in workspace.report(
        name,
        period=asked,
        languages=chosen,
        formats=kinds,
        out=Path(out),
        progress=narrate,
    ):
        click.echo(path)


def choose(option: str, text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts of a comma-separated option, each of the allowed ones.

    Raises:
        UsageError: A part is not allowed, or there is none.
    """
    parts = tuple(dict.fromkeys(p.strip() for p in text.split(",") if p.strip()))
    for part in parts:
        if part not in allowed:
            raise UsageError(
                f"{option} holds '{part}'.", hint=f"Allowed are: {', '.join(allowed)}."
            )
    if not parts:
        raise UsageError(f"{option} is empty.", hint=f"Name some of {allowed}.")
    return parts


def narrate(what: str) -> None:
    """Say on a terminal what is about to be done; stay quiet elsewhere."""
    if sys.stderr.isatty():
        say(f"… {what}")
