"""What feeds and lists of feeds say, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["Entry", "Feed", "Place", "SiteMap", "Subscription"]


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
    skip_hours: frozenset[int] = frozenset()  # hours of the day, in UTC, at which it does not change
    skip_days: frozenset[int] = frozenset()  # days of the week at which it does not change; Monday is 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that an OPML list names; `folder` is the path of outlines around it."""

    url: str
    title: str | None = None
    site_url: str | None = None
    folder: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """An address of a site map; `modified` is ISO 8601, by the site's word."""

    url: str
    modified: str | None = None
    title: str | None = None  # of a news site map


@dataclass(frozen=True, slots=True)
class SiteMap:
    """A site map that was read: pages, or further site maps, of which it is an index."""

    url: str
    places: tuple[Place, ...] = ()
    children: tuple[Place, ...] = ()
    warnings: tuple[str, ...] = ()
