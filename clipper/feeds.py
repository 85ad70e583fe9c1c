"""Feeds and lists of feeds: bytes in, what they list out. The only door to feedparser.

RSS 0.9x to 2.0, RDF and Atom are feedparser's; JSON Feed, OPML and the feeds that a page names are
read here. Bytes become text once, by `decode`'s order. A broken feed is read as far as it goes and
says so in `warnings`; what is no feed at all is a `FeedError` that says what it is.
"""

from __future__ import annotations

import html
import io
import json
import logging
import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

from clipper import decode, urls
from clipper.errors import FeedError

__all__ = ["Entry", "Feed", "Subscription", "discover", "read_feed", "read_opml"]

log = logging.getLogger(__name__)

FEED_ROOTS = frozenset(("rss", "rdf:rdf", "rdf", "feed", "channel"))
PAGE_ROOTS = frozenset(("html", "head", "body", "!doctype html"))
# What stands before the root of an XML file and is not the root.
DOCTYPE = r"<!doctype(?!\s+html)[^>\[]*(\[.*?\]\s*)?>"
PROLOG = re.compile(rf"\s+|<\?.*?\?>|<!--.*?-->|{DOCTYPE}", re.S | re.I)
ROOT = re.compile(r"<(!doctype\s+html|[a-z][\w.-]*(?::[\w.-]+)?)", re.I)
LATE_ROOT = re.compile(r"<(?:\?xml\s|rss[\s>]|feed[\s>]|rdf:rdf[\s>])", re.I)
JUNK = 10_000  # characters before a feed: warnings of PHP, a stray banner
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
TAG = re.compile(r"<[a-z/!][^>]*>", re.I)
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
FEED_SCHEME = re.compile(r"^feed:(//)?(?=https?:)|^feed(?=://)")  # a scheme of old readers
PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}  # hours
FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one article. `published` is ISO 8601, with the feed's own offset."""

    url: str
    title: str | None = None
    published: str | None = None
    author: str | None = None
    content_html: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read. `url` is where it came from, `site_url` the page that it belongs to."""

    url: str
    title: str | None
    kind: str  # rss | rdf | atom | json
    entries: tuple[Entry, ...]
    site_url: str | None = None
    ttl: timedelta | None = None  # how long it asks not to be fetched again
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that an OPML list names; `folder` is the path of outlines around it."""

    url: str
    title: str | None = None
    site_url: str | None = None
    folder: tuple[str, ...] = ()


def read_feed(body: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """The feed that came from `url`; `FeedError` if the bytes are none."""
    text = decode.decode(body, content_type=content_type).text.lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        return _json_feed(text, url)
    root = _root(text)
    warnings = []
    if root not in FEED_ROOTS:
        match = LATE_ROOT.search(text[:JUNK])
        rest = text[match.start() :] if match and root not in PAGE_ROOTS else ""
        root = _root(rest)
        if root not in FEED_ROOTS:
            raise FeedError(f"{url} is not a feed: {_what(text, url)}", url=url)
        warnings.append("something stands before the feed, and was left out")
        text = rest
    return _xml_feed(text, url, root, warnings)


def read_opml(body: bytes) -> list[Subscription]:
    """The feeds of an OPML list, each once, in the list's order; `FeedError` if it is none.

    Read by a parser that forgives: lists written by hand are seldom well-formed.
    """
    text = decode.decode(body).text.lstrip("\ufeff")
    if (root := _root(text)) not in ("opml", "outline", "body"):
        if root not in PAGE_ROOTS and "<outline" in text[:JUNK].lower():
            text = text[text.lower().index("<outline") :]
        else:
            raise FeedError(f"not an OPML list: {_what(text, '')}")
    reader = _Outlines()
    reader.feed(text)
    reader.close()
    return list(reader.found.values())


def discover(html_text: str, url: str) -> list[str]:
    """The feeds that a page names in its head, those of comments last; else those it links to."""
    reader = _Links(url)
    reader.feed(html_text)
    reader.close()
    return list(dict.fromkeys(reader.named or reader.linked)) + [
        late for late in dict.fromkeys(reader.comments) if late not in reader.named
    ]


# XML


def _xml_feed(text: str, url: str, root: str, warnings: list[str]) -> Feed:
    parsed = _parsed(text, url, warnings)
    channel = parsed.feed
    entries, without = [], 0
    for item in parsed.entries:
        entry = _entry(item, url)
        if entry is None:
            without += 1
        else:
            entries.append(entry)
    if without:
        warnings.append(f"{without} of {without + len(entries)} entries have no address")
    return Feed(
        url=url,
        title=_plain(channel.get("title")),
        kind={"feed": "atom", "rss": "rss", "channel": "rss"}.get(root, "rdf"),
        entries=tuple(entries),
        site_url=urls.join(url, channel.get("link") or "") if channel.get("link") else None,
        ttl=_ttl(channel),
        warnings=tuple(warnings),
    )


def _parsed(text: str, url: str, warnings: list[str]) -> Any:
    """What feedparser makes of it; a stream, because it opens strings as files and addresses."""
    import feedparser

    clean = NOT_XML.sub("", DECLARATION.sub("", text, count=1))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    stream = io.BytesIO(clean.encode("utf-8", "replace"))
    parsed = feedparser.parse(stream, response_headers=headers)
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.NonXMLContentType):
        warnings.append(f"not well-formed: {' '.join(str(parsed.bozo_exception).split())}")
    return parsed


def _entry(item: Any, base: str) -> Entry | None:
    address = next(_addresses(item, base), None)
    if address is None:
        return None
    bodies = [part.get("value") for part in item.get("content", ())] or [item.get("summary")]
    return Entry(
        url=address,
        title=_plain(item.get("title")),
        published=_published(item),
        author=_plain(item.get("author")),
        content_html=max((body for body in bodies if body), key=len, default=None),
        guid=item.get("id") or None,
    )


def _addresses(item: Any, base: str) -> Iterator[str]:
    """Where an entry leads, best first: behind a counter, its link, its id, what it encloses."""
    links = item.get("links", ())
    candidates = [item.get("feedburner_origlink"), item.get("link")]
    candidates += [link.get("href") for link in links if link.get("rel") != "enclosure"]
    if str(item.get("id", "")).startswith(("http://", "https://")):
        candidates.append(item.get("id"))
    candidates += [link.get("href") for link in links]
    for candidate in candidates:
        if candidate and (joined := urls.join(base, candidate)):
            yield joined


def _published(item: Any) -> str | None:
    for name in ("published", "created", "updated"):
        if moment := _moment(item.get(name)):
            return moment
        if parsed := item.get(f"{name}_parsed"):
            return datetime.fromtimestamp(timegm(parsed), UTC).isoformat()
    return None


def _moment(text: str | None) -> str | None:
    """A date as ISO 8601 with its own offset; None if it is of neither usual kind."""
    if not text:
        return None
    if day := DAY.match(text.strip()):
        text = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
        except ValueError:
            continue
        return moment.isoformat() if len(text) > len("2024-07-18") else moment.date().isoformat()
    return None


def _ttl(channel: Any) -> timedelta | None:
    ttl = str(channel.get("ttl", "")).strip()
    if ttl.isdecimal() and 0 < int(ttl) < 1_000_000:
        return timedelta(minutes=int(ttl))
    hours = PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower())
    if hours is None:
        return None
    frequency = str(channel.get("sy_updatefrequency", "1")).strip()
    return timedelta(hours=hours) / max(1, int(frequency) if frequency.isdecimal() else 1)


# JSON Feed


def _json_feed(text: str, url: str) -> Feed:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"{url} is not a feed: JSON that is cut or damaged", url=url) from error
    items = data.get("items")
    if "jsonfeed.org" not in str(data.get("version", "")) and not isinstance(items, list):
        raise FeedError(f"{url} is not a feed: JSON of another kind", url=url)
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    entries = [entry for item in listed if (entry := _json_entry(item, url))]
    warnings = []
    if len(entries) < len(listed):
        warnings.append(f"{len(listed) - len(entries)} of {len(listed)} entries have no address")
    home = _string(data.get("home_page_url"))
    return Feed(
        url=url,
        title=_plain(_string(data.get("title"))),
        kind="json",
        entries=tuple(entries),
        site_url=urls.join(url, home) if home else None,
        warnings=tuple(warnings),
    )


def _json_entry(item: dict[str, Any], base: str) -> Entry | None:
    guid = _string(item.get("id"))
    for candidate in (item.get("url"), item.get("external_url"), guid):
        link = _string(candidate)
        if not link or (candidate is guid and not link.startswith(("http://", "https://"))):
            continue
        if address := urls.join(base, link):
            return Entry(
                url=address,
                title=_string(item.get("title")),
                published=_moment(_string(item.get("date_published")) or _string(item.get("date_modified"))),
                author=_json_author(item),
                content_html=_json_content(item),
                guid=guid,
            )
    return None


def _json_author(item: dict[str, Any]) -> str | None:
    authors = item.get("authors") or [item.get("author")]
    names = [a.get("name") for a in authors if isinstance(a, dict)] if isinstance(authors, list) else []
    return ", ".join(str(name) for name in names if name) or None


def _json_content(item: dict[str, Any]) -> str | None:
    if marked := _string(item.get("content_html")):
        return marked
    text = _string(item.get("content_text")) or _string(item.get("summary"))
    return f"<p>{html.escape(text)}</p>" if text else None


def _string(value: object) -> str | None:
    """JSON's numbers are taken for names, too; lists and objects are not."""
    return str(value).strip() or None if isinstance(value, str | int) else None


# Marks


class _Outlines(HTMLParser):
    """Collects the outlines of an OPML list that name a feed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, Subscription] = {}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "outline":
            self._open.append(self._take(dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "outline":
            self._take(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "outline" and self._open:
            self._open.pop()

    def _take(self, values: dict[str, str | None]) -> str:
        """Keep a feed; the outline's name, for those that stand in it."""
        name = (values.get("title") or values.get("text") or "").strip()
        given = FEED_SCHEME.sub("", (values.get("xmlurl") or "").strip())
        if not given:
            return name
        url = urls.join(None, given if not given.startswith("://") else f"https{given}")
        if url is None:
            log.warning("the list names %r, which is not an address that can be fetched", given)
            return name
        home = (values.get("htmlurl") or "").strip()
        folder = tuple(part for part in self._open if part)
        subscription = Subscription(url, name or None, urls.join(None, home), folder)
        self.found.setdefault(url, subscription)
        return name


class _Links(HTMLParser):
    """Collects the feeds of a page: named in `<link>`, or else linked to by what looks like one."""

    LOOKS = re.compile(r"/(?:feed|rss|atom|feeds/\w+)(?:\.(?:xml|json))?/?$|/index\.xml$|\.(?:rss|atom|rdf)$", re.I)

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.named: list[str] = []
        self.linked: list[str] = []
        self.comments: list[str] = []
        self._base = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "").strip() for name, value in attrs}
        link = values.get("href")
        if not link:
            return
        if tag == "base":
            self._base = urls.join(self._base, link) or self._base
        address = urls.join(self._base, FEED_SCHEME.sub("", link))
        if address and tag == "link":
            self._head(values, address)
        elif address and tag == "a" and self.LOOKS.search(address):
            self.linked.append(address)

    def _head(self, values: dict[str, str], address: str) -> None:
        relations = values.get("rel", "").lower().split()
        kind = values.get("type", "").split(";")[0].strip().lower()
        if "feed" not in relations and not ("alternate" in relations and kind in FEED_TYPES):
            return
        about = f"{values.get('title', '')} {address}".lower()
        (self.comments if "comment" in about or "评论" in about else self.named).append(address)


def _root(text: str) -> str:
    """The name of the first element, in lower case; empty if there is none."""
    place = 0
    while match := PROLOG.match(text, place):
        place = match.end()
    root = ROOT.match(text, place)
    return " ".join(root[1].lower().split()) if root else ""


def _what(text: str, url: str) -> str:
    """What it is instead, in words."""
    root = _root(text)
    if not text.strip():
        return "it is empty"
    if root in PAGE_ROOTS:
        named = discover(text, url)
        return f"a web page, which names the feed {named[0]}" if named else "a web page"
    if root == "opml":
        return "a list of feeds (OPML)"
    if root in FEED_ROOTS:
        return "a feed itself"
    return f"XML that begins with <{root}>" if root else "neither XML nor JSON"


def _plain(text: str | None) -> str | None:
    """A title or a name without markup, in one line."""
    if text is None:
        return None
    return " ".join(html.unescape(TAG.sub("", text)).split()) or None
