"""Taking versions away again, by age, count or host, without a trace being lost.

A page's first and latest version stay, and every version of a page that is tagged. What goes leaves
a tombstone and its checks; bodies that leaned on its bytes lean on others. One transaction a page:
a prune that was killed is finished by starting it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from clipper.archive import bodies, indexing, standing, versions

__all__ = ["Doomed", "Rule", "doomed", "prune"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which versions may go: all that meet every condition that is given."""

    before: str | None = None  # fetched before that time
    keep: int | None = None  # not among the latest so many of the page
    host: str | None = None

    def __str__(self) -> str:
        parts = {"fetched before": self.before, "beyond the latest": self.keep, "host": self.host}
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value is not None)


@dataclass(frozen=True, slots=True)
class Doomed:
    """A version that goes."""

    snapshot_id: int
    page_id: int
    url: str
    title: str | None
    fetched_at: str


class Writing(Protocol):
    """Opens a transaction."""

    def __call__(self) -> AbstractContextManager[None]: ...


# The rank of a version among its page's, from both ends.
RANKED = (
    "SELECT snapshots.id, snapshots.page_id, snapshots.url, snapshots.title, fetched_at, pages.host AS host,"
    " row_number() OVER (PARTITION BY page_id ORDER BY fetched_at DESC, seq DESC) AS latest,"
    " row_number() OVER (PARTITION BY page_id ORDER BY fetched_at, seq) AS first"
    " FROM snapshots JOIN pages ON pages.id = snapshots.page_id"
    " WHERE NOT EXISTS (SELECT 1 FROM tags WHERE tags.page_id = snapshots.page_id)"
)


def doomed(connection: sqlite3.Connection, rule: Rule) -> list[Doomed]:
    """What the rule takes away, by page and time."""
    found = connection.execute(
        f"SELECT id, page_id, url, title, fetched_at FROM ({RANKED})"
        " WHERE first > 1 AND latest > max(1, coalesce(:keep, 1))"
        " AND (:before IS NULL OR fetched_at < :before) AND (:host IS NULL OR host = :host)"
        " ORDER BY page_id, fetched_at, first",
        {"before": rule.before, "keep": rule.keep, "host": rule.host},
    )
    return [Doomed(*row) for row in found]


def prune(connection: sqlite3.Connection, rule: Rule, *, writing: Writing, now: str) -> Iterator[Doomed]:
    """Take away what the rule names, page by page; yields what is gone for good."""
    for page_id, group in groupby(doomed(connection, rule), key=lambda version: version.page_id):
        gone = list(group)
        with writing():
            for version in gone:
                _remove(connection, version.snapshot_id, reason=str(rule), now=now)
            standing.recount(connection, page_id)
        yield from gone


def _remove(connection: sqlite3.Connection, snapshot_id: int, *, reason: str, now: str) -> None:
    """Leave a tombstone, let go of the rest, and set right what stood beside it."""
    before = indexing.previous_version(connection, snapshot_id)
    following = indexing.next_version(connection, snapshot_id)
    connection.execute(
        "INSERT INTO tombstones (page_id, title, fetched_at, seq, url, words, digest, body_sha256, snapshot, pruned_at,"
        " reason) SELECT page_id, title, fetched_at, seq, url, words, digest, body_sha256, id, ?, ?"
        " FROM snapshots WHERE id = ?",
        (now, reason, snapshot_id),
    )
    unused = _let_go(connection, snapshot_id)
    if following is not None:
        versions.describe(connection, following)
    if before is not None:
        indexing.index(connection, before)
    for name in unused:
        bodies.remove_if_unused(connection, name)


def _let_go(connection: sqlite3.Connection, snapshot_id: int) -> set[str]:
    """Delete the version and what hangs on it; the names of bodies that nobody may need now."""
    which = (snapshot_id,)
    names = connection.execute(
        "SELECT body_sha256 FROM snapshots WHERE id = ?1 UNION SELECT body_sha256 FROM checks WHERE snapshot_id = ?1"
        " UNION SELECT packed_sha256 FROM texts WHERE snapshot_id = ?1"
        " UNION SELECT body_sha256 FROM assets WHERE snapshot_id = ?1",
        which,
    ).fetchall()
    connection.execute(
        "DELETE FROM evidence WHERE check_id IN"
        " (SELECT id FROM checks WHERE snapshot_id = ? AND body_sha256 IS NOT NULL)",
        which,
    )
    connection.execute(
        "UPDATE checks SET snapshot_id = NULL, dropped_sha256 = coalesce(body_sha256, dropped_sha256),"
        " body_sha256 = NULL WHERE snapshot_id = ?",
        which,
    )
    for table in ("texts", "assets", "search"):
        connection.execute(f"DELETE FROM {table} WHERE snapshot_id = ?", which)
    connection.execute("DELETE FROM snapshots WHERE id = ?", which)
    return {name for (name,) in names if name is not None}
