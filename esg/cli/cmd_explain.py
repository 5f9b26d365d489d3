"""``esg explain``."""

from __future__ import annotations

import json

import click

from esg.cli.common import (
    known_at_option,
    language_option,
    open_found,
    period_option,
)


@click.command("explain")
@click.argument("indicator", metavar="ID")
@period_option
@language_option
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="json has every part of every change, for programs.",
)
@known_at_option
@click.pass_obj
def command(
    folder: str | None,
    *,
    indicator: str,
    period: str | None,
    language: str,
    form: str,
    known_at: str | None,
) -> None:
    """Explain an indicator: its definition, rules and sources, and why it moved.

    A change is split by each breakdown into what a different mix of groups did and
    what changed within groups. A control chart over eight or more periods tells a
    signal from noise. Rules that changed inside the series are named, and groups that
    stand apart from all others when all are tested together.

    Example:

    \b
        esg explain inclusion.approval_rate --quarter 2026Q3
        esg explain inclusion.approval_rate --lang zh
    """
    from esg.spec.period import parse_period  # noqa: PLC0415 - not for 'esg --help'

    workspace = open_found(folder, known_at)
    asked = parse_period(period) if period else None
    found = workspace.explain(indicator, period=asked, language=language)
    if form == "json":
        click.echo(json.dumps(found.facts, ensure_ascii=False, indent=1))
    else:
        click.echo(found.text, nl=False)
