"""Older versions of a page, out of any web archive that speaks Memento (RFC 7089).

TimeGate   its address with the page's behind it (or in the place of {url}) leads to one version, and names
TimeMap    the list of all of them, in link-format (RFC 6690), perhaps in several parts
memento    one version; Wayback machines and pywb give its bytes unaltered under `…/20260102030405id_/…`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from clipper import decode, urls
from clipper.errors import FetchError, FileError, StatusError
from clipper.models import Capture, Extraction, Filed, Headers
from clipper.pipeline import judged

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.pipeline import Fetches, Reads

__all__ = ["Brought", "Memento", "bring", "mementos"]

LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s";,]+))*)')
PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s";,]+))')
STAMP = re.compile(r"/(\d{14})(?:[a-z]{2}_)?/")
ORIGINAL = "x-archive-orig-"  # before the headers of the page itself, where a server keeps them apart
MOST_PARTS = 100  # of a TimeMap


@dataclass(frozen=True, slots=True)
class Memento:
    """One version that an archive has."""

    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one version: filed, here already (`filed` is None), or `error`."""

    memento: Memento
    filed: Filed | None = None
    extraction: Extraction | None = None
    error: FetchError | None = None


def mementos(url: str, timegate: str, *, fetcher: Fetches) -> list[Memento]:
    """Every version of a page that an archive has, the oldest first; empty if it has none.

    Raises `FileError` if the server does not speak Memento, and the errors of the fetch.
    """
    asked = urls.check(url)
    gate = timegate.replace("{url}", asked) if "{url}" in timegate else timegate.rstrip("/") + "/" + asked
    found: dict[str, Memento] = {}
    waiting, done = [_timemap(gate, timegate, asked, fetcher)], set[str]()
    while waiting and len(done) < MOST_PARTS:
        part = waiting.pop(0)
        if part is None or part in done:
            continue
        done.add(part)
        try:
            capture = fetcher.fetch(part, kind="feed")
        except StatusError as error:
            if error.status == 404:
                continue
            raise
        text = decode.decode(capture.body, content_type=capture.header("content-type")).text
        for link, relations, parameters in _links(text, capture.final_url):
            if "memento" in relations and (moment := _moment(parameters.get("datetime"))):
                found[link] = Memento(moment, link)
            elif "timemap" in relations and "self" not in relations and "type" in parameters:
                waiting.append(link)
    return sorted(found.values(), key=lambda memento: (memento.at, memento.url))


def bring(
    url: str,
    wanted: list[Memento],
    *,
    archive: Archive,
    fetcher: Fetches,
    reader: Reads,
    told: Callable[[int], None] = lambda _number: None,
) -> Iterator[Brought]:
    """Fetch and file versions, with the dates at which the other archive made them; what is here is left out."""
    asked = urls.without_credentials(urls.check(url))
    key = urls.url_key(asked)
    for number, memento in enumerate(wanted, 1):
        told(number)
        if archive.has(key, at=memento.at):
            yield Brought(memento)
            continue
        try:
            capture = _capture(asked, memento, fetcher)
        except FetchError as error:
            yield Brought(memento, error=error)
            continue
        if archive.has(key, at=capture.fetched_at):
            yield Brought(memento)
            continue
        extraction = reader.read(capture, archive.site(urls.site_of(capture.final_url), url_key=key))
        extraction = judged(extraction, archive=archive, url=capture.final_url, url_key=key)
        yield Brought(memento, archive.record(capture, extraction, url_key=key), extraction)


def _timemap(gate: str, timegate: str, url: str, fetcher: Fetches) -> str | None:
    """Where the list of versions is: the TimeGate says so, whatever else it answers."""
    try:
        capture: Capture | None = fetcher.fetch(gate)
    except StatusError as error:
        capture = error.capture
        if capture is None:
            raise
    assert capture is not None
    for link, relations, _ in _links(capture.header("link") or "", capture.final_url):
        if "timemap" in relations:
            return link
    if capture.status == 404:
        return None
    if "{url}" not in timegate and STAMP.search(capture.final_url):
        return f"{timegate.rstrip('/')}/timemap/link/{url}"  # where Wayback machines have it
    raise FileError(f"{timegate} names no TimeMap: it is no TimeGate of a web archive (RFC 7089)")


def _capture(url: str, memento: Memento, fetcher: Fetches) -> Capture:
    """The version as it was captured; its date is the archive's word for it."""
    raw = STAMP.sub(r"/\1id_/", memento.url, count=1)
    came = fetcher.fetch(raw)
    at = _moment(came.header("memento-datetime")) or memento.at
    behind = STAMP.search(came.final_url)
    final = came.final_url[behind.end() :] if behind else url
    return Capture(
        url=url,
        final_url=final if final.startswith(("http://", "https://")) else url,
        status=came.status,
        headers=_original(came.headers),
        body=came.body,
        fetched_at=at,
        hops=came.hops,
        completeness=came.completeness,
        truncated_by=came.truncated_by,
        wire_bytes=came.wire_bytes,
        source="import",
    )


def _original(headers: Headers) -> Headers:
    """The page's own headers, where the archive tells them apart from its own."""
    own = tuple((name[len(ORIGINAL) :], value) for name, value in headers if name.lower().startswith(ORIGINAL))
    kept = {"content-type", "last-modified", "etag"}
    return own or tuple((name, value) for name, value in headers if name.lower() in kept)


def _links(text: str, base: str) -> Iterator[tuple[str, set[str], dict[str, str]]]:
    """(address, relations, parameters) of each link of a header or a link-format file."""
    for match in LINK.finditer(text):
        parameters = {name.lower(): quoted or plain for name, quoted, plain in PARAMETER.findall(match[2])}
        yield urljoin(base, match[1].strip()), set(parameters.get("rel", "").lower().split()), parameters


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
