"""A comparison in the forms that people and programs read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clipper.diff import Block, Diff, Piece

__all__ = ["as_json", "as_markdown", "as_terminal", "unified"]

RESET = "\x1b[0m"
COLOURS = {"removed": "\x1b[31m", "added": "\x1b[32m", "moved": "\x1b[36m", "note": "\x1b[2m"}
SIGNS = {"removed": "-", "added": "+", "changed": "~", "moved": ">"}
LONG = 160  # characters that did not change, from where on their middle is left out
EDGE = 60


def as_terminal(comparison: Diff, *, color: bool = True) -> str:
    """For a terminal: what changed, with as much around it as shows where.

    Page text is escaped: the only control sequences are our own. Without colour, removed words
    stand in [-…-] and added ones in {+…+}.
    """
    parts = []
    for kind, blocks in groupby(comparison.blocks, key=lambda block: block.kind):
        if kind == "same":
            number = len(list(blocks))
            text = f"  … {number} paragraph{'s' if number > 1 else ''} unchanged …"
            parts.append(_coloured(text, "note", color))
        else:
            parts += [_terminal_block(block, color) for block in blocks]
    return "\n\n".join(parts) if comparison else "no change"


def as_markdown(comparison: Diff) -> str:
    """All of the new text, with ~~removed~~ and **added** words; moved paragraphs say so."""
    return "\n\n".join(_markdown_block(block) for block in comparison.blocks)


def as_json(comparison: Diff) -> dict[str, Any]:
    """Plain data: numbers, and every paragraph that is not the same."""
    changed = [block for block in comparison.blocks if block.kind != "same"]
    return {
        "words_added": comparison.added,
        "words_removed": comparison.removed,
        "unchanged_paragraphs": len(comparison.blocks) - len(changed),
        "paragraphs": [
            {
                "kind": block.kind,
                "old": block.old,
                "new": block.new,
                "pieces": [{"kind": piece.kind, "text": piece.text} for piece in block.pieces],
            }
            for block in changed
        ],
    }


def unified(old: str, new: str, old_name: str = "old", new_name: str = "new") -> str:
    """A unified diff by lines, as `patch` takes it; the text is not escaped."""
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), old_name, new_name)
    return "".join(_ended(line) for line in lines)


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _terminal_block(block: Block, color: bool) -> str:
    sign = SIGNS[block.kind]
    if block.kind in ("removed", "added"):
        return _coloured(f"{sign} {_safe(block.pieces[0].text)}", block.kind, color)
    text = "".join(_terminal_piece(piece, color) for piece in block.pieces)
    if block.kind == "changed":
        return f"{sign} {text}"
    where = f"{sign} moved from paragraph {(block.old or 0) + 1}: "
    return f"{_coloured(where, 'moved', color)}{text}"


def _terminal_piece(piece: Piece, color: bool) -> str:
    text = _safe(piece.text)
    if piece.kind == "same":
        return f"{text[:EDGE]} … {text[-EDGE:]}" if len(text) > LONG else text
    if color:
        return _coloured(text, piece.kind, color)
    return f"[-{text}-]" if piece.kind == "removed" else f"{{+{text}+}}"


def _coloured(text: str, kind: str, color: bool) -> str:
    """Each line by itself, so that a pager which cuts lines keeps the colours right."""
    if not color:
        return text
    return "\n".join(f"{COLOURS[kind]}{line}{RESET}" for line in text.split("\n"))


def _markdown_block(block: Block) -> str:
    text = "".join(_marked_up(piece) for piece in block.pieces)
    return f"*(moved)* {text}" if block.kind == "moved" else text


def _marked_up(piece: Piece) -> str:
    if piece.kind == "same":
        return piece.text
    mark = "~~" if piece.kind == "removed" else "**"
    return "\n".join(_marked_line(line, mark) for line in piece.text.split("\n"))


def _marked_line(line: str, mark: str) -> str:
    """Marks hug the words: Markdown does not take `** this **` for emphasis."""
    words = line.strip()
    if not words:
        return line
    start = line.index(words)
    lead, rest = _lead(words)
    if not rest:
        return line
    return f"{line[:start]}{lead}{mark}{rest}{mark}{line[start + len(words) :]}"


def _lead(words: str) -> tuple[str, str]:
    """A heading's, list item's or quote's sign, which has to stay at the front, and the rest."""
    match = _line_sign().match(words)
    cut = match.end() if match else 0
    return words[:cut], words[cut:]


def _safe(text: str) -> str:
    return "".join(_escapes(text)) if _unsafe().search(text) else text


def _escapes(text: str) -> Iterator[str]:
    for character in text:
        code = ord(character)
        if not _unsafe().match(character):
            yield character
        elif code < 0x10000:
            yield f"\\u{code:04x}"
        else:
            yield f"\\U{code:08x}"


@cache
def _unsafe() -> re.Pattern[str]:
    """Control, format and surrogate characters and line separators; new lines and tabs stay."""
    return re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f"
        "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    )


@cache
def _line_sign() -> re.Pattern[str]:
    return re.compile(r"(?:#{1,6}|>|[*+-]|\d+[.)])(?:\s+|$)")
