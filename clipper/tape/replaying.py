"""A tape in the place of the network: every address answers what it answered, in that order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Self

import httpx

from clipper.errors import TapeError
from clipper.models import Capture
from clipper.tape.messages import FAILURE, RawHeaders
from clipper.tape.reading import (
    Record,
    Skipped,
    captures,
    checked,
    message_of,
    records,
)

__all__ = ["Tape", "replay"]

UNMODIFIED = 304
# Of a 200, what its 304 has as well (RFC 9110, 15.4.5).
KEPT_IN_304 = frozenset(
    (b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary", b"last-modified")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded answer, or how a try ended that brought none."""

    status: int
    headers: RawHeaders
    payload: bytes
    cut: bool
    version: bytes = b"HTTP/1.1"
    failure: tuple[str, str, str] | None = None  # kind, phase and words of what ended it

    def header(self, name: bytes) -> str:
        found = next((value for key, value in self.headers if key.lower() == name), b"")
        return found.decode("latin-1")


NONE = Entry(0, (), b"", cut=True)  # what is no answer


@dataclass(slots=True)
class Tape:
    """The answers of a tape, by method and address, in the order of their recording."""

    path: Path
    answers: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a tape; raises `TapeError` where there is none, or nothing on it."""
        tape = cls(path)
        methods: dict[str, str] = {}
        waiting: list[tuple[Record, Entry]] = []
        revisits = False
        for record in records(path):
            if record.type == "request":
                methods[record.concurrent_to] = record.block().partition(b" ")[0].decode("latin-1")
            elif record.type in ("response", "resource", "revisit"):
                revisits = revisits or record.type == "revisit"
                waiting.append((record, _entry(record)))
            elif record.type == "metadata" and (failure := _failure(record)):
                of_answer = bool(waiting) and waiting[-1][0].id == record.concurrent_to
                told = waiting.pop() if of_answer else (record, NONE)
                waiting.append((told[0], replace(told[1], failure=failure)))
        completed = _completed(path) if revisits else {}
        for record, entry in waiting:
            if entry == NONE:
                continue  # no HTTP, and nothing is said about it
            full = completed.get(record.id, entry) if record.type == "revisit" else entry
            key = (methods.get(record.id, "GET"), checked(record.url))
            tape.answers.setdefault(key, []).append(full)
        if not tape.answers:
            raise TapeError(f"the tape {path} holds no answers; `clip record` makes one that does")
        return tape

    def answers_to(self, method: str, url: str) -> list[Entry]:
        """The recorded answers; raises `TapeError` where there are none."""
        found = self.answers.get((method, checked(url)))
        if not found:
            raise TapeError(f"{url} is not on the tape {self.path}; `clip record {url} -o NEW.warc.gz` records it")
        return found


def replay(path: Path) -> httpx.BaseTransport:
    """A transport that answers from the tape; raises `TapeError` if it cannot be read."""
    return Replay(Tape.open(path))


class Replay(httpx.BaseTransport):
    """Gives each address its answers in turn, and the last one for ever after.

    A conditional request is answered 304 if that is what was recorded, or if the answer whose turn
    it is has the validators that the request names. An unconditional one never gets a 304.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._turn: dict[tuple[str, str], int] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        entries = self._tape.answers_to(request.method, url)
        conditional = "if-none-match" in request.headers or "if-modified-since" in request.headers
        if not conditional:
            entries = [entry for entry in entries if entry.status != UNMODIFIED] or entries
        key = (request.method, url)
        turn = self._turn.get(key, 0)
        self._turn[key] = turn + 1
        entry = entries[min(turn, len(entries) - 1)]
        if entry.failure and entry.failure[1] != "body":
            raise _broken(entry.failure)
        if conditional and entry.status == 200 and _matches(request, entry):
            headers = [(k, v) for k, v in entry.headers if k.lower() in KEPT_IN_304]
            return httpx.Response(UNMODIFIED, headers=headers, request=request)
        return httpx.Response(
            entry.status,
            headers=list(entry.headers),
            stream=_Stream(entry),
            request=request,
            extensions={"http_version": entry.version},
        )


class _Stream(httpx.SyncByteStream):
    """A recorded body; where its end is missing, the connection breaks as it did then."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def __iter__(self) -> Iterator[bytes]:
        if self._entry.payload:
            yield self._entry.payload
        if self._entry.failure:
            raise _broken(self._entry.failure)
        if self._entry.cut:
            raise httpx.RemoteProtocolError("the recorded body ends too early")


def _broken(failure: tuple[str, str, str]) -> httpx.TransportError:
    """A failure as a transport tells of it."""
    kind, _, words = failure
    if kind == "deadline":
        return httpx.ReadTimeout(words)
    return httpx.ReadError(words) if kind == "connection" else httpx.RemoteProtocolError(words)


def _entry(record: Record) -> Entry:
    message = message_of(record)
    if message is None:
        return NONE
    return Entry(message.status, message.headers, message.payload, message.cut, message.version)


def _failure(record: Record) -> tuple[str, str, str] | None:
    """The kind, phase and words of a failure, if the metadata tell of one."""
    name, _, value = record.block().decode("utf-8", "replace").strip().partition(": ")
    kind, phase, words = [*value.split(" ", 2), "", "", ""][:3]
    return (kind, phase, words) if name == FAILURE else None


def _matches(request: httpx.Request, entry: Entry) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is given."""
    if asked := request.headers.get("if-none-match"):
        ours = entry.header(b"etag").removeprefix("W/")
        return bool(ours) and ours in [tag.strip().removeprefix("W/") for tag in asked.split(",")]
    try:
        since = parsedate_to_datetime(request.headers["if-modified-since"])
        return parsedate_to_datetime(entry.header(b"last-modified")) <= since
    except (ValueError, TypeError):
        return False


def _completed(path: Path) -> dict[str, Entry]:
    """The revisits of a tape with the bodies that they refer to, by record id."""
    ids = (record.id for record in records(path) if record.type in ("response", "revisit", "resource"))
    pairs = zip(ids, captures(path), strict=True)
    return {id_: _whole(capture) for id_, capture in pairs if not isinstance(capture, Skipped)}


def _whole(capture: Capture) -> Entry:
    """A capture as an answer: its body has no coding any more."""
    headers = tuple(
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in capture.headers
        if name.lower() not in ("content-encoding", "transfer-encoding", "content-length")
    )
    length = (b"Content-Length", str(len(capture.body)).encode())
    return Entry(capture.status, (*headers, length), capture.body, cut=False)
