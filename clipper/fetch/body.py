"""A body read within bounds, and whether all of it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clipper.fetch import coding
from clipper.fetch.exchange import Received
from clipper.fetch.faults import Fault, Kind
from clipper.models import Completeness

__all__ = ["Body", "read", "unread"]

# Of an answer that is an error anyway: evidence of what it said.
MOST_OF_AN_ERROR = 1_000_000
PARTIAL = 206
BODILESS = (204, 304)


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes, free of codings; `wire` is how many there were before."""

    data: bytes
    wire: int
    completeness: Completeness
    cut: str | None = None  # what cut it short
    skipped: bool = False  # left unread, or the rest of it

    @property
    def tape_cut(self) -> str | None:
        """The same in the words of WARC."""
        if self.skipped:
            return "unspecified"
        return "disconnect" if self.cut and self.completeness is Completeness.TRUNCATED else None


def unread(answer: Received) -> Body:
    """The body of a redirect: left alone, so that closing ends the connection too.

    One that is known to be empty is taken note of, and its connection can be used again.
    """
    if answer.header(b"content-length") == "0" and answer.header(b"transfer-encoding") is None:
        for _ in answer.parts:
            pass
        return Body(b"", 0, Completeness.COMPLETE)
    return Body(b"", 0, Completeness.COMPLETE, skipped=True)


def read(answer: Received, *, limit: int) -> Body:
    """The body of an answer, of at most `limit` bytes before and after decoding.

    A body that was cut is an answer (`truncated`); one that is too large or in a coding that cannot
    be undone is a `Fault`, and so is one that takes too long. Of an error's body, whatever could be
    read is kept: its status is known, whatever becomes of the rest.
    """
    failed = answer.status >= 400
    reading = _Reading(answer, min(limit, MOST_OF_AN_ERROR) if failed else limit)
    try:
        if not failed:
            reading.check_length()
        reading.run()
    except Fault as fault:
        if not failed:
            raise
        reading.cut = fault.what
    return reading.body()


def beginning(answer: Received, *, limit: int) -> Body:
    """The body of an answer, or its first `limit` bytes and no more."""
    reading = _Reading(answer, limit)
    try:
        reading.run()
    except Fault as fault:
        if fault.kind is not Kind.SIZE:
            raise
        return Body(reading.data, reading.wire, Completeness.COMPLETE, skipped=True)
    return reading.body()


class _Reading:
    """One body on its way in."""

    def __init__(self, answer: Received, limit: int) -> None:
        self._answer = answer
        self._limit = limit
        self._data = bytearray()
        self.wire = 0
        self.cut: str | None = None

    @property
    def data(self) -> bytes:
        return bytes(self._data)

    def run(self) -> None:
        codings = self._answer.header(b"content-encoding")
        try:
            for part in coding.decoded(self._sent(), codings, limit=self._limit):
                self._data += part
        except coding.Cut as error:
            if self._answer.status not in BODILESS:
                self.cut = self.cut or str(error)

    def body(self) -> Body:
        if self.cut is None and self._answer.status == PARTIAL:
            self.cut = "the server sent a part of the page only (206)"
        if self.cut is not None:
            return Body(self.data, self.wire, Completeness.TRUNCATED, self.cut)
        framed = self._framed()
        completeness = Completeness.COMPLETE if framed else Completeness.UNKNOWN
        return Body(self.data, self.wire, completeness)

    def _sent(self) -> Iterator[bytes]:
        """The bytes as sent, until their end or until the connection's early end."""
        try:
            for part in coding.within(self._answer.parts, self._limit, "as sent"):
                self.wire += len(part)
                yield part
        except Fault as fault:
            if fault.kind not in (Kind.CONNECTION, Kind.PROTOCOL) or fault.phase == "headers":
                raise
            self.cut = fault.what

    def check_length(self) -> None:
        """Refuse what says itself that it is too large, before a byte of it is read."""
        length = self._answer.header(b"content-length") or ""
        if length.isascii() and length.isdigit() and int(length[:20]) > self._limit:
            what = f"the body is larger than {self._limit:,} bytes (it has {int(length[:20]):,})"
            raise Fault(Kind.SIZE, what, phase="body")

    def _framed(self) -> bool:
        """Whether the end of the body was marked by more than the end of the connection.

        RFC 9112, 6.1: chunks in an answer of HTTP/1.0 are to be treated as faulty framing.
        """
        answer = self._answer
        chunked = "chunked" in (answer.header(b"transfer-encoding") or "").lower()
        if chunked and answer.version == b"HTTP/1.0" and answer.status not in BODILESS:
            return False
        return chunked or answer.status in BODILESS or answer.header(b"content-length") is not None
