"""The time that one try has, shared by everything that can wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from clipper.fetch.faults import Fault, Kind

__all__ = ["Line"]

# Before the body: headers, and any number of 1xx answers. h11 itself stops at 100 KiB for one head.
LONGEST_HEAD = 256 * 1024


class Line:
    """What the try in hand shares with its sockets: until when, how far, and to whom."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.until = float("inf")
        self.phase = "connect"
        self.address: str | None = None  # the one dialled last
        self.heard = 0  # bytes of the answer in hand
        self.first = b""  # the first of them
        self.seconds = 0.0  # what the try was given, for the message
        self.kept: bytearray | None = None  # the answer as it came, for a tape

    def begin(self, until: float) -> None:
        """A new try, over at `until` (monotonic)."""
        self.until = until
        self.seconds = until - self._monotonic()
        self.turn()

    def turn(self) -> None:
        """The next request of the same try."""
        self.phase, self.address, self.heard = "connect", None, 0

    def ask(self) -> None:
        """A request is about to go out; nothing of its answer was heard yet."""
        self.phase, self.heard, self.first = "send", 0, b""
        if self.kept is not None:
            self.kept.clear()

    def left(self) -> float:
        """Seconds until the try is over; never zero, which a socket takes for `do not wait`."""
        left = self.until - self._monotonic()
        if left <= 0:
            self.late()
        return left

    def late(self) -> NoReturn:
        what = f"no complete answer within {self.seconds:.3g} s"
        raise Fault(Kind.DEADLINE, what, phase=self.phase)

    def hear(self, data: bytes) -> None:
        """Count bytes of the answer; before the body their number is limited."""
        if not self.heard:
            self.first = data[:8]
        self.heard += len(data)
        if self.kept is not None:
            self.kept += data
        if self.phase == "headers" and self.heard > LONGEST_HEAD:
            what = f"more than {LONGEST_HEAD // 1024} KiB of headers"
            raise Fault(Kind.PROTOCOL, what, phase="headers")
