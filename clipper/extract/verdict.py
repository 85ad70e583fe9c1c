"""What a capture is before anything counts as a clip: an article, or one of the ways to have none.

Signatures are data (signatures.toml): an exact phrase and the size of text it holds for. Bare
keywords misfire: 您还未登录 stands in the footer of 533 good pages.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clipper.models import Verdict

__all__ = ["verdict"]

THIN = 60  # words, a CJK character one each, below which an article is thin
SHELL = 80  # words below which a page of scripts is a shell


@dataclass(frozen=True, slots=True)
class Signature:
    """A phrase that makes a page with at most `at_most` words of text what `verdict` says."""

    verdict: Verdict
    phrase: str
    at_most: int


@cache
def signatures() -> tuple[Signature, ...]:
    """Those that ship with clipper."""
    data = tomllib.loads(Path(__file__).with_name("signatures.toml").read_text("utf-8"))
    return tuple(
        Signature(Verdict(name), phrase.lower(), table["at_most"])
        for name, tables in data.items()
        for table in tables
        for phrase in table["phrases"]
    )


def verdict(page_text: str, article: str, words: int, *, scripts: int) -> tuple[Verdict, str]:
    """The verdict and its reason, from the text of the whole page and of its article."""
    folded = " ".join(page_text.lower().split())
    size = _words(folded)
    for signature in signatures():
        if size <= signature.at_most and signature.phrase in folded:
            return signature.verdict, f"it says “{signature.phrase}”"
    if size < SHELL and scripts and words < THIN:
        return Verdict.SCRIPT_SHELL, f"{scripts} scripts and {size} words"
    if not article.strip():
        return Verdict.EMPTY, "there is no text on it" if not size else "no article was found on it"
    return (Verdict.THIN, f"{words} words") if words < THIN else (Verdict.OK, "")


def _words(text: str) -> int:
    return len(
        re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", text)
    )
