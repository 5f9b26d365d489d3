"""Judging every row against its contract, in SQL, with all reasons of each row.

A row is good, an identical copy of a good one, or quarantined; nothing else, so that
rows read = rows stored + copies + rows quarantined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import fetch_row, quote_name, quote_text
from esg.load.ids import HASH_ID
from esg.load.mapping import MAPPED_VIEW, required_columns
from esg.load.read import RAGGED_TABLE, ROW_NUMBER

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.load.mapping import Mapping
    from esg.spec.table import Column, TableContract

TYPED = "typed_row"
"""Rows with typed columns, raw texts of judged ones, and ``reasons``."""
GOOD = "good_row"
BAD = "bad_row"
"""Reasons of rejected rows: row_id, row_number, rule, column_name, seen."""

ROW_ID = "row_id"
"""Tells mapped rows apart; one row of a file may become several of a table. Ragged
rows, which are never mapped, have negative ones."""

_TEXT = "VARCHAR"
_SHOWN = 60  # characters of an open value that a message repeats


@dataclass(frozen=True)
class Counts:
    """How the rows of one source fared."""

    read: int
    stored: int
    duplicate: int
    quarantined: int


def validate(
    connection: Connection, contract: TableContract, mapping: Mapping, source: str
) -> Counts:
    """Create ``good_row`` and ``bad_row`` from the view ``mapped``.

    Args:
        connection: Holds ``mapped``, and the core tables that references point to.
        contract: What the rows must be.
        mapping: Which columns are there, with their types.
        source: The source's name: rows of others may not share a key with these.

    Returns:
        The counts; they add up.

    Raises:
        AssertionError: They do not, which is a bug of ours.
    """
    _type_rows(connection, contract, mapping)
    _find_key_faults(connection, contract, mapping, source)
    _collect_reasons(connection, contract, mapping)
    connection.execute(
        f"create or replace temp table {GOOD} as "  # noqa: S608
        f"select {_names(contract)} from {TYPED} "
        f"where {ROW_ID} not in (select {ROW_ID} from {BAD}) "
        f"and not is_copy"
    )
    counts = _count(connection)
    if counts.read != counts.stored + counts.duplicate + counts.quarantined:
        raise AssertionError(f"rows do not add up for {contract.name}: {counts}")
    return counts


def _names(contract: TableContract) -> str:
    return ", ".join(quote_name(name) for name in contract.column_names)


def _raw(name: str) -> str:
    return quote_name(f"raw {name}")


def _type_rows(
    connection: Connection, contract: TableContract, mapping: Mapping
) -> None:
    columns = []
    for column in contract.columns:
        kind = mapping.types.get(column.name)
        typed = _typed(column, kind)
        columns.append(f"{typed} as {quote_name(column.name)}")
        if kind is not None:
            columns.append(f"{quote_name(column.name)} as {_raw(column.name)}")
    connection.execute(
        f"create or replace temp table {TYPED} as "  # noqa: S608
        f"select {', '.join(columns)}, {ROW_NUMBER}, "
        f"row_number() over () as {ROW_ID} from {MAPPED_VIEW}"
    )


def _typed(column: Column, kind: str | None) -> str:
    """Return SQL giving the typed value of one raw column; null when it is not one."""
    name = quote_name(column.name)
    if kind is None:
        return f"cast(null as {column.sql_type})"
    if column.type == "text":
        text = f"nullif(cast({name} as varchar), '')"
        return f"{HASH_ID}({text})" if column.sensitivity == "id" else text
    value = name if kind != _TEXT else f"nullif(trim({name}), '')"
    cast = f"try_cast({value} as {column.sql_type})"
    if column.type == "integer":
        # A cast alone would round 3.7 to 4 in silence.
        exact = f"try_cast({value} as decimal(38, 6))"
        return f"case when {exact} = trunc({exact}) then {cast} end"
    if column.type == "money" and kind == _TEXT:
        # Likewise 1.005 to 1.01: a third decimal in money is a fault of its source.
        exact = f"try_cast({value} as decimal(38, 6))"
        return f"case when {exact} = {cast} then {cast} end"
    if column.type in ("number", "date", "timestamp"):
        return f"case when isfinite({cast}) then {cast} end"
    return cast


def _find_key_faults(
    connection: Connection, contract: TableContract, mapping: Mapping, source: str
) -> None:
    key = ", ".join(quote_name(name) for name in contract.key)
    has_key = " and ".join(f"{quote_name(name)} is not null" for name in contract.key)
    # As the source has them: two unreadable values are both null and yet differ.
    whole = f"row({', '.join(_raw(name) for name in mapping.types)})"
    same = " and ".join(
        f"other.{quote_name(name)} = {TYPED}.{quote_name(name)}"
        for name in contract.key
    )
    connection.execute(
        "create or replace temp table shared_key as "  # noqa: S608
        f"select {key}, count(distinct {whole}) as kinds, "
        f"min({ROW_ID}) as first_row "
        f"from {TYPED} where {has_key} group by {key} having count(*) > 1"
    )
    shared = " and ".join(
        f"shared_key.{quote_name(name)} = {TYPED}.{quote_name(name)}"
        for name in contract.key
    )
    history = quote_name(f"{contract.name}_history")
    connection.execute(
        f"create or replace temp table {TYPED} as "  # noqa: S608
        f"select {TYPED}.*, "
        "coalesce(shared_key.kinds > 1, false) as is_conflict, "
        f"coalesce(shared_key.kinds = 1 and {ROW_ID} <> shared_key.first_row, "
        "false) as is_copy, "
        f"exists (select 1 from {history} as other "
        f"where {same} and other.superseded_in is null and other.loaded_in in "
        f"(select load_no from load where source <> {quote_text(source)})) "
        "as is_foreign "
        f"from {TYPED} left join shared_key on {shared}"
    )


def _collect_reasons(
    connection: Connection, contract: TableContract, mapping: Mapping
) -> None:
    connection.execute(
        f"create or replace temp table {BAD} as "  # noqa: S608
        f"select -{ROW_NUMBER} as {ROW_ID}, {ROW_NUMBER} as row_number, "
        "'ragged' as rule, "
        "cast(null as varchar) as column_name, "
        f"lower(fields) as seen from {RAGGED_TABLE}"
    )
    checks = [
        check
        for column in contract.columns
        for check in _column_checks(column, contract, mapping.types.get(column.name))
    ]
    key = quote_text(", ".join(contract.key))
    checks += [
        ("is_conflict", "key_conflict", key, "null"),
        ("is_foreign", "key_of_other_source", key, "null"),
    ]
    for condition, rule, column, seen in checks:
        connection.execute(
            f"insert into {BAD} select {ROW_ID}, {ROW_NUMBER}, "  # noqa: S608
            f"{quote_text(rule)}, "
            f"{column}, {seen} from {TYPED} where ({condition}) and not is_copy"
        )


def _column_checks(
    column: Column, contract: TableContract, kind: str | None
) -> list[tuple[str, str, str, str]]:
    """Return (condition, rule, column, seen) of each rule of one column, as SQL."""
    if kind is None:
        return []
    name, raw = quote_name(column.name), _raw(column.name)
    text = f"cast({raw} as varchar)"
    filled = f"coalesce(trim({text}), '') <> ''"
    label, seen = quote_text(column.name), _seen(column, text)
    found = [(f"{name} is null and {filled}", "type", label, seen)]
    if column.name in required_columns(contract):
        found.append((f"not {filled}", "required", label, "null"))
    if column.allowed:
        allowed = ", ".join(quote_text(value) for value in column.allowed)
        found.append((f"{name} not in ({allowed})", "allowed", label, seen))
    limits = [
        f"{name} {sign} {limit}"
        for sign, limit in (("<", column.min), (">", column.max))
        if limit is not None
    ]
    if limits:
        found.append((" or ".join(limits), "range", label, seen))
    if column.pattern:
        matches = f"regexp_full_match({name}, {quote_text(column.pattern)})"
        found.append((f"not {matches}", "pattern", label, seen))
    if column.references:
        found.append((_dangles(column), "reference", label, seen))
    return found


def _dangles(column: Column) -> str:
    """Return SQL for whether a row points to no row of a table that was loaded.

    A workspace may hold loans and no borrowers: a reference to a table that no source
    has ever filled cannot be judged, and rejects nothing.
    """
    name, parent = quote_name(column.name), column.references or ""
    # The project's check holds that the parent's key has this column's name.
    return (
        f"{name} is not null "  # noqa: S608 - names come from checked contracts
        f"and {name} not in (select {name} from {quote_name(parent)}) "
        f"and exists (select 1 from load where table_name = {quote_text(parent)})"
    )


def _seen(column: Column, text: str) -> str:
    """Return SQL for what a message may repeat of a value.

    Open values are shown; of others only length and pattern, letters as 'A' and digits
    as '9', so that a message helps without giving anyone away.
    """
    if column.sensitivity == "open":
        return f"left({text}, {_SHOWN})"
    pattern = (
        f"regexp_replace(regexp_replace({text}, '[0-9]', '9', 'g'), "
        "'[^9\\-/.: ]', 'A', 'g')"
    )
    return f"length({text}) || ' characters as ' || left({pattern}, 20)"


def _count(connection: Connection) -> Counts:
    row = fetch_row(
        connection,
        f"select (select count(*) from {TYPED}) "  # noqa: S608
        f"+ (select count(*) from {RAGGED_TABLE}), "
        f"(select count(*) from {GOOD}), "
        f"(select count(*) from {TYPED} where is_copy), "
        f"(select count(distinct {ROW_ID}) from {BAD})",
    )
    if row is None:
        raise AssertionError("a select without from gives one row")
    return Counts(*row)
