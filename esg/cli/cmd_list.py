"""``esg list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from esg.cli.common import (
    format_option,
    language_option,
    open_found,
    output_option,
    say,
    write_frame,
)
from esg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.project import Project
    from esg.workspace import Workspace

KINDS = ("indicators", "tables", "policies", "reports", "sources", "frameworks")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--quarter",
    "--period",
    "period",
    metavar="PERIOD",
    help="With 'frameworks': what the data of 2026Q3, 2026-09, 2026H1 or 2026 answer.",
)
@language_option
@format_option
@output_option
@click.pass_obj
def command(
    folder: str | None,
    *,
    kind: str,
    period: str | None,
    language: str,
    form: str | None,
    output: str | None,
) -> None:
    """List what is declared: indicators, tables, policies, reports and more.

    'frameworks' with a period is a content index: which disclosures the data of that
    period meet, which in part and what is missing, which not, and which are text.

    Example:

    \b
        esg list indicators
        esg list tables --format csv
        esg list frameworks --quarter 2026Q3 --lang zh
    """
    import polars as pl  # noqa: PLC0415 - not for 'esg --help'

    from esg.indicators.compute import how_to_turn_on  # noqa: PLC0415 - as above

    workspace = open_found(folder)
    if period is None:
        head, rows = _HEADS[kind], _LISTS[kind](workspace.project)
    elif kind == "frameworks":
        head, rows = _content_index(workspace, period, language)
    else:
        raise UsageError(
            f"A list of {kind} has no period.",
            hint="Leave --quarter out; 'esg list frameworks' takes it.",
        )
    frame = pl.DataFrame(rows, schema=dict.fromkeys(head, pl.String), orient="row")
    write_frame(frame, form, output)
    if kind == "indicators":
        project = workspace.project
        for name in project.switched_off:
            say(f"Off, and not listed: {name}. {how_to_turn_on(project, name)}.")


def _content_index(
    workspace: Workspace, period: str, language: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from esg.report.content_index import TABLE_COLUMNS, index_table  # noqa: PLC0415
    from esg.report.standalone import standalone_scope  # noqa: PLC0415 - as above
    from esg.spec.period import parse_period  # noqa: PLC0415

    project = workspace.project
    names = [name for each in project.disclosures for name in each.indicators]
    run = workspace.compute(
        tuple(dict.fromkeys(names)), period=parse_period(period), by=()
    )
    return TABLE_COLUMNS, index_table(standalone_scope(run, project, language))


def _indicators(project: Project) -> list[tuple[str, ...]]:
    return [
        (
            i.id,
            i.code,
            i.title["en"],
            i.title["zh"],
            ", ".join(m.name for m in i.measures),
        )
        for i in project.indicators.values()
    ]


def _tables(project: Project) -> list[tuple[str, ...]]:
    return [
        (
            table.name,
            column.name,
            column.type,
            "key" if column.name in table.key else "",
            "yes" if column.required or column.name in table.key else "",
            column.sensitivity,
            column.references or "",
            ", ".join(column.allowed),
        )
        for table in project.tables.values()
        for column in table.columns
    ]


def _policies(project: Project) -> list[tuple[str, ...]]:
    return [
        (
            rule.id,
            value.valid_from.isoformat(),
            "open" if value.valid_to.year == 9999 else value.valid_to.isoformat(),  # noqa: PLR2004
            value.shown,
            rule.unit,
            value.evidence,
            value.citation["en"],
        )
        for rule in project.rules.values()
        for value in rule.values
    ]


def _reports(project: Project) -> list[tuple[str, ...]]:
    return [(r.name, r.title["en"], r.title["zh"]) for r in project.reports.values()]


def _sources(project: Project) -> list[tuple[str, ...]]:
    return [
        (
            source.name,
            source.table,
            source.place,
            f"sources/{source.name}.sql" if project.mapping(source.name) else "",
        )
        for source in project.settings.sources
    ]


def _frameworks(project: Project) -> list[tuple[str, ...]]:
    return [
        (
            each.reference,
            each.framework.name["en"],
            each.code.paraphrase["en"],
            each.code.paraphrase["zh"],
            ", ".join(each.indicators),
        )
        for each in project.disclosures
    ]


_LISTS: dict[str, Callable[[Project], list[tuple[str, ...]]]] = {
    "indicators": _indicators,
    "tables": _tables,
    "policies": _policies,
    "reports": _reports,
    "sources": _sources,
    "frameworks": _frameworks,
}
_HEADS: dict[str, tuple[str, ...]] = {
    "indicators": ("id", "code", "title_en", "title_zh", "measures"),
    "tables": (
        "table", "column", "type", "key", "required", "sensitivity", "references",
        "allowed",
    ),
    "policies": ("rule", "from", "to", "value", "unit", "evidence", "citation"),
    "reports": ("report", "title_en", "title_zh"),
    "sources": ("source", "table", "path", "mapping"),
    "frameworks": ("code", "framework", "paraphrase_en", "paraphrase_zh", "indicators"),
}  # fmt: skip
