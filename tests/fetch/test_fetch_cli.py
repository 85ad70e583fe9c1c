"""The network's options as a user types them: what is asked of servers, exit codes, messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from clipper.cli import run
from clipper.tape import Tape
from tests.fetch.server import Behaviour, Server, Talk, answering, page, routed

BODY = b"<article><h1>Pumps</h1>" + b"<p>The pressure held, and nobody was called out.</p>" * 20 + b"</article>"
FEED = """<rss version="2.0"><channel><title>Pumps</title><link>{base}/</link><item><title>A</title>
<link>{base}/a</link></item><item><title>B</title><link>{base}/b</link></item><item><title>C</title><link>http://localhost:6379/c</link></item></channel></rss>"""
ROBOTS = b"User-agent: *\nDisallow: /b\n"

Command = Callable[..., int]


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `clip` with these words on an archive of its own; the exit code."""
    monkeypatch.setenv("CLIPPER_DB", str(tmp_path / "a.db"))
    monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    return lambda *words: run(list(words))


QUICK = ("--sleep", "0", "--retries", "0", "--no-isolate")


@pytest.mark.parametrize(
    ("behaviour", "options", "code", "says"),
    [
        (answering(page(BODY)), (), 0, "new "),
        (answering(page(BODY)), ("--max-bytes", "100"), 4, "larger than 100 bytes"),
        (answering(page(BODY)[:-20]), (), 6, "the body was cut"),
        (answering(page(b"", status="404 Not Found")), (), 5, "HTTP 404"),
        (answering(page(b"", "Location: file:///etc/passwd", status="302 Found")), (), 7, "only http and https"),
        (answering(page(b"", "Location: http://127.0.0.2/", status="302 Found")), (), 7, "--allow-private 127.0.0.2"),
        (answering(b"nonsense\r\n\r\n"), (), 4, "does not speak HTTP"),
        (lambda talk: talk.hold(), ("--timeout", "0.3"), 4, "within 0.3 s"),
        (answering(page(BODY)), ("--header", "s3cret"), 2, "--header"),
        (answering(page(BODY)), ("--header", "Host: s3cret"), 2, "clipper's own"),
        (answering(page(BODY)), ("--proxy", "gopher://127.0.0.1"), 2, "--proxy"),
        (answering(page(BODY)), ("--timeout", "0"), 2, "--timeout"),
        (answering(page(BODY)), ("--retries", "11"), 2, "--retries"),
        (answering(page(BODY)), ("--max-bytes", "0"), 2, "--max-bytes"),
        (answering(page(BODY)), ("--robots", "maybe"), 2, "--robots"),
        (answering(page(BODY)), ("--cookies", "nowhere.txt"), 2, "nowhere.txt"),
    ],
)
def test_each_end_has_its_exit_code(
    clip: Command,
    capfd: pytest.CaptureFixture[str],
    behaviour: Behaviour,
    options: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    with Server(behaviour) as server:
        assert clip(f"{server.base}/", *QUICK, *options) == code
    told = capfd.readouterr()
    assert says in told.out + told.err
    assert "s3cret" not in told.out + told.err
    assert "Traceback" not in told.err


def test_a_private_address_is_refused_until_it_is_allowed(
    clip: Command, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(answering(page(BODY, "Connection: close"))) as server:
        monkeypatch.delenv("CLIPPER_ALLOW_PRIVATE")
        assert clip(f"{server.base}/", *QUICK) == 7
        assert "--allow-private 127.0.0.1" in capfd.readouterr().err
        assert server.talks == []
        assert clip(f"{server.base}/", *QUICK, "--allow-private", "nas.test", "--allow-private", "127.0.0.1") == 0
        for value in ("127.0.0.1", "nas.test,127.0.0.1", "nas.test 127.0.0.1", f"127.0.0.1:{server.port}"):
            monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", value)
            assert clip(f"{server.base}/", *QUICK) == 0, value
        monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", "127.0.0.1:1,nas.test")
        assert clip(f"{server.base}/", *QUICK) == 7


def served(server_routes: dict[str, bytes], times: list[float] | None = None) -> Behaviour:
    """A site whose feed names its own address; `times` says when each request was heard."""

    def behave(talk: Talk) -> None:
        base = f"http://127.0.0.1:{talk.socket.getsockname()[1]}"
        routes = server_routes | {"/feed": page(FEED.format(base=base).encode(), "Content-Type: application/rss+xml")}
        while head := talk.hear():
            if times is not None:
                times.append(time.monotonic())
            talk.say(routes.get(head.split(b" ")[1].decode(), page(b"", status="404 Not Found")))

    return behave


def test_a_scheduled_run_obeys_robots_txt_and_a_person_decides(
    clip: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    routes = {"/a": page(BODY), "/b": page(BODY), "/robots.txt": page(ROBOTS)}
    with Server(served(routes)) as server:
        quick = ("--sleep", "0", "--retries", "0")
        assert clip("watch", "add", f"{server.base}/feed", *quick) == 0
        assert [head.split()[1] for head in server.requests] == [b"/feed"]
        assert clip("sync", *quick) == 1
        asked = [head.split()[1] for head in server.requests[1:]]
        assert asked[0] == b"/robots.txt"
        assert b"/a" in asked
        assert b"/b" not in asked
        assert "robots.txt forbids it" in capfd.readouterr().out
        assert clip(f"{server.base}/b", *QUICK) == 0
        assert clip(f"{server.base}/b", *QUICK, "--robots", "obey") == 7
        assert clip("sync", *quick, "--robots", "ignore") == 0
        accepts = [head for head in server.requests if b"GET /feed" in head][1:]
        assert all(b"application/rss+xml" in head for head in accepts)


def test_the_hosts_of_a_list_share_what_the_run_knows(
    clip: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A robots.txt is asked for once, though a redirect of another host leads to its host, too."""
    monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", "127.0.0.1,localhost")
    routes = {"/b": page(BODY), "/x": page(BODY), "/robots.txt": page(ROBOTS.replace(b"/b", b"/private"))}
    known = threading.Event()

    def behave(talk: Talk) -> None:
        while head := talk.hear():
            path = head.split(b" ")[1].decode()
            if path == "/a":
                known.wait(20)  # until the other host's robots.txt is known
            talk.say(routes[path])
            if path == "/b":
                known.set()

    with Server(behave) as server:
        port = server.port
        routes["/a"] = page(b"", f"Location: http://localhost:{port}/x", status="302 Found")
        (tmp_path / "list.txt").write_text(f"http://127.0.0.1:{port}/a\nhttp://localhost:{port}/b\n")
        assert clip("-i", "list.txt", "--robots", "obey", "--sleep", "0", "--retries", "0") == 0
        asked = [head for head in server.requests if b"/robots.txt" in head]
    assert sorted(b"Host: localhost" in head for head in asked) == [False, True]


def test_a_feed_cannot_send_us_to_ports_of_other_hosts(
    clip: Command, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The feed's own host may have a port of its own: the user named it."""
    with Server(served({"/a": page(BODY), "/b": page(BODY)})) as server:
        clip("watch", "add", f"{server.base}/feed", "--sleep", "0")
        assert clip("sync", "--sleep", "0") == 0
    assert "localhost" not in capfd.readouterr().err
    assert "http://localhost:6379/c" in caplog.text


def test_a_scheduled_run_visits_a_host_once_a_second(clip: Command) -> None:
    """The feed, robots.txt and both pages, though several fetchers ask."""
    times: list[float] = []
    with Server(served({"/a": page(BODY), "/b": page(BODY)}, times)) as server:
        clip("watch", "add", f"{server.base}/feed")
        times.clear()
        assert clip("sync") == 0
    assert len(times) == 4
    # The client waits a second or more; a busy server hears of it a little sooner or later.
    assert all(later - earlier > 0.6 for earlier, later in pairwise(times)), times


def test_a_proxy_is_asked_for_every_address(clip: Command) -> None:
    with Server(answering(page(BODY))) as proxy:
        assert clip("http://name.test/", *QUICK, "--proxy", proxy.base) == 0
    assert proxy.requests[0].startswith(b"GET http://name.test/ HTTP/1.1")


@pytest.mark.parametrize(
    ("proxy", "code", "says"),
    [
        ("http://127.0.0.1:1", 4, "the proxy: connection refused"),
        ("http://ann:s3cret@127.0.0.1:port", 2, "malformed"),
        ("http://ann:s3cret@" + "x" * 70 + ".test:1", 2, "malformed"),
        ("socks5://ann:s3cret@127.0.0.1:1", 2 if find_spec("socksio") is None else 4, "proxy"),
        ("socks4://ann:s3cret@127.0.0.1:1", 2, "write http://HOST:PORT"),
        ("127.0.0.1:8080", 2, "write http://HOST:PORT"),
        ("http://", 2, "write http://HOST:PORT"),
    ],
)
def test_a_proxy_that_is_none_is_told(
    clip: Command, capfd: pytest.CaptureFixture[str], proxy: str, code: int, says: str
) -> None:
    assert clip("http://name.test/", *QUICK, "--proxy", proxy) == code
    told = capfd.readouterr().err
    assert says in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("behaviour", "code", "says"),
    [
        (answering(page(b"", status="407 Login")), 4, "the proxy: it refused (407 Login)"),
        (answering(page(b"", status="502 Bad Gateway")), 4, "the proxy: it refused (502 Bad Gateway)"),
        (answering(b"nonsense\r\n\r\n"), 4, "does not speak HTTP"),
        (lambda talk: talk.hold(), 4, "within 0.5 s"),
        (lambda talk: talk.reset(), 4, "reset"),
    ],
)
def test_a_proxy_that_opens_no_way_is_told(
    clip: Command, capfd: pytest.CaptureFixture[str], behaviour: Behaviour, code: int, says: str
) -> None:
    with Server(behaviour) as proxy:
        assert clip("https://name.test/", *QUICK, "--timeout", "0.5", "--proxy", proxy.base) == code
    assert says in capfd.readouterr().err


def test_the_help_says_that_addresses_are_not_checked_behind_a_proxy(
    clip: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    clip("clip", "--help")
    assert "addresses are not checked behind it" in " ".join(capfd.readouterr().out.split())


def test_a_record_is_played_back(clip: Command, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    routes = {"/": page(b"", "Location: /in", status="301 Moved"), "/in": page(BODY)}
    with Server(routed(routes)) as server:
        assert clip("record", f"{server.base}/", "-o", "a.warc.gz", "--sleep", "0") == 0
    assert "2 request(s)" in capfd.readouterr().out
    assert len(Tape.open(tmp_path / "a.warc.gz").answers) == 2
    assert clip(f"{server.base}/", "--replay", "a.warc.gz", *QUICK) == 0
    assert capfd.readouterr().out.startswith("new ")


def test_a_record_of_nothing_is_not_kept(clip: Command, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Server(lambda talk: talk.reset()) as server:
        assert clip("record", f"{server.base}/", "-o", "a.warc", "--sleep", "0", "--retries", "0") == 4
    assert not (tmp_path / "a.warc").exists()
    assert "was not kept" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["record", "http://127.0.0.1/", "-o", "a.warc", "--replay", "b.warc"], 2),
        (["record", "nonsense", "-o", "a.warc"], 2),
        (["record", "http://127.0.0.1/"], 2),
        (["record", "http://127.0.0.1/", "-o", "no/folder/a.warc"], 3),
        (["record", "http://127.0.0.1/", "-o", "a.warc", "--header", "Host: x"], 2),
        (["record", "http://10.0.0.1/", "-o", "a.warc"], 7),
    ],
)
def test_a_record_that_cannot_be_leaves_no_file(clip: Command, tmp_path: Path, words: list[str], code: int) -> None:
    assert clip(*words) == code
    assert not (tmp_path / "a.warc").exists()
