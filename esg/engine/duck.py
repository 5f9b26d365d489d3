"""DuckDB connections as this project needs them; the only module that imports duckdb.

What lives here: how a connection is opened and hardened, and how a result becomes a
Polars frame. What must not: any knowledge of indicators, contracts or sources.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from esg.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

Connection = duckdb.DuckDBPyConnection
EngineFault = duckdb.Error

_MEMORY = 6_000_000_000
_BYTES = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_ARROW = "arrow_rows"
_READING = re.compile(r"\b(csv|json|parquet|utf-?8)\b|invalid state", re.IGNORECASE)
_DAMAGE = re.compile(r"enough bytes|corrupt|checksum|deserializ", re.IGNORECASE)
_END = re.compile(r";\s*(?:--[^\n]*\n?\s*|/\*.*?\*/\s*)*\Z", re.DOTALL)
_T = TypeVar("_T")
_KIND = re.compile(r"^[A-Z](?:[A-Za-z-]* ){1,3}Error: ")


def open_memory() -> Connection:
    """Return an in-memory connection that never reaches for the network."""
    return _harden(duckdb.connect(":memory:"))


def open_file(path: Path, *, read_only: bool) -> Connection:
    """Return a connection to a warehouse file.

    Args:
        path: The file; created when absent and not ``read_only``.
        read_only: Whether the file must stay as it is, held by DuckDB itself.
    """
    return _harden(duckdb.connect(str(path), read_only=read_only))


def open_draft(path: Path) -> Connection:
    """Return a connection that writes a file which is nobody's yet; made when absent.

    Nothing goes to a log first, and the file is whole only after ``checkpoint``: what
    is closed or killed before is to be thrown away.
    """
    connection = open_memory()
    try:
        connection.execute(
            f"attach {quote_text(str(path))} as draft (recovery_mode no_wal_writes)"
        )
        connection.execute("use draft")
        # Packing what was written once is cheaper than after every table.
        connection.execute("set checkpoint_threshold = '1GB'")
        connection.execute("pragma disable_checkpoint_on_shutdown")
    except EngineFault:
        connection.close()
        raise
    return connection


def bound_memory(connection: Connection, spill: Path) -> None:
    """Let a connection use six gigabytes, and a folder for what is more.

    Args:
        connection: What the engine would use by itself is four fifths of the machine.
        spill: Made when it is needed, and removed when the connection is closed.
    """
    connection.execute(f"set temp_directory = {quote_text(str(spill))}")
    row = fetch_row(connection, "select current_setting('memory_limit')")
    number, unit = str(row[0] if row else "").split()
    if float(number) * _BYTES[unit] > _MEMORY:
        connection.execute(f"set memory_limit = '{_MEMORY} bytes'")


def within_memory(connection: Connection, work: Callable[[], _T]) -> _T:
    """Do some work, and again by another plan where the first does not fit into memory.

    The planner has a join keep the side in memory that it believes to be smaller, with
    all its columns. Several such joins in one query are more than it can write to
    disk; kept is then the side that the query names last.

    Args:
        connection: What the work asks.
        work: Leaves nothing behind when it fails.

    Raises:
        MachineError: There is no memory, or no space on the disk, for either.
    """
    try:
        return _on_machine(work)
    except MachineError as error:
        if not isinstance(error.__cause__, duckdb.OutOfMemoryException):
            raise
    connection.execute("set disabled_optimizers = 'build_side_probe_side'")
    try:
        return _on_machine(work)
    finally:
        connection.execute("set disabled_optimizers = ''")


def _on_machine(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except EngineFault as error:
        if not is_disk_fault(error):
            raise
        raise MachineError(
            f"A query found no space or memory left: {fault_words(error)}.",
            hint="Free some disk space, or ask for fewer indicators or breakdowns.",
        ) from error


def attach_scratch(connection: Connection, folder: Path) -> str | None:
    """Attach a database that packs its tables, and is gone with the connection.

    Tables in memory are not packed: they take ten times the room.

    Args:
        connection: Whose database it is.
        folder: Where its file grows. It has no name there, so that nothing is left
            behind, whatever becomes of the process.

    Returns:
        What it is called; null where the folder cannot be written.
    """
    path = folder / f".scratch-{os.getpid()}"
    path.unlink(missing_ok=True)
    try:
        connection.execute(
            f"attach {quote_text(str(path))} as scratch (recovery_mode no_wal_writes)"
        )
    except duckdb.IOException:
        return None
    path.unlink()
    # Its tables are read by their plain names.
    connection.execute("set search_path = 'memory.main,scratch.main'")
    return "scratch"


def _harden(connection: Connection) -> Connection:
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute("set enable_progress_bar = false")
    return connection


def is_disk_fault(error: BaseException) -> bool:
    """Return whether an engine's error is the machine's: no space, no memory left."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return True
    # A commit that cannot write its log is told as a fault of the transaction, and what
    # is asked of the file after that as a fatal one.
    kinds = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
    words = str(error).lower()
    return isinstance(error, kinds) and (
        "could not write" in words or "no space" in words or "file too large" in words
    )


def is_damage(error: BaseException) -> bool:
    """Return whether an engine's error says that a database file is damaged."""
    kinds = (
        duckdb.IOException,
        duckdb.FatalException,
        duckdb.InternalException,
        duckdb.SerializationException,
    )
    return isinstance(error, kinds) and _DAMAGE.search(str(error)) is not None


def is_value_fault(error: BaseException) -> bool:
    """Return whether SQL ran until it met a value it cannot work with."""
    kinds = (
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.OutOfRangeException,
    )
    return isinstance(error, kinds) and not _READING.search(str(error))


def fault_words(error: BaseException) -> str:
    """Return the first line of an engine's error, without the name of its kind.

    Not for faults of values: those lines repeat them.
    """
    line = str(error).strip().splitlines()[0]
    words = _KIND.sub("", line).rstrip("!.")
    return words[:1].lower() + words[1:]


def one_select(connection: Connection, text: str) -> str:
    """Return the only select of a text, without what stands behind its end.

    Raises:
        ValueError: The text is no SQL, or is not one select; the words say which.
    """
    try:
        found = connection.extract_statements(text)
    except duckdb.Error as error:
        place = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
        line = f" in line {place[1]}" if place else ""
        raise ValueError(f"is no SQL{line}: {fault_words(error)}") from error
    if len(found) != 1:
        raise ValueError(f"holds {len(found)} statements where one select is wanted")
    if found[0].type != duckdb.StatementType.SELECT:
        raise ValueError("does more than one select, which is all it may be")
    return _END.sub("", found[0].query)


def put_arrow(
    connection: Connection, table: str, data: object, select: str = "*"
) -> None:
    """Put rows in Arrow's form into a temporary table, after those it holds already.

    Args:
        connection: Where the table is.
        table: Its quoted name; made when absent.
        data: A table, batch or anything else DuckDB reads as Arrow.
        select: SQL over the columns of ``data``, for what the table gets.
    """
    connection.register(_ARROW, data)
    try:
        query = f"select {select} from {_ARROW}"  # noqa: S608
        connection.execute(
            f"create temp table if not exists {table} as {query} with no data"
        )
        connection.execute(f"insert into {table} {query}")
    finally:
        connection.unregister(_ARROW)


def fetch(
    connection: Connection, query: str, params: dict[str, Any] | None = None
) -> pl.DataFrame:
    """Run one query and return all its rows.

    Args:
        connection: Where to run it.
        query: One statement that returns rows.
        params: Values for ``$name`` placeholders.

    Returns:
        The rows in the query's own order; sort in the query.
    """
    frame: pl.DataFrame = connection.sql(query, params=params).pl()
    return frame


def fetch_few(connection: Connection, query: str) -> pl.DataFrame:
    """Run one query and return its rows, texts and whole numbers only.

    For a handful of rows: what carries millions takes a tenth of a second to import.
    """
    import polars as pl  # noqa: PLC0415 - only once there are data

    result = connection.execute(query)
    kinds = [
        (name, pl.String if str(kind) == "VARCHAR" else pl.Int64)
        for name, kind, *_ in result.description
    ]
    return pl.DataFrame(result.fetchall(), schema=kinds, orient="row")


def fetch_row(
    connection: Connection,
    query: str,
    params: list[Any] | dict[str, Any] | None = None,
) -> tuple[Any, ...] | None:
    """Return the first row of a small result, or None when there is none.

    DuckDB 2 blocks a connection while a result is open, so all rows are taken.
    """
    rows = connection.execute(query, params).fetchall()
    return rows[0] if rows else None


def statements(connection: Connection, text: str) -> list[duckdb.Statement]:
    """Return the statements of a text, parsed and not run."""
    return connection.extract_statements(text)


def quote_name(name: str) -> str:
    """Return an identifier quoted for SQL, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text literal quoted for SQL."""
    return "'" + text.replace("'", "''") + "'"
