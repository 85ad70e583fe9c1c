"""One archive into another: every check of theirs that is not here yet, filed as if it came now.

Checks are known by page, time and what came, and versions follow from the checks in the order of
their times, so merging twice adds nothing and the order of merging does not matter. One
transaction a page: a merge that was killed is finished by starting it again.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from clipper.archive import bodies, filing, retention, rows
from clipper.archive.versions import copied, good_after, good_before, place
from clipper.models import Capture, Completeness, Outcome, Validators, Verdict

if TYPE_CHECKING:
    from clipper.archive.reader import KeepBodies

__all__ = ["Conflict", "Merged", "merge"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two captures of one page at one time, with other bytes: both are kept."""

    url_key: str
    checked_at: str


@dataclass(slots=True)
class Merged:
    """What a merge brought."""

    pages: int = 0
    checks: int = 0
    known: int = 0
    conflicts: tuple[Conflict, ...] = ()


class Writing(Protocol):
    """Opens a transaction."""

    def __call__(self) -> AbstractContextManager[None]: ...


CHECK = (
    "id, checked_at, outcome, reason, verdict, status, url, final_url, bytes, milliseconds,"
    " attempts, completeness, source, digest, snapshot_id, body_sha256, dropped_sha256"
)


def merge(
    connection: sqlite3.Connection,
    other: sqlite3.Connection,
    *,
    writing: Writing,
    keep: KeepBodies,
) -> Merged:
    """File all of `other` that is not here; `writing` opens the transactions."""
    merged = Merged()
    pages = other.execute("SELECT id, url_key, url, etag, last_modified FROM pages ORDER BY id")
    for theirs, url_key, url, etag, last_modified in pages.fetchall():
        with writing():
            before = merged.checks
            ours = filing.page_for(connection, url_key, url)
            for check in _checks(other, theirs):
                _merge_check(connection, other, ours, check, merged, url_key)
            if merged.checks > before:
                _take_validators(connection, ours, Validators(etag, last_modified), other, theirs)
                if keep != "all":
                    retention.drop_unchanged(connection, ours, keep_newest=keep == "last")
            _merge_remarks(connection, other, ours, theirs)
            merged.pages += merged.checks > before
    with writing():
        _merge_aliases(connection, other)
        _merge_feeds(connection, other)
    return merged


def _checks(other: sqlite3.Connection, page_id: int) -> list[dict[str, Any]]:
    cursor = other.execute(f"SELECT {CHECK} FROM checks WHERE page_id = ? ORDER BY checked_at, seq", (page_id,))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _merge_check(
    connection: sqlite3.Connection,
    other: sqlite3.Connection,
    page_id: int,
    check: dict[str, Any],
    merged: Merged,
    url_key: str,
) -> None:
    """File one check of theirs, unless it is here."""
    received = check["body_sha256"] or check["dropped_sha256"]
    same_time = connection.execute(
        "SELECT coalesce(body_sha256, dropped_sha256), status, digest, reason, url FROM checks"
        " WHERE page_id = ? AND checked_at = ?",
        (page_id, check["checked_at"]),
    ).fetchall()
    if (received, check["status"], check["digest"], check["reason"], check["url"]) in same_time:
        merged.known += 1
        return
    if same_time:
        merged.conflicts += (Conflict(url_key, check["checked_at"]),)
    capture = _capture(other, check)
    attempt = filing.Attempt(
        page_id=page_id,
        checked_at=check["checked_at"],
        seq=_next_seq(connection, page_id, check["checked_at"]),
        url=check["url"],
        outcome=Outcome(check["outcome"]),
        status=check["status"],
        reason=check["reason"],
        verdict=Verdict(check["verdict"]) if check["verdict"] else None,
        digest=check["digest"],
        body_sha256=check["body_sha256"],
        dropped_sha256=check["dropped_sha256"],
        milliseconds=check["milliseconds"] or 0,
        attempts=check["attempts"] or 1,
        size=check["bytes"] or 0,
    )
    _file(connection, other, attempt, capture, check["snapshot_id"])
    merged.checks += 1


def _file(
    connection: sqlite3.Connection,
    other: sqlite3.Connection,
    attempt: filing.Attempt,
    capture: Capture,
    theirs: int | None,
) -> None:
    """Place their check among ours: its version, its bytes, its evidence."""
    at = (attempt.page_id, attempt.checked_at, attempt.seq)
    before, after = good_before(connection, *at), good_after(connection, *at)
    if attempt.body_sha256 is not None:
        body = bodies.read(other, attempt.body_sha256)
        bodies.store(connection, body, base=filing.base_for(connection, before, after, "all"))
    if theirs is not None:
        version = copied(other, theirs)
        version.columns.update(
            page_id=attempt.page_id,
            fetched_at=attempt.checked_at,
            seq=attempt.seq,
            url=attempt.url,
            final_url=capture.final_url,
            body_sha256=attempt.body_sha256,
        )
        placed = place(connection, version, before=before, after=after)
        outcome = attempt.outcome
        if placed.begins:
            outcome = Outcome.NEW if placed.first else Outcome.CHANGED
        elif outcome is not Outcome.NOT_MODIFIED:
            outcome = Outcome.UNCHANGED
        attempt = replace(attempt, outcome=outcome, snapshot_id=placed.snapshot_id)
    filing.written(connection, attempt, capture)


def _capture(other: sqlite3.Connection, check: dict[str, Any]) -> Capture:
    """What is left of their capture besides its bytes."""
    row = other.execute(
        "SELECT request_headers, headers, hops, truncated_by FROM evidence WHERE check_id = ?",
        (check["id"],),
    ).fetchone()
    evidence = rows.evidence(row) if row else rows.Evidence()
    moment = rows.when(check["checked_at"])
    assert moment is not None
    return Capture(
        url=check["url"],
        final_url=check["final_url"] or check["url"],
        status=check["status"] or 0,
        headers=evidence.headers,
        body=b"",
        fetched_at=moment,
        hops=evidence.hops,
        request_headers=evidence.request_headers,
        completeness=Completeness(check["completeness"] or "unknown"),
        truncated_by=evidence.truncated_by,
        milliseconds=check["milliseconds"] or 0,
        source=check["source"] or "import",
    )


def _next_seq(connection: sqlite3.Connection, page_id: int, at: str) -> int:
    (seq,) = connection.execute(
        "SELECT coalesce(max(seq) + 1, 0) FROM checks WHERE page_id = ? AND checked_at = ?",
        (page_id, at),
    ).fetchone()
    return int(seq)


def _take_validators(
    connection: sqlite3.Connection,
    ours: int,
    validators: Validators,
    other: sqlite3.Connection,
    theirs: int,
) -> None:
    """Where the latest good capture is theirs, so are the validators."""
    latest = (
        "SELECT checked_at FROM checks WHERE page_id = ? AND snapshot_id IS NOT NULL"
        " ORDER BY checked_at DESC, seq DESC LIMIT 1"
    )
    if connection.execute(latest, (ours,)).fetchone() == other.execute(latest, (theirs,)).fetchone():
        connection.execute(
            "UPDATE pages SET etag = ?, last_modified = ? WHERE id = ?",
            (validators.etag, validators.last_modified, ours),
        )


def _merge_remarks(connection: sqlite3.Connection, other: sqlite3.Connection, ours: int, theirs: int) -> None:
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


def _merge_aliases(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    aliases = other.execute(
        "SELECT pages.url_key, aliases.url_key, aliases.url, reason, seen_at FROM aliases"
        " JOIN pages ON pages.id = page_id ORDER BY aliases.id"
    )
    connection.executemany(
        "INSERT OR IGNORE INTO aliases (page_id, url_key, url, reason, seen_at) SELECT id, ?2, ?3, ?4, ?5 FROM pages"
        " WHERE url_key = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE url_key = ?2)",
        aliases.fetchall(),
    )


def _merge_feeds(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    feeds = other.execute("SELECT url, kind, title, added_at, interval_seconds, tags FROM feeds")
    connection.executemany(
        "INSERT INTO feeds (url, kind, title, added_at, interval_seconds, tags)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO NOTHING",
        feeds.fetchall(),
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
