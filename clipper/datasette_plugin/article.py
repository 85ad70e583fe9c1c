"""Markdown of an archived article as HTML that runs nothing and fetches nothing.

Pictures become links with their words: a reading view that loaded them would tell the publisher
who reads what, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

__all__ = ["render"]

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl",
    "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins",
    "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
    "ul", "var",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "class"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "style"},
    "span": {"class"},
    "code": {"class"},
    "div": {"class"},
}
OUR_CLASSES = {"picture", "unlinked"}


def render(markdown: str) -> Markup:
    """The article; every tag and attribute that is not on the list is gone."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _picture)
    cleaned = nh3.clean(
        parser.render(markdown),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties={"text-align"},
    )
    wide = cleaned.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return Markup(wide)


def _picture(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """What a picture is replaced by: its words, and where it is."""
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    words = self.renderInlineAsText(token.children, options, env) if token.children else ""
    label = escape(words.strip() or _file_name(source) or "picture")
    inside_link = sum(t.nesting for t in tokens[:index] if t.type in ("link_open", "link_close"))
    if inside_link or not source.startswith(("http://", "https://")):
        return f'<span class="picture">{label}</span>'
    return f'<a class="picture" href="{escape(source)}">{label}</a>'


def _file_name(source: str) -> str:
    try:
        return unquote(urlsplit(source).path.rpartition("/")[2])[:80]
    except ValueError:
        return ""


def _allowed(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001
    """Of classes only our own: a page must not dress its words as part of the library."""
    if attribute == "class":
        return value if value in OUR_CLASSES or value.startswith("language-") else None
    return value
