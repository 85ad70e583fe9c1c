"""WARC, ARC and WACZ files: every page with its own date, every other record with the reason why not."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from clipper import tape
from clipper.errors import FileError, TapeError
from clipper.imports.found import Saved, Skipped
from clipper.models import Capture

__all__ = ["is_web_archive", "pages"]

SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")
# What an article can be in; all else on a tape belongs to pages and is none.
PAGES = frozenset(("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "application/xml", "text/xml"))
LARGEST = 4_000_000_000  # bytes of a WARC inside another file
STEP = 1 << 20


def is_web_archive(path: Path) -> bool:
    """Whether the name says so."""
    return path.name.lower().endswith(SUFFIXES)


def pages(path: Path) -> Iterator[Saved | Skipped]:
    """The pages of a file, in its order; `FileError` if it is none or damaged."""
    if path.suffix.lower() == ".wacz":
        yield from _package(path)
    else:
        yield from _tape(path)


def _tape(path: Path) -> Iterator[Saved | Skipped]:
    """The pages of a tape. One that was packed as a whole, and not record by record, is unpacked first."""
    try:
        yield from _records(path)
    except TapeError:
        if path.suffix.lower() != ".gz":
            raise
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / path.stem
            _unpack(path, plain)
            yield from _records(plain)


def _records(path: Path) -> Iterator[Saved | Skipped]:
    empty = True
    for found in tape.captures(path):
        empty = False
        if not isinstance(found, Capture):
            yield Skipped(found.name, found.reason)
        elif (reason := _no_page(found)) is not None:
            yield Skipped(found.url, f"{reason}; {found.truncated_by}" if found.truncated_by else reason)
        else:
            yield Saved(found)
    if empty:
        yield Skipped(path.name, "it holds no answer of a server")


def _unpack(path: Path, plain: Path) -> None:
    """Undo the gzip; `TapeError` if it is none, or more than can be a tape."""
    size = 0
    try:
        with gzip.open(path, "rb") as source, plain.open("wb") as target:
            while data := source.read(STEP):
                size += len(data)
                if size > LARGEST:
                    raise TapeError(f"{path} unpacks to more than {LARGEST:,} bytes; unpack it and import it by itself")
                target.write(data)
    except (OSError, EOFError, zlib.error) as error:
        raise TapeError(f"{path} is no WARC file, or a damaged one ({error})") from error


def _no_page(capture: Capture) -> str | None:
    if urlsplit(capture.url).path == "/robots.txt":
        return "it tells crawlers what they may fetch, and is no page"
    if 300 <= capture.status < 400 and capture.status != 304:
        return f"HTTP {capture.status}, a redirect to {capture.header('location') or 'nowhere'}"
    if capture.status == 200 and not capture.body:
        return "it has no bytes"
    if capture.content_type and capture.content_type not in PAGES:
        return f"{capture.content_type} is no page"
    return None


def _package(path: Path) -> Iterator[Saved | Skipped]:
    try:
        with zipfile.ZipFile(path) as package, tempfile.TemporaryDirectory() as folder:
            tapes = [one for one in package.infolist() if one.filename.lower().endswith(SUFFIXES[:-1])]
            if not tapes:
                raise FileError(f"{path} holds no WARC file")
            for number, info in enumerate(tapes):
                if info.file_size > LARGEST:
                    yield Skipped(
                        info.filename, f"it has more than {LARGEST:,} bytes; unpack it and import it by itself"
                    )
                    continue
                suffix = ".warc.gz" if info.filename.lower().endswith(".gz") else ".warc"
                file = Path(folder) / f"{number}{suffix}"  # names of the package are not used
                with package.open(info) as source, file.open("wb") as target:
                    shutil.copyfileobj(source, target)
                yield from _tape(file)
                file.unlink()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FileError(f"{path} is no WACZ file that can be read: {error}") from error
