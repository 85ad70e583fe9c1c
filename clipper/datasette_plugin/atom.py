"""`/-/clips/changes.atom`: what changed last, for a feed reader; narrowed like the library."""

from __future__ import annotations

import sqlite3
from typing import Any

from markupsafe import Markup

from clipper import feeds
from clipper.datasette_plugin import comparison
from clipper.datasette_plugin.comparison import Shown
from clipper.datasette_plugin.door import SANDBOX, Door, enter
from clipper.datasette_plugin.host import Response
from clipper.datasette_plugin.library import Filters
from clipper.datasette_plugin.reading import reading

__all__ = ["changes"]

ENTRIES = 30
SHOWN_CHANGES = 20  # changed paragraphs of one version


async def changes(datasette: Any, request: Any) -> Any:
    """Versions after a page's first, the newest first; `host`, `feed`, `tag`, `language` narrow."""
    door = await enter(datasette, request)
    given = {name: (request.args.get(name) or "").strip() for name in ("host", "feed", "tag", "language")}
    filters = Filters(**given)
    entries = await door.read(_entries, filters)
    own = door.absolute(request, door.link("changes.atom", **filters.given))
    updated = entries[0]["fetched_at"] if entries else "1970-01-01T00:00:00Z"
    named = ", ".join(filters.given.values())
    body = feeds.atom(
        name=own,
        title=f"What changed: {named or door.name}",
        updated=updated,
        own=own,
        home=door.absolute(request, door.link(**filters.given)),
        entries=(_entry(door, request, entry) for entry in entries),
    )
    return Response(body=body, headers=SANDBOX, content_type="application/atom+xml; charset=utf-8")


def _entries(connection: sqlite3.Connection, filters: Filters) -> list[dict[str, Any]]:
    condition, values = filters.conditions
    cursor = connection.execute(
        "SELECT snapshots.id, snapshots.fetched_at, coalesce(snapshots.title, pages.url) AS title, pages.host,"
        " snapshots.author, snapshots.change FROM snapshots JOIN pages ON pages.id = snapshots.page_id"
        f" WHERE snapshots.change IS NOT NULL AND {condition} ORDER BY snapshots.fetched_at DESC LIMIT {ENTRIES}",
        values,
    )
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    for entry in found:
        entry["html"] = _html(connection, entry["id"])
    return found


def _html(connection: sqlite3.Connection, snapshot_id: int) -> Markup:
    """The changed paragraphs of a version, as HTML of our own making."""
    new = reading(connection, snapshot_id)
    old = reading(connection, new.timeline.before.id) if new and new.timeline.before else None
    if new is None or old is None:
        return Markup("")
    told = comparison.compare(old, new)
    blocks = [block for part in told.parts if part.jump for block in part.blocks]
    facts = Markup("").join(Markup("<p>{}: <del>{}</del> <ins>{}</ins></p>").format(*fact) for fact in told.facts)
    more = len(blocks) - SHOWN_CHANGES
    rest = Markup("<p>… and {} more paragraphs</p>").format(more) if more > 0 else Markup("")
    return facts + Markup("").join(map(_paragraph, blocks[:SHOWN_CHANGES])) + rest


def _paragraph(block: Shown) -> Markup:
    tags = {"added": "ins", "removed": "del"}
    pieces = (
        Markup("<{0}>{1}</{0}>").format(Markup(tags[kind]), words) if kind in tags else Markup("{}").format(words)
        for kind, words in block.pieces
    )
    return Markup("<p>{}</p>").format(Markup("").join(pieces))


def _entry(door: Door, request: Any, entry: dict[str, Any]) -> str:
    link = door.absolute(request, door.link(f"{entry['id']}/diff"))
    return feeds.atom_entry(
        name=link,
        title=entry["title"],
        link=link,
        updated=entry["fetched_at"],
        author=entry["author"] or entry["host"],
        summary=entry["change"],
        html=str(entry["html"]),
    )
