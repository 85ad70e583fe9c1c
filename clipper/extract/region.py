"""Which part of the page is the article: the chosen blocks, and what belongs to them.

`choice` says which blocks of text are the article. The smallest element around them is the region;
what stands in it without a chosen block is left out when the region is rendered, except what an
article has besides text: pictures with their captions, code, headings, tables, rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.apparatus import lists_sources, notes_of, shows_contents
from clipper.extract.blocks import Reading
from clipper.extract.choice import Ask, chosen
from clipper.extract.features import Page
from clipper.extract.page import BLOCKS, around, squeezed
from clipper.extract.vocabulary import chrome, pictured

__all__ = ["Region", "find"]

NEVER_BETWEEN = frozenset("nav aside footer form header".split())
STRUCTURE = frozenset("blockquote table dl".split())
PICTURES = ("img", "picture", "video", "math", "amp-img", "iframe", "noscript")
NEVER_LEADING = frozenset("nav aside footer form".split())
CLIMBED = 8  # elements around a heading behind which its text is looked for
ABOVE = 4  # elements around the text in which its first picture is looked for
LINE = 8  # letters beside a picture that are no text
CREDIT = 60  # letters of a caption that may be a link
ROWS_IN = frozenset("table tbody".split())
PARTS_OF_A_TABLE = frozenset("tr thead tbody tfoot caption".split())
CAPTION = 400  # letters that the surroundings of a picture may have
LIST_OF_NOTES = 1.5  # times the letters of the notes that the element around them may have
HEADING = frozenset("h1 h2 h3 h4 h5 h6".split())
LISTS = frozenset(("ul", "ol"))
LEAST_ITEMS = 3  # kept of a list, with which the rest of it is kept
ITEM = 300  # letters of such a rest
PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#]|$)", re.I)


@dataclass(frozen=True, slots=True)
class Region:
    """The nodes to render, the elements below them to leave out, and those to show though hidden."""

    nodes: tuple[HtmlElement, ...]
    skip: frozenset[HtmlElement]
    shown: frozenset[HtmlElement]


def find(root: HtmlElement, read: Reading, title: str, ask: Ask) -> Region | None:
    """The article of the page; None if the page has no text."""
    if not any(node.letters for node in read.nodes):
        return None
    page = Page(root, read.nodes, title)
    kept = chosen(page, ask)
    said = [block.element for block in kept]
    top = around(said)
    notes = notes_of(root, read.steps, said)
    within = {note for note in notes if top in note.iterancestors()}
    whole = within.union(block.element for block in kept if block.whole)
    alive = _alive(top, [*said, *within])
    heading = page.blocks[page.title].element if page.title >= 0 else None
    skip = _left_out(top, alive, whole, heading)
    return Region((*_leading(top), top, *_behind(top, notes)), skip, frozenset(alive))


def _behind(top: HtmlElement, notes: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The notes that stand behind the element that holds the text, in the list that they stand in."""
    outside = [note for note in notes if top not in note.iterancestors() and note not in top.iterancestors()]
    if not outside:
        return []
    holder = around(outside)
    if holder in top.iterancestors() or len(squeezed(holder.text_content())) > LIST_OF_NOTES * sum(
        len(squeezed(note.text_content())) for note in outside
    ):
        return outside
    return [holder]


def _leading(top: HtmlElement) -> list[HtmlElement]:
    """The pictures that stand before the text within the same article."""
    found: list[HtmlElement] = []
    element = top
    for _ in range(ABOVE):
        parent = element.getparent()
        if parent is None or element.tag in ("article", "main", "body"):
            break
        for before in element.itersiblings(preceding=True):
            if isinstance(before.tag, str) and before.tag not in NEVER_LEADING:
                figures = [figure for figure in before.iter("figure") if _illustrates(figure)]
                found[:0] = figures[-1:]
        element = parent
    return found[-1:]


def _illustrates(figure: HtmlElement) -> bool:
    """Whether a figure is a picture with at most a caption, and no site's part."""
    names = f"{figure.get('class') or ''} {figure.get('id') or ''}"
    if chrome(names) or next(figure.iter("img", "amp-img"), None) is None:
        return False
    return len(squeezed(figure.text_content())) <= CAPTION


def _alive(top: HtmlElement, kept: Sequence[HtmlElement]) -> set[HtmlElement]:
    """The elements that hold a kept one, the kept ones themselves included."""
    alive = {top}
    for block in kept:
        element: HtmlElement | None = block
        while element is not None and element not in alive:
            alive.add(element)
            element = element.getparent()
    return alive


def _left_out(
    top: HtmlElement, alive: set[HtmlElement], whole: set[HtmlElement], title: HtmlElement | None
) -> frozenset[HtmlElement]:
    """The largest elements under `top` that are no part of the article; `whole` are those kept with all they hold."""
    left_out = set()
    stack = [top]
    while stack:
        element = stack.pop()
        if element in whole:
            continue
        children = [child for child in element if isinstance(child.tag, str)]
        living = [n for n, child in enumerate(children) if child in alive]
        table = element.tag in ROWS_IN and _mostly_kept(children, alive)
        data = table and 2 * sum(children[n] in whole for n in living) > len(living)
        stack.extend(children[n] for n in living if not (data and _is_row(children[n])))
        items = element.tag in LISTS and len(living) >= LEAST_ITEMS and 3 * len(living) >= 2 * len(children)
        for n, child in enumerate(children):
            if child in alive or not _is_block(child) or (table and child.tag in PARTS_OF_A_TABLE):
                continue
            if child is title or not (
                _heads(child, top, alive)
                if child.tag in HEADING
                else (items and _is_item(child))
                or lists_sources(child)
                or (child.getnext() is not None and lists_sources(child.getnext()))
                or _belongs(child, between=bool(living) and living[0] < n < living[-1])
            ):
                left_out.add(child)
    return frozenset(left_out)


def _mostly_kept(rows: Sequence[HtmlElement], alive: set[HtmlElement]) -> bool:
    """Whether a table's first row or at least half of it is kept: then the rest of it belongs to it."""
    if rows and rows[0].tag == "tr" and rows[0] in alive:
        return True
    kept = said = 0
    for row in rows:
        letters = len(squeezed(row.text_content()))
        said += letters
        kept += letters if row in alive else 0
    return 2 * kept >= said


def _is_row(element: HtmlElement) -> bool:
    """Whether it is a row as the others of a table of data are, be there a list in one of its cells."""
    return element.tag == "tr" and next(element.iter("table", "form"), None) is None


def _is_block(element: HtmlElement) -> bool:
    """Whether it makes or holds blocks: what is in a line stays with its line."""
    if element.tag in BLOCKS:
        return True
    # In Python: lxml takes longer to learn 43 tags than most such elements have parts.
    return len(element) > 0 and any(part.tag in BLOCKS for part in element.iterdescendants())


def _heads(heading: HtmlElement, top: HtmlElement, alive: set[HtmlElement]) -> bool:
    """Whether what comes after a heading is part of the article, be it in the next container."""
    element = heading
    for _ in range(CLIMBED):
        for after in element.itersiblings():
            if after in alive or lists_sources(after):
                return True
            if after.tag not in HEADING and not _of_a_heading(after) and squeezed(after.text_content()):
                return False
        parent = element.getparent()
        if parent is None or element is top or parent not in alive:  # a box of its own heads nothing else
            return False
        element = parent
    return False


def _of_a_heading(element: HtmlElement) -> bool:
    """Whether it may stand between a heading and its text: a note of where to read more, or a picture."""
    if element.get("role") == "note" or element.tag in ("script", "style", "noscript"):
        return True
    if next(element.iter(*PICTURES), None) is None or not _belongs(element, between=True):
        return False  # a picture that leads elsewhere stands for another article, and so does the heading
    return all(PICTURE_FILE.search(link.get("href") or "") for link in element.iter("a"))


def _is_item(element: HtmlElement) -> bool:
    """Whether it is an item of a few words, as its neighbours are."""
    if element.tag != "li" or _of_the_site(element) or next(element.iter(*LISTS), None) is not None:
        return False
    return len(squeezed(element.text_content())) <= ITEM


def _of_the_site(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return chrome(names) or next(element.iter(*NEVER_BETWEEN), None) is not None


def _belongs(element: HtmlElement, *, between: bool) -> bool:
    """Whether it is what an article has besides text: code, pictures and captions anywhere in it, a table or
    a quote between two kept parts, unless it is links."""
    if element.tag in NEVER_BETWEEN or next(element.iter(*NEVER_BETWEEN), None) is not None:
        return False
    if element.tag == "hr" or next(element.iter("pre"), None) is not None:
        return True
    if between and shows_contents(element):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if chrome(names):
        return False
    letters = len(squeezed(element.text_content()))
    if element.tag == "figcaption":
        return letters <= CAPTION
    linked = sum(len(squeezed(a.text_content())) for a in element.iter("a"))
    figure = element.tag == "figure" or next(element.iter("figure"), None) is not None
    framed = figure or pictured(names)
    if linked * 2 > letters and not (figure and letters <= CREDIT) and not (framed and linked < letters):
        return False
    if next(element.iter(*PICTURES), None) is not None:
        return letters <= (CAPTION if framed else LINE)
    return between and element.tag in STRUCTURE and letters > 0
