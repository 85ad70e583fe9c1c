"""A chain of hashes over everything that was filed, so that nothing changes unseen.

Each transaction appends, for every row that it made, changed or deleted, the sha256 of what the row
is now, and a head: the sha256 of the head before and of this entry. Whoever knows one head can tell
whether anything before it was altered. Temporary triggers note the rows, so that no code that
writes can forget to; a change by another program is no entry, and `verify` says so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

__all__ = ["KINDS", "adopt", "append", "digest_of", "head", "link", "watch", "widen"]

# The columns of each kind that are evidence. What follows from others (counts, states) is not here.
# They are written out, so that a column added later does not alter what was chained before: a
# migration that adds one to this list has to chain the rows again, as `widen` does.
KINDS: dict[str, str] = {
    "pages": "id, url_key, url, host, etag, last_modified",
    "snapshots": (
        "id, page_id, title, fetched_at, seq, url, final_url, status, verdict, author, site, published,"
        " modified, language, words, change, words_added, words_removed, lead, image, canonical_url,"
        " categories, content_type, encoding, encoding_source, replaced_characters, completeness, source,"
        " digest, body_sha256"
    ),
    "checks": (
        "id, page_id, checked_at, seq, outcome, reason, verdict, status, url, final_url, bytes,"
        " milliseconds, attempts, completeness, source, digest, snapshot_id, body_sha256, dropped_sha256"
    ),
    "tags": "id, page_id, tag, added_at",
    "notes": "id, page_id, note, added_at",
    "feeds": (
        "id, title, url, kind, etag, last_modified, last_fetched, added_at, interval_seconds, paused, failures, tags"
    ),
    "listings": "id, feed_id, page_id, title, listed_at, published, url",
    "aliases": "id, page_id, url_key, url, reason, seen_at",
    "assets": "id, snapshot_id, url, body_sha256, content_type",
    "tombstones": ("id, page_id, title, fetched_at, seq, url, words, digest, body_sha256, snapshot, pruned_at, reason"),
    "seals": "id, sealed_at, entry, head, service, token",
}
# What they were in version 2 of the schema, where that was less.
NARROWER = {"pages": "id, url_key, url, host", "feeds": "id, url, kind, added_at"}
EVIDENCE = "check_id, request_headers, headers, hops, truncated_by"
# Tables whose rows are told as part of another one's.
PARTS = {"texts": ("snapshots", "snapshot_id"), "evidence": ("checks", "check_id")}
Entry = tuple[str, int, bytes | None]
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=bytes.hex)


def watch(connection: sqlite3.Connection) -> None:
    """Note from now on which rows this connection touches."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (kind TEXT, row INTEGER, PRIMARY KEY (kind, row))")
    subjects = {table: (table, "id") for table in KINDS} | PARTS
    for table, (kind, key) in subjects.items():
        for event, side in _events(table):
            name = f"touched_{table}_{event.split()[0].lower()}"
            connection.execute(
                f"CREATE TEMP TRIGGER IF NOT EXISTS {name} AFTER {event} ON main.{table} BEGIN"
                # An upsert around it would turn OR IGNORE into an error.
                f" INSERT INTO touched SELECT '{kind}', {side}.{key} WHERE NOT EXISTS"
                f" (SELECT 1 FROM touched WHERE kind = '{kind}' AND row = {side}.{key}); END"
            )


def append(connection: sqlite3.Connection) -> None:
    """Chain what was touched since the last call; in the same transaction."""
    touched = connection.execute("SELECT kind, row FROM touched ORDER BY kind, row").fetchall()
    if touched:
        _chain(connection, ((kind, row, digest_of(connection, kind, row)) for kind, row in touched))
        connection.execute("DELETE FROM touched")


def adopt(connection: sqlite3.Connection) -> None:
    """Chain every row there is: for an archive that had no ledger yet."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for kind in KINDS:
        if kind in there:
            ids = [row for (row,) in connection.execute(f"SELECT id FROM {kind} ORDER BY id")]
            _chain(connection, ((kind, row, digest_of(connection, kind, row)) for row in ids))


def widen(connection: sqlite3.Connection) -> None:
    """Chain pages and feeds again, of which more is evidence now than in version 2.

    Only those that are what their last entry says: what was altered before stays found out.
    """
    last = {
        (kind, row): digest
        for kind, row, digest in connection.execute(
            "SELECT kind, row, digest FROM ledger WHERE kind IN ('pages', 'feeds') ORDER BY id"
        )
    }
    entries = [
        (kind, row, digest_of(connection, kind, row))
        for (kind, row), digest in last.items()
        if digest is not None and digest == _digest(_one(connection, kind, NARROWER[kind], row))
    ]
    _chain(connection, iter(entries))


def head(connection: sqlite3.Connection) -> tuple[int, str]:
    """How many entries there are, and the head of the chain in hex; 0 and "" for none."""
    row = connection.execute("SELECT id, head FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
    return (row[0], row[1].hex()) if row else (0, "")


def link(before: bytes, entry: Entry) -> bytes:
    """The head after an entry."""
    kind, row, digest = entry
    return sha256(before + f"{kind} {row} ".encode() + (digest or b"")).digest()


def digest_of(connection: sqlite3.Connection, kind: str, row: int) -> bytes | None:
    """The sha256 of a row's evidence; None if there is no such row."""
    found = _one(connection, kind, KINDS[kind], row)
    if found is not None and kind == "snapshots":
        found["texts"] = list(_texts(connection, row))
    if found is not None and kind == "checks":
        found["evidence"] = _one(connection, "evidence", EVIDENCE, row, key="check_id")
    return _digest(found)


def _digest(found: dict[str, Any] | None) -> bytes | None:
    if found is None:
        return None
    return sha256(ENCODER.encode(found).encode()).digest()


def _chain(connection: sqlite3.Connection, entries: Iterator[Entry]) -> None:
    _, last = head(connection)
    before = bytes.fromhex(last)
    for entry in entries:
        before = link(before, entry)
        connection.execute("INSERT INTO ledger (kind, row, digest, head) VALUES (?, ?, ?, ?)", (*entry, before))


def _events(table: str) -> list[tuple[str, str]]:
    """The events that alter a table's evidence, and which row of the trigger tells of it."""
    update = f"UPDATE OF {KINDS[table]}" if table in KINDS else "UPDATE"
    if table == "texts":  # packing a text leaves what it says as it was
        update = "UPDATE OF snapshot_id, extractor, rule, extracted_at, verdict"
    return [("INSERT", "new"), (update, "new"), ("DELETE", "old")]


def _texts(connection: sqlite3.Connection, snapshot_id: int) -> Iterator[list[Any]]:
    """What each text of a snapshot says, without how it is stored."""
    for *facts, markdown, packed in connection.execute(
        "SELECT extractor, rule, extracted_at, verdict, markdown, packed_sha256 FROM texts"
        " WHERE snapshot_id = ? ORDER BY id",
        (snapshot_id,),
    ):
        yield [*facts, packed or sha256(markdown.encode()).hexdigest()]


def _one(
    connection: sqlite3.Connection, table: str, columns: str, row: int, *, key: str = "id"
) -> dict[str, Any] | None:
    cursor = connection.execute(f"SELECT {columns} FROM {table} WHERE {key} = ?", (row,))
    values = cursor.fetchone()
    if values is None:
        return None
    return dict(zip([column[0] for column in cursor.description], values, strict=True))
