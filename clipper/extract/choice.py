"""Which blocks are the article: those that the trees of `forest` find likely enough, once each.

What is kept is what makes the expected F of the page's text best: with chances p and lengths w
that is the set of the likeliest blocks for which (1 + b)·sum(w·p of the kept) / (sum(w of the kept) +
b·sum(w·p of all)) is greatest. So a page with any text never answers with nothing. b is 1, but
less where the page says that it is an article: there what is in doubt is chrome. (On pages that the
trees did not see b = .5 there took scrapinghub from .9525 to .9561, segments from .9414 to .9435.)
"""

from __future__ import annotations

from collections.abc import Sequence

from clipper.extract.blocks import Node
from clipper.extract.features import Page, features
from clipper.extract.forest import chance
from clipper.extract.vocabulary import captioned, commented, embedded

__all__ = ["candidates", "chosen", "likely", "once"]

MOST = 20_000  # blocks; on a larger page trafilatura alone decides, or else all but links are kept
RECALL_OF_ARTICLES = 0.5  # what recall weighs against precision
QUOTED = 0.9  # the chance of a post of another site that is set into the page
LEVELS = 6  # elements around a block whose names count
WHOLE_PAGE = frozenset("html body main article".split())  # "comments-open" says nothing of what is in them
CAPTIONS = frozenset(("figcaption", "caption"))
REPEATED = 25  # letters from which a block that was said before is not said again elsewhere
CERTAIN = 100  # letters from which it is not said again in the same container either
PIECES = 200  # letters from which a block is looked for in pieces in what was said
PIECE = 24
SEARCHED = 200_000  # letters
SAID = 0.85  # of the pieces


def chosen(page: Page) -> list[Node]:
    """The blocks that are the article, in document order; captions belong to their pictures."""
    blocks = page.blocks
    places = candidates(page)
    if len(blocks) > MOST:
        kept = {j for j in places if page.answer.shares[j] >= 0.5} or {
            j for j in places if 2 * blocks[j].linked < len(blocks[j].letters)
        }
    else:
        kept = likely(page, places, [chance(row) for row in features(page, places)])
    return once([blocks[j] for j in sorted(kept)])


def candidates(page: Page) -> list[int]:
    """Places of the blocks that may be text, all if there are none.

    Not the title, nor captions, which belong to their pictures; of a page that says that it is an article
    not what its readers write, unless trafilatura takes it for the article.
    """
    may_be = [j for j, block in enumerate(page.blocks) if j != page.title and block.tag not in CAPTIONS]
    places = [j for j in may_be if page.answer.shares[j] >= 0.5 or not _beside_the_article(page, page.blocks[j])]
    return places or may_be or list(range(len(page.blocks)))


def _beside_the_article(page: Page, block: Node) -> bool:
    around = _around(page, block, LEVELS)
    if any(captioned(node.names) for node in around[:2]):
        return True
    if not page.says_article:
        return False
    return any(commented(node.names) for node in around if node.tag not in WHOLE_PAGE)


def _around(page: Page, block: Node, levels: int) -> list[Node]:
    """The block and the elements around it."""
    found = [block]
    while len(found) < levels and found[-1].depth:
        found.append(page.nodes[found[-1].parent])
    return found


def likely(page: Page, places: Sequence[int], chances: Sequence[float]) -> set[int]:
    """The places with the best expected F."""
    lengths = [len(page.blocks[place].letters) for place in places]
    chances = [
        max(p, QUOTED) if any(embedded(n.names) for n in _around(page, page.blocks[place], 3)) else p
        for p, place in zip(chances, places, strict=True)
    ]
    recall = RECALL_OF_ARTICLES if page.says_article else 1.0
    expected = sum(p * w for p, w in zip(chances, lengths, strict=True))
    order = sorted(range(len(places)), key=lambda n: -chances[n])
    said, right, best, count = 0.0, 0.0, -1.0, 0
    for n, place in enumerate(order, 1):
        said += lengths[place]
        right += chances[place] * lengths[place]
        value = (1 + recall) * right / (said + recall * expected)
        if value > best:
            best, count = value, n
    return {places[place] for place in order[:count]}


def once(blocks: Sequence[Node]) -> list[Node]:
    """Without what stands a second time: copies for phones, for print, for sharing."""
    said, texts, parents, kept = "", set(), set(), []
    for block in blocks:
        letters = block.letters
        if len(letters) >= REPEATED and block.tag != "pre":
            again = letters in texts or letters in said
            if again and (len(letters) >= CERTAIN or block.parent not in parents):
                continue
            if not again and len(letters) >= PIECES and _mostly(letters, said):
                continue
        if len(said) < SEARCHED:  # beyond that whole blocks alone are compared
            said += letters
        texts.add(letters)
        parents.add(block.parent)
        kept.append(block)
    return kept


def _mostly(letters: str, said: str) -> bool:
    """Whether nearly all of the text has been said; of a new text the first few pieces tell."""
    starts = range(0, len(letters) - PIECE, max(PIECE, len(letters) // 20))
    missing = (1 - SAID) * len(starts)
    for start in starts:
        missing -= letters[start : start + PIECE] not in said
        if missing < 0:
            return False
    return True
