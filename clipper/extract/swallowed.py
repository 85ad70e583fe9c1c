"""Pages whose text stands where no reader looks: a button that was never closed, a whole thread in
`<noscript>`. Of 1,055 real pages ten showed nothing for that reason alone.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from clipper.extract.lines import Line, lines_of
from clipper.extract.plain import count_words

__all__ = ["freed"]

SWALLOWS = ("noscript", "button", "select", "object", "svg", "textarea")
NOTHING = 60  # words outside links below which a page shows nothing
ENOUGH = 60  # words that such an element must hold


def freed(root: HtmlElement, lines: list[Line]) -> list[Line]:
    """The page's lines, after elements that swallowed its text were made plain divisions of it."""
    if sum(line.own for line in lines) >= NOTHING:
        return lines
    found = [element for element in root.iter(*SWALLOWS) if _holds_text(element)]
    for element in found:
        element.tag = "div"
    return lines_of(root) if found else lines


def _holds_text(element: HtmlElement) -> bool:
    text = element.text_content()
    return len(text) >= ENOUGH and count_words(text) >= ENOUGH
