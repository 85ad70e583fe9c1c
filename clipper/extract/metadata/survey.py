"""One walk over the page that notes everything metadata is chosen from.

The body becomes lines (one for each block's own text, in order), spots (elements whose attributes
say that they hold a name, a date or a title) and zones (stretches of lines that are not the
article's: navigation, comments, related pages). The head becomes a table of meta elements.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from clipper.extract.metadata.attributes import Kind, kind_of
from clipper.extract.page import BLOCKS, squeezed
from clipper.extract.steps import Step

__all__ = ["Kind", "Spot", "Survey", "brief", "letters", "line", "survey"]

SKIPPED = frozenset("script style template head iframe select option textarea svg object math".split())
BREAKS = BLOCKS | {"br"}
APART = frozenset("nav aside footer figure figcaption".split())
HEADINGS = frozenset("h1 h2 h3 h4".split())
TELLING = APART | HEADINGS | {"time"}  # whatever their attributes
HOLDS = ~(Kind.APART | Kind.COMMENT)  # a name, a date, a title
ELEMENTS = 40_000  # of the body that are looked at, on any page
SPOTS = 3_000
MARKUP = 200  # elements within one that is read as a byline or a date
TITLE = 400  # characters
META = 4_000  # characters of one meta element
LINES = 6_000  # beyond these nothing is noted: the article's head and end have been passed
AFTER = 120  # lines after the article's last that may still name its author
UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\ufeff]")
SPOT_TEXT = 300  # characters; an element that holds more is a container, not a name or a date
LONG = 60  # bytes of a line by which the article is known; menus have shorter ones
FINGERPRINT = 18  # characters by which a line of the article is known again


@dataclass(slots=True)
class Spot:
    """An element whose attributes say what it holds, and the line that its text begins on."""

    kind: int
    element: HtmlElement
    line: int
    tag: str


@dataclass(slots=True)
class Survey:
    """What one walk found. `apart[n]` says that line n lies outside of the article's own part."""

    lines: list[str] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    headings: list[Spot] = field(default_factory=list)
    zones: list[tuple[int, int, int]] = field(default_factory=list)
    apart: bytearray = field(default_factory=bytearray)
    meta: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)  # JSON-LD
    code: list[HtmlElement] = field(default_factory=list)  # every other script
    title: str | None = None
    canonical: str | None = None  # as it is written
    at: list[int] = field(default_factory=list)  # the lines that the article has too
    first: int = 0  # the article's first line
    last: int = 0  # and its last

    def said(self, *names: str) -> Iterator[str]:
        """The contents of the meta elements of these names, in the names' order."""
        for name in names:
            yield from self.meta.get(name, ())

    def near(self, number: int) -> bool:
        """Whether the line lies in the article's part of the page."""
        return number >= len(self.apart) or not self.apart[number]

    def bounds(self) -> None:
        """Where the article begins and ends, lines apart from it left out."""
        inside = [n for n in self.at if not self.apart[n]]
        if inside:
            self.first, self.last = inside[0], inside[-1]

    def mark(self, title: int | None) -> None:
        """Mark what lies apart from the article, whose title stands on this line."""
        if self.apart and (title is None or self.near(title)):
            return  # it is marked, and no zone is around the title
        self.apart = bytearray(len(self.lines) + 1)
        for start, end, kind in self.zones:
            # A zone around the title or much of the article is a frame whose class says too much.
            inside = bisect_left(self.at, end) - bisect_left(self.at, start)
            if 2 * inside > len(self.at) if self.at else 2 * (end - start) > len(self.lines):
                continue
            if title is not None and start <= title < end:
                continue
            self.apart[start:end] = (b"\x02" if kind & Kind.COMMENT else b"\x01") * (end - start)


def survey(root: HtmlElement, text: str, steps: Sequence[Step]) -> Survey:
    """Note everything; `text` is the article's, by which its lines are known again, `steps` are the page's."""
    found = Survey()
    _head(root, found)
    body = root.find("body")
    known = {
        mark
        for said in text.splitlines()
        if len(mark := "".join(said[: 4 * FINGERPRINT].split())[:FINGERPRINT]) == FINGERPRINT
    }
    _walk(body if body is not None else root, steps, found, known)
    found.first, found.last = (found.at[0], found.at[-1]) if found.at else (0, max(0, len(found.lines) - 1))
    found.mark(None)
    found.bounds()
    return found


def line(text: str | None) -> str:
    """The text on one line, without soft hyphens and marks of direction."""
    if not text:
        return ""
    return " ".join((text if text.isascii() else UNSEEN.sub("", text)).split())


@lru_cache(maxsize=8192)
def letters(text: str) -> str:
    """Letters and digits alone, in lower case: what two spellings of a title share."""
    return squeezed(text.lower())


def brief(element: HtmlElement, limit: int = SPOT_TEXT) -> str:
    """The element's text on one line; empty if it is longer than `limit`."""
    if not len(element):  # three of four: without a walk
        said = element.text or ""
        return line(said) if len(said.strip()) <= limit else ""
    parts: list[str] = []
    size = 0
    walk = etree.iterwalk(element, events=("start", "end"))
    for number, (event, node) in enumerate(walk):
        if number > 2 * MARKUP:
            return ""
        if event == "start":
            if node.tag in SKIPPED and node is not element:
                walk.skip_subtree()
                continue
            piece = node.text
            if node.tag in BREAKS:
                parts.append("\n")
        else:
            if node.tag in BREAKS:
                parts.append("\n")
            piece = node.tail if node is not element else None
        if piece:
            parts.append(piece)
            size += len(piece.strip())
            if size > limit:
                return ""
    return line("".join(parts))


def _head(root: HtmlElement, found: Survey) -> None:
    for element in root.iter("meta", "title", "script", "link"):
        if element.tag == "link":
            if found.canonical is None and "canonical" in (element.get("rel") or "").lower().split():
                found.canonical = element.get("href") or None
        elif element.tag == "title":
            if found.title is None and element.getparent() is not None and element.getparent().tag != "svg":
                found.title = line(element.text_content()[: 4 * TITLE])[:TITLE] or None
        elif element.tag == "script":
            if "ld+json" not in (element.get("type") or "").lower():
                found.code.append(element)
            elif element.text:
                found.scripts.append(element.text)
        else:
            _meta(element, found)


def _meta(element: HtmlElement, found: Survey) -> None:
    content = line((element.get("content") or element.get("value") or "")[:META])
    if not content:
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        if name := element.get(attribute):
            for word in name.lower().split() if attribute == "property" else (name.lower().strip(),):
                found.meta.setdefault(word, []).append(content)


def _walk(body: HtmlElement, steps: Sequence[Step], found: Survey, known: set[str]) -> None:
    """Lines, spots, headings and zones, in one pass."""
    parts: list[str] = []
    lines = found.lines
    open_zones: list[tuple[HtmlElement, int, int]] = []
    skipped: HtmlElement | None = None  # an open one
    for begins, node, tag, piece, attributes in _within(body, steps):
        if skipped is not None:
            if node is not skipped:
                continue
            skipped = None
        elif begins and tag in SKIPPED:
            skipped = node
            continue
        if parts and tag in BREAKS:
            _flush(parts, found, known)
            if begins and len(lines) > AFTER and _passed(found, known):
                break
        if begins:
            kind = kind_of(attributes, tag) if attributes else 0
            if kind or tag in TELLING:
                if tag in APART:
                    kind |= Kind.APART
                _note(node, tag, kind, found)
                if kind & Kind.APART and node is not body:
                    open_zones.append((node, len(lines), kind))
        elif open_zones and open_zones[-1][0] is node:
            _, start, kind = open_zones.pop()
            found.zones.append((start, len(lines), kind))
        if piece and (parts or not piece.isspace()):
            parts.append(piece)
    _flush(parts, found, known)
    found.zones.extend((start, len(lines), kind) for _, start, kind in open_zones)


def _within(body: HtmlElement, steps: Sequence[Step]) -> Iterator[Step]:
    """The steps from the body's beginning to its end, or as many as are looked at."""
    first = next(n for n, step in enumerate(steps) if step[1] is body)
    last = next(n for n in range(len(steps) - 1, first, -1) if steps[n][1] is body)
    return islice(steps, first, min(last, first + 2 * ELEMENTS) + 1)


def _passed(found: Survey, known: set[str]) -> bool:
    """Whether the walk is well behind the article's end."""
    return len(found.lines) > LINES or (
        bool(found.at) and len(found.at) > len(known) and len(found.lines) > found.at[-1] + AFTER
    )


def _flush(parts: list[str], found: Survey, known: set[str]) -> None:
    if text := " ".join("".join(parts).split()):
        if (
            len(text) >= FINGERPRINT
            and (len(text) >= LONG or (not text.isascii() and len(text.encode()) >= LONG))
            and (mark := "".join(text[: 2 * FINGERPRINT].split())[:FINGERPRINT]) in known
        ):
            found.at.append(len(found.lines))
            known.discard(mark)  # what is said again is a teaser
        found.lines.append(text)
    parts.clear()


def _note(node: HtmlElement, tag: str, kind: int, found: Survey) -> None:
    heads = tag in HEADINGS
    if not (heads or kind & HOLDS or tag == "time"):
        return
    spot = Spot(kind, node, len(found.lines), tag)
    if heads:
        found.headings.append(spot)
    if (kind & HOLDS or tag == "time") and len(found.spots) < SPOTS:
        found.spots.append(spot)
