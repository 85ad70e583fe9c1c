"""RFC 9112: where the body of an answer ends, whether all of it came, and what is no answer at all."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.errors import FetchError, ProtocolError, RefusedError
from clipper.fetch import Fetcher
from clipper.models import Completeness
from tests.fetch.server import Server, Talk, answering, page
from tests.fetch.support import local

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
AB = b"Content-Length: 2\r\n\r\nab"
COMPLETE, TRUNCATED, UNKNOWN = Completeness.COMPLETE, Completeness.TRUNCATED, Completeness.UNKNOWN
Case = tuple[bytes, bytes, Completeness]

# Section, and what it is about: the answer, its body, whether all of it came.
READ: dict[str, Case] = {
    "2.2 a single LF ends a line": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab", b"ab", COMPLETE),
    "4 no reason phrase": (b"HTTP/1.1 200\r\n" + AB, b"ab", COMPLETE),
    "4 an empty reason phrase": (b"HTTP/1.1 200 \r\n" + AB, b"ab", COMPLETE),
    "4 a reason phrase in Chinese": ("HTTP/1.1 200 好\r\n".encode() + AB, b"ab", COMPLETE),
    "2.3 a later minor version": (b"HTTP/1.2 200 OK\r\n" + AB, b"ab", COMPLETE),
    "5.1 white space around a value": (HEAD + b"Content-Length: \t 2 \t \r\n\r\nab", b"ab", COMPLETE),
    "5.2 a folded line": (HEAD + b"X-A: a\r\n b\r\n" + AB, b"ab", COMPLETE),
    "6.1 chunked in capitals": (HEAD + b"Transfer-Encoding: CHUNKED\r\n\r\n2\r\nab\r\n0\r\n\r\n", b"ab", COMPLETE),
    "6.1 chunks in HTTP/1.0 are faulty framing": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        b"ab",
        UNKNOWN,
    ),
    "6.2 leading zeroes": (HEAD + b"Content-Length: 002\r\n\r\nab", b"ab", COMPLETE),
    "6.3.1 204 has no body whatever it says": (b"HTTP/1.1 204 No\r\n" + AB, b"", COMPLETE),
    "6.3.1 204 has no chunks": (b"HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"", COMPLETE),
    "6.3.1 1xx have no body": (b"HTTP/1.1 103 Early\r\nContent-Length: 5\r\n\r\n" + HEAD + AB, b"ab", COMPLETE),
    "6.3.3 chunks win over a length": (
        HEAD + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        b"ab",
        COMPLETE,
    ),
    "6.3.5 one length, said twice": (HEAD + b"Content-Length: 2\r\n" + AB, b"ab", COMPLETE),
    "6.3.5 one length, said twice in a list": (HEAD + b"Content-Length: 2, 2\r\n\r\nab", b"ab", COMPLETE),
    "6.3.6 a length": (HEAD + AB, b"ab", COMPLETE),
    "6.3.6 a length that does not come": (HEAD + b"Content-Length: 9\r\n\r\nab", b"ab", TRUNCATED),
    "6.3.6 bytes beyond the length are no part": (HEAD + AB + b"cd", b"ab", COMPLETE),
    "6.3.8 neither: until the end": (HEAD + b"\r\nab", b"ab", UNKNOWN),
    "6.3.8 neither, and a promise to keep alive": (HEAD + b"Connection: keep-alive\r\n\r\nab", b"ab", UNKNOWN),
    "6.3.8 HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nab", b"ab", UNKNOWN),
    "7.1 chunks": (CHUNKED + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc", COMPLETE),
    "7.1 a size in either case": (
        CHUNKED + b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
        b"0123456789" * 2,
        COMPLETE,
    ),
    "7.1 sizes with leading zeroes": (CHUNKED + b"0002\r\nab\r\n0000\r\n\r\n", b"ab", COMPLETE),
    "7.1 a last chunk without its end": (CHUNKED + b"2\r\nab\r\n0\r\n", b"ab", TRUNCATED),
    "7.1 no last chunk": (CHUNKED + b"2\r\nab\r\n", b"ab", TRUNCATED),
    "7.1 a chunk that is cut": (CHUNKED + b"9\r\nab", b"ab", TRUNCATED),
    "7.1 a size that is cut": (CHUNKED + b"2\r\nab\r\n1", b"ab", TRUNCATED),
    "7.1 a size that is none": (CHUNKED + b"2\r\nab\r\n0x1\r\nc\r\n0\r\n\r\n", b"ab", TRUNCATED),
    "7.1 a negative size": (CHUNKED + b"2\r\nab\r\n-1\r\nc\r\n0\r\n\r\n", b"ab", TRUNCATED),
    "7.1 an empty size": (CHUNKED + b"2\r\nab\r\n\r\nc\r\n0\r\n\r\n", b"ab", TRUNCATED),
    "7.1 a size of 84 bits": (CHUNKED + b"2\r\nab\r\n" + b"F" * 21 + b"\r\nc", b"ab", TRUNCATED),
    "7.1 a size of 68 bits does not wrap": (
        CHUNKED + b"10000000000000002\r\nab\r\n0\r\n\r\n",
        b"ab\r\n0\r\n\r\n",
        TRUNCATED,
    ),
    "7.1 a chunk longer than its size": (CHUNKED + b"2\r\nabcd\r\n0\r\n\r\n", b"ab", TRUNCATED),
    "7.1.1 extensions are ignored": (CHUNKED + b'2;a=b;c="d"\r\nab\r\n0;e\r\n\r\n', b"ab", COMPLETE),
    # h11 knows no white space there; the page is told as cut, never as whole.
    "7.1.1 white space before an extension": (CHUNKED + b"2 ;a=b\r\nab\r\n0\r\n\r\n", b"", TRUNCATED),
    "7.1.2 trailers do not change the framing": (
        CHUNKED + b"2\r\nab\r\n0\r\nContent-Length: 9\r\n\r\n",
        b"ab",
        COMPLETE,
    ),
    "7.1.2 a trailer that is cut": (CHUNKED + b"2\r\nab\r\n0\r\nX-T: 1\r\n", b"ab", TRUNCATED),
    "9.6 close, with a length": (HEAD + b"Connection: close\r\n" + AB, b"ab", COMPLETE),
}
CODED = {
    "gzip": (page(gzip.compress(b"hello"), "Content-Encoding: gzip"), b"hello", COMPLETE),
    "x-gzip": (page(gzip.compress(b"hello"), "Content-Encoding: X-GZIP"), b"hello", COMPLETE),
    "identity": (page(b"hello", "Content-Encoding: identity"), b"hello", COMPLETE),
    "an empty coding": (page(b"hello", "Content-Encoding: "), b"hello", COMPLETE),
    "gzip in two members": (
        page(gzip.compress(b"hel") + gzip.compress(b"lo"), "Content-Encoding: gzip"),
        b"hello",
        COMPLETE,
    ),
    "deflate": (page(zlib.compress(b"hello"), "Content-Encoding: deflate"), b"hello", COMPLETE),
    "deflate, bare": (page(zlib.compress(b"hello")[2:-4], "Content-Encoding: deflate"), b"hello", COMPLETE),
    "two codings in one line": (
        page(gzip.compress(gzip.compress(b"hello")), "Content-Encoding: gzip, gzip"),
        b"hello",
        COMPLETE,
    ),
    "two codings in two lines": (
        page(zlib.compress(gzip.compress(b"hello")), "Content-Encoding: gzip", "Content-Encoding: deflate"),
        b"hello",
        COMPLETE,
    ),
    "gzip until the end": (
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"),
        b"hello",
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("name", READ | CODED)
def test_a_body_ends_where_the_rules_say(name: str) -> None:
    raw, body, completeness = (READ | CODED)[name]
    with Server(answering(raw)) as server, Fetcher(local()) as fetcher:
        capture = fetcher.fetch(f"{server.base}/")
    assert (capture.body, capture.completeness) == (body, completeness)


BROKEN: dict[str, bytes] = {
    "2.2 a bare CR in a value": HEAD + b"X-A: a\rContent-Length: 9\r\n" + AB,
    "5 a NUL in a value": HEAD + b"X-A: a\0b\r\n" + AB,
    "5 a form feed in a value": HEAD + b"X-A: a\x0cb\r\n" + AB,
    "2.2 white space before the first header": HEAD + b" X-A: a\r\n" + AB,
    "4 tabs in the status line": b"HTTP/1.1\t200\tOK\r\n" + AB,
    "4 a status of four digits": b"HTTP/1.1 2000 OK\r\n" + AB,
    "4 a status below 100": b"HTTP/1.1 099 OK\r\n" + AB,
    "4 a protocol in small letters": b"http/1.1 200 OK\r\n" + AB,
    "5 a name that is no token": HEAD + "Ü: a\r\n".encode() + AB,
    "5 an empty name": HEAD + b": a\r\n" + AB,
    "5.1 white space before the colon": HEAD + b"Content-Length : 2\r\n\r\nab",
    "6.1 a coding after chunked": HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "6.1 a coding before chunked": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "6.1 chunked twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "6.1 almost chunked": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "6.3.5 lengths that differ": HEAD + b"Content-Length: 3\r\n" + AB,
    "6.3.5 lengths that differ, in a list": HEAD + b"Content-Length: 2, 3\r\n\r\nabc",
    "6.3.5 a sign": HEAD + b"Content-Length: +2\r\n\r\nab",
    "6.3.5 a minus": HEAD + b"Content-Length: -2\r\n\r\nab",
    "6.3.5 hexadecimal": HEAD + b"Content-Length: 0x2\r\n\r\nab",
    "6.3.5 a fraction": HEAD + b"Content-Length: 2.0\r\n\r\nab",
    "6.3.5 other digits": HEAD + "Content-Length: ٢\r\n\r\nab".encode(),
    "6.3.5 nothing": HEAD + b"Content-Length: \r\n\r\nab",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_frame_is_an_error_and_not_a_page(name: str) -> None:
    with Server(answering(BROKEN[name])) as server, Fetcher(local(retries=2)) as fetcher:
        with pytest.raises(ProtocolError) as caught:
            fetcher.fetch(f"{server.base}/")
        assert len(server.requests) == 1
    assert "bytearray" not in str(caught.value)


GARBAGE = [b"", b"\r\n\r\n", b"garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", bytes(100), b"HTTP/1.1 200 OK\rX: y\r\r"]


@pytest.mark.parametrize("raw", GARBAGE)
def test_garbage_is_an_error_of_the_tree(raw: bytes) -> None:
    with Server(answering(raw)) as server, Fetcher(local()) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(f"{server.base}/")
    assert "\n" not in str(caught.value)
    assert caught.value.hops


@pytest.mark.parametrize("extra", [page(b"evil"), HEAD + b"X-A: ", b"garbage", b"\r\n"])
def test_what_follows_an_answer_is_no_answer_to_the_next_request(extra: bytes) -> None:
    """RFC 9112, 6.3: a client must not process extra data as a separate response."""

    def behave(talk: Talk) -> None:
        while talk.hear():
            first = talk.number == 0 and len(talk.requests) == 1
            talk.say(page(b"one") + extra if first else page(b"two"))

    with Server(behave) as server, Fetcher(local()) as fetcher:
        assert fetcher.fetch(f"{server.base}/1").body == b"one"
        capture = fetcher.fetch(f"{server.base}/2")
    assert (capture.body, capture.headers) == (b"two", (("Content-Length", "3"),))
    assert [len(talk.requests) for talk in server.talks] == [1, 1]


NAMES = ["Location", "Set-Cookie", "Retry-After", "Content-Encoding", "Content-Type", "ETag", "Content-Length", "X-A"]
VALUES = st.one_of(
    st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=40),
    st.sampled_from(
        ["http://[::1", "//", "https:///", "http://a:99999/", "http://xn--/", "9" * 30, "gzip", "/in", "\x7f"]
    ),
)


@given(
    status=st.sampled_from([200, 206, 301, 302, 304, 308, 404, 429, 503]),
    headers=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4),
    body=st.binary(max_size=60),
)
def test_whatever_a_server_says_is_a_capture_or_an_error_of_the_tree(
    status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raw = [(name.encode(), value.encode()) for name, value in headers]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(body))

    said = ""
    with Fetcher(local(robots="obey", retries=1), transport=httpx.MockTransport(answer), sleep=lambda _s: None) as f:
        try:
            f.fetch("http://a.test/")
        except (FetchError, RefusedError) as error:
            said = str(error)
    assert "\n" not in said
