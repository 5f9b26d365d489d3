"""Dated rules: values with a first day, a last day and a citation.

A value is a number, ``none`` where a version sets no such limit, or a list of codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Literal, cast, get_args

from esg.spec.fields import Fields, read_fields, suggest
from esg.spec.source import is_currency

if TYPE_CHECKING:
    from pathlib import Path

Evidence = Literal["primary", "mirror", "press", "inferred", "own"]
OPEN_END = date(9999, 12, 31)
NO_LIMIT = "none"
DECIMALS = 6
"""Of a rule's number where a policy is applied."""
LIST = "list"
"""The unit of a rule whose values are lists of codes."""

UNITS = (
    "share", "day", "working_day", "month", "year", "hour", "second", "clock", "flag",
    "count", "index", "multiple", LIST,
)  # fmt: skip
"""Units of a rule beside the codes of currencies: ``clock`` is an hour of the day."""


@dataclass(frozen=True)
class RuleValue:
    """One value of a rule, in force from one day to another, both inclusive."""

    valid_from: date
    valid_to: date
    value: float | None
    """Null where there is no such limit, and where there are members."""
    members: tuple[str, ...] | None
    """Codes, of a rule whose unit is ``list``; may be empty."""
    citation: dict[str, str]
    """Where it is written, by language."""
    evidence: Evidence

    @property
    def shown(self) -> str:
        """The value as a short text."""
        if self.members is not None:
            return ", ".join(self.members) or NO_LIMIT
        if self.value is None:
            return NO_LIMIT
        # Ten million is 10000000 to who signs for it, and no 1e+07.
        return f"{Decimal(repr(self.value)).normalize():f}"


@dataclass(frozen=True)
class Rule:
    """One dated rule of a policy pack."""

    id: str
    """``<pack>.<rule>``, from the folder and the file name."""
    description: dict[str, str]
    unit: str
    values: tuple[RuleValue, ...]

    def on(self, day: date) -> RuleValue | None:
        """Return the value in force on a day; null when there is none."""
        for value in self.values:
            if value.valid_from <= day <= value.valid_to:
                return value
        return None


def read_rule(path: Path, where: str) -> Rule:
    """Return the rule that one YAML file declares.

    Raises:
        ContentError: The file is wrong, values overlap, or a hole lies between them.
    """
    fields = read_fields(path, where)
    description = fields.both_languages("description")
    unit = fields.text("unit")
    if unit and unit not in UNITS and not is_currency(unit):
        fields.fault("unit", f"is '{unit}'{suggest(unit, UNITS)}, or a currency's code")
    parts = fields.mappings("values", required=True)
    if fields.data.get("values") == []:
        fields.fault("values", "holds none; give at least one, with its citation")
    values = [_read_value(inner, unit) for inner in parts]
    fields.finish()
    for index in range(1, len(values)):
        # Where the end is wrong itself, nothing can be said of what follows it.
        if _has_end(parts[index - 1], values[index - 1]):
            _refuse_gap(values[index - 1], values[index], parts[index])
    fields.refuse_faults(
        "A value has 'from', 'to' ('open' where no end is set), 'value' ('members' "
        "where the unit is 'list'), 'citation' with 'en' and 'zh', and 'evidence'."
    )
    return Rule(f"{path.parent.name}.{path.stem}", description, unit, tuple(values))


def _has_end(part: Fields, value: RuleValue) -> bool:
    end = part.data.get("to")
    return (
        end == "open" or isinstance(end, date)
    ) and value.valid_from <= value.valid_to


def _refuse_gap(before: RuleValue, after: RuleValue, inner: Fields) -> None:
    if before.valid_to == OPEN_END:
        inner.fault("from", "stands after a value that is 'open'; end that one first")
        return
    due = before.valid_to + timedelta(days=1)
    if after.valid_from == due:
        return
    overlaps = after.valid_from < due
    inner.fault(
        "from",
        f"is {after.valid_from}, which does not follow the one to {before.valid_to} on "
        f"the next day: {'they overlap' if overlaps else 'there is a hole'}; "
        + (
            f"end that one on {after.valid_from - timedelta(days=1)}"
            if overlaps
            else f"start on {due}, or add the value between with its citation"
        ),
    )


def _read_value(inner: Fields, unit: str) -> RuleValue:
    valid_from = inner.take("from", date) or date.min
    inner.known.add("to")
    if inner.data.get("to") == "open":
        valid_to = OPEN_END
    else:
        valid_to = inner.take("to", date) or OPEN_END
    if valid_to < valid_from:
        inner.fault("to", f"is {valid_to}, before its own start {valid_from}")
    value = RuleValue(
        valid_from=valid_from,
        valid_to=valid_to,
        value=None if unit == LIST else _read_number(inner, unit),
        members=inner.texts("members", required=True) if unit == LIST else None,
        citation=inner.both_languages("citation"),
        evidence=cast("Evidence", inner.choice("evidence", get_args(Evidence))),
    )
    inner.finish()
    return value


def _read_number(inner: Fields, unit: str) -> float | None:
    inner.known.add("value")
    if inner.data.get("value") == NO_LIMIT:
        return None
    number: float | None = inner.take("value", float)
    if number is None:
        return None
    if not isfinite(number) or number < 0:
        inner.fault("value", f"is {number}, not a number of 0 or more")
    elif unit == "share" and number > 1:
        inner.fault("value", f"is {number}, more than the whole; write 1 % as 0.01")
    elif unit == "flag" and number not in (0, 1):
        inner.fault("value", f"is {number}; a flag is 1 or 0")
    elif round(number, DECIMALS) != number:
        inner.fault("value", f"is {number}; at most {DECIMALS} decimals are kept")
    return number
