"""One archive into another: every check of theirs that is not here yet, filed as if it came now.

Checks are known by page, time and what came (not by what was read out of it), and versions follow from the checks in the order of
their times, so merging twice adds nothing and the order of merging does not matter. One
transaction a page: a merge that was killed is finished by starting it again.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from clipper.archive import bodies, filing, merge_beside, retention, rows, standing
from clipper.archive.attempts import Attempt, next_seq, written
from clipper.archive.versions import Placed, copied, good_after, good_before, place
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


EVIDENCE = "request_headers, headers, hops, truncated_by"
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
            latest = _latest_is_theirs(connection, ours, other, theirs)
            if merged.checks > before:
                if latest:
                    _take_validators(connection, ours, Validators(etag, last_modified))
                if keep != "all":
                    retention.drop_unchanged(connection, ours, keep_newest=keep == "last")
            merge_beside.of_page(connection, other, ours, theirs, latest=latest and merged.checks > before)
            merged.pages += merged.checks > before
    with writing():
        merge_beside.of_all(connection, other)
    return merged


def _checks(connection: sqlite3.Connection, page_id: int, *, at: str | None = None) -> list[dict[str, Any]]:
    """A page's checks in the order of time, or those of one moment."""
    moment = "" if at is None else " AND checked_at = ?2"
    cursor = connection.execute(
        f"SELECT {CHECK} FROM checks WHERE page_id = ?1{moment} ORDER BY checked_at, seq", (page_id, at)[: 1 + bool(at)]
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _what_came(check: dict[str, Any]) -> tuple[object, ...]:
    """What tells two captures of one page and one moment apart: the bytes, or else why there are none.

    Not what was read out of them: one of the archives may have read them again.
    """
    received = check["body_sha256"] or check["dropped_sha256"]
    return (received, check["status"], check["url"], None if received else check["reason"])


def _merge_check(
    connection: sqlite3.Connection,
    other: sqlite3.Connection,
    page_id: int,
    check: dict[str, Any],
    merged: Merged,
    url_key: str,
) -> None:
    """File one check of theirs, unless it is here."""
    same_time = {
        _what_came(row): (row["id"], row["snapshot_id"]) for row in _checks(connection, page_id, at=check["checked_at"])
    }
    known = same_time.get(_what_came(check))
    if known is not None:
        merged.known += 1
        if known[1] is None and check["snapshot_id"] is not None:
            _restore(connection, other, known[0], check)
        return
    if same_time:
        merged.conflicts += (Conflict(url_key, check["checked_at"]),)
    capture = _capture(other, check)
    attempt = Attempt(
        page_id=page_id,
        checked_at=check["checked_at"],
        seq=next_seq(connection, page_id, check["url"], check["checked_at"]),
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
    _file(connection, other, attempt, capture, check)
    merged.checks += 1


def _restore(connection: sqlite3.Connection, other: sqlite3.Connection, check_id: int, check: dict[str, Any]) -> None:
    """A version that came without itself, from an archive that had pruned it; what was pruned here stays away."""
    page_id, seq = connection.execute("SELECT page_id, seq FROM checks WHERE id = ?", (check_id,)).fetchone()
    if merge_beside.was_pruned_here(connection, page_id, check["checked_at"], check["digest"]):
        return
    placed = _placed(connection, other, check, (page_id, check["checked_at"], seq))
    connection.execute(
        "UPDATE checks SET snapshot_id = ?1, outcome = ?2, verdict = ?3, digest = ?4, reason = NULL,"
        " body_sha256 = coalesce(?5, body_sha256),"
        " dropped_sha256 = CASE WHEN coalesce(?5, body_sha256) IS NULL THEN dropped_sha256 END WHERE id = ?6",
        (placed.snapshot_id, str(_outcome(placed, check)), check["verdict"], check["digest"], check["body_sha256"],
         check_id),
    )  # fmt: skip
    row = other.execute(f"SELECT {EVIDENCE} FROM evidence WHERE check_id = ?", (check["id"],)).fetchone()
    if row is not None:
        connection.execute(
            f"INSERT OR IGNORE INTO evidence (check_id, {EVIDENCE}) VALUES (?, ?, ?, ?, ?)", (check_id, *row)
        )
    standing.recount(connection, page_id)


def _file(
    connection: sqlite3.Connection,
    other: sqlite3.Connection,
    attempt: Attempt,
    capture: Capture,
    check: dict[str, Any],
) -> None:
    """Place their check among ours: its version, its bytes, its evidence."""
    at = (attempt.page_id, attempt.checked_at, attempt.seq)
    if check["snapshot_id"] is not None:
        placed = _placed(connection, other, check, at)
        attempt = replace(attempt, outcome=_outcome(placed, check), snapshot_id=placed.snapshot_id)
    else:
        _store(connection, other, check, at)
    written(connection, attempt, capture)


def _placed(
    connection: sqlite3.Connection, other: sqlite3.Connection, check: dict[str, Any], at: tuple[int, str, int]
) -> Placed:
    """Place the version of their check among ours, with its bytes and files."""
    _store(connection, other, check, at)
    version = copied(other, check["snapshot_id"])
    version.columns.update(
        page_id=at[0],
        fetched_at=at[1],
        seq=at[2],
        url=check["url"],
        final_url=check["final_url"] or check["url"],
        body_sha256=check["body_sha256"],
    )
    placed = place(connection, version, before=good_before(connection, *at), after=good_after(connection, *at))
    merge_beside.assets(connection, other, placed.snapshot_id, check["snapshot_id"])
    merge_beside.unbury(connection, at[0], at[1], check["digest"])
    return placed


def _store(
    connection: sqlite3.Connection, other: sqlite3.Connection, check: dict[str, Any], at: tuple[int, str, int]
) -> None:
    if check["body_sha256"] is not None:
        body = bodies.read(other, check["body_sha256"])
        before, after = good_before(connection, *at), good_after(connection, *at)
        bodies.store(connection, body, base=filing.base_for(connection, before, after, "all"))


def _outcome(placed: Placed, check: dict[str, Any]) -> Outcome:
    if placed.begins:
        return Outcome.NEW if placed.first else Outcome.CHANGED
    theirs = Outcome(check["outcome"])
    return theirs if theirs is Outcome.NOT_MODIFIED else Outcome.UNCHANGED


def _capture(other: sqlite3.Connection, check: dict[str, Any]) -> Capture:
    """What is left of their capture besides its bytes."""
    row = other.execute(
        f"SELECT {EVIDENCE} FROM evidence WHERE check_id = ?",
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


def _latest_is_theirs(connection: sqlite3.Connection, ours: int, other: sqlite3.Connection, theirs: int) -> bool:
    """Whether the latest good capture of a page is one that the other archive has."""
    latest = (
        "SELECT checked_at FROM checks WHERE page_id = ? AND snapshot_id IS NOT NULL"
        " ORDER BY checked_at DESC, seq DESC LIMIT 1"
    )
    return bool(connection.execute(latest, (ours,)).fetchone() == other.execute(latest, (theirs,)).fetchone())


def _take_validators(connection: sqlite3.Connection, page_id: int, validators: Validators) -> None:
    connection.execute(
        "UPDATE pages SET etag = ?, last_modified = ? WHERE id = ?",
        (validators.etag, validators.last_modified, page_id),
    )
