"""Which address leads to which view."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from clipper.datasette_plugin import atom, evidence, health, memento, pages
from clipper.datasette_plugin.door import BASE
from clipper.datasette_plugin.host import Response

__all__ = ["ROUTES"]

KINDS = {"css": "text/css", "js": "text/javascript"}


def shipped(name: str) -> Callable[..., Any]:
    """A view that answers with a file from beside this module."""

    async def view() -> Any:
        text = files("clipper.datasette_plugin").joinpath("static", name).read_text("utf-8")
        kind = KINDS[name.rpartition(".")[2]]
        return Response(
            body=text, headers=BASE | {"Cache-Control": "max-age=3600"}, content_type=f"{kind}; charset=utf-8"
        )

    return view


VERSION = r"^/-/clips/(?P<id>\d+)"
JSON = r"(?P<json>\.json)?$"
ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (rf"^/-/clips{JSON}", pages.show_library),
    (rf"{VERSION}{JSON}", pages.read),
    (rf"{VERSION}/diff{JSON}", pages.difference),
    (rf"{VERSION}/evidence{JSON}", evidence.evidence),
    (rf"{VERSION}\.md$", pages.markdown),
    (rf"{VERSION}/page$", evidence.captured),
    (rf"{VERSION}/source$", evidence.source),
    (rf"{VERSION}/raw$", evidence.raw),
    (rf"{VERSION}\.warc\.gz$", evidence.warc),
    (r"^/-/clips/(?P<kind>picture|thumb)/(?P<id>\d+)$", pages.picture),
    (r"^/-/clips/compare$", pages.compare),
    (rf"^/-/clips/health{JSON}", health.health),
    (r"^/-/clips/changes\.atom$", atom.changes),
    (r"^/timegate/(?P<url>.+)$", memento.timegate),
    (r"^/timemap/(?P<kind>link|json)/(?P<url>.+)$", memento.timemap),
    (r"^/-/clips/clips\.css$", shipped("clips.css")),
    (r"^/-/clips/keys\.js$", shipped("keys.js")),
    (r"^/-/clips/tables\.css$", shipped("tables.css")),
]
