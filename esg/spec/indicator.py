"""Indicator declarations: YAML front matter in a block comment, then plain SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast, get_args

from esg.spec.fields import Fields, read_front_matter, read_text

if TYPE_CHECKING:
    from pathlib import Path

MeasureKind = Literal[
    "share", "weighted_share", "mean", "quantile", "count", "amount", "ratio", "index"
]
Direction = Literal["higher_is_better", "lower_is_better", "context"]
Disclosure = Literal["counts", "stated"]
Pillar = Literal[
    "inclusion",
    "subsidy",
    "healthy_consumption",
    "consumer_protection",
    "credit_repair",
    "esg",
]
Unit = Literal[
    "share", "count", "person", "person_time", "loan", "account", "money", "ratio",
    "second", "hour", "tco2e", "mwh", "score", "per_10m", "per_1000", "per_100k",
    "basis_point", "percentage_point",
]  # fmt: skip

PILLARS: tuple[str, ...] = get_args(Pillar)
BREAKDOWNS = (
    "province", "area", "gender", "age_band", "income_quintile", "new_citizen",
    "product", "channel", "first_time", "subsidised", "topic", "category",
    "fraud_type", "served_by", "source", "agency", "event_month", "component",
    "late_bucket", "months_on_book",
)  # fmt: skip
"""Breakdowns every report knows; a mart offers them as columns of these names."""
STEPS = ("event_month", "component", "late_bucket", "months_on_book")
"""Breakdowns whose segments are steps, parts or states, and no groups of anybody."""
EVERY = ("*",)
"""Asks for all breakdowns that each indicator declares."""
YES_OR_NO = ("new_citizen", "first_time", "subsidised")
"""Those whose column is a boolean; their segments are ``YES`` and ``NO``."""
YES = "yes"
NO = "no"
ONLY_BREAKDOWNS = "breakdowns"
"""In ``moves``: a table that says which group a row is of, and moves no whole."""


@dataclass(frozen=True)
class Measure:
    """One number of an indicator; an indicator may have several."""

    name: str
    kind: MeasureKind
    unit: Unit
    title: dict[str, str]
    """By language; the indicator's own title where the file states none."""
    numerator: str
    """Column of the query: what is counted or summed."""
    denominator: str | None
    """Column of the query it is divided by; null for counts and amounts."""
    missing: str | None
    """Column that counts units which could not be judged, beside the denominator."""
    n: str | None
    """Column that counts the units behind the number; decides whether it is shown."""
    numerator_n: str | None
    """Column that counts the units behind the numerator of an amount-weighted share."""
    cluster: str | None
    """Column of the query's source that tells whose rows move together."""
    quantile: float | None
    """For kind ``quantile``: which one, in (0, 1)."""
    direction: Direction
    follow_up_days: int
    """Days after a period's end before its number is final; else not applicable."""
    low: str | None = None
    """Column that bounds the number below, where the query itself computes that."""
    high: str | None = None
    refused: str | None = None
    """Column with the code of why the number must not be given; null where it may."""
    at_least: float | None = None
    """The least that the number of a ``ratio`` or ``mean`` can be."""
    part_of: str | None = None
    """A name that measures share which add up to a known whole in each cell."""


@dataclass(frozen=True)
class Indicator:
    """One indicator: what it says, how it is computed, how it may be shown."""

    id: str
    code: str
    """Code in the catalogue, as ``INC-04``."""
    title: dict[str, str]
    definition: dict[str, str]
    reading: dict[str, str]
    """How to read it and what it does not say, by language."""
    version: int
    direction: Direction
    measures: tuple[Measure, ...]
    breakdowns: tuple[str, ...]
    frameworks: tuple[str, ...]
    disclosure: Disclosure
    needs: dict[str, tuple[str, ...]]
    """Core tables and columns without which there is no data."""
    moves: dict[str, int | str]
    """By core table, what one more row of it does to the first measure: 1 where it is
    one unit at most, 0 where it describes units that are rejected without it, a column
    of money where it is a unit of that weight, ``ONLY_BREAKDOWNS`` where the whole does
    not read it. Tables left out may do anything."""
    rules: tuple[str, ...]
    """Dated rules the query joins from ``rule_value``."""
    sql: str
    where: str
    """The file, as messages name it."""
    serves: tuple[str, ...] = ()
    """Risks and opportunities it serves, by their ids in ``risks/*.yaml``."""
    validated_by: dict[str, str] = field(default_factory=dict)
    """Who outside the lender validated it, by language; empty where nobody did."""
    lines: dict[str, int] = field(default_factory=dict)
    """On which line of the file each key stands."""

    refusals: dict[str, dict[str, str]] = field(default_factory=dict)
    """Why a number is not given, in words, by the code that the query returns."""
    composite: str | None = None
    """The switch in ``esg.toml`` that turns it on; null where it is no composite."""
    components: dict[str, str] = field(default_factory=dict)
    """What a composite is made of: ``indicator/measure`` by the component's name."""

    def place(self, key: str) -> str:
        """Return where a key stands, as messages name it."""
        return (
            f"{self.where}, line {self.lines[key]}" if key in self.lines else self.where
        )

    @property
    def pillar(self) -> str:
        """The chapter it belongs to."""
        return self.id.partition(".")[0]

    @property
    def groupings(self) -> tuple[str, ...]:
        """The breakdowns whose segments are groups, which may be compared."""
        return tuple(name for name in self.breakdowns if name not in STEPS)

    def measure(self, name: str) -> Measure:
        """Return a measure by name; KeyError when there is none."""
        return {measure.name: measure for measure in self.measures}[name]


def read_indicator(path: Path, where: str) -> Indicator:
    """Return the indicator that one SQL file declares.

    Raises:
        ContentError: The front matter is wrong; the message lists every fault.
    """
    data, sql = read_front_matter(read_text(path, where), where=where)
    fields = Fields(data, where, [])
    indicator = _read(fields, sql, where)
    if indicator.id and indicator.id.rpartition(".")[2] != path.stem:
        fields.fault("id", f"is '{indicator.id}', but the file is '{path.name}'")
    fields.refuse_faults()
    return indicator


def _read(fields: Fields, sql: str, where: str) -> Indicator:
    identifier = fields.text("id")
    if identifier and identifier.partition(".")[0] not in PILLARS:
        fields.fault("id", f"does not start with a pillar: {', '.join(PILLARS)}")
    title = fields.both_languages("title")
    direction = cast("Direction", fields.choice("direction", get_args(Direction)))
    unit = cast("Unit", fields.choice("unit", get_args(Unit)))
    breakdowns = fields.texts("breakdowns")
    for name in breakdowns:
        if name not in BREAKDOWNS:
            fields.fault("breakdowns", f"holds '{name}', not one of {BREAKDOWNS}")
    indicator = Indicator(
        id=identifier,
        code=fields.text("code"),
        title=title,
        definition=fields.both_languages("definition"),
        reading=fields.both_languages("reading", required=False),
        version=fields.take("version", int) or 0,
        direction=direction,
        measures=tuple(
            _read_measure(inner, unit, title, direction)
            for inner in fields.mappings("measures", required=True)
        ),
        breakdowns=breakdowns,
        frameworks=fields.texts("frameworks"),
        disclosure=cast(
            "Disclosure",
            fields.choice("disclosure", get_args(Disclosure), default="counts"),
        ),
        needs=fields.needs(),
        moves=_read_moves(fields),
        rules=fields.texts("rules"),
        sql=sql,
        where=where,
        serves=fields.texts("serves"),
        validated_by=fields.both_languages("validated_by", required=False),
        lines=dict(getattr(fields.data, "lines", {})),
        refusals=_read_refusals(fields),
        composite=fields.text("composite", default="") or None,
        components=_read_components(fields),
    )
    if bool(indicator.composite) != bool(indicator.components):
        fields.fault("composite", "and 'components' come together or not at all")
    fields.finish()
    _refuse_silence(fields, indicator)
    _refuse_lone_parts(fields, indicator)
    return indicator


def _read_refusals(fields: Fields) -> dict[str, dict[str, str]]:
    declared = fields.take("refusals", dict, required=False) or {}
    inner = fields.inner("refusals", declared)
    found = {str(code): inner.both_languages(str(code)) for code in declared}
    inner.finish()
    return found


def _read_components(fields: Fields) -> dict[str, str]:
    found = {}
    for name, text in (fields.take("components", dict, required=False) or {}).items():
        if isinstance(text, str) and text.partition("/")[2]:
            found[str(name)] = text
        else:
            fields.fault(
                "components", f"says '{text}' of '{name}', not 'indicator/measure'"
            )
    return found


def _refuse_lone_parts(fields: Fields, indicator: Indicator) -> None:
    """A part needs others beside it, and units that say how small it is."""
    parts = [m for m in indicator.measures if m.part_of]
    names = [m.part_of for m in parts]
    for measure in parts:
        if names.count(measure.part_of) == 1:
            fields.fault(
                "measures", f"hold '{measure.name}' as the only part of its whole"
            )
        if measure.kind not in ("share", "count") and not measure.numerator_n:
            fields.fault(
                "measures",
                f"hold the part '{measure.name}' without the key 'numerator_n'",
            )


def _refuse_silence(fields: Fields, indicator: Indicator) -> None:
    """A number that may be refused needs the words for it."""
    refusing = [m.name for m in indicator.measures if m.refused]
    if refusing and not indicator.refusals:
        fields.fault(
            "refusals",
            f"is missing, which the measure '{refusing[0]}' refers to by 'refused'",
        )


def _read_moves(fields: Fields) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for table, value in (fields.take("moves", dict, required=False) or {}).items():
        if isinstance(value, str) or value in (0, 1):
            found[table] = value if isinstance(value, str) else int(value)
        else:
            fields.fault("moves", f"says {value!r} of '{table}', not 0, 1 or a column")
    return found


_SHARES = ("share", "weighted_share")
_DIVIDED = (*_SHARES, "mean", "ratio")


def _read_measure(
    inner: Fields, unit: Unit, title: dict[str, str], direction: Direction
) -> Measure:
    kind = cast("MeasureKind", inner.choice("kind", get_args(MeasureKind)))
    own_unit = inner.choice("unit", get_args(Unit), default=unit or "count")
    measure = Measure(
        name=inner.text("name"),
        kind=kind,
        unit=cast("Unit", own_unit),
        title=inner.both_languages("title", required=False) or title,
        numerator=inner.text("numerator"),
        denominator=inner.text("denominator", default="") or None,
        missing=inner.text("missing", default="") or None,
        n=inner.text("n", default="") or None,
        numerator_n=inner.text("numerator_n", default="") or None,
        cluster=inner.text("cluster", default="") or None,
        quantile=inner.take("quantile", float, required=False),
        direction=cast(
            "Direction",
            inner.choice("direction", get_args(Direction), default=direction),
        ),
        follow_up_days=inner.take("follow_up_days", int, required=False) or 0,
        low=inner.text("low", default="") or None,
        high=inner.text("high", default="") or None,
        refused=inner.text("refused", default="") or None,
        at_least=inner.take("at_least", float, required=False),
        part_of=inner.text("part_of", default="") or None,
    )
    if (measure.low is None) != (measure.high is None):
        inner.faults.append(
            f"{inner.where}: measure '{measure.name}' names one bound alone; name "
            "'low' and 'high', or neither."
        )
    if measure.low and (kind not in ("ratio", "index") or measure.cluster):
        inner.faults.append(
            f"{inner.where}: measure '{measure.name}' has an interval of its own; only "
            "a 'ratio' or 'index' without 'cluster' takes 'low' and 'high'."
        )
    if measure.at_least is not None and (
        kind not in ("ratio", "mean") or not measure.cluster
    ):
        inner.faults.append(
            f"{inner.where}: measure '{measure.name}' says 'at_least', which cuts the "
            "interval of a 'ratio' or 'mean' with a 'cluster'; leave it out."
        )
    for key, needed in _needed(kind).items():
        if needed and getattr(measure, key) is None:
            inner.faults.append(
                f"{inner.where}: measure '{measure.name}' of kind '{kind}' needs "
                f"the key '{key}'."
            )
    inner.finish()
    return measure


def _needed(kind: str) -> dict[str, bool]:
    return {
        "denominator": kind in _DIVIDED,
        "missing": kind in _SHARES,
        "n": kind in ("weighted_share", "mean", "ratio", "quantile", "amount"),
        "numerator_n": kind == "weighted_share",
        "cluster": kind in ("weighted_share", "mean"),
        "quantile": kind == "quantile",
    }
