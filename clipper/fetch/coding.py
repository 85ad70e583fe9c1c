"""Content codings undone within bounds: 809 bytes of brotli became 1 GiB in one step elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from clipper.fetch.faults import Fault, Kind

if TYPE_CHECKING:
    from zlib import _Decompress

__all__ = ["ACCEPTED", "Cut", "decoded", "within"]

ACCEPTED = "gzip, deflate"
STEP = 256 * 1024  # bytes of output at a time
MOST_CODINGS = 2  # on top of each other
MOST_MEMBERS = 4096  # of one gzip body; each costs its own table, so many tiny ones are an attack


class Cut(Exception):
    """The coded stream ended before its end; all output so far has been yielded."""


def decoded(parts: Iterable[bytes], coding: str | None, *, limit: int) -> Iterator[bytes]:
    """The parts with their codings undone, the last applied first; `limit` bounds each step.

    Raises `Fault` for a coding that was not offered, is broken, or grows too large, and `Cut` when
    the input ends too early.
    """
    names = [name.strip().lower() for name in (coding or "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MOST_CODINGS:
        raise Fault(Kind.PROTOCOL, f"{len(names)} codings on top of each other", phase="body")
    stream = iter(parts)
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            stream = within(_gzip(stream), limit)
        elif name == "deflate":
            stream = within(_deflate(stream), limit)
        else:
            raise Fault(Kind.PROTOCOL, f"the coding {name!r} was not offered", phase="body")
    return stream


def within(parts: Iterable[bytes], limit: int, what: str = "when decoded") -> Iterator[bytes]:
    """The first `limit` bytes of the parts; then a `Fault` if there are more."""
    room = limit
    for part in parts:
        if len(part) > room:
            yield part[:room]
            raise Fault(Kind.SIZE, f"the body is larger than {limit:,} bytes {what}", phase="body")
        room -= len(part)
        yield part


def _gzip(parts: Iterator[bytes]) -> Iterator[bytes]:
    """One or more gzip members; zeroes and garbage after the last are dropped, as browsers do."""
    inflater, members = zlib.decompressobj(31), 0
    begun = fruitful = False  # whether the member in hand has had input, has given output
    for part in parts:
        rest = part
        while rest:
            if members and not begun and not rest.startswith(b"\x1f"):
                return
            begun = True
            try:
                for out in _inflated(inflater, rest):
                    fruitful = True
                    yield out
            except Fault:
                if members and not fruitful:
                    return
                raise
            if not inflater.eof:
                break
            rest = inflater.unused_data
            inflater, members = zlib.decompressobj(31), members + 1
            begun = fruitful = False
            if members > MOST_MEMBERS:
                what = f"more than {MOST_MEMBERS} gzip members"
                raise Fault(Kind.PROTOCOL, what, phase="body")
    if begun or not members:
        raise Cut("the gzip stream ends too early")


def _deflate(parts: Iterator[bytes]) -> Iterator[bytes]:
    """zlib's format, or the bare stream that some servers send under this name."""
    inflater: _Decompress | None = None
    head = b""
    for part in parts:
        head = head + part if inflater is None else part
        if inflater is None:
            if len(head) < 2:
                continue
            zlib_header = head[0] & 0x0F == 8 and (head[0] * 256 + head[1]) % 31 == 0
            inflater = zlib.decompressobj(15 if zlib_header else -15)
        yield from _inflated(inflater, head)
        if inflater.eof:
            return
    raise Cut("the deflate stream ends too early")


def _inflated(inflater: _Decompress, data: bytes) -> Iterator[bytes]:
    rest = data
    while True:
        try:
            out = inflater.decompress(rest, STEP)
        except zlib.error as error:
            what = f"the body's compression is broken ({error})"
            raise Fault(Kind.PROTOCOL, what, phase="body") from error
        if out:
            yield out
        rest = inflater.unconsumed_tail
        if inflater.eof or (not rest and len(out) < STEP):
            return
