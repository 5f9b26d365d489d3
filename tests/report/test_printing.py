"""Several languages printed side by side, as one after the other."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError, MachineError
from esg.report.pdf import write_pdf
from esg.report.printing import print_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.report.model import ReportModel

    Build = Callable[..., ReportModel]

PAGES = {"zh": "<p lang=zh>你好", "en": "<p lang=en>Hello"}

# A second run of this file, as processes of multiprocessing begin with, would print a
# second line, and could start no process of its own.
_SCRIPT = """
import pickle, pathlib, sys
from esg.report.printing import print_all
print("begun")
pages, models = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())
print({name: len(pdf) for name, pdf in print_all(pages, models).items()})
"""


@pytest.fixture
def models(build: Build) -> dict[str, ReportModel]:
    return {language: build({}, language) for language in PAGES}


def test_side_by_side_gives_the_bytes_of_one_after_the_other(
    models: dict[str, ReportModel],
) -> None:
    apart = {name: write_pdf(html, models[name]) for name, html in PAGES.items()}

    assert print_all(PAGES, models) == apart
    assert print_all({"en": PAGES["en"]}, models) == {"en": apart["en"]}


def test_what_one_language_lacks_is_told_as_if_it_were_alone(
    models: dict[str, ReportModel],
) -> None:
    pages = PAGES | {"en": "<img src='http://example.org/a'>"}

    with pytest.raises(ContentError, match=re.escape("example.org")) as error:
        print_all(pages, models)

    assert error.value.hint is not None


def test_a_process_that_is_ended_is_no_riddle(
    models: dict[str, ReportModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(MachineError, match="ended with 1") as error:
        print_all(PAGES, models)

    assert error.value.hint is not None


def test_a_script_without_a_guard_is_not_run_again(
    models: dict[str, ReportModel], tmp_path: Path
) -> None:
    script, work = tmp_path / "script.py", tmp_path / "work"
    script.write_text(_SCRIPT, "utf-8")
    work.write_bytes(pickle.dumps((PAGES, models)))

    ended = subprocess.run(
        [sys.executable, str(script), str(work)],
        capture_output=True,
        text=True,
        check=True,
    )

    sizes = {name: len(write_pdf(html, models[name])) for name, html in PAGES.items()}
    assert ended.stdout.splitlines() == ["begun", str(sizes)]
