"""What a text is by its first marks, and which feeds a page names."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from clipper import urls

__all__ = ["FEED_ROOTS", "FEED_SCHEME", "JUNK", "PAGE_ROOTS", "SITEMAP_ROOTS", "discover", "plain", "root_of", "what"]

FEED_ROOTS = frozenset(("rss", "rdf:rdf", "rdf", "feed", "channel"))
PAGE_ROOTS = frozenset(("html", "head", "body", "!doctype html"))
SITEMAP_ROOTS = frozenset(("urlset", "sitemapindex"))
# What stands before the root of an XML file and is not the root.
DOCTYPE = r"<!doctype(?!\s+html)[^>\[]*(\[.*?\]\s*)?>"
PROLOG = re.compile(rf"\s+|<\?.*?\?>|<!--.*?-->|{DOCTYPE}", re.S | re.I)
ROOT = re.compile(r"<(!doctype\s+html|[a-z][\w.-]*(?::[\w.-]+)?)", re.I)
JUNK = 10_000  # characters before a feed: warnings of PHP, a stray banner
TAG = re.compile(r"<[a-z/!][^>]*>", re.I)
FEED_SCHEME = re.compile(r"^feed:(//)?(?=https?:)|^feed(?=://)")  # a scheme of old readers
FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))


def discover(html_text: str, url: str) -> list[str]:
    """The feeds that a page names in its head, those of comments last; else those it links to."""
    reader = _Links(url)
    reader.feed(html_text)
    reader.close()
    return list(dict.fromkeys(reader.named or reader.linked)) + [
        late for late in dict.fromkeys(reader.comments) if late not in reader.named
    ]


def root_of(text: str) -> str:
    """The name of the first element, in lower case; empty if there is none."""
    place = 0
    while match := PROLOG.match(text, place):
        place = match.end()
    root = ROOT.match(text, place)
    return " ".join(root[1].lower().split()) if root else ""


def what(text: str, url: str) -> str:
    """What it is instead, in words."""
    root = root_of(text)
    if not text.strip():
        return "it is empty"
    if root in PAGE_ROOTS:
        named = discover(text, url)
        return f"a web page, which names the feed {named[0]}" if named else "a web page"
    if root == "opml":
        return "a list of feeds (OPML)"
    if root in SITEMAP_ROOTS:
        return "a site map"
    if root in FEED_ROOTS:
        return "a feed itself"
    return f"XML that begins with <{root}>" if root else "neither XML nor JSON"


def plain(text: str | None) -> str | None:
    """A title or a name without markup, in one line."""
    if text is None:
        return None
    return " ".join(html.unescape(TAG.sub("", text)).split()) or None


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
