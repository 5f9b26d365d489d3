"""Judging staged rows by one another and by other tables, and parting good from bad.

A row is good, an identical copy of a good one, or quarantined; nothing else, so that
rows read = rows stored + copies + rows quarantined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import (
    EngineFault,
    fault_words,
    fetch_row,
    is_disk_fault,
    is_value_fault,
    quote_name,
    quote_text,
)
from esg.errors import ContentError
from esg.load.joins import THIS, Joins, across, own_columns
from esg.load.rules import KEPT, Test, each_reason, reasons, row_tests, unjudged
from esg.load.stage import (
    OWN_COLUMNS,
    PARTS,
    RAGGED,
    REASONS,
    SOURCE_ROW,
    STAGE,
    UNJUDGED,
    staged_columns,
    staged_own,
    whole_stage,
)

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.table import Column, TableContract

BAD = "bad_row"
"""Reasons of staged rows: stage_rowid (null for a ragged record), part, row_number,
severity, rule, column_name, seen, key_md5."""

NOT_JUDGED = "unjudged_rule"
"""How many rows each rule could not judge: ``rule, rows``."""


@dataclass(frozen=True)
class Counts:
    """How the rows of one source fared."""

    read: int
    stored: int
    duplicate: int
    quarantined: int


def judge(connection: Connection, contract: TableContract, source: str) -> Counts:
    """Part the stage into good rows, which stay, and bad ones, told in ``bad_row``.

    Args:
        connection: Holds the stage, and the tables that rules look at.
        contract: What the rows must be.
        source: The source's name: rows of others may not share a key with these.

    Returns:
        The counts; they add up.

    Raises:
        ContentError: A rule across tables does not run.
        AssertionError: The counts do not add up, which is a bug of ours.
    """
    staged = _one(connection, f"select count(*) from {STAGE}")  # noqa: S608
    ragged = _one(connection, f"select count(*) from {RAGGED}")  # noqa: S608
    connection.execute(
        "create or replace temp table judged_row as "
        + each_reason(REASONS, STAGE, "rowid")
    )
    _judge_keys(connection, contract, source)
    _judge_across(connection, contract)
    _tell(connection, contract)
    connection.execute(
        f"delete from {STAGE} where rowid in "  # noqa: S608
        f"(select stage_rowid from {BAD} where severity <> 'warn')"
    )
    # A copy of a bad row is bad itself.
    connection.execute(
        "delete from copy_row where stage_rowid in "  # noqa: S608
        f"(select stage_rowid from {BAD} where severity <> 'warn')"
    )
    if _one(connection, "select count(*) from copy_row"):
        connection.execute(
            f"delete from {STAGE} where rowid in (from copy_row)"  # noqa: S608
        )
    counts = Counts(
        read=staged + ragged,
        stored=_one(connection, f"select count(*) from {STAGE}"),  # noqa: S608
        duplicate=_one(connection, "select count(*) from copy_row"),
        quarantined=ragged
        + _one(
            connection,
            f"select count(distinct stage_rowid) from {BAD} "  # noqa: S608
            "where severity <> 'warn'",
        ),
    )
    if counts.read != counts.stored + counts.duplicate + counts.quarantined:
        raise AssertionError(f"rows do not add up for {contract.name}: {counts}")
    return counts


def drop_own_columns(connection: Connection) -> None:
    """Make the stage a table like the core table's history."""
    for name in OWN_COLUMNS:
        connection.execute(f"alter table {STAGE} drop column if exists {name}")


def _judge_keys(connection: Connection, contract: TableContract, source: str) -> None:
    key = ", ".join(quote_name(name) for name in contract.key)
    has_key = " and ".join(f"{quote_name(name)} is not null" for name in contract.key)
    connection.execute(
        "create or replace temp table shared_key as "  # noqa: S608
        f"select {key} from {STAGE} where {has_key} group by all having count(*) > 1"
    )
    staged = staged_columns(connection, contract)
    values = ", ".join(quote_name(name) for name in staged)
    same = " and ".join(
        f"{STAGE}.{quote_name(name)} = shared_key.{quote_name(name)}"
        for name in contract.key
    )
    keys = ", ".join(f"shared_key.{quote_name(name)}" for name in contract.key)
    connection.execute(
        "create or replace temp table shared_row as "  # noqa: S608
        "select stage_rowid, "
        "count(distinct whole) over (partition by key) as kinds, "
        "min(stage_rowid) over (partition by key) as first_rowid "
        f"from (select {STAGE}.rowid as stage_rowid, row({keys}) as key, "
        f"row({_qualified(values)}, {REASONS}) as whole "
        f"from {STAGE} join shared_key on {same})"
    )
    connection.execute(
        "create or replace temp table copy_row as select stage_rowid "
        "from shared_row where kinds = 1 and stage_rowid <> first_rowid"
    )
    label = quote_text(", ".join(contract.key))
    connection.execute(
        f"insert into judged_row select stage_rowid, 'key_conflict', {label}, "  # noqa: S608
        "'reject', null from shared_row where kinds > 1"
    )
    _judge_foreign_keys(connection, contract, source, label)


def _qualified(names: str) -> str:
    return ", ".join(f"{STAGE}.{name}" for name in names.split(", "))


def _judge_foreign_keys(
    connection: Connection, contract: TableContract, source: str, label: str
) -> None:
    others = (
        "select load_no from load "  # noqa: S608
        f"where source <> {quote_text(source)} "
        f"and table_name = {quote_text(contract.name)}"
    )
    # Most tables have one source, and then there is nothing to compare with.
    if not _one(connection, f"select count(*) from ({others})"):  # noqa: S608
        return
    same = " and ".join(
        f"other.{quote_name(name)} = {STAGE}.{quote_name(name)}"
        for name in contract.key
    )
    connection.execute(
        f"insert into judged_row select {STAGE}.rowid, 'key_of_other_source', "  # noqa: S608
        f"{label}, 'reject', null from {STAGE} where exists ("
        f"select 1 from {quote_name(contract.name + '_history')} as other "
        f"where {same} and other.superseded_in is null "
        f"and other.loaded_in in ({others}))"
    )


@dataclass
class _Across:
    """What one query over the stage and its joins has to find."""

    joins: Joins
    references: list[Test]
    rules: list[Test]


def _judge_across(connection: Connection, contract: TableContract) -> None:
    """Judge references and rules across tables, in one query, as far as can be."""
    connection.execute(
        f"create or replace temp table {NOT_JUDGED} (rule varchar, rows bigint)"
    )
    _count_unjudged_rows(connection, contract)
    asked = _Across(Joins(), [], [])
    _ask_references(connection, contract, asked)
    _ask_rules(connection, contract, asked)
    tests = asked.references + asked.rules
    if not tests:
        return
    try:
        connection.execute(
            "create or replace temp table across_row as select * from ("  # noqa: S608
            f"select {THIS}.stage_rowid, {reasons(tests)} as found, "
            f"{unjudged(asked.rules)} as unjudged from "
            f"({whole_stage(connection, contract)}) as {THIS} {asked.joins.sql}) "
            "where found is not null or unjudged <> 0"
        )
    except EngineFault as error:
        if is_disk_fault(error):
            raise
        reason = (
            "it meets a value that it cannot work with"
            if is_value_fault(error)
            else fault_words(error)
        )
        raise ContentError(
            f"queries/tables/{contract.name}.yaml: a rule across tables does not "
            f"run: {reason}.",
            hint="Mend the rule; 'esg list tables' shows what it may look at.",
        ) from error
    connection.execute(
        "insert into judged_row " + each_reason("found", "across_row", "stage_rowid")
    )
    _note_unjudged(connection, asked.rules, "unjudged", "across_row")


def _ask_references(
    connection: Connection, contract: TableContract, asked: _Across
) -> None:
    staged = staged_columns(connection, contract)
    for column in contract.columns:
        if column.references in (None, contract.name) or column.name not in staged:
            continue
        name, parent = quote_name(column.name), str(column.references)
        if not _was_loaded(connection, (parent,)):
            _note(
                connection,
                f"reference {column.name}",
                f"select count({name}) from {STAGE}",  # noqa: S608
            )
            continue
        alias = asked.joins.alias(quote_name(parent), (column.name,), set())
        asked.references.append(_reference_test(column, alias))


def _ask_rules(connection: Connection, contract: TableContract, asked: _Across) -> None:
    for rule in contract.rules:
        if not rule.joins:
            continue
        if not _was_loaded(connection, tuple(t for j in rule.joins for t in j.tables)):
            # A row that is blank itself has nothing that could be judged.
            filled = " and ".join(
                f"{quote_name(n)} is not null" for n in own_columns(rule)
            )
            row = whole_stage(connection, contract)
            query = f"select count(*) from ({row}) where {filled}"  # noqa: S608
            _note(connection, rule.name, query)
            continue
        condition = f"({across(rule, asked.joins)})"
        asked.rules.append(Test(condition, rule.name, None, rule.severity))


def _count_unjudged_rows(connection: Connection, contract: TableContract) -> None:
    if UNJUDGED in staged_own(connection):
        _note_unjudged(connection, row_tests(contract), UNJUDGED, STAGE)


def _note_unjudged(
    connection: Connection, tests: list[Test], mask: str, table: str
) -> None:
    """Note of each test for how many rows of a table its bit of a mask is set."""
    if not tests:
        return
    rules = ", ".join(quote_text(test.rule) for test in tests)
    counts = ", ".join(
        f"count(*) filter ({mask} & {1 << at} <> 0)" for at in range(len(tests))
    )
    connection.execute(
        f"insert into {NOT_JUDGED} "  # noqa: S608
        f"select unnest([{rules}]), unnest([{counts}]) from {table}"
    )


def _note(connection: Connection, rule: str, query: str) -> None:
    connection.execute(f"insert into {NOT_JUDGED} select {quote_text(rule)}, ({query})")


def _reference_test(column: Column, parent: str) -> Test:
    name = quote_name(column.name)
    # An id is a hash by now, which tells a reader nothing.
    seen = (
        f"left(cast({THIS}.{name} as varchar), {KEPT})"
        if column.sensitivity == "open"
        else "cast(null as varchar)"
    )
    return Test(
        f"{THIS}.{name} is not null and {parent}.{name} is null",
        "reference",
        column.name,
        column.severity,
        seen,
    )


def _was_loaded(connection: Connection, tables: tuple[str, ...]) -> bool:
    """Return whether every table was ever filled by a source.

    A workspace may hold loans and no borrowers: what points to a table that no source
    has filled cannot be judged, and rejects nothing.
    """
    listed = ", ".join(quote_text(name) for name in set(tables))
    return _one(
        connection,
        "select count(distinct table_name) from load "  # noqa: S608
        f"where table_name in ({listed})",
    ) == len(set(tables))


def _tell(connection: Connection, contract: TableContract) -> None:
    """Create ``bad_row``: every reason with the row's number and a hash of its key."""
    # Rows after a ragged record stand later in the file than their place says; of
    # several in a run, the last one counts for the rows that follow.
    connection.execute(
        "create or replace temp table skipped_before as "  # noqa: S608
        "select part_no, source_row - place as after_ordinal, max(place) as skipped "
        "from (select part_no, source_row, "
        "row_number() over (partition by part_no order by source_row) as place "
        f"from {RAGGED}) group by all"
    )
    key = key_md5(contract, STAGE)
    has = staged_own(connection)
    given = f"{STAGE}.{SOURCE_ROW}" if SOURCE_ROW in has else "cast(null as bigint)"
    connection.execute(
        f"create or replace temp table {BAD} as "  # noqa: S608
        "with placed as ("
        "select judged_row.*, part.part_no, part.name, part.rows_before, "
        f"{given} as given, {key} as key_md5, "
        "judged_row.stage_rowid - part.first_rowid + 1 as ordinal "
        f"from judged_row join {STAGE} on {STAGE}.rowid = judged_row.stage_rowid "
        f"asof join {PARTS} as part on judged_row.stage_rowid >= part.first_rowid), "
        "numbered as (select placed.*, coalesce(skip.skipped, 0) as skipped "
        "from placed asof left join skipped_before as skip "
        "on placed.part_no = skip.part_no and placed.ordinal > skip.after_ordinal) "
        "select stage_rowid, coalesce(origin.name, numbered.name) as part, "
        "coalesce(given - origin.rows_before, ordinal + skipped) as row_number, "
        "severity, rule, column_name, seen, key_md5 "
        f"from numbered asof left join {PARTS} as origin "
        "on given > origin.rows_before "
        "union all by name "
        "select cast(null as bigint) as stage_rowid, name as part, "
        "source_row as row_number, 'reject' as severity, 'ragged' as rule, "
        "lower(fields) as seen "
        f"from {RAGGED} join {PARTS} using (part_no)"
    )
    _name_rejected_parents(connection, contract)


def key_md5(contract: TableContract, table: str) -> str:
    """Return SQL for the hash of a row's key; null where a part of it is."""
    names = [f"cast({table}.{quote_name(name)} as varchar)" for name in contract.key]
    return f"md5({' || chr(31) || '.join(names)})"


def _name_rejected_parents(connection: Connection, contract: TableContract) -> None:
    """Tell a row that dangles only because its parent was rejected."""
    staged = staged_columns(connection, contract)
    for column in contract.columns:
        if column.references is None or column.name not in staged:
            continue
        connection.execute(
            f"update {BAD} set rule = 'reference_rejected' "  # noqa: S608
            f"where rule = 'reference' and column_name = {quote_text(column.name)} "
            "and stage_rowid in ("
            f"select {STAGE}.rowid from {STAGE} join current_quarantine as lost "
            f"on md5({STAGE}.{quote_name(column.name)}) = lost.key_md5 "
            f"where lost.table_name = {quote_text(column.references)} "
            f"and {STAGE}.rowid in (select stage_rowid from {BAD}))"
        )


def _one(connection: Connection, query: str) -> int:
    row = fetch_row(connection, query)
    return int(row[0]) if row else 0
