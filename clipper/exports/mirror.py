"""A folder of Markdown files, one a page, that follows the archive; a git repository of it tells what changed.

A page keeps its file name whatever becomes of its title. The folder's own list, `.clipper`, says which files are
the mirror's: no other file is ever removed, and one that somebody edited is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from clipper.errors import FileError
from clipper.exports.files import DIGEST, file_name, write_whole
from clipper.exports.frontmatter import front_matter

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Page, Snapshot

__all__ = ["Mirrored", "document", "mirror"]

LIST = ".clipper"
INDEX = "index.md"
IMAGES = "images"
SUFFIXES = {
    "image/avif": ".avif", "image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png", "image/svg+xml": ".svg",
    "image/webp": ".webp",
}  # fmt: skip


@dataclass(slots=True)
class Mirrored:
    """What one run of `mirror` did with files; `edited` are those that somebody changed by hand."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    edited: list[Path] = field(default_factory=list)


def mirror(archive: Archive, folder: Path, *, since: datetime | None = None) -> Mirrored:
    """Write the latest version of each page to `folder/HOST/NAME.md`, where it differs.

    With `since` only pages fetched since are looked at, and nothing is removed. Raises `FileError` where the
    folder cannot be written.
    """
    done = Mirrored()
    known = _read_list(folder / LIST)
    named = {name[-len(".md") - DIGEST : -len(".md")]: name for name in known if name.endswith(".md")}
    kept: dict[str, str] = {} if since is None else dict(known)
    entries: list[tuple[str, str, str]] = []
    for snapshot in archive.snapshots(since=since):
        page = archive.page_of(snapshot)
        path = _place(archive, page, named)
        text, images = _with_images(archive, snapshot, document(archive, snapshot, page))
        for name, data in images:
            _put(folder, f"{page.host or 'unknown'}/{IMAGES}/{name}", data, known, kept, done)
        _put(folder, path, text.encode(), known, kept, done)
        entries.append((page.host, snapshot.title or snapshot.url, path))
    if since is None:
        _put(folder, INDEX, _index(entries).encode(), known, kept, done)
        _remove(folder, known, kept, done)
    _put(folder, LIST, _list(kept).encode(), {}, {}, Mirrored())
    return done


def document(archive: Archive, snapshot: Snapshot, page: Page | None = None) -> str:
    """One version as Markdown under front matter."""
    page = page or archive.page_of(snapshot)
    versions = [version.id for version in archive.history(page.url_key)]
    fields = {
        "title": snapshot.title,
        "url": snapshot.url,
        "source": snapshot.site or page.host,
        "date": snapshot.published,
        "fetch_date": snapshot.fetched_at.isoformat(),
        "author": snapshot.author,
        "language": snapshot.language,
        "words": snapshot.words,
        "text_of": "feed" if snapshot.source == "feed" else None,  # in the place of a page that could not be had
        "version": 1 + versions.index(snapshot.id),
        "change": snapshot.change,
        "digest": f"sha256:{snapshot.digest}",
        "gone_since": page.gone_since and page.gone_since.isoformat(),
        "tags": list(archive.tags(page.url_key)),
        "notes": list(archive.notes(page.url_key)),
    }
    return f"{front_matter(fields)}\n{archive.markdown(snapshot.id).strip()}\n"


def _place(archive: Archive, page: Page, named: dict[str, str]) -> str:
    """Where a page's file is, from the folder: where it was, or by its first version's title and its key.

    (A first version may come late, by an import.)
    """
    first = archive.history(page.url_key)[0]
    name = file_name(first.title, page.url_key, suffix=".md")
    return named.get(name[-len(".md") - DIGEST : -len(".md")]) or f"{page.host or 'unknown'}/{name}"


def _with_images(archive: Archive, snapshot: Snapshot, text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The document with the images that are archived beside it, and these."""
    images = []
    for url, name, kind in archive.assets(snapshot.id):
        if url in text and kind in SUFFIXES:
            file = f"{name[:16]}{SUFFIXES[kind]}"
            images.append((file, archive.body(name)))
            text = text.replace(f"]({url}", f"]({IMAGES}/{file}")
    return text, images


def _index(entries: list[tuple[str, str, str]]) -> str:
    """A page of links, by host and title."""
    lines = [f"# {len(entries)} pages\n"]
    host = None
    for of, title, path in sorted(entries):
        if of != host:
            host = of
            lines.append(f"\n## {host or 'unknown'}\n\n")
        words = " ".join(title.split())
        for sign in "\\[]<>*_`":
            words = words.replace(sign, f"\\{sign}")
        lines.append(f"- [{words}](<{path}>)\n")
    return "".join(lines)


def _put(folder: Path, name: str, data: bytes, known: dict[str, str], kept: dict[str, str], done: Mirrored) -> None:
    """Write a file where it differs, unless somebody edited the one that was written before."""
    path, digest = folder / name, sha256(data).hexdigest()
    kept[name] = digest
    if path.is_file() and not path.is_symlink():
        there = sha256(path.read_bytes()).hexdigest()
        if there == digest:
            done.unchanged += 1
            return
        if name in known and there != known[name]:
            kept[name] = known[name]
            done.edited.append(path)
            return
    _make(path.parent)
    write_whole(path, data)
    done.written += 1


def _remove(folder: Path, known: dict[str, str], kept: dict[str, str], done: Mirrored) -> None:
    """Remove what the mirror wrote once and has no page for any more."""
    for name in sorted(known.keys() - kept.keys()):
        path = folder / name
        if not path.is_file() or path.is_symlink():
            continue
        if sha256(path.read_bytes()).hexdigest() != known[name]:
            done.edited.append(path)
            continue
        try:
            path.unlink()
            done.removed += 1
            path.parent.rmdir()
        except OSError:
            continue  # not empty, or it is the folder itself


def _list(kept: dict[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(kept.items()))


def _read_list(path: Path) -> dict[str, str]:
    """Names of files by their sha256; lines that lead out of the folder are no names of the mirror's."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {path}: {error}") from error
    return dict(_names(lines))


def _names(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        digest, _, name = line.partition("  ")
        if name and ".." not in Path(name).parts and not Path(name).is_absolute():
            yield name, digest


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {folder}: {error.strerror}") from error
