"""Our pages to read in: the library, a version, what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from clipper.archive import bodies
from clipper.datasette_plugin import article, comparison, words
from clipper.datasette_plugin.door import SANDBOX, Door, enter, number
from clipper.datasette_plugin.host import NotFound, Response
from clipper.datasette_plugin.library import SHOWN_PICTURES, Filters, library
from clipper.datasette_plugin.reading import Reading, reading, text
from clipper.errors import ArchiveError
from clipper.models import PageState, Verdict

__all__ = ["compare", "difference", "markdown", "picture", "read", "reading_of", "show_library"]

FILTERS = ("host", "feed", "tag", "state", "verdict", "language", "since", "until", "before")
SIGNS = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8", "image/webp": b"RIFF"}


async def show_library(datasette: Any, request: Any) -> Any:
    """`/-/clips`: what changed last, or what `?q=` finds."""
    door = await enter(datasette, request)
    given = {name: (request.args.get(name) or "").strip() for name in FILTERS}
    filters = Filters(query=(request.args.get("q") or "").strip(), **given)
    found = await door.read(library, filters)
    if as_json(request):
        return door.json(
            {
                "archive": door.name,
                "filters": filters.given,
                "total": found.total,
                "pages": [_plain(asdict(card)) for card in found.cards],
                "next": door.link(".json", before=found.more, **filters.given) if found.more else None,
            }
        )
    return await door.page(
        "clipper_library.html",
        request,
        library=found,
        filters=filters,
        all_states=_same(PageState),
        all_verdicts=_same(Verdict),
        all_languages=_same(found.languages),
    )


async def read(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID`: one version, to read."""
    door, found = await reading_of(datasette, request)
    if as_json(request):
        return door.json(found.as_json())
    pictures = {url: door.link(f"picture/{asset}") for url, asset in found.pictures.items()}
    return await door.page(
        "clipper_reading.html",
        request,
        it=found,
        article=article.render(words.without_title(found.markdown, found.snapshot["title"]), pictures),
        cjk=words.is_cjk(found.snapshot["language"], found.markdown),
    )


async def difference(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID/diff`: what changed since the version before, or since `?from=ID`."""
    door, found = await reading_of(datasette, request)
    given = request.args.get("from") or ""
    before = found.timeline.before.id if found.timeline.before else None
    old = await door.read(reading, int(given[:18])) if given.isdecimal() else None
    if old is None and before is not None and not given:
        old = await door.read(reading, before)
    if given and (old is None or old.page["id"] != found.page["id"]):
        raise NotFound("These are not versions of one page")
    told = comparison.compare(old, found) if old else None
    if as_json(request):
        return door.json(
            {
                "from": old.snapshot["id"] if old else None,
                "to": found.snapshot["id"],
                "url": found.page["url"],
                "title": found.snapshot["title"],
                **(asdict(told) if told else {}),
            }
        )
    return await door.page(
        "clipper_diff.html",
        request,
        it=found,
        old=old,
        told=told,
        cjk=words.is_cjk(found.snapshot["language"], found.markdown),
    )


async def compare(datasette: Any, request: Any) -> Any:
    """`/-/clips/compare?from=ID&to=ID`: where a form leads; the answer is the permalink."""
    door = await enter(datasette, request)
    old, new = (request.args.get(name) or "" for name in ("from", "to"))
    if not (old.isdecimal() and new.isdecimal()):
        raise NotFound("Two versions have to be named")
    return Response.redirect(door.link(f"{new}/diff", **{"from": old}))


async def markdown(datasette: Any, request: Any) -> Any:
    """`/-/clips/ID.md`: the article as Markdown."""
    door = await enter(datasette, request)
    found = await door.read(text, number(request))
    if found is None:
        raise NotFound("There is no such version in the archive")
    return Response(body=found, headers=SANDBOX, content_type="text/plain; charset=utf-8")


async def picture(datasette: Any, request: Any) -> Any:
    """`/-/clips/picture/ID`, `/-/clips/thumb/SNAPSHOT`: a picture that is archived, of a kind that runs nothing."""
    door = await enter(datasette, request)
    kind, body = await door.read(_asset, number(request), request.url_vars["kind"])
    return Response(body=body, headers=SANDBOX | {"Cache-Control": "max-age=86400"}, content_type=kind)


ASSETS = {
    "picture": "SELECT content_type, body_sha256 FROM assets WHERE id = ? AND body_sha256 IS NOT NULL",
    "thumb": "SELECT assets.content_type, assets.body_sha256 FROM snapshots JOIN assets ON assets.snapshot_id = snapshots.id"
    " AND assets.url = snapshots.image WHERE snapshots.id = ? AND assets.body_sha256 IS NOT NULL",
}


def _asset(connection: Any, number: int, kind: str) -> tuple[str, bytes]:
    row = connection.execute(ASSETS[kind], (number,)).fetchone()
    if row is None or row[0] not in SHOWN_PICTURES:
        raise NotFound("There is no such picture in the archive")
    try:
        body = bodies.read(connection, row[1])
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    if not body.startswith(SIGNS.get(row[0], b"")):
        raise NotFound("That is no picture")
    return row[0], body


async def reading_of(datasette: Any, request: Any) -> tuple[Door, Reading]:
    """The version that a request is about."""
    door = await enter(datasette, request)
    found = await door.read(reading, number(request))
    if found is None:
        raise NotFound("There is no such version in the archive")
    return door, found


def as_json(request: Any) -> bool:
    """Whether the address asks for the page as JSON."""
    return bool(request.url_vars.get("json"))


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are called what they are."""
    return [(str(value), str(value)) for value in values]


def _plain(card: dict[str, Any]) -> dict[str, Any]:
    return card | {"lead": card["lead"].replace("\x02", "").replace("\x03", "")}
