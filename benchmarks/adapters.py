"""clipper as the scorers call it: the same extraction as `clip`, in this process."""

from __future__ import annotations

from datetime import UTC, datetime

from clipper.extract import extract
from clipper.models import Capture, Extraction, SiteRules

NO_RULES = SiteRules(shipped=False)  # set `hou` counts without clipper's own rule for that site
NOW = datetime(2026, 4, 1, tzinfo=UTC)  # the newest pages of the sets are of March 2026


def article(html: bytes, *, url: str | None) -> dict[str, str | None]:
    """Text, title, author and date of a page as it came over the wire."""
    read = _read(html, url)
    return {"text": read.text, "title": read.title, "author": read.author, "date": read.published}


def markdown(html: bytes, *, url: str | None) -> str:
    """The article's Markdown."""
    return _read(html, url).markdown


def _read(html: bytes, url: str | None) -> Extraction:
    address = url or "https://example.com/"
    capture = Capture(url=address, final_url=address, status=200, headers=(), body=html, fetched_at=NOW)
    return extract(capture, rules=NO_RULES)
