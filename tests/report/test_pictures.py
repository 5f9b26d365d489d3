"""Figures as pictures: the same bytes each time, light, and drawn by one browser."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pypdf
import pytest
import weasyprint

from esg.doctor import find_browser
from esg.errors import MachineError
from esg.report import pictures
from esg.report.chart import Axis, Chart, Look, Mark, Point, Series, Stacked, Trend
from esg.report.drawing import draw
from esg.report.drawing.svg import lighter, with_own_ids
from esg.report.pictures import render

if TYPE_CHECKING:
    from pathlib import Path

SHARE = Axis("%", is_share=True)


def _point(label: str, value: float) -> Point:
    return Point(label, value, value - 0.01, value + 0.01, f"{value * 100:.1f} %")


TREND = Trend(
    (
        Series(
            "首贷户",
            tuple(_point(f"{year}年", 0.1 + year / 1e5) for year in range(2018, 2027)),
        ),
    ),
    SHARE,
    (Mark("2025年", "贴息政策实施"),),
)
STACKED = Stacked(
    (Series("2026", (_point("City", 0.7), _point("Rural", 0.2), _point("未知", 0.1))),),
    unknown_label="未知",
)


def _figure(chart: Chart, language: str = "zh") -> dict[str, object]:
    return draw(chart, Look(language))


@pytest.fixture(scope="module")
def browser() -> Path:
    found = find_browser()
    if found is None:
        pytest.skip("no browser: 'esg doctor' says how to get one")
    return found


@pytest.fixture(scope="module")
def drawn(browser: Path) -> list[str]:
    return render([_figure(TREND), _figure(STACKED), _figure(STACKED)], browser=browser)


def _ids(svg: str) -> list[str]:
    return re.findall(r' id="([^"]+)"', svg)


def test_equal_figures_give_the_same_bytes(browser: Path, drawn: list[str]) -> None:
    again = render(
        [_figure(TREND), _figure(STACKED), _figure(STACKED)], browser=browser
    )

    assert again == drawn


def test_many_figures_come_back_in_their_order(browser: Path) -> None:
    charts = [
        Trend((Series("A", (_point("1", 0.1), _point("2", i / 100))),), SHARE)
        for i in range(20, 40)
    ]

    svgs = render([_figure(chart) for chart in charts], browser=browser)

    for i, svg in zip(range(20, 40), svgs, strict=True):
        assert f"{i}.0 %" in svg


def test_texts_are_texts_in_the_font_of_the_page(drawn: list[str]) -> None:
    root = ET.fromstring(drawn[0])  # noqa: S314 - our own picture

    texts = ["".join(t.itertext()) for t in root.iter() if t.tag.endswith("}text")]
    assert "贴息政策实施" in texts
    assert root.get("font-family", "").startswith("'Noto Sans CJK SC'")


def test_ids_are_unique_in_a_page_and_all_of_them_are_used(drawn: list[str]) -> None:
    page = "".join(drawn)

    ids = _ids(page)
    used = set(re.findall(r"url\([\"']?#([^\"')]+)", page))
    assert ids
    assert len(ids) == len(set(ids))
    assert used == set(ids)


def test_a_picture_holds_nothing_that_draws_nothing(drawn: list[str]) -> None:
    root = ET.fromstring(drawn[0])  # noqa: S314 - our own picture

    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "clipPath" not in names
    empty = [g for g in root.iter() if g.tag.endswith("}g") and len(g) == 0]
    assert empty == []
    assert len(drawn[0]) < 12_000


def test_a_picture_prints_its_texts_as_real_text(
    drawn: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "page.pdf"

    weasyprint.HTML(string=f"<html lang=zh><body>{drawn[0]}").write_pdf(target)

    with pypdf.PdfReader(target) as reader:
        text = reader.pages[0].extract_text()
    assert "贴息政策实施" in text
    assert "2026年" in text


def test_a_kept_picture_needs_no_browser(
    browser: Path, drawn: list[str], tmp_path: Path
) -> None:
    figures = [_figure(TREND), _figure(STACKED), _figure(STACKED)]
    render(figures, browser=browser, cache=tmp_path / "kept")
    nowhere = tmp_path / "nowhere" / browser.name

    again = render(figures, browser=nowhere, cache=tmp_path / "kept")

    assert again == drawn
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_other_fonts_are_another_picture_to_keep(browser: Path, tmp_path: Path) -> None:
    for fonts in (["a"], ["b"]):
        render([_figure(TREND)], browser=browser, cache=tmp_path, fonts=fonts)

    assert len(list(tmp_path.glob("*.svg"))) == 2


def test_no_figures_need_no_browser(tmp_path: Path) -> None:
    assert render([], browser=tmp_path / "none") == []


def test_a_browser_without_its_sandbox_still_draws(
    browser: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root has no sandbox: asked for one, the browser refuses to start.
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert render([_figure(TREND)], browser=browser) == drawn[:1]


def test_an_absent_browser_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="There is no browser at") as caught:
        render([_figure(TREND)], browser=tmp_path / "none")

    assert caught.value.exit_code == 6
    assert caught.value.hint


@pytest.mark.parametrize(
    "script", ["exit 1", "exec sleep 60", "trap '' TERM; while :; do sleep 1; done"]
)
def test_a_browser_that_does_not_start_is_the_machines_fault(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_START_SECONDS", 1)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    broken = _script(tmp_path, script)

    with pytest.raises(MachineError, match="does not start"):
        render([_figure(TREND)], browser=broken)


def test_a_browser_that_hangs_while_it_draws_is_the_machines_fault(
    browser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pictures, "_DRAW", "while (true) {{}} // {figure:.0}{width}{height}"
    )
    monkeypatch.setattr(pictures, "_FIGURE_SECONDS", 1)

    with pytest.raises(MachineError, match="stopped while it drew"):
        render([_figure(TREND)], browser=browser)


def _script(folder: Path, text: str) -> Path:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o700)
    return path


# The lighter picture, without a browser

PLOTLYS = (
    '<svg class="main-svg" xmlns="http://www.w3.org/2000/svg" width="20" height="10"'
    ' style="" viewBox="0 0 20 10"><rect width="20" height="10" style="fill: white;"/>'
    '<defs id="defs-{id}"><g class="clips"><clipPath id="clip{id}"><rect/></clipPath>'
    '<pattern id="p{id}" width="7.071067px"><path d="M0,0L1,1" style="stroke: rgb(1, 2,'
    ' 255); stroke-opacity: 1; stroke-width: 1px;"/></pattern></g></defs>'
    '<g class="layer-below"><g class="imagelayer"/></g>'
    '<g class="xy" transform="translate(0,0)" clip-path="url(#clip{id})">'
    '<path class="xlines" d="M0,0" style="fill: none;"/>'
    '<path d="M0,0H4.199999999V2Z" style="fill: url(&quot;#p{id}&quot;);"/></g>'
    '<rect class="bg" width="5" height="5" style="fill: rgb(0, 0, 0); fill-opacity: 0;'
    ' stroke-opacity: 0; stroke: rgb(0, 0, 0);"/>'
    '<text x="1" y="10" style="font-family: A; font-size: 10px; opacity: 1;">'
    '<tspan class="line" dy="0em" x="1" y="10">a</tspan>'
    '<tspan class="line" dy="2.6em" x="1" y="10"><tspan style="font-weight: bold;">b'
    "</tspan></tspan></text></svg>"
)


def test_a_lighter_picture_does_not_know_plotlys_random_ids() -> None:
    one, other = (lighter(PLOTLYS.replace("{id}", i)) for i in ("3fa2c1", "99e0b7"))

    assert one == other
    assert with_own_ids(one, "f1").count('"f1-0"') + one.count("clip") == 1
    assert "url(#f1-0)" in with_own_ids(one, "f1")


def test_a_lighter_picture_keeps_what_draws() -> None:
    svg = lighter(PLOTLYS)

    assert 'd="M0,0H4.2V2Z"' in svg
    assert 'stroke="#0102ff"' in svg
    assert "rect" not in svg
    assert "<g" not in svg
    assert svg.count("<path") == 2


def test_lines_of_a_text_have_heights_instead_of_distances() -> None:
    svg = lighter(PLOTLYS)

    assert "dy=" not in svg
    assert '<tspan x="1" y="10">a</tspan>' in svg
    assert '<tspan x="1" y="36" font-weight="bold">b</tspan>' in svg
