"""Which of Datasette's databases are clipper's."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from clipper.archive.schema import APPLICATION_ID

__all__ = ["archives", "is_archive", "is_named_archive"]

# SQLite keeps the application's id here, in every file: https://www.sqlite.org/fileformat.html
OFFSET = 68


def is_archive(connection: sqlite3.Connection) -> bool:
    """Whether a connection leads to an archive."""
    row = connection.execute("PRAGMA application_id").fetchone()
    return bool(row and row[0] == APPLICATION_ID)


def archives(datasette: Any) -> list[str]:
    """The names of the databases that are archives, in Datasette's order."""
    return [name for name in datasette.databases if is_named_archive(datasette, name)]


def is_named_archive(datasette: Any, name: str) -> bool:
    """Whether a database is one, by its file's header: 4 bytes are read, nothing is connected."""
    database = datasette.databases.get(name)
    path = getattr(database, "path", None)
    if not path:
        return False
    try:
        with Path(path).open("rb") as file:
            file.seek(OFFSET)
            return file.read(4) == APPLICATION_ID.to_bytes(4, "big")
    except OSError:
        return False
