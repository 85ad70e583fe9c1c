"""Text as paragraphs and words. A CJK character is a word."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["count", "is_word", "paragraphs", "plain", "tokens", "words"]

CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)


def paragraphs(text: str) -> list[str]:
    """The blocks between blank lines, white space around them dropped."""
    return [block for part in _blank_line().split(text) if (block := part.strip())]


def tokens(text: str) -> list[str]:
    """Words, CJK characters, white space and signs, which joined are the text again."""
    return _token().findall(text)


def words(text: str) -> list[str]:
    """Words and CJK characters alone."""
    return _word().findall(text)


def is_word(token: str) -> bool:
    """Whether a token is a word, and not white space or a sign."""
    return token[0].isalnum() or token[0] == "_"


def count(items: list[str]) -> int:
    """How many of the tokens are words."""
    return sum(map(is_word, items))


def plain(markdown: str) -> str:
    """The words of a Markdown text without addresses and most marks."""
    image, link, marks = _markup()
    return marks.sub(lambda match: match[1] or "", link.sub(r"\1", image.sub(r"\1", markdown)))


# Compiled when first used: a command that compares nothing does not pay the 8 ms.


@cache
def _blank_line() -> re.Pattern[str]:
    return re.compile(r"\n\s*\n")


@cache
def _token() -> re.Pattern[str]:
    """A CJK character, a word with inner apostrophes, points and hyphens, space, a sign."""
    return re.compile(rf"{_word().pattern}|\s+|.", re.DOTALL)


@cache
def _word() -> re.Pattern[str]:
    part = rf"[^\W{CJK}]+"
    return re.compile(rf"[{CJK}]|{part}(?:['’.\-]{part})*")


@cache
def _markup() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    address = r"\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)"
    return (
        re.compile(rf"!\[([^\]]*)\]{address}"),
        re.compile(rf"\[([^\]]*)\]{address}"),
        re.compile(
            r"\\([!-/:-@\[-`{-~])|^[ \t]*(?:#{1,6}|>|[*+-]|\d+[.)])[ \t]+"
            r"|[*`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}"
            r"|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)",
            re.MULTILINE,
        ),
    )
