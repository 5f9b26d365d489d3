"""Explaining what a policy gave or found: step by step, with the clause behind each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from esg.engine.duck import fetch
from esg.policy.apply import FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esg.engine.duck import Connection
    from esg.policy.stage import Terms
    from esg.spec.pack import Finding, Pack
    from esg.spec.rule import Rule

_GOES = "eligible"


@dataclass(frozen=True)
class Line:
    """One step of an explanation."""

    says: str
    amount: Decimal | None
    """What the step gives; negative for what it takes off; null of a finding."""
    citation: str
    """Where it is written; empty where no dated rule stands behind it."""


@dataclass(frozen=True)
class Explanation:
    """How one fact came about; the amounts of its lines add up to ``given``."""

    key: tuple[tuple[str, str], ...]
    """What tells the fact from others: columns and values, the subject's id first."""

    fact: dict[str, Any]
    version: str
    """The document of its version; empty where none applies."""
    lines: tuple[Line, ...]
    given: Decimal | None
    """Null where the policy judges."""
    verdict: str
    """In words; empty where the policy gives amounts."""
    parts: tuple[Line, ...]
    """Who pays it; their amounts add up to ``given`` as well."""


def explain(
    connection: Connection,
    pack: Pack,
    terms: Terms,
    rules: Mapping[str, Rule],
    *,
    subject: str,
    language: str,
) -> list[Explanation]:
    """Return an explanation of every fact of a loan, or of what else a pack looks at.

    Args:
        connection: Where the pack was applied.
        pack: The policy.
        terms: The terms it was applied under.
        rules: All dated rules by id.
        subject: Its id, as stored.
        language: ``en`` or ``zh``.
    """
    frame = fetch(
        connection,
        f"select * from {FACTS} where {pack.key[0]} = $subject "  # noqa: S608
        f"order by {', '.join(pack.key)}",
        {"subject": subject},
    )
    days = {version.id: version for version in pack.versions}
    kept = {version.id for version in terms.versions}
    found = []
    for fact in frame.iter_rows(named=True):
        version = days[fact["rule_version"]] if fact["rule_version"] in kept else None
        cite = _Citations(pack, rules, version.first_day if version else None, language)
        found.append(
            Explanation(
                fact=fact,
                key=tuple(
                    (name, str(fact[name]))
                    for name in pack.key
                    if fact[name] is not None
                ),
                version=version.document[language] if version else "",
                lines=tuple(_lines(pack, fact, cite, language)),
                given=None if pack.judges else fact[pack.result],
                verdict=_verdict(pack, fact, language),
                parts=tuple(
                    Line(part.title[language], fact[part.column], cite(part.rule))
                    for part in pack.parts
                    if fact[pack.result]
                ),
            )
        )
    return found


@dataclass(frozen=True)
class _Citations:
    pack: Pack
    rules: Mapping[str, Rule]
    day: Any
    language: str

    def __call__(self, name: str | None) -> str:
        rule = self.rules.get(f"{self.pack.id}.{name}")
        value = rule.on(self.day) if rule and self.day else None
        return value.citation[self.language] if value else ""


def _lines(
    pack: Pack, fact: dict[str, Any], cite: _Citations, language: str
) -> list[Line]:
    shown = {name: _shown(name, value) for name, value in fact.items()}
    if pack.judges:
        return [
            _found(pack, finding, fact[finding.column], shown, cite, language)
            for finding in pack.findings
            if fact[finding.column] is not None
        ]
    if fact["reason"] != _GOES:
        reason = pack.reasons.get(fact["reason"])
        says = reason.says[language].format_map(shown) if reason else fact["reason"]
        return [Line(says, Decimal(0), cite(reason.rule if reason else None))]
    return [
        Line(
            step.says[language].format_map(shown),
            fact[step.column] if step.adds else -fact[step.column],
            cite(step.rule),
        )
        for step in pack.steps
        # What takes nothing off is no step; what is given always is one.
        if step.adds or fact[step.column]
    ]


def _found(
    pack: Pack,
    finding: Finding,
    code: str,
    shown: dict[str, str],
    cite: _Citations,
    language: str,
) -> Line:
    reason = pack.reasons.get(code)
    says = reason.says[language].format_map(shown) if reason else code
    mark = "：" if language == "zh" else ": "
    title = finding.title[language]
    return Line(f"{title}{mark}{says}", None, cite(reason.rule if reason else None))


def _verdict(pack: Pack, fact: dict[str, Any], language: str) -> str:
    if not pack.judges:
        return ""
    code = fact[pack.result]
    return pack.verdicts[code][language] if code in pack.verdicts else str(code)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name.endswith("_rate"):
        return f"{value * 100:f}".rstrip("0").rstrip(".") + " %"
    return f"{value:,}" if isinstance(value, Decimal) else str(value)
