"""Risks and opportunities that an indicator may say it serves (IFRS S1, 46)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

from esg.spec.fields import LANGUAGES, read_fields

if TYPE_CHECKING:
    from pathlib import Path

RiskKind = Literal["risk", "opportunity"]


@dataclass(frozen=True)
class Risk:
    """One risk or opportunity of the lender."""

    id: str
    kind: RiskKind
    title: dict[str, str]
    """What may happen, by language."""
    where: str
    """The file, as messages name it."""


def read_risks(path: Path, where: str) -> tuple[Risk, ...]:
    """Return the risks and opportunities that one YAML file lists.

    Raises:
        ContentError: The file is wrong; the message lists every fault.
    """
    fields = read_fields(path, where)
    found = []
    for name in fields.data:
        inner = fields.inner(name, fields.take(name, dict) or {})
        kind = cast("RiskKind", inner.choice("kind", get_args(RiskKind)))
        title = {language: inner.text(language) for language in LANGUAGES}
        found.append(Risk(name, kind, title, where))
        inner.finish()
    fields.refuse_faults()
    return tuple(found)
