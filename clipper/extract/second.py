"""The second opinion on which part of a page is the article: trafilatura's, asked where the trees are in doubt."""

from __future__ import annotations

from itertools import islice

from lxml.html import HtmlElement

from clipper.extract import late

__all__ = ["Second"]

MOST_ELEMENTS = 50_000  # trafilatura's time grows with the square: 12 of 14 s for 100,000 paragraphs


class Second:
    """trafilatura, loaded when it is asked first; of one page."""

    def __init__(self) -> None:
        self.version = ""  # of trafilatura, once it was asked

    def of(self, root: HtmlElement) -> str:
        """What trafilatura takes for the article, as text; "" of a page of more than `MOST_ELEMENTS`."""
        if next(islice(root.iter(), MOST_ELEMENTS, None), None) is not None:
            return ""
        trafilatura = late.trafilatura()
        self.version = trafilatura.__version__
        # It copies a tree before it prunes anything.
        document = trafilatura.bare_extraction(root, include_comments=False, with_metadata=False)
        return "" if document is None else str(getattr(document, "text", "") or "")
