"""Applying the guard to a load: personal data stops it, or is masked, as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.engine.duck import quote_name
from esg.errors import DataError
from esg.load.guard import findings, might_hold
from esg.load.judge import BAD
from esg.load.stage import STAGE, staged_columns

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.settings import Guard
    from esg.spec.source import Source
    from esg.spec.table import TableContract


_SHOWN = 60  # characters of an open value that a message repeats


def guard_findings(connection: Connection) -> None:
    """Mask personal data in what messages repeat of bad rows, and shorten it."""
    connection.execute(
        f"update {BAD} set seen = guard_mask(seen) "  # noqa: S608
        f"where {might_hold('seen')} and guard_kind(seen) is not null"
    )
    connection.execute(
        f"update {BAD} set seen = left(seen, {_SHOWN}) "  # noqa: S608
        f"where length(seen) > {_SHOWN}"
    )


def masked(connection: Connection, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of columns with personal data masked.

    A file without a header gives its first row for names.
    """
    rows = connection.execute(
        "select guard_mask(name) from (select unnest($1) as name)", [list(names)]
    ).fetchall()
    return tuple(row[0] for row in rows)


def guard_stage(
    connection: Connection,
    contract: TableContract,
    source: Source,
    guard: Guard,
    place: str,
) -> None:
    """Look through the good rows' text; stop the load, or mask, as declared.

    Columns of ids are hashes by now, and those with allowed values or a pattern can
    hold nothing else.

    Raises:
        DataError: Personal data was found and the declared action is to stop.
    """
    if guard.action == "off":
        return
    staged = staged_columns(connection, contract)
    columns = [
        column.name
        for column in contract.columns
        if column.name in staged
        and column.type == "text"
        and column.sensitivity != "id"
        and not column.allowed
        and not column.pattern
        and f"{contract.name}.{column.name}" not in guard.allow
    ]
    found = findings(connection, STAGE, columns) if columns else []
    if not found:
        return
    if guard.action == "mask":
        for name in sorted({each.column for each in found}):
            quoted = quote_name(name)
            connection.execute(
                f"update {STAGE} set {quoted} = guard_mask({quoted}) "  # noqa: S608
                f"where {might_hold(quoted)} and guard_kind({quoted}) is not null"
            )
        return
    listed = "; ".join(
        f"{each.rows:,} × {each.kind} in '{each.column}'" for each in found
    )
    allowed = f'"{contract.name}.{found[0].column}"'
    raise DataError(
        f"{place}: text that should hold no personal data does: {listed}.",
        hint='Take it out at the source, or set [guard] action = "mask" in esg.toml; '
        f"allow = [{allowed}] exempts a column of source '{source.name}'.",
    )
