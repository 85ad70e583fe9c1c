"""What each kind of element becomes: a table of handlers, one per tag."""

from __future__ import annotations

import re

from lxml.html import HtmlElement, fragment_fromstring

from clipper.extract import code, embeds, images, math
from clipper.extract.containers import LISTS_AND_TABLES, table
from clipper.extract.document import (
    Block,
    Code,
    Figure,
    Heading,
    Kind,
    Link,
    Paragraph,
    Quote,
    Rule,
    Run,
)
from clipper.extract.inline import flat, paragraphs
from clipper.extract.walk import SKIP, Answer, Handler, Walk, line_of

BETWEEN = " · "  # the links of a block of code
MARKER = 5  # characters: a shorter link within the page is a sign, not words
_FORMULA = re.compile(r"(?:^|\s)(?:katex|katex-display|mwe-math-element|mjx-container|MathJax)(?:$|\s)")
_REFERENCE = re.compile(r"\s*(?:\[[^\]]{1,30}\]\s*)+$")
_BACK = re.compile(r"\s*[a-z^↑↩]{1,2}\s*$")


def _line_break(walk: Walk, _: HtmlElement) -> Answer:
    walk.put(Run("", walk.marks, Kind.BREAK))
    return None


def _rule(walk: Walk, _: HtmlElement) -> Answer:
    walk.flush()
    if walk.blocks and not isinstance(walk.blocks[-1], Rule):
        walk.append(Rule())
    return None


def _heading(level: int) -> Handler:
    def handle(walk: Walk, _: HtmlElement) -> Answer:
        def finish(blocks: list[Block]) -> None:
            runs, rest = line_of(blocks)
            if any(_is_worded(run) for run in runs):
                before, words, after = _apart(runs)
                walk.append(*before, Heading(level, words), *after)
            elif runs:
                walk.append(Paragraph(runs))
            walk.append(*rest)

        return walk.inside(finish)

    return handle


def _apart(runs: list[Run]) -> tuple[list[Paragraph], list[Run], list[Paragraph]]:
    """The pictures before a heading's words, the words, and the pictures among and behind them."""
    first = next(n for n, run in enumerate(runs) if _is_worded(run))
    words = list(paragraphs([run for run in runs if not _is_image(run)]))
    pictures = [[Paragraph([run]) for run in part if _is_image(run)] for part in (runs[:first], runs[first:])]
    return pictures[0], [run for tidy in words for run in tidy], pictures[1]


def _is_worded(run: Run) -> bool:
    return run.kind is Kind.MATH or (run.kind is Kind.TEXT and not run.text.isspace())


def _link(walk: Walk, node: HtmlElement) -> Answer:
    href = node.get("href")
    if href is None:
        return None
    if label := walk.notes.marks.get(href[1:]) if href.startswith("#") else None:
        walk.put(Run(label, (), Kind.NOTE))
        return SKIP
    if href.startswith("#") and len(text := node.text_content()) <= MARKER:
        if not walk.in_note:  # there it only leads back
            walk.write(text)  # "¶", "^", "[1]": the place it goes to is not in the Markdown
        return SKIP
    url = walk.addresses.link(href)
    return walk.linked(url) if url else None


def _superscript(walk: Walk, node: HtmlElement) -> Answer:
    """A power or an ordinal; the "[1]" and "^ a b" of references are as plain on the line."""
    text = node.text_content()
    if _REFERENCE.match(text):
        return None
    jumps = [h for link in node.iter("a") if (h := link.get("href") or "").startswith("#")]
    plain = jumps and (_BACK.match(text) or any(h[1:] in walk.notes.marks for h in jumps))
    return None if plain else walk.marked("sup")


def _quotation(walk: Walk, _: HtmlElement) -> Answer:
    walk.write("“")
    return lambda: walk.write("”")


def _ruby_text(walk: Walk, node: HtmlElement) -> Answer:
    parent = node.getparent()
    if parent is None or next(parent.iter("rp"), None) is not None:
        return None
    walk.write("(")
    return lambda: walk.write(")")


def _image(walk: Walk, node: HtmlElement) -> Answer:
    if character := images.emoji(node):
        walk.write(character)
        return SKIP
    url = None if images.is_pixel(node) else images.source(node, walk.addresses)
    if url:
        alt, title = images.words(node)
        walk.put(Run(alt, walk.marks, Kind.IMAGE, url=url, title=title))
        walk.seen.add(url)
    return SKIP


def _noscript(walk: Walk, node: HtmlElement) -> Answer:
    """Images for readers without scripts: the picture before it spelled out, or a new one."""
    inner = list(node.iter("img"))
    if not inner and "<img" in (text := node.text or ""):
        inner = list(fragment_fromstring(text[:20_000], create_parent="div").iter("img"))
    for image in inner:
        url = images.source(image, walk.addresses)
        if not url or url in walk.seen or images.is_pixel(image):
            continue
        before = _image_before(walk, node)
        if before is not None and len(inner) == 1:
            before.url = url
            before.text = before.text or images.words(image)[0]
            walk.seen.add(url)
        elif not _stands_in_next(node, walk):
            _image(walk, image)
    return SKIP


def _image_before(walk: Walk, node: HtmlElement) -> Run | None:
    """The run of the image that stands right before a `<noscript>`."""
    previous = node.getprevious()
    if previous is None or (previous.tail or "").strip():
        return None
    if previous.tag != "img" and next(previous.iter("img"), None) is None:
        return None
    if walk.runs and walk.runs[-1].kind is Kind.TEXT and not walk.runs[-1].text.strip():
        return walk.runs[-2] if len(walk.runs) > 1 and _is_image(walk.runs[-2]) else None
    return walk.runs[-1] if walk.runs and _is_image(walk.runs[-1]) else None


def _is_image(run: Run) -> bool:
    return run.kind is Kind.IMAGE


def _stands_in_next(node: HtmlElement, walk: Walk) -> bool:
    following = node.getnext()
    if following is None or following.tag != "img" or (node.tail or "").strip():
        return False
    return images.source(following, walk.addresses) is not None


def _quotation_block(walk: Walk, _: HtmlElement) -> Answer:
    def finish(blocks: list[Block]) -> None:
        if blocks:
            walk.append(Quote(blocks))

    return walk.inside(finish)


def _pre(walk: Walk, node: HtmlElement) -> Answer:
    if code.is_rich(node):
        walk.flush()
        return walk.flush
    _code_block(walk, node, code.language_of(node))
    return SKIP


def _code_block(walk: Walk, node: HtmlElement, language: str) -> None:
    without = frozenset(n for n in node.iter() if n in walk.skip) if walk.skip else frozenset()
    walk.flush()
    if (text := code.text_of(node, without=without)).strip():
        walk.append(Code(text, language))
        if not language and (links := _links(walk, node)):
            walk.append(Paragraph(links, role="links"))
    for image in node.iter("img"):
        _image(walk, image)


def _links(walk: Walk, pre: HtmlElement) -> list[Run]:
    """Where the words of a `<pre>` that is no source code lead: a fence holds no links, and standards and
    letters are written so."""
    if pre.tag == "table" or next(pre.iter("code"), None) is not None:
        return []
    found: dict[str, str] = {}
    for link in pre.iter("a"):
        href = link.get("href") or ""
        if link in walk.skip or href.startswith("#"):
            continue
        if (words := flat(link.text_content())) and (url := walk.addresses.link(href)):
            found.setdefault(url, words)
    runs: list[Run] = []
    for url, words in found.items():
        runs += [Run(BETWEEN), Run(words, (Link(url),))]
    return runs[1:]


def _table(walk: Walk, node: HtmlElement) -> Answer:
    """A table, unless it only puts line numbers beside code."""
    inner = code.in_table(node)
    if not inner:
        return table(walk, node)
    for element in inner:
        _code_block(walk, element, code.language_of(element))
    return SKIP


def _list(walk: Walk, node: HtmlElement) -> Answer:
    """A list, unless it is the numbers of lines of code, which parsers put behind the code. The class alone
    is no proof: grids of products have gutters too."""
    if code.is_gutter(node) and not any(map(str.isalpha, node.text_content())):
        return SKIP
    return LISTS_AND_TABLES[str(node.tag)](walk, node)


def _figure(walk: Walk, _: HtmlElement) -> Answer:
    def finish(blocks: list[Block]) -> None:
        if any(isinstance(block, Paragraph) for block in blocks) and len(blocks) > 1:
            walk.append(Figure(blocks))
        else:
            walk.append(*blocks)

    return walk.inside(finish)


def _caption(walk: Walk, _: HtmlElement) -> Answer:
    return walk.inside(lambda blocks: walk.append(*blocks), role="caption")


def _summary(walk: Walk, _: HtmlElement) -> Answer:
    return walk.inside(lambda blocks: walk.append(*blocks), role="summary")


def _math(walk: Walk, node: HtmlElement) -> Answer:
    if tex := math.tex_of(node):
        walk.put(Run(tex, walk.marks, Kind.MATH, display=math.is_display(node)))
    return SKIP


def _script(walk: Walk, node: HtmlElement) -> Answer:
    kind = (node.get("type") or "").lower()
    if kind.startswith("math/tex") and (tex := math.tidy(node.text or "")):
        walk.put(Run(tex, walk.marks, Kind.MATH, display="display" in kind))
    return SKIP


def _span(walk: Walk, node: HtmlElement) -> Answer:
    """A plain span, or what MediaWiki, KaTeX and MathJax put around mathematics."""
    name = node.get("class")
    if not name or not _FORMULA.search(name):
        return walk.styled(node)
    inner = next(node.iter("math"), None)
    if inner is not None:
        display = "display" in name or math.is_display(inner)
        if tex := math.tex_of(inner):
            walk.put(Run(tex, walk.marks, Kind.MATH, display=display))
        return SKIP
    image = next(node.iter("img"), None)
    if image is not None and (tex := math.tidy(image.get("alt") or "")):
        walk.put(Run(tex, walk.marks, Kind.MATH))
        return SKIP
    return walk.styled(node)


def _embed(walk: Walk, node: HtmlElement) -> Answer:
    if run := embeds.read(node, walk.addresses):
        walk.flush()
        walk.append(Paragraph([run]))
    return None if node.tag == "embed" else SKIP  # libxml2 does not know <embed> as void


HANDLERS: dict[str, Handler] = {
    "br": _line_break,
    "hr": _rule,
    # The title is kept beside the text and is its one heading of the first level: an <h1> within
    # is a section of it (Readability does the same; .81 of headings matched without, .98 with).
    **{f"h{level}": _heading(max(level, 2)) for level in range(1, 7)},
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
    **LISTS_AND_TABLES,
    "ul": _list,
    "ol": _list,
    "table": _table,
    "math": _math,
    "script": _script,
    "span": _span,
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object", "amp-youtube"), _embed),
}
