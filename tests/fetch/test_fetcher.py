"""The fetcher against a real server on 127.0.0.1 that misbehaves."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator

import pytest

from clipper.errors import (
    BodyTooLarge,
    DeadlineExceeded,
    FetchError,
    ProtocolError,
    RefusedError,
    StatusError,
)
from clipper.fetch import Fetcher, Policy
from clipper.fetch.addresses import public
from clipper.models import Completeness, Validators

Answer = Callable[[socket.socket, bytes], None]


class Server:
    """Answers each connection with the next of its answers, the last one for ever."""

    def __init__(self, answers: list[bytes | Answer]) -> None:
        self.answers = answers
        self.asked: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                try:
                    request = connection.recv(65536)
                    self.asked.append(request)
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    if callable(answer):
                        answer(connection, request)
                    else:
                        connection.sendall(answer)
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*answers: bytes | Answer) -> Server:
        servers.append(Server(list(answers)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def fetcher(**policy: object) -> Fetcher:
    chosen = {"allow_private": frozenset({"127.0.0.1"}), "min_interval": 0.0, "timeout": 5.0, "retries": 0} | policy
    return Fetcher(Policy(**chosen), sleep=lambda _: None)  # type: ignore[arg-type]


def answer(body: bytes = b"hello", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


BODIES = [
    (answer(), b"hello", Completeness.COMPLETE),
    (answer(gzip.compress(b"hello"), "Content-Encoding: gzip"), b"hello", Completeness.COMPLETE),
    (answer(gzip.compress(b"hel") + gzip.compress(b"lo"), "Content-Encoding: gzip"), b"hello", Completeness.COMPLETE),
    (answer(zlib.compress(b"hello"), "Content-Encoding: deflate"), b"hello", Completeness.COMPLETE),
    (answer(zlib.compress(b"hello")[2:-4], "Content-Encoding: deflate"), b"hello", Completeness.COMPLETE),
    (answer(gzip.compress(gzip.compress(b"hello")), "Content-Encoding: gzip, gzip"), b"hello", Completeness.COMPLETE),
    (answer(gzip.compress(b"hello")[:-6], "Content-Encoding: gzip"), b"hello", Completeness.TRUNCATED),
    (answer(b"hello", length=99), b"hello", Completeness.TRUNCATED),
    (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", b"hello", Completeness.UNKNOWN),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"hello",
        Completeness.COMPLETE,
    ),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n",
        b"hello",
        Completeness.TRUNCATED,
    ),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n9\r\nhello",
        b"hello",
        Completeness.TRUNCATED,
    ),
]


@pytest.mark.parametrize(("raw", "body", "completeness"), BODIES)
def test_bodies_and_whether_they_are_whole(
    serve: Callable[..., Server], raw: bytes, body: bytes, completeness: Completeness
) -> None:
    with fetcher() as client:
        capture = client.fetch(serve(raw).url)
    assert (capture.body, capture.completeness) == (body, completeness)


def test_no_cut_of_a_compressed_body_is_called_complete(serve: Callable[..., Server]) -> None:
    whole = gzip.compress(b"a line of the log\n" * 50)
    for end in range(len(whole)):
        with fetcher() as client:
            capture = client.fetch(serve(answer(whole[:end], "Content-Encoding: gzip")).url)
        assert capture.completeness is Completeness.TRUNCATED, end


def test_a_bomb_is_refused_at_the_limit(serve: Callable[..., Server]) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with fetcher(max_bytes=1_000_000) as client, pytest.raises(BodyTooLarge):
        client.fetch(serve(answer(bomb, "Content-Encoding: gzip")).url)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip, gzip"])
def test_codings_that_were_not_offered_are_refused(serve: Callable[..., Server], coding: str) -> None:
    with fetcher() as client, pytest.raises(ProtocolError):
        client.fetch(serve(answer(b"x", f"Content-Encoding: {coding}")).url)


def drip(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    wait = threading.Event()
    for _ in range(600):
        connection.sendall(b"X: y\r\n")
        wait.wait(0.05)


def silent(_connection: socket.socket, _request: bytes) -> None:
    threading.Event().wait(30)


@pytest.mark.parametrize("slow", [drip, silent])
def test_the_deadline_holds_whatever_the_server_does(serve: Callable[..., Server], slow: Answer) -> None:
    with fetcher(timeout=0.5, deadline=1.0) as client, pytest.raises(DeadlineExceeded):
        client.fetch(serve(slow).url)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(serve: Callable[..., Server], status: int) -> None:
    server = serve(answer(status=f"{status} Busy"), answer(b"fine"))
    with fetcher(retries=1) as client:
        capture = client.fetch(server.url)
    assert [hop.status for hop in capture.hops] == [status, 200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 501, 999])
def test_what_will_not_pass_is_not_tried_again(serve: Callable[..., Server], status: int) -> None:
    server = serve(answer(b"no", status=f"{status} No"))
    with fetcher(retries=3) as client, pytest.raises(StatusError) as caught:
        client.fetch(server.url)
    assert len(server.asked) == 1
    assert caught.value.capture is not None
    assert caught.value.capture.body == b"no"


def test_retries_are_bounded(serve: Callable[..., Server]) -> None:
    server = serve(answer(status="503 Busy"))
    with fetcher(retries=2) as client, pytest.raises(StatusError):
        client.fetch(server.url)
    assert len(server.asked) == 3


def test_no_retry_after_can_stall_a_run(serve: Callable[..., Server]) -> None:
    server = serve(answer(b"", "Retry-After: 86400", status="503 Busy"))
    with fetcher(retries=5) as client, pytest.raises(StatusError):
        client.fetch(server.url)
    assert len(server.asked) == 1


def test_redirects_are_bounded_and_recorded(serve: Callable[..., Server]) -> None:
    server = serve(answer(b"", "Location: /again", status="302 Found"))
    with fetcher() as client, pytest.raises(ProtocolError) as caught:
        client.fetch(server.url)
    assert len(caught.value.hops) == 11


@pytest.mark.parametrize(
    "target",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://127.0.0.2/",
        "http://[::1]/",
        "http://127.0.0.2:22/",
    ],
)
def test_no_redirect_leads_where_policy_forbids(serve: Callable[..., Server], target: str) -> None:
    with fetcher() as client, pytest.raises(RefusedError):
        client.fetch(serve(answer(b"", f"Location: {target}", status="302 Found")).url)


@pytest.mark.parametrize("name", ["public-name.example", "mixed.example"])
def test_the_checked_address_is_the_one_dialled(name: str) -> None:
    answers = {"public-name.example": ["127.0.0.1"], "mixed.example": ["93.184.216.34", "10.0.0.1"]}
    with Fetcher(Policy(retries=0), resolver=lambda host, _port: answers[host]) as client, pytest.raises(RefusedError):
        client.fetch(f"http://{name}/")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1", "nonsense", ""],
)  # fmt: skip
def test_these_addresses_are_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_these_addresses_are_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
    ],
)
def test_no_spelling_reaches_this_machine(url: str) -> None:
    with Fetcher(Policy(retries=0)) as client, pytest.raises((RefusedError, FetchError)) as caught:
        client.fetch(url)
    assert "refused" not in str(caught.value).lower()  # nothing was dialled, so nobody refused it


def test_secrets_go_to_their_origin_only(serve: Callable[..., Server]) -> None:
    other = serve(answer(b"there"))
    here = serve(answer(b"", f"Location: {other.url}", status="302 Found"))
    address = here.url.replace("http://", "http://ann:secret@")
    with fetcher(
        headers=(("X-Api-Key", "k"),), allow_private=frozenset({f"127.0.0.1:{here.port}", f"127.0.0.1:{other.port}"})
    ) as client:
        capture = client.fetch(address)
    assert b"authorization: basic" in here.asked[0].lower()
    assert b"x-api-key: k" in here.asked[0].lower()
    assert b"authorization" not in other.asked[0].lower()
    assert b"x-api-key" not in other.asked[0].lower()
    assert "secret" not in repr(capture)


def test_conditional_requests(serve: Callable[..., Server]) -> None:
    server = serve(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
    with fetcher() as client:
        assert client.fetch(server.url, validators=Validators('"v1"', "Mon, 14 Sep 2026 05:30:00 GMT")).status == 304
        assert b'if-none-match: "v1"' in server.asked[0].lower()
        with pytest.raises(ProtocolError):  # asked again in full, and still 304
            client.fetch(server.url)
    assert b"no-cache" in server.asked[-1]


GARBAGE = [
    b"",
    b"garbage\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"\x00" * 100,
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
]


@pytest.mark.parametrize("raw", GARBAGE)
def test_garbage_is_an_error_of_the_tree(serve: Callable[..., Server], raw: bytes) -> None:
    with fetcher() as client, pytest.raises(FetchError) as caught:
        client.fetch(serve(raw).url)
    assert "\n" not in str(caught.value)
    assert caught.value.hops
