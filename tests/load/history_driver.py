"""A workspace and the model of its history, led through the same steps."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import strategies as st
from load.history_model import Found, Model, Row, content_of

from esg.engine.warehouse import open_for_reading
from esg.errors import DataError
from esg.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from esg.workspace import Workspace

TOML = """\
currency = "CNY"
data_date = 2026-09-30
[institution]
id = "T"
name = {{en = "Test lender", zh = "测试机构"}}
[ids]
published_key = "test-key-not-secret"
[sources.borrower]
path = "borrower.csv"
max_bad_share = 1.0
[sources.loan]
path = "loan.csv"
max_bad_share = 1.0
mode = "{mode}"
"""

rows = st.builds(
    Row,
    key=st.sampled_from(["l1", "l2", "l3"]),
    borrower=st.sampled_from(["", "b1", "b2"]),
    product=st.sampled_from(["micro", "micro", "auto", "payday"]),
    principal=st.integers(1, 2),
    is_ragged=st.sampled_from([False] * 9 + [True]),
)
files = st.lists(rows, max_size=4).map(tuple)
people = st.tuples(
    st.sampled_from(["", "good", "bad"]), st.sampled_from(["", "good", "bad"])
)
steps = st.one_of(
    st.tuples(st.just("load"), files),
    st.tuples(st.just("load"), files),
    st.tuples(st.just("older"), st.integers(0, 5)),
    st.tuples(st.just("again"), st.none()),
    st.tuples(st.just("borrowers"), people),
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("undo borrowers"), st.none()),
    st.tuples(st.just("retry"), st.lists(st.booleans(), min_size=4, max_size=4)),
)


@dataclass
class Pair:
    """The two that must agree."""

    folder: Path
    model: Model
    files: list[tuple[Row, ...]] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.folder)

    def write(self, given: tuple[Row, ...]) -> None:
        (self.folder / "loan.csv").write_text(content_of(given))
        self.files.append(given)

    def load(self, given: tuple[Row, ...]) -> None:
        self.write(given)
        self.again()

    def older(self, at: int) -> None:
        if self.files:
            self.load(self.files[at % len(self.files)])

    def again(self) -> None:
        if self.files:
            before = self._bytes()
            done = self.workspace.load("loan").sources[0]
            is_news = self.model.load(self.files[-1])
            assert done.unchanged != is_news
            assert is_news or self._bytes() == before

    def borrowers(self, kinds: tuple[str, str]) -> None:
        sex = {"good": "female", "bad": "robot"}
        named = dict(zip(("b1", "b2"), kinds, strict=True))
        lines = [f"{name},{sex[kind]}\n" for name, kind in named.items() if kind]
        text = "borrower_id,gender\n" + "".join(lines)
        (self.folder / "borrower.csv").write_text(text)
        self.workspace.load("borrower")
        self.model.load_borrowers(
            frozenset(name for name, kind in named.items() if kind == "good"),
            frozenset(name for name, kind in named.items() if kind == "bad"),
        )

    def undo_borrowers(self) -> None:
        if self.model.has_borrowers:
            self.workspace.undo("borrower")
            self.model.undo_borrowers()

    def undo(self, at: int) -> None:
        if self.model.loans:
            known = [0] + [load.no for load in self.model.loans]
            to = known[at % len(known)]
            self.workspace.undo("loan", to=to or None)
            self.model.undo(to)

    def retry(self, is_mended: list[bool]) -> None:
        if not self.files or not self.model.loans:
            return
        rejected = self.workspace.rejected_rows("loan")
        content = content_of(self.files[-1])
        wanted = {e.place for e in self.model.now.found if e.content == content}
        assert set(rejected["quarantine_row"]) == wanted
        if not wanted:
            return
        mended = {}
        for place, mend in zip(sorted(wanted), is_mended, strict=False):
            row = self.files[-1][place - 1]
            rules = {
                each.rule
                for each in self.model.now.found
                if each.content == content and each.place == place
            }
            mended[place] = mend_row(row, place, rules) if mend else as_exported(row)
        path = self.folder / "mend.csv"
        write_mended(rejected, mended, path)
        if self.model.retry(mended, content):
            self.workspace.retry("loan", path)
        else:
            with pytest.raises(DataError, match="another row of the source"):
                self.workspace.retry("loan", path)
        path.unlink()

    def _bytes(self) -> bytes:
        path = self.workspace.warehouse
        return path.read_bytes() if path.exists() else b""

    def take(self, name: str, value: object) -> None:
        step = getattr(self, name.replace(" ", "_"))
        if value is None:
            step()
        else:
            step(value)

    def check(self) -> None:
        """Hold what is known at every load against the model."""
        if self.model.next_no == 1:
            return
        for load_no in range(1, self.model.next_no):
            stored, found = self._known(load_no)
            state = self.model.states[load_no]
            assert stored == sorted(as_stored(row) for row in state.rows.values())
            assert found == {as_kept(each) for each in state.found}, load_no

    def _known(
        self, load_no: int
    ) -> tuple[list[tuple[str, ...]], set[tuple[str, int, str]]]:
        project = self.workspace.project
        contracts = project.tables.values()
        reader = open_for_reading(self.workspace.warehouse, contracts, load_no)
        try:
            stored = reader.execute(
                "select loan_id, coalesce(borrower_id, ''), product, "
                "cast(principal as varchar) from loan order by all"
            ).fetchall()
            found = reader.execute(
                "select load.sha256, row_number, rule, column_name "
                "from current_quarantine as lost "
                "join load on lost.read_in = load.load_no where lost.source = 'loan'"
            ).fetchall()
        finally:
            reader.close()
        assert len(found) == len(set(found)), "a reason stands twice"
        return stored, {(sha, row, rule) for sha, row, rule, _ in found}


def as_stored(row: Row) -> tuple[str, ...]:
    person = (
        row.borrower
        and hmac.new(b"test-key-not-secret", row.borrower.encode(), sha256).hexdigest()
    )
    return (str(row.key), person, str(row.product), f"{row.principal}.00")


def as_kept(found: Found) -> tuple[str, int, str]:
    return sha256(found.content.encode()).hexdigest(), found.place, found.rule


def as_exported(row: Row) -> Row:
    """What a ragged record has to offer: nothing."""
    return Row(None, "", None, None) if row.is_ragged else row


def mend_row(row: Row, place: int, rules: set[str]) -> Row:
    if row.is_ragged:
        return Row(f"m{place}")
    key = f"m{place}" if "key_conflict" in rules else row.key
    borrower = "" if rules & {"reference", "reference_rejected"} else row.borrower
    return replace(row, key=key, product="micro", borrower=borrower)


def write_mended(rejected: pl.DataFrame, mended: dict[int, Row], path: Path) -> None:
    place = pl.col("quarantine_row")

    def cell(name: str) -> pl.Expr:
        cells = {
            at: None if getattr(row, name) is None else str(getattr(row, name))
            for at, row in mended.items()
        }
        return place.replace_strict(cells, return_dtype=pl.String)

    rejected.filter(place.is_in(list(mended))).sort(place).with_columns(
        loan_id=cell("key"),
        borrower_id=cell("borrower"),
        product=cell("product"),
        principal=cell("principal"),
        currency=pl.when(cell("key").is_not_null()).then(pl.lit("CNY")),
    ).write_csv(path)


def lead(folder: Path, mode: str, given: list[tuple[str, object]]) -> None:
    """Take steps with both, and hold them against each other at the end."""
    (folder / "esg.toml").write_text(TOML.format(mode=mode), "utf-8")
    pair = Pair(folder, Model(mode == "incremental"))
    for name, value in given:
        pair.take(name, value)
    pair.check()
