"""What a run answers of each disclosure: met, partly, not, or text to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esg.indicators.result import RunResult
    from esg.spec.disclosure import Answer, Ask, Disclosure

State = Literal["met", "partly", "not_met", "narrative"]
PartState = Literal["there", "hidden", "no_data", "not_run", "unserved", "narrative"]

STATES: tuple[State, ...] = ("met", "partly", "narrative", "not_met")
"""As an index counts them."""

_TOLD = ("there", "hidden")
_STATUS_TOLD = ("ok", "suppressed")
_WHOLE = "all"


@dataclass(frozen=True)
class PartAnswer:
    """One part of a disclosure in one period.

    ``there``: a measure has a number. ``hidden``: it has one that is suppressed, which
    counts as there. ``no_data``: measures serve it and none has a number.
    ``not_run``: measures serve it and this run holds none of them. ``unserved``: no
    indicator serves it. ``narrative``: it asks for text.
    """

    ask: Ask
    state: PartState
    answers: tuple[Answer, ...]
    """The measures whose number, shown or hidden, answers it."""
    reason: str
    """Why there is no number, as a code of ``IndicatorResult``; empty elsewhere."""


@dataclass(frozen=True)
class DisclosureAnswer:
    """One disclosure in one period."""

    disclosure: Disclosure
    parts: tuple[PartAnswer, ...]

    @property
    def state(self) -> State:
        """Met only when every part has a number: text is never claimed by numbers."""
        numbers = [part for part in self.parts if part.state != "narrative"]
        told = [part for part in numbers if part.state in _TOLD]
        if not numbers:
            return "narrative"
        if not told:
            return "not_met"
        return "met" if len(told) == len(self.parts) else "partly"

    @property
    def missing(self) -> tuple[PartAnswer, ...]:
        """The parts that keep it from being met."""
        return tuple(part for part in self.parts if part.state not in _TOLD)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every measure that answers a part, once."""
        return tuple(dict.fromkeys(a for part in self.parts for a in part.answers))


def answer(
    disclosures: Iterable[Disclosure], run: RunResult
) -> tuple[DisclosureAnswer, ...]:
    """Return what a run answers of each disclosure, in its own period, as a whole.

    Args:
        disclosures: Codes with the measures that answer them.
        run: Computed and protected; an indicator it lacks answers nothing.
    """
    cells = _cells(run)
    return tuple(
        DisclosureAnswer(each, tuple(_part(ask, cells) for ask in each.asks))
        for each in disclosures
    )


def _cells(run: RunResult) -> dict[tuple[str, str], tuple[str, str]]:
    """Return status and reason of each measure's whole in the run's period."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for result in run.results:
        for measure in result.indicator.measures:
            found[result.indicator.id, measure.name] = ("no_data", "empty")
        frame = result.frame
        whole = frame.filter(
            (frame["period"] == str(run.period)) & (frame["dimension"] == _WHOLE)
        )
        for name, status, reason in whole.select(
            "measure", "status", "reason"
        ).iter_rows():
            found[result.indicator.id, name] = (status, reason or "")
    return found


def _part(ask: Ask, cells: dict[tuple[str, str], tuple[str, str]]) -> PartAnswer:
    if ask.part.is_narrative:
        return PartAnswer(ask, "narrative", (), "")
    if not ask.answers:
        return PartAnswer(ask, "unserved", (), "")
    known = [(each, *cells[each]) for each in ask.answers if each in cells]
    if not known:
        return PartAnswer(ask, "not_run", (), "")
    told = tuple(each for each, status, _ in known if status in _STATUS_TOLD)
    if not told:
        return PartAnswer(ask, "no_data", (), known[0][2] or "empty")
    is_shown = any(status == "ok" for _, status, _ in known)
    return PartAnswer(ask, "there" if is_shown else "hidden", told, "")
