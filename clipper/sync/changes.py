"""The changes of an archive as an Atom feed that any reader can follow, with the diff in each entry."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from clipper import diff, feeds

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Event, Snapshot

__all__ = ["atom"]

TAGS = {"removed": "del", "added": "ins"}
SAME = 160  # characters of what did not change that are kept beside a change
LONGEST = 60_000  # characters of an entry


def atom(archive: Archive, *, since: datetime, now: datetime, limit: int = 100, new: bool = False) -> str:
    """Every version since then that changed a page (with `new` the first ones, too) and what is gone; the newest first."""
    versions = [one for one in archive.snapshots(since=since, every=True) if one.change or new][-limit:]
    gone = [event for event in archive.diary.since(since) if event.kind == "gone"][-limit:]
    entries = [(one.fetched_at, _version(archive, one)) for one in versions]
    entries += [(event.at, _gone(event)) for event in gone]
    entries = sorted(entries, key=lambda entry: entry[0], reverse=True)[:limit]
    updated = entries[0][0] if entries else now
    name = sha256(str(archive.path.absolute()).encode()).hexdigest()[:32]
    return feeds.atom(
        name=f"urn:clipper:{name}",
        title=f"clipper: changes in {archive.path.name}",
        updated=updated.isoformat(),
        author="clipper",
        entries=(text for _, text in entries),
    )


def _version(archive: Archive, snapshot: Snapshot) -> str:
    text = archive.markdown(snapshot.id)
    if snapshot.change is None:
        body = f"<p>{escape(text[:500])}{'…' if len(text) > 500 else ''}</p>"
        return _entry(snapshot.url, snapshot.fetched_at, f"New: {snapshot.title or snapshot.url}", body)
    before = archive.before(snapshot)
    title = f"{snapshot.title or snapshot.url}: {snapshot.change}"
    if before is None:  # it was pruned
        return _entry(snapshot.url, snapshot.fetched_at, title, "<p>The version before it is no longer here.</p>")
    titles = (
        ""
        if before.title == snapshot.title
        else f"<p><del>{_safe(before.title)}</del> <ins>{_safe(snapshot.title)}</ins></p>"
    )
    body = titles + _difference(archive.markdown(before.id), text)
    return _entry(snapshot.url, snapshot.fetched_at, title, body)


def _difference(old: str, new: str) -> str:
    """What changed, paragraph by paragraph, as HTML; page text is text in it."""
    parts, length = [], 0
    for block in diff.diff(old, new).blocks:
        if block.kind == "same":
            continue
        part = "".join(_piece(piece.kind, piece.text) for piece in block.pieces)
        parts.append(f"<p>{'<i>moved:</i> ' if block.kind == 'moved' else ''}{part}</p>")
        length += len(part)
        if length > LONGEST:
            parts.append("<p>… and more; `clip diff` shows all of it.</p>")
            break
    return "".join(parts)


def _piece(kind: str, text: str) -> str:
    if kind == "same" and len(text) > SAME:
        text = f"{text[: SAME // 2]} … {text[-SAME // 2 :]}"
    tag = TAGS.get(kind)
    return f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text)


def _gone(event: Event) -> str:
    since = f" since {event.since:%Y-%m-%d %H:%M}" if event.since else ""
    body = f"<p>{_safe(event.what)}</p><p>The last good version is in the archive.</p>"
    return _entry(event.url or "", event.at, f"Gone{since}: {event.title or event.url}", body)


def _entry(url: str, at: datetime, title: str, body: str) -> str:
    name = sha256(f"{url} {at.isoformat()} {title}".encode("utf-8", "replace")).hexdigest()[:32]
    return feeds.atom_entry(name=f"urn:clipper:{name}", title=title, link=url, updated=at.isoformat(), html=body)


def _safe(text: str | None) -> str:
    return escape(text or "")
