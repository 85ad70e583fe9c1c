"""HTTP messages as a WARC record holds them: bytes, taken apart and put together."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

__all__ = ["FAILURE", "Message", "RawHeaders", "assembled", "decoded", "parse", "unchunked"]

RawHeaders = tuple[tuple[bytes, bytes], ...]

STATUS_LINE = re.compile(rb"(HTTP/\d(?:\.\d)?) +(\d{3})(?: +(.*))?\s*")
REQUEST_LINE = re.compile(rb"([A-Z]+) +(\S+)(?: +HTTP/\d(?:\.\d)?)?\s*")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
STEP = 1 << 20
FAILURE = "clipper-failure"  # the field of metadata that says how an exchange ended: kind, phase, words
MOST = 200_000_000  # bytes of a decoded body; more is no page


@dataclass(frozen=True, slots=True)
class Message:
    """An answer: `payload` is free of chunks, and of nothing else; `cut` if its end is missing."""

    status: int
    reason: bytes
    headers: RawHeaders
    payload: bytes
    cut: bool = False
    version: bytes = b"HTTP/1.1"

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def parse(block: bytes) -> Message | None:
    """The answer in a block of bytes, or None if it is none. Interim answers (1xx) are dropped."""
    while True:
        first, headers, payload = split(block)
        line = STATUS_LINE.fullmatch(first)
        if line is None:
            return None
        if not 100 <= int(line[2]) < 200 or not payload.startswith(b"HTTP/"):
            break
        block = payload
    message = Message(int(line[2]), (line[3] or b"").strip(), headers, payload, version=line[1])
    if b"chunked" in (message.header(b"transfer-encoding") or b"").lower():
        payload, cut = unchunked(payload)
        return replace(message, payload=payload, cut=cut)
    return replace(message, cut=_short(message))


def split(block: bytes) -> tuple[bytes, RawHeaders, bytes]:
    """First line, headers and the rest; folded header lines are joined."""
    end = re.search(rb"\r?\n\r?\n", block)
    head, payload = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    first, *lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines() or [b""]
    pairs = [line.partition(b":") for line in lines if b":" in line]
    return first, tuple((name.strip(), value.strip()) for name, _, value in pairs), payload


def unchunked(payload: bytes) -> tuple[bytes, bool]:
    """The payload without its chunks, and whether its end is missing.

    Many tools store it without chunks under a header that still says `chunked`: what does not begin
    with a chunk is left as it is.
    """
    parts: list[bytes] = []
    place = 0
    while size := CHUNK_SIZE.match(payload, place):
        length, begin = int(size[1], 16), size.end()
        if length == 0:
            return b"".join(parts), False
        parts.append(payload[begin : begin + length])
        place = begin + length
        place += 2 if payload[place : place + 2] == b"\r\n" else payload[place : place + 1] == b"\n"
    if not parts:
        return payload, False
    return b"".join(parts), True


def decoded(message: Message) -> bytes | None:
    """The payload with its content coding undone; None if it is one that cannot be.

    A payload that is not in the coding that its header names was stored without it.
    """
    coding = (message.header(b"content-encoding") or b"").strip().lower()
    if coding in (b"", b"identity"):
        return message.payload
    if coding not in (b"gzip", b"x-gzip", b"deflate"):
        return None
    gzipped = message.payload.startswith(b"\x1f\x8b")
    if coding != b"deflate" and not gzipped:
        return message.payload
    for bits in (47, -15) if coding == b"deflate" else (31,):
        try:
            return _inflated(message.payload, bits)
        except zlib.error:
            continue
    return message.payload if coding == b"deflate" else None


def assembled(first: str, headers: RawHeaders, payload: bytes = b"") -> bytes:
    """The message as bytes."""
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return first.encode("latin-1", "replace") + b"\r\n" + lines + b"\r\n" + payload


def _short(message: Message) -> bool:
    length = message.header(b"content-length") or b""
    if not length.isdigit() or message.status in (204, 304):
        return False
    return len(message.payload) < int(length[:18])


def _inflated(data: bytes, bits: int) -> bytes:
    """All members of a compressed stream; what is missing at its end stays missing."""
    out = bytearray()
    while data:
        inflater = zlib.decompressobj(bits)
        while data and not inflater.eof:
            out += inflater.decompress(data, STEP)
            if len(out) > MOST:
                raise zlib.error(f"more than {MOST} bytes")
            data = inflater.unconsumed_tail
        data = inflater.unused_data
        if bits != 31 or not data.startswith(b"\x1f\x8b"):
            break
    return bytes(out)
