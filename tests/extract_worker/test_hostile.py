"""Pages that were made to hurt: nothing of them is lost, or they cost one reader and no more."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.extract import Reader
from clipper.models import Capture, Extraction, Outcome, Verdict
from clipper.pipeline import clip_file
from clipper.urls import url_key

NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)
URL = "https://hostile.example/page"
BEFORE = "The first line of the log says that the lamp was lit before the storm had come."
BEHIND = "The last line of the log says that the boat came home when the storm was over."
STORY = "".join(f"<p>Line {n} of the log was written by the keeper, who had nothing else to do.</p>" for n in range(12))


def framed(inside: str) -> bytes:
    return f"<!doctype html><title>Log</title><article><p>{BEFORE}</p>{STORY}{inside}<p>{BEHIND}</p></article>".encode()


def capture(body: bytes) -> Capture:
    return Capture(url=URL, final_url=URL, status=200, headers=(), body=body, fetched_at=NOW)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


def read(reader: Reader, body: bytes) -> Extraction:
    return reader.read(capture(body))


@pytest.mark.parametrize("depth", [254, 2_048, 100_000])
@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li", "table><tr><td"])
def test_no_depth_costs_any_text(reader: Reader, tag: str, depth: int) -> None:
    ends = "".join(f"</{name}>" for name in reversed(tag.split("><")))
    found = read(reader, framed(f"<{tag}>" * depth + "<p>deep down in the well</p>" + ends * depth))
    assert BEFORE in found.text
    assert BEHIND in found.text
    assert "deep down in the well" in found.text


def test_elements_that_never_end_cost_no_text(reader: Reader) -> None:
    assert BEHIND in read(reader, framed("<div>" * 50_000)).text


@pytest.mark.parametrize(
    "reference", ["&#27;", "&#8;", "&#12;", "&#x1F;", "&#0", "&#xD800;", "&#1114112;", "\x08", "\x00"]
)
def test_no_reference_costs_any_text(reader: Reader, reference: str) -> None:
    found = read(reader, framed(f"<p>before {reference} after</p>"))
    assert BEFORE in found.text
    assert BEHIND in found.text


@pytest.mark.parametrize("pair", ["<a href='/{0}'>link {0}</a> ", "word <span>{0}</span> ", "word<sup>{0}</sup> "])
def test_ten_thousand_elements_in_a_paragraph_are_read(reader: Reader, pair: str) -> None:
    many = "".join(pair.format(n) for n in range(10_000))
    found = read(reader, framed(f"<p>See {many}</p>"))
    assert found.verdict is Verdict.OK
    assert "9999" in found.text
    assert BEHIND in found.text
    assert "trafilatura" not in found.extractor  # it takes 12 s for them


def test_what_is_said_without_scripts_in_one_another_is_read_once(reader: Reader) -> None:
    nested = "<noscript>" * 3_000 + "words for nobody " * 150_000 + "</noscript>" * 3_000
    assert read(reader, framed(nested)).verdict is not Verdict.UNREADABLE


def test_a_picture_of_ten_megabytes_in_the_page_is_read(reader: Reader) -> None:
    data = "iVBORw0KGgo" * 1_000_000
    found = read(reader, framed(f"<p>The lamp: <img src='data:image/png;base64,{data}' alt='a lamp'></p>"))
    assert found.verdict is Verdict.OK
    assert BEHIND in found.text


def test_a_book_on_one_page_is_read(reader: Reader) -> None:
    found = read(reader, framed("".join(f"<p>Page {n} of the log tells of wind and rain.</p>" for n in range(35_000))))
    assert found.verdict is Verdict.OK
    assert "Page 34999 of the log" in found.text
    assert BEHIND in found.text


@pytest.mark.parametrize(
    "body",
    [b"<" * 200_000, b"\0" * 200_000, os.urandom(200_000), b"<table><td>" * 5_000, b"<!--" * 50_000, b"&" * 100_000],
)
def test_noise_is_no_article_and_no_accident(reader: Reader, body: bytes) -> None:
    assert read(reader, body).verdict is not Verdict.UNREADABLE


STALLS = ("<div " + " ".join(f"a{n}=1" for n in range(120_000)) + ">x</div>").encode()


def test_a_page_that_stalls_the_reader_is_filed_with_its_bytes(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive, Reader(time_limit=1.0) as one:
        read(one, b"<p>warm</p>")
        result = clip_file(STALLS, URL, archive=archive, reader=one, now=NOW)
        assert (result.outcome, result.exit_code) == (Outcome.UNUSABLE, 6)
        assert re.search(
            "longer than [16] seconds", str(result.error)
        )  # of the processor, or by a busy machine's clock
        (check,) = archive.checks(url_key(URL))
        assert check.verdict is Verdict.UNREADABLE
        assert check.body_sha256 is not None
        assert archive.body(check.body_sha256) == STALLS
        after = clip_file(framed(""), URL + "/2", archive=archive, reader=one, now=NOW)
        assert after.outcome is Outcome.NEW


def test_a_page_that_eats_the_memory_ends_its_reader_alone() -> None:
    with Reader(memory_limit=400 << 20) as one:
        assert read(one, framed("<table><tr>" + "<td>x" * 1_500_000)).verdict is Verdict.UNREADABLE
        assert read(one, framed("")).verdict is Verdict.OK


def children() -> list[int]:
    """The processes that this one started."""
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def test_a_reader_that_is_killed_is_replaced() -> None:
    before = set(children())
    with Reader() as one:
        assert read(one, framed("")).verdict is Verdict.OK
        (worker,) = set(children()) - before
        os.kill(worker, signal.SIGKILL)  # as the kernel does when memory is short
        assert read(one, framed("")).verdict is Verdict.UNREADABLE
        assert read(one, framed("")).verdict is Verdict.OK


def test_a_fault_of_the_extractor_is_told_and_its_reader_reads_on() -> None:
    before = set(children())
    with Reader() as one:
        assert read(one, framed("")).verdict is Verdict.OK
        workers = set(children()) - before
        found = read(one, None)  # type: ignore[arg-type]
        assert found.verdict is Verdict.UNREADABLE
        assert re.match(r"the extractor failed \(AttributeError in \w+\.py, line \d+: ", found.reason)
        assert set(children()) - before == workers
        assert read(one, framed("")).verdict is Verdict.OK


def test_the_command_reads_in_its_own_process_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "saved.html"
    file.write_bytes(framed(""))
    words = ["--html", str(file), "--url", URL, "--db", str(tmp_path / "a.db"), "--no-isolate"]
    assert run(words) == 0
    assert capsys.readouterr().out.startswith("new ")


ORPHAN = """
import os, pickle, sys, time
from clipper.extract import worker
limit = time.monotonic() + 600
worker._load = lambda: lambda: all(True for _ in iter(int, 1))  # reads for ever
one = worker.Process.fork(lambda source, sink: worker._answer(source, sink, 600.0, worker.MEMORY_LIMIT))
one.say(pickle.dumps(()), deadline=limit)
print(one.pid, flush=True)
one.hear(deadline=limit)  # that it is ready
print("reading", flush=True)
sys.stdin.read()
"""


def test_a_reader_whose_program_is_killed_ends_in_the_middle_of_its_page() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        reader = int(program.stdout.readline())
        assert program.stdout.readline() == b"reading\n"
        os.kill(reader, 0)  # it is there
        program.kill()
    limit = time.monotonic() + 60
    while is_alive(reader):
        assert time.monotonic() < limit
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
