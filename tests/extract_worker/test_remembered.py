"""trafilatura's expressions as the worker has them find what they find as they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from lxml.etree import XPath
from lxml.html import HtmlElement

from clipper.extract.remembered import NAMESPACES, Remembered, remember

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
WORDS = (
    "comment-list comments social share- post-content article-body entry main page-content hidden hide-print nav menu "
    "sidebar caption infinite-scroll mvp-post-add-box author byline story-body fulltext FULLTEXT single-post text x"
).split()
ATTRIBUTES = ("id", "class", "role", "style", "aria-hidden", "itemprop", "data-component", "href")
TAGS = ("div", "p", "section", "article", "ul", "li", "span", "main", "details", "h1", "aside")


def expressions() -> ModuleType:
    """trafilatura's own, in a module that nobody else has."""
    spec = importlib.util.find_spec("trafilatura.xpaths")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed(module: ModuleType) -> list[object]:
    return [one for value in vars(module).values() if isinstance(value, list) for one in value]


PLAIN, QUICKER = expressions(), expressions()
COUNT = remember(QUICKER)
PAIRS = list(zip(listed(PLAIN), listed(QUICKER), strict=True))


def agree(tree: HtmlElement) -> None:
    for plain, quicker in PAIRS:
        if isinstance(plain, XPath):
            assert quicker(tree) == plain(tree), plain.path  # type: ignore[operator]


def test_most_of_what_takes_long_is_replaced() -> None:
    assert sum(isinstance(one, Remembered) for one in QUICKER.OVERALL_DISCARD_XPATH) == len(
        QUICKER.OVERALL_DISCARD_XPATH
    )
    assert isinstance(QUICKER.BODY_XPATH[0], Remembered)
    assert COUNT >= 12


@pytest.mark.parametrize("page", sorted(FIXTURES.glob("*/*.html")), ids=lambda page: f"{page.parent.name}/{page.name}")
def test_they_agree_about_pages(page: Path) -> None:
    tree = html.document_fromstring(page.read_bytes())
    for _ in range(2):  # from memory too
        agree(tree)


@pytest.mark.parametrize("expected", [0, 1])
def test_of_two_attributes_the_first_counts_whatever_was_asked_before(expected: int) -> None:
    path = ".//*[self::div][re:test(@id|@class, 'cookie')]"
    module = SimpleNamespace(ALL=[XPath(path, namespaces=NAMESPACES)])
    assert remember(module) == 1  # type: ignore[arg-type]
    orders = ('<div id="x" class="cookie">', '<div class="cookie" id="x">')
    for element in (orders[1 - expected], orders[expected]):
        tree = html.document_fromstring(f"<body>{element}</div></body>")
        assert module.ALL[0](tree) == XPath(path, namespaces=NAMESPACES)(tree)
    assert len(module.ALL[0](tree)) == expected


values = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), values, max_size=3)
elements = st.recursive(
    st.tuples(st.sampled_from(TAGS), attributes, st.just(())),
    lambda inner: st.tuples(st.sampled_from(TAGS), attributes, st.lists(inner, max_size=5)),
    max_leaves=30,
)


def built(tag: str, given_ones: dict[str, str], inside: object) -> HtmlElement:
    element = html.Element(tag, given_ones)
    element.extend(built(*one) for one in inside)  # type: ignore[attr-defined]
    return element


@settings(max_examples=300, deadline=None)
@given(st.lists(elements, max_size=6))
def test_they_agree_about_anything(inside: list[tuple[str, dict[str, str], object]]) -> None:
    agree(built("body", {}, inside))


@pytest.mark.parametrize(
    "path",
    [
        ".//*[@class='x' and position()=2]",
        ".//*[@class='x'][2]",
        ".//*[@class=../@class]",
        ".//*[@class='x' or text()='y']",
        ".//*[@class='x']/p",
        ".//*[@class='x']|.//main",
        "//*[@class='x']",
        ".//*[@class='x' or string-length(@id) > 3]",
        ".//*[@class='x' or @id=@class]",
        ".//*[re:test(@id, 'a(')]",
    ],
)
def test_what_looks_at_more_than_tag_and_attributes_stays(path: str) -> None:
    module = SimpleNamespace(ALL=[XPath(path)])
    assert remember(module) == 0  # type: ignore[arg-type]
    assert isinstance(module.ALL[0], XPath)


@pytest.mark.parametrize(
    "path",
    [
        ".//*[self::div][not(.//h1) or re:test(@id|@class, 'x', 'i')]",
        ".//*[self::p or @id='a'][re:test(@class, 'X', 'i') or @role]",
        ".//*[self::p or not(@class='x')]",
        ".//*[self::div][not(.//h1) or @id='x']",
        ".//*[@class='x' or re:test(@id, 'y')][1]",
        ".//*[not(self::p or @role) and (starts-with(translate(@class, 'xT', 'Xt'), 'X') or contains(@id, 'n'))][@class]",
        "(.//*[self::div][@class='x' or re:test(@id, 'y')])[1]",
        ".//*[re:test(@class, 'x*')]/p[re:test(@id, '^$|y')]",
    ],
)
@settings(max_examples=30, deadline=None)
@given(inside=st.lists(elements, max_size=6))
def test_other_expressions_agree_too(path: str, inside: list[tuple[str, dict[str, str], object]]) -> None:
    module = SimpleNamespace(ALL=[XPath(path, namespaces=NAMESPACES)])
    assert remember(module) == (0 if "x*" in path and "^$" in path else 1)  # type: ignore[arg-type]
    tree = built("body", {"class": "x"}, inside)
    assert module.ALL[0](tree) == XPath(path, namespaces=NAMESPACES)(tree)
