"""What is known of each block of a page, as numbers: the input of `forest`.

The order of the numbers is part of the trained model: whoever changes it trains again
(benchmarks/train.py). Counts and lengths are logarithms where only their size matters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import log1p

from lxml.html import HtmlElement

from clipper.extract.answer import Answer
from clipper.extract.blocks import Node
from clipper.extract.genre import ARTICLE, genre_of
from clipper.extract.page import squeezed
from clipper.extract.patterns import compiled, has_wide
from clipper.extract.scores import Scores, scored, summed
from clipper.extract.vocabulary import NAMES, WORDS, named, said

__all__ = ["Heard", "Page", "features"]

# Characters are counted as bytes of their kind: a tenth of the time of an expression.
DIGIT, CAPITAL, SENTENCE = b"0", b"A", b"."
KINDS = bytes.maketrans(b"0123456789" + bytes(range(65, 91)) + b".!?;:", DIGIT * 10 + CAPITAL * 26 + SENTENCE * 5)
WIDE_SENTENCES = "。！？…；："
CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
ENDINGS = frozenset(".!?。！？…”\"'’)）:：")
# Bytes with which digits that are not ASCII begin as UTF-8, and some that are none.
WIDE_DIGITS = b"\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
TIMED = re.compile(r"(?:19|20)\d\d|\d{1,2}[:.]\d\d")
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
MONTH = re.compile(rf"\b{MONTHS}\b", re.I)
# The same in what was made of a text by LETTERS, where nothing but a blank is between words.
ASCII_MONTH = re.compile(rf" {MONTHS}(?![a-z0-9_])".encode())
LETTERS = bytes(code if chr(code).isalnum() or code == b"_"[0] else b" "[0] for code in range(128)).lower() + b" " * 128
ELEMENTS = (
    "nav footer header aside form main article figure table ul ol section button blockquote dl li details".split()
)
# All features are float: comparing an int with a float takes twice as long as two floats, and the trees do little else.
# The numbers are names, not sizes, except that headings come in order.
TAGS = {
    "p": 1, "div": 2, "li": 3, "td": 4, "th": 4, "h1": 5, "h2": 6, "h3": 7, "h4": 8, "h5": 9, "h6": 9, "blockquote": 10,
    "pre": 11, "dd": 12, "dt": 13, "figcaption": 14, "caption": 14, "section": 15, "article": 16, "center": 17,
    "body": 18, "address": 19, "footer": 20, "header": 21, "aside": 22, "nav": 23, "form": 24, "legend": 25, "main": 26,
    "figure": 27, "details": 28, "summary": 28, "tr": 29,
}  # fmt: skip
NEIGHBOURS = (-2, -1, 1, 2)
NO_NEIGHBOUR = (-1.0,) * 5
FAR = -500.0  # for a distance to something that is not there
REPEATED = 5  # levels above a block on which repetition is looked for
BEGINNING = 30  # letters by which a block is known for the page's description
DESCRIPTIONS = ("description", "og:description", "twitter:description")
NEAR = 3  # blocks on each side


class Page:
    """What several features of one page share."""

    def __init__(self, root: HtmlElement, nodes: list[Node], title: str) -> None:
        self.nodes = nodes
        self.places = [n for n, node in enumerate(nodes) if node.letters]
        self.blocks = [nodes[n] for n in self.places]
        summed(nodes)
        self.scores: Scores = scored(nodes)
        self.letters = max(1, nodes[0].total)
        self.called = {names: named(names) for names in {node.names for node in nodes}}
        self.names = [self.called[node.names] for node in nodes]
        self.above = self._names_above()
        self.within = self._elements_around()
        self.keys = self._keys()
        self.groups = self._groups()
        self.before = [0, *accumulate(len(block.letters) for block in self.blocks)]
        self.title = self._place_of(title)
        self.first_heading = next((j for j, block in enumerate(self.blocks) if block.tag == "h1"), -1)
        self.described = _description(root)
        genre = genre_of(root)
        self.says_article = any(genre[n] for n in ARTICLE)
        self.facts = [float(fact) for fact in (*self._facts(), *genre)]

    def _names_above(self) -> list[int]:
        above = [0] * len(self.nodes)
        for n, node in enumerate(self.nodes[1:], 1):
            above[n] = above[node.parent] | self.names[node.parent]
        return above

    def _elements_around(self) -> list[int]:
        around = [0] * len(self.nodes)
        bits = {tag: 1 << bit for bit, tag in enumerate(ELEMENTS)}
        for n, node in enumerate(self.nodes[1:], 1):
            around[n] = around[node.parent] | bits.get(node.tag, 0)
        return around

    def _keys(self) -> list[int]:
        """A number for each tag and class."""
        numbers: dict[tuple[str, str], int] = {}
        return [numbers.setdefault((node.tag, node.names[:40]), len(numbers)) for node in self.nodes]

    def _groups(self) -> list[list[int]]:
        """[elements, letters, letters in links] of those with the parent, tag and class of each."""
        groups: dict[tuple[int, int], list[int]] = {}
        found = [[1, 0, 0]]
        for node, key in zip(self.nodes[1:], self.keys[1:], strict=True):
            group = groups.setdefault((node.parent, key), [0, 0, 0])
            group[0] += 1
            group[1] += node.total
            group[2] += node.total_linked
            found.append(group)
        found[0] = groups.get((0, self.keys[0]), found[0])
        return found

    def _place_of(self, title: str) -> int:
        """The heading that says the page's title, or begins or ends it; -1: none."""
        wanted, found = squeezed(title).lower(), -1
        for j, block in enumerate(self.blocks):
            if block.tag not in ("h1", "h2", "h3") or len(block.letters) <= 6:
                continue
            letters = block.letters.lower()
            if letters in wanted or (wanted and wanted in letters):
                found = j
                if block.tag == "h1":
                    break
        return found

    def _facts(self) -> list[float]:
        """Of the page as a whole."""
        root, blocks = self.nodes[0], self.blocks
        looked_at = sum(min(200, len(block.text)) for block in blocks)
        cjk = sum(_cjk(block.text[:200]) for block in blocks) / max(1, looked_at)
        articles = [node for node in self.nodes if node.tag == "article"]
        bit = 1 << ELEMENTS.index("article")
        outer = sum(node.total for node in articles if not self.within[node.parent] & bit)
        return [
            log1p(self.letters), root.total_linked / self.letters, log1p(len(blocks)), cjk, outer / self.letters,
            len(articles), root.long_blocks,
        ]  # fmt: skip


class Heard:
    """What trafilatura's answer adds to what is known of each block."""

    def __init__(self, page: Page, answer: Answer) -> None:
        self.page, self.answer = page, answer
        kept = [len(b.letters) if s >= 0.5 else 0 for b, s in zip(page.blocks, answer.shares, strict=True)]
        self.kept_before = [0, *accumulate(kept)]
        self.kept_in = self._kept_in(kept)

    def _kept_in(self, kept: list[int]) -> list[int]:
        """Letters of the answer in each block element."""
        nodes = self.page.nodes
        sums = [0] * len(nodes)
        for place, letters in zip(self.page.places, kept, strict=True):
            sums[place] += letters
        for n in range(len(sums) - 1, 0, -1):
            sums[nodes[n].parent] += sums[n]
        return sums

    def features(self, j: int) -> tuple[float, ...]:
        """The numbers that come behind those of `features` for this block."""
        page, answer, nodes = self.page, self.answer, self.page.nodes
        count = len(page.blocks)
        first, last = max(0, j - NEAR), min(count, j + NEAR + 1)
        kept, near = self.kept_before, page.before[last] - page.before[first]
        all_kept = max(1, kept[-1])
        parent = page.blocks[j].parent
        grandparent = nodes[parent].parent
        top = page.scores.top
        return (
            answer.shares[j], float(answer.since[j]), float(answer.until[j]), float(answer.first <= j <= answer.last),
            (kept[last] - kept[first]) / max(1, near), kept[j] / all_kept, log1p(answer.letters), kept[-1] / page.letters,
            self.kept_in[parent] / max(1, nodes[parent].total), self.kept_in[grandparent] / max(1, nodes[grandparent].total),
            self.kept_in[top] / all_kept, nodes[top].total / page.letters, float(answer.count),
            *(answer.shares[j + step] if 0 <= j + step < count else -1.0 for step in NEIGHBOURS),
        )  # fmt: skip


def features(page: Page) -> list[tuple[float, ...]]:
    """A row of numbers for each block with text."""
    own = [_own(block) for block in page.blocks]
    words = [_bits(said(block.text.strip()), len(WORDS)) for block in page.blocks]
    beside = _beside(own, words)
    letters = Counter(block.letters for block in page.blocks)
    around = {place: _around(page, place) for place in {block.parent for block in page.blocks}}
    by_key, before, title = _by_key(page), _said_before(page), float(page.title >= 0)
    rows = []
    for j, (block, place) in enumerate(zip(page.blocks, page.places, strict=True)):
        rows.append((
            *own[j], *_place(page, j), *_scored(page, place), *_named(page, block, place), *words[j],
            *_repeated(page, place), *around[block.parent], *by_key[page.keys[place]],
            float(block.hidden), float(letters[block.letters]), before[j], _described(page, block),
            float(j - page.title) if page.title >= 0 else FAR, title,
            float(j - page.first_heading) if page.first_heading >= 0 else FAR,
            *beside[j], *beside[j + 1], *beside[j + 3], *beside[j + 4], *page.facts,
        ))  # fmt: skip
    return rows


def _description(root: HtmlElement) -> str:
    """The letters of what the page says of itself."""
    for meta in root.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() in DESCRIPTIONS:
            return squeezed(meta.get("content") or "").lower()
    return ""


def _described(page: Page, block: Node) -> float:
    """Whether a block is what the page says of itself (2) or begins so (1)."""
    if not page.described:
        return 0.0
    start = block.letters[:BEGINNING].lower()
    if len(start) < BEGINNING or start not in page.described:
        return 0.0
    return 2.0 if len(block.letters) <= len(page.described) else 1.0


def _said_before(page: Page) -> list[float]:
    """How often the text of each block stood further up."""
    so_far: Counter[str] = Counter()
    counts = []
    for block in page.blocks:
        counts.append(float(so_far[block.letters]))
        so_far[block.letters] += 1
    return counts


def _own(block: Node) -> list[float]:
    text, length = block.text.strip(), len(block.letters)
    coded = text.encode("utf-8", "surrogatepass")
    kinds = coded.translate(KINDS)
    sentences, digits = kinds.count(SENTENCE), kinds.count(DIGIT)
    if len(coded) != len(text):
        sentences += sum(map(text.count, WIDE_SENTENCES))
    return [
        log1p(length), block.linked / length, float(text[-1] in ENDINGS),
        sentences / length, block.own_commas / length, float(TAGS.get(block.tag, 0)), length / max(1, len(text.split())),
        digits / length, kinds.count(CAPITAL) / length,
        text.count("\n") / length, float(dated(text, coded, digits)),
    ]  # fmt: skip


def dated(text: str, coded: bytes, digits: int) -> bool:
    """Whether a year, a time or a month stands in it, or how long ago it was: the expressions are slow, and asked last."""
    wide = len(coded) != len(text)
    if (digits or (wide and len(coded.translate(None, WIDE_DIGITS)) != len(coded))) and TIMED.search(text):
        return True
    if wide and (text[-1] == "前" or "ſ" in text):  # which is an s where case does not count
        return text[-1] == "前" or MONTH.search(text) is not None
    return ASCII_MONTH.search(b" " + coded.translate(LETTERS)) is not None and (
        not wide or MONTH.search(text) is not None
    )


def _place(page: Page, j: int) -> list[float]:
    return [j / len(page.blocks), page.before[j] / page.letters, log1p(j), float(page.blocks[j].depth)]


def _scored(page: Page, place: int) -> list[float]:
    scores = page.scores
    best = scores.best_above[place] / max(1e-9, scores.best)
    return [best, float(scores.distance[place]), float(scores.in_top[place])]


def _named(page: Page, block: Node, place: int) -> list[float]:
    """For each kind of name 3 on the block itself, 2 on its parent, 1 further up; then the elements around."""
    mine = page.names[place] | (named(block.inner) if block.inner else 0)
    return _levels(mine, page.names[block.parent], page.above[place], page.within[place])


@lru_cache(maxsize=4096)
def _levels(mine: int, parents: int, above: int, within: int) -> list[float]:
    levels = [
        3.0 if mine >> bit & 1 else 2.0 if parents >> bit & 1 else float(above >> bit & 1) for bit in range(len(NAMES))
    ]
    return [*levels, *_bits(within, len(ELEMENTS))]


@lru_cache(maxsize=4096)
def _bits(bits: int, count: int) -> list[float]:
    return [float(bits >> bit & 1) for bit in range(count)]


def _repeated(page: Page, place: int) -> list[float]:
    """Elements like it beside it, and the largest such row that it or something around it stands in."""
    groups = page.groups
    count, letters, linked = groups[place]
    most = [1, 0, 0]
    for _ in range(REPEATED):
        if not place:
            break
        if groups[place][0] > most[0]:
            most = groups[place]
        place = page.nodes[place].parent
    return [
        float(count), log1p(letters / count), linked / max(1, letters),
        float(most[0]), log1p(most[1] / most[0]), most[2] / max(1, most[1]),
    ]  # fmt: skip


def _around(page: Page, place: int) -> list[float]:
    """Of the element around a block and the one around that."""
    parent = page.nodes[place]
    above = page.nodes[parent.parent]
    return [
        parent.total_linked / max(1, parent.total), log1p(parent.total), parent.total / page.letters, log1p(parent.blocks),
        log1p(parent.commas), above.total_linked / max(1, above.total), above.total / page.letters,
        float(parent.long_blocks), float(above.long_blocks),
    ]  # fmt: skip


def _by_key(page: Page) -> dict[int, list[float]]:
    """The blocks of each tag and class: how many, and how long."""
    lengths: dict[int, list[int]] = defaultdict(list)
    for place, block in zip(page.places, page.blocks, strict=True):
        lengths[page.keys[place]].append(len(block.letters))
    return {
        key: [log1p(len(found)), log1p(sum(found) / len(found)), sum(found) / page.letters]
        for key, found in lengths.items()
    }


def _beside(own: Sequence[Sequence[float]], words: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """What each block tells of those near it; two before the first and behind the last tell nothing."""
    blocks = [(one[0], one[1], one[2], one[5], float(any(said))) for one, said in zip(own, words, strict=True)]
    return [NO_NEIGHBOUR, NO_NEIGHBOUR, *blocks, NO_NEIGHBOUR, NO_NEIGHBOUR]


def _cjk(text: str) -> int:
    """How many of the letters are Chinese, Japanese or Korean."""
    return len(compiled(CJK).findall(text)) if has_wide(text) else 0
