"""Reading in a process of its own, which a hostile page may stall or kill without harm.

350 KB of HTML can cost every parser 35 s, and no setting of theirs stops it. The worker is started
once, imports the extractors while the network is waited for, and lives for many pages.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from clipper.models import Capture, Extraction, Site, SiteRules, Verdict

__all__ = ["Reader", "serve"]

TIME_LIMIT = 10.0  # seconds for one page, once the worker is warm
WARM_UP = 60.0  # seconds for the imports, on the slowest machine
MEMORY_LIMIT = 1 << 30  # bytes of address space
LENGTH = struct.Struct("!Q")
CODE = "from clipper.extract.worker import serve; serve()"


class Reader:
    """Reads captures; a page that stalls or kills the worker gets the verdict `unreadable`."""

    def __init__(
        self,
        *,
        isolate: bool = True,
        time_limit: float = TIME_LIMIT,
        memory_limit: int = MEMORY_LIMIT,
        rules: SiteRules | None = None,
    ) -> None:
        """`rules` says which site rules count, by default those that ship; limits are seconds and bytes."""
        self._isolate = isolate
        self._rules = rules or SiteRules()
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._process: subprocess.Popen[bytes] | None = None
        self._warm = False

    def warm(self) -> None:
        """Start the worker now, without waiting for it."""
        if self._isolate and self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-c", CODE, str(self._memory_limit)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                bufsize=0,
            )
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)  # a stalled worker must not stall us
            self._warm = False

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
            return _unreadable(f"reading took longer than {self._time_limit:g} seconds")
        except (EOFError, BrokenPipeError, ConnectionError):
            self.close()
            return _unreadable("reading it ended the reader: too much memory, or a crash")

    def close(self) -> None:
        """End the worker, if one runs."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, capture: Capture, site: Site | None) -> Extraction:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        if not self._warm:
            _receive(process.stdout.fileno(), time.monotonic() + WARM_UP)
            self._warm = True
        deadline = time.monotonic() + self._time_limit
        _send(process.stdin.fileno(), pickle.dumps((capture, site, self._rules), 5), deadline)
        answer = pickle.loads(_receive(process.stdout.fileno(), deadline))
        assert isinstance(answer, Extraction)
        return answer


def serve() -> None:
    """The worker: say that the imports are done, then answer one capture after the other."""
    _limit(int(sys.argv[1]))
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)  # a library that prints must not disturb the answers
    from clipper.extract.article import prepare, read

    prepare()
    _send(sink, b"")
    while True:
        try:
            capture, site, rules = pickle.loads(_receive(source))
        except EOFError:
            return
        _send(sink, pickle.dumps(read(capture, site, rules), 5))


def _limit(memory: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # where the limit does not exist for address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _environment() -> dict[str, str]:
    """The worker finds the same packages as this process."""
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _send(pipe: int, data: bytes, deadline: float | None = None) -> None:
    view = memoryview(LENGTH.pack(len(data)) + data)
    while view:
        _wait([], [pipe], deadline)
        view = view[os.write(pipe, view[: 1 << 16]) :]


def _receive(pipe: int, deadline: float | None = None) -> bytes:
    (length,) = LENGTH.unpack(_exactly(pipe, LENGTH.size, deadline))
    return _exactly(pipe, length, deadline)


def _exactly(pipe: int, length: int, deadline: float | None) -> bytes:
    parts = []
    while length:
        _wait([pipe], [], deadline)
        part = os.read(pipe, min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _wait(reading: list[int], writing: list[int], deadline: float | None) -> None:
    """Until a pipe is ready; `TimeoutError` at the deadline."""
    if deadline is None:
        return
    left = deadline - time.monotonic()
    if left <= 0 or not any(select.select(reading, writing, [], left)):
        raise TimeoutError


def _unreadable(reason: str) -> Extraction:
    return Extraction(verdict=Verdict.UNREADABLE, reason=reason)
