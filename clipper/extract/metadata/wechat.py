"""WeChat's articles say when, by whom and under which account in inline scripts, not in the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from clipper.extract.metadata.dates import CHINA
from clipper.extract.metadata.survey import Survey, line

__all__ = ["WeChat", "wechat"]

HOST = "mp.weixin.qq.com"
PLATFORM = ("微信公众平台", "Weixin Official Accounts Platform")
VALUE = r"(?:\w+\()?['\"](?P<value>[^'\"\n]{1,80})['\"]"
STAMP = re.compile(
    r"\b(?:ori_create_time|create_time|ct)\b\s*[:=]\s*(?:xml \? [^:]{1,80}: )?['\"](?P<value>1\d{9})['\"]"
)
WRITTEN = re.compile(
    r"\b(?:create_?[tT]ime|publish_time)\s*[:=]\s*(?:JsDecode\()?['\"](?P<value>20\d\d-\d\d-\d\d \d\d:\d\d)['\"]"
)
ACCOUNT = re.compile(
    rf"\b(?:var nickname\s*=|nick_name\s*[:=](?:\s*\(?xml \? getXmlValue\('nick_name\.DATA'\) :)?)\s*{VALUE}"
)
TITLE = re.compile(r"\bvar msg_title\s*=\s*'(?P<value>[^'\n]{1,200})'")
NOT_AN_ACCOUNT = ("微信广告",)
SENTENCE = re.compile(r"\\n|\\x0a|[\n\r]|(?<=[。！？!?])")
LONGEST = 64  # characters of a title; a text share has none, and its first sentence stands for it


@dataclass(frozen=True, slots=True)
class WeChat:
    """What the scripts say."""

    title: str | None
    author: str | None
    account: str | None
    published: str | None


def wechat(root: HtmlElement, page: Survey, address: str | None) -> WeChat | None:
    """Read them; None if it is no article of WeChat's."""
    named = next(page.said("og:site_name"), "")
    if named not in PLATFORM and urlsplit(address or "").hostname != HOST:
        return None
    scripts = [text for script in root.iter("script") if (text := script.text) and ("nick" in text or "ct" in text)]
    title = next(page.said("og:title", "twitter:title"), None) or _first(TITLE, scripts)
    return WeChat(
        title=_headline(title) if title else None,
        author=next(page.said("author", "og:article:author"), None),
        account=_first(ACCOUNT, scripts),
        published=_moment(scripts),
    )


def _first(pattern: re.Pattern[str], scripts: list[str]) -> str | None:
    for script in scripts:
        for match in pattern.finditer(script):
            if (value := line(match["value"])) and value not in NOT_AN_ACCOUNT:
                return value
    return None


def _moment(scripts: list[str]) -> str | None:
    """In China's time, which is what WeChat shows."""
    if stamp := _first(STAMP, scripts):
        return datetime.fromtimestamp(int(stamp), CHINA).isoformat()
    written = _first(WRITTEN, scripts)
    return f"{written.replace(' ', 'T')}:00+08:00" if written else None


def _headline(title: str) -> str:
    first = next((part.strip() for part in SENTENCE.split(title) if part.strip()), title)
    whole = line(title)
    if len(whole) <= LONGEST and "\\n" not in whole:
        return whole
    return first if len(first) <= LONGEST else f"{first[: LONGEST - 1]}…"
