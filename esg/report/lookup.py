"""Facts of place and date that a report draws with: provinces, tiles, dated marks.

They stand in the report's own folder as YAML, so that a workspace may overlay them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from esg.errors import ContentError, join_faults
from esg.spec.fields import Fields, read_fields

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Province:
    """One province: its short name by language and its tile, counted from 0."""

    name: dict[str, str]
    column: int
    row: int


@dataclass(frozen=True)
class DatedMark:
    """A day on which something changed that the trends of a pillar show."""

    day: date
    pillar: str
    text: dict[str, str]


@dataclass(frozen=True)
class Lookup:
    """Everything of place and date, read once."""

    provinces: dict[str, Province]
    """By GB/T 2260 code."""
    marks: tuple[DatedMark, ...]


def read_lookup(*folders: Path) -> Lookup:
    """Return the provinces and marks of one report.

    A file that is absent gives nothing: a report on another country needs neither.

    Args:
        folders: Where the files are looked for, the report's own folder first.

    Raises:
        ContentError: A file is wrong; the message lists every fault.
    """
    faults: list[str] = []
    lookup = Lookup(_read_provinces(folders, faults), _read_marks(folders, faults))
    if faults:
        raise ContentError(join_faults(faults))
    return lookup


def _fields(folders: tuple[Path, ...], name: str, faults: list[str]) -> Fields | None:
    for folder in folders:
        path = folder / name
        if path.is_file():
            where = f"report_templates/{folder.name}/{name}"
            return read_fields(path, where, faults)
    return None


def _read_provinces(
    folders: tuple[Path, ...], faults: list[str]
) -> dict[str, Province]:
    fields = _fields(folders, "provinces.yaml", faults)
    if fields is None:
        return {}
    found = {}
    for inner in fields.mappings("provinces", required=True):
        code = inner.text("code")
        found[code] = Province(
            name=inner.both_languages("name"),
            column=inner.take("column", int) or 0,
            row=inner.take("row", int) or 0,
        )
        inner.finish()
    fields.finish()
    return found


def _read_marks(folders: tuple[Path, ...], faults: list[str]) -> tuple[DatedMark, ...]:
    fields = _fields(folders, "marks.yaml", faults)
    if fields is None:
        return ()
    found = []
    for inner in fields.mappings("marks", required=True):
        mark = DatedMark(
            day=inner.take("date", date) or date.min,
            pillar=inner.text("pillar"),
            text=inner.both_languages("text"),
        )
        inner.finish()
        found.append(mark)
    fields.finish()
    return tuple(sorted(found, key=lambda mark: (mark.day, mark.pillar)))
