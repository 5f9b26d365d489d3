"""The printed and the screen report: self-contained, navigable, the same every time."""

from __future__ import annotations

import io
import json
import re
import shutil
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from esg.errors import ContentError
from esg.report.chart import Point, Series
from esg.report.facts import facts_json
from esg.report.html import facts_name, figure_ids, render_html, render_print_html
from esg.report.pdf import write_pdf
from esg.report.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from esg.report.model import ReportModel
    from esg.spec.report import ReportSpec

    Build = Callable[..., ReportModel]
    Rows = dict[str, list[dict[str, Any]]]

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">'
    '<rect width="60" height="20" fill="#1f5f5b"/></svg>'
)


def printed(model: ReportModel, spec: ReportSpec) -> str:
    pictures = dict.fromkeys(figure_ids(model), SVG)
    return render_print_html(model, pictures, folders=spec.folders)


def screen(model: ReportModel, spec: ReportSpec) -> str:
    figures: dict[str, dict[str, Any]] = {
        name: {"data": [], "layout": {}} for name in figure_ids(model)
    }
    return render_html(model, figures, "var Plotly = {};", folders=spec.folders)


class Anchors(HTMLParser):
    """Collects the ids of a page and the places its links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        for key in ("src", "href"):
            if tag != "a" and key in found and not found[key].startswith("data:"):
                self.fetched.append(found[key])


def anchors(html: str) -> Anchors:
    found = Anchors()
    found.feed(html)
    return found


@pytest.mark.parametrize("render", [printed, screen])
@pytest.mark.parametrize("rows", ["full", "none"])
def test_every_link_leads_somewhere_in_the_page_and_nothing_is_fetched(
    build: Build,
    full_rows: Rows,
    spec: ReportSpec,
    render: Callable[[ReportModel, ReportSpec], str],
    rows: str,
) -> None:
    found = anchors(render(build(full_rows if rows == "full" else {}, "zh"), spec))

    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert found.fetched == []


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-Hans"), ("en", "en")])
def test_a_page_says_its_language(
    build: Build, full_rows: Rows, spec: ReportSpec, language: str, tag: str
) -> None:
    model = build(full_rows, language)

    assert f'<html lang="{tag}">' in printed(model, spec)
    assert f'<html lang="{tag}">' in screen(model, spec)


def test_the_chinese_report_speaks_no_english(
    build: Build, full_rows: Rows, spec: ReportSpec
) -> None:
    html = printed(build(full_rows, "zh"), spec)
    chapters = html[html.index("<body") : html.index('id="index"')]
    text = re.sub(r"<[^>]+>", " ", re.sub(r'src="[^"]*"', "", chapters))

    words = set(re.findall(r"[A-Za-z]{3,}", text))

    # Codes of indicators, the reason for an empty column and people's names stay.
    known = {"ESG", "PAR", "INC", "SUB", "CGH", "Kakwani", "nbsp", "amp"}
    assert words <= known


def test_what_a_script_would_read_cannot_end_it(
    build: Build, full_rows: Rows, spec: ReportSpec
) -> None:
    model = build(full_rows)
    evil = {"f-1-1": {"data": [], "layout": {"title": "</script><b>"}}}

    html = render_html(model, evil, "x = '</script>'", folders=spec.folders)

    assert html.count("</script>") == 3


def test_a_template_that_fails_is_named(
    build: Build, spec: ReportSpec, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(spec.folder, folder)
    (folder / "report.html.j2").write_text("{{ say('no_such_string') }}")

    with pytest.raises(ContentError, match=r"report_templates/mine/report\.html\.j2"):
        render_print_html(build({}), {}, folders=[folder])


def test_the_pdf_carries_its_facts_bookmarks_and_metadata(
    build: Build, full_rows: Rows, spec: ReportSpec
) -> None:
    model = build(full_rows, "zh")

    pdf = PdfReader(io.BytesIO(write_pdf(printed(model, spec), model)))

    attached = pdf.attachments[facts_name(model)][0]
    assert attached.decode() == facts_json(model)
    assert json.loads(attached)["period"] == "2026Q3"
    assert pdf.metadata is not None
    assert pdf.metadata.author == "测试机构"
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == "zh-Hans"
    assert root["/MarkInfo"]["/Marked"]
    heads = [str(item["/Title"]) for item in pdf.outline if not isinstance(item, list)]
    assert heads[:3] == ["摘要", "目录", "阅读说明"]
    assert heads[-1] == "数据来源与版本"


def test_the_same_report_gives_the_same_bytes(
    build: Build, full_rows: Rows, spec: ReportSpec
) -> None:
    first, second = (build(full_rows, "en") for _ in range(2))

    assert screen(first, spec) == screen(second, spec)
    assert write_pdf(printed(first, spec), first) == write_pdf(
        printed(second, spec), second
    )


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://example.org/a"])
def test_a_report_that_asks_for_something_outside_is_refused(
    build: Build, address: str
) -> None:
    with pytest.raises(ContentError, match=re.escape(address)):
        write_pdf(f'<img src="{address}">', build({}))


def test_a_sparkline_leaves_gaps_and_marks_worse_by_shape() -> None:
    values = (1.0, 2.0, None, 3.0, 4.0)
    series = Series("s", tuple(Point("", v, None, None, "") for v in values))

    better, worse = (sparkline(series, verdict) for verdict in ("better", "worse"))

    assert better.count("<polyline") == 2
    assert 'fill="#ffffff"' in worse
    assert 'fill="#ffffff"' not in better


@pytest.mark.parametrize("values", [(), (None, None), (1.0, None)])
def test_a_sparkline_without_a_last_value_has_no_dot(
    values: tuple[float | None, ...],
) -> None:
    series = Series("s", tuple(Point("", v, None, None, "") for v in values))

    assert "<circle" not in sparkline(series, "better")
