"""``esg list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from esg.cli.common import format_option, open_found, output_option, write_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.project import Project

KINDS = ("indicators", "tables", "policies", "reports", "sources", "frameworks")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@format_option
@output_option
@click.pass_obj
def command(
    folder: str | None, *, kind: str, form: str | None, output: str | None
) -> None:
    """List what is declared: indicators, tables, policies, reports and more.

    Example:

    \b
        esg list indicators
        esg list tables --format csv
    """
    import polars as pl  # noqa: PLC0415 - not for 'esg --help'

    rows = _LISTS[kind](open_found(folder).project)
    schema = _HEADS[kind]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
    write_frame(frame, form, output)


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
    from esg.spec.framework import split_reference  # noqa: PLC0415 - as above

    users: dict[tuple[str, str], list[str]] = {}
    for indicator in project.indicators.values():
        for reference in indicator.frameworks:
            name, code, _ = split_reference(reference)
            users.setdefault((name, code), []).append(indicator.id)
    return [
        (
            framework.reference(code.id),
            framework.name["en"],
            code.paraphrase["en"],
            code.paraphrase["zh"],
            ", ".join(users.get((framework.id, code.id), [])),
        )
        for framework in project.frameworks.values()
        for code in framework.codes.values()
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
