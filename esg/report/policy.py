"""The policy a report is on: its versions compared, its settings and rules printed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from esg.report.chart import Axis, Paired, Point
from esg.report.model import Figure, Table
from esg.report.numbers import ALL, UNKNOWN
from esg.report.scope import segment_place
from esg.report.wording import SUPPRESSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from esg.policy.door import Policy
    from esg.report.scope import Scope
    from esg.report.wording import Scale, Words
    from esg.spec.pack import Pack, Version
    from esg.spec.period import Period
    from esg.spec.report import PolicySpec
    from esg.spec.rule import Rule, RuleValue

_HEIGHT_MM, _ROW_MM = 26.0, 8.0
_COMPARED = (
    "borrowers", "reached_old", "reached_new", "given_old", "given_new", "difference",
    "winners", "losers",
)  # fmt: skip
_MONEY = ("given_old", "given_new", "difference")


@dataclass(frozen=True)
class PolicyView:
    """A policy as one workspace applies it, and two of its versions side by side."""

    pack: Pack
    settings: Mapping[str, str]
    """Every setting's value."""
    rules: tuple[Rule, ...]
    old: str
    new: str
    comparisons: Mapping[str, pl.DataFrame]
    """By breakdown, protected, as ``esg.policy.compare`` gives them."""


def view_of(policy: Policy, spec: PolicySpec, period: Period) -> PolicyView:
    """Return what a report prints of a policy, its versions compared.

    Args:
        policy: The policy over one workspace.
        spec: Versions and breakdowns.
        period: Only interest collected in it.

    Raises:
        UsageError: There is no such version or breakdown.
    """
    return PolicyView(
        pack=policy.pack,
        settings=policy.settings,
        rules=tuple(policy.project.rules_of(policy.pack)),
        old=spec.old,
        new=spec.new,
        comparisons={
            by: policy.compare(spec.old, spec.new, by=by, period=period)
            for by in spec.by
        },
    )


# Two versions side by side


def findings(scope: Scope, view: PolicyView) -> tuple[str, ...]:
    """Return what the newer version gives, in one sentence; none where it is hidden."""
    whole = _whole(view)
    if whole is None:
        return ()
    words = scope.words
    old, new = float(whole["given_old"]), float(whole["given_new"])
    scale = words.money_scale([old, new])
    return (
        words.say(
            "compare_finding",
            old=view.old,
            new=view.new,
            given_old=words.money(old, scale),
            given_new=words.money(new, scale),
            reached_old=words.value(whole["reached_old"], "person"),
            reached_new=words.value(whole["reached_new"], "person"),
            winners=words.value(whole["winners"], "person"),
            losers=words.value(whole["losers"], "person"),
        ),
    )


def figures(scope: Scope, view: PolicyView, anchor: str) -> tuple[Figure, ...]:
    """Return a figure a breakdown: what both versions give each group."""
    found = []
    for place, (by, frame) in enumerate(view.comparisons.items(), start=1):
        chart = comparison_chart(
            frame,
            scope.words,
            (view.old, view.new),
            partial(scope.segment, by),
        )
        name = scope.words.say("compare_figure", by=scope.dimension(by))
        finding = _most_gained(scope, view, by) or name
        found.append(
            Figure(
                id=f"{anchor}-{place}",
                title=finding,
                caption=scope.words.say(
                    "caption",
                    name=name,
                    note=scope.words.say("compare_note"),
                    source=scope.words.say(
                        "source_line",
                        tables=scope.words.strings["list_join"].join(
                            scope.table(t)
                            for t in ("spending", "interest_bill", "loan")
                        ),
                        date=scope.data_date,
                    ),
                ),
                alternative=finding,
                chart=chart,
                absence="" if chart else scope.words.say("absent_groups"),
                height_mm=_HEIGHT_MM + _ROW_MM * (len(chart.points) if chart else 0),
            )
        )
    return tuple(found)


def comparison_chart(
    frame: pl.DataFrame,
    words: Words,
    versions: tuple[str, str],
    name: Callable[[str], str],
) -> Paired | None:
    """Return what both versions give each group that is shown; None without one.

    Args:
        frame: A comparison, protected.
        words: The language's way with numbers.
        versions: The ids of the old and the new version.
        name: Gives a segment's name.
    """
    rows = [row for row in in_order(words, frame) if row["status"] == "ok"]
    groups = [row for row in rows if row["dimension"] != ALL] or rows
    if not groups:
        return None
    scale = words.money_scale(
        float(row[key]) for row in groups for key in ("given_old", "given_new")
    )

    def point(row: dict[str, Any], key: str) -> Point:
        amount = float(row[key])
        label = words.say("whole") if row["dimension"] == ALL else name(row["segment"])
        # Two amounts a row: the currency stands at the axis alone.
        text = words.money_number(amount, scale)
        return Point(label, amount / scale.divisor, None, None, text)

    return Paired(
        tuple((point(row, "given_old"), point(row, "given_new")) for row in groups),
        (
            words.say("compare_version", version=versions[0]),
            words.say("compare_version", version=versions[1]),
        ),
        Axis(words.unit_title("money", scale), is_share=False),
    )


def in_order(words: Words, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a comparison's rows: the whole, then groups as the strings order them."""
    return sorted(
        frame.iter_rows(named=True),
        key=lambda row: (
            row["dimension"] != ALL,
            segment_place(words, row["dimension"], row["segment"]),
        ),
    )


def _most_gained(scope: Scope, view: PolicyView, by: str) -> str:
    """Return who gains most, as a sentence without a full stop; empty when nobody."""
    rows = [
        row
        for row in view.comparisons[by].iter_rows(named=True)
        if row["status"] == "ok"
        and row["dimension"] != ALL
        and row["segment"] != UNKNOWN
    ]
    gained = [row for row in rows if row["difference"] > 0]
    if not gained:
        return ""
    most = max(gained, key=lambda row: (row["difference"], row["segment"]))
    scale = scope.words.money_scale([float(most["difference"])])
    return scope.words.say(
        "compare_most",
        new=view.new,
        group=scope.segment(by, most["segment"]),
        more=scope.words.money(float(most["difference"]), scale),
    )


def tables(scope: Scope, view: PolicyView) -> tuple[Table, ...]:
    """Return a table a breakdown, the whole on top of each."""
    return tuple(
        _comparison_table(scope, view, by, frame)
        for by, frame in view.comparisons.items()
    )


def _comparison_table(
    scope: Scope, view: PolicyView, by: str, frame: pl.DataFrame
) -> Table:
    words = scope.words
    rows = in_order(words, frame)
    scale = words.money_scale(
        float(row[key]) for row in rows for key in _MONEY if row[key] is not None
    )
    heads = {
        key: words.say(f"compare_{key}", old=view.old, new=view.new)
        for key in _COMPARED
    }
    return Table(
        title=words.say(
            "compare_table", by=scope.dimension(by), old=view.old, new=view.new
        ),
        head=(
            scope.dimension(by),
            *(
                head + words.say("in_brackets", text=words.unit_title("money", scale))
                if key in _MONEY
                else head
                for key, head in heads.items()
            ),
        ),
        rows=tuple(
            (
                words.say("whole")
                if row["dimension"] == ALL
                else scope.segment(by, row["segment"]),
                *(_cell(words, key, row[key], scale) for key in _COMPARED),
            )
            for row in rows
        ),
        numeric=(False, *[True] * len(_COMPARED)),
        notes=(words.say("compare_table_note"),),
    )


def _cell(words: Words, key: str, value: Any, scale: Scale) -> str:
    if value is None:
        return SUPPRESSED
    if key in _MONEY:
        return words.money_number(float(value), scale)
    return words.plain(value, 0)


def _whole(view: PolicyView) -> dict[str, Any] | None:
    """Return the row of all customers; null where there is none, or it is hidden."""
    for frame in view.comparisons.values():
        rows = frame.filter(frame["dimension"] == ALL, frame["status"] == "ok")
        return next(rows.iter_rows(named=True), None)
    return None


def is_empty(view: PolicyView) -> bool:
    """Return whether the policy has no fact to compare."""
    return all(frame.is_empty() for frame in view.comparisons.values())


# The method annex


def annex_tables(scope: Scope, view: PolicyView) -> tuple[Table, ...]:
    """Return every setting with its value and default, and every dated rule."""
    return (_settings(scope, view), _rules(scope, view))


def _settings(scope: Scope, view: PolicyView) -> Table:
    words = scope.words
    heads = ("setting", "value", "default", "meaning")
    return Table(
        title=words.say("table_settings", policy=scope.prose(view.pack.title)),
        head=tuple(words.say(f"policy_{name}") for name in heads),
        rows=tuple(
            (
                setting.name,
                view.settings[setting.name],
                setting.default,
                scope.prose(setting.says),
            )
            for setting in view.pack.settings
        ),
        numeric=(False, False, False, False),
        notes=(words.say("policy_settings_note", pack=view.pack.id),),
    )


def _rules(scope: Scope, view: PolicyView) -> Table:
    """Return the rules version by version, the version's document on top."""
    words = scope.words
    rows: list[tuple[str, ...]] = []
    heads: list[int] = []
    for version in view.pack.versions:
        heads.append(len(rows))
        rows.append(
            (
                words.say(
                    "policy_version",
                    version=version.id,
                    document=words.tidy(version.document[scope.language]),
                    first=words.day(version.first_day),
                    last=words.day(version.last_day),
                ),
                "",
                "",
            )
        )
        rows += [
            (
                scope.prose(rule.description).rstrip(".。"),
                _dated(words, version, value, _shown(words, rule, value)),
                _cited(words, value),
            )
            for rule in view.rules
            for value in rule.values
            if value.valid_from <= version.last_day
            and value.valid_to >= version.first_day
        ]
    return Table(
        title=words.say("table_rules", policy=scope.prose(view.pack.title)),
        head=tuple(words.say(f"policy_{n}") for n in ("rule", "value", "citation")),
        rows=tuple(rows),
        numeric=(False, False, False),
        heads=tuple(heads),
    )


def _shown(words: Words, rule: Rule, value: RuleValue) -> str:
    if value.members is not None:
        names = [
            words.strings.get(f"member_{member}", member) for member in value.members
        ]
        return words.strings["list_join"].join(names) or words.say("policy_nobody")
    if value.value is None:
        return words.say("policy_no_limit")
    if rule.unit == "share":
        return words.share(value.value)
    number = words.plain(value.value, 0 if float(value.value).is_integer() else 2)
    unit = f"rule_unit_{rule.unit.lower()}"
    return number + (words.say(unit) if words.has(unit) else "")


def _dated(words: Words, version: Version, value: RuleValue, shown: str) -> str:
    """Return a value, with its days where it does not hold all of the version's."""
    first = max(value.valid_from, version.first_day)
    last = min(value.valid_to, version.last_day)
    if (first, last) == (version.first_day, version.last_day):
        return shown
    return words.say(
        "policy_dated", value=shown, first=words.day(first), last=words.day(last)
    )


def _cited(words: Words, value: RuleValue) -> str:
    return words.say(
        "policy_cited",
        citation=words.tidy(value.citation[words.language]),
        evidence=words.say(f"evidence_{value.evidence}"),
    )


# Facts


def policy_facts(view: PolicyView) -> dict[str, Any]:
    """Return what a report prints of a policy, for its JSON; decimals as text."""
    return {
        "pack": view.pack.id,
        "settings": dict(view.settings),
        "old": view.old,
        "new": view.new,
        "comparisons": {
            by: [
                {
                    key: str(value) if key in _MONEY and value is not None else value
                    for key, value in row.items()
                }
                for row in frame.iter_rows(named=True)
            ]
            for by, frame in view.comparisons.items()
        },
    }
