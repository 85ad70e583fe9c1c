"""Patterns that are compiled when a page first needs them: sets of letters from all of Unicode take up to 3 ms each."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["compiled", "has_wide"]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, kept for good: `re` itself forgets patterns when there are many."""
    return re.compile(pattern)


def has_wide(text: str) -> bool:
    """Whether there may be Chinese, Japanese or Korean letters in it; most texts have none to look for."""
    return not text.isascii() and max(text) >= "\u3040"
