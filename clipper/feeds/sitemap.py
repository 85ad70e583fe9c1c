"""Site maps (sitemaps.org): pages with the dates of their changes, or further site maps."""

from __future__ import annotations

import html
import re
import zlib

from clipper import decode, urls
from clipper.errors import FeedError
from clipper.feeds.listing import Place, SiteMap
from clipper.feeds.marks import SITEMAP_ROOTS, plain, root_of, what
from clipper.feeds.moments import moment

__all__ = ["read_sitemap"]

MOST = 50_000  # addresses, as the standard has it
LARGEST = 50 * 1024 * 1024  # bytes of it, unpacked
ENTRY = re.compile(r"<(url|sitemap)(?:\s[^>]*)?>(.*?)</\1\s*>", re.S | re.I)
FIELD = r"<(?:[\w.-]+:)?{name}(?:\s[^>]*)?>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</(?:[\w.-]+:)?{name}\s*>"
LOC, MODIFIED, TITLE = (
    re.compile(FIELD.format(name=name), re.S | re.I) for name in ("loc", "(?:lastmod|publication_date)", "title")
)


def read_sitemap(body: bytes, *, url: str, content_type: str | None = None) -> SiteMap:
    """The site map that came from `url`; `FeedError` if the bytes are none. Packed ones are unpacked."""
    warnings = []
    if body[:2] == b"\x1f\x8b":
        body, content_type = _unpacked(body, url), None
    text = decode.decode(body, content_type=content_type).text.lstrip("\ufeff")
    if root_of(text) not in SITEMAP_ROOTS:
        raise FeedError(f"{url} is not a site map: {what(text, url)}", url=url)
    found: dict[str, list[Place]] = {"url": [], "sitemap": []}
    without = 0
    for match in ENTRY.finditer(text):
        place = _place(match[2], url)
        if place is None:
            without += 1
        elif len(found["url"]) + len(found["sitemap"]) < MOST:
            found[match[1].lower()].append(place)
    if without:
        warnings.append(f"{without} entries have no address")
    if not re.search(r"</(?:urlset|sitemapindex)\s*>\s*$", text[-200:], re.I):
        warnings.append("the site map is cut")
    return SiteMap(url, tuple(found["url"]), tuple(found["sitemap"]), tuple(warnings))


def _place(text: str, base: str) -> Place | None:
    link, at, title = (found[1] if (found := field.search(text)) else None for field in (LOC, MODIFIED, TITLE))
    address = urls.join(base, html.unescape(link.strip())) if link else None
    return Place(address, moment(at), plain(html.unescape(title)) if title else None) if address else None


def _unpacked(body: bytes, url: str) -> bytes:
    unpacker = zlib.decompressobj(31)
    try:
        data = unpacker.decompress(body, LARGEST)
    except zlib.error as error:
        raise FeedError(f"{url} is not a site map: packed data that is damaged", url=url) from error
    if unpacker.unconsumed_tail:
        raise FeedError(f"{url} is a site map of more than {LARGEST // 1024 // 1024} MB", url=url)
    return data
