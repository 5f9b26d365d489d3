"""What a reader hands over: one relation of rows, in the order of their file."""

from __future__ import annotations

from dataclasses import dataclass

FAULT = "_record_fault"
"""A column some relations have: null, or the rule that an unreadable record breaks."""

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
    """Names of the columns, without ``FAULT``."""
    is_text: bool
    """Whether every column is text, as in a CSV; else they have types of their own."""
    has_faults: bool = False
    """Whether the relation has the column ``FAULT`` too."""
    head_place: str = ""
    """Where the names stand, to follow ``name`` in messages: ``, line 1``."""
