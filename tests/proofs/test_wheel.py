"""The built wheel works from an empty folder, without the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    target = folder / "site"
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    return target


def run(installed: Path, at: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "esg", *arguments],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_wheel_carries_queries_templates_and_the_sample(installed: Path) -> None:
    shipped = installed / "esg" / "_shipped"

    for name in ("queries", "report_templates", "sample_data/lender"):
        own = {
            path.relative_to(REPOSITORY / name)
            for path in (REPOSITORY / name).rglob("*")
            if path.is_file()
        }
        carried = {
            path.relative_to(shipped / name)
            for path in (shipped / name).rglob("*")
            if path.is_file()
        }
        # A warehouse somebody loaded in place is not part of the sample.
        assert carried >= {path for path in own if "warehouse" not in path.name}


def test_the_demo_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "list", "--help")
    assert "Example" in where

    files = run(installed, tmp_path, "demo", "--out", "out").splitlines()

    assert [Path(name).name for name in files] == [
        f"quarterly-2026Q3.{language}.{form}"
        for language in ("zh", "en")
        for form in ("pdf", "html", "json")
    ]
    origin = subprocess.run(
        [sys.executable, "-c", "import esg; print(esg.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert str(installed) in origin
