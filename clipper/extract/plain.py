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
from clipper.extract.patterns import compiled, has_wide

# Chinese, Japanese and Korean write without spaces between words: a character counts as one.
_WORD = (
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[^\\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
    "+(?:['’.-][^\\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+)*"
)

_SPACED_WORD = r"[^\W_]+(?:['’.-][^\W_]+)*"  # the same for texts without those characters
_ASCII_WORD = re.compile("[A-Za-z0-9]+(?:['.-][A-Za-z0-9]+)*")  # the same, in a quarter of the time


def text(blocks: Iterable[Block]) -> str:
    """A block a line; a table's row is one line, and so is each line of code."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def count_words(text: str) -> int:
    """Words as a reader counts them; a Chinese, Japanese or Korean character is one."""
    if text.isascii():
        return len(_ASCII_WORD.findall(text))
    return len(compiled(_WORD if has_wide(text) else _SPACED_WORD).findall(text))


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
    return "".join(
        "\n" if run.kind is Kind.BREAK else run.text for run in runs if run.kind not in (Kind.IMAGE, Kind.EMBED)
    ).strip()
