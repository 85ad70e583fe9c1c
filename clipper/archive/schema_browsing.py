"""What the library, its filters and the view of sources and health need, so that no query looks at every row."""

from __future__ import annotations

__all__ = ["BROWSING"]

BROWSING = """
-- Pages of a host or in a state by their last change.
DROP INDEX pages_host;
CREATE INDEX pages_host ON pages(host, last_changed);
CREATE INDEX pages_state ON pages(state, last_changed);
-- The page whose latest version that is; also asked for each version that is pruned.
CREATE INDEX pages_latest ON pages(latest_snapshot) WHERE latest_snapshot IS NOT NULL;
-- Versions in a language, and very short ones, by time: a page's last change is when its latest version was fetched.
DROP INDEX snapshots_language;
CREATE INDEX snapshots_language ON snapshots(language, fetched_at);
CREATE INDEX snapshots_thin ON snapshots(fetched_at) WHERE verdict <> 'ok';
-- What checks came to, day by day, without a look at the checks themselves.
DROP INDEX checks_time;
CREATE INDEX checks_time ON checks(checked_at, outcome, verdict, status, bytes);
-- What Datasette counts on the page of a row: rows of other tables that name it.
CREATE INDEX search_page ON search(page_id);
CREATE INDEX events_feed ON events(feed_id) WHERE feed_id IS NOT NULL;
-- The entries of one row: proof of a single version.
CREATE INDEX ledger_row ON ledger(kind, row);
"""
