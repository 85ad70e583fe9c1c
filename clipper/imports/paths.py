"""One path in: told apart by what it is, filed with its own dates, skipped with a reason.

found      what is under the path, one after the other (`clippings`, `webarchives`, `lists`)
read       pages that come as bytes are read, outside of any transaction
filed      many at a time in one transaction, so that an import is fast, and resumed by starting it again
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from clipper import urls
from clipper.errors import FileError, InvalidURL
from clipper.imports import clippings, lists, webarchives
from clipper.imports.found import Found, Kept, Saved, Skipped
from clipper.models import Capture, Extraction, Outcome, Site, Source
from clipper.pipeline import judged

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["ImportReport", "import_path"]

CLIPPINGS = (".md", ".markdown", ".txt")
AT_ONCE = 1000  # in one transaction: others wait a second or two for their turn to write
BYTES_AT_ONCE = 16_000_000


class Reads(Protocol):
    """What reads a capture."""

    def read(self, capture: Capture, site: Site | None = None) -> Extraction: ...


@dataclass(slots=True)
class ImportReport:
    """What became of what was found under one path."""

    filed: int = 0  # new versions
    unchanged: int = 0  # already there, or the same article
    listed: int = 0  # addresses without content, for `clip sync` to fetch
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ready:
    """A page that is read and can be filed."""

    key: str
    saved: Saved
    extraction: Extraction | None  # None for an answer that is no page


def import_path(
    path: Path, *, archive: Archive, reader: Reads, told: Callable[[int], None] = lambda _count: None
) -> ImportReport:
    """File everything under the path. A second time nothing is filed twice.

    `told` is called with the number of things found so far. Raises `FileError` if the path is nothing
    that can be imported, or is damaged: what came before the damage is filed.
    """
    report = ImportReport()
    batch: list[Ready | Kept] = []
    size = 0
    source = _Source(path.name)
    try:
        for number, found in enumerate(_found(path), 1):
            told(number)
            ready = _read(found, archive, reader, report)
            if ready is not None:
                batch.append(ready)
                size += len(ready.saved.capture.body) if isinstance(ready, Ready) else 0
            if len(batch) >= AT_ONCE or size > BYTES_AT_ONCE:
                full, batch, size = batch, [], 0
                _file(full, archive, source, report)
    finally:
        _file(batch, archive, source, report)
    return report


def _found(path: Path) -> Iterator[Found]:
    if path.is_dir():
        files = (file for file in path.rglob("*") if _wanted(file.relative_to(path)) and file.is_file())
        for file in sorted(files):
            yield from _in_file(file, file.relative_to(path).as_posix(), alone=False)
    else:
        yield from _in_file(path, path.name, alone=True)


def _wanted(name: Path) -> bool:
    """Files of a folder that may hold pages; what begins with a dot is another program's (`.obsidian`)."""
    known = name.suffix.lower() in CLIPPINGS or webarchives.is_web_archive(name)
    return known and not any(part.startswith(".") for part in name.parts)


def _in_file(file: Path, name: str, *, alone: bool) -> Iterator[Found]:
    suffix = file.suffix.lower()
    if webarchives.is_web_archive(file):
        yield from webarchives.pages(file)
    elif suffix in CLIPPINGS:
        try:
            yield clippings.from_file(file)
        except (OSError, ValueError, InvalidURL) as error:
            if alone and suffix == ".txt":
                yield from lists.kept(file)
            else:
                yield Skipped(name, str(error))
    elif suffix in lists.SUFFIXES:
        yield from lists.kept(file)
    elif suffix in (".db", ".sqlite"):
        raise FileError(f"{file} is a database; `clip merge {file.name}` joins an archive of clipper's with this one")
    else:
        raise FileError(
            f"{file} is nothing that can be imported: give a folder of Markdown, a WARC or WACZ file,"
            " bookmarks, or a list of addresses (HTML, CSV, JSON, YAML, TXT)"
        )


def _read(found: Found, archive: Archive, reader: Reads, report: ImportReport) -> Ready | Kept | None:
    """What is left to be filed; what is not is in the report."""
    if isinstance(found, Skipped):
        report.skipped.append(found)
        return None
    url = found.url if isinstance(found, Kept) else found.capture.url
    try:
        key = urls.url_key(url)
    except InvalidURL as error:
        report.skipped.append(Skipped(url, error.reason))
        return None
    if isinstance(found, Kept):
        return found
    capture = found.capture
    if archive.has(key, at=capture.fetched_at, body=sha256(capture.body).hexdigest() if capture.body else None):
        report.unchanged += 1
        return None
    extraction = found.extraction
    if extraction is None and capture.status == 200:
        extraction = reader.read(capture, archive.site(urls.site_of(capture.final_url), url_key=key))
    return Ready(key, found, extraction)


def _file(batch: list[Ready | Kept], archive: Archive, source: _Source, report: ImportReport) -> None:
    if not batch:
        return
    with archive.batch():
        for one in batch:
            if isinstance(one, Kept):
                _list(one, archive, source, report)
            else:
                _file_page(one, archive, report)


def _file_page(ready: Ready, archive: Archive, report: ImportReport) -> None:
    capture = ready.saved.capture
    if capture.status == 304:
        archive.record_not_modified(capture, url_key=ready.key)
        report.unchanged += 1
        return
    if ready.extraction is None:
        archive.record_failure(
            capture.url, url_key=ready.key, outcome=Outcome.FAILED, reason=f"HTTP {capture.status}",
            checked_at=capture.fetched_at, status=capture.status, capture=capture,
        )  # fmt: skip
        report.skipped.append(Skipped(capture.url, f"kept as a check: HTTP {capture.status}"))
        return
    extraction = judged(ready.extraction, archive=archive, url=capture.final_url, url_key=ready.key)
    filed = archive.record(capture, extraction, url_key=ready.key)
    if ready.saved.tags:
        archive.tag(ready.key, *ready.saved.tags)
    report.filed += filed.outcome in (Outcome.NEW, Outcome.CHANGED)
    report.unchanged += filed.outcome is Outcome.UNCHANGED
    if not filed.outcome.good:
        why = extraction.reason or str(extraction.verdict)
        report.skipped.append(Skipped(capture.url, f"kept as a check: it holds no article ({why})"))


class _Source:
    """The list that addresses are filed under, made with the first of them; and what is watched already."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._source: Source | None = None
        self._watched: set[str] | None = None

    def is_news(self, archive: Archive, url: str) -> bool:
        """Whether a page was not watched before; from now on it is."""
        if self._watched is None:
            self._watched = {source.url for source in archive.sources()}
        news = url not in self._watched
        self._watched.add(url)
        return news

    def of(self, archive: Archive) -> Source:
        if self._source is None:
            self._source = archive.watch(f"list:{self._name}", kind="list", title=self._name)
        return self._source


def _list(kept: Kept, archive: Archive, source: _Source, report: ImportReport) -> None:
    """Note an address, and what its owner said of it."""
    key = urls.url_key(kept.url)
    url = urls.without_credentials(urls.check(kept.url))
    if kept.watch:
        news = source.is_news(archive, url)
        archive.watch(url, kind="page", title=kept.title, tags=kept.tags)
        report.listed += news
        report.unchanged += not news
        return
    at = kept.at or datetime.now(UTC)
    news = archive.list_entry(source.of(archive), url, url_key=key, title=kept.title, published=None, at=at)
    report.listed += news
    report.unchanged += not news
    if kept.tags:
        archive.tag(key, *kept.tags)
    if kept.note and kept.note not in archive.notes(key):
        archive.note(key, kept.note)
