"""Reports on inclusive and responsible lending that an auditor can re-prove.

``open`` is the Python door to everything the command line does. It is resolved on
first use, so that ``esg --help`` loads neither DuckDB nor Polars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esg.workspace import open_workspace as open  # noqa: A004 - the API's name

__all__ = ["open"]


def __getattr__(name: str) -> Any:
    if name == "open":
        from esg.workspace import open_workspace  # noqa: PLC0415 - see module docstring

        return open_workspace
    raise AttributeError(f"module 'esg' has no attribute '{name}'")
