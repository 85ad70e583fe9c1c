"""The worker that reads pages: what it loads, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipper.extract import Reader, extract
from clipper.models import Capture, Verdict

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
PAGES = ["4hou-article/page.html", "english-essay/page.html", "wechat-spans/page.html"]
LOADED = """
import json, sys
from clipper.extract import late
late.stand_in()
import clipper.extract.article
late.trafilatura()
{more}
heavy = ("urllib3", "courlan", "htmldate", "charset_normalizer", "trafilatura.downloads", "urllib.request",
         "importlib.metadata", "justext.core", "lxml_html_clean")
print(json.dumps({{name: hasattr(sys.modules.get(name), "__file__") for name in heavy}}))
"""


def loaded(more: str = "") -> dict[str, bool]:
    """Which of the heavy modules are the real ones, in a process that loaded the extractor."""
    command = [sys.executable, "-c", LOADED.format(more=more)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


SHORT = b"<title>Notice</title><div><p>The ferry does not run today.</p><p>Ask at the office.</p></div>"  # for justext


def capture(body: bytes) -> Capture:
    return Capture("https://example.com/a", "https://example.com/a", 200, (), body, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("page", [*PAGES, None])
def test_the_worker_reads_as_this_process_does(page: str | None) -> None:
    shown = capture((FIXTURES / page).read_bytes() if page else SHORT)
    with Reader() as spawned, Reader() as forked:
        forked.fork()
        assert spawned.read(shown) == forked.read(shown) == replace(extract(shown), html="")  # which nobody files


def test_the_last_resort_is_loaded_when_it_is_needed() -> None:
    code = f"""
from clipper.extract.page import parse
from clipper.extract.second import Second
assert "ferry" in Second().of(parse({SHORT.decode()!r}))
"""
    assert loaded(code)["justext.core"]


def test_the_extractor_loads_no_downloader() -> None:
    assert not any(loaded().values())


def test_what_stands_in_for_a_library_loads_it_when_it_is_called() -> None:
    after = loaded('from charset_normalizer import from_bytes; assert from_bytes("café".encode()).best()')
    assert after["charset_normalizer"]


def test_the_version_of_the_extractor_is_told_without_its_metadata() -> None:
    code = "import trafilatura.xml; assert trafilatura.xml.PKG_VERSION == trafilatura.__version__"
    assert not any(loaded(code).values())


def test_versions_that_have_no_folder_of_their_own_are_told_as_ever() -> None:
    code = "from importlib.metadata import version; assert version('Click') and version('clipper_archive')"
    loaded(code)


def test_the_date_finder_is_the_real_one_when_it_is_asked() -> None:
    code = 'import htmldate; assert htmldate.find_date("<time datetime=2024-05-06>x</time><p>y") == "2024-05-06"'
    assert loaded(code)["htmldate"]


def test_a_page_gets_its_time_of_the_processor_and_no_more() -> None:
    hostile = "<div " + " ".join(f"a{n}=1" for n in range(60_000)) + ">words"
    with Reader(time_limit=1.0) as reader:
        read = reader.read(capture(hostile.encode()))
    assert read.verdict is Verdict.UNREADABLE
    assert read.reason in (
        "reading took longer than 1 seconds",
        "reading took longer than 6 seconds",
    )  # by a busy machine's clock


ORPHANS = """
import sys, threading
from datetime import UTC, datetime
from clipper.extract import Reader
from clipper.models import Capture
body = b"<div " + b" ".join(b"a%d=1" % n for n in range(60_000)) + b">words"
reader = Reader(time_limit=600.0)
if sys.argv[1] == "fork":
    reader.fork()
reader.read(Capture("http://a.example/", "http://a.example/", 200, (), b"<p>A page to begin with.", datetime.now(UTC)))
print(reader._process.pid, flush=True)
reader.read(Capture("http://a.example/", "http://a.example/", 200, (), body, datetime.now(UTC)))
"""


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_a_worker_does_not_outlive_its_program_in_the_middle_of_a_page(way: str) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS, way], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        time.sleep(0.5)  # it is busy with the page for a minute from now on
        assert is_running(worker)
        program.kill()
    patience = time.monotonic() + 20
    while is_running(worker) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not is_running(worker)


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(found.strip()) and not found.startswith("Z")


def test_what_lies_in_the_current_folder_is_no_module_of_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("clipper", "lxml", "pickle"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    with Reader() as reader:
        assert reader.read(capture(SHORT)).text
