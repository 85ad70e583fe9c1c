"""The archive as the other rooms see it: one object, one file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from clipper.archive import connection, rows
from clipper.archive.reader import KeepBodies, Reader
from clipper.errors import ArchiveError
from clipper.models import Capture, Extraction, Filed, Hop, Outcome, Source, Validators

if TYPE_CHECKING:
    from clipper.archive.merge import Merged

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

    def repair(self) -> None:
        """Make again what is derived: the search index, and what pages say of their checks."""
        from clipper.archive import verify

        with self._writing():
            verify.repair(self.connection)

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

    def source_read(self, source: Source, validators: Validators, *, at: datetime) -> None:
        """Note that a feed was fetched."""
        from clipper.archive import watching

        with self._writing():
            watching.source_read(self.connection, source, validators, at=rows.stamp(at))

    def source_failed(self, source: Source, *, at: datetime) -> None:
        """Note that a feed could not be fetched or read."""
        from clipper.archive import watching

        with self._writing():
            watching.source_failed(self.connection, source, at=rows.stamp(at))

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
        from clipper.archive import ledger

        if not self._watched:
            with connection.translated(self.path):
                ledger.watch(self.connection)
            self._watched = True
        return connection.transaction(self.connection, self.path, keep=self._keep, finish=ledger.append)
