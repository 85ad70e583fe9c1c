"""Markdown of an archived article as HTML that runs nothing and fetches nothing.

Pictures that are archived are shown from the archive. Others become links with their words: a reading view
that loaded them would tell the publisher who reads what, and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from clipper.datasette_plugin.depth import too_deep

__all__ = ["render"]

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl",
    "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
    "ul", "var",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "class"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "class"},
    "th": {"colspan", "rowspan", "class", "scope"},
    "span": {"class"},
    "code": {"class"},
    "div": {"class"},
    "img": {"src", "alt", "title", "loading"},
}
ALIGNED = {"text-align:right": "right", "text-align:center": "center"}
OUR_CLASSES = {"picture", "right", "center"}
# What may be wider than a page scrolls by itself, with the keyboard too.
SCROLLING = {
    "<table>": '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>',
    "</table>": "</table></div>",
    "<pre>": '<pre tabindex="0">',
}
LINKS = ("http://", "https://", "mailto:", "#")


def render(markdown: str, pictures: Mapping[str, str] | None = None) -> Markup:
    """The article; every tag and attribute that is not on the list is gone.

    `pictures` says where in the archive a picture is shown from, by its address.
    """
    if too_deep(markdown):
        return Markup('<pre tabindex="0">{}</pre>').format(markdown)
    shown = dict(pictures or {})
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("th_open", _cell)
    parser.add_render_rule("td_open", _cell)
    ours = set(shown.values())

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return value if value in ours else None
        return _allowed(attribute, value)

    cleaned = nh3.clean(
        parser.render(markdown, {"pictures": shown}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    for bare, wrapped in SCROLLING.items():
        cleaned = cleaned.replace(bare, wrapped)
    return Markup(cleaned)


def _picture(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """What a picture is replaced by: its words, and where it is."""
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    words = self.renderInlineAsText(token.children, options, env) if token.children else ""
    if ours := env["pictures"].get(source):
        return f'<img src="{escape(ours)}" alt="{escape(words.strip())}" loading="lazy">'
    label = escape(words.strip() or _file_name(source) or "picture")
    inside_link = sum(t.nesting for t in tokens[:index] if t.type in ("link_open", "link_close"))
    if inside_link or not source.startswith(("http://", "https://")):
        return f'<span class="picture">{label}</span>'
    return f'<a class="picture" href="{escape(source)}">{label}</a>'


def _cell(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A cell that is aligned by a class: a style in the page would need a weaker policy."""
    token = tokens[index]
    kind = ALIGNED.get(str(token.attrGet("style") or ""))
    token.attrs = {"class": kind} if kind else {}
    told: str = self.renderToken(tokens, index, options, env)
    return told


def _file_name(source: str) -> str:
    try:
        return unquote(urlsplit(source).path.rpartition("/")[2])[:80]
    except ValueError:
        return ""


def _allowed(attribute: str, value: str) -> str | None:
    """Of classes only our own: a page must not dress its words as part of the library."""
    if attribute == "class":
        return value if value in OUR_CLASSES or value.startswith("language-") else None
    if attribute == "href":  # a relative one would lead into the library
        return value if value.lower().startswith(LINKS) else None
    return value
