"""What this machine must have before a report can be printed, and the line to add it.

Only looking lives here: nothing is installed, and nothing heavy is imported, so that
the answer also comes where the libraries it asks about are broken. Standard library
and ``packaging`` only.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from esg.errors import MachineError

OLDEST_PYTHON = (3, 11)
FREE_BYTES_NEEDED = 10**9
FONT_FAMILIES = ("Noto Sans CJK SC", "Noto Serif CJK SC")
FONT_PACKAGE = "fonts-noto-cjk"

# The names WeasyPrint opens on Linux, with the Debian package of each. It only warns
# about the last one today, and says that a coming version will refuse without it.
PRINT_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}

# The headless build first: it needs no desktop, and is the only one here that Kaleido
# (choreographer 1.4) does not find by itself.
BROWSER_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "google-chrome-stable",
    "google-chrome",
)
BROWSER_ANSWER_SECONDS = 30

# What the Chrome that plotly_get_chrome fetches is linked with, as Ubuntu 24.04 names
# it, beyond what Pango brings; .setup/setup installs the same.
CHROME_LIBRARIES = (
    "libasound2t64",
    "libatk-bridge2.0-0t64",
    "libatk1.0-0t64",
    "libatspi2.0-0t64",
    "libcairo2",
    "libcups2t64",
    "libdbus-1-3",
    "libdrm2",
    "libgbm1",
    "libnspr4",
    "libnss3",
    "libx11-6",
    "libxcb1",
    "libxcomposite1",
    "libxdamage1",
    "libxext6",
    "libxfixes3",
    "libxkbcommon0",
    "libxrandr2",
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    name: str
    """What it is, in words for the user."""
    ok: bool
    """Whether it is there and good enough."""
    found: str
    """What was found: a version, a path, an amount, or what is missing."""
    fix: str | None = None
    """The line that mends it; null when nothing is to mend."""


def examine() -> list[Finding]:
    """Return everything a report needs from this machine, good and bad.

    Looks at all of it even after a first fault: a user mends a machine in one go.
    """
    return [
        _python(),
        _packages(),
        _print_libraries(),
        _fonts(),
        _browser(),
        _folder(Path.cwd()),
        _disk(Path.cwd()),
    ]


def find_browser() -> Path | None:
    """Return the browser that draws charts, or null when there is none.

    Give the path to Kaleido instead of leaving the search to it: it passes over
    Debian's ``chromium-headless-shell``. ``BROWSER_PATH`` decides alone when it is
    set; falling back from a wrong one would hide the mistake.
    """
    if chosen := os.environ.get("BROWSER_PATH"):
        return Path(chosen) if _is_program(Path(chosen)) else None
    for name in BROWSER_NAMES:
        found = shutil.which(name)
        # A snap starts only where snapd runs: in no container and in few CI jobs.
        if found and Path(found).resolve().name != "snap":
            return Path(found)
    fetched = _fetched_browser()
    return fetched if _is_program(fetched) else None


def font_families() -> frozenset[str]:
    """Return the names of all font families that a report could be set in."""
    lister = shutil.which("fc-list")
    if lister is None:
        return frozenset()
    listing = _output(lister, ":", "family")
    return frozenset(
        name.strip() for line in listing.splitlines() for name in line.split(",")
    )


def require_browser() -> Path:
    """Return the browser that draws charts.

    Raises:
        MachineError: There is none.
    """
    browser = find_browser()
    if browser is None:
        raise MachineError(
            "No browser was found, and charts are drawn by one.",
            hint=f"Run: {_browser_fix()}",
        )
    return browser


def require_fonts() -> None:
    """Hold before printing, because a missing font raises nothing: it prints boxes.

    Raises:
        MachineError: A font family of the reports is missing.
    """
    finding = _fonts()
    if not finding.ok:
        raise MachineError(
            f"Fonts that the reports are set in are not here: {finding.found}.",
            hint=f"Run: {finding.fix}",
        )


def _python() -> Finding:
    ok = sys.version_info >= OLDEST_PYTHON
    return Finding(
        "Python",
        ok,
        platform.python_version(),
        None if ok else _apt("python3", "python3-venv"),
    )


def _packages() -> Finding:
    """Compare what is installed with what esg itself declares, so no second list."""
    # Imported here, since it may be the very package that is missing.
    from packaging.requirements import Requirement  # noqa: PLC0415

    name = "Python packages"
    try:
        declared = [Requirement(line) for line in metadata.requires("esg") or []]
    except metadata.PackageNotFoundError:
        return Finding(name, ok=False, found="esg not installed", fix="make setup")
    needed = [
        requirement
        for requirement in declared
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]
    wrong = {}
    for requirement in needed:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            version = "missing"
        if version == "missing" or version not in requirement.specifier:
            wrong[f"{requirement.name}{requirement.specifier}"] = version
    if not wrong:
        return Finding(name, ok=True, found=f"{len(needed)} of {len(needed)}")
    return Finding(
        name,
        ok=False,
        found=", ".join(f"{want} is {have}" for want, have in wrong.items()),
        fix="python -m pip install " + " ".join(f"'{want}'" for want in wrong),
    )


def _print_libraries() -> Finding:
    name = "PDF libraries"
    missing = [library for library in PRINT_LIBRARIES if not _opens(library)]
    if missing:
        return Finding(
            name,
            ok=False,
            found=f"missing {', '.join(missing)}",
            fix=_apt(*(PRINT_LIBRARIES[library] for library in missing)),
        )
    pango = ctypes.CDLL("libpango-1.0.so.0")
    pango.pango_version_string.restype = ctypes.c_char_p
    return Finding(
        name, ok=True, found=f"Pango {pango.pango_version_string().decode()}"
    )


def _fonts() -> Finding:
    name = "Chinese fonts"
    present = font_families()
    missing = [family for family in FONT_FAMILIES if family not in present]
    if missing:
        # fontconfig brings fc-list; Pango depends on it, but only as Debian packs it.
        packages = [FONT_PACKAGE] if present else ["fontconfig", FONT_PACKAGE]
        found = f"missing {', '.join(missing)}"
        return Finding(name, ok=False, found=found, fix=_apt(*packages))
    return Finding(name, ok=True, found=", ".join(FONT_FAMILIES))


def _browser() -> Finding:
    name = "Browser for charts"
    browser = find_browser()
    if browser is None:
        chosen = os.environ.get("BROWSER_PATH")
        found = f"BROWSER_PATH is {chosen}, no program" if chosen else "missing"
        return Finding(name, ok=False, found=found, fix=_browser_fix())
    if version := _output(str(browser), "--version").strip():
        return Finding(name, ok=True, found=f"{version} ({browser})")
    # A Chrome that was fetched without its libraries is there and does not start.
    fix = _apt(*CHROME_LIBRARIES) if browser == _fetched_browser() else _browser_fix()
    return Finding(name, ok=False, found=f"{browser} does not start", fix=fix)


def _folder(folder: Path) -> Finding:
    ok = os.access(folder, os.W_OK)
    return Finding(
        "Writable folder", ok, str(folder), None if ok else f"chmod u+w '{folder}'"
    )


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    ok = free >= FREE_BYTES_NEEDED
    needed = f"at least {FREE_BYTES_NEEDED / 10**9:.0f} GB"
    return Finding(
        "Free disk space",
        ok,
        f"{free / 10**9:.1f} GB of {needed}",
        None if ok else f"free {needed} under {folder}",
    )


def _fetched_browser() -> Path:
    """Where ``plotly_get_chrome`` puts Chrome; a test compares it with Kaleido's."""
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share, "choreographer", "deps", "chrome-linux64", "chrome")


def _browser_fix() -> str:
    if "BROWSER_PATH" in os.environ:
        return "unset BROWSER_PATH"
    if not _is_ubuntu():
        return _apt("chromium-headless-shell")
    # Ubuntu's chromium is a snap, so Chrome is fetched; for ARM none is published.
    if platform.machine() != "x86_64":
        return "export BROWSER_PATH=(the path of a Chromium that is no snap)"
    return f"{Path(sys.executable).with_name('plotly_get_chrome')} -y"


def _apt(*packages: str) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def _is_ubuntu() -> bool:
    try:
        return platform.freedesktop_os_release()["ID"] == "ubuntu"
    except OSError:
        return False


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _output(*command: str) -> str:
    """Return what a command prints, empty when it fails: callers treat both alike."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program found on PATH, fixed words
            command,
            capture_output=True,
            check=True,
            text=True,
            timeout=BROWSER_ANSWER_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout
