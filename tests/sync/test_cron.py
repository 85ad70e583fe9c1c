"""The real cron runs `clip sync` each minute: runs that overlap, are killed, are resumed, and have nothing to say.

It takes some five minutes, needs root and Debian's package cron, and borrows root's crontab: CLIPPER_CRON=1 asks for it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clipper.archive import Archive
from tests.fetch.server import Server, Talk, page

pytestmark = pytest.mark.skipif(os.environ.get("CLIPPER_CRON") != "1", reason="CLIPPER_CRON=1 asks for the real cron")

PAGES = 30
TEXT = b"".join(b"<p>The pressure held at pump %d, and nobody was called out.</p>" % n for n in range(20))


class Site:
    """A feed of pages that are slow for as long as the test wants."""

    def __init__(self) -> None:
        self.seconds = 4.0
        self.asked: list[str] = []

    def __call__(self, talk: Talk) -> None:
        base = f"http://127.0.0.1:{talk.socket.getsockname()[1]}"
        while head := talk.hear():
            path = head.split(b" ")[1].decode()
            if path == "/feed":
                items = "".join(f"<item><title>{n}</title><link>{base}/p{n}</link></item>" for n in range(PAGES))
                text = f"<rss version='2.0'><channel><title>Pumps</title>{items}</channel></rss>"
                talk.say(page(text.encode(), "Content-Type: application/rss+xml"))
            else:
                self.asked.append(path)
                time.sleep(self.seconds)
                title = path.encode()
                talk.say(
                    page(
                        b"<title>%s</title><article><h1>%s</h1>%s</article>" % (title, title, TEXT),
                        "Content-Type: text/html",
                    )
                )


@contextmanager
def cron(line: str) -> Iterator[None]:
    """The daemon with this line in root's crontab, which is as it was afterwards."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    subprocess.run(["crontab", "-"], input=line + "\n", text=True, check=True)
    daemon = subprocess.Popen(["cron", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        assert daemon.poll() is None, "cron did not start; does another one run?"
        yield
    finally:
        daemon.terminate()
        daemon.wait(30)
        if before.returncode == 0:
            subprocess.run(["crontab", "-"], input=before.stdout, text=True, check=True)
        else:
            subprocess.run(["crontab", "-r"], check=True)


def until(condition: Callable[[], bool], *, seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "cron was waited for in vain"
        time.sleep(0.2)


def test_cron_runs_it_each_minute(tmp_path: Path) -> None:
    for name in ("cron", "crontab"):
        assert shutil.which(name), f"{name} is missing: apt-get install cron"
    db, out, codes, pids = (tmp_path / name for name in ("a.db", "out", "codes", "pids"))
    for file in (out, codes, pids):
        file.touch()
    site = Site()
    clip = [sys.executable, "-m", "clipper"]
    net = ["--db", str(db), "--sleep", "0", "--robots", "ignore", "--allow-private", "127.0.0.1"]
    with Server(site) as server:
        subprocess.run(
            [*clip, "watch", "add", f"{server.base}/feed", "--db", str(db), "--allow-private", "127.0.0.1"], check=True
        )
        script = tmp_path / "run.sh"
        script.write_text(
            f"#!/bin/sh\ncd {shlex.quote(str(Path(__file__).parents[2]))}\n"
            f"{shlex.join([*clip, 'sync', *net])} >> {out} 2>&1 &\necho $! >> {pids}\nwait $!\necho $? >> {codes}\n"
        )
        script.chmod(0o755)
        with cron(f"* * * * * {script}"):
            until(lambda: len(site.asked) >= 3)
            until(lambda: codes.read_text().split() == ["75"])  # the second run met the first one, and said nothing
            assert out.read_text() == ""
            first = int(pids.read_text().split()[0])
            os.kill(first, signal.SIGKILL)
            site.seconds = 0.0
            until(lambda: len(codes.read_text().split()) >= 4)
    assert codes.read_text().split()[:4] == ["75", "137", "0", "0"]
    told = [line.split()[0].rpartition("/")[2] for line in out.read_text().splitlines() if line.startswith("  http")]
    assert len(told) == 25  # of a digest, which counts the other five
    assert "… and 5 more" in out.read_text()
    asked = Counter(site.asked)
    assert len(asked) == PAGES
    assert sum(asked.values()) <= PAGES + 1  # the page in hand when the run was killed
    with Archive.open(db, readonly=True) as archive:
        assert archive.stats()["snapshots"] == PAGES
        assert list(archive.verify()) == []
