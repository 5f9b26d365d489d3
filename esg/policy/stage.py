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


@dataclass(frozen=True)
class Terms:
    """What a pack is applied under: versions with their values, and settings."""

    versions: tuple[Version, ...]
    values: dict[tuple[str, str], Decimal | None]
    """Numbers by version and rule; null is no limit."""
    members: dict[tuple[str, str], tuple[str, ...]]
    """Lists of codes by version and rule."""
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
    return Terms(versions, values, members, settings)


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
    for name, text in changed.items():
        if name not in known:
            raise UsageError(f"There is no rule '{name}'{suggest(name, tuple(known))}.")
        for version in terms.versions:
            if known[name].unit == LIST:
                codes = (part.strip() for part in text.split(","))
                members[version.id, name] = tuple(c for c in codes if c != NO_LIMIT)
            else:
                values[version.id, name] = _number(name, text)
    return replace(terms, values=values, members=members)


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
    """Create ``policy_version``, ``_value``, ``_member`` and ``_setting``."""
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
