"""Reading declarations strictly: YAML and TOML into checked values, all faults at once.

PyYAML keeps the last of two equal keys in silence and reads ``NO`` as false; both have
ended in wrong reports elsewhere, so both are refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from esg.errors import ContentError, UsageError, join_faults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

T = TypeVar("T")

_TYPE_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
    date: "a date as 2026-01-01",
}

LANGUAGES = ("en", "zh")


# libyaml's parser is ten times as fast, and every command reads many declarations;
# PyYAML can be built without it.
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_SafeLoader):  # type: ignore[misc,valid-type] # chosen above
    """SafeLoader with YAML 1.2 booleans, no silent duplicates, and key lines kept."""


_StrictLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)


class _Keyed(dict[str, Any]):
    """A mapping that remembers on which line each key stands."""

    lines: dict[str, int]


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> _Keyed:
    found = _Keyed()
    found.lines = {}
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands twice", key_node.start_mark
            )
        found.lines[key] = key_node.start_mark.line + 1
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def _construct_date(loader: _StrictLoader, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(
            None, None, f"'{node.value}' is no day of the calendar", node.start_mark
        ) from error


_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _construct_date)


def read_text(path: Path, where: str) -> str:
    """Return a declaration's text.

    Args:
        path: The file.
        where: The file, as messages shall name it.

    Raises:
        ContentError: It is absent, unreadable or not UTF-8.
    """
    try:
        # Notepad puts a byte order mark before what it saves.
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise ContentError(
            f"{where}: the file cannot be read: {error.strerror}.",
            hint="Bring it back, or check that it is a file and that you may read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise ContentError(
            f"{where}: the file is not UTF-8 text.", hint="Save it as UTF-8."
        ) from error


def read_yaml(text: str, *, where: str, first_line: int = 1) -> dict[str, Any]:
    """Return the mapping that a YAML text holds.

    Args:
        text: The YAML.
        where: The file, as messages shall name it.
        first_line: On which line of the file the text starts, from 1.

    Raises:
        ContentError: The text is no YAML, holds a key twice, or is no mapping.
    """
    # A leading blank line for each line before: marks then count in the file.
    padded = "\n" * (first_line - 1) + text
    try:
        data = yaml.load(padded, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else first_line
        raise ContentError(
            f"{where}, line {line}: {error.problem or 'not readable as YAML'}.",
            hint="Mend the YAML there; text with ': ' or '#' needs quotes.",
        ) from error
    if not isinstance(data, dict):
        raise ContentError(
            f"{where}, line {first_line}: the file holds no mapping.",
            hint="Start it with 'key: value' lines.",
        )
    return data


_FRONT_MATTER = re.compile(r"\A/\*---\n(?P<yaml>.*?)\n---\*/\n(?P<sql>.*)\Z", re.DOTALL)


def read_front_matter(text: str, *, where: str) -> tuple[dict[str, Any], str]:
    """Return the YAML front matter of a SQL file, and the SQL after it.

    Raises:
        ContentError: There is none, or it is no YAML.
    """
    found = _FRONT_MATTER.match(text)
    if not found:
        raise ContentError(
            f"{where}, line 1: the file does not start with front matter.",
            hint="Start with '/*---', YAML lines, '---*/' and then the SQL.",
        )
    return read_yaml(found["yaml"], where=where, first_line=2), found["sql"]


@dataclass
class Fields:
    """One mapping of a declaration, read key by key, collecting faults."""

    data: dict[str, Any]
    where: str
    faults: list[str]
    path: str = ""
    known: set[str] = field(default_factory=set)

    def place(self, key: str) -> str:
        """Return where a key stands: the file, and its line where the file tells it."""
        line = getattr(self.data, "lines", {}).get(key)
        return f"{self.where}, line {line}" if line else self.where

    def fault(self, key: str, text: str) -> None:
        """Record a fault of one key, with its line where the file tells it."""
        self.faults.append(f"{self.place(key)}: '{self.path}{key}' {text}.")

    def take(self, key: str, kind: type, *, required: bool = True) -> Any:
        """Return a key's value of a Python type; None (and a fault) when wrong."""
        self.known.add(key)
        if key not in self.data or self.data[key] is None:
            if required:
                line = min(getattr(self.data, "lines", {}).values(), default=None)
                place = f"{self.where}, line {line}" if line else self.where
                self.faults.append(f"{place}: the key '{self.path}{key}' is missing.")
            return None
        value = self.data[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return value
        if not isinstance(value, kind) or (
            isinstance(value, bool) and kind is not bool
        ):
            wrong = f"is {_as_written(value)}, not {_TYPE_NAMES[kind]}"
            if kind is str and not isinstance(value, (list, dict)):
                wrong += "; put it in quotes"
            if kind is date and isinstance(value, str):
                wrong += ", without quotes"
            self.fault(key, wrong)
            return None
        return value

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text; required when there is no default."""
        value = self.take(key, str, required=default is None)
        return value if isinstance(value, str) else (default or "")

    def choice(self, key: str, allowed: tuple[str, ...], default: str = "") -> str:
        """Return one of the allowed texts, naming the nearest when it is none."""
        value = self.text(key, default=default or None)
        if value and value not in allowed:
            self.fault(key, f"is '{value}'{suggest(value, allowed)}")
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts as a tuple."""
        value = self.take(key, list, required=required) or []
        wrong = [item for item in value if not isinstance(item, str)]
        if wrong:
            self.fault(key, f"holds {wrong[0]!r}, not text")
            return ()
        return tuple(value)

    def both_languages(self, key: str, *, required: bool = True) -> dict[str, str]:
        """Return a text in every language: ``{en: …, zh: …}``."""
        value = self.take(key, dict, required=required)
        if value is None:
            return {}
        inner = self.inner(key, value)
        texts = {language: inner.text(language) for language in LANGUAGES}
        for language, text in texts.items():
            if (
                language in value
                and isinstance(value[language], str)
                and not text.strip()
            ):
                inner.fault(language, "is empty; write it out")
        inner.finish()
        return texts

    def mappings(self, key: str, *, required: bool = False) -> list[Fields]:
        """Return a list of mappings, each to be read in turn."""
        value = self.take(key, list, required=required) or []
        found = []
        for index, item in enumerate(value, start=1):
            if isinstance(item, dict):
                found.append(self.inner(f"{key}[{index}]", item))
            else:
                self.fault(key, f"holds {item!r}, not a mapping")
        return found

    def needs(self) -> dict[str, tuple[str, ...]]:
        """Return ``needs``: the columns a query cannot do without, by table."""
        declared = self.take("needs", dict) or {}
        found = {}
        for table, columns in declared.items():
            if isinstance(columns, list):
                found[table] = tuple(str(column) for column in columns)
            else:
                self.fault("needs", f"names no list of columns for '{table}'")
        return found

    def refuse_faults(self, hint: str | None = None) -> None:
        """Raise one error with all faults recorded so far, if there are any.

        Args:
            hint: What to do about them, beyond what each fault says.

        Raises:
            ContentError: There are.
        """
        if self.faults:
            raise ContentError(join_faults(self.faults), hint=hint)

    def inner(self, key: str, data: dict[str, Any]) -> Fields:
        """Return a reader of a mapping inside this one, sharing the faults."""
        return Fields(data, self.where, self.faults, f"{self.path}{key}.")

    def finish(self) -> None:
        """Record every key that nobody asked for."""
        for key in self.data:
            if key not in self.known:
                self.fault(key, f"is not known here{suggest(key, tuple(self.known))}")


def _as_written(value: object) -> str:
    """Return a value as YAML has it, where Python would spell it otherwise."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, date) else repr(value)


def read_fields(path: Path, where: str, faults: list[str] | None = None) -> Fields:
    """Return a reader of the mapping that one YAML file holds.

    Args:
        path: The file.
        where: The file, as messages shall name it.
        faults: Where faults are collected; a list of its own when null.

    Raises:
        ContentError: The file cannot be read, or is no YAML mapping.
    """
    data = read_yaml(read_text(path, where), where=where)
    return Fields(data, where, [] if faults is None else faults)


def alternatives(needed: str) -> tuple[str, ...]:
    """Return the columns one entry of ``needs`` names; any of ``a|b`` will do."""
    return tuple(part.strip() for part in needed.split("|"))


_LISTED = 12


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return '; did you mean …' to end a message, or nothing when none is near."""
    near = get_close_matches(word, known, n=1)
    return f"; did you mean '{near[0]}'" if near else ""


def there_are(word: str, known: tuple[str, ...]) -> str:
    """Return '; did you mean …' or the first names there are, to end a message."""
    more = ", …" if len(known) > _LISTED else ""
    listing = ", ".join(sorted(known)[:_LISTED]) + more
    return nearest(word, known) or (f"; there are {listing}" if listing else "")


def named(kind: str, name: str, declared: Mapping[str, T], listing: str) -> T:
    """Return what a user named.

    Args:
        kind: What it is, as a message says it.
        name: As the user wrote it.
        declared: All there are.
        listing: The command that lists them.

    Raises:
        UsageError: There is none; the message has the nearest name.
    """
    if name not in declared:
        raise UsageError(
            f"There is no {kind} '{name}'{suggest(name, tuple(declared))}.",
            hint=f"Run '{listing}' to see them.",
        )
    return declared[name]


def suggest(word: str, allowed: tuple[str, ...]) -> str:
    """Return '; did you mean …' or the list of what is allowed, to end a message."""
    listing = ", ".join(sorted(allowed))
    return nearest(word, allowed) or (f"; allowed are {listing}" if listing else "")
