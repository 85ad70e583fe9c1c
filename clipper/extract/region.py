"""Which part of the page is the article: trafilatura's choice, found again in the page's own tree.

trafilatura answers with text. Each block of the page whose text stands in that answer, in order, is
kept; the smallest element around them is the region, and what stands in it without a kept block
is left out when the region is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.page import BLOCKS, SILENT, squeezed

__all__ = ["Region", "blocks", "find"]

LONG = 20  # letters from which a block is the article's wherever the answer has it
WHOLE = 300_000  # letters up to which pieces of lines are looked for: the work grows with the square
NEAR = 3  # blocks before the first and after the last long one that may be the article's too
NEVER_BETWEEN = frozenset("nav aside footer form header".split())
PIECES = frozenset("td th li dt dd caption figcaption".split())
# How sites end an article, white space and punctuation aside, at the beginning of a short block.
END = re.compile(
    r"如若转载|转载请注明|未经授权|分享至|分享到|你可能感兴趣|您可能感兴趣|相关阅读|相关文章|相关新闻|相关推荐|推荐阅读|延伸阅读|热门推荐|"
    r"最新文章|发表评论|网友评论|评论列表|感谢您的支持|扫码支持|微信扫一扫|扫一扫|长按识别|上一篇|下一篇|责任编辑|"
    r"RelatedArticles|RelatedPosts|RelatedStories|Youmayalsolike|Youmightalsolike|Recommendedforyou|Sharethis|LeaveaReply|"
    r"LeaveaComment|Signupforour|Subscribetoour|MorefromTheAuthor|Readnext",
    re.I,
)
END_LENGTH = 40  # letters of such a block
END_AFTER = 0.3  # of the text must have been said
STRUCTURE = frozenset("blockquote table h2 h3 h4".split())
CHROME = re.compile(
    r"shar(e|ing)|social|related|recommend|comment|newsletter|promo|sidebar|breadcrumb|pagination|subscri|advert|sponsor|"
    r"author-?(card|box|bio)|byline|tags?\b|meta\b|menu|toolbar|cookie|popup|modal|widget|hot|copyright",
    re.I,
)
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
    kept = _before_the_end(_kept(blocks(root), answer))
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
    """The blocks whose text is in the answer. A long one wherever it stands; a short one only if it
    is a line of its own there and lies among the long ones: a menu's words stand in many articles."""
    lines = {letters for line in answer.splitlines() if (letters := squeezed(line))}
    whole = "".join(squeezed(line) for line in answer.splitlines())[:WHOLE]
    long_lines = [line for line in lines if len(line) >= LONG] if len(whole) < WHOLE else []
    sure = [
        n
        for n, block in enumerate(all_blocks)
        if len(block.letters) >= LONG
        and (block.letters in lines or block.letters in whole or _mostly(block.letters, long_lines))
    ]
    if not sure:
        return [block for block in all_blocks if block.letters in lines]
    first, last = sure[0], sure[-1]
    certain = set(sure)
    return [
        block
        for n, block in enumerate(all_blocks)
        if n in certain
        or (first - NEAR <= n <= last + NEAR and (block.letters in lines or _piece(block, whole, first < n < last)))
    ]


def _before_the_end(kept: list[Block]) -> list[Block]:
    """The blocks before the words with which sites end an article, once some of it has been said."""
    total, said = sum(len(block.letters) for block in kept), 0
    for n, block in enumerate(kept):
        if said > END_AFTER * total and len(block.letters) <= END_LENGTH and END.match(block.letters):
            return kept[:n]
        said += len(block.letters)
    return kept


def _piece(block: Block, whole: str, inside: bool) -> bool:
    """Whether a short block within the article is a piece of one of its lines: a cell or an item."""
    return inside and block.element.tag in PIECES and block.letters in whole


def _mostly(letters: str, lines: list[str]) -> bool:
    """Whether lines of the answer make up most of the block, which says some words more."""
    return 2 * sum(len(line) for line in lines if line in letters) >= len(letters)


def _around(elements: list[HtmlElement]) -> HtmlElement:
    """The smallest element that holds them all."""
    first = [elements[0], *elements[0].iterancestors()]
    depth = {element: n for n, element in enumerate(reversed(first))}
    common = first[0]
    level = depth[common]
    for element in elements[1:]:
        while element not in depth:
            parent = element.getparent()  # the root holds them all
            assert parent is not None
            element = parent
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
        children = list(stack.pop())
        stack.extend(child for child in children if child in alive)
        living = [n for n, child in enumerate(children) if child in alive]
        for n, child in enumerate(children):
            if child in alive or not isinstance(child.tag, str) or child.tag not in BLOCKS:
                continue
            between = bool(living) and living[0] < n < living[-1]
            if not _belongs(child, between=between):
                left_out.add(child)
    return frozenset(left_out)


def _belongs(element: HtmlElement, *, between: bool) -> bool:
    """Whether it is what trafilatura likes to drop from an article: code and pictures anywhere in
    it; between two kept parts a table, a heading, a quote or a list too, unless it is links."""
    if element.tag in NEVER_BETWEEN or next(element.iter(*NEVER_BETWEEN), None) is not None:
        return False
    if next(element.iter("pre"), None) is not None or element.tag == "hr":
        return True
    if CHROME.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return False
    letters = len(squeezed(element.text_content()))
    linked = sum(len(squeezed(a.text_content())) for a in element.iter("a"))
    if linked * 2 > letters:
        return False
    if next(element.iter("img", "picture", "video", "math"), None) is not None:
        return letters == 0 or (between and letters <= CAPTION)
    return between and element.tag in STRUCTURE and letters > 0
