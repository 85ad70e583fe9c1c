"""Full-text search in which Chinese words of two characters are found.

SQLite's unicode61 takes an unbroken run of CJK characters for one word. So the text is stored with
a space between CJK characters, and a query's words are spaced the same way and become phrases.
Measured on 75 pages with 中国: unicode61 alone finds 1, trigram 0, spaced text 75.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from clipper.archive import rows
from clipper.models import Hit

__all__ = ["find", "match_expression", "spaced", "unspaced"]

# Han with its extensions and compatibility forms, kana, bopomofo, hangul: written without spaces,
# or (hangul) with endings that hide the word.
CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u318f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
RUN = re.compile(rf"[{CJK}]\w*")  # begun by its first CJK character, which is what can be looked for fast
OTHER = re.compile(rf"[^\W{CJK}]")
PIECE = re.compile(rf"[{CJK}]|[^{CJK}]+")  # a seam stands between any two pieces of such a run
MARKS = "\x02\x03"
CLOSED = re.compile(rf"(?<=[{CJK}])([{MARKS}]*) ([{MARKS}]*)(?=[{CJK}])")
TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
WORD = re.compile(r"\w")
JOINERS = str.maketrans("", "", "\u2060\ufeff")  # which nobody sees, and terminals would have to escape
# A page whose older version matches is found too, so more rows than hits are asked for.
ROWS_PER_HIT = 5
BROAD = 5000  # matches, from where on they are not ranked: 20 ms on two shared cores
MATCHES = (
    "SELECT search.snapshot_id, search.page_id FROM search_fts"
    " JOIN search ON search.snapshot_id = search_fts.rowid WHERE search_fts MATCH ?"
)
NEWEST = (
    "SELECT search.snapshot_id, search.page_id FROM"
    " (SELECT rowid AS found FROM search_fts WHERE search_fts MATCH ? ORDER BY rowid DESC LIMIT ?)"
    " JOIN search ON search.snapshot_id = found"
)
AMONG_NEWEST = 20_000  # matches, of words that a great many pages have
TITLE_WEIGHT, BODY_WEIGHT = 8.0, 1.0
Among = tuple[str, tuple[str, ...]]


def spaced(text: str) -> str:
    """A space on every side of a CJK character that touches a letter or another one."""
    if text.isascii():
        return text

    parts: list[str] = []
    end = 0
    for run in RUN.finditer(text):
        start = run.start()
        between = text[end:start]
        seam = " " if between and OTHER.match(between, len(between) - 1) else ""
        parts += (between, seam, " ".join(PIECE.findall(run[0])))
        end = run.end()
    return "".join(parts) + text[end:]


def unspaced(text: str) -> str:
    """The spaces between CJK characters taken out again."""
    return CLOSED.sub(r"\1\2", text)


def match_expression(query: str) -> str:
    """What the user typed, as FTS5 takes it; empty if there is nothing to search for.

    All words must occur; "quoted words" stand next to each other; a word may end in `*`. Nothing
    a user types is a syntax error.
    """
    terms = []
    for quoted, word in TERM.findall(rows.storable(query).replace("\x00", " ")):
        term = quoted or word
        if not WORD.search(term):
            continue
        prefix = "*" if word.endswith("*") else ""
        terms.append(f'"{spaced(term.rstrip("*") if prefix else term)}"{prefix}')
    return " ".join(terms)


def find(
    connection: sqlite3.Connection, query: str, *, limit: int, skip: int = 0, among: Among | None = None
) -> list[Hit]:
    """The best pages first, one hit each, shown in its newest version that matches.

    The first `skip` pages are left out. `among` is SQL on `pages`, with its values: only such pages count.
    """
    expression = match_expression(query)
    if not expression or limit < 1:
        return []
    found: dict[int, int] = {}
    matching = _matching(connection, expression)
    ranked = _newest_first if matching is None else _ranked
    for snapshot_id, page_id in ranked(connection, expression, limit=skip + limit, among=among):
        found.setdefault(page_id, snapshot_id)
        if len(found) == skip + limit:
            break
    return [
        _hit(connection, expression, _newest(connection, expression, page_id, matching) or snapshot_id)
        for page_id, snapshot_id in list(found.items())[skip:]
    ]


def _matching(connection: sqlite3.Connection, expression: str) -> set[int] | None:
    """The versions that match; None if they are a great many."""
    found = connection.execute("SELECT rowid FROM search_fts WHERE search_fts MATCH ? LIMIT ?", (expression, BROAD))
    matching = {snapshot_id for (snapshot_id,) in found}
    return matching if len(matching) < BROAD else None


def _newest(connection: sqlite3.Connection, expression: str, page_id: int, matching: set[int] | None) -> int | None:
    """The newest version of the page that matches: what a reader wants to see of it."""
    versions = connection.execute(
        "SELECT id FROM snapshots WHERE page_id = ? ORDER BY fetched_at DESC, seq DESC", (page_id,)
    )
    match = "SELECT rowid FROM search_fts WHERE search_fts MATCH ? AND rowid = ?"
    for (snapshot_id,) in versions:
        if matching is not None:
            if snapshot_id in matching:
                return int(snapshot_id)
        elif connection.execute(match, (expression, snapshot_id)).fetchone():
            return int(snapshot_id)
    return None


def _ranked(
    connection: sqlite3.Connection, expression: str, *, limit: int, among: Among | None
) -> list[tuple[int, int]]:
    """(snapshot, page) of the best matches; enough of them for `limit` pages."""
    asked = limit * ROWS_PER_HIT
    only, values = _only(among)
    while True:
        found = connection.execute(
            f"{MATCHES} AND {only} ORDER BY bm25(search_fts, {TITLE_WEIGHT}, {BODY_WEIGHT}) LIMIT ?",
            (expression, *values, asked),
        ).fetchall()
        if len(found) < asked or len({page for _, page in found}) >= limit:
            return found
        asked *= 10


def _newest_first(
    connection: sqlite3.Connection, expression: str, *, limit: int, among: Among | None
) -> list[tuple[int, int]]:
    """For words that a great many pages have: those in titles first, then the newest.

    Ranking would have to look at every match before it knows the first one.
    """
    only, values = _only(among)
    asked = limit * ROWS_PER_HIT
    looked_at = AMONG_NEWEST if among else asked
    query = f"{NEWEST} WHERE {only} ORDER BY found DESC LIMIT ?"
    titles = connection.execute(query, (f"title : ({expression})", looked_at, *values, asked)).fetchall()
    rest = connection.execute(query, (expression, looked_at, *values, asked)).fetchall()
    return titles + rest


def _only(among: Among | None) -> Among:
    """SQL that holds for the matches on such pages, and its values."""
    if among is None:
        return "1", ()
    return f"EXISTS (SELECT 1 FROM pages WHERE pages.id = search.page_id AND {among[0]})", among[1]


def _hit(connection: sqlite3.Connection, expression: str, snapshot_id: int) -> Hit:
    row: tuple[Any, ...] = connection.execute(
        f"SELECT {rows.PAGE}, {rows.SNAPSHOT},"
        " snippet(search_fts, 1, char(2), char(3), '…', 24)"
        " FROM search_fts JOIN snapshots ON snapshots.id = search_fts.rowid"
        " JOIN pages ON pages.id = snapshots.page_id"
        " WHERE search_fts MATCH ? AND search_fts.rowid = ?",
        (expression, snapshot_id),
    ).fetchone()
    return Hit(
        page=rows.page(row[: rows.PAGE_WIDTH]),
        snapshot=rows.snapshot(row[rows.PAGE_WIDTH : -1]),
        snippet=" ".join(unspaced((row[-1] or "").translate(JOINERS)).split()),
    )
