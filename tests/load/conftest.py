"""Real database servers, started by the tests on loopback and stopped by them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import adbc_driver_postgresql.dbapi
import pymysql
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER, PASSWORD = "tape_reader", "pa55 w@rd/tape"
_QUOTED = "pa55%20w%40rd%2Ftape"
_NEW_TAPE = "create database tape character set utf8mb4"
_SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    """A server with a database ``tape``, shared by all tests of a run."""

    address: str
    """Of a user who may do everything there."""
    run: Callable[[str], None]
    """Runs one statement, for tests to arrange."""
    emptying: tuple[str, ...]
    """The statements that take away whatever an earlier test left in ``tape``."""

    def empty(self) -> None:
        for statement in self.emptying:
            self.run(statement)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _somebody() -> str | None:
    """Return a user without rights; a database server refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="esg-test-server-") as name:
        user = _somebody()
        if user is not None:
            entry = pwd.getpwnam(user)
            os.chown(name, entry.pw_uid, entry.pw_gid)
        yield Path(name)


def _run(*command: str | Path, cwd: Path) -> None:
    subprocess.run(
        command, cwd=cwd, user=_somebody(), check=True, capture_output=True, text=True
    )


@contextmanager
def _started(
    *command: str | Path, cwd: Path, stop: signal.Signals, connect: Callable[[], object]
) -> Iterator[None]:
    with (
        (cwd / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=cwd, user=_somebody(), stdout=log, stderr=log
        ) as process,
    ):
        try:
            deadline = time.monotonic() + _SECONDS_TO_START
            while not connect():
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail((cwd / "log").read_text())
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(stop)
            process.wait(30)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed: make servers")
    folder = programs[-1].parent
    port = _free_port()
    address = f"postgresql://{USER}:{_QUOTED}@127.0.0.1:{port}"

    def run(statement: str) -> None:
        with (
            adbc_driver_postgresql.dbapi.connect(f"{address}/tape") as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            connection.commit()

    def connects() -> bool:
        try:
            connection = adbc_driver_postgresql.dbapi.connect(
                f"{address}/postgres", autocommit=True
            )
        except adbc_driver_postgresql.dbapi.Error:
            return False
        with connection, connection.cursor() as cursor:
            cursor.execute("create database tape")
        return True

    with _folder() as home:
        (home / "password").write_text(PASSWORD)
        (home / "password").chmod(0o644)
        _run(
            folder / "initdb", "-D", home / "data", "-U", USER, "-E", "UTF8",
            "--locale=C", "--auth=scram-sha-256", "--no-sync",
            f"--pwfile={home / 'password'}",
            cwd=home,
        )  # fmt: skip
        with _started(
            folder / "postgres", "-D", home / "data", "-p", str(port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "fsync=off", "-c", "timezone=America/New_York",
            cwd=home, stop=signal.SIGINT, connect=connects,
        ):  # fmt: skip
            emptying = (
                "drop schema public cascade",
                "create schema public",
                # As in a new database.
                "grant usage on schema public to public",
            )
            yield Server(f"{address}/tape", run, emptying)


@pytest.fixture(scope="session")
def mysql() -> Iterator[Server]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    program = shutil.which("mariadbd", path=path)
    install = shutil.which("mariadb-install-db", path=path)
    if program is None or install is None:
        pytest.skip("MariaDB is not installed: make servers")
    port = _free_port()

    def connect(user: str, password: str) -> pymysql.Connection:
        return pymysql.connect(
            host="127.0.0.1", port=port, user=user, password=password, autocommit=True
        )

    def run(statement: str) -> None:
        with connect(USER, PASSWORD) as connection, connection.cursor() as cursor:
            if statement != _NEW_TAPE:
                cursor.execute("use tape")
            cursor.execute(statement)

    def connects() -> bool:
        try:
            connection = connect("root", "")
        except pymysql.Error:
            return False
        with connection, connection.cursor() as cursor:
            cursor.execute(_NEW_TAPE)
            cursor.execute(f"create user {USER} identified by '{PASSWORD}'")
            cursor.execute(f"grant all on *.* to {USER} with grant option")
        return True

    with _folder() as home:
        _run(
            install, "--no-defaults", f"--datadir={home / 'data'}", "--skip-test-db",
            "--auth-root-authentication-method=normal", "--skip-name-resolve",
            cwd=home,
        )  # fmt: skip
        with _started(
            program, "--no-defaults", f"--datadir={home / 'data'}", f"--port={port}",
            "--bind-address=127.0.0.1", f"--socket={home / 'socket'}",
            f"--pid-file={home / 'pid'}", "--skip-name-resolve",
            "--default-time-zone=-05:00",
            cwd=home, stop=signal.SIGTERM, connect=connects,
        ):  # fmt: skip
            address = f"mysql://{USER}:{_QUOTED}@127.0.0.1:{port}/tape"
            emptying = ("drop database tape", _NEW_TAPE)
            yield Server(address, run, emptying)
