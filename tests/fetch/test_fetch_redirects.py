"""Redirects by hand, and pages that only send their readers on."""

from __future__ import annotations

import httpx
import pytest

from clipper.errors import ProtocolError, RefusedError
from clipper.fetch.refresh import refresh_target
from clipper.fetch.walk import may_refresh
from tests.fetch.support import Site, fetching

FINE = httpx.Response(200, text="fine")


def to(target: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"Location": target})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "final"),
    [
        ("http://b.test/in", "http://b.test/in"),
        ("https://b.test/in", "https://b.test/in"),
        ("//b.test/in", "http://b.test/in"),
        ("/in", "http://a.test/in"),
        ("in", "http://a.test/x/in"),
        ("../in", "http://a.test/in"),
        ("?q=1", "http://a.test/x/?q=1"),
        ("  /in  ", "http://a.test/in"),
        ("/with space", "http://a.test/with%20space"),
        ("/in#part", "http://a.test/in"),
        ("HTTP://B.TEST/in", "http://b.test/in"),
        ("/漏洞", "http://a.test/%E6%BC%8F%E6%B4%9E"),
    ],
)
def test_a_redirect_is_followed_and_recorded(status: int, location: str, final: str) -> None:
    first = httpx.Response(status, headers=[(b"Location", location.encode())])
    site = Site({"/x/": [first, FINE], "/in": [FINE], "/x/in": [FINE], "/with space": [FINE], "/漏洞": [FINE]})
    with fetching(site) as fetcher:
        capture = fetcher.fetch("http://a.test/x/")
    assert (capture.url, capture.final_url) == ("http://a.test/x/", final)
    assert [hop.status for hop in capture.hops] == [status, 200]
    assert [hop.via for hop in capture.hops] == ["http", "http"]


@pytest.mark.parametrize("number", [1, 9, 10])
def test_ten_redirects_are_followed(number: int) -> None:
    site = Site({f"/{n}": [to(f"/{n + 1}")] for n in range(number)} | {f"/{number}": [FINE]})
    with fetching(site) as fetcher:
        assert len(fetcher.fetch("http://a.test/0").hops) == number + 1


def test_the_eleventh_is_not() -> None:
    site = Site({f"/{n}": [to(f"/{n + 1}")] for n in range(20)})
    with fetching(site) as fetcher, pytest.raises(ProtocolError, match="more than 10 redirects"):
        fetcher.fetch("http://a.test/0")
    assert len(site.asked) == 11


def test_a_redirect_s_body_is_not_read() -> None:
    class Trap(httpx.SyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]
            raise AssertionError("somebody read it")

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/":
            return httpx.Response(302, headers={"Location": "/in"}, stream=Trap())
        return httpx.Response(200, stream=httpx.ByteStream(b"fine"))

    from clipper.fetch import Fetcher
    from tests.fetch.support import local

    with Fetcher(local(), transport=httpx.MockTransport(handle)) as fetcher:
        assert fetcher.fetch("http://a.test/").body == b"fine"


@pytest.mark.parametrize(("target", "rule"), [("http://b.test:8080/", "port"), ("http://b.test:22/", "port")])
def test_a_redirect_to_a_port_of_its_own_is_refused(target: str, rule: str) -> None:
    with fetching(Site({"/": [to("/away")], "/away": [to(target)]})) as fetcher, pytest.raises(RefusedError) as caught:
        fetcher.fetch("http://a.test/")
    assert caught.value.rule == rule
    assert str(caught.value).startswith("http://a.test/away (from http://a.test/): ")
    assert [(hop.status, hop.location) for hop in caught.value.hops] == [(302, "/away"), (302, target)]


@pytest.mark.parametrize(
    "target", ["http://a.test:8080/in", "http://a.test/in", "https://a.test/in", "http://nas.test:99/in"]
)
def test_a_redirect_to_the_port_asked_for_or_to_an_allowed_host_is_not(target: str) -> None:
    site = Site({"/": [to(target)], "/in": [FINE]})
    with fetching(site, allow_private=frozenset({"nas.test"})) as fetcher:
        assert fetcher.fetch("http://a.test:8080/").body == b"fine"


REFRESH = [
    (b'<meta http-equiv="refresh" content="0; url=http://b.test/">', "http://b.test/"),
    (b"<META HTTP-EQUIV='Refresh' CONTENT='0;URL=/in'>", "/in"),
    (b'<meta content="0; url=/in" http-equiv=refresh>', "/in"),
    (b'<meta http-equiv="refresh" content="3; url=\'/in\'">', "/in"),
    (b'<meta http-equiv="refresh" content="0, /in">', "/in"),
    (b'<meta http-equiv="refresh" content="0.5; url=/in">', "/in"),
    (b'<meta http-equiv="refresh" content="0; url=/a?b=1&amp;c=2">', "/a?b=1&c=2"),
    (b'<meta http-equiv="refresh" content="30; url=/in">', None),
    (b'<meta http-equiv="refresh" content="0">', None),
    (b'<meta http-equiv="refresh" content="x; url=/in">', None),
    (b'<!-- <meta http-equiv="refresh" content="0; url=/in"> -->', None),
    (b'<noscript><meta http-equiv="refresh" content="0; url=/nojs"></noscript>', None),
    (b'<script>\'<meta http-equiv="refresh" content="0; url=/in">\'</script>', None),
    (b'<meta http-equiv="refresh" content="0; url=/in">' + b"<p>long text</p>" * 40, None),
    (b'<meta name="refresh" content="0; url=/in">', None),
    (b"<p>refresh</p>", None),
]


@pytest.mark.parametrize(("page", "target"), REFRESH)
def test_a_page_that_only_sends_readers_on_names_its_target(page: bytes, target: str | None) -> None:
    assert refresh_target(page) == target


def test_a_large_page_is_not_looked_into() -> None:
    assert not may_refresh(REFRESH[0][0] + b" " * 20_000)


def test_a_meta_refresh_is_followed_and_recorded_as_one() -> None:
    site = Site({"/": [httpx.Response(200, html='<meta http-equiv="refresh" content="0; url=/in">')], "/in": [FINE]})
    with fetching(site) as fetcher:
        capture = fetcher.fetch("http://a.test/")
    assert capture.body == b"fine"
    assert [(hop.status, hop.via) for hop in capture.hops] == [(200, "http"), (200, "meta-refresh")]


def test_a_meta_refresh_of_a_feed_is_left_alone() -> None:
    site = Site({"/": [httpx.Response(200, html='<meta http-equiv="refresh" content="0; url=/in">')]})
    with fetching(site) as fetcher:
        assert len(fetcher.fetch("http://a.test/", kind="feed").hops) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:alert(1)", "http://b.test:6379/"])
def test_a_meta_refresh_is_checked_like_a_redirect(target: str) -> None:
    site = Site({"/": [httpx.Response(200, html=f'<meta http-equiv="refresh" content="0; url={target}">')]})
    with fetching(site) as fetcher, pytest.raises(RefusedError):
        fetcher.fetch("http://a.test/")
