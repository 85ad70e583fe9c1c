"""One run of what cron starts: hosts side by side, one address at a time within a host, and one writer.

Threads fetch, worker processes read the pages, and the thread that called files what came: all that
is there in one transaction, with when each is looked at again and what a report will tell of it. So
a run that is killed has lost nothing, and the next one goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from clipper import pipeline
from clipper.errors import InvalidURL, RefusedError
from clipper.models import Capture, Due, Extraction, Source
from clipper.pipeline import Gathered, Job
from clipper.sync.guard import Guard
from clipper.sync.identity import own_names
from clipper.sync.outcomes import Look, Outcomes
from clipper.sync.queue import Queue, Task, Wanted
from clipper.sync.reading import Answer, look
from clipper.sync.runner import OpenFetcher, ReaderPool
from clipper.sync.stop import Stop, Stopped

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["Round"]

HOSTS_AT_ONCE = 32  # with 16 both readers of two cores waited for pages a fifth of the time, over a link of 50 ms
# Filing a page in a transaction of its own takes a quarter more of the processor's time than with seven others.
TOGETHER = 0.1  # seconds to wait for others
MANY = 8  # hosts at work from where on it is worth it: the next half is fetched and read meanwhile
LONGEST_LEFT = timedelta(hours=25)  # a host that is left alone for longer was left while the clock was wrong
FEED_PAGE = (
    "<!doctype html><html><head><meta charset='utf-8'><title>{title}</title></head><body><article>\n"
    "<h1>{title}</h1>\n{html}\n</article></body></html>"
)

Came = Gathered | Answer


class Round:
    """One run over an archive.

    `open_fetcher` opens a fetcher for a host, which is closed when the host has nothing more to do;
    `tries` is the most that one address can take of a fetcher, `robots` whether it asks for robots.txt; `every` says how
    often the pages of a host are looked at, or None: by their own history.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        open_fetcher: Callable[[str], OpenFetcher],
        readers: ReaderPool,
        wanted: Wanted | None = None,
        tries: int = 2,
        robots: bool = True,
        hosts_at_once: int = HOSTS_AT_ONCE,
        stop: Stop | None = None,
        every: Callable[[str], timedelta | None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._archive = archive
        self._open = open_fetcher
        self._readers = readers
        self._wanted = wanted or Wanted()
        self._tries = tries
        self._robots = robots
        self._most = hosts_at_once
        self._stop = stop or Stop()
        self._every = every
        self._clock = clock
        self._fetchers: dict[str, OpenFetcher] = {}
        self._flying: dict[Future[Came], tuple[str, Task]] = {}

    def run(self) -> Iterator[Look]:
        """Look at everything that is due, and yield each look once it is filed."""
        archive, now = self._archive, self._clock()
        archive.agenda.adopt(now)
        if self._every is not None:
            archive.agenda.hasten(self._every)
        number = archive.diary.begin(now)
        for trouble in archive.diary.troubles():
            if trouble.left_until > now + LONGEST_LEFT:
                archive.diary.release(trouble.host, at=now)
        troubles = archive.diary.troubles()
        force = self._wanted.force
        left = [] if force else [trouble.host for trouble in troubles if trouble.left_until > now]
        sources = archive.watched.due(now, host=self._wanted.host, force=force)
        self._queue = Queue(archive, self._wanted, sources=sources, left=left, clock=self._clock)
        guard = Guard(tries=self._tries, robots=self._robots, known=troubles)
        self._outcomes = Outcomes(archive, run=number, guard=guard, troubles=troubles, every=self._every or _of_its_own)
        pool = ThreadPoolExecutor(self._most)
        try:
            yield from self._work(pool)
            self._outcomes.finish(at=self._clock())
            self._finish(number)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for fetcher in self._fetchers.values():
                fetcher.close()

    def _finish(self, number: int) -> None:
        done = self._outcomes
        self._archive.diary.finish(
            number,
            at=self._clock(),
            ended=self._stop.reason,
            pages=done.pages,
            feeds=done.feeds,
            requests=done.requests,
        )

    def _work(self, pool: ThreadPoolExecutor) -> Iterator[Look]:
        """Hand out tasks and file what comes of them, until nothing is left or the run has to end."""
        while True:
            while not self._stop.asked and len(self._flying) < self._most and (turn := self._queue.take()):
                self._start(pool, *turn)
            if not self._flying:
                return
            yield from self._file([(*self._flying.pop(future), future) for future in self._landed()])

    def _landed(self) -> set[Future[Came]]:
        """What is done; where many hosts are at work, some more of it than the first, to be filed together."""
        done = wait(self._flying, timeout=self._stop.left, return_when=FIRST_COMPLETED).done
        until = time.monotonic() + TOGETHER
        while len(self._flying) >= MANY and len(done) < len(self._flying) // 2:
            left = until - time.monotonic()
            more = wait(self._flying.keys() - done, timeout=max(left, 0), return_when=FIRST_COMPLETED).done
            if not more:
                break
            done |= more
        return done

    def _start(self, pool: ThreadPoolExecutor, host: str, task: Task) -> None:
        if host not in self._fetchers:
            self._fetchers[host] = self._open(host)
        fetcher = self._fetchers[host]
        if isinstance(task, Source):
            future: Future[Came] = pool.submit(look, task, fetcher=fetcher, reader=self._readers)
        else:
            future = pool.submit(self._gather, self._job(task), fetcher)
        self._flying[future] = host, task

    def _job(self, due: Due) -> Job | Gathered:
        try:
            job = pipeline.prepare(due.url, archive=self._archive, force=self._wanted.force)
        except InvalidURL as error:  # it could be fetched by an older clipper
            refused = RefusedError(str(error), url=due.url, rule="address")
            job = Job(due.url, due.url_key, self._archive.validators(due.url_key))
            return Gathered(job, self._clock(), error=refused)
        return replace(job, url_key=due.url_key)

    def _gather(self, job: Job | Gathered, fetcher: OpenFetcher) -> Gathered:
        if isinstance(job, Gathered):
            return job
        return pipeline.gather(job, fetcher=fetcher, reader=self._readers, clock=self._clock)

    def _file(self, done: list[tuple[str, Task, Future[Came]]]) -> list[Look]:
        """File all that is there in one transaction; what is slow comes before it."""
        ready: list[tuple[str, Task, Came, tuple[Capture, Extraction] | None]] = []
        for host, task, future in done:
            try:
                came = future.result()
            except Stopped:
                continue  # it was waiting for its host's turn, and is due as before
            if isinstance(came, Answer):
                ready.append((host, task, came, None))
            elif isinstance(came.error, RefusedError) and came.error.rule == "pause":
                self._queue.leave(host)  # the fetcher had enough of it
            else:
                weighed = pipeline.weigh(came, archive=self._archive, reader=self._readers)
                assert isinstance(task, Due)
                ready.append((host, task, weighed, self._fallback(task, weighed)))
        looks = []
        with self._archive.batch():
            for host, task, came, fallback in ready:
                looks.append(self._filed(host, task, came, fallback))
        for host, _, _ in done:
            self._release(host)
        return looks

    def _release(self, host: str) -> None:
        if self._queue.release(host):
            self._outcomes.host_done(host, at=self._clock())
            if fetcher := self._fetchers.pop(host, None):
                fetcher.close()

    def _filed(self, host: str, task: Task, came: Came, fallback: tuple[Capture, Extraction] | None) -> Look:
        at = self._clock()
        if isinstance(came, Answer):
            told, hosts, leave = self._outcomes.source(came, at=at)
            for other in hosts:
                self._queue.wake(other)
        else:
            assert isinstance(task, Due)
            task, came = self._resolved(task, came)
            result = pipeline.file(came, archive=self._archive)
            if fallback is not None:
                self._archive.record(*fallback, url_key=task.url_key)
                self._archive.watched.drop_text(task.page_id)
            leave = self._outcomes.page(task, came, result, at=at)
            told = Look(task.url, result)
        if leave:
            self._queue.leave(host)
        return told

    def _resolved(self, due: Due, gathered: Gathered) -> tuple[Due, Gathered]:
        """The page that the answer belongs to: the same article may be here under another address."""
        keys = own_names(due, gathered, self._archive)
        if not keys:
            return due, gathered
        other = self._archive.agenda.resolve(due.page_id, keys, url=due.url, now=self._clock())
        if other is None:
            return due, gathered
        key, url = self._archive.agenda.page_key(other)
        found = self._archive.agenda.due(other) or replace(due, page_id=other, url=url, url_key=key)
        return found, replace(gathered, job=replace(gathered.job, url_key=key))

    def _fallback(self, due: Due, gathered: Gathered) -> tuple[Capture, Extraction] | None:
        """What the feed said of a page that could not be had: better than nothing, and marked as such."""
        failed = gathered.error is not None or (
            gathered.extraction is not None and not gathered.extraction.verdict.good
        )
        if not failed or due.versions or (text := self._archive.watched.text(due.page_id)) is None:
            return None
        title, author, published, html = text
        page = FEED_PAGE.format(title=escape(title or ""), html=html)
        capture = Capture(
            url=gathered.job.plain,
            final_url=gathered.job.plain,
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=page.encode("utf-8", "replace"),
            fetched_at=gathered.started,
            source="feed",
        )
        extraction = self._readers.read(capture)
        if not extraction.verdict.good:
            return None
        return capture, replace(
            extraction,
            title=title or extraction.title,
            author=author or extraction.author,
            published=published or extraction.published,
            observed=None,  # a feed teaches nothing of what stands on its site's pages
        )


def _of_its_own(_host: str) -> None:
    """No host has an interval: each page's history decides."""
