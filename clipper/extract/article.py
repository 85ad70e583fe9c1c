"""One capture read: decoded, parsed once, judged, its article found, rendered and described."""

from __future__ import annotations

from dataclasses import asdict

from lxml.html import HtmlElement

from clipper import __version__
from clipper.decode import decode
from clipper.extract.blocks import Reading
from clipper.extract.facts import facts_of
from clipper.extract.kind import no_page
from clipper.extract.learned import Known, known, observe, without
from clipper.extract.metadata import metadata
from clipper.extract.naming import Names
from clipper.extract.page import parse
from clipper.extract.region import Region, find
from clipper.extract.render import Rendered, base_of, render
from clipper.extract.ruled import ruled
from clipper.extract.second import Second
from clipper.extract.swallowed import freed
from clipper.extract.verdict import judge
from clipper.models import Capture, Decoded, Extraction, Site, SiteRules, Verdict

__all__ = ["read"]

EVERY_RULE = SiteRules()
EMPTY = Rendered("", "", 0)


def extractor(second: str = "") -> str:
    """Who read the page, stored with every text; `second` is the version of trafilatura if it was asked."""
    return f"clipper {__version__}{f' + trafilatura {second}' if second else ''}"


def read(
    capture: Capture, site: Site | None = None, rules: SiteRules = EVERY_RULE, *, html: bool = False
) -> Extraction:
    """Read one capture; `site` is what is known of its host, `rules` which site rules count, `html` whether the article
    is wanted as HTML too.

    Nothing about its content is an error.
    """
    if other := no_page(capture):
        return Extraction(verdict=other[0], reason=other[1], extractor=extractor())
    if not capture.body.strip():
        return Extraction(verdict=Verdict.EMPTY, reason="the server sent nothing", extractor=extractor())
    decoded = decode(capture.body, content_type=capture.header("content-type"))
    root = parse(decoded.text, capture.body if decoded.source == "utf-8" else b"")
    if root is None:
        return _described(decoded, extractor=extractor(), verdict=Verdict.EMPTY, reason="there is nothing in it")
    return _article(capture, decoded, root, site, rules, html)


def _article(
    capture: Capture, decoded: Decoded, root: HtmlElement, site: Site | None, rules: SiteRules, html: bool
) -> Extraction:
    blocks = freed(root, Reading(root))
    lines = blocks.lines
    base = base_of(root, capture.final_url)
    names = Names(lines)
    about = known(root, names, site, url=capture.final_url)
    second = Second(len(decoded.text))
    rule = ruled(root, lines, capture.final_url, rules)
    rendered = render(rule.nodes, base_url=base, skip=rule.skip) if rule else EMPTY
    if not rendered.markdown:
        rule = rule if rule and not rule.nodes else None  # it leaves the body to the choice
        rendered = _rendered(root, blocks, base, about, second, rule.skip if rule else frozenset())
    facts = metadata(
        root, base=base, url=capture.final_url, text=rendered.text, now=capture.fetched_at, steps=blocks.steps
    )
    judged, reason = judge(
        facts_of(root, lines), words=rendered.words, about=about, ruled=rule is not None and bool(rule.nodes)
    )
    return _described(
        decoded,
        extractor=extractor(second.version),
        verdict=judged,
        reason=reason,
        markdown=rendered.markdown,
        text=rendered.text,
        html=rendered.html if html else "",
        words=rendered.words,
        observed=observe(capture.final_url, names, rendered.text),
        rule=rule.stamp if rule else None,
        **(asdict(facts) | (rule.facts if rule else {})),
    )


def _rendered(
    root: HtmlElement,
    blocks: Reading,
    base: str | None,
    about: Known | None,
    second: Second,
    left_out: frozenset[HtmlElement],
) -> Rendered:
    """The article, without what the host is known to have on every page. Where the choice missed
    what no other page has, the choice is made again on the page without the rest. What a rule leaves out is out."""
    region = _region(root, blocks, second)
    if region is None:
        return EMPTY
    if about is None:
        return render(region.nodes, base_url=base, skip=region.skip | left_out, shown=region.shown)
    rendered = render(region.nodes, base_url=base, skip=region.skip | about.chrome | left_out, shown=region.shown)
    if about.is_in(rendered.text):
        return rendered
    rest = without(root, about.chrome | left_out)
    region = _region(rest, Reading(rest), second)
    if region is None:
        return rendered
    return render(region.nodes, base_url=base, skip=region.skip, shown=region.shown)


def _region(root: HtmlElement, blocks: Reading, second: Second) -> Region | None:
    return find(root, blocks, title_of(root), lambda left_out: second.of(root, left_out))


def title_of(root: HtmlElement) -> str:
    """What <title> says, "" if there is none."""
    return next((element.text_content() for element in root.iter("title")), "")


def _described(decoded: Decoded, **fields: object) -> Extraction:
    return Extraction(
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        replaced_characters=decoded.replaced,
        **fields,  # type: ignore[arg-type]
    )
