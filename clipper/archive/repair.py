"""What can be made whole again: what is derived, and texts and bytes of which a true copy is at hand.

Nothing is guessed: bytes from elsewhere count only if their sha256 is the one that is missing, and a
text that is read again replaces a damaged one as what it is, a newer reading.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from clipper.archive import bodies, indexing, learning, ledger, rows, standing, sums, texts
from clipper.archive.digest import article_digest
from clipper.errors import ArchiveError
from clipper.models import Capture, Extraction

__all__ = ["Repaired", "repair"]

Read = Callable[[Capture], Extraction]


@dataclass(slots=True)
class Repaired:
    """What a repair came to."""

    bodies: int = 0  # from the other archive
    texts: int = 0  # of them so many are exactly what they were
    exact: int = 0


def repair(
    connection: sqlite3.Connection, *, source: sqlite3.Connection | None, read: Read | None, now: str
) -> Repaired:
    """Make whole what can be: bodies from `source`, texts by `read`, then all that is derived.

    The caller holds the transaction.
    """
    done = Repaired()
    names = [name for (name,) in connection.execute("SELECT sha256 FROM bodies ORDER BY depth, rowid")]
    for name in [*names, *_missing(connection)]:
        done.bodies += source is not None and not _sound(connection, name) and _restore(connection, source, name)
    for snapshot_id in _unreadable(connection):
        if read is not None:
            _read_again(connection, snapshot_id, read, done, now=now)
    for name in reversed(names):  # what nobody names any more, those that lean on others first
        if not _sound(connection, name):
            bodies.drop_if_unused(connection, name)
    _recount_bodies(connection)
    _forget(connection)
    _derive(connection)
    return done


def _forget(connection: sqlite3.Connection) -> None:
    """What was learned of a host and is not what it was: its pages teach again when they are read.

    An interrupted run of `clip reextract` begins anew; what is due stands as it is, and the next run decides it again.
    """
    for kind, host in sums.wrong(connection):
        if kind == "rereadings":
            connection.execute("DELETE FROM rereadings WHERE finished_at IS NULL")
        elif kind.startswith("site"):
            learning.reset(connection, host)
        if kind == "site_pages":
            connection.execute("DELETE FROM site_pages WHERE host = ?", (host,))
    sums.make(connection)


def _derive(connection: sqlite3.Connection) -> None:
    """The index, and what pages say of their checks."""
    for (page_id,) in connection.execute("SELECT id FROM pages").fetchall():
        standing.recount(connection, page_id)
    if connection.execute("SELECT k, v FROM search_fts_config").fetchall() not in ([("version", 4)], [("version", 5)]):
        connection.execute("DELETE FROM search_fts_config")
        connection.execute("INSERT INTO search_fts_config VALUES ('version', 4)")
    # What changes in `search` from here on is taken out of the index by what it was.
    connection.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
    connection.execute("DELETE FROM search WHERE snapshot_id NOT IN (SELECT id FROM snapshots)")
    for (snapshot_id,) in connection.execute("SELECT id FROM snapshots ORDER BY id").fetchall():
        try:
            indexing.index(connection, snapshot_id)
        except ArchiveError:
            continue  # its text is lost, which `verify` says


def _sound(connection: sqlite3.Connection, name: str) -> bool:
    try:
        bodies.read(connection, name)
    except ArchiveError:
        return False
    return True


def _missing(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM (SELECT body_sha256 AS name FROM snapshots UNION SELECT body_sha256 FROM checks"
        " UNION SELECT packed_sha256 FROM texts UNION SELECT body_sha256 FROM assets UNION SELECT base FROM bodies)"
        " WHERE name IS NOT NULL AND name NOT IN (SELECT sha256 FROM bodies)"
    )
    return [name for (name,) in found]


def _restore(connection: sqlite3.Connection, source: sqlite3.Connection, name: str) -> bool:
    """Put the bytes of that sha256 in from the other archive, whole; whether it has them."""
    try:
        body = bodies.read(source, name)
    except ArchiveError:
        return False
    _put(connection, name, body)
    return True


def _put(connection: sqlite3.Connection, name: str, body: bytes) -> None:
    """Store bytes whole, in the place of what is damaged."""
    codec, data = bodies.packed(body)
    connection.execute(
        "INSERT INTO bodies (sha256, size, stored, codec, base, depth, data) VALUES (?, ?, ?, ?, NULL, 0, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, stored = excluded.stored, codec = excluded.codec,"
        " base = NULL, depth = 0, data = excluded.data",
        (name, len(body), len(data), codec, data),
    )


def _recount_bodies(connection: sqlite3.Connection) -> None:
    """Sizes and depths are told by the bytes and bases."""
    connection.execute("UPDATE bodies SET stored = length(data) WHERE stored <> length(data)")
    sizes = connection.execute("SELECT sha256, size FROM bodies").fetchall()
    for name, size in sizes:
        if _sound(connection, name) and (found := len(bodies.read(connection, name))) != size:
            connection.execute("UPDATE bodies SET size = ? WHERE sha256 = ?", (found, name))
    wrong = (
        "UPDATE bodies SET depth = coalesce((SELECT base.depth + 1 FROM bodies AS base"
        " WHERE base.sha256 = bodies.base), 0) WHERE depth <> coalesce((SELECT base.depth + 1"
        " FROM bodies AS base WHERE base.sha256 = bodies.base), 0)"
    )
    for _ in range(2 * bodies.WHOLE_EVERY):
        if not connection.execute(wrong).rowcount:
            break


def _unreadable(connection: sqlite3.Connection) -> list[int]:
    """The snapshots whose text cannot be read, or that have none."""
    lost = []
    for (snapshot_id,) in connection.execute("SELECT id FROM snapshots ORDER BY id").fetchall():
        try:
            if texts.current(connection, snapshot_id) is None:
                lost.append(snapshot_id)
        except ArchiveError:
            lost.append(snapshot_id)
    return lost


def _read_again(connection: sqlite3.Connection, snapshot_id: int, read: Read, done: Repaired, *, now: str) -> None:
    """The text of a snapshot out of its bytes, if they are whole and the row is as it was filed."""
    capture = _capture(connection, snapshot_id)
    if capture is None or not _as_filed(connection, snapshot_id):
        return
    reading = read(capture)
    markdown = rows.storable(reading.markdown or reading.text)
    lost = connection.execute(
        "SELECT packed_sha256 FROM texts WHERE snapshot_id = ? ORDER BY id DESC LIMIT 1", (snapshot_id,)
    ).fetchone()
    if not reading.verdict.good or not (lost or _same_article(connection, snapshot_id, reading)):
        return
    done.texts += 1
    if lost and lost[0] == bodies.name_of(markdown.encode()):
        _put(connection, lost[0], markdown.encode())
        done.exact += 1
        return
    texts.delete(connection, snapshot_id)
    texts.add(
        connection,
        snapshot_id,
        markdown,
        verdict=str(reading.verdict),
        extractor=reading.extractor,
        rule=reading.rule,
        extracted_at=now,
    )


def _same_article(connection: sqlite3.Connection, snapshot_id: int, reading: Extraction) -> bool:
    (digest,) = connection.execute("SELECT digest FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    return bool(digest == article_digest(reading.title, reading.text))


def _as_filed(connection: sqlite3.Connection, snapshot_id: int) -> bool:
    """Whether the ledger knows the row as it is; one whose texts are gone cannot be compared."""
    row = connection.execute(
        "SELECT digest FROM ledger WHERE kind = 'snapshots' AND row = ? ORDER BY id DESC LIMIT 1", (snapshot_id,)
    ).fetchone()
    if connection.execute("SELECT 1 FROM texts WHERE snapshot_id = ?", (snapshot_id,)).fetchone() is None:
        return row is not None
    return row is not None and row[0] == ledger.digest_of(connection, "snapshots", snapshot_id)


def _capture(connection: sqlite3.Connection, snapshot_id: int) -> Capture | None:
    """What is left of the capture that a snapshot was read from; None without its bytes."""
    url, final_url, status, at, name = connection.execute(
        "SELECT url, final_url, status, fetched_at, body_sha256 FROM snapshots WHERE id = ?", (snapshot_id,)
    ).fetchone()
    moment = rows.when(at)
    if name is None or moment is None or not _sound(connection, name):
        return None
    row = connection.execute(
        "SELECT request_headers, headers, hops, truncated_by FROM evidence JOIN checks ON checks.id = check_id"
        " WHERE checks.snapshot_id = ? AND checks.body_sha256 = ? LIMIT 1",
        (snapshot_id, name),
    ).fetchone()
    headers = rows.evidence(row).headers if row else ()
    return Capture(url, final_url, status, headers, bodies.read(connection, name), moment)
