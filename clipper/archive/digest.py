"""Which two readings of a page are the same article."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

__all__ = ["article_digest", "normalised", "text_digest"]

# Characters that nobody sees: soft hyphen, zero-width space and joiners, direction marks, word
# joiner and invisible operators, byte order mark, variation selectors. One at a time: with a `+` behind
# them `re` tries a match at every character, and takes more than twice as long.
INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


def article_digest(title: str | None, text: str) -> str:
    """The sha256, in hex, of what a reader sees: equal for two captures of one version.

    Width of letters, composition of accents, white space and invisible characters do not count;
    every other character does.
    """
    article = f"{normalised(title or '')}\n{_whole(text)}"
    return sha256(article.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=16)
def text_digest(text: str) -> str:
    """The first 128 bits, in hex, of the sha256 of a page's text alone; worked out once while the page is filed."""
    return sha256(_whole(text).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def normalised(text: str) -> str:
    """NFKC without invisible characters, white space folded; the same again for its own result."""
    if text.isascii():
        return " ".join(text.split())
    bare = INVISIBLE.sub("", text)
    visible = unicodedata.normalize("NFKC", bare)
    # NFKC may bring out another invisible character, as its tables grow, so both steps run until
    # nothing moves; on real text that is once.
    while visible != bare and INVISIBLE.search(visible):
        bare = INVISIBLE.sub("", visible)
        visible = unicodedata.normalize("NFKC", bare)
    return " ".join(visible.split())


@lru_cache(maxsize=16)
def _whole(text: str) -> str:
    """A page's text, normalised once for the four questions that are asked of it while it is filed."""
    return normalised(text)
