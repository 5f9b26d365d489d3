"""The command line: parses, prints, exits; reads the environment and the clock.

Standard output is data, standard error is narration. Commands import what they need
when they run, so that ``esg --help`` answers at once.
"""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

import click

from esg.errors import DataError, EsgError

COMMANDS = (
    "demo",
    "init",
    "load",
    "check",
    "loads",
    "quarantine",
    "list",
    "run",
    "explain",
    "policy",
    "sql",
    "report",
    "generate",
    "doctor",
    "help",
)
"""In the order a newcomer meets them; each stands in a module ``cmd_<name>``."""

_INTERRUPTED = 130
_TERMINATED = 143


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"esg.cli.cmd_{cmd_name}")
        command: Any = module.command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from esg.spec.fields import suggest  # noqa: PLC0415 - only on a wrong name

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = suggest(args[0], COMMANDS)
            ctx.fail(f"There is no command '{args[0]}'{near}.")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)
@click.option(
    "--workspace",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder with esg.toml; by default the nearest one found upwards from here.",
)
@click.version_option(package_name="esg", prog_name="esg")
@click.pass_context
def cli(ctx: click.Context, workspace: str | None) -> None:
    """Report on inclusive and responsible lending, so that an auditor can re-prove it.

    \b
    Start with:
        esg demo                            a report from sample data, no set-up
        esg init my-lender                  a workspace of your own
        esg load && esg report quarterly --quarter 2026Q3

    \b
    Exit codes: 0 done, 1 a bug, 2 wrong usage, 3 content is wrong, 4 the data cannot
    be used, 5 a gate did not hold, 6 this machine lacks something, 130 interrupted,
    143 told to end (SIGTERM).
    """
    ctx.obj = workspace


def main() -> None:
    """Run the command line and turn our errors into messages and exit codes."""
    interrupts: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    # Likewise when a scheduler ends us: what was begun is taken away first.
    signal.signal(signal.SIGTERM, interrupt)
    try:
        status = _run(interrupts)
        # What was asked for is done; only the process has still to end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    except BaseException:
        # DuckDB turns the interrupt of a running query into an error of its own.
        if not interrupts:
            raise
        click.echo("esg: interrupted.", err=True)
        stopped = interrupts[0] == signal.SIGTERM
        sys.exit(_TERMINATED if stopped else _INTERRUPTED)
    sys.exit(status)


def _run(interrupts: list[int]) -> int:
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except EsgError as error:
        if interrupts:
            # A query that was stopped is no wrong query.
            raise
        click.echo(f"esg: error: {error.message}", err=True)
        if error.hint:
            click.echo(f"esg: hint: {error.hint}", err=True)
        return error.exit_code
    except Exception as error:
        from esg.engine.duck import is_damage  # noqa: PLC0415 - only when all is lost

        if not is_damage(error):
            raise
        # Any query may be the one that reads the damaged block.
        click.echo("esg: error: warehouse.duckdb is damaged.", err=True)
        click.echo(
            "esg: hint: Bring it back from a backup, or move it away and run "
            "'esg load' again.",
            err=True,
        )
        return DataError.exit_code
    return status if isinstance(status, int) else 0
