"""Whatever stands in a file: a message, or a load that accounts for every row.

What becomes of each generated row is judged twice, by the load and by plain Python that
shares no line with it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from load.malformed_files import FOLDER

from esg.engine.warehouse import open_for_reading
from esg.errors import ContentError, DataError
from esg.load.history import Occasion
from esg.load.run import load
from esg.spec.project import Project
from esg.spec.settings import read_settings
from esg.spec.table import TableContract, read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Row = dict[str, str]

FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MANY = settings(FEW, max_examples=400)

TOML = """\
currency = "CNY"
data_date = 2026-09-30
[institution]
id = "T"
name = {{en = "Test lender", zh = "测试机构"}}
[ids]
published_key = "test-key-not-secret"
[guard]
action = "off"
[sources.deal]
path = "{path}"
max_bad_share = 1.0
{extra}
"""
OCCASION = Occasion(datetime(2026, 11, 2, tzinfo=UTC).replace(tzinfo=None))


class Small(Project):
    """A project of one table: a load of it costs a fraction of a load of all."""

    @cached_property
    def tables(self) -> dict[str, TableContract]:
        return {"deal": DEAL}


def _deal() -> TableContract:
    # The other tables are not there, so nothing is referred to.
    text = (FOLDER / "contracts" / "deal.yaml").read_text("utf-8")
    for table in ("member", "branch"):
        text = text.replace(f", references: {table}", "")
    path = FOLDER / "contracts" / "deal.yaml"
    whole = read_table(path, path.name)
    columns = tuple(
        type(column)(**{**vars(column), "references": None}) for column in whole.columns
    )
    return TableContract(
        whole.name, whole.row, whole.key, whole.clock, columns, whole.rules[:1]
    )


DEAL = _deal()


@pytest.fixture
def try_load(tmp_path: Path) -> Callable[..., tuple[int, ...] | str]:
    """Return a loader of bytes into an empty workspace: counts, or the message."""

    def attempt(
        content: bytes, name: str = "deal.csv", extra: str = ""
    ) -> tuple[int, ...] | str:
        (tmp_path / name).write_bytes(content)
        (tmp_path / "esg.toml").write_text(TOML.format(path=name, extra=extra))
        warehouse = tmp_path / "warehouse.duckdb"
        warehouse.unlink(missing_ok=True)
        told: DataError | ContentError | None = None
        small = Small(tmp_path, read_settings(tmp_path / "esg.toml"))
        try:
            result = load(
                small, (), occasion=OCCASION, wait=False, progress=lambda _name: None
            )
        except (DataError, ContentError) as error:
            told = error
        if told is not None:
            assert not warehouse.exists()
            assert told.hint
            assert name in told.message or "esg.toml" in told.message
            return told.message
        counts = result.sources[0].counts
        assert counts.read == counts.stored + counts.duplicate + counts.quarantined
        return counts.read, counts.stored, counts.duplicate, counts.quarantined

    return attempt


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    connection = open_for_reading(folder / "warehouse.duckdb", [DEAL])
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


VALID = (
    "deal_id,product,amount,signed_date,channel\n"
    "d1,micro,1000.00,2026-01-05,手机银行\n"
    'd2,auto,2000.50,2026-01-06,"a, ""b"""\n'
    "d3,other,,,\n"
    'd4,micro,1,2026-02-28,"two\nlines"\n'
).encode()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw a valid file to which up to four things have happened."""
    found = bytearray(VALID)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(found) - 1, 0)))
        what = draw(st.sampled_from(["flip", "cut", "insert", "drop", "sign", "line"]))
        if what == "flip" and found:
            found[at] ^= 1 << draw(st.integers(0, 7))
        elif what == "cut":
            del found[at:]
        elif what == "insert":
            found[at:at] = draw(st.binary(min_size=1, max_size=4))
        elif what == "drop":
            del found[at : at + draw(st.integers(1, 8))]
        elif what == "sign":
            found[at:at] = draw(st.sampled_from([*b'"\n\r,;\0 \x1a\xff\\'])).to_bytes()
        else:
            found[at:at] = b"\n" + draw(st.sampled_from(VALID.split(b"\n"))) + b"\n"
    return bytes(found)


@st.composite
def recoded(draw: st.DrawFn) -> bytes:
    """Draw a valid or mutated file in another encoding or packing."""
    text = draw(mutated()).decode("utf-8", "replace")
    codec = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-16-be", "gb18030"]))
    found = text.encode(codec)
    if draw(st.booleans()):
        found = gzip.compress(found)
        found = found[: len(found) - draw(st.sampled_from([0, 0, 1, 9]))]
    return found


def records(content: bytes) -> int | None:
    """Return how many records Python's csv module reads below the header.

    None where it reads none, or reads by looser rules than ours.
    """
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    return sum(1 for row in rows[1:] if row)


def _check_bytes(try_load: Callable[..., Any], content: bytes) -> None:
    found = try_load(content)

    expected = records(content)
    if not isinstance(found, str) and expected is not None:
        assert found[0] == expected


@FEW
@given(st.one_of(mutated(), st.binary(max_size=200)))
@example(b"")
@example(b"deal_id,product\n\n\nd1,micro\n\nd2\n")
def test_whatever_bytes_stand_in_a_csv_no_row_is_lost(
    try_load: Callable[..., Any], content: bytes
) -> None:
    _check_bytes(try_load, content)


@FEW
@given(recoded(), st.sampled_from(["utf-8", "utf-16", "gb18030", "latin-1"]))
def test_whatever_encoding_a_csv_has_it_is_read_or_told(
    try_load: Callable[..., Any], content: bytes, declared: str
) -> None:
    try_load(content, extra=f'encoding = "{declared}"')


@pytest.mark.slow
@MANY
@given(st.one_of(mutated(), st.binary(max_size=200)))
def test_whatever_bytes_stand_in_a_csv_no_row_is_lost_at_length(
    try_load: Callable[..., Any], content: bytes
) -> None:
    _check_bytes(try_load, content)


ODD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
BLANK = st.sampled_from(["", "  ", "\u3000"])
CELLS: dict[str, st.SearchStrategy[str]] = {
    "deal_id": st.one_of(st.sampled_from(["d1", "d2", "d3", "D1"]), BLANK, ODD),
    "product": st.one_of(st.sampled_from(["micro", "auto", "Auto"]), BLANK, ODD),
    "amount": st.one_of(
        st.decimals(-5, 10**9, places=2).map(str),
        st.sampled_from(["1,000", "1.005", "1.10", "1e2", "nan", "9" * 17, " 5 "]),
        BLANK,
    ),
    "rate": st.one_of(
        st.sampled_from(["0.1", "11", "-0.1", "10", "3%", "0.123456"]), BLANK
    ),
    "score": st.one_of(
        st.sampled_from(["1.5", "-2", "1e3", "nan", "inf", "x", "1,5"]), BLANK
    ),
    "term_months": st.one_of(
        st.integers(-2, 602).map(str), st.sampled_from(["12.0", "12.5", "x"]), BLANK
    ),
    "signed_date": st.one_of(
        st.dates(date(1999, 1, 1), date(2030, 1, 1)).map(str),
        st.sampled_from(["2026-02-31", "05/01/2026", "46027", "26-01-05", "x"]),
        BLANK,
    ),
    "paid_at": st.one_of(
        st.dates(date(2025, 1, 1), date(2027, 1, 1)).map(lambda d: f"{d} 10:00:00"),
        st.sampled_from(["2026-01-05 25:00:00", "10:00", "x"]),
        BLANK,
    ),
    "is_green": st.one_of(st.sampled_from(["true", "false", "2", "是"]), BLANK),
    "channel": st.one_of(st.sampled_from(["app", "网点", 'a "b", c', "a\nb"]), BLANK),
    "area_code": st.one_of(st.sampled_from(["440300", "44030", "440300 "]), BLANK),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), max_size=6)


def _is_blank(cell: str) -> bool:
    return cell.strip(" \t\r\n\u3000\u00a0") == ""


def _number(cell: str) -> Decimal | None:
    try:
        found = Decimal(cell.strip(" "))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _money(cell: str) -> Decimal | None:
    found = _number(cell)
    if found is None or found != round(found, 2) or abs(found) >= 10**16:
        return None
    return found


def _whole(cell: str) -> Decimal | None:
    found = _number(cell)
    return found if found is not None and found == found.to_integral_value() else None


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if len(cell) == 10 else None
    except ValueError:
        return None


def _moment(cell: str) -> datetime | None:
    try:
        return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None


def _flag(cell: str) -> bool | None:
    return {"true": True, "false": False}.get(cell)


READ: dict[str, Callable[[str], Any]] = {
    "amount": _money,
    "rate": _number,
    "score": _number,
    "term_months": _whole,
    "signed_date": _day,
    "paid_at": _moment,
    "is_green": _flag,
}
RANGES = {"amount": (0, 10**17), "rate": (0, 10), "term_months": (0, 600)}


def value_of(row: Row) -> dict[str, Any]:
    """Return a row's values; null where a cell is blank or is none of its type."""
    return {
        name: None if _is_blank(cell) else READ[name](cell) if name in READ else cell
        for name, cell in row.items()
    }


def faults_of(row: Row) -> set[tuple[str, str | None]]:
    """Return every rule that a row alone breaks, judged in plain Python."""
    values = value_of(row)
    found: set[tuple[str, str | None]] = set()
    for name, cell in row.items():
        if name in READ and not _is_blank(cell) and values[name] is None:
            found.add(("type", name))
        if name in RANGES and values[name] is not None:
            low, high = RANGES[name]
            if not low <= values[name] <= high:
                found.add(("range", name))
    found |= {("required", n) for n in ("deal_id", "product") if values[n] is None}
    if values["product"] not in (None, "micro", "auto", "other"):
        found.add(("allowed", "product"))
    code = values["area_code"]
    if code is not None and not (len(code) == 6 and code.isdigit()):
        found.add(("pattern", "area_code"))
    signed, paid = values["signed_date"], values["paid_at"]
    if signed is not None and paid is not None and paid.date() < signed:
        found.add(("paid_before_signed", None))
    return found


def judged(rows: list[Row]) -> dict[int, set[tuple[str, str | None]] | str]:
    """Return what has to become of each row: its reasons, ``stored`` or ``copy``."""
    found: dict[int, set[tuple[str, str | None]] | str] = {}
    wholes = [(tuple(value_of(row).items()), frozenset(_seen(row))) for row in rows]
    for at, row in enumerate(rows):
        reasons = faults_of(row)
        key = value_of(row)["deal_id"]
        same = [n for n, other in enumerate(rows) if value_of(other)["deal_id"] == key]
        if key is not None and len({wholes[n] for n in same}) > 1:
            reasons = {*reasons, ("key_conflict", "deal_id")}
        if reasons:
            found[at + 1] = reasons
        else:
            found[at + 1] = "stored" if same[0] == at else "copy"
    return found


def _seen(row: Row) -> set[tuple[str, str]]:
    """Return the cells that no value stands for: rows that differ there differ."""
    return {
        (column, row[column])
        for rule, column in faults_of(row)
        if rule == "type" and column
    }


def outcome(folder: Path, count: int) -> dict[int, set[tuple[str, str | None]] | str]:
    found: dict[int, Any] = {}
    for number, rule, column in ask(
        folder, "select row_number, rule, column_name from current_quarantine"
    ):
        found.setdefault(number, set()).add((rule, column))
    assert set(found) <= set(range(1, count + 1))
    return found


def _check_rows(folder: Path, rows: list[Row], counts: tuple[int, ...] | str) -> None:
    assert not isinstance(counts, str), counts
    expected = judged(rows)
    bad = {at: what for at, what in expected.items() if not isinstance(what, str)}
    assert outcome(folder, len(rows)) == bad
    stored = [at for at, what in expected.items() if what == "stored"]
    assert counts == (
        len(rows), len(stored), len(rows) - len(stored) - len(bad), len(bad)
    )  # fmt: skip
    kept = ask(folder, "select deal_id, amount, signed_date, channel from deal")
    values = [value_of(rows[at - 1]) for at in stored]
    names = ("deal_id", "amount", "signed_date", "channel")
    assert {tuple(v[name] for name in names) for v in values} == set(kept)


def _as_csv(rows: list[Row]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(
        buffer, list(CELLS), quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


@FEW
@given(ROWS)
def test_every_generated_row_becomes_what_plain_python_says(
    try_load: Callable[..., Any], tmp_path: Path, rows: list[Row]
) -> None:
    counts = try_load(_as_csv(rows))

    _check_rows(tmp_path, rows, counts)


@FEW
@given(ROWS.filter(bool))
def test_every_generated_record_of_ndjson_becomes_the_same(
    try_load: Callable[..., Any], tmp_path: Path, rows: list[Row]
) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    counts = try_load(lines.encode(), name="deal.ndjson")

    _check_rows(tmp_path, rows, counts)


@pytest.mark.slow
@MANY
@given(ROWS)
def test_every_generated_row_becomes_what_plain_python_says_at_length(
    try_load: Callable[..., Any], tmp_path: Path, rows: list[Row]
) -> None:
    counts = try_load(_as_csv(rows))

    _check_rows(tmp_path, rows, counts)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(), ODD),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(ODD, inner, max_size=2)
    ),
    max_leaves=4,
)


@FEW
@given(
    st.lists(
        st.one_of(
            st.fixed_dictionaries(
                {"deal_id": VALUES, "product": VALUES, "amount": VALUES}
            ),
            VALUES,
        ),
        max_size=5,
    )
)
def test_whatever_values_stand_in_ndjson_no_line_is_lost(
    try_load: Callable[..., Any], lines: list[Any]
) -> None:
    head = {"deal_id": "d0", "product": "micro", "amount": 1}
    text = "".join(json.dumps(each) + "\n" for each in (head, *lines))

    found = try_load(text.encode(), name="deal.ndjson")

    if not isinstance(found, str):
        assert found[0] == 1 + len(lines)
