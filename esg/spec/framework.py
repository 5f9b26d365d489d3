"""Disclosure frameworks: the codes an indicator may name, in words of our own.

The standards' text is their publishers' and stands nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from esg.spec.fields import Fields, read_fields, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Code:
    """One disclosure of a framework."""

    id: str
    """As the framework prints it, ``201-4``."""
    paraphrase: dict[str, str]
    """What it asks for, by language."""


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
    inner = fields.inner("codes", fields.take("codes", dict) or {})
    return {code: Code(code, inner.both_languages(code)) for code in inner.data}


class Reference(NamedTuple):
    """A code as an indicator names it."""

    framework: str
    code: str
    version: str | None
    """Null where the indicator names none."""


def split_reference(text: str) -> Reference:
    """Return the parts of ``FRAMEWORK:CODE`` or ``FRAMEWORK:CODE@VERSION``."""
    framework, _, rest = text.partition(":")
    code, at, version = rest.partition("@")
    return Reference(framework, code, version if at else None)


def fault_of_reference(
    reference: str, frameworks: Mapping[str, Framework]
) -> str | None:
    """Return what is wrong with a reference, naming the nearest right one, or None.

    Args:
        reference: As an indicator writes it, ``FRAMEWORK:CODE`` or
            ``FRAMEWORK:CODE@VERSION``.
        frameworks: All frameworks by id.
    """
    name, code, version = split_reference(reference)
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
    return None
