"""What is watched, and what the feeds among it list."""

from __future__ import annotations

import json
import sqlite3

from clipper.archive import filing, rows
from clipper.models import Source, Validators

__all__ = ["list_entry", "source_failed", "source_read", "sources", "unfetched", "unwatch", "watch"]


def watch(
    connection: sqlite3.Connection,
    url: str,
    *,
    kind: str,
    title: str | None,
    tags: tuple[str, ...],
    now: str,
) -> Source:
    known = _source(connection, url)
    together = sorted({*tags, *(known.tags if known else ())})
    connection.execute(
        "INSERT INTO feeds (url, kind, title, tags, added_at) VALUES (?, ?, ?, ?, ?) ON"
        " CONFLICT (url) DO UPDATE"
        " SET kind = excluded.kind, title = coalesce(excluded.title, title), tags ="
        " excluded.tags, paused = 0",
        (url, kind, title, json.dumps(together, ensure_ascii=False), now),
    )
    source = _source(connection, url)
    assert source is not None
    return source


def unwatch(connection: sqlite3.Connection, url: str) -> bool:
    row = connection.execute("SELECT id FROM feeds WHERE url = ?", (url,)).fetchone()
    if row is None:
        return False
    connection.execute("DELETE FROM listings WHERE feed_id = ?", row)
    connection.execute("DELETE FROM feeds WHERE id = ?", row)
    return True


def sources(connection: sqlite3.Connection) -> list[Source]:
    return [
        rows.source(row) for row in connection.execute(f"SELECT {rows.SOURCE} FROM feeds WHERE NOT paused ORDER BY id")
    ]


def source_read(connection: sqlite3.Connection, source: Source, validators: Validators, *, at: str) -> None:
    connection.execute(
        "UPDATE feeds SET last_fetched = ?, failures = 0, etag = coalesce(?, etag),"
        " last_modified = coalesce(?, last_modified) WHERE id = ?",
        (at, validators.etag, validators.last_modified, source.id),
    )


def source_failed(connection: sqlite3.Connection, source: Source, *, at: str) -> None:
    connection.execute("UPDATE feeds SET last_fetched = ?, failures = failures + 1 WHERE id = ?", (at, source.id))


def list_entry(
    connection: sqlite3.Connection,
    source: Source,
    url: str,
    *,
    url_key: str,
    title: str | None,
    published: str | None,
    at: str,
) -> bool:
    page_id = filing.page_for(connection, url_key, url)
    cursor = connection.execute(
        "INSERT OR IGNORE INTO listings (feed_id, page_id, title, listed_at, published, url) VALUES (?, ?, ?, ?, ?, ?)",
        (source.id, page_id, title, at, published, url),
    )
    if not cursor.rowcount:
        return False
    connection.executemany(
        "INSERT OR IGNORE INTO tags (page_id, tag, added_at) VALUES (?, ?, ?)",
        [(page_id, tag, at) for tag in source.tags],
    )
    return True


def unfetched(connection: sqlite3.Connection, source: Source) -> list[str]:
    found = connection.execute(
        "SELECT listings.url FROM listings JOIN pages ON pages.id = listings.page_id"
        " WHERE listings.feed_id = ? AND pages.latest_snapshot IS NULL AND pages.state <> 'gone'"
        " ORDER BY listings.id",
        (source.id,),
    )
    return [row[0] for row in found]


def _source(connection: sqlite3.Connection, url: str) -> Source | None:
    row = connection.execute(f"SELECT {rows.SOURCE} FROM feeds WHERE url = ?", (url,)).fetchone()
    return rows.source(row) if row else None
