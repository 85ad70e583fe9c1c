"""Feeds, lists of feeds, and site maps: bytes in, what they list out.

RSS 0.9x to 2.0, RDF and Atom are feedparser's; JSON Feed, OPML, site maps and the feeds that a page names
are read here. Bytes become text once, by `decode`'s order. A broken feed is read as far as it goes and
says so in `warnings`; what is no feed at all is a `FeedError` that says what it is. Atom and OPML are written, too.
"""

from __future__ import annotations

import re

from clipper import decode
from clipper.errors import FeedError
from clipper.feeds.atom import atom, atom_entry
from clipper.feeds.listing import Entry, Feed, Place, SiteMap, Subscription
from clipper.feeds.marks import FEED_ROOTS, JUNK, PAGE_ROOTS, SITEMAP_ROOTS, discover, root_of, what
from clipper.feeds.opml import read_opml, write_opml
from clipper.feeds.sitemap import read_sitemap

__all__ = [
    "Entry",
    "Feed",
    "Place",
    "SiteMap",
    "Subscription",
    "atom",
    "atom_entry",
    "discover",
    "kind_of",
    "read_feed",
    "read_opml",
    "read_sitemap",
    "write_opml",
]

LATE_ROOT = re.compile(r"<(?:\?xml\s|rss[\s>]|feed[\s>]|rdf:rdf[\s>])", re.I)


def kind_of(body: bytes, *, content_type: str | None = None) -> str:
    """What the bytes are by their first marks: feed, opml, sitemap, page, or other."""
    if body[:2] == b"\x1f\x8b":
        return "sitemap"  # nothing else that is watched comes packed
    text = decode.decode(body[:65536], content_type=content_type).text.lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        return "feed" if "jsonfeed.org" in text[:JUNK] else "other"
    root = root_of(text)
    for roots, kind in ((FEED_ROOTS, "feed"), (SITEMAP_ROOTS, "sitemap"), (("opml",), "opml"), (PAGE_ROOTS, "page")):
        if root in roots:
            return kind
    if root not in PAGE_ROOTS and LATE_ROOT.search(text[:JUNK]) and "html" not in (content_type or ""):
        return "feed"
    return "page" if "html" in (content_type or "html") else "other"


def read_feed(body: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """The feed that came from `url`; `FeedError` if the bytes are none."""
    from clipper.feeds.json_feed import json_feed
    from clipper.feeds.syndicated import xml_feed

    text = decode.decode(body, content_type=content_type).text.lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        return json_feed(text, url)
    root = root_of(text)
    warnings = []
    if root not in FEED_ROOTS:
        match = LATE_ROOT.search(text[:JUNK])
        rest = text[match.start() :] if match and root not in PAGE_ROOTS else ""
        root = root_of(rest)
        if root not in FEED_ROOTS:
            raise FeedError(f"{url} is not a feed: {what(text, url)}", url=url)
        warnings.append("something stands before the feed, and was left out")
        text = rest
    return xml_feed(text, url, root, warnings)
