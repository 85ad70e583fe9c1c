"""One SQLite file that remembers every version of every page, and loses nothing.

Names are loaded when they are first used: a command that only reads needs neither hashes nor zstd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clipper.archive.agenda import Record, Window
    from clipper.archive.archive import Archive
    from clipper.archive.digest import article_digest
    from clipper.archive.reader import KeepBodies
    from clipper.archive.rows import Evidence

__all__ = ["Archive", "Evidence", "KeepBodies", "Record", "Window", "article_digest"]

HOMES = {
    "Archive": "archive",
    "KeepBodies": "reader",
    "article_digest": "digest",
    "Evidence": "rows",
    "Record": "agenda",
    "Window": "agenda",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
