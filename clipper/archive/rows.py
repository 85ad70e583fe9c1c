"""Rows as the types that rooms hand to each other, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from clipper.models import (
    Check,
    Headers,
    Hop,
    Outcome,
    Page,
    PageState,
    Snapshot,
    Validators,
    Verdict,
)

__all__ = [
    "CHECK",
    "PAGE",
    "SNAPSHOT",
    "Evidence",
    "check",
    "evidence",
    "headers_json",
    "hops_json",
    "page",
    "snapshot",
    "stamp",
    "storable",
    "when",
]

Row = Sequence[Any]

PAGE = (
    "pages.id, pages.url_key, pages.url, pages.host, pages.title, pages.state, pages.first_fetched,"
    " pages.last_fetched, pages.last_changed, pages.versions, pages.checks, pages.latest_snapshot,"
    " pages.etag, pages.last_modified, pages.gone_since, pages.back_since"
)
PAGE_WIDTH = PAGE.count(",") + 1
SNAPSHOT = (
    "snapshots.id, snapshots.page_id, snapshots.url, snapshots.fetched_at, snapshots.seq,"
    " snapshots.final_url, snapshots.status, snapshots.verdict, snapshots.title, snapshots.author,"
    " snapshots.site, snapshots.published, snapshots.modified, snapshots.language, snapshots.words,"
    " snapshots.digest, snapshots.body_sha256, snapshots.change, snapshots.source"
)
CHECK = (
    "checks.id, checks.page_id, checks.checked_at, checks.outcome, checks.reason, checks.verdict,"
    " checks.status, checks.bytes, checks.milliseconds, checks.snapshot_id, checks.body_sha256"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came with one check besides the body."""

    request_headers: Headers = ()
    headers: Headers = ()
    hops: tuple[Hop, ...] = ()
    truncated_by: str | None = None


def stamp(moment: datetime) -> str:
    """A time as the file has it, in UTC to the microsecond; `ValueError` without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


def storable(text: str) -> str:
    """The text as UTF-8 can hold it: halves of surrogate pairs joined, or else U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def when(text: str | None) -> datetime | None:
    """The other way round."""
    return datetime.fromisoformat(text) if text else None


def page(row: Row) -> Page:
    """A row of `PAGE`."""
    return Page(
        id=row[0],
        url_key=row[1],
        url=row[2],
        host=row[3],
        title=row[4],
        state=PageState(row[5]),
        first_fetched=when(row[6]),
        last_fetched=when(row[7]),
        last_changed=when(row[8]),
        versions=row[9],
        checks=row[10],
        latest_snapshot=row[11],
        validators=Validators(etag=row[12], last_modified=row[13]),
        gone_since=when(row[14]),
        back_since=when(row[15]),
    )


def snapshot(row: Row) -> Snapshot:
    """A row of `SNAPSHOT`."""
    return Snapshot(
        id=row[0],
        page_id=row[1],
        url=row[2],
        fetched_at=datetime.fromisoformat(row[3]),
        seq=row[4],
        final_url=row[5],
        status=row[6],
        verdict=Verdict(row[7]),
        title=row[8],
        author=row[9],
        site=row[10],
        published=row[11],
        modified=row[12],
        language=row[13],
        words=row[14],
        digest=row[15],
        body_sha256=row[16],
        change=row[17],
        source=row[18],
    )


def check(row: Row) -> Check:
    """A row of `CHECK`."""
    return Check(
        id=row[0],
        page_id=row[1],
        checked_at=datetime.fromisoformat(row[2]),
        outcome=Outcome(row[3]),
        reason=row[4],
        verdict=Verdict(row[5]) if row[5] else None,
        status=row[6],
        bytes=row[7] or 0,
        milliseconds=row[8] or 0,
        snapshot_id=row[9],
        body_sha256=row[10],
    )


def evidence(row: Row) -> Evidence:
    """A row of (request_headers, headers, hops, truncated_by)."""
    return Evidence(
        request_headers=_headers(row[0]),
        headers=_headers(row[1]),
        hops=tuple(Hop(**hop) for hop in json.loads(row[2] or "[]")),
        truncated_by=row[3],
    )


def headers_json(headers: Headers) -> str | None:
    """Headers as [[name, value], ...]; None for none."""
    return _json([list(pair) for pair in headers]) if headers else None


def hops_json(hops: tuple[Hop, ...]) -> str | None:
    """Hops as objects, without what is empty or by default; None if they tell nothing."""
    return _json([dict(_told(hop)) for hop in hops]) if hops else None


# In the order of the fields; `asdict` copies deeply, which takes ten times as long.
HOP = {name.name: name.default for name in fields(Hop)}


def _told(hop: Hop) -> Iterator[tuple[str, Any]]:
    for name, default in HOP.items():
        value = getattr(hop, name)
        if value != default or name in ("url", "status"):
            yield name, value


def _headers(text: str | None) -> Headers:
    return tuple((name, value) for name, value in json.loads(text or "[]"))


def _json(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
