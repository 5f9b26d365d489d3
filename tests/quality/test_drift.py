"""Drift of a source against its load before, checked against Polars and numpy."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from esg.engine.warehouse import open_for_reading
from esg.quality.drift import drift
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

HEAD = "loan_id,product,currency,principal,disbursed_at,channel,is_green\n"
FIRST = date(2026, 1, 1).toordinal()


def loans(count: int, *, seed: int, first: int = 0, **changed: str) -> pl.DataFrame:
    """Return invented loans; ``changed`` sets a whole column."""
    draw = np.random.default_rng(seed)
    days = [
        date.fromordinal(FIRST + int(n)).isoformat()
        for n in draw.integers(0, 270, count)
    ]
    frame = pl.DataFrame(
        {
            "loan_id": [f"l{first + at}" for at in range(count)],
            "product": draw.choice(
                ["micro", "auto", "business"], count, p=[0.6, 0.3, 0.1]
            ),
            "currency": ["CNY"] * count,
            "principal": draw.integers(1, 1000, count),
            "disbursed_at": days,
            "channel": draw.choice(["app", "branch"], count),
            "is_green": draw.choice(["true", "false"], count),
        }
    )
    return frame.with_columns(
        **{name: pl.lit(value) for name, value in changed.items()}
    )


def load_both(make: Make, before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return the drift of two loads of one source."""
    workspace = make(loan=before.write_csv())
    workspace.load()
    (workspace.project.workspace / "loan.csv").write_text(now.write_csv())
    workspace.load()
    return measured(workspace)


def measured(workspace: Workspace) -> pl.DataFrame:
    connection = open_for_reading(
        workspace.warehouse, workspace.project.tables.values()
    )
    return drift(connection, workspace.project, date(2026, 9, 30))


def of(frame: pl.DataFrame, column: str) -> dict[str, Any]:
    return frame.filter(column=column).row(0, named=True)


def by_hand(before: np.ndarray[Any, Any], now: np.ndarray[Any, Any]) -> float:
    """Return the index over tenths of the values before, written out."""
    ordered = np.sort(before)
    edges = [ordered[math.ceil(k / 10 * len(ordered)) - 1] for k in range(1, 10)]
    total = 0.0
    for at in range(10):
        low = edges[at - 1] if at else -math.inf
        high = edges[at] if at < 9 else math.inf
        p = np.count_nonzero((before > low) & (before <= high))
        q = np.count_nonzero((now > low) & (now <= high))
        if p or q:
            share_p, share_q = (p or 0.5) / len(before), (q or 0.5) / len(now)
            total += (share_q - share_p) * math.log(share_q / share_p)
    return total


def test_the_index_of_amounts_is_that_over_tenths_of_the_rows_before(
    make_workspace: Make,
) -> None:
    before = loans(500, seed=1)
    now = loans(400, seed=2).with_columns(pl.col("principal") * 3)

    found = of(load_both(make_workspace, before, now), "principal")

    expected = by_hand(before["principal"].to_numpy(), now["principal"].to_numpy())
    assert found["psi"] == pytest.approx(expected, abs=1e-6)
    assert found["verdict"] == "major"
    assert (found["rows_before"], found["rows_now"]) == (500, 400)


def test_the_index_of_categories_is_that_of_their_shares(make_workspace: Make) -> None:
    before, now = loans(500, seed=1), loans(500, seed=3)
    now = now.with_columns(
        product=pl.when(pl.int_range(pl.len()) < 150)
        .then(pl.lit("mortgage"))
        .otherwise("product")
    )

    found = of(load_both(make_workspace, before, now), "product")

    shares = [
        {row["product"]: row["len"] / 500 for row in each.group_by("product").len()
         .iter_rows(named=True)}
        for each in (before, now)
    ]  # fmt: skip
    expected = sum(
        (shares[1].get(name, 0.001) - shares[0].get(name, 0.001))
        * math.log(shares[1].get(name, 0.001) / shares[0].get(name, 0.001))
        for name in shares[0] | shares[1]
    )
    assert found["psi"] == pytest.approx(expected, abs=1e-6)


def test_a_column_that_silently_turned_to_nulls_is_seen(make_workspace: Make) -> None:
    before, now = loans(500, seed=1), loans(500, seed=1, channel="")

    frame = load_both(make_workspace, before, now)

    channel = of(frame, "channel")
    assert (channel["nulls_before"], channel["nulls_now"]) == (0.0, 1.0)
    assert channel["verdict"] == "emptied"
    others = frame.filter(pl.col("column") != "channel")
    assert others["verdict"].unique().to_list() == ["stable"]


def test_a_column_that_filled_for_the_first_time_moved_far(
    make_workspace: Make,
) -> None:
    found = load_both(
        make_workspace, loans(500, seed=1, principal=""), loans(500, seed=1)
    )

    assert of(found, "principal")["verdict"] == "major"


def test_two_draws_of_one_population_are_stable_even_when_few(
    make_workspace: Make,
) -> None:
    frame = load_both(make_workspace, loans(60, seed=1), loans(60, seed=2))

    # Noise alone passes 0.1 here; what is beyond chance does not.
    assert (frame["psi"] > 0.1).any()
    assert frame["verdict"].unique().to_list() == ["stable"]


def test_keys_have_no_index_and_few_rows_say_nothing(make_workspace: Make) -> None:
    few = load_both(make_workspace, loans(29, seed=1), loans(500, seed=2))

    assert "loan_id" not in few["column"].to_list()
    assert few["psi"].null_count() == few.height


def test_an_increment_is_laid_beside_all_that_was_there(make_workspace: Make) -> None:
    root = make_workspace(loan=loans(500, seed=1).write_csv()).project.workspace
    with (root / "esg.toml").open("a") as toml:
        toml.write('mode = "incremental"\n')
    workspace = open_workspace(root)
    workspace.load()
    more = loans(200, seed=2, first=500, channel="")
    (root / "loan.csv").write_text(more.write_csv())
    workspace.load()

    frame = measured(workspace)

    assert of(frame, "all")["rows_before"] == 500
    assert of(frame, "all")["rows_now"] == 200
    assert of(frame, "channel")["verdict"] == "emptied"
    # The days of an increment are new ones: that they moved says nothing.
    assert of(frame, "disbursed_at")["psi"] is None


def test_a_source_loaded_once_has_nothing_to_be_compared_with(
    make_workspace: Make,
) -> None:
    workspace = make_workspace(loan=loans(50, seed=1).write_csv())
    workspace.load()
    workspace.load()

    assert measured(workspace).is_empty()


def test_no_value_of_a_column_leaves(make_workspace: Make) -> None:
    frame = load_both(
        make_workspace, loans(500, seed=1), loans(500, seed=2, channel="secret-word")
    )

    assert "secret-word" not in frame.write_csv()
