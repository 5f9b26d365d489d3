"""Staging a source: one pass from its rows to typed values with the reasons of each.

The stage is a table like the core table, in the warehouse's copy: the columns that the
source has, and three more. It keeps the order of the file, so that a row's place tells
its number there, and becomes the core table itself where that was empty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from esg.engine.duck import EngineFault, fetch_row, quote_name, quote_text
from esg.errors import ContentError
from esg.load.cells import Zones, filled_in, finite, raw_cell, raw_name, typed_cell
from esg.load.readers.part import FAULT, RAGGED_TABLE
from esg.load.rules import Test, column_tests, reasons, row_tests, unjudged

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.source import Source
    from esg.spec.table import TableContract

STAGE = "stage_row"
SOURCE_ROW = "stage_source_row"
"""The number a mapping passed through; null where the row's place tells it."""
REASONS = "stage_reasons"
UNJUDGED = "stage_unjudged"
OWN_COLUMNS = (SOURCE_ROW, REASONS, UNJUDGED)

PARTS = "stage_part"
"""Where each part's rows begin: ``part_no, name, first_rowid, rows_before``."""
RAGGED = "stage_ragged"
"""Ragged records of all parts: ``part_no, source_row, fields, line``."""

ROW_NUMBER = "source_row"
"""Under this name a mapping passes a row's number through."""


@dataclass(frozen=True)
class Rows:
    """Something to stage: a relation with columns under the contract's names."""

    relation: str
    kinds: dict[str, str]
    """SQL type of each contract column that is there."""
    is_numbered: bool
    """Whether it has the column ``source_row``."""
    has_faults: bool = False


def create_stage(
    connection: Connection, contract: TableContract, *, is_few: bool = False
) -> None:
    """Create the empty stage of a table, and the tables that number its rows.

    Args:
        connection: The warehouse's copy.
        contract: The table.
        is_few: Whether its rows are few beside those that the core table has. They will
            be copied there, and packing them for the disk before is in vain.
    """
    keys = ", ".join(
        f"{quote_name(name)} {contract.column(name).stored_type}"
        for name in contract.key
    )
    history = quote_name(f"{contract.name}_history")
    row = fetch_row(connection, f"select exists (from {history})") if is_few else None
    kind = "temp table" if row and row[0] else "table"
    connection.execute(f"drop table if exists {STAGE}")
    connection.execute(
        f"create {kind} {STAGE} ({keys}, loaded_in integer, superseded_in integer, "
        f"{REASONS} varchar)"
    )
    connection.execute(
        f"create or replace temp table {PARTS} (part_no integer, name varchar, "
        "first_rowid bigint, rows_before bigint)"
    )
    connection.execute(
        f"create or replace temp table {RAGGED} "
        "(part_no integer, source_row bigint, fields varchar, line varchar)"
    )


def staged_columns(connection: Connection, contract: TableContract) -> tuple[str, ...]:
    """Return the contract's columns that the stage has, in the contract's order."""
    found = _columns(connection)
    return tuple(name for name in contract.column_names if name in found)


def staged_own(connection: Connection) -> set[str]:
    """Return which of ``OWN_COLUMNS`` the stage has."""
    return _columns(connection) & set(OWN_COLUMNS)


def _columns(connection: Connection) -> set[str]:
    return {row[0] for row in connection.execute(f"describe {STAGE}").fetchall()}


def widen(
    connection: Connection, contract: TableContract, names: tuple[str, ...]
) -> None:
    """Give the stage columns of the contract that it lacks.

    A column that no row fills costs time and space all the same, so none is made.
    """
    has = _columns(connection)
    for name in names:
        if name not in has:
            kind = contract.column(name).stored_type
            connection.execute(
                f"alter table {STAGE} add column {quote_name(name)} {kind}"
            )


def whole_stage(connection: Connection, contract: TableContract) -> str:
    """Return a select of ``stage_rowid`` and every column, null where it is absent."""
    has = staged_columns(connection, contract)
    columns = ", ".join(
        quote_name(c.name)
        if c.name in has
        else f"cast(null as {c.sql_type}) as {quote_name(c.name)}"
        for c in contract.columns
    )
    return f"select rowid as stage_rowid, {columns} from {STAGE}"  # noqa: S608


def begin_part(connection: Connection, part_no: int, name: str, before: int) -> None:
    """Note that the next staged row is the first of a part.

    Args:
        connection: Holds the stage.
        part_no: From 1.
        name: As messages call the part.
        before: Records of all parts before it.
    """
    first = f"(select count(*) from {STAGE})"  # noqa: S608
    connection.execute(
        f"insert into {PARTS} select ?, ?, {first}, ?",
        [part_no, name, before],
    )


def keep_ragged(connection: Connection, part_no: int) -> None:
    """Keep the ragged records of a part that was just read."""
    connection.execute(
        f"insert into {RAGGED} by name "  # noqa: S608
        f"select {part_no} as part_no, * from {RAGGED_TABLE}"
    )


def stage(
    connection: Connection,
    contract: TableContract,
    source: Source,
    rows: Rows,
    *,
    load_no: int,
    zone: str,
) -> int:
    """Add rows to the stage, each with all reasons that it alone can tell.

    Args:
        connection: Holds the stage and what ``rows`` names.
        contract: What the rows must be.
        source: Its sentinels, codes, time zone and currency.
        rows: What to stage, in its order.
        load_no: The load that brings them.
        zone: The institution's time zone.

    Returns:
        How many rows were staged.

    Raises:
        EngineFault: The rows cannot be read; the reader can explain.
    """
    zones = Zones(source.time_zone or zone, zone)
    present = [c for c in contract.columns if c.name in rows.kinds]
    extra = [ROW_NUMBER] if rows.is_numbered else []
    extra += [FAULT] if rows.has_faults else []
    cells = [f"{raw_cell(c, source)} as {raw_name(c.name)}" for c in present] + extra
    values = [
        typed_cell(c, rows.kinds[c.name], source, zones)
        if c.name in rows.kinds
        else filled_in(c, contract, source) or f"cast(null as {c.sql_type})"
        for c in contract.columns
    ]
    if "currency" in rows.kinds and source.currency:
        at = contract.column_names.index("currency")
        values[at] = f"coalesce({values[at]}, {quote_text(source.currency)})"
    typed = [
        f"{value} as {quote_name(c.name)}"
        for value, c in zip(values, contract.columns, strict=True)
    ]
    finite_ones = [finite(c) for c in contract.columns]
    kept = [raw_name(c.name) for c in present] + extra
    tests = [test for c in present for test in column_tests(c, contract)]
    if rows.has_faults:
        # What cannot be read lacks nothing that it could have.
        tests = [
            replace(test, condition=f"{FAULT} is null and ({test.condition})")
            if test.rule == "required"
            else test
            for test in tests
        ]
        tests.append(Test(f"{FAULT} is not null", "not_json", None, "reject"))
    tests += row_tests(contract)
    given = [
        c.name
        for c in contract.columns
        if c.name in rows.kinds or filled_in(c, contract, source)
    ]
    widen(connection, contract, tuple(given))
    outcome = {"loaded_in": str(load_no), REASONS: reasons(tests)}
    if rows.is_numbered:
        _add_own(connection, SOURCE_ROW, "bigint")
        outcome[SOURCE_ROW] = ROW_NUMBER
    if row_tests(contract):
        _add_own(connection, UNJUDGED, "ubigint")
        outcome[UNJUDGED] = unjudged(row_tests(contract))
    names = [quote_name(name) for name in given]
    query = (
        f"insert into {STAGE} ({', '.join((*names, *outcome))}) "  # noqa: S608
        f"select {', '.join((*names, *outcome.values()))} "
        f"from (select {', '.join((*finite_ones, *kept))} "
        f"from (select {', '.join((*typed, *kept))} "
        f"from (select {', '.join(cells) or 'null as nothing'} from {rows.relation})))"
    )
    _refuse_broken_patterns(connection, contract)
    row = fetch_row(connection, query)
    return int(row[0]) if row else 0


def _add_own(connection: Connection, name: str, kind: str) -> None:
    connection.execute(f"alter table {STAGE} add column if not exists {name} {kind}")


def _refuse_broken_patterns(connection: Connection, contract: TableContract) -> None:
    """Refuse patterns that Python knows and the engine does not, as look-ahead."""
    for column in contract.columns:
        if not column.pattern:
            continue
        try:
            connection.execute(
                f"select regexp_full_match('', {quote_text(column.pattern)})"
            )
        except EngineFault as error:
            raise ContentError(
                f"queries/tables/{contract.name}.yaml: the pattern of column "
                f"'{column.name}' is none that the engine knows.",
                hint="Write it without look-around and back-references (RE2).",
            ) from error
