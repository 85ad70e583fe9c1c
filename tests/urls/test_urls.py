"""Which addresses are one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper import urls
from clipper.errors import InvalidURL

SAME_PAGE = [
    ("https://www.4hou.com/posts/DxRx", "http://www.4hou.com/posts/DxRx"),
    ("https://www.4hou.com/posts/DxRx", "HTTPS://WWW.4hou.COM:443/posts/DxRx#comments"),
    ("https://example.com/a", "https://example.com/b/../a"),
    ("https://example.com/a", "example.com/a"),
    ("https://example.com/", "https://example.com"),
    ("https://example.com/~ann", "https://example.com/%7eann"),
    ("https://example.com/%E6%BC%8F", "https://example.com/漏"),
    ("https://example.com/a?id=1", "https://example.com/a?utm_source=feed&id=1&fbclid=x"),
    ("https://example.com/a", "https://ann:secret@example.com/a"),
    ("https://例子.中国/", "https://xn--fsqu00a.xn--fiqs8s/"),
    (
        "https://mp.weixin.qq.com/s?__biz=MzA==&mid=1&idx=2&sn=ab&chksm=cd&scene=58#rd",
        "http://mp.weixin.qq.com/s?idx=2&mid=1&__biz=MzA%3D%3D&sessionid=9",
    ),
]
OTHER_PAGE = [
    ("https://example.com/a", "https://example.com/A"),
    ("https://example.com/a", "https://example.com/a/"),
    ("https://example.com/a?id=1", "https://example.com/a?id=2"),
    ("https://example.com/a?x=1&y=2", "https://example.com/a?y=2&x=1"),
    ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ("https://example.com/", "https://example.com:8080/"),
    ("https://example.com/", "https://www.example.com/"),
    ("https://mp.weixin.qq.com/s?__biz=M&mid=1&idx=1", "https://mp.weixin.qq.com/s?__biz=M&mid=1&idx=2"),
]
INVALID = [
    "", "   ", "ftp://example.com/", "javascript:alert(1)", "mailto:a@example.com", "file:///etc/passwd",
    "http://", "https:///path", "http://a b/", "http://evil.example\\@127.0.0.1/", "https://x:99999/",
    "https://exa\x00mple.com/", "notaurl", "https://[::1", "http://exa<mple.com/", "data:text/html,x",
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME_PAGE)
def test_addresses_of_one_page_have_one_key(one: str, other: str) -> None:
    assert urls.url_key(one) == urls.url_key(other)


@pytest.mark.parametrize(("one", "other"), OTHER_PAGE)
def test_addresses_of_two_pages_have_two_keys(one: str, other: str) -> None:
    assert urls.url_key(one) != urls.url_key(other)


@pytest.mark.parametrize("url", INVALID)
def test_what_cannot_be_fetched_is_refused(url: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        urls.check(url)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        (" https://example.com/a b".replace(" b", ""), "https://example.com/a"),
        ("localhost:8000/x", "https://localhost:8000/x"),
        ("https://ann:secret@example.com/a", "https://ann:secret@example.com/a"),
        ("https://example.com/文?q=漏洞", "https://example.com/%E6%96%87?q=%E6%BC%8F%E6%B4%9E"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://example.com/a?utm_source=x", "https://example.com/a?utm_source=x"),
    ],
)
def test_the_address_is_fetched_as_given(url: str, fetched: str) -> None:
    assert urls.check(url) == fetched


def test_credentials_are_dropped_from_what_is_stored() -> None:
    assert urls.without_credentials("https://ann:secret@example.com:81/a?b") == "https://example.com:81/a?b"


@pytest.mark.parametrize(
    ("base", "link", "joined"),
    [
        ("https://example.com/a/b", "../c", "https://example.com/c"),
        ("https://example.com/a", "//cdn.example.org/x.png", "https://cdn.example.org/x.png"),
        ("https://example.com/a", "javascript:alert(1)", None),
        ("https://example.com/a", "http://[::1", None),
        (None, "/a", None),
    ],
)
def test_links_are_joined_to_their_page(base: str | None, link: str, joined: str | None) -> None:
    assert urls.join(base, link) == joined


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_key_is_its_own_key(path: str, query: str) -> None:
    try:
        key = urls.url_key(f"https://example.com/{path}?{query}")
    except InvalidURL:
        return
    assert urls.url_key(key) == key


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        checked = urls.check(text)
    except InvalidURL:
        return
    assert checked.isascii()
    assert urls.check(checked) == checked
    assert urls.url_key(text) == urls.url_key(checked)


@pytest.mark.parametrize("url", ["a." * 9_000 + "@", "http://h/" + "a" * 20_000, "x:a@" + "//" * 9_000])
def test_no_address_is_endless(url: str) -> None:
    with pytest.raises(InvalidURL, match="longer than") as caught:
        urls.check(url)
    assert len(str(caught.value)) < 500
