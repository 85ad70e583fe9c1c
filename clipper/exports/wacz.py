"""The archive as a WACZ file: a WARC with its index and its list of pages, in one ZIP that a browser can read.

https://specs.webrecorder.net/wacz/1.1.1/ : `archive/`, `indexes/`, `pages/`, `datapackage.json` and its digest.
"""

from __future__ import annotations

import gzip
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from clipper import __version__
from clipper.exports.files import new_file
from clipper.exports.surt import surt
from clipper.exports.warc import Written, write_warc
from clipper.tape.indexing import Place, places

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["write_wacz"]

VERSION = "1.1.1"
WARC = "data.warc.gz"
INDEX = "index.cdx.gz"
LINES = 3000  # of the index in one gzip member, as readers expect
STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the package."""

    path: str
    file: Path
    compress: bool


def write_wacz(
    archive: Archive, path: Path, *, url_key: str | None = None, since: datetime | None = None, now: datetime
) -> Written:
    """Write all captures, or those of one page, to a new file; `now` is the package's date.

    The file gets its name when it is complete. Raises `FileError` if it exists or cannot be written.
    """
    with new_file(path) as aside, tempfile.TemporaryDirectory(dir=path.parent, prefix=".wacz") as place:
        folder = Path(place)
        written = write_warc(archive, folder / WARC, url_key=url_key, since=since)
        parts = [
            Part(f"archive/{WARC}", folder / WARC, False),
            *_index(folder),
            _pages(folder, archive, url_key, since),
        ]
        _package(aside, parts, now)
    return written


def _index(folder: Path) -> Iterator[Part]:
    """The sorted CDXJ lines in gzip members, and the line that begins each of them."""
    lines = sorted(map(_line, places(folder / WARC)))
    heads = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX})}\n"]
    offset = 0
    with (folder / INDEX).open("wb") as file:
        for start in range(0, len(lines), LINES):
            block = "".join(lines[start : start + LINES]).encode()
            data = gzip.compress(block, mtime=0)
            file.write(data)
            key, moment, _ = lines[start].split(" ", 2)
            told = {
                "offset": offset,
                "length": len(data),
                "digest": f"sha256:{sha256(data).hexdigest()}",
                "filename": INDEX,
            }
            heads.append(f"{key} {moment} {json.dumps(told)}\n")
            offset += len(data)
    (folder / "index.idx").write_text("".join(heads), "utf-8")
    yield Part(f"indexes/{INDEX}", folder / INDEX, False)
    yield Part("indexes/index.idx", folder / "index.idx", True)


def _line(place: Place) -> str:
    told = {
        "url": place.url,
        "mime": place.mime,
        "status": place.status,
        "digest": place.digest,
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": WARC,
    }
    moment = "".join(filter(str.isdigit, place.date))[:14]
    return f"{surt(place.url)} {moment} {json.dumps(told, ensure_ascii=False)}\n"


def _pages(folder: Path, archive: Archive, url_key: str | None, since: datetime | None) -> Part:
    """The versions, for a reader to choose from."""
    chosen = archive.history(url_key) if url_key else archive.snapshots(since=since, every=True)
    file = folder / "pages.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        lines.write(json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}) + "\n")
        for snapshot in chosen:
            if since is None or snapshot.fetched_at >= since:
                page = {
                    "id": f"{snapshot.digest[:16]}-{snapshot.id}",
                    "url": snapshot.final_url,
                    "ts": snapshot.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                    "title": snapshot.title or snapshot.url,
                }
                lines.write(json.dumps(page, ensure_ascii=False) + "\n")
    return Part("pages/pages.jsonl", file, True)


def _package(path: Path, parts: list[Part], now: datetime) -> None:
    with zipfile.ZipFile(path, "x") as package:
        resources = [_add(package, part, now) for part in parts]
        described = {
            "profile": "data-package",
            "title": "Pages archived by clipper",
            "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "software": f"clipper/{__version__}",
            "wacz_version": VERSION,
            "resources": resources,
        }
        data = json.dumps(described, indent=2, ensure_ascii=False).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(data).hexdigest()}"}
        package.writestr(_info("datapackage.json", True, now), data)
        package.writestr(_info("datapackage-digest.json", True, now), json.dumps(digest, indent=2))


def _add(package: zipfile.ZipFile, part: Part, now: datetime) -> dict[str, object]:
    """Copy a file in; what the package says of it."""
    hasher, size = sha256(), 0
    with (
        part.file.open("rb") as source,
        package.open(_info(part.path, part.compress, now), "w", force_zip64=True) as to,
    ):
        while data := source.read(STEP):
            hasher.update(data)
            size += len(data)
            to.write(data)
    return {
        "name": part.path.rpartition("/")[2].lower(),
        "path": part.path,
        "hash": f"sha256:{hasher.hexdigest()}",
        "bytes": size,
    }


def _info(name: str, compress: bool, now: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, now.timetuple()[:6])
    # What has to be found by its offset must lie there as it is.
    info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    return info
