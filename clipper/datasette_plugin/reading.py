"""One version with all that is known of it and its page, read through Datasette's connections."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from clipper.archive import texts
from clipper.datasette_plugin.library import SHOWN_PICTURES, neighbours_in_library
from clipper.errors import ArchiveError

__all__ = ["Neighbours", "Reading", "Version", "reading", "text"]

AROUND = 50  # versions shown on either side of one; with 10,000 of them the page stays a page
CHECKS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Version:
    """One version in a page's timeline."""

    id: int
    fetched_at: str
    title: str | None
    change: str | None
    added: int | None
    removed: int | None
    number: int  # from 1, the oldest


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The versions around one, the newest first, with the very newest and oldest."""

    versions: list[Version]
    number: int  # of the version, from 1
    total: int
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything about one version that the reading view tells."""

    snapshot: dict[str, Any]
    page: dict[str, Any]
    markdown: str
    damage: str | None  # why the text cannot be read
    timeline: Neighbours
    checks: list[dict[str, Any]]
    tags: list[str]
    notes: list[str]
    feeds: list[tuple[int, str]]
    categories: list[str]
    pictures: dict[str, int]  # address of a picture that is archived: number of the asset
    newer: tuple[int, str] | None  # the page that changed next after this one: its latest version, its title
    older: tuple[int, str] | None

    def as_json(self) -> dict[str, Any]:
        """What a program wants of it."""
        return {
            "snapshot": self.snapshot,
            "page": self.page,
            "markdown": self.markdown,
            "version": self.timeline.number,
            "versions_in_all": self.timeline.total,
            "versions": [asdict(version) for version in self.timeline.versions],
            "checks": self.checks,
            "tags": self.tags,
            "notes": self.notes,
            "feeds": [name for _, name in self.feeds],
            "categories": self.categories,
        }


def reading(connection: sqlite3.Connection, snapshot_id: int) -> Reading | None:
    """One version with what is known of its page; None if there is no such version."""
    snapshot = _row(connection, "SELECT * FROM snapshots WHERE id = ?", snapshot_id)
    if snapshot is None:
        return None
    page_id = snapshot["page_id"]
    markdown, damage = _text_or_why(connection, snapshot_id)
    page = _row(connection, "SELECT * FROM pages WHERE id = ?", page_id)
    assert page is not None  # a foreign key
    checks = connection.execute(
        "SELECT id, checked_at, outcome, reason, verdict, status, bytes, milliseconds, snapshot_id"
        " FROM checks WHERE page_id = ? ORDER BY checked_at DESC, seq DESC LIMIT ?",
        (page_id, CHECKS_SHOWN),
    )
    feeds = connection.execute(
        "SELECT DISTINCT feeds.id, coalesce(feeds.title, feeds.url) FROM listings"
        " JOIN feeds ON feeds.id = listings.feed_id WHERE page_id = ? ORDER BY feeds.id",
        (page_id,),
    )
    newer, older = neighbours_in_library(connection, page)
    return Reading(
        snapshot=snapshot,
        page=page,
        markdown=markdown,
        damage=damage,
        timeline=_neighbours(connection, snapshot),
        checks=[dict(row) for row in checks],
        tags=_column(connection, "SELECT tag FROM tags WHERE page_id = ? ORDER BY tag", page_id),
        notes=_column(connection, "SELECT note FROM notes WHERE page_id = ? ORDER BY id", page_id),
        feeds=[(row[0], row[1]) for row in feeds],
        categories=[str(name) for name in json.loads(snapshot["categories"] or "[]")],
        pictures=_pictures(connection, snapshot_id),
        newer=newer,
        older=older,
    )


def _text_or_why(connection: sqlite3.Connection, snapshot_id: int) -> tuple[str, str | None]:
    """The article, or why it cannot be read: all else of a damaged version is worth seeing."""
    try:
        return text(connection, snapshot_id) or "", None
    except ArchiveError as error:
        return "", str(error)


def _pictures(connection: sqlite3.Connection, snapshot_id: int) -> dict[str, int]:
    found = connection.execute(
        f"SELECT url, id FROM assets WHERE snapshot_id = ? AND body_sha256 IS NOT NULL AND content_type IN {SHOWN_PICTURES}",
        (snapshot_id,),
    )
    return {str(url): int(number) for url, number in found}


def text(connection: sqlite3.Connection, snapshot_id: int) -> str | None:
    """The Markdown of a version; None if there is no such version."""
    return texts.current(connection, snapshot_id)


VERSIONS = (
    "SELECT id, fetched_at, title, change, words_added, words_removed FROM snapshots WHERE page_id = ?"
    " ORDER BY fetched_at DESC, seq DESC LIMIT ? OFFSET ?"
)


def _neighbours(connection: sqlite3.Connection, snapshot: dict[str, Any]) -> Neighbours:
    page_id = snapshot["page_id"]
    counted = "SELECT count(*) FROM snapshots WHERE page_id = ?"
    (total,) = connection.execute(counted, (page_id,)).fetchone()
    (number,) = connection.execute(
        f"{counted} AND (fetched_at, seq) <= (?, ?)", (page_id, snapshot["fetched_at"], snapshot["seq"])
    ).fetchone()
    first = max(0, total - number - AROUND)  # places from the newest on, which is 0
    windows = [(first, 2 * AROUND + 1)]
    windows += [(0, 1)] if first else []
    windows += [(total - 1, 1)] if first + 2 * AROUND + 1 < total else []
    versions = {
        place: Version(*(*row, total - place))
        for start, length in windows
        for place, row in enumerate(connection.execute(VERSIONS, (page_id, length, start)), start)
    }
    return Neighbours(
        versions=[versions[place] for place in sorted(versions)],
        number=number,
        total=total,
        before=versions.get(total - number + 1),
        after=versions.get(total - number - 1),
    )


def _row(connection: sqlite3.Connection, query: str, number: int) -> dict[str, Any] | None:
    row = connection.execute(query, (number,)).fetchone()
    return dict(row) if row else None


def _column(connection: sqlite3.Connection, query: str, page_id: int) -> list[str]:
    return [str(row[0]) for row in connection.execute(query, (page_id,))]
