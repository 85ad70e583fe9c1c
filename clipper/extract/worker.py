"""Reading in a process of its own, which a hostile page may stall or kill without harm.

350 KB of HTML can cost every parser 35 s, and no setting of theirs stops it. The worker is started
once, imports the extractors while the network is waited for, and lives for many pages.
"""

from __future__ import annotations

import math
import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from clipper.extract.process import Process, receive, send
from clipper.models import Capture, Extraction, Site, SiteRules, Verdict

__all__ = ["Reader", "serve", "start"]

TIME_LIMIT = 10.0  # seconds of the processor for one page, once the worker is warm
PATIENCE = 6  # times as long by the clock: on a machine that is busy a good page takes longer
WARM_UP = 60.0  # seconds for the imports, on the slowest machine
MEMORY_LIMIT = 1 << 30  # bytes of address space
WARM = b""  # the message that asks for no page, but to get ready for some
WARM_PARAGRAPH = "<p>The keeper reads every gauge at noon, 每天中午抄表, and writes the figures into a book.</p>"
COLLECT_AFTER = 20_000  # objects more than before; after Python's 700 garbage is looked for many times a page
MOST_TOLD = 300  # characters of a fault
LOOK_UP = 1.0  # seconds between two looks, while a page is read, whether anybody waits for it
CODE = "from clipper.extract.worker import serve; serve()"


class Reader:
    """Reads captures; a page that stalls or kills the worker gets the verdict `unreadable`.

    `time_limit` is in seconds of processor time for one page, `memory_limit` in bytes; `meanwhile` is called once, while the worker reads the first page.
    """

    def __init__(
        self,
        *,
        isolate: bool = True,
        time_limit: float = TIME_LIMIT,
        memory_limit: int = MEMORY_LIMIT,
        rules: SiteRules | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        """`rules` says which site rules count, by default those that ship; limits are seconds and bytes."""
        self._isolate = isolate
        self._rules = rules or SiteRules()
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._meanwhile = meanwhile
        self._process: Process | None = None
        self._told = False  # to get ready
        self._ready = False

    def fork(self) -> None:
        """Start the worker as a copy of this process, for the beginning of a program.

        It loads nothing until `warm` or `read`. Files and databases must not be open yet; beside
        other threads, or if a worker runs, nothing is done.
        """
        if self._isolate and self._process is None and threading.active_count() == 1:
            self._begin(_copy(self._time_limit, self._memory_limit))

    def adopt(self, process: Process) -> None:
        """Read with a worker that `start` started; one that this reader has already is ended."""
        self.close()
        self._begin(process)
        self._told = True

    def another(self) -> Reader:
        """A reader of the same kind, with a worker of its own."""
        return Reader(
            isolate=self._isolate, time_limit=self._time_limit, memory_limit=self._memory_limit, rules=self._rules
        )

    def warm(self) -> None:
        """Let the worker import what it reads with, without waiting for it."""
        if not self._isolate or self._told:
            return
        if self._process is None:
            self._begin(Process.spawn(CODE, str(self._time_limit), str(self._memory_limit)))
        try:
            self._worker.say(WARM, deadline=time.monotonic() + WARM_UP)
        except (OSError, TimeoutError):
            self.close()
        else:
            self._told = True

    def read(self, capture: Capture, site: Site | None = None) -> Extraction:
        """Read one capture; `site` is what is known of its host."""
        if not self._isolate:
            from clipper.extract.article import read

            return read(capture, site, self._rules)
        self.warm()
        try:
            return self._ask(capture, site)
        except TimeoutError:
            self.close()
            return _unreadable(f"reading took longer than {PATIENCE * self._time_limit:g} seconds")
        except (EOFError, BrokenPipeError, ConnectionError):
            if self._end() == signal.SIGXCPU:
                return _unreadable(f"reading took longer than {self._time_limit:g} seconds")
            return _unreadable("reading it ended the reader: too much memory, or a crash")

    def close(self) -> None:
        """End the worker, if one runs."""
        self._end()

    def _end(self) -> int:
        """End the worker; the signal that did it."""
        process, self._process = self._process, None
        self._told = self._ready = False
        return process.kill() if process is not None else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _worker(self) -> Process:
        if self._process is None:
            raise EOFError
        return self._process

    def _begin(self, process: Process) -> None:
        self._process = process
        self._told = self._ready = False

    def _ask(self, capture: Capture, site: Site | None) -> Extraction:
        worker = self._worker
        question = pickle.dumps((capture, site, self._rules), 5)
        if not self._ready:  # the page lies there when the imports are done
            limit = time.monotonic() + WARM_UP
            worker.say(question, deadline=limit)
            if self._meanwhile is not None:
                self._meanwhile()
                self._meanwhile = None
            worker.hear(deadline=limit)
            self._ready = True
            deadline = time.monotonic() + PATIENCE * self._time_limit
        else:
            deadline = time.monotonic() + PATIENCE * self._time_limit
            worker.say(question, deadline=deadline)
        answer = pickle.loads(worker.hear(deadline=deadline))
        assert isinstance(answer, Extraction)
        return answer


def start() -> Process:
    """A worker with the usual limits that gets ready at once, for a `Reader` to adopt.

    It is a copy of this process: for the beginning of a program, as in `Reader.fork`.
    """
    process = _copy(TIME_LIMIT, MEMORY_LIMIT)
    process.say(WARM, deadline=time.monotonic() + WARM_UP)
    return process


def _copy(seconds: float, memory: int) -> Process:
    # Both processes need these, and so they load them once.
    import hashlib  # noqa: F401
    import logging  # noqa: F401

    return Process.fork(lambda source, sink: _answer(source, sink, seconds, memory))


def serve() -> None:
    """The worker as a program: its limits are its arguments, the pipes its streams."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)  # a library that prints must not disturb the answers
    _answer(source, sink, float(sys.argv[1]), int(sys.argv[2]))


def _answer(source: int, sink: int, seconds: float, memory: int) -> None:
    """Get ready at the first message, say so, and answer one capture after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which ends its workers itself
    parent = os.getppid()
    signal.signal(signal.SIGALRM, lambda _number, _frame: _outlive_nobody(parent))
    _limit(memory)
    try:
        message = receive(source)
        read = _load()
        send(sink, WARM)
        if message == WARM and not select.select([source], [], [], 0)[0]:
            read(_page())  # nothing to do yet: what is compiled at the first page is compiled now
        while True:
            if message != WARM:
                _allow(seconds)
                signal.setitimer(signal.ITIMER_REAL, LOOK_UP, LOOK_UP)
                answer = pickle.dumps(_reading(read, message), 5)
                signal.setitimer(signal.ITIMER_REAL, 0)
                send(sink, answer)
            message = receive(source)
    except EOFError:
        return


def _reading(read: Callable[..., Extraction], message: bytes) -> Extraction:
    """What a page comes to; a fault of the extractor's own is told as such, and costs no page but this one."""
    try:
        return read(*pickle.loads(message))
    except MemoryError:
        raise  # what is left of this process is not to be trusted
    except Exception as error:  # noqa: BLE001 - whatever it is, the next page is read
        import traceback

        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}, line {place.lineno}"
        return _unreadable(f"the extractor failed ({type(error).__name__} in {where}: {error})"[:MOST_TOLD])


def _outlive_nobody(parent: int) -> None:
    """End the process, in the middle of a page too, when the one that started it is gone.

    A thread that waits for that would cost every page 1.5 %: with a second thread, malloc takes locks.
    """
    if os.getppid() != parent:
        os._exit(0)


def _load() -> Callable[..., Extraction]:
    """Import the extractor. Nothing of it is ever garbage, so it is not searched for any."""
    import gc

    from clipper.extract import late

    gc.disable()
    late.stand_in()
    from clipper.extract.article import read

    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
    return read


def _page() -> Capture:
    """A page to practise on."""
    from datetime import UTC, datetime

    body = f"<title>Gauges</title><article><h1>Gauges</h1>{WARM_PARAGRAPH * 20}</article>".encode()
    headers = (("content-type", "text/html; charset=utf-8"),)
    return Capture("http://localhost/", "http://localhost/", 200, headers, body, datetime(2026, 1, 1, tzinfo=UTC))


def _limit(memory: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # where the limit does not exist for address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _allow(seconds: float) -> None:
    """From now on so many seconds of the processor, rounded up; then the system ends the process."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if most == resource.RLIM_INFINITY else min(soft, most), most))


def _unreadable(reason: str) -> Extraction:
    return Extraction(verdict=Verdict.UNREADABLE, reason=reason)
