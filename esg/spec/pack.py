"""A policy pack: the versions of one policy, its settings, and the SQL that applies it.

A pack is a folder ``queries/policies/<id>``: dated rules as YAML files, and, where the
policy is applied to loans and not only looked up, ``pack.yaml`` and ``apply.sql``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, cast, get_args

from esg.spec.fields import Fields, read_fields, read_text, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PACK_FILE = "pack.yaml"
APPLY_FILE = "apply.sql"

Applies = Literal["subsidy"]
"""What kind of facts a pack's SQL gives; it decides which commands can read them."""


@dataclass(frozen=True)
class Version:
    """One version of a policy; it holds for what was bought in its time."""

    id: str
    document: dict[str, str]
    """The document that sets it, by language."""
    first_day: date
    last_day: date
    """Inclusive."""
    accrues_to: date
    """The last day on which what was bought under it can still earn a subsidy."""


@dataclass(frozen=True)
class Setting:
    """What the documents leave open: a named choice with a default."""

    name: str
    default: str
    allowed: tuple[str, ...]
    says: dict[str, str]
    """What is open, what the default is and why, by language."""


@dataclass(frozen=True)
class Pack:
    """One policy that can be applied."""

    id: str
    title: dict[str, str]
    applies: Applies
    versions: tuple[Version, ...]
    settings: tuple[Setting, ...]
    sql: str
    where: str
    """The folder, as messages name it."""

    def version(self, name: str) -> Version:
        """Return a version by its id; KeyError when there is none."""
        return {version.id: version for version in self.versions}[name]

    def chosen(self, overrides: Mapping[str, str]) -> dict[str, str]:
        """Return every setting's value: the default, or what a workspace says."""
        return {each.name: each.default for each in self.settings} | dict(overrides)


def read_pack(path: Path, where: str) -> Pack:
    """Return the pack that a file ``pack.yaml`` declares.

    Args:
        path: The file; ``apply.sql`` stands beside it.
        where: The file, as messages name it.

    Raises:
        ContentError: A file is wrong; the message lists every fault.
    """
    fields = read_fields(path, where)
    title = fields.both_languages("title")
    applies = fields.choice("apply", get_args(Applies))
    parts = fields.mappings("versions", required=True)
    versions = [_read_version(inner) for inner in parts]
    for before, after, inner in zip(versions, versions[1:], parts[1:], strict=False):
        if after.first_day != before.last_day + timedelta(days=1):
            inner.fault(
                "from",
                f"is {after.first_day}, not the day after version '{before.id}' ends, "
                f"{before.last_day}",
            )
    settings = _read_settings(fields)
    fields.finish()
    fields.refuse_faults()
    folder = where.removesuffix(f"/{PACK_FILE}")
    return Pack(
        id=path.parent.name,
        title=title,
        applies=cast("Applies", applies),
        versions=tuple(versions),
        settings=settings,
        sql=read_text(path.with_name(APPLY_FILE), f"{folder}/{APPLY_FILE}"),
        where=folder,
    )


def _read_version(inner: Fields) -> Version:
    first = inner.take("from", date) or date.min
    last = inner.take("to", date) or date.max
    if last < first:
        inner.fault("to", f"is {last}, before its own start {first}")
    version = Version(
        id=inner.text("id"),
        document=inner.both_languages("document"),
        first_day=first,
        last_day=last,
        accrues_to=inner.take("accrues_to", date) or date.max,
    )
    inner.finish()
    return version


def _read_settings(fields: Fields) -> tuple[Setting, ...]:
    found = []
    for name, data in (fields.take("settings", dict, required=False) or {}).items():
        if not isinstance(data, dict):
            fields.fault("settings", f"holds '{name}' without a mapping")
            continue
        inner = fields.inner(f"settings.{name}", data)
        setting = Setting(
            name=name,
            default=inner.text("default"),
            allowed=inner.texts("allowed", required=True),
            says=inner.both_languages("says"),
        )
        if setting.default not in setting.allowed:
            near = suggest(setting.default, setting.allowed)
            inner.fault("default", f"is '{setting.default}'{near}")
        inner.finish()
        found.append(setting)
    return tuple(found)


def faults_of_overrides(pack: Pack, overrides: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a workspace's settings of a pack."""
    known = {each.name: each for each in pack.settings}
    faults = []
    for name, value in overrides.items():
        where = f"esg.toml: 'policy.{pack.id}.{name}'"
        if name not in known:
            faults.append(f"{where} is no setting{suggest(name, tuple(known))}.")
        elif value not in known[name].allowed:
            faults.append(f"{where} is '{value}'{suggest(value, known[name].allowed)}.")
    return faults
