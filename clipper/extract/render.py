"""A part of a page as Markdown, plain text and sanitised HTML, all three from one walk.

Libraries were tried first, on the expected subtrees of 61 real pages: html-to-markdown 3.21.2 keeps
.409 of the list items, .763 of the white space in code and .714 of the tables, passes `javascript:`
links, writes emphasis next to Chinese that no reader of Markdown takes as such, and answers nothing at all for
100,000 nested elements; markdownify 1.2.3 keeps .862 of the images, no language of code, shows
hidden text, fails on deep trees, and costs 12 ms a page. Neither gives a text or an HTML of the
same nodes. This walk keeps .98 to 1 of most kinds, .96 of links and quotes, .92 of
list items and 6 of 7 tables, at 1 ms a page (benchmarks/markdown_ceiling.py).
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.addresses import Addresses, base_of
from clipper.extract.document import Block
from clipper.extract.elements import HANDLERS
from clipper.extract.markdown import markdown
from clipper.extract.plain import count_words, text
from clipper.extract.sanitise import html
from clipper.extract.walk import Walk

__all__ = ["Rendered", "base_of", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Three forms of one subtree, which never disagree."""

    markdown: str
    text: str  # a block a line: what is scored, searched and compared
    words: int  # a Chinese, Japanese or Korean character counts as one
    blocks: Sequence[Block] = ()

    @property
    def html(self) -> str:
        """Sanitised: nothing but the tags and attributes that `sanitise` writes. The archive keeps none of it."""
        return html(self.blocks)


def render(
    nodes: Sequence[HtmlElement],
    *,
    base_url: str | None,
    skip: Container[HtmlElement] = frozenset(),
    shown: Container[HtmlElement] = frozenset(),
) -> Rendered:
    """The nodes, in order, with everything under them except what is in `skip` or hidden and not in `shown`.

    `base_url` is what relative addresses start from (`base_of` finds it). The tree stays as it is.
    """
    walk = Walk(Addresses(base_url), skip=skip, shown=shown, handlers=HANDLERS)
    blocks = walk.read(nodes)
    plain = text(blocks)
    return Rendered(markdown(blocks), plain, count_words(plain), blocks)
