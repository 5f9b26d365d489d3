"""What a reader hands over: one relation of rows, in the order of their file."""

from __future__ import annotations

from dataclasses import dataclass

FAULT = "_record_fault"
"""A column some relations have: null, or the rule that an unreadable record breaks."""

PLACE = "_record_place"
"""A column some relations have: a record's number in its file, where the relation
leaves records out."""

RAGGED_TABLE = "ragged_row"
"""Records whose number of fields is wrong: ``source_row``, ``fields`` (what is wrong)
and, of a CSV, the ``line`` itself."""


@dataclass(frozen=True)
class Part:
    """One file or database table, ready to be selected from, once, in its own order."""

    name: str
    """As messages call it: ``loan.csv``, ``tape.xlsx, sheet 'Q3'``."""
    relation: str
    """SQL after ``from``; its rows come in the order of the file."""
    columns: tuple[str, ...]
    """Names of the columns, without ``FAULT`` and ``PLACE``."""
    is_text: bool
    """Whether every column is text, as in a CSV; else they have types of their own."""
    has_faults: bool = False
    """Whether the relation has the column ``FAULT`` too."""
    records: int | None = None
    """How many records the file has, where the relation has the column ``PLACE``; null
    where its rows are all of them."""
    watermark: str | None = None
    """The last value of a database's ``since`` column, by the database's own order;
    null where there is none."""
    header: int | None = None
    """Line of the names, for messages; null where they stand in no line."""

    @property
    def head(self) -> str:
        """Where the names of the columns stand, for messages."""
        return self.name if self.header is None else f"{self.name}, line {self.header}"
