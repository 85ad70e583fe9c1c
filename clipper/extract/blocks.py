"""A page as blocks: each block element with the text that is its own, in document order.

What every candidate for the article is made of. A row of a data table is one block, because its
cells alone say nothing; the rows of a layout table are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from clipper.extract.page import BLOCKS, SILENT, squeezed

__all__ = ["Node", "nodes_of"]

# A row that holds one of these lays out the page; so does one with this much text.
NOT_IN_A_ROW = ("table", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "form", "blockquote", "pre", "iframe")
ROW_LENGTH = 1500  # characters
HIDDEN = re.compile(r"display\s*:\s*none", re.I)
NAMES_LENGTH = 200  # characters of class, id, role and itemprop that are looked at
INNER_LENGTH = 120  # and of the classes of the inline elements in a block


@dataclass(slots=True, eq=False)
class Node:
    """A block element: what it is called, the text that is its own, and sums over what it holds."""

    element: HtmlElement
    tag: str
    parent: int  # index of the block element around it; the first node's is 0, itself
    depth: int  # block elements around it
    names: str = ""
    inner: str = ""  # classes of inline elements in its own text
    hidden: bool = False  # it, or an element around it, says display: none
    whole: bool = False  # a row of a data table: its cells are part of it
    parts: list[str] = field(default_factory=list)
    text: str = ""
    letters: str = ""  # of the text: letters and digits alone
    linked: int = 0  # how many of them are in links
    own_commas: int = 0  # in the text
    total: int = 0  # letters in it and in the blocks below it
    total_linked: int = 0
    blocks: int = 0  # blocks with text, itself included
    commas: int = 0
    long_blocks: int = 0


def nodes_of(root: HtmlElement) -> list[Node]:
    """The block elements of the page, parents first, the root before all; sums are filled in."""
    nodes = _Reading(root).nodes
    for node in nodes:
        node.text = "".join(node.parts)
        node.parts = []
        node.letters = squeezed(node.text)
    return nodes


class _Reading:
    """One walk over the tree, without recursion: pages nest 100,000 deep."""

    def __init__(self, root: HtmlElement) -> None:
        self.nodes = [Node(root, "html", 0, 0)]
        self.current = 0
        self.links = 0  # open links
        self.row: HtmlElement | None = None  # the open row of a data table
        self._walk(root)

    def _walk(self, root: HtmlElement) -> None:
        stack: list[tuple[HtmlElement, bool]] = [(root, False)]
        while stack:
            element, leaving = stack.pop()
            if leaving:
                self._leave(element)
            elif not isinstance(element.tag, str) or element.tag in SILENT:
                pass
            else:
                if element is not root:
                    self._enter(element)
                self._say(element.text)
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
            if element is not root:
                self._say(element.tail)

    def _enter(self, element: HtmlElement) -> None:
        tag = str(element.tag)
        if tag in BLOCKS and self.row is None:
            if tag == "tr" and _holds_data(element):
                self.row = element
            above = self.nodes[self.current]
            node = Node(element, tag, self.current, above.depth + 1, hidden=above.hidden, whole=self.row is element)
            if element.attrib:
                get = element.get
                names = f"{get('class') or ''} {get('id') or ''} {get('role') or ''} {get('itemprop') or ''}"
                node.names = names[:NAMES_LENGTH].strip()
                node.hidden = node.hidden or _says_hidden(element)
            self.current = len(self.nodes)
            self.nodes.append(node)
            return
        node = self.nodes[self.current]
        if tag == "a":
            self.links += 1
        elif tag == "br":
            node.parts.append("\n")
        if (name := element.get("class")) and len(node.inner) < INNER_LENGTH:
            node.inner += f" {name}"

    def _leave(self, element: HtmlElement) -> None:
        if element is self.nodes[0].element:
            return
        if element is self.row:
            self.row = None
        if element.tag in BLOCKS:
            if self.row is None:
                self.current = self.nodes[self.current].parent
            else:
                self.nodes[self.current].parts.append(" ")
        elif element.tag == "a":
            self.links -= 1

    def _say(self, text: str | None) -> None:
        if not text:
            return
        node = self.nodes[self.current]
        node.parts.append(text)
        if self.links:
            node.linked += len(squeezed(text))


def _holds_data(row: HtmlElement) -> bool:
    if next(row.iterdescendants(*NOT_IN_A_ROW), None) is not None:
        return False
    length = 0
    for text in row.itertext():
        length += len(text)
        if length > ROW_LENGTH:
            return False
    return True


def _says_hidden(element: HtmlElement) -> bool:
    return element.get("hidden") is not None or HIDDEN.search(element.get("style") or "") is not None
