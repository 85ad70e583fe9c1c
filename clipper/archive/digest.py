"""Which two readings of a page are the same article."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

__all__ = ["article_digest", "normalised"]

# Characters that nobody sees: soft hyphen, zero-width space and joiners, direction marks, word
# joiner and invisible operators, byte order mark, variation selectors.
INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]+")


def article_digest(title: str | None, text: str) -> str:
    """The sha256, in hex, of what a reader sees: equal for two captures of one version.

    Width of letters, composition of accents, white space and invisible characters do not count;
    every other character does.
    """
    article = f"{normalised(title or '')}\n{normalised(text)}"
    return sha256(article.encode("utf-8", "surrogatepass")).hexdigest()


def normalised(text: str) -> str:
    """NFKC without invisible characters, white space folded; the same again for its own result."""
    if text.isascii():
        return " ".join(text.split())
    visible = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    # NFKC may bring out another invisible character, as its tables grow, so both steps run until
    # nothing moves; on real text that is once.
    while INVISIBLE.search(visible):
        visible = unicodedata.normalize("NFKC", INVISIBLE.sub("", visible))
    return " ".join(visible.split())
