"""Keyed hashes for ids: the same key gives the same id, so that loads join.

HMAC-SHA-256 spelled out in SQL, because DuckDB has none and a Python call a row would
be slow. The key reaches SQL as a variable and never as text in a query, which an error
message might repeat.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from esg.errors import ContentError, MachineError
from esg.spec.settings import expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esg.engine.duck import Connection
    from esg.spec.settings import Ids

HASH_ID = "hash_id"
"""The SQL macro that turns a text into its keyed hash, 64 hexadecimal digits."""

_BLOCK = 64  # bytes of a SHA-256 block
_MIN_KEY = 16


def read_key(ids: Ids, environment: Mapping[str, str] | None = None) -> bytes:
    """Return the key that ``esg.toml`` names.

    Raises:
        ContentError: No key is named, or it is too short to protect anything.
        MachineError: The named variable or file is not there.
    """
    values = os.environ if environment is None else environment
    if ids.key_env:
        if ids.key_env not in values:
            raise MachineError(
                f"The environment variable {ids.key_env} with the key for ids is "
                "not set.",
                hint=f"Set {ids.key_env}, or name another key under [ids] in esg.toml.",
            )
        return _long_enough(values[ids.key_env].encode())
    if ids.key_file:
        path = Path(expand(ids.key_file, values)).expanduser()
        try:
            return _long_enough(path.read_bytes().strip())
        except OSError as error:
            raise MachineError(
                f"The key file '{path.name}' for ids cannot be read: {error.strerror}.",
                hint="Bring the file back from where it is kept; a new key would give "
                "every person a new id.",
            ) from error
    if ids.published_key:
        return ids.published_key.encode()
    raise ContentError(
        "esg.toml names no key for ids.",
        hint='Add [ids] with key_env = "ESG_ID_KEY" or key_file = "…".',
    )


def _long_enough(key: bytes) -> bytes:
    if len(key) < _MIN_KEY:
        raise ContentError(
            f"The key for ids has {len(key)} bytes; {_MIN_KEY} are the least.",
            hint="Make one with: openssl rand -hex 32",
        )
    return key


def create_hash_macro(connection: Connection, key: bytes) -> None:
    """Create the macro ``hash_id(text)`` on a connection; null stays null.

    Source:
        RFC 2104, section 2, with SHA-256 (RFC 4231 gives its test cases).
    """
    if len(key) > _BLOCK:
        key = sha256(key).digest()
    padded = key.ljust(_BLOCK, b"\0")
    pads = [bytes(byte ^ mask for byte in padded) for mask in (0x36, 0x5C)]
    connection.execute(
        "create or replace temp table id_pad as "
        "select cast($1 as blob) as inner_pad, cast($2 as blob) as outer_pad",
        pads,
    )
    connection.execute("set variable inner_pad = (select inner_pad from id_pad)")
    connection.execute("set variable outer_pad = (select outer_pad from id_pad)")
    connection.execute("drop table id_pad")
    connection.execute(
        f"create or replace temp macro {HASH_ID}(id) as sha256("
        "getvariable('outer_pad') "
        "|| unhex(sha256(getvariable('inner_pad') || encode(id))))"
    )
