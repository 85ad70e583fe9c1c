"""What every view of ours begins and ends with: one archive as a request sees it, and safe headers.

Every answer forbids the browser everything but our own style sheet, our own script by a nonce that is new for each
answer, and pictures from the archive: no inline script, nothing from elsewhere, no referrer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from clipper.datasette_plugin import words
from clipper.datasette_plugin.archives import archives
from clipper.datasette_plugin.host import NotFound, Response, ensure_readable, within_time

__all__ = ["BASE", "CAPTURED", "SANDBOX", "Door", "enter", "headers", "home", "number"]

BASE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What is no page of ours: a file that somebody opens in the browser all the same.
SANDBOX = BASE | {"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}
# What a page looked like: its styles, and nothing that runs or fetches.
CAPTURED = BASE | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
}


def headers(nonce: str = "", *, frames: bool = False) -> dict[str, str]:
    """The headers of a page of ours; `frames` lets it show a captured page in a sandbox."""
    allowed = [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        f"script-src 'nonce-{nonce}'" if nonce else "script-src 'none'",
        "frame-src 'self'" if frames else "frame-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    return BASE | {"Content-Security-Policy": "; ".join(allowed)}


@dataclass(frozen=True, slots=True)
class Door:
    """One archive, as one request sees it."""

    datasette: Any
    name: str
    named: bool  # there are several, so that links have to name it

    def link(self, path: object = "", **query: object) -> str:
        """An address of our own pages; `path` is what stands after `/-/clips`, with its `.json` or `/`."""
        wanted = {key: value for key, value in query.items() if value not in ("", None)}
        if self.named:
            wanted["archive"] = self.name
        tail = f"/{path}" if path and path != ".json" else path
        asked = f"?{urlencode(wanted)}" if wanted else ""
        address: str = self.datasette.urls.path(f"/-/clips{tail}{asked}")
        return address

    def absolute(self, request: Any, path: str) -> str:
        """The same with scheme and host, for those who read it elsewhere."""
        address: str = self.datasette.absolute_url(request, path)
        return address

    async def read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run it with a connection to the archive, on Datasette's threads and within its time."""

        def read(connection: Any) -> Any:
            return within_time(self.datasette, connection, lambda: function(connection, *arguments))

        return await self.datasette.get_database(self.name).execute_fn(read)

    async def page(self, template: str, request: Any, *, frames: bool = False, **context: Any) -> Any:
        """One of our templates as an answer."""
        nonce = secrets.token_urlsafe(16)
        context |= {
            "link": self.link,
            "archive": self.name,
            "archives": archives(self.datasette) if self.named else [],
            "named": self.named,
            "tables": self.datasette.urls.database(self.name),
            "nonce": nonce,
            **words.FILTERS,
        }
        text = await self.datasette.render_template(template, context, request=request)
        return Response.html(text, headers=headers(nonce, frames=frames))

    @staticmethod
    def json(data: Any) -> Any:
        """The same page for programs."""
        return Response.json(data, headers=SANDBOX)


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


def number(request: Any) -> int:
    """The snapshot that the address names; SQLite's largest number at most."""
    return min(int(request.url_vars["id"]), 2**63 - 1)
