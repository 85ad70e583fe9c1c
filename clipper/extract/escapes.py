"""Backslashes where CommonMark would misread a text, and nowhere else."""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[\\`*_\[\]<&~!]")
_ENTITY = r"&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,31};)"
_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~\n]|$)"  # a backslash before punctuation
    r"|`"
    r"|(?<!\s)\*|\*(?!\s|$)|^\*|\*$"  # an asterisk with space around it is none of ours
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore within a word is text
    r"|(?<=\])\("  # [text](
    r"|\[(?=\^)|\](?=:)"
    r"|~(?=~|$)|(?<=~)~|^~"
    r"|<(?=[a-zA-Z/!?])|!(?=\[)|" + _ENTITY
)
_IN_LINK = re.compile(r"[\[\]]|" + _INLINE.pattern)
_LINE_START = re.compile(
    r"(?P<mark>#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|~~~|=+\s*$|-+\s*$|[-|: ]*-[-|: ]*$)"
    r"|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$)"
    r"|:(?=\s)|\[(?=[ xX]\]\s)"
)
_RUN_OF_TICKS = re.compile(r"`+")


def inline(text: str, *, in_link: bool = False) -> str:
    """Text of a paragraph; its line starts are the business of `line_start`."""
    if not _SUSPECT.search(text):
        return text
    return (_IN_LINK if in_link else _INLINE).sub(r"\\\g<0>", text)


def line_start(line: str) -> str:
    """A finished line whose first characters would make it another kind of block."""
    match = _LINE_START.match(line)
    if not match:
        return line
    if match["number"]:
        return f"{match['number']}\\{line[match.end('number') :]}"
    return "\\" + line


def code_span(text: str) -> str:
    """Inline code in a fence of backticks longer than any inside."""
    fence = "`" * _free_length(text, 1)
    pad = " " if text[:1] in "` " or text[-1:] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fence_for(text: str) -> str:
    """The fence of a code block: three backticks, or one more than any run inside."""
    return "`" * max(3, max((len(run) for run in _RUN_OF_TICKS.findall(text)), default=0) + 1)


def _free_length(text: str, least: int) -> int:
    taken = {len(run) for run in _RUN_OF_TICKS.findall(text)}
    while least in taken:
        least += 1
    return least


def is_space(char: str) -> bool:
    """White space as the flanking rules see it; a border of the line counts."""
    return not char or char.isspace()


def is_punctuation(char: str) -> bool:
    """Punctuation as the flanking rules see it: ASCII's, and Unicode's P and S."""
    return bool(char) and unicodedata.category(char)[0] in "PS"
