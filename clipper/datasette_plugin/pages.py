"""Our pages: the library, the reading view, what changed between two versions, the evidence.

Every answer forbids the browser everything but our own style sheet: no script, no picture from
elsewhere, no referrer. Archived HTML is shown as text and downloaded as a file, never rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from clipper.archive import bodies
from clipper.datasette_plugin import article, comparison, shelf
from clipper.datasette_plugin.archives import archives
from clipper.datasette_plugin.host import NotFound, Response, ensure_readable
from clipper.errors import ArchiveError

__all__ = ["ROUTES", "home"]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# A downloaded page that somebody opens in the browser all the same.
SANDBOX = HEADERS | {"Content-Security-Policy": "sandbox; default-src 'none'"}
SOURCE_AT_MOST = 400_000  # characters of archived HTML shown as text
CJK_LANGUAGES = ("zh", "ja", "ko")
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Door:
    """One archive, as one request sees it."""

    datasette: Any
    name: str
    named: bool  # there are several, so that links have to name it

    def link(self, path: object = "", **query: object) -> str:
        """An address of our own pages."""
        wanted = {key: value for key, value in query.items() if value not in ("", None)}
        if self.named:
            wanted["archive"] = self.name
        tail = f"/{path}" if path else ""
        asked = f"?{urlencode(wanted)}" if wanted else ""
        address: str = self.datasette.urls.path(f"/-/clips{tail}{asked}")
        return address

    async def read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run it with a connection to the archive, on Datasette's threads."""
        database = self.datasette.get_database(self.name)
        return await database.execute_fn(lambda connection: function(connection, *arguments))

    async def page(self, template: str, request: Any, **context: Any) -> Any:
        """One of our templates as an answer."""
        context |= {
            "link": self.link,
            "archive": self.name,
            "archives": archives(self.datasette) if self.named else [],
            "named": self.named,
            "tables": self.datasette.urls.database(self.name),
            "day": day,
            "minute": minute,
        }
        text = await self.datasette.render_template(template, context, request=request)
        return Response.html(text, headers=HEADERS)


def home(datasette: Any, name: str) -> str:
    """Where the library of that archive is."""
    return Door(datasette, name, named=archives(datasette) != [name]).link()


async def enter(datasette: Any, request: Any) -> Door:
    """The archive that a request is about, if its visitor may see it."""
    names = archives(datasette)
    name = request.args.get("archive") or (names[0] if names else "")
    if name not in names:
        raise NotFound(f"There is no archive {name}" if name else "No database here is an archive")
    await ensure_readable(datasette, request.actor, name)
    return Door(datasette, name, named=len(names) > 1)


async def library(datasette: Any, request: Any) -> Any:
    """`/-/clips`: what changed last, or what `?q=` finds."""
    door = await enter(datasette, request)
    given = {name: (request.args.get(name) or "").strip() for name in ("host", "tag", "state", "before")}
    filters = shelf.Filters(query=(request.args.get("q") or "").strip(), **given)
    found = await door.read(shelf.library, filters)
    return await door.page("clipper_library.html", request, library=found, filters=filters, marked=marked)


async def read(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID`: one version, to read."""
    door = await enter(datasette, request)
    found = await door.read(shelf.reading, number(request))
    if found is None:
        raise NotFound("There is no such version in the archive")
    return await door.page(
        "clipper_reading.html",
        request,
        it=found,
        article=article.render(without_title(found.markdown, found.snapshot["title"])),
        cjk=is_cjk(found),
    )


async def difference(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/diff`: what changed since the version before, or since `?from=ID`."""
    door = await enter(datasette, request)
    found = await door.read(shelf.reading, number(request))
    if found is None:
        raise NotFound("There is no such version in the archive")
    given = request.args.get("from") or ""
    before = found.timeline.before.id if found.timeline.before else None
    old = await door.read(shelf.reading, int(given) if given.isdecimal() else before)
    if old is not None and old.page["id"] != found.page["id"]:
        raise NotFound("These are versions of two pages")
    return await door.page(
        "clipper_diff.html",
        request,
        it=found,
        old=old,
        told=comparison.compare(old, found) if old else None,
        cjk=is_cjk(found),
    )


async def source(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/source`: the bytes as they came, shown as text."""
    door = await enter(datasette, request)
    found = await door.read(shelf.reading, number(request))
    body = await _body(door, found)
    encoding = found.snapshot["encoding"] or "utf-8"
    text = body.decode(encoding, "replace")
    return await door.page(
        "clipper_source.html",
        request,
        it=found,
        size=len(body),
        text=text[:SOURCE_AT_MOST],
        cut=max(0, len(text) - SOURCE_AT_MOST),
        evidence=await door.read(_evidence, found.snapshot["id"]),
    )


async def raw(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/raw`: the bytes as they came, as a file to keep."""
    door = await enter(datasette, request)
    found = await door.read(shelf.reading, number(request))
    body = await _body(door, found)
    name = f"attachment; filename=snapshot-{found.snapshot['id']}.bin"
    headers = SANDBOX | {"Content-Disposition": name}
    return Response(body=body, headers=headers, content_type="application/octet-stream")


async def markdown(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID.md`: the article as Markdown."""
    door = await enter(datasette, request)
    text = await door.read(shelf.text, number(request))
    return Response(body=text, headers=SANDBOX, content_type="text/plain; charset=utf-8")


def style(name: str) -> Callable[..., Any]:
    """A view that answers with a style sheet from beside this module."""

    async def view() -> Any:
        text = files("clipper.datasette_plugin").joinpath("static", name).read_text("utf-8")
        headers = HEADERS | {"Cache-Control": "max-age=3600"}
        return Response(body=text, headers=headers, content_type="text/css; charset=utf-8")

    return view


async def _body(door: Door, found: shelf.Reading | None) -> bytes:
    if found is None or found.snapshot["body_sha256"] is None:
        raise NotFound("The bytes of this version are not in the archive")
    try:
        body: bytes = await door.read(bodies.read, found.snapshot["body_sha256"])
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    return body


def _evidence(connection: Any, snapshot_id: int) -> Any:
    from clipper.archive import queries

    return queries.evidence_of(connection, snapshot_id)


def number(request: Any) -> int:
    """The snapshot that the address names; SQLite's largest number at most."""
    return min(int(request.url_vars["id"]), 2**63 - 1)


def is_cjk(found: shelf.Reading) -> bool:
    """Whether the article is to be set as Chinese, Japanese or Korean."""
    if language := found.snapshot["language"]:
        return language in CJK_LANGUAGES
    sample = found.markdown[:1000]
    return len(CJK.findall(sample)) > len(sample) / 4


def without_title(text: str, title: str | None) -> str:
    """The article without a first heading that only repeats the title above it."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if title and first.startswith("# ") and first[2:].strip() == title.strip() else text


def day(moment: str | None) -> str:
    """The day of a time or date as the archive has it."""
    return (moment or "")[:10]


def minute(moment: str | None) -> str:
    """Day, hour and minute; UTC where the archive wrote it."""
    text = (moment or "")[:16].replace("T", " ")
    return f"{text} UTC" if (moment or "").endswith("Z") else text


def marked(snippet: str) -> Markup:
    """A snippet with the words found marked: U+0002 and U+0003 stand around them."""
    text = str(escape(snippet)).replace("\x02", "<mark>").replace("\x03", "</mark>")
    return Markup(text)


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/-/clips$", library),
    (r"^/-/clips/(?P<id>\d+)$", read),
    (r"^/-/clips/(?P<id>\d+)\.md$", markdown),
    (r"^/-/clips/(?P<id>\d+)/diff$", difference),
    (r"^/-/clips/(?P<id>\d+)/source$", source),
    (r"^/-/clips/(?P<id>\d+)/raw$", raw),
    (r"^/-/clips/clips\.css$", style("clips.css")),
    (r"^/-/clips/tables\.css$", style("tables.css")),
]
