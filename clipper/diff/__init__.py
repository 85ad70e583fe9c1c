"""What changed between two texts, in words that a reader of Chinese or English sees.

Paragraphs are aligned first, then the words inside paragraphs that became others. Paragraphs that
went elsewhere are told as moved, not as removed here and added there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from clipper.diff.render import as_json, as_markdown, as_terminal, unified
from clipper.diff.sequences import Run, longest_increasing, runs
from clipper.diff.words import count, paragraphs, plain, tokens, words

__all__ = [
    "Block",
    "Diff",
    "Piece",
    "as_json",
    "as_markdown",
    "as_terminal",
    "changed_words",
    "diff",
    "plain",
    "unified",
]

SIMILAR = 0.35  # of the words and pairs of words, from where on one paragraph became the other
ALONE = 0.15  # where one paragraph stands against one, little is enough
SHORT = 20  # words; up to there single words count as well
JOINED = 0.5  # of the words and pairs of words, from where on two runs of paragraphs are compared as one
SAMPLE = 64  # signs of a paragraph that choose candidates; all of them decide
CANDIDATES = 3
COMMON = 8  # a pair of words that more paragraphs have says nothing about which is which


Sign = tuple[str, ...]  # a pair of words, or one


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a paragraph."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or what became of it; several, where they were split or joined. `old` and `new` count from 0."""

    kind: Literal["same", "added", "removed", "changed", "moved"]
    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """All paragraphs of both texts, in the order of the new one."""

    blocks: tuple[Block, ...]
    added: int  # words; what only moved is in neither number
    removed: int

    def __bool__(self) -> bool:
        return any(block.kind != "same" for block in self.blocks)


def diff(old: str, new: str) -> Diff:
    """Compare two texts, Markdown or plain.

    Stages: equal paragraphs in order; the rest paired by likeness; each pair word by word; where that makes much of
    little, because paragraphs were split or joined, all that stands between two equal ones as one.
    """
    before, after = paragraphs(old), paragraphs(new)
    aligned = list(runs(before, after))
    pairs = _pairs(before, after, [run for run in aligned if not run.equal])
    blocks: list[Block] = []
    added = removed = 0
    for run in aligned:
        told = list(_blocks(before, after, run, pairs))
        for block, plus, minus in _joined(before, after, run, pairs, told) or told:
            blocks.append(block)
            added += plus
            removed += minus
    return Diff(tuple(blocks), added, removed)


def changed_words(old: str, new: str) -> tuple[int, int]:
    """How many words were added and removed; a paragraph that only moved counts as neither."""
    found = diff(old, new)
    return found.added, found.removed


Told = tuple[Block, int, int]  # and how many words were added and removed


def _blocks(before: list[str], after: list[str], run: Run, pairs: dict[int, int]) -> Iterator[Told]:
    """Every paragraph of a run in the order of the new text; removed ones stand where they stood."""
    if run.equal:
        for i, j in zip(range(run.i1, run.i2), range(run.j1, run.j2), strict=True):
            yield Block("same", i, j, (Piece("same", after[j]),)), 0, 0
        return
    paired = set(pairs.values())
    in_place = _in_place(run, pairs)
    i = run.i1
    for j in range(run.j1, run.j2):
        if j not in pairs:
            yield Block("added", None, j, (Piece("added", after[j]),)), _words(after[j]), 0
            continue
        if j in in_place:
            yield from _removed(before, range(i, pairs[j]), paired)
            i = pairs[j] + 1
        kind: Literal["changed", "moved"] = "changed" if j in in_place else "moved"
        pieces, plus, minus = _pieces(before[pairs[j]], after[j])
        yield Block(kind, pairs[j], j, pieces), plus, minus
    yield from _removed(before, range(i, run.i2), paired)


def _joined(
    before: list[str], after: list[str], run: Run, pairs: dict[int, int], told: list[Told]
) -> list[Told] | None:
    """A gap as one changed block, if paragraphs were split or joined in it; None if that says no less."""
    old, new = range(run.i1, run.i2), range(run.j1, run.j2)
    slight = min(sum(plus for _, plus, _ in told), sum(minus for _, _, minus in told))
    elsewhere = any((i in old) != (j in new) for j, i in pairs.items())
    if len(old) == len(new) or slight < SHORT or elsewhere:
        return None
    left, right = "\n\n".join(before[i] for i in old), "\n\n".join(after[j] for j in new)
    if _likeness(set(_signs(left)), set(_signs(right))) < JOINED:
        return None
    pieces, plus, minus = _pieces(left, right)
    if min(plus, minus) > slight / 2:
        return None
    return [(Block("changed", run.i1, run.j1, pieces), plus, minus)]


def _removed(before: list[str], which: range, paired: set[int]) -> Iterator[Told]:
    for i in which:
        if i not in paired:
            yield Block("removed", i, None, (Piece("removed", before[i]),)), 0, _words(before[i])


def _in_place(run: Run, pairs: dict[int, int]) -> set[int]:
    """The new paragraphs of a gap whose partners stand in the same gap and in the same order."""
    inside = [j for j in range(run.j1, run.j2) if j in pairs and run.i1 <= pairs[j] < run.i2]
    return {inside[n] for n in longest_increasing([pairs[j] for j in inside])}


def _pairs(before: list[str], after: list[str], gaps: list[Run]) -> dict[int, int]:
    """Which new paragraph is which old one, of those not equal and in order; best first."""
    signs_old = {i: _signs(before[i]) for run in gaps for i in range(run.i1, run.i2)}
    signs_new = {j: _signs(after[j]) for run in gaps for j in range(run.j1, run.j2)}
    if not signs_old or not signs_new:
        return {}
    sets_old = {i: set(signs) for i, signs in signs_old.items()}
    alone = {(g.i1, g.j1) for g in gaps if g.i2 - g.i1 == 1 == g.j2 - g.j1}
    holders = _holders(sets_old)
    found = []
    for j, signs in signs_new.items():
        own = set(signs)
        for i in _candidates(signs, holders):
            likeness = _likeness(own, sets_old[i])
            if likeness >= (ALONE if (i, j) in alone else SIMILAR):
                found.append((before[i] != after[j], -likeness, abs(i - j), i, j))
    return _one_to_one(sorted(found))


def _likeness(one: set[Sign], other: set[Sign]) -> float:
    """How much two paragraphs have in common: 0 nothing, 1 all."""
    return 2 * len(one & other) / (len(one) + len(other))


def _holders(sets_old: dict[int, set[Sign]]) -> dict[Sign, list[int]]:
    """Which old paragraphs have a sign."""
    holders: dict[Sign, list[int]] = defaultdict(list)
    for i, signs in sets_old.items():
        for sign in signs:
            holders[sign].append(i)
    return holders


def _candidates(signs: list[Sign], holders: dict[Sign, list[int]]) -> list[int]:
    """The old paragraphs that share most of a sample of the signs."""
    votes: dict[int, int] = defaultdict(int)
    for sign in signs[:: 1 + len(signs) // SAMPLE]:
        held = holders.get(sign, ())
        if len(held) <= COMMON:
            for i in held:
                votes[i] += 1
    return sorted(votes, key=lambda i: (-votes[i], i))[:CANDIDATES]


def _one_to_one(found: list[tuple[bool, float, int, int, int]]) -> dict[int, int]:
    taken: set[int] = set()
    pairs: dict[int, int] = {}
    for *_, i, j in found:
        if i not in taken and j not in pairs:
            taken.add(i)
            pairs[j] = i
    return pairs


def _signs(paragraph: str) -> list[Sign]:
    """The pairs of neighbouring words of a paragraph; of a shorter one what there is."""
    found = words(paragraph.lower())
    if len(found) > SHORT:
        return list(pairwise(found))
    return [*pairwise(found), *((word,) for word in found)] or [(paragraph,)]


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], int, int]:
    """Two paragraphs word by word, and how many words were added and removed."""
    if old == new:
        return (Piece("same", new),), 0, 0
    left, right = tokens(old), tokens(new)
    found = list(runs(left, right))
    apart = [run for run in found if not run.equal]
    added = sum(count(right[run.j1 : run.j2]) for run in apart)
    removed = sum(count(left[run.i1 : run.i2]) for run in apart)
    pieces: list[Piece] = []
    for run in _readable(found, left):
        if run.equal:
            pieces.append(Piece("same", "".join(left[run.i1 : run.i2])))
            continue
        if run.i1 < run.i2:
            pieces.append(Piece("removed", "".join(left[run.i1 : run.i2])))
        if run.j1 < run.j2:
            pieces.append(Piece("added", "".join(right[run.j1 : run.j2])))
    return tuple(pieces), added, removed


def _readable(found: list[Run], left: list[str]) -> Iterator[Run]:
    """Changes with only a space, a sign or one word between them, told as one change."""
    waiting: Run | None = None
    for n, run in enumerate(found):
        inner = waiting is not None and n + 1 < len(found)
        if run.equal and not (inner and _slight(left[run.i1 : run.i2], waiting, found[n + 1])):
            if waiting is not None:
                yield waiting
                waiting = None
            yield run
        else:
            waiting = Run(False, waiting.i1, run.i2, waiting.j1, run.j2) if waiting else run
    if waiting is not None:
        yield waiting


def _slight(between: list[str], before: Run | None, after: Run) -> bool:
    """Whether what two changes have between them is too little to stop a reader's eye."""
    if before is None:
        return False
    words = count(between)
    if not words:
        return len(between) < 3 and "\n" not in "".join(between)
    changed = min(max(run.i2 - run.i1, run.j2 - run.j1) for run in (before, after))
    return words == 1 and len(between) <= 3 and changed >= 3


def _words(text: str) -> int:
    return count(tokens(text))
