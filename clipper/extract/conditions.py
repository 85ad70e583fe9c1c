"""XPath conditions about an element's own tag and attributes, as functions of them.

lxml calls out of C for each `re:test`, and takes 60 µs for one of trafilatura's conditions; a function takes a tenth. What
the words mean: https://www.w3.org/TR/xpath-10/ and http://exslt.org/regexp/functions/test/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

__all__ = ["Condition", "condition"]

Condition = Callable[..., object]
TOKEN = re.compile(
    r"\s*('[^']*'|\"[^\"]*\"|@[\w-]+(?:\|@[\w-]+)?|self::\w+|or\b|and\b|(?:re:test|contains|starts-with|translate|not)\(|[()\[\]=,])\s*"
)


def condition(predicates: str, values: Sequence[str]) -> Condition:
    """Whether all predicates, `[…][…]`, hold; asked with a tag and these values, None where an element has none.

    A value is an attribute, `@id`, or that one of two which an element has first, `@id|@class`.
    `ValueError` where a predicate says more than is known here.
    """
    translation = _Translation(predicates, values)
    arguments = ", ".join(["tag", *(f"v{n}" for n in range(len(values)))])
    # Nothing is in it but what is written below: of what a predicate quotes, its repr.
    found: Condition = eval(f"lambda {arguments}: {translation.all()}", translation.names)
    return found


class _Translation:
    """Reads predicates once, from left to right, and writes Python; `names` are what that calls besides the arguments."""

    def __init__(self, predicates: str, values: Sequence[str]) -> None:
        self.names: dict[str, object] = {}
        self._values = {value: f"v{n}" for n, value in enumerate(values)}
        self._tokens = TOKEN.findall(predicates)
        if TOKEN.sub("", predicates):
            raise ValueError(f"not understood: {predicates}")

    def all(self) -> str:
        parts = []
        while self._tokens:
            self._take("[")
            parts.append(self._any())
            self._take("]")
        return " and ".join(parts)

    def _any(self) -> str:
        parts = [self._both()]
        while self._found("or"):
            parts.append(self._both())
        return f"({' or '.join(parts)})"

    def _both(self) -> str:
        parts = [self._one()]
        while self._found("and"):
            parts.append(self._one())
        return f"({' and '.join(parts)})"

    def _one(self) -> str:
        token = self._next()
        if token in ("(", "not("):
            inner = self._any()
            self._take(")")
            return f"(not {inner})" if token == "not(" else inner
        if token.startswith("self::"):
            return f"tag == {token[6:]!r}"
        if token in self._values:
            value = self._values[token]
            return f"{value} == {self._literal()!r}" if self._found("=") else f"{value} is not None"
        return self._called(token)

    def _called(self, function: str) -> str:
        text = self._text()
        self._take(",")
        said = self._literal()
        if function == "re:test(":
            flags = self._literal() if self._found(",") else ""
            source = f"{self._named(re.compile(said, re.I if 'i' in flags else 0).search)}({text})"
        elif function == "contains(":
            source = f"{said!r} in {text}"
        elif function == "starts-with(":
            source = f"{text}.startswith({said!r})"
        else:
            raise ValueError(function)
        self._take(")")
        return source

    def _text(self) -> str:
        token = self._next()
        if token == "translate(":
            text = self._text()
            self._take(",")
            old = self._literal()
            self._take(",")
            new = self._literal()
            self._take(")")
            return f"{text}.translate({self._named(str.maketrans(old, new))})"
        if token in self._values:
            return f"({self._values[token]} or '')"
        raise ValueError(token)

    def _named(self, thing: object) -> str:
        name = f"n{len(self.names)}"
        self.names[name] = thing
        return name

    def _literal(self) -> str:
        token = self._next()
        if token[0] not in "'\"":
            raise ValueError(token)
        return token[1:-1]

    def _next(self) -> str:
        if not self._tokens:
            raise ValueError("it ends too soon")
        return str(self._tokens.pop(0))

    def _take(self, token: str) -> None:
        if not self._found(token):
            raise ValueError(f"no {token}")

    def _found(self, token: str) -> bool:
        if self._tokens[:1] == [token]:
            del self._tokens[0]
            return True
        return False
