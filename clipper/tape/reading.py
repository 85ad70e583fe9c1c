"""The records of a WARC (or ARC) file, and the pages among them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clipper import urls
from clipper.errors import InvalidURL, TapeError
from clipper.models import Capture, Completeness, Hop
from clipper.tape.digests import wrong
from clipper.tape.messages import REQUEST_LINE, Message, decoded, parse, split

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

__all__ = ["Record", "Skipped", "captures", "records"]

# warcio tells on standard error which addresses it mended; the report of an import names what could not be used.
logging.getLogger("warcio").addHandler(logging.NullHandler())

CUT = "the tape ends in the middle of it"
SMALL = 10_000_000  # bytes of a record that is no page's, to look whether it is all there
REVISIT_OF_SAME = "identical-payload-digest"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, its block not yet read; `block` reads it."""

    type: str  # response | request | revisit | resource | metadata | warcinfo …
    url: str
    date: datetime | None
    id: str
    concurrent_to: str
    digest: str  # of the payload, as the record says
    block_digest: str
    refers_to: tuple[str, str]  # the address and date that a revisit names
    profile: str
    mime: str
    truncated: str
    length: int | None  # of the block, in bytes, as the record says
    block: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that holds no page that can be filed, and why."""

    name: str  # the address of the record
    reason: str


def records(path: Path) -> Iterator[Record]:
    """Every record in its order. A block can be read until the next record is asked for.

    Raises `TapeError` where the file is missing, is none, or is damaged.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True, arc2warc=True):
                yield _record(record)
    except OSError as error:
        said = error.strerror or error
        raise TapeError(f"cannot read the tape {path}: {said}; `clip record` makes one") from error
    except (ArchiveLoadFailed, EOFError, ValueError, AttributeError) as error:
        said = " ".join(str(error).split())[:120]
        raise TapeError(f"{path} is no WARC file, or a damaged one ({said})") from error


def captures(path: Path) -> Iterator[Capture | Skipped]:
    """Every page on the tape with its own date, and what was passed over.

    A revisit is completed from the record that it refers to, if that came before it.
    """
    known = _Payloads()
    methods = _methods(path)
    for record in records(path):
        if record.type not in ("response", "revisit", "resource"):
            if (record.length or 0) < SMALL and _whole(record).truncated == CUT:
                yield Skipped(_plain(record.url) or record.type, CUT)
            continue
        record = _whole(record)
        if not record.url.startswith(("http://", "https://")):
            yield Skipped(_plain(record.url), "it is not an http or https address")
        elif methods.get(record.id, "GET") != "GET":
            yield Skipped(_plain(record.url), f"it answers a {methods[record.id]} request")
        elif wrong(record):
            yield Skipped(_plain(record.url), "its bytes are not those that its digest names")
        else:
            yield _capture(record, known)


def _whole(record: Record) -> Record:
    """The record with its block read, which can be done only once; one that is cut says so, and its digests nothing."""
    data = record.block()
    if record.length is None or len(data) >= record.length:
        return replace(record, block=lambda: data)
    return replace(record, block=lambda: data, truncated=CUT, digest="", block_digest="")


def message_of(record: Record) -> Message | None:
    """The answer in a record; None if there is none."""
    if record.type == "resource":
        headers = ((b"Content-Type", record.mime.encode("latin-1", "replace")),)
        return Message(200, b"OK", headers, record.block())
    message = parse(record.block())
    if message is not None and record.truncated and not message.cut:
        return replace(message, cut=True)
    return message


class _Payloads:
    """The pages seen so far, for the revisits that refer to them."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Capture] = {}
        self._by_place: dict[tuple[str, str], Capture] = {}

    def keep(self, record: Record, capture: Capture) -> None:
        if record.digest:
            self._by_digest.setdefault(record.digest, capture)
        if record.date:
            self._by_place[record.url, _stamp(record.date)] = capture

    def of(self, record: Record) -> Capture | None:
        return self._by_place.get(record.refers_to) or self._by_digest.get(record.digest)


def _capture(record: Record, known: _Payloads) -> Capture | Skipped:
    message = message_of(record)
    if record.date is None:
        return Skipped(_plain(record.url), "it has no date")
    earlier = known.of(record) if record.type == "revisit" else None
    if record.type == "revisit" and REVISIT_OF_SAME in record.profile:
        if earlier is None:
            return Skipped(_plain(record.url), "the record that it repeats is not on this tape")
        message = message and replace(message, payload=b"", cut=False)
    if message is None:
        message = _again(earlier)
    if message is None:
        return Skipped(_plain(record.url), "it holds no HTTP answer")
    same = earlier is not None and message.status != 304
    body = earlier.body if earlier is not None and same else decoded(message)
    if body is None:
        coding = (message.header(b"content-encoding") or b"").decode("latin-1")
        return Skipped(_plain(record.url), f"its content coding {coding} cannot be undone")
    capture = _built(record, message, body)
    if record.type != "revisit":
        known.keep(record, capture)
    return capture


def _again(earlier: Capture | None) -> Message | None:
    """A revisit without headers of its own has those of the record that it repeats."""
    if earlier is None:
        return None
    headers = tuple((k.encode("latin-1"), v.encode("latin-1")) for k, v in earlier.headers)
    return Message(earlier.status, b"", headers, b"")


def _built(record: Record, message: Message, body: bytes) -> Capture:
    headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in message.headers)
    url = _plain(record.url)
    location = message.header(b"location")
    hop = Hop(url, message.status, location.decode("latin-1") if location else None)
    assert record.date is not None
    return Capture(
        url=url,
        final_url=url,
        status=message.status,
        headers=headers,
        body=body,
        fetched_at=record.date,
        hops=(hop,),
        completeness=Completeness.TRUNCATED if message.cut else Completeness.COMPLETE,
        truncated_by=(record.truncated or "its end is not on the tape") if message.cut else None,
        wire_bytes=len(message.payload),
        source="import",
    )


def _plain(url: str) -> str:
    try:
        return urls.without_credentials(url)
    except ValueError:
        return url


def _methods(path: Path) -> dict[str, str]:
    """The method of each answer whose request is on the tape too, by the answer's id.

    Damage ends the look ahead, and is told by whoever reads as far.
    """
    methods = {}
    with suppress(TapeError):
        for record in records(path):
            if record.type == "request" and record.concurrent_to:
                line = REQUEST_LINE.fullmatch(split(record.block())[0])
                methods[record.concurrent_to] = line[1].decode() if line else "GET"
    return methods


def _record(record: ArcWarcRecord) -> Record:
    headers: Any = record.rec_headers

    def named(name: str) -> str:
        return str(headers.get_header(name) or "")

    def block() -> bytes:
        data = record.raw_stream.read()
        assert isinstance(data, bytes)
        return data

    return Record(
        type=record.rec_type,
        url=named("WARC-Target-URI").strip("<>"),
        date=_moment(named("WARC-Date")),
        id=named("WARC-Record-ID"),
        concurrent_to=named("WARC-Concurrent-To"),
        digest=named("WARC-Payload-Digest"),
        block_digest=named("WARC-Block-Digest"),
        refers_to=(
            named("WARC-Refers-To-Target-URI"),
            _stamp(_moment(named("WARC-Refers-To-Date"))),
        ),
        profile=named("WARC-Profile"),
        mime=named("Content-Type"),
        truncated=named("WARC-Truncated"),
        length=int(size) if (size := named("Content-Length")).isdecimal() else None,
        block=block,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stamp(moment: datetime | None) -> str:
    """Two spellings of one second are one."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S") if moment else ""


def checked(url: str) -> str:
    """The address as the fetcher will ask for it."""
    try:
        return urls.check(url)
    except InvalidURL:
        return url
