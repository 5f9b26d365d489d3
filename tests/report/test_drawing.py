"""Charts as Plotly figures: valid, equal for equal input, and honest about gaps."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esg.report.chart import (
    Axis,
    Chart,
    Confusion,
    Funnel,
    Look,
    Mark,
    Multiples,
    Paired,
    Pareto,
    Point,
    Ranked,
    Series,
    Stacked,
    Tile,
    Tiles,
    Trend,
    Waterfall,
)
from esg.report.drawing import draw
from esg.report.drawing.line_ends import spread
from esg.report.drawing.scale import (
    class_edges,
    class_of,
    class_texts,
    interval_text,
    scale_of,
)
from esg.report.drawing.theme import PARTS, SEQUENCE, ink_on
from esg.report.drawing.words import balanced, bare, markup, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARE = Axis("%", is_share=True)
COUNT = Axis("loans", is_share=False)
QUARTERS = tuple(
    f"{year}Q{part}" for year in (2023, 2024, 2025) for part in (1, 2, 3, 4)
)


def _share(label: str, value: float | None, text: str = "·") -> Point:
    if value is None:
        return Point(label, None, None, None, text)
    return Point(label, value, value - 0.01, value + 0.01, f"{value * 100:.1f} %")


def _count(label: str, value: float) -> Point:
    return Point(label, value, None, None, f"{value:,.0f} loans")


def _line(name: str, start: float, gap: int | None = None) -> Series:
    return Series(
        name,
        tuple(
            _share(quarter, None if place == gap else start + 0.003 * place)
            for place, quarter in enumerate(QUARTERS)
        ),
    )


WHOLE = _share("全国", 0.171)
PARETO = Pareto(
    points=(_count("催收行为", 40), _count("Fees & <charges>", 30), _count("其他", 10)),
    cumulative=(0.5, 0.875, 1.0),
    year_earlier=(35, None, 20),
    year_earlier_name="2024Q4",
    cumulative_name="Cumulative share",
    axis=COUNT,
)
CUT_WATERFALL = Waterfall(
    (_share("2025Q3", 0.171), _share("Mix", 0.004), _share("Rates", 0.009),
     _share("2025Q4", 0.184)),
    Axis("%", is_share=True, from_zero=False),
)  # fmt: skip
CHARTS: dict[str, Chart] = {
    "trend": Trend(
        (_line("First-time borrowers", 0.12, gap=6),),
        SHARE,
        (Mark("2025Q2", "Rule begins"), Mark("2025Q3", "Rule widened")),
    ),
    "trend of several": Trend(
        tuple(_line(name, 0.12 + 0.002 * i) for i, name in enumerate("ABCD")),
        Axis("占新增借款人比例（%）", is_share=True),
    ),
    "trend of nothing": Trend(
        (Series("A", tuple(_share(q, None) for q in QUARTERS)),), SHARE
    ),
    "ranked": Ranked(
        (_share("Guangdong", 0.2), _share("西藏", 0.1), _share("青海", None)),
        WHOLE,
        SHARE,
    ),
    "multiples": Multiples(
        tuple(_line(str(i), 0.1 + 0.01 * i, gap=i) for i in range(8)), SHARE
    ),
    "tiles": Tiles(
        (
            Tile(0, 0, _share("新疆", 0.12)),
            Tile(1, 0, _share("Inner Mongolia", 0.25)),
            Tile(1, 1, _share("西藏", None)),
            Tile(0, 1, _share("青海", None, "–")),
        ),
        SHARE,
        WHOLE,
    ),
    "tiles of nothing": Tiles((Tile(0, 0, _share("新疆", None)),), SHARE, WHOLE),
    "stacked": Stacked(
        (
            Series("2025Q3", (_share("A", 0.7), _share("B", 0.25), _share("?", 0.05))),
            Series("2025Q4", (_share("A", 0.7), _share("B", None), _share("?", 0.05))),
        ),
        unknown_label="?",
    ),
    "pareto": PARETO,
    "confusion": Confusion(
        cells=(
            (_count("caught", 1842), _count("false alarm", 745)),
            (_count("missed", 318), _count("rightly passed", 182340)),
        ),
        row_names=("Flagged", "Passed"),
        column_names=("Fraud", "No fraud"),
        rates=("Precision 71.2 % (69.4–72.9)", "召回率 85.3 %（83.7–86.7）"),
    ),
    "funnel": Funnel(
        (
            _count("Asked", 900),
            _count("Agreed", 300),
            Point("Kept", None, None, None, "·"),
        ),
        ("100 %", "33.3 %", "·"),
        COUNT,
    ),
    "waterfall": Waterfall(
        (
            _count("Eligible", 100),
            _count("Cap", -40),
            _count("Late", 5),
            _count("Paid", 65),
        ),
        COUNT,
    ),
    "cut waterfall": CUT_WATERFALL,
    "paired": Paired(
        (
            (_count("最低20%", 1897), _count("最低20%", 2311)),
            (_count("Women & <others>", 5), _count("Women & <others>", 5)),
            (_count("Nobody", 0), _count("Nobody", 961)),
        ),
        ("Version V1", "V2版"),
        COUNT,
    ),
}  # fmt: skip

LOOKS = {
    "zh print": Look("zh"),
    "en print": Look("en"),
    "zh screen": Look("zh", interactive=True),
}

every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
every_look = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())


def _texts(figure: dict[str, Any]) -> list[str]:
    """Return every text a reader can meet, plain."""
    found: list[str] = []
    for trace in figure["data"]:
        for key in ("text", "hovertext"):
            found += trace.get(key, [])
    layout = figure["layout"]
    found += [note["text"] for note in layout.get("annotations", [])]
    for key, axis in layout.items():
        if re.match(r"[xy]axis", key):
            found += axis.get("ticktext", [])
    return [re.sub(r"<[^>]*>", "", text) for text in found]


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, float):
        yield value


@every_chart
@every_look
def test_a_chart_is_a_figure_that_plotly_accepts(chart: Chart, look: Look) -> None:
    figure = draw(chart, look)

    go.Figure(figure)
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


@every_chart
@every_look
def test_equal_charts_give_equal_figures(chart: Chart, look: Look) -> None:
    assert json.dumps(draw(chart, look)) == json.dumps(draw(chart, look))


@every_chart
@every_look
def test_no_text_is_missing_or_a_placeholder(chart: Chart, look: Look) -> None:
    texts = _texts(draw(chart, look))

    assert texts
    assert not any("None" in text for text in texts)


@every_chart
def test_print_has_a_size_and_no_hover(chart: Chart) -> None:
    figure = draw(chart, Look("zh", width_mm=170))

    assert figure["layout"]["width"] == pytest.approx(642.5, abs=0.1)
    assert not any("hovertext" in trace for trace in figure["data"])


@every_chart
def test_the_screen_decides_the_width_and_nothing_zooms(chart: Chart) -> None:
    layout = draw(chart, Look("zh", interactive=True))["layout"]

    assert "width" not in layout
    assert layout["dragmode"] is False
    axes = [axis for key, axis in layout.items() if re.match(r"[xy]axis", key)]
    assert all(axis["fixedrange"] for axis in axes)


def test_hovering_tells_the_value_and_its_interval() -> None:
    figure = draw(CHARTS["ranked"], Look("en", interactive=True))

    told = [t for trace in figure["data"] for t in trace.get("hovertext", [])]
    assert "Guangdong: <b>20.0 %</b><br>(19.0–21.0\N{NO-BREAK SPACE}%)" in told


def test_a_gap_in_a_line_stays_a_gap_and_shows_its_symbol() -> None:
    figure = draw(CHARTS["trend"], Look("en"))

    line = next(t for t in figure["data"] if t.get("name"))
    assert line["y"][6] is None
    assert line["connectgaps"] is False
    assert "·" in _texts(figure)


def test_the_band_of_a_line_breaks_where_the_line_does() -> None:
    band = draw(CHARTS["trend"], Look("en"))["data"][0]

    assert band["fill"] == "toself"
    assert band["x"].count(None) == 1


def test_the_last_value_of_each_line_stands_beside_it_with_its_name() -> None:
    texts = _texts(draw(CHARTS["trend of several"], Look("en")))

    assert "A 15.3 %" in texts
    assert "D 15.9 %" in texts


def test_lines_differ_by_dash_as_well_as_by_colour() -> None:
    figure = draw(CHARTS["trend of several"], Look("en"))

    lines = [t["line"] for t in figure["data"] if t.get("name")]
    assert len({line["dash"] for line in lines}) == len(lines)
    assert len({line["color"] for line in lines}) == len(lines)


def test_a_mark_outside_the_window_is_left_out() -> None:
    chart = Trend((_line("A", 0.1),), SHARE, (Mark("2019Q1", "Long ago"),))

    assert "Long ago" not in _texts(draw(chart, Look("en")))


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_marks_leave_no_text_on_another_mark(count: int) -> None:
    marks = tuple(Mark(q, f"A rule of quarter {q}") for q in QUARTERS[-count:])

    layout = draw(Trend((_line("A", 0.1),), SHARE, marks), Look("en"))["layout"]

    notes = [n for n in layout["annotations"] if "rule" in n["text"]]
    places = {(n["yshift"], n["xanchor"], n["x"]) for n in notes}
    assert len(notes) == len(places) == count
    assert layout["margin"]["t"] >= max(n["yshift"] for n in notes)


def test_the_missing_of_a_ranking_stand_at_the_foot_without_a_dot() -> None:
    figure = draw(CHARTS["ranked"], Look("zh"))

    dots = next(t for t in figure["data"] if t["mode"] == "markers")
    assert dots["y"] == [0, 1]
    assert figure["layout"]["yaxis"]["ticktext"][2] == "青海"
    assert "·" in _texts(figure)


def test_a_ranking_grows_with_its_rows() -> None:
    points = tuple(_share(f"Province {i}", 0.3 - i / 200) for i in range(31))

    figure = draw(Ranked(points, WHOLE, SHARE), Look("en", height_mm=40))

    assert figure["layout"]["height"] > 31 * 10.4 * 1.4


def test_more_panels_than_a_reader_compares_are_refused() -> None:
    panels = tuple(_line(str(i), 0.1) for i in range(9))

    with pytest.raises(ValueError, match="9 panels"):
        draw(Multiples(panels, SHARE), Look("en"))


def test_a_map_is_one_path_a_class_whatever_its_number_of_tiles() -> None:
    tiles = tuple(
        Tile(i % 7, i // 7, _share(f"P{i}", 0.1 + i / 200)) for i in range(31)
    )

    figure = draw(Tiles(tiles, SHARE, WHOLE), Look("en"))

    assert sum(t["mode"] == "lines" for t in figure["data"]) == len(SEQUENCE)


def test_a_map_prints_every_name_value_and_class() -> None:
    texts = " ".join(_texts(draw(CHARTS["tiles"], Look("zh"))))

    for wanted in (
        "新疆12.0 %",
        "西藏·",
        "青海–",
        "全国 17.1 %",
        "12–&lt;15\N{NO-BREAK SPACE}%",
    ):
        assert wanted in texts


def test_a_row_that_hides_a_part_shows_an_empty_box_with_the_symbol() -> None:
    figure = draw(CHARTS["stacked"], Look("en"))

    box = next(t for t in figure["data"] if "base" in t)
    assert box["y"] == [1]
    assert box["base"] == [0.75]
    assert box["text"] == ["·"]


def test_unknown_is_hatched_and_last() -> None:
    figure = draw(CHARTS["stacked"], Look("en"))

    named = [t for t in figure["data"] if t.get("name")]
    assert [t["name"] for t in named] == ["A", "B", "?"]
    assert "pattern" in named[-1]["marker"]
    assert not any("pattern" in t["marker"] for t in named[:-1])


@pytest.mark.parametrize("name", ["pareto", "funnel", "waterfall"])
def test_bars_start_at_zero(name: str) -> None:
    layout = draw(CHARTS[name], Look("en"))["layout"]

    axis = layout["xaxis" if name == "funnel" else "yaxis"]
    assert axis["range"][0] == 0


def test_totals_on_a_cut_axis_are_marks_and_no_bars() -> None:
    figure = draw(CUT_WATERFALL, Look("en"))

    assert figure["layout"]["yaxis"]["range"][0] > 0
    areas = [t for t in figure["data"] if t.get("fill")]
    corners = [x for t in areas for x in t["x"] if x is not None]
    assert min(corners) > 0.5
    assert max(corners) < 2.5


def test_what_users_typed_is_no_markup() -> None:
    figure = draw(PARETO, Look("en"))

    assert "Fees &amp; &lt;charges&gt;" in figure["layout"]["xaxis"]["ticktext"]


def test_a_suppressed_value_is_nowhere_in_the_figure() -> None:
    hidden = Point("Hidden", None, 0.123456, 0.123457, "·")
    chart = Ranked((_share("A", 0.2), hidden), WHOLE, SHARE)

    numbers = list(_numbers(draw(chart, Look("en", interactive=True))))

    assert not any(0.1234 < number < 0.1235 for number in numbers)


# Scales


@pytest.mark.parametrize(
    ("values", "axis", "texts"),
    [
        ([0.12, 0.184], SHARE, ["0 %", "5 %", "10 %", "15 %", "20 %"]),
        ([0.001, 0.0032], SHARE, ["0.0 %", "0.1 %", "0.2 %", "0.3 %", "0.4 %"]),
        ([12345, 17650], Axis("元", is_share=False, from_zero=False),
         ["12,000", "14,000", "16,000", "18,000"]),
        ([-3.0, 4.0], COUNT, ["−4", "−2", "0", "2", "4"]),
        ([], SHARE, ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
        ([0, 0], COUNT, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)  # fmt: skip
def test_ticks_are_round_and_written_as_print_does(
    values: list[float], axis: Axis, texts: list[str]
) -> None:
    found = [t.replace("\N{NO-BREAK SPACE}", " ") for t in scale_of(values, axis).texts]

    assert found == texts


@given(
    st.lists(
        st.floats(-1e9, 1e9).filter(lambda v: v == 0 or abs(v) > 1e-6),
        min_size=1,
        max_size=9,
    ),
    st.booleans(),
)
def test_a_scale_holds_all_its_values(values: list[float], from_zero: bool) -> None:  # noqa: FBT001
    scale = scale_of(values, Axis("", is_share=False, from_zero=from_zero))

    room = (scale.high - scale.low) * 1e-6
    assert scale.low - room <= min(values)
    assert max(values) <= scale.high + room
    assert 2 <= len(scale.ticks) <= 12


@given(st.lists(st.floats(0, 1), min_size=1, max_size=31))
def test_every_value_has_a_class_that_holds_it(values: list[float]) -> None:
    edges = class_edges(values, classes=5)

    for value in values:
        place = class_of(value, edges)
        assert edges[place] - 1e-6 <= value <= edges[place + 1] + 1e-6


def test_a_value_on_an_edge_belongs_to_the_class_above() -> None:
    edges = class_edges([0.12, 0.16, 0.27], classes=5)

    assert class_texts(edges, SHARE)[0] == "12–<16\N{NO-BREAK SPACE}%"
    assert class_of(0.16, edges) == 1


def test_an_interval_has_the_decimals_of_its_value() -> None:
    point = Point("A", 0.1234, 0.12, 0.13, "12.34 %")

    assert interval_text(point, SHARE) == "12.00–13.00\N{NO-BREAK SPACE}%"
    assert interval_text(_count("A", 5), COUNT) == ""


# Texts


@given(
    st.lists(st.floats(0, 200), min_size=1, max_size=6),
    st.floats(5, 30),
)
def test_labels_at_line_ends_never_overlap(wanted: list[float], height: float) -> None:
    places = spread(wanted, [height] * len(wanted), 250.0)

    ordered = sorted(places)
    gaps = [b - a for a, b in itertools.pairwise(ordered)]
    assert all(gap >= height - 1e-6 for gap in gaps)


def test_labels_with_room_stay_where_their_lines_end() -> None:
    assert spread([10.0, 80.0, 40.0], [14.0] * 3, 100.0) == [10.0, 80.0, 40.0]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Annual cap per borrower", 70, "Annual cap\nper borrower"),
        ("个人信息保护", 45, "个人信息\n保护"),
        ("拒绝（含撤回），其他", 45, "拒绝（含\n撤回），\n其他"),
        ("Extraordinarily", 20, "Extraordinarily"),
    ],
)
def test_texts_break_where_their_script_allows(
    text: str, width: float, lines: str
) -> None:
    assert wrapped(text, width, 10) == lines


def test_a_broken_label_has_lines_of_about_one_length() -> None:
    assert balanced("个人信息保护", 55, 10) == "个人信\n息保护"


@given(st.text("abc 信贷，（）", min_size=1, max_size=40), st.floats(60, 200))
def test_breaking_loses_no_character(text: str, width: float) -> None:
    broken = wrapped(text, width, 10)

    assert re.sub(r"\s", "", broken) == re.sub(r"\s", "", text)
    assert broken.count("\n") <= len(text)


def test_the_unit_stands_once_but_a_share_keeps_its_sign() -> None:
    assert bare("12.3 万元", Axis("万元", is_share=False)) == "12.3"
    assert bare("18.4 %", SHARE) == "18.4 %"
    assert markup("<25 & more\nlines") == "&lt;25 &amp; more<br>lines"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", [*SEQUENCE, *PARTS])
def test_text_on_colour_is_readable(ground: str) -> None:
    # 4.5 is what WCAG 2.2 asks of text of this size.
    assert _contrast(ground, ink_on(ground)) >= 4.5


@pytest.mark.parametrize("scale", [SEQUENCE, PARTS])
def test_neighbouring_colours_differ_in_greyscale(scale: tuple[str, ...]) -> None:
    for one, other in itertools.pairwise(scale):
        assert _contrast(one, other) >= 1.3
