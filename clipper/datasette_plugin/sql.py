"""SQL functions, so that exploring an archive in SQL is natural.

clip_text(snapshot_id)      the article of a version, as Markdown
clip_body(sha256)           bytes that were fetched, unpacked
clip_diff(old, new)         what changed between two versions, as Markdown
clip_match(words)           what a person typed, as search_fts takes it
clip_snippet(text)          text of the search index without its spaces
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from clipper.errors import ArchiveError

__all__ = ["register"]

T = TypeVar("T")


def register(connection: sqlite3.Connection) -> None:
    """Make them known to a connection, and Datasette's own search box fit for Chinese."""
    from clipper.archive.search import unspaced

    def text(snapshot_id: Any) -> str | None:
        from clipper.archive import texts

        return _or_null(lambda: texts.current(connection, snapshot_id))

    def body(sha256: Any) -> bytes | None:
        from clipper.archive import bodies

        return _or_null(lambda: bodies.read(connection, sha256))

    def difference(old: Any, new: Any) -> str | None:
        from clipper.diff import as_markdown, diff

        before, after = text(old), text(new)
        if before is None or after is None:
            return None
        return as_markdown(diff(before, after))

    def snippet(found: Any) -> Any:
        return unspaced(found) if isinstance(found, str) else found

    for name, arguments, function in (
        ("clip_text", 1, text),
        ("clip_body", 1, body),
        ("clip_diff", 2, difference),
        ("clip_match", 1, _match),
        ("clip_snippet", 1, snippet),
        ("escape_fts", 1, _match),
    ):
        connection.create_function(name, arguments, function)


def _match(words: Any) -> str:
    """Nothing to search for is a search that finds nothing, not an error of syntax."""
    from clipper.archive.search import match_expression

    return match_expression(str(words or "")) or '""'


def _or_null(read: Callable[[], T]) -> T | None:
    """NULL for what is not there: one damaged row shall not hide the others."""
    try:
        return read()
    except ArchiveError:
        return None
