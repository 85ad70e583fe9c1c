"""Many addresses: hosts side by side, one at a time within a host, and one writer.

Threads wait for the network, worker processes read the pages, and the thread that called files
them. Nothing is held beyond what is in flight, so memory stays flat however long the list.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from clipper import urls
from clipper.errors import InvalidURL
from clipper.models import Capture, Extraction, Outcome, Site
from clipper.pipeline import Fetches, Gathered, Job, Reads, Result, fresh, gather, prepare, settle

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["ReaderPool", "run"]

HOSTS_AT_ONCE = 8
READERS = 2  # two processes read 1.73 times as fast as one on two cores


class OpenFetcher(Fetches, Protocol):
    def close(self) -> None: ...


class OpenReader(Reads, Protocol):
    def close(self) -> None: ...


class ReaderPool:
    """Several readers that act as one, for many threads."""

    def __init__(self, open_reader: Callable[[], OpenReader], *, size: int = READERS) -> None:
        self._all = [open_reader() for _ in range(size)]
        self._free: SimpleQueue[OpenReader] = SimpleQueue()
        for reader in self._all:
            self._free.put(reader)
        self._warm = False

    def warm(self) -> None:
        """Start them all, once."""
        if not self._warm:
            self._warm = True
            for reader in self._all:
                reader.warm()

    def read(self, capture: Capture, site: Site | None = None) -> Extraction:
        """Read with the next reader that is free."""
        reader = self._free.get()
        try:
            return reader.read(capture, site)
        finally:
            self._free.put(reader)

    def close(self) -> None:
        for reader in self._all:
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Hosts:
    """The addresses still to do, by host, and the one fetcher of each host at work."""

    def __init__(self, open_fetcher: Callable[[str], OpenFetcher]) -> None:
        self._open = open_fetcher
        self._waiting: dict[str, deque[str]] = {}
        self._idle: deque[str] = deque()
        self._fetchers: dict[str, OpenFetcher] = {}

    @property
    def busy(self) -> bool:
        """Whether any host has addresses left or is being fetched from."""
        return bool(self._waiting)

    def add(self, url: str) -> None:
        host = _host(url)
        if host not in self._waiting:
            self._waiting[host] = deque()
            self._idle.append(host)
        self._waiting[host].append(url)

    def take(self) -> tuple[str, str] | None:
        """The next (host, address) of a host that nobody is busy with."""
        if not self._idle:
            return None
        host = self._idle.popleft()
        return host, self._waiting[host].popleft()

    def fetcher(self, host: str) -> OpenFetcher:
        if host not in self._fetchers:
            self._fetchers[host] = self._open(host)
        return self._fetchers[host]

    def release(self, host: str) -> None:
        """The host is free again; one that has no more addresses lets its fetcher go."""
        if self._waiting[host]:
            self._idle.append(host)
            return
        del self._waiting[host]
        if fetcher := self._fetchers.pop(host, None):
            fetcher.close()

    def close(self) -> None:
        for fetcher in self._fetchers.values():
            fetcher.close()


def run(
    addresses: Iterable[str],
    *,
    archive: Archive,
    open_fetcher: Callable[[str], OpenFetcher],
    open_reader: Callable[[], OpenReader],
    hosts_at_once: int = HOSTS_AT_ONCE,
    force: bool = False,
    max_age: timedelta | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Result]:
    """Clip every address once, in no certain order, and yield what each came to. `open_fetcher` takes a host.

    Only the archive's errors rise; what goes wrong with an address is in its result.
    """
    with ExitStack() as stack:
        hosts = Hosts(open_fetcher)
        stack.callback(hosts.close)
        readers = stack.enter_context(ReaderPool(open_reader))
        pool = ThreadPoolExecutor(hosts_at_once)
        # Whoever stops early (Ctrl-C, --abort-on-error) does not wait for servers that are slow.
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        for url in dict.fromkeys(addresses):
            hosts.add(url)
        flying: dict[Future[Gathered], str] = {}
        while hosts.busy or flying:
            while len(flying) < hosts_at_once and (turn := hosts.take()):
                host, url = turn
                job = _job(url, archive=archive, force=force, max_age=max_age, now=clock())
                if isinstance(job, Job):
                    task = pool.submit(gather, job, fetcher=hosts.fetcher(host), reader=readers, clock=clock)
                    flying[task] = host
                    continue
                hosts.release(host)
                if job is not None:
                    yield job
            for future in wait(flying, return_when=FIRST_COMPLETED).done if flying else ():
                hosts.release(flying.pop(future))
                yield settle(future.result(), archive=archive, reader=readers)


def _job(url: str, *, archive: Archive, force: bool, max_age: timedelta | None, now: datetime) -> Job | Result | None:
    """What to do about an address; its result if it is none; None if its page is fresh enough."""
    try:
        if max_age and fresh(url, archive=archive, max_age=max_age, now=now):
            return None
        return prepare(url, archive=archive, force=force)
    except InvalidURL as error:
        return Result(url=urls.without_credentials(url), outcome=Outcome.REFUSED, error=error)


def _host(url: str) -> str:
    """The host that the address leads to; all that lead nowhere count as one."""
    try:
        return urls.host_of(urls.check(url))
    except InvalidURL:
        return ""
