"""Staging a policy pack: its versions, values and settings as tables that SQL joins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from esg.errors import UsageError
from esg.spec.fields import suggest
from esg.spec.rule import LIST, NO_LIMIT, OPEN_END

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from esg.engine.duck import Connection
    from esg.spec.pack import Pack, Version
    from esg.spec.rule import Rule

_FIRST = date(1900, 1, 1)

# A double tells on which side of a half nearly every quotient lies, at a tenth of the
# cost of dividing 128 bits; where it cannot, those are divided.
_HALF_UP = """
create or replace temp macro half_up(a, b, d) as case
    when abs(a::double * b / d) < 1e10
            and abs(a::double * b / d - floor(a::double * b / d) - 0.5) > 1e-4
        then cast(floor(a::double * b / d + 0.5) as bigint)
    else cast((2 * a::hugeint * b + d) // (2 * d::hugeint) as bigint)
end
"""


@dataclass(frozen=True)
class Terms:
    """What a pack is applied under: versions with their values, and settings."""

    versions: tuple[Version, ...]
    values: dict[tuple[str, str], Decimal | None]
    """Numbers by version and rule; null is no limit."""
    members: dict[tuple[str, str], tuple[str, ...]]
    """Lists of codes by version and rule."""
    listed: dict[str, tuple[tuple[date, date, tuple[str, ...]], ...]]
    """Lists of codes by rule: first day, last day, codes; for what a policy does not
    ask on the day of a version."""
    settings: dict[str, str]


def terms_of(pack: Pack, rules: Iterable[Rule], settings: dict[str, str]) -> Terms:
    """Return the terms as the documents have them: every version in its own time.

    Args:
        pack: The pack.
        rules: Its dated rules; each has a value on the first day of every version.
        settings: Every setting's value.
    """
    values: dict[tuple[str, str], Decimal | None] = {}
    members: dict[tuple[str, str], tuple[str, ...]] = {}
    for rule in rules:
        name = rule.id.partition(".")[2]
        for version in pack.versions:
            found = rule.on(version.first_day)
            if found is None:
                continue
            if found.members is not None:
                members[version.id, name] = found.members
            else:
                # By its shortest text: 0.01 is a hundredth and no nearest double.
                number = None if found.value is None else Decimal(repr(found.value))
                values[version.id, name] = number
    versions = tuple(
        version
        if settings.get("accrual_end") != "open"
        else replace(version, accrues_to=_OPEN)
        for version in pack.versions
    )
    listed = {
        rule.id.partition(".")[2]: tuple(
            (value.valid_from, value.valid_to, value.members)
            for value in rule.values
            if value.members is not None
        )
        for rule in rules
        if rule.unit == LIST
    }
    return Terms(versions, values, members, listed, settings)


_OPEN = date(9999, 1, 1)


def only(terms: Terms, version: str) -> Terms:
    """Return terms in which one version holds for all time, as a comparison needs."""
    kept = {each.id: each for each in terms.versions}[version]
    endless = replace(kept, first_day=_FIRST, last_day=OPEN_END)
    return replace(terms, versions=(endless,))


def with_values(
    terms: Terms, rules: Iterable[Rule], changed: Mapping[str, str]
) -> Terms:
    """Return terms with other values for some rules, in every version.

    Args:
        terms: The terms as they are.
        rules: The pack's dated rules.
        changed: Rules and values as texts: a number, ``none``, or codes divided by
            commas for a rule that is a list.

    Raises:
        UsageError: There is no such rule, or it has no such value.
    """
    known = {rule.id.partition(".")[2]: rule for rule in rules}
    values, members = dict(terms.values), dict(terms.members)
    listed = dict(terms.listed)
    for name, text in changed.items():
        if name not in known:
            raise UsageError(f"There is no rule '{name}'{suggest(name, tuple(known))}.")
        if known[name].unit == LIST:
            parts = (part.strip() for part in text.split(","))
            codes = tuple(code for code in parts if code != NO_LIMIT)
            listed[name] = ((_FIRST, OPEN_END, codes),)
            members |= {(version.id, name): codes for version in terms.versions}
        else:
            number = _number(name, text)
            values |= {(version.id, name): number for version in terms.versions}
    return replace(terms, values=values, members=members, listed=listed)


def _number(name: str, text: str) -> Decimal | None:
    if text == NO_LIMIT:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise UsageError(
            f"'{text}' is no value of the rule '{name}'.",
            hint=f"Write a number of 0 or more, or '{NO_LIMIT}' for no limit.",
        )
    return number


def stage_terms(connection: Connection, terms: Terms) -> None:
    """Create what a pack's SQL joins, and the macro ``half_up``.

    The tables are ``policy_version``, ``policy_value``, ``policy_member`` (lists as on
    a version's first day), ``policy_member_on`` (lists with their own days) and
    ``policy_setting``. ``half_up(a, b, d)`` is a x b / d rounded to a whole number, a
    half upwards, exactly: of whole numbers, d above 0; null where one of them is.
    """
    connection.execute(_HALF_UP)
    kept = {version.id for version in terms.versions}
    _create(
        connection,
        "policy_version",
        "version varchar, first_day date, last_day date, accrues_to date",
        [(v.id, v.first_day, v.last_day, v.accrues_to) for v in terms.versions],
    )
    _create(
        connection,
        "policy_value",
        "version varchar, rule varchar, value decimal(18, 6)",
        [(*key, value) for key, value in terms.values.items() if key[0] in kept],
    )
    _create(
        connection,
        "policy_member",
        "version varchar, rule varchar, member varchar",
        [
            (*key, member)
            for key, members in terms.members.items()
            if key[0] in kept
            for member in members
        ],
    )
    _create(
        connection,
        "policy_member_on",
        "rule varchar, first_day date, last_day date, member varchar",
        [
            (rule, first, last, member)
            for rule, lists in terms.listed.items()
            for first, last, members in lists
            for member in members
        ],
    )
    _create(
        connection,
        "policy_setting",
        "name varchar, value varchar",
        list(terms.settings.items()),
    )


def _create(
    connection: Connection, name: str, columns: str, rows: list[tuple[object, ...]]
) -> None:
    connection.execute(f"create or replace temp table {name} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {name} values ({marks})", rows)  # noqa: S608
