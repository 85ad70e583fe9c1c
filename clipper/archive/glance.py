"""One look at a file before anything is opened: whether a page is sure to be read in full."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

__all__ = ["is_unread"]


def is_unread(path: Path, url_key: str) -> bool:
    """Whether the next answer for the page cannot be "not modified": no good one is archived with
    what would ask for that. False as well where the file cannot be read just now, whatever the reason."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
            row = connection.execute("SELECT etag, last_modified FROM pages WHERE url_key = ?", (url_key,)).fetchone()
    except sqlite3.Error:
        return False
    return row is None or not any(row)
