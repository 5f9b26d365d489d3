"""Numbers, money, periods and dates as each language writes them.

Every text with a number in it is made here, so that Chinese and English, PDF, HTML and
JSON never disagree on how a value reads.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_name

from esg.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from esg.spec.period import Period

NO_DATA = "–"
SUPPRESSED = "·"
MINUS = "−"

_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
_HAN = "\u2e80-\u9fff\uff00-\uffef\u3001-\u301f"
_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "?": "？"}
_HALF_MARK = re.compile(
    f"(?<=[{_HAN}0-9A-Za-z])([,;:?]) ?(?=[{_HAN}])|(?<=[{_HAN}])([,;:?]) ?"
)
_HALF_BRACKETS = re.compile(
    rf"(?<=[{_HAN}])\(([^()]*)\)|\(([^()]*[{_HAN}][^()]*)\)|\(([^()]*)\)(?=[{_HAN}])"
)
_FOLD = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")
_SMALL_SHARE = 0.001
_RELATIVE_UNITS = frozenset(
    {"count", "person", "person_time", "loan", "account", "money", "tco2e", "mwh"}
)
_WHOLE_UNITS = frozenset({"count", "person", "person_time", "loan", "account"})
# From this size on, decimals say nothing: 1,234.5 tonnes are 1,235 tonnes.
_BIG = 1000
_LEAST_SCALED = 0.005
"""The smallest value in a scale that still reads as a number."""
# 3,755 % is a number nobody can picture; 37.6-fold is one.
_MANY_TIMES = 10


@dataclass(frozen=True)
class Scale:
    """In what money is printed: divisor and the words of the unit."""

    divisor: float
    unit: str
    """As an axis names it: '万元', 'CNY m'."""
    pattern: str
    """The key of the text that puts a number and the currency together."""


@dataclass(frozen=True)
class Words:
    """One language's way with numbers, for one currency."""

    language: str
    strings: Mapping[str, str]
    currency: str

    def say(self, key: str, **parts: object) -> str:
        """Return a fixed text with its parts filled in.

        Raises:
            ContentError: The report's own words lack it, or name a part that it has
                not: those of a workspace may be older than we are.
        """
        file = f"strings.{self.language}.yaml"
        if key not in self.strings:
            raise ContentError(
                f"report_templates: {file} of the report lacks '{key}'.",
                hint="Take it over from the shipped report 'quarterly', in all "
                "languages.",
            )
        try:
            return self.strings[key].format(**parts)
        except (KeyError, IndexError, ValueError) as error:
            allowed = ", ".join(f"{{{name}}}" for name in sorted(parts)) or "none"
            raise ContentError(
                f"report_templates: {file} of the report: the braces of '{key}' name "
                f"no part that there is; parts are: {allowed}.",
                hint="Write a brace that is no part twice.",
            ) from error

    def has(self, key: str) -> bool:
        """Return whether a text is declared."""
        return key in self.strings

    def plain(self, value: float, digits: int) -> str:
        """Return a number with separators, a real minus, and fixed decimals."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        text = format_decimal(
            round(value, digits) + 0.0, format=pattern, locale=_LOCALES[self.language]
        )
        return text.replace("-", MINUS)

    def exact(self, value: Decimal, digits: int) -> str:
        """Return a decimal with separators and a real minus, without a float's detour.

        Sums of a ledger have more figures than a float keeps.
        """
        return f"{value:,.{digits}f}".replace("-", MINUS)

    def listing(self, names: Iterable[str]) -> str:
        """Return names as a sentence lists them: 'a, b and c'."""
        every = list(names)
        if len(every) <= 1:
            return "".join(every)
        return self.strings["list_join"].join(every[:-1]) + (
            self.strings["list_last"] + every[-1]
        )

    def tidy(self, text: str) -> str:
        """Return declared prose with this language's punctuation."""
        return tidy(text, self.language)

    # Shares

    def share_number(self, share: float) -> str:
        """Return a share as per cent without the sign."""
        if share == 0:
            return "0"
        return self.plain(share * 100, _share_digits(share))

    def share(self, share: float) -> str:
        """Return a share as '18.4 %'."""
        return self.say("percent", number=self.share_number(share))

    # Money

    def money_scale(self, values: Iterable[float | None]) -> Scale:
        """Return the one scale in which a table prints its money.

        Chosen by the largest value: 亿元 beside 元 in one column invites misreading. A
        step smaller where the smallest would else be zeros behind the point.
        """
        sizes = [abs(v) for v in values if v]
        largest = min(max(sizes, default=0.0), min(sizes, default=0.0) / _LEAST_SCALED)
        steps = {
            "zh": ((1e8, "money_1e8"), (1e4, "money_1e4"), (1.0, "money_1")),
            "en": ((1e9, "money_1e9"), (1e6, "money_1e6"), (1.0, "money_1")),
        }[self.language]
        divisor, key = next((s for s in steps if largest >= s[0]), steps[-1])
        unit = self.say(key, currency=self.currency_name())
        return Scale(divisor, unit, f"{key}_value")

    def currency_name(self) -> str:
        """Return the currency as this language's tables name it."""
        key = f"currency_{self.currency}"
        if self.has(key):
            return self.strings[key]
        if self.language == "en":
            return self.currency
        return str(get_currency_name(self.currency, locale=_LOCALES[self.language]))

    def money(self, value: float, scale: Scale) -> str:
        """Return money in a scale, with its unit."""
        number = self.money_number(value, scale)
        return self.say(scale.pattern, number=number, currency=self.currency_name())

    def money_number(self, value: float, scale: Scale) -> str:
        """Return money in a scale, without its unit."""
        if value == 0:
            return "0"
        scaled = value / scale.divisor
        return self.plain(scaled, _digits(scaled, most=2))

    # Any unit

    def value(self, value: float, unit: str, scale: Scale | None = None) -> str:
        """Return a value with its unit, as a reader meets it in a sentence or cell."""
        if unit == "share":
            return self.share(value)
        if unit == "money":
            return self.money(value, scale or self.money_scale([value]))
        number = self.number(value, unit)
        one = f"unit_{unit}_one"
        if abs(value) == 1 and self.has(one):
            return self.say(one, number=number)
        return self.say(f"unit_{unit}", number=number)

    def number(self, value: float, unit: str, scale: Scale | None = None) -> str:
        """Return a value without its unit, as an axis or interval prints it."""
        if unit == "share":
            return self.share_number(value)
        if unit == "money":
            return self.money_number(value, scale or self.money_scale([value]))
        if unit in _WHOLE_UNITS and float(value).is_integer():
            return self.plain(value, 0)
        return self.plain(value, _digits(value, most=2 if unit == "ratio" else 1))

    def interval(
        self,
        low: float | None,
        high: float | None,
        unit: str,
        scale: Scale | None = None,
    ) -> str:
        """Return '17.9–18.9', or nothing where there is no interval."""
        if low is None or high is None:
            return ""
        # A dash between two signs reads as one: −0.4–0.2 becomes '−0.4 to 0.2'.
        key = "interval_signed" if low < 0 else "interval"
        return self.say(
            key,
            low=self.number(low, unit, scale),
            high=self.number(high, unit, scale),
        )

    def unit_title(self, unit: str, scale: Scale | None = None) -> str:
        """Return the name of a unit as an axis title."""
        if unit == "money":
            return (scale or self.money_scale([])).unit
        return self.strings[f"axis_{unit}"]

    # Changes

    def change_size(self, change: float, value: float, unit: str) -> str:
        """Return the size of a change without sign: '1.2 percentage points', '5.2 %'.

        Args:
            change: Value less the earlier value.
            value: The value now.
            unit: The measure's unit.

        Returns:
            Empty where a relative change has nothing to relate to.
        """
        if unit == "share":
            points = abs(change) * 100
            return self.say("points", number=self.plain(points, _point_digits(points)))
        if unit in _RELATIVE_UNITS:
            earlier = value - change
            if earlier <= 0:
                return ""
            times = abs(change) / earlier
            if times >= _MANY_TIMES:
                return self.say("fold", number=self.plain(times, 1))
            return self.share(times)
        return self.value(abs(change), unit)

    def signed_change(self, change: float, value: float, unit: str) -> str:
        """Return a change as a table cell prints it: '+1.2 pp'."""
        size = self.change_size(change, value, unit)
        if not size:
            return NO_DATA
        if unit == "share":
            points = change * 100
            size = self.say(
                "points_short", number=self.plain(abs(points), _point_digits(points))
            )
        if change == 0 or not any(digit in size for digit in "123456789"):
            return size
        return ("+" if change > 0 else MINUS) + size

    def point_digits(self, change: float) -> int:
        """Return how many decimals a change of a share is printed with, in points."""
        return _point_digits(change * 100)

    def signed_points(self, change: float, digits: int) -> str:
        """Return a change of a share in points with its sign and fixed decimals."""
        points = change * 100
        text = self.say("points_short", number=self.plain(abs(points), digits))
        if not round(points, digits):
            return text
        return ("+" if points > 0 else MINUS) + text

    # Time

    def period(self, period: Period) -> str:
        """Return a period in full: 'Q3 2026', '2026年第三季度'."""
        if period.kind == "month":
            return self.say(
                "period_month",
                year=period.year,
                month=format_date(
                    period.first_day,
                    self.strings["month_pattern"],
                    locale=_LOCALES[self.language],
                ),
            )
        return self.say(f"period_{period.kind}_{period.part}", year=period.year)

    def period_short(self, period: Period) -> str:
        """Return a period as an axis prints it."""
        if period.kind == "month":
            return self.say(
                "period_month_short",
                year=f"{period.year % 100:02d}",
                month=format_date(
                    period.first_day, "MMM", locale=_LOCALES[self.language]
                ),
            )
        return self.say(
            f"period_{period.kind}_{period.part}_short",
            year=period.year,
            short=f"{period.year % 100:02d}",
        )

    def day(self, day: date) -> str:
        """Return a date in full."""
        pattern = self.strings["date_pattern"]
        return str(format_date(day, pattern, locale=_LOCALES[self.language]))

    def iso_day(self, text: str) -> str:
        """Return an ISO date in full; an empty text stays empty."""
        return self.day(date.fromisoformat(text)) if text else ""


def tidy(text: str, language: str) -> str:
    """Return declared prose as it is set: Chinese with Chinese punctuation.

    Declarations are typed by analysts on many keyboards, and YAML folds a line break
    into a space that Chinese does not have.
    """
    text = " ".join(text.split())
    if language != "zh":
        return text
    text = _HALF_BRACKETS.sub(lambda m: f"（{m[1] or m[2] or m[3] or ''}）", text)
    text = _HALF_MARK.sub(lambda m: _FULL_WIDTH[m[1] or m[2]], text)
    return _FOLD.sub("", text)


def _share_digits(share: float) -> int:
    """Return decimals of a per cent so that small shares keep two figures."""
    if abs(share) >= _SMALL_SHARE:
        return 1
    return 1 - math.floor(math.log10(abs(share) * 100))


def _point_digits(points: float) -> int:
    """Return decimals of a change in points: 0.04 points are not 0.0."""
    if abs(points) >= 0.1 or points == 0:  # noqa: PLR2004 - one printed decimal
        return 1
    return min(4, -math.floor(math.log10(abs(points))))


def _digits(value: float, *, most: int) -> int:
    if abs(value) >= _BIG:
        return 0
    if abs(value) >= 100:  # noqa: PLR2004 - three figures before the point
        return min(most, 1)
    if value == 0 or abs(value) >= 0.1:  # noqa: PLR2004 - one printed decimal
        return most
    return min(6, 1 - math.floor(math.log10(abs(value))))
