"""The second opinion on which part of a page is the article: trafilatura's, asked where the trees are in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lxml.etree import Element, XPath
from lxml.html import HtmlElement

from clipper.extract import late

__all__ = ["Second"]

# trafilatura's time grows with the square: 12 s for 10,000 links in a paragraph, 5 to 10 for 45,000 elements elsewhere.
# Of 1,061 real pages the largest have 11,393 elements, and 378 in a paragraph.
MOST_ELEMENTS = 30_000
MOST_IN_A_PARAGRAPH = 4_000
# It parses what it wrote once more, which takes 98 s for a page with a picture of 10 MB in an attribute, and .1 s for 4 MB.
MOST_CHARACTERS = 9_000_000
TOO_MUCH = XPath(f"count(//*) > {MOST_ELEMENTS} or boolean(//p/descendant::*[{MOST_IN_A_PARAGRAPH + 1}])")


class Second:
    """trafilatura, loaded when it is asked first; of one page of so many characters."""

    def __init__(self, characters: int = 0) -> None:
        self._characters = characters
        self.version = ""  # of trafilatura, once it was asked

    def of(self, root: HtmlElement, left_out: Sequence[HtmlElement] = ()) -> str | None:
        """What trafilatura takes for the article of a page without some elements, as text; None of one that would take it too long."""
        if self._characters > MOST_CHARACTERS or TOO_MUCH(root):
            return None
        trafilatura = late.trafilatura()
        self.version = trafilatura.__version__
        # It copies a tree before it prunes anything. Told to find more rather than less it takes two thirds of the time,
        # for it asks readability and justext less often, and the trees that hear it choose as well or better.
        with _without(left_out):
            document = trafilatura.bare_extraction(root, include_comments=False, with_metadata=False, favor_recall=True)
        return "" if document is None else str(getattr(document, "text", "") or "")


@contextmanager
def _without(left_out: Sequence[HtmlElement]) -> Iterator[None]:
    """Empty elements in the place of some, with the text behind them; afterwards the tree is as before."""
    replaced = []
    try:
        for element in left_out:
            parent = element.getparent()
            if parent is not None:
                empty = Element(element.tag)
                empty.tail = element.tail
                parent.replace(element, empty)
                replaced.append((parent, empty, element))
        yield
    finally:
        for parent, empty, element in replaced:
            parent.replace(empty, element)
