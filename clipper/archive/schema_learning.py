"""The table of lines that one page of a host had: what most lines stay, for as long as they are remembered."""

from __future__ import annotations

__all__ = ["LONE_LINES"]

LONE_LINES = """
CREATE TABLE site_lone_lines ( -- the lines of a page that no earlier page of its host had, until they are forgotten
    host TEXT NOT NULL,
    turn INTEGER NOT NULL, -- the page of the host, counted
    seen_at TEXT NOT NULL,
    lines BLOB NOT NULL, -- for n lines n times 8 bytes of a digest, then n bytes: 0 above the article, 1 in it, 2 below, 3 elsewhere
    PRIMARY KEY (host, turn, seen_at)
) STRICT, WITHOUT ROWID;
-- A reader is told of lines of three pages or more.
DROP INDEX site_blocks_pages;
CREATE INDEX site_blocks_pages ON site_blocks(host, pages) WHERE pages >= 3;
"""
