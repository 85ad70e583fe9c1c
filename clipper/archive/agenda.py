"""When which page is looked at again, and which other addresses it has."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from clipper import urls
from clipper.archive import learning, queries, rows, standing
from clipper.models import Due, Extraction, PageState

__all__ = ["Agenda", "Record", "Unwell", "Window"]

# A decision from the future was made while the clock was wrong, and does not count.
CLOCK_SLACK = timedelta(hours=1)
FARTHEST = timedelta(days=100)  # no decision reaches so far
GONE_CHECKS, GONE_FOR = 3, timedelta(days=1)  # from when on a page counts as gone for sure
Transaction = Callable[[], AbstractContextManager[None]]


DUE = (
    "SELECT due_at, due.page_id, pages.url, pages.url_key, due.host, wait_seconds, told, told_at,"
    " group_concat(DISTINCT feeds.kind), min(feeds.interval_seconds), versions, pages.first_fetched IS NOT NULL"
    " FROM due JOIN pages ON pages.id = due.page_id LEFT JOIN listings ON listings.page_id = due.page_id"
    " LEFT JOIN feeds ON feeds.id = listings.feed_id"
)


@dataclass(frozen=True, slots=True)
class Window:
    """What counts as due: by now, or with `force` all, but nothing that was looked at since `start`."""

    start: datetime
    now: datetime
    force: bool = False
    every: timedelta | None = None  # also what was not looked at for so long

    @property
    def condition(self) -> str:
        """In SQL, over columns of `due`; the times are of our own making, and no text from outside."""
        future = f"set_at > '{rows.stamp(self.now + CLOCK_SLACK)}'"
        ahead = f"(set_at <= '{rows.stamp(self.start)}' OR reason = 'new' OR {future})"
        if self.force:
            return ahead
        long_ago = f" OR set_at <= '{rows.stamp(self.now - self.every)}'" if self.every else ""
        too_far = f"due_at > '{rows.stamp(self.now + FARTHEST)}'"
        return f"{ahead} AND (due_at <= '{rows.stamp(self.now)}' OR {future} OR {too_far}{long_ago})"


@dataclass(frozen=True, slots=True)
class Record:
    """How a page has done so far: what decides when it is looked at next."""

    page_id: int
    url: str
    state: PageState
    failures: int  # in a row
    first_fetched: datetime | None
    last_changed: datetime | None
    gone_since: datetime | None
    back_since: datetime | None
    latest_snapshot: int | None
    versions: int


@dataclass(frozen=True, slots=True)
class Unwell:
    """A page whose latest check went wrong."""

    page_id: int
    url: str
    host: str
    state: str
    failures: int  # in a row
    due_at: datetime | None  # when it is tried again; None if nothing lists it
    since: datetime | None
    reason: str


class Agenda:
    """The pages that are looked at again; each method that writes is one transaction."""

    def __init__(self, connection: sqlite3.Connection, *, reading: Transaction, writing: Transaction) -> None:
        self._connection = connection
        self._reading = reading
        self._writing = writing

    def adopt(self, now: datetime) -> None:
        """Put every listed page on the agenda that is not on it yet: imported, merged, of an older clipper."""
        with self._writing():
            pages = self._connection.execute(
                "SELECT id, url FROM feeds WHERE kind = 'page' AND id NOT IN (SELECT feed_id FROM listings)"
            ).fetchall()
            for feed_id, url in pages:
                self._list_itself(feed_id, url, rows.stamp(now))
            self._connection.execute(
                "INSERT INTO due (page_id, host, due_at, set_at, reason) SELECT DISTINCT id, host, ?1, ?1, 'new'"
                " FROM pages WHERE id IN (SELECT page_id FROM listings) AND id NOT IN (SELECT page_id FROM due)",
                (rows.stamp(now),),
            )

    def hasten(self, every: Callable[[str], timedelta | None]) -> None:
        """Let no page of a host wait for longer than its host's pages may; those of sources with their own interval wait.

        What failed is tried again at its own pace.
        """
        with self._writing():
            hosts = [host for (host,) in self._connection.execute("SELECT DISTINCT host FROM due").fetchall()]
            for host, wait in ((host, every(host)) for host in hosts):
                if wait is not None:
                    self._connection.execute(
                        "UPDATE due SET due_at = strftime('%Y-%m-%dT%H:%M:%f', set_at, ?2) || '000Z' WHERE host = ?1"
                        " AND due_at > strftime('%Y-%m-%dT%H:%M:%f', set_at, ?2) || '000Z'"
                        " AND reason NOT IN ('failed', 'gone', 'host') AND page_id NOT IN (SELECT page_id FROM listings"
                        " JOIN feeds ON feeds.id = feed_id WHERE interval_seconds IS NOT NULL)",
                        (host, f"+{wait.total_seconds():.3f} seconds"),
                    )

    def hosts(self, window: Window) -> list[str]:
        """The hosts with pages that are due, the longest due first."""
        with self._reading():
            found = self._connection.execute(
                f"SELECT host FROM due WHERE {window.condition} GROUP BY host ORDER BY min(due_at)"
            )
            return [host for (host,) in found]

    def pages(self, host: str, window: Window, *, after: tuple[str, int], limit: int) -> list[tuple[str, Due]]:
        """The next pages of a host that are due, each with its `due_at`; `after` is the last one's, and its id."""
        with self._reading():
            found = self._connection.execute(
                f"{DUE} WHERE due.host = ? AND (due_at, due.page_id) > (?, ?) AND {window.condition}"
                " GROUP BY due.page_id HAVING coalesce(min(feeds.paused), 0) = 0"
                " ORDER BY due_at, due.page_id LIMIT ?",
                (host, *after, limit),
            )
            return [(str(row[0]), _due(row)) for row in found]

    def due(self, page_id: int) -> Due | None:
        """What is on the agenda of a page; None if nothing is."""
        with self._reading():
            row = self._connection.execute(f"{DUE} WHERE due.page_id = ? GROUP BY due.page_id", (page_id,)).fetchone()
            return _due(row) if row else None

    def due_at(self, page_id: int) -> datetime | None:
        """When a page is looked at next; None if it is not."""
        with self._reading():
            row = self._connection.execute("SELECT due_at FROM due WHERE page_id = ?", (page_id,)).fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def record(self, page_id: int) -> Record:
        """How a page has done so far."""
        with self._reading():
            row = self._connection.execute(
                "SELECT url, state, failures, first_fetched, last_changed, gone_since, back_since, latest_snapshot,"
                " versions FROM pages WHERE id = ?",
                (page_id,),
            ).fetchone()
        first, changed, gone, back = map(rows.when, row[3:7])
        return Record(page_id, row[0], PageState(row[1]), row[2], first, changed, gone, back, row[7], row[8])

    def gone_for_sure(self, page_id: int) -> bool:
        """Whether a page is gone by a pattern and not by one answer: three in a row, over a day or more."""
        with self._reading():
            count, first, last = self._connection.execute(
                "SELECT count(*), min(checked_at), max(checked_at) FROM checks JOIN pages ON pages.id = checks.page_id"
                " WHERE page_id = ? AND state = 'gone' AND checked_at >= gone_since AND outcome <> 'refused'",
                (page_id,),
            ).fetchone()
        if count < GONE_CHECKS:
            return False
        return datetime.fromisoformat(last) - datetime.fromisoformat(first) >= GONE_FOR

    def set(
        self,
        due: Due,
        *,
        at: datetime,
        due_at: datetime,
        wait: timedelta,
        reason: str,
        told: str | None,
        told_at: datetime | None,
    ) -> None:
        """Decide when a page is looked at again."""
        with self._writing():
            self._connection.execute(
                "UPDATE due SET due_at = ?, set_at = ?, wait_seconds = ?, reason = ?, told = ?, told_at = ?"
                " WHERE page_id = ?",
                (
                    rows.stamp(due_at),
                    rows.stamp(at),
                    int(wait.total_seconds()),
                    reason,
                    told,
                    rows.stamp(told_at) if told_at else None,
                    due.page_id,
                ),
            )

    def tell(self, page_id: int, told: str, *, since: datetime) -> None:
        """Note what a report says of a page."""
        with self._writing():
            self._connection.execute(
                "UPDATE due SET told = ?, told_at = ? WHERE page_id = ?", (told, rows.stamp(since), page_id)
            )

    def hurry(self, page_ids: list[int], *, at: datetime) -> None:
        """Let pages be due now (`clip retry`, a site map that tells of a change)."""
        with self._writing():
            self._connection.executemany(
                "INSERT INTO due (page_id, host, due_at, set_at, reason) SELECT id, host, ?1, ?1, 'asked' FROM pages"
                " WHERE id = ?2 ON CONFLICT (page_id) DO UPDATE SET due_at = min(due_at, excluded.due_at)",
                [(rows.stamp(at), page_id) for page_id in page_ids],
            )

    def drop(self, page_id: int) -> None:
        """Look at a page no longer: nothing lists it, and it is well."""
        with self._writing():
            self._connection.execute("DELETE FROM due WHERE page_id = ?", (page_id,))

    def failing_since(self, page_id: int) -> datetime | None:
        """When the row of failures began that a page is in."""
        with self._reading():
            (first,) = self._connection.execute(
                "SELECT min(checked_at) FROM checks JOIN pages ON pages.id = page_id WHERE page_id = ?"
                " AND checked_at > coalesce(last_fetched, '') AND outcome IN ('failed', 'unusable', 'refused')",
                (page_id,),
            ).fetchone()
        return rows.when(first)

    def same_article(self, page_key: str, digest: str, *, title: str | None, words: int) -> bool | None:
        """Whether the page of that key or alias has this article or nearly so; None if there is no such page."""
        with self._reading():
            other = queries.page_id(self._connection, page_key)
            row = self._connection.execute(
                "SELECT digest, snapshots.title, words FROM pages JOIN snapshots ON snapshots.id = latest_snapshot"
                " WHERE pages.id = ?",
                (other,),
            ).fetchone()
        if row is None:
            return None
        return bool(row[0] == digest or (title and row[1] == title and abs(row[2] - words) <= 0.1 * max(row[2], words)))

    def twins(self, extraction: Extraction, *, url: str) -> list[tuple[str, str]]:
        """(key, canonical address) of the pages of the host of `url` with the very same text."""
        with self._reading():
            return learning.twins(self._connection, extraction, url=url)

    def drop_alias(self, key: str) -> None:
        """An address that was taken for another one of a page was none."""
        with self._writing():
            self._connection.execute("DELETE FROM aliases WHERE url_key = ?", (key,))

    def unwell(self) -> Iterator[Unwell]:
        """The pages whose latest check went wrong, the one that failed longest first."""
        with self._reading():
            found = self._connection.execute(
                "SELECT pages.id, pages.url, pages.host, pages.state, pages.failures, due.due_at,"
                " (SELECT min(checked_at) FROM checks WHERE page_id = pages.id"
                "  AND checked_at > coalesce(pages.last_fetched, '')) AS since,"
                " (SELECT coalesce(reason, verdict, outcome) FROM checks WHERE page_id = pages.id AND source <> 'feed'"
                "  ORDER BY checked_at DESC, seq DESC LIMIT 1)"
                " FROM pages LEFT JOIN due ON due.page_id = pages.id"
                " WHERE pages.state IN ('failing', 'blocked', 'gone') ORDER BY since, pages.id"
            )
            for row in found:
                yield Unwell(row[0], row[1], row[2], row[3], row[4], rows.when(row[5]), rows.when(row[6]), row[7] or "")

    def resolve(self, page_id: int, keys: list[tuple[str, str]], *, url: str, now: datetime) -> int | None:
        """The page that another page turned out to be, by the keys that its answer names for itself.

        `keys` are (key, reason). If one of them is a page with versions, `page_id` (without any) is
        taken into it: its listings, its tags, and its address as an alias. If none is, the keys
        become aliases of `page_id`.
        """
        with self._writing():
            for key, reason in keys:
                other = queries.page_id(self._connection, key)
                if other is not None and other != page_id and self._versions(other) and not self._versions(page_id):
                    self._join(page_id, other, url, reason, rows.stamp(now))
                    return other
            for key, reason in keys:
                if queries.page_id(self._connection, key) is None:
                    self._alias(page_id, key, url, reason, rows.stamp(now))
        return None

    def page_key(self, page_id: int) -> tuple[str, str]:
        """(key, address) of a page."""
        with self._reading():
            return self._connection.execute(  # type: ignore[no-any-return]
                "SELECT url_key, url FROM pages WHERE id = ?", (page_id,)
            ).fetchone()

    def _list_itself(self, feed_id: int, url: str, at: str) -> None:
        from clipper.archive import filing

        page_id = filing.page_for(self._connection, urls.url_key(url), url)
        self._connection.execute(
            "INSERT OR IGNORE INTO listings (feed_id, page_id, title, listed_at, url)"
            " SELECT id, ?, title, ?, url FROM feeds WHERE id = ?",
            (page_id, at, feed_id),
        )

    def _versions(self, page_id: int) -> bool:
        (versions,) = self._connection.execute("SELECT versions FROM pages WHERE id = ?", (page_id,)).fetchone()
        return bool(versions)

    def _alias(self, page_id: int, key: str, url: str, reason: str, at: str) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO aliases (page_id, url_key, url, reason, seen_at) VALUES (?, ?, ?, ?, ?)",
            (page_id, key, url, reason, at),
        )

    def _join(self, page_id: int, other: int, url: str, reason: str, at: str) -> None:
        """Take a page without versions into another one, with all that is known of it."""
        key, given = self.page_key(page_id)
        for statement in (
            "UPDATE OR IGNORE listings SET page_id = ?1 WHERE page_id = ?2",
            "DELETE FROM listings WHERE page_id = ?2 AND ?1",
            "INSERT OR IGNORE INTO tags (page_id, tag, added_at) SELECT ?1, tag, added_at FROM tags WHERE page_id = ?2",
            "DELETE FROM tags WHERE page_id = ?2 AND ?1",
            "UPDATE notes SET page_id = ?1 WHERE page_id = ?2",
            "UPDATE aliases SET page_id = ?1 WHERE page_id = ?2",
            "UPDATE events SET page_id = ?1 WHERE page_id = ?2",
            "UPDATE checks SET page_id = ?1, seq = seq + (SELECT count(*) FROM checks AS there WHERE there.page_id = ?1"
            " AND there.checked_at = checks.checked_at) WHERE page_id = ?2",
            "DELETE FROM pages WHERE id = ?2 AND ?1",
        ):
            self._connection.execute(statement, (other, page_id))
        self._alias(other, key, given or url, reason, at)
        standing.recount(self._connection, other)


def _due(row: rows.Row) -> Due:
    return Due(
        page_id=row[1],
        url=row[2],
        url_key=row[3],
        host=row[4],
        kinds=frozenset((row[8] or "").split(",")) - {""},
        every=timedelta(seconds=row[9]) if row[9] else None,
        wait=timedelta(seconds=row[5]),
        told=row[6],
        told_at=rows.when(row[7]),
        versions=row[10],
        fetched=bool(row[11]),
    )
