"""A workspace's ``esg.toml``: institution, currency, sources, targets."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, cast

from esg.errors import ContentError, join_faults
from esg.spec.fields import LANGUAGES, Fields, read_text
from esg.spec.source import Source, is_currency, is_zone, read_sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "esg.toml"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Ids:
    """Where the secret key comes from that turns ids into keyed hashes."""

    key_env: str | None
    key_file: str | None
    published_key: str | None
    """For samples only: a key that everybody knows protects nobody."""


@dataclass(frozen=True)
class Target:
    """A declared target of one indicator's first measure."""

    value: float
    period: str


@dataclass(frozen=True)
class DisclosureLimits:
    """When a number is hidden because too few stand behind it."""

    min_n: int
    min_cell: int


@dataclass(frozen=True)
class Guard:
    """What a load does about personal data in text that should hold none."""

    action: Literal["stop", "mask", "off"]
    allow: tuple[str, ...]
    """Columns as ``loan.channel`` that are not looked at."""


@dataclass(frozen=True)
class Settings:
    """Everything ``esg.toml`` says."""

    institution_id: str
    institution_name: dict[str, str]
    currency: str
    time_zone: str
    languages: tuple[str, ...]
    data_date: date | None
    """The day the data stand at; the latest day in the data when null."""
    sources: tuple[Source, ...]
    ids: Ids
    guard: Guard
    targets: dict[str, Target]
    disclosure: DisclosureLimits
    policy: dict[str, dict[str, str]]
    """Settings of policy packs that differ from their defaults, by pack."""
    composite: dict[str, bool] = field(default_factory=dict)
    """Composite indicators by their switch, and whether they are on."""

    def source(self, name: str) -> Source:
        """Return a source by name; KeyError when there is none."""
        return {source.name: source for source in self.sources}[name]


def read_settings(path: Path) -> Settings:
    """Return the settings of a workspace.

    Args:
        path: The file ``esg.toml``.

    Raises:
        ContentError: The file is missing, no TOML, or wrong; all faults are named.
    """
    where = path.name
    if not path.exists():
        raise ContentError(
            f"The folder '{path.parent.name or path.parent}' holds no {FILE_NAME}.",
            hint="Run 'esg init DIR' for a new workspace, or name one with "
            "'esg --workspace DIR'.",
        )
    text = read_text(path, where)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(
            f"{where} is no TOML: {error}.", hint="Mend the line it names."
        ) from error
    fields = Fields(data, where, [])
    settings = _read(fields)
    if fields.faults:
        raise ContentError(
            join_faults(fields.faults), hint="See 'esg help config' for every key."
        )
    return settings


def _read(fields: Fields) -> Settings:
    institution = fields.inner("institution", fields.take("institution", dict) or {})
    currency = fields.text("currency")
    if currency and not is_currency(currency):
        fields.fault("currency", f"is '{currency}', not a code as 'CNY'")
    languages = fields.texts("languages") or LANGUAGES
    for language in languages:
        if language not in LANGUAGES:
            fields.fault("languages", f"holds '{language}', not one of {LANGUAGES}")
    time_zone = fields.text("time_zone", default="Asia/Shanghai")
    if not is_zone(time_zone):
        fields.fault("time_zone", f"is '{time_zone}', not a zone as 'Asia/Shanghai'")
    settings = Settings(
        institution_id=institution.text("id"),
        institution_name=institution.both_languages("name"),
        currency=currency,
        time_zone=time_zone,
        languages=languages,
        data_date=fields.take("data_date", date, required=False),
        sources=read_sources(fields),
        ids=_read_ids(fields),
        guard=_read_guard(fields),
        targets=_read_targets(fields),
        disclosure=_read_disclosure(fields),
        policy=_read_policy(fields),
        composite=_read_composite(fields),
    )
    institution.finish()
    fields.finish()
    return settings


def _read_ids(fields: Fields) -> Ids:
    inner = fields.inner("ids", fields.take("ids", dict, required=False) or {})
    ids = Ids(
        key_env=inner.text("key_env", default="") or None,
        key_file=inner.text("key_file", default="") or None,
        published_key=inner.text("published_key", default="") or None,
    )
    named = [key for key in (ids.key_env, ids.key_file, ids.published_key) if key]
    if len(named) > 1:
        fields.fault("ids", "names several keys; only one of them can be meant")
    inner.finish()
    return ids


def _read_guard(fields: Fields) -> Guard:
    inner = fields.inner("guard", fields.take("guard", dict, required=False) or {})
    action = inner.choice("action", ("stop", "mask", "off"), default="stop")
    guard = Guard(
        action=cast("Literal['stop', 'mask', 'off']", action),
        allow=inner.texts("allow"),
    )
    inner.finish()
    return guard


def _read_targets(fields: Fields) -> dict[str, Target]:
    declared: dict[str, Any] = fields.take("targets", dict, required=False) or {}
    found = {}
    for name, data in declared.items():
        inner = fields.inner(f"targets.{name}", data if isinstance(data, dict) else {})
        found[name] = Target(
            value=float(inner.take("value", float) or 0), period=inner.text("period")
        )
        inner.finish()
    return found


def _read_disclosure(fields: Fields) -> DisclosureLimits:
    data = fields.take("disclosure", dict, required=False) or {}
    inner = fields.inner("disclosure", data)
    min_n = inner.take("min_n", int, required=False)
    min_cell = inner.take("min_cell", int, required=False)
    inner.finish()
    return DisclosureLimits(
        min_n=30 if min_n is None else min_n,
        min_cell=5 if min_cell is None else min_cell,
    )


def _read_policy(fields: Fields) -> dict[str, dict[str, str]]:
    declared: dict[str, Any] = fields.take("policy", dict, required=False) or {}
    found: dict[str, dict[str, str]] = {}
    for pack, data in declared.items():
        if not isinstance(data, dict):
            fields.fault("policy", f"holds '{pack}' without a table of settings")
            continue
        inner = fields.inner(f"policy.{pack}", data)
        found[pack] = {name: inner.text(name) for name in data}
        inner.finish()
    return found


def _read_composite(fields: Fields) -> dict[str, bool]:
    data = fields.take("composite", dict, required=False) or {}
    inner = fields.inner("composite", data)
    found = {name: bool(inner.take(name, bool)) for name in data}
    inner.finish()
    return found


def expand(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return a path with every ``${VAR}`` replaced from the environment.

    Raises:
        ContentError: A variable is not set.
    """
    values = os.environ if environment is None else environment

    def replace(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise ContentError(
                f"{FILE_NAME} uses ${{{name}}}, which is not set in the environment.",
                hint=f"Set it, as in: export {name}=/path/to/folder",
            )
        return values[name]

    return _VARIABLE.sub(replace, text)
