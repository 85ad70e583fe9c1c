"""Pages nested deeper than the parser goes, made shallow before it reads them.

libxml2 stops at 2,048 nested elements and drops the rest of the page, whatever it is told. Tags that
open beyond a depth that no page of people's has are left out here, with those that close them: what they held
stays, in its order.
"""

from __future__ import annotations

import re

__all__ = ["shallow"]

DEEPEST = 300  # elements; the deepest of 1,055 real pages has 51
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|xmp)\b.*?(?:</\1\s*>|\Z)|<(/?)([a-zA-Z][^\s/>]*)[^>]*>",
    re.S | re.I,
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# What ends where the next one begins, or with what is around it.
ENDED_BY_OTHERS = frozenset("li dt dd option td th tr thead tbody tfoot".split())


def shallow(html: str) -> str:
    """The page with no more than `DEEPEST` elements in each other."""
    open_tags: list[str] = []
    left_out: dict[str, int] = {}

    def kept(match: re.Match[str]) -> str:
        closing, name = match[2], (match[3] or "").lower()
        if not name or name in VOID or name == "p":  # a <p> ends where the next begins
            return match[0]
        if not closing:
            if len(open_tags) >= DEEPEST:
                left_out[name] = left_out.get(name, 0) + 1
                return " "
            if name not in ENDED_BY_OTHERS:
                open_tags.append(name)
            return match[0]
        if left_out.get(name):
            left_out[name] -= 1
            return " "
        if name in open_tags:
            while open_tags.pop() != name:
                pass
        return match[0]

    return TAG.sub(kept, html)
