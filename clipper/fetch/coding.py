"""Content codings undone within bounds: 809 bytes of brotli can become 1 GiB in one step elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from clipper.errors import BodyTooLarge, ProtocolError

__all__ = ["ACCEPTED", "Truncated", "decoded", "within"]

ACCEPTED = "gzip, deflate"
STEP = 256 * 1024  # bytes of output at a time
MOST = 2  # codings on top of each other


class Truncated(Exception):  # noqa: N818 - a fact, told between these two modules
    """The coded stream ended before its end; all output so far has been yielded."""


def decoded(parts: Iterable[bytes], coding: str | None) -> Iterator[bytes]:
    """The parts with their codings undone, the last applied first.

    Raises `ProtocolError` for a coding that was not offered or is broken from the start, and
    `Truncated` when the input ends too early.
    """
    names = [name for name in (n.strip().lower() for n in (coding or "").split(",")) if name not in ("", "identity")]
    if len(names) > MOST:
        raise ProtocolError(f"the body has {len(names)} codings on top of each other", phase="body")
    stream = iter(parts)
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            stream = _gzip(stream)
        elif name == "deflate":
            stream = _deflate(stream)
        else:
            raise ProtocolError(f"the body has the coding {name!r}, which was not offered", phase="body")
    return stream


def within(parts: Iterable[bytes], limit: int, what: str) -> Iterator[bytes]:
    """The parts, until there are too many bytes of them."""
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise BodyTooLarge(f"the body is larger than {limit:,} bytes {what}; --max-bytes allows more", phase="body")
        yield part


def _gzip(parts: Iterator[bytes]) -> Iterator[bytes]:
    """One or more gzip members; zeroes and garbage after the last are dropped, as browsers do."""
    inflater = zlib.decompressobj(31)
    members, begun = 0, False
    for part in parts:
        rest = part
        while rest:
            if not begun and members and not rest.startswith(b"\x1f"):
                return
            begun = True
            yield from _inflated(inflater, rest, members)
            if not inflater.eof:
                break
            rest = inflater.unused_data
            inflater, begun, members = zlib.decompressobj(31), False, members + 1
    if begun or not members:
        raise Truncated("the gzip stream ends too early")


def _deflate(parts: Iterator[bytes]) -> Iterator[bytes]:
    """zlib's format, or the bare stream that some servers send under this name."""
    inflater = None
    for part in parts:
        if inflater is None:
            bare = not (part[0] & 0x0F == 8 and (len(part) < 2 or (part[0] * 256 + part[1]) % 31 == 0))
            inflater = zlib.decompressobj(-15 if bare else 15)
        yield from _inflated(inflater, part, 0)
        if inflater.eof:
            return
    if inflater is None or not inflater.eof:
        raise Truncated("the deflate stream ends too early")


def _inflated(inflater: zlib._Decompress, data: bytes, done: int) -> Iterator[bytes]:
    rest = data
    while True:
        try:
            out = inflater.decompress(rest, STEP)
        except zlib.error as error:
            if done:
                return
            raise ProtocolError(f"the body's coding is broken: {error}", phase="body") from error
        if out:
            yield out
        rest = inflater.unconsumed_tail
        if inflater.eof or (not rest and len(out) < STEP):
            return
