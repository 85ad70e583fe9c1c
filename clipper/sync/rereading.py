"""Everything that is stored, read again with today's code: several processes read, one thread files.

Readings are filed in the order of their checks, so that a run that was interrupted goes on behind
the last one, and so that each page is read with what its site's earlier pages taught.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from clipper import __version__, urls
from clipper.imports.clippings import clipping
from clipper.models import Capture, Extraction, Site
from clipper.pipeline import judged
from clipper.sync.runner import OpenReader, ReaderPool

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.archive.rereading import Came, Reading, Stored

__all__ = ["Reread", "Run"]

AHEAD = 2  # pages in flight for each process


@dataclass(frozen=True, slots=True)
class Reread:
    """One page that was read again, and what that came to."""

    url: str
    came: Came
    extraction: Extraction
    before: Reading | None  # the reading that counted, of a version


class Run:
    """One run over an archive, or over a part of it.

    An interrupted run goes on where the same is asked for again, of the same extractor with the same `rules` (their digest).
    """

    def __init__(
        self,
        archive: Archive,
        *,
        host: str | None = None,
        since: datetime | None = None,
        rules: str = "",
        dry_run: bool = False,
    ) -> None:
        self.archive = archive
        self.dry_run = dry_run
        self.number: int | None = None
        after = 0
        if not dry_run:
            asked = {"host": host, "since": since.isoformat() if since else None}
            selection = json.dumps(asked | ({"rules": rules} if rules else {}), sort_keys=True)
            extractor = f"clipper {__version__} + trafilatura {version('trafilatura')}"
            self.number, after = archive.begin_rereading(selection=selection, extractor=extractor)
        self.resumed = after > 0
        self.waiting = archive.stored(host=host, since=since, after=after)

    def read(self, *, open_reader: Callable[[], OpenReader], jobs: int) -> Iterator[Reread]:
        """Read what is waiting with `jobs` processes, file it, and yield what each came to, in order."""
        with ExitStack() as stack:
            readers = stack.enter_context(ReaderPool(open_reader, size=jobs))
            pool = stack.enter_context(ThreadPoolExecutor(jobs))
            stack.callback(pool.shutdown, cancel_futures=True)
            waiting = deque(self.waiting)
            flying: deque[tuple[Stored, Capture, Future[Extraction]]] = deque()
            while waiting or flying:
                while waiting and len(flying) < jobs * AHEAD:
                    flying.append(self._submitted(waiting.popleft(), pool, readers))
                found, capture, future = flying.popleft()
                yield self._filed(found, capture, future.result())
        if self.number is not None:
            self.archive.finish_rereading(self.number)

    def _submitted(
        self, found: Stored, pool: ThreadPoolExecutor, readers: ReaderPool
    ) -> tuple[Stored, Capture, Future[Extraction]]:
        capture = self.archive.stored_capture(found)
        site = self.archive.site(urls.site_of(capture.final_url), url_key=found.url_key)
        return found, capture, pool.submit(_read, capture, site, readers)

    def _filed(self, found: Stored, capture: Capture, extraction: Extraction) -> Reread:
        extraction = judged(extraction, archive=self.archive, url=capture.final_url, url_key=found.url_key)
        before = self.archive.reading(found.snapshot_id) if found.snapshot_id is not None else None
        if self.dry_run:
            came = self.archive.compared(found, extraction)
        else:
            came = self.archive.record_reading(found, extraction, run=self.number)
        return Reread(capture.url, came, extraction, before)


def _read(capture: Capture, site: Site, readers: ReaderPool) -> Extraction:
    """Read a page; of an imported clipping there is only its Markdown."""
    if capture.content_type == "text/markdown":
        saved = clipping(capture.body, modified=capture.fetched_at).extraction
        assert saved is not None  # a clipping is its own reading
        return saved
    return readers.read(capture, site)
