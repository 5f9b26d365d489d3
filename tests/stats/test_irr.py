from __future__ import annotations

import math
import random
from datetime import date, timedelta
from decimal import Decimal, getcontext
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from esg.stats import irr as module
from esg.stats.irr import irr, solve, xirr

if TYPE_CHECKING:
    from numpy.typing import NDArray

Flows = list[tuple[float, float]]


def frame(*loans: Flows) -> pl.DataFrame:
    rows = [
        {"loan": loan, "time": float(time), "amount": float(amount)}
        for loan, flows in enumerate(loans)
        for time, amount in flows
    ]
    schema = {"loan": pl.Int64, "time": pl.Float64, "amount": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def nominal(*loans: Flows) -> list[float | None]:
    return irr(frame(*loans))["nominal_rate"].to_list()


def why(*loans: Flows) -> list[str | None]:
    return irr(frame(*loans))["why_none"].to_list()


def level_principal_and_flat_fee(monthly_fee: float) -> Flows:
    instalment = 10_000 / 12 + 10_000 * monthly_fee
    return [(0, -10_000), *((month, instalment) for month in range(1, 13))]


def annuity(principal: float, rate: float, months: int) -> Flows:
    worn = -math.expm1(-months * math.log1p(rate))
    level = principal * rate / worn if rate else principal / months
    return [(0, -principal), *((month, level) for month in range(1, months + 1))]


@pytest.mark.parametrize(
    ("monthly_fee", "nominal_rate", "effective_rate"),
    [
        (0.0060, 0.130342, 0.138418),
        (0.0075, 0.162165, 0.174778),
        (0.0090, 0.193702, 0.211858),
        (0.0093, 0.199975, 0.219362),
    ],
)
def test_a_flat_fee_costs_nearly_twice_its_quote(
    monthly_fee: float, nominal_rate: float, effective_rate: float
) -> None:
    found = irr(frame(level_principal_and_flat_fee(monthly_fee))).row(0, named=True)

    assert round(found["nominal_rate"], 6) == nominal_rate
    assert round(found["effective_rate"], 6) == effective_rate
    assert found["why_none"] is None


@pytest.mark.parametrize("months", [1, 2, 12, 36, 360])
@pytest.mark.parametrize("rate", [0, 1e-9, 0.0001, 0.01, 0.03, 10 / 12, 10])
def test_an_annuity_gives_its_own_rate_back(rate: float, months: int) -> None:
    [found] = nominal(annuity(1_000_000, rate, months))

    assert found == pytest.approx(12 * rate, rel=1e-9, abs=1e-12)


def test_without_interest_the_rate_is_zero_exactly() -> None:
    assert nominal([(0, -1200), *((month, 100) for month in range(1, 13))]) == [0]


@pytest.mark.parametrize("months", [1, 12, 360])
@pytest.mark.parametrize("back", [1, 50, 100, 200, 99_999])
def test_a_bullet_is_solved_in_closed_form(months: int, back: float) -> None:
    [found] = nominal([(0, -100), (months, back)])

    expected = 12 * ((back / 100) ** (1 / months) - 1)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_less_repaid_than_lent_is_a_negative_rate() -> None:
    [found] = nominal([(0, -100), (1, 40), (2, 40)])

    per_month = (0.4 + (0.4**2 + 4 * 0.4) ** 0.5) / 2 - 1
    assert found == pytest.approx(12 * per_month, abs=1e-12)
    assert per_month < 0


def test_a_tiny_last_instalment_far_away_does_not_upset_the_steps() -> None:
    # Newton's first step from zero would go where the last instalment overflows.
    [found] = nominal([(0, -1e9), (1, 1), (360, 0.01)])

    assert found is not None
    monthly = 1 + found / 12
    assert 1 / monthly + 0.01 / monthly**360 == pytest.approx(1e9, rel=1e-6)


def test_a_loan_drawn_twice_before_it_is_repaid_has_one_rate() -> None:
    [found] = nominal([(0, -100), (1, -100), (2, 101), (3, 103.02)])

    root = np.roots([100, 100, -101, -103.02])
    [growth] = [each.real for each in root if abs(each.imag) < 1e-9 and each.real > 0]
    assert found == pytest.approx(12 * (growth - 1), abs=1e-9)


def test_a_loan_drawn_again_has_the_rate_at_which_money_is_owed_throughout() -> None:
    # At 1 % a month: 100 owed, 51 paid, 50 drawn again, the rest in the third month.
    rest = ((100 * 1.01 - 51) * 1.01 + 50) * 1.01

    [found] = nominal([(0, -100), (1, 51), (2, -50), (3, rest)])

    assert found == pytest.approx(0.12, abs=1e-10)


def test_a_loan_drawn_again_without_interest_costs_nothing() -> None:
    assert nominal([(0, -100), (1, 50), (2, -50), (3, 100)]) == [0]


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        ([(0, 0), (1, 0)], "no_disbursement"),
        ([(0, 100), (1, 100)], "no_disbursement"),
        ([(0, 100), (1, -100)], "no_disbursement"),
        ([(0, -100), (1, 0)], "no_repayment"),
        ([(0, -100)], "no_repayment"),
        # Worth nothing at 10 % and at 20 %.
        ([(0, -100), (1, 230), (2, -132)], "several_roots"),
        ([(0, 5), (1, -100), (2, 110)], "several_roots"),
        ([(0, -100), (1, float("nan"))], "unknown_flow"),
        ([(0, -100), (float("inf"), 110)], "unknown_flow"),
        ([(float("nan"), -100), (1, 110)], "unknown_flow"),
    ],
)
def test_a_loan_without_a_rate_says_why(flows: Flows, reason: str) -> None:
    plain: Flows = [(0, -100), (1, 101)]

    found = irr(frame(plain, flows, plain))

    assert found["why_none"].to_list() == [None, reason, None]
    assert found["nominal_rate"].is_null().to_list() == [False, True, False]
    assert found["effective_rate"].is_null().to_list() == [False, True, False]


def test_a_null_amount_is_unknown_and_not_zero() -> None:
    flows = frame([(0, -100), (1, 50), (2, 60)]).with_columns(
        amount=pl.when(pl.col("time") != 1).then("amount")
    )

    assert irr(flows)["why_none"].to_list() == ["unknown_flow"]


def test_steps_that_run_out_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STEPS", 1)

    assert why(annuity(1000, 0.02, 12)) == ["not_converged"]


def test_halving_alone_arrives_too(monkeypatch: pytest.MonkeyPatch) -> None:
    gap = module._gap  # noqa: SLF001

    def slopeless(
        time: NDArray[np.float64],
        amount: NDArray[np.float64],
        lent_rows: NDArray[np.int64],
        force: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found, slope = gap(time, amount, lent_rows, force)
        return found, np.full_like(slope, np.nan)

    monkeypatch.setattr(module, "_gap", slopeless)

    assert nominal(annuity(1000, 0.02, 12)) == [pytest.approx(0.24, abs=1e-9)]


def test_flows_of_one_moment_are_netted() -> None:
    apart: Flows = [(0, -1000), (0, 30), (1, 600), (1, 400), (1, 20)]

    assert nominal(apart) == nominal([(0, -970), (1, 1020)])


def test_no_loans_have_no_rates() -> None:
    assert irr(frame()).is_empty()


def test_lengths_that_do_not_fit_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="does not add up"):
        solve(np.array([2]), np.zeros(3), np.zeros(3))


def random_loan(draw: random.Random) -> Flows:
    months = draw.randint(1, 60)
    rate = draw.choice([0, 0.002, 0.01, 0.02, 0.05, 0.2]) * draw.random()
    principal = round(draw.uniform(100, 1_000_000), 2)
    flows = [
        (month, round(amount, 2)) for month, amount in annuity(principal, rate, months)
    ]
    if draw.random() < 0.3:
        flows[0] = (0, round(-principal * draw.uniform(0.8, 1), 2))
    if draw.random() < 0.3:
        # Prepaid: nothing after, and the rest at once.
        at = draw.randint(1, months)
        flows = [*flows[:at], (at, round(draw.uniform(0.2, 1.2) * principal, 2))]
    if draw.random() < 0.2:
        flows = [each for each in flows if each[0] == 0 or draw.random() < 0.7]
        flows.append((months + 1, round(principal / 10, 2)))
    return flows


def test_thousands_of_random_loans_agree_with_pyxirr() -> None:
    draw = random.Random(20260301)  # noqa: S311
    loans = [random_loan(draw) for _ in range(4000)]

    found = nominal(*loans)

    for flows, rate in zip(loans, found, strict=True):
        dense = [0.0] * (int(flows[-1][0]) + 1)
        for month, amount in flows:
            dense[int(month)] += amount
        expected = pyxirr.irr(dense)
        assert expected is not None
        assert rate == pytest.approx(12 * expected, abs=1e-8)


def test_thousands_of_random_dated_loans_agree_with_pyxirr() -> None:
    draw = random.Random(20251001)  # noqa: S311
    first = date(2024, 2, 29)
    loans = []
    for _ in range(3000):
        day, dated = first + timedelta(draw.randint(0, 500)), []
        for _, amount in random_loan(draw):
            dated.append((day, amount))
            day += timedelta(draw.randint(20, 62))
        loans.append(dated)
    flows = pl.DataFrame(
        [
            {"loan": loan, "day": day, "amount": amount}
            for loan, dated in enumerate(loans)
            for day, amount in dated
        ]
    )

    found = xirr(flows)

    for dated, row in zip(loans, found.iter_rows(named=True), strict=True):
        days, amounts = zip(*dated, strict=True)
        expected = pyxirr.xirr(days, amounts)
        assert row["effective_rate"] == pytest.approx(expected, rel=1e-8, abs=1e-8)
        compounded = (1 + row["nominal_rate"] / 12) ** 12 - 1
        assert row["effective_rate"] == pytest.approx(compounded, rel=1e-9, abs=1e-9)


def test_a_year_of_360_days_is_a_named_choice() -> None:
    flows = pl.DataFrame(
        {
            "loan": ["a", "a"],
            "day": [date(2026, 1, 1), date(2026, 12, 27)],
            "amount": [-100, 110],
        }
    )

    assert xirr(flows, days_a_year=360)["effective_rate"].to_list() == [
        pytest.approx(0.10, abs=1e-12)
    ]


def test_a_quarterly_rate_is_multiplied_by_four() -> None:
    found = irr(frame(annuity(1000, 0.03, 8)), periods_a_year=4).row(0, named=True)

    assert found["nominal_rate"] == pytest.approx(0.12, abs=1e-12)
    assert found["effective_rate"] == pytest.approx(1.03**4 - 1, abs=1e-12)


cents = st.integers(1, 50_000_000)


@st.composite
def repaid_loans(draw: st.DrawFn) -> Flows:
    """A loan in whole cents: lent once, repaid at any months, more or less of it."""
    lent = draw(cents)
    months = draw(st.lists(st.integers(1, 360), min_size=1, max_size=40, unique=True))
    shares = draw(
        st.lists(st.integers(1, 3 * lent), min_size=len(months), max_size=len(months))
    )
    return [(0, -lent), *zip(sorted(months), shares, strict=True)]


@settings(deadline=None)
@given(repaid_loans())
def test_at_its_rate_a_loan_is_worth_nothing_to_the_cent(flows: Flows) -> None:
    getcontext().prec = 60

    [found] = nominal(flows)

    assert found is not None
    growth = 1 + Decimal(found) / 12
    back = sum(
        Decimal(amount) / growth ** int(month) for month, amount in flows if month
    )
    lent = -Decimal(flows[0][1])
    # Of amounts in cents: half of one, or the last digits of a float where money grows
    # or shrinks a millionfold.
    assert abs(back - lent) < max(Decimal("0.5"), lent * Decimal("1e-9"))


@settings(deadline=None)
@given(repaid_loans(), st.integers(1, 1000))
def test_the_currency_unit_does_not_matter(flows: Flows, factor: int) -> None:
    [found] = nominal(flows)

    [scaled] = nominal([(month, amount * factor) for month, amount in flows])

    assert scaled == pytest.approx(found, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(repaid_loans(), st.integers(1, 1000), st.data())
def test_a_fee_more_raises_the_rate(
    flows: Flows, fee: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(flows) - 1))
    dearer = [
        (month, amount + fee * 1000 if place == at else amount)
        for place, (month, amount) in enumerate(flows)
    ]

    before, after = nominal(flows, dearer)

    assert before is not None
    assert after is not None
    # At a high rate a fee in the thirtieth year is worth less than a float can tell.
    weight = math.log(fee * 1000 / -flows[0][1]) - flows[at][0] * math.log1p(
        before / 12
    )
    if weight > math.log(1e-9):
        assert after > before
    else:
        assert after >= before - 1e-9 * (1 + abs(before))


@settings(deadline=None)
@given(st.lists(repaid_loans(), min_size=1, max_size=8), st.randoms())
def test_neither_the_order_of_rows_nor_other_loans_move_a_digit(
    loans: list[Flows], shuffle: random.Random
) -> None:
    together = frame(*loans)
    order = list(range(together.height))
    shuffle.shuffle(order)

    shuffled = irr(together[order])

    assert shuffled.equals(irr(together))
    assert shuffled["nominal_rate"].to_list() == [nominal(each)[0] for each in loans]


def test_blocks_move_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(7)  # noqa: S311
    loans = frame(*(random_loan(draw) for _ in range(300)))
    whole = irr(loans)

    monkeypatch.setattr(module, "LOANS_AT_ONCE", 7)
    monkeypatch.setattr(module, "FLOWS_AT_ONCE", 50)

    assert irr(loans).equals(whole)


def test_twelve_equal_parts_and_a_flat_fee_cost_what_pyxirr_says() -> None:
    # 10,000 back in 12 equal parts, each with 0.6 % of the first principal.
    flows = [(0.0, -10_000.0), *((float(n), 10_000 / 12 + 60) for n in range(1, 13))]
    loan = pl.DataFrame(
        [("a", *flow) for flow in flows],
        schema=["loan", "time", "amount"],
        orient="row",
    )

    found = irr(loan).row(0, named=True)

    assert found["nominal_rate"] == pytest.approx(12 * 0.0108618536, abs=1e-8)
    assert found["effective_rate"] == pytest.approx(0.13841785, abs=1e-8)


def test_two_payments_half_a_year_apart_return_13_67_percent_on_actual_days() -> None:
    loan = pl.DataFrame(
        {
            "loan": ["a"] * 3,
            "day": [date(2025, 1, 1), date(2025, 7, 1), date(2026, 1, 1)],
            "amount": [-1000.0, 550.0, 550.0],
        }
    )

    found = xirr(loan).row(0, named=True)

    assert found["effective_rate"] == pytest.approx(0.13669673666, abs=1e-9)
