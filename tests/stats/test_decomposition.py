"""Mix against rate: sums by hand, laws, and errors against a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esg.stats.decomposition import Part, mix_and_rate, pooled

COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
PARTS = st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=8).map(
    lambda rows: [Part(f"g{at}", *now, *then) for at, (now, then) in enumerate(rows)]
)


def test_more_thin_files_lower_approval_although_no_group_is_treated_otherwise() -> (
    None
):
    # Thick files 80 %, thin files 40 %; thin from 200 to 400 of 1,000.
    parts = [Part("thick", 480, 600, 640, 800), Part("thin", 160, 400, 80, 200)]

    found = mix_and_rate(parts)

    assert found is not None
    assert found.change == pytest.approx(0.64 - 0.72)
    assert found.rate == pytest.approx(0)
    assert found.mix == pytest.approx(-0.08)
    # From the middle, 68 %: −0.2 × (0.80 − 0.68) and +0.2 × (0.40 − 0.68).
    assert [e.mix for e in found.effects] == pytest.approx([-0.024, -0.056])


def test_both_effects_written_out() -> None:
    parts = [Part("a", 30, 60, 20, 50), Part("b", 10, 40, 15, 50)]

    found = mix_and_rate(parts)

    # Rates 0.5 and 0.25 after 0.4 and 0.3; weights 0.6 and 0.4 after 0.5 and 0.5;
    # overall 0.40 after 0.35, their middle 0.375.
    assert found is not None
    assert found.change == pytest.approx(0.05)
    a, b = found.effects
    assert (a.mix, a.rate) == pytest.approx((0.1 * (0.45 - 0.375), 0.55 * 0.1))
    assert (b.mix, b.rate) == pytest.approx((-0.1 * (0.275 - 0.375), 0.45 * -0.05))
    assert a.total + b.total == pytest.approx(0.05)


@given(PARTS)
def test_all_parts_add_up_to_the_change(parts: list[Part]) -> None:
    found = mix_and_rate(parts, are_counts=True)

    now, then = (
        sum(p.denominator for p in parts),
        sum(p.denominator_then for p in parts),
    )
    if not now or not then:
        assert found is None
        return
    assert found is not None
    change = (
        sum(p.numerator for p in parts) / now
        - sum(p.numerator_then for p in parts) / then
    )
    assert found.change == pytest.approx(change, abs=1e-12)
    assert found.mix + found.rate == pytest.approx(change, abs=1e-12)
    assert sum(effect.total for effect in found.effects) == pytest.approx(
        change, abs=1e-12
    )


@given(PARTS)
def test_turning_time_around_turns_every_effect(parts: list[Part]) -> None:
    turned = [
        Part(p.name, p.numerator_then, p.denominator_then, p.numerator, p.denominator)
        for p in parts
    ]

    found, back = mix_and_rate(parts), mix_and_rate(turned)

    assert (found is None) == (back is None)
    if found and back:
        assert [e.mix for e in found.effects] == pytest.approx(
            [-e.mix for e in back.effects], abs=1e-12
        )
        assert [e.rate for e in found.effects] == pytest.approx(
            [-e.rate for e in back.effects], abs=1e-12
        )


def test_a_group_that_is_new_is_all_mix() -> None:
    found = mix_and_rate([Part("old", 50, 100, 50, 100), Part("new", 90, 100, 0, 0)])

    assert found is not None
    assert found.effects[1].rate == 0
    assert found.rate == pytest.approx(0)
    assert found.mix == pytest.approx(0.7 - 0.5)


def test_the_errors_are_those_of_drawing_the_units_again() -> None:
    draw = np.random.default_rng(17)
    weights, rates = np.array([0.5, 0.3, 0.2]), np.array([0.7, 0.5, 0.2])
    weights_then, rates_then = np.array([0.6, 0.3, 0.1]), np.array([0.72, 0.4, 0.3])
    n, n_then = 900, 1400

    def once() -> tuple[float, float]:
        size, size_then = (
            draw.multinomial(n, weights),
            draw.multinomial(n_then, weights_then),
        )
        some, some_then = (
            draw.binomial(size, rates),
            draw.binomial(size_then, rates_then),
        )
        found = mix_and_rate(
            [
                Part(str(at), *row)
                for at, row in enumerate(
                    zip(
                        some.tolist(), size.tolist(), some_then.tolist(),
                        size_then.tolist(), strict=True,
                    )
                )
            ]
        )  # fmt: skip
        assert found is not None
        return found.mix, found.rate

    simulated = np.array([once() for _ in range(4000)]).std(axis=0)
    truth = mix_and_rate(
        [
            Part(str(at), n * w * r, n * w, n_then * v * s, n_then * v)
            for at, (w, r, v, s) in enumerate(
                zip(weights, rates, weights_then, rates_then, strict=True)
            )
        ],
        are_counts=True,
    )

    assert truth is not None
    assert truth.mix_error == pytest.approx(float(simulated[0]), rel=0.05)
    assert truth.rate_error == pytest.approx(float(simulated[1]), rel=0.05)
    low, high = truth.rate_interval() or (0.0, 0.0)
    assert high - low == pytest.approx(2 * 1.959964 * (truth.rate_error or 0), rel=1e-6)
    assert truth.mix_interval() is not None


def test_amounts_have_no_errors() -> None:
    found = mix_and_rate([Part("a", 30.5, 60, 20, 50)])

    assert found is not None
    assert found.rate_interval() is None


def test_pooled_groups_are_one() -> None:
    parts = {"a": Part("a", 1, 2, 3, 4), "b": Part("b", 5, 6, 7, 8)}

    assert pooled(parts, ["a", "b"], "rest") == Part("rest", 6, 8, 10, 12)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        mix_and_rate([Part("a", 1, -2, 1, 2)])
