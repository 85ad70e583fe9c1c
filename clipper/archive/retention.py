"""Which bytes go again: those of checks that found nothing new, and of failures like the last one.

The checks themselves stay, with the sha256 of what they received.
"""

from __future__ import annotations

import sqlite3

from clipper.archive import bodies

__all__ = ["drop_alike", "drop_unchanged"]


def drop_unchanged(connection: sqlite3.Connection, page_id: int, *, keep_newest: bool) -> None:
    """Let go of the bytes of unchanged checks that are no version's, and of their evidence."""
    found = connection.execute(
        "SELECT checks.id, checks.body_sha256 FROM checks JOIN snapshots ON snapshots.id ="
        " checks.snapshot_id"
        " WHERE checks.page_id = ? AND checks.outcome = 'unchanged' AND checks.body_sha256"
        " IS NOT NULL"
        " AND checks.body_sha256 IS NOT snapshots.body_sha256 ORDER BY checks.checked_at"
        " DESC, checks.seq DESC",
        (page_id,),
    ).fetchall()
    newest = found[0][1] if found and keep_newest else None
    _drop(connection, [row for row in found if row[1] != newest])


def _drop(connection: sqlite3.Connection, checks: list[tuple[int, str]]) -> None:
    for check_id, name in checks:
        connection.execute(
            "UPDATE checks SET dropped_sha256 = body_sha256, body_sha256 = NULL WHERE id = ?",
            (check_id,),
        )
        connection.execute("DELETE FROM evidence WHERE check_id = ?", (check_id,))
        bodies.drop_if_unused(connection, name)


def drop_alike(connection: sqlite3.Connection, check_id: int) -> None:
    """Of bad checks with one outcome, verdict and status keep the newest bytes alone.

    What the extractor could not read is kept: a later one may.
    """
    found = connection.execute(
        "SELECT other.id, other.body_sha256 FROM checks JOIN checks AS other"
        " ON other.page_id = checks.page_id AND other.outcome = checks.outcome"
        " AND other.verdict IS checks.verdict AND other.status IS checks.status"
        " WHERE checks.id = ? AND other.snapshot_id IS NULL AND other.body_sha256 IS NOT NULL"
        " AND other.verdict IS NOT 'unreadable'"
        " ORDER BY other.checked_at DESC, other.seq DESC",
        (check_id,),
    ).fetchall()
    newest = found[0][1] if found else None
    _drop(connection, [row for row in found if row[1] != newest])
