"""One walk over a page's elements that makes the document of `document.py`.

The walk is a loop, not a recursion, and what it builds is at most `DEEPEST` containers deep:
wrappers leave no trace, and a list or quote that is nested deeper counts as one. A tree nested
100,000 deep therefore costs neither the stack here nor in the writers, and loses no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from clipper.extract import math
from clipper.extract.addresses import Addresses
from clipper.extract.document import (
    Block,
    Cell,
    Definition,
    Footnote,
    Heading,
    Item,
    Kind,
    Link,
    Listing,
    Marks,
    Paragraph,
    Part,
    Row,
    Run,
)
from clipper.extract.inline import add, collapse, paragraphs
from clipper.extract.notes import Notes, find
from clipper.extract.tables import Facts

DEEPEST = 60

Closer = Callable[[], None]


class Skip:
    """What a handler answers when the walk shall not go into the element."""


SKIP = Skip()
Answer = Closer | Skip | None
Handler = Callable[["Walk", HtmlElement], Answer]

_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_DISPLAY = re.compile(r"display\s*:\s*(?:block|flex|grid|table(?!-c)|list-item)", re.I)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_NORMAL = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)", re.I)
_ITALIC = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.I)
_UNSEEN = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader(?:-text)?|katex-html|MathJax_Preview"
    r"|MathJax(?:_Display|_SVG|_CHTML)|mw-editsection)(?:$|\s)"
)
# Inside these aria-hidden is decoration; on a block it is often a page's own carousel or fold.
_DECORATION = frozenset(("span", "i", "a", "b", "svg", "em", "sup"))

_BLOCKS = """
address article aside body center details dialog dir div fieldset footer form header hgroup
html main menu nav noframes p section legend optgroup search frameset multicol
"""
BLOCKS = frozenset(_BLOCKS.split())
_IGNORED = """
style template head title meta link base svg canvas button select option textarea datalist map
area input param col colgroup frame applet
"""
IGNORED = frozenset(_IGNORED.split())
MARKS = {
    "b": "strong", "strong": "strong", "em": "em", "i": "em", "var": "em", "dfn": "em",
    "code": "code", "tt": "code", "kbd": "code", "samp": "code", "del": "del", "s": "del",
    "strike": "del", "sup": "sup", "sub": "sub", "mark": "mark", "ins": "ins", "u": "u",
    "small": "small",
}  # fmt: skip


class Walk:
    """The state of one walk: the container that blocks go to, the open runs, and their marks."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        skip: Container[HtmlElement] = (),
        shown: Container[HtmlElement] = (),
        handlers: Mapping[str, Handler],
    ) -> None:
        self.addresses = addresses
        self.skip = skip
        self.shown = shown  # though the page hides them
        self.handlers = handlers
        self.blocks: list[Part] = []
        self.runs: list[Run] = []
        self.marks: Marks = ()
        self.role = ""  # of the paragraphs that are made
        self.depth = 0
        self.seen: set[str] = set()  # addresses of images
        self.notes = Notes()
        self.root = HtmlElement()  # of the page
        self.tex: re.Pattern[str] | Literal[False] | None = False  # not looked for yet
        self.in_note = False
        self.tables: list[Facts] = []  # of the tables that are open

    # -- the walk

    def read(self, nodes: Sequence[HtmlElement]) -> list[Block]:
        """The blocks of the nodes and everything under them; the tree is not changed."""
        self.notes = find(nodes)
        self.root = nodes[0].getroottree().getroot() if nodes else self.root
        for node in nodes:
            self._walk(node)
            self.flush()
        return gathered(self.blocks)

    def _walk(self, root: HtmlElement) -> None:
        closers: list[Closer | None] = []
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if event == "start":
                answer = self._open(node, root=node is root)
                if answer is SKIP:
                    closers.append(None)
                    walk.skip_subtree()
                    continue
                closers.append(answer)  # type: ignore[arg-type]  # SKIP is the one other
                if text := node.text:
                    self.write(text)
                continue
            if event == "end" and (closer := closers.pop()):
                closer()
            if (text := node.tail) and node is not root:
                self.write(text)

    def _open(self, node: HtmlElement, *, root: bool) -> Answer:
        if node in self.skip:
            return SKIP
        tag = str(node.tag)
        if tag in IGNORED:
            return SKIP
        attributes = node.attrib
        style = ""
        if attributes:
            style = attributes.get("style") or ""
            if not root and node not in self.shown and self._hidden(node, style):
                return SKIP
        if self.notes.notes and (label := self.notes.notes.get(node)):
            return self._note(label)
        if handler := self.handlers.get(tag):
            return handler(self, node)
        if mark := MARKS.get(tag):
            if mark == "strong" and style and _NORMAL.search(style):
                return None
            return self.marked(mark)
        if tag in BLOCKS:
            self.flush()
            return self._styled(style, self.flush) if style else self.flush
        return self._styled(style, None) if style else None

    def styled(self, node: HtmlElement) -> Closer | None:
        """What the inline style of an element without a meaning of its own asks for."""
        style = node.get("style")
        return self._styled(style, None) if style else None

    def _note(self, label: str) -> Closer:
        self.in_note = self.depth < DEEPEST  # deeper, `finish` is never called

        def finish(blocks: list[Block]) -> None:
            self.in_note = False
            if blocks and isinstance(blocks[0], Paragraph) and not any(r.text.strip("[]() ") for r in blocks[0].runs):
                blocks = blocks[1:]  # what stood around its number, which led back
            self.append(Footnote(label, blocks))

        return self.inside(finish)

    def _hidden(self, node: HtmlElement, style: str) -> bool:
        if node.get("hidden") is not None and node.get("hidden") != "until-found":
            return True
        if style and _HIDDEN.search(style):
            return True
        if (name := node.get("class")) and _UNSEEN.search(name):
            return True
        if node.get("aria-hidden") == "true" and node.tag in _DECORATION:
            return next(node.iter("img"), None) is None
        return False

    def _styled(self, style: str, closer: Closer | None) -> Closer | None:
        """Bold, italic and block as an editor's inline style says them."""
        if closer is None and _DISPLAY.search(style):
            self.flush()
            closer = self.flush
        marks = self.marks
        if _BOLD.search(style):
            marks = add(marks, "strong")
        if _ITALIC.search(style):
            marks = add(marks, "em")
        return self.under(marks, closer) if marks is not self.marks else closer

    # -- runs

    def write(self, text: str) -> None:
        """Text of the page, its white space folded."""
        if not self.runs and text.isspace():
            return
        if _may_be_tex(text) and "code" not in self.marks and (delimiters := self._tex()):
            for before, tex, display in math.apart(text, delimiters):
                if before := collapse(before):
                    self.runs.append(Run(before, self.marks))
                if tex:
                    self.runs.append(Run(tex, self.marks, Kind.MATH, display=display))
        elif text := collapse(text):
            self.runs.append(Run(text, self.marks))

    def _tex(self) -> re.Pattern[str] | None:
        """What marks TeX in this page's text; looked for once, and only on pages that may have some."""
        if self.tex is False:
            self.tex = math.delimiters_of(self.root)
        return self.tex

    def put(self, run: Run) -> None:
        """A run that is not text."""
        self.runs.append(run)

    def under(self, marks: Marks, closer: Closer | None = None) -> Closer:
        """Sets the marks until the element ends."""
        before, self.marks = self.marks, marks

        def close() -> None:
            if closer:
                closer()
            self.marks = before

        return close

    def marked(self, mark: str) -> Closer:
        """One more mark until the element ends."""
        return self.under(add(self.marks, mark))

    def linked(self, url: str) -> Closer:
        """A link until the element ends; a link within a link replaces it."""
        kept = tuple(mark for mark in self.marks if not isinstance(mark, Link))
        return self.under((*kept, Link(url)))

    def flush(self) -> None:
        """Ends the paragraph that is open."""
        if self.runs:
            runs, self.runs = self.runs, []
            for tidy in paragraphs(runs):
                self.blocks.append(Paragraph(tidy, self.role))

    # -- containers

    def inside(self, finish: Callable[[list[Block]], None], *, role: str | None = None) -> Closer:
        """Collects the blocks up to the element's end and hands them to `finish`."""
        return self.parts(lambda parts: finish(gathered(parts)), role=role)

    def parts(self, finish: Callable[[list[Part]], None], *, role: str | None = None) -> Closer:
        """Collects items, rows and the like as they are, for the list or table around them.

        `finish` runs with the outer container in place again. Deeper than `DEEPEST` containers it
        is not called: the parts then simply join those around.
        """
        self.flush()
        if self.depth >= DEEPEST:
            return self.flush
        self.depth += 1
        outer, self.blocks = self.blocks, []
        outer_role = self.role
        if role is not None:
            self.role = role

        def close() -> None:
            self.flush()
            inner, self.blocks = self.blocks, outer
            self.role = outer_role
            self.depth -= 1
            finish(inner)

        return close

    def append(self, *parts: Part) -> None:
        """Finished parts after those that are there."""
        self.flush()
        self.blocks.extend(parts)


def _may_be_tex(text: str) -> bool:
    """Whether a formula can stand in it, however the page marks them: one dollar is a price."""
    if "$" in text and text.count("$") > 1:
        return True
    return "\\" in text and ("\\(" in text or "\\[" in text)


def gathered(parts: list[Part]) -> list[Block]:
    """Blocks alone: stray items become a list; stray cells and definitions what they hold."""
    out: list[Block] = []
    items: list[Item] | None = None
    for part in parts:
        if isinstance(part, Item):
            if items is None:
                items = []
                out.append(Listing(items))
            items.append(part)
            continue
        items = None
        if isinstance(part, Cell | Definition):
            out.extend(part.blocks)
        elif isinstance(part, Row):
            out.extend(block for cell in part.cells for block in cell.blocks)
        else:
            out.append(part)
    return out


def line_of(blocks: list[Block]) -> tuple[list[Run], list[Block]]:
    """The runs of all paragraphs as one line, and the blocks that are no paragraphs."""
    runs: list[Run] = []
    rest: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            if runs:
                runs.append(Run(" "))
            runs.extend(Run(" ") if run.kind is Kind.BREAK else run for run in block.runs)
        else:
            rest.append(block)
    return [run for tidy in paragraphs(runs) for run in tidy], rest
