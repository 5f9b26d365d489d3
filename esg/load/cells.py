"""From a source's cell to a contract's value, as SQL: sentinels, codes, types, zones.

A cell that is no value of its type becomes null here and a reason elsewhere; nothing
is rounded or guessed in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esg.engine.duck import quote_name, quote_text
from esg.load.ids import HASH_ID
from esg.spec.source import OTHERS

if TYPE_CHECKING:
    from esg.spec.source import Source
    from esg.spec.table import Column, TableContract

TEXT = "VARCHAR"
IN_SOURCE = "_in_source"
"""A column ``topic_in_source`` keeps the source's own word for a mapped ``topic``."""

_OFFSET = r"([+-]\d\d(:?\d\d)?|[A-Za-z])$"
"""An offset, or the end of a zone's name as ``Z`` and ``UTC``."""
_WITH_TIME = 16  # characters of '2026-01-05 10:00', before any offset
_LOCAL = "____-__-_____:__:__"
"""A time without an offset, as most are: '2026-01-05 10:00:00'."""
_PLAIN = 1_000_000_000
"""Up to here a double tells two numbers apart that differ by a millionth."""
_DAY = 10  # characters of '2026-01-05', whose signs are no offset's


BLANKS = "' \t\r\n\u00a0\u2002\u2003\u2009\u3000\u200b\ufeff'"
"""SQL for the characters that show as nothing, of ASCII and of East Asian typing."""


def is_blank(text: str) -> str:
    """Return SQL for whether a text shows as nothing.

    The first comparison decides for nearly every cell: only a text that starts with a
    blank or less, or outside of ASCII and below Chinese, can be blank all through.
    """
    return (
        f"(({text} < '!' or {text} between '\u00a0' and '\u3000~' "
        f"or {text} >= '\ufeff') and trim({text}, {BLANKS}) = '')"
    )


@dataclass(frozen=True)
class Zones:
    """Where times without an offset are meant, and where ours are."""

    source: str
    ours: str


def raw_name(name: str) -> str:
    """Return the quoted name under which a column's own cell stands."""
    return quote_name(f"raw {name}")


def raw_cell(column: Column, source: Source) -> str:
    """Return SQL for a column's cell with the source's sentinels as null."""
    name = quote_name(column.name)
    if not source.missing:
        return name
    words = ", ".join(quote_text(word) for word in source.missing)
    return f"case when trim(cast({name} as varchar)) not in ({words}) then {name} end"


def typed_cell(column: Column, kind: str, source: Source, zones: Zones) -> str:
    """Return SQL for a column's typed value, from the cell that ``raw_cell`` gives.

    Args:
        column: The contract's column.
        kind: SQL type of the cell.
        source: For its code map.
        zones: For times.

    Returns:
        An expression that is null where the cell is blank or is no such value.
    """
    raw = raw_name(column.name)
    if column.type == "text":
        whole = f"cast({raw} as varchar)"
        text = f"case when {is_blank(whole)} then null else {whole} end"
        text = _coded(text, column, source.code_map(column.name))
        return f"{HASH_ID}({text})" if column.sensitivity == "id" else text
    codes = source.code_map(column.name)
    if codes:
        raw, kind = _coded(f"trim(cast({raw} as varchar))", column, codes), TEXT
    if column.type == "timestamp":
        return _timestamp(raw, kind, zones)
    if column.type == "date":
        return _date(raw, kind, zones)
    cast = f"try_cast({raw} as {column.sql_type})"
    if column.type in ("integer", "money"):
        return _exact(raw, kind, cast, decimals=2 if column.type == "money" else 0)
    return cast


def finite(column: Column) -> str:
    """Return SQL for a column's value, which is null where it is no finite one.

    Nor is a day whose year has not four digits: '26-01-05' is not of the year 26.
    """
    name = quote_name(column.name)
    if column.type in ("date", "timestamp"):
        days = "'1000-01-01' and timestamp '9999-12-31 23:59:59.999999'"
        return f"case when {name} between timestamp {days} then {name} end as {name}"
    if column.type != "number":
        return name
    return f"case when isfinite({name}) then {name} end as {name}"


def _exact(raw: str, kind: str, cast: str, *, decimals: int) -> str:
    """Return SQL that refuses a number with more decimals than its column holds.

    A cast alone would round 3.7 to 4 and 1.005 to 1.01 in silence. Money in floating
    point is rounded to its cent: a float has no exact decimals.
    """
    wide = f"try_cast({raw} as decimal(38, 6))"
    if kind != TEXT:
        if decimals and kind.startswith("DECIMAL"):
            return f"case when {raw} = {cast} then {cast} end"
        if decimals:
            return cast
        return f"case when {wide} = trunc({wide}) then {cast} end"
    # The plain case first: the wide cast costs as much as all else together. Other ways
    # to write a whole number, as 0x1F, are no double.
    double, own = f"try_cast({raw} as double)", f"cast({cast} as double)"
    plain = f"{cast} between -{_PLAIN} and {_PLAIN} and {own} = {double}"
    # Beyond six decimals both casts round alike, which a float tells.
    near = f"abs({double} - {own}) <= 1e-15 * abs({own})"
    signs = ["e", "E"] if decimals else ["e", "E", "."]
    short = " and ".join(f"not contains({raw}, '{sign}')" for sign in signs)
    if decimals:
        short += (
            f" and (not contains({raw}, '.') "
            f"or strlen({raw}) - instr({raw}, '.') <= {decimals})"
        )
    return f"case when {plain} or {short} or {wide} = {cast} and {near} then {cast} end"


def _timestamp(raw: str, kind: str, zones: Zones) -> str:
    ours = quote_text(zones.ours)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"timezone({ours}, {raw})"
    local = f"try_cast({raw} as timestamp)"
    if zones.source != zones.ours:
        local = f"timezone({ours}, timezone({quote_text(zones.source)}, {local}))"
    if kind != TEXT:
        return local
    # DuckDB's cast to a timestamp drops an offset without a word. The regular
    # expression that tells one costs more than the cast, so it comes last.
    tail = f"{raw}[{_DAY + 1}:]"
    has_offset = (
        f"strlen({raw}) > {_WITH_TIME} and not {raw} like {quote_text(_LOCAL)} "
        f"and (contains({tail}, '-') "
        f"or contains({raw}, '+') or {raw}[-1:] >= 'A') "
        f"and regexp_matches({raw}, {quote_text(_OFFSET)})"
    )
    return (
        f"case when {has_offset} "
        f"then timezone({ours}, try_cast({raw} as timestamptz)) else {local} end"
    )


def _date(raw: str, kind: str, zones: Zones) -> str:
    if kind != TEXT:
        return (
            f"cast({_timestamp(raw, kind, zones)} as date)"
            if kind.startswith("TIMESTAMP")
            else f"try_cast({raw} as date)"
        )
    # A day with a time is the day of that moment where the institution is.
    moment = _timestamp(raw, kind, zones)
    return (
        f"case when strlen({raw}) <= {_WITH_TIME} then try_cast({raw} as date) "
        f"else cast({moment} as date) end"
    )


def _coded(text: str, column: Column, codes: dict[str, str]) -> str:
    if not codes:
        return text
    pairs = "".join(
        f" when {quote_text(theirs)} then {quote_text(ours)}"
        for theirs, ours in codes.items()
        if theirs != OTHERS
    )
    rest = text
    if OTHERS in codes:
        kept = [quote_text(value) for value in column.allowed]
        known = f"{text} is null or {text} in ({', '.join(kept)})" if kept else "false"
        rest = f"case when {known} then {text} else {quote_text(codes[OTHERS])} end"
    return f"case {text}{pairs} else {rest} end" if pairs else rest


def filled_in(column: Column, contract: TableContract, source: Source) -> str | None:
    """Return SQL for a column that the source lacks but its declaration gives.

    That is the currency, and the source's own word for a column with a code map. The
    expression stands beside the cells that ``raw_cell`` gives; null when nothing does.
    """
    if column.name == "currency" and source.currency:
        return quote_text(source.currency)
    origin = column.name.removesuffix(IN_SOURCE)
    is_word = origin != column.name and origin in contract.column_names
    if is_word and source.code_map(origin):
        return f"cast({raw_name(origin)} as varchar)"
    return None
