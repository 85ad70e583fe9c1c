"""One look at a feed or a site map: fetched and read, and what it lists filed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clipper import feeds, urls
from clipper.errors import FeedError, FetchError, InvalidURL, RefusedError, TapeError
from clipper.models import Capture, Source
from clipper.sync.guard import failure_of_error, failure_of_verdict
from clipper.sync.sources import usual_port

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.pipeline import Fetches, Reads

__all__ = ["Answer", "Listed", "list_all", "look"]

log = logging.getLogger(__name__)

MOST_CHILDREN = 100  # site maps of an index that are read in one look
LEAST_TEXT = 400  # characters of HTML from where on what a feed says of a page is worth keeping


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of looking at a source: a feed, the places of site maps, nothing new (304), or an error."""

    source: Source
    capture: Capture | None = None
    feed: feeds.Feed | None = None
    places: tuple[feeds.Place, ...] = ()
    warnings: tuple[str, ...] = ()
    error: FetchError | RefusedError | TapeError | FeedError | None = None
    failure: str | None = None  # what it says against the host: a captcha came in the feed's place


@dataclass(frozen=True, slots=True)
class Listed:
    """What a source brought: how many new pages, and the hosts of pages that are due now."""

    news: int = 0
    hosts: frozenset[str] = frozenset()


def look(source: Source, *, fetcher: Fetches, reader: Reads) -> Answer:
    """Fetch and read a source; what goes wrong is a value of the answer. `reader` says what came in its place."""
    try:
        capture = fetcher.fetch(source.url, validators=source.validators, kind="feed")
        if capture.status == 304:
            return Answer(source, capture)
        if source.kind == "sitemap":
            return _site_map(source, capture, fetcher)
        feed = feeds.read_feed(capture.body, url=capture.final_url, content_type=capture.header("content-type"))
        return Answer(source, capture, feed, warnings=feed.warnings)
    except FeedError as error:
        return Answer(source, capture, error=error, failure=failure_of_verdict(reader.read(capture)))
    except (FetchError, RefusedError, TapeError) as error:
        return Answer(source, error=error, failure=failure_of_error(error))


def list_all(answer: Answer, *, archive: Archive, at: datetime) -> Listed:
    """File what a source lists, each article once whatever its address says of the reader's way."""
    if answer.feed is None and not answer.places:
        return Listed()
    news, hosts = 0, set()
    for url, key, entry in _addresses(answer):
        if isinstance(entry, feeds.Entry):
            fresh = archive.list_entry(
                answer.source, url, url_key=key, title=entry.title, published=entry.published, at=at
            )
            if fresh and len(entry.content_html or "") >= LEAST_TEXT:
                archive.watched.keep_text(
                    key,
                    entry.content_html or "",
                    title=entry.title,
                    author=entry.author,
                    published=entry.published,
                    at=at,
                )
        else:
            fresh = archive.list_entry(answer.source, url, url_key=key, title=entry.title, published=None, at=at)
            fresh = fresh or _changed_since(entry, key, archive, at)
        if fresh:
            news += 1
            hosts.add(urls.host_of(urls.check(url)))
    return Listed(news, frozenset(hosts))


def _addresses(answer: Answer) -> Iterator[tuple[str, str, feeds.Entry | feeds.Place]]:
    """(address, key, entry) of each that may be fetched."""
    source = answer.source
    listed: tuple[feeds.Entry | feeds.Place, ...] = answer.feed.entries if answer.feed else answer.places
    for entry in listed:
        url = urls.without_credentials(entry.url)
        try:
            key = urls.url_key(url)
        except InvalidURL as error:
            log.warning("%s lists an address that cannot be fetched: %s", source.url, error)
            continue
        if not usual_port(url, source.url):
            log.warning("%s lists an address with a port of its own: %s", source.url, url)
            continue
        yield url, key, entry


def _changed_since(place: feeds.Place, key: str, archive: Archive, at: datetime) -> bool:
    """Whether a site map says that a page changed since it was looked at; then it is due."""
    if place.modified is None or len(place.modified) <= len("2026-11-24"):
        return False  # a day says too little of the hour: the page's own history decides
    page = archive.page(key)
    if page is None or page.last_fetched is None:
        return False
    modified = datetime.fromisoformat(place.modified)
    if modified.tzinfo is None or not page.last_fetched < modified <= at:
        return False
    archive.agenda.hurry([page.id], at=at)
    return True


def _site_map(source: Source, capture: Capture, fetcher: Fetches) -> Answer:
    """A site map, or all that an index of them leads to and that changed."""
    found = feeds.read_sitemap(capture.body, url=capture.final_url, content_type=capture.header("content-type"))
    places, warnings = list(found.places), list(found.warnings)
    wanted = [child for child in found.children if _worth_reading(child, source)]
    if len(wanted) > MOST_CHILDREN:
        warnings.append(f"{len(wanted) - MOST_CHILDREN} of its {len(found.children)} site maps were not read")
    for child in wanted[:MOST_CHILDREN]:
        if not usual_port(child.url, source.url):
            continue
        try:
            there = fetcher.fetch(child.url, kind="feed")
            read = feeds.read_sitemap(there.body, url=there.final_url, content_type=there.header("content-type"))
        except (FetchError, RefusedError, FeedError) as error:
            warnings.append(f"a site map of it could not be read: {error}")
            continue
        places += read.places
    return Answer(source, capture, places=tuple(places), warnings=tuple(warnings))


def _worth_reading(child: feeds.Place, source: Source) -> bool:
    """Whether a site map of an index may have changed since the last look."""
    if child.modified is None or source.last_fetched is None:
        return True
    return child.modified[:10] >= source.last_fetched.isoformat()[:10]
