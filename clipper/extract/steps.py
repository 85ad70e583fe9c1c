"""A page's elements as they begin and end, walked once for all who look at each of them.

Asking lxml costs more than anything that is done with the answers: an element's tag, text and attributes
are asked for here, and whoever holds the steps keeps lxml from making its elements anew at every look.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree
from lxml.html import HtmlElement

__all__ = ["Step", "steps_of"]

# What nobody reads, with all that is in it.
UNREAD = frozenset("script style template head iframe select option textarea svg object".split())
# Whether an element begins or ends; the element, its tag; its text, or behind its end its tail; its attributes,
# which are told at its beginning alone.
Step = tuple[bool, HtmlElement, str, str | None, Mapping[str, str]]
NONE: Mapping[str, str] = {}


def steps_of(root: HtmlElement) -> list[Step]:
    """The steps from the root's beginning to its end. What nobody reads has no step but its end, for its tail."""
    steps: list[Step] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "end":
            steps.append((False, element, tag, element.tail, NONE))
        elif tag in UNREAD and element is not root:
            walk.skip_subtree()
        else:
            attributes = element.items()
            steps.append((True, element, tag, element.text, dict(attributes) if attributes else NONE))
    return steps
