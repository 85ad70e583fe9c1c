"""What sqlite-utils loads: clipper's SQL functions, on connections to archives.

    sqlite-utils archive.db "select fetched_at, clip_text(id) from snapshots"

docs/format.md lists the functions. Other databases are left alone.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import hookimpl

__all__ = ["prepare_connection"]


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Called by sqlite-utils with every connection that it opens."""
    from clipper.archive import sql
    from clipper.archive.schema import APPLICATION_ID

    if conn.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,):
        sql.register(conn)
