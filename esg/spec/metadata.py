"""What IFRS S1, paragraphs 46 to 53, wants said of a metric, from its declaration.

Most of it stands in the front matter already under another name: it is derived here, so
that nobody writes it a second time and it cannot fall behind the query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from esg.spec.framework import split_reference

if TYPE_CHECKING:
    from esg.spec.disclosure import Disclosure, Register
    from esg.spec.framework import Part
    from esg.spec.indicator import Indicator, Measure
    from esg.spec.risk import Risk
    from esg.spec.rule import Rule, RuleValue
    from esg.spec.settings import Settings, Target

MeasureType = Literal["absolute", "relative", "qualitative"]

_RELATIVE_UNITS = (
    "share", "ratio", "per_10m", "per_1000", "per_100k", "basis_point",
    "percentage_point",
)  # fmt: skip
_ASSUMED = ("own", "inferred")
"""Evidence of rule values that no document states."""


@dataclass(frozen=True)
class Drawn:
    """A disclosure that a metric was drawn from (paragraphs 49 and 50(a))."""

    disclosure: Disclosure
    parts: tuple[Part, ...]
    """The parts its measures answer; empty where it only speaks to the code."""

    @property
    def is_adapted(self) -> bool:
        """Whether what is measured differs from what the source asks."""
        return any(part.adapted for part in self.parts)


@dataclass(frozen=True)
class Metadata:
    """What S1 wants said of one indicator."""

    risks: tuple[Risk, ...]
    """46: what it serves; empty where its file says nothing."""
    drawn: tuple[Drawn, ...]
    """49, 50(a): empty for a metric of the lender's own."""
    types: dict[str, MeasureType]
    """50(b), by measure."""
    validated_by: dict[str, str]
    """50(c), by language; empty where nobody outside the lender did."""
    inputs: dict[str, tuple[str, ...]]
    """50(d): columns by core table, those it cannot do without."""
    assumptions: tuple[tuple[Rule, RuleValue], ...]
    """50(d): rule values that are the toolkit's own or inferred, of every day."""
    target: Target | None
    """51: the declared target of its first measure."""


def metadata(indicator: Indicator, rules: tuple[Rule, ...], register: Register,
             settings: Settings) -> Metadata:  # fmt: skip
    """Return what S1 wants said of an indicator.

    Args:
        indicator: Its declaration.
        rules: The dated rules it names.
        register: Frameworks and risks.
        settings: The workspace's, for targets.
    """
    return Metadata(
        risks=tuple(
            register.risks[name] for name in indicator.serves if name in register.risks
        ),
        drawn=tuple(_drawn(indicator, register)),
        types={m.name: measure_type(indicator, m) for m in indicator.measures},
        validated_by=indicator.validated_by,
        inputs=indicator.needs,
        assumptions=tuple(
            (rule, value)
            for rule in rules
            for value in rule.values
            if value.evidence in _ASSUMED
        ),
        target=settings.targets.get(indicator.id),
    )


def measure_type(indicator: Indicator, measure: Measure) -> MeasureType:
    """Return whether a measure is absolute, relative to another, or a judgement.

    A score that the lender states of itself is a judgement put into figures, which
    paragraph 50(b) calls qualitative. A percentile or an index is relative when its
    unit is that of a ratio.
    """
    if indicator.disclosure == "stated" and measure.unit == "score":
        return "qualitative"
    if measure.denominator or measure.unit in _RELATIVE_UNITS:
        return "relative"
    return "absolute"


def _drawn(indicator: Indicator, register: Register) -> list[Drawn]:
    codes = {split_reference(text)[:2] for text in indicator.frameworks}
    return [
        Drawn(
            each,
            tuple(
                ask.part
                for ask in each.asks
                if any(answer.indicator == indicator.id for answer in ask.answers)
            ),
        )
        for each in register.disclosures
        if (each.framework.id, each.code.id) in codes
    ]
