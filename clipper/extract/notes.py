"""Footnotes: which links are marks in the text, and which elements are the notes they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

_MARK = re.compile(r"(?:^|[\s_-])(?:footnotes?|endnotes?|doc-noteref|fnref|noteref)(?:$|[\s_-])", re.I)
_SECTION = re.compile(r"(?:^|[\s_-])(?:footnotes?|endnotes?|doc-endnotes?|doc-footnote|fn-?list)(?:$|[\s_-])", re.I)
_LABEL = re.compile(r"[\s\[\]^()]+")
LONGEST_MARK = 12  # characters of a mark such as "[12]"
LEVELS = 4  # above a note, within which its section says what it is


@dataclass(slots=True)
class Notes:
    """Labels by the fragment that a mark links to, and by the element that is the note."""

    marks: dict[str, str] = field(default_factory=dict)
    notes: dict[HtmlElement, str] = field(default_factory=dict)


def find(nodes: Sequence[HtmlElement]) -> Notes:
    """The footnotes of the nodes: marks in the text, and the notes in a section further down.

    Only sections that say so count: a list of sources (Wikipedia's) stays the list that it is.
    """
    found = Notes()
    links = [a for node in nodes for a in node.iter("a") if _is_mark(a)]
    if not links:
        return found
    taken: set[str] = set()
    targets = _targets(nodes, {_fragment(a) for a in links})
    for link in links:
        fragment = _fragment(link)
        note = targets.get(fragment)
        if note is None or fragment in found.marks or not _in_section(note) or _holds(note, link):
            continue
        label = _LABEL.sub("", link.text_content()) or str(len(found.marks) + 1)
        if label in taken:
            label = f"{label}-{len(found.marks) + 1}"
        taken.add(label)
        found.marks[fragment] = label
        found.notes[note] = label
    return found


def _fragment(link: HtmlElement) -> str:
    return (link.get("href") or "")[1:]


def _is_mark(link: HtmlElement) -> bool:
    if not (link.get("href") or "").startswith("#") or len(link.text_content()) > LONGEST_MARK:
        return False
    parent = link.getparent()
    raised = parent is not None and (parent.tag == "sup" or bool(_MARK.search(_names(parent))))
    return raised or next(link.iter("sup"), None) is not None or bool(_MARK.search(_names(link)))


def _targets(nodes: Sequence[HtmlElement], fragments: set[str]) -> dict[str, HtmlElement]:
    wanted = (e for node in nodes for e in node.iter("li", "p", "div", "aside", "dd", "section"))
    return {name: e for e in wanted if (name := e.get("id")) in fragments and name}


def _names(element: HtmlElement) -> str:
    values = (element.get(name) for name in ("class", "role", "id", "data-type", "epub:type"))
    return " ".join(value for value in values if value)


def _in_section(note: HtmlElement) -> bool:
    around = zip(note.iterancestors(), range(LEVELS), strict=False)
    return any(_SECTION.search(_names(e)) for e in (note, *(e for e, _ in around)))


def _holds(note: HtmlElement, link: HtmlElement) -> bool:
    return any(ancestor is note for ancestor in link.iterancestors())
