"""G1 and G2: no connection to an address that is not public, however it is written or reached."""

from __future__ import annotations

import socket
import time

import pytest

from clipper.errors import ClipperError, FetchError, RefusedError, UsageError
from clipper.fetch import Fetcher
from clipper.fetch.addresses import allowed_by_name, public
from clipper.fetch.faults import Fault
from clipper.fetch.line import Line
from clipper.fetch.network import Backend
from tests.fetch.server import Server, answering, page
from tests.fetch.support import local

PUBLIC = "93.184.215.14"
# Hosts as an attacker writes them; what is no address at all is a name, which leads nowhere good.
SPELLINGS = """
127.0.0.1 127.0.0.2 127.1 127.0.1 127.255.255.254 0 0.0.0.0 0.0.0.1 2130706433 017700000001
0x7f000001 0x7f.1 0x7f.0.0.1 0177.0.0.1 0177.1 127.0.0.01 10.0.0.1 10.255.255.255 100.64.0.1
100.127.255.254 169.254.169.254 169.254.0.1 2852039166 172.16.0.1 172.31.255.255 192.0.0.1
192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 3232235521 198.18.0.1 198.19.255.254
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 [::] [::1] [0:0:0:0:0:0:0:1]
[::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:169.254.169.254] [::ffff:0:127.0.0.1]
[64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b:1::1] [100::1] [2001::1] [2001:db8::1] [2001:10::1]
[2002:7f00:1::] [2002:a00:1::] [3fff::1] [5f00::1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1]
[ff02::1] [ff0e::1] [fd12:3456:789a::1] localhost LOCALHOST localhost. 127.0.0.1. １２７.０.０.１ ①②⑦.0.0.1
""".split()
ADDRESSES = sorted({s.strip("[]") for s in SPELLINGS if ":" in s or s.replace(".", "").isdigit()})


def refused(url: str, *, resolver: object = None, **changes: object) -> ClipperError:
    """Fetch what must not be fetched; the network of the tests is shut, so a dial is another error."""
    more = {"resolver": resolver} if resolver else {}
    with Fetcher(local(**changes), **more) as fetcher:  # type: ignore[arg-type]
        with pytest.raises(ClipperError) as caught:
            fetcher.fetch(url)
        return caught.value


def never_dialled(error: ClipperError) -> bool:
    """Refused by policy, no address at all, or a name that nobody knows."""
    unknown = isinstance(error, FetchError) and error.phase == "resolve"
    malformed = isinstance(error, FetchError) and error.phase == "redirect"
    return isinstance(error, (RefusedError, UsageError)) or unknown or malformed


def test_the_table_is_long_enough() -> None:
    assert len(set(SPELLINGS)) == len(SPELLINGS) >= 60


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_is_dialled(host: str) -> None:
    with Server(answering(page(b"inside"))) as server:
        error = refused(f"http://{host}:{server.port}/", allow_private=frozenset())
    assert never_dialled(error), error
    assert server.talks == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_redirect_leads_to_one(host: str) -> None:
    away = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://" + host.encode() + b"/\r\n\r\n"
    with Server(answering(away)) as server:
        allowed = frozenset({f"127.0.0.1:{server.port}"})
        error = refused(f"{server.base}/", allow_private=allowed)
    assert never_dialled(error), error
    assert len(server.requests) == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_name_leads_to_one(address: str) -> None:
    error = refused("http://name.test/", resolver=lambda _host, _port: [address])
    assert isinstance(error, RefusedError)
    assert error.rule == "private-address"
    assert "--allow-private name.test" in str(error)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_mixed_answer_is_refused(address: str) -> None:
    for answer in ([PUBLIC, address], [address, PUBLIC]):
        error = refused("http://name.test/", resolver=lambda _host, _port, a=answer: a)
        assert isinstance(error, RefusedError)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_address_that_was_checked_is_the_one_dialled(address: str) -> None:
    """Rebinding: whoever asks a second time is told another address."""
    answers = [[PUBLIC]]
    dialled: list[str] = []

    def dial(place: tuple[str, int], _timeout: float) -> socket.socket:
        dialled.append(place[0])
        raise ConnectionRefusedError

    line = Line(time.monotonic)
    line.begin(time.monotonic() + 5)
    backend = Backend(
        line, resolver=lambda _host, _port: answers.pop() if answers else [address], allowed=(), dial=dial
    )
    with pytest.raises(Fault):
        backend.connect_tcp("name.test", 80)
    assert dialled == [PUBLIC]
    with pytest.raises(RefusedError):
        backend.connect_tcp("name.test", 80)
    assert dialled == [PUBLIC]


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"])
def test_public_addresses_are(address: str) -> None:
    assert public(address)


def test_a_redirect_is_checked_with_a_new_look_up() -> None:
    away = page(b"", "Location: http://other.test/", status="302 Found")
    asked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Server(answering(away)) as server:
        url = f"http://name.test:{server.port}/"
        error = refused(url, resolver=resolver, allow_private=frozenset({"name.test"}))
    assert isinstance(error, RefusedError)
    assert "other.test" in str(error)
    assert asked == ["name.test", "other.test"]


@pytest.mark.parametrize(
    ("entry", "host", "port", "allowed"),
    [
        ("nas.test", "nas.test", 8080, True),
        ("NAS.test", "nas.test", 80, True),
        ("nas.test:80", "nas.test", 80, True),
        ("nas.test:80", "nas.test", 8080, False),
        ("nas.test", "evil.nas.test", 80, False),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1", "localhost", 80, False),
        ("[::1]", "::1", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("", "nas.test", 80, False),
    ],
)
def test_a_host_is_allowed_by_its_name(entry: str, host: str, port: int, *, allowed: bool) -> None:
    assert allowed_by_name(host, port, {entry}) is allowed


@pytest.mark.parametrize(
    "location",
    ["ftp://a.test/", "file:///etc/passwd", "FILE:///x", "gopher://a.test/", "data:text/html,x", "javascript:0",
     "about:blank", "mailto:a@a.test", "ws://a.test/", "ldap://a.test/", "dict://a.test/", "jar:http://a.test/"],
)  # fmt: skip
def test_only_http_and_https_are_followed(location: str) -> None:
    with Server(answering(page(b"", f"Location: {location}", status="302 Found"))) as server:
        error = refused(f"{server.base}/")
    assert isinstance(error, RefusedError)
    assert error.rule == "scheme"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.test/", "http://", "http:///x", "http://a.test\\@127.0.0.1/", "http://a b/"],
)
def test_only_http_and_https_can_be_asked_for(url: str) -> None:
    assert isinstance(refused(url), UsageError)


def test_a_port_of_its_own_is_for_the_user_to_name() -> None:
    """Asked for by hand it is fine, and so is a redirect back to it; elsewhere it is refused."""
    with Server(answering(page(b"fine"))) as server, Fetcher(local()) as fetcher:
        assert fetcher.fetch(f"{server.base}/").body == b"fine"
    error = refused("http://name.test/", resolver=lambda _host, _port: ["127.0.0.1"])
    assert "name.test" in str(error)
