"""trafilatura's expressions, asked once of elements that are called the same.

Half of its time goes into XPaths that match names of classes with regular expressions, each a call out of C for each
element. Most of them look at nothing of an element but its own tag and attributes, of which a page, and a site, has few
combinations: so the answer of the very same expression is remembered for each. What looks at what is below an element is asked
of those that the rest leaves. What looks at anything else is told by its words, and stays an XPath; there only attributes
that are missing are no longer matched.
"""

from __future__ import annotations

import re
from types import ModuleType

from lxml.etree import Element, XPath, XPathError
from lxml.html import HtmlElement

__all__ = ["remember"]

NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
SHAPES = {
    "all": re.compile(r"\.//\*(\[.*\])", re.S),
    "first": re.compile(r"\(\.//\*(\[.*\])\)\[1\]", re.S),
    "first child": re.compile(r"\.//\*(\[.*\])\[1\]", re.S),
}
# What such a condition consists of, apart from what it quotes: nothing that leads to another element, and no position.
OF_ITSELF = re.compile(
    r"(?:self::\w+|@[\w-]+|re:test|contains|starts-with|translate|not(?=\()|\b(?:or|and)\b|[\s()\[\],=|])*"
)
BELOW = re.compile(r"\.//\w+")
PREDICATE = re.compile(r"\[(?:'[^']*'|\"[^\"]*\"|[^\[\]'\"])*\]")
ATTRIBUTE = re.compile(r"@([\w-]+)")
TAG = re.compile(r"self::(\w+)")
TAGS = re.compile(r"\[\s*self::\w+(?:\s+or\s+self::\w+)*\s*\]")
MATCHED = re.compile(r"re:test\((@[\w-]+(?:\|@[\w-]+)*),\s*('[^']*'|\"[^\"]*\")(?:,\s*'\w*')?\)")
MOST = 5_000  # combinations that are remembered of an expression


class Remembered:
    """An expression about tag and attributes; called with an element, it finds what the XPath finds below it."""

    def __init__(self, condition: str, rest: str, shape: str) -> None:
        """`condition` and `rest`, which looks below an element, in brackets; `shape`: all such elements, the first, or the first child of each."""
        plain = QUOTED.sub("", condition)
        self._attributes = tuple(dict.fromkeys(ATTRIBUTE.findall(plain)))
        told = TAGS.match(plain)
        self._tags = tuple(dict.fromkeys(TAG.findall(told[0]))) if told else ("*",)
        self._named = [*TAG.findall(plain), "p"]
        self._rest = XPath(f"self::*{rest}", namespaces=NAMESPACES) if rest else None
        self._fits = XPath(f"self::*{condition}", namespaces=NAMESPACES)
        self._shape = shape
        self._known: dict[tuple[str | None, ...], bool] = {}

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        if len(self._known) > MOST:
            self._known.clear()
        known, attributes, shape = self._known, self._attributes, self._shape
        found: dict[HtmlElement, HtmlElement] = {}
        for element in tree.iterdescendants(*self._tags):
            given = element.attrib
            if not given:
                continue
            key = (element.tag, *map(given.get, attributes))
            fits = known.get(key)
            if fits is None:
                fits = known[key] = bool(self._fits(element))
            if fits and (self._rest is None or self._rest(element)):
                found.setdefault(element.getparent() if shape == "first child" else element, element)
                if shape == "first":
                    break
        return list(found.values())

    def fits_bare(self) -> bool:
        """Whether an element without attributes can fit, which is not looked at."""
        return any(self._fits(Element(tag)) for tag in self._named)


def remember(module: ModuleType) -> int:
    """Let the lists of XPaths in a module hold quicker ones that find the same; how many were replaced."""
    lists = [value for value in vars(module).values() if isinstance(value, list)]
    count = 0
    for expressions in lists:
        for n, expression in enumerate(expressions):
            if isinstance(expression, XPath) and (quicker := _quicker(expression)):
                expressions[n] = quicker
                count += 1
    return count


def _quicker(expression: XPath) -> XPath | Remembered | None:
    path = str(expression.path).strip()
    try:
        for shape, pattern in SHAPES.items():
            if (found := pattern.fullmatch(path)) and (apart := _apart(found[1])):
                quicker = Remembered(*apart, shape)
                if not quicker.fits_bare():
                    return quicker
        guarded = MATCHED.sub(
            lambda test: test[0] if re.search(test[2][1:-1], "") else f"({test[1]} and {test[0]})", path
        )
        return XPath(guarded, namespaces=NAMESPACES) if guarded != path else None
    except (XPathError, re.error):
        return None


def _apart(condition: str) -> tuple[str, str] | None:
    """The predicates about an element itself, and those that look below it; None if there are others."""
    if not OF_ITSELF.fullmatch(BELOW.sub("", QUOTED.sub("", condition))):
        return None
    predicates = PREDICATE.findall(condition)
    below = [one for one in predicates if BELOW.search(QUOTED.sub("", one))]
    return "".join(one for one in predicates if one not in below), "".join(below)
