"""Servers as sources, without one: the variable, the driver, the address."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError, MachineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from esg.workspace import Workspace

    Make = Callable[..., Workspace]

KINDS = {"postgres": "adbc_driver_postgresql.dbapi", "mysql": "pymysql"}


def declared(make: Make, kind: str) -> Workspace:
    return make(
        f'[sources.loan]\nformat = "{kind}"\nurl_env = "TAPE_URL"\nfrom = "loans"\n'
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_variable_that_is_not_set_is_named(
    make_workspace: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TAPE_URL", raising=False)

    with pytest.raises(ContentError, match="TAPE_URL") as told:
        declared(make_workspace, kind).load()

    assert "export TAPE_URL=" in str(told.value.hint)


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_that_is_not_installed_comes_with_its_line(
    make_workspace: Make, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPE_URL", "x://secret")
    monkeypatch.setitem(sys.modules, KINDS[kind], None)

    with pytest.raises(MachineError) as told:
        declared(make_workspace, kind).load()

    assert told.value.hint == f"Run: pip install 'esg[{kind}]'"
    assert told.value.exit_code == 6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ["secret", "mysql://u:secret@h:port/x", "://", "["])
def test_an_address_that_is_none_is_not_repeated(
    make_workspace: Make, kind: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPE_URL", address)

    with pytest.raises((ContentError, MachineError)) as told:
        declared(make_workspace, kind).load()

    assert "secret" not in f"{told.value.message} {told.value.hint}"
    assert told.value.__context__ is None
