"""One path in: told apart by what it is, filed with its own dates, skipped with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from clipper import tape, urls
from clipper.errors import FileError, InvalidURL
from clipper.imports.clippings import clipping
from clipper.models import Capture, Extraction, Outcome, Site
from clipper.pipeline import judged

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["ImportReport", "import_path"]


class Reads(Protocol):
    """What reads a capture."""

    def read(self, capture: Capture, site: Site | None = None) -> Extraction: ...


TEXTS = (".md", ".markdown", ".txt")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the captures of one path; `skipped` holds (name, reason)."""

    filed: int
    unchanged: int
    skipped: tuple[tuple[str, str], ...]


Found = tuple[Capture, Extraction | None] | tuple[str, str]


def import_path(path: Path, *, archive: Archive, reader: Reads) -> ImportReport:
    """File everything under the path that is a capture. A second time nothing is filed twice."""
    filed = unchanged = 0
    skipped: list[tuple[str, str]] = []
    for one, other in _found(path):
        if isinstance(one, str):
            skipped.append((one, str(other)))
            continue
        assert not isinstance(other, str)
        try:
            key = urls.url_key(one.url)
        except InvalidURL as error:
            skipped.append((one.url, error.reason))
            continue
        assert isinstance(one, Capture)
        if any(check.checked_at == one.fetched_at for check in archive.checks(key)):
            unchanged += 1
            continue
        extraction = other or reader.read(one, archive.site(urls.host_of(one.final_url), url_key=key))
        extraction = judged(extraction, archive=archive, url=one.final_url, url_key=key)
        outcome = archive.record(one, extraction, url_key=key).outcome
        filed += outcome in (Outcome.NEW, Outcome.CHANGED)
        unchanged += outcome is Outcome.UNCHANGED
        if not outcome.good:
            skipped.append((one.url, "kept as a check: it holds no article"))
    return ImportReport(filed, unchanged, tuple(skipped))


def _found(path: Path) -> Iterator[Found]:
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.suffix.lower() in TEXTS and p.is_file()):
            yield _clipping(file, file.relative_to(path).as_posix())
    elif path.suffix.lower() in TEXTS:
        yield _clipping(path, path.name)
    elif ".warc" in path.suffixes:
        yield from _taped(path)
    else:
        raise FileError(f"{path} is nothing that can be imported: give a folder of Markdown, a Markdown or a WARC file")


def _taped(path: Path) -> Iterator[Found]:
    for capture in tape.captures(path):
        if isinstance(capture, tape.Skipped):
            if capture.reason not in ("a request record", "a warcinfo record"):
                yield capture.name, capture.reason
        elif capture.status != 200:
            yield capture.url, f"HTTP {capture.status}"
        else:
            yield capture, None


def _clipping(file: Path, name: str) -> Found:
    try:
        return clipping(file.read_bytes())
    except (OSError, ValueError) as error:
        return name, str(error)
