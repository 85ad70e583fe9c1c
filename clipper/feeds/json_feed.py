"""JSON Feed, versions 1 and 1.1."""

from __future__ import annotations

import html
import json
from typing import Any

from clipper import urls
from clipper.errors import FeedError
from clipper.feeds.listing import Entry, Feed
from clipper.feeds.marks import plain
from clipper.feeds.moments import moment

__all__ = ["json_feed"]


def json_feed(text: str, url: str) -> Feed:
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
        title=plain(_string(data.get("title"))),
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
                published=moment(_string(item.get("date_published")) or _string(item.get("date_modified"))),
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
