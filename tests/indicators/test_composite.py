"""The healthy-consumption index: its switch, a second count, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from indicators.raw_sample import rule

from esg.cli import cli
from esg.errors import ContentError, UsageError
from esg.report.explain import explain
from esg.spec.period import parse_period
from esg.spec.project import shipped_folder
from esg.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INDEX = "healthy_consumption.composite_index"
FILE = "indicators/healthy_consumption/composite_index.sql"
QUARTER = "2026Q3"
LAST_DAY = date(2026, 9, 30)


@pytest.fixture(scope="module")
def switched_on(lender: Workspace) -> Workspace:
    """The sample lender, its warehouse as it is, with the index on."""
    settings = replace(lender.project.settings, composite={"healthy_consumption": True})
    return Workspace(replace(lender.project, settings=settings))


# The switch


def test_off_it_is_no_indicator_and_a_question_for_it_says_how_to_turn_it_on(
    lender: Workspace,
) -> None:
    folder = str(lender.project.workspace)

    listed = CliRunner().invoke(cli, ["--workspace", folder, "list", "indicators"])

    assert INDEX not in listed.stdout
    assert f"Off, and not listed: {INDEX}." in listed.stderr
    assert "[composite] healthy_consumption = true" in listed.stderr
    with pytest.raises(UsageError, match="is off") as caught:
        lender.run(INDEX, quarter=QUARTER)
    assert "[composite] healthy_consumption = true" in (caught.value.hint or "")


def test_on_it_is_listed_among_the_others(
    make_workspace: Callable[..., Workspace],
) -> None:
    made = make_workspace("[composite]\nhealthy_consumption = true\n")
    folder = str(made.project.workspace)

    listed = CliRunner().invoke(cli, ["--workspace", folder, "list", "indicators"])

    assert f"{INDEX},OWN-HCI,Healthy-consumption index" in listed.stdout
    assert "Off" not in listed.stderr


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (
            "health_consumption = true",
            "'composite.health_consumption' turns nothing on",
        ),
        ('healthy_consumption = "yes"', "composite.healthy_consumption' is"),
    ],
)
def test_a_wrong_switch_is_told(
    make_workspace: Callable[..., Workspace], written: str, words: str
) -> None:
    with pytest.raises(ContentError, match=words):
        _ = make_workspace(f"[composite]\n{written}\n").project.indicators


# A second count


def test_the_index_and_its_band_are_those_of_its_components(
    switched_on: Workspace,
) -> None:
    components = switched_on.project.indicators[INDEX].components
    weighed: list[tuple[float, float]] = []
    for name, reference in components.items():
        identifier, _, measure = reference.partition("/")
        (value,) = switched_on.run(identifier, quarter=QUARTER).filter(measure=measure)[
            "value"
        ]
        weight, floor, goal = (
            rule(f"healthy_consumption_index.{name}_{part}", LAST_DAY)
            for part in ("weight", "floor", "goal")
        )
        if value is not None:
            points = 100 * min(1.0, max(0.0, (value - floor) / (goal - floor)))
            weighed.append((weight, points))

    def mean(parts: list[tuple[float, float]]) -> float:
        return sum(w * p for w, p in parts) / sum(w for w, _ in parts)

    without = [mean(weighed[:at] + weighed[at + 1 :]) for at in range(len(weighed))]
    found = _rows(switched_on)
    assert len(weighed) == 7  # minimum amounts due are not in the sample
    assert found["index"]["value"] == pytest.approx(mean(weighed), abs=1e-6)
    assert found["index"]["low"] == pytest.approx(min(without), abs=1e-6)
    assert found["index"]["high"] == pytest.approx(max(without), abs=1e-6)
    assert found["weight_with_data"]["value"] == pytest.approx(7 / 8)


def test_all_weights_add_up_to_one(switched_on: Workspace) -> None:
    rules = switched_on.project.rules
    names = switched_on.project.indicators[INDEX].components

    weights = [
        rules[f"healthy_consumption_index.{n}_weight"].on(LAST_DAY) for n in names
    ]

    assert sum(w.value or 0 for w in weights if w) == pytest.approx(1)


def test_an_explanation_names_the_components_and_their_tables(
    switched_on: Workspace,
) -> None:
    run = switched_on.compute((INDEX,), period=parse_period(QUARTER), by=("*",))

    told = explain(run, switched_on.project, "en")

    text = "\n".join(line for s in told.sections for line in s.lines)
    assert "healthy_consumption.on_time_payment_rate  indicator" in text
    assert "interest_bill  table" in text
    assert "Goal of the healthy-consumption index" in text


# What it refuses


BUFFER = "survey_id,borrower_id,answered_date,instrument,answers\n" + "".join(
    f"q{i},b{i},2026-07-01,buffer,2\n" for i in range(40)
)


def _rows(workspace: Workspace) -> dict[str, dict[str, Any]]:
    frame = workspace.run(INDEX, quarter=QUARTER)
    return {row["measure"]: row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize(("answers", "weight"), [(40, 1 / 8), (20, 0.0)])
def test_with_little_of_the_weight_there_is_none_and_a_hidden_part_stays_hidden(
    make_workspace: Callable[..., Workspace], answers: int, weight: float
) -> None:
    made = make_workspace(
        "[composite]\nhealthy_consumption = true\n",
        survey_answer="\n".join(BUFFER.splitlines()[: answers + 1]) + "\n",
    )
    made.load()

    found = _rows(made)

    assert (found["index"]["status"], found["index"]["value"]) == (
        "not_applicable",
        None,
    )
    # Twenty answers are too few to be shown, and so no part of the index.
    assert found["weight_with_data"]["value"] == pytest.approx(weight)


def test_a_changed_query_of_a_component_changes_the_index(
    make_workspace: Callable[..., Workspace],
) -> None:
    made = make_workspace(
        "[composite]\nhealthy_consumption = true\n", survey_answer=BUFFER
    )
    made.load()
    assert _rows(made)["weight_with_data"]["value"] == pytest.approx(1 / 8)
    name = "indicators/healthy_consumption/emergency_buffer.sql"
    text = (shipped_folder("queries") / name).read_text("utf-8")
    own = made.project.workspace / "queries" / name
    own.parent.mkdir(parents=True)
    own.write_text(text.replace("instrument = 'buffer'", "instrument = 'none'"))

    found = _rows(open_workspace(made.project.workspace))

    assert found["weight_with_data"]["value"] == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("_rate/share", "_rat/share", "names the indicator .*on_time_payment_rat'"),
        ("_rate/share", "_rate/part", "has no such measure"),
        ("_rate/share", "_rate", "not 'indicator/measure'"),
        (
            "healthy_consumption.par30/share",
            f"{INDEX}/index",
            "is a composite itself",
        ),
        ("composite: healthy_consumption\n", "", "come together or not at all"),
    ],
)
def test_a_wrong_declaration_is_told(
    make_workspace: Callable[..., Workspace], old: str, new: str, words: str
) -> None:
    made = make_workspace()
    text = (shipped_folder("queries") / FILE).read_text("utf-8")
    own: Path = made.project.workspace / "queries" / FILE
    own.parent.mkdir(parents=True)
    assert old in text
    own.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ContentError, match=words):
        _ = made.project.indicators
