"""What a version rests on: the bytes, how they came, and proof that nothing was altered."""

from __future__ import annotations

import io
import re
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import nh3

from clipper import tape
from clipper.archive import bodies, captures, ledger, queries, rereading
from clipper.datasette_plugin.depth import too_deep
from clipper.datasette_plugin.door import CAPTURED, SANDBOX
from clipper.datasette_plugin.host import NotFound, Response
from clipper.datasette_plugin.pages import as_json, reading_of
from clipper.datasette_plugin.reading import Reading
from clipper.errors import ArchiveError
from clipper.models import Capture

__all__ = ["Proof", "captured", "evidence", "harmless", "proof", "raw", "source", "warc"]

SOURCE_AT_MOST = 100_000  # characters of archived HTML shown as text, so that the page stays a page
TOP = "<!doctype html>\n<meta charset=utf-8>\n"
# Of a captured page all that runs, embeds, fetches or sends the reader away by itself; addresses of pictures
# that are not in the page itself go too. The policy of the answer forbids all of it once more.
KEPT = nh3.ALLOWED_TAGS | {
    "main", "section", "article", "header", "footer", "nav", "aside", "address", "button", "figure", "figcaption", "style",
    "picture", "label", "fieldset", "legend", "center", "font", "big", "details", "summary",
}  # fmt: skip
LOOKS = {
    "*": {"class", "id", "style", "dir", "lang", "title", "align", "valign", "width", "height", "bgcolor", "color", "border",
          "colspan", "rowspan", "cellpadding", "cellspacing", "role", "hidden", "open", "start", "alt"},
    "a": {"href"},
    "img": {"src"},
}  # fmt: skip
CSS_IMPORTS = re.compile(r"@import[^;{}]*;?", re.I)
CSS_FETCHES = re.compile(r"(?:url|src|image|image-set|-webkit-image-set|expression)\s*\(", re.I)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the archive can show for one version."""

    bytes_kept: bool
    bytes_right: bool | None  # their sha256 is what it was; None if they are not kept
    filed: bool | None  # the row and the text are what the ledger says; None if it has no entry
    linked: bool | None  # the entry follows from the one before it
    entry: int | None  # the number of the version's last entry in the ledger
    entries: int
    head: str  # after that entry
    sealed: str | None  # since when a timestamp vouches for all up to the entry
    damage: str | None = None

    @property
    def sound(self) -> bool:
        """Whether everything that can be checked is right."""
        return self.bytes_right is not False and bool(self.filed) and bool(self.linked)


async def evidence(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/evidence`: how a version came, and whether it is still what was filed."""
    door, found = await reading_of(datasette, request)
    came = await door.read(queries.evidence_of, found.snapshot["id"])
    shown = await door.read(proof, found)
    read = await door.read(rereading.reading, found.snapshot["id"])
    if as_json(request):
        told = {"snapshot": found.snapshot, "proof": asdict(shown) | {"sound": shown.sound}, "reading": asdict(read)}
        return door.json(told | asdict(came))
    return await door.page(
        "clipper_evidence.html",
        request,
        frames=True,
        it=found,
        came=came,
        proof=shown,
        read=read,
    )


def proof(connection: sqlite3.Connection, found: Reading) -> Proof:
    """Check one version: its bytes, its row and text, its place in the chain."""
    kept, right, damage = _bytes(connection, found.snapshot["body_sha256"])
    number = found.snapshot["id"]
    row = connection.execute(
        "SELECT id, digest, head FROM ledger WHERE kind = 'snapshots' AND row = ? ORDER BY id DESC LIMIT 1", (number,)
    ).fetchone()
    entries, _ = ledger.head(connection)
    if row is None:
        return Proof(kept, right, None, None, None, entries, "", None, damage)
    entry, digest, head = row
    before = connection.execute("SELECT head FROM ledger WHERE id = ?", (entry - 1,)).fetchone()
    linked = ledger.link(before[0] if before else b"", ("snapshots", number, digest)) == head
    sealed = connection.execute("SELECT min(sealed_at) FROM seals WHERE entry >= ?", (entry,)).fetchone()[0]
    filed = ledger.digest_of(connection, "snapshots", number) == digest
    return Proof(kept, right, filed, linked, entry, entries, head.hex(), sealed, damage)


def _bytes(connection: sqlite3.Connection, name: str | None) -> tuple[bool, bool | None, str | None]:
    if name is None or not bodies.there(connection, name):
        return False, None, None
    try:
        bodies.read(connection, name)
    except ArchiveError as error:
        return True, False, str(error)
    return True, True, None


async def captured(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/page`: the captured HTML as it looked, without what runs or fetches; a Memento."""
    from clipper.datasette_plugin.memento import links_of

    door, found = await reading_of(datasette, request)
    text = await _text(door, found)
    headers = CAPTURED | await links_of(door, request, found)
    return Response(body=harmless(text), headers=headers, content_type="text/html; charset=utf-8")


def harmless(html: str) -> str:
    """A page's HTML with its styles, and without scripts, frames, forms' actions, metas, and foreign files."""
    if too_deep(html):
        return f"{TOP}<p>The elements of this page are nested too deep to be shown.</p>"
    cleaned = nh3.clean(
        html,
        tags=KEPT,
        clean_content_tags={"script", "noscript", "template", "iframe", "object", "embed", "svg", "math", "title"},
        attributes=LOOKS,
        attribute_filter=_looks,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    styled = re.sub(r"(?is)(<style>)(.*?)(</style>)", lambda m: m[1] + _css(m[2]) + m[3], cleaned)
    return f"{TOP}{styled}"


def _looks(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return _css(value)
    if attribute == "src":
        return value if value.startswith(("data:image/png", "data:image/jpeg", "data:image/gif")) else None
    if tag == "a" and attribute == "href" and not value.lower().startswith(("http://", "https://", "mailto:", "#")):
        return None
    return value


def _css(text: str) -> str:
    """Styles that ask for no file; an escape could hide one, so that such styles go whole."""
    if "\\" in text:
        return ""
    return CSS_FETCHES.sub("none(", CSS_IMPORTS.sub("", text))


async def source(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/source`: the bytes as they came, shown as text."""
    door, found = await reading_of(datasette, request)
    text = await _text(door, found)
    return await door.page(
        "clipper_source.html", request, it=found, text=text[:SOURCE_AT_MOST], cut=max(0, len(text) - SOURCE_AT_MOST)
    )


async def raw(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/raw`: the bytes as they came, as a file to keep."""
    door, found = await reading_of(datasette, request)
    body = await _body(door, found)
    return _file(body, f"snapshot-{found.snapshot['id']}.bin", "application/octet-stream")


async def warc(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID.warc.gz`: the capture that began this version, with its headers, as WARC."""
    door, found = await reading_of(datasette, request)
    body = await door.read(_warc, found)
    return _file(body, f"snapshot-{found.snapshot['id']}.warc.gz", "application/warc")


def _warc(connection: sqlite3.Connection, found: Reading) -> bytes:
    since = datetime.fromisoformat(found.snapshot["fetched_at"])
    first = next(captures.captures(connection, url_key=found.page["url_key"], since=since), None)
    if not isinstance(first, Capture) or first.fetched_at != since:
        raise NotFound(first.reason if first and not isinstance(first, Capture) else "That capture is not here")
    file = io.BytesIO()
    tape.write(file, [first])
    return file.getvalue()


def _file(body: bytes, name: str, kind: str) -> Any:
    headers = SANDBOX | {"Content-Disposition": f"attachment; filename={name}"}
    return Response(body=body, headers=headers, content_type=kind)


async def _text(door: Any, found: Reading) -> str:
    body = await _body(door, found)
    return body.decode(found.snapshot["encoding"] or "utf-8", "replace")


async def _body(door: Any, found: Reading) -> bytes:
    if found.snapshot["body_sha256"] is None:
        raise NotFound("The bytes of this version are not in the archive")
    try:
        body: bytes = await door.read(bodies.read, found.snapshot["body_sha256"])
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    return body
