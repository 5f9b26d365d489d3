"""Rules that are a formula, each with the case that tempts to get it wrong."""

from __future__ import annotations

import polars as pl
import pytest

from esg.stats.lending import (
    data_quality_score,
    is_persistent_debt,
    net_promoter_score,
    vehicle_attribution,
    vehicle_emissions,
)


@pytest.mark.parametrize(
    ("paid", "principal", "lowest", "months", "expected"),
    [
        # 900 of interest and 50 of fees against 800 repaid, never below 200.
        (950, 800, 200, 18, True),
        (800, 800, 200, 18, False),
        (950, 800, 199, 18, False),
        # Seventeen months are no proof of either.
        (950, 800, 200, 17, None),
        (None, 800, 200, 18, None),
        (950, 800, 200, None, None),
    ],
)
def test_debt_is_persistent_where_more_is_paid_for_it_than_off_it(
    paid: int | None,
    principal: int,
    lowest: int,
    months: int | None,
    expected: bool | None,  # noqa: FBT001 - what the case expects
) -> None:
    frame = pl.DataFrame({"a": [paid], "b": [principal], "c": [lowest], "d": [months]})

    found = frame.select(
        is_persistent_debt(
            interest_and_fees=pl.col("a"),
            principal_repaid=pl.col("b"),
            lowest_balance=pl.col("c"),
            months_seen=pl.col("d"),
            floor=200,
            months=18,
        )
    ).item()

    assert found is expected


@pytest.mark.parametrize(
    ("outstanding", "value", "share"),
    [
        (12_000, 20_000, 0.6),
        # Owed more than it was worth: the whole vehicle and no more.
        (25_000, 20_000, 1.0),
        (12_000, None, 1.0),
        (12_000, 0, 1.0),
        (None, 20_000, None),
    ],
)
def test_a_loan_finances_its_part_of_a_vehicle_and_all_of_an_unknown_one(
    outstanding: int | None, value: int | None, share: float | None
) -> None:
    frame = pl.DataFrame({"o": [outstanding], "v": [value]})

    found = frame.select(vehicle_attribution(pl.col("o"), pl.col("v"))).item()

    assert found == share


def test_six_tenths_of_15000_km_at_150_grams_are_1_35_tonnes() -> None:
    frame = pl.DataFrame({"a": [0.6, 0.6], "km": [15_000, None], "f": [0.00015, 0.1]})

    found = frame.select(x=vehicle_emissions(pl.col("a"), pl.col("km"), pl.col("f")))[
        "x"
    ].to_list()

    assert found == [pytest.approx(1.35, abs=1e-12), None]


def test_the_quality_score_weighs_by_balance_what_has_one() -> None:
    frame = pl.DataFrame({"o": [300, 100, 900, None], "s": [2, 4, None, 1]})

    found = frame.select(data_quality_score(pl.col("o"), pl.col("s"))).item()
    nothing = frame.filter(pl.col("s").is_null()).select(
        data_quality_score(pl.col("o"), pl.col("s"))
    )

    # (300 × 2 + 100 × 4) / 400
    assert found == pytest.approx(2.5)
    assert nothing.item() is None


def test_promoters_less_detractors_of_all_who_answered() -> None:
    frame = pl.DataFrame({"p": [50, 0], "n": [100, 0], "d": [20, 0]})

    found = frame.select(x=net_promoter_score(pl.col("p"), pl.col("n"), pl.col("d")))[
        "x"
    ].to_list()

    assert found == [30.0, None]
