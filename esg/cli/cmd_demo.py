"""``esg demo``."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from esg.cli.cmd_load import report_load
from esg.cli.cmd_report import narrate
from esg.cli.common import say
from esg.errors import MachineError

QUARTER = "2026Q3"


@click.command("demo")
@click.option(
    "--out",
    metavar="DIR",
    default="esg-demo",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Folder for the reports and, below it, the sample's workspace.",
)
def command(*, out: str) -> None:
    """Build the sample lender's quarterly report, zh and en, with no configuration.

    Example:

    \b
        esg demo --out build/demo
    """
    from esg.spec.period import parse_period  # noqa: PLC0415 - not for 'esg --help'
    from esg.spec.project import shipped_folder  # noqa: PLC0415
    from esg.workspace import open_workspace  # noqa: PLC0415

    target = Path(out)
    root = target / "workspace"
    try:
        shutil.copytree(shipped_folder("sample_data/lender"), root, dirs_exist_ok=True)
        # A warehouse of another version of the sample would number its loads on.
        (root / "warehouse.duckdb").unlink(missing_ok=True)
    except OSError as error:
        raise MachineError(
            f"The folder '{out}' cannot be written: {error.strerror or error}.",
            hint="Name another one with --out.",
        ) from error
    workspace = open_workspace(root)
    report_load(workspace.load(progress=narrate))
    for path in workspace.report(
        "quarterly", period=parse_period(QUARTER), out=target, progress=narrate
    ):
        click.echo(path)
    say(f"\nExplore the same data: esg --workspace {root} list tables")
