"""What a merge brings besides captures: remarks, feeds, tombstones, and what was learned of hosts."""

from __future__ import annotations

import sqlite3

from clipper.archive import bodies, learning

__all__ = ["assets", "of_all", "of_page", "unbury", "was_pruned_here"]

ELSEWHERE = 0  # the number of a version that was pruned in another archive: it had none here


def of_page(connection: sqlite3.Connection, other: sqlite3.Connection, ours: int, theirs: int, *, latest: bool) -> None:
    """All that belongs to one page; `latest` if its latest good capture came from the other archive just now."""
    _remarks(connection, other, ours, theirs)
    _tombstones(connection, other, ours, theirs)
    learning.merge_page(connection, other, ours, theirs, latest=latest)


def of_all(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """All that belongs to no single page; pages are there already."""
    _aliases(connection, other)
    _feeds(connection, other)
    learning.merge(connection, other)


def _aliases(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    aliases = other.execute(
        "SELECT pages.url_key, aliases.url_key, aliases.url, reason, seen_at FROM aliases"
        " JOIN pages ON pages.id = page_id ORDER BY aliases.id"
    )
    connection.executemany(
        "INSERT OR IGNORE INTO aliases (page_id, url_key, url, reason, seen_at) SELECT id, ?2, ?3, ?4, ?5 FROM pages"
        " WHERE url_key = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE url_key = ?2)",
        aliases.fetchall(),
    )


def assets(connection: sqlite3.Connection, other: sqlite3.Connection, ours: int, theirs: int) -> None:
    """The files of a version."""
    found = other.execute("SELECT url, body_sha256, content_type FROM assets WHERE snapshot_id = ?", (theirs,))
    for url, name, content_type in found.fetchall():
        if name is not None:
            bodies.store(connection, bodies.read(other, name))
        connection.execute(
            "INSERT OR IGNORE INTO assets (snapshot_id, url, body_sha256, content_type) VALUES (?, ?, ?, ?)",
            (ours, url, name, content_type),
        )


def was_pruned_here(connection: sqlite3.Connection, page_id: int, at: str, digest: str) -> bool:
    """Whether the version in force at that time was taken away from this archive."""
    found = connection.execute(
        "SELECT 1 FROM tombstones WHERE page_id = ? AND digest = ? AND fetched_at <= ? AND snapshot <> ? LIMIT 1",
        (page_id, digest, at, ELSEWHERE),
    )
    return found.fetchone() is not None


def unbury(connection: sqlite3.Connection, page_id: int, at: str, digest: str) -> None:
    """A version that another archive pruned came from a third one after all."""
    connection.execute(
        "DELETE FROM tombstones WHERE page_id = ? AND fetched_at = ? AND digest = ? AND snapshot = ?",
        (page_id, at, digest, ELSEWHERE),
    )


def _tombstones(connection: sqlite3.Connection, other: sqlite3.Connection, ours: int, theirs: int) -> None:
    """Versions that they pruned, and that are neither here nor known to have been pruned."""
    columns = "title, fetched_at, seq, url, words, digest, body_sha256, pruned_at, reason"
    for row in other.execute(f"SELECT {columns} FROM tombstones WHERE page_id = ? ORDER BY id", (theirs,)).fetchall():
        _, at, _, _, _, digest, *_ = row
        known = connection.execute(
            "SELECT 1 FROM tombstones WHERE page_id = ?1 AND fetched_at = ?2 AND digest = ?3 UNION ALL"
            " SELECT 1 FROM snapshots WHERE page_id = ?1 AND fetched_at = ?2 AND digest = ?3",
            (ours, at, digest),
        )
        if known.fetchone() is None:
            connection.execute(
                f"INSERT INTO tombstones (page_id, snapshot, {columns}) VALUES (?, ?, {', '.join('?' * 9)})",
                (ours, ELSEWHERE, *row),
            )


def _remarks(connection: sqlite3.Connection, other: sqlite3.Connection, ours: int, theirs: int) -> None:
    tags = other.execute("SELECT tag, added_at FROM tags WHERE page_id = ?", (theirs,)).fetchall()
    connection.executemany(
        "INSERT OR IGNORE INTO tags (page_id, tag, added_at) VALUES (?, ?, ?)",
        [(ours, *row) for row in tags],
    )
    notes = other.execute("SELECT note, added_at FROM notes WHERE page_id = ? ORDER BY id", (theirs,))
    connection.executemany(
        "INSERT INTO notes (page_id, note, added_at) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
        " (SELECT 1 FROM notes WHERE page_id = ?1 AND note = ?2 AND added_at = ?3)",
        [(ours, *row) for row in notes.fetchall()],
    )


def _feeds(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    feeds = other.execute("SELECT url, kind, title, added_at, interval_seconds, tags FROM feeds")
    connection.executemany(
        "INSERT INTO feeds (url, kind, title, added_at, interval_seconds, tags)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO NOTHING",
        feeds.fetchall(),
    )
    private = other.execute("SELECT url FROM feeds JOIN feed_plans ON feed_id = feeds.id WHERE private").fetchall()
    connection.executemany(
        "INSERT INTO feed_plans (feed_id, due_at, set_at, private) SELECT id, '', '', 1 FROM feeds WHERE url = ?"
        " ON CONFLICT (feed_id) DO UPDATE SET private = 1",
        private,
    )
    listings = other.execute(
        "SELECT feeds.url, pages.url_key, listings.title, listed_at, published, listings.url"
        " FROM listings JOIN feeds ON feeds.id = feed_id JOIN pages ON pages.id = page_id"
        " ORDER BY listings.id"
    )
    connection.executemany(
        "INSERT OR IGNORE INTO listings (feed_id, page_id, title, listed_at, published, url)"
        " SELECT feeds.id, pages.id, ?3, ?4, ?5, ?6 FROM feeds, pages"
        " WHERE feeds.url = ?1 AND pages.url_key = ?2",
        listings.fetchall(),
    )
