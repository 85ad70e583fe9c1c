"""Feeds and OPML lists: bytes in, listings out; the only door to feedparser."""

from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any
from xml.etree import ElementTree

from clipper import urls
from clipper.decode import decode
from clipper.errors import FeedError

__all__ = ["Entry", "Feed", "Subscription", "discover", "read_feed", "read_opml"]

LINK = re.compile(r"<link\b[^>]{0,1000}>", re.I)
ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"))
ENTITY = re.compile(r"<!ENTITY", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a feed lists; `published` is ISO 8601, as far as the feed says."""

    url: str
    title: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as far as it could be read; `warning` says what was wrong with it."""

    url: str
    title: str | None
    entries: tuple[Entry, ...]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of an OPML list."""

    url: str
    title: str | None


def read_feed(body: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """The feed in these bytes: RSS, RDF, Atom or JSON Feed. `FeedError` if it is none of them."""
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    if b"<html" in body[:1000].lower():
        raise FeedError(f"{url} is a web page, not a feed; `clip watch add` the address of its feed")
    import feedparser

    charset = decode(body, content_type=content_type).encoding
    headers = {"content-location": url, "content-type": f"application/xml; charset={charset}"}
    read = feedparser.parse(body, response_headers=headers, sanitize_html=False)
    if not read.get("version") and not read.entries:
        raise FeedError(f"{url} is not a feed that can be read: {read.get('bozo_exception', 'no entries')}")
    warning = str(read.bozo_exception) if read.get("bozo") else None
    return Feed(url, _line(read.feed.get("title")), tuple(_entries(read.entries, url)), warning)


def read_opml(body: bytes) -> list[Subscription]:
    """The feeds of an OPML list, those in nested outlines included. `FeedError` if it is none."""
    text = decode(body).text
    if ENTITY.search(text):
        raise FeedError("the OPML list declares entities, which no such list needs; it was not read")
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")))
    except ElementTree.ParseError as error:
        raise FeedError(f"the OPML list cannot be read: {error}") from error
    if root.tag.lower() != "opml":
        raise FeedError(f"it is no OPML list, but <{root.tag}>")
    found = {}
    for outline in root.iter("outline"):
        address = urls.join(None, outline.get("xmlUrl") or outline.get("xmlurl") or "")
        if address:
            found.setdefault(address, Subscription(address, _line(outline.get("title") or outline.get("text"))))
    return list(found.values())


def discover(page: str, url: str) -> list[str]:
    """The feeds that a page names in its head, absolute."""
    found: dict[str, None] = {}
    for tag in LINK.findall(page[:200_000]):
        said = {name.lower(): unescape(a or b or c) for name, a, b, c in ATTRIBUTE.findall(tag)}
        if "alternate" in said.get("rel", "").lower().split() and said.get("type", "").lower() in FEED_TYPES:
            if address := urls.join(url, said.get("href", "")):
                found[address] = None
    return list(found)


def _entries(entries: list[Any], base: str) -> list[Entry]:
    found = []
    for entry in entries:
        address = urls.join(base, entry.get("link") or entry.get("id") or "")
        if address:
            moment = entry.get("published_parsed") or entry.get("updated_parsed")
            found.append(Entry(address, _line(entry.get("title")), _stamp(moment)))
    return found


def _json_feed(body: bytes, url: str) -> Feed:
    try:
        data = json.loads(decode(body).text)
        items = data["items"]
    except (ValueError, KeyError, TypeError) as error:
        raise FeedError(f"{url} is JSON, but no JSON Feed") from error
    entries = []
    for item in items if isinstance(items, list) else []:
        address = urls.join(url, str(item.get("url") or item.get("external_url") or item.get("id") or ""))
        if address:
            entries.append(Entry(address, _line(item.get("title")), item.get("date_published")))
    return Feed(url, _line(data.get("title")), tuple(entries))


def _stamp(moment: Any) -> str | None:
    if not moment:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(moment), UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
