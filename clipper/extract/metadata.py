"""What a page says of its article: title, author, site, dates, language, picture.

In the order of trust: JSON-LD, OpenGraph and other meta elements, microdata, and the text around
the title, Chinese bylines included. No value is better than a wrong one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml.html import HtmlElement

from clipper import urls

__all__ = ["Metadata", "metadata"]

SEPARATOR = re.compile(r"\s+[-–—|·•»«:]\s+|\s*[_|｜]\s*|\s*[–—]\s*")
DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[T\s]{1,3}(\d{1,2}):(\d\d)(?::(\d\d))?)?(\s?(?:Z|[+-]\d\d:?\d\d))?"
)
AGO = re.compile(r"(\d{1,2})\s*(分钟|小时|天)前")
AGO_UNITS = {"分钟": "minutes", "小时": "hours", "天": "days"}
BYLINE = re.compile(r"(?:作者|撰文|文)\s*[:：丨|/]\s*([^\s:：|,，;；()（）]{2,20})")
DATED = re.compile(r"(?:^|[-_ ])(?:date|time|pub|publish|published|posted|meta|info|source)", re.I)
NOT_A_PERSON = re.compile(r"https?://|@|\d{4}|^(admin|administrator|editor|root|staff|小编|佚名|本站|网络|原创)$", re.I)
ARTICLES = re.compile(r"(Article|BlogPosting|Report|WebPage)$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """As in `Extraction`."""

    title: str | None = None
    author: str | None = None
    site: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    lead: str | None = None
    canonical_url: str | None = None
    image: str | None = None


def metadata(root: HtmlElement, *, base: str | None, text: str, now: datetime) -> Metadata:
    """Read it all; `text` is the article's, for its language."""
    meta, linked = _meta(root), _json_ld(root)
    site = meta.get("og:site_name") or meta.get("application-name") or _name(linked.get("publisher"))
    return Metadata(
        title=_title(root, meta, linked, site),
        author=_author(root, meta, linked),
        site=_line(site),
        published=_published(root, meta, linked, now),
        modified=_date(
            str(linked.get("dateModified") or meta.get("article:modified_time") or meta.get("og:updated_time") or "")
        ),
        language=_language(root, text),
        lead=_line(meta.get("og:description") or meta.get("description")),
        canonical_url=_link(root, "canonical", base),
        image=urls.join(base, meta["og:image"]) if meta.get("og:image") else None,
    )


def _meta(root: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if name and content and content.strip():
            found.setdefault(name.lower(), content.strip())
    return found


def _json_ld(root: HtmlElement) -> dict[str, Any]:
    """The first object that is an article."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            if any(ARTICLES.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return item
    return {}


def _objects(data: object) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for part in data[:50]:
            yield from _objects(part)
    elif isinstance(data, dict):
        yield data
        yield from _objects(data.get("@graph"))


def _title(root: HtmlElement, meta: dict[str, str], linked: dict[str, Any], site: str | None) -> str | None:
    """The title without the site's part: the heading if the page's title begins or ends with it."""
    given = _line(next((e.text_content() for e in root.iter("title")), None))
    social = _line(meta.get("og:title") or meta.get("twitter:title"))
    named = _line(str(linked.get("headline") or ""))
    page = social or given or named
    headings = [_line(e.text_content()) for e in root.iter("h1")] + [_line(e.text_content()) for e in root.iter("h2")][
        :5
    ]
    for heading in headings:
        if heading and len(heading) > 3 and any(t and _same_start(t, heading) for t in (given, social, named)):
            return heading
    if page is None:
        return next((heading for heading in headings if heading), None)
    return _without_site(social, site) if social else _without_site(page, site)


def _same_start(title: str, heading: str) -> bool:
    fold = re.sub(r"\W+", "", title.lower())
    part = re.sub(r"\W+", "", heading.lower())
    return bool(part) and (fold.startswith(part) or fold.endswith(part)) and len(part) * 4 >= len(fold)


def _without_site(title: str, site: str | None) -> str:
    parts = [part for part in SEPARATOR.split(title) if part.strip()]
    if len(parts) < 2:
        return title
    if site and any(part.strip().lower() == site.lower() for part in parts):
        kept = [part for part in parts if part.strip().lower() != site.lower()]
        return max(kept, key=len).strip() if kept else title
    first = parts[0].strip()
    return first if len(first) * 2 >= len(title) - len(first) or len(first) > 12 else title


def _author(root: HtmlElement, meta: dict[str, str], linked: dict[str, Any]) -> str | None:
    candidates = [
        _name(linked.get("author")),
        meta.get("author"),
        meta.get("article:author"),
        meta.get("dc.creator"),
        meta.get("parsely-author"),
    ]
    for element in root.xpath(
        '//*[@itemprop="author"] | //a[@rel="author"] | //*[contains(@class, "byline")] | //*[contains(concat(" ", @class, " "), " author ")'
        ' or contains(@class, "nickname")]'
    )[:3]:
        candidates.append(re.sub(r"^\s*(?:by|von|par|por)\s+", "", element.text_content().strip(), flags=re.I))
    head = " ".join(root.text_content().split())[:3000] if not any(candidates) else ""
    if match := BYLINE.search(head):
        candidates.append(match[1])
    for candidate in candidates:
        name = _line(candidate)
        if name and 1 < len(name) <= 60 and not NOT_A_PERSON.search(name):
            return name
    return None


def _name(value: Any) -> str | None:
    """The name or names of a JSON-LD person or organisation."""
    if isinstance(value, list):
        return ", ".join(name for name in map(_name, value[:6]) if name) or None
    if isinstance(value, dict):
        return _name(value.get("name"))
    return value if isinstance(value, str) else None


def _published(root: HtmlElement, meta: dict[str, str], linked: dict[str, Any], now: datetime) -> str | None:
    names = ("article:published_time", "datepublished", "pubdate", "publishdate", "publish_date", "dc.date", "dc.date.issued",
             "og:published_time", "og:release_date", "parsely-pub-date", "sailthru.date", "date", "weibo: article:create_at")  # fmt: skip
    for value in (linked.get("datePublished"), *(meta.get(name) for name in names)):
        if value and (date := _date(str(value))):
            return date
    for element in root.iter("time"):
        if date := _date(element.get("datetime") or element.text_content()):
            return date
    for element in root.xpath("//*[@class or @id]"):
        if DATED.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            words = " ".join(element.text_content().split())[:200]
            if date := _date(words) or _ago(words, now):
                return date
    return _date(" ".join(root.text_content().split())[:4000])


def _date(text: str) -> str | None:
    """The first full date in the text, as precise as it is there."""
    match = DATE.search(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    try:
        moment = datetime(year or 0, month or 0, day or 0, hour or 0, minute or 0, second or 0)  # noqa: DTZ001 - as the page has it
    except ValueError:
        return None
    if hour is None:
        return f"{moment:%Y-%m-%d}"
    zone = (match[7] or "").strip().replace("Z", "+00:00")
    return moment.isoformat() + (zone if ":" in zone or not zone else f"{zone[:3]}:{zone[3:]}")


def _ago(text: str, now: datetime) -> str | None:
    match = AGO.search(text)
    return f"{now - timedelta(**{AGO_UNITS[match[2]]: int(match[1])}):%Y-%m-%d}" if match else None


def _language(root: HtmlElement, text: str) -> str | None:
    """ISO 639-1: by the script where it decides, else as the page says."""
    sample = text[:4000]
    letters = sum(c.isalpha() for c in sample) or 1
    if sum("\u3040" <= c <= "\u30ff" for c in sample) / letters > 0.05:
        return "ja"
    if sum("\uac00" <= c <= "\ud7af" for c in sample) / letters > 0.2:
        return "ko"
    if sum("\u4e00" <= c <= "\u9fff" for c in sample) / letters > 0.2:
        return "zh"
    said = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip().lower()
    return said[:2] if re.match(r"[a-z]{2}(?![a-z])", said) and said[:2] not in ("zh", "ja", "ko") else None


def _link(root: HtmlElement, relation: str, base: str | None) -> str | None:
    for element in root.iter("link"):
        if relation in (element.get("rel") or "").lower().split() and element.get("href"):
            return urls.join(base, element.get("href") or "")
    return None


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split())[:500] or None
