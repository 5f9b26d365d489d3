"""The rules of a contract as SQL: of one column and of one row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from esg.engine.duck import quote_name, quote_text
from esg.load.cells import BLANKS, is_blank, raw_name

if TYPE_CHECKING:
    from esg.spec.table import Column, TableContract

KEPT = 200
"""Characters of an open value that are looked through for personal data; a message
repeats fewer, so that no number is cut before it is known for one."""

_NEXT, _PART = chr(30), chr(31)
"""Between reasons, and between the parts of one: no text of a person has them."""


@dataclass(frozen=True)
class Test:
    """One test of a row, as SQL."""

    condition: str
    """True where the row breaks the rule."""
    rule: str
    column: str | None
    severity: str
    seen: str = "cast(null as varchar)"
    """SQL for what a message may repeat of the value."""

    @property
    def reason(self) -> str:
        """SQL for the reason of a row that fails, and null for one that does not."""
        known = quote_text(_PART.join((self.rule, self.column or "", self.severity)))
        seen = f"translate({self.seen}, {quote_text(_NEXT + _PART)}, '  ')"
        told = f"{known} || coalesce({quote_text(_PART)} || {seen}, '')"
        return f"case when {self.condition} then {told} end"


def reasons(tests: list[Test]) -> str:
    """Return SQL for all reasons of a row as one text; null when there is none.

    One text, because lists and structs are made for a whole batch of rows at once, of
    which a few are faulty. ``each_reason`` takes it apart.
    """
    if not tests:
        return "cast(null as varchar)"
    broken = " or ".join(f"({test.condition})" for test in tests)
    every = ", ".join(test.reason for test in tests)
    # The text is built for faulty rows only.
    return f"case when {broken} then concat_ws({quote_text(_NEXT)}, {every}) end"


def each_reason(column: str, table: str, row: str) -> str:
    """Return a select of ``stage_rowid, rule, column_name, severity, seen``.

    Args:
        column: Holds what ``reasons`` gives.
        table: Has that column.
        row: SQL over the table for ``stage_rowid``.
    """
    return (
        "select stage_rowid, parts[1] as rule, nullif(parts[2], '') as column_name, "  # noqa: S608
        "parts[3] as severity, parts[4] as seen from ("
        f"select stage_rowid, string_split(reason, {quote_text(_PART)}) as parts from ("
        f"select {row} as stage_rowid, "
        f"unnest(string_split({column}, {quote_text(_NEXT)})) as reason "
        f"from {table} where {column} is not null))"
    )


def required_columns(contract: TableContract) -> list[str]:
    """Return the columns a row cannot do without: required ones and the key."""
    return [
        column.name
        for column in contract.columns
        if column.required or column.name in contract.key
    ]


def column_tests(column: Column, contract: TableContract) -> list[Test]:
    """Return the tests of one column that is there; references are judged later."""
    name, raw = quote_name(column.name), raw_name(column.name)
    text = f"cast({raw} as varchar)"
    seen = _seen(column, text)
    found = []
    if column.type != "text":
        unread = (
            f"{name} is null and {raw} is not null and trim({text}, {BLANKS}) <> ''"
        )
        found.append(Test(unread, "type", column.name, "reject", seen))
    if column.name in required_columns(contract):
        blank = f"{raw} is null or {is_blank(text)}"
        found.append(Test(blank, "required", column.name, "reject"))
    if column.allowed:
        allowed = ", ".join(quote_text(value) for value in column.allowed)
        wrong = f"{name} not in ({allowed})"
        found.append(Test(wrong, "allowed", column.name, column.severity, seen))
    limits = [
        f"{name} {sign} {_literal(limit)}"
        for sign, limit in (("<", column.min), (">", column.max))
        if limit is not None
    ]
    if limits:
        outside = " or ".join(limits)
        found.append(Test(outside, "range", column.name, column.severity, seen))
    if column.pattern:
        unlike = f"not regexp_full_match({name}, {quote_text(column.pattern)})"
        found.append(Test(unlike, "pattern", column.name, column.severity, seen))
    return found


def _literal(limit: float | date) -> str:
    return f"date '{limit}'" if isinstance(limit, date) else str(limit)


def row_tests(contract: TableContract) -> list[Test]:
    """Return the rules across columns of one row, without those across tables."""
    return [
        Test(f"({rule.bad})", rule.name, None, rule.severity)
        for rule in contract.rules
        if not rule.joins
    ]


def unjudged(tests: list[Test]) -> str:
    """Return SQL for a bit mask: bit n is set where test n could not be judged."""
    parts = [
        f"case when ({test.condition}) is null then {1 << at} else 0 end"
        for at, test in enumerate(tests)
    ]
    return f"cast({' + '.join(parts) or 0} as ubigint)"


def _seen(column: Column, text: str) -> str:
    """Return SQL for what a message may repeat of a value.

    Open values are shown; of others only length and pattern, letters as 'A' and digits
    as '9', so that a message helps without giving anyone away.
    """
    if column.sensitivity == "open":
        return f"left({text}, {KEPT})"
    pattern = (
        f"regexp_replace(regexp_replace({text}, '[0-9]', '9', 'g'), "
        "'[^9\\-/.: ]', 'A', 'g')"
    )
    return f"length({text}) || ' characters as ' || left({pattern}, 20)"
