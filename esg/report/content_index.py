"""The disclosure index: what each framework asks, what is answered, what is missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from esg.indicators.answers import STATES, answer
from esg.report.model import IndexGroup, IndexLink, IndexRow
from esg.report.tables import anchor_of, method_anchor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esg.indicators.answers import DisclosureAnswer, PartAnswer
    from esg.report.scope import Scope
    from esg.spec.disclosure import Disclosure
    from esg.spec.framework import Framework

TABLE_COLUMNS = (
    "code", "state", "asks", "missing", "adapted", "answered_by", "framework",
)  # fmt: skip
"""Columns of ``index_table``."""

_ANSWERED = ("met", "partly")
_WORST = ("no_data", "not_run", "unserved", "narrative")


# The report's own index


def index(scope: Scope) -> tuple[IndexGroup, ...]:
    """Return the report's disclosure index, a group a framework."""
    by_framework: dict[str, list[DisclosureAnswer]] = {}
    for found in answers(scope):
        by_framework.setdefault(found.disclosure.framework.id, []).append(found)
    groups = [
        IndexGroup(
            framework=_framework(scope, found[0].disclosure.framework),
            counts=_counts(scope, found),
            rows=tuple(_row(scope, each) for each in found if each.state in _ANSWERED),
            rest=tuple(_rest(scope, found)),
        )
        for found in by_framework.values()
    ]
    return tuple(sorted(groups, key=lambda group: group.framework))


def answers(scope: Scope) -> tuple[DisclosureAnswer, ...]:
    """Return the disclosures of a report's index, with what the run answers of them."""
    return answer(_listed(scope), scope.run)


def _listed(scope: Scope) -> Iterable[Disclosure]:
    """Return the disclosures to list: all, or those the run's indicators name."""
    every = scope.register.disclosures
    if scope.spec.index == "all":
        return every
    run = {result.indicator.id for result in scope.run.results}
    return [each for each in every if run & set(each.indicators)]


def _framework(scope: Scope, framework: Framework) -> str:
    key = f"framework_{framework.id}"
    words = scope.words
    return words.say(key) if words.has(key) else scope.prose(framework.name)


def _counts(scope: Scope, found: list[DisclosureAnswer]) -> str:
    number = Counter(each.state for each in found)
    return scope.words.strings["list_join"].join(
        scope.words.say(
            "index_count",
            state=scope.words.say(f"state_{state}"),
            count=scope.words.plain(number[state], 0),
        )
        for state in STATES
        if number[state]
    )


def _row(scope: Scope, found: DisclosureAnswer) -> IndexRow:
    return IndexRow(
        code=found.disclosure.code.id,
        asks=scope.prose(found.disclosure.code.paraphrase),
        state=scope.words.say(f"state_{found.state}"),
        missing=tuple(_missing(scope, found)),
        adapted=_adapted(scope, found),
        links=tuple(_links(scope, found)),
    )


def _links(scope: Scope, found: DisclosureAnswer) -> Iterable[IndexLink]:
    for name in dict.fromkeys(each.indicator for each in found.answers):
        indicator = scope.numbers.result(name).indicator
        # A report without the chapter still has the method: no page number is lost.
        is_printed = bool(scope.chapter_of(indicator))
        anchor = anchor_of(name) if is_printed else method_anchor(name)
        yield IndexLink(indicator.code, scope.prose(indicator.title), anchor)


def _rest(scope: Scope, found: list[DisclosureAnswer]) -> Iterable[tuple[str, str]]:
    """Return the disclosures without a number, together, by what they lack."""
    lists: dict[str, list[str]] = {}
    for each in found:
        if each.state not in _ANSWERED:
            code = each.disclosure.code
            text = scope.words.say(
                "index_item", code=code.id, asks=scope.prose(code.paraphrase)
            )
            lists.setdefault(_worst(each), []).append(text)
    separator = scope.words.strings["list_semicolon"]
    return [
        (scope.words.say(f"index_rest_{why}"), separator.join(lists[why]))
        for why in _WORST
        if why in lists
    ]


def _worst(found: DisclosureAnswer) -> str:
    """Return the state of a part that tells most about a disclosure without a number.

    An indicator that is there and has no number says more than one that is not.
    """
    states = {part.state for part in found.missing}
    return next(state for state in _WORST if state in states)


def _missing(scope: Scope, found: DisclosureAnswer) -> Iterable[str]:
    """Return what keeps a disclosure from being met, and what is there but hidden."""
    for part in found.parts:
        if part.state == "there":
            continue
        why = _why(scope, part)
        if found.disclosure.code.is_whole:
            yield why
        else:
            yield scope.words.say(
                "index_part", asks=scope.prose(part.ask.part.asks), why=why
            )


def _why(scope: Scope, part: PartAnswer) -> str:
    if part.state != "no_data":
        return scope.words.say(f"index_{part.state}")
    return scope.reason(part.reason)


def _adapted(scope: Scope, found: DisclosureAnswer) -> str:
    """Return how the parts that are answered differ from what is asked."""
    texts = [
        scope.prose(part.ask.part.adapted)
        for part in found.parts
        if part.answers and part.ask.part.adapted
    ]
    return scope.words.strings["list_semicolon"].join(dict.fromkeys(texts))


# For programs, and for the terminal


def index_table(scope: Scope) -> list[tuple[str, ...]]:
    """Return every disclosure as a row of ``TABLE_COLUMNS``, in the scope's words."""
    separator = scope.words.strings["list_semicolon"]
    return [
        (
            found.disclosure.reference,
            scope.words.say(f"state_{found.state}"),
            scope.prose(found.disclosure.code.paraphrase),
            separator.join(_missing(scope, found)),
            _adapted(scope, found),
            ", ".join(f"{a.indicator}/{a.measure}" for a in found.answers),
            scope.prose(found.disclosure.framework.name),
        )
        for found in answer(scope.register.disclosures, scope.run)
    ]


def index_facts(scope: Scope) -> list[dict[str, Any]]:
    """Return the index as plain values: states and reasons as codes."""
    return [
        {
            "framework": found.disclosure.framework.id,
            "version": found.disclosure.framework.version,
            "code": found.disclosure.code.id,
            "asks": found.disclosure.code.paraphrase[scope.language],
            "state": found.state,
            "parts": [_part_facts(scope, part) for part in found.parts],
            "spoken_to_by": list(found.disclosure.beside),
        }
        for found in answers(scope)
    ]


def _part_facts(scope: Scope, part: PartAnswer) -> dict[str, Any]:
    declared = part.ask.part
    return {
        "part": declared.id,
        "asks": declared.asks[scope.language],
        "state": part.state,
        "reason": part.reason or None,
        "answered_by": [f"{a.indicator}/{a.measure}" for a in part.answers],
        "served_by": [f"{a.indicator}/{a.measure}" for a in part.ask.answers],
        "adapted": bool(declared.adapted),
        "adaptation": declared.adapted.get(scope.language),
    }
