"""What is no web page is told from what is one, and named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipper.extract.kind import no_page
from clipper.models import Capture, Verdict

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
RSS = b'<?xml version="1.0"?>\n<!-- ours --><rss version="2.0"><channel><title>t</title></channel></rss>'
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>'
PAGE = b"<!DOCTYPE html><html><head><title>t</title></head><body><p>words</body></html>"


def verdict_on(body: bytes, kind: str) -> tuple[Verdict, str] | None:
    headers = (("Content-Type", kind),) if kind else ()
    return no_page(
        Capture("https://a.example/", "https://a.example/", 200, headers, body, datetime(2026, 1, 1, tzinfo=UTC))
    )


OTHERS = [
    (RSS, "application/rss+xml", Verdict.FEED, "RSS"),
    (RSS, "text/html; charset=utf-8", Verdict.FEED, "RSS"),
    (b"\xef\xbb\xbf" + RSS, "", Verdict.FEED, "RSS"),
    (RSS.decode().encode("utf-16"), "application/xml", Verdict.FEED, "RSS"),
    (b'<rdf:RDF xmlns:rdf="x"><channel/></rdf:RDF>', "text/xml", Verdict.FEED, "RSS"),
    (ATOM, "application/atom+xml", Verdict.FEED, "Atom"),
    (b'<!DOCTYPE feed [ <!ENTITY a "b"> ]>' + ATOM, "text/plain", Verdict.FEED, "Atom"),
    (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "application/json", Verdict.FEED, "JSON Feed"),
    (b'<opml version="2.0"><body/></opml>', "text/x-opml", Verdict.FEED, "OPML, a list of feeds"),
    (b'{"a": 1}', "application/json", Verdict.NOT_HTML, "it is JSON, which is data and no page"),
    (b"[1, 2]", "text/html", Verdict.NOT_HTML, "it is JSON, which is data and no page"),
    (b'{"cut', "application/ld+json", Verdict.NOT_HTML, "it is JSON, which is data and no page"),
    (b"%PDF-1.7 ...", "text/html", Verdict.NOT_HTML, "it is a PDF"),
    (b"\x89PNG\r\n\x1a\n", "text/html", Verdict.NOT_HTML, "it is a picture"),
    (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "", Verdict.NOT_HTML, "it is a picture"),
    (b"\x00\x00\x00\x20ftypavif", "", Verdict.NOT_HTML, "it is a picture"),
    (b"\x00\x00\x00\x20ftypisom", "application/octet-stream", Verdict.NOT_HTML, "it is a film"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml", Verdict.NOT_HTML, "it is a picture"),
    (b"what?", "image/jpeg", Verdict.NOT_HTML, "it is a picture"),
    (b"what?", "audio/mpeg", Verdict.NOT_HTML, "it is a sound"),
    (b"PK\x03\x04....", "application/epub+zip", Verdict.NOT_HTML, "it is a ZIP or office file"),
    (b"a{color:red}", "text/css", Verdict.NOT_HTML, "it is a style sheet"),
    (b"let a = 1", "application/javascript", Verdict.NOT_HTML, "it is a script"),
    (b"<urlset><url/></urlset>", "application/xml", Verdict.NOT_HTML, "it is a site map, a list of addresses"),
    (b"<invoice/>", "application/xml", Verdict.NOT_HTML, "it is XML with the root <invoice>"),
    (b"\x01\x02", "application/octet-stream", Verdict.NOT_HTML, "its type is application/octet-stream"),
]


@pytest.mark.parametrize(("body", "kind", "verdict", "reason"), OTHERS)
def test_what_is_no_page_is_named(body: bytes, kind: str, verdict: Verdict, reason: str) -> None:
    assert verdict_on(body, kind) == (verdict, reason)


PAGES = [
    (PAGE, "text/html"),
    (PAGE, "application/octet-stream"),
    (PAGE, ""),
    (b"<p>no frame at all", "text/html"),
    (b"<article><p>words</article>", "text/html"),
    (b"{curly words first, and no JSON} <p>words", "text/html"),
    (b"[ad] <p>words", ""),
    (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "application/xhtml+xml"),
    (b"<html><body/></html>", "application/xml"),
    (b"<p>A page about &lt;rss&gt; and <code>&lt;feed&gt;</code></p>", "text/html"),
    (b"plain words", "text/plain"),
    (b"BMW and ID3 begin a sentence", "text/plain"),
    (b"", "text/html"),
]


@pytest.mark.parametrize(("body", "kind"), PAGES)
def test_what_may_be_a_page_is_left_to_the_reader(body: bytes, kind: str) -> None:
    assert verdict_on(body, kind) is None


@pytest.mark.parametrize(
    "page", sorted(FIXTURES.glob("*/page*.html")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_the_pages_of_the_fixtures_are_pages(page: Path) -> None:
    assert verdict_on(page.read_bytes(), "text/html") is None
