"""trafilatura's expressions, asked once of elements that are called the same.

Half of its time goes into XPaths that match names of classes with regular expressions, each a call out of C for each
element. Most of them look at nothing of an element but its own tag and attributes: those become functions, whose answers are
remembered, for a page, and a site, has few combinations. What looks at what is below an element is asked of those that the
rest leaves. Anything else stays an XPath, in which attributes that are missing are no longer matched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
        """The `rest` of the predicates looks below an element; `shape`: all such elements, the first, or the first child of each.

        `ValueError` where an element without attributes can fit, which is not looked at, and as for `condition`.
        """
        plain = QUOTED.sub("", predicates)
        values = list(dict.fromkeys(VALUE.findall(plain)))
        self._attributes = [value[1:] for value in values if "|" not in value]
        unions = [value for value in values if "|" in value]
        self._unions = [value[1:].split("|@", 1) for value in unions]
        self._fits: Condition = condition(predicates, [*(f"@{name}" for name in self._attributes), *unions])
        if any(self._fits(tag, *[None] * len(values)) for tag in (*TAG.findall(plain), "p")):
            raise ValueError("attributes are not needed")
        told = TAGS.match(plain)
        self._tags = tuple(dict.fromkeys(TAG.findall(told[0]))) if told else ("*",)
        self._rest = XPath(f"self::*{rest}", namespaces=NAMESPACES) if rest else None
        self._shape = shape
        self._known: dict[tuple[str | None, ...], bool] = {}

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        if len(self._known) > MOST:
            self._known.clear()
        known, attributes, unions, shape = self._known, self._attributes, self._unions, self._shape
        found: dict[HtmlElement, HtmlElement] = {}
        for element in tree.iterdescendants(*self._tags):
            given = element.attrib
            if not given:
                continue
            key = (element.tag, *map(given.get, attributes))
            if unions:
                key += tuple(_first(given, one, other) for one, other in unions)
            fits = known.get(key)
            if fits is None:
                fits = known[key] = bool(self._fits(*key))
            if fits and (self._rest is None or self._rest(element)):
                found.setdefault(element.getparent() if shape == "first child" else element, element)
                if shape == "first":
                    break
        return list(found.values())


def _first(given: Mapping[str, str], one: str, other: str) -> str | None:
    """The value of that one of two attributes which an element has first."""
    value, instead = given.get(one), given.get(other)
    if value is None or instead is None:
        return instead if value is None else value
    return value if next(name for name in given if name in (one, other)) == one else instead


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
