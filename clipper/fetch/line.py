"""The time that one try has, shared by everything that can wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from clipper.fetch.faults import Fault, Kind

__all__ = ["Line"]

# Before the body: headers, and any number of 1xx answers. h11 itself stops at 100 KiB for one head.
LONGEST_HEAD = 256 * 1024
# h11 matches a header with an expression that takes quadratic time for white space after the colon if
# an illegal character follows: 90,000 spaces and a NUL cost 29 s in one call that nothing interrupts.
# So what is illegal in a head is found before h11 sees it; in trailers, which only h11 can tell from
# the body, such white space is (8,192 cost a quarter of a second).
ILLEGAL = re.compile(rb"[\x00\x0b\x0c]|\r(?=[^\n])")
BLANK_LINE = re.compile(rb"\n\r?\n")
ENDLESS = re.compile(rb":[ \t\r\n]{8192}")


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
        self._begun = b""  # the first bytes of the head in hand
        self._carried = b""  # what was heard last and has to be looked at again with the next bytes
        self._rest: bytes | None = None  # what came in one piece with the end of the head
        self._chunked = False

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

    def asked(self) -> None:
        """A request is out; a head is expected."""
        self.phase = "headers"
        self._begun, self._carried, self._rest, self._chunked = b"", b"", None, False

    def in_chunks(self) -> None:
        """The body comes in chunks, and trailers may follow it."""
        self._chunked, self._carried = True, b""
        self._check_trailers(self._rest or b"")

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
        if self._chunked:
            self._check_trailers(data)
        elif self._rest is None:
            self._check_head(data)

    def _check_head(self, data: bytes) -> None:
        text = self._carried + data
        while True:
            self._begun += text[len(self._carried) :][: len(b"HTTP/1.1 1") - len(self._begun)]
            blank = BLANK_LINE.search(text)
            spoken = self._begun.startswith(b"HTTP/")  # a SOCKS proxy speaks first, and in other words
            if spoken and ILLEGAL.search(text[: blank.end()] if blank else text):
                raise Fault(Kind.PROTOCOL, "a control character in the headers", phase="headers")
            self._carried = b"" if blank else text[-3:]
            if blank is None:
                return
            text = text[blank.end() :]
            if self._begun[-2:] != b" 1":  # anything but 1xx, behind which comes another head
                self._rest = text
                return
            self._begun = b""

    def _check_trailers(self, data: bytes) -> None:
        text = self._carried + data
        if ENDLESS.search(text):
            raise Fault(Kind.PROTOCOL, "white space without end where trailers may be", phase="body")
        self._carried = text[-8192:]
