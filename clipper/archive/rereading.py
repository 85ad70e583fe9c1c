"""Stored bytes read again: a better reading is a new text of the same snapshot, not a new version.

What a snapshot says of its article (title, dates, digest) follows its newest text, and so do the checks
that found it unchanged: else the next visit to an unchanged page would compare two extractors. A
check that brought no article, and does by today's reading, becomes the version that it always was;
one that no longer does keeps its text, and says so in its verdict. Where the reader ran out of time
or memory nothing changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from clipper.archive import bodies, filing, learning, rows, standing, texts
from clipper.archive.digest import article_digest
from clipper.archive.versions import good_after, good_before, place, set_right
from clipper.models import Capture, Completeness, Extraction, Outcome, Verdict

__all__ = [
    "Reading",
    "Stored",
    "begin",
    "capture_of",
    "compared",
    "file_reading",
    "finish",
    "latest",
    "progress",
    "reading",
    "stored",
]

Came = Literal["same", "better", "article", "none", "unread"]
# What a snapshot says of its article.
COLUMNS = "title, author, site, published, modified, language, words, lead, image, canonical_url, categories, digest, verdict, encoding, encoding_source, replaced_characters"  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """A check whose bytes are stored: the first of a version, or one that brought no article."""

    check_id: int
    url_key: str
    snapshot_id: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Who read the current text of a snapshot, when, and how many texts it has."""

    extractor: str | None
    rule: str | None
    extracted_at: str | None
    verdict: str | None
    texts: int
    words: int


def stored(
    connection: sqlite3.Connection, *, host: str | None, since: datetime | None, after: int = 0
) -> Iterator[Stored]:
    """The checks to read again, in the order in which they were filed, those after a check's id."""
    found = connection.execute(
        "SELECT checks.id, pages.url_key, checks.snapshot_id FROM checks JOIN pages ON pages.id = checks.page_id"
        " LEFT JOIN snapshots ON snapshots.id = checks.snapshot_id"
        " WHERE checks.body_sha256 IS NOT NULL AND checks.id > ?1 AND (?2 IS NULL OR pages.host = ?2)"
        " AND checks.checked_at >= ?3"
        " AND (checks.outcome = 'unusable' OR (checks.checked_at, checks.seq) = (snapshots.fetched_at, snapshots.seq))"
        " ORDER BY checks.id",
        (after, host, rows.stamp(since) if since else ""),
    )
    for row in found.fetchall():
        yield Stored(*row)


def latest(connection: sqlite3.Connection, url_key: str) -> Stored | None:
    """The check that began a page's latest version, if its bytes are stored."""
    row = connection.execute(
        "SELECT checks.id, pages.url_key, checks.snapshot_id FROM pages"
        " JOIN snapshots ON snapshots.id = pages.latest_snapshot JOIN checks ON checks.snapshot_id = snapshots.id"
        " AND (checks.checked_at, checks.seq) = (snapshots.fetched_at, snapshots.seq)"
        " WHERE pages.url_key = ? AND checks.body_sha256 IS NOT NULL",
        (url_key,),
    ).fetchone()
    return Stored(*row) if row else None


def capture_of(connection: sqlite3.Connection, check_id: int) -> Capture:
    """What came with a check, as it came."""
    url, final_url, status, checked_at, completeness, source, name, milliseconds = connection.execute(
        "SELECT url, coalesce(final_url, url), coalesce(status, 200), checked_at, completeness, source, body_sha256,"
        " milliseconds FROM checks WHERE id = ?",
        (check_id,),
    ).fetchone()
    row = connection.execute(
        "SELECT request_headers, headers, hops, truncated_by FROM evidence WHERE check_id = ?", (check_id,)
    ).fetchone()
    evidence = rows.evidence(row) if row else rows.Evidence()
    return Capture(
        url=url,
        final_url=final_url,
        status=status,
        headers=evidence.headers,
        body=bodies.read(connection, name),
        fetched_at=datetime.fromisoformat(checked_at),
        hops=evidence.hops,
        request_headers=evidence.request_headers,
        completeness=Completeness(completeness or "unknown"),
        truncated_by=evidence.truncated_by,
        milliseconds=milliseconds or 0,
        source=source or "import",
    )


def reading(connection: sqlite3.Connection, snapshot_id: int) -> Reading:
    """Who read the text of a snapshot that counts."""
    row = connection.execute(
        "SELECT extractor, rule, extracted_at, texts.verdict, (SELECT count(*) FROM texts WHERE snapshot_id = ?1),"
        " coalesce(words, 0) FROM texts JOIN snapshots ON snapshots.id = snapshot_id WHERE snapshot_id = ?1"
        " ORDER BY texts.id DESC LIMIT 1",
        (snapshot_id,),
    ).fetchone()
    return Reading(*row) if row else Reading(None, None, None, None, 0, 0)


def compared(connection: sqlite3.Connection, found: Stored, extraction: Extraction) -> Came:
    """What a reading of stored bytes is beside the one that is filed.

    A reader that ran out of time or memory has no opinion: "unread", unless it is the same as ever.
    """
    if extraction.verdict is Verdict.UNREADABLE:
        return "same" if _verdict(connection, found) == Verdict.UNREADABLE else "unread"
    if found.snapshot_id is None:
        return "article" if extraction.verdict.good and _is_whole(connection, found.check_id) else "same"
    if not extraction.verdict.good:
        return "none"
    current = texts.current(connection, found.snapshot_id)
    said = dict(zip(COLUMNS.split(", "), _said(connection, found.snapshot_id), strict=True))
    new = _columns(extraction)
    return "same" if current == _markdown(extraction) and said == new else "better"


def file_reading(connection: sqlite3.Connection, found: Stored, extraction: Extraction, *, now: str) -> Came:
    """File a reading of stored bytes, and say what it came to. Inside a transaction."""
    came = compared(connection, found, extraction)
    if came == "unread":
        return came
    (page_id,) = connection.execute("SELECT page_id FROM checks WHERE id = ?", (found.check_id,)).fetchone()
    (url,) = connection.execute(
        "SELECT coalesce(final_url, url) FROM checks WHERE id = ?", (found.check_id,)
    ).fetchone()
    if came == "article":
        _accept(connection, found, extraction, now=now)
    elif came == "better":
        _better(connection, found, extraction, now=now)
    elif came == "none":
        connection.execute(
            "UPDATE snapshots SET verdict = ? WHERE id = ? AND verdict <> ?",
            (str(extraction.verdict), found.snapshot_id, str(extraction.verdict)),
        )
    elif found.snapshot_id is None and not extraction.verdict.good:
        connection.execute(
            "UPDATE checks SET verdict = ?1, reason = ?2 WHERE id = ?3 AND verdict IS NOT ?1",
            (str(extraction.verdict), rows.storable(extraction.reason) or str(extraction.verdict), found.check_id),
        )
        standing.recount(connection, page_id)
    learning.learn(connection, page_id, extraction, url=url, now=now)
    return came


def _better(connection: sqlite3.Connection, found: Stored, extraction: Extraction, *, now: str) -> None:
    snapshot_id = found.snapshot_id
    assert snapshot_id is not None
    if texts.current(connection, snapshot_id) != _markdown(extraction):
        texts.add(
            connection,
            snapshot_id,
            _markdown(extraction),
            verdict=str(extraction.verdict),
            extractor=extraction.extractor,
            rule=extraction.rule,
            extracted_at=now,
        )
    new = _columns(extraction)
    assignments = ", ".join(f"{name} = ?" for name in new)
    connection.execute(f"UPDATE snapshots SET {assignments} WHERE id = ?", (*new.values(), snapshot_id))
    connection.execute(
        "UPDATE checks SET digest = ?1 WHERE snapshot_id = ?2 AND digest IS NOT ?1", (new["digest"], snapshot_id)
    )
    set_right(connection, snapshot_id)
    (page_id,) = connection.execute("SELECT page_id FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    standing.recount(connection, page_id)


def _accept(connection: sqlite3.Connection, found: Stored, extraction: Extraction, *, now: str) -> None:
    """Make a version of a check that brought no article by an older reading."""
    capture = capture_of(connection, found.check_id)
    page_id, at, seq, name = connection.execute(
        "SELECT page_id, checked_at, seq, body_sha256 FROM checks WHERE id = ?", (found.check_id,)
    ).fetchone()
    digest = article_digest(extraction.title, extraction.text)
    version = filing.version_of(capture, extraction, page_id=page_id, at=at, seq=seq, digest=digest, now=now)
    version.columns["body_sha256"] = name
    placed = place(
        connection,
        version,
        before=good_before(connection, page_id, at, seq),
        after=good_after(connection, page_id, at, seq),
    )
    outcome = (Outcome.NEW if placed.first else Outcome.CHANGED) if placed.begins else Outcome.UNCHANGED
    connection.execute(
        "UPDATE checks SET outcome = ?, reason = NULL, verdict = ?, digest = ?, snapshot_id = ? WHERE id = ?",
        (str(outcome), str(extraction.verdict), version.columns["digest"], placed.snapshot_id, found.check_id),
    )
    standing.recount(connection, page_id)


def begin(connection: sqlite3.Connection, *, selection: str, extractor: str, now: str) -> tuple[int, int]:
    """(id of the run, check after which it goes on): the one that was interrupted, or a new one."""
    row = connection.execute(
        "SELECT id, position FROM rereadings WHERE selection = ? AND extractor = ? AND finished_at IS NULL"
        " ORDER BY id DESC LIMIT 1",
        (selection, extractor),
    ).fetchone()
    if row:
        return int(row[0]), int(row[1])
    cursor = connection.execute(
        "INSERT INTO rereadings (selection, extractor, started_at) VALUES (?, ?, ?)", (selection, extractor, now)
    )
    return int(cursor.lastrowid or 0), 0


def progress(connection: sqlite3.Connection, run: int, check_id: int) -> None:
    """Note how far a run has come."""
    connection.execute("UPDATE rereadings SET position = ? WHERE id = ?", (check_id, run))


def finish(connection: sqlite3.Connection, run: int, *, now: str) -> None:
    """Note that a run is done."""
    connection.execute("UPDATE rereadings SET finished_at = ? WHERE id = ?", (now, run))


def _verdict(connection: sqlite3.Connection, found: Stored) -> str | None:
    """What was thought of the bytes last."""
    table, number = ("checks", found.check_id) if found.snapshot_id is None else ("snapshots", found.snapshot_id)
    row = connection.execute(f"SELECT verdict FROM {table} WHERE id = ?", (number,)).fetchone()
    return str(row[0]) if row and row[0] else None


def _is_whole(connection: sqlite3.Connection, check_id: int) -> bool:
    """Whether all of the bytes came, with a status that is no error."""
    completeness, status = connection.execute(
        "SELECT completeness, coalesce(status, 200) FROM checks WHERE id = ?", (check_id,)
    ).fetchone()
    return bool(completeness != Completeness.TRUNCATED and status < 400)


def _said(connection: sqlite3.Connection, snapshot_id: int) -> tuple[Any, ...]:
    row = connection.execute(f"SELECT {COLUMNS} FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    assert isinstance(row, tuple)
    return row


def _columns(extraction: Extraction) -> dict[str, Any]:
    """What a snapshot says of its article, from a reading."""
    given: dict[str, Any] = {
        "categories": json.dumps(extraction.categories, ensure_ascii=False) if extraction.categories else None,
        "digest": article_digest(extraction.title, extraction.text),
        "verdict": str(extraction.verdict),
    }
    names = COLUMNS.split(", ")
    return {name: filing.storable(given[name] if name in given else getattr(extraction, name)) for name in names}


def _markdown(extraction: Extraction) -> str:
    return rows.storable(extraction.markdown or extraction.text)
