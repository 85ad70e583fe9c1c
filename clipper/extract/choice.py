"""Which blocks are the article: those that the trees of `forest` find likely enough, once each.

What is kept is what makes the expected F of the page's text best: with chances p and lengths w
that is the set of the likeliest blocks for which (1 + b)·sum(w·p of the kept) / (sum(w of the kept) +
b·sum(w·p of all)) is greatest. So a page with any text never answers with nothing. b is 1, but
less where the page says that it is an article: there what is in doubt is chrome. (On pages that the
trees did not see b = .5 there took scrapinghub from .9525 to .9561, segments from .9414 to .9435.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from lxml.html import HtmlElement

from clipper.extract import forest
from clipper.extract.answer import Answer, answered
from clipper.extract.blocks import Node
from clipper.extract.chances import Forest, chances
from clipper.extract.features import Heard, Page, features
from clipper.extract.fold import unfolded
from clipper.extract.vocabulary import captioned, commented, embedded

__all__ = ["Ask", "Chances", "Hearing", "chosen", "decided", "left_out", "may_be", "once"]

Chances = Mapping[int, float]  # of blocks by their places
# Gives trafilatura's text of the page without some elements, None if that cannot be had.
Ask = Callable[[Sequence[HtmlElement]], str | None]
# trafilatura's answer, and what gives the chances of some places by the trees that know it.
# None: it was not asked.
Hearing = Callable[[], tuple[Answer, Callable[[Sequence[int]], Chances]] | None]

MOST = 20_000  # blocks; on a larger page trafilatura alone decides, or else all but links are kept
SURE = 0.85  # expected F from which trafilatura is not asked: on such pages its word gains nothing on the whole
DOUBT = (0.08, 0.97)  # the chance of a block that trafilatura's word may change, of a third of them
LARGE = 3000  # block elements, beyond which it is not asked: there it takes longest, and its word gains nothing
MAYBE = (0.3, 0.7)  # the chance of a block that leaves doubt
ROWS = frozenset("li dd dt tr td th".split())  # short blocks that stand in rows, and are lost by the row
FEW, MANY = 2, 0.3  # of the rows that are kept: with more in doubt it is asked
LITTLE = 1200  # kept letters, below which it is asked: there a short line of the site weighs much, and it is quick
RECALL_OF_ARTICLES = 0.5  # what recall weighs against precision
QUOTED = 0.9  # the chance of a post of another site that is set into the page
LEVELS = 6  # elements around a block whose names count
WHOLE_PAGE = frozenset("html body main article".split())  # "comments-open" says nothing of what is in them
CAPTIONS = frozenset(("figcaption", "caption"))
REPEATED = 25  # letters from which a block that was said before is not said again elsewhere
CERTAIN = 100  # letters from which it is not said again in the same container either
PARAGRAPHS = frozenset("p li dd td tr".split())
ALONE = [False, True, False]  # a copy between blocks that are none
PIECES = 200  # letters from which a block is looked for in pieces in what was said
PIECE = 24
SEARCHED = 200_000  # letters
WORK = 1_000_000_000  # letters searched for one page; beyond that whole blocks alone are compared
SAID = 0.85  # of the pieces


def chosen(page: Page, ask: Ask) -> list[Node]:
    """The blocks that are the article, in document order; captions belong to their pictures.

    Asking takes as long as half of all else, and is done where in doubt.
    """
    blocks, places = page.blocks, may_be(page)
    if len(blocks) > MOST:
        return once([blocks[j] for j in sorted(_without_trees(page, places, answered(blocks, ask([]) or "")))])
    rows = dict(enumerate(features(page)))

    def hear() -> tuple[Answer, Callable[[Sequence[int]], Chances]] | None:
        from clipper.extract import forest_heard

        answer = ask(left_out(page, alone))
        if answer is None:
            return None
        heard = Heard(page, answered(blocks, answer))
        return heard.answer, lambda places: _by_place(forest_heard, {j: rows[j] + heard.features(j) for j in places})

    alone = _by_place(forest, rows)
    kept = unfolded(page, decided(page, {j: alone[j] for j in places}, hear))
    return once([blocks[j] for j in sorted(kept)])


def _by_place(trees: Forest, rows: Mapping[int, Sequence[float]]) -> Chances:
    return dict(zip(rows, chances(trees, rows.values()), strict=True))


def decided(page: Page, chances: Chances, hear: Hearing) -> set[int]:
    """The places to keep, by these chances of all that `may_be`, or where they leave doubt by those that `hear` gives."""
    beside = _beside(page, chances)
    places = _candidates(chances, beside)
    kept, sure = likely(page, places, chances)
    rows = [j for j in places if page.blocks[j].tag in ROWS]
    many = sum(MAYBE[0] < chances[j] < MAYBE[1] for j in rows) > max(FEW, MANY * sum(j in kept for j in rows))
    short = sum(len(page.blocks[j].letters) for j in kept) < LITTLE
    if len(page.nodes) > LARGE or (sure >= SURE and not (short or many)):
        return kept
    heard = hear()
    if heard is None:
        return kept
    answer, chances_of = heard
    places = _candidates(chances, beside, answer)
    again = chances_of([j for j in places if DOUBT[0] <= chances[j] <= DOUBT[1]])
    return likely(page, places, {**chances, **again})[0]


def left_out(page: Page, chances: Chances) -> list[HtmlElement]:
    """The outermost elements whose blocks, with these chances of all, are certainly none of the article.

    trafilatura is asked of a page without them: it takes two thirds of the time, and answers as well.
    """
    seen = [False] * len(page.nodes)
    for j, place in enumerate(page.places):
        seen[place] = chances[j] >= DOUBT[0]
    for n in range(len(seen) - 1, 0, -1):
        if seen[n]:
            seen[page.nodes[n].parent] = True
    return [
        node.element
        for node, shown in zip(page.nodes, seen, strict=True)
        if node.total and not shown and seen[node.parent]
    ]


def _without_trees(page: Page, places: Sequence[int], answer: Answer) -> set[int]:
    places = _candidates(places, _beside(page, places), answer)
    return {j for j in places if answer.shares[j] >= 0.5} or {
        j for j in places if 2 * page.blocks[j].linked < len(page.blocks[j].letters)
    }


def may_be(page: Page) -> list[int]:
    """Places of the blocks that are neither the title nor captions, which belong to their pictures; all if there are none."""
    places = [j for j, block in enumerate(page.blocks) if j != page.title and block.tag not in CAPTIONS]
    return places or list(range(len(page.blocks)))


def _candidates(places: Iterable[int], beside: set[int], answer: Answer | None = None) -> list[int]:
    """Those of the places that may be text, all if there are none: not what stands `beside` the article, unless
    trafilatura takes it for the article."""
    places = list(places)
    return [j for j in places if j not in beside or (answer and answer.shares[j] >= 0.5)] or places


def _beside(page: Page, places: Iterable[int]) -> set[int]:
    """Those of the places that say what is on a picture, or, on a page that says that it is an article, what its readers write."""
    near = [_near(page, captioned, 2)]
    if page.says_article:
        near.append(_near(page, commented, LEVELS, WHOLE_PAGE))
    return {j for j in places if any(page.places[j] in found for found in near)}


def _near(
    page: Page, called: Callable[[str], bool], levels: int, never: frozenset[str] = frozenset()
) -> Collection[int]:
    """The block elements that are called so, and those within so many levels of one, itself counted; of tags that are
    `never` meant none is. Each is asked once, for all that is in it."""
    if not called("\n".join(page.called)):  # all names at once: on most pages there is none
        return ()
    names = {name for name in page.called if called(name)}
    left: list[int] = []  # levels that are still near
    for node in page.nodes:
        named = node.names in names and node.tag not in never
        left.append(levels if named else left[node.parent] - 1 if node.depth else 0)
    return {n for n, levels_left in enumerate(left) if levels_left > 0}


def likely(page: Page, places: Sequence[int], chances: Chances) -> tuple[set[int], float]:
    """The places with the best expected F, and that F."""
    lengths = [len(page.blocks[place].letters) for place in places]
    posts = _near(page, embedded, 3)
    chance = [max(chances[j], QUOTED) if posts and page.places[j] in posts else chances[j] for j in places]
    recall = RECALL_OF_ARTICLES if page.says_article else 1.0
    expected = sum(p * w for p, w in zip(chance, lengths, strict=True))
    order = sorted(range(len(places)), key=lambda n: -chance[n])
    said, right, best, count, sure = 0.0, 0.0, -1.0, 0, 0.0
    for n, place in enumerate(order, 1):
        said += lengths[place]
        right += chance[place] * lengths[place]
        value = (1 + recall) * right / (said + recall * expected)
        if value > best:
            best, count, sure = value, n, 2 * right / (said + expected)
    return {places[place] for place in order[:count]}, sure


def once(blocks: Sequence[Node]) -> list[Node]:
    """Without what stands a second time: copies for phones, for print, for sharing.

    A paragraph that comes again alone, between others that are new, was written twice, and stays.
    """
    said, copies, work = "", [], 0
    texts: set[str] = set()
    parents: set[int] = set()
    for block in blocks:
        letters = block.letters
        copies.append(_is_copy(block, said if work < WORK else "", texts, parents))
        texts.add(letters)
        work += len(said)
        if not copies[-1]:
            parents.add(block.parent)
            said += letters if len(said) < SEARCHED else ""  # beyond that whole blocks alone are compared
    return [
        block
        for n, (block, copy) in enumerate(zip(blocks, copies, strict=True))
        if not copy or (block.tag in PARAGRAPHS and len(block.letters) >= CERTAIN and copies[n - 1 : n + 2] == ALONE)
    ]


def _is_copy(block: Node, said: str, texts: set[str], parents: set[int]) -> bool:
    letters = block.letters
    if len(letters) < REPEATED or block.tag == "pre":
        return False
    if letters in texts or letters in said:
        return len(letters) >= CERTAIN or block.parent not in parents
    return len(letters) >= PIECES and _mostly(letters, said)


def _mostly(letters: str, said: str) -> bool:
    """Whether nearly all of the text has been said; of a new text the first few pieces tell."""
    starts = range(0, len(letters) - PIECE, max(PIECE, len(letters) // 20))
    missing = (1 - SAID) * len(starts)
    for start in starts:
        missing -= letters[start : start + PIECE] not in said
        if missing < 0:
            return False
    return True
