"""What an archive learns of a host from the pages that it files, and what it knows for the next one.

A page teaches once, when its first article is filed: the lines it has, where they stood, and what
held the article. So a page that is fetched every day weighs no more than another. Lines of one page
only are most of what there is; they are counted from the second page on (`lone_lines`), and forgotten once thirty more
pages of the host did not have them, lines of ten pages after three hundred. Beside that the digest of each page's latest text is kept: the same text under three other
addresses of a host is no article.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from clipper import urls
from clipper.archive import lone_lines
from clipper.archive.digest import text_digest
from clipper.archive.lone_lines import ELSEWHERE, NUMBERS
from clipper.models import Extraction, Observed, Site, SiteBlock

__all__ = ["SiteSummary", "learn", "merge", "merge_page", "reset", "same_text", "site", "sites", "twins"]

RECURS = 3  # pages from which a line is told to the reader
MOST = 4_000  # lines of a host that a reader is told of, those of most pages first
FORGET_AFTER = 30  # pages of the host, for each page that had a line, after which it is forgotten if none had it
TIDY_EVERY = 10  # pages
MOST_KEPT = 20_000  # lines of a host that are kept, those seen last; and as many of one page only
MOST_NAMES = 200  # containers of a single page that are kept, those seen last
# Above the article, in it, below it, by the number of the place.
COUNTED = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0))
LINE = "digest, pages, above, within, below, turn, sample, first_seen, last_seen"  # of site_blocks, to be merged


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What is known of one host, in numbers."""

    host: str
    pages: int  # that taught
    blocks: int  # lines of three pages or more
    containers: int


def site(connection: sqlite3.Connection, host: str, *, url_key: str | None = None, every: bool = False) -> Site:
    """What is known of a host before the page `url_key` is read; `every` includes lines of two pages."""
    blocks = connection.execute(
        "SELECT digest, pages, above, within, below, coalesce(sample, '') FROM site_blocks"
        f" WHERE host = ? AND pages >= {1 if every else RECURS} ORDER BY pages DESC, id LIMIT ?",
        (host, MOST),
    )
    containers = connection.execute(
        "SELECT path, pages FROM site_containers WHERE host = ? ORDER BY pages DESC, id LIMIT 5", (host,)
    )
    return Site(
        host=host,
        pages=_pages(connection, host),
        blocks=tuple(SiteBlock(*row) for row in blocks),
        containers=tuple((str(path), int(pages)) for path, pages in containers),
        learned_from=_learned_from(connection, url_key),
    )


def sites(connection: sqlite3.Connection) -> Iterator[SiteSummary]:
    """Every host that something was learned of, the one with most pages first."""
    for row in connection.execute(
        "SELECT host, pages, (SELECT count(*) FROM site_blocks WHERE site_blocks.host = sites.host"
        f" AND site_blocks.pages >= {RECURS}),"
        " (SELECT count(*) FROM site_containers WHERE site_containers.host = sites.host)"
        " FROM sites ORDER BY pages DESC, host"
    ):
        yield SiteSummary(*row)


def learn(connection: sqlite3.Connection, page_id: int, extraction: Extraction, *, url: str, now: str) -> None:
    """Take in what was read of a page: its text's digest, and, the first time, what it teaches."""
    if not extraction.text:
        return
    before = connection.execute("SELECT learned FROM site_pages WHERE page_id = ?", (page_id,)).fetchone()
    learned = before is not None and bool(before[0])
    lesson = extraction.observed if extraction.verdict.good and not learned else None
    connection.execute(
        "INSERT INTO site_pages (page_id, host, text_digest, canonical_url, learned) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (page_id) DO UPDATE SET host = excluded.host, text_digest = excluded.text_digest,"
        " canonical_url = excluded.canonical_url, learned = excluded.learned",
        (
            page_id,
            urls.site_of(url),
            text_digest(extraction.text),
            extraction.canonical_url,
            int(learned or bool(lesson)),
        ),
    )
    if lesson is not None:
        _take_in(connection, lesson, now)


def same_text(connection: sqlite3.Connection, extraction: Extraction, *, url: str, url_key: str) -> int:
    """How many other addresses of the host have the very same text; not those that say, by their
    canonical address, that they are the same page."""
    if not extraction.text:
        return 0
    canonical = extraction.canonical_url
    (count,) = connection.execute(
        "SELECT count(*) FROM site_pages JOIN pages ON pages.id = site_pages.page_id"
        " WHERE site_pages.host = ? AND text_digest = ? AND pages.url_key <> ?"
        " AND (canonical_url IS NULL OR canonical_url IS NOT ?)",
        (urls.site_of(url), text_digest(extraction.text), url_key, canonical if _names_a_page(canonical) else None),
    ).fetchone()
    return int(count)


def twins(connection: sqlite3.Connection, extraction: Extraction, *, url: str) -> list[tuple[str, str]]:
    """(key, canonical address) of the pages of the host with the very same text that name a canonical address."""
    if not extraction.text:
        return []
    return connection.execute(
        "SELECT pages.url_key, canonical_url FROM site_pages JOIN pages ON pages.id = site_pages.page_id"
        " WHERE site_pages.host = ? AND text_digest = ? AND canonical_url IS NOT NULL ORDER BY pages.id LIMIT 20",
        (urls.site_of(url), text_digest(extraction.text)),
    ).fetchall()


def merge_page(
    connection: sqlite3.Connection, other: sqlite3.Connection, ours: int, theirs: int, *, latest: bool
) -> None:
    """Take over what another archive knows of a page's text (all of it if `latest`), and that it taught."""
    row = other.execute(
        "SELECT host, text_digest, canonical_url, learned FROM site_pages WHERE page_id = ?", (theirs,)
    ).fetchone()
    if row is None:
        return
    known = connection.execute("SELECT learned FROM site_pages WHERE page_id = ?", (ours,)).fetchone()
    if known is None or latest:
        connection.execute("DELETE FROM site_pages WHERE page_id = ?", (ours,))
        connection.execute(
            "INSERT INTO site_pages (page_id, host, text_digest, canonical_url, learned) VALUES (?, ?, ?, ?, ?)",
            (ours, *row[:3], max(row[3], known[0] if known else 0)),
        )
    elif row[3] > known[0]:
        connection.execute("UPDATE site_pages SET learned = 1 WHERE page_id = ?", (ours,))


def merge(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Of each line and container of each host keep what more pages taught, in this archive or the other.

    Nobody knows which pages both counted, so nothing is added up: merging twice is once, in any order.
    """
    for host, pages in other.execute("SELECT host, pages FROM sites").fetchall():
        connection.execute(
            "INSERT INTO sites (host, pages) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET pages = excluded.pages"
            " WHERE excluded.pages > pages",
            (host, pages),
        )
        for row in other.execute(f"SELECT {LINE} FROM site_blocks WHERE host = ?", (host,)).fetchall():
            _merge_line(connection, host, row)
        lone_lines.merge(connection, other, host)
        containers = other.execute("SELECT host, path, pages FROM site_containers WHERE host = ?", (host,))
        connection.executemany(
            "INSERT INTO site_containers (host, path, pages) VALUES (?, ?, ?) ON CONFLICT (host, path)"
            " DO UPDATE SET pages = excluded.pages WHERE excluded.pages > pages",
            containers.fetchall(),
        )
        _tidy(connection, host, _pages(connection, host))


def _merge_line(connection: sqlite3.Connection, host: str, theirs: tuple[Any, ...]) -> None:
    """The line as the archive knows it in which more pages had it, seen as long as either did."""
    found = connection.execute(f"SELECT {LINE} FROM site_blocks WHERE host = ? AND digest = ?", (host, theirs[0]))
    ours = found.fetchone() or theirs
    weightier = max(ours[:-2], theirs[:-2], key=lambda row: (row[1:-1], row[-1] or ""))
    merged = (*weightier, min(ours[-2], theirs[-2]), max(ours[-1], theirs[-1]))
    connection.execute(
        f"INSERT INTO site_blocks (host, {LINE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT (host, digest) DO UPDATE SET pages = ?3, above = ?4, within = ?5, below = ?6, turn = ?7,"
        " sample = ?8, first_seen = ?9, last_seen = ?10 WHERE (pages, above, within, below, turn, sample, first_seen,"
        " last_seen) IS NOT (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (host, *merged),
    )


def reset(connection: sqlite3.Connection, host: str) -> int:
    """Forget what was learned of a host; how many lines that were. Its pages teach again when read."""
    count = lone_lines.count(connection, host)
    lone_lines.drop(connection, host)
    count += connection.execute("DELETE FROM site_blocks WHERE host = ?", (host,)).rowcount
    connection.execute("DELETE FROM site_containers WHERE host = ?", (host,))
    connection.execute("DELETE FROM sites WHERE host = ?", (host,))
    connection.execute("UPDATE site_pages SET learned = 0 WHERE host = ?", (host,))
    return count


def _take_in(connection: sqlite3.Connection, observed: Observed, now: str) -> None:
    host = observed.host
    (turn,) = connection.execute(
        "INSERT INTO sites (host, pages) VALUES (?, 1) ON CONFLICT (host) DO UPDATE SET pages = pages + 1"
        " RETURNING pages",
        (host,),
    ).fetchone()
    _count(connection, observed, turn, now)
    if observed.container:
        connection.execute(
            "INSERT INTO site_containers (host, path, pages) VALUES (?, ?, 1)"
            " ON CONFLICT (host, path) DO UPDATE SET pages = pages + 1",
            (host, observed.container),
        )
    if turn % TIDY_EVERY == 0:
        _tidy(connection, host, turn)


def _count(connection: sqlite3.Connection, observed: Observed, turn: int, now: str) -> None:
    """Count the page's lines: those of several pages in their rows, those of a second page in new ones, others not yet."""
    host = observed.host
    places = {digest: NUMBERS.get(place, ELSEWHERE) for digest, place, _ in observed.blocks}
    known = _counted(connection, host, places)
    connection.executemany(
        "UPDATE site_blocks SET pages = pages + 1, above = above + ?, within = within + ?, below = below + ?, turn = ?,"
        " last_seen = ? WHERE host = ? AND digest = ?",
        [(*COUNTED[place], turn, now, host, digest) for digest, place in places.items() if digest in known],
    )
    again = lone_lines.find(connection, host, [digest for digest in places if digest not in known])
    connection.executemany(
        "INSERT INTO site_blocks (host, digest, sample, pages, above, within, below, turn, first_seen, last_seen)"
        " VALUES (?, ?, ?, 2, ?, ?, ?, ?, ?, ?)",
        [
            (host, digest, sample, *_both(again[digest].place, places[digest]), turn, again[digest].seen_at, now)
            for digest, _, sample in observed.blocks
            if digest in again
        ],
    )
    known |= again.keys()
    lone_lines.keep(connection, host, turn, now, [line for line in places.items() if line[0] not in known])


def _counted(connection: sqlite3.Connection, host: str, digests: Iterable[str]) -> set[str]:
    """The lines of which several pages are counted already."""
    found = connection.execute(
        "SELECT digest FROM json_each(?) CROSS JOIN site_blocks ON host = ? AND digest = value",
        (json.dumps(list(digests)), host),
    )
    return {digest for (digest,) in found}


def _both(one: int, other: int) -> list[int]:
    """On how many of two pages a line stood above, within and below the article."""
    return [first + second for first, second in zip(COUNTED[one], COUNTED[other], strict=True)]


def _tidy(connection: sqlite3.Connection, host: str, turn: int) -> None:
    """Forget what has not been seen for long: the titles in related lists are others every month, and
    a frame that was on a hundred pages is kept for three thousand. A host takes no more room than that."""
    connection.execute(
        "DELETE FROM site_blocks WHERE host = ?1 AND turn <= ?2 - ?3 * pages", (host, turn, FORGET_AFTER)
    )
    lone_lines.forget(connection, host, until=turn - FORGET_AFTER, most=MOST_KEPT)
    for table, which, most in (("site_blocks", "", MOST_KEPT), ("site_containers", " AND pages = 1", MOST_NAMES)):
        order = "turn DESC, pages DESC, id" if table == "site_blocks" else "id"
        connection.execute(
            f"DELETE FROM {table} WHERE id IN"
            f" (SELECT id FROM {table} WHERE host = ?{which} ORDER BY {order} DESC LIMIT -1 OFFSET ?)",
            (host, most),
        )


def _pages(connection: sqlite3.Connection, host: str) -> int:
    row = connection.execute("SELECT pages FROM sites WHERE host = ?", (host,)).fetchone()
    return int(row[0]) if row else 0


def _learned_from(connection: sqlite3.Connection, url_key: str | None) -> bool:
    row = connection.execute(
        "SELECT learned FROM site_pages JOIN pages ON pages.id = site_pages.page_id WHERE pages.url_key = ?",
        (url_key,),
    ).fetchone()
    return bool(row and row[0])


def _names_a_page(canonical: str | None) -> bool:
    """A canonical address of the home page says nothing: failing sites give it to every page."""
    return canonical is not None and urlsplit(canonical).path.strip("/") != ""
