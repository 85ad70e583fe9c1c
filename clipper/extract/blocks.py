"""A page as blocks and as lines, from one walk over its tree; nothing is changed.

A block is a block element with the text that is its own, in document order: what every candidate for
the article is made of. A row of a data table is one block, because its cells alone say nothing; the
rows of a layout table are not. A line is a stretch of text between the borders of blocks, whatever
they are: what judging a page and learning its site look at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.page import BLOCKS, SILENT, squeezed
from clipper.extract.plain import count_words
from clipper.extract.steps import steps_of

__all__ = ["Line", "Node", "Reading"]

# A row that holds one of these lays out the page; so does one with this much text.
NOT_IN_A_ROW = ("table", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "form", "blockquote", "pre", "iframe")
ROW_LENGTH = 1500  # characters
HIDDEN = re.compile(r"display\s*:\s*none", re.I)
NAMES_LENGTH = 200  # characters of class, id, role and itemprop that are looked at
INNER_LENGTH = 120  # and of the classes of the inline elements in a block


@dataclass(slots=True)
class Line:
    """A stretch of text between the borders of blocks, and the element that it is directly in."""

    element: HtmlElement
    text: str  # white space folded
    words: int
    linked: int  # of the words, those in links

    @property
    def own(self) -> int:
        """The words outside links."""
        return self.words - self.linked


@dataclass(slots=True, eq=False)
class Node:
    """A block element: what it is called, the text that is its own, and sums over what it holds."""

    element: HtmlElement
    tag: str
    parent: int  # index of the block element around it; the first node's is 0, itself
    depth: int  # block elements around it
    hidden: bool = False  # it, or an element around it, says display: none
    whole: bool = False  # a row of a data table: its cells are part of it
    names: str = ""
    inner: str = ""  # classes of inline elements in its own text
    text: str = ""
    letters: str = ""  # of the text: letters and digits alone
    linked: int = 0  # how many of them are in links
    own_commas: int = 0  # in the text
    total: int = 0  # letters in it and in the blocks below it
    total_linked: int = 0
    blocks: int = 0  # blocks with text, itself included
    commas: int = 0
    long_blocks: int = 0


class Reading:
    """One walk over the tree, without recursion: pages nest 100,000 deep.

    `nodes` are the block elements of the page, parents first, the root before all, without their sums;
    `lines` are the lines in document order. What no reader sees (scripts, templates) is in neither.
    `steps` is the walk, for who looks at the elements again.
    """

    def __init__(self, root: HtmlElement) -> None:
        self.nodes = [Node(root, "html", 0, 0)]
        self.lines: list[Line] = []
        self.steps = steps_of(root)
        self._current = 0
        self._row: HtmlElement | None = None  # the open row of a data table
        self._said: list[str] = []  # of the stretch that is being gathered
        self._linked: list[str] = []  # what of it is in links
        self._parts: dict[int, list[str]] = defaultdict(list)  # what each block says, by its index
        self._links: dict[int, list[str]] = defaultdict(list)  # what of it is in links
        self._walk(root)
        for n, parts in self._parts.items():
            _say(self.nodes[n], "".join(parts), "".join(self._links.get(n, ())))
        self._parts.clear()
        self._links.clear()

    def _walk(self, root: HtmlElement) -> None:
        links = 0  # open ones
        owner = root  # of the stretch: the element that it is directly in
        silent: HtmlElement | None = None  # an open one
        said, linked = self._said, self._linked
        if root.text:
            said.append(root.text)
        for begins, element, tag, text, attributes in self.steps[1:-1]:
            if silent is not None:
                if element is not silent:
                    continue
                silent = None
            elif tag in BLOCKS:
                if said:
                    self._ended(owner)
                if begins:
                    owner = element
                    self._opened(element, tag, attributes)
                else:
                    owner = element.getparent()
                    self._closed(element)
            elif begins:
                if tag in SILENT:
                    silent = element
                    continue
                if tag == "a":
                    links += 1
                elif tag == "br":
                    said.append("\n")
                if attributes:
                    self._within(attributes)
            elif tag == "a":
                links -= 1
            if text:
                said.append(text)
                if links:
                    linked.append(text)
        if said:
            self._ended(owner)

    def _opened(self, element: HtmlElement, tag: str, attributes: Mapping[str, str]) -> None:
        if self._row is not None:
            self._within(attributes)
            return
        whole = tag == "tr" and _holds_data(element)
        if whole:
            self._row = element
        above = self.nodes[self._current]
        node = Node(element, tag, self._current, above.depth + 1, above.hidden, whole)
        if attributes:
            get = attributes.get
            names = f"{get('class') or ''} {get('id') or ''} {get('role') or ''} {get('itemprop') or ''}"
            node.names = names[:NAMES_LENGTH].strip()
            node.hidden = above.hidden or _says_hidden(get("hidden"), get("style"))
        self._current = len(self.nodes)
        self.nodes.append(node)

    def _within(self, attributes: Mapping[str, str]) -> None:
        """An element in the text of a block."""
        if name := attributes.get("class"):
            node = self.nodes[self._current]
            if len(node.inner) < INNER_LENGTH:
                node.inner += f" {name}"

    def _closed(self, element: HtmlElement) -> None:
        if element is self._row:
            self._row = None
        if self._row is None:
            self._current = self.nodes[self._current].parent
        else:
            self._parts[self._current].append(" ")

    def _ended(self, owner: HtmlElement) -> None:
        """A stretch ends: it is a part of its block's text, and a line if there is anything in it."""
        said, linked = self._said, self._linked
        text = said[0] if len(said) == 1 else "".join(said)
        self._parts[self._current].append(text)
        if not text.isspace():  # two of three are but space between elements
            line = " ".join(text.split())
            words, link = count_words(line), 0
            if linked:
                self._links[self._current].append("".join(linked))
                alone = len(linked) == 1 and linked[0].strip() == line
                link = words if alone else count_words(" ".join(linked))
            self.lines.append(Line(owner, line, max(words, link), link))
        said.clear()
        linked.clear()


def _say(node: Node, text: str, linked: str) -> None:
    """Give a block its text, of which so much is in links."""
    node.text = text
    if text.isspace():
        return
    node.letters = squeezed(text)
    if linked:
        node.linked = len(node.letters if linked.strip() == text.strip() else squeezed(linked))


def _holds_data(row: HtmlElement) -> bool:
    if next(row.iterdescendants(*NOT_IN_A_ROW), None) is not None:
        return False
    length = 0
    for text in row.itertext():
        length += len(text)
        if length > ROW_LENGTH:
            return False
    return True


def _says_hidden(hidden: str | None, style: str | None) -> bool:
    return hidden is not None or (style is not None and HIDDEN.search(style) is not None)
