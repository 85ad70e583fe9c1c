"""A page as its lines: the text that stands in one block element, with how much of it is links.

What judging a page and learning its site both look at. One pass over the tree; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.page import BLOCKS, SILENT
from clipper.extract.plain import count_words

__all__ = ["Line", "lines_of"]


@dataclass(slots=True)
class Line:
    """A stretch of text between the borders of blocks, and the block that it is directly in."""

    element: HtmlElement
    text: str  # white space folded
    words: int
    linked: int  # of the words, those in links

    @property
    def own(self) -> int:
        """The words outside links."""
        return self.words - self.linked


class _Gathering:
    """The stretch that is being gathered."""

    def __init__(self, owner: HtmlElement) -> None:
        self.owner = owner
        self.plain: list[str] = []
        self.linked: list[str] = []
        self.all: list[str] = []

    def add(self, text: str, *, link: bool) -> None:
        self.all.append(text)
        if link:
            self.linked.append(text)

    def line(self) -> Line | None:
        text = " ".join("".join(self.all).split())
        if not text:
            return None
        linked = count_words(" ".join(self.linked)) if self.linked else 0
        return Line(self.owner, text, max(count_words(text), linked), linked)


def lines_of(root: HtmlElement) -> list[Line]:
    """The lines of the page in document order; what no reader sees (scripts, templates) is not in them."""
    return [line for gathering in _stretches(root) if (line := gathering.line())]


def _stretches(root: HtmlElement) -> Iterator[_Gathering]:
    """A text after a child block begins a new stretch of the same owner."""
    now = _Gathering(root)
    links = 0
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        if leaving:
            links -= element.tag == "a"
            if element.tag in BLOCKS:
                yield now
                parent = element.getparent()
                now = _Gathering(parent if parent is not None else root)
            if element.tail and element is not root:
                now.add(element.tail, link=links > 0)
            continue
        if not isinstance(element.tag, str) or element.tag in SILENT:
            if element.tail and element is not root:
                now.add(element.tail, link=links > 0)
            continue
        links += element.tag == "a"
        if element.tag in BLOCKS:
            yield now
            now = _Gathering(element)
        elif element.tag == "br":
            now.add(" ", link=False)
        if element.text:
            now.add(element.text, link=links > 0)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield now
