"""What the user says of a page: tags and notes."""

from __future__ import annotations

import sqlite3

from clipper.errors import ArchiveError

__all__ = ["note", "notes", "tag", "tags", "untag"]


def tag(connection: sqlite3.Connection, url_key: str, tags: tuple[str, ...], *, now: str) -> None:
    page_id = _page_id(connection, url_key)
    names = [name for text in tags if (name := " ".join(text.split()))]
    connection.executemany(
        "INSERT OR IGNORE INTO tags (page_id, tag, added_at) VALUES (?, ?, ?)",
        [(page_id, name, now) for name in names],
    )


def untag(connection: sqlite3.Connection, url_key: str, tags: tuple[str, ...]) -> None:
    page_id = _page_id(connection, url_key)
    connection.executemany(
        "DELETE FROM tags WHERE page_id = ? AND tag = ?",
        [(page_id, " ".join(name.split())) for name in tags],
    )


def tags(connection: sqlite3.Connection, url_key: str) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT tag FROM tags JOIN pages ON pages.id = tags.page_id WHERE url_key = ? ORDER BY tag",
        (url_key,),
    )
    return tuple(row[0] for row in found)


def note(connection: sqlite3.Connection, url_key: str, text: str, *, now: str) -> None:
    connection.execute(
        "INSERT INTO notes (page_id, note, added_at) VALUES (?, ?, ?)",
        (_page_id(connection, url_key), text, now),
    )


def notes(connection: sqlite3.Connection, url_key: str) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT note FROM notes JOIN pages ON pages.id = notes.page_id WHERE url_key = ? ORDER BY notes.id",
        (url_key,),
    )
    return tuple(row[0] for row in found)


def _page_id(connection: sqlite3.Connection, url_key: str) -> int:
    row = connection.execute("SELECT id FROM pages WHERE url_key = ?", (url_key,)).fetchone()
    if row is None:
        raise ArchiveError(f"{url_key} is not in the archive; `clip URL` puts it there")
    return int(row[0])
