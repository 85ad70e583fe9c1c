"""The document as HTML for the reading view.

Nothing of the page's markup passes: every tag and attribute is written here, from the document,
so the allowlist is what this module writes. Addresses are those that `addresses` let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

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

_WRITTEN = """
a b blockquote br caption code dd del div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr img
input ins li mark ol p pre small strong sub sup table tbody td th thead tr u ul
"""
TAGS = frozenset(_WRITTEN.split())


def html(blocks: Iterable[Block]) -> str:
    """One element a line."""
    return "\n".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return _paragraph(block, "p")
        case Heading():
            return f"<h{block.level}>{_line(block.runs)}</h{block.level}>"
        case Code():
            name = f' class="language-{escape(block.language)}"' if block.language else ""
            return f"<pre><code{name}>{escape(block.text, quote=False)}\n</code></pre>"
        case Rule():
            return "<hr>"
        case Quote():
            return f"<blockquote>\n{html(block.blocks)}\n</blockquote>"
        case Figure():
            return f"<figure>\n{_figure(block.blocks)}\n</figure>"
        case Listing():
            return _listing(block)
        case Definitions():
            entries = (
                f"<dt>{_tight(e.blocks)}</dt>" if e.term else f"<dd>{_tight(e.blocks)}</dd>" for e in block.entries
            )
            return "<dl>\n" + "\n".join(entries) + "\n</dl>"
        case Footnote():
            return f"<div><sup>{escape(block.label)}</sup>\n{html(block.blocks)}\n</div>"
        case Table():
            return _table(block)


def _paragraph(block: Paragraph, tag: str) -> str:
    runs = block.runs
    if block.role == "summary":
        runs = [Run(r.text, (*r.marks, "strong"), r.kind, r.url, r.title, r.display) for r in runs]
    return f"<{tag}>{_line(runs)}</{tag}>"


def _figure(blocks: Sequence[Block]) -> str:
    """HTML has one `<figcaption>` to a figure: several captions share it."""
    captions = [b for b in blocks if isinstance(b, Paragraph) and b.role == "caption"]
    if not captions:
        return html(blocks)
    rest = [block for block in blocks if not (isinstance(block, Paragraph) and block.role == "caption")]
    inner = html(captions) if len(captions) > 1 else _line(captions[0].runs)
    parts = [f"<figcaption>{inner}</figcaption>", html(rest)]
    if blocks[0] is not captions[0]:
        parts.reverse()
    return "\n".join(part for part in parts if part)


def _listing(block: Listing) -> str:
    tag = "ol" if block.ordered else "ul"
    start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
    reverse = " reversed" if block.ordered and block.reverse else ""
    items = []
    for item in block.items:
        value = f' value="{item.number}"' if block.ordered and item.number is not None else ""
        box = ""
        if item.checked is not None:
            box = f'<input type="checkbox" disabled{" checked" if item.checked else ""}> '
        items.append(f"<li{value}>{box}{_tight(item.blocks)}</li>")
    return f"<{tag}{start}{reverse}>\n" + "\n".join(items) + f"\n</{tag}>"


def _tight(blocks: Sequence[Block]) -> str:
    """Blocks of an item or cell, the first paragraph bare where it is the only one."""
    plain = [block for block in blocks if isinstance(block, Paragraph)]
    if len(plain) == 1 and blocks[0] is plain[0] and not plain[0].role:
        rest = html(blocks[1:])
        return _line(plain[0].runs) + (f"\n{rest}\n" if rest else "")
    return f"\n{html(blocks)}\n" if blocks else ""


def _table(block: Table) -> str:
    out = ["<table>"]
    if block.caption:
        out.append(f"<caption>{_tight(block.caption)}</caption>")
    head = 0
    while head < len(block.rows) and block.rows[head].head:
        head += 1
    if head:
        out += ["<thead>", *(_row(row.cells) for row in block.rows[:head]), "</thead>"]
    if head < len(block.rows):
        out += ["<tbody>", *(_row(row.cells) for row in block.rows[head:]), "</tbody>"]
    return "\n".join([*out, "</table>"])


def _row(cells: Sequence[Cell]) -> str:
    return "<tr>" + "".join(map(_cell, cells)) + "</tr>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    columns = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    rows = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    return f"<{tag}{columns}{rows}>{_tight(cell.blocks)}</{tag}>"


def _line(runs: Sequence[Run]) -> str:
    if len(runs) == 1 and not runs[0].marks:  # two of three lines
        return _leaf(runs[0])
    out: list[str] = []
    _inline(out, runs, 0, len(runs), ())
    return "".join(out)


def _inline(out: list[str], runs: Sequence[Run], start: int, stop: int, outer: Marks) -> None:
    while start < stop:
        mark, end = stretch(runs, start, stop, outer)
        if mark is None:
            out.append(_leaf(runs[start]))
        else:
            tag = "a" if isinstance(mark, Link) else mark
            href = f' href="{escape(mark.url)}"' if isinstance(mark, Link) else ""
            out.append(f"<{tag}{href}>")
            _inline(out, runs, start, end, (*outer, mark))
            out.append(f"</{tag}>")
        start = end


def _leaf(run: Run) -> str:
    text = escape(run.text, quote=False)
    match run.kind:
        case Kind.TEXT:
            return f"<code>{text}</code>" if "code" in run.marks else text
        case Kind.BREAK:
            return "<br>\n"
        case Kind.IMAGE:
            title = f' title="{escape(run.title)}"' if run.title else ""
            return f'<img src="{escape(run.url)}" alt="{escape(run.text)}"{title} loading="lazy">'
        case Kind.MATH:
            return f'<code class="math">{text}</code>'
        case Kind.EMBED:
            return f'<a class="embed" href="{escape(run.url)}">{text}</a>'
        case Kind.NOTE:
            return f"<sup>{text}</sup>"
