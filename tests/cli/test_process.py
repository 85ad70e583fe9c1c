"""The command as a process of its own: signals, pipes, streams that are closed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
TAPE = str(FIXTURES / "4hou-article" / "tape.warc.gz")
URL = "https://www.4hou.com/posts/Vlv1"
# A shell's background jobs ignore interrupts, and so do those that they start, unless they say otherwise.
HEEDFUL = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
CLIP = [sys.executable, "-c", f"{HEEDFUL}; from clipper.cli import main; main()"]
LONG = 60  # seconds that nothing here takes


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(LONG)
        yield server


def clip(*words: str, **streams: object) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.Popen([*CLIP, *words], text=True, env=environment, start_new_session=True, **pipes)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("pages", [1, 2])
def test_an_interrupt_ends_it_though_servers_are_slow(db: Path, silent: socket.socket, pages: int) -> None:
    port = silent.getsockname()[1]
    hosts = ["127.0.0.1", "localhost"][:pages]
    allowed = [word for host in hosts for word in ("--allow-private", host)]
    process = clip("--db", str(db), *allowed, *(f"http://{host}:{port}/" for host in hosts))
    held = [silent.accept()[0] for _ in hosts]
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=LONG)
    for connection in held:
        connection.close()
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    with Archive.open(db, readonly=True) as archive:
        assert list(archive.pages()) == []


def test_a_reader_that_goes_away_is_no_error(db: Path) -> None:
    assert run(["--db", str(db), "-q", "--replay", TAPE, URL]) == 0
    source, sink = os.pipe()
    os.close(source)
    process = clip("show", URL, "--db", str(db), stdout=sink)
    os.close(sink)
    _, said = process.communicate(timeout=LONG)
    assert (process.returncode, said) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [["show"], ["history"]])
def test_a_full_disk_under_the_output_is_an_error(db: Path, words: list[str]) -> None:
    assert run(["--db", str(db), "-q", "--replay", TAPE, URL]) == 0
    with open("/dev/full", "w") as full:
        process = clip(*words, URL, "--db", str(db), stdout=full)
        _, said = process.communicate(timeout=LONG)
    assert process.returncode == 3
    assert "Traceback" not in said


def test_what_is_printed_arrives_whole(db: Path) -> None:
    process = clip("--db", str(db), "--json", "--replay", TAPE, URL)
    told, _ = process.communicate(timeout=LONG)
    assert process.returncode == 0
    assert [row["outcome"] for row in json.loads(told)] == ["new"]


def test_it_works_with_the_standard_streams_closed(db: Path) -> None:
    words = " ".join([*(f"'{word}'" for word in CLIP), "--db", f"'{db}'", "--replay", f"'{TAPE}'", URL])
    assert subprocess.run(["/bin/sh", "-c", f"{words} <&- >&- 2>&-"], timeout=LONG, check=False).returncode == 0
    with Archive.open(db, readonly=True) as archive:
        assert [page.url for page in archive.pages()] == [URL]


def test_no_progress_is_shown_but_on_a_terminal(db: Path) -> None:
    process = clip("--db", str(db), "--replay", TAPE, URL, "https://www.4hou.com/posts/none")
    _, said = process.communicate(timeout=LONG)
    assert "\r" not in said
    assert "1/2" not in said
