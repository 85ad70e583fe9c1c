"""The archive as the other rooms see it: one object, one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from clipper.archive import connection, rows
from clipper.archive.reader import KeepBodies, Reader
from clipper.errors import ArchiveError
from clipper.models import Capture, Extraction, Filed, Hop, Outcome, Source

if TYPE_CHECKING:
    import sqlite3

    from clipper.archive.agenda import Agenda
    from clipper.archive.diary import Diary
    from clipper.archive.merge import Merged
    from clipper.archive.prune import Doomed, Rule
    from clipper.archive.repair import Repaired
    from clipper.archive.rereading import Came, Stored
    from clipper.archive.seals import Seal
    from clipper.archive.watching import Sources

__all__ = ["Archive", "KeepBodies"]

MEMORY = Path(":memory:")


class Archive(Reader):
    """An open archive. Every method that writes is one transaction: all of it or nothing.

    Use it from one thread; several processes may have the same file open.
    """

    @classmethod
    def scratch(cls, path: Path, *, clock: Callable[[], datetime] = connection.now) -> Self:
        """The archive at `path` for a dry run: it answers as ever, and no write is kept."""
        if path.exists():
            return cls(path, keep=False, clock=clock)
        return cls(MEMORY, create=True, clock=clock)

    @staticmethod
    def warm() -> None:
        """Import what filing takes, so that the first `record` need not."""
        from clipper.archive import bodies, filing, ledger  # noqa: F401

        bodies.load()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Everything that is filed inside is one transaction: faster by far, and all of it or nothing."""
        with self._writing():
            self._batching = True
            try:
                yield
            finally:
                self._batching = False

    def record(
        self,
        capture: Capture,
        extraction: Extraction,
        *,
        url_key: str,
        keep_bodies: KeepBodies | None = None,
    ) -> Filed:
        """File what was fetched and read: new, changed, unchanged, or unusable.

        A cut body, a bad verdict or an error status is a check with its bytes, never a version.
        """
        from clipper.archive import filing

        with self._writing():
            return filing.file_capture(
                self.connection,
                capture,
                extraction,
                url_key=url_key,
                keep=keep_bodies or self._keep_bodies,
                now=rows.stamp(self._clock()),
            )

    def record_same_body(self, capture: Capture, *, url_key: str, keep_bodies: KeepBodies | None = None) -> Filed:
        """File a capture with the bytes of an earlier good capture, which nobody need read again.

        Raises `ArchiveError` if no good capture of the page had these bytes.
        """
        from clipper.archive import filing

        with self._writing():
            filed = filing.file_same_body(
                self.connection, capture, url_key=url_key, keep=keep_bodies or self._keep_bodies
            )
            if filed is None:
                raise ArchiveError(f"no article of {capture.url} with these bytes is in {self.path}")
            return filed

    def record_not_modified(self, capture: Capture, *, url_key: str) -> Filed:
        """File the server's answer 304."""
        from clipper.archive import filing

        with self._writing():
            return filing.file_not_modified(self.connection, capture, url_key=url_key)

    def record_failure(
        self,
        url: str,
        *,
        url_key: str,
        outcome: Outcome,
        reason: str,
        checked_at: datetime,
        status: int | None = None,
        hops: tuple[Hop, ...] = (),
        capture: Capture | None = None,
        milliseconds: int = 0,
    ) -> Filed:
        """File an attempt that brought no article: the network, a status, a refusal."""
        from clipper.archive import filing

        with self._writing():
            return filing.file_failure(
                self.connection,
                url,
                url_key=url_key,
                outcome=outcome,
                reason=reason,
                checked_at=checked_at,
                status=status,
                hops=hops,
                capture=capture,
                milliseconds=milliseconds,
            )

    def merge(self, other: Path) -> Merged:
        """File all that another archive has and this one has not; again and it adds nothing.

        The other one may be in use; it is only read (and migrated, if an older clipper made it).
        """
        from clipper.archive import merge

        theirs, _ = connection.connect(other, create=False, readonly=True)
        try:
            with connection.translated(other):
                # One state of the other archive, whatever is written to it meanwhile.
                theirs.execute("BEGIN")
                return merge.merge(self.connection, theirs, writing=self._writing, keep=self._keep_bodies)
        finally:
            theirs.close()

    def repair(self, *, source: Path | None = None, read: Callable[[Capture], Extraction] | None = None) -> Repaired:
        """Make whole what can be.

        The search index and what pages say of their checks are made again; damaged bytes are taken
        from the archive `source` if they have the right sha256 there; damaged texts are read again.
        """
        from clipper.archive import repair

        theirs = connection.connect(source, create=False, readonly=True)[0] if source else None
        try:
            with self._writing():
                now = rows.stamp(self._clock())
                return repair.repair(self.connection, source=theirs, read=read, now=now)
        finally:
            if theirs is not None:
                theirs.close()

    def prune(self, rule: Rule) -> Iterator[Doomed]:
        """Take away the versions that the rule names, page by page; yields what is gone for good."""
        from clipper.archive import prune

        now = rows.stamp(self._clock())
        yield from prune.prune(self.connection, rule, writing=self._writing, now=now)

    def seal(self, token: bytes | None = None, *, service: str | None = None) -> Seal:
        """The head of the chain as it is now; with the answer of a timestamp service it is stored.

        Raises `ArchiveError` if the answer is no timestamp of that head.
        """
        from clipper.archive import seals

        if token is None:
            with self._reading():
                return seals.head(self.connection)
        with self._writing():
            return seals.store(self.connection, token, service=service, now=rows.stamp(self._clock()))

    def record_reading(self, found: Stored, extraction: Extraction, *, run: int | None = None) -> Came:
        """File a reading of stored bytes: a new text of the same version, if it is another one.

        A check that brought no article may become a version. `run` is a run of `clip reextract`.
        """
        from clipper.archive import rereading

        with self._writing():
            came = rereading.file_reading(self.connection, found, extraction, now=rows.stamp(self._clock()))
            if run is not None:
                rereading.progress(self.connection, run, found.check_id)
            return came

    def begin_rereading(self, *, selection: str, extractor: str) -> tuple[int, int]:
        """(id of the run, check after which it goes on): an interrupted run of the same, or a new one."""
        from clipper.archive import rereading

        with self._writing():
            now = rows.stamp(self._clock())
            return rereading.begin(self.connection, selection=selection, extractor=extractor, now=now)

    def finish_rereading(self, run: int) -> None:
        """Note that a run of `clip reextract` is done."""
        from clipper.archive import rereading

        with self._writing():
            rereading.finish(self.connection, run, now=rows.stamp(self._clock()))

    def reset_site(self, host: str) -> int:
        """Forget what was learned of a host; how many lines that were."""
        from clipper.archive import learning

        with self._writing():
            return learning.reset(self.connection, host)

    def tag(self, url_key: str, *tags: str) -> None:
        """Tag a page; a tag that it has already is no error."""
        from clipper.archive import remarks

        with self._writing():
            remarks.tag(self.connection, url_key, tags, now=rows.stamp(self._clock()))

    def untag(self, url_key: str, *tags: str) -> None:
        """Take tags away; one that it has not is no error."""
        from clipper.archive import remarks

        with self._writing():
            remarks.untag(self.connection, url_key, tags)

    def note(self, url_key: str, text: str) -> None:
        """Add a note to a page."""
        from clipper.archive import remarks

        with self._writing():
            remarks.note(self.connection, url_key, text, now=rows.stamp(self._clock()))

    @property
    def watched(self) -> Sources:
        """What is watched, and how it is doing."""
        from clipper.archive.watching import Sources

        return Sources(self.connection, reading=self._reading, writing=self._writing)

    @property
    def agenda(self) -> Agenda:
        """Which page is looked at again, and when."""
        from clipper.archive.agenda import Agenda

        return Agenda(self.connection, reading=self._reading, writing=self._writing)

    @property
    def diary(self) -> Diary:
        """What runs did, and what a report tells of it."""
        from clipper.archive.diary import Diary

        return Diary(self.connection, reading=self._reading, writing=self._writing)

    def sources(self) -> list[Source]:
        """What is watched and not paused, in the order in which it was added."""
        return self.watched.all(paused=False)

    def watch(self, url: str, *, kind: str, title: str | None = None, tags: tuple[str, ...] = ()) -> Source:
        """Watch a feed or a page; watching it again adds the tags."""
        from clipper.archive import watching

        with self._writing():
            now = rows.stamp(self._clock())
            return watching.watch(self.connection, url, kind=kind, title=title, tags=tags, now=now)

    def unwatch(self, url: str) -> bool:
        """Watch it no longer; whether it was watched. Pages stay."""
        from clipper.archive import watching

        with self._writing():
            return watching.unwatch(self.connection, url)

    def list_entry(
        self,
        source: Source,
        url: str,
        *,
        url_key: str,
        title: str | None,
        published: str | None,
        at: datetime,
    ) -> bool:
        """Note that a feed lists a page, which gets the feed's tags; whether that is news."""
        from clipper.archive import watching

        with self._writing():
            return watching.list_entry(
                self.connection,
                source,
                url,
                url_key=url_key,
                title=title,
                published=published,
                at=rows.stamp(at),
            )

    def _writing(self) -> AbstractContextManager[None]:
        from clipper.archive import indexing, ledger, sums

        if self._batching:
            return nullcontext()

        if not self._watched:
            with connection.translated(self.path):
                ledger.watch(self.connection)
                indexing.watch(self.connection)
                sums.watch(self.connection)
            self._watched = True
        return connection.transaction(self.connection, self.path, keep=self._keep, finish=_finish)


def _finish(connection: sqlite3.Connection) -> None:
    """What every transaction ends with: the index and the sums follow, and the ledger says what was filed."""
    from clipper.archive import indexing, ledger, sums

    indexing.flush(connection)
    sums.flush(connection)
    ledger.append(connection)
