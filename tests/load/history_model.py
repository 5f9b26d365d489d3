"""A plain-Python model of the history of loads, to hold the warehouse against.

It knows two sources, borrowers and loans, and what a person may do with them in any
order: load, load again, bring an older file, undo, mend and retry. What it says of a
load number the warehouse must say when it is asked as known then.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

HEAD = "loan_id,borrower_id,product,currency,principal\n"


@dataclass(frozen=True)
class Row:
    """One record of the loan file."""

    key: str | None
    borrower: str = ""
    product: str | None = "micro"
    principal: int | None = 1
    is_ragged: bool = False

    @property
    def line(self) -> str:
        if self.is_ragged:
            return f"{self.key},{self.borrower}\n"
        return f"{self.key},{self.borrower},{self.product},CNY,{self.principal}\n"


def content_of(rows: tuple[Row, ...]) -> str:
    return HEAD + "".join(row.line for row in rows)


@dataclass(frozen=True)
class Found:
    """An open reason."""

    content: str
    place: int
    """The row's number there."""
    rule: str
    key: str | None


@dataclass(frozen=True)
class State:
    """What is there after a load."""

    rows: dict[str, Row]
    retried: frozenset[str]
    """Keys of rows that a retry brought."""
    found: frozenset[Found]


@dataclass(frozen=True)
class Load:
    """A load of the loan source."""

    no: int
    kind: str
    content: str = ""


@dataclass
class Model:
    """What the warehouse should hold."""

    is_incremental: bool
    states: list[State] = field(
        default_factory=lambda: [State({}, frozenset(), frozenset())]
    )
    """After each load, by its number; before the first at 0."""
    loans: list[Load] = field(default_factory=list)
    mended: set[int] = field(default_factory=set)
    """Rows of the content read last that a retry brought in order."""
    borrowers: frozenset[str] = frozenset()
    lost_borrowers: frozenset[str] = frozenset()
    borrower_file: tuple[frozenset[str], frozenset[str]] | None = None
    """What was loaded last; null when undone or never loaded."""
    has_borrowers: bool = False
    moved: list[int] = field(default_factory=list)
    """Loads that changed the borrowers."""

    @property
    def now(self) -> State:
        return self.states[-1]

    @property
    def next_no(self) -> int:
        return len(self.states)

    def load_borrowers(self, good: frozenset[str], bad: frozenset[str]) -> None:
        if self.borrower_file != (good, bad):
            self.borrower_file = (good, bad)
            self._set_borrowers(good, bad)

    def undo_borrowers(self) -> None:
        self.borrower_file = None
        self._set_borrowers(frozenset(), frozenset())

    def _set_borrowers(self, good: frozenset[str], bad: frozenset[str]) -> None:
        if good != self.borrowers:
            self.moved.append(self.next_no)
        self.borrowers, self.lost_borrowers = good, bad
        self.has_borrowers = True
        self.states.append(self.now)

    def load(self, rows: tuple[Row, ...]) -> bool:
        """Load a file of loans; tell whether it brought news."""
        content = content_of(rows)
        reads = [each for each in self.loans if each.kind != "retry"]
        is_same = bool(reads) and reads[-1].content == content
        if is_same and not any(no > reads[-1].no for no in self.moved):
            return False
        if self.is_incremental and not is_same and _came_before(content, reads):
            return False
        good, new = self.judge(rows, content)
        self.mended = self.mended & {each.place for each in new} if is_same else set()
        # A snapshot is all there is, but for what was mended of the same one.
        stay = set(self.now.rows)
        if not self.is_incremental:
            stay = set(self.now.retried) if is_same else set()
        old = (
            set()
            if not self.is_incremental
            else {
                each
                for each in self.now.found
                if each.content != content and each.key not in good
            }
        )
        self._add(
            Load(self.next_no, "read", content),
            {key: row for key, row in self.now.rows.items() if key in stay} | good,
            self.now.retried & stay - set(good),
            old | {each for each in new if each.place not in self.mended},
        )
        return True

    def judge(
        self, rows: tuple[Row, ...], content: str
    ) -> tuple[dict[str, Row], set[Found]]:
        """Return the good rows by key, and the reasons of the others."""
        kinds = Counter(row.key for row in set(rows) if not row.is_ragged)
        good: dict[str, Row] = {}
        new: set[Found] = set()
        for place, row in enumerate(rows, start=1):
            rules = self._alone(row)
            if not row.is_ragged and kinds[row.key] > 1:
                rules.add("key_conflict")
            key = None if row.is_ragged else row.key
            new |= {Found(content, place, rule, key) for rule in rules}
            if not rules and row.key:
                good[row.key] = row
        return good, new

    def _alone(self, row: Row) -> set[str]:
        if row.is_ragged:
            return {"ragged"}
        if row.key is None:
            return {"required"}
        rules = {"allowed"} if row.product == "payday" else set()
        if row.borrower and self.has_borrowers and row.borrower not in self.borrowers:
            lost = row.borrower in self.lost_borrowers
            rules.add("reference_rejected" if lost else "reference")
        return rules

    def undo(self, to: int) -> None:
        """Go back to how the loans stood after a load; 0 withdraws them."""
        then = self.states[to]
        self.mended = set()
        self._add(Load(self.next_no, "undo"), then.rows, frozenset(), then.found)

    def retry(self, rows: dict[int, Row], content: str) -> bool:
        """Retry rows of a content by their numbers; tell whether that is accepted."""
        good, again = self.judge(tuple(rows.values()), content)
        taken = (set(self.now.rows) - self.now.retried) & set(good)
        if taken and not self.is_incremental:
            return False
        places = list(rows)
        still = {
            Found(content, places[each.place - 1], each.rule, each.key)
            for each in again
        }
        old = {
            each
            for each in self.now.found
            if each.content != content or each.place not in rows
        }
        self.mended = self.mended | set(rows) - {each.place for each in still}
        self._add(
            Load(self.next_no, "retry"),
            self.now.rows | good,
            self.now.retried | set(good),
            old | still,
        )
        return True

    def _add(
        self,
        load: Load,
        rows: dict[str, Row],
        retried: frozenset[str] | set[str],
        found: frozenset[Found] | set[Found],
    ) -> None:
        self.loans.append(load)
        self.states.append(State(rows, frozenset(retried), frozenset(found)))


def _came_before(content: str, reads: list[Load]) -> bool:
    undone = max((each.no for each in reads if each.kind == "undo"), default=0)
    return any(each.content == content and each.no > undone for each in reads)
