"""Which measures answer what a disclosure asks for, as the files declare it.

A framework's file names the measures that answer each part of a code; an indicator's
file names the codes it speaks to. Here both are put together and held against each
other. Whether a measure has a number in a period is for ``esg.indicators.answers``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from esg.spec.fields import suggest
from esg.spec.framework import split_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from esg.spec.framework import Code, Framework, Part
    from esg.spec.indicator import Indicator
    from esg.spec.risk import Risk


class Answer(NamedTuple):
    """A measure that answers a part of a disclosure."""

    indicator: str
    measure: str


@dataclass(frozen=True)
class Ask:
    """One part of a disclosure, with every measure that answers it."""

    part: Part
    answers: tuple[Answer, ...]
    """In the order of the file; empty where no indicator serves it."""


@dataclass(frozen=True)
class Disclosure:
    """One code of one framework, with what answers it."""

    framework: Framework
    code: Code
    asks: tuple[Ask, ...]
    beside: tuple[str, ...]
    """Indicators that name the code and answer none of its parts: they speak to it."""

    @property
    def reference(self) -> str:
        """How an indicator names it: ``IRIS:PI2822@5.3c``."""
        return self.framework.reference(self.code.id)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator that names it, those that answer a part first."""
        answering = [answer.indicator for ask in self.asks for answer in ask.answers]
        return tuple(dict.fromkeys([*answering, *self.beside]))


@dataclass(frozen=True)
class Register:
    """Frameworks and risks as a report reads them."""

    disclosures: tuple[Disclosure, ...] = ()
    risks: Mapping[str, Risk] = field(default_factory=dict)
    """By id."""


def disclosures(
    frameworks: Mapping[str, Framework], indicators: Mapping[str, Indicator]
) -> tuple[Disclosure, ...]:
    """Return every code of every framework with the measures that answer it.

    Args:
        frameworks: By id.
        indicators: By id; those whose references are wrong are passed over.
    """
    named = _named(indicators)
    return tuple(
        _disclosure(framework, code, named.get((framework.id, code.id), {}), indicators)
        for framework in frameworks.values()
        for code in framework.codes.values()
    )


def _named(
    indicators: Mapping[str, Indicator],
) -> dict[tuple[str, str], dict[str, set[str]]]:
    """Return by code which indicators name it, and which parts they say they answer."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for indicator in indicators.values():
        for text in indicator.frameworks:
            framework, code, _, part = split_reference(text)
            parts = found.setdefault((framework, code), {})
            parts.setdefault(indicator.id, set()).update([part] if part else [])
    return found


def _disclosure(
    framework: Framework,
    code: Code,
    named: dict[str, set[str]],
    indicators: Mapping[str, Indicator],
) -> Disclosure:
    asks = tuple(
        Ask(part, tuple(_answers(part, code, named, indicators))) for part in code.parts
    )
    answering = {answer.indicator for ask in asks for answer in ask.answers}
    beside = tuple(name for name in named if name not in answering)
    return Disclosure(framework, code, asks, beside)


def _answers(
    part: Part,
    code: Code,
    named: dict[str, set[str]],
    indicators: Mapping[str, Indicator],
) -> Iterable[Answer]:
    """Return what answers a part: measures its file names, then indicators alone.

    An indicator that names a code without saying which part answers it only where the
    file names no measure and there is one part: else its number may be of something
    near, which is no answer.
    """
    if part.is_narrative:
        return []
    listed = [
        answer
        for text in part.measures
        if (answer := _answer(text, indicators)) is not None
    ]
    known = {answer.indicator for answer in listed}
    by_indicator = [
        Answer(name, indicators[name].measures[0].name)
        for name, parts in named.items()
        if name not in known
        and (part.id in parts or (code.is_whole and not part.measures))
    ]
    return dict.fromkeys([*listed, *by_indicator])


def _answer(text: str, indicators: Mapping[str, Indicator]) -> Answer | None:
    name, _, measure = text.partition("/")
    if name not in indicators:
        return None
    measures = [each.name for each in indicators[name].measures]
    if measure and measure not in measures:
        return None
    return Answer(name, measure or measures[0])


def faults_of_answers(
    frameworks: Mapping[str, Framework], indicators: Mapping[str, Indicator]
) -> list[str]:
    """Return what is wrong with the measures that frameworks name, a sentence each."""
    named = _named(indicators)
    return [
        f"{part.place}: 'measures' {fault}."
        for framework in frameworks.values()
        for code in framework.codes.values()
        for part in code.parts
        for text in part.measures
        if (fault := _fault(text, framework, code, named, indicators))
    ]


def _fault(
    text: str,
    framework: Framework,
    code: Code,
    named: dict[tuple[str, str], dict[str, set[str]]],
    indicators: Mapping[str, Indicator],
) -> str | None:
    name, _, measure = text.partition("/")
    if name not in indicators:
        near = suggest(name, tuple(indicators))
        return f"names '{text}', whose indicator is not declared{near}"
    measures = tuple(each.name for each in indicators[name].measures)
    if measure and measure not in measures:
        return (
            f"names '{text}', a measure that {name} lacks{suggest(measure, measures)}"
        )
    if name not in named.get((framework.id, code.id), {}):
        right = framework.reference(code.id)
        return (
            f"names '{text}', but {indicators[name].where} does not name '{right}' "
            "under 'frameworks'"
        )
    return None
