"""Which captures of a page are versions: the first of every run of equal articles, in time.

Captures may arrive in any order (imports, merges, clocks that jump), and what stands in the file
afterwards is the same as if they had come one after the other: a capture that comes late may begin
a run earlier (its version moves back to it), or cut a run in two (the second half becomes a
version of its own).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from clipper import diff
from clipper.archive import texts
from clipper.archive.indexing import index, next_version, previous_version

__all__ = ["Good", "Placed", "Version", "describe", "place", "set_right"]


@dataclass(frozen=True, slots=True)
class Good:
    """A check that has an article: its place in time and what it read."""

    id: int
    checked_at: str
    seq: int
    digest: str
    snapshot_id: int
    body_sha256: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """What a new version would be: the columns of its snapshot, and its texts."""

    columns: dict[str, Any]
    markdown: str
    extractor: str | None
    rule: str | None
    extracted_at: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The version in force at a capture, and whether the capture began it."""

    snapshot_id: int
    begins: bool
    first: bool


GOOD = "id, checked_at, seq, digest, snapshot_id, body_sha256"


def good_before(connection: sqlite3.Connection, page_id: int, at: str, seq: int) -> Good | None:
    """The last check with an article before that moment."""
    row = connection.execute(
        f"SELECT {GOOD} FROM checks WHERE page_id = ? AND snapshot_id IS NOT NULL"
        " AND (checked_at, seq) < (?, ?) ORDER BY checked_at DESC, seq DESC LIMIT 1",
        (page_id, at, seq),
    ).fetchone()
    return Good(*row) if row else None


def good_after(connection: sqlite3.Connection, page_id: int, at: str, seq: int) -> Good | None:
    """The first check with an article after that moment."""
    row = connection.execute(
        f"SELECT {GOOD} FROM checks WHERE page_id = ? AND snapshot_id IS NOT NULL"
        " AND (checked_at, seq) > (?, ?) ORDER BY checked_at, seq LIMIT 1",
        (page_id, at, seq),
    ).fetchone()
    return Good(*row) if row else None


def place(connection: sqlite3.Connection, version: Version, *, before: Good | None, after: Good | None) -> Placed:
    """Put a capture between its neighbours in time, and set right what that changes."""
    digest = version.columns["digest"]
    if before and before.digest == digest:
        return Placed(before.snapshot_id, begins=False, first=False)
    if after and after.digest == digest:
        snapshot_id = after.snapshot_id
        _move_back(connection, snapshot_id, version, then=after)
    else:
        snapshot_id = _insert(connection, version)
        if before and after and after.snapshot_id == before.snapshot_id:
            _split(connection, before.snapshot_id, at=after)
        elif after and not before:
            connection.execute(
                "UPDATE checks SET outcome = 'changed' WHERE id = ? AND outcome = 'new'",
                (after.id,),
            )
    set_right(connection, snapshot_id)
    return Placed(snapshot_id, begins=True, first=before is None)


def set_right(connection: sqlite3.Connection, snapshot_id: int) -> None:
    """What a new version changes around it: the notes of two, the index of three, older texts."""
    before = previous_version(connection, snapshot_id)
    following = next_version(connection, snapshot_id)
    describe(connection, snapshot_id)
    if following is not None:
        describe(connection, following)
    for which in (before, snapshot_id, following):
        if which is not None:
            index(connection, which)
    if before is not None:
        texts.pack(connection, before, near=previous_version(connection, before))
    if following is not None:
        texts.pack(connection, snapshot_id, near=before)


def copied(connection: sqlite3.Connection, snapshot_id: int) -> Version:
    """The version that a capture with the same article as this snapshot would be."""
    cursor = connection.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,))
    names = [column[0] for column in cursor.description]
    columns = dict(zip(names, cursor.fetchone(), strict=True))
    for derived in ("id", "change", "words_added", "words_removed"):
        del columns[derived]
    extractor, rule, extracted_at = connection.execute(
        "SELECT extractor, rule, extracted_at FROM texts WHERE snapshot_id = ? ORDER BY id DESC LIMIT 1",
        (snapshot_id,),
    ).fetchone()
    markdown = texts.current(connection, snapshot_id) or ""
    return Version(columns, markdown, extractor, rule, extracted_at)


def _insert(connection: sqlite3.Connection, version: Version) -> int:
    names = ", ".join(version.columns)
    marks = ", ".join("?" * len(version.columns))
    cursor = connection.execute(f"INSERT INTO snapshots ({names}) VALUES ({marks})", tuple(version.columns.values()))
    snapshot_id = int(cursor.lastrowid or 0)
    _insert_text(connection, snapshot_id, version)
    return snapshot_id


def _insert_text(connection: sqlite3.Connection, snapshot_id: int, version: Version) -> None:
    texts.add(
        connection,
        snapshot_id,
        version.markdown,
        verdict=version.columns["verdict"],
        extractor=version.extractor,
        rule=version.rule,
        extracted_at=version.extracted_at,
    )


def _move_back(connection: sqlite3.Connection, snapshot_id: int, version: Version, *, then: Good) -> None:
    """The same article was seen earlier than was known: the version begins there."""
    assignments = ", ".join(f"{name} = ?" for name in version.columns)
    connection.execute(f"UPDATE snapshots SET {assignments} WHERE id = ?", (*version.columns.values(), snapshot_id))
    texts.delete(connection, snapshot_id)
    _insert_text(connection, snapshot_id, version)
    connection.execute(
        "UPDATE checks SET outcome = 'unchanged' WHERE id = ? AND outcome IN ('new', 'changed')",
        (then.id,),
    )


def _split(connection: sqlite3.Connection, snapshot_id: int, *, at: Good) -> None:
    """Another article stood between two captures of one: from `at` on it is a version again."""
    version = copied(connection, snapshot_id)
    url, final_url, status = connection.execute(
        "SELECT url, coalesce(final_url, url), coalesce(status, 200) FROM checks WHERE id = ?",
        (at.id,),
    ).fetchone()
    version.columns.update(
        fetched_at=at.checked_at,
        seq=at.seq,
        url=url,
        final_url=final_url,
        body_sha256=at.body_sha256,
    )
    if status != 304:
        version.columns["status"] = status
    again = _insert(connection, version)
    connection.execute(
        "UPDATE checks SET snapshot_id = ? WHERE page_id = ? AND snapshot_id = ? AND (checked_at, seq) >= (?, ?)",
        (again, version.columns["page_id"], snapshot_id, at.checked_at, at.seq),
    )
    connection.execute("UPDATE checks SET outcome = 'changed' WHERE id = ?", (at.id,))


def describe(connection: sqlite3.Connection, snapshot_id: int) -> None:
    """Say in the snapshot what changed against the version before it."""
    before = previous_version(connection, snapshot_id)
    if before is None:
        change = added = removed = None
    else:
        old, new = (_told(connection, which) for which in (before, snapshot_id))
        added, removed = diff.changed_words(old.pop("text"), new.pop("text"))
        same = old.pop("digest") == new.pop("digest")
        parts = [name for name, value in new.items() if value != old[name]]
        if added or removed:
            parts.append(f"+{added} −{removed} words")
        change = "; ".join(parts) or ("as it was before" if same else "order or punctuation")
    connection.execute(
        "UPDATE snapshots SET change = ?1, words_added = ?2, words_removed = ?3 WHERE id = ?4"
        " AND (change, words_added, words_removed) IS NOT (?1, ?2, ?3)",
        (change, added, removed, snapshot_id),
    )


def _told(connection: sqlite3.Connection, snapshot_id: int) -> dict[str, str]:
    title, author, published, digest = connection.execute(
        "SELECT title, author, published, digest FROM snapshots WHERE id = ?", (snapshot_id,)
    ).fetchone()
    text = diff.plain(texts.current(connection, snapshot_id) or "")
    return {"title": title or "", "author": author or "", "date": published or "", "text": text, "digest": digest}
