"""What each kind of element becomes: a table of handlers, one per tag."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml.html import HtmlElement, fragment_fromstring

from clipper.extract import code, embeds, images, math, tables
from clipper.extract.document import (
    Block,
    Cell,
    Code,
    Definition,
    Definitions,
    Figure,
    Heading,
    Item,
    Kind,
    Listing,
    Paragraph,
    Part,
    Quote,
    Row,
    Rule,
    Run,
    Table,
)
from clipper.extract.reader import SKIP, Answer, Closer, Reader, gathered, line_of

Handler = Callable[[Reader, HtmlElement], Answer]

MOST_COLUMNS, MOST_ROWS = 1_000, 65_534  # as browsers have it for spans
MARKER = 5  # characters: a shorter link within the page is a sign, not words
_FORMULA = re.compile(r"(?:^|\s)(?:katex|katex-display|mwe-math-element|mjx-container|MathJax)(?:$|\s)")
_REFERENCE = re.compile(r"\s*(?:\[[^\]]{1,30}\]\s*)+$")
_BACK = re.compile(r"\s*[a-z^↑↩]{1,2}\s*$")
_NUMBER = re.compile(r"\s*([+-]?\d{1,9})")


def _line_break(reader: Reader, _: HtmlElement) -> Answer:
    reader.put(Run("", reader.marks, Kind.BREAK))
    return None


def _rule(reader: Reader, _: HtmlElement) -> Answer:
    reader.flush()
    if reader.blocks and not isinstance(reader.blocks[-1], Rule):
        reader.append(Rule())
    return None


def _heading(level: int) -> Handler:
    def handle(reader: Reader, _: HtmlElement) -> Answer:
        def finish(blocks: list[Block]) -> None:
            runs, rest = line_of(blocks)
            if any(run.kind is Kind.TEXT or run.kind is Kind.MATH for run in runs):
                reader.append(Heading(level, runs))
            elif runs:
                reader.append(Paragraph(runs))
            reader.append(*rest)

        return reader.inside(finish)

    return handle


def _link(reader: Reader, node: HtmlElement) -> Answer:
    href = node.get("href")
    if href is None:
        return None
    if label := reader.notes.marks.get(href[1:]) if href.startswith("#") else None:
        reader.put(Run(label, (), Kind.NOTE))
        return SKIP
    if href.startswith("#") and len(text := node.text_content()) <= MARKER:
        if not reader.in_note:  # there it only leads back
            reader.write(text)  # "¶", "^", "[1]": the place it goes to is not in the Markdown
        return SKIP
    url = reader.addresses.link(href)
    return reader.linked(url) if url else None


def _superscript(reader: Reader, node: HtmlElement) -> Answer:
    """A power or an ordinal; the "[1]" and "^ a b" of references are as plain without being raised."""
    text = node.text_content()
    if _REFERENCE.match(text):
        return None
    jumps = [h for link in node.iter("a") if (h := link.get("href") or "").startswith("#")]
    plain = jumps and (_BACK.match(text) or any(h[1:] in reader.notes.marks for h in jumps))
    return None if plain else reader.marked("sup")


def _quotation(reader: Reader, _: HtmlElement) -> Answer:
    reader.write("“")
    return lambda: reader.write("”")


def _ruby_text(reader: Reader, node: HtmlElement) -> Answer:
    parent = node.getparent()
    if parent is None or next(parent.iter("rp"), None) is not None:
        return None
    reader.write("(")
    return lambda: reader.write(")")


def _image(reader: Reader, node: HtmlElement) -> Answer:
    if character := images.emoji(node):
        reader.write(character)
        return SKIP
    url = None if images.is_pixel(node) else images.source(node, reader.addresses)
    if url:
        alt, title = images.words(node)
        reader.put(Run(alt, reader.marks, Kind.IMAGE, url=url, title=title))
        reader.seen.add(url)
    return SKIP


def _noscript(reader: Reader, node: HtmlElement) -> Answer:
    """Images for readers without scripts: the picture before it, spelled out, or one not shown yet."""
    inner = list(node.iter("img"))
    if not inner and "<img" in (text := node.text or ""):
        inner = list(fragment_fromstring(text[:20_000], create_parent="div").iter("img"))
    for image in inner:
        url = images.source(image, reader.addresses)
        if not url or url in reader.seen or images.is_pixel(image):
            continue
        before = _image_before(reader, node)
        if before is not None and len(inner) == 1:
            before.url = url
            before.text = before.text or images.words(image)[0]
            reader.seen.add(url)
        elif not _stands_in_next(node, reader):
            _image(reader, image)
    return SKIP


def _image_before(reader: Reader, node: HtmlElement) -> Run | None:
    """The run of the image that stands right before a `<noscript>`."""
    previous = node.getprevious()
    if previous is None or (previous.tail or "").strip():
        return None
    if previous.tag != "img" and next(previous.iter("img"), None) is None:
        return None
    if reader.runs and reader.runs[-1].kind is Kind.TEXT and not reader.runs[-1].text.strip():
        return reader.runs[-2] if len(reader.runs) > 1 and _is_image(reader.runs[-2]) else None
    return reader.runs[-1] if reader.runs and _is_image(reader.runs[-1]) else None


def _is_image(run: Run) -> bool:
    return run.kind is Kind.IMAGE


def _stands_in_next(node: HtmlElement, reader: Reader) -> bool:
    following = node.getnext()
    if following is None or following.tag != "img" or (node.tail or "").strip():
        return False
    return images.source(following, reader.addresses) is not None


def _quotation_block(reader: Reader, _: HtmlElement) -> Answer:
    def finish(blocks: list[Block]) -> None:
        if blocks:
            reader.append(Quote(blocks))

    return reader.inside(finish)


def _pre(reader: Reader, node: HtmlElement) -> Answer:
    if code.is_rich(node):
        reader.flush()
        return reader.flush
    _code_block(reader, node, code.language_of(node))
    return SKIP


def _code_block(reader: Reader, node: HtmlElement, language: str) -> None:
    without = frozenset(n for n in node.iter() if n in reader.skip) if reader.skip else frozenset()
    reader.flush()
    if (text := code.text_of(node, without=without)).strip():
        reader.append(Code(text, language))
    for image in node.iter("img"):
        _image(reader, image)


def _figure(reader: Reader, node: HtmlElement) -> Answer:
    def finish(blocks: list[Block]) -> None:
        if any(isinstance(block, Paragraph) for block in blocks) and len(blocks) > 1:
            reader.append(Figure(blocks))
        else:
            reader.append(*blocks)

    return reader.inside(finish)


def _caption(reader: Reader, _: HtmlElement) -> Answer:
    return reader.inside(lambda blocks: reader.append(*blocks), role="caption")


def _summary(reader: Reader, _: HtmlElement) -> Answer:
    return reader.inside(lambda blocks: reader.append(*blocks), role="summary")


def _number(value: str | None) -> int | None:
    match = _NUMBER.match(value or "")
    return int(match[1]) if match else None


def _list(reader: Reader, node: HtmlElement) -> Answer:
    ordered, reverse = node.tag == "ol", node.get("reversed") is not None
    start = _number(node.get("start"))

    def finish(parts: list[Part]) -> None:
        items = _items(parts)
        if not items or _places_headings(items, ordered=ordered):
            for part in gathered(parts):
                reader.append(*_unpacked(part))
            return
        first = start if start is not None else len(items) if reverse else 1
        reader.append(Listing(items, ordered=ordered, start=first, reverse=reverse))

    return reader.parts(finish)


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


def _item(reader: Reader, node: HtmlElement) -> Answer:
    number = _number(node.get("value"))
    box = next((b for b in node.iter("input") if b.get("type") == "checkbox"), None)
    checked = None if box is None else box.get("checked") is not None

    def finish(blocks: list[Block]) -> None:
        if blocks:
            reader.append(Item(blocks, number, checked))

    return reader.inside(finish)


def _definitions(reader: Reader, _: HtmlElement) -> Answer:
    def finish(parts: list[Part]) -> None:
        entries: list[Definition] = []
        for part in parts:
            if isinstance(part, Definition):
                entries.append(part)
            elif entries:
                entries[-1].blocks.extend(gathered([part]))
            else:
                reader.append(part)
        if _is_glossary(entries):
            reader.append(Definitions(entries))
        else:
            reader.append(*(block for entry in entries for block in entry.blocks))

    return reader.parts(finish)


def _is_glossary(entries: list[Definition]) -> bool:
    """Whether terms are defined; else the `<dl>` only places blocks, as in galleries and portals."""
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
    def handle(reader: Reader, _: HtmlElement) -> Answer:
        def finish(blocks: list[Block]) -> None:
            if blocks:
                reader.append(Definition(blocks, term))

        return reader.inside(finish)

    return handle


def _table(reader: Reader, node: HtmlElement) -> Answer:
    if inner := code.in_table(node):
        for element in inner:
            _code_block(reader, element, code.language_of(element))
        return SKIP
    for outer in reader.tables:
        outer.nested = True
    facts = tables.facts_of(node)
    reader.tables.append(facts)

    def finish(parts: list[Part]) -> None:
        reader.tables.pop()
        table, stray = _assembled(parts)
        facts.data = facts.data or any(c.header for row in table.rows for c in row.cells)
        reader.append(*stray)
        if tables.is_layout(table, facts):
            reader.append(*table.caption)
            reader.append(*(b for row in table.rows for cell in row.cells for b in cell.blocks))
        else:
            reader.append(table)

    return _unless_deep(reader, reader.parts(finish))


def _unless_deep(reader: Reader, closer: Closer) -> Closer:
    """Keeps the stack of open tables level where the walk is too deep for another container."""
    if closer != reader.flush:
        return closer
    reader.tables.pop()
    return closer


def _assembled(parts: list[Part]) -> tuple[Table, list[Block]]:
    """Rows and caption as a table, and what stood in it outside any cell."""
    table = Table([])
    stray: list[Block] = []
    for part in parts:
        if isinstance(part, Row):
            table.rows.append(part)
        elif isinstance(part, Cell):
            table.rows.append(Row([part]))
        elif isinstance(part, Paragraph) and part.role == "caption":
            table.caption.append(part)
        else:
            stray.extend(gathered([part]))
    return table, stray


def _row(reader: Reader, node: HtmlElement) -> Answer:
    parent = node.getparent()
    head = parent is not None and parent.tag == "thead"

    def finish(parts: list[Part]) -> None:
        cells = [part for part in parts if isinstance(part, Cell)]
        reader.append(*gathered([part for part in parts if not isinstance(part, Cell)]))
        if cells:
            reader.append(Row(cells, head))

    return reader.parts(finish)


def _cell(reader: Reader, node: HtmlElement) -> Answer:
    colspan = min(max(_number(node.get("colspan")) or 1, 1), MOST_COLUMNS)
    rowspan = min(max(_number(node.get("rowspan")) or 1, 1), MOST_ROWS)
    header = node.tag == "th"

    def finish(blocks: list[Block]) -> None:
        reader.append(Cell(blocks, header, colspan, rowspan))

    return reader.inside(finish, role="")


def _math(reader: Reader, node: HtmlElement) -> Answer:
    if tex := math.tex_of(node):
        reader.put(Run(tex, reader.marks, Kind.MATH, display=math.is_display(node)))
    return SKIP


def _script(reader: Reader, node: HtmlElement) -> Answer:
    kind = (node.get("type") or "").lower()
    if kind.startswith("math/tex") and (tex := math.tidy(node.text or "")):
        reader.put(Run(tex, reader.marks, Kind.MATH, display="display" in kind))
    return SKIP


def _span(reader: Reader, node: HtmlElement) -> Answer:
    """A plain span, or what MediaWiki, KaTeX and MathJax put around mathematics."""
    name = node.get("class")
    if not name or not _FORMULA.search(name):
        return reader.styled(node)
    inner = next(node.iter("math"), None)
    if inner is not None:
        display = "display" in name or math.is_display(inner)
        if tex := math.tex_of(inner):
            reader.put(Run(tex, reader.marks, Kind.MATH, display=display))
        return SKIP
    image = next(node.iter("img"), None)
    if image is not None and (tex := math.tidy(image.get("alt") or "")):
        reader.put(Run(tex, reader.marks, Kind.MATH))
        return SKIP
    return reader.styled(node)


def _embed(reader: Reader, node: HtmlElement) -> Answer:
    if run := embeds.read(node, reader.addresses):
        reader.put(run)
    return None if node.tag == "embed" else SKIP  # libxml2 does not know <embed> as void


HANDLERS: dict[str, Handler] = {
    "br": _line_break,
    "hr": _rule,
    **{f"h{level}": _heading(level) for level in range(1, 7)},
    "a": _link,
    "q": _quotation,
    "sup": _superscript,
    "rt": _ruby_text,
    "img": _image,
    "amp-img": _image,
    "image": _image,
    "noscript": _noscript,
    "pre": _pre,
    "listing": _pre,
    "xmp": _pre,
    "figure": _figure,
    "figcaption": _caption,
    "caption": _caption,
    "summary": _summary,
    "blockquote": _quotation_block,
    "ul": _list,
    "ol": _list,
    "li": _item,
    "dl": _definitions,
    "dt": _definition(term=True),
    "dd": _definition(term=False),
    "table": _table,
    "tr": _row,
    "td": _cell,
    "th": _cell,
    "math": _math,
    "script": _script,
    "span": _span,
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object", "amp-youtube"), _embed),
}
