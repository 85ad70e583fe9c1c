"""Where the bytes of an archive are: by what they hold, and by host."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

__all__ = ["HostSize", "by_host", "by_kind"]

# Which tables hold what; an index counts with its table, and all else is "other".
KINDS = {
    "bodies": ("bodies",),
    "texts": ("texts",),
    "search": ("search", "search_fts%"),
    "pages": ("pages",),
    "snapshots": ("snapshots", "assets"),
    "checks": ("checks", "evidence"),
    "learned": ("site%",),
    "proof": ("ledger", "seals", "tombstones", "sums"),
}


@dataclass(frozen=True, slots=True)
class HostSize:
    """What is archived of one host; bytes of bodies as they came, and as they are stored."""

    host: str
    pages: int
    versions: int
    checks: int
    size: int
    stored: int


def by_kind(connection: sqlite3.Connection) -> dict[str, int]:
    """Bytes of the file by what they hold, the free ones too; the sum is the file's size."""
    pages, free, page_size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    try:
        found = connection.execute(
            "SELECT coalesce(tbl_name, dbstat.name), sum(pgsize) FROM dbstat LEFT JOIN sqlite_master"
            " ON sqlite_master.name = dbstat.name GROUP BY 1"
        ).fetchall()
    except sqlite3.OperationalError:  # an SQLite that was built without dbstat
        return {"all": pages * page_size}
    sizes = dict.fromkeys([*KINDS, "other"], 0)
    for table, size in found:
        sizes[_kind(table)] += size
    return {**sizes, "free": free * page_size}


def _kind(table: str) -> str:
    for kind, tables in KINDS.items():
        if any(table == name or (name.endswith("%") and table.startswith(name[:-1])) for name in tables):
            return kind
    return "other"


def by_host(connection: sqlite3.Connection, *, limit: int | None) -> list[HostSize]:
    """Hosts by the bytes that they take, the largest first. A body of two hosts counts for both."""
    found = connection.execute(
        "WITH used(page_id, name) AS (SELECT page_id, body_sha256 FROM snapshots UNION"
        " SELECT page_id, body_sha256 FROM checks UNION"
        " SELECT page_id, packed_sha256 FROM texts JOIN snapshots ON snapshots.id = snapshot_id),"
        " named AS (SELECT DISTINCT host, name FROM used JOIN pages ON pages.id = page_id WHERE name IS NOT NULL),"
        " bytes AS (SELECT host, sum(size) AS size, sum(stored) AS stored FROM named"
        " JOIN bodies ON bodies.sha256 = name GROUP BY host)"
        " SELECT hosts.host, pages, versions, checks, coalesce(size, 0), coalesce(stored, 0) FROM hosts"
        " LEFT JOIN bytes ON bytes.host = hosts.host ORDER BY 6 DESC, 2 DESC, 1 LIMIT ?",
        (-1 if limit is None else limit,),
    )
    return [HostSize(*row) for row in found]
