"""Pages that only say where to go: `<meta http-equiv="refresh" content="0; url=…">`."""

from __future__ import annotations

import re
from html import unescape

__all__ = ["refresh_target"]

LONGEST_DELAY = 5  # seconds; longer ones let the reader read, or reload the page
MOST_WORDS = 60  # of text around it
# Comments, scripts and what browsers with scripts do not show.
ASIDE = re.compile(r"<!--.*?-->|<(script|style|noscript|template)\b.*?</\1\s*>", re.S | re.I)
META = re.compile(r"<meta\s[^>]*>", re.I)
IS_REFRESH = re.compile(r"""http-equiv\s*=\s*["']?\s*refresh\b""", re.I)
CONTENT = re.compile(r"""content\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)
# HTML, "shared declarative refresh steps": digits, a separator, and an optional `url=`.
VALUE = re.compile(r"""\s*(\d+)(?:\.[\d.]*)?\s*[;,\s]\s*(?:url\s*=\s*)?["']?\s*([^"']*)""", re.I)
TAG = re.compile(r"<[^>]*>")


def refresh_target(body: bytes) -> str | None:
    """Where a small page sends its readers at once, as it is written there."""
    page = ASIDE.sub(" ", body.decode("utf-8", "replace"))
    for meta in META.findall(page):
        content = CONTENT.search(meta) if IS_REFRESH.search(meta) else None
        found = VALUE.fullmatch(unescape(content[1].strip("\"'"))) if content else None
        if found and int(found[1][:9]) <= LONGEST_DELAY and found[2].strip():
            return found[2].strip() if len(TAG.sub(" ", page).split()) <= MOST_WORDS else None
    return None
