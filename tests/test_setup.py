"""The way in: lock, set-up, CI. Nothing is installed here; CI itself does that."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from esg import doctor

ROOT = Path(__file__).parents[1]
LOCK = ROOT / ".setup" / "requirements.txt"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def locked() -> list[str]:
    """One string for each requirement, its hashes on the same line."""
    return LOCK.read_text().replace("\\\n", " ").splitlines()


def test_every_locked_requirement_has_one_version_and_a_hash() -> None:
    lines = locked()

    loose = [
        line
        for line in lines
        if not re.fullmatch(r"[\w.-]+==\S+( ; [^#]+?)?( +--hash=sha256:\w{64})+", line)
    ]

    assert len(lines) > 50
    assert loose == []


def test_the_lock_holds_no_address() -> None:
    found = re.findall(r"\S*(?:://|file:|@|--index|--find)\S*", LOCK.read_text())

    assert found == []


def test_the_lock_satisfies_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [
        Requirement(line)
        for line in project["dependencies"] + project["optional-dependencies"]["test"]
    ]
    pinned = [Requirement(line.split(" --hash")[0]) for line in locked()]

    unmet = [
        str(wanted)
        for wanted in declared
        if not any(
            canonicalize_name(pin.name) == canonicalize_name(wanted.name)
            and wanted.specifier.contains(str(pin.specifier).removeprefix("=="))
            for pin in pinned
        )
    ]

    assert unmet == [], "run: make lock"


@pytest.mark.parametrize("script", [".setup/setup", ".ci/run"])
def test_a_script_is_valid_bash(script: str) -> None:
    answer = subprocess.run(
        ["bash", "-n", ROOT / script], capture_output=True, text=True, check=False
    )

    assert (answer.returncode, answer.stderr) == (0, "")


def test_ci_runs_the_fast_and_the_slow_tests() -> None:
    text = (ROOT / ".ci" / "run").read_text()

    assert re.findall(r"^make ([\w-]+)", text, re.MULTILINE) == ["test", "test-slow"]


@pytest.mark.parametrize("target", ["demo", "test", "test-slow"])
def test_a_target_sets_up_before_it_does_anything(target: str) -> None:
    answer = subprocess.run(
        ["make", "--dry-run", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    first = next(line for line in answer.stdout.splitlines() if "make[" not in line)
    assert first == "bash .setup/setup"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_each_action_to_a_major_version(workflow: Path) -> None:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()

    actions = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]

    assert actions
    assert [name for name in actions if not re.search(r"@v\d+$", name)] == []


def test_doctor_and_set_up_name_the_same_system_packages() -> None:
    words = set((ROOT / ".setup" / "setup").read_text().split())

    named = {
        *doctor.PRINT_LIBRARIES.values(),
        *doctor.CHROME_LIBRARIES,
        *doctor.BROWSER_NAMES,
        doctor.FONT_PACKAGE,
    }

    assert {name for name in named if not words & {name, f"{name};"}} == set()
