"""What is watched, and what the feeds among it list."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from clipper import urls
from clipper.archive import filing, rows
from clipper.errors import UsageError
from clipper.models import Source, Validators

__all__ = ["Sources", "list_entry", "watch"]

SOURCE = (
    "feeds.id, feeds.url, feeds.kind, feeds.title, feeds.tags, feeds.last_fetched, feeds.failures, feeds.etag,"
    " feeds.last_modified, feeds.paused, feeds.interval_seconds, coalesce(private, 0), site_url, folder, due_at,"
    " coalesce(wait_seconds, 0), warning, error, failing_since, coalesce(told, 0)"
)
FROM = "FROM feeds LEFT JOIN feed_plans ON feed_plans.feed_id = feeds.id"
READ = ("feed", "sitemap")  # kinds of sources that are fetched and list pages
MOVED = "feed moved"  # the kind of the event that says where a source was before
Transaction = Callable[[], AbstractContextManager[None]]


class Sources:
    """The sources of an archive; each method that writes is one transaction."""

    def __init__(self, connection: sqlite3.Connection, *, reading: Transaction, writing: Transaction) -> None:
        self._connection = connection
        self._reading = reading
        self._writing = writing

    def all(self, *, paused: bool = True) -> list[Source]:
        """What is watched, in the order in which it was added; with what is paused unless told otherwise."""
        with self._reading():
            where = "" if paused else "WHERE NOT paused"
            found = self._connection.execute(f"SELECT {SOURCE} {FROM} {where} ORDER BY feeds.id")
            return [_source(row) for row in found]

    def find(self, url: str) -> Source | None:
        """The source of that address, as it was given or as it is spelled in full, or that moved from there."""
        with self._reading():
            return _find(self._connection, url)

    def move(self, source: Source, url: str) -> Source | None:
        """Give a source its new address; None, and nothing is changed, if another one has it."""
        with self._writing():
            if _find(self._connection, url, moved=False) is not None:
                return None
            self._connection.execute("UPDATE feeds SET url = ? WHERE id = ?", (url, source.id))
            return _find(self._connection, url, moved=False)

    def former(self) -> dict[int, str]:
        """Where the sources that moved were before, by their ids."""
        with self._reading():
            found = self._connection.execute(
                "SELECT feed_id, what FROM events WHERE kind = ? AND feed_id IS NOT NULL ORDER BY id", (MOVED,)
            )
            return {int(feed_id): str(what) for feed_id, what in found}

    def due(self, now: datetime, *, host: str | None = None, force: bool = False) -> list[Source]:
        """The feeds and site maps to read now, `host`'s only, or all of them with `force`; the longest due first."""
        with self._reading():
            found = self._connection.execute(
                f"SELECT {SOURCE} {FROM} WHERE NOT paused AND kind IN ('feed', 'sitemap')"
                " AND (?1 OR due_at IS NULL OR due_at <= ?2 OR set_at > ?3) ORDER BY due_at, feeds.id",
                (force, rows.stamp(now), rows.stamp(now + timedelta(hours=1))),
            )
            return [source for source in map(_source, found) if host in (None, urls.host_of(source.url))]

    def edit(
        self,
        source: Source,
        *,
        title: str | None = None,
        tags: tuple[str, ...] | None = None,
        every: timedelta | None = None,
        private: bool | None = None,
        paused: bool | None = None,
    ) -> Source:
        """Change what is given; `every` of nothing (0 s) leaves the interval to the source's history again."""
        changes: dict[str, Any] = {}
        if title is not None:
            changes["title"] = title or None
        if tags is not None:
            changes["tags"] = json.dumps(sorted(set(tags)), ensure_ascii=False)
        if every is not None:
            changes["interval_seconds"] = int(every.total_seconds()) or None
        if paused is not None:
            changes["paused"] = int(paused)
        with self._writing():
            for name, value in changes.items():
                self._connection.execute(f"UPDATE feeds SET {name} = ? WHERE id = ?", (value, source.id))
            if private is not None:
                _plan(self._connection, source.id)
                self._connection.execute(
                    "UPDATE feed_plans SET private = ? WHERE feed_id = ?", (int(private), source.id)
                )
            if every is not None or paused is False:  # what is decided is decided anew
                self._connection.execute("UPDATE feed_plans SET due_at = '' WHERE feed_id = ?", (source.id,))
                self._connection.execute(
                    "UPDATE due SET due_at = set_at WHERE reason NOT IN ('failed', 'gone', 'host') AND page_id IN"
                    " (SELECT page_id FROM listings WHERE feed_id = ?)",
                    (source.id,),
                )
            found = _find(self._connection, source.url)
        assert found is not None
        return found

    def describe(self, source: Source, *, site_url: str | None, folder: tuple[str, ...], private: bool) -> None:
        """Keep what is known of a source besides its address."""
        with self._writing():
            _plan(self._connection, source.id)
            self._connection.execute(
                "UPDATE feed_plans SET site_url = coalesce(?, site_url), folder = coalesce(?, folder),"
                " private = max(private, ?) WHERE feed_id = ?",
                (site_url, json.dumps(folder, ensure_ascii=False) if folder else None, int(private), source.id),
            )

    def read(
        self,
        source: Source,
        validators: Validators,
        *,
        at: datetime,
        wait: timedelta,
        due_at: datetime,
        warning: str | None = None,
    ) -> None:
        """Note that a feed was read, and when it is read again."""
        with self._writing():
            self._connection.execute(
                "UPDATE feeds SET last_fetched = ?, failures = 0, etag = coalesce(?, etag),"
                " last_modified = coalesce(?, last_modified) WHERE id = ?",
                (rows.stamp(at), validators.etag, validators.last_modified, source.id),
            )
            _plan(self._connection, source.id)
            self._connection.execute(
                "UPDATE feed_plans SET due_at = ?, set_at = ?, wait_seconds = ?, warning = ?, error = NULL,"
                " failing_since = NULL, told = 0 WHERE feed_id = ?",
                (rows.stamp(due_at), rows.stamp(at), int(wait.total_seconds()), warning, source.id),
            )

    def failed(self, source: Source, error: str, *, at: datetime, due_at: datetime, told: bool) -> None:
        """Note that a feed could not be fetched or read, and when it is tried again."""
        with self._writing():
            self._connection.execute(
                "UPDATE feeds SET last_fetched = ?, failures = failures + 1 WHERE id = ?", (rows.stamp(at), source.id)
            )
            _plan(self._connection, source.id)
            self._connection.execute(
                "UPDATE feed_plans SET due_at = ?1, set_at = ?2, error = ?3,"
                " failing_since = coalesce(failing_since, ?2), told = ?4 WHERE feed_id = ?5",
                (rows.stamp(due_at), rows.stamp(at), rows.storable(error), int(told), source.id),
            )

    def hurry(self, ids: list[int]) -> None:
        """Let feeds be read by the next run (`clip retry`)."""
        with self._writing():
            self._connection.executemany(
                "UPDATE feed_plans SET due_at = '' WHERE feed_id = ?", [(feed_id,) for feed_id in ids]
            )

    def postpone(self, source: Source, *, at: datetime, due_at: datetime) -> None:
        """Look at a feed later, without a word about how it is doing: its host is in trouble."""
        with self._writing():
            _plan(self._connection, source.id)
            self._connection.execute(
                "UPDATE feed_plans SET due_at = ?, set_at = ? WHERE feed_id = ?",
                (rows.stamp(due_at), rows.stamp(at), source.id),
            )

    def keep_text(
        self, url_key: str, html: str, *, title: str | None, author: str | None, published: str | None, at: datetime
    ) -> None:
        """Keep what a feed says of a page, for as long as the page itself cannot be had."""
        with self._writing():
            self._connection.execute(
                "INSERT INTO feed_texts (page_id, title, author, published, html, listed_at)"
                " SELECT id, ?, ?, ?, ?, ? FROM pages WHERE url_key = ? AND latest_snapshot IS NULL"
                " ON CONFLICT (page_id) DO UPDATE SET html = excluded.html",
                (title, author, published, rows.storable(html), rows.stamp(at), url_key),
            )

    def text(self, page_id: int) -> tuple[str | None, str | None, str | None, str] | None:
        """(title, author, published, HTML) that a feed gives of a page; None if none was kept."""
        with self._reading():
            return self._connection.execute(  # type: ignore[no-any-return]
                "SELECT title, author, published, html FROM feed_texts WHERE page_id = ?", (page_id,)
            ).fetchone()

    def drop_text(self, page_id: int) -> None:
        """The page came, or its text was filed."""
        with self._writing():
            self._connection.execute("DELETE FROM feed_texts WHERE page_id = ?", (page_id,))


def watch(
    connection: sqlite3.Connection,
    url: str,
    *,
    kind: str,
    title: str | None,
    tags: tuple[str, ...],
    now: str,
) -> Source:
    known = _find(connection, url)
    url = known.url if known else url
    together = sorted({*tags, *(known.tags if known else ())})
    connection.execute(
        "INSERT INTO feeds (url, kind, title, tags, added_at) VALUES (?, ?, ?, ?, ?) ON"
        " CONFLICT (url) DO UPDATE"
        " SET kind = excluded.kind, title = coalesce(title, excluded.title), tags ="
        " excluded.tags, paused = 0",
        (url, kind, title, json.dumps(together, ensure_ascii=False), now),
    )
    source = _find(connection, url)
    assert source is not None
    if kind in READ:
        _plan(connection, source.id)
    if kind == "page":  # it lists itself, so that every page that is watched is listed
        list_entry(connection, source, url, url_key=urls.url_key(url), title=title, published=None, at=now)
    return source


def unwatch(connection: sqlite3.Connection, url: str) -> bool:
    known = _find(connection, url)
    if known is None:
        return False
    connection.execute("DELETE FROM events WHERE feed_id = ?", (known.id,))
    connection.execute("DELETE FROM listings WHERE feed_id = ?", (known.id,))
    connection.execute("DELETE FROM feeds WHERE id = ?", (known.id,))
    connection.execute("DELETE FROM due WHERE page_id NOT IN (SELECT page_id FROM listings)")
    return True


def list_entry(
    connection: sqlite3.Connection,
    source: Source,
    url: str,
    *,
    url_key: str,
    title: str | None,
    published: str | None,
    at: str,
) -> bool:
    page_id = filing.page_for(connection, url_key, url)
    cursor = connection.execute(
        "INSERT OR IGNORE INTO listings (feed_id, page_id, title, listed_at, published, url) VALUES (?, ?, ?, ?, ?, ?)",
        (source.id, page_id, title, at, published, url),
    )
    if not cursor.rowcount:
        return False
    connection.execute(
        "INSERT OR IGNORE INTO due (page_id, host, due_at, set_at, reason) SELECT id, host, ?, ?, 'new' FROM pages"
        " WHERE id = ?",
        (at, at, page_id),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO tags (page_id, tag, added_at) VALUES (?, ?, ?)",
        [(page_id, tag, at) for tag in source.tags],
    )
    return True


def _plan(connection: sqlite3.Connection, feed_id: int) -> None:
    """The plan of a source, made if need be: due at once."""
    connection.execute("INSERT OR IGNORE INTO feed_plans (feed_id, due_at, set_at) VALUES (?, '', '')", (feed_id,))


def _find(connection: sqlite3.Connection, url: str, *, moved: bool = True) -> Source | None:
    """The source of an address; with `moved` also the one that was there before."""
    here = "feeds.url = ?"
    there = f"feeds.id = (SELECT feed_id FROM events WHERE kind = '{MOVED}' AND what = ? ORDER BY id DESC LIMIT 1)"
    for where in (here, there) if moved else (here,):
        for spelling in _spellings(url):
            row = connection.execute(f"SELECT {SOURCE} {FROM} WHERE {where}", (spelling,)).fetchone()
            if row:
                return _source(row)
    return None


def _spellings(url: str) -> Iterator[str]:
    yield url
    try:
        yield urls.without_credentials(urls.check(url))
    except UsageError:
        return


def _source(row: rows.Row) -> Source:
    return Source(
        id=row[0],
        url=row[1],
        kind=row[2],
        title=row[3],
        tags=tuple(json.loads(row[4])),
        last_fetched=rows.when(row[5]),
        failures=row[6],
        validators=Validators(etag=row[7], last_modified=row[8]),
        paused=bool(row[9]),
        every=timedelta(seconds=row[10]) if row[10] else None,
        private=bool(row[11]),
        site_url=row[12],
        folder=tuple(json.loads(row[13] or "[]")),
        due_at=rows.when(row[14]),
        wait=timedelta(seconds=row[15]),
        warning=row[16],
        error=row[17],
        failing_since=rows.when(row[18]),
        told=bool(row[19]),
    )
