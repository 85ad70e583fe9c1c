"""Checks as the captures that they were, for other archives' formats."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from clipper.archive import bodies, rows
from clipper.models import Capture, Completeness

__all__ = ["Untold", "captures"]

CLIPPING = "text/markdown"
QUERY = (
    "SELECT checks.url, checks.final_url, checks.status, checks.checked_at, checks.source, checks.completeness,"
    " checks.milliseconds, checks.body_sha256, checks.dropped_sha256, snapshots.content_type, evidence.check_id,"
    " request_headers, headers, hops, truncated_by"
    " FROM checks JOIN pages ON pages.id = checks.page_id"
    " LEFT JOIN snapshots ON snapshots.id = checks.snapshot_id LEFT JOIN evidence ON evidence.check_id = checks.id"
    " WHERE (:url_key IS NULL OR pages.url_key = :url_key) AND checks.checked_at >= :since"
    " ORDER BY checks.checked_at, checks.page_id, checks.seq"
)


@dataclass(frozen=True, slots=True)
class Untold:
    """A check that is no capture of a server's answer, and why."""

    url: str
    at: datetime
    reason: str


def captures(
    connection: sqlite3.Connection, *, url_key: str | None, since: datetime | None
) -> Iterator[Capture | Untold]:
    """Every check in the order of time: what a server answered, with its bytes, or why that is not here."""
    cursor = connection.execute(QUERY, {"url_key": url_key, "since": rows.stamp(since) if since else ""})
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield _told(connection, dict(zip(names, row, strict=True)))


def _told(connection: sqlite3.Connection, check: dict[str, Any]) -> Capture | Untold:
    at = datetime.fromisoformat(check["checked_at"])
    name = check["body_sha256"] or check["dropped_sha256"]
    if check["status"] is None:
        return Untold(check["url"], at, "no answer came")
    evidence = rows.evidence((check["request_headers"], check["headers"], check["hops"], check["truncated_by"]))
    if check["source"] == "import" and CLIPPING in (check["content_type"], dict(evidence.headers).get("Content-Type")):
        return Untold(check["url"], at, "it was imported as Markdown, no server sent it")
    if name is not None and not bodies.there(connection, name):
        return Untold(check["url"], at, "its bytes were not kept")
    if name is None and check["status"] == HTTPStatus.OK:
        return Untold(check["url"], at, "no bytes came")
    headers = evidence.headers
    if not headers and check["content_type"] and check["source"] != "file":
        headers = (("Content-Type", check["content_type"]),)
    return Capture(
        url=check["url"],
        final_url=check["final_url"] or check["url"],
        status=check["status"],
        headers=headers,
        body=bodies.read(connection, name) if name else b"",
        fetched_at=at,
        hops=evidence.hops,
        request_headers=evidence.request_headers,
        completeness=Completeness(check["completeness"] or "unknown"),
        truncated_by=evidence.truncated_by,
        milliseconds=check["milliseconds"] or 0,
        source=check["source"] or "live",
    )
