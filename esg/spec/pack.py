"""A policy pack: the versions of one policy, its settings, and the SQL that applies it.

A pack is a folder ``queries/policies/<id>``: dated rules as YAML files, and, where the
policy is applied to what is loaded and not only looked up, ``pack.yaml`` and
``apply.sql``. A pack either gives amounts, with the steps that add up to them, or
judges: it declares verdicts, and findings that say why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from esg.spec.fields import Fields, read_fields, read_text, suggest
from esg.spec.rule import OPEN_END

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PACK_FILE = "pack.yaml"
APPLY_FILE = "apply.sql"

_LOAN = {"en": "loan", "zh": "贷款"}
_KEY_OF_LOAN = ("loan_id", "period_no", "spending_id")

# As the SQL of a pack asks for a value or a member: where rule = 'total_cap'.
_RULE_IN_SQL = re.compile(r"\brule\s*=\s*'(\w+)'")


@dataclass(frozen=True)
class Version:
    """One version of a policy; it holds for what was bought in its time."""

    id: str
    document: dict[str, str]
    """The document that sets it, by language."""
    first_day: date
    last_day: date
    """Inclusive; the end of the calendar where it is open."""
    accrues_to: date
    """The last day on which what was bought under it can still earn a subsidy."""


@dataclass(frozen=True)
class Setting:
    """What the documents leave open: a named choice with a default."""

    name: str
    default: str
    allowed: tuple[str, ...]
    """Its possible values; empty where it is a number of 0 or more."""
    says: dict[str, str]
    """What is open, what the default is and why, by language."""


@dataclass(frozen=True)
class Step:
    """One step from what is charged to what is given."""

    column: str
    """The amount, a column of the facts."""
    adds: bool
    """Whether the amount is given or taken off."""
    rule: str
    """The dated rule of the pack whose citation stands behind it."""
    title: dict[str, str]
    says: dict[str, str]
    """A sentence that the amount ends, by language; ``{name}`` is a fact's column."""


@dataclass(frozen=True)
class Part:
    """Who pays a part of what is given."""

    column: str
    rule: str
    title: dict[str, str]


@dataclass(frozen=True)
class Finding:
    """One thing that a pack without amounts looks at in every fact."""

    column: str
    """Holds the code of a reason; null where there is nothing to look at."""
    title: dict[str, str]


@dataclass(frozen=True)
class Reason:
    """Why a fact gets nothing, or what was found."""

    code: str
    rule: str | None
    says: dict[str, str]


@dataclass(frozen=True)
class Pack:
    """One policy that can be applied."""

    id: str
    title: dict[str, str]
    subject: dict[str, str]
    """What is asked about by its id, a word in each language."""
    key: tuple[str, ...]
    """Columns that no two facts share; the first holds the subject's id."""
    columns: tuple[str, ...]
    """What a fact tells a reader, in this order."""
    steps: tuple[Step, ...]
    """From what is charged to what is given; none where the pack judges."""
    result: str
    """The column with what is given, the sum of all steps, and of all parts; or with
    the verdict."""
    result_title: dict[str, str]
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    """What a verdict rests on; none where the pack gives amounts."""
    verdicts: dict[str, dict[str, str]]
    """Every verdict by its code, in words; empty where the pack gives amounts."""
    reasons: dict[str, Reason]
    versions: tuple[Version, ...]
    settings: tuple[Setting, ...]
    sql: str
    where: str
    """The folder, as messages name it."""

    @property
    def judges(self) -> bool:
        """Whether its facts are verdicts; else they are amounts."""
        return bool(self.verdicts)

    @property
    def rules_named(self) -> tuple[str, ...]:
        """Rules behind steps, parts and reasons, and those that the SQL asks for."""
        named = [each.rule for each in self.steps]
        named += [each.rule for each in self.parts]
        named += [each.rule for each in self.reasons.values() if each.rule]
        named += _RULE_IN_SQL.findall(self.sql)
        return tuple(dict.fromkeys(named))

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
    verdicts = _read_verdicts(fields)
    judges = "verdicts" in fields.data
    declared = fields.mappings("versions", required=True)
    versions = [_read_version(inner, judges=judges) for inner in declared]
    following = zip(versions, versions[1:], declared[1:], strict=False)
    for before, after, inner in following:
        due = before.last_day + timedelta(days=1)
        if after.first_day != due:
            inner.fault(
                "from",
                f"is {after.first_day}, not the day after version '{before.id}' ends, "
                f"{before.last_day}; start on {due}, or end '{before.id}' on "
                f"{after.first_day - timedelta(days=1)}",
            )
    for index, version in enumerate(versions):
        if version.id in {each.id for each in versions[:index]}:
            declared[index].fault("id", f"is '{version.id}' again; name each once")
    columns = fields.texts("columns", required=True)
    key = fields.texts("key") or tuple(c for c in _KEY_OF_LOAN if c in columns)
    steps, parts, findings = _read_grounds(fields, judges=judges)
    result = fields.text("result")
    result_title = fields.both_languages("result_title")
    reasons = _read_reasons(fields)
    named = [result, *key, *(each.column for each in steps)]
    named += [each.column for each in parts] + [each.column for each in findings]
    for column in named:
        if column and column not in columns:
            fields.fault("columns", f"lack '{column}', which the pack names elsewhere")
    settings = _read_settings(fields)
    subject = fields.both_languages("subject", required=False) or _LOAN
    fields.finish()
    fields.refuse_faults()
    folder = where.removesuffix(f"/{PACK_FILE}")
    return Pack(
        id=path.parent.name,
        title=title,
        subject=subject,
        key=key,
        columns=columns,
        steps=steps,
        result=result,
        result_title=result_title,
        parts=parts,
        findings=findings,
        verdicts=verdicts,
        reasons=reasons,
        versions=tuple(versions),
        settings=settings,
        sql=read_text(path.with_name(APPLY_FILE), f"{folder}/{APPLY_FILE}"),
        where=folder,
    )


def _read_verdicts(fields: Fields) -> dict[str, dict[str, str]]:
    inner = fields.inner(
        "verdicts", fields.take("verdicts", dict, required=False) or {}
    )
    return {str(code): inner.both_languages(code) for code in inner.data}


def _read_grounds(
    fields: Fields, *, judges: bool
) -> tuple[tuple[Step, ...], tuple[Part, ...], tuple[Finding, ...]]:
    """Return what a result rests on: steps and parts, or findings, never both."""
    if judges:
        found = fields.mappings("findings", required=True)
        return (), (), tuple(_read_finding(each) for each in found)
    steps = fields.mappings("steps", required=True)
    parts = fields.mappings("parts")
    return (
        tuple(_read_step(each) for each in steps),
        tuple(_read_part(each) for each in parts),
        (),
    )


def _read_version(inner: Fields, *, judges: bool) -> Version:
    first = inner.take("from", date) or date.min
    last = OPEN_END
    if inner.data.get("to") == "open":
        inner.known.add("to")
    else:
        last = inner.take("to", date) or date.max
    if last < first:
        inner.fault("to", f"is {last}, before its own start {first}")
    version = Version(
        id=inner.text("id"),
        document=inner.both_languages("document"),
        first_day=first,
        last_day=last,
        # Only an amount accrues; a verdict falls on one day.
        accrues_to=last if judges else inner.take("accrues_to", date) or date.max,
    )
    if version.accrues_to < last < date.max:
        inner.fault("accrues_to", f"is {version.accrues_to}, before 'to', {last}")
    inner.finish()
    return version


def _read_step(inner: Fields) -> Step:
    step = Step(
        column=inner.text("column"),
        adds=bool(inner.take("adds", bool, required=False)),
        rule=inner.text("rule"),
        title=inner.both_languages("title"),
        says=inner.both_languages("says"),
    )
    inner.finish()
    return step


def _read_part(inner: Fields) -> Part:
    part = Part(
        column=inner.text("column"),
        rule=inner.text("rule"),
        title=inner.both_languages("title"),
    )
    inner.finish()
    return part


def _read_finding(inner: Fields) -> Finding:
    finding = Finding(inner.text("column"), inner.both_languages("title"))
    inner.finish()
    return finding


def _read_reasons(fields: Fields) -> dict[str, Reason]:
    found = {}
    for code, data in (fields.take("reasons", dict, required=False) or {}).items():
        if not isinstance(data, dict):
            fields.fault("reasons", f"holds '{code}' without a mapping")
            continue
        inner = fields.inner(f"reasons.{code}", data)
        found[code] = Reason(
            code=code,
            rule=inner.text("rule", default="") or None,
            says=inner.both_languages("says"),
        )
        inner.finish()
    return found


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
            allowed=inner.texts("allowed"),
            says=inner.both_languages("says"),
        )
        wrong = _fault_of_value(setting, setting.default)
        if wrong and isinstance(data.get("default"), str):
            inner.fault("default", wrong)
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
        elif wrong := _fault_of_value(known[name], value):
            faults.append(f"{where} {wrong}.")
    return faults


def _fault_of_value(setting: Setting, value: str) -> str | None:
    if setting.allowed:
        if value in setting.allowed:
            return None
        return f"is '{value}'{suggest(value, setting.allowed)}"
    is_number = value.replace(".", "", 1).isdecimal()
    return None if is_number else f"is '{value}', not a number of 0 or more"
