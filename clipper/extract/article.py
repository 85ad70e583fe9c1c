"""One capture read: decoded, parsed once, judged, its article found, rendered and described."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict
from functools import cache

import trafilatura
from lxml.html import HtmlElement

from clipper import __version__
from clipper.decode import decode
from clipper.extract.kind import no_page
from clipper.extract.metadata import metadata
from clipper.extract.page import SILENT, parse
from clipper.extract.region import Region, find
from clipper.extract.render import Rendered, base_of, render
from clipper.extract.verdict import verdict
from clipper.models import Capture, Decoded, Extraction, Verdict

__all__ = ["read"]

EMPTY = Rendered("", "", "", 0)


@cache
def extractor() -> str:
    """Who read the page: names and versions, stored with every text."""
    return f"clipper {__version__} + trafilatura {trafilatura.__version__}"


def read(capture: Capture) -> Extraction:
    """Read one capture; nothing about its content is an error."""
    if other := no_page(capture):
        return Extraction(verdict=other[0], reason=other[1], extractor=extractor())
    if not capture.body.strip():
        return Extraction(verdict=Verdict.EMPTY, reason="the server sent nothing", extractor=extractor())
    decoded = decode(capture.body, content_type=capture.header("content-type"))
    root = parse(decoded.text)
    if root is None:
        return _described(decoded, verdict=Verdict.EMPTY, reason="there is nothing in it")
    return _article(capture, decoded, root)


def _article(capture: Capture, decoded: Decoded, root: HtmlElement) -> Extraction:
    base = base_of(root, capture.final_url)
    region = _region(root)
    rendered = render(region.nodes, base_url=base, skip=region.skip) if region else EMPTY
    facts = metadata(root, base=base, text=rendered.text, now=capture.fetched_at)
    page_text = " ".join(visible(root))
    judged, reason = verdict(page_text, rendered.text, rendered.words, scripts=sum(1 for _ in root.iter("script")))
    return _described(
        decoded,
        verdict=judged,
        reason=reason,
        markdown=rendered.markdown,
        text=rendered.text,
        html=rendered.html,
        words=rendered.words,
        **asdict(facts),
    )


def _region(root: HtmlElement) -> Region | None:
    answer = _answer(root)
    if answer and (region := find(root, answer)):
        return region
    body = root.find("body")
    return Region((body,), frozenset()) if body is not None else None


def _answer(root: HtmlElement) -> str | None:
    """What trafilatura takes for the article, as text."""
    # A copy: trafilatura prunes the tree that it is given.
    document = trafilatura.bare_extraction(deepcopy(root), include_comments=False, with_metadata=False)
    return None if document is None else str(getattr(document, "text", "") or "")


def visible(root: HtmlElement) -> list[str]:
    """The texts of the page that a reader could see."""
    found = []
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in SILENT and element.text:
            found.append(element.text)
        if element.tail:
            found.append(element.tail)
    return found


def _described(decoded: Decoded, **fields: object) -> Extraction:
    return Extraction(
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        replaced_characters=decoded.replaced,
        extractor=extractor(),
        **fields,  # type: ignore[arg-type]
    )
