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
    image, link, sign, mark = _markup()
    text = link.sub(r"\1", image.sub(r"\1", markdown)) if "](" in markdown else markdown
    return mark.sub(_unmarked, sign.sub("\n", f"\n{text}")[1:])


def _unmarked(match: re.Match[str]) -> str:
    """What is left of a mark: of an escape its character, of emphasis nothing, `2 * 3` as it is."""
    mark, text = match[0], match.string
    if mark[0] == "\\":
        return mark[1:]
    before = text[match.start() - 1 : match.start()] or " "
    after = text[match.end() : match.end() + 1] or " "
    inside_a_word = mark[0] == "_" and before.isalnum() and after.isalnum()
    alone = before.isspace() and after.isspace()
    return mark if inside_a_word or alone else ""


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
def _markup() -> tuple[re.Pattern[str], ...]:
    """Images, links, the signs at the beginning of lines, and marks.

    Each begins with one of few characters that are written out, the signs with the line's end before them: only then
    does `re` pass over all others at once, and looks for them four times as fast. No part of an address is tried in
    two ways, which takes half of the time that links take.
    """
    address = r"\((?:[^()\s]++|\([^()]*\))*+(?:\s+\"[^\"]*\")?\)"
    return (
        re.compile(rf"!\[([^\]]*)\]{address}"),
        re.compile(rf"\[([^\]]*)\]{address}"),
        re.compile(r"\n[ \t]*(?:#{1,6}|>|[*+-]|\d+[.)])[ \t]+"),
        re.compile(r"\\[!-/:-@\[-`{-~]|\*[*`~]{0,2}|`[*`~]{0,2}|~[*`~]{0,2}|__{0,2}"),
    )
