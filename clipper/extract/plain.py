"""The document as plain text: a block a line, code as it stands, no sign that is not the page's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clipper.extract.document import (
    Block,
    Code,
    Definitions,
    Figure,
    Footnote,
    Heading,
    Kind,
    Listing,
    Paragraph,
    Quote,
    Run,
    Table,
)
from clipper.extract.patterns import compiled

# Chinese, Japanese and Korean write without spaces between words: a character counts as one. They are
# found by the run, which is the one group.
_WORD = (
    "([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"
    "|[^\\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
    "+(?:['’.-][^\\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+)*"
)

_WIDE = re.compile("[\u3040-\U0010ffff]")
_SPACED_WORD = r"[^\W_]+(?:['’.-][^\W_]+)*"  # the same for texts without those characters
_WESTERN = "cp1252"  # has all letters of most texts, and their quotation marks and dashes


def _sort_of(char: str) -> str:
    """`a` for a letter or digit, `.` for what may join two of them to one word, else a space."""
    return "a" if char.isalnum() else "." if char in "'’.-" else " "


_SORTS = "".join(_sort_of(bytes([code]).decode(_WESTERN, "replace")) for code in range(256)).encode()


def text(blocks: Iterable[Block]) -> str:
    """A block a line; a table's row is one line, and so is each line of code."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def count_words(text: str) -> int:
    """Words as a reader counts them; a Chinese, Japanese or Korean character is one.

    By where words begin, in a third of the time that an expression takes: it is asked for every line of a page.
    """
    try:
        written = text.encode() if text.isascii() else text.encode(_WESTERN)
    except UnicodeEncodeError:
        return _count_others(text)
    sorts = b" " + written.translate(_SORTS)
    # Behind a space, or behind a sign that has no letter before it.
    return sorts.count(b" a") + sorts.count(b" .a") + sorts.count(b"..a")


def _count_others(text: str) -> int:
    if not _WIDE.search(text):
        return len(compiled(_SPACED_WORD).findall(text))
    found = compiled(_WORD).findall(text)
    return found.count("") + len("".join(found))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(role="links"):  # their words stand in the code before them
            pass
        case Paragraph() | Heading():
            yield line(block.runs)
        case Code():
            yield block.text
        case Quote():
            yield text(block.blocks)
        case Figure():  # a caption is its picture's, and no part of what is told
            yield text(part for part in block.blocks if not (isinstance(part, Paragraph) and part.role == "caption"))
        case Footnote():
            yield f"{block.label} {text(block.blocks)}"
        case Listing():
            for item in block.items:
                yield text(item.blocks)
        case Definitions():
            for entry in block.entries:
                yield text(entry.blocks)
        case Table():
            yield text(block.caption)
            for row in block.rows:
                cells = (text(cell.blocks).replace("\n", " ") for cell in row.cells)
                yield " ".join(cell for cell in cells if cell)
        case _:
            pass


def line(runs: Sequence[Run]) -> str:
    """What is read of the runs: text and TeX; pictures and embeds are not text."""
    if len(runs) == 1 and runs[0].kind is Kind.TEXT:
        return runs[0].text.strip()
    return "".join(
        "\n" if run.kind is Kind.BREAK else run.text for run in runs if run.kind not in (Kind.IMAGE, Kind.EMBED)
    ).strip()
