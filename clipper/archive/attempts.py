"""One row of `checks` in the making, and written with its evidence."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from clipper.archive import rows, standing
from clipper.models import Capture, Filed, Outcome, Verdict

__all__ = ["Attempt", "next_seq", "written"]

# Never stored, though a capture should not have them in the first place.
SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row of `checks` in the making."""

    page_id: int
    checked_at: str
    seq: int
    url: str
    outcome: Outcome
    status: int | None = None
    reason: str | None = None
    verdict: Verdict | None = None
    digest: str | None = None
    snapshot_id: int | None = None
    body_sha256: str | None = None
    dropped_sha256: str | None = None
    milliseconds: int = 0
    attempts: int = 1
    size: int = 0  # of the body, kept or not


def next_seq(connection: sqlite3.Connection, page_id: int, url: str, at: str) -> int:
    """The number that tells a capture from others of the same page, or of the same address, in one microsecond."""
    (seq,) = connection.execute(
        "SELECT max(coalesce((SELECT max(seq) + 1 FROM checks WHERE page_id = ?1 AND checked_at = ?2), 0),"
        " coalesce((SELECT max(seq) + 1 FROM snapshots WHERE url = ?3 AND fetched_at = ?2), 0))",
        (page_id, at, url),
    ).fetchone()
    return int(seq)


def written(connection: sqlite3.Connection, attempt: Attempt, capture: Capture) -> Filed:
    """Write the check and its evidence, and let the page follow."""
    columns: dict[str, Any] = {
        "page_id": attempt.page_id,
        "checked_at": attempt.checked_at,
        "seq": attempt.seq,
        "outcome": str(attempt.outcome),
        "reason": attempt.reason and rows.storable(attempt.reason),
        "verdict": str(attempt.verdict) if attempt.verdict else None,
        "status": attempt.status,
        "url": attempt.url,
        "final_url": capture.final_url if capture.final_url != attempt.url else None,
        "bytes": attempt.size,
        "milliseconds": attempt.milliseconds,
        "attempts": attempt.attempts,
        "completeness": str(capture.completeness),
        "source": capture.source,
        "digest": attempt.digest,
        "snapshot_id": attempt.snapshot_id,
        "body_sha256": attempt.body_sha256,
        "dropped_sha256": attempt.dropped_sha256,
    }
    cursor = connection.execute(
        f"INSERT INTO checks ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        tuple(columns.values()),
    )
    check_id = int(cursor.lastrowid or 0)
    _write_evidence(connection, check_id, attempt, capture)
    standing.follow(connection, check_id, validators=capture.validators)
    change = None
    if attempt.outcome is Outcome.CHANGED and attempt.snapshot_id is not None:
        (change,) = connection.execute("SELECT change FROM snapshots WHERE id = ?", (attempt.snapshot_id,)).fetchone()
    return Filed(
        outcome=attempt.outcome,
        page_id=attempt.page_id,
        check_id=check_id,
        snapshot_id=attempt.snapshot_id,
        change=change,
    )


def _write_evidence(connection: sqlite3.Connection, check_id: int, attempt: Attempt, capture: Capture) -> None:
    """Keep what came besides the body, unless it is one plain "nothing new" like many before."""
    if attempt.outcome is Outcome.NOT_MODIFIED and len(capture.hops) < 2:
        return
    sent = tuple((name, value) for name, value in capture.request_headers if name.lower() not in SECRET)
    values = (
        rows.headers_json(sent),
        rows.headers_json(capture.headers),
        rows.hops_json(capture.hops),
        capture.truncated_by,
    )
    if any(values):
        connection.execute("INSERT INTO evidence VALUES (?, ?, ?, ?, ?)", (check_id, *values))
