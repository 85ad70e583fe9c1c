"""Heads of the ledger, and what a timestamp service said of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from clipper.archive import ledger, stamps
from clipper.errors import ArchiveError

__all__ = ["Seal", "head", "store"]


@dataclass(frozen=True, slots=True)
class Seal:
    """A head: of the entry with that number, in hex; `at` is the service's time, if one was asked."""

    entry: int
    head: str
    at: datetime | None = None


def head(connection: sqlite3.Connection) -> Seal:
    """The head as it is; `ArchiveError` where nothing was filed yet."""
    entry, found = ledger.head(connection)
    if not entry:
        raise ArchiveError("there is nothing in the archive to seal")
    return Seal(entry, found)


def store(connection: sqlite3.Connection, token: bytes, *, service: str | None, now: str) -> Seal:
    """Keep a service's answer, of whichever head of this archive it is."""
    stamp = stamps.read(token)
    row = connection.execute("SELECT id FROM ledger WHERE head = ?", (stamp.imprint,)).fetchone()
    if row is None:
        raise ArchiveError(f"the timestamp is of {stamp.imprint.hex()}, which is no head of this archive")
    sealed = stamp.imprint.hex()
    connection.execute(
        "INSERT INTO seals (sealed_at, entry, head, service, token) VALUES (?, ?, ?, ?, ?)",
        (now, row[0], sealed, service, token),
    )
    return Seal(row[0], sealed, stamp.at)
