"""What changed between two versions, as the diff view shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from clipper.datasette_plugin.reading import Reading
from clipper.diff import Block, Piece, diff

__all__ = ["Told", "compare"]

FACTS = {"title": "Title", "author": "Author", "published": "Published", "final_url": "Address"}
AROUND = 1  # unchanged paragraphs shown on either side of a change
LONG = 700  # characters of one changed paragraph that did not change, from where on it is cut
EDGE = 280
HEADING = re.compile(r"#{1,6}[ \t]+")
LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
# A word in bold or italics; not beside a letter, a digit or another sign, as in `2**3**4`.
EMPHASIS = re.compile(r"(?<![A-Za-z0-9_*\\])(\*{1,3})(?=\S)([^*]*[^*\s\\])\1(?![A-Za-z0-9_*])")


@dataclass(frozen=True, slots=True)
class Shown:
    """A paragraph as it is shown: (kind, words) in order; the kind `gap` is what was left out."""

    kind: str
    pieces: list[tuple[str, str]]
    heading: bool
    moved_from: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """Paragraphs that are shown, or (`folded`) an unchanged run that opens on demand."""

    blocks: list[Shown]
    folded: bool
    jump: int = 0  # number of the change, from 1; 0 where nothing changed


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison: facts that changed, and the article in parts."""

    facts: list[tuple[str, str, str]]
    parts: list[Part]
    added: int
    removed: int
    changes: int


def compare(old: Reading, new: Reading) -> Told:
    """Compare two versions of one page."""
    found = diff(old.markdown, new.markdown)
    facts = [
        (label, str(old.snapshot[name] or "—"), str(new.snapshot[name] or "—"))
        for name, label in FACTS.items()
        if old.snapshot[name] != new.snapshot[name]
    ]
    parts = _parts(found.blocks)
    changes = max((part.jump for part in parts), default=0)
    return Told(facts, parts, found.added, found.removed, changes)


def _parts(blocks: tuple[Block, ...]) -> list[Part]:
    parts: list[Part] = []
    jump = 0
    runs = [(same, list(run)) for same, run in groupby(blocks, key=lambda b: b.kind == "same")]
    for n, (same, run) in enumerate(runs):
        if not same:
            jump += 1
            parts.append(Part([_shown(block) for block in run], folded=False, jump=jump))
            continue
        head = run[:AROUND] if n else []
        tail = run[len(head) :][-AROUND:] if n + 1 < len(runs) else []
        middle = run[len(head) : len(run) - len(tail)]
        for some, folded in ((head, False), (middle, len(middle) > 1), (tail, False)):
            if some:
                parts.append(Part([_shown(block) for block in some], folded=folded))
    return parts


def _shown(block: Block) -> Shown:
    """Without the signs of Markdown where they say nothing about what changed."""
    pieces = list(block.pieces)
    code = bool(pieces) and pieces[0].text.startswith("```")
    match = HEADING.match(pieces[0].text) if pieces else None
    if match:
        pieces[0] = Piece(pieces[0].kind, pieces[0].text[match.end() :])
    shown: list[tuple[str, str]] = []
    for piece in pieces:
        same = piece.kind == "same"
        text = EMPHASIS.sub(r"\2", LINK.sub(r"\1", piece.text)) if same and not code else piece.text
        if same and block.kind != "same" and len(text) > LONG:
            shown += [("same", text[:EDGE]), ("gap", " […] "), ("same", text[-EDGE:])]
        else:
            shown.append((piece.kind, text))
    moved_from = block.old + 1 if block.kind == "moved" and block.old is not None else None
    return Shown(block.kind, shown, heading=bool(match), moved_from=moved_from)
