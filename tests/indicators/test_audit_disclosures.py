"""A second answer to what the sample meets of each disclosure, from the files alone.

The files are read with PyYAML and the states are drawn from the tidy table, without the
code that reads frameworks or judges them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from esg.indicators.answers import answer
from esg.indicators.result import tidy
from esg.spec.project import shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

    from esg.indicators.result import RunResult
    from esg.workspace import Workspace

QUERIES = shipped_folder("queries")


def front_matter(path: Path) -> dict[str, Any]:
    text = path.read_text("utf-8").partition("/*---")[2].partition("---*/")[0]
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def states(told: set[str]) -> dict[str, str]:
    """Return the state of every code, given the measures that have a number."""
    indicators = [front_matter(p) for p in QUERIES.glob("indicators/*/*.sql")]
    first = {i["id"]: f"{i['id']}/{i['measures'][0]['name']}" for i in indicators}
    found = {}
    for path in QUERIES.glob("frameworks/*.yaml"):
        framework = yaml.safe_load(path.read_text("utf-8"))
        for code, asks in framework["codes"].items():
            name = f"{framework['framework']}:{code}"
            naming = [
                first[i["id"]]
                for i in indicators
                if name in [text.partition("@")[0] for text in i.get("frameworks", [])]
            ]
            found[name] = state(asks, naming, first, told)
    return found


def state(
    asks: dict[str, Any], naming: list[str], first: dict[str, str], told: set[str]
) -> str:
    parts = list(asks.get("parts", {"": asks}).values())
    text = [part for part in parts if part.get("narrative")]
    met = [
        part
        for part in parts
        if told & {first.get(m, m) for m in part.get("measures", [])}
        or (part is asks and "measures" not in part and told & set(naming))
    ]
    if len(text) == len(parts):
        return "narrative"
    if not met:
        return "not_met"
    return "met" if len(met) == len(parts) else "partly"


def test_the_sample_meets_what_a_second_reading_of_the_files_says(
    lender: Workspace, run: RunResult
) -> None:
    frame = tidy(run.results)
    whole = frame.filter(
        (frame["period"] == "2026Q3")
        & (frame["dimension"] == "all")
        & frame["status"].is_in(["ok", "suppressed"])
    )
    told = {f"{i}/{m}" for i, m in whole.select("indicator", "measure").iter_rows()}

    answers = answer(lender.project.disclosures, run)

    found = {a.disclosure.reference.partition("@")[0]: a.state for a in answers}
    expected = states(told)
    assert found == expected
    assert set(expected.values()) == {"met", "partly", "not_met", "narrative"}
