"""Reading Parquet files, whose columns have types of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from esg.engine.duck import EngineFault, quote_name, quote_text
from esg.errors import DataError
from esg.load.readers.csv_file import quote_path
from esg.load.readers.part import RAGGED_TABLE, Part

if TYPE_CHECKING:
    from pathlib import Path

    from esg.engine.duck import Connection
    from esg.spec.source import Input

_MAGIC = b"PAR1"
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def open_part(
    connection: Connection, path: Path, item: Input, source: str, scratch: Path
) -> Part:
    """Return a Parquet file as a part, with the values of its hive partitions.

    Args:
        connection: Where it will be read.
        path: The file; folders as ``year=2026`` right above it become columns of text,
            unless the file has such a column itself.
        item: Unused: the file says all itself.
        source: Likewise.
        scratch: Likewise.

    Raises:
        DataError: The file is empty, no Parquet, or cut off.
    """
    del source, scratch
    if path.stat().st_size == 0:
        raise DataError(
            f"{path.name}: the file is empty.", hint="Write the file again."
        )
    with path.open("rb") as file:
        magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        raise DataError(
            f"{path.name}: the file is not Parquet; it starts with "
            f"{len(magic)} other bytes than 'PAR1'.",
            hint="Export it as Parquet, or name it .csv if it is one.",
        )
    # DuckDB would guess a type for the values of partitions: '007' would become 7.
    relation = f"read_parquet({quote_path(path)}, hive_partitioning = false)"
    try:
        rows = connection.execute(f"describe from {relation}").fetchall()
    except EngineFault as error:
        raise explain(path, item, "", (), error) from error
    columns = [row[0] for row in rows]
    own = {name.lower() for name in columns}
    added = {n: v for n, v in partitions(path).items() if n.lower() not in own}
    if added:
        constants = ", ".join(
            f"{'null::varchar' if value is None else quote_text(value)} "
            f"as {quote_name(name)}"
            for name, value in added.items()
        )
        relation = f"(select *, {constants} from {relation})"  # noqa: S608
    return Part(path.name, relation, (*columns, *added), is_text=False)


def finish_part(
    connection: Connection, part: Part, path: Path, item: Input, source: str
) -> int:
    """Empty ``ragged_row``: no record of a Parquet file is ragged."""
    del part, path, item, source
    connection.execute(
        f"create or replace temp table {RAGGED_TABLE} "
        "(source_row bigint, fields varchar)"
    )
    return 0


def partitions(path: Path) -> dict[str, str | None]:
    """Return the values that folders as ``year=2026`` right above a file give.

    Only an unbroken run of such folders counts, so that one further up, above the
    workspace, does not. A value is null where the writer had none.
    """
    found: dict[str, str | None] = {}
    for folder in reversed(path.parts[:-1]):
        name, equals, value = folder.partition("=")
        if not (name and equals):
            break
        # The folder nearest to the file counts, should a name stand twice.
        found.setdefault(unquote(name), None if value == _NO_VALUE else unquote(value))
    return dict(reversed(found.items()))


def explain(
    path: Path, item: Input, source: str, header: tuple[str, ...], error: Exception
) -> DataError:
    """Return what to say of an error of the engine while it read a Parquet file."""
    del item, source, header, error
    return DataError(
        f"{path.name}: the file cannot be read as Parquet; it may be cut off.",
        hint="Write the file again.",
    )
