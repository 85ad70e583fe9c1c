"""One parsed page: text cleaned of what parsers choke on, parsed once, for everybody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement
from selectolax.lexbor import LexborHTMLParser

from clipper.extract.depth import shallow

__all__ = ["BLOCKS", "around", "parse", "squeezed"]

# One of these makes trafilatura return nothing at all for the page; dropping them saved 39 of 39.
CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)(?!\d)|x0*(?:[0-8bceBCE]|f(?![0-9a-fA-F])|1[0-9a-fA-F]|7[fF])(?![0-9a-fA-F]));?"
)
CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
DECLARATION = re.compile("[\\s\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]*" r"<\?xml[^>]{0,200}\?>")
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main nav ol p pre section summary table tbody "
    "td tfoot th thead tr ul".split()
)
MANY_TAGS = 20_000  # lexbor's time grows with the square of the depth: 12 s for 100,000
# The words of a class for what shows when a word is pointed at, and the letters that it has then.
POINTED_AT = re.compile(r"rollover|tooltip|popover|hover-?card|infotip", re.I)
EXPLAINED = range(60, 1500)
HEAD = frozenset("title meta link script style base noscript template".split())
SILENT = frozenset("script style noscript template head iframe select option textarea button svg object".split())

# One at a time: an expression that begins with a repetition is tried at every character, which takes much longer.
NO_LETTER = re.compile(r"[\W_]")
NO_LETTER_BYTES = bytes(code for code in range(128) if not chr(code).isalnum())


def parse(text: str, written: bytes = b"") -> HtmlElement | None:
    """The page as a tree, None where there is no element in it; `written` is the text as UTF-8, if the page was sent so.

    lexbor reads it as browsers do: where elements are not closed libxml2 puts articles into buttons
    and heads. huge_tree: from 254 nested elements on, lxml's default loses that part and all text after it.
    """
    clean = _clean(text, written)
    if clean.count(b"<") > MANY_TAGS:
        clean = shallow(clean.decode()).encode()
    root = _tree((LexborHTMLParser(clean).html or "").encode())
    if root is None:
        return None
    _head_only(root)
    _drop_boxes(root)
    return root


def _clean(text: str, written: bytes) -> bytes:
    """The page as UTF-8, which both parsers read fastest. What is seldom there is looked for before it is taken out."""
    plain = text
    if CONTROL_REFERENCE.search(text):
        plain = CONTROL_REFERENCE.sub("", plain)
    if declaration := DECLARATION.match(plain):
        plain = plain[declaration.end() :]
    if "\ufffe" in plain or "\uffff" in plain:
        plain = plain.replace("\ufffe", "").replace("\uffff", "")
    # Without halves of surrogate pairs, of which there are none in what was sent as UTF-8.
    clean = written if written and plain is text else plain.encode("utf-8", "ignore")
    return clean.translate(None, CONTROLS) if any(code in clean for code in CONTROLS) else clean


def _tree(text: bytes, *, deep: bool = False) -> HtmlElement | None:
    parser: etree.HTMLParser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    # lxml's own lookup of a class for each element is Python, and is asked some 6,000 times a page.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        root = etree.fromstring(text, parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    said = {error.type for error in parser.error_log}
    if etree.ErrorTypes.ERR_NO_MEMORY in said:
        raise MemoryError("the page needs more memory than it may have")
    if root is not None and not deep and etree.ErrorTypes.ERR_RESOURCE_LIMIT in said:
        return _tree(shallow(text.decode()).encode(), deep=True)
    return root


def _head_only(root: HtmlElement) -> None:
    """Move what is no part of a head behind it: where <body> is missing, libxml2 leaves it there."""
    head = root.find("head")
    if head is None:
        return
    stray = [child for child in head if isinstance(child.tag, str) and child.tag not in HEAD]
    if not stray:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    for place, child in enumerate(stray):
        body.insert(place, child)


def _drop_boxes(root: HtmlElement) -> None:
    """Take out boxes that stand in a line of text and show when a word of it is pointed at: whoever reads the line does
    not see them, and with them it cannot be read."""
    spans = {span: f"{span.get('class') or ''} {span.get('id') or ''}" for span in root.iter("span")}
    if not POINTED_AT.search("\n".join(set(spans.values()))):  # the names of all at once
        return
    boxes = [span for span, names in spans.items() if POINTED_AT.search(names)]
    for box in reversed(boxes):  # inner ones before those around them, of which they may be all or a part
        text = squeezed(box.text_content())
        if len(text) in EXPLAINED and _within_a_line(box):
            box.drop_tree()


def _within_a_line(element: HtmlElement) -> bool:
    """Whether text of its own line stands before it."""
    before = element
    while before.tag not in BLOCKS:
        previous = before.getprevious()
        if previous is None:
            before = before.getparent()
            if before is None or squeezed(before.text or ""):
                return before is not None
        elif squeezed(previous.tail or ""):
            return True
        elif previous.tag in BLOCKS:
            return False
        elif squeezed(previous.text_content()):
            return True
        else:
            before = previous
    return False


def around(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The smallest element that holds them all."""
    chain = [elements[0], *elements[0].iterancestors()]
    place = {element: n for n, element in enumerate(chain)}
    top = 0
    for element in elements[1:]:
        while element not in place:
            parent = element.getparent()
            assert parent is not None  # the root holds them all
            element = parent
        top = max(top, place[element])
    return chain[top]


def squeezed(text: str) -> str:
    """The text with nothing but its letters and digits: what two renderings of one text share."""
    if text.isascii():
        return text.encode().translate(None, NO_LETTER_BYTES).decode()
    # ASCII first, as bytes: a fifth of the time of the expression alone.
    rest = text.encode("utf-8", "surrogatepass").translate(None, NO_LETTER_BYTES).decode("utf-8", "surrogatepass")
    return rest if rest.isalnum() else NO_LETTER.sub("", rest)
