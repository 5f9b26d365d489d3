"""Where a movement comes from, and whether it is one: mix, noise, changed rules.

Functions of a run's protected results. What is told here follows from numbers that the
result shows anyway, so that nothing hidden comes back: see ``split_change``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import polars as pl

from esg.indicators.bind import WHOLE
from esg.indicators.measure import is_divided
from esg.spec.rule import OPEN_END
from esg.stats.control import LEAST_POINTS, control_chart
from esg.stats.decomposition import Part, mix_and_rate
from esg.stats.intervals import critical_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esg.indicators.result import IndicatorResult
    from esg.spec.indicator import Measure
    from esg.spec.period import Period
    from esg.spec.rule import Rule, RuleValue
    from esg.stats.control import Chart
    from esg.stats.decomposition import Decomposition

Base = Literal["previous", "year"]
WhyNoSplit = Literal["no_change", "groups_overlap", "hidden", "one_group"]

_ROUNDING = Decimal("0.0001")
"""The last digit that a result keeps of a sum: each cell is rounded for itself."""

_LEVEL = 0.05

REST = "rest"
"""Name of the hidden groups, taken together."""


@dataclass(frozen=True)
class Split:
    """The change of a share or mean by the groups of one breakdown."""

    dimension: str
    base: Base
    decomposition: Decomposition | None
    why_none: WhyNoSplit | None
    """``no_change``: the whole has no number in a period. ``groups_overlap``: a unit
    stands in several groups, whose parts would not add up. ``hidden``: nothing is left
    beside what is hidden. ``one_group``: there is nothing to compare."""
    hidden: int = 0
    """How many hidden groups stand together as ``REST``."""
    taken_in: tuple[str, ...] = ()
    """Shown groups that stand in ``REST`` too, so that a hidden one is not alone."""


@dataclass(frozen=True)
class Series:
    """The whole's latest values without a gap, against their own noise."""

    periods: tuple[str, ...]
    values: tuple[float, ...]
    chart: Chart | None
    """Null with fewer values than a chart needs, or where nothing moves."""

    @property
    def missing_points(self) -> int:
        """How many more periods a chart needs; 0 when it has enough."""
        return max(0, LEAST_POINTS - len(self.values))


@dataclass(frozen=True)
class RuleChange:
    """A rule that the query reads and that changed inside a series."""

    rule: Rule
    day: date
    """The first day on which it is otherwise."""
    before: RuleValue | None
    """Null where no value was in force before."""
    value: RuleValue | None
    """Null where none is from that day on."""
    period: str
    """The period that holds the day."""


def bases_of(period: Period) -> tuple[Base, ...]:
    """Return what a period is compared with; a year has one year before it, not two."""
    is_one = period.previous == period.year_earlier
    return ("previous",) if is_one else ("previous", "year")


def split_change(
    result: IndicatorResult, measure: Measure, period: Period, base: Base
) -> tuple[Split, ...]:
    """Split the change of a measure's whole by every breakdown it was computed with.

    Groups that are hidden in either period are taken together as what the shown ones
    leave of the whole. Where a single one is hidden in a period, the smallest shown
    group joins it: no hidden group's own number is told.

    Args:
        result: Protected, with the periods and breakdowns asked for.
        measure: One of its own; one that is not divided gives nothing.
        period: The later period.
        base: Which earlier one: the period before, or the same of the year before.

    Returns:
        A split a breakdown, in the declared order.
    """
    if not is_divided(measure):
        return ()
    then = period.previous if base == "previous" else period.year_earlier
    rows = result.frame.filter(
        pl.col("measure") == measure.name,
        pl.col("period").is_in([str(period), str(then)]),
    )
    found = set(rows["dimension"])
    return tuple(
        _split(_Cells(rows, name, str(period), str(then)), measure, base)
        for name in result.indicator.groupings
        if name in found
    )


def clearest_split(splits: Iterable[Split], margin: float | None) -> Split | None:
    """Return the split that tells most, of those that tell more than noise.

    A changed mix says more than what is left within groups, so that a split whose mix
    clearly did something goes first. All splits are looked at together: each part has
    to be clear at 5 % divided by their number (Bonferroni).

    Args:
        splits: Of one change, a breakdown each.
        margin: Half the width of the 95 % interval of the change itself. It stands in
            where a split has no errors of its own: to first order the two parts are
            uncorrelated, so that neither scatters more than their sum. Null where the
            change has no interval: such a split is never told.

    Returns:
        Null where no part of any split is clear.
    """
    known = [split for split in splits if split.decomposition]
    confidence = 1 - _LEVEL / max(1, len(known))
    best: tuple[tuple[bool, float], Split] | None = None
    for split in known:
        clear = _clearness(split.decomposition, margin, critical_value(confidence))
        if clear and (best is None or clear > best[0]):
            best = clear, split
    return best[1] if best else None


def _clearness(
    found: Decomposition | None, margin: float | None, critical: float
) -> tuple[bool, float] | None:
    """Return whether the mix is clear, and the clearest part in its errors."""
    if found is None:
        return None
    common = margin / critical_value(1 - _LEVEL) if margin is not None else None
    scores = []
    for part, own in ((found.mix, found.mix_error), (found.rate, found.rate_error)):
        error = common if own is None else own
        scores.append(abs(part) / error if error else 0.0)
    mix, rate = scores
    if mix > critical:
        return True, mix
    return (False, rate) if rate > critical else None


@dataclass(frozen=True)
class _Cells:
    """The rows of one breakdown and the whole in two periods."""

    rows: pl.DataFrame
    dimension: str
    now: str
    then: str

    def parts(self, dimension: str, period: str) -> dict[str, tuple[Decimal, Decimal]]:
        """Return numerator and denominator of the shown groups."""
        shown = self._of(dimension, period).filter(pl.col("status") == "ok")
        return {
            row["segment"]: (row["numerator"], row["denominator"])
            for row in shown.iter_rows(named=True)
        }

    def hidden(self, period: str) -> set[str]:
        """Return the groups that are hidden in a period."""
        frame = self._of(self.dimension, period)
        return set(frame.filter(pl.col("status") == "suppressed")["segment"])

    def _of(self, dimension: str, period: str) -> pl.DataFrame:
        return self.rows.filter(
            pl.col("dimension") == dimension, pl.col("period") == period
        )


def _split(cells: _Cells, measure: Measure, base: Base) -> Split:
    now = cells.parts(WHOLE, cells.now).get(WHOLE)
    then = cells.parts(WHOLE, cells.then).get(WHOLE)
    if now is None or then is None:
        return Split(cells.dimension, base, None, "no_change")
    groups = [
        cells.parts(cells.dimension, period) for period in (cells.now, cells.then)
    ]
    hidden = [cells.hidden(period) for period in (cells.now, cells.then)]
    taken_in = _company(groups, hidden)
    pool = hidden[0] | hidden[1] | set(taken_in)
    shown = [{k: v for k, v in some.items() if k not in pool} for some in groups]
    rest = [_left(now, shown[0]), _left(then, shown[1])]
    if not all(
        _is_left(left, measure, groups=len(some), is_pool=bool(pool))
        for left, some in zip(rest, shown, strict=True)
    ):
        return Split(cells.dimension, base, None, "groups_overlap")
    names = sorted(shown[0] | shown[1])
    if len(names) + bool(pool) < 2:  # noqa: PLR2004 - two to compare
        why: WhyNoSplit = "hidden" if pool else "one_group"
        return Split(cells.dimension, base, None, why)
    parts = [
        Part(name, *_floats(shown[0].get(name)), *_floats(shown[1].get(name)))
        for name in names
    ]
    if pool:
        parts.append(_rest(rest[0], rest[1]))
    # Units that stand in both periods are not drawn twice: no error is claimed there.
    are_counts = measure.kind == "share" and measure.cluster is None
    return Split(
        cells.dimension,
        base,
        mix_and_rate(parts, are_counts=are_counts),
        None,
        hidden=len(hidden[0] | hidden[1]),
        taken_in=taken_in,
    )


def _rest(now: tuple[Decimal, Decimal], then: tuple[Decimal, Decimal]) -> Part:
    """Return what is left as a group; a rounding below no unit is none."""
    if now[1] <= _ROUNDING:
        now = (Decimal(0), Decimal(0))
    if then[1] <= _ROUNDING:
        then = (Decimal(0), Decimal(0))
    return Part(REST, *_floats(now), *_floats(then))


def _company(
    groups: list[dict[str, tuple[Decimal, Decimal]]], hidden: list[set[str]]
) -> tuple[str, ...]:
    """Return the smallest shown group where a period hides a single one."""
    every = hidden[0] | hidden[1]
    if all(len(names) != 1 for names in hidden):
        return ()
    sizes: dict[str, Decimal] = {}
    for some in groups:
        for name, (_, size) in some.items():
            if name not in every:
                sizes[name] = sizes.get(name, size * 0) + size
    return tuple(sorted(sizes, key=lambda name: (sizes[name], name))[:1])


def _left(
    whole: tuple[Decimal, Decimal], groups: dict[str, tuple[Decimal, Decimal]]
) -> tuple[Decimal, Decimal]:
    """Return what groups leave of the whole, to the last digit."""
    return (
        whole[0] - sum(part[0] for part in groups.values()),
        whole[1] - sum(part[1] for part in groups.values()),
    )


def _is_left(
    left: tuple[Decimal, Decimal], measure: Measure, *, groups: int, is_pool: bool
) -> bool:
    """Return whether what is left can be that of groups apart from the shown ones."""
    slack = _ROUNDING * (groups + 1)
    if not is_pool:
        return abs(left[0]) <= slack and abs(left[1]) <= slack
    is_share = measure.kind in ("share", "weighted_share")
    return left[1] >= -slack and (not is_share or -slack <= left[0] <= left[1] + slack)


def _floats(part: tuple[Decimal, Decimal] | None) -> tuple[float, float]:
    return (float(part[0]), float(part[1])) if part else (0.0, 0.0)


def series_of(result: IndicatorResult, measure: Measure, period: Period) -> Series:
    """Return a measure's values up to a period, as far back as none is missing.

    A gap ends the series: what lies behind it may have been another business.
    """
    rows = result.frame.filter(
        pl.col("measure") == measure.name,
        pl.col("dimension") == WHOLE,
        pl.col("status") == "ok",
    )
    shown = dict(rows.select("period", "value").iter_rows())
    periods: list[str] = []
    while str(period) in shown:
        periods.insert(0, str(period))
        period = period.previous
    values = tuple(float(shown[name]) for name in periods)
    return Series(tuple(periods), values, control_chart(values))


def rule_changes(
    rules: Iterable[Rule], first: Period, last: Period
) -> tuple[RuleChange, ...]:
    """Return the changes of rules inside a series, by day.

    Args:
        rules: Those that the indicator's query reads.
        first: The series' first period: a value that holds from its first day on is no
            change inside it.
        last: Its last period.
    """
    found = []
    for rule in rules:
        for before, value in pairwise((None, *rule.values, None)):
            day = _first_day(before, value)
            if day is None or not first.first_day < day <= last.last_day:
                continue
            if before and value and before.shown == value.shown:
                continue
            at = first
            while at.last_day < day:
                at = at.shift(1)
            found.append(RuleChange(rule, day, before, value, str(at)))
    return tuple(sorted(found, key=lambda change: (change.day, change.rule.id)))


def _first_day(before: RuleValue | None, value: RuleValue | None) -> date | None:
    """Return the day from which on a value holds, or none does any more."""
    if value is not None:
        return value.valid_from
    if before is None or before.valid_to >= OPEN_END:
        return None
    return before.valid_to + timedelta(days=1)
