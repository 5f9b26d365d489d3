"""Internal rates of return of many loans at once, nominal and effective.

A loan is its cash flows as the lender sees them: what is lent is negative, what comes
back positive. Every loan is solved for itself, in an order of operations that depends
on nothing but its own flows, so neither the other loans, nor the order of rows, nor the
number of threads moves a digit. Nothing here knows of tables or contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

LOANS_AT_ONCE = 8192
"""Loans in one block: a row of it stays in a core's cache (measured: 4,096 to 16,384
are alike, 1,024 takes a third more, 131,072 takes half as much again)."""

FLOWS_AT_ONCE = 1 << 21
"""Cells of one block at most, so that long loans take no more memory than short."""

_STEPS = 200
"""Newton needs 3 to 8; halving alone ends within 120."""

_CLOSE = 1e-9
"""A step this small is the last: the next would be its square."""

_NARROW = 1e-13
"""A bracket this wide is its middle."""


class Why(IntEnum):
    """Why a loan has no rate; ``FOUND`` when it has one."""

    FOUND = 0
    NO_DISBURSEMENT = 1
    """Nothing is lent, or money comes back before any is lent and none after."""
    NO_REPAYMENT = 2
    """Nothing comes back."""
    SEVERAL_ROOTS = 3
    """The signs allow several rates, and none can be told from the others."""
    NOT_CONVERGED = 4
    UNKNOWN_FLOW = 5
    """An amount or a time is missing or no finite number."""


WHY_NONE = {why.value: why.name.lower() for why in Why if why is not Why.FOUND}


@dataclass(frozen=True)
class Solved:
    """The rate of each loan, one entry a loan."""

    force: Floats
    """Continuous rate per unit of time; NaN where there is none."""
    why: NDArray[np.int8]
    """A ``Why``; not 0 exactly where the force is NaN."""


def irr(flows: pl.DataFrame, *, periods_a_year: int = 12) -> pl.DataFrame:
    """Return the annual rates of loans whose flows fall on whole or part periods.

    Args:
        flows: ``loan`` (any key), ``time`` in periods since any moment, the same for
            all flows of a loan, and ``amount``, negative when lent and positive when it
            comes back. Rows in any order; flows of one moment are netted. Amounts in
            whole cents make that exact.
        periods_a_year: 12 for months.

    Returns:
        One row a loan, by key: ``loan``, ``nominal_rate`` (the rate of a period times
        the periods of a year), ``effective_rate`` ((1 + rate of a period) to the power
        of the periods of a year, minus 1), both shares of 1 a year, and ``why_none``, a
        name of ``Why``. Either both rates are null or ``why_none`` is.
    """
    packed = flows.select(
        "loan", pl.col("time").cast(pl.Float64), pl.col("amount").cast(pl.Float64)
    )
    return _annual(packed, periods_a_year)


def xirr(
    flows: pl.DataFrame, *, days_a_year: float = 365, periods_a_year: int = 12
) -> pl.DataFrame:
    """Return the annual rates of loans whose flows fall on any day.

    Args:
        flows: As for ``irr``, with ``day``, a date, in place of ``time``.
        days_a_year: 365 for actual/365 fixed.
        periods_a_year: How often the nominal rate is compounded.

    Returns:
        As ``irr``.
    """
    epoch = pl.date(1970, 1, 1)
    periods = (pl.col("day") - epoch).dt.total_days() * (periods_a_year / days_a_year)
    # From the loan's first day: small numbers keep their last digits.
    return irr(
        flows.select(
            "loan",
            time=periods - periods.min().over("loan"),
            amount="amount",
        ),
        periods_a_year=periods_a_year,
    )


def _annual(flows: pl.DataFrame, periods_a_year: int) -> pl.DataFrame:
    # By loan alone: within a loan it is cheaper in the block, which mostly is in order.
    in_order = flows["loan"].is_sorted()
    ordered = flows if in_order else flows.sort("loan", maintain_order=True)
    runs = ordered["loan"].rle().struct.unnest()
    solved = solve(
        runs["len"].to_numpy().astype(np.int64),
        _floats(ordered["time"]),
        _floats(ordered["amount"]),
    )
    nominal, effective = annualise(solved.force, periods_a_year)
    return pl.DataFrame(
        {
            "loan": runs["value"],
            "nominal_rate": nominal,
            "effective_rate": effective,
            "why_none": solved.why,
        }
    ).with_columns(
        pl.col("nominal_rate", "effective_rate").fill_nan(None),
        pl.col("why_none").replace_strict(
            WHY_NONE, default=None, return_dtype=pl.String
        ),
    )


def _floats(values: pl.Series) -> Floats:
    """Return a column as an array, NaN where it is null."""
    found: Floats = values.to_numpy()
    return found


def annualise(force: Floats, periods_a_year: float) -> tuple[Floats, Floats]:
    """Return nominal and effective annual rate of continuous rates per period.

    An effective rate beyond what a float holds is infinite.
    """
    with np.errstate(over="ignore"):
        return periods_a_year * np.expm1(force), np.expm1(periods_a_year * force)


def solve(flows_of: Integers, time: Floats, amount: Floats) -> Solved:
    """Return the continuous rate per unit of time at which each loan is worth nothing.

    Solves log(worth of what comes back) = log(worth of what was lent) for the rate's
    continuous form. In logarithms the curve is nearly a line and, for money lent once,
    convex and falling, so that Newton's steps from zero arrive from one side in a
    handful, at 0 % as at 1,000 %, negative rates included, where steps on the net
    present value itself creep or leap. A bracket known beforehand halves instead where
    a step would leave it.

    Args:
        flows_of: How many flows each loan has, in the order of the other two.
        time: Of each flow, in any unit, counted from any moment.
        amount: Of each flow; negative when lent.

    Returns:
        The loans in the order given. With one change of signs there is one rate; with
        more, that which is not negative, when the running total changes its sign once.

    Raises:
        ValueError: The lengths do not fit each other.

    Source:
        One rate: Descartes' rule of signs; Norstrom (1972), Journal of Financial and
        Quantitative Analysis 7:1835-1839.
    """
    if time.size != amount.size or flows_of.sum() != time.size:
        raise ValueError("flows_of does not add up to the flows")
    force = np.full(flows_of.size, np.nan)
    why = np.zeros(flows_of.size, dtype=np.int8)
    starts = np.cumsum(flows_of) - flows_of
    for loans in _blocks(flows_of):
        block = _pack(starts[loans], flows_of[loans], time, amount)
        force[loans], why[loans] = _solve_block(block)
    return Solved(force, why)


class _Block(NamedTuple):
    """Flows of some loans, a row a position and a column a loan."""

    time: Floats
    """From the loan's first moment, ascending; 0 where there is no flow."""
    amount: Floats
    """0 where there is no flow."""
    is_known: Flags
    """Of each loan, whether all its flows are finite numbers."""


def _blocks(flows_of: Integers) -> Iterator[Integers]:
    """Yield the loans of each block: alike in length, so that little is padded."""
    order = np.argsort(flows_of, kind="stable")
    begin = 0
    while begin < order.size:
        end = min(begin + LOANS_AT_ONCE, order.size)
        while (
            end > begin + 1 and (end - begin) * flows_of[order[end - 1]] > FLOWS_AT_ONCE
        ):
            end = begin + (end - begin + 1) // 2
        yield order[begin:end]
        begin = end


def _pack(starts: Integers, flows_of: Integers, time: Floats, amount: Floats) -> _Block:
    position = np.arange(max(int(flows_of.max(initial=0)), 1))[:, None]
    is_flow = position < flows_of
    if not time.size:
        nothing = np.zeros(is_flow.shape)
        return _Block(nothing, nothing, np.ones(flows_of.size, dtype=np.bool_))
    at = np.where(is_flow, starts + position, 0)
    when, what = time[at], amount[at]
    is_number = np.isfinite(when) & np.isfinite(what)
    is_known = np.logical_and.reduce(is_number | ~is_flow)
    is_used = is_flow & is_known
    # Padding is infinitely late, so that it comes last.
    when, what = _in_order(
        np.where(is_used, when, np.inf), np.where(is_used, what, 0.0)
    )
    first = np.where(is_used[0], when[0], 0.0)
    return _Block(np.where(np.isfinite(when), when - first, 0.0), what, is_known)


def _in_order(time: Floats, amount: Floats) -> tuple[Floats, Floats]:
    """Return each loan's flows by time, and by amount at one time.

    By amount too, or flows of one moment would be summed in the order of the rows.
    """
    is_back = (time[1:] < time[:-1]) | (
        (time[1:] == time[:-1]) & (amount[1:] < amount[:-1]) & np.isfinite(time[1:])
    )
    if not is_back.any():
        return time, amount
    order = np.lexsort((amount, time), axis=0)
    return (
        np.take_along_axis(time, order, axis=0),
        np.take_along_axis(amount, order, axis=0),
    )


def _solve_block(block: _Block) -> tuple[Floats, NDArray[np.int8]]:
    time = block.time
    amount = _netted(time, block.amount)
    why, is_norstrom = _judge(amount)
    why[~block.is_known] = Why.UNKNOWN_FLOW
    force = np.full(why.size, np.nan)
    able = np.flatnonzero(why == Why.FOUND)
    if able.size:
        force[able] = _newton(time[:, able], amount[:, able], is_norstrom[able])
        why[able[np.isnan(force[able])]] = Why.NOT_CONVERGED
    return force, why


def _netted(time: Floats, amount: Floats) -> Floats:
    """Return amounts with those of one moment summed into its first position."""
    same = time[1:] == time[:-1]
    if not (same & (amount[1:] != 0)).any():
        return amount
    netted = amount.copy()
    # Backwards, each into the one before it, until the moment's first holds them all.
    for at in range(len(netted) - 1, 0, -1):
        moved = np.where(same[at - 1], netted[at], 0.0)
        netted[at - 1] += moved
        netted[at] -= moved
    return netted


def _judge(amount: Floats) -> tuple[NDArray[np.int8], Flags]:
    """Return why loans have no rate, and which have one only by Norstrom's rule."""
    changes, first = _sign_changes(amount)
    total = np.cumsum(amount, axis=0)
    turns, owed_first = _sign_changes(total)
    is_settled = (turns == 1) & (total[-1] >= 0) | (turns == 0) & (total[-1] == 0)
    is_norstrom = (changes > 1) & (first < 0) & (owed_first < 0) & is_settled
    why = np.full(changes.size, Why.SEVERAL_ROOTS, dtype=np.int8)
    why[(changes == 1) & (first < 0) | is_norstrom] = Why.FOUND
    why[(changes == 0) & (first < 0)] = Why.NO_REPAYMENT
    why[(changes < 2) & (first >= 0)] = Why.NO_DISBURSEMENT  # noqa: PLR2004
    return why, is_norstrom


def _sign_changes(values: Floats) -> tuple[Integers, Floats]:
    """Return how often the sign changes, zeros left out, and the first sign."""
    count = np.zeros(values.shape[1], dtype=np.int64)
    first = np.zeros(values.shape[1])
    before = np.zeros(values.shape[1])
    for row in values:
        sign = np.sign(row)
        count += sign * before < 0
        first = np.where(first == 0, sign, first)
        before = np.where(sign == 0, before, sign)
    return count, first


def _bracket(time: Floats, amount: Floats, is_norstrom: Flags) -> tuple[Floats, Floats]:
    """Return forces between which the rate lies, from sums and outer moments alone.

    What comes back is worth at most all of it at its first moment, and what was lent at
    least its first part; likewise from below with the last moments. A bound is not met
    from within, so each is widened by a hair.
    """
    back, lent = np.maximum(amount, 0.0), np.maximum(-amount, 0.0)
    columns = np.arange(amount.shape[1])
    is_back, is_lent = back > 0, lent > 0
    first_back, first_lent = is_back.argmax(axis=0), is_lent.argmax(axis=0)
    last = len(amount) - 1
    last_back = last - is_back[::-1].argmax(axis=0)
    last_lent = last - is_lent[::-1].argmax(axis=0)
    most = np.log(back.sum(axis=0) / lent[first_lent, columns])
    least = np.log(back[last_back, columns] / lent.sum(axis=0))
    soonest = time[first_back, columns] - time[first_lent, columns]
    latest = time[last_back, columns] - time[last_lent, columns]
    high = np.maximum(most, 0.0) / soonest + 1e-9
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.minimum(least, 0.0) / latest - 1e-9
    return np.where(is_norstrom, -1e-9, low), high


def _newton(time: Floats, amount: Floats, is_norstrom: Flags) -> Floats:
    low, high = _bracket(time, amount, is_norstrom)
    force = np.clip(np.zeros(low.size), low, high)
    # Rows in which money is lent: for most loans the first alone.
    lent_rows = np.flatnonzero((amount < 0).any(axis=1))
    found = np.full(low.size, np.nan)
    active = np.arange(low.size)
    for _ in range(_STEPS):
        gap, slope = _gap(time, amount, lent_rows, force)
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = force + gap / slope
        is_low = ~(gap < 0)
        low = np.where(is_low, np.maximum(low, force), low)
        high = np.where(is_low, high, np.minimum(high, force))
        inside = (wanted >= low) & (wanted <= high)
        moved = np.where(inside, wanted, low + (high - low) / 2)
        done = (inside & (np.abs(moved - force) <= _CLOSE)) | (high - low <= _NARROW)
        found[active[done]] = moved[done]
        force = moved
        if done.all():
            break
        if done.any():
            # Loans found are left: what they would still gain depended on the others.
            rest = ~done
            time, amount = time[:, rest], amount[:, rest]
            low, high, force = low[rest], high[rest], force[rest]
            active = active[rest]
    return found


def _gap(
    time: Floats, amount: Floats, lent_rows: Integers, force: Floats
) -> tuple[Floats, Floats]:
    """Return log(worth back / worth lent) and how fast it falls with the force.

    Row by row, so that sums are made in one order whatever the block holds.
    """
    back, back_time, lent, lent_time = (np.zeros(force.size) for _ in range(4))
    has_lent = set(lent_rows.tolist())
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        for at, (when, what) in enumerate(zip(time, amount, strict=True)):
            worth = np.exp(-force * when)
            worth *= what
            if at in has_lent:
                owed = np.maximum(-worth, 0.0)
                lent += owed
                lent_time += owed * when
                np.maximum(worth, 0.0, out=worth)
            back += worth
            worth *= when
            back_time += worth
        return np.log(back / lent), back_time / back - lent_time / lent
