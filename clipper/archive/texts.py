"""The Markdown of versions: the latest plain, for everybody to read; older ones packed.

A superseded text of some length goes to `bodies`, against the packed text of the version before
it. On series of long pages that takes a tenth of the room. `clip_text(snapshot_id)` reads both.
"""

from __future__ import annotations

import sqlite3

from clipper.archive.rows import storable

__all__ = ["add", "current", "delete", "pack"]

WORTH_PACKING = 8192  # bytes; a shorter one saves a page or two of the file, and reads better plain


def current(connection: sqlite3.Connection, snapshot_id: int, *, back: int = 0) -> str | None:
    """The Markdown that counts, of several the newest, or so many `back` from it; None if there is none."""
    row = connection.execute(
        "SELECT markdown, packed_sha256 FROM texts WHERE snapshot_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
        (snapshot_id, back),
    ).fetchone()
    if row is None:
        return None
    if row[0] is not None:
        return str(row[0])
    from clipper.archive import bodies

    return bodies.read(connection, row[1]).decode()


def add(
    connection: sqlite3.Connection,
    snapshot_id: int,
    markdown: str,
    *,
    verdict: str,
    extractor: str | None,
    rule: str | None,
    extracted_at: str,
) -> None:
    """Give a snapshot a text, which from now on is the current one."""
    connection.execute(
        "INSERT INTO texts (snapshot_id, extractor, rule, extracted_at, verdict, markdown) VALUES (?, ?, ?, ?, ?, ?)",
        (
            snapshot_id,
            extractor,
            rule,
            extracted_at,
            verdict,
            storable(markdown),
        ),
    )


def pack(connection: sqlite3.Connection, snapshot_id: int, *, near: int | None) -> None:
    """Pack the texts of a superseded snapshot, against those of the snapshot `near`."""
    from clipper.archive import bodies

    found = connection.execute(
        "SELECT id, markdown FROM texts WHERE snapshot_id = ? AND markdown IS NOT NULL",
        (snapshot_id,),
    ).fetchall()
    for text_id, markdown in found:
        data = markdown.encode()
        if len(data) < WORTH_PACKING:
            continue
        name = bodies.store(connection, data, base=_packed(connection, near))
        connection.execute("UPDATE texts SET markdown = NULL, packed_sha256 = ? WHERE id = ?", (name, text_id))


def delete(connection: sqlite3.Connection, snapshot_id: int) -> None:
    """Take a snapshot's texts away."""
    from clipper.archive import bodies

    packed = connection.execute(
        "SELECT packed_sha256 FROM texts WHERE snapshot_id = ? AND packed_sha256 IS NOT NULL",
        (snapshot_id,),
    ).fetchall()
    connection.execute("DELETE FROM texts WHERE snapshot_id = ?", (snapshot_id,))
    for (name,) in packed:
        bodies.drop_if_unused(connection, name)


def _packed(connection: sqlite3.Connection, snapshot_id: int | None) -> str | None:
    row = connection.execute(
        "SELECT packed_sha256 FROM texts WHERE snapshot_id = ? AND packed_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1",
        (snapshot_id,),
    ).fetchone()
    return row[0] if row else None
