"""The archive as it is read: pages, versions, checks, bytes, what the user said, proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from clipper.archive import connection, queries
from clipper.archive.rows import Evidence
from clipper.models import Capture, Check, Extraction, Hit, Page, PageState, Site, Snapshot, Validators

if TYPE_CHECKING:
    from clipper.archive.captures import Untold
    from clipper.archive.learning import SiteSummary
    from clipper.archive.prune import Doomed, Rule
    from clipper.archive.rereading import Came, Reading, Stored
    from clipper.archive.sizes import HostSize
    from clipper.archive.verify import Damage

__all__ = ["KeepBodies", "Reader"]

KeepBodies = Literal["last", "all", "none"]  # which bytes of unchanged checks stay


class Reader:
    """An open archive, and all that can be asked of it."""

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        readonly: bool = False,
        keep_bodies: KeepBodies = "last",
        keep: bool = True,
        clock: Callable[[], datetime] = connection.now,
    ) -> None:
        self.path = path
        self.connection, self.created = connection.connect(path, create=create, readonly=readonly)
        self._keep_bodies = keep_bodies
        self._keep = keep
        self._clock = clock
        self._watched = False
        self._batching = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        readonly: bool = False,
        keep_bodies: KeepBodies = "last",
        clock: Callable[[], datetime] = connection.now,
    ) -> Self:
        """The archive at `path`; `ArchiveError` if there is none, it is none, or it is too new.

        `keep_bodies` says which bytes of unchanged checks stay: of the last one, all, none.
        """
        return cls(path, create=create, readonly=readonly, keep_bodies=keep_bodies, clock=clock)

    def close(self) -> None:
        """Let go of the file. The last one to do so folds the WAL file into it."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def validators(self, url_key: str) -> Validators:
        """What makes the next request conditional, and of which address that is: of the latest good capture; empty if none."""
        page = self.page(url_key)
        if page is None or not page.validators:
            return Validators()
        with self._reading():
            return replace(page.validators, url=queries.latest_address(self.connection, page.url_key))

    def has(self, url_key: str, *, at: datetime, body: str | None = None) -> bool:
        """Whether a capture of that time is here, and (if `body` is given) with bytes of that sha256."""
        with self._reading():
            return queries.has(self.connection, url_key, at=at, body=body)

    def latest_body(self, url_key: str) -> str | None:
        """The sha256 of the latest good capture's bytes, kept or not; None without one."""
        with self._reading():
            return queries.latest_body(self.connection, url_key)

    def page(self, url_key: str) -> Page | None:
        """The page with that key."""
        with self._reading():
            return queries.page(self.connection, url_key)

    def page_of(self, snapshot: Snapshot) -> Page:
        """The page that a snapshot is a version of."""
        with self._reading():
            return queries.page_by_id(self.connection, snapshot.page_id)

    def pages(
        self,
        *,
        host: str | None = None,
        tag: str | None = None,
        state: PageState | str | None = None,
        limit: int | None = None,
        order: str = "recent",
    ) -> Iterator[Page]:
        """Pages by their latest change (`recent`), or by `url`, `title` or `host`."""
        with self._reading():
            yield from queries.pages(self.connection, host=host, tag=tag, state=state, limit=limit, order=order)

    def history(self, url_key: str) -> list[Snapshot]:
        """Every version of a page, the oldest first."""
        with self._reading():
            return queries.history(self.connection, url_key)

    def before(self, snapshot: Snapshot) -> Snapshot | None:
        """The version of the same page that came before; None if it was the first that is here."""
        with self._reading():
            return queries.before(self.connection, snapshot.id)

    def checks(self, url_key: str, *, limit: int | None = None) -> list[Check]:
        """Every attempt to fetch a page, the newest first."""
        with self._reading():
            return queries.checks(self.connection, url_key, limit=limit)

    def snapshot(self, url_key: str, *, at: datetime | None = None) -> Snapshot:
        """The latest version, or the one in force at that time; `ArchiveError` if there is none."""
        with self._reading():
            return queries.snapshot(self.connection, url_key, at=at)

    def snapshots(self, *, since: datetime | None = None, every: bool = False) -> Iterator[Snapshot]:
        """The latest version of each page, or every one, fetched at `since` or later; by time."""
        with self._reading():
            yield from queries.snapshots(self.connection, since=since, every=every)

    def captures(self, *, url_key: str | None = None, since: datetime | None = None) -> Iterator[Capture | Untold]:
        """What servers answered, all pages' or one's, in the order of time; and what is not here, and why."""
        from clipper.archive import captures

        with self._reading():
            yield from captures.captures(self.connection, url_key=url_key, since=since)

    def markdown(self, snapshot_id: int) -> str:
        """The article of a version."""
        with self._reading():
            return queries.markdown(self.connection, snapshot_id)

    def markdown_before(self, snapshot_id: int) -> str | None:
        """The article of a version as it was read before it was read last; None if it was read once."""
        from clipper.archive import texts

        with self._reading():
            return texts.current(self.connection, snapshot_id, back=1)

    def assets(self, snapshot_id: int) -> list[tuple[str, str, str]]:
        """(address, sha256, content type) of the images and files of a version whose bytes are kept."""
        with self._reading():
            return queries.assets(self.connection, snapshot_id)

    def evidence(self, check_id: int) -> Evidence:
        """The headers and hops of a check; empty where none were worth keeping."""
        with self._reading():
            return queries.evidence(self.connection, check_id)

    def evidence_of(self, snapshot_id: int) -> Evidence:
        """The headers and hops of the check that filed a version."""
        with self._reading():
            return queries.evidence_of(self.connection, snapshot_id)

    def body(self, sha256: str) -> bytes:
        """Stored bytes, checked against their sha256."""
        from clipper.archive import bodies

        with self._reading():
            return bodies.read(self.connection, sha256)

    def search(self, query: str, *, limit: int = 20) -> list[Hit]:
        """The pages that match best, one hit each; nothing in `query` is a syntax error."""
        from clipper.archive import search

        with self._reading():
            return search.find(self.connection, query, limit=limit)

    def site(self, host: str, *, url_key: str | None = None, every: bool = False) -> Site:
        """What was learned of a host, for reading the page `url_key`; `every` tells of all its lines."""
        from clipper.archive import learning

        with self._reading():
            return learning.site(self.connection, host, url_key=url_key, every=every)

    def sites(self) -> list[SiteSummary]:
        """The hosts that something was learned of, the one with most pages first."""
        from clipper.archive import learning

        with self._reading():
            return list(learning.sites(self.connection))

    def same_text(self, extraction: Extraction, *, url: str, url_key: str) -> int:
        """How many other addresses of the host of `url` have the very same text."""
        from clipper.archive import learning

        with self._reading():
            return learning.same_text(self.connection, extraction, url=url, url_key=url_key)

    def stored(self, *, host: str | None = None, since: datetime | None = None, after: int = 0) -> list[Stored]:
        """The checks whose bytes can be read again: those that began a version or brought no article."""
        from clipper.archive import rereading

        with self._reading():
            return list(rereading.stored(self.connection, host=host, since=since, after=after))

    def stored_latest(self, url_key: str) -> Stored | None:
        """The check that began the latest version of a page, if its bytes are stored."""
        from clipper.archive import rereading

        with self._reading():
            return rereading.latest(self.connection, url_key)

    def stored_capture(self, found: Stored) -> Capture:
        """What came with such a check, as it came."""
        from clipper.archive import rereading

        with self._reading():
            return rereading.capture_of(self.connection, found.check_id)

    def compared(self, found: Stored, extraction: Extraction) -> Came:
        """What a reading of stored bytes is beside the one that is filed: same, better, article, none."""
        from clipper.archive import rereading

        with self._reading():
            return rereading.compared(self.connection, found, extraction)

    def reading(self, snapshot_id: int) -> Reading:
        """Who read the text of a version, when, and how many texts it has."""
        from clipper.archive import rereading

        with self._reading():
            return rereading.reading(self.connection, snapshot_id)

    def stats(self) -> dict[str, Any]:
        """Counts of rows and bytes by kind."""
        with self._reading():
            return queries.stats(self.connection)

    def sizes(self) -> dict[str, int]:
        """Bytes of the file by what they hold: bodies, texts, search index …"""
        from clipper.archive import sizes

        with self._reading():
            return sizes.by_kind(self.connection)

    def hosts(self, *, limit: int | None = None) -> list[HostSize]:
        """What each host takes, the largest first."""
        from clipper.archive import sizes

        with self._reading():
            return sizes.by_host(self.connection, limit=limit)

    def doomed(self, rule: Rule) -> list[Doomed]:
        """The versions that `prune` would take away."""
        from clipper.archive import prune

        with self._reading():
            return prune.doomed(self.connection, rule)

    def pruned(self, url_key: str) -> int:
        """How many versions of a page were pruned."""
        with self._reading():
            return queries.pruned(self.connection, url_key)

    def backup(self, target: Path) -> int:
        """Write a verified copy to `target`, whatever others write meanwhile; its size in bytes."""
        from clipper.archive import backup

        return backup.backup(self.path, target)

    def tags(self, url_key: str) -> tuple[str, ...]:
        """A page's tags, sorted."""
        from clipper.archive import remarks

        with self._reading():
            return remarks.tags(self.connection, url_key)

    def notes(self, url_key: str) -> tuple[str, ...]:
        """A page's notes, the oldest first."""
        from clipper.archive import remarks

        with self._reading():
            return remarks.notes(self.connection, url_key)

    def verify(self, *, expected_head: str | None = None) -> Iterator[Damage]:
        """Every damage there is, with the place; reads all of the file and writes nothing."""
        from clipper.archive import verify

        with self._reading():
            yield from verify.verify(self.connection, expected_head=expected_head)

    def head(self) -> tuple[int, str]:
        """The number of entries in the ledger and its head: proof of all that was filed so far."""
        from clipper.archive import ledger

        with self._reading():
            return ledger.head(self.connection)

    def _reading(self) -> AbstractContextManager[None]:
        return connection.translated(self.path)
