"""What the archive knows, read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clipper.archive import rows, texts
from clipper.archive.rows import Evidence
from clipper.errors import ArchiveError
from clipper.models import Check, Page, Snapshot

__all__ = [
    "assets",
    "before",
    "checks",
    "evidence",
    "evidence_of",
    "has",
    "history",
    "latest_address",
    "latest_body",
    "markdown",
    "page",
    "page_by_id",
    "page_id",
    "pages",
    "pruned",
    "snapshot",
    "snapshots",
    "stats",
]

ORDERS = {
    "recent": "pages.last_changed DESC, pages.id DESC",
    "url": "pages.url_key",
    "title": "pages.title, pages.url_key",
    "host": "pages.host, pages.url_key",
}
COUNTED = ("pages", "snapshots", "texts", "checks", "bodies", "feeds", "listings", "tags", "notes")


def page_id(connection: sqlite3.Connection, url_key: str) -> int | None:
    """The id of the page with that key, or that has it as an alias."""
    # In two steps: an older archive whose file cannot be written, and so not be migrated, has no aliases.
    row = connection.execute("SELECT id FROM pages WHERE url_key = ?", (url_key,)).fetchone()
    if row is None:
        row = connection.execute("SELECT page_id FROM aliases WHERE url_key = ?", (url_key,)).fetchone()
    return int(row[0]) if row else None


def page(connection: sqlite3.Connection, url_key: str) -> Page | None:
    """The page with that key, or that has it as an alias."""
    number = page_id(connection, url_key)
    return None if number is None else page_by_id(connection, number)


def page_by_id(connection: sqlite3.Connection, page_id: int) -> Page:
    row = connection.execute(f"SELECT {rows.PAGE} FROM pages WHERE id = ?", (page_id,)).fetchone()
    if row is None:
        raise ArchiveError(f"there is no page {page_id} in the archive")
    return rows.page(row)


def pages(
    connection: sqlite3.Connection,
    *,
    host: str | None,
    tag: str | None,
    state: str | None,
    limit: int | None,
    order: str,
) -> Iterator[Page]:
    wanted = {
        "pages.host = ?": host,
        "pages.id IN (SELECT page_id FROM tags WHERE tag = ?)": tag,
        "pages.state = ?": str(state) if state else None,
    }
    chosen = {condition: value for condition, value in wanted.items() if value is not None}
    where = " AND ".join(chosen) or "1"
    query = f"SELECT {rows.PAGE} FROM pages WHERE {where} ORDER BY {ORDERS[order]} LIMIT ?"
    for row in connection.execute(query, (*chosen.values(), -1 if limit is None else limit)):
        yield rows.page(row)


def history(connection: sqlite3.Connection, url_key: str) -> list[Snapshot]:
    found = connection.execute(
        f"SELECT {rows.SNAPSHOT} FROM snapshots JOIN pages ON pages.id = snapshots.page_id"
        " WHERE pages.url_key = ? ORDER BY snapshots.fetched_at, snapshots.seq",
        (url_key,),
    )
    return [rows.snapshot(row) for row in found]


def before(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot | None:
    """The version of the same page that came before; None if it was the first."""
    from clipper.archive import indexing  # with all that search stands on: 20 ms that a list can do without

    number = indexing.previous_version(connection, snapshot_id)
    row = connection.execute(f"SELECT {rows.SNAPSHOT} FROM snapshots WHERE id = ?", (number,)).fetchone()
    return rows.snapshot(row) if row else None


def checks(connection: sqlite3.Connection, url_key: str, *, limit: int | None) -> list[Check]:
    found = connection.execute(
        f"SELECT {rows.CHECK} FROM checks JOIN pages ON pages.id = checks.page_id"
        " WHERE pages.url_key = ? ORDER BY checks.checked_at DESC, checks.seq DESC LIMIT ?",
        (url_key, -1 if limit is None else limit),
    )
    return [rows.check(row) for row in found]


def snapshot(connection: sqlite3.Connection, url_key: str, *, at: datetime | None) -> Snapshot:
    row = connection.execute(
        f"SELECT {rows.SNAPSHOT} FROM snapshots JOIN pages ON pages.id = snapshots.page_id"
        " WHERE pages.url_key = ? AND snapshots.fetched_at <= ?"
        " ORDER BY snapshots.fetched_at DESC, snapshots.seq DESC LIMIT 1",
        (url_key, rows.stamp(at) if at else "9999-12-31T23:59:59.999999Z"),
    ).fetchone()
    if row:
        return rows.snapshot(row)
    raise ArchiveError(_why_no_version(connection, url_key, at))


def _why_no_version(connection: sqlite3.Connection, url_key: str, at: datetime | None) -> str:
    known = page(connection, url_key)
    address = known.url if known else url_key
    if known is None:
        return f"{address} is not in the archive; `clip URL` puts it there"
    if at is None or not known.versions:
        return f"{address} has no version in the archive; `clip history URL --checks` says why"
    first = history(connection, url_key)[0].fetched_at
    return f"{address} was first archived on {first:%Y-%m-%d}, after {at:%Y-%m-%d}; leave --at away or name a later day"


def snapshots(connection: sqlite3.Connection, *, since: datetime | None, every: bool) -> Iterator[Snapshot]:
    latest = "" if every else " AND snapshots.id IN (SELECT latest_snapshot FROM pages)"
    found = connection.execute(
        f"SELECT {rows.SNAPSHOT} FROM snapshots WHERE snapshots.fetched_at >= ?{latest}"
        " ORDER BY snapshots.fetched_at, snapshots.seq, snapshots.id",
        (rows.stamp(since) if since else "",),
    )
    for row in found:
        yield rows.snapshot(row)


def markdown(connection: sqlite3.Connection, snapshot_id: int) -> str:
    text = texts.current(connection, snapshot_id)
    if text is None:
        raise ArchiveError(f"there is no text of a snapshot {snapshot_id} in the archive")
    return text


def has(connection: sqlite3.Connection, url_key: str, *, at: datetime, body: str | None) -> bool:
    found = connection.execute(
        "SELECT 1 FROM checks JOIN pages ON pages.id = checks.page_id WHERE pages.url_key = ?1 AND checks.checked_at = ?2"
        " AND (?3 IS NULL OR coalesce(checks.body_sha256, checks.dropped_sha256) = ?3) LIMIT 1",
        (url_key, rows.stamp(at), body),
    )
    return found.fetchone() is not None


def assets(connection: sqlite3.Connection, snapshot_id: int) -> list[tuple[str, str, str]]:
    return connection.execute(
        "SELECT url, body_sha256, coalesce(content_type, '') FROM assets"
        " WHERE snapshot_id = ? AND body_sha256 IS NOT NULL ORDER BY id",
        (snapshot_id,),
    ).fetchall()


def latest_body(connection: sqlite3.Connection, url_key: str) -> str | None:
    row = connection.execute(
        "SELECT coalesce(checks.body_sha256, checks.dropped_sha256)"
        " FROM checks JOIN pages ON pages.id = checks.page_id"
        " WHERE pages.url_key = ? AND checks.snapshot_id IS NOT NULL AND checks.outcome <>"
        " 'not modified'"
        " ORDER BY checks.checked_at DESC, checks.seq DESC LIMIT 1",
        (url_key,),
    ).fetchone()
    return row[0] if row else None


def latest_address(connection: sqlite3.Connection, url_key: str) -> str | None:
    row = connection.execute(
        "SELECT coalesce(checks.final_url, checks.url) FROM checks JOIN pages ON pages.id = checks.page_id"
        " WHERE pages.url_key = ? AND checks.snapshot_id IS NOT NULL"
        " ORDER BY checks.checked_at DESC, checks.seq DESC LIMIT 1",
        (url_key,),
    ).fetchone()
    return row[0] if row else None


def pruned(connection: sqlite3.Connection, url_key: str) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM tombstones JOIN pages ON pages.id = page_id WHERE url_key = ?", (url_key,)
    ).fetchone()
    return int(count)


EVIDENCE = "request_headers, headers, hops, truncated_by"


def evidence(connection: sqlite3.Connection, check_id: int) -> Evidence:
    row = connection.execute(f"SELECT {EVIDENCE} FROM evidence WHERE check_id = ?", (check_id,)).fetchone()
    return rows.evidence(row) if row else Evidence()


def evidence_of(connection: sqlite3.Connection, snapshot_id: int) -> Evidence:
    row = connection.execute(
        f"SELECT {EVIDENCE} FROM evidence WHERE check_id IN (SELECT checks.id FROM checks"
        " JOIN snapshots ON snapshots.id = checks.snapshot_id WHERE snapshots.id = ?"
        " AND checks.checked_at = snapshots.fetched_at AND checks.seq = snapshots.seq)",
        (snapshot_id,),
    ).fetchone()
    return rows.evidence(row) if row else Evidence()


def stats(connection: sqlite3.Connection) -> dict[str, Any]:
    counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in COUNTED}
    size, stored = connection.execute("SELECT coalesce(sum(size), 0), coalesce(sum(stored), 0) FROM bodies").fetchone()
    pages_in_file, page_size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
    )
    states = dict(connection.execute("SELECT state, count(*) FROM pages GROUP BY state ORDER BY state"))
    return {
        **counts,
        "states": states,
        "body_bytes": size,
        "body_bytes_stored": stored,
        "file_bytes": pages_in_file * page_size,
    }
