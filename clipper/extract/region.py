"""Which part of the page is the article: trafilatura's choice, found again in the page's own tree.

trafilatura answers with text. Each block of the page whose text stands in that answer, in order, is
kept; the smallest element around them is the region, and what stands in it without a kept block
is left out when the region is rendered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.page import BLOCKS, SILENT, squeezed

__all__ = ["Region", "blocks", "find"]

LONG = 24  # letters from which a block is found anywhere further on, not only at the next place
NEVER_BETWEEN = frozenset("nav aside footer form header".split())
CAPTION = 160  # letters that an image's surroundings may have


@dataclass(frozen=True, slots=True)
class Region:
    """The nodes to render, and the elements below them to leave out."""

    nodes: tuple[HtmlElement, ...]
    skip: frozenset[HtmlElement]


@dataclass(slots=True)
class Block:
    """One block element and the text that is its own, letters only."""

    element: HtmlElement
    letters: str


def blocks(root: HtmlElement) -> list[Block]:
    """The blocks of the page that have text of their own, in document order."""
    found = []
    for element, parts in _own_texts(root):
        if letters := squeezed("".join(parts)):
            found.append(Block(element, letters))
    return found


def find(root: HtmlElement, answer: str) -> Region | None:
    """The region that says what trafilatura's answer says; None if nothing of it is found."""
    kept = _kept(blocks(root), squeezed(answer))
    if not kept:
        return None
    top = _around([block.element for block in kept])
    return Region((top,), _left_out(top, {block.element for block in kept}))


def _own_texts(root: HtmlElement) -> Iterator[tuple[HtmlElement, list[str]]]:
    """(block element, its own text in pieces); a text after a child block begins a new entry."""
    current: list[str] = []
    owner = root
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    owners: list[HtmlElement] = []
    while stack:
        element, leaving = stack.pop()
        if leaving:
            if element.tag in BLOCKS:
                yield owner, current
                owner, current = owners.pop(), []
            if element.tail and element is not root:
                current.append(element.tail)
            continue
        if not isinstance(element.tag, str) or element.tag in SILENT:
            if element.tail:
                current.append(element.tail)
            continue
        if element.tag in BLOCKS:
            yield owner, current
            owners.append(owner)
            owner, current = element, []
        if element.text:
            current.append(element.text)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))


def _kept(all_blocks: list[Block], answer: str) -> list[Block]:
    """The blocks whose text is in the answer, in order. Short ones only where they are due: the
    words of a menu stand in many an article."""
    kept, place = [], 0
    for block in all_blocks:
        letters = block.letters
        if answer.startswith(letters, place):
            place += len(letters)
            kept.append(block)
        elif len(letters) >= LONG and (at := answer.find(letters, place)) >= 0:
            place = at + len(letters)
            kept.append(block)
    return kept


def _around(elements: list[HtmlElement]) -> HtmlElement:
    """The smallest element that holds them all."""
    first = [elements[0], *elements[0].iterancestors()]
    depth = {element: n for n, element in enumerate(reversed(first))}
    common = first[0]
    level = depth[common]
    for element in elements[1:]:
        while element not in depth:
            element = element.getparent()  # noqa: PLW2901 - climbing
        if depth[element] < level:
            level, common = depth[element], element
    return common


def _left_out(top: HtmlElement, kept: set[HtmlElement]) -> frozenset[HtmlElement]:
    """The largest elements under `top` that have no kept block in them, images aside."""
    alive = set(kept)
    for element in kept:
        for above in element.iterancestors():
            if above in alive:
                break
            alive.add(above)
    left_out = set()
    stack = [top]
    while stack:
        for child in stack.pop():
            if child in alive:
                stack.append(child)
            elif isinstance(child.tag, str) and child.tag in BLOCKS and not _picture(child):
                left_out.add(child)
    return frozenset(left_out)


def _picture(element: HtmlElement) -> bool:
    """Whether it is a picture with its caption, or code, which trafilatura likes to drop."""
    if element.tag in NEVER_BETWEEN:
        return False
    if element.tag in ("pre", "figure", "hr"):
        return True
    has_image = next(element.iter("img", "picture", "video", "math"), None) is not None
    linked = sum(len(squeezed(a.text_content())) for a in element.iter("a"))
    letters = len(squeezed(element.text_content()))
    return has_image and letters <= CAPTION and linked * 2 <= letters
