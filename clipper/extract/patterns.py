"""Patterns that are compiled when a page first needs them: sets of letters from all of Unicode take up to 3 ms each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

__all__ = ["WIDE_LEADS", "any_of", "compiled", "has_wide"]

WIDE_LEADS = bytes(range(0xE3, 0xF0))  # with which the characters from U+3000 to U+FFFF begin as UTF-8


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, kept for good: `re` itself forgets patterns when there are many."""
    return re.compile(pattern)


def has_wide(text: str) -> bool:
    """Whether there may be Chinese, Japanese or Korean letters in it; most texts have none to look for."""
    if text.isascii():
        return False
    coded = text.encode("utf-8", "surrogatepass")
    return len(coded.translate(None, WIDE_LEADS)) != len(coded)


def any_of(stems: Sequence[str]) -> str:
    """An expression that finds any of the stems, grouped by their letters: where one ends, what only goes on from it is not looked for."""
    if len(stems) == 1:
        return re.escape(stems[0])
    groups: dict[str, list[str]] = {}
    for stem in stems:
        groups.setdefault(stem[:1], []).append(stem[1:])
    return "|".join(
        re.escape(letter) if "" in rest or not letter else f"{re.escape(letter)}(?:{any_of(rest)})"
        for letter, rest in groups.items()
    )
