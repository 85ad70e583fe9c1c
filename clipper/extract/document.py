"""An article as data: blocks that hold runs of text, as Markdown, plain text and HTML all write it.

The walk over a page (`walk`) makes these once; the three writers only read them. That is why
Markdown, text and reading view cannot disagree, and why nothing that is not named here can get
into any of them. A paragraph is flat: each run bears the marks (bold, a link …) that cover it, so
nested, empty and doubled emphasis, and marks that span several blocks, need no case of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Link(NamedTuple):
    """A link as a mark on runs: an absolute http, https or mailto address."""

    url: str


Mark = str | Link  # strong em del code sup sub mark ins u small q, or a link
Marks = tuple[Mark, ...]  # in the order they were opened, none twice


class Kind(Enum):
    """What a run is."""

    TEXT = "text"
    BREAK = "break"
    IMAGE = "image"  # text: the alt text
    MATH = "math"  # text: TeX
    EMBED = "embed"  # text: a label; a video or frame elsewhere
    NOTE = "note"  # text: the footnote's label


@dataclass(slots=True)
class Run:
    """A stretch of one kind under the same marks."""

    text: str
    marks: Marks = ()
    kind: Kind = Kind.TEXT
    url: str = ""  # of an image or an embed
    title: str = ""  # of an image
    display: bool = False  # of mathematics: on a line of its own


@dataclass(slots=True)
class Paragraph:
    runs: list[Run]
    role: str = ""  # "caption", "summary", "term", "links" (of the code before it)


@dataclass(slots=True)
class Heading:
    level: int
    runs: list[Run]


@dataclass(slots=True)
class Code:
    text: str
    language: str = ""


@dataclass(slots=True)
class Rule:
    pass


@dataclass(slots=True)
class Quote:
    blocks: list[Block]


@dataclass(slots=True)
class Figure:
    blocks: list[Block]


@dataclass(slots=True)
class Item:
    blocks: list[Block]
    number: int | None = None  # None: one after the item before
    checked: bool | None = None  # None: not a task


@dataclass(slots=True)
class Listing:
    items: list[Item]
    ordered: bool = False
    start: int = 1
    reverse: bool = False

    def numbers(self) -> Iterator[int]:
        """The number that each item shows."""
        step = -1 if self.reverse else 1
        number = self.start
        for item in self.items:
            number = number if item.number is None else item.number
            yield number
            number += step


@dataclass(slots=True)
class Definition:
    """A term (`dt`) or what is said of it (`dd`)."""

    blocks: list[Block]
    term: bool


@dataclass(slots=True)
class Definitions:
    entries: list[Definition]


@dataclass(slots=True)
class Footnote:
    label: str
    blocks: list[Block]


@dataclass(slots=True)
class Cell:
    blocks: list[Block]
    header: bool = False
    colspan: int = 1
    rowspan: int = 1


@dataclass(slots=True)
class Row:
    cells: list[Cell]
    head: bool = False  # stood in <thead>


@dataclass(slots=True)
class Table:
    rows: list[Row]
    caption: list[Block] = field(default_factory=list)


Block = Paragraph | Heading | Code | Rule | Quote | Figure | Listing | Definitions | Footnote | Table


# What the walk gathers before a list, glossary or table is complete.
Part = Block | Item | Definition | Cell | Row


def stretch(runs: Sequence[Run], start: int, stop: int, outer: Marks) -> tuple[Mark | None, int]:
    """The mark that covers most from `start` on, apart from `outer`, and where it ends.

    The first run's marks compete; the longest is the outermost, as it was in the page, and of
    equals a link, then the one that was opened first.
    """
    best: Mark | None = None
    end = start + 1
    for mark in runs[start].marks:
        if mark == "code" or mark in outer:
            continue
        until = start + 1
        while until < stop and mark in runs[until].marks:
            until += 1
        if best is None or until > end or (until == end and isinstance(mark, Link)):
            best, end = mark, until
    return best, end
