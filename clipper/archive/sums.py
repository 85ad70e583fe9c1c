"""A sum over the rows that the ledger does not chain, so that a change of one is found too.

What was learned of a host is no evidence, and every page that teaches touches a hundred of its rows: chained, they would
be the larger part of a file. When a page is due is decided anew by every run. So there is one number for each table and host, the sum of the hashes of its rows, which
temporary triggers bring up to date as rows come, change and go.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256

__all__ = ["KINDS", "flush", "make", "watch", "writer", "wrong"]

ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
MODULUS = 1 << 44  # half a million of them add up to what SQLite can count
# The host of a row, and its columns. A migration that adds to this list or to its columns makes the sums again.
KINDS: dict[str, tuple[str, str]] = {
    "sites": ("host", "host, pages"),
    "site_blocks": ("host", "id, host, digest, sample, pages, first_seen, last_seen, above, within, below, turn"),
    "site_lone_lines": ("host", "host, turn, seen_at, lines"),
    "site_containers": ("host", "id, host, path, pages"),
    "site_pages": ("host", "page_id, host, text_digest, canonical_url, learned"),
    "rereadings": ("''", "id, selection, extractor, position, started_at, finished_at"),
    "due": ("host", "page_id, host, due_at, set_at, wait_seconds, reason, told, told_at"),
    "feed_plans": (
        "''",
        "feed_id, due_at, set_at, wait_seconds, private, site_url, folder, warning, error, failing_since, told",
    ),
    "feed_texts": ("''", "page_id, title, author, published, html, listed_at"),
    "host_troubles": ("host", "host, failure, since, left_until, pauses, requests, addresses, told"),
    "runs": ("''", "id, started_at, finished_at, ended, pages, feeds, requests, told"),
    "events": ("''", "id, run_id, at, kind, page_id, feed_id, host, snapshot_id, since, what"),
}


def watch(connection: sqlite3.Connection) -> None:
    """Add up from now on what this connection writes."""
    connection.execute("PRAGMA recursive_triggers = ON")  # without it nothing is told of a row that REPLACE deletes
    connection.create_function("clip_row_sum", -1, _hash, deterministic=True)
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS moved (kind TEXT, host TEXT, rows INTEGER, sum INTEGER)")
    for kind in KINDS:
        (here, new), (there, old) = _told(kind, "new"), _told(kind, "old")
        for name, event, when, moved in (
            ("insert", "INSERT", "1", f"({here}, 1, {new})"),
            ("update", "UPDATE", f"{here} = {there}", f"({here}, 0, {new} - {old})"),
            ("move", "UPDATE", f"{here} <> {there}", f"({here}, 1, {new}), ({there}, -1, -{old})"),
            ("delete", "DELETE", "1", f"({there}, -1, -{old})"),
        ):
            connection.execute(
                f"CREATE TEMP TRIGGER IF NOT EXISTS moved_{kind}_{name} AFTER {event} ON main.{kind} WHEN {when} BEGIN"
                f" INSERT INTO moved SELECT '{kind}', * FROM (VALUES {moved}); END"
            )


def flush(connection: sqlite3.Connection) -> None:
    """Let the sums follow what was written; in the same transaction."""
    moved = connection.execute(
        "SELECT moved.kind, moved.host, sum(moved.rows) + coalesce(sums.rows, 0), sum(moved.sum) + coalesce(sums.sum, 0)"
        " FROM moved LEFT JOIN sums ON sums.kind = moved.kind AND sums.host = moved.host GROUP BY 1, 2"
    ).fetchall()
    connection.executemany(
        "INSERT INTO sums (kind, host, rows, sum) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, host) DO UPDATE SET rows = excluded.rows, sum = excluded.sum",
        [(kind, host, rows, total % MODULUS) for kind, host, rows, total in moved if rows],
    )
    gone = [(kind, host) for kind, host, rows, _ in moved if not rows]
    connection.executemany("DELETE FROM sums WHERE kind = ? AND host = ?", gone)
    if moved:
        connection.execute("DELETE FROM moved")


def make(connection: sqlite3.Connection) -> None:
    """Make every sum anew from the rows as they are; in the same transaction."""
    if connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'moved'").fetchone():
        connection.execute("DELETE FROM moved")
    connection.execute("DELETE FROM sums")
    for (kind, host), (rows, total) in _counted(connection).items():
        connection.execute("INSERT INTO sums (kind, host, rows, sum) VALUES (?, ?, ?, ?)", (kind, host, rows, total))


def wrong(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """(table, host) of the rows that do not add up."""
    noted = {
        (kind, host): (rows, total)
        for kind, host, rows, total in connection.execute("SELECT kind, host, rows, sum FROM sums")
    }
    found = _counted(connection)
    for which in sorted(noted.keys() | found.keys()):
        if noted.get(which) != found.get(which):
            yield which


def _counted(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for kind, (whose, columns) in KINDS.items():
        if kind not in there:  # a later migration makes it, and the sums again
            continue
        for host, *row in connection.execute(f"SELECT {whose}, {columns} FROM {kind}"):
            rows, total = found.get((kind, host), (0, 0))
            found[kind, host] = rows + 1, (total + _hash(*row)) % MODULUS
    return found


def _told(kind: str, side: str) -> tuple[str, str]:
    """In SQL, the host and the hash of the row on that side of a trigger."""
    whose, columns = KINDS[kind]
    values = ", ".join(f"{side}.{name}" for name in columns.split(", "))
    return f"{side}.host" if whose == "host" else whose, f"clip_row_sum({values})"


def writer() -> Callable[[tuple[object, ...]], str]:
    """What writes a row as `ENCODER` does, which makes its inside anew for each and takes half as long again.

    The inside is made once here, where the standard library has it and it writes the same.
    """
    row = ('\x00"\\\n\x7f\ud800 é\u2028', 1, -2.5, None, b"\x00\xff")
    try:
        from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]

        inner = c_make_encoder(None, bytes.hex, encode_basestring, None, ":", ",", False, False, True)
        if "".join(inner(row, 0)) != ENCODER.encode(row):
            return ENCODER.encode
    except (ImportError, TypeError):
        return ENCODER.encode
    return lambda values: "".join(inner(values, 0))


WRITTEN = writer()


def _hash(*values: object) -> int:
    """The first 44 bits of the sha256 of a row as a JSON list."""
    return int(sha256(WRITTEN(values).encode("utf-8", "surrogatepass")).hexdigest()[:11], 16)
