"""The rest of an article that is folded away until a reader presses a button, as 展开全文 on phones' pages.

It stands beside the button, in an element that is hidden or named so. Trees learned to leave out what is hidden,
which is right for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clipper.extract.blocks import Node
from clipper.extract.features import Page

__all__ = ["unfolded"]

# What the button says, letters alone.
BUTTON = re.compile(
    r"(?:点击)?(?:展开|查看|阅读|显示|展開|查看|閱讀|顯示)(?:阅读)?(?:剩余|余下|全部|完整|更多)?(?:的)?(?:全文|内容|正文|文章|剩余|余下|全部|內容|\d{1,2}%?)"
    r"|(?:click(?:here)?to)?(?:read|show|view|see|display)(?:the)?(?:more|all|rest|fullarticle|fullstory|fulltext|wholearticle|entirearticle)(?:ofthe(?:article|story))?"
    r"|continuereading|expand(?:article|text|thearticle)?"
)
LONGEST = 40  # letters of a button
HIDES = re.compile(r"hid|fold|collaps|expan|truncat|remain|rest\b|full|more|toggle", re.I)
MOST_BUTTONS = 20  # a page with more is a list of other articles, and looking beside each takes time
LEVELS = 4  # elements around the button that may stand beside the rest
LEAST, PARAGRAPH = 100, 30  # letters of the rest, and of at least one paragraph of it
LINKED = 0.2  # of the letters: with more of them in links it is a list of other articles


def unfolded(page: Page, kept: set[int]) -> set[int]:
    """The kept places without the button, and those of the folded rest of the text that they are."""
    buttons = {place for place, block in enumerate(page.blocks) if _is_button(block)}
    found = set(kept)
    if len(buttons) > MOST_BUTTONS:
        return found
    for button in buttons:
        for start, end in _beside(page, page.places[button]):
            inside = [j for j, n in enumerate(page.places) if start <= n < end and j not in buttons]
            if _is_rest(page, start, inside) and _goes_on(page, start, kept):
                found.update(j for j in inside if 2 * page.blocks[j].linked < len(page.blocks[j].letters))
                found.discard(button)
    return found


def _is_button(block: Node) -> bool:
    return len(block.letters) <= LONGEST and BUTTON.fullmatch(block.letters.lower()) is not None


def _beside(page: Page, number: int) -> Iterator[tuple[int, int]]:
    """The block elements right behind and right before the button, or an element close around it, that are hidden or
    named so; each as the nodes from its first on."""
    nodes = page.nodes
    for _ in range(LEVELS):
        if not number:
            return
        parent = nodes[number].parent
        siblings = [n for n in range(parent + 1, _end(page, parent)) if nodes[n].parent == parent]
        at = siblings.index(number)
        for n in siblings[max(0, at - 1) : at + 2]:
            if n != number and (nodes[n].hidden or HIDES.search(nodes[n].names)):
                yield n, _end(page, n)
        number = parent


def _end(page: Page, number: int) -> int:
    """The node behind all that are in this one."""
    nodes = page.nodes
    end = number + 1
    while end < len(nodes) and nodes[end].depth > nodes[number].depth:
        end += 1
    return end


def _is_rest(page: Page, start: int, inside: list[int]) -> bool:
    """Whether it is running text."""
    node = page.nodes[start]
    if node.total < LEAST or node.total_linked > LINKED * node.total:
        return False
    return any(len(page.blocks[j].letters) >= PARAGRAPH for j in inside)


def _goes_on(page: Page, start: int, kept: set[int]) -> bool:
    """Whether text before it, in the element around both, was kept."""
    around = page.nodes[start].parent
    return any(around <= page.places[j] < start for j in kept)
