"""What a body is when it is no web page: told by its first bytes, then by its type.

The type alone is no proof: servers send pictures as text/html and pages as application/octet-stream.
"""

from __future__ import annotations

import json
import re

from clipper.models import Capture, Verdict

__all__ = ["no_page"]

MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF87a", "a picture"), (b"GIF89a", "a picture"), (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"), (b"\x00\x00\x01\x00", "a picture"),
    (b"PK\x03\x04", "a ZIP or office file"), (b"\xd0\xcf\x11\xe0", "an office file"),
    (b"\x1f\x8b", "a compressed file"), (b"BZh91AY", "a compressed file"), (b"\xfd7zXZ", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"), (b"7z\xbc\xaf", "a compressed file"), (b"Rar!\x1a", "a compressed file"),
    (b"ID3\x03", "a sound"), (b"ID3\x04", "a sound"), (b"OggS", "a sound or film"), (b"fLaC", "a sound"), (b"\x1a\x45\xdf\xa3", "a film"),
    (b"\x7fELF", "a program"), (b"MZ\x90\x00", "a program"), (b"SQLite format 3\x00", "an SQLite database"),
)  # fmt: skip
TYPES = (
    (re.compile(r"^image/"), "a picture"),
    (re.compile(r"^audio/"), "a sound"),
    (re.compile(r"^video/"), "a film"),
    (re.compile(r"^font/|^application/font"), "a font"),
    (re.compile(r"[/+]json\b"), "JSON, which is data and no page"),
    (re.compile(r"^text/css"), "a style sheet"),
    (re.compile(r"[/-](java|ecma)script\b"), "a script"),
    (re.compile(r"^text/csv"), "a table as CSV"),
)
PAGE_TYPES = re.compile(r"html|xml|text/plain|^$")
START = 4096  # bytes in which a page or an XML file says what it is
PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?!\s+html)[^>\[]*(?:\[.*?\]\s*)?>)*", re.S | re.I)
ROOT = re.compile(r"<([A-Za-z][\w.-]*(?::[\w.-]+)?)")
ROOTS = {
    "rss": (Verdict.FEED, "RSS"),
    "rdf:rdf": (Verdict.FEED, "RSS"),
    "feed": (Verdict.FEED, "Atom"),
    "opml": (Verdict.FEED, "OPML, a list of feeds"),
    "urlset": (Verdict.NOT_HTML, "it is a site map, a list of addresses"),
    "sitemapindex": (Verdict.NOT_HTML, "it is a list of site maps"),
    "svg": (Verdict.NOT_HTML, "it is a picture"),
}
JSON_FEED = "https://jsonfeed.org/version/"


def no_page(capture: Capture) -> tuple[Verdict, str] | None:
    """The verdict on what is no web page, and what it is; None for what may be one."""
    body, kind = capture.body, (capture.content_type or "").lower()
    if name := _by_bytes(body):
        return Verdict.NOT_HTML, f"it is {name}"
    start = _text(body[:START])
    if start.lstrip().startswith(("{", "[")) and (found := _json(body)):
        return found
    root = ROOT.match(start, _end_of_prolog(start))
    if root and (found := ROOTS.get(root[1].lower())):
        return found
    if "<html" in start.lower() or (PAGE_TYPES.search(kind) and not _other_xml(kind, root)):
        return None
    for pattern, name in TYPES:
        if pattern.search(kind):
            return Verdict.NOT_HTML, f"it is {name}"
    return Verdict.NOT_HTML, f"it is XML with the root <{root[1]}>" if root and "xml" in kind else f"its type is {kind}"


def _by_bytes(body: bytes) -> str | None:
    for magic, name in MAGIC:
        if body.startswith(magic):
            return name
    if body[:4] == b"RIFF":
        return "a picture" if body[8:12] == b"WEBP" else "a sound or film"
    if body[4:8] == b"ftyp":
        return "a picture" if body[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1") else "a film"
    return None


def _text(start: bytes) -> str:
    """The beginning as text, as far as tags go; of UTF-16 every other byte is left out."""
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"").decode("latin-1")


def _end_of_prolog(start: str) -> int:
    match = PROLOG.match(start)
    return match.end() if match else 0


def _json(body: bytes) -> tuple[Verdict, str] | None:
    """JSON, if all of it is, and whether it is a feed."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, dict) and str(data.get("version", "")).startswith(JSON_FEED):
        return Verdict.FEED, "JSON Feed"
    return Verdict.NOT_HTML, "it is JSON, which is data and no page"


def _other_xml(kind: str, root: re.Match[str] | None) -> bool:
    """XML by its type, of a root that no page has."""
    return bool("xml" in kind and "html" not in kind and root and root[1].lower() not in ("html", "body", "head"))
