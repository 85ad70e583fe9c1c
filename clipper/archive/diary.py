"""What runs did, what a report tells of it, and which hosts are left alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

from clipper.archive import rows
from clipper.models import Event, Trouble

__all__ = ["Diary"]

Transaction = Callable[[], AbstractContextManager[None]]
EVENT = (
    "events.id, events.at, events.kind, coalesce(pages.url, feeds.url),"
    " coalesce(pages.title, listings.title, feeds.title), coalesce(events.host, pages.host), events.snapshot_id,"
    " events.since, events.what, pages.url_key"
)
FROM = (
    "FROM events LEFT JOIN pages ON pages.id = events.page_id LEFT JOIN feeds ON feeds.id = events.feed_id"
    " LEFT JOIN listings ON listings.id = (SELECT min(id) FROM listings WHERE page_id = events.page_id)"
)


class Diary:
    """Runs, events and troubled hosts; each method that writes is one transaction."""

    def __init__(self, connection: sqlite3.Connection, *, reading: Transaction, writing: Transaction) -> None:
        self._connection = connection
        self._reading = reading
        self._writing = writing

    def begin(self, now: datetime) -> int:
        """A new run; its id."""
        with self._writing():
            cursor = self._connection.execute("INSERT INTO runs (started_at) VALUES (?)", (rows.stamp(now),))
            return int(cursor.lastrowid or 0)

    def finish(self, run: int, *, at: datetime, ended: str, pages: int, feeds: int, requests: int) -> None:
        """Note how a run ended: done, time or signal."""
        with self._writing():
            self._connection.execute(
                "UPDATE runs SET finished_at = ?, ended = ?, pages = ?, feeds = ?, requests = ? WHERE id = ?",
                (rows.stamp(at), ended, pages, feeds, requests, run),
            )

    def told(self) -> None:
        """Note that everything up to now was reported; runs that did nothing leave no row."""
        with self._writing():
            self._connection.execute("UPDATE runs SET told = 1 WHERE NOT told")
            self._connection.execute(
                "DELETE FROM runs WHERE pages + feeds = 0 AND NOT EXISTS (SELECT 1 FROM events WHERE run_id = runs.id)"
            )

    def add(
        self,
        run: int,
        kind: str,
        *,
        at: datetime,
        page_id: int | None = None,
        feed_id: int | None = None,
        host: str | None = None,
        snapshot_id: int | None = None,
        since: datetime | None = None,
        what: str | None = None,
    ) -> None:
        """Note something that a report tells of."""
        with self._writing():
            self._connection.execute(
                "INSERT INTO events (run_id, at, kind, page_id, feed_id, host, snapshot_id, since, what)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run,
                    rows.stamp(at),
                    kind,
                    page_id,
                    feed_id,
                    host,
                    snapshot_id,
                    rows.stamp(since) if since else None,
                    rows.storable(what) if what else None,
                ),
            )

    def untold(self) -> Iterator[Event]:
        """What no report told of yet, in the order in which it happened; a killed run's included."""
        with self._reading():
            found = self._connection.execute(
                f"SELECT {EVENT} {FROM} WHERE run_id IN (SELECT id FROM runs WHERE NOT told) ORDER BY events.id"
            )
            for row in found:
                yield _event(row)

    def since(self, moment: datetime, *, newest_first: bool = False, limit: int | None = None) -> Iterator[Event]:
        """What happened since that time."""
        with self._reading():
            order = "DESC" if newest_first else "ASC"
            found = self._connection.execute(
                f"SELECT {EVENT} {FROM} WHERE events.at >= ? ORDER BY events.at {order}, events.id {order} LIMIT ?",
                (rows.stamp(moment), -1 if limit is None else limit),
            )
            for row in found:
                yield _event(row)

    def troubles(self) -> list[Trouble]:
        """The hosts that answered page after page alike, until they answer well again."""
        with self._reading():
            found = self._connection.execute(
                "SELECT host, failure, since, left_until, pauses, told, requests, addresses FROM host_troubles"
                " ORDER BY host"
            )
            return [_trouble(row) for row in found]

    def leave(self, trouble: Trouble) -> None:
        """Keep what is known of a host in trouble."""
        with self._writing():
            self._connection.execute(
                "INSERT OR REPLACE INTO host_troubles (host, failure, since, left_until, pauses, told, requests, addresses)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    trouble.host,
                    rows.storable(trouble.failure),
                    rows.stamp(trouble.since),
                    rows.stamp(trouble.left_until),
                    trouble.pauses,
                    int(trouble.told),
                    trouble.requests,
                    json.dumps(sorted(trouble.addresses)),
                ),
            )

    def release(self, host: str, *, at: datetime) -> None:
        """Let a host be asked again in the next run."""
        with self._writing():
            self._connection.execute("UPDATE host_troubles SET left_until = ? WHERE host = ?", (rows.stamp(at), host))

    def forgive(self, host: str) -> None:
        """The host answers well again."""
        with self._writing():
            self._connection.execute("DELETE FROM host_troubles WHERE host = ?", (host,))


def _event(row: rows.Row) -> Event:
    return Event(
        id=row[0],
        at=datetime.fromisoformat(row[1]),
        kind=row[2],
        url=row[3],
        title=row[4],
        host=row[5],
        snapshot_id=row[6],
        since=rows.when(row[7]),
        what=row[8],
        url_key=row[9],
    )


def _trouble(row: rows.Row) -> Trouble:
    return Trouble(
        host=row[0],
        failure=row[1],
        since=datetime.fromisoformat(row[2]),
        left_until=datetime.fromisoformat(row[3]),
        pauses=row[4],
        told=bool(row[5]),
        requests=row[6],
        addresses=frozenset(json.loads(row[7])),
    )
