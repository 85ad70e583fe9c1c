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

__all__ = ["KINDS", "adopt", "append", "digest_of", "head", "link", "watch"]

# The columns of each kind that are evidence. What follows from others (counts, states) is not here.
KINDS: dict[str, str] = {
    "pages": "id, url_key, url, host",
    "snapshots": "*",
    "checks": "*",
    "tags": "*",
    "notes": "*",
    "feeds": "id, url, kind, added_at",
    "listings": "*",
}
# Tables whose rows are told as part of another one's.
PARTS = {"texts": ("snapshots", "snapshot_id"), "evidence": ("checks", "check_id")}
Entry = tuple[str, int, bytes | None]


def watch(connection: sqlite3.Connection) -> None:
    """Note from now on which rows this connection touches."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (kind TEXT, row INTEGER, PRIMARY KEY (kind, row))")
    subjects = {table: (table, "id") for table in KINDS} | PARTS
    for table, (kind, key) in subjects.items():
        for event, side in _events(table):
            name = f"touched_{table}_{event.split()[0].lower()}"
            connection.execute(
                f"CREATE TEMP TRIGGER IF NOT EXISTS {name} AFTER {event} ON main.{table} BEGIN"
                f" INSERT OR IGNORE INTO touched VALUES ('{kind}', {side}.{key}); END"
            )


def append(connection: sqlite3.Connection) -> None:
    """Chain what was touched since the last call; in the same transaction."""
    touched = connection.execute("SELECT kind, row FROM touched ORDER BY kind, row").fetchall()
    if touched:
        _chain(connection, ((kind, row, digest_of(connection, kind, row)) for kind, row in touched))
        connection.execute("DELETE FROM touched")


def adopt(connection: sqlite3.Connection) -> None:
    """Chain every row there is: for an archive that had no ledger yet."""
    for kind in KINDS:
        ids = [row for (row,) in connection.execute(f"SELECT id FROM {kind} ORDER BY id")]
        _chain(connection, ((kind, row, digest_of(connection, kind, row)) for row in ids))


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
    found = _one(connection, f"SELECT {KINDS[kind]} FROM {kind} WHERE id = ?", row)
    if found is None:
        return None
    if kind == "snapshots":
        found["texts"] = list(_texts(connection, row))
    if kind == "checks":
        found["evidence"] = _one(connection, "SELECT * FROM evidence WHERE check_id = ?", row)
    plain = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(plain.encode()).digest()


def _chain(connection: sqlite3.Connection, entries: Iterator[Entry]) -> None:
    _, last = head(connection)
    before = bytes.fromhex(last)
    for entry in entries:
        before = link(before, entry)
        connection.execute("INSERT INTO ledger (kind, row, digest, head) VALUES (?, ?, ?, ?)", (*entry, before))


def _events(table: str) -> list[tuple[str, str]]:
    """The events that alter a table's evidence, and which row of the trigger tells of it."""
    columns = KINDS.get(table, "*")
    update = "UPDATE" if columns == "*" else f"UPDATE OF {columns}"
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


def _one(connection: sqlite3.Connection, query: str, row: int) -> dict[str, Any] | None:
    cursor = connection.execute(query, (row,))
    values = cursor.fetchone()
    if values is None:
        return None
    return dict(zip([column[0] for column in cursor.description], values, strict=True))
