"""``esg doctor``."""

from __future__ import annotations

import click

from esg.doctor import examine
from esg.errors import MachineError


@click.command("doctor")
def command() -> None:
    """Tell what this machine lacks, and the line that fixes it (exit 6).

    Example:

    \b
        esg doctor
    """
    findings = examine()
    for finding in findings:
        mark = "ok     " if finding.ok else "missing"
        click.echo(f"{mark}  {finding.name}: {finding.found}")
        if not finding.ok and finding.fix:
            click.echo(f"         {finding.fix}")
    lacking = [finding.name for finding in findings if not finding.ok]
    if lacking:
        raise MachineError(
            f"This machine lacks {len(lacking)} of {len(findings)} things: "
            f"{', '.join(lacking)}.",
            hint="Run the lines above, then 'esg doctor' again.",
        )
