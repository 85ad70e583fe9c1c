"""Timestamps of RFC 3161: the question that a service is asked, and what its answer says.

A token says that its head existed at that time, not who wrote it. Here only the content is read; the
signature is checked by `openssl ts -verify -digest HEAD -in FILE -CAfile CA`, which knows whom to trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from clipper.errors import ArchiveError

__all__ = ["Stamp", "question", "read"]

SEQUENCE, INTEGER, OCTETS, TIME = 0x30, 0x02, 0x04, 0x18
SHA256 = bytes.fromhex("300d06096086480165030402010500")  # AlgorithmIdentifier: OID and NULL
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")  # id-ct-TSTInfo
GRANTED = (0, 1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a service vouched for, and when."""

    imprint: bytes
    at: datetime


def question(head: bytes) -> bytes:
    """A TimeStampReq for the sha256 `head`, in DER, which asks for the service's certificate too."""
    imprint = _tlv(SEQUENCE, SHA256 + _tlv(OCTETS, head))
    return _tlv(SEQUENCE, _tlv(INTEGER, b"\x01") + imprint + bytes.fromhex("0101ff"))


def read(token: bytes, *, head: bytes | None = None) -> Stamp:
    """What a TimeStampResp says; `ArchiveError` if it is none, was refused, or is of another head."""
    try:
        stamp = _read(token)
    except (IndexError, ValueError) as error:
        raise ArchiveError("the service's answer is no timestamp of RFC 3161") from error
    if head is not None and stamp.imprint != head:
        raise ArchiveError("the timestamp is of another head than the one that was sealed")
    return stamp


def _read(token: bytes) -> Stamp:
    status, *rest = _parts(_only(token, SEQUENCE))
    code = int.from_bytes(next(iter(_parts(status[1])))[1], "big")
    if code not in GRANTED or not rest:
        raise ArchiveError(f"the service refused to stamp (PKIStatus {code})")
    # ContentInfo: OID, [0] SignedData: version, digest algorithms, encapContentInfo: OID, [0] OCTET STRING
    signed = _only(list(_parts(rest[0][1]))[1][1], SEQUENCE)
    content = list(_parts(signed))[2][1]
    if not content.startswith(TST_INFO):
        raise ValueError("no TSTInfo")
    info = _only(_only(list(_parts(content))[1][1], OCTETS), SEQUENCE)
    fields = list(_parts(info))
    algorithm, imprint = _parts(fields[2][1])
    if _tlv(*algorithm) != SHA256:
        raise ValueError("not of a sha256")
    moment = next(value for tag, value in fields if tag == TIME).decode("ascii")
    at = datetime.strptime(moment.rstrip("Z").partition(".")[0], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return Stamp(imprint[1], at)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The values one after the other, each as its tag and its content."""
    place = 0
    while place < len(data):
        tag, length, place = data[place], data[place + 1], place + 2
        if length & 0x80:
            more = length & 0x7F
            length = int.from_bytes(data[place : place + more], "big")
            place += more
        if place + length > len(data):
            raise ValueError("cut off")
        yield tag, data[place : place + length]
        place += length


def _only(data: bytes, tag: int) -> bytes:
    (found,) = _parts(data)
    if found[0] != tag:
        raise ValueError(f"tag {found[0]:#x} instead of {tag:#x}")
    return found[1]


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
