"""Pages that only say where to go: `<meta http-equiv="refresh" content="0; url=…">`."""

from __future__ import annotations

import re
from html import unescape

__all__ = ["refresh_target"]

LONGEST_DELAY = 5  # seconds; longer ones let the reader read, or reload the page
MOST_WORDS = 60  # of text around it
# Comments, scripts and what browsers with scripts do not show; without an end they last to the page's.
# All expressions here take linear time: the page is an attacker's.
ASIDE = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
META = re.compile(r"<meta\s[^>]*(?:>|\Z)", re.I)
IS_REFRESH = re.compile(r"""http-equiv\s*=\s*(?:["']\s*)?refresh\b""", re.I)
CONTENT = re.compile(r"""content\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)
DELAY = re.compile(r"([0-9]+)[0-9.]*")
TAG = re.compile(r"<[^>]*(?:>|\Z)")


def refresh_target(body: bytes) -> str | None:
    """Where a small page sends its readers at once, as it is written there."""
    page = ASIDE.sub(" ", body.decode("utf-8", "replace"))
    for meta in META.findall(page):
        content = CONTENT.search(meta) if IS_REFRESH.search(meta) else None
        target = _target(unescape(content[1].strip("\"'"))) if content else None
        if target:
            return target if len(TAG.sub(" ", page).split()) <= MOST_WORDS else None
    return None


def _target(value: str) -> str | None:
    """HTML, "shared declarative refresh steps": a delay, a separator, an optional `url=`, the address."""
    text = value.strip()
    delay = DELAY.match(text)
    if delay is None or int(delay[1][:9]) > LONGEST_DELAY:
        return None
    after = text[delay.end() :]
    rest = after.lstrip()
    if rest == after and rest[:1] not in (";", ","):
        return None
    rest = rest[1:].lstrip() if rest[:1] in (";", ",") else rest
    if rest[:3].lower() == "url" and rest[3:].lstrip()[:1] == "=":
        rest = rest[3:].lstrip()[1:].lstrip()
    if rest[:1] in ("'", '"'):
        rest = rest[1:].partition(rest[0])[0]
    return rest.strip() or None
