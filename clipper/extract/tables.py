"""Tables: which are data and which only place things on the page; the grid with spans laid out."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.document import (
    Block,
    Cell,
    Code,
    Definitions,
    Figure,
    Heading,
    Kind,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
)

LONG_CELL = 600  # characters: a longer cell is a column of a page, not a figure in a table
MANY_BLOCKS = 6  # in one cell
MOST_COLUMNS = 1_000  # as browsers have it for colspan
MOST_CELLS = 50_000  # of a grid with its spans laid out; above, spans are left as they stand


@dataclass(slots=True)
class Facts:
    """What the markup said of a table while it was read."""

    layout: bool = False  # role="presentation" or "none"
    data: bool = False  # a caption, <th>, <thead>, scope, or role="table"
    nested: bool = False  # another table stood inside it


def facts_of(table: HtmlElement) -> Facts:
    """The facts that the `<table>` tag itself tells."""
    role = (table.get("role") or "").strip().lower()
    return Facts(layout=role in ("presentation", "none"), data=role in ("table", "grid"))


def is_layout(table: Table, facts: Facts) -> bool:
    """Whether the cells are better read as blocks one after the other."""
    width = max((sum(cell.colspan for cell in row.cells) for row in table.rows), default=0)
    cells = [cell for row in table.rows for cell in row.cells]
    if facts.layout or width < 2 or not any(cell.blocks for cell in cells):
        return True
    if len(table.rows) < 2 and not facts.data:
        return True
    if any(_is_column(cell, strict=not facts.data) for cell in cells):
        return True
    if facts.data:
        return False
    written = sum(1 for cell in cells if _length(cell.blocks))
    return facts.nested or written < 2 or written * 4 < len(cells)


def _is_column(cell: Cell, *, strict: bool) -> bool:
    """Whether a cell holds what no cell of Markdown can: headings, code, tables, or a long text."""
    if any(isinstance(block, Table | Code) for block in cell.blocks):
        return True
    if not strict:
        return _length(cell.blocks) > LONG_CELL * 4
    return (
        len(cell.blocks) > MANY_BLOCKS
        or any(isinstance(block, Heading | Rule | Quote) for block in cell.blocks)
        or _length(cell.blocks) > LONG_CELL
    )


def _length(blocks: list[Block]) -> int:
    return sum(len(run.text) for run in runs_of(blocks) if run.kind is not Kind.IMAGE)


def runs_of(blocks: list[Block]) -> list[Run]:
    """All runs under the blocks, in order."""
    out: list[Run] = []
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                out.extend(block.runs)
            case Quote() | Figure():
                out.extend(runs_of(block.blocks))
            case Listing():
                for item in block.items:
                    out.extend(runs_of(item.blocks))
            case Definitions():
                for entry in block.entries:
                    out.extend(runs_of(entry.blocks))
            case Table():
                for row in block.rows:
                    for cell in row.cells:
                        out.extend(runs_of(cell.blocks))
            case Code():
                out.append(Run(block.text))
            case _:
                pass
    return out


def grid(table: Table) -> list[list[Cell | None]]:
    """Rows of equal length; a place that a spanning cell covers, or that no cell fills, is None."""
    rows = _spread(table)
    width = max((len(row) for row in rows), default=0)
    used = max((_last(row) for row in rows), default=0)
    width = min(width, used)
    if width * len(rows) > MOST_CELLS:
        return [list(row.cells) for row in table.rows]
    return [row[:width] + [None] * (width - len(row)) for row in rows]


def _spread(table: Table) -> list[list[Cell | None]]:
    out: list[list[Cell | None]] = []
    covered: dict[int, int] = {}  # column: rows that a cell above still covers
    size = 0
    for row in table.rows:
        line: list[Cell | None] = []
        for cell in row.cells:
            _skip_covered(line, covered)
            for offset in range(min(cell.colspan, MOST_COLUMNS)):
                if cell.rowspan > 1:
                    covered[len(line)] = cell.rowspan - 1
                line.append(None if offset else cell)
        _skip_covered(line, covered)
        out.append(line)
        size += len(line)
        if size > MOST_CELLS:
            return [list(row.cells) for row in table.rows]
    return out


def _skip_covered(line: list[Cell | None], covered: dict[int, int]) -> None:
    while left := covered.get(len(line), 0):
        covered[len(line)] = left - 1
        line.append(None)


def _last(row: list[Cell | None]) -> int:
    return max((index + 1 for index, cell in enumerate(row) if cell is not None), default=0)
