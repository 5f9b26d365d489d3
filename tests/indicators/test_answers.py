"""What a run answers of a disclosure: each state, on frameworks drawn by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from esg.indicators.answers import DisclosureAnswer, answer
from esg.indicators.result import SCHEMA, IndicatorResult, RunResult
from esg.spec.disclosure import Answer, Ask, Disclosure
from esg.spec.framework import WHOLE, Code, Framework, Part
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.spec.project import Project

    Found = Callable[..., DisclosureAnswer]

RATE = Answer("inclusion.approval_rate", "share")
UNDECIDED = Answer("inclusion.approval_rate", "withdrawn_or_incomplete")
LOANS = Answer("inclusion.loans_disbursed", "loans")


def ask(name: str, *answers: Answer, is_narrative: bool = False) -> Ask:
    part = Part(
        name,
        {"en": name, "zh": name},
        measures=(),
        is_narrative=is_narrative,
        adapted={},
        place="EX.yaml",
    )
    return Ask(part, answers)


def disclosure(*asks: Ask) -> Disclosure:
    code = Code("A-1", {"en": "A", "zh": "甲"}, tuple(each.part for each in asks))
    framework = Framework("EX", {}, {}, "1", {"A-1": code}, {})
    return Disclosure(framework, code, asks, ())


@pytest.fixture
def found(project: Project) -> Found:
    """Return what a run of one indicator answers, its rows as measure and status."""

    def make(
        asks: tuple[Ask, ...], *rows: tuple[str, str, str, str]
    ) -> DisclosureAnswer:
        indicator = project.indicators["inclusion.approval_rate"]
        frame = pl.DataFrame(
            [
                dict.fromkeys(SCHEMA)
                | {
                    "indicator": indicator.id,
                    "measure": measure,
                    "period": period,
                    "dimension": dimension,
                    "segment": "all",
                    "status": status,
                    "reason": None if status == "ok" else "column:application.decision",
                }
                for measure, period, dimension, status in rows
            ],
            schema=SCHEMA,
        )
        run = RunResult(
            parse_period("2026Q3"),
            "2026-09-30",
            (IndicatorResult(indicator, frame, (), {}),),
            (),
            pl.DataFrame(),
        )
        return answer([disclosure(*asks)], run)[0]

    return make


def here(measure: str, status: str = "ok") -> tuple[str, str, str, str]:
    return (measure, "2026Q3", "all", status)


def test_met_means_that_every_part_has_a_number(found: Found) -> None:
    asks = (ask("rate", RATE), ask("undecided", UNDECIDED))

    both = found(asks, here("share"), here("withdrawn_or_incomplete"))
    one = found(asks, here("share"), here("withdrawn_or_incomplete", "no_data"))
    none = found(
        asks, here("share", "no_data"), here("withdrawn_or_incomplete", "no_data")
    )

    assert (both.state, both.missing) == ("met", ())
    assert both.answers == (RATE, UNDECIDED)
    assert one.state == "partly"
    assert [p.ask.part.id for p in one.missing] == ["undecided"]
    assert none.state == "not_met"


def test_a_part_without_data_says_which_column_was_empty(found: Found) -> None:
    (part,) = found((ask(WHOLE, RATE),), here("share", "no_data")).parts

    assert (part.state, part.reason) == ("no_data", "column:application.decision")


def test_a_hidden_number_is_there_and_said_to_be_hidden(found: Found) -> None:
    hidden = found((ask(WHOLE, RATE),), here("share", "suppressed"))
    beside = found(
        (ask(WHOLE, RATE, UNDECIDED),),
        here("share", "suppressed"),
        here("withdrawn_or_incomplete"),
    )

    assert (hidden.state, hidden.parts[0].state) == ("met", "hidden")
    assert hidden.answers == (RATE,)
    assert (beside.state, beside.parts[0].state) == ("met", "there")


@pytest.mark.parametrize("status", ["no_data", "not_applicable"])
def test_a_number_that_is_not_final_or_not_there_answers_nothing(
    found: Found, status: str
) -> None:
    assert found((ask(WHOLE, RATE),), here("share", status)).state == "not_met"


def test_numbers_of_other_periods_and_of_groups_answer_nothing(found: Found) -> None:
    elsewhere = found(
        (ask(WHOLE, RATE),),
        ("share", "2026Q2", "all", "ok"),
        ("share", "2026Q3", "product", "ok"),
    )

    assert elsewhere.state == "not_met"
    assert elsewhere.parts[0].reason == "empty"


def test_any_of_several_measures_answers_a_part(found: Found) -> None:
    either = found(
        (ask(WHOLE, RATE, UNDECIDED),),
        here("share", "no_data"),
        here("withdrawn_or_incomplete"),
    )

    assert either.state == "met"
    assert either.answers == (UNDECIDED,)


def test_text_is_never_claimed_by_a_number(found: Found) -> None:
    text, rate = ask("why", is_narrative=True), ask("rate", RATE)

    alone = found((text,), here("share"))
    beside = found((rate, text), here("share"))
    without = found((rate, text), here("share", "no_data"))

    assert alone.state == "narrative"
    assert beside.state == "partly"
    assert [p.state for p in beside.missing] == ["narrative"]
    assert without.state == "not_met"


def test_what_no_indicator_serves_differs_from_what_this_run_left_out(
    found: Found,
) -> None:
    unserved = found((ask(WHOLE),), here("share"))
    not_run = found((ask(WHOLE, LOANS),), here("share"))
    partly = found((ask("a", LOANS), ask("b", RATE)), here("share"))

    assert (unserved.state, unserved.parts[0].state) == ("not_met", "unserved")
    assert (not_run.state, not_run.parts[0].state) == ("not_met", "not_run")
    assert partly.state == "partly"
