"""Markdown, text and HTML of a subtree say the same, and nothing dangerous gets into any of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from clipper.extract.render import render
from clipper.extract.sanitise import TAGS

BASE = "https://site.example/a/"
ATTRIBUTES = {
    "a": {"href", "class"}, "img": {"src", "alt", "title", "loading"}, "code": {"class"},
    "ol": {"start", "reversed"}, "li": {"value"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"}, "input": {"type", "disabled", "checked"},
}  # fmt: skip

WORDS = st.sampled_from(
    ["word", "中文", "重要。", "（注）", "*", "_", "`", "[", "]", "(", ")", "\\", "!", "<", "&",
     "&lt;", "#", "1.", "-", "~", "|", "$", " ", "\n", "\u200b", "\x1b", "javascript:alert(1)"]
)  # fmt: skip
NAMES = (
    "p div span b i em strong code pre a ul ol li dl dt dd table tr td th blockquote h2 h3 figure"
    " figcaption img br hr script style iframe svg math noscript section sup del q form button"
    " details summary caption thead tbody"
)
TAGNAMES = st.sampled_from(NAMES.split())
VALUES = st.sampled_from(
    [{}, {"href": "javascript:alert(1)"}, {"href": "/x y)(<"}, {"src": "/i.jpg", "alt": "]a["},
     {"onclick": "alert(1)", "style": "font-weight:bold"}, {"src": "data:text/html,<script>"},
     {"colspan": "3", "rowspan": "2"}, {"class": "language-x\"><script>"}, {"start": "9"},
     {"data-src": "//e.example/a b.png", "title": '"><script>'}, {"role": "presentation"}]
)  # fmt: skip


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> etree._Element:
    """An element as a parser could never make it, for the walk must not trust parsers."""
    element = lxml_html.Element(draw(TAGNAMES), draw(VALUES))
    element.text = "".join(draw(st.lists(WORDS, max_size=3))).replace("\x1b", "")
    if depth:
        for child in draw(st.lists(trees(depth=depth - 1), max_size=3)):
            element.append(child)
            child.tail = "".join(draw(st.lists(WORDS, max_size=2))).replace("\x1b", "")
    return element


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def read_text(source: str) -> str:
    """What is read of sanitised HTML: everything but the labels of embeds and the captions of pictures."""
    tree = lxml_html.fromstring(f"<div>{source}</div>")
    for embed in tree.xpath("//a[@class='embed']"):
        embed.text = ""
    for caption in tree.xpath("//figure/figcaption"):
        caption.drop_tree()
    return tree.text_content()


@settings(deadline=None, max_examples=300)
@given(trees())
def test_any_tree_renders_safely_and_alike(tree: etree._Element) -> None:
    page = lxml_html.Element("div")
    page.append(tree)
    answer = render([page], base_url=BASE)
    assert squeezed(read_text(answer.html)) == squeezed(answer.text)
    for element in lxml_html.fromstring(f"<div>{answer.html}</div>").iter():
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())
        for name in ("href", "src"):
            assert element.get(name, "https:").startswith(("https:", "http:", "mailto:"))
    assert not re.search(r"\]\(\s*(?!https?:|mailto:)\w+:", answer.markdown)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\ufeff]", answer.markdown)


INLINE = st.recursive(
    st.sampled_from(["中", "重要", "。", "（", "）", "“", "a", "word", ".", " ", "*", "_", "[x]", "&lt;b"]),
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["b", "i", "del", "code", "em"]),
        st.lists(inner, min_size=1, max_size=3).map("".join),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=500)
@given(st.lists(INLINE, min_size=1, max_size=5).map("".join))
def test_markdown_is_read_back_as_the_same_text(source: str) -> None:
    answer = render([lxml_html.fromstring(f"<div><p>{source}</p></div>")], base_url=None)
    back = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(answer.markdown)
    seen = lxml_html.fromstring(f"<div>{back}</div>").text_content()
    assert squeezed(seen) == squeezed(answer.text)


ROUND_TRIPS = {
    "bold before a wide full stop": "<p>前<strong>重要</strong>。后</p>",
    "bold and italic": "<p>a <strong>b <em>c</em></strong> d</p>",
    "list": "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>",
    "numbered list from nine": '<ol start="9"><li>a</li><li>b<pre><code>x\n  y\n</code></pre></li></ol>',
    "quote in a list": "<ul><li>a<blockquote><p>b</p></blockquote></li></ul>",
    "code in a quote": "<blockquote><pre><code>a\n\n  b\n</code></pre></blockquote>",
    "heading": "<h2>a <code>b*</code></h2>",
    "break": "<p>a<br>b</p>",
    "struck": "<p><s>a</s></p>",
    "linked image": '<p><a href="https://a.example/"><img src="https://a.example/i" alt="x"></a></p>',
    "table": "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1|2</td><td><code>c</code></td></tr></tbody></table>",
    "two lists": "<ul><li>a</li></ul><ul><li>b</li></ul>",
    "rule after text": "<p>a</p><hr><p>b</p>",
}  # fmt: skip


def shape(source: str) -> list[tuple[object, ...]]:
    """Tags and texts in order, without what Markdown's renderer adds."""
    return [
        (element.tag, squeezed(element.text_content()), element.get("href"), element.get("start"))
        for element in lxml_html.fromstring(f"<div>{source}</div>").iter()
        if element.tag not in ("p", "tbody", "thead")
    ]


@pytest.mark.parametrize("source", ROUND_TRIPS.values(), ids=ROUND_TRIPS.keys())
def test_structure_survives_the_round_trip(source: str) -> None:
    answer = render([lxml_html.fromstring(f"<div>{source}</div>")], base_url=BASE)
    back = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(answer.markdown)
    assert shape(back) == shape(source)


def nested(tag: str, levels: int) -> etree._Element:
    """Elements within each other, deeper than any parser builds them."""
    root = node = lxml_html.Element(tag)
    for _ in range(levels):
        node.text = "x"
        child = lxml_html.Element(tag)
        node.append(child)
        child.tail = "y"
        node = child
    node.text = "the end"
    return root


@pytest.mark.parametrize("tag", ["div", "span", "b", "blockquote", "ul", "li", "table", "td", "dd"])
def test_depth_costs_neither_a_crash_nor_text(tag: str) -> None:
    answer = render([nested(tag, 5_000)], base_url=None)
    assert "the end" in answer.text
    assert answer.text.count("x") == answer.text.count("y") == 5_000
    assert answer.markdown.count("the end") == answer.html.count("the end") == 1


def test_spans_do_not_multiply_a_table() -> None:
    row = '<tr><td colspan="1000" rowspan="1000">a</td><td>b</td></tr>'
    answer = render([lxml_html.fromstring(f"<table>{row * 300}</table>")], base_url=None)
    assert len(answer.markdown) < 100_000
    assert answer.text.count("a") == 300
