"""Whether everything in an archive is still what was filed; each damage named, with what it reaches.

file        SQLite's own structure, and the list of migrations
references  every row that another one names
bodies      the sha256 of the bytes, each one unpacked, and how they are said to be packed
ledger      the chain of heads, and each row against its entry; the seals
state       what is known of hosts, what is due, and the runs of commands, against their sums
derived     the search index and the pages' columns, against what they are made from
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from clipper.archive import bodies, indexing, ledger, stamps, standing, sums
from clipper.archive.schema import SCRIPTS
from clipper.errors import ArchiveError

__all__ = ["Damage", "verify"]


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not what it should be."""

    part: str  # file | references | bodies | ledger | state | derived
    where: str  # "snapshots 17", "body 3af0…"
    what: str
    repairable: bool = False  # without anything from outside the archive
    extent: str = ""  # which page, version or other bytes it reaches; empty where `where` says it


def verify(connection: sqlite3.Connection, *, expected_head: str | None = None) -> Iterator[Damage]:
    """Every damage. `expected_head` is a head that was written down elsewhere."""
    stages: dict[str, Callable[[sqlite3.Connection], Iterator[Damage]]] = {
        "file": _file,
        "references": _references,
        "bodies": _bodies,
        "ledger": _ledger,
        "state": _state,
        "derived": _derived,
    }
    for part, stage in stages.items():
        try:
            connection.text_factory = _lenient
            yield from stage(connection)
        except (sqlite3.DatabaseError, ValueError) as error:
            yield Damage(part, "the file", f"cannot be read any further: {error}")
        finally:
            connection.text_factory = str
    if expected_head and not _has_head(connection, expected_head):
        yield Damage("ledger", "the chain", f"has no head {expected_head}: entries were altered")


def _file(connection: sqlite3.Connection) -> Iterator[Damage]:
    for (said,) in connection.execute("PRAGMA integrity_check(100)"):
        if said != "ok":
            yield Damage("file", "the file", said)
    applied = connection.execute("SELECT id, migration_set, name, applied_at FROM _sqlite_migrations ORDER BY id")
    found = [(number, which, name) for number, which, name, at in applied if _is_time(at)]
    if found != [(number, "clipper", name) for number, (name, _) in enumerate(SCRIPTS, 1)]:
        yield Damage("file", "_sqlite_migrations", "does not list the migrations that made this schema")


def _references(connection: sqlite3.Connection) -> Iterator[Damage]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Damage("references", f"{table} {row}", f"names a row of {parent} that is missing")
    for (row,) in connection.execute("SELECT id FROM snapshots WHERE id NOT IN (SELECT snapshot_id FROM texts)"):
        yield Damage("references", f"snapshots {row}", "has no text", True, _version(connection, row))


def _bodies(connection: sqlite3.Connection) -> Iterator[Damage]:
    names = connection.execute(
        "SELECT bodies.sha256, bodies.size, bodies.stored, length(bodies.data), bodies.depth, base.depth FROM bodies"
        " LEFT JOIN bodies AS base ON base.sha256 = bodies.base ORDER BY bodies.rowid"
    )
    for name, size, stored, length, depth, below in names:
        try:
            found = len(bodies.read(connection, name))
        except ArchiveError as error:
            packed = connection.execute("SELECT 1 FROM texts WHERE packed_sha256 = ?", (name,)).fetchone()
            yield Damage("bodies", f"body {name}", str(error), bool(packed), _reach(connection, name))
            continue
        if (found, length) != (size, stored):
            yield Damage("bodies", f"body {name}", f"its sizes are {found} and {length}", True)
        if depth != (0 if below is None else below + 1):
            yield Damage("bodies", f"body {name}", f"does not need {depth} others", True)


def _ledger(connection: sqlite3.Connection) -> Iterator[Damage]:
    before = b""
    expected = 1
    for number, kind, row, digest, head in connection.execute(
        "SELECT id, kind, row, digest, head FROM ledger ORDER BY id"
    ):
        if number != expected:
            yield Damage("ledger", f"ledger {expected}", f"entries before {number} are missing")
        if ledger.link(before, (kind, row, digest)) != head:
            yield Damage("ledger", f"ledger {number}", "does not follow from the entry before it")
        before, expected = head, number + 1
    for kind in ledger.KINDS:  # one after the other: a million rows of all kinds would not fit into memory
        yield from _rows(connection, kind)
    yield from _seals(connection)


def _rows(connection: sqlite3.Connection, kind: str) -> Iterator[Damage]:
    """Each row of a kind against its last entry, and each entry against the rows."""
    last: dict[int, bytes | None] = dict(
        connection.execute("SELECT row, digest FROM ledger WHERE kind = ? ORDER BY id", (kind,))
    )
    for (row,) in connection.execute(f"SELECT id FROM {kind}").fetchall():
        if row not in last:
            what = "was never filed: it was put there by other means"
        elif last.pop(row) != ledger.digest_of(connection, kind, row):
            what = "was altered after it was filed"
        else:
            continue
        yield Damage("ledger", f"{kind} {row}", what, extent=_version(connection, row) if kind == "snapshots" else "")
    for row, digest in last.items():
        if digest is not None:
            yield Damage("ledger", f"{kind} {row}", "is missing: it was deleted by other means")


def _seals(connection: sqlite3.Connection) -> Iterator[Damage]:
    """Each seal against the entry that it is of, and its token against its head."""
    for seal, entry, head, token in connection.execute("SELECT id, entry, head, token FROM seals ORDER BY id"):
        row = connection.execute("SELECT hex(head) FROM ledger WHERE id = ?", (entry,)).fetchone()
        if row is None or row[0] != str(head).upper():
            yield Damage("ledger", f"seals {seal}", f"entry {entry} of the ledger has not the head that was sealed")
        elif token is not None:
            try:
                stamps.read(token, head=bytes.fromhex(head))
            except ArchiveError as error:
                yield Damage("ledger", f"seals {seal}", str(error))


def _state(connection: sqlite3.Connection) -> Iterator[Damage]:
    for kind, host in sums.wrong(connection):
        whose = f" of {host}" if host else ""
        yield Damage("state", f"{kind}{whose}", "are not what clipper wrote there", True)


def _derived(connection: sqlite3.Connection) -> Iterator[Damage]:
    for (snapshot_id,) in connection.execute("SELECT id FROM snapshots ORDER BY id").fetchall():
        row = connection.execute(
            "SELECT page_id, title, body FROM search WHERE snapshot_id = ?", (snapshot_id,)
        ).fetchone()
        try:
            right = row == indexing.content(connection, snapshot_id)
        except ArchiveError:
            continue  # its text is damaged, which the bodies say
        if not right:
            yield Damage("derived", f"search {snapshot_id}", "is not what the text says", True)
    for (page_id,) in connection.execute("SELECT id FROM pages").fetchall():
        try:
            right = standing.right(connection, page_id)
        except ValueError:  # a check says what no check can say, which the ledger names
            right = False
        if not right:
            what = "its columns do not follow from its checks"
            yield Damage("derived", f"pages {page_id}", what, True)
    yield from _index(connection)


def _index(connection: sqlite3.Connection) -> Iterator[Damage]:
    """The full-text index by its own check, and the pages in which it looks for a word, which that leaves out.

    https://www.sqlite.org/src/file/ext/fts5/fts5_index.c: a leaf's number is segment << 37 | page; its bytes 2 and 3
    say where the list of the words begins that start on it, if any do; `search_fts_idx` has a row for each that has one.
    """
    try:
        connection.execute("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:  # FTS5 takes the question for a write
            yield Damage("derived", "search_fts", f"does not fit the table search: {error}", True)
    if connection.execute("SELECT k, v FROM search_fts_config").fetchall() not in ([("version", 4)], [("version", 5)]):
        yield Damage("derived", "search_fts_config", "does not name the index's version", True)
    leaves = {
        (number >> 37, number & 0x7FFFFFFF)
        for number, block in connection.execute("SELECT id, block FROM search_fts_data WHERE id > 10")
        if not number >> 31 & 0x3F and len(block) > int.from_bytes(block[2:4], "big")
    }
    found = connection.execute("SELECT segid, pgno >> 1 FROM search_fts_idx").fetchall()
    if sorted(leaves) != sorted(found):
        yield Damage("derived", "search_fts_idx", "leads to other pages than the index has", True)


def _reach(connection: sqlite3.Connection, name: str) -> str:
    """What the loss of a body means: the versions and checks that it is of, and what leans on it."""
    found = []
    for kind, query in {
        "bytes": "SELECT url, fetched_at FROM snapshots WHERE body_sha256 = ?",
        "text": (
            "SELECT url, fetched_at FROM snapshots WHERE id IN (SELECT snapshot_id FROM texts WHERE packed_sha256 = ?)"
        ),
        "evidence": "SELECT url, checked_at FROM checks WHERE body_sha256 = ?",
    }.items():
        for url, at in connection.execute(f"{query} LIMIT 3", (name,)):
            found.append(f"the {kind} of {url} of {at}")
    leaning = (
        "WITH RECURSIVE above(sha256) AS (SELECT sha256 FROM bodies WHERE base = ? UNION"
        " SELECT bodies.sha256 FROM bodies JOIN above ON bodies.base = above.sha256) SELECT count(*) FROM above"
    )
    (count,) = connection.execute(leaning, (name,)).fetchone()
    return "; ".join([*found, f"{count} other bodies need it"] if count else found)


def _version(connection: sqlite3.Connection, snapshot_id: int) -> str:
    row = connection.execute("SELECT url, fetched_at FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    return f"the version of {row[0]} of {row[1]}" if row else ""


def _lenient(text: bytes) -> str:
    """A text that is no UTF-8 any more is another text, not the end of the check."""
    return text.decode("utf-8", "replace")


def _is_time(text: str) -> bool:
    with suppress(ValueError):
        datetime.fromisoformat(text)
        return True
    return False


def _has_head(connection: sqlite3.Connection, head: str) -> bool:
    found = connection.execute("SELECT 1 FROM ledger WHERE hex(head) = upper(?)", (head,))
    return found.fetchone() is not None
