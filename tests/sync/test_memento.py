"""Older versions out of a web archive: a small one of the test's own, and pywb where it is installed.

CI installs pywb beside, as it pins what clipper does not want; CLIPPER_JUDGES names that environment.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.extract import Reader
from clipper.models import Capture
from clipper.urls import url_key
from tests.fetch.server import Server, Talk, page

JUDGES = os.environ.get("CLIPPER_JUDGES")
URL = "http://pond.example/posts/carp?a=1"
START = datetime(2019, 3, 1, 6, 30, tzinfo=UTC)
Command = Callable[..., int]


def body(number: int) -> bytes:
    lines = "".join(f"<p>The keeper counted carp number {n} at the sluice, and wrote it down.</p>" for n in range(14))
    return f"<html><title>Carp</title><article><h1>Carp</h1>{lines}<p>Edition {number} of it.</p></article></html>".encode()


def at(number: int) -> datetime:
    return START + timedelta(days=400 * number)


@pytest.fixture
def clip(own_archive: None) -> Command:
    return lambda *words: run([*words, "--sleep", "0", "--retries", "0"] if "--memento" in words else list(words))


def wayback(count: int, *, parts: bool = False, missing: int | None = None) -> Callable[[Talk], None]:
    """An archive with so many versions of one page, in the Wayback machines' manner."""

    def behave(talk: Talk) -> None:
        base = f"http://127.0.0.1:{talk.socket.getsockname()[1]}/web"
        while head := talk.hear():
            talk.say(_answer(head.split(b" ")[1].decode(), base))

    def link(number: int) -> str:
        return f'<{{base}}/{at(number):%Y%m%d%H%M%S}/{URL}>; rel="memento"; datetime="{format_datetime(at(number), usegmt=True)}"'

    def _answer(path: str, base: str) -> bytes:
        if path == f"/web/{URL}":
            links = (
                f'<{URL}>; rel="original", <{base}/timemap/link/{URL}>; rel="timemap"; type="application/link-format"'
            )
            return page(b"<p>frame</p>", f"Link: {links}")
        if path.startswith("/web/timemap/link/"):
            lines = [f'<{URL}>; rel="original"', *(link(number) for number in range(count))]
            if parts and not path.endswith("&part=2"):
                more = f'<{{base}}/timemap/link/{URL}&part=2>; rel="timemap"; type="application/link-format"; from="x"'
                lines = [*lines[: count // 2], more]
            return page(",\n".join(lines).replace("{base}", base).encode(), "Content-Type: application/link-format")
        for number in range(count):
            if path == f"/web/{at(number):%Y%m%d%H%M%S}id_/{URL}" and number != missing:
                return page(body(number), "Content-Type: text/html", f"Memento-Datetime: {format_datetime(at(number), usegmt=True)}",
                            "X-Archive-Orig-Content-Type: text/html; charset=utf-8", "Server: archive")  # fmt: skip
        return page(b"<p>not here</p>", status="404 Not Found")

    return behave


@pytest.mark.parametrize("parts", [False, True])
def test_versions_come_with_their_dates_and_only_once(
    clip: Command, capsys: pytest.CaptureFixture[str], parts: bool
) -> None:
    with Server(wayback(4, parts=parts)) as server:
        gate = f"{server.base}/web/"
        assert clip("history", URL, "--memento", gate, "--json") == 0
        listed = json.loads(capsys.readouterr().out)
        assert [row["fetched_at"] for row in listed] == [at(n).isoformat() for n in range(4)]
        assert {row["here"] for row in listed} == {""}
        assert clip("import", "--memento", gate, URL) == 0
        asked = len(server.requests)
        assert clip("import", "--memento", gate, URL) == 0
        assert len(server.requests) == asked + (3 if parts else 2)  # the gate and its list alone
        assert clip("history", URL, "--memento", f"{server.base}/web/{{url}}", "--json") == 0
    capsys.readouterr()
    assert clip("history", URL, "--json") == 0
    versions = json.loads(capsys.readouterr().out)
    assert [version["fetched_at"] for version in versions] == [at(n).isoformat() for n in range(4)]
    assert clip("show", URL, "--at", "2020-12-31") == 0
    assert "Edition 1 of it" in capsys.readouterr().out


def test_a_version_that_cannot_be_had_stops_no_other(clip: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(wayback(4, missing=2)) as server:
        assert clip("import", "--memento", f"{server.base}/web/", URL) == 1
    said = capsys.readouterr()
    assert said.out.count("Carp") == 3
    assert "HTTP 404" in said.err


def test_limit_takes_the_newest(clip: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(wayback(5)) as server:
        assert clip("import", "--memento", f"{server.base}/web", "--limit", "2", URL) == 0
    assert capsys.readouterr().out.count("Carp") == 2


def test_a_server_that_is_no_web_archive_is_named(clip: Command, capsys: pytest.CaptureFixture[str]) -> None:
    def behave(talk: Talk) -> None:
        while talk.hear():
            talk.say(page(b"<p>hello</p>"))

    with Server(behave) as server:
        assert clip("history", URL, "--memento", server.base) == 3
    assert "RFC 7089" in capsys.readouterr().err


@contextmanager
def pywb(folder: Path, warc: Path) -> Iterator[str]:
    """A pywb with this WARC file, on a free port; its collection's address."""
    assert JUDGES
    tools = Path(JUDGES) / "bin"
    for words in (["wb-manager", "init", "pond"], ["wb-manager", "add", "pond", str(warc)]):
        subprocess.run([tools / words[0], *words[1:]], cwd=folder, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [tools / "wayback", "-b", "127.0.0.1", "-p", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "pywb did not start"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/pond/"
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.skipif(JUDGES is None, reason="CLIPPER_JUDGES names no environment with pywb in it")
def test_pywb_gives_back_what_was_exported_to_it(
    clip: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Reader(isolate=False)
    with Archive.open(tmp_path / "theirs.db", create=True) as archive:
        for number in range(3):
            headers = (("Content-Type", "text/html; charset=utf-8"), ("X-Own", str(number)))
            capture = Capture(URL, URL, 200, headers, body(number), at(number))
            archive.record(capture, reader.read(capture), url_key=url_key(URL))
        sent = [archive.body(one.body_sha256 or "") for one in archive.history(url_key(URL))]
    assert clip("export", "--db", str(tmp_path / "theirs.db"), "--warc", "theirs.warc.gz") == 0
    (tmp_path / "wayback").mkdir()
    with pywb(tmp_path / "wayback", tmp_path / "theirs.warc.gz") as gate:
        assert clip("history", URL, "--memento", gate) == 0
        assert capsys.readouterr().out.count("2019") == 2  # the date and the address
        assert clip("import", "--memento", gate, URL) == 0
        assert clip("history", "http://pond.example/none", "--memento", gate, "--json") == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []
    with Archive.open(tmp_path / "a.db") as archive:
        history = archive.history(url_key(URL))
        assert [one.fetched_at for one in history] == [at(n) for n in range(3)]
        assert [archive.body(one.body_sha256 or "") for one in history] == sent
        assert history[0].source == "import"
        assert list(archive.verify()) == []
