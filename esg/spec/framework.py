"""Disclosure frameworks: the codes an indicator may name, in words of our own.

The standards' text is their publishers' and stands nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from esg.spec.fields import LANGUAGES, Fields, read_fields, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


WHOLE = "whole"
"""The one part of a code that asks for one thing."""


@dataclass(frozen=True)
class Part:
    """One thing that a disclosure asks for."""

    id: str
    """Unique in its code; ``WHOLE`` where the code asks for one thing only."""
    asks: dict[str, str]
    """What it is, by language."""
    measures: tuple[str, ...]
    """``indicator`` (its first measure) or ``indicator/measure``; any one answers."""
    is_narrative: bool
    """Whether it asks for text, which no number can stand for."""
    adapted: dict[str, str]
    """How what is measured differs from what is asked, by language; mostly empty."""
    place: str
    """File and line, as messages name them."""


@dataclass(frozen=True)
class Code:
    """One disclosure of a framework."""

    id: str
    """As the framework prints it, ``201-4``."""
    paraphrase: dict[str, str]
    """What it asks for, by language."""
    parts: tuple[Part, ...]
    """What it asks for, one by one; never empty."""

    @property
    def is_whole(self) -> bool:
        """Whether it asks for one thing only."""
        return self.parts[0].id == WHOLE


@dataclass(frozen=True)
class Framework:
    """One framework in one version."""

    id: str
    name: dict[str, str]
    publisher: dict[str, str]
    version: str
    """Empty where each of its parts has its own."""
    codes: dict[str, Code]
    note: dict[str, str]
    """What to know before its codes are printed; may be empty."""

    def reference(self, code: str) -> str:
        """Return how an indicator names a code: ``IRIS:PI2822@5.3c``."""
        return f"{self.id}:{code}" + (f"@{self.version}" if self.version else "")


def read_framework(path: Path, where: str) -> Framework:
    """Return the framework that one YAML file declares.

    Raises:
        ContentError: The file is wrong; the message lists every fault.
    """
    fields = read_fields(path, where)
    framework = Framework(
        id=fields.text("framework"),
        name=fields.both_languages("name"),
        publisher=fields.both_languages("publisher"),
        version=fields.text("version"),
        codes=_read_codes(fields),
        note=fields.both_languages("note", required=False),
    )
    fields.finish()
    if framework.id and framework.id != path.stem:
        fields.fault("framework", f"is '{framework.id}', but the file is '{path.name}'")
    fields.refuse_faults()
    return framework


def _read_codes(fields: Fields) -> dict[str, Code]:
    codes = fields.inner("codes", fields.take("codes", dict) or {})
    return {code: _read_code(codes, code) for code in codes.data}


def _read_code(codes: Fields, name: str) -> Code:
    inner = codes.inner(name, codes.take(name, dict) or {})
    asks = {language: inner.text(language) for language in LANGUAGES}
    declared = inner.take("parts", dict, required=False)
    if declared is None:
        parts: tuple[Part, ...] = (_read_part(inner, codes.place(name), WHOLE, asks),)
    else:
        outer = inner.inner("parts", declared)
        parts = tuple(_read_named_part(outer, part) for part in declared)
        if not parts:
            inner.fault("parts", "names none; leave it out where a code asks one thing")
    inner.finish()
    return Code(name, asks, parts)


def _read_named_part(outer: Fields, name: str) -> Part:
    inner = outer.inner(name, outer.take(name, dict) or {})
    asks = {language: inner.text(language) for language in LANGUAGES}
    part = _read_part(inner, outer.place(name), name, asks)
    inner.finish()
    return part


def _read_part(inner: Fields, place: str, name: str, asks: dict[str, str]) -> Part:
    part = Part(
        id=name,
        asks=asks,
        measures=inner.texts("measures"),
        is_narrative=inner.take("narrative", bool, required=False) or False,
        adapted=inner.both_languages("adapted", required=False),
        place=place,
    )
    if part.is_narrative and part.measures:
        inner.fault("measures", "stands beside 'narrative', which no number answers")
    return part


class Reference(NamedTuple):
    """A code as an indicator names it."""

    framework: str
    code: str
    version: str | None
    """Null where the indicator names none."""
    part: str | None
    """Which part of the code its first measure answers; null where it names none."""


def split_reference(text: str) -> Reference:
    """Return what ``FRAMEWORK:CODE``, ``…@VERSION`` and ``…#PART`` are made of."""
    whole, mark, part = text.partition("#")
    framework, _, rest = whole.partition(":")
    code, at, version = rest.partition("@")
    return Reference(framework, code, version if at else None, part if mark else None)


def fault_of_reference(
    reference: str, frameworks: Mapping[str, Framework]
) -> str | None:
    """Return what is wrong with a reference, naming the nearest right one, or None.

    Args:
        reference: As an indicator writes it, ``FRAMEWORK:CODE@VERSION#PART``, of
            which version and part may be left out.
        frameworks: All frameworks by id.
    """
    name, code, version, part = split_reference(reference)
    framework = frameworks.get(name)
    if framework is None:
        near = suggest(name, tuple(frameworks))
        return f"names '{reference}', whose framework is not declared{near}"
    if code not in framework.codes:
        near = suggest(code, tuple(framework.codes))
        return f"names '{reference}', a code that {name} lacks{near}"
    if version is not None and version != framework.version:
        right = framework.reference(code)
        return f"names '{reference}' in a version not declared; did you mean '{right}'"
    parts = tuple(each.id for each in framework.codes[code].parts)
    if part is not None and part not in parts:
        return f"names '{reference}', a part that {code} lacks{suggest(part, parts)}"
    return None
