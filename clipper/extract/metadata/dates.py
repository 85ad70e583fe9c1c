"""Dates out of text: in digits, with names of months in many languages, Chinese, relative.

A date is an ISO 8601 string as precise as the text: `2024-07-18`, `2024-07-18T12:01:00`, with the
zone if the text has one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

__all__ = ["CHINA", "Order", "Reader", "day_of", "days_apart", "may_date", "months"]

EARLIEST = 1990  # no page was published before; what says so is a birthday
CHINA = timezone(timedelta(hours=8))

DIGIT = re.compile(r"\d")
WORD = r"[^\W\d_]{3,14}"
YEAR = r"(?P<year>(?:19|20)\d\d)"
YEAR_FIRST = re.compile(
    rf"(?<![\d.,/]){YEAR}\s?(?P<mark>[-/.年])\s?(?P<month>1[0-2]|0?[1-9])\s?(?:(?P=mark)|月)\s?(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s?日?"
)
KOREAN = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?년\s?(?P<month>1[0-2]|0?[1-9])\s?월\s?(?P<day>3[01]|[12]\d|0?[1-9])\s?일"
)
COMPACT = re.compile(rf"(?<![\d.]){YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?=T\d|[\s,;_]|$)")
DAY_FIRST = re.compile(
    r"(?<![\d.,/:])(?P<a>\d{1,2})\s?(?P<mark>[./|-])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?(?P<year>(?:19|20)\d\d|\d\d)(?![\d:]|[./,]\d)"
)
DAY_NAME = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er|º|ª)?[\s./-]{{0,3}}(?:de |of |d['’])?(?P<name>{WORD})\.?,?[\s./-]{{0,3}}(?:de |del |of )?(?P<year>(?:19|20)\d\d|['’]?\d\d)(?![\d:])",
    re.I,
)
NAME_DAY = re.compile(
    rf"(?P<name>{WORD})\.?[\s-]{{0,2}}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?(?:,|\s|-){{1,3}}(?P<year>(?:19|20)\d\d)(?!\d)",
    re.I,
)
YEAR_NAME = re.compile(rf"(?<!\d){YEAR}\.?[\s,/-]{{1,2}}(?P<name>{WORD})\.?[\s/-]{{1,2}}(?P<day>\d{{1,2}})(?!\d)", re.I)
HAN_DATE = re.compile(
    r"(?P<year>[一二][〇○零九][〇○零一二三四五六七八九]{2})年(?P<month>十[一二]?|[一二三四五六七八九])月(?P<day>[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])日"
)
THANG = re.compile(r"(?<!\d)(?P<day>\d{1,2}) tháng (?P<month>\d{1,2}),? (?:năm )?(?P<year>20\d\d)", re.I)
UNIX_NAMES = re.compile(
    r"(?P<name>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<time>\d\d:\d\d:\d\d)(?: [A-Z+\d:-]{1,9})? (?P<year>20\d\d)"
)
TIME = re.compile(
    r"[\s,;·|•–—@/T-]{0,4}(?:at|um|à|a las|alle|kl\.?|klo|ore|um|às|о|в|la)?\s{0,2}"
    r"(?:(?P<half>上午|下午|晚上|中午|凌晨)\s?)?(?P<hour>[01]?\d|2[0-4])(?P<sep>[:：.h时]\s?)(?P<minute>[0-5]\d)(?:分|(?:[:.](?P<second>[0-5]\d)(?:[.,:]\d{1,9})?)?)"
    r"(?P<pm>\s?[ap]\.?m\b\.?)?(?:\s?Uhr)?(?P<zone>\s?(?:Z\b|UTC|GMT|[+-](?:0\d|1[0-4]):?[0-5]\d(?!\d)|(?:CES?T|MES?Z|BST|E[SD]T|P[SD]T|JST|KST|HKT)\b))?",
    re.I,
)
URL_DATE = re.compile(
    r"[/_=-]t?(?P<year>(?:19|20)\d\d)(?P<mark>[/_-]?)(?P<month>0[1-9]|1[0-2]|(?<=[/_-])[1-9])(?:(?P=mark)|[/_-])(?P<day>0[1-9]|[12]\d|3[01]|(?<=[/_-])[1-9])(?=[/_.-]|$|[a-z])"
    r"|[/_](?P<year2>(?:19|20)\d\d)(?P<month2>0[1-9]|1[0-2])(?P<day2>0[1-9]|[12]\d|3[01])(?!\d{7})"
    r"|(?<!\d)(?P<day3>1[3-9]|2\d|3[01])[-_.](?P<month3>0[1-9]|1[0-2])[-_.](?P<year3>20\d\d)(?!\d)"
)
CHINESE_AGO = re.compile(r"(?P<count>\d{1,3}|半|几|一|两)\s?个?(?P<unit>秒|分钟|小时|天|日|周|星期)\s?前")
CHINESE_DAY = re.compile(
    r"(?:^|[\s:：|｜·于在])(?P<day>刚刚|今天|昨天|前天)(?=\s*(?:[上下]午|晚上|凌晨)?\s*(?:\d{1,2}[:：]\d\d|$|[|｜·]|\s[^\s]{1,12}$))"
)
AGO = re.compile(
    r"\b(?P<count>\d{1,3}|an?|one|few)\s(?P<unit>sec|min|hour|hr|day|week)\w*\s(?:\w+\s)?ago\b"
    r"|\b(?:vor|il y a|hace|há|fa)\s(?P<count2>\d{1,3}|une?r?|einer|einem|una?)\s(?P<unit2>sek|min|stund|tag|woch|heure|jour|semaine|hora|día|dia|semana|segundo|or[ae]|giorn)\w*",
    re.I,
)
UNITS = {
    "秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "日": 86400, "周": 604800, "星期": 604800,
    "sec": 1, "min": 60, "hour": 3600, "hr": 3600, "day": 86400, "week": 604800,
    "sek": 1, "stund": 3600, "tag": 86400, "woch": 604800, "heure": 3600, "jour": 86400, "semaine": 604800,
    "hora": 3600, "día": 86400, "dia": 86400, "semana": 604800, "segundo": 1, "ora": 3600, "ore": 3600, "giorn": 86400,
}  # fmt: skip
DAY_AT = re.compile(
    r"\b(?P<day>today|yesterday|heute|gestern|vorgestern|aujourd['’]hui|hier|hoy|ayer|oggi|ieri)\b(?:,|\s+(?:at|um|à|a las|alle)\b)\s*(?:um\s)?\d{1,2}(?:[:.h]\d\d|\s?[ap]\.?m)",
    re.I,
)
DAYS_BACK = {"yesterday": 1, "gestern": 1, "vorgestern": 2, "hier": 1, "ayer": 1, "ieri": 1}
ZONES = {
    "CET": "+01:00", "CEST": "+02:00", "MEZ": "+01:00", "MESZ": "+02:00", "BST": "+01:00", "EST": "-05:00", "EDT": "-04:00",
    "PST": "-08:00", "PDT": "-07:00", "JST": "+09:00", "KST": "+09:00", "HKT": "+08:00",
}  # fmt: skip
CENTRAL = frozenset("de fr it nl pl sv da nb cs sk hu sl hr".split())  # languages of Central European Time
DAYS = {"刚刚": 0, "今天": 0, "昨天": 1, "前天": 2}


class Order:
    """How a page writes 3/4/2024."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class Found:
    """A date and where it stands in the text."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads dates of a page in this language (ISO 639-1) that was fetched at `now` (aware) and writes 3/4/2024
    in this order."""

    now: datetime
    order: str = Order.DAY_FIRST
    language: str | None = None

    def first(self, text: str) -> str | None:
        """The first full date in the text."""
        found = min(self._all(text), key=lambda date: (date.start, -date.end), default=None)
        return found.value if found else None

    def every(self, text: str) -> list[Found]:
        """All full dates of the text, in order."""
        return sorted(self._all(text), key=lambda date: (date.start, -date.end))

    def url(self, address: str) -> str | None:
        """The day in an address: `/2024/07/18/`, `/20240718/`, `/2024-07/18/`."""
        path = address.split("://", 1)[-1].partition("/")[2]
        for match in URL_DATE.finditer("/" + path):
            year, month, day = (
                match[name] or match[name + "2"] or match[name + "3"] for name in ("year", "month", "day")
            )
            if value := self._day(int(year), int(month), int(day)):
                return value
        return None

    def ago(self, text: str) -> str | None:
        """The day that `3小时前`, `昨天` or `5 minutes ago` was when the page was fetched."""
        if match := CHINESE_AGO.search(text):
            count = {"半": 0.5, "几": 3.0, "一": 1.0, "两": 2.0}.get(match["count"]) or float(match["count"])
            return self._before(UNITS[match["unit"]] * count, CHINA)
        if match := CHINESE_DAY.search(text):
            return self._before(86400.0 * DAYS[match["day"]], CHINA)
        if match := AGO.search(text):
            number = match["count"] or match["count2"]
            count = float(number) if number.isdigit() else 3.0 if number.lower() == "few" else 1.0
            return self._before(UNITS[(match["unit"] or match["unit2"]).lower()] * count, self.zone(self.now))
        if match := DAY_AT.search(text):
            return self._before(86400.0 * DAYS_BACK.get(match["day"].lower(), 0), self.zone(self.now))
        return None

    def zone(self, day: date) -> timezone | None:
        """What the clocks of the page's readers show, as far as its language tells: None where it does not."""
        if self.language == "zh":
            return CHINA
        if self.language in CENTRAL:
            return timezone(timedelta(hours=2 if 4 <= day.month <= 10 else 1))
        return None

    def _before(self, seconds: float, zone: timezone | None) -> str:
        moment = self.now - timedelta(seconds=seconds)
        return f"{moment.astimezone(zone) if zone else moment:%Y-%m-%d}"

    def _all(self, text: str) -> Iterator[Found]:
        if not DIGIT.search(text):
            for match in HAN_DATE.finditer(text) if "年" in text else ():
                if (parts := _han(match, self.order)) and (day := self._day(*parts)):
                    yield Found(day, match.start(), match.end())
            return
        year = "19" in text or "20" in text
        for pattern, read, sign in PATTERNS:
            if not (year if sign is None else sign in text):
                continue
            for match in pattern.finditer(text):
                if (parts := read(match, self.order)) and (day := self._day(*parts)):
                    clock, end = _clock(text, match)
                    yield Found(day + clock, match.start(), end)

    def _day(self, year: int, month: int, day: int) -> str | None:
        if year < 100:
            year += 2000 if year <= self.now.year % 100 else 1900
        try:
            value = date(year, month, day)
        except ValueError:
            return None
        if year < EARLIEST or value > (self.now + timedelta(days=2)).date():
            return None
        return value.isoformat()


def may_date(text: str) -> bool:
    """Whether there can be a full date in it: most lines have no digit."""
    return DIGIT.search(text) is not None or "年" in text


def day_of(value: str) -> str:
    """The day of a date."""
    return value[:10]


def days_apart(one: str, other: str) -> int:
    """Whole days between two dates."""
    return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days)


@cache
def months() -> dict[str, int]:
    """The number of each month by its names in all languages."""
    data = tomllib.loads((files("clipper.extract.metadata") / "months.toml").read_text("utf-8"))
    return {
        name: number
        for language in reversed(data.values())
        for number, all_names in enumerate(language.split("|"), 1)
        for name in all_names.split()
    }


Parts = tuple[int, int, int] | None


def _plain(match: re.Match[str], _: str) -> Parts:
    return int(match["year"]), int(match["month"]), int(match["day"])


def _han(match: re.Match[str], _: str) -> Parts:
    digits = str.maketrans("〇○零一二三四五六七八九", "000123456789")
    year = int(match["year"].translate(digits))
    tens = [part.partition("十") for part in (match["month"], match["day"])]
    month, day = (
        10 * int(left.translate(digits) or 1) + int(right.translate(digits) or 0)
        if ten
        else int(left.translate(digits))
        for left, ten, right in tens
    )
    return year, month, day


def _numbers(match: re.Match[str], order: str) -> Parts:
    day, month = int(match["a"]), int(match["b"])
    if month > 12 or (order == Order.MONTH_FIRST and match["mark"] != "." and day <= 12):
        day, month = month, day
    return int(match["year"]), month, day


def _named(match: re.Match[str], _: str) -> Parts:
    month = months().get(match["name"].lower())
    return (int(match["year"].lstrip("'’")), month, int(match["day"])) if month else None


# With what a text must have for one of them to find anything; None stands for a year of four digits.
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Parts], str | None], ...] = (
    (YEAR_FIRST, _plain, None),
    (KOREAN, _plain, "년"),
    (COMPACT, _plain, None),
    (DAY_FIRST, _numbers, ""),
    (DAY_NAME, _named, ""),
    (NAME_DAY, _named, None),
    (YEAR_NAME, _named, None),
    (THANG, _plain, None),
    (HAN_DATE, _han, "年"),
    (UNIX_NAMES, _named, None),
)


def _clock(text: str, match: re.Match[str]) -> tuple[str, int]:
    """`T12:01:00+08:00` as it stands after the date, and where it ends."""
    time = TIME.match(text, match.end())
    if not time:
        return "", match.end()
    hour, minute, second = int(time["hour"]), int(time["minute"]), int(time["second"] or 0)
    late = (time["pm"] or "").strip().lower().startswith("p") or time["half"] in ("下午", "晚上")
    if late and hour < 12:
        hour += 12
    if (time["pm"] or "").strip().lower().startswith("a") and hour == 12:
        hour = 0
    if hour > 23:
        return "", match.end()
    return f"T{hour:02}:{minute:02}:{second:02}{_zone(time['zone'])}", time.end()


def _zone(said: str | None) -> str:
    zone = (said or "").strip().upper()
    if not zone:
        return ""
    if zone in ("Z", "UTC", "GMT"):
        return "+00:00"
    if zone in ZONES:
        return ZONES[zone]
    return zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
