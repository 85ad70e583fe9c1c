"""What changed between two versions, as the diff view shows it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from clipper.datasette_plugin.shelf import Reading
from clipper.diff import Block, diff

__all__ = ["Told", "compare"]

FACTS = {"title": "Title", "author": "Author", "published": "Published", "final_url": "Address"}
AROUND = 1  # unchanged paragraphs shown on either side of a change


@dataclass(frozen=True, slots=True)
class Part:
    """Paragraphs that are shown, or (`folded`) an unchanged run that opens on demand."""

    blocks: list[Block]
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
            parts.append(Part(run, folded=False, jump=jump))
            continue
        head = run[:AROUND] if n else []
        tail = run[len(head) :][-AROUND:] if n + 1 < len(runs) else []
        middle = run[len(head) : len(run) - len(tail)]
        for some, folded in ((head, False), (middle, len(middle) > 1), (tail, False)):
            if some:
                parts.append(Part(some, folded=folded))
    return parts
