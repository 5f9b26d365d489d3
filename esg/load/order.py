"""In which order sources are loaded: a table that others look at comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.errors import ContentError
from esg.spec.fields import nearest, suggest

if TYPE_CHECKING:
    from esg.spec.project import Project
    from esg.spec.source import Source


def in_order(project: Project, names: tuple[str, ...]) -> list[Source]:
    """Return the named sources, or all: tables that others look at come first.

    Raises:
        ContentError: A name, a table or a code map is not declared.
    """
    declared = {source.name: source for source in project.settings.sources}
    if not declared:
        raise ContentError(
            "esg.toml declares no sources.",
            hint='Add a table as: [sources.loan] with path = "data/loan.csv".',
        )
    for name in names:
        if name not in declared:
            near = suggest(name, tuple(declared))
            raise ContentError(
                f"esg.toml declares no source '{name}'{near}.",
                hint="Run 'esg list sources' to see them.",
            )
    for source in declared.values():
        if source.table not in project.tables:
            near = suggest(source.table, tuple(project.tables))
            raise ContentError(
                f"esg.toml: source '{source.name}' names the table "
                f"'{source.table}', which has no contract{near}.",
                hint="Run 'esg list tables' to see them.",
            )
        _refuse_wrong_columns(project, source)
    _refuse_unknown_exemptions(project)
    depth = {table: _depth(project, table) for table in project.tables}
    wanted = [declared[name] for name in names] if names else list(declared.values())
    return sorted(wanted, key=lambda source: (depth[source.table], source.name))


def _refuse_unknown_exemptions(project: Project) -> None:
    known = tuple(
        f"{table.name}.{column}"
        for table in project.tables.values()
        for column in table.column_names
    )
    for name in project.settings.guard.allow:
        if name not in known:
            raise ContentError(
                f"esg.toml: 'guard.allow' names '{name}', which no table has"
                f"{nearest(name, known)}.",
                hint="Write it as table.column; 'esg list tables' shows them.",
            )


def _depth(project: Project, table: str, path: tuple[str, ...] = ()) -> int:
    if table in path:
        raise ContentError(
            f"The tables {' → '.join((*path, table))} reference one another in a "
            "circle.",
            hint="Take one of the references or rules out of queries/tables.",
        )
    parents = project.tables[table].looks_at
    inner = (*path, table)
    return 1 + max((_depth(project, parent, inner) for parent in parents), default=-1)


def _refuse_wrong_columns(project: Project, source: Source) -> None:
    contract = project.tables[source.table]
    for column, _ in source.codes:
        if column not in contract.column_names:
            near = suggest(column, contract.column_names)
            raise ContentError(
                f"esg.toml: source '{source.name}' maps codes of '{column}', which "
                f"table '{contract.name}' does not have{near}.",
                hint="Name the core table's column.",
            )
    ours = project.settings.currency
    has_column = "currency" in contract.column_names
    if source.currency not in (None, ours) and not has_column:
        raise ContentError(
            f"esg.toml: source '{source.name}' is in {source.currency}, but table "
            f"'{contract.name}' has no column for the currency and is in {ours}.",
            hint="Turn its amounts into the reporting currency in its mapping.",
        )
