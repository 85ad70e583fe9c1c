"""A process that answers questions, over two pipes, and that can be killed at any time.

`spawn` starts a new interpreter. `fork` makes a copy of this process, which has its modules
already and saves 35 ms; that is safe while there is one thread and nothing is open yet.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

__all__ = ["Process", "receive", "send"]

LENGTH = struct.Struct("!Q")
# Bytes of a pipe, as many as any user may ask for: most pages go at once, without waiting for the reader.
ROOM = 1 << 20


class Process:
    """The other process; `say` and `hear` move whole messages. `EOFError` or `OSError`: it died."""

    def __init__(self, pid: int, to: int, back: int) -> None:
        self.pid = pid
        self._to = to
        self._back = back
        os.set_blocking(to, False)  # one that stalls must not stall us

    @classmethod
    def spawn(cls, code: str, *arguments: str) -> Self:
        """A new interpreter that runs `code`, which talks on its standard input and output."""
        source, to = _pipe()
        back, sink = _pipe()
        # -P: what lies in the folder that the user happens to be in is no module of ours.
        command = [sys.executable, "-P", "-S", "-X", "utf8", "-c", code, *arguments]
        pid = os.posix_spawn(
            sys.executable,
            command,
            # It finds the same packages as this process, without looking for them again.
            dict(os.environ) | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, source, 0),
                (os.POSIX_SPAWN_DUP2, sink, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
        os.close(source)
        os.close(sink)
        return cls(pid, to, back)

    @classmethod
    def fork(cls, answer: Callable[[int, int], object]) -> Self:
        """A copy of this process that runs `answer(source, sink)` and nothing else."""
        source, to = _pipe()
        back, sink = _pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(to)
                os.close(back)
                _silence()
                answer(source, sink)
            finally:
                os._exit(0)
        os.close(source)
        os.close(sink)
        return cls(pid, to, back)

    def say(self, message: bytes, *, deadline: float) -> None:
        send(self._to, message, deadline)

    def hear(self, *, deadline: float) -> bytes:
        return receive(self._back, deadline)

    def kill(self) -> int:
        """End it, and wait until it has ended; the signal that ended it, 0 if it went by itself."""
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._to)
        os.close(self._back)
        return os.WTERMSIG(os.waitpid(self.pid, 0)[1])


def send(pipe: int, message: bytes, deadline: float | None = None) -> None:
    """Write a message; `TimeoutError` at the deadline (of the monotonic clock, in seconds)."""
    view = memoryview(LENGTH.pack(len(message)) + message)
    while view:
        _wait([], [pipe], deadline)
        view = view[os.write(pipe, view) :]


def receive(pipe: int, deadline: float | None = None) -> bytes:
    """Read a message; `EOFError` if the other side is gone, `TimeoutError` at the deadline."""
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
    """Until a pipe is ready."""
    if deadline is None:
        return
    left = deadline - time.monotonic()
    if left <= 0 or not any(select.select(reading, writing, [], left)):
        raise TimeoutError


def _pipe() -> tuple[int, int]:
    """The two ends of a pipe, neither of them a standard stream that somebody closed."""
    ends = os.pipe()
    with suppress(AttributeError, OSError):  # another system, or a user who has many: then a page goes in parts
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, ROOM)
    if min(ends) > 2:
        return ends
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]


def _silence() -> None:
    """Nothing of this process's streams for the copy: no input, no output, no pipe kept open."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
