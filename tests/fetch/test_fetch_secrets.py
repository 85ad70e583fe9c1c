"""G13: cookies, headers and passwords go to the origin they were set for, and are never stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipper.cli import run
from clipper.errors import FileError, UsageError
from clipper.fetch import Fetcher
from tests.fetch.server import Server, Talk, page, routed
from tests.fetch.support import local

PASSWORD = "pump7house"


def two(routes: dict[str, bytes]) -> tuple[Server, Server]:
    """A first origin that redirects to a second."""
    second = Server(routed({"/": page(b"there"), "/back": page(b"there")}))
    away = page(b"", f"Location: {second.base}/", "Set-Cookie: first=1", status="302 Found")
    return Server(routed({"/": away, **routes})), second


def test_nothing_of_one_origin_reaches_another() -> None:
    first, second = two({})
    url = first.base.replace("://", f"://ann:{PASSWORD}@")
    with first, second, Fetcher(local(headers=(("X-Api-Key", "k3y"),))) as fetcher:
        capture = fetcher.fetch(f"{url}/")
    assert b"Authorization: Basic" in first.requests[0]
    assert b"X-Api-Key: k3y" in first.requests[0]
    for secret in (b"authorization", b"x-api-key", b"cookie"):
        assert secret not in second.requests[0].lower()
    assert PASSWORD not in repr(capture)
    assert "k3y" not in repr(capture)
    assert "first=1" not in repr(capture)


def test_secrets_stay_with_their_origin_on_a_redirect_within_it() -> None:
    routes = {"/": page(b"", "Location: /in", status="302 Found"), "/in": page(b"in")}
    with Server(routed(routes)) as server, Fetcher(local(headers=(("X-Api-Key", "k3y"),))) as fetcher:
        fetcher.fetch(server.base.replace("://", f"://ann:{PASSWORD}@") + "/")
    assert [b"Authorization" in head and b"k3y" in head for head in server.requests] == [True, True]


def test_a_password_in_a_redirect_is_not_stored() -> None:
    with Server(routed({"/in": page(b"in")})) as server:
        away = page(b"", f"Location: http://bob:{PASSWORD}@127.0.0.1:{server.port}/in", status="302 Found")
        with Server(routed({"/": away})) as first, Fetcher(local()) as fetcher:
            capture = fetcher.fetch(f"{first.base}/")
    assert capture.body == b"in"
    assert PASSWORD not in repr(capture)


def test_an_error_tells_no_password() -> None:
    with Server(routed({})) as server, Fetcher(local()) as fetcher, pytest.raises(Exception, match="404") as caught:
        fetcher.fetch(server.base.replace("://", f"://ann:{PASSWORD}@") + "/gone")
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value.__dict__)


def test_cookies_that_a_server_sets_come_back_to_it_and_are_not_stored() -> None:
    routes = {
        "/": page(b"", "Location: /in", "Set-Cookie: session=s3cret; HttpOnly", status="302 Found"),
        "/in": page(b"in", "Set-Cookie: more=s3cret"),
    }
    with Server(routed(routes)) as server, Fetcher(local()) as fetcher:
        capture = fetcher.fetch(f"{server.base}/")
    assert b"Cookie: session=s3cret" in server.requests[1]
    assert "s3cret" not in repr(capture)


def test_a_jar_is_of_one_run() -> None:
    with Server(routed({"/": page(b"", "Set-Cookie: a=1")})) as server:
        for _ in range(2):
            with Fetcher(local()) as fetcher:
                fetcher.fetch(f"{server.base}/")
    assert b"Cookie" not in server.requests[1]


COOKIES = """# Netscape HTTP Cookie File
127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\ts3cret
#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tlong\tl0ng
127.0.0.1\tFALSE\t/\tTRUE\t4102444800\tsecure\tno
127.0.0.1\tFALSE\t/private\tFALSE\t4102444800\tpath\tno
.example.test\tTRUE\t/\tFALSE\t4102444800\tother\tno
127.0.0.1\tFALSE\t/\tFALSE\t1000000000\told\tno
"""


def test_a_cookie_file_is_sent_where_it_says(tmp_path: Path) -> None:
    file = tmp_path / "cookies.txt"
    file.write_text(COOKIES)
    with Server(routed({"/": page(b"")})) as server, Fetcher(local(cookies=file)) as fetcher:
        capture = fetcher.fetch(f"{server.base}/")
    line = next(line for line in server.requests[0].split(b"\r\n") if line.startswith(b"Cookie:"))
    assert sorted(line[8:].split(b"; ")) == [b"long=l0ng", b"session=s3cret"]
    assert "s3cret" not in repr(capture)


def test_what_is_no_cookie_file_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "cookies.txt"
    file.write_text('{"cookies": []}')
    with pytest.raises(FileError, match="Netscape"):
        Fetcher(local(cookies=file))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nX-B: b"),
        ("X A", "a"),
        ("", "a"),
        ("X-A:", "a"),
        ("X-A", "a\0b"),
        ("Host", "a.test"),
        ("Connection", "x"),
    ],
)
def test_no_header_can_break_a_request(name: str, value: str) -> None:
    with pytest.raises(UsageError):
        Fetcher(local(headers=((name, value),)))


def test_a_proxy_s_password_is_for_the_proxy_alone() -> None:
    def proxy(talk: Talk) -> None:
        if talk.hear():
            talk.say(page(b"by way of the proxy"))

    with Server(proxy) as server:
        address = f"http://ann:{PASSWORD}@127.0.0.1:{server.port}"
        with Fetcher(local(proxy=address)) as fetcher:
            capture = fetcher.fetch("http://name.test/a")
    assert server.requests[0].startswith(b"GET http://name.test/a HTTP/1.1")
    assert b"Proxy-Authorization: Basic" in server.requests[0]
    assert capture.body == b"by way of the proxy"
    assert PASSWORD not in repr(capture)


def test_no_environment_changes_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Server(routed({"/": page(b"straight")})) as server, Fetcher(local()) as fetcher:
        assert fetcher.fetch(f"{server.base}/").body == b"straight"


@pytest.mark.parametrize(
    "words",
    [
        ["{url}/fine"],
        ["{url}/gone"],
        ["{url}/away"],
        ["{url}/fine", "{url}/gone", "--json"],
        ["{url}/gone", "{url}/fine", "--error-file", "{folder}/failed"],
        ["--html", "{folder}/page.html", "--url", "{url}/saved"],
        ["record", "{url}/fine", "{url}/gone", "-o", "{folder}/a.warc"],
        ["watch", "add", "{url}/fine"],
        ["http://ann:pump7house@ho st/"],
        ["http://ann:pump7house@127.0.0.1:port/"],
        ["http://ann:x/pump7house@127.0.0.1/"],
        ["http://ann:x?pump7house@127.0.0.1/"],
        ["http://ann:pump7house@[::1/"],
        ["ann:pump7house@127.0.0.1/"],
        ["ftp://ann:pump7house@127.0.0.1/"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_no_password_is_printed_or_written(
    words: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"<article><h1>Pumps</h1>" + b"<p>The pressure held, and nobody was called out.</p>" * 20 + b"</article>"
    away = page(b"", "Location: http://127.0.0.2/", status="302 Found")
    (tmp_path / "page.html").write_bytes(body)
    monkeypatch.setenv("CLIPPER_DB", str(tmp_path / "a.db"))
    monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", "127.0.0.1")
    with Server(routed({"/fine": page(body), "/away": away})) as server:
        url = server.base.replace("://", f"://ann:{PASSWORD}@")
        fast = ["--sleep", "0", "--retries", "0", *(["--no-isolate"] if words[0][:1] in "{-h" else [])]
        run([word.format(url=url, folder=tmp_path) for word in words] + fast)
        told = capfd.readouterr()
        assert told.out + told.err
        assert PASSWORD not in told.out + told.err
        assert all(b"Authorization: Basic" in head for head in server.requests)
    for file in tmp_path.iterdir():
        assert PASSWORD.encode() not in file.read_bytes(), file
