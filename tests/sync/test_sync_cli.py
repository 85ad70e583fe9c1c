"""`clip sync`, `clip report` and their like as a user and a cron daemon run them."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clipper.sync.background import as_a_batch
from tests.fetch.server import Server, Talk, page
from tests.sync.site import HTML, TEXT, XML, Command, Site, article, feed


def test_a_run_reports_news_and_then_nothing(clip: Command, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    base, routes = site
    clip("watch", "add", f"{base}/feed")
    capsys.readouterr()
    assert clip("sync") == 0
    assert capsys.readouterr().out == f"new:\n  {base}/one  One\n  {base}/two  Two\n"
    assert clip("sync") == 0
    assert capsys.readouterr() == ("", "")
    routes["/one"] = page(
        b"<html><title>One</title><article><h1>One</h1>%s<p>Corrected.</p></article></html>" % TEXT, HTML
    )
    assert clip("sync", "--force") == 0
    assert capsys.readouterr().out == f"changed:\n  {base}/one  One: +1 −0 words\n"
    assert clip("report", "--since", "yesterday", "--json") == 0
    assert [event["kind"] for event in json.loads(capsys.readouterr().out)] == ["new", "new", "changed"]


def test_an_error_is_told_when_it_begins_and_when_it_ends(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    base, routes = site
    clip("watch", "add", f"{base}/feed")
    del routes["/two"]
    capsys.readouterr()
    assert clip("sync") == 1
    assert "failing:" in capsys.readouterr().out
    assert clip("sync", "--force") == 0
    assert capsys.readouterr().out == ""
    assert clip("failures", "--json") == 0
    (failure,) = json.loads(capsys.readouterr().out)
    assert (failure["url"], failure["state"], failure["failures"]) == (f"{base}/two", "gone", 2)
    routes["/two"] = article("Two")
    assert clip("retry", f"{base}/two") == 0
    assert clip("sync") == 0
    told = capsys.readouterr().out
    assert "new:" in told
    assert "back:" in told


def test_one_answer_makes_a_page_missing_and_not_gone_and_the_last_version_is_shown(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    base, routes = site
    clip("watch", "add", f"{base}/feed")
    clip("sync")
    del routes["/two"]
    clip("sync", "--force")
    capsys.readouterr()
    assert clip("history", f"{base}/two") == 0
    assert "missing since" in capsys.readouterr().err
    assert clip("show", f"{base}/two") == 0
    shown = capsys.readouterr()
    assert "this is the last good version" in shown.err
    assert "The pressure held" in shown.out


def test_an_odd_feed_is_read_as_far_as_it_goes_and_told_of_once(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    base, routes = site
    clip("watch", "add", f"{base}/feed")
    text = (
        f"<rss version='2.0'><channel><item><title>1</title><link>{base}/one</link></item><item><title>cut &nbsp; & off"
    )
    routes["/feed"] = page(text.encode(), XML)
    capsys.readouterr()
    assert clip("sync") == 0
    told = capsys.readouterr().out
    assert "feeds that are odd" in told
    assert f"{base}/one" in told
    assert clip("sync", "--force") == 0
    assert capsys.readouterr().out == ""


def test_reports_go_to_files_and_hold_no_markup_of_pages(
    clip: Command, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, routes = site
    title = "<script>alert(1)</script> [x](javascript:1) \x1b[31m"
    routes["/one"] = page(
        b"<html><title>&lt;script>alert(1)&lt;/script> [x](javascript:1) \x1b[31m</title><article><h1>"
        b"&lt;script>alert(1)&lt;/script> [x](javascript:1) \x1b[31m</h1>%s</article></html>" % TEXT, HTML)  # fmt: skip
    clip("watch", "add", f"{base}/feed")
    assert clip("sync", "--report", "r.pdf") == 2
    assert clip("sync", "--report", "r.html") == 0
    assert "\x1b" not in capsys.readouterr().out
    html = (tmp_path / "r.html").read_text()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert clip("report", "-o", "r.md") == 0
    assert "\\[x\\](javascript:1)" in (tmp_path / "r.md").read_text()
    assert clip("report", "-o", "r.pdf") == 2
    assert title


def test_a_report_that_cannot_be_written_is_told_of_before_the_run(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    base, _ = site
    clip("watch", "add", f"{base}/feed")
    assert clip("sync", "--report", "nowhere/r.md") == 3
    assert "there is no folder nowhere" in capsys.readouterr().err
    assert clip("list") == 0
    assert capsys.readouterr().out == ""


def test_a_feed_that_failed_is_tried_again_when_asked(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    base, routes = site
    clip("watch", "add", f"{base}/feed")
    routes["/feed"] = page(b"<html><body>Database error</body></html>", HTML)
    capsys.readouterr()
    assert clip("sync") == 1
    told = capsys.readouterr().out
    assert told.count(f"{base}/feed") == 1
    routes["/feed"] = feed(base, "one")
    assert clip("sync") == 0
    assert capsys.readouterr().out == ""
    for words in ((f"{base}/feed",), ("--host", "127.0.0.1"), ("--all",)):
        assert clip("retry", *words) == 0
        assert "1 feed due now" in capsys.readouterr().err
    assert clip("sync") == 0
    assert "feeds back" in capsys.readouterr().out
    assert clip("retry", "--all") == 0
    assert "nothing failed" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of apprise's own imports
def test_notifications_are_sent_through_apprise(
    clip: Command, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A webhook as apprise posts it, to a server of this machine."""
    heard: list[dict[str, Any]] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    base, _ = site
    clip("watch", "add", f"{base}/feed")
    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert clip("sync", "--notify", f"json://127.0.0.1:{server.server_address[1]}/hook") == 0
            assert clip("sync", "--notify", f"json://127.0.0.1:{server.server_address[1]}/hook") == 0
        finally:
            server.shutdown()
            thread.join()
    assert len(heard) == 1
    assert f"{base}/one" in heard[0]["message"]
    assert clip("sync", "--force", "--notify", "nonsense") == 0  # nothing to tell, nobody to be told
    capsys.readouterr()


class Slow:
    """A server of many pages that answers each after a while."""

    def __init__(self, pages: int, seconds: float) -> None:
        self.pages = pages
        self.seconds = seconds

    def __call__(self, talk: Talk) -> None:
        base = f"http://127.0.0.1:{talk.socket.getsockname()[1]}"
        names = [f"p{number}" for number in range(self.pages)]
        while head := talk.hear():
            path = head.split(b" ")[1].decode()
            if path == "/robots.txt":
                talk.say(page(b"", status="404 Not Found"))
            elif path == "/feed":
                talk.say(feed(base, *names))
            else:
                time.sleep(self.seconds)
                talk.say(article(path))


def started(*options: str) -> subprocess.Popen[str]:
    """`clip sync` in a process of its own."""
    command = [sys.executable, "-m", "clipper", "sync", "--sleep", "0", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_page_in_hand_be_filed_and_reported(
    clip: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    with Server(Slow(40, 0.2)) as server:
        clip("watch", "add", f"{server.base}/feed")
        process = started()
        until(lambda: sum(b"GET /p" in head for head in server.requests) >= 3)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        asked = sum(b"GET /p" in head for head in server.requests)
    assert process.returncode == 130, err
    assert out.startswith("new:\n")
    assert len(out.splitlines()) - 1 == asked < 40  # all that was asked for is filed and told
    capsys.readouterr()
    clip("list", "--json")
    assert len([one for one in json.loads(capsys.readouterr().out) if one["versions"]]) == asked


def test_a_run_that_was_killed_is_finished_by_the_next_and_nothing_is_asked_twice(
    clip: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(Slow(12, 0.1)) as server:
        clip("watch", "add", f"{server.base}/feed")
        process = started()
        until(lambda: sum(b"GET /p" in head for head in server.requests) >= 5)
        process.kill()
        process.communicate()
        capsys.readouterr()
        assert clip("sync") == 0
        asked = [head.split()[1] for head in server.requests if b"GET /p" in head]
    told = [line for line in capsys.readouterr().out.splitlines() if "/p" in line]
    assert len(told) == 12
    assert len(asked) <= 13  # the page in hand when it was killed is asked for again
    assert len(set(asked)) == 12


def test_a_second_run_ends_at_once_and_says_so_only_when_asked(
    clip: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(Slow(20, 0.2)) as server:
        clip("watch", "add", f"{server.base}/feed")
        process = started()
        until(lambda: sum(b"GET /p" in head for head in server.requests) >= 1)
        capsys.readouterr()
        assert clip("sync") == 75
        assert capsys.readouterr() == ("", "")
        assert clip("sync", "-v") == 75
        assert "is at work" in capsys.readouterr().err
        process.terminate()
        process.communicate(timeout=60)


def test_max_time_ends_a_run_well_and_the_next_goes_on(clip: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(Slow(30, 0.1)) as server:
        clip("watch", "add", f"{server.base}/feed")
        capsys.readouterr()
        assert clip("sync", "--max-time", "1.5s") == 0
        first = capsys.readouterr().out.count("/p")
        assert 0 < first < 30
        assert clip("sync") == 0
        assert first + capsys.readouterr().out.count("/p") >= 26  # a digest shows 25 and counts the rest


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="this system has no such policy")
def test_what_a_run_starts_takes_the_processor_from_nobody() -> None:
    asked = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]
    before = os.sched_getscheduler(0)
    with as_a_batch():
        assert int(subprocess.run(asked, capture_output=True, check=True).stdout) == os.SCHED_BATCH
    assert os.sched_getscheduler(0) == before
