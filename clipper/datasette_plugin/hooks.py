"""What Datasette asks its plugins, answered for clipper's archives."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from datasette import hookimpl
from markupsafe import Markup, escape

__all__ = ["get_metadata", "prepare_connection", "render_cell"]

APPLICATION_ID = 0x636C6970
LONG = 160  # characters of a text that a cell shows
DIGEST = re.compile(r"[0-9a-f]{64}")
STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{6}Z")
HIDDEN = (
    "_sqlite_migrations",
    "search",
    "search_fts",
    "search_fts_config",
    "search_fts_data",
    "search_fts_docsize",
    "search_fts_idx",
)
TABLES: dict[str, dict[str, Any]] = {
    "pages": {"sort_desc": "last_changed", "label_column": "title", "facets": ["host", "state"], "size": 50},
    "snapshots": {"sort_desc": "fetched_at", "label_column": "title", "size": 50},
    "checks": {"sort_desc": "checked_at", "facets": ["outcome"], "size": 50},
    "texts": {"size": 20},
    "bodies": {"size": 20},
    "feeds": {"label_column": "title"},
}


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Order, labels and hidden tables of each database that is an archive."""
    tables = {**{name: {"hidden": True} for name in HIDDEN}, **TABLES}
    return {"databases": {name: {"tables": tables} for name, db in datasette.databases.items() if _ours(db.path)}}


@hookimpl
def render_cell(value: Any) -> Any:
    """Short cells: moments to the minute, digests to twelve digits, long texts to their beginning."""
    if not isinstance(value, str):
        return None
    if DIGEST.fullmatch(value):
        return Markup('<code title="{}">{}…</code>').format(value, value[:12])
    if match := STAMP.fullmatch(value):
        return Markup('<time datetime="{}">{} {}</time>').format(value, match[1], match[2])
    if len(value) > LONG and not value.startswith(("http://", "https://")):
        return Markup("{}…").format(escape(value[:LONG]))
    return None


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """`clip_space(text)`: a query as the search table has its text, a space around each character."""
    from clipper.archive.search import spaced

    conn.create_function("clip_space", 1, spaced, deterministic=True)


def _ours(path: str | None) -> bool:
    """Whether the file is an archive, by the number in its header."""
    if not path:
        return False
    try:
        with open(path, "rb") as file:
            file.seek(68)
            return int.from_bytes(file.read(4), "big") == APPLICATION_ID
    except OSError:
        return False
