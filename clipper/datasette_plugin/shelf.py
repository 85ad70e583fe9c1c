"""What the pages of our own show, read through Datasette's connections."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from clipper.archive import search, texts
from clipper.diff import plain

__all__ = [
    "Card",
    "Filters",
    "Library",
    "Neighbours",
    "Reading",
    "Version",
    "library",
    "reading",
    "text",
]

PER_PAGE = 30
FOUND_AT_MOST = 50
LEAD = 180  # characters
VERSIONS_AT_MOST = 500
CHECKS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor narrows the library to."""

    query: str = ""
    host: str = ""
    tag: str = ""
    state: str = ""
    before: str = ""  # where the page before ended: last_changed~id

    @property
    def narrowed(self) -> dict[str, str]:
        """Those that are set, for links and forms."""
        named = {"q": self.query, "host": self.host, "tag": self.tag, "state": self.state}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Card:
    """One page in the library."""

    page_id: int
    snapshot_id: int | None
    title: str
    host: str
    state: str
    url: str
    author: str | None
    published: str | None
    changed: str | None
    versions: int
    words: int
    language: str | None
    change: str | None
    lead: str  # of a search: the snippet, the words found between U+0002 and U+0003
    reason: str | None = None  # why there is no version


@dataclass(frozen=True, slots=True)
class Library:
    """One page of the library."""

    cards: list[Card]
    more: str = ""  # the `before` of the next page
    total: int = 0
    states: list[tuple[str, int]] = field(default_factory=list)
    hosts: list[tuple[str, int]] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Version:
    """One version in a page's timeline."""

    id: int
    fetched_at: str
    title: str | None
    change: str | None
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The versions around one, and all of them, the newest first."""

    versions: list[Version]
    number: int  # of the version, from 1
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything about one version that the reading view tells."""

    snapshot: dict[str, Any]
    page: dict[str, Any]
    markdown: str
    timeline: Neighbours
    checks: list[dict[str, Any]]
    tags: list[str]
    notes: list[str]
    feeds: list[str]
    categories: list[str]


CARD = """
SELECT pages.id, pages.latest_snapshot, coalesce(snapshots.title, pages.title, ''), pages.host,
    pages.state, pages.url, snapshots.author, snapshots.published, pages.last_changed,
    pages.versions, snapshots.words, snapshots.language, snapshots.change, snapshots.lead,
    (SELECT substr(markdown, 1, 1200) FROM texts WHERE snapshot_id = snapshots.id
     ORDER BY id DESC LIMIT 1),
    CASE WHEN pages.latest_snapshot IS NULL THEN (SELECT reason FROM checks
     WHERE page_id = pages.id ORDER BY checked_at DESC LIMIT 1) END
FROM pages LEFT JOIN snapshots ON snapshots.id = pages.latest_snapshot"""


def library(connection: sqlite3.Connection, filters: Filters) -> Library:
    """The pages that changed last, or those that a search finds, the best first."""
    if filters.query:
        return Library(cards=_found(connection, filters), total=_total(connection))
    conditions = {
        "pages.host = ?": filters.host,
        "pages.id IN (SELECT page_id FROM tags WHERE tag = ?)": filters.tag,
        "pages.state = ?": filters.state,
    }
    where = [condition for condition, value in conditions.items() if value]
    values: list[Any] = [value for value in conditions.values() if value]
    if not filters.state:
        where.append("pages.latest_snapshot IS NOT NULL")
    if filters.before:
        moment, _, page_id = filters.before.partition("~")
        where.append("(coalesce(pages.last_changed, ''), pages.id) < (?, ?)")
        values += [moment, int(page_id) if page_id.isdecimal() else 0]
    order = "pages.last_changed DESC, pages.id DESC"
    query = f"{CARD} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {PER_PAGE + 1}"
    rows = connection.execute(query, values).fetchall()
    cards = [_card(row) for row in rows[:PER_PAGE]]
    more = f"{cards[-1].changed or ''}~{cards[-1].page_id}" if len(rows) > PER_PAGE else ""
    return Library(
        cards=cards,
        more=more,
        total=_total(connection),
        states=_counted(connection, "SELECT state, count(*) FROM pages GROUP BY state"),
        hosts=_counted(connection, "SELECT host, count(*) FROM pages GROUP BY host"),
        tags=_counted(connection, "SELECT tag, count(*) FROM tags GROUP BY tag"),
    )


def _total(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM pages").fetchone()[0])


def _counted(connection: sqlite3.Connection, query: str) -> list[tuple[str, int]]:
    found = connection.execute(f"{query} ORDER BY 2 DESC, 1 LIMIT 12")
    return [(str(name), int(number)) for name, number in found]


def _found(connection: sqlite3.Connection, filters: Filters) -> list[Card]:
    cards = []
    for hit in search.find(connection, filters.query, limit=FOUND_AT_MOST):
        if filters.host and hit.page.host != filters.host:
            continue
        row = connection.execute(f"{CARD} WHERE pages.id = ?", (hit.page.id,)).fetchone()
        cards.append(_card(row, snapshot_id=hit.snapshot.id, snippet=hit.snippet))
    return cards


def _card(row: Any, *, snapshot_id: int | None = None, snippet: str | None = None) -> Card:
    lead = snippet if snippet is not None else _lead(row[13] or plain(row[14] or ""))
    return Card(
        page_id=row[0],
        snapshot_id=snapshot_id or row[1],
        title=row[2] or row[5],
        host=row[3],
        state=row[4],
        url=row[5],
        author=row[6],
        published=row[7],
        changed=row[8],
        versions=row[9],
        words=row[10] or 0,
        language=row[11],
        change=row[12],
        lead=lead,
        reason=row[15],
    )


def _lead(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LEAD else words[: LEAD - 1] + "…"


def reading(connection: sqlite3.Connection, snapshot_id: int) -> Reading | None:
    """One version with what is known of its page; None if there is no such version."""
    snapshot = _row(connection, "SELECT * FROM snapshots WHERE id = ?", snapshot_id)
    if snapshot is None:
        return None
    page_id = snapshot["page_id"]
    page = _row(connection, "SELECT * FROM pages WHERE id = ?", page_id)
    assert page is not None  # a foreign key
    checks = connection.execute(
        "SELECT id, checked_at, outcome, reason, verdict, status, bytes, milliseconds, snapshot_id"
        " FROM checks WHERE page_id = ? ORDER BY checked_at DESC, seq DESC LIMIT ?",
        (page_id, CHECKS_SHOWN),
    )
    return Reading(
        snapshot=snapshot,
        page=page,
        markdown=text(connection, snapshot_id),
        timeline=_neighbours(connection, page_id, snapshot_id),
        checks=[dict(row) for row in checks],
        tags=_column(connection, "SELECT tag FROM tags WHERE page_id = ? ORDER BY tag", page_id),
        notes=_column(connection, "SELECT note FROM notes WHERE page_id = ? ORDER BY id", page_id),
        feeds=_column(
            connection,
            "SELECT coalesce(feeds.title, feeds.url) FROM listings"
            " JOIN feeds ON feeds.id = listings.feed_id WHERE page_id = ? ORDER BY listings.id",
            page_id,
        ),
        categories=[str(name) for name in json.loads(snapshot["categories"] or "[]")],
    )


def text(connection: sqlite3.Connection, snapshot_id: int) -> str:
    """The Markdown of a version; empty if there is none."""
    return texts.current(connection, snapshot_id) or ""


def _neighbours(connection: sqlite3.Connection, page_id: int, snapshot_id: int) -> Neighbours:
    rows = connection.execute(
        "SELECT id, fetched_at, title, change, words_added, words_removed FROM snapshots"
        " WHERE page_id = ? ORDER BY fetched_at DESC, seq DESC LIMIT ?",
        (page_id, VERSIONS_AT_MOST),
    )
    versions = [Version(*row) for row in rows]
    place = next((n for n, version in enumerate(versions) if version.id == snapshot_id), None)
    if place is None:  # older than the newest five hundred
        return Neighbours(versions, 0, None, None)
    return Neighbours(
        versions=versions,
        number=len(versions) - place,
        before=versions[place + 1] if place + 1 < len(versions) else None,
        after=versions[place - 1] if place else None,
    )


def _row(connection: sqlite3.Connection, query: str, number: int) -> dict[str, Any] | None:
    row = connection.execute(query, (number,)).fetchone()
    return dict(row) if row else None


def _column(connection: sqlite3.Connection, query: str, page_id: int) -> list[str]:
    return [str(row[0]) for row in connection.execute(query, (page_id,))]
