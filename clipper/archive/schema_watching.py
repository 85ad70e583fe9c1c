"""The tables of what is watched: when it is due, how it is doing, and what reports tell of it."""

from __future__ import annotations

__all__ = ["WATCHING"]

WATCHING = """
CREATE TABLE aliases ( -- another address of a page: the same article under another key
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    url_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    reason TEXT NOT NULL, -- redirect, canonical
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX aliases_page ON aliases(page_id);
CREATE TABLE due ( -- a page that `clip sync` looks at again, and when
    page_id INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    due_at TEXT NOT NULL,
    set_at TEXT NOT NULL, -- when that was decided
    wait_seconds INTEGER NOT NULL DEFAULT 0, -- between the two, before HTTP and the host had a word in it
    reason TEXT NOT NULL, -- new, young, steady, changed, fresh, failed, gone, host, asked
    told TEXT, -- what the reports said last: failing or gone; NULL: that it is well
    told_at TEXT
) STRICT;
CREATE INDEX due_next ON due(due_at, host);
CREATE INDEX due_host ON due(host, due_at, page_id);
CREATE TABLE feed_plans ( -- when a feed is read again, and how it is doing
    feed_id INTEGER PRIMARY KEY REFERENCES feeds(id) ON DELETE CASCADE,
    due_at TEXT NOT NULL,
    set_at TEXT NOT NULL,
    wait_seconds INTEGER NOT NULL DEFAULT 0,
    private INTEGER NOT NULL DEFAULT 0, -- not exported unless that is asked for
    site_url TEXT,
    folder TEXT, -- of the list that it came from: JSON list
    warning TEXT, -- what is odd about it, told once
    error TEXT, -- why it could not be read the last time
    failing_since TEXT,
    told INTEGER NOT NULL DEFAULT 0 -- whether a report said so
) STRICT;
CREATE TABLE feed_texts ( -- what a feed says of a page that could not be had yet
    page_id INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE,
    title TEXT,
    author TEXT,
    published TEXT,
    html TEXT NOT NULL,
    listed_at TEXT NOT NULL
) STRICT;
CREATE TABLE host_troubles ( -- a host that answers address after address alike, and is left alone
    host TEXT PRIMARY KEY,
    failure TEXT NOT NULL, -- what it answers
    since TEXT NOT NULL,
    left_until TEXT NOT NULL,
    pauses INTEGER NOT NULL, -- so far, each twice as long as the one before; 0: it is not left alone yet
    requests INTEGER NOT NULL DEFAULT 0, -- before the first pause
    addresses TEXT NOT NULL DEFAULT '[]', -- before the first pause: JSON list
    told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE runs ( -- a run of `clip sync`
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT, -- NULL: it works, or it was killed
    ended TEXT, -- done, time, signal
    pages INTEGER NOT NULL DEFAULT 0, -- that were asked for
    feeds INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0 -- whether its events were reported
) STRICT;
CREATE TABLE events ( -- something that a report tells of
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    at TEXT NOT NULL,
    kind TEXT NOT NULL, -- new, changed, gone, failing, back, feed odd, feed failing, feed back, host left, host back
    page_id INTEGER REFERENCES pages(id) ON DELETE CASCADE,
    feed_id INTEGER REFERENCES feeds(id) ON DELETE CASCADE,
    host TEXT,
    snapshot_id INTEGER, -- the version in question; the last good one of a page that is gone
    since TEXT, -- when it began
    what TEXT -- in words
) STRICT;
CREATE INDEX events_run ON events(run_id);
CREATE INDEX events_at ON events(at);
CREATE INDEX events_page ON events(page_id) WHERE page_id IS NOT NULL;
"""
