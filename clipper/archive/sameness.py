"""Whether two readings of a page differ because the page does, or because another part of it was chosen.

An extractor weighs blocks against each other, so that a change far from the article may bring a heading in or put a
notice out. On real series of captures a fifth of the versions were of that kind: what came and what went stood on both
pages, as often as before. Such a reading is no version. (It is compared with the version before it in time, as known
when it comes: a version that comes late does not call it back.)
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from html import unescape

from clipper import diff
from clipper.archive import bodies, texts
from clipper.archive.digest import normalised
from clipper.errors import ArchiveError
from clipper.models import Capture, Extraction

__all__ = ["same_words"]

LARGEST = 2_000_000  # bytes of a page that is compared, some 15 ms for each million
UNSEEN = re.compile(r"<!--.*?-->|<(script|style|template|noscript)\b.*?</\1\s*>", re.I | re.S)
TAG = re.compile(r"<[^>]*>")
LISTED = re.compile(r"(?:[-*+•]\s+)+")


def same_words(connection: sqlite3.Connection, snapshot_id: int, capture: Capture, extraction: Extraction) -> bool:
    """Whether all that a reading has and the version has not, and the other way round, is on both pages.

    False where that cannot be told: then it is a version.
    """
    title, encoding, name = connection.execute(
        "SELECT title, encoding, body_sha256 FROM snapshots WHERE id = ?", (snapshot_id,)
    ).fetchone()
    if not (encoding and extraction.encoding and name) or normalised(title or "") != normalised(extraction.title or ""):
        return False
    old = _lines(texts.current(connection, snapshot_id) or "")
    new = _lines(extraction.markdown or extraction.text)
    gone, come = ({_closed(line) for line in lines} for lines in (old - new, new - old))
    # A line that came and went differs in its white space: `Uptime Robot` became `UptimeRobot`.
    if not (gone or come) or gone & come or len(capture.body) > LARGEST:
        return False
    try:
        body = bodies.read(connection, name)
    except ArchiveError:
        return False
    if len(body) > LARGEST:
        return False
    before, after = _words(body, encoding), _words(capture.body, extraction.encoding)
    return all(0 < before.count(line) == after.count(line) for line in gone | come)


def _lines(markdown: str) -> Counter[str]:
    """How often a text has each of its lines."""
    return Counter(line for raw in diff.plain(markdown).split("\n") if (line := _unmarked(normalised(raw))))


def _unmarked(line: str) -> str:
    """Without what Markdown puts before the items of lists and between the cells of tables."""
    if line.startswith("|"):
        return " ".join(line.replace("|", " ").split())
    return LISTED.sub("", line, count=1) if LISTED.match(line) else line


def _words(body: bytes, encoding: str) -> str:
    """What a page shows, without its white space."""
    return _closed(unescape(TAG.sub("", UNSEEN.sub("", body.decode(encoding, "replace")))))


def _closed(text: str) -> str:
    return "".join(normalised(text).split())
