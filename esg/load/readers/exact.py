"""Values of other programs, as the text that says exactly what they are."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from esg.engine.duck import fetch_row, put_arrow, quote_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from esg.engine.duck import Connection
    from esg.load.readers.part import Part


_NUMBERS = {int, float}


def digits(number: str) -> str:
    """Return SQL for the text of a binary fraction.

    Programs show 15 digits of one, so a number that these put at a cent is meant to be
    that cent: 0.1 + 0.2 is 0.3. Another one keeps all its digits.

    Args:
        number: SQL for a DOUBLE.
    """
    cent = f"format('{{:.2f}}', {number})"
    return (
        f"case when {number} = trunc({number}) and abs({number}) < 1e38 "
        f"then cast(cast({number} as decimal(38, 0)) as varchar) "
        f"when cast({cent} as double) "
        f"in ({number}, cast(format('{{:.15g}}', {number}) as double)) "
        f"then regexp_replace({cent}, '\\.?0+$', '') "
        f"else cast({number} as varchar) end"
    )


def put_rows(
    connection: Connection,
    table: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> str | None:
    """Put rows of integers, fractions and texts into a temporary table of text.

    Args:
        connection: Where the table is.
        table: Its quoted name; made when absent.
        names: Of its columns.
        rows: Any number of rows, also none.

    Returns:
        Null, or the name of a column that holds bytes: then no row was put.
    """
    # Most loads meet no such rows and need not wait for it.
    import pyarrow as pa  # noqa: PLC0415

    columns: dict[str, pa.Array] = {}
    texts = []
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    for at, (name, values) in enumerate(zip(names, cells, strict=True)):
        kinds = set(map(type, values))
        if bytes in kinds:
            return name
        text, number = f"c{at}", f"n{at}"
        written = map(_text, values) if kinds & _NUMBERS else values
        columns[text] = pa.array(written, pa.string())
        if float in kinds:
            fractions = (v if isinstance(v, float) else None for v in values)
            columns[number] = pa.array(fractions, pa.float64())
            text = f"coalesce({text}, {digits(number)})"
        texts.append(f"{text} as {quote_name(name)}")
    put_arrow(connection, table, pa.table(columns), ", ".join(texts))
    return None


def _text(value: float | str | None) -> str | None:
    return None if value is None or isinstance(value, float) else str(value)


def fingerprint(connection: Connection, part: Part, *, in_order: bool) -> str:
    """Return what identifies the rows of a part that is a table.

    Args:
        connection: Holds the table.
        part: Its columns and types count too.
        in_order: Whether rows in another order are another content.
    """
    cells = ["cast(rowid as varchar)"] if in_order else []
    for name in part.columns:
        text = f"cast({quote_name(name)} as varchar)"
        # With its length no cell can be taken for two, nor a null for a text.
        cells.append(f"coalesce(strlen({text}) || ':' || {text}, '-')")
    whole = " || ',' || ".join(cells)
    sums = fetch_row(
        connection,
        "select count(*), sum(md5_number_lower(whole)), sum(md5_number_upper(whole)) "  # noqa: S608
        f"from (select {whole} as whole from {part.relation})",
    )
    kinds = connection.execute(f"describe {part.relation}").fetchall()
    listed = [(name, kind) for name, kind, *_ in kinds]
    return sha256(repr((listed, sums)).encode()).hexdigest()
