"""RSS 0.9x to 2.0, RDF and Atom. The only door to feedparser."""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from clipper import urls
from clipper.feeds.listing import Entry, Feed
from clipper.feeds.marks import plain
from clipper.feeds.moments import moment

__all__ = ["xml_feed"]

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}  # hours
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_ENTRY = re.compile(r"<(?:item|entry)[\s>]", re.I)


def xml_feed(text: str, url: str, root: str, warnings: list[str]) -> Feed:
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
        title=plain(channel.get("title")),
        kind={"feed": "atom", "rss": "rss", "channel": "rss"}.get(root, "rdf"),
        entries=tuple(entries),
        site_url=urls.join(url, channel.get("link") or "") if channel.get("link") else None,
        ttl=_ttl(channel),
        skip_hours=_skip_hours(text),
        skip_days=_skip_days(text),
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
        title=plain(item.get("title")),
        published=_published(item),
        author=plain(item.get("author")),
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
        if found := moment(item.get(name)):
            return found
        if parsed := item.get(f"{name}_parsed"):
            return datetime.fromtimestamp(timegm(parsed), UTC).isoformat()
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


def _skip_hours(text: str) -> frozenset[int]:
    """The hours of `<skipHours>`, which feedparser does not tell; 24 is midnight, as in RSS 0.91."""
    return frozenset(
        int(hour) % 24 for hour in _skipped(text, "skiphours", "hour") if hour.isdecimal() and int(hour) < 25
    )


def _skip_days(text: str) -> frozenset[int]:
    return frozenset(
        DAYS.index(day[:3].lower()) for day in _skipped(text, "skipdays", "day") if day[:3].lower() in DAYS
    )


def _skipped(text: str, group: str, item: str) -> list[str]:
    """What stands in the elements of a group before the first entry; 24 hours or 7 days at most."""
    head = FIRST_ENTRY.split(text, maxsplit=1)[0]
    found = re.search(rf"<{group}\s*>(.{{0,2000}}?)</{group}\s*>", head, re.S | re.I)
    return re.findall(rf"<{item}\s*>\s*(\w+)\s*</{item}\s*>", found[1], re.I)[:24] if found else []
