"""The library: pages by their last change, or by a search, narrowed by what a visitor chooses."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Any

from clipper.archive import search
from clipper.datasette_plugin import words
from clipper.diff import plain

__all__ = ["Card", "Filters", "Library", "count_pages", "library", "neighbours_in_library"]

PER_PAGE = 30
PAGES_OF_FOUND = 10  # nobody reads the three hundredth hit
LEAD = 180  # characters
CHOICES = 12
NAMED = {"query": "q"}  # in addresses, where that is another name than ours
SHOWN_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor narrows the library to."""

    query: str = ""
    host: str = ""
    feed: str = ""  # its number
    tag: str = ""
    state: str = ""
    verdict: str = ""
    language: str = ""
    since: str = ""  # days: of the last change
    until: str = ""
    before: str = ""  # where the page before ended: last_changed~id; of a search the number of the page

    @property
    def given(self) -> dict[str, str]:
        """Those that are set, as addresses name them, without the place."""
        named = {NAMED.get(name, name): value for name, value in asdict(self).items() if name != "before"}
        return {name: value for name, value in named.items() if value}

    @property
    def narrowed(self) -> dict[str, str]:
        """The same without the search."""
        return {name: value for name, value in self.given.items() if name != "q"}

    def without(self, name: str) -> dict[str, str]:
        """What is left in the address when one of them is taken off."""
        return {key: value for key, value in self.given.items() if key != name}

    @property
    def conditions(self) -> tuple[str, list[str]]:
        """SQL on the table `pages`, and its values."""
        chosen = [(sql, value) for sql, value in (
            ("pages.host = ?", self.host),
            ("pages.id IN (SELECT page_id FROM listings WHERE feed_id = CAST(? AS INTEGER))", self.feed),
            ("pages.id IN (SELECT page_id FROM tags WHERE tag = ?)", self.tag),
            ("pages.state = ?", self.state),
            (GOOD if self.verdict in VERSIONS else BAD, self.verdict),
            ("(SELECT language FROM snapshots WHERE id = pages.latest_snapshot) = ?", self.language),
            ("pages.last_changed >= ?", self.since),
            ("pages.last_changed < date(?, '+1 day')", self.until),
        ) if value]  # fmt: skip
        return " AND ".join(sql for sql, _ in chosen) or "1", [value for _, value in chosen]


# A version is ok or thin; every other verdict is of an attempt that brought none.
VERSIONS = ("ok", "thin")
GOOD = "(SELECT verdict FROM snapshots WHERE id = pages.latest_snapshot) = ?"
BAD = (
    "pages.state IN ('blocked', 'failing', 'gone') AND (SELECT verdict FROM checks WHERE page_id = pages.id"
    " ORDER BY checked_at DESC, seq DESC LIMIT 1) = ?"
)


@dataclass(frozen=True, slots=True)
class Card:
    """One page in the library."""

    page_id: int
    snapshot_id: int | None
    title: str
    host: str
    site: str | None
    state: str
    url: str
    author: str | None
    published: str | None
    changed: str | None
    versions: int
    words: int
    language: str | None
    change: str | None
    lead: str  # of a search: the snippet, the words found between U+0002 and U+0003
    picture: bool  # whether its image is in the archive
    reason: str | None = None  # why there is no version


@dataclass(frozen=True, slots=True)
class Library:
    """One page of the library, and what it can be narrowed to."""

    cards: list[Card]
    more: str = ""  # the `before` of the next page
    total: int = 0
    states: list[tuple[str, int]] = field(default_factory=list)
    hosts: list[tuple[str, int]] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)
    feeds: list[tuple[int, str]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


COLUMNS = f"""
SELECT pages.id, pages.latest_snapshot, coalesce(snapshots.title, pages.title, ''), pages.host, snapshots.site,
    pages.state, pages.url, snapshots.author, snapshots.published, pages.last_changed,
    pages.versions, snapshots.words, snapshots.language, snapshots.change, snapshots.lead,
    EXISTS (SELECT 1 FROM assets WHERE snapshot_id = snapshots.id AND url = snapshots.image
     AND body_sha256 IS NOT NULL AND content_type IN {SHOWN_PICTURES}),
    (SELECT substr(markdown, 1, 1200) FROM texts WHERE snapshot_id = snapshots.id
     ORDER BY id DESC LIMIT 1),
    CASE WHEN pages.latest_snapshot IS NULL THEN (SELECT reason FROM checks
     WHERE page_id = pages.id ORDER BY checked_at DESC, seq DESC LIMIT 1) END"""
BY_PAGE = "pages LEFT JOIN snapshots ON snapshots.id = pages.latest_snapshot"
# A page's last change is when its latest version was fetched: the index on (language, fetched_at) is in order.
BY_VERSION = "snapshots CROSS JOIN pages ON pages.latest_snapshot = snapshots.id"


def library(connection: sqlite3.Connection, filters: Filters) -> Library:
    """The pages that changed last, or those that a search finds, the best first."""
    cards, more = _found(connection, filters) if filters.query else _recent(connection, filters)
    return Library(
        cards=cards,
        more=more,
        total=count_pages(connection),
        states=_counted(connection, "SELECT state, count(*) FROM pages GROUP BY state"),
        hosts=_counted(connection, "SELECT host, count(*) FROM pages GROUP BY host"),
        tags=_counted(connection, "SELECT tag, count(*) FROM tags GROUP BY tag"),
        feeds=[
            (row[0], row[1])
            for row in connection.execute(
                "SELECT id, coalesce(title, url) FROM feeds WHERE kind = 'feed' ORDER BY 2 LIMIT 200"
            )
        ],
        languages=_languages(connection),
    )


def _recent(connection: sqlite3.Connection, filters: Filters) -> tuple[list[Card], str]:
    """The page of cards that begins after `filters.before`, and where the next one does."""
    condition, values = filters.conditions
    source, changed = BY_PAGE, "pages.last_changed"
    if filters.language or filters.verdict == "thin":
        source, changed = BY_VERSION, "snapshots.fetched_at"
        condition += " AND snapshots.language = ?" if filters.language else " AND snapshots.verdict <> 'ok'"
        values += [filters.language] if filters.language else []
    unread = source is BY_PAGE and bool(filters.state or filters.verdict or filters.feed)
    if not unread:
        condition = f"{condition} AND pages.latest_snapshot IS NOT NULL"
    if filters.before:
        place, numbers = _after(filters.before, changed, unread=unread)
        condition = f"{condition} AND {place}"
        values += numbers
    order = f"{changed} DESC, pages.id DESC"
    query = f"{COLUMNS} FROM {source} WHERE {condition} ORDER BY {order} LIMIT {PER_PAGE + 1}"
    rows = connection.execute(query, values).fetchall()
    cards = [_card(row) for row in rows[:PER_PAGE]]
    return cards, f"{cards[-1].changed or ''}~{cards[-1].page_id}" if len(rows) > PER_PAGE else ""


def _after(before: str, changed: str, *, unread: bool) -> tuple[str, list[str]]:
    """SQL for what comes after that place, and its values; pages without a version (`unread`) come last."""
    moment, _, page_id = before.partition("~")
    number = page_id if page_id.isdecimal() else "0"
    if not moment:
        return f"{changed} IS NULL AND pages.id < CAST(? AS INTEGER)", [number]
    later = f"({changed}, pages.id) < (?, CAST(? AS INTEGER))"
    return f"({later} OR {changed} IS NULL)" if unread else later, [moment, number]


def _found(connection: sqlite3.Connection, filters: Filters) -> tuple[list[Card], str]:
    """The page of hits that `filters.before` counts, and the next one's number."""
    number = int(filters.before) if filters.before.isdecimal() else 1
    number = max(1, min(number, PAGES_OF_FOUND))
    condition, values = filters.conditions
    hits = search.find(
        connection,
        filters.query,
        limit=PER_PAGE + 1,
        skip=(number - 1) * PER_PAGE,
        among=(condition, tuple(values)) if values else None,
    )
    cards = []
    for hit in hits[:PER_PAGE]:
        row = connection.execute(f"{COLUMNS} FROM {BY_PAGE} WHERE pages.id = ?", (hit.page.id,)).fetchone()
        cards.append(_card(row, snapshot_id=hit.snapshot.id, snippet=hit.snippet))
    return cards, str(number + 1) if len(hits) > PER_PAGE and number < PAGES_OF_FOUND else ""


def count_pages(connection: sqlite3.Connection) -> int:
    """How many pages the archive knows."""
    return int(connection.execute("SELECT count(*) FROM pages").fetchone()[0])


def neighbours_in_library(connection: sqlite3.Connection, page: dict[str, Any]) -> list[tuple[int, str] | None]:
    """(snapshot, title) of the page that changed next after this one, and of the one before it."""
    found: list[tuple[int, str] | None] = []
    for sign, order in ((">", "ASC"), ("<", "DESC")):
        row = connection.execute(
            "SELECT latest_snapshot, coalesce(title, url) FROM pages WHERE latest_snapshot IS NOT NULL"
            f" AND (last_changed, id) {sign} (?, ?) ORDER BY last_changed {order}, id {order} LIMIT 1",
            (page["last_changed"] or "", page["id"]),
        ).fetchone()
        found.append((row[0], row[1]) if row else None)
    return found


def _counted(connection: sqlite3.Connection, query: str) -> list[tuple[str, int]]:
    found = connection.execute(f"{query} ORDER BY 2 DESC, 1 LIMIT {CHOICES}")
    return [(str(name), int(number)) for name, number in found]


def _languages(connection: sqlite3.Connection) -> list[str]:
    """Those there are, by one step in the index for each: counting them would take a look at every version."""
    found = connection.execute(
        "WITH RECURSIVE each(language) AS (SELECT min(language) FROM snapshots UNION ALL"
        " SELECT (SELECT min(language) FROM snapshots WHERE language > each.language) FROM each"
        " WHERE each.language IS NOT NULL) SELECT language FROM each WHERE language IS NOT NULL LIMIT 100"
    )
    return [str(row[0]) for row in found]


def _card(row: Any, *, snapshot_id: int | None = None, snippet: str | None = None) -> Card:
    lead = snippet if snippet is not None else _lead(row[14] or plain(words.without_title(row[16] or "", row[2])))
    return Card(
        page_id=row[0],
        snapshot_id=snapshot_id or row[1],
        title=row[2] or row[6],
        host=row[3],
        site=row[4],
        state=row[5],
        url=row[6],
        author=row[7],
        published=row[8],
        changed=row[9],
        versions=row[10],
        words=row[11] or 0,
        language=row[12],
        change=row[13],
        lead=lead,
        picture=bool(row[15]),
        reason=row[17],
    )


def _lead(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= LEAD else told[: LEAD - 1] + "…"
