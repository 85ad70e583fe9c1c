"""Lists of feeds: OPML, read and written."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from html.parser import HTMLParser
from xml.sax.saxutils import escape, quoteattr

from clipper import decode, urls
from clipper.errors import FeedError
from clipper.feeds.listing import Subscription
from clipper.feeds.marks import FEED_SCHEME, JUNK, PAGE_ROOTS, root_of, what

__all__ = ["read_opml", "write_opml"]

log = logging.getLogger(__name__)


def read_opml(body: bytes) -> list[Subscription]:
    """The feeds of an OPML list, each once, in the list's order; `FeedError` if it is none.

    Read by a parser that forgives: lists written by hand are seldom well-formed.
    """
    text = decode.decode(body).text.lstrip("\ufeff")
    if (root := root_of(text)) not in ("opml", "outline", "body"):
        if root not in PAGE_ROOTS and "<outline" in text[:JUNK].lower():
            text = text[text.lower().index("<outline") :]
        else:
            raise FeedError(f"not an OPML list: {what(text, '')}")
    reader = _Outlines()
    reader.feed(text)
    reader.close()
    return list(reader.found.values())


def write_opml(subscriptions: Iterable[Subscription], *, title: str) -> str:
    """An OPML 2.0 list of them, nested as their folders are; `read_opml` gives the same back."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"<head><title>{_text(title)}</title></head>", "<body>"]
    opened: tuple[str, ...] = ()
    for one in sorted(subscriptions, key=lambda one: one.folder):
        common = 0
        while common < min(len(opened), len(one.folder)) and opened[common] == one.folder[common]:
            common += 1
        lines += ["</outline>"] * (len(opened) - common)
        lines += [f"<outline text={_attribute(name)} title={_attribute(name)}>" for name in one.folder[common:]]
        opened = one.folder
        lines.append(_outline(one))
    lines += ["</outline>"] * len(opened)
    return "\n".join([*lines, "</body>", "</opml>", ""])


def _outline(one: Subscription) -> str:
    name = one.title or one.url
    home = f" htmlUrl={_attribute(one.site_url)}" if one.site_url else ""
    return f'<outline type="rss" text={_attribute(name)} title={_attribute(name)} xmlUrl={_attribute(one.url)}{home}/>'


def _attribute(text: str) -> str:
    return quoteattr(_sendable(text), {"\t": " ", "\n": " ", "\r": " "})


def _text(text: str) -> str:
    return escape(_sendable(text))


def _sendable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")


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
