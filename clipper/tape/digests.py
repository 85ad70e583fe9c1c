"""Whether a record's bytes are those that its digests name."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from clipper.tape.messages import decoded, parse, split, unchunked

if TYPE_CHECKING:
    from clipper.tape.reading import Record

__all__ = ["wrong"]

KNOWN = ("sha1", "sha256", "sha512", "md5")


def wrong(record: Record) -> bool:
    """Whether none of its digests fits; one that is not given, or not known, cannot be wrong.

    Tools differ in what they take for the payload: with chunks or without, packed or not.
    """
    if record.truncated or record.type == "revisit":  # a revisit's digest is another record's
        return False
    block = record.block()
    named = [(record.block_digest, [block]), (record.digest, list(_payloads(record, block)))]
    told = [(digest, found) for digest, found in named if _algorithm(digest)]
    return bool(told) and not any(_fits(digest, data) for digest, found in told for data in found)


def _payloads(record: Record, block: bytes) -> Iterator[bytes]:
    yield block
    if record.type == "resource":
        return
    payload = split(block)[2]
    yield payload
    yield unchunked(payload)[0]
    message = parse(block)
    plain = decoded(message) if message is not None else None
    if plain is not None:
        yield plain


def _algorithm(digest: str) -> str | None:
    name = digest.partition(":")[0].lower().replace("-", "")
    return name if name in KNOWN else None


def _fits(digest: str, data: bytes) -> bool:
    """Digests are written in base 32, hexadecimal or either base 64."""
    name = _algorithm(digest)
    assert name is not None
    should = hashlib.new(name, data, usedforsecurity=False).digest()
    text = digest.partition(":")[2].strip()
    forms: tuple[Callable[[str], bytes], ...] = (
        lambda written: base64.b32decode(written.upper()),
        bytes.fromhex,
        base64.b64decode,
        base64.urlsafe_b64decode,
    )
    for form in forms:
        try:
            if form(text) == should:
                return True
        except (ValueError, binascii.Error):
            continue
    return False
