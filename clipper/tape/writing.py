"""Captures as a WARC file, with digests that `warcio check` confirms."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha1
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from clipper import __version__
from clipper.errors import TapeError
from clipper.models import Capture, Completeness, Headers, Hop
from clipper.tape.messages import FAILURE, RawHeaders, assembled, split

if TYPE_CHECKING:
    from warcio.warcwriter import WARCWriter

__all__ = ["Writer", "create", "write"]

SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# They describe the bytes on the wire; a capture's body is free of both codings.
CODINGS = frozenset(("content-encoding", "transfer-encoding", "content-length"))


def write(place: Path | BinaryIO, captures: Iterable[Capture]) -> None:
    """Write captures as a tape; a body that was written before becomes a revisit of it.

    A capture's body is decoded: the headers that spoke of its codings are kept as
    `X-Archive-Orig-…`, and redirects on the way are written with what is known of them.
    """
    if isinstance(place, Path):
        with create(place) as file:
            _write(Writer(file, gzip=place.suffix == ".gz", name=place.name), captures)
    else:
        _write(Writer(place, gzip=True), captures)


def create(path: Path) -> BinaryIO:
    """A new file, which must not exist."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb")
    except FileExistsError as error:
        raise TapeError(f"{path} exists; name a new file, or remove it first") from error
    except OSError as error:
        raise TapeError(f"cannot write the tape {path}: {error.strerror}") from error


class Writer:
    """Writes records, a warcinfo first, and flushes each."""

    def __init__(self, file: BinaryIO, *, gzip: bool, name: str = "") -> None:
        from warcio.warcwriter import WARCWriter

        self._writer: WARCWriter = WARCWriter(file, gzip=gzip, warc_version="1.1")
        info = {"software": f"clipper/{__version__}", "format": "WARC File Format 1.1"}
        self._writer.write_record(self._writer.create_warcinfo_record(name, info))
        self.written: dict[str, tuple[str, str]] = {}  # payload digest: address, date
        self.latest: dict[str, tuple[str, str]] = {}  # address: payload digest, date

    def exchange(
        self,
        url: str,
        *,
        at: datetime,
        request: bytes,
        response: bytes,
        truncated: str | None = None,
        failure: tuple[str, str, str] | None = None,
    ) -> None:
        """A request and its answer, byte for byte; `failure` is the kind, phase and words of what ended it."""
        date = _date(at)
        if not response:
            asked = self._record(url, "request", request, {"WARC-Date": date})
            if failure:
                self._failure(url, date, asked, failure)
            return
        digest = _digest(split(response)[2])
        named = {"WARC-Date": date, "WARC-Payload-Digest": digest}
        if truncated:
            named["WARC-Truncated"] = truncated
        answered = self._record(url, "response", response, named)
        self._record(url, "request", request, {"WARC-Date": date, "WARC-Concurrent-To": answered})
        if failure:
            self._failure(url, date, answered, failure)
        if not truncated:
            self.written.setdefault(digest, (url, date))
            self.latest[url] = (digest, date)

    def resource(self, url: str, *, at: datetime, data: bytes, mime: str) -> None:
        """Bytes that are known to be those of an address, without a request and its answer."""
        named = {"WARC-Date": _date(at), "WARC-Payload-Digest": _digest(data)}
        self._record(url, "resource", data, named, mime=mime)
        self.latest[url] = (named["WARC-Payload-Digest"], named["WARC-Date"])

    def revisit(self, url: str, *, at: datetime, request: bytes, head: bytes, named: dict[str, str]) -> None:
        """A request whose answer's body is another record's; without a head its headers are too."""
        date = _date(at)
        answered = self._record(url, "revisit", head, {"WARC-Date": date, **named})
        self._record(url, "request", request, {"WARC-Date": date, "WARC-Concurrent-To": answered})

    def _failure(self, url: str, date: str, record: str, failure: tuple[str, str, str]) -> None:
        """Metadata on a record: how the exchange ended."""
        block = f"{FAILURE}: {failure[0]} {failure[1]} {' '.join(failure[2].split())}\r\n".encode()
        self._record(url, "metadata", block, {"WARC-Date": date, "WARC-Concurrent-To": record})

    def _record(self, url: str, kind: str, block: bytes, named: dict[str, str], *, mime: str = "") -> str:
        """Write one record whose block is exactly these bytes; returns its id."""
        from warcio.recordloader import ArcWarcRecord
        from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

        identity = str(StatusAndHeadersParser.make_warc_id())
        side = "request" if kind == "request" else "response"
        headers = [
            ("WARC-Type", kind),
            ("WARC-Record-ID", identity),
            ("WARC-Target-URI", url),
            *named.items(),
        ]
        record = ArcWarcRecord(
            "warc",
            kind,
            StatusAndHeaders("", headers, protocol="WARC/1.1"),
            BytesIO(block),
            None,
            mime or ("application/warc-fields" if kind == "metadata" else f"application/http; msgtype={side}"),
            len(block),
        )
        record.rec_headers.add_header("WARC-Block-Digest", _digest(block))
        if kind == "request":
            record.rec_headers.add_header("WARC-Payload-Digest", _digest(split(block)[2]))
        if kind == "revisit" and block:
            # warcio writes a revisit's headers only, so they have to be headers to it.
            record = self._with_headers(record, block)
        self._writer.write_record(record)
        return identity

    def _with_headers(self, record: object, block: bytes) -> object:
        from warcio.statusandheaders import StatusAndHeadersParser

        parser = StatusAndHeadersParser([], verify=False)
        record.http_headers = parser.parse(BytesIO(block))  # type: ignore[attr-defined]
        record.http_headers.compute_headers_buffer()  # type: ignore[attr-defined]
        buffer = record.http_headers.headers_buff  # type: ignore[attr-defined]
        record.rec_headers.replace_header("WARC-Block-Digest", _digest(buffer))  # type: ignore[attr-defined]
        record.raw_stream, record.payload_length = BytesIO(), 0  # type: ignore[attr-defined]
        return record


def _write(writer: Writer, captures: Iterable[Capture]) -> None:
    for capture in captures:
        for hop in capture.hops[:-1]:
            _write_redirect(writer, hop, capture)
        _write_capture(writer, capture)


def _write_redirect(writer: Writer, hop: Hop, capture: Capture) -> None:
    """A redirect of which only the status and the target are known."""
    if hop.status is None or hop.location is None or hop.via != "http":
        return
    headers: Headers = (("Location", hop.location), ("Content-Length", "0"))
    answer = assembled(_status_line(hop.status), _raw(headers))
    request = _request(hop.url, capture.request_headers)
    writer.exchange(hop.url, at=capture.fetched_at, request=request, response=answer)


def _write_capture(writer: Writer, capture: Capture) -> None:
    url, at = capture.final_url, capture.fetched_at
    request = _request(url, capture.request_headers)
    head = assembled(_status_line(capture.status), _raw(_headers(capture)))
    if capture.status == HTTPStatus.NOT_MODIFIED:
        # With a 304 of its own, replaying tools show a 304 instead of the page.
        head = head if capture.headers else b""
        named = {"WARC-Profile": NOT_MODIFIED, "WARC-Refers-To-Target-URI": url}
        if known := writer.latest.get(url):
            named |= {"WARC-Payload-Digest": known[0], "WARC-Refers-To-Date": known[1]}
        writer.revisit(url, at=at, request=request, head=head, named=named)
        return
    if capture.source == "file" and not capture.headers:
        writer.resource(url, at=at, data=capture.body, mime="text/html")
        return
    cut = capture.completeness is Completeness.TRUNCATED
    digest = _digest(capture.body)
    if capture.body and not cut and (earlier := writer.written.get(digest)):
        named = {
            "WARC-Profile": SAME_PAYLOAD,
            "WARC-Payload-Digest": digest,
            "WARC-Refers-To-Target-URI": earlier[0],
            "WARC-Refers-To-Date": earlier[1],
        }
        writer.revisit(url, at=at, request=request, head=head, named=named)
        writer.latest[url] = (digest, earlier[1])
        return
    writer.exchange(
        url,
        at=at,
        request=request,
        response=head + capture.body,
        truncated="disconnect" if cut else None,
    )


def _headers(capture: Capture) -> Headers:
    kept = tuple(
        (f"X-Archive-Orig-{name}" if name.lower() in CODINGS else name, value) for name, value in capture.headers
    )
    if capture.status == HTTPStatus.NOT_MODIFIED:
        return kept
    return (*kept, ("Content-Length", str(len(capture.body))))


def _request(url: str, headers: Headers) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    rest = tuple((name, value) for name, value in headers if name.lower() != "host")
    return assembled(f"GET {target} HTTP/1.1", _raw((("Host", parts.netloc), *rest)))


def _status_line(status: int) -> str:
    try:
        return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP/1.1 {status}"


def _raw(headers: Headers) -> RawHeaders:
    return tuple((name.encode("latin-1", "replace"), _one_line(value)) for name, value in headers)


def _one_line(value: str) -> bytes:
    return " ".join(value.splitlines()).encode("latin-1", "replace")


def _digest(data: bytes) -> str:
    """As every WARC tool writes it; SHA-1 is a label here, not a proof (warcio checks no other)."""
    return "sha1:" + base64.b32encode(sha1(data, usedforsecurity=False).digest()).decode()


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
