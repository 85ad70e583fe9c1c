"""trafilatura's answer found again in the page: which blocks say what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clipper.extract.blocks import Node
from clipper.extract.page import squeezed

__all__ = ["Answer", "answered"]

WHOLE = 400_000  # letters of an answer that are searched
WORK = 1_000_000_000  # letters compared for one page, about; beyond that whole lines alone are looked up
SAID = 12  # letters from which a text is the answer's wherever it stands there
PIECES = 40  # letters from which a block is looked for in pieces
PIECE = 20
MAYBE = 0.4  # for a short text that stands somewhere in the answer
LONG = 20  # letters of a block that tells where the answer is
FAR = 99


@dataclass(frozen=True, slots=True)
class Answer:
    """Of each block: the share of it that is in the answer, and how near it is to blocks that are."""

    letters: int  # of the answer
    shares: list[float]
    since: list[int]  # blocks since the last long one that is in the answer; FAR: none
    until: list[int]
    first: int  # index of the first long block in the answer, -1: none
    last: int
    count: int  # of those blocks


def answered(blocks: Sequence[Node], answer: str) -> Answer:
    """Look each block up in the answer."""
    said = [letters for line in answer.splitlines() if (letters := squeezed(line))]
    lines, whole = set(said), "".join(said)[:WHOLE]
    searched = whole if len(whole) * len(blocks) < WORK else ""
    shares = [_share(block.letters, lines, searched) for block in blocks]
    sure = [share >= 0.5 and len(block.letters) >= LONG for share, block in zip(shares, blocks, strict=True)]
    places = [n for n, is_sure in enumerate(sure) if is_sure]
    return Answer(
        letters=len(whole),
        shares=shares,
        since=_distances(sure),
        until=_distances(sure[::-1])[::-1],
        first=places[0] if places else -1,
        last=places[-1] if places else -1,
        count=len(places),
    )


def _share(letters: str, lines: set[str], whole: str) -> float:
    if letters in lines:
        return 1.0
    if len(letters) < SAID:
        return MAYBE if letters in whole else 0.0
    if letters in whole:
        return 1.0
    if len(letters) < PIECES:
        return 0.0
    starts = range(0, len(letters) - PIECE + 1, max(PIECE, len(letters) // 8))
    return sum(letters[start : start + PIECE] in whole for start in starts) / len(starts)


def _distances(sure: list[bool]) -> list[int]:
    distances, distance = [], FAR
    for is_sure in sure:
        distance = 0 if is_sure else min(FAR, distance + 1)
        distances.append(distance)
    return distances
