"""No query of ours looks at every row of a table that grows: SQLite's own plan of each says so."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clipper.datasette_plugin import atom, evidence, memento, pages, state
from clipper.datasette_plugin.library import Filters, library
from clipper.datasette_plugin.reading import reading
from tests.datasette_plugin.datasette_material import NOW, Made

# What people put there by hand, or a row for each host: never many.
SMALL = {"feeds", "feed_plans", "tags", "sqlite_master", "host_troubles", "runs"}
GROWS = {
    "pages",
    "snapshots",
    "checks",
    "texts",
    "bodies",
    "search",
    "listings",
    "assets",
    "evidence",
    "ledger",
    "due",
    "events",
}
ASKED: dict[str, Callable[[sqlite3.Connection], Any]] = {
    "library": lambda c: library(c, Filters()),
    "the next page": lambda c: library(c, Filters(before="2026-11-20T00:00:00Z~3")),
    "host": lambda c: library(c, Filters(host="harbour.example", before="2026-11-20T00:00:00Z~3")),
    "tag": lambda c: library(c, Filters(tag="clocks")),
    "feed": lambda c: library(c, Filters(feed="1")),
    "state": lambda c: library(c, Filters(state="blocked", before="2026-11-20T00:00:00Z~3")),
    "language": lambda c: library(c, Filters(language="zh", before="2026-11-20T00:00:00Z~3")),
    "verdict of a version": lambda c: library(c, Filters(verdict="thin")),
    "verdict of an attempt": lambda c: library(c, Filters(verdict="challenge")),
    "dates": lambda c: library(c, Filters(since="2026-11-01", until="2026-11-20")),
    "search": lambda c: library(c, Filters(query="漏洞")),
    "search in a host": lambda c: library(c, Filters(query="harbour", host="tides.example.org", language="en")),
    "reading": lambda c: reading(c, 3),
    "evidence": lambda c: evidence.proof(c, reading(c, 3)),  # type: ignore[arg-type]
    "health": lambda c: state.state(c, 30, NOW + timedelta(hours=1)),
    "feed of changes": lambda c: atom._entries(c, Filters()),  # noqa: SLF001
    "feed of a host's changes": lambda c: atom._entries(c, Filters(host="harbour.example")),  # noqa: SLF001
    "versions of an address": lambda c: memento._versions(c, "//harbour.example/posts/17"),  # noqa: SLF001
    "a picture": lambda c: [c.execute(query, (1,)).fetchone() for query in pages.ASSETS.values()],
}


def scans(connection: sqlite3.Connection, query: str) -> list[str]:
    """The tables that grow which a query walks through from end to end without an index."""
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    if "WHERE" not in query and "LIMIT" in query and not any("TEMP B-TREE" in step for step in steps):
        return []  # the first or the last few rows, in the order in which they are
    found = []
    for step in steps:
        match = re.match(r"SCAN (\w+)(?! *.*(?:USING|VIRTUAL))", step)
        if match and match[1] in GROWS:
            found.append(f"{step} in {query[:300]}")
    return found


@pytest.mark.parametrize("name", ASKED)
def test_every_query_has_an_index(made: Made, name: str) -> None:
    connection = sqlite3.connect(f"file:{made.path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    queries: set[str] = set()
    connection.set_trace_callback(queries.add)
    ASKED[name](connection)
    connection.set_trace_callback(None)
    asked = {query for query in queries if query.lstrip().upper().startswith(("SELECT", "WITH"))}
    assert asked
    assert [scan for query in asked for scan in scans(connection, query)] == []
    connection.close()


def test_every_foreign_key_has_an_index(made: Made) -> None:
    """Datasette counts them on the page of a row, and SQLite looks for them when a row is deleted."""
    connection = sqlite3.connect(f"file:{made.path}?mode=ro", uri=True)
    without = connection.execute(
        'SELECT tables.name, keys."from" FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS keys'
        " WHERE tables.type = 'table' AND NOT EXISTS (SELECT 1 FROM pragma_index_list(tables.name) AS lists"
        ' JOIN pragma_index_info(lists.name) AS parts WHERE parts.seqno = 0 AND parts.name = keys."from")'
        ' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(tables.name) WHERE pk = 1 AND name = keys."from")'
    ).fetchall()
    assert without == []
    connection.close()


def test_a_query_without_an_index_would_be_found(made: Made) -> None:
    connection = sqlite3.connect(f"file:{made.path}?mode=ro", uri=True)
    assert scans(connection, "SELECT * FROM snapshots WHERE author = 'x'")
    assert not scans(connection, "SELECT * FROM snapshots WHERE id = 1")
    connection.close()
