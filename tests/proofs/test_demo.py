"""The demo, whole: same bytes twice, nothing fetched, every page readable."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from esg.doctor import examine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(not finding.ok for finding in examine()),
        reason="this machine lacks something; 'esg doctor' tells what",
    ),
]

LANGUAGES = ("zh", "en")
FORMATS = ("pdf", "html", "json")


def build(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "esg", "demo", "--out", str(folder)],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("demo"))


def file(demo: Path, language: str, form: str) -> Path:
    return demo / f"quarterly-2026Q3.{language}.{form}"


def test_two_builds_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    again = build(tmp_path / "again")

    hashes = [
        {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.glob("quarterly-*")
        }
        for folder in (demo, again)
    ]
    assert len(hashes[0]) == len(LANGUAGES) * len(FORMATS)
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_travel_inside_the_pdf(demo: Path, language: str) -> None:
    reader = PdfReader(file(demo, language, "pdf"))

    attached = reader.attachments[f"quarterly-2026Q3.{language}.json"][0]
    assert attached == file(demo, language, "json").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_bookmarks_and_its_language(demo: Path, language: str) -> None:
    reader = PdfReader(file(demo, language, "pdf"))

    titles = [item.title for item in flat(reader.outline)]
    assert len(titles) > 10
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"].startswith(language)


def flat(outline: list[Any]) -> Iterator[Any]:
    for item in outline:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def test_no_english_sentence_is_left_in_the_chinese_report(demo: Path) -> None:
    reader = PdfReader(file(demo, "zh", "pdf"))

    text = "\n".join(page.extract_text() for page in reader.pages)
    # Three English words in a row are a phrase; names, codes and columns are not.
    phrases = re.findall(r"\b(?:[A-Za-z]{2,} ){3,}[A-Za-z]{2,}\b", text)
    assert phrases == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_the_screen_asks_for_nothing_outside(
    demo: Path, language: str
) -> None:
    html = file(demo, language, "html").read_text("utf-8")

    shown = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', shown) == []
    assert re.findall(r"url\((?!['\"]?(?:#|data:))[^)]*\)", shown) == []


def test_every_glyph_is_in_an_embedded_font(demo: Path) -> None:
    reader = PdfReader(file(demo, "zh", "pdf"))

    text = "".join(page.extract_text() for page in reader.pages)
    assert "\ufffd" not in text
    assert "首贷" in text
    fonts = set()
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            fonts.add(str(font.get_object()["/BaseFont"]))
    assert all("Noto" in name for name in fonts), fonts


def test_the_facts_say_where_every_number_comes_from(demo: Path) -> None:
    facts = json.loads(file(demo, "en", "json").read_text("utf-8"))

    assert facts["period"] == "2026Q3"
    assert len(facts["indicators"]) >= 30
    assert all(len(item["sha256"]) == 64 for item in facts["inputs"])


def test_the_facts_carry_the_data_quality_statement(demo: Path) -> None:
    quality = json.loads(file(demo, "en", "json").read_text("utf-8"))["quality"]

    measures = quality["measures"]
    at = measures["columns"].index("aspect")
    aspects = {row[at] for row in measures["rows"]}
    assert aspects == {
        "completeness", "validity", "timeliness", "uniqueness", "consistency"
    }  # fmt: skip
    assert {row[3] for row in quality["impacts"]["rows"]} >= {"bounded", "unbounded"}
