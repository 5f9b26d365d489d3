"""Dated rules: values with a first day, a last day and a citation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, cast, get_args

from esg.spec.fields import Fields, read_fields

if TYPE_CHECKING:
    from pathlib import Path

Evidence = Literal["primary", "mirror", "press", "inferred", "own"]
OPEN_END = date(9999, 12, 31)


@dataclass(frozen=True)
class RuleValue:
    """One value of a rule, in force from one day to another, both inclusive."""

    valid_from: date
    valid_to: date
    value: float
    citation: dict[str, str]
    """Where it is written, by language."""
    evidence: Evidence


@dataclass(frozen=True)
class Rule:
    """One dated rule of a policy pack."""

    id: str
    """``<pack>.<rule>``, from the folder and the file name."""
    description: dict[str, str]
    unit: str
    values: tuple[RuleValue, ...]


def read_rule(path: Path, where: str) -> Rule:
    """Return the rule that one YAML file declares.

    Raises:
        ContentError: The file is wrong, values overlap, or a hole lies between them.
    """
    fields = read_fields(path, where)
    description = fields.both_languages("description")
    unit = fields.text("unit")
    values = [_read_value(inner) for inner in fields.mappings("values", required=True)]
    fields.finish()
    for before, after in itertools.pairwise(values):
        if after.valid_from != before.valid_to + timedelta(days=1):
            fields.faults.append(
                f"{where}: the value from {after.valid_from} does not follow the one "
                f"to {before.valid_to} on the next day."
            )
    fields.refuse_faults()
    return Rule(f"{path.parent.name}.{path.stem}", description, unit, tuple(values))


def _read_value(inner: Fields) -> RuleValue:
    valid_from = inner.take("from", date) or date.min
    inner.known.add("to")
    if inner.data.get("to") == "open":
        valid_to = OPEN_END
    else:
        valid_to = inner.take("to", date) or date.max
    if valid_to < valid_from:
        inner.fault("to", f"is {valid_to}, before its own start {valid_from}")
    value = RuleValue(
        valid_from=valid_from,
        valid_to=valid_to,
        value=inner.take("value", float) or 0.0,
        citation=inner.both_languages("citation"),
        evidence=cast("Evidence", inner.choice("evidence", get_args(Evidence))),
    )
    inner.finish()
    return value
