"""Whether CommonMark will pair the asterisks and tildes of a line as they were meant.

`emphasis` settles what real pages have; for the rest (emphasis that touches emphasis between
punctuation, in a link, in an exponent) this follows the specification's own algorithm ("process
emphasis", CommonMark 0.31 appendix) over the signs of one line, and says whether any stays over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clipper.extract.escapes import is_punctuation, is_space


class Sign(str):
    """A piece of a line that is meant as a delimiter."""

    __slots__ = ()


@dataclass(slots=True)
class _Delimiter:
    size: int  # as written; the rule of three asks for it
    left: int  # not yet paired
    opens: bool
    closes: bool


def read_back(pieces: Sequence[str]) -> bool:
    """Whether every sign of the line finds its partner; no piece is empty, text is escaped."""
    levels: list[dict[str, list[_Delimiter]]] = [{}]
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        if piece == "[" and isinstance(piece, Sign):
            levels.append({})
        elif piece.startswith("](") and isinstance(piece, Sign):
            if not _all_paired(levels.pop()):
                return False
        elif isinstance(piece, Sign) and piece[0] in "*~":
            end = index + 1
            while end < len(pieces) and _continues(pieces[end], piece[0]):
                end += 1
            size = sum(map(len, pieces[index:end]))
            before = pieces[index - 1][-1] if index else ""
            after = pieces[end][0] if end < len(pieces) else ""
            found = _delimiter(before, after, size)
            levels[-1].setdefault(piece[0], []).append(found)
            index = end - 1
        index += 1
    return _all_paired(levels[0])


def _continues(piece: str, char: str) -> bool:
    return isinstance(piece, Sign) and piece[0] == char


def _delimiter(before: str, after: str, size: int) -> _Delimiter:
    left = not is_space(after) and (not is_punctuation(after) or is_space(before) or is_punctuation(before))
    right = not is_space(before) and (not is_punctuation(before) or is_space(after) or is_punctuation(after))
    return _Delimiter(size, size, left, right)


def _all_paired(found: dict[str, list[_Delimiter]]) -> bool:
    return all(_paired(delimiters, three=char == "*") for char, delimiters in found.items())


def _paired(delimiters: Sequence[_Delimiter], *, three: bool) -> bool:
    openers: list[_Delimiter] = []
    for closer in delimiters:
        while closer.left and closer.closes:
            place = next(
                (i for i in reversed(range(len(openers))) if _matches(openers[i], closer, three)),
                None,
            )
            if place is None:
                break
            if any(opener.left for opener in openers[place + 1 :]):
                return False
            opener = openers[place]
            used = 2 if min(opener.left, closer.left) >= 2 else 1
            opener.left -= used
            closer.left -= used
            openers = openers[: place + (opener.left > 0)]
        if closer.left and not closer.opens:
            return False
        if closer.left:
            openers.append(closer)
    return not openers


def _matches(opener: _Delimiter, closer: _Delimiter, three: bool) -> bool:
    if not three or not (opener.closes or closer.opens):
        return True
    both = opener.size % 3 == 0 and closer.size % 3 == 0
    return both or (opener.size + closer.size) % 3 != 0
