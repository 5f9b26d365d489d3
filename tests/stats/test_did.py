"""Difference in differences: the vector, statsmodels, and when nothing is printed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import statsmodels.formula.api as smf

from esg.stats.did import (
    GroupSums,
    difference_in_differences,
    difference_of_differences,
    effect_of_sums,
)


def panel(
    *,
    effect: float,
    drift: float = 0.0,
    periods: int = 6,
    units: int = 80,
    seed: int = 3,
) -> pl.DataFrame:
    """Return spending of units, the odd ones treated from period 4 on.

    Args:
        effect: What the treatment adds.
        drift: By how much more the treated grow in each period, treatment or not.
    """
    draw = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    period = np.tile(np.arange(1, periods + 1), units)
    treated = unit % 2 == 1
    outcome = (
        100
        + 3 * period
        + draw.normal(0, 5, units)[unit]
        + treated * (8 + drift * period + effect * (period >= 4))
        + draw.normal(0, 2, unit.size)
    )
    return pl.DataFrame(
        {"unit": unit, "is_treated": treated, "period": period, "outcome": outcome}
    )


def test_thirty_more_against_fifteen_more_is_the_vector_did() -> None:
    assert difference_of_differences((100, 130), (90, 105)) == 15


def test_the_effect_and_its_clustered_error_are_those_of_statsmodels() -> None:
    data = panel(effect=6)

    found = difference_in_differences(data, start=4)

    given = data.with_columns(
        t=pl.col("is_treated").cast(pl.Int64), late=(pl.col("period") >= 4).cast(int)
    ).to_pandas()
    fit = smf.ols("outcome ~ t + C(period) + t:late", given).fit(
        cov_type="cluster", cov_kwds={"groups": given["unit"]}, use_t=True
    )
    assert found.effect is not None
    assert found.effect.value == pytest.approx(fit.params["t:late"], rel=1e-8)
    assert found.effect.standard_error == pytest.approx(fit.bse["t:late"], rel=1e-8)
    assert found.effect.interval() == pytest.approx(
        tuple(fit.conf_int().loc["t:late"]), rel=1e-7
    )
    low, high = found.effect.interval()
    assert low < 6 < high


def test_the_effect_is_the_vectors_in_a_balanced_panel_of_means() -> None:
    # Treated 100 and 100 before, 130 after; others 90, 90 and 105; ± 1 around each.
    rows = [
        (unit, treated, period, mean + sign)
        for unit, (treated, sign) in enumerate(
            [(True, -1), (True, 1), (False, -1), (False, 1)]
        )
        for period, mean in zip(
            (1, 2, 3),
            (100.0, 100.0, 130.0) if treated else (90.0, 90.0, 105.0),
            strict=True,
        )
    ]
    # The past of two units moves a little, so that it can be tested.
    rows[0] = (0, True, 1, 99.5)
    rows[6] = (2, False, 1, 89.5)
    data = pl.DataFrame(
        rows, schema=["unit", "is_treated", "period", "outcome"], orient="row"
    )

    found = difference_in_differences(data, start=3)

    assert found.why_none is None
    assert found.effect is not None
    assert found.effect.value == pytest.approx(15)
    assert found.past_p_value == pytest.approx(1)


def test_where_the_past_already_differed_nothing_is_printed() -> None:
    found = difference_in_differences(panel(effect=6, drift=2), start=4)

    assert found.effect is None
    assert found.why_none == "past_apart"
    assert found.past_p_value is not None
    assert found.past_p_value < 0.001
    # The plot of the steps stays: the reader sees why.
    assert [step.period for step in found.steps] == [1, 2, 4, 5, 6]
    assert found.steps[0].gap.value < found.steps[1].gap.value < 0


def test_a_past_alike_is_called_apart_about_as_often_as_the_level_says() -> None:
    refused = sum(
        difference_in_differences(panel(effect=1, seed=seed), start=4).why_none
        == "past_apart"
        for seed in range(200)
    )

    assert refused / 200 < 0.11


def test_one_period_before_cannot_be_tested_and_gives_no_effect() -> None:
    found = difference_in_differences(panel(effect=6), start=2)

    assert (found.effect, found.why_none) == (None, "past_untested")
    assert len(found.steps) == 5


@pytest.mark.parametrize(
    "keep",
    [
        pl.col("is_treated"),
        pl.col("period") < 4,
        pl.col("period") >= 4,
        ~pl.col("is_treated") | (pl.col("period") < 4),
    ],
)
def test_without_all_four_cells_there_is_no_comparison(keep: pl.Expr) -> None:
    found = difference_in_differences(panel(effect=6).filter(keep), start=4)

    assert (found.effect, found.why_none, found.steps) == (None, "no_comparison", ())


def test_too_few_units_are_told_as_such() -> None:
    found = difference_in_differences(panel(effect=6, units=2), start=4)

    assert (found.effect, found.why_none) == (None, "too_few_clusters")


def test_rows_with_a_null_are_left_out_and_a_level_is_a_share() -> None:
    data = panel(effect=6)
    holed = pl.concat(
        [data, data.head(1).with_columns(outcome=pl.lit(None, dtype=pl.Float64))]
    )

    assert difference_in_differences(holed, start=4) == difference_in_differences(
        data, start=4
    )
    with pytest.raises(ValueError, match="level is 0"):
        difference_in_differences(data, start=4, level=0)


# From sums alone


def sums_of(data: pl.DataFrame, *, is_treated: bool) -> GroupSums:
    """Return one group's sums of a balanced panel."""
    wide = (
        data.filter(pl.col("is_treated") == is_treated)
        .pivot("period", index="unit", values="outcome", sort_columns=True)
        .drop("unit")
        .to_numpy()
    )
    return GroupSums(len(wide), wide.sum(axis=0), wide.T @ wide)


@pytest.mark.parametrize("drift", [0.0, 2.0])
def test_sums_give_what_the_panel_itself_gives(drift: float) -> None:
    # An unequal split: the groups' sizes must not cancel.
    data = panel(effect=6, drift=drift).filter(pl.col("unit") % 6 != 1)

    whole = difference_in_differences(data, start=4)
    found = effect_of_sums(
        sums_of(data, is_treated=True),
        sums_of(data, is_treated=False),
        [1, 2, 3, 4, 5, 6],
        start=4,
    )

    assert found.why_none == whole.why_none == ("past_apart" if drift else None)
    assert found.past_p_value == pytest.approx(whole.past_p_value, rel=1e-6, abs=1e-12)
    pairs = [(a.gap, b.gap) for a, b in zip(found.steps, whole.steps, strict=True)]
    if found.effect and whole.effect:
        pairs.append((found.effect, whole.effect))
    for ours, theirs in pairs:
        assert ours.value == pytest.approx(theirs.value, rel=1e-9)
        assert ours.standard_error == pytest.approx(theirs.standard_error, rel=1e-7)
        assert ours.free == theirs.free


@pytest.mark.parametrize(
    ("units", "start", "why"),
    [
        (0, 4, "no_comparison"),
        (1, 4, "too_few_clusters"),
        (9, 1, "no_comparison"),
        (9, 2, "past_untested"),
    ],
)
def test_too_little_to_compare_gives_no_effect(
    units: int, start: int, why: str
) -> None:
    data = panel(effect=6)
    treated = data.filter(pl.col("is_treated"), pl.col("unit") < 2 * units)
    few = (
        sums_of(treated, is_treated=True)
        if units
        else GroupSums(0, np.zeros(6), np.zeros((6, 6)))
    )

    found = effect_of_sums(
        few, sums_of(data, is_treated=False), [1, 2, 3, 4, 5, 6], start=start
    )

    assert (found.effect, found.why_none) == (None, why)


def test_groups_that_never_vary_cannot_be_tested() -> None:
    flat = GroupSums(5, np.full(4, 50.0), np.full((4, 4), 500.0))

    found = effect_of_sums(flat, flat, [1, 2, 3, 4], start=3)

    assert (found.effect, found.why_none) == (None, "too_few_clusters")


def test_sums_refuse_a_level_or_a_shape_that_makes_no_sense() -> None:
    sums = GroupSums(2, np.zeros(3), np.zeros((3, 3)))

    with pytest.raises(ValueError, match="level is 1"):
        effect_of_sums(sums, sums, [1, 2, 3], start=2, level=1)
    with pytest.raises(ValueError, match="another shape than 2 periods"):
        effect_of_sums(sums, sums, [1, 2], start=2)
