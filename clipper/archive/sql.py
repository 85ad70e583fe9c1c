"""Functions for other programs' SQL, so that packed rows lock nobody in.

    clip_body(sha256)       the bytes of a body, checked against their sha256
    clip_text(snapshot_id)  the Markdown of a version
    clip_match(words)       what a person typed, as search_fts takes it

Datasette and sqlite-utils get them through their plugin hooks; anybody else by `register`. Both
answer NULL where there is nothing, and raise where what there is is damaged.
"""

from __future__ import annotations

import sqlite3

from clipper.archive import bodies, search, texts

__all__ = ["register"]


def register(connection: sqlite3.Connection) -> None:
    """Give a connection to an archive the functions."""

    def clip_body(sha256: str | None) -> bytes | None:
        known = "SELECT 1 FROM bodies WHERE sha256 = ?"
        if sha256 is None or connection.execute(known, (sha256,)).fetchone() is None:
            return None
        return bodies.read(connection, sha256)

    def clip_text(snapshot_id: int | None) -> str | None:
        return None if snapshot_id is None else texts.current(connection, snapshot_id)

    def clip_match(words: str | None) -> str:
        return search.match_expression(str(words or "")) or '""'

    connection.create_function("clip_body", 1, clip_body)
    connection.create_function("clip_text", 1, clip_text)
    connection.create_function("clip_match", 1, clip_match)
