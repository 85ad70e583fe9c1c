"""The document as Markdown: CommonMark with GitHub's tables, task lists, strike-through, footnotes.

Definition lists are written as PHP Markdown Extra has them, mathematics between dollar signs, and
superscripts as HTML, which CommonMark takes as it is. What Markdown has no sign for (underline,
marker, small print) is left as text; the sanitised HTML has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import groupby

from clipper.extract import escapes
from clipper.extract.delimiters import Sign, read_back
from clipper.extract.document import (
    Block,
    Cell,
    Code,
    Definitions,
    Figure,
    Footnote,
    Heading,
    Kind,
    Link,
    Listing,
    Marks,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    stretch,
)
from clipper.extract.emphasis import EMPHASIS, settled, without
from clipper.extract.tables import grid

RAW = frozenset(("sup", "sub"))  # marks that are written as HTML
UNSIGNED = frozenset(("u", "ins", "small", "mark"))  # the HTML has them
ONE_LINE = 80  # characters that a cell of two lines has at most, if it is one line that was broken
HEADER_LENGTH = 60  # characters: a longer cell is no column's name


def markdown(blocks: Iterable[Block]) -> str:
    """The blocks, one empty line between them."""
    return "\n".join(_blocks(list(blocks)))


def _blocks(blocks: Sequence[Block], *, tight: bool = False) -> list[str]:
    """The lines of several blocks."""
    out: list[str] = []
    before: Block | None = None
    turn = False  # the other marker, so that two lists in a row stay two
    for block in blocks:
        turn = not turn if isinstance(block, Listing) and _same(before, block) else False
        lines = _listing(block, turn=turn) if isinstance(block, Listing) else _lines(block)
        if not lines:
            continue
        if out and not (tight and isinstance(block, Listing)):
            out.append("")
        out.extend(lines)
        before = block
    return out


def _same(before: Block | None, block: Listing) -> bool:
    return isinstance(before, Listing) and before.ordered == block.ordered


def _lines(block: Block) -> list[str]:
    match block:
        case Paragraph():
            return _paragraph(block)
        case Heading():
            text = _line(block.runs).replace("\n", " ")
            text = text[:-1] + "\\#" if text.endswith("#") else text
            return ["#" * block.level + " " + text]
        case Code():
            fence = escapes.fence_for(block.text)
            return [fence + block.language, *block.text.split("\n"), fence]
        case Rule():
            return ["___"]  # "---" could be front matter, a heading's underline or an item
        case Quote():
            return [f"> {line}" if line else ">" for line in _blocks(block.blocks)]
        case Figure():
            return _blocks(block.blocks)
        case Definitions():
            return _definitions(block)
        case Footnote():
            return _indented(f"[^{block.label}]: ", _blocks(block.blocks), 4)
        case Table():
            return _table(block)
        case Listing():
            return _listing(block, turn=False)


def _paragraph(block: Paragraph) -> list[str]:
    runs = block.runs
    if block.role == "summary":
        runs = _under(runs, "strong")
    elif block.role == "caption" and not any("em" in run.marks for run in runs):
        runs = _under(runs, "em")
    return [escapes.line_start(line) for line in _line(runs).split("\n")]


def _under(runs: Sequence[Run], mark: str) -> list[Run]:
    return [
        Run(
            r.text,
            r.marks if mark in r.marks else (*r.marks, mark),
            r.kind,
            r.url,
            r.title,
            r.display,
        )
        for r in runs
    ]


def _indented(first: str, lines: Sequence[str], width: int) -> list[str]:
    space = " " * width
    return [
        (first + line).rstrip() if not i else (space + line if line else "") for i, line in enumerate(lines or [""])
    ]


def _listing(block: Listing, *, turn: bool) -> list[str]:
    loose = any(_is_loose(item.blocks) for item in block.items)
    out: list[str] = []
    for item, number in zip(block.items, block.numbers(), strict=True):
        if block.ordered:  # noqa: SIM108 - the comment needs its place
            # CommonMark knows no negative numbers and at most nine digits.
            marker = f"{min(max(number, 0), 999_999_999)}{')' if turn else '.'} "
        else:
            marker = "* " if turn else "- "
        task = "" if item.checked is None else "[x] " if item.checked else "[ ] "
        lines = _blocks(item.blocks, tight=not loose)
        if out and loose:
            out.append("")
        out += _indented(marker + task, lines, len(marker))
    return out


def _is_loose(blocks: Sequence[Block]) -> bool:
    """Whether an item holds more than a line and lists under it."""
    return any(not isinstance(block, Listing) for block in blocks[1:])


def _definitions(block: Definitions) -> list[str]:
    out: list[str] = []
    after_term = True
    for entry in block.entries:
        lines = _blocks(entry.blocks)
        if entry.term:
            if out and not after_term:
                out.append("")
            out += lines
        else:
            out += _indented(": ", lines, 2)
        after_term = entry.term
    return out


def _table(block: Table) -> list[str]:
    rows = grid(block)
    width = max(map(len, rows))
    texts = [[_cell(cell) for cell in row] for row in rows]
    if not _has_header(block, texts):
        texts.insert(0, [""] * width)
    texts.insert(1, ["---"] * width)
    caption = [line for part in block.caption for line in [*_lines(part), ""]]
    return caption + ["| " + " | ".join(row) + " |" for row in texts]


def _has_header(block: Table, texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: by its markup, or where it has none, by its look."""
    cells = block.rows[0].cells
    if block.rows[0].head or (len(cells) > 1 and all(cell.header for cell in cells)):
        return True
    if any(cell.header for row in block.rows for cell in row.cells) or len(texts) < 3:
        return sum(cell.header for cell in cells) > len(cells) / 2
    return all(
        text and len(text) <= HEADER_LENGTH and "<br>" not in text and not text[0].isdigit() for text in texts[0]
    )


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    lines = [line for block in cell.blocks for line in _cell_lines(block, "") if line]
    return (" " if _wraps(cell.blocks, lines) else "<br>").join(lines).replace("|", "\\|")


def _wraps(blocks: Sequence[Block], lines: Sequence[str]) -> bool:
    """Whether two lines are one that a narrow column broke, as in "Ethnic groups<br>(2018)"."""
    if len(lines) != 2 or not all(isinstance(block, Paragraph) for block in blocks):
        return False
    if not any(map(str.isalpha, "".join(lines))):  # two numbers are two
        return False
    parts = [
        [run for run in part if run.kind is not Kind.IMAGE and run.text.strip()]
        for block in blocks
        if isinstance(block, Paragraph)
        for breaks, part in groupby(block.runs, lambda run: run.kind is Kind.BREAK)
        if not breaks
    ]
    # A picture alone is a line of its own; one that stands in a line is a sign.
    return all(parts) and sum(len(run.text) for part in parts for run in part) <= ONE_LINE


def _cell_lines(block: Block, indent: str) -> list[str]:
    """The lines of a block in a cell, where Markdown has paragraphs only."""
    match block:
        case Paragraph():
            return [indent + line.rstrip() for line in _line(block.runs).split("\n")]
        case Heading():
            return [indent + _line(_under(block.runs, "strong"))]
        case Code():
            return [indent + escapes.code_span(line) for line in block.text.split("\n") if line]
        case Listing():
            return [line for pair in zip(block.items, block.numbers(), strict=True)
                    for line in _cell_item(block, *pair, indent)]  # fmt: skip
        case Definitions():
            inner = [part for entry in block.entries for part in entry.blocks]
        case Quote() | Figure() | Footnote():
            inner = block.blocks
        case Table():
            inner = [part for row in block.rows for cell in row.cells for part in cell.blocks]
        case _:
            return []
    return [line for part in inner for line in _cell_lines(part, indent)]


def _cell_item(block: Listing, item: object, number: int, indent: str) -> list[str]:
    marker = f"{number}. " if block.ordered else "• "
    lines = [line for part in getattr(item, "blocks", ()) for line in _cell_lines(part, indent)]
    return [indent + marker + lines[0].lstrip(), *lines[1:]] if lines else []


def _line(runs: Sequence[Run]) -> str:
    """Runs as Markdown; a hard line break is two spaces and a new line."""
    if len(runs) == 1 and runs[0].kind is Kind.TEXT and not runs[0].marks:  # two of three lines
        return escapes.inline(runs[0].text)
    if all(map(_is_settled, runs)):  # most of the others
        return "".join(_pieces(_joined(runs)))
    runs = settled(_signed(runs))
    pieces = _pieces(_joined(runs))
    if any(isinstance(piece, Sign) and piece[0] in "*~" for piece in pieces):  # a link's need no partner
        for dropped in ("em", "del", "strong"):
            if read_back(pieces):
                break
            runs = settled([without(run, dropped) for run in runs])
            pieces = _pieces(_joined(runs))
    return "".join(pieces)


def _is_settled(run: Run) -> bool:
    """Whether a run has no signs but a link's, which may stand at its edges as they are."""
    if not run.marks:
        return True
    if run.kind is Kind.BREAK or (run.kind is Kind.TEXT and run.text != run.text.strip()):
        return False
    return all(isinstance(mark, Link) for mark in run.marks)


def _signed(runs: Sequence[Run]) -> list[Run]:
    """The runs without marks that Markdown has no sign for."""
    return [reduce(without, UNSIGNED.intersection(run.marks), run) if run.marks else run for run in runs]


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Text that nothing parts any more as one run: what needs a backslash is seen in one piece."""
    out: list[Run] = []
    for run in runs:
        before = out[-1] if out else None
        if before and before.kind is run.kind is Kind.TEXT and before.marks == run.marks:
            out[-1] = Run(before.text + run.text, run.marks)
        else:
            out.append(run)
    return out


def _pieces(runs: Sequence[Run]) -> list[str]:
    out: list[str] = []
    _inline(out, runs, 0, len(runs), ())
    return out


def _inline(out: list[str], runs: Sequence[Run], start: int, stop: int, outer: Marks) -> None:
    while start < stop:
        mark, end = stretch(runs, start, stop, outer)
        if mark is None:
            end = _code_end(runs, start, stop)
            _with(out, _leaf(runs[start:end], outer))
        else:
            left, right = _signs(mark)
            _inline(_with(out, left), runs, start, end, (*outer, mark))
            _with(out, right)
        start = end


def _with(out: list[str], piece: str) -> list[str]:
    """Appends a piece; an exclamation mark before a bracket must not make an image of it."""
    if piece[:1] == "[" and out and out[-1].endswith("!"):
        out[-1] = out[-1][:-1] + "\\!"
    if piece:
        out.append(piece)
    return out


def _signs(mark: str | Link) -> tuple[str, str]:
    if isinstance(mark, Link):
        return Sign("["), Sign(f"]({mark.url})")
    if mark in RAW:
        return f"<{mark}>", f"</{mark}>"
    sign = Sign(EMPHASIS.get(mark, ""))
    return sign, sign


def _code_end(runs: Sequence[Run], start: int, stop: int) -> int:
    end = start + 1
    if "code" in runs[start].marks and runs[start].kind is Kind.TEXT:
        marks = set(runs[start].marks)  # however they are nested: two spans must not touch
        while end < stop and marks == set(runs[end].marks) and runs[end].kind is Kind.TEXT:
            end += 1
    return end


def _leaf(runs: Sequence[Run], outer: Marks) -> str:
    run = runs[0]
    in_link = any(isinstance(mark, Link) for mark in outer)
    match run.kind:
        case Kind.TEXT:
            if "code" in run.marks:
                return escapes.code_span("".join(part.text for part in runs))
            return escapes.inline(run.text, in_link=in_link)
        case Kind.BREAK:
            return "  \n"
        case Kind.IMAGE:
            title = f' "{_quoted(run.title)}"' if run.title else ""
            return f"![{escapes.inline(run.text, in_link=True)}]({run.url}{title})"
        case Kind.MATH:
            return f"$${run.text}$$" if run.display else f"${run.text}$"
        case Kind.EMBED:
            return f"[{escapes.inline(run.text, in_link=True)}]({run.url})"
        case Kind.NOTE:
            return f"[^{run.text}]"


def _quoted(title: str) -> str:
    return escapes.inline(title).replace('"', '\\"')
