"""Handlers of what holds other blocks in an order or a grid: lists, glossaries, tables."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from clipper.extract import tables
from clipper.extract.document import (
    Block,
    Cell,
    Definition,
    Definitions,
    Heading,
    Item,
    Kind,
    Listing,
    Paragraph,
    Part,
    Row,
    Table,
)
from clipper.extract.walk import Answer, Closer, Handler, Walk, gathered

MOST_COLUMNS, MOST_ROWS = 1_000, 65_534  # as browsers have it for spans
_NUMBER = re.compile(r"\s*([+-]?\d{1,9})")


def _number(value: str | None) -> int | None:
    match = _NUMBER.match(value or "")
    return int(match[1]) if match else None


def _list(walk: Walk, node: HtmlElement) -> Answer:
    ordered, reverse = node.tag == "ol", node.get("reversed") is not None
    start = _number(node.get("start"))

    def finish(parts: list[Part]) -> None:
        items = _items(parts)
        if not items:  # lists in a list without an item, as editors indent them
            walk.append(*gathered(parts))
            return
        if _places_headings(items, ordered=ordered):
            for part in gathered(parts):
                walk.append(*_unpacked(part))
            return
        first = start if start is not None else len(items) if reverse else 1
        walk.append(Listing(items, ordered=ordered, start=first, reverse=reverse))

    return walk.parts(finish)


def _unpacked(block: Block) -> list[Block]:
    return [b for i in block.items for b in i.blocks] if isinstance(block, Listing) else [block]


def _places_headings(items: list[Item], *, ordered: bool) -> bool:
    """Whether the items are cards with headings of their own, as on index pages.

    A number before a heading is a step's; a number before a picture's credit only counts cards.
    """
    titled = 0
    for item in items:
        blocks = item.blocks[1:] if ordered else item.blocks
        titled += any(isinstance(block, Heading) for block in blocks)
    return titled * 3 > len(items)


def _items(parts: list[Part]) -> list[Item]:
    """The items; what stood in the list outside any item joins the one before."""
    items: list[Item] = []
    if not any(isinstance(part, Item) for part in parts):
        return items
    for part in parts:
        if isinstance(part, Item):
            items.append(part)
        elif items:
            items[-1].blocks.extend(gathered([part]))
        else:
            items.append(Item(gathered([part])))
    return items


def _item(walk: Walk, node: HtmlElement) -> Answer:
    number = _number(node.get("value"))
    box = next((b for b in node.iter("input") if b.get("type") == "checkbox"), None)
    checked = None if box is None else box.get("checked") is not None

    def finish(blocks: list[Block]) -> None:
        if blocks:
            walk.append(Item(blocks, number, checked))

    return walk.inside(finish)


def _definitions(walk: Walk, _: HtmlElement) -> Answer:
    def finish(parts: list[Part]) -> None:
        entries: list[Definition] = []
        for part in parts:
            if isinstance(part, Definition):
                entries.append(part)
            elif entries:
                entries[-1].blocks.extend(gathered([part]))
            else:
                walk.append(part)
        if _is_glossary(entries):
            walk.append(Definitions(entries))
        else:
            walk.append(*(block for entry in entries for block in entry.blocks))

    return walk.parts(finish)


def _is_glossary(entries: list[Definition]) -> bool:
    """Whether terms are defined; else the `<dl>` only places blocks, as in galleries."""
    terms = [entry for entry in entries if entry.term]
    if not terms or len(terms) == len(entries):
        return False
    return all(
        len(term.blocks) == 1
        and isinstance(term.blocks[0], Paragraph)
        and any(run.kind is Kind.TEXT for run in term.blocks[0].runs)
        for term in terms
    )


def _definition(*, term: bool) -> Handler:
    def handle(walk: Walk, _: HtmlElement) -> Answer:
        def finish(blocks: list[Block]) -> None:
            if blocks:
                walk.append(Definition(blocks, term))

        return walk.inside(finish)

    return handle


def table(walk: Walk, node: HtmlElement) -> Answer:
    """A table of data; or, where it only places things, the blocks of its cells in order."""
    for outer in walk.tables:
        outer.nested = True
    facts = tables.facts_of(node)
    walk.tables.append(facts)

    def finish(parts: list[Part]) -> None:
        walk.tables.pop()
        made, stray = _assembled(parts)
        facts.data = facts.data or any(c.header for row in made.rows for c in row.cells)
        walk.append(*stray)
        if tables.is_layout(made, facts):
            walk.append(*made.caption)
            walk.append(*(b for row in made.rows for cell in row.cells for b in cell.blocks))
        else:
            walk.append(made)

    return _unless_deep(walk, walk.parts(finish))


def _unless_deep(walk: Walk, closer: Closer) -> Closer:
    """Keeps the stack of open tables level where the walk is too deep for another container."""
    if closer != walk.flush:
        return closer
    walk.tables.pop()
    return closer


def _assembled(parts: list[Part]) -> tuple[Table, list[Block]]:
    """Rows and caption as a table, and what stood in it outside any cell."""
    made = Table([])
    stray: list[Block] = []
    for part in parts:
        if isinstance(part, Row):
            made.rows.append(part)
        elif isinstance(part, Cell):
            made.rows.append(Row([part]))
        elif isinstance(part, Paragraph) and part.role == "caption":
            made.caption.append(part)
        else:
            stray.extend(gathered([part]))
    return made, stray


def _row(walk: Walk, node: HtmlElement) -> Answer:
    parent = node.getparent()
    head = parent is not None and parent.tag == "thead"

    def finish(parts: list[Part]) -> None:
        cells = [part for part in parts if isinstance(part, Cell)]
        walk.append(*gathered([part for part in parts if not isinstance(part, Cell)]))
        if cells:
            walk.append(Row(cells, head))

    return walk.parts(finish)


def _cell(walk: Walk, node: HtmlElement) -> Answer:
    colspan = min(max(_number(node.get("colspan")) or 1, 1), MOST_COLUMNS)
    rowspan = min(max(_number(node.get("rowspan")) or 1, 1), MOST_ROWS)
    header = node.tag == "th"

    def finish(blocks: list[Block]) -> None:
        walk.append(Cell(blocks, header, colspan, rowspan))

    return walk.inside(finish, role="")


LISTS_AND_TABLES: dict[str, Handler] = {
    "ul": _list,
    "ol": _list,
    "li": _item,
    "dl": _definitions,
    "dt": _definition(term=True),
    "dd": _definition(term=False),
    "tr": _row,
    "td": _cell,
    "th": _cell,
}
