"""Numbers, money, periods and dates read as each language writes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from esg.errors import ContentError
from esg.report.wording import MINUS, Words, tidy
from esg.spec.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeWords = Callable[..., Words]


@pytest.mark.parametrize(
    ("language", "share", "text"),
    [
        ("en", 0.184, "18.4\u00a0%"),
        ("zh", 0.184, "18.4%"),
        ("zh", 1.0, "100.0%"),
        ("zh", 0.0, "0%"),
        ("zh", 0.00042, "0.042%"),
        ("zh", 0.001, "0.1%"),
    ],
)
def test_shares_have_one_decimal_and_small_ones_two_figures(
    words: MakeWords, language: str, share: float, text: str
) -> None:
    assert words(language).share(share) == text


@pytest.mark.parametrize(
    ("language", "currency", "value", "text"),
    [
        ("zh", "CNY", 486_230_000, "4.86亿元"),
        ("zh", "CNY", 12_300, "1.23万元"),
        ("zh", "CNY", 685.5, "685.5元"),
        ("zh", "USD", 25_000_000, "2,500万美元"),
        ("zh", "TWD", 300_000_000, "3.00亿元新台币"),
        ("zh", "JPY", 50, "50.00日元"),
        ("en", "CNY", 486_230_000, "CNY\u00a0486.2\u00a0m"),
        ("en", "USD", 4_862_300_000, "USD\u00a04.86\u00a0bn"),
        ("en", "CHF", 1234, "CHF\u00a01,234"),
    ],
)
def test_money_is_scaled_and_named_as_the_language_does(
    words: MakeWords, language: str, currency: str, value: float, text: str
) -> None:
    assert words(language, currency).value(value, "money") == text


def test_one_scale_serves_a_whole_table(words: MakeWords) -> None:
    chinese = words("zh")
    scale = chinese.money_scale([3e8, 2e6, None])

    assert chinese.money(2e6, scale) == "0.020亿元"
    assert chinese.unit_title("money", scale) == "亿元"
    assert chinese.unit_title("share") == "%"


@pytest.mark.parametrize(
    ("language", "unit", "value", "text"),
    [
        ("zh", "person", 12345, "12,345人"),
        ("zh", "person_time", 2, "2人次"),
        ("zh", "loan", 2, "2笔"),
        ("zh", "account", 2, "2户"),
        ("en", "person", 1, "1\u00a0person"),
        ("en", "loan", 2, "2\u00a0loans"),
        ("en", "second", 27.1, "27.1\u00a0s"),
        ("en", "ratio", 1.254, "1.25"),
        ("en", "tco2e", 1234.5, "1,234\u00a0t CO2e"),
        ("en", "percentage_point", -3.21, f"{MINUS}3.2\u00a0pp"),
        ("en", "ratio", 0.0123, "0.012"),
    ],
)
def test_units_are_never_mixed(
    words: MakeWords, language: str, unit: str, value: float, text: str
) -> None:
    assert words(language).value(value, unit) == text


def test_intervals_stand_without_unit_and_signed_ones_in_words(
    words: MakeWords,
) -> None:
    english = words("en")

    assert english.interval(0.179, 0.189, "share") == "17.9–18.9"
    assert english.interval(-0.004, 0.002, "share") == f"{MINUS}0.4 to 0.2"
    assert english.interval(None, 0.2, "share") == ""


@pytest.mark.parametrize(
    ("unit", "change", "value", "text"),
    [
        ("share", 0.012, 0.2, "+1.2百分点"),
        ("share", -0.0004, 0.2, f"{MINUS}0.04百分点"),
        ("share", 0.0, 0.2, "0.0百分点"),
        ("person", 50, 1050, "+5.0%"),
        ("person", 1000, 1027, "+37.0倍"),
        ("person", 10, 10, "–"),
        ("second", -2.0, 10.0, f"{MINUS}2.0秒"),
    ],
)
def test_changes_are_points_for_shares_and_per_cent_for_counts(
    words: MakeWords, unit: str, change: float, value: float, text: str
) -> None:
    assert words("zh").signed_change(change, value, unit) == text


@pytest.mark.parametrize(
    ("period", "chinese", "english", "short"),
    [
        ("2026Q3", "2026年第三季度", "Q3 2026", "26年三季"),
        ("2026-09", "2026年9月", "September 2026", "26年9月"),
        ("2026H1", "2026年上半年", "first half of 2026", "26年上"),
        ("2026", "2026年", "2026", "2026年"),
    ],
)
def test_periods_are_written_out_and_short(
    words: MakeWords, period: str, chinese: str, english: str, short: str
) -> None:
    parsed = parse_period(period)

    assert words("zh").period(parsed) == chinese
    assert words("en").period(parsed) == english
    assert words("zh").period_short(parsed) == short


def test_dates_are_written_as_each_language_does(words: MakeWords) -> None:
    assert words("zh").day(date(2026, 9, 30)) == "2026年9月30日"
    assert words("en").iso_day("2026-09-30") == "30 September 2026"
    assert words("en").iso_day("") == ""


def test_names_are_listed_as_sentences_list_them(words: MakeWords) -> None:
    assert words("en").listing(["a", "b", "c"]) == "a, b and c"
    assert words("zh").listing(["河南", "湖南", "广西"]) == "河南、湖南和广西"
    assert words("en").listing(["a"]) == "a"
    assert words("en").listing([]) == ""


@pytest.mark.parametrize(
    ("typed", "set_text"),
    [
        ("期末活跃借款人中,首次申请", "期末活跃借款人中，首次申请"),
        ("无征信档案(W1)占比", "无征信档案（W1）占比"),
        ("合计。 撤回的申请", "合计。撤回的申请"),
        ("三个口径:W1 无档案", "三个口径：W1 无档案"),
        ("占比 18,400 元", "占比 18,400 元"),
    ],
)
def test_chinese_prose_gets_chinese_punctuation(typed: str, set_text: str) -> None:
    assert tidy(typed, "zh") == set_text


def test_english_prose_only_loses_its_line_breaks() -> None:
    assert tidy("One (two),\n  three", "en") == "One (two), three"


def test_no_string_holds_the_hyphen_that_stalls_the_layout(words: MakeWords) -> None:
    for language in ("en", "zh"):
        assert "\u2011" not in "".join(words(language).strings.values())


def test_a_word_that_a_report_lacks_is_told_with_its_file() -> None:
    words = Words("zh", {"known": "已知 {count}"}, "CNY")

    assert words.say("known", count=3) == "已知 3"
    with pytest.raises(ContentError) as lacks:
        words.say("movement_lead")
    with pytest.raises(ContentError) as names:
        words.say("known", number=3)

    assert "strings.zh.yaml of the report lacks 'movement_lead'" in lacks.value.message
    assert "the braces of 'known' name no part" in names.value.message
    assert "{number}" in names.value.message
