"""Errors a user sees, each family with its exit code; standard library only."""

from __future__ import annotations

from typing import ClassVar


class EsgError(Exception):
    """Base of all errors shown to a user without a traceback.

    Args:
        message: What is wrong and where, in one sentence that ends with a full stop;
            several faults of one file stand on lines of their own.
        hint: What the user can do about it, in the imperative.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(EsgError):
    """The command was called wrongly in a way only its content shows."""

    exit_code = 2


class ContentError(EsgError):
    """A query, rule, mapping, template or configuration is wrong."""

    exit_code = 3


class DataError(EsgError):
    """The data cannot be used."""

    exit_code = 4


class GateError(EsgError):
    """A gate did not hold, or a verification found a difference."""

    exit_code = 5


class MachineError(EsgError):
    """This machine lacks something: a browser, a font, an extra, free disk space."""

    exit_code = 6


def join_faults(faults: list[str]) -> str:
    """Return all faults of one file as one message, a line each.

    Collecting before raising spares the user one run for each fault.
    """
    if len(faults) == 1:
        return faults[0]
    return "\n".join([f"{len(faults)} faults:", *(f"  - {fault}" for fault in faults)])
