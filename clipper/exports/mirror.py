"""A folder of Markdown files, one a page, that follows the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clipper import urls
from clipper.errors import FileError
from clipper.exports.files import file_name, write_whole
from clipper.exports.frontmatter import front_matter

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Snapshot

__all__ = ["Mirrored", "document", "mirror"]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How many files one run of `mirror` wrote, and how many stood there already."""

    written: int
    unchanged: int


def mirror(archive: Archive, folder: Path, *, since: datetime | None = None) -> Mirrored:
    """Write the latest version of each page to `folder/HOST/NAME.md`, where it differs.

    A page keeps its file name whatever becomes of its title: the name is made of the first
    version's title and of the page's key.
    """
    written = unchanged = 0
    for snapshot in archive.snapshots(since=since):
        key = urls.url_key(snapshot.url)
        first = archive.history(key)[0]
        path = folder / (urls.host_of(snapshot.url) or "unknown") / file_name(first.title, key, suffix=".md")
        data = document(archive, snapshot).encode()
        if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
            unchanged += 1
            continue
        _make(path.parent)
        write_whole(path, data)
        written += 1
    return Mirrored(written, unchanged)


def document(archive: Archive, snapshot: Snapshot) -> str:
    """One version as Markdown under front matter."""
    key = urls.url_key(snapshot.url)
    history = archive.history(key)
    fields = {
        "title": snapshot.title,
        "url": snapshot.url,
        "source": snapshot.site or urls.host_of(snapshot.url),
        "date": snapshot.published,
        "fetch_date": snapshot.fetched_at.isoformat(),
        "author": snapshot.author,
        "language": snapshot.language,
        "words": snapshot.words,
        "version": 1 + next(n for n, s in enumerate(history) if s.id == snapshot.id),
        "digest": f"sha256:{snapshot.digest}",
        "tags": list(archive.tags(key)),
    }
    return f"{front_matter(fields)}\n{archive.markdown(snapshot.id).strip()}\n"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {folder}: {error.strerror}") from error
