"""WARC tapes: the form of fixtures, of records and of imports; the only door to warcio.

`replay` answers a client from a tape, in the order in which the answers were recorded: 429, then
503, then 200. `Recorder` writes what another transport sends and receives.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from clipper import urls
from clipper.errors import InvalidURL, TapeError
from clipper.models import Capture, Completeness, Headers

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

__all__ = ["Recorder", "Skipped", "captures", "replay"]

NOT_SENT_AGAIN = ("transfer-encoding",)  # the tape holds bodies as they are after it
SECRET = ("authorization", "cookie", "proxy-authorization")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer on a tape; the body is content-coded as it was on the wire."""

    url: str
    status: int
    reason: str
    headers: Headers
    body: bytes
    moment: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is no capture, and why."""

    name: str
    reason: str


class Replay(httpx.BaseTransport):
    """Answers from a tape. The last answer for an address is given again, however often it is asked;
    a request that is conditional on just that answer gets 304, as the server would have said."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._answers: dict[str, list[Recorded]] = {}
        self._last: dict[str, Recorded] = {}
        for record in _records(path):
            if isinstance(record, Recorded):
                self._answers.setdefault(_name(record.url), []).append(record)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = _name(str(request.url))
        waiting = self._answers.get(name)
        if waiting is None:
            raise TapeError(
                f"{request.url} is not on the tape {self._path}; it holds {self._held()}."
                f" `clip record {request.url} -o TAPE` records it"
            )
        while len(waiting) > 1 and waiting[0].status == 304 and not _conditional(request):
            waiting.pop(0)
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if _matches(request, answer):
            return httpx.Response(
                304, headers=[(k, v) for k, v in answer.headers if k.lower() in ("etag", "last-modified", "date")]
            )
        headers = [(k, v) for k, v in answer.headers if k.lower() not in NOT_SENT_AGAIN]
        return httpx.Response(answer.status, headers=headers, stream=_Once(answer.body))

    def _held(self) -> str:
        names = sorted(self._answers)
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more if names else "no answers at all"


def replay(path: Path) -> Replay:
    """A transport that answers from the tape; `TapeError` if it is missing or no WARC file."""
    return Replay(path)


class Recorder(httpx.BaseTransport):
    """Passes everything on to another transport, and writes request and answer to a tape."""

    def __init__(self, transport: httpx.BaseTransport, path: Path) -> None:
        from warcio.warcwriter import WARCWriter

        self._transport = transport
        try:
            self._file = path.open("xb")
        except OSError as error:
            why = "it exists already" if isinstance(error, FileExistsError) else error.strerror
            raise TapeError(f"cannot record on {path}: {why}") from error
        self._writer = WARCWriter(self._file, gzip=path.suffix == ".gz")
        self._writer.write_record(
            self._writer.create_warcinfo_record(path.name, {"software": "clipper", "format": "WARC File Format 1.1"})
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        body = b"".join(response.stream)  # type: ignore[arg-type]
        response.close()
        self._write(request, response, body)
        return httpx.Response(response.status_code, headers=response.headers.raw, stream=_Once(body))

    def close(self) -> None:
        self._transport.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.close()

    def _write(self, request: httpx.Request, response: httpx.Response, body: bytes) -> None:
        from warcio.statusandheaders import StatusAndHeaders

        url = str(request.url)
        sent = [(k, v) for k, v in _text(request.headers.raw) if k.lower() not in SECRET]
        asked = StatusAndHeaders(
            f"{request.method} {request.url.raw_path.decode()} HTTP/1.1", sent, is_http_request=True
        )
        got = [(k, v) for k, v in _text(response.headers.raw) if k.lower() not in NOT_SENT_AGAIN]
        told = StatusAndHeaders(f"{response.status_code} {response.reason_phrase}", got, protocol="HTTP/1.1")
        answer = self._writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=told)
        question = self._writer.create_warc_record(url, "request", http_headers=asked)
        self._writer.write_request_response_pair(question, answer)


class _Once(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def captures(path: Path) -> Iterator[Capture | Skipped]:
    """Each response on a tape as a capture with the record's own date, content codings undone."""
    for record in _records(path):
        if isinstance(record, Skipped):
            yield record
            continue
        try:
            url = urls.check(record.url)
            body = httpx.Response(record.status, headers=list(record.headers), content=record.body).content
        except (InvalidURL, httpx.DecodingError) as error:
            yield Skipped(record.url, str(error))
            continue
        yield Capture(
            url=urls.without_credentials(url),
            final_url=urls.without_credentials(url),
            status=record.status,
            headers=record.headers,
            body=body,
            fetched_at=record.moment,
            completeness=Completeness.UNKNOWN,
            wire_bytes=len(record.body),
            source="import",
        )


def _records(path: Path) -> Iterator[Recorded | Skipped]:
    """The responses on a tape, in order, and what was skipped."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        file = path.open("rb")
    except OSError as error:
        raise TapeError(f"there is no tape at {path}: {error.strerror}") from error
    with file:
        try:
            for record in ArchiveIterator(file):
                yield _recorded(record)
        except (ArchiveLoadFailed, EOFError, ValueError) as error:
            raise TapeError(
                f"{path} is no WARC file, or a damaged one: {str(error).splitlines()[0] if str(error) else error!r}"
            ) from error


def _recorded(record: ArcWarcRecord) -> Recorded | Skipped:
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    if record.rec_type != "response" or record.http_headers is None:
        return Skipped(url or record.rec_type, f"a {record.rec_type} record")
    if not url.startswith(("http://", "https://")):
        return Skipped(url, "not an http address")
    status, _, reason = record.http_headers.statusline.partition(" ")
    date = record.rec_headers.get_header("WARC-Date") or ""
    try:
        moment = datetime.fromisoformat(date).astimezone(UTC)
        code = int(status)
    except ValueError:
        return Skipped(url, f"its date {date!r} or status {status!r} cannot be read")
    headers: Any = record.http_headers.headers
    body = record.content_stream().read() if _dechunks(headers) else record.raw_stream.read()
    return Recorded(url, code, reason, tuple((str(k), str(v)) for k, v in headers), body, moment)


def _dechunks(headers: list[tuple[str, str]]) -> bool:
    """Whether the record still has its transfer coding, which warcio undoes with the content's."""
    return any(k.lower() == "transfer-encoding" for k, _ in headers)


def _name(url: str) -> str:
    """An address as tape and client agree on it."""
    try:
        return urls.check(url)
    except InvalidURL:
        return url


def _conditional(request: httpx.Request) -> bool:
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


def _matches(request: httpx.Request, answer: Recorded) -> bool:
    """Whether the client has this very answer already, by its validators."""
    held = {k.lower(): v for k, v in answer.headers}
    tag, date = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    if answer.status != 200:
        return False
    if tag is not None:
        known = held.get("etag", "").removeprefix("W/")
        return bool(known) and bool(tag.removeprefix("W/") == known)
    return date is not None and date == held.get("last-modified")


def _text(raw: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(k.decode("latin-1"), v.decode("latin-1")) for k, v in raw]
