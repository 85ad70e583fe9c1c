"""What an article has around its text: a table of contents, its sources, its notes.

None of it reads like text, so that what chooses the text by its looks leaves it out; the page says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from clipper.extract.page import BLOCKS, squeezed
from clipper.extract.steps import Step
from clipper.extract.vocabulary import chrome

__all__ = ["lists_sources", "notes_of", "shows_contents"]

LISTS = ("ul", "ol")
LEAST_CONTENTS = 3  # links
MARK = re.compile(
    r"^\W*(?:(?:n|nb|note|fn|注|註)?\W{0,2}\d{1,4}|[a-z]|[ivxl]{1,6}|[*†‡§]{1,4})\W*$", re.I
)  # "[12]", "n 3", "iv"
LONGEST_NOTE = 3000  # letters
NEVER_NOTES = frozenset("nav header h1 h2 h3 h4 h5 h6 body main article html form table".split())
# What stands over the list of what an article rests on.
SOURCES = re.compile(
    r"^\W*(?:\d+[.\s]*)?(?:(?:sources?|references|external links|further reading|footnotes|notes|bibliography|works cited"
    r"|citations)(?:(?: ?& ?| and |, ?)(?:sources?|references|links|notes|citations|further reading|resources))?"
    r"|参考(?:资料|链接|文献|来源|文章)?|參考(?:資料|連結|文獻)|引用(?:来源|文献)?|注释|脚注|外部链接|資料來源|资料来源"
    r"|quellen|einzelnachweise|weblinks|literatur|références|referencias|enlaces externos|参考文献|出典)\W*$",
    re.I,
)


def lists_sources(element: HtmlElement) -> bool:
    """Whether it is a list right under a line that says that it holds the article's sources."""
    if element.tag not in LISTS or chrome(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return False
    before = element.getprevious()
    return before is not None and SOURCES.match(" ".join(before.text_content().split())) is not None


def shows_contents(element: HtmlElement) -> bool:
    """Whether it is an article's table of contents: a list of links to places in the page."""
    links = [link.get("href") or "" for link in element.iter("a")]
    if len(links) < LEAST_CONTENTS or next(element.iter(*LISTS), None) is None:
        return False
    return all(href.startswith("#") and len(href) > 1 for href in links)


def notes_of(root: HtmlElement, steps: Sequence[Step], text: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The notes of these elements of text, in document order: what short links in them lead to within the page, whose
    steps are these."""
    inside = set(text)
    wanted = {
        attributes["href"][1:]
        for begins, link, tag, _, attributes in steps
        if begins and tag == "a" and _marks(link, attributes) and any(above in inside for above in link.iterancestors())
    }
    if not wanted:
        return []
    found: dict[HtmlElement, None] = {}
    for element in root.iter():
        if element.get("id") in wanted or (element.tag == "a" and element.get("name") in wanted):
            note = _block(element)
            if note is not None and note not in inside and _is_note(note):
                found[note] = None
    return list(found)


def _marks(link: HtmlElement, attributes: Mapping[str, str]) -> bool:
    """Whether a link with these attributes is the mark of a note."""
    href = attributes.get("href") or ""
    return href.startswith("#") and len(href) > 1 and MARK.match(link.text_content()) is not None


def _block(element: HtmlElement) -> HtmlElement | None:
    while element.tag not in BLOCKS:
        parent = element.getparent()
        if parent is None:
            return None
        element = parent
    return element


def _is_note(element: HtmlElement) -> bool:
    if element.tag in NEVER_NOTES:
        return False
    return 0 < len(squeezed(element.text_content())) <= LONGEST_NOTE
