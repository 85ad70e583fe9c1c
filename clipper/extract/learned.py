"""What the archive knows of a host, put to use on one more of its pages, and what that page teaches.

A line that stands on three other pages of the host recurs. The stretches between recurring lines
are gaps; the one with the most sentences is the article's, or holds the largest part of it. From
there the article is followed outwards over recurring lines as long as sentences of its own stand
behind them in the same element: a disclaimer in the middle of a series is no end. What is left
outside is the site's: its recurring lines, and the gaps beyond them in which nobody says anything
(names, dates, other articles' titles), whatever the markup.

A position counts as well: where a line stood above the article on seven of ten pages, the article is
not above it on this one. And so does the container: what held the article on three pages holds it.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from clipper.extract.blocks import Line
from clipper.extract.naming import Names, container, is_credit, label, letters_in, matching, parts, prose
from clipper.extract.page import around, squeezed
from clipper.models import Observed, Site, SiteBlock
from clipper.urls import join, key_of, site_of

__all__ = ["Known", "elements_of", "known", "observe", "without"]

OTHERS = 3  # pages of the host that must have a line before it counts as recurring
MAIN = 25  # words in sentences that the article's gap must have, else nothing is judged
MORE = 12  # words in sentences from which a gap beyond a recurring line continues the article
MOSTLY = 0.7  # of a line's pages on which it stood on one side of the article
AGAINST = 0.25  # what a gap's words count for on the wrong side of such a line
HALF = 0.5
MISSED = 0.1  # of the article's sentences: a choice with fewer went elsewhere
SURE = 5  # pages of a host before sentences are taken for the site's, or an article for one that is the
# smaller part of what its page alone has
WHOLE, MOST = 100_000, 5_000  # characters and lines that are compared: the work grows with their product
LONG = 20  # letters from which a line of the page is found again in the article's text
LABELS = 3  # lines of the site's in the article's own element that make it a heap and no container
SAMPLE = 80  # characters of a line that are kept for people to look at
HEADINGS = frozenset("h2 h3 h4 h5 h6".split())
NUMBER = re.compile(r"\d+")

NEAR = 3  # elements above a line among which the article's may be: an item's list, a cell's table


@dataclass(frozen=True, slots=True)
class Known:
    """How the lines of a page stand to what the host is known to have on every page."""

    recurring: tuple[SiteBlock | None, ...]  # one a line; None: of this page alone
    strip: frozenset[int]  # lines that are the site's, and not the article's
    chrome: frozenset[HtmlElement]  # the largest elements with no other lines
    article: tuple[Line, ...]  # the sentences that are the article's
    copied: bool  # whether the page says that it is another address of a page
    fresh: int  # words in sentences that no other page has
    words: int  # words outside links that no other page has

    def is_in(self, text: str) -> bool:
        """Whether a text has any part to speak of of the article's sentences."""
        letters = squeezed(text[:WHOLE])
        kept = sum(line.words for line in self.article if squeezed(line.text) in letters)
        return kept >= MISSED * sum(line.words for line in self.article)


def known(root: HtmlElement, names: Names, site: Site | None, *, url: str) -> Known | None:
    """What of a page is its site's; None as long as nothing is known of the host of `url`."""
    if site is None or site.host != site_of(url):
        return None
    least = OTHERS + site.learned_from
    blocks = {block.digest: block for block in site.blocks if block.pages >= least}
    if not blocks:
        return None
    lines = names.lines
    found = tuple(blocks.get(name) for name in names.digests)
    varying = [line for line, block in zip(lines, found, strict=True) if block is None]
    page = _Page(root, lines, found, site, blocks)
    article, strip = page.told_apart()
    return Known(
        recurring=found,
        strip=strip,
        chrome=elements_of(lines, strip),
        article=tuple(lines[n] for n in article if prose(lines[n])),
        copied=_is_copy(root, url),
        fresh=sum(line.words for line in varying if prose(line)),
        words=sum(line.own for line, block in zip(lines, found, strict=True) if block is None or _counts(line)),
    )


def without(root: HtmlElement, chrome: frozenset[HtmlElement]) -> HtmlElement:
    """A copy of the page without those elements."""
    copy = deepcopy(root)
    for original, element in list(zip(root.iter(), copy.iter(), strict=True)):
        if original in chrome:
            element.drop_tree()
    return copy


def observe(url: str, names: Names, article: str) -> Observed | None:
    """What a page teaches of its host; `article` is the text that was read out of it."""
    host = site_of(url)
    article = article[:WHOLE]
    told = letters_in(article)
    said, whole = "".join(told), frozenset(told)
    lines, letters = names.lines, names.letters

    def is_told(number: int) -> bool:
        own = letters[number]
        return (
            len(own) >= LONG
            and (own in whole or own in said)
            and not (label(lines[number]) and is_credit(lines[number]))
        )

    count = min(len(letters), MOST)
    first = next(filter(is_told, range(count)), None)
    if first is None or not host:
        return None
    last = next(filter(is_told, reversed(range(count))))
    # Elements are nested, so what holds the first and the last of the lines holds those between them.
    held = container(around([lines[first].element, lines[last].element]))
    while first > 0 and lines[first - 1].element.tag in HEADINGS and letters[first - 1] in whole:
        first -= 1  # the headings above its first long line
    blocks: dict[str, tuple[str, str, str]] = {}
    for number, (line, name) in enumerate(zip(lines, names.digests, strict=True)):
        place = "above" if number < first else "below" if number > last else "within"
        if name:
            blocks.setdefault(name, (name, place, line.text[:SAMPLE]))
        if found := label(line):
            if not is_credit(line) and letters[number] in whole:
                place = "within"  # `Serves: 4` is the recipe's
            blocks.setdefault(found[0], (found[0], place, found[1]))
    return Observed(host, tuple(blocks.values()), held)


def elements_of(lines: list[Line], numbers: frozenset[int]) -> frozenset[HtmlElement]:
    """The largest elements that hold nothing but the lines of those numbers."""
    keep: set[HtmlElement] = set()
    for number, line in enumerate(lines):
        if number not in numbers:
            keep.update((line.element, *line.element.iterancestors()))
    found: set[HtmlElement] = set()
    for number in numbers:
        element = lines[number].element
        while element not in keep and (parent := element.getparent()) is not None and parent not in keep:
            element = parent
        if element not in keep:
            found.add(element)
    return frozenset(found)


def _is_copy(root: HtmlElement, url: str) -> bool:
    """Whether the canonical address is another one, and not the home page's."""
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (said := link.get("href")):
            address = join(url, said)
            key = key_of(address) if address else None  # None: no address of a page
            return key is not None and urlsplit(key).path.strip("/") != "" and key != key_of(url)
    return False


def _counts(line: Line) -> bool:
    """Whether a line has a number, which may be another one on every page."""
    return NUMBER.search(line.text) is not None


def _stood(block: SiteBlock, place: str) -> bool:
    return bool(getattr(block, place) >= MOSTLY * max(block.above + block.within + block.below, 1))


class _Page:
    """The lines of a page, recurring and its own, and the range of them that is the article."""

    def __init__(
        self,
        root: HtmlElement,
        lines: list[Line],
        found: tuple[SiteBlock | None, ...],
        site: Site,
        blocks: dict[str, SiteBlock],
    ) -> None:
        self.root = root
        self.lines = lines
        self.found = found
        self.site = site
        self.blocks = blocks
        self.weights = [
            line.words if block is None and prose(line) else 0 for line, block in zip(lines, found, strict=True)
        ]
        self.gaps = self._gaps()
        self.edges: set[int] = set()  # lines that were trimmed off the article

    def told_apart(self) -> tuple[range, frozenset[int]]:
        """The lines of the article and those of the site; none where the article cannot be told."""
        main = self._main()
        if main is None:
            return range(0), frozenset()
        low, high = self._trimmed(*(self._held(main) or self._followed(main)))
        own = sum(line.own for line, block in zip(self.lines, self.found, strict=True) if block is None)
        if sum(self.weights[low : high + 1]) < HALF * own and self.site.pages < SURE:
            return range(0), frozenset()
        strip = {n for n, block in enumerate(self.found) if block is not None and not low <= n <= high}
        for start, stop in self.gaps:
            if (stop < low or start > high) and self._is_beside(start, stop, low, high):
                strip.update(n for n in range(start, stop + 1) if n > high or self.lines[n].element.tag != "h1")
        strip.update(n for n in self.edges if not low <= n <= high)
        return range(low, high + 1), frozenset(strip)

    def _trimmed(self, low: int, high: int) -> tuple[int, int]:
        """The article without the lines at its edges of which a part is the site's, and stands on that side."""
        outside = {
            *(n for n in range(low) if self.found[n] is None and self._is_partly(n, "above")),
            *(n for n in range(high + 1, len(self.lines)) if self.found[n] is None and self._is_partly(n, "below")),
        }
        self.edges.update(outside)
        while low < high and self._is_partly(low, "above"):
            self.edges.add(low)
            low += 1
        while low < high and self._is_partly(high, "below"):
            self.edges.add(high)
            high -= 1
        return low, high

    def _is_partly(self, number: int, place: str) -> bool:
        line = self.lines[number]
        said = label(line)
        names = [*parts(line), *([said[0]] if said else [])]
        return any(name in self.blocks and _stood(self.blocks[name], place) for name in names)

    def _gaps(self) -> list[tuple[int, int]]:
        """The stretches of lines that no other page has: (first, last)."""
        gaps: list[tuple[int, int]] = []
        for number, block in enumerate(self.found):
            if block is not None:
                continue
            if gaps and gaps[-1][1] == number - 1:
                gaps[-1] = (gaps[-1][0], number)
            else:
                gaps.append((number, number))
        return gaps

    def _weight(self, gap: tuple[int, int]) -> int:
        return sum(self.weights[gap[0] : gap[1] + 1])

    def _main(self) -> tuple[int, int] | None:
        """The gap that holds most of the article."""
        least_below = next((n for n in range(len(self.found)) if self._stood(n, "below")), len(self.found))
        last_above = next((n for n in reversed(range(len(self.found))) if self._stood(n, "above")), -1)

        def score(gap: tuple[int, int]) -> float:
            against = gap[0] > least_below or gap[1] < last_above
            return self._weight(gap) * (AGAINST if against else 1)

        best = max(self.gaps, key=score, default=None)
        return best if best is not None and self._weight(best) >= MAIN else None

    def _stood(self, number: int, place: str) -> bool:
        """Whether a recurring line stood on that side of the article on most of its pages."""
        block = self.found[number]
        return block is not None and _stood(block, place)

    def _followed(self, main: tuple[int, int]) -> tuple[int, int]:
        """The article from its main gap outwards."""
        low, high = main
        parents = {self.lines[n].element.getparent() for n in range(low, high + 1) if self.weights[n]}
        place = self.gaps.index(main)
        for start, stop in self.gaps[place + 1 :]:
            if not self._continues((start, stop), range(high + 1, start), parents, "below"):
                break
            high = stop
        for start, stop in reversed(self.gaps[:place]):
            if not self._continues((start, stop), range(stop + 1, low), parents, "above"):
                break
            low = start
        return self._with_edges(low, high, parents)

    def _continues(self, gap: tuple[int, int], between: range, parents: set[HtmlElement | None], place: str) -> bool:
        """Whether a gap goes on with the article behind the recurring lines `between`."""
        if any(self._stood(n, place) for n in between):
            return False
        within = all(self._stood(n, "within") for n in between)
        if self._weight(gap) < MORE:  # a list or code: only in the element that holds the article
            return within and any(self._is_with(n, parents) for n in range(gap[0], gap[1] + 1))
        return within or any(
            self.lines[n].element.getparent() in parents for n in range(gap[0], gap[1] + 1) if self.weights[n]
        )

    def _is_with(self, number: int, parents: set[HtmlElement | None]) -> bool:
        above = islice(self.lines[number].element.iterancestors(), NEAR)
        return any(element in parents and element.tag != "body" for element in above)

    def _with_edges(self, low: int, high: int, parents: set[HtmlElement | None]) -> tuple[int, int]:
        """The lead or disclaimer that a series repeats at the article's edge, in the same element.

        Where that element directly holds the site's labels too, as on pages without any
        containers, it says nothing.
        """
        outside = (n for n, block in enumerate(self.found) if block is not None and not low <= n <= high)
        labels = [
            n
            for n in outside
            if not prose(self.lines[n])
            and self.lines[n].element.getparent() in parents
            and not self._stood(n, "within")
        ]
        if len(labels) >= LABELS:
            return low, high

        def belongs(number: int, place: str) -> bool:
            line = self.lines[number]
            sentence = prose(line) or (place == "above" and line.element.tag in HEADINGS)
            return sentence and line.element.getparent() in parents and not self._stood(number, place)

        while low > 0 and self.found[low - 1] is not None and belongs(low - 1, "above"):
            low -= 1
        while high + 1 < len(self.lines) and self.found[high + 1] is not None and belongs(high + 1, "below"):
            high += 1
        return low, high

    def _is_beside(self, start: int, stop: int, low: int, high: int) -> bool:
        """Whether a gap outside the article's range is the site's: it lies beyond a line that stood on
        that side of the articles, and says nothing, or the site is known well."""
        if self._weight((start, stop)) and self.site.pages < SURE:
            return False
        between, place = (range(high + 1, start), "below") if start > high else (range(stop + 1, low), "above")
        return any(self._stood(n, place) for n in between)

    def _held(self, main: tuple[int, int]) -> tuple[int, int] | None:
        """The lines of the container that held the articles of this host, if it is here, once."""
        paths = [path for path, pages in self.site.containers if pages >= OTHERS and pages >= HALF * self.site.pages]
        for path in paths:
            found = matching(self.root, path)
            if len(found) != 1:
                continue
            within = [n for n, line in enumerate(self.lines) if _is_in(line.element, found[0])]
            if within and sum(self.weights[n] for n in within) >= HALF * self._weight(main):
                return within[0], within[-1]
        return None


def _is_in(element: HtmlElement, container: HtmlElement) -> bool:
    return element is container or any(above is container for above in element.iterancestors())
