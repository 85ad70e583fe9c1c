"""What the search index holds of each version: no paragraph twice, and none that ever stood lost.

The latest version of a page is indexed whole, an older one only with the paragraphs that the
version after it no longer has. On series of captures over years that is a fifth of all text.

The table `search` is written as versions are filed, the full-text index at the end of the transaction,
row after row: FTS5 writes out what it holds whenever a statement with triggers comes between (measured:
that doubles the time).
"""

from __future__ import annotations

import sqlite3

from clipper import diff
from clipper.archive import texts
from clipper.archive.search import spaced

__all__ = ["content", "flush", "index", "next_version", "previous_version", "watch"]

NEIGHBOUR = (
    "SELECT other.id FROM snapshots JOIN snapshots AS other ON other.page_id = snapshots.page_id"
    " WHERE snapshots.id = ?"
    " AND (other.fetched_at, other.seq) {0} (snapshots.fetched_at, snapshots.seq)"
    " ORDER BY other.fetched_at {1}, other.seq {1} LIMIT 1"
)


def watch(connection: sqlite3.Connection) -> None:
    """Note from now on which rows of `search` this connection changes, and what they were."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS stale (snapshot_id INTEGER PRIMARY KEY, title TEXT, body TEXT)")
    for event, was in {
        "INSERT": "new.snapshot_id, NULL, NULL",
        "UPDATE": "old.snapshot_id, old.title, old.body",
        "DELETE": "old.snapshot_id, old.title, old.body",
    }.items():
        connection.execute(
            f"CREATE TEMP TRIGGER IF NOT EXISTS stale_{event.lower()} AFTER {event} ON main.search BEGIN"
            # An upsert around it would turn OR IGNORE into an error.
            f" INSERT INTO stale SELECT {was} WHERE NOT EXISTS"
            f" (SELECT 1 FROM stale WHERE snapshot_id = {was.split(',')[0]}); END"
        )


def flush(connection: sqlite3.Connection) -> None:
    """Let the full-text index follow the table `search`; in the same transaction."""
    for snapshot_id, title, body in connection.execute("SELECT snapshot_id, title, body FROM stale").fetchall():
        if body is not None:
            connection.execute(
                "INSERT INTO search_fts(search_fts, rowid, title, body) VALUES ('delete', ?, ?, ?)",
                (snapshot_id, title, body),
            )
        row = connection.execute(
            "SELECT snapshot_id, title, body FROM search WHERE snapshot_id = ?", (snapshot_id,)
        ).fetchone()
        if row is not None:  # INSERT … SELECT would make FTS5 write out what it holds, row by row
            connection.execute("INSERT INTO search_fts(rowid, title, body) VALUES (?, ?, ?)", row)
    connection.execute("DELETE FROM stale")


def next_version(connection: sqlite3.Connection, snapshot_id: int) -> int | None:
    """The version of the same page that came after."""
    row = connection.execute(NEIGHBOUR.format(">", "ASC"), (snapshot_id,)).fetchone()
    return int(row[0]) if row else None


def previous_version(connection: sqlite3.Connection, snapshot_id: int) -> int | None:
    """The version of the same page that came before."""
    row = connection.execute(NEIGHBOUR.format("<", "DESC"), (snapshot_id,)).fetchone()
    return int(row[0]) if row else None


def index(connection: sqlite3.Connection, snapshot_id: int) -> None:
    """Bring a version's row of `search` up to date."""
    page_id, title, body = content(connection, snapshot_id)
    connection.execute(
        "INSERT INTO search (snapshot_id, page_id, title, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (snapshot_id) DO UPDATE SET title = excluded.title, body = excluded.body"
        " WHERE title IS NOT excluded.title OR body IS NOT excluded.body",
        (snapshot_id, page_id, title, body),
    )


def content(connection: sqlite3.Connection, snapshot_id: int) -> tuple[int, str, str]:
    """What the row of `search` has to be: page, title and body, spaced."""
    page_id, title = connection.execute("SELECT page_id, title FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    blocks = _blocks(connection, snapshot_id)
    following = next_version(connection, snapshot_id)
    if following is not None:
        still = set(_blocks(connection, following))
        blocks = [block for block in blocks if block not in still]
    return page_id, spaced(title or ""), spaced("\n\n".join(blocks))


def _blocks(connection: sqlite3.Connection, snapshot_id: int) -> list[str]:
    text = diff.plain(texts.current(connection, snapshot_id) or "")
    return [stripped for block in text.split("\n") if (stripped := block.strip())]
