"""The tables of an archive, as the numbered scripts that make them; a shipped one is never edited.

The comments are part of the file: SQLite keeps them, so that `.schema` explains itself.
"""

from __future__ import annotations

from clipper.archive.schema_browsing import BROWSING
from clipper.archive.schema_learning import LONE_LINES
from clipper.archive.schema_watching import WATCHING

__all__ = ["APPLICATION_ID", "LATEST", "SCRIPTS"]

APPLICATION_ID = 0x636C6970  # "clip"

TABLES = """
CREATE TABLE pages ( -- a row is one address
    id INTEGER PRIMARY KEY,
    title TEXT, -- of the latest version
    url_key TEXT NOT NULL UNIQUE, -- addresses that are one page have one key
    url TEXT NOT NULL, -- as it was first given
    host TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'new', -- new, alive, blocked, failing, gone: by the latest check
    first_fetched TEXT, -- times are UTC: 2026-11-24T08:30:00.123456Z
    last_fetched TEXT, -- the latest check that went well
    last_changed TEXT, -- when the latest version was fetched
    versions INTEGER NOT NULL DEFAULT 0,
    checks INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, -- in a row, up to the latest check
    latest_snapshot INTEGER REFERENCES snapshots(id),
    etag TEXT, -- of the latest good capture, for the next request
    last_modified TEXT,
    gone_since TEXT, -- since when every check says that the page is gone
    back_since TEXT -- when it came back after it had been gone
) STRICT;
CREATE TABLE snapshots ( -- a row is one version of a page
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    title TEXT,
    fetched_at TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0, -- orders captures of one page in the same microsecond
    url TEXT NOT NULL, -- as it was asked for
    final_url TEXT NOT NULL, -- after redirects
    status INTEGER NOT NULL, -- of HTTP
    verdict TEXT NOT NULL, -- ok, thin
    author TEXT,
    site TEXT,
    published TEXT, -- by the page's own word, as precise as it is
    modified TEXT,
    language TEXT, -- ISO 639-1
    words INTEGER NOT NULL, -- a CJK character counts as a word
    change TEXT, -- against the version before, in words; NULL for the first
    words_added INTEGER,
    words_removed INTEGER,
    lead TEXT,
    image TEXT,
    canonical_url TEXT,
    categories TEXT, -- JSON list
    content_type TEXT,
    encoding TEXT, -- Python's codec name
    encoding_source TEXT,
    replaced_characters INTEGER,
    completeness TEXT,
    source TEXT, -- live, replay, file, import
    digest TEXT NOT NULL, -- sha256 of the normalised title and text
    body_sha256 TEXT REFERENCES bodies(sha256),
    UNIQUE (url, fetched_at, seq)
) STRICT;
CREATE INDEX snapshots_page ON snapshots(page_id, fetched_at, seq);
CREATE INDEX snapshots_fetched ON snapshots(fetched_at);
CREATE INDEX snapshots_body ON snapshots(body_sha256) WHERE body_sha256 IS NOT NULL;
CREATE TABLE texts ( -- the article of a snapshot; of several, the one with the highest id counts
    id INTEGER PRIMARY KEY,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    extractor TEXT,
    rule TEXT, -- the site rule that decided, if one did
    extracted_at TEXT,
    verdict TEXT,
    markdown TEXT, -- NULL where it is packed
    packed_sha256 TEXT REFERENCES bodies(sha256), -- UTF-8; clip_text(snapshot_id) reads both
    CHECK ((markdown IS NULL) <> (packed_sha256 IS NULL))
) STRICT;
CREATE INDEX texts_packed ON texts(packed_sha256) WHERE packed_sha256 IS NOT NULL;
CREATE INDEX texts_snapshot ON texts(snapshot_id);
CREATE TABLE checks ( -- a row is one attempt to fetch, whatever came of it
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    checked_at TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL, -- new, changed, unchanged, not modified, unusable, failed, refused
    reason TEXT,
    verdict TEXT,
    status INTEGER,
    url TEXT NOT NULL,
    final_url TEXT,
    bytes INTEGER,
    milliseconds INTEGER,
    attempts INTEGER,
    completeness TEXT, -- complete, truncated, unknown
    source TEXT,
    digest TEXT, -- of the article that was read; NULL if none was
    snapshot_id INTEGER REFERENCES snapshots(id), -- the version in force after this check
    body_sha256 TEXT REFERENCES bodies(sha256), -- the bytes, if they are kept
    dropped_sha256 TEXT, -- sha256 of bytes that came and are not kept
    UNIQUE (page_id, checked_at, seq)
) STRICT;
CREATE INDEX checks_snapshot ON checks(snapshot_id) WHERE snapshot_id IS NOT NULL;
CREATE INDEX checks_time ON checks(checked_at);
CREATE INDEX checks_body ON checks(body_sha256) WHERE body_sha256 IS NOT NULL;
CREATE TABLE evidence ( -- what came with a check
    check_id INTEGER PRIMARY KEY REFERENCES checks(id),
    request_headers TEXT, -- JSON: [[name, value], ...]
    headers TEXT, -- JSON: [[name, value], ...] of the last answer
    hops TEXT, -- JSON: every request on the way, redirects and retries
    truncated_by TEXT
) STRICT;
CREATE TABLE bodies ( -- bytes, by their own sha256
    sha256 TEXT PRIMARY KEY, -- hex, of the bytes after decompression
    size INTEGER NOT NULL, -- of the bytes after decompression
    stored INTEGER NOT NULL, -- of data
    codec TEXT NOT NULL, -- raw; zstd; zstd-prefix: with the bytes of base as raw-content dictionary
    base TEXT REFERENCES bodies(sha256),
    depth INTEGER NOT NULL DEFAULT 0, -- how many others are needed to read it
    data BLOB NOT NULL
) STRICT;
CREATE INDEX bodies_base ON bodies(base) WHERE base IS NOT NULL;
CREATE TABLE assets ( -- an image or file that a snapshot uses
    id INTEGER PRIMARY KEY,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    url TEXT NOT NULL,
    body_sha256 TEXT REFERENCES bodies(sha256),
    content_type TEXT,
    UNIQUE (snapshot_id, url)
) STRICT;
CREATE INDEX assets_body ON assets(body_sha256) WHERE body_sha256 IS NOT NULL;
CREATE TABLE feeds ( -- a row is something that is watched
    id INTEGER PRIMARY KEY,
    title TEXT,
    url TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, -- feed, page
    etag TEXT,
    last_modified TEXT,
    last_fetched TEXT,
    added_at TEXT NOT NULL,
    interval_seconds INTEGER,
    paused INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, -- in a row
    tags TEXT NOT NULL DEFAULT '[]' -- JSON list, given to the pages it lists
) STRICT;
CREATE TABLE listings ( -- this feed listed this page at that time under that title
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds(id),
    page_id INTEGER NOT NULL REFERENCES pages(id),
    title TEXT,
    listed_at TEXT NOT NULL,
    published TEXT, -- by the feed's word
    url TEXT NOT NULL,
    UNIQUE (feed_id, page_id)
) STRICT;
CREATE INDEX listings_page ON listings(page_id);
CREATE TABLE site_blocks ( -- a block of text seen on several pages of a host
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    digest TEXT NOT NULL,
    sample TEXT,
    pages INTEGER NOT NULL DEFAULT 0,
    first_seen TEXT,
    last_seen TEXT,
    UNIQUE (host, digest)
) STRICT;
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    tag TEXT NOT NULL,
    added_at TEXT NOT NULL,
    UNIQUE (page_id, tag)
) STRICT;
CREATE INDEX tags_tag ON tags(tag);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    note TEXT NOT NULL,
    added_at TEXT NOT NULL
) STRICT;
CREATE INDEX notes_page ON notes(page_id);
CREATE INDEX pages_host ON pages(host);
CREATE INDEX pages_recent ON pages(last_changed);
"""

SEARCH = """
CREATE TABLE search ( -- the text of each snapshot, a space between CJK characters, for search_fts
    snapshot_id INTEGER PRIMARY KEY REFERENCES snapshots(id),
    page_id INTEGER NOT NULL REFERENCES pages(id),
    title TEXT,
    body TEXT
) STRICT;
CREATE VIRTUAL TABLE search_fts USING fts5(
    title, body, content="search", content_rowid='snapshot_id', tokenize='unicode61'
);
CREATE TRIGGER search_inserted AFTER INSERT ON search BEGIN
    INSERT INTO search_fts(rowid, title, body) VALUES (new.snapshot_id, new.title, new.body);
END;
CREATE TRIGGER search_deleted AFTER DELETE ON search BEGIN
    INSERT INTO search_fts(search_fts, rowid, title, body)
    VALUES ('delete', old.snapshot_id, old.title, old.body);
END;
CREATE TRIGGER search_updated AFTER UPDATE ON search BEGIN
    INSERT INTO search_fts(search_fts, rowid, title, body)
    VALUES ('delete', old.snapshot_id, old.title, old.body);
    INSERT INTO search_fts(rowid, title, body) VALUES (new.snapshot_id, new.title, new.body);
END;
"""

VIEWS = """
CREATE VIEW latest AS -- each page with its latest version and the article
SELECT pages.id AS page_id, snapshots.id AS snapshot_id, snapshots.title, pages.host, pages.url,
    pages.state, snapshots.author, snapshots.published, snapshots.fetched_at, pages.last_fetched,
    pages.versions, snapshots.words, snapshots.language,
    (SELECT markdown FROM texts WHERE snapshot_id = snapshots.id
     ORDER BY id DESC LIMIT 1) AS markdown
FROM pages JOIN snapshots ON snapshots.id = pages.latest_snapshot;
CREATE VIEW recent_changes AS -- versions after a page's first, the newest on top
SELECT snapshots.id AS snapshot_id, snapshots.fetched_at, snapshots.title, pages.host,
    snapshots.change, snapshots.words_added, snapshots.words_removed, snapshots.url
FROM snapshots JOIN pages ON pages.id = snapshots.page_id
WHERE snapshots.change IS NOT NULL ORDER BY snapshots.fetched_at DESC;
CREATE VIEW failures AS -- checks that went wrong, the newest on top
SELECT checks.id AS check_id, checks.checked_at, checks.outcome, checks.verdict, checks.status,
    checks.reason, pages.title, pages.host, checks.url, pages.state
FROM checks JOIN pages ON pages.id = checks.page_id
WHERE checks.outcome IN ('unusable', 'failed', 'refused') ORDER BY checks.checked_at DESC;
CREATE VIEW hosts AS -- what is archived of each host
SELECT host, count(*) AS pages, sum(versions) AS versions, sum(checks) AS checks,
    sum(state = 'gone') AS gone, sum(state = 'blocked') AS blocked,
    sum(state = 'failing') AS failing, max(last_fetched) AS last_fetched
FROM pages GROUP BY host;
"""

LEDGER = """
CREATE TABLE ledger ( -- a chain of hashes over all that was filed; see docs/format.md
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- the table of the row that was made, changed or deleted
    row INTEGER NOT NULL, -- its id
    digest BLOB, -- sha256 of what it is after that; NULL if it was deleted
    head BLOB NOT NULL -- sha256 of the head before, kind, row and digest
) STRICT;
"""

# Triggers made FTS5 write out a segment for every row; `indexing.flush` does their work.
PROOF = """
DROP TRIGGER search_inserted;
DROP TRIGGER search_deleted;
DROP TRIGGER search_updated;
CREATE TABLE tombstones ( -- a row is a version that was pruned: what it was, without its text and bytes
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    title TEXT,
    fetched_at TEXT NOT NULL,
    seq INTEGER NOT NULL,
    url TEXT NOT NULL,
    words INTEGER NOT NULL,
    digest TEXT NOT NULL, -- of the article, as in snapshots
    body_sha256 TEXT, -- of bytes that are no longer here
    snapshot INTEGER NOT NULL, -- the id that it had; the ledger names it
    pruned_at TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX tombstones_page ON tombstones(page_id, fetched_at);
CREATE TABLE seals ( -- a head of the ledger that somebody outside vouched for
    id INTEGER PRIMARY KEY,
    sealed_at TEXT NOT NULL,
    entry INTEGER NOT NULL, -- of ledger
    head TEXT NOT NULL, -- its head, in hex
    service TEXT, -- the address that was asked for a timestamp
    token BLOB -- its answer: a TimeStampResp of RFC 3161, in DER
) STRICT;
"""

LEARNING = """
-- On how many of its pages a line stood above the article, in it, below it.
ALTER TABLE site_blocks ADD COLUMN above INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site_blocks ADD COLUMN within INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site_blocks ADD COLUMN below INTEGER NOT NULL DEFAULT 0;
-- The page of the host, counted, that had it last.
ALTER TABLE site_blocks ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX site_blocks_pages ON site_blocks(host, pages);
CREATE TABLE sites ( -- a host that something was learned of
    host TEXT PRIMARY KEY,
    pages INTEGER NOT NULL -- how many pages taught it
) STRICT;
CREATE TABLE site_containers ( -- what held the articles of a host
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    path TEXT NOT NULL, -- tag, id and classes, from the inside outwards
    pages INTEGER NOT NULL,
    UNIQUE (host, path)
) STRICT;
CREATE TABLE site_pages ( -- what was read of a page last, and whether it taught
    page_id INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE,
    host TEXT NOT NULL, -- after redirects
    text_digest TEXT NOT NULL, -- of the text alone: the same under three other addresses is no article
    canonical_url TEXT,
    learned INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX site_pages_text ON site_pages(host, text_digest);
CREATE TABLE rereadings ( -- a run of `clip reextract`, and how far it came
    id INTEGER PRIMARY KEY,
    selection TEXT NOT NULL, -- JSON: which checks
    extractor TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0, -- the check that was read last
    started_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
"""

# What tables and views of a million rows need, so that their pages open at once.
SCALE = """
CREATE INDEX snapshots_changed ON snapshots(fetched_at DESC) WHERE change IS NOT NULL;
CREATE INDEX snapshots_language ON snapshots(language);
CREATE INDEX checks_outcome ON checks(outcome);
CREATE INDEX checks_failures ON checks(checked_at DESC) WHERE outcome IN ('unusable', 'failed', 'refused');
-- An ORDER BY or a join would make counting their rows look at every row of the tables below; the order is the index's.
DROP VIEW recent_changes;
DROP VIEW failures;
CREATE VIEW recent_changes AS -- versions after a page's first, the newest on top
SELECT snapshots.id AS snapshot_id, snapshots.fetched_at, snapshots.title,
    (SELECT host FROM pages WHERE pages.id = snapshots.page_id) AS host,
    snapshots.change, snapshots.words_added, snapshots.words_removed, snapshots.url
FROM snapshots INDEXED BY snapshots_changed WHERE snapshots.change IS NOT NULL;
CREATE VIEW failures AS -- checks that went wrong, the newest on top
SELECT checks.id AS check_id, checks.checked_at, checks.outcome, checks.verdict, checks.status, checks.reason,
    (SELECT title FROM pages WHERE pages.id = checks.page_id) AS title,
    (SELECT host FROM pages WHERE pages.id = checks.page_id) AS host, checks.url,
    (SELECT state FROM pages WHERE pages.id = checks.page_id) AS state
FROM checks INDEXED BY checks_failures WHERE checks.outcome IN ('unusable', 'failed', 'refused');
CREATE TABLE sums ( -- of the rows that the ledger does not chain: what was learned of hosts, runs of reextract
    kind TEXT NOT NULL, -- the table
    host TEXT NOT NULL, -- whose rows; empty where they are no host's
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL, -- of the rows' hashes, modulo 2^44; see docs/format.md
    PRIMARY KEY (kind, host)
) STRICT, WITHOUT ROWID;
"""

SUMS = "-- From here on `sums` covers what is due, what reports tell of, and how hosts and feeds do, too."

SCRIPTS: tuple[tuple[str, str], ...] = (
    ("m001_archive", TABLES + SEARCH + VIEWS),
    ("m002_ledger", LEDGER),
    ("m003_proof", PROOF),
    ("m004_learning", LEARNING),
    ("m005_scale", SCALE),
    ("m006_watching", WATCHING),
    ("m007_browsing", BROWSING),
    ("m008_sums", SUMS),
    ("m009_lone_lines", LONE_LINES),
)
LATEST = len(SCRIPTS)
