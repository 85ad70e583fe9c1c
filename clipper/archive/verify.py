"""Whether everything in an archive is still what was filed; each damage named, what can be is repaired.

file        SQLite's own structure
references  every row that another one names
bodies      the sha256 of the bytes, each one unpacked
ledger      the chain of heads, and each row against its entry
derived     the search index and the pages' columns, against what they are made from
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clipper.archive import bodies, indexing, ledger, standing
from clipper.errors import ArchiveError

__all__ = ["Damage", "repair", "verify"]


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not what it should be."""

    part: str  # file | references | bodies | ledger | derived
    where: str  # "snapshots 17", "body 3af0…"
    what: str
    repairable: bool = False


def verify(connection: sqlite3.Connection, *, expected_head: str | None = None) -> Iterator[Damage]:
    """Every damage. `expected_head` is a head that was written down elsewhere."""
    stages: dict[str, Callable[[sqlite3.Connection], Iterator[Damage]]] = {
        "file": _file,
        "references": _references,
        "bodies": _bodies,
        "ledger": _ledger,
        "derived": _derived,
    }
    for part, stage in stages.items():
        try:
            yield from stage(connection)
        except (sqlite3.DatabaseError, ValueError) as error:
            yield Damage(part, "the file", f"cannot be read any further: {error}")
    if expected_head and not _has_head(connection, expected_head):
        yield Damage("ledger", "the chain", f"has no head {expected_head}: entries were altered")


def repair(connection: sqlite3.Connection) -> None:
    """Make again what is derived: the index, and what pages say of their checks."""
    for (page_id,) in connection.execute("SELECT id FROM pages").fetchall():
        standing.recount(connection, page_id)
    # The triggers of `search` need an index that fits it.
    connection.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
    connection.execute("DELETE FROM search WHERE snapshot_id NOT IN (SELECT id FROM snapshots)")
    for (snapshot_id,) in connection.execute("SELECT id FROM snapshots ORDER BY id").fetchall():
        indexing.index(connection, snapshot_id)


def _file(connection: sqlite3.Connection) -> Iterator[Damage]:
    for (said,) in connection.execute("PRAGMA integrity_check(100)"):
        if said != "ok":
            yield Damage("file", "the file", said)


def _references(connection: sqlite3.Connection) -> Iterator[Damage]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Damage("references", f"{table} {row}", f"names a row of {parent} that is missing")
    for (row,) in connection.execute("SELECT id FROM snapshots WHERE id NOT IN (SELECT snapshot_id FROM texts)"):
        yield Damage("references", f"snapshots {row}", "has no text")


def _bodies(connection: sqlite3.Connection) -> Iterator[Damage]:
    names = connection.execute("SELECT sha256, size, stored, length(data) FROM bodies ORDER BY rowid")
    for name, size, stored, length in names:
        try:
            found = len(bodies.read(connection, name))
        except ArchiveError as error:
            yield Damage("bodies", f"body {name}", str(error))
            continue
        if (found, length) != (size, stored):
            yield Damage("bodies", f"body {name}", f"its sizes are {found} and {length}")


def _ledger(connection: sqlite3.Connection) -> Iterator[Damage]:
    last: dict[tuple[str, int], bytes | None] = {}
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
        last[kind, row] = digest
    for kind in ledger.KINDS:
        for (row,) in connection.execute(f"SELECT id FROM {kind}").fetchall():
            yield from _row(connection, kind, row, last)
    for (kind, row), digest in last.items():
        if digest is not None:
            yield Damage("ledger", f"{kind} {row}", "is missing: it was deleted by other means")


def _row(
    connection: sqlite3.Connection, kind: str, row: int, last: dict[tuple[str, int], bytes | None]
) -> Iterator[Damage]:
    if (kind, row) not in last:
        yield Damage("ledger", f"{kind} {row}", "was never filed: it was put there by other means")
    elif last.pop((kind, row)) != ledger.digest_of(connection, kind, row):
        yield Damage("ledger", f"{kind} {row}", "was altered after it was filed")


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
    try:
        connection.execute("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
            return  # FTS5 takes the question for a write
        yield Damage("derived", "search_fts", f"does not fit the table search: {error}", True)


def _has_head(connection: sqlite3.Connection, head: str) -> bool:
    found = connection.execute("SELECT 1 FROM ledger WHERE hex(head) = upper(?)", (head,))
    return found.fetchone() is not None
