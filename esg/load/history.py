"""The history of loads: which number comes next, and what is kept of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esg.engine.duck import fetch_row

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.load.inputs import Content
    from esg.load.judge import Counts


@dataclass(frozen=True)
class Occasion:
    """When a load happens and who started it."""

    now: datetime
    """UTC, without a zone."""
    by: str | None = None
    """Who, as far as is known."""

    @classmethod
    def at(cls, moment: datetime | None, by: str | None) -> Occasion:
        """Return an occasion at a moment of any zone; the clock's when null."""
        moment = moment or datetime.now(tz=UTC)
        return cls(moment.astimezone(UTC).replace(tzinfo=None), by)


def next_load_no(connection: Connection) -> int:
    """Return the number of the next load."""
    row = fetch_row(connection, "select coalesce(max(load_no), 0) + 1 from load")
    return int(row[0]) if row else 1


def last_watermark(
    connection: Connection, source: str, until: int | None = None
) -> str | None:
    """Return up to which value of its ``since`` column a source was read.

    Args:
        connection: Holds the history of loads.
        source: Its name.
        until: The last load to count; all when null.
    """
    row = fetch_row(
        connection,
        "select watermark from load where source = $source and kind <> 'retry' "
        "and ($until is null or load_no <= $until) order by load_no desc limit 1",
        {"source": source, "until": until},
    )
    return row[0] if row else None


@dataclass(frozen=True)
class Loaded:
    """What the history of loads keeps of one, beside its counts."""

    load_no: int
    source: str
    table: str
    kind: str
    place: str
    sha256: str
    fingerprint: str
    watermark: str | None = None


def record(
    connection: Connection,
    loaded: Loaded,
    occasion: Occasion,
    counts: Counts,
    moved: tuple[int, int],
    contents: tuple[Content, ...] = (),
) -> None:
    """Write a load into the history of loads."""
    connection.execute(
        "insert into load values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            loaded.load_no, loaded.source, loaded.table, loaded.kind,
            loaded.place, loaded.sha256, loaded.fingerprint, occasion.now, occasion.by,
            loaded.watermark, counts.read, counts.stored, counts.duplicate,
            counts.quarantined, *moved,
        ],
    )  # fmt: skip
    for each in contents:
        connection.execute(
            "insert into load_input values (?, ?, ?, ?)",
            [loaded.load_no, each.item.name, each.place, each.sha256],
        )
