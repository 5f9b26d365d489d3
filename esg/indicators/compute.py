"""Computing indicators on a reader of the warehouse, with all their trail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from esg.engine.duck import attach_scratch
from esg.engine.warehouse import quarantine_summary
from esg.errors import UsageError
from esg.indicators.bind import PAIR, tables_in
from esg.indicators.kept import kept_in
from esg.indicators.prepare import conditions, inputs, stage
from esg.indicators.result import RunResult
from esg.indicators.run import run_indicator
from esg.indicators.stage import Tables
from esg.spec.fields import suggest
from esg.spec.indicator import BREAKDOWNS, EVERY, Indicator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.indicators.stage import ComputedTable
    from esg.spec.period import Period
    from esg.spec.project import Project

_PAIR_OF = 2

_ROWS_IN_MEMORY = 8_000_000
"""Of core tables whose marts stand in memory, in some two gigabytes. Those of more are
packed on disk: in a tenth of the room, for a tenth more time."""


def compute(
    connection: Connection,
    project: Project,
    names: tuple[str, ...],
    computed: Mapping[str, ComputedTable],
    *,
    period: Period,
    by: tuple[str, ...],
    is_brief: bool = False,
    kept: Path | None = None,
) -> RunResult:
    """Compute indicators over all periods up to one.

    Args:
        connection: A reader of the warehouse.
        project: The workspace's declarations.
        names: Ids; all when empty.
        computed: Tables that indicators may read and that SQL alone cannot make.
        period: The period asked for; the series end there.
        by: Breakdowns, and pairs as ``province,gender``; ``EVERY`` for all single ones
            that each indicator declares.
        is_brief: Whether only the first measure of each is wanted, without the interval
            over clusters, which takes half of the time.
        kept: A folder of results of earlier runs; what is there as it is now is taken
            from it, and what is computed is added. Null computes everything.

    Raises:
        UsageError: An id or breakdown is unknown.
        ContentError: A declaration or a query is wrong.
    """
    chosen, dimensions = _chosen(project, names), _dimensions(by)
    if is_brief:
        chosen = [_brief(indicator) for indicator in chosen]
    data_date = stage(connection, project, period, period.kind)
    memory = kept_in(kept, connection, project, computed, dimensions) if kept else None
    results = {i.id: memory.find(i) for i in chosen} if memory else {}
    missing = {i.id: i for i in chosen if not results.get(i.id)}
    if missing:
        asked = conditions(connection, project, missing.values(), data_date)
        is_large = sum(asked.row_counts.values()) > _ROWS_IN_MEMORY
        scratch = attach_scratch(connection, project.workspace) if is_large else None
        tables = Tables(connection, project.marts, computed, scratch)
        reads = {name: tables_in(i.sql, i.where) for name, i in missing.items()}
        for name in tables.in_turn(reads):
            result = run_indicator(
                connection, missing[name], dimensions=dimensions, conditions=asked
            )
            results[name] = result
            if memory:
                memory.keep(result)
    return RunResult(
        period=period,
        data_date=data_date.isoformat(),
        results=tuple(filter(None, (results[indicator.id] for indicator in chosen))),
        inputs=inputs(connection),
        quarantine=quarantine_summary(connection),
    )


def _chosen(project: Project, names: tuple[str, ...]) -> list[Indicator]:
    known = project.indicators
    for name in names:
        if name in project.switched_off:
            raise UsageError(
                f"The indicator '{name}' is off.", hint=how_to_turn_on(project, name)
            )
        if name not in known:
            near = suggest(name, tuple(known))
            raise UsageError(
                f"There is no indicator '{name}'{near}.",
                hint="Run 'esg list indicators' to see them.",
            )
    return [known[name] for name in names] or list(known.values())


def how_to_turn_on(project: Project, name: str) -> str:
    """Return what to write in ``esg.toml`` for an indicator that is off."""
    return (
        f"Turn it on in esg.toml: [composite] {project.declared[name].composite} = true"
    )


def _brief(indicator: Indicator) -> Indicator:
    first = replace(indicator.measures[0], cluster=None)
    return replace(indicator, measures=(first,))


def _dimensions(by: tuple[str, ...]) -> tuple[str, ...]:
    """Return the breakdowns and pairs asked for, each once, in the order asked."""
    found: list[str] = []
    for text in by:
        found += BREAKDOWNS if text in EVERY else [_dimension(text)]
    return tuple(dict.fromkeys(found))


def _dimension(text: str) -> str:
    """Return one breakdown, or the pair that a comma (or ``PAIR``) makes of two."""
    names = [name.strip() for name in text.replace(PAIR, ",").split(",")]
    for name in names:
        if name not in BREAKDOWNS:
            near = suggest(name, BREAKDOWNS)
            raise UsageError(f"'{name}' is no breakdown{near}.")
    if len(names) > _PAIR_OF:
        raise UsageError(
            f"'{text}' crosses {len(names)} breakdowns, and at most two can be.",
            hint="For breakdowns side by side, repeat the option: "
            + " ".join(f"--by {name}" for name in names),
        )
    if len(set(names)) < len(names):
        raise UsageError(
            f"'{text}' crosses a breakdown with itself.",
            hint=f"Name another one beside it, or only '{names[0]}'.",
        )
    return PAIR.join(names)
