"""Sources of a workspace: where rows of a core table come from and how to read them.

Read from ``[sources.NAME]`` in ``esg.toml``. A source has one input, or several that
its mapping joins; what is said beside them (sentinels, codes, time zone, currency)
holds for the columns of the core table, after the mapping.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from esg.spec.fields import Fields

Format = Literal[
    "csv", "parquet", "json", "ndjson", "xlsx", "duckdb", "sqlite", "postgres", "mysql"
]
Mode = Literal["snapshot", "incremental"]

MAIN_INPUT = "source"
"""The view that a mapping selects from, and the name of a source's first input."""

OTHERS = "*"
"""In a code map: every code that is named nowhere and is not allowed either."""

DATABASES: tuple[Format, ...] = ("duckdb", "sqlite", "postgres", "mysql")
SERVERS: tuple[Format, ...] = ("postgres", "mysql")

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".duckdb": "duckdb",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}
_PACKED = (".gz", ".zst")
_NAME = re.compile(r"\w[\w .-]*")
ENCODINGS = ("utf-8", "utf-16", "gb18030", "latin-1")


@dataclass(frozen=True)
class Input:
    """One file, several alike, or one table of a database."""

    name: str
    """Under which a mapping reads it."""
    format: Format
    path: str | None
    """A file, a glob or a folder of hive partitions, as written; null for a server."""
    url_env: str | None
    """The environment variable that holds a server's address with its password."""
    table: str | None
    """The table of a database; null where ``query`` is."""
    query: str | None
    """A select that the database answers."""
    since: str | None
    """A column of the database that only grows: rows above its last value are new."""
    delimiter: str
    quote: str
    encoding: str
    sheet: str | None
    """Of a workbook; the first when null."""
    header_row: int
    """Line of a sheet that holds the names, from 1."""


@dataclass(frozen=True)
class Source:
    """Where rows of one core table come from."""

    name: str
    table: str
    inputs: tuple[Input, ...]
    max_bad_share: float
    """Above this share of bad rows the load stops and nothing is stored."""
    mode: Mode
    """Whether a load holds all rows (one that is gone is superseded), or only new and
    corrected ones."""
    missing: tuple[str, ...]
    """Texts that mean there is no value."""
    currency: str | None
    """Of every row, where the source has no such column; null when it has."""
    time_zone: str | None
    """Of times without an offset; the institution's when null."""
    codes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Columns with the source's codes and ours; ``*`` stands for all others."""

    @property
    def main(self) -> Input:
        """The input named ``source``, or the only one."""
        return self.inputs[0]

    @property
    def place(self) -> str:
        """Where the rows come from, for people: paths as written, or a variable."""
        return ", ".join(i.path or f"${i.url_env}" for i in self.inputs)

    def code_map(self, column: str) -> dict[str, str]:
        """Return the source's codes of a column and ours; empty where none are."""
        return dict(dict(self.codes).get(column, ()))


def read_sources(fields: Fields) -> tuple[Source, ...]:
    """Return the sources that ``esg.toml`` declares, recording every fault."""
    declared: dict[str, Any] = fields.take("sources", dict, required=False) or {}
    found = []
    for name, data in declared.items():
        if not isinstance(data, dict):
            fields.fault("sources", f"holds '{name}' without a table of keys")
            continue
        if not _NAME.fullmatch(name):
            fields.fault(
                "sources",
                f"holds {name!r}; a source is named by letters, digits, '_', '-', "
                "'.' and blanks, for its mapping is sources/NAME.sql",
            )
            continue
        found.append(_read_source(name, fields.inner(f"sources.{name}", data)))
    return tuple(found)


def _read_source(name: str, inner: Fields) -> Source:
    share = inner.take("max_bad_share", float, required=False)
    if share is not None and not 0 <= share <= 1:
        inner.fault("max_bad_share", f"is {share}, not between 0 and 1")
    zone = inner.text("time_zone", default="") or None
    if zone is not None and not is_zone(zone):
        inner.fault("time_zone", f"is '{zone}', not a zone as 'Asia/Shanghai'")
    currency = inner.text("currency", default="") or None
    if currency is not None and not is_currency(currency):
        inner.fault("currency", f"is '{currency}', not a code as 'CNY'")
    source = Source(
        name=name,
        table=inner.text("table", default=name),
        inputs=_read_inputs(inner),
        max_bad_share=0.05 if share is None else float(share),
        mode=cast("Mode", inner.choice("mode", get_args(Mode), default="snapshot")),
        missing=inner.texts("missing"),
        currency=currency,
        time_zone=zone,
        codes=_read_codes(inner),
    )
    inner.finish()
    if source.inputs[0].since and source.mode != "incremental":
        inner.fault("since", 'needs mode = "incremental"')
    return source


def _read_inputs(inner: Fields) -> tuple[Input, ...]:
    main = _read_input(MAIN_INPUT, inner)
    declared: dict[str, Any] = inner.take("inputs", dict, required=False) or {}
    others = []
    for name, data in declared.items():
        if not isinstance(data, dict):
            inner.fault("inputs", f"holds '{name}' without a table of keys")
            continue
        if not name.isidentifier() or name == MAIN_INPUT:
            inner.fault("inputs", f"holds '{name}', which cannot name a view")
        each = inner.inner(f"inputs.{name}", data)
        others.append(_read_input(name, each))
        each.finish()
    return (main, *others)


def _read_input(name: str, inner: Fields) -> Input:
    path = inner.text("path", default="") or None
    url_env = inner.text("url_env", default="") or None
    kind = _read_format(inner, path, url_env)
    delimiter = _one_character(inner, "delimiter", "\t" if _is_tab(path) else ",")
    quote = _one_character(inner, "quote", '"')
    header_row = inner.take("header_row", int, required=False)
    if header_row is not None and header_row < 1:
        inner.fault("header_row", f"is {header_row}, not 1 or more")
    # The source's own key ``table`` names a core table, so a database's is ``from``.
    found = Input(
        name=name,
        format=kind,
        path=path,
        url_env=url_env,
        table=inner.text("from", default="") or None,
        query=inner.text("query", default="") or None,
        since=inner.text("since", default="") or None,
        delimiter=delimiter,
        quote=quote,
        encoding=inner.choice("encoding", ENCODINGS, default="utf-8"),
        sheet=inner.text("sheet", default="") or None,
        header_row=header_row or 1,
    )
    if kind in DATABASES and (found.table is None) == (found.query is None):
        inner.fault("from", "or 'query' is needed for a database, and only one of them")
    if kind not in DATABASES and (found.table or found.query or found.since):
        inner.fault("from", "or 'query' or 'since' is for databases only")
    return found


def _read_format(inner: Fields, path: str | None, url_env: str | None) -> Format:
    by_name = format_of(path) if path is not None else "postgres"
    kind = inner.choice("format", get_args(Format), default=by_name)
    if path is None and url_env is None:
        inner.fault("path", "is missing; a database server has 'url_env' instead")
        return "csv"
    if path is not None and url_env is not None:
        inner.fault("url_env", "stands beside 'path'; only one of them can be meant")
    elif path is None and "format" not in inner.data:
        inner.fault("format", "is missing; a server is 'postgres' or 'mysql'")
    elif kind in get_args(Format) and (kind in SERVERS) != (path is None):
        inner.fault("format", f"is '{kind}', which does not go with its address")
    return cast("Format", kind)


def format_of(path: str) -> Format:
    """Return a file's format by its name; CSV when the name tells nothing."""
    pure = PurePath(path)
    suffixes = [suffix.lower() for suffix in pure.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return _SUFFIXES.get(suffixes[-1], "csv") if suffixes else "csv"


def _is_tab(path: str | None) -> bool:
    return path is not None and ".tsv" in PurePath(path).suffixes


def _one_character(inner: Fields, key: str, default: str) -> str:
    value = inner.text(key, default=default)
    if len(value) != 1 or value in "\r\n" or (key == "delimiter" and value == '"'):
        inner.fault(key, f"is {value!r}, not one character as {default!r}")
    return value


def _read_codes(
    inner: Fields,
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    declared: dict[str, Any] = inner.take("codes", dict, required=False) or {}
    found = []
    for column, data in declared.items():
        if not isinstance(data, dict) or not all(
            isinstance(ours, str) for ours in data.values()
        ):
            inner.fault("codes", f'holds \'{column}\' without pairs as "05" = "auto"')
            continue
        nothing = [theirs for theirs, ours in data.items() if not ours.strip()]
        if nothing:
            inner.fault(
                "codes",
                f"maps '{nothing[0]}' of '{column}' to nothing; list it under "
                "'missing' instead",
            )
        found.append((column, tuple(sorted(data.items()))))
    return tuple(sorted(found))


def is_zone(name: str) -> bool:
    """Return whether a text names a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_currency(code: str) -> bool:
    """Return whether a text has the form of an ISO 4217 code."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()  # noqa: PLR2004
