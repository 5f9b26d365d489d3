"""Doctor: each thing a machine can lack is found, and named with the line that adds it.

The machine is drawn, not asked: programs are small scripts on a PATH of our own.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from esg import doctor
from esg.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH_FAMILIES = "Noto Sans CJK SC,Noto Sans CJK SC Bold\nNoto Serif CJK SC"


class Machine(NamedTuple):
    """A bare machine, to be furnished by the test."""

    folder: Path
    add: Callable[[str, str], Path]
    """Puts a program on PATH that prints a text and returns its path."""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.chdir(tmp_path)
    use_system("debian", monkeypatch)

    def add(name: str, text: str) -> Path:
        return write_program(programs / name, f"echo '{text}'")

    return Machine(tmp_path, add)


def write_program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def use_system(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": name})
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def finding(name: str) -> doctor.Finding:
    (only,) = [found for found in doctor.examine() if found.name == name]
    return only


@pytest.mark.usefixtures("machine")
def test_a_bare_machine_is_examined_to_the_end() -> None:
    names = [found.name for found in doctor.examine()]

    assert names == [
        "Python",
        "Python packages",
        "PDF libraries",
        "Chinese fonts",
        "Browser for charts",
        "Writable folder",
        "Free disk space",
    ]


@pytest.mark.usefixtures("machine")
def test_whatever_is_not_ok_names_the_line_that_mends_it() -> None:
    findings = doctor.examine()

    assert not finding("Browser for charts").ok
    assert all(found.ok == (found.fix is None) for found in findings)


def test_the_headless_build_is_preferred(machine: Machine) -> None:
    machine.add("google-chrome", "Chrome 1")
    headless = machine.add("chromium-headless-shell", "Chromium 2")

    assert doctor.find_browser() == headless
    assert doctor.require_browser() == headless
    assert finding("Browser for charts").found == f"Chromium 2 ({headless})"


def test_a_chosen_browser_comes_before_those_on_the_path(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.add("chromium", "Chromium 2")
    chosen = write_program(machine.folder / "mine", "echo Mine 3")
    monkeypatch.setenv("BROWSER_PATH", str(chosen))

    assert doctor.find_browser() == chosen


def test_a_chosen_browser_that_is_none_is_not_replaced_in_silence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.add("chromium", "Chromium 2")
    monkeypatch.setenv("BROWSER_PATH", "/nowhere")

    found = finding("Browser for charts")

    assert doctor.find_browser() is None
    assert found.found == "BROWSER_PATH is /nowhere, no program"
    assert found.fix == "unset BROWSER_PATH"


def test_a_snap_is_passed_over(machine: Machine) -> None:
    snap = write_program(machine.folder / "usr" / "snap", "echo snap")
    (machine.folder / "bin" / "chromium").symlink_to(snap)

    assert doctor.find_browser() is None


def test_a_fetched_chrome_is_found_last(machine: Machine) -> None:
    place = machine.folder / "share/choreographer/deps/chrome-linux64/chrome"
    fetched = write_program(place, "echo Chrome 4")

    assert doctor.find_browser() == fetched

    installed = machine.add("chromium", "Chromium 2")
    assert doctor.find_browser() == installed


def test_a_fetched_chrome_is_looked_for_where_kaleido_puts_it() -> None:
    # In a process of its own: choreographer computes the folder when it is imported.
    code = (
        "from choreographer.cli.defaults import default_download_path as place;"
        "print(place / 'chrome-linux64' / 'chrome');"
        "from esg import doctor;"
        "print(doctor._fetched_browser())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    theirs, ours = answer.stdout.splitlines()

    assert ours == theirs


def test_a_fetched_chrome_without_its_libraries_is_no_browser(machine: Machine) -> None:
    place = machine.folder / "share/choreographer/deps/chrome-linux64/chrome"
    write_program(place, "exit 127")

    found = finding("Browser for charts")

    assert found.found == f"{place} does not start"
    assert "libnss3" in str(found.fix)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("system", "fix"),
    [
        (
            "debian",
            "apt-get install -y --no-install-recommends chromium-headless-shell",
        ),
        ("ubuntu", f"{Path(sys.executable).with_name('plotly_get_chrome')} -y"),
    ],
)
def test_a_missing_browser_stops_a_report_and_names_the_line_of_this_system(
    monkeypatch: pytest.MonkeyPatch, system: str, fix: str
) -> None:
    use_system(system, monkeypatch)

    with pytest.raises(MachineError) as caught:
        doctor.require_browser()

    assert caught.value.exit_code == 6
    assert caught.value.message.endswith(".")
    assert caught.value.hint == f"Run: {fix}"


@pytest.mark.usefixtures("machine")
def test_no_chrome_is_offered_for_a_processor_it_is_not_built_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_system("ubuntu", monkeypatch)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")

    assert "BROWSER_PATH" in str(finding("Browser for charts").fix)


@pytest.mark.usefixtures("machine")
def test_a_system_without_a_release_file_is_not_taken_for_ubuntu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> dict[str, str]:
        raise OSError

    monkeypatch.setattr(platform, "freedesktop_os_release", fail)

    assert "apt-get" in str(finding("Browser for charts").fix)


@pytest.mark.usefixtures("machine")
def test_an_ordinary_user_is_told_to_use_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert str(finding("Browser for charts").fix).startswith("sudo apt-get install")


def test_both_families_make_the_fonts_complete(machine: Machine) -> None:
    machine.add("fc-list", BOTH_FAMILIES)

    doctor.require_fonts()

    assert finding("Chinese fonts").found == "Noto Sans CJK SC, Noto Serif CJK SC"


def test_a_missing_font_is_named_before_boxes_are_printed(machine: Machine) -> None:
    machine.add("fc-list", "DejaVu Sans\nNoto Sans CJK SC")

    with pytest.raises(MachineError, match=r"missing Noto Serif CJK SC\.$") as caught:
        doctor.require_fonts()

    assert str(caught.value.hint).endswith(" fonts-noto-cjk")


@pytest.mark.usefixtures("machine")
def test_without_a_list_of_fonts_the_program_that_lists_them_is_asked_for() -> None:
    assert str(finding("Chinese fonts").fix).endswith(" fontconfig fonts-noto-cjk")


@pytest.mark.usefixtures("machine")
def test_a_library_that_does_not_open_names_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "PRINT_LIBRARIES", {"libnone.so.9": "libnone9"})

    found = finding("PDF libraries")

    assert found.found == "missing libnone.so.9"
    assert str(found.fix).endswith(" libnone9")


def test_pango_says_its_version() -> None:
    assert finding("PDF libraries").found.startswith("Pango 1.")


@pytest.mark.parametrize(
    ("declared", "found", "fix"),
    [
        (["click>=8"], "1 of 1", None),
        (["click>=8", "nothing>=1; extra == 'test'"], "1 of 1", None),
        (
            ["click>=999"],
            f"click>=999 is {metadata.version('click')}",
            "python -m pip install 'click>=999'",
        ),
        (
            ["nothing-of-the-kind>=1"],
            "nothing-of-the-kind>=1 is missing",
            "python -m pip install 'nothing-of-the-kind>=1'",
        ),
    ],
)
def test_packages_are_compared_with_what_esg_declares(
    monkeypatch: pytest.MonkeyPatch, declared: list[str], found: str, fix: str | None
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _name: declared)

    answer = finding("Python packages")

    assert (answer.found, answer.fix) == (found, fix)


def test_a_copy_that_was_never_installed_is_told_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", fail)

    assert finding("Python packages").fix == "make setup"


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))

    assert not finding("Python").ok


def test_a_folder_nobody_may_write_to_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not through chmod: the tests may run as root, who may write anywhere.
    monkeypatch.setattr("os.access", lambda *_: False)

    found = finding("Writable folder")

    assert found.found == str(machine.folder)
    assert found.fix == f"chmod u+w '{machine.folder}'"


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_BYTES_NEEDED", 10**18)

    assert str(finding("Free disk space").fix).startswith("free at least ")
