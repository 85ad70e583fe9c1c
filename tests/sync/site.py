"""A small site with a feed, and `clip` as tests call it."""

from __future__ import annotations

from collections.abc import Callable

from tests.fetch.server import page

TEXT = b"".join(b"<p>The pressure held at pump %d, and nobody was called out.</p>" % n for n in range(20))
HTML = "Content-Type: text/html"
XML = "Content-Type: application/xml"


def article(title: str) -> bytes:
    return page(
        b"<html><title>%s</title><article><h1>%s</h1>%s</article></html>" % (title.encode(), title.encode(), TEXT), HTML
    )


def feed(base: str, *names: str) -> bytes:
    items = "".join(f"<item><title>{name}</title><link>{base}/{name}</link></item>" for name in names)
    text = f"<rss version='2.0'><channel><title>Pumps</title><link>{base}/home</link>{items}</channel></rss>"
    return page(text.encode(), XML)


Command = Callable[..., int]
Site = tuple[str, dict[str, bytes]]  # its base, and its answers by path
