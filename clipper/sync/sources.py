"""What is watched: feeds, whose entries are clipped, and pages, which are clipped themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clipper import decode, feeds, urls
from clipper.errors import ClipperError, FetchError, InvalidURL, RefusedError
from clipper.models import Capture, Source

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.pipeline import Fetches

__all__ = ["Listed", "add", "addresses", "look"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """One address that the watched sources lead to; `error` instead, if a feed could not be read."""

    url: str
    error: ClipperError | None = None


def add(address: str, *, archive: Archive, fetcher: Fetches, tags: tuple[str, ...] = ()) -> list[Source]:
    """Watch what the address turns out to be: a feed, the feeds of an OPML list, a page.

    Raises the errors of the fetch; a page is watched as a page even if it names a feed.
    """
    found = look(fetcher.fetch(urls.check(address)))
    return [archive.watch(url, kind=kind, title=title, tags=tags) for url, kind, title in found]


def look(capture: Capture) -> list[tuple[str, str, str | None]]:
    """What a capture is, as (address, `feed` or `page`, title)."""
    body = capture.body.lstrip()[:2000].lower()
    if b"<opml" in body:
        subscriptions = feeds.read_opml(capture.body)
        return [(s.url, "feed", s.title) for s in subscriptions]
    if _looks_like_feed(capture, body):
        feed = feeds.read_feed(capture.body, url=capture.final_url, content_type=capture.content_type)
        return [(capture.url, "feed", feed.title)]
    return [(capture.url, "page", None)]


def offered(capture: Capture) -> list[str]:
    """The feeds that a page names."""
    text = decode.decode(capture.body, content_type=capture.header("content-type")).text
    return list(feeds.discover(text, capture.final_url))


def addresses(
    archive: Archive,
    *,
    fetcher: Fetches,
    sources: list[Source],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Listed]:
    """The addresses that the sources lead to now: watched pages, and entries not archived yet."""
    for source in sources:
        if source.kind == "page":
            yield Listed(source.url)
            continue
        if source.kind == "list":  # imported, and has no address of its own
            yield from map(Listed, archive.unfetched(source))
            continue
        try:
            yield from _entries(source, archive, fetcher, clock())
        except (FetchError, RefusedError, ClipperError) as error:
            archive.source_failed(source, at=clock())
            yield Listed(source.url, error)


def _entries(source: Source, archive: Archive, fetcher: Fetches, now: datetime) -> Iterator[Listed]:
    capture = fetcher.fetch(source.url, validators=source.validators, kind="feed")
    if capture.status != 304:
        feed = feeds.read_feed(capture.body, url=capture.final_url, content_type=capture.content_type)
        for entry in feed.entries:
            try:
                key = urls.url_key(entry.url)
            except InvalidURL as error:
                log.warning("%s lists an address that cannot be fetched: %s", source.url, error)
                continue
            if not _usual_port(entry.url, source.url):
                log.warning("%s lists an address with a port of its own: %s", source.url, entry.url)
                continue
            archive.list_entry(source, entry.url, url_key=key, title=entry.title, published=entry.published, at=now)
    archive.source_read(source, capture.validators, at=now)
    for url in archive.unfetched(source):
        yield Listed(url)


def _usual_port(url: str, feed: str) -> bool:
    """Whether a feed may send us to that port: any of its own host, elsewhere 80 and 443 alone."""
    there = urls.check(url)
    return urls.host_of(there) == urls.host_of(feed) or urlsplit(there).port in (None, 80, 443)


def _looks_like_feed(capture: Capture, body: bytes) -> bool:
    kind = capture.content_type or ""
    if "html" in kind and not body.startswith(b"<?xml"):
        return False
    marks = (b"<rss", b"<feed", b"<rdf:rdf", b'"https://jsonfeed.org')
    return any(mark in body for mark in marks) or kind in (
        "application/rss+xml",
        "application/atom+xml",
    )
