"""trafilatura's expressions, asked once of elements that are called the same.

Half of its time goes into XPaths that match names of classes with regular expressions, each a call out of C for each
element. Most of them look at nothing of an element but its own tag and attributes: those become functions, whose answers are
remembered, for a page, and a site, has few combinations. What looks at what is below an element is asked of those that the
rest leaves. Anything else stays an XPath, in which attributes that are missing are no longer matched.
"""

from __future__ import annotations

import re
from types import ModuleType

from lxml.etree import XPath, XPathError
from lxml.html import HtmlElement

from clipper.extract.conditions import Condition, condition

__all__ = ["remember"]

NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
SHAPES = {
    "all": re.compile(r"\.//\*(\[.*\])", re.S),
    "first": re.compile(r"\(\.//\*(\[.*\])\)\[1\]", re.S),
    "first child": re.compile(r"\.//\*(\[.*\])\[1\]", re.S),
}
BELOW = re.compile(r"\.//\w+")
PREDICATE = re.compile(r"\[(?:'[^']*'|\"[^\"]*\"|[^\[\]'\"])*\]")
VALUE = re.compile(r"@[\w-]+(?:\|@[\w-]+)?")
TAG = re.compile(r"self::(\w+)")
TAGS = re.compile(r"\[\s*self::\w+(?:\s+or\s+self::\w+)*\s*\]")
MATCHED = re.compile(r"re:test\((@[\w-]+(?:\|@[\w-]+)*),\s*('[^']*'|\"[^\"]*\")(?:,\s*'\w*')?\)")
MOST = 5_000  # combinations that are remembered of an expression


class Remembered:
    """An expression about tag and attributes; called with an element, it finds what the XPath finds below it."""

    def __init__(self, predicates: str, rest: str, shape: str) -> None:
        """The `rest` of the predicates looks below an element; `shape`: all such elements, the first, or the first child of each."""
        plain = QUOTED.sub("", predicates)
        values = list(dict.fromkeys(VALUE.findall(plain)))
        unions = [value for value in values if "|" in value]
        self._attributes = list(dict.fromkeys(name[1:] for value in values for name in value.split("|")))
        self._unions = [[self._attributes.index(name[1:]) + 1 for name in union.split("|")] for union in unions]
        self._fits: Condition = condition(predicates, [*(f"@{name}" for name in self._attributes), *unions])
        told = TAGS.match(plain)
        self._tags = tuple(dict.fromkeys(TAG.findall(told[0]))) if told else ("*",)
        self._rest = XPath(f"self::*{rest}", namespaces=NAMESPACES) if rest else None
        self._shape = shape
        self._known: dict[tuple[str | None, ...], bool] = {}

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        if len(self._known) > MOST:
            self._known.clear()
        known, attributes, shape = self._known, self._attributes, self._shape
        found: dict[HtmlElement, HtmlElement] = {}
        for element in tree.iterdescendants(*self._tags):
            key = (element.tag, *map(element.get, attributes))
            fits = known.get(key)
            if fits is None:
                fits = self._asked(element, key)
            if fits and (self._rest is None or self._rest(element)):
                found.setdefault(element.getparent() if shape == "first child" else element, element)
                if shape == "first":
                    break
        return list(found.values())

    def _asked(self, element: HtmlElement, key: tuple[str | None, ...]) -> bool:
        """Whether it fits; remembered for all with this key, unless the order of attributes counts, for those with this order."""
        firsts = [self._first(element, key, one, other) for one, other in self._unions]
        ordered = any(key[one] is not None and key[other] is not None for one, other in self._unions)
        name = (*key, *firsts) if ordered else key
        if name not in self._known:
            self._known[name] = bool(self._fits(*key, *firsts))
        return self._known[name]

    def _first(self, element: HtmlElement, key: tuple[str | None, ...], one: int, other: int) -> str | None:
        """The value of that one of two attributes which an element has first, by their places in its key."""
        if key[one] is None or key[other] is None:
            return key[other] if key[one] is None else key[one]
        names = list(element.attrib)
        return key[min(one, other, key=lambda place: names.index(self._attributes[place - 1]))]


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
    for shape, pattern in SHAPES.items():
        if found := pattern.fullmatch(path):
            try:
                return Remembered(*_apart(found[1]), shape)
            except (ValueError, re.error):
                continue
    try:
        guarded = MATCHED.sub(
            lambda test: test[0] if re.search(test[2][1:-1], "") else f"({test[1]} and {test[0]})", path
        )
        return XPath(guarded, namespaces=NAMESPACES) if guarded != path else None
    except (XPathError, re.error):
        return None


def _apart(predicates: str) -> tuple[str, str]:
    """The predicates about an element itself, and those that look below it. `ValueError`: one does neither."""
    itself: list[str] = []
    below: list[str] = []
    for predicate in PREDICATE.findall(predicates):
        (below if BELOW.search(QUOTED.sub("", predicate)) else itself).append(predicate)
    if not itself or PREDICATE.sub("", predicates).strip():
        raise ValueError(predicates)
    for predicate in below:
        alone = BELOW.sub("@below", predicate)
        condition(alone, VALUE.findall(QUOTED.sub("", alone)))
    return "".join(itself), "".join(below)
