"""The archive for Memento clients (RFC 7089): which version of an address was in force at a time.

/timegate/URL        302 to the version in force at `Accept-Datetime`, else the newest
/timemap/link/URL    every version, as application/link-format; /timemap/json/URL as JSON
/-/clips/ID/page     a version: `Memento-Datetime` and links to the others
"""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote

from clipper import urls
from clipper.archive import rows
from clipper.datasette_plugin.archives import archives
from clipper.datasette_plugin.door import BASE, SANDBOX, Door
from clipper.datasette_plugin.host import NotFound, Response, ensure_readable
from clipper.datasette_plugin.reading import Reading
from clipper.errors import InvalidURL

__all__ = ["links_of", "timegate", "timemap"]

TOLD_AT_MOST = 10_000  # versions in a time map
Version = tuple[int, str]  # the snapshot and when it was fetched
SLASHES = re.compile(r"^(https?):/+", re.I)


async def timegate(datasette: Any, request: Any) -> Any:
    """`/timegate/URL`: a redirect to the version that a client wants."""
    try:
        door, original, versions = await _asked(datasette, request)
    except NotFound as error:
        return _plain(str(error), 404)
    wanted = request.headers.get("accept-datetime")
    headers = BASE | {"Vary": "accept-datetime"}
    try:
        moment = rows.stamp(_moment(wanted)) if wanted else "9999"
    except ValueError:
        return _plain("Accept-Datetime is not a date as HTTP writes them", 400)
    chosen = next((v for v in reversed(versions) if v[1] <= moment), versions[0])
    headers |= {
        "Location": door.absolute(request, door.link(f"{chosen[0]}/page")),
        "Link": _link_header(door, request, original, versions, chosen),
    }
    return Response(body="", status=302, headers=headers, content_type="text/plain; charset=utf-8")


async def timemap(datasette: Any, request: Any) -> Any:
    """`/timemap/link/URL` and `/timemap/json/URL`: all versions, the oldest first."""
    try:
        door, original, versions = await _asked(datasette, request)
    except NotFound as error:
        return _plain(str(error), 404)
    ours = _Places(door, request, original)
    if request.url_vars["kind"] == "json":
        return door.json(
            {
                "original_uri": original,
                "timegate_uri": ours.timegate,
                "timemap_uri": {kind: ours.timemap(kind) for kind in ("link", "json")},
                "mementos": {"list": [{"datetime": at, "uri": ours.memento(number)} for number, at in versions]},
            }
        )
    bounds = f'; from="{_http(versions[0][1])}"; until="{_http(versions[-1][1])}"'
    lines = [
        f'<{original}>; rel="original"',
        f'<{ours.timemap("link")}>; rel="self"; type="application/link-format"{bounds}',
        f'<{ours.timegate}>; rel="timegate"',
        *(_told(ours, version, versions) for version in versions),
    ]
    return Response(body=",\n".join(lines) + "\n", headers=SANDBOX, content_type="application/link-format")


async def links_of(door: Door, request: Any, found: Reading) -> dict[str, str]:
    """The headers that make the answer for a version a Memento."""
    own = (found.snapshot["id"], found.snapshot["fetched_at"])
    versions = await door.read(_versions, found.page["url_key"])
    if own not in versions:  # older than any that a time map tells of
        versions = [own, *versions]
    return {
        "Memento-Datetime": _http(own[1]),
        "Link": _link_header(door, request, _in_header(found.snapshot["url"]), versions, own),
    }


def _plain(message: str, status: int) -> Any:
    """An answer of our own: Datasette would send a client that asks for `…/` elsewhere instead of saying 404."""
    headers = SANDBOX | {"Vary": "accept-datetime"}
    return Response(body=f"{message}\n", status=status, headers=headers, content_type="text/plain; charset=utf-8")


class _Places:
    """Where the resources about one original are."""

    def __init__(self, door: Door, request: Any, original: str) -> None:
        self._door, self._request, self._original = door, request, original
        self.timegate = self._at(f"/timegate/{original}")

    def timemap(self, kind: str) -> str:
        return self._at(f"/timemap/{kind}/{self._original}")

    def memento(self, number: int) -> str:
        return self._door.absolute(self._request, self._door.link(f"{number}/page"))

    def _at(self, path: str) -> str:
        return self._door.absolute(self._request, self._door.datasette.urls.path(path))


def _link_header(door: Door, request: Any, original: str, versions: list[Version], chosen: Version) -> str:
    ours = _Places(door, request, original)
    place = versions.index(chosen)
    near = {0, place - 1, place, place + 1, len(versions) - 1} & set(range(len(versions)))
    return ", ".join(
        [
            f'<{original}>; rel="original"',
            f'<{ours.timegate}>; rel="timegate"',
            f'<{ours.timemap("link")}>; rel="timemap"; type="application/link-format"',
            *(_told(ours, versions[n], versions, place=place) for n in sorted(near)),
        ]
    )


def _told(ours: _Places, version: Version, versions: list[Version], *, place: int | None = None) -> str:
    n = versions.index(version) if version in (versions[0], versions[-1]) or place is not None else -1
    kinds = [name for name, where in (("first", 0), ("last", len(versions) - 1)) if n == where]
    if place is not None:
        kinds += [name for name, where in (("prev", place - 1), ("next", place + 1)) if n == where]
    return f'<{ours.memento(version[0])}>; rel="{" ".join([*kinds, "memento"])}"; datetime="{_http(version[1])}"'


async def _asked(datasette: Any, request: Any) -> tuple[Door, str, list[Version]]:
    """The first archive that has versions of the address, the address, and its versions, the oldest first."""
    given = unquote(request.url_vars["url"]) if "://" not in request.url_vars["url"] else request.url_vars["url"]
    given = SLASHES.sub(r"\1://", given) + (f"?{request.query_string}" if request.query_string else "")
    if not SLASHES.match(given):
        given = f"http://{given}"
    try:
        original = urls.check(given)
        key = urls.url_key(original)
    except InvalidURL as error:
        raise NotFound(f"That is no address of a page: {error}") from error
    names = archives(datasette)
    for name in names:
        await ensure_readable(datasette, request.actor, name)
        door = Door(datasette, name, named=len(names) > 1)
        versions = await door.read(_versions, key)
        if versions:
            return door, _in_header(urls.without_credentials(original)), versions
    raise NotFound("There is no version of that page in the archive")


def _versions(connection: sqlite3.Connection, key: str) -> list[Version]:
    found = connection.execute(
        "SELECT snapshots.id, snapshots.fetched_at FROM snapshots JOIN pages ON pages.id = snapshots.page_id"
        " WHERE pages.url_key = ? ORDER BY snapshots.fetched_at DESC, snapshots.seq DESC LIMIT ?",
        (key, TOLD_AT_MOST),
    )
    return [(row[0], row[1]) for row in found][::-1]


def _moment(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    # To the second, and a version of that second counts.
    return moment.replace(tzinfo=moment.tzinfo or UTC, microsecond=999_999)


def _http(moment: str) -> str:
    """A time of the archive's as HTTP writes it, to the second."""
    return format_datetime(datetime.fromisoformat(moment).astimezone(UTC), usegmt=True)


def _in_header(url: str) -> str:
    """An address that cannot end the header or the link that it stands in."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")
