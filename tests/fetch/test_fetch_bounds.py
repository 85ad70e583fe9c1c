"""G3, G4 and G5: time, memory, and whether all of a body came."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.errors import DeadlineExceeded, FetchError
from clipper.fetch import Fetcher
from clipper.fetch.coding import Cut, decoded
from clipper.fetch.faults import Fault
from clipper.models import Completeness
from tests.fetch.server import Server, Talk, answering, page
from tests.fetch.support import MEMORY, by_name, local, server_side

TEXT = "".join(
    f"Reading {line}: the gauge of pump {line * 7 % 1009} stood at {line * 13 % 997}.\n" for line in range(60)
).encode()
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def bare(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


CODED: dict[str, tuple[str, bytes]] = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate bare": ("deflate", bare(TEXT)),
    "gzip twice": ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
    "gzip in deflate": ("gzip, deflate", zlib.compress(gzip.compress(TEXT))),
}


def in_chunks(data: bytes, size: int = 97) -> bytes:
    parts = [data[place : place + size] for place in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


FRAMED: dict[str, tuple[bytes, bytes]] = {
    "a length": (HEAD + f"Content-Length: {len(TEXT)}\r\n\r\n".encode(), TEXT),
    "chunks": (CHUNKED, in_chunks(TEXT[:700])),
}


@pytest.mark.parametrize("name", CODED)
def test_no_cut_of_a_coded_body_is_complete_even_if_its_length_agrees(name: str) -> None:
    """Every cut point of every coding: some 2,500 bodies, and none of them is taken for a page."""
    coding, whole = CODED[name]
    sent = b""

    def answer(_request: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": coding, "Content-Length": str(len(sent))}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(sent))

    with Fetcher(local(), transport=httpx.MockTransport(answer)) as fetcher:
        for end in range(len(whole) + 1):
            sent = whole[:end]
            capture = fetcher.fetch("http://a.test/")
            cut = end < len(whole)
            assert capture.completeness is (Completeness.TRUNCATED if cut else Completeness.COMPLETE), end
            assert bool(capture.truncated_by) is cut
    assert capture.body == TEXT


def test_there_are_at_least_two_thousand_cuts() -> None:
    assert sum(len(whole) for _, whole in CODED.values()) >= 2000
    assert sum(len(body) for _, body in FRAMED.values()) >= 2000


@pytest.mark.parametrize("name", FRAMED)
def test_no_cut_of_a_framed_body_is_complete(name: str) -> None:
    head, whole = FRAMED[name]

    def behave(talk: Talk) -> None:
        if talk.hear():
            talk.say(head + whole[: talk.number])

    with Server(behave) as server, Fetcher(local()) as fetcher:
        for _ in range(len(whole)):
            capture = fetcher.fetch(f"{server.base}/")
            assert capture.completeness is Completeness.TRUNCATED
            assert capture.truncated_by
        assert fetcher.fetch(f"{server.base}/").completeness is Completeness.COMPLETE


@pytest.mark.parametrize("name", CODED)
@given(cuts=st.lists(st.integers(1, 3000), max_size=6))
def test_it_does_not_matter_where_the_network_cuts_a_body(name: str, cuts: list[int]) -> None:
    coding, whole = CODED[name]
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    parts = [whole[a:b] for a, b in pairwise(places) if a < b]
    assert b"".join(decoded(parts, coding, limit=10**6)) == TEXT


@given(data=st.binary(max_size=400), coding=st.sampled_from(["gzip", "deflate", "gzip, gzip"]))
def test_any_bytes_are_decoded_cut_or_refused(data: bytes, coding: str) -> None:
    try:
        out = b"".join(decoded([data], coding, limit=1000))
    except (Cut, Fault):
        return
    assert len(out) <= 1000


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_gzip_members_are_one_body(parts: list[bytes]) -> None:
    whole = b"".join(map(gzip.compress, parts))
    assert b"".join(decoded([whole], "gzip", limit=10**6)) == b"".join(parts)


def test_a_resolver_that_never_answers_is_not_waited_for() -> None:
    ended = threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        ended.wait(20)
        return []

    with Fetcher(local(timeout=0.2), resolver=resolver) as fetcher, pytest.raises(DeadlineExceeded) as caught:
        fetcher.fetch("http://name.test/")
    ended.set()
    assert caught.value.phase == "resolve"


def test_a_certificate_is_checked_against_the_name_though_the_address_is_dialled() -> None:
    with Server(answering(page(b"fine")), tls=server_side("good")) as server, by_name() as fetcher:
        capture = fetcher.fetch(f"https://good.test:{server.port}/")
    assert (capture.body, capture.hops[0].address) == (b"fine", "127.0.0.1")


@pytest.mark.parametrize(
    ("certificate", "host", "trusted", "said"),
    [
        ("expired", "good.test", True, "expired"),
        ("good", "wrong.test", True, "wrong.test"),
        ("good", "good.test", False, "issuer"),
    ],
)
def test_no_bad_certificate_is_accepted(certificate: str, host: str, *, trusted: bool, said: str) -> None:
    with (
        Server(answering(page(b"fine")), tls=server_side(certificate)) as server,
        by_name(trusted=trusted, retries=3) as fetcher,
        pytest.raises(FetchError, match=said) as caught,
    ):
        fetcher.fetch(f"https://{host}:{server.port}/")
    assert (caught.value.phase, caught.value.attempt) == ("tls", 1)


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (lambda talk: talk.hold(), DeadlineExceeded),
        (lambda talk: talk.drip(iter(lambda: b"\x16", None)), FetchError),
        (lambda talk: talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), FetchError),
        (lambda talk: talk.socket.recv(9) and talk.reset(), FetchError),
    ],
    ids=["says nothing", "drips a handshake", "speaks plain HTTP", "resets"],
)
def test_a_handshake_that_fails_is_told_as_one(behave: Callable[[Talk], None], kind: type[FetchError]) -> None:
    with Server(behave) as server, by_name(timeout=0.3) as fetcher, pytest.raises(kind) as caught:
        fetcher.fetch(f"https://good.test:{server.port}/")
    assert caught.value.phase == "tls"


# In a process of its own, whose memory is measured; 400 MB of addresses are more than it needs.
CHILD = (
    MEMORY
    + """
import json, sys
from clipper.errors import ClipperError
from clipper.fetch import Fetcher, Policy

with Fetcher(Policy(retries=0, min_interval=0, allow_private=frozenset({"127.0.0.1"}))) as fetcher:
    fetcher.fetch(sys.argv[1] + "/small")
    confine(400)
    forget()
    base = peak()
    try:
        end = str(fetcher.fetch(sys.argv[1] + "/").completeness)
    except ClipperError as error:
        end = type(error).__name__
print(json.dumps({"end": end, "megabytes": peak() - base}))
"""
)
MEGABYTES = 64
ZEROES = bytes(1 << 20)


def member(megabytes: int) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(deflater.compress(ZEROES) for _ in range(megabytes)) + deflater.flush()


def blocks(megabytes: int) -> tuple[bytes, bytes]:
    """A run of zeroes as bare deflate that may be repeated, and what ends the stream."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b"".join(deflater.compress(ZEROES) for _ in range(megabytes)) + deflater.flush(zlib.Z_FULL_FLUSH)
    return block, b"\x03\x00"


@cache
def gigabytes(coding: str) -> bytes:
    """10 GB of zeroes; each run of 100 MB is compressed once and repeated."""
    if coding == "deflate":
        block, end = blocks(100)
        return block * 100 + end
    whole = member(100) * 100
    return gzip.compress(whole) if coding == "gzip, gzip" else whole


# Name: status, coding, body, and how the fetch ends.
BOMBS: dict[str, tuple[str, str, Callable[[], bytes], str]] = {
    "a page of 19 MB": ("200 OK", "identity", lambda: bytes(19_000_000), "complete"),
    "10 MB of gzip": ("200 OK", "gzip", lambda: member(10), "complete"),
    "100 MB of gzip": ("200 OK", "gzip", lambda: member(100), "BodyTooLarge"),
    "10 GB of gzip": ("200 OK", "gzip", lambda: gigabytes("gzip"), "BodyTooLarge"),
    "10 GB of deflate": ("200 OK", "deflate", lambda: gigabytes("deflate"), "BodyTooLarge"),
    "10 GB, two layers": ("200 OK", "gzip, gzip", lambda: gigabytes("gzip, gzip"), "BodyTooLarge"),
    "10 GB on a redirect": ("302 Found", "gzip", lambda: gigabytes("gzip"), "complete"),
    "10 GB on an error": ("404 Not Found", "gzip", lambda: gigabytes("gzip"), "StatusError"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_memory_stays_within_64_mb(name: str) -> None:
    status, coding, body, end = BOMBS[name]
    bomb = page(body(), f"Content-Encoding: {coding}", "Location: /small", "Connection: close", status=status)

    def behave(talk: Talk) -> None:
        while head := talk.hear():
            talk.say(page(b"small") if b"/small" in head else bomb)

    with Server(behave) as server:
        child = [sys.executable, "-c", CHILD, server.base]
        done = subprocess.run(child, capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)
    assert told["end"] == end, name
    assert told["megabytes"] <= MEGABYTES
    assert told["megabytes"] > (15 if "19 MB" in name else 0)  # it was measured
