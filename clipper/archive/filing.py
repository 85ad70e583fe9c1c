"""Putting one attempt into the archive. Every function expects to be inside a transaction.

page       found or made
body       stored against the version before it, or only named, as the policy says
version    placed among its neighbours in time (`versions.place`)
check      one row, whatever came of the attempt, and its evidence
page       state, dates and validators follow from its checks
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clipper.archive import bodies, learning, queries, retention, rows
from clipper.archive.attempts import Attempt, next_seq, written
from clipper.archive.digest import article_digest
from clipper.archive.sameness import same_words
from clipper.archive.versions import (
    Good,
    Version,
    copied,
    good_after,
    good_before,
    place,
)
from clipper.models import (
    Capture,
    Completeness,
    Extraction,
    Filed,
    Hop,
    Outcome,
    Verdict,
)

if TYPE_CHECKING:
    from clipper.archive.reader import KeepBodies

__all__ = [
    "base_for",
    "file_capture",
    "file_failure",
    "file_not_modified",
    "file_same_body",
    "page_for",
    "storable",
    "version_of",
]


def file_capture(
    connection: sqlite3.Connection,
    capture: Capture,
    extraction: Extraction,
    *,
    url_key: str,
    keep: KeepBodies,
    now: str,
) -> Filed:
    """File what was fetched and read: new, changed, unchanged or unusable."""
    page_id = page_for(connection, url_key, capture.url)
    if (known := _known_import(connection, page_id, capture)) is not None:
        return known
    attempt = _begun(connection, page_id, capture)
    digest = article_digest(extraction.title, extraction.text)
    attempt = replace(attempt, verdict=extraction.verdict, digest=digest if extraction.text else None)
    learning.learn(connection, page_id, extraction, url=capture.final_url, now=now)
    if not _fit(capture, extraction):
        why = _why_unusable(capture, extraction)
        return _file_bad(connection, replace(attempt, outcome=Outcome.UNUSABLE, reason=why), capture)
    before = good_before(connection, page_id, attempt.checked_at, attempt.seq)
    if before and before.digest != digest and same_words(connection, before.snapshot_id, capture, extraction):
        version = _again(connection, before.snapshot_id, attempt)
    else:
        version = version_of(
            capture, extraction, page_id=page_id, at=attempt.checked_at, seq=attempt.seq, digest=digest, now=now
        )
    return _file_good(connection, attempt, capture, version, before=before, keep=keep)


def file_same_body(connection: sqlite3.Connection, capture: Capture, *, url_key: str, keep: KeepBodies) -> Filed | None:
    """File a capture whose bytes were read before; None if they were not."""
    page_id = page_for(connection, url_key, capture.url)
    name = bodies.name_of(capture.body)
    row = connection.execute(
        "SELECT snapshot_id, verdict FROM checks WHERE page_id = ? AND snapshot_id IS NOT NULL"
        " AND coalesce(body_sha256, dropped_sha256) = ? ORDER BY checked_at DESC, seq DESC LIMIT 1",
        (page_id, name),
    ).fetchone()
    if row is None:
        return None
    attempt = _begun(connection, page_id, capture)
    attempt = replace(attempt, verdict=Verdict(row[1]) if row[1] else None)
    before = good_before(connection, page_id, attempt.checked_at, attempt.seq)
    return _file_good(connection, attempt, capture, _again(connection, row[0], attempt), before=before, keep=keep)


def file_not_modified(connection: sqlite3.Connection, capture: Capture, *, url_key: str) -> Filed:
    """File the server's word that nothing changed since the latest good capture."""
    page_id = page_for(connection, url_key, capture.url)
    attempt = replace(_begun(connection, page_id, capture), outcome=Outcome.NOT_MODIFIED)
    before = good_before(connection, page_id, attempt.checked_at, attempt.seq)
    if before is not None:
        attempt = replace(attempt, digest=before.digest, snapshot_id=before.snapshot_id)
    return written(connection, attempt, capture)


def file_failure(
    connection: sqlite3.Connection,
    url: str,
    *,
    url_key: str,
    outcome: Outcome,
    reason: str,
    checked_at: datetime,
    status: int | None,
    hops: tuple[Hop, ...],
    capture: Capture | None,
    milliseconds: int,
) -> Filed:
    """File an attempt that brought no article; what was received is kept as evidence."""
    page_id = page_for(connection, url_key, url)
    if capture is None:
        capture = Capture(
            url=url,
            final_url=hops[-1].url if hops else url,
            status=status or 0,
            headers=(),
            body=b"",
            fetched_at=checked_at,
            hops=hops,
            milliseconds=milliseconds,
            completeness=Completeness.UNKNOWN,
        )
    attempt = _begun(connection, page_id, capture)
    attempt = replace(attempt, outcome=outcome, reason=reason, status=status or attempt.status)
    return _file_bad(connection, attempt, capture)


def page_for(connection: sqlite3.Connection, url_key: str, url: str) -> int:
    """The id of the page with that key or alias, made if need be."""
    known = queries.page_id(connection, url_key)
    if known is not None:
        return known
    host = (urlsplit(url).hostname or "").rstrip(".")
    cursor = connection.execute(
        "INSERT INTO pages (url_key, url, host, state) VALUES (?, ?, ?, 'new')",
        (url_key, url, host),
    )
    return int(cursor.lastrowid or 0)


def _begun(connection: sqlite3.Connection, page_id: int, capture: Capture) -> Attempt:
    at = rows.stamp(capture.fetched_at)
    return Attempt(
        page_id=page_id,
        checked_at=at,
        seq=next_seq(connection, page_id, capture.url, at),
        url=capture.url,
        outcome=Outcome.FAILED,
        status=capture.status or None,
        milliseconds=capture.milliseconds,
        size=len(capture.body),
        attempts=max((hop.attempt for hop in capture.hops), default=1),
    )


def _fit(capture: Capture, extraction: Extraction) -> bool:
    """Whether a capture may become a version: G16, a good one is never replaced by a worse one."""
    whole = capture.completeness is not Completeness.TRUNCATED
    return extraction.verdict.good and whole and capture.status < 400


def _why_unusable(capture: Capture, extraction: Extraction) -> str:
    if capture.completeness is Completeness.TRUNCATED:  # a verdict on half a page says less
        return f"the body was cut: {capture.truncated_by or 'the connection ended early'}"
    if not extraction.verdict.good:
        return extraction.reason or str(extraction.verdict)
    return f"status {capture.status}"


def version_of(
    capture: Capture, extraction: Extraction, *, page_id: int, at: str, seq: int, digest: str, now: str
) -> Version:
    """What a capture and its reading would be as a version; `digest` is the article's."""
    columns: dict[str, Any] = {
        "page_id": page_id,
        "title": extraction.title,
        "fetched_at": at,
        "seq": seq,
        "url": capture.url,
        "final_url": capture.final_url,
        "status": capture.status,
        "verdict": str(extraction.verdict),
        "author": extraction.author,
        "site": extraction.site,
        "published": extraction.published,
        "modified": extraction.modified,
        "language": extraction.language,
        "words": extraction.words,
        "lead": extraction.lead,
        "image": extraction.image,
        "canonical_url": extraction.canonical_url,
        "categories": json.dumps(extraction.categories, ensure_ascii=False) if extraction.categories else None,
        "content_type": capture.content_type,
        "encoding": extraction.encoding,
        "encoding_source": extraction.encoding_source,
        "replaced_characters": extraction.replaced_characters,
        "completeness": str(capture.completeness),
        "source": capture.source,
        "digest": digest,
    }
    markdown = extraction.markdown or extraction.text
    columns = {name: storable(value) for name, value in columns.items()}
    return Version(columns, markdown, extraction.extractor, extraction.rule, now)


def storable(value: Any) -> Any:
    return rows.storable(value) if isinstance(value, str) else value


def _again(connection: sqlite3.Connection, snapshot_id: int, attempt: Attempt) -> Version:
    version = copied(connection, snapshot_id)
    version.columns.update(fetched_at=attempt.checked_at, seq=attempt.seq, url=attempt.url)
    return version


def _file_good(
    connection: sqlite3.Connection,
    attempt: Attempt,
    capture: Capture,
    version: Version,
    *,
    before: Good | None,
    keep: KeepBodies,
) -> Filed:
    digest = version.columns["digest"]
    after = good_after(connection, attempt.page_id, attempt.checked_at, attempt.seq)
    unchanged = before is not None and before.digest == digest
    name = bodies.name_of(capture.body)
    kept = not unchanged or keep != "none" or _stored(connection, name)
    if kept:
        bodies.store(connection, capture.body, base=base_for(connection, before, after, keep), name=name)
        version.columns["body_sha256"] = name
    placed = place(connection, version, before=before, after=after)
    outcome = (Outcome.NEW if placed.first else Outcome.CHANGED) if placed.begins else Outcome.UNCHANGED
    attempt = replace(
        attempt,
        outcome=outcome,
        digest=digest,
        snapshot_id=placed.snapshot_id,
        body_sha256=name if kept else None,
        dropped_sha256=None if kept else name,
    )
    filed = written(connection, attempt, capture)
    if keep != "all":
        retention.drop_unchanged(connection, attempt.page_id, keep_newest=keep == "last")
    return filed


def base_for(connection: sqlite3.Connection, before: Good | None, after: Good | None, keep: KeepBodies) -> str | None:
    """The body to store the next one against: the version's before it, which is there to stay.

    Where all bytes are kept, the very last bytes are nearer.
    """
    near = before or after
    if near is None:
        return None
    if keep == "all" and near.body_sha256:
        return near.body_sha256
    row = connection.execute("SELECT body_sha256 FROM snapshots WHERE id = ?", (near.snapshot_id,)).fetchone()
    return row[0] if row else None


def _file_bad(connection: sqlite3.Connection, attempt: Attempt, capture: Capture) -> Filed:
    """File a check that makes no version; of bodies that failed alike the last one is kept."""
    if capture.body:
        attempt = replace(
            attempt,
            body_sha256=bodies.store(connection, capture.body, base=_bad_base(connection, attempt)),
        )
    filed = written(connection, attempt, capture)
    retention.drop_alike(connection, filed.check_id)
    return filed


def _bad_base(connection: sqlite3.Connection, attempt: Attempt) -> str | None:
    row = connection.execute(
        "SELECT body_sha256 FROM snapshots WHERE page_id = ? ORDER BY fetched_at DESC, seq DESC LIMIT 1",
        (attempt.page_id,),
    ).fetchone()
    return row[0] if row else None


def _stored(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (name,)).fetchone() is not None


def _known_import(connection: sqlite3.Connection, page_id: int, capture: Capture) -> Filed | None:
    """What an import of the same capture came to before, so that importing twice adds nothing."""
    if capture.source != "import":
        return None
    row = connection.execute(
        "SELECT id, snapshot_id FROM checks WHERE page_id = ? AND checked_at = ?"
        " AND coalesce(body_sha256, dropped_sha256) = ?",
        (page_id, rows.stamp(capture.fetched_at), bodies.name_of(capture.body)),
    ).fetchone()
    if row is None:
        return None
    outcome = Outcome.UNCHANGED if row[1] else Outcome.UNUSABLE
    return Filed(outcome=outcome, page_id=page_id, check_id=row[0], snapshot_id=row[1])
