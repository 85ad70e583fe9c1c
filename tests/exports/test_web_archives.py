"""WARC and WACZ files as other programs judge them: warcio, the package wacz, and pywb over HTTP.

The judges live in an environment of their own, `python -m venv JUDGES && JUDGES/bin/pip install pywb wacz`;
$CLIPPER_JUDGES names its folder, and CI makes one. Without it these tests are skipped.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clipper import tape
from clipper.archive import Archive
from clipper.exports.wacz import write_wacz
from clipper.exports.warc import write_warc
from clipper.models import Capture, Completeness, Extraction, Hop, Outcome, Verdict

START = datetime(2025, 5, 1, 12, 0, tzinfo=UTC)
POND = "https://www.garden.example/Posts/pond?b=2&a=1"
BEES = "http://garden.example/bees/"
GONE = "https://garden.example/gone"
PAGES = {POND: "//garden.example/pond", BEES: "//garden.example/bees", GONE: "//garden.example/gone"}


def page(text: str) -> bytes:
    return f"<html><head><title>{text}</title></head><body><p>{text} 池塘</p></body></html>".encode()


def capture(url: str, body: bytes, *, hour: int, status: int = 200, hops: tuple[Hop, ...] = ()) -> Capture:
    headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", f'"{hour}"'), ("Content-Encoding", "gzip"))
    return Capture(
        url=url, final_url=hops[-1].url if hops else url, status=status, headers=headers, body=body,
        fetched_at=START + timedelta(hours=hour), hops=hops, request_headers=(("User-Agent", "clipper"),),
    )  # fmt: skip


def reading(text: str) -> Extraction:
    return Extraction(Verdict.OK, title=text, markdown=text, text=text, words=3)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Versions, an unchanged check, a page that came back, a 304, a 404, a redirect, a saved page."""
    with Archive.open(tmp_path / "archive.db", create=True, keep_bodies="all") as filled:
        for hour, text in enumerate(["A pond", "A pond with carp", "A pond", "A pond"]):
            filled.record(capture(POND, page(text), hour=hour), reading(text), url_key=PAGES[POND])
        filled.record_not_modified(capture(POND, b"", hour=5, status=304), url_key=PAGES[POND])
        hops = (Hop("http://garden.example/b", 301, location=BEES), Hop(BEES, 200))
        moved = capture("http://garden.example/b", page("Bees"), hour=6, hops=hops)
        filled.record(moved, reading("Bees"), url_key=PAGES[BEES])
        filled.record_failure(
            GONE, url_key=PAGES[GONE], outcome=Outcome.FAILED, reason="HTTP 404", status=404,
            checked_at=START + timedelta(hours=7), capture=capture(GONE, page("Nothing here"), hour=7, status=404),
        )  # fmt: skip
        filled.record_failure(
            GONE, url_key=PAGES[GONE], outcome=Outcome.FAILED, reason="no answer", checked_at=START + timedelta(hours=8)
        )
        saved = Capture(BEES, BEES, 200, (), page("Bees, saved"), START + timedelta(hours=9), source="file")
        filled.record(saved, reading("Bees, saved"), url_key=PAGES[BEES])
        yield filled


def judge(name: str) -> str:
    folder = os.environ.get("CLIPPER_JUDGES")
    found = shutil.which(name, path=f"{folder}/bin") if folder else None
    if found is None:
        pytest.skip("$CLIPPER_JUDGES names no environment with pywb and wacz")
    return found


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["out.warc", "out.warc.gz"])
def test_warcio_finds_every_digest_right(archive: Archive, tmp_path: Path, name: str) -> None:
    written = write_warc(archive, tmp_path / name)
    assert (written.captures, written.left_out) == (8, {"no answer came": 1})
    said = run(judge("warcio"), "check", "-v", name, cwd=tmp_path)
    assert "digest failed" not in said
    assert said.count("digest pass") >= 2 * 6
    index = run(judge("warcio"), "index", "-f", "warc-type", name, cwd=tmp_path).splitlines()
    kinds = [json.loads(line)["warc-type"] for line in index]
    # Two of the pond's bytes came again, and a 304; the saved page has no request.
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "warcinfo": 1, "response": 5, "revisit": 3, "resource": 1, "request": 8,
    }  # fmt: skip


def test_the_package_wacz_finds_the_file_valid(archive: Archive, tmp_path: Path) -> None:
    write_wacz(archive, tmp_path / "out.wacz", now=START)
    assert "is valid" in run(judge("wacz"), "validate", "-f", "out.wacz", cwd=tmp_path)


def test_a_changed_byte_makes_the_file_invalid(archive: Archive, tmp_path: Path) -> None:
    write_wacz(archive, tmp_path / "out.wacz", now=START)
    data = (tmp_path / "out.wacz").read_bytes()
    with zipfile.ZipFile(tmp_path / "out.wacz") as whole, zipfile.ZipFile(tmp_path / "bad.wacz", "w") as bad:
        for name in whole.namelist():
            bad.writestr(name, whole.read(name).replace(b"Bees", b"Bugs") if "pages" in name else whole.read(name))
    done = subprocess.run([judge("wacz"), "validate", "-f", "bad.wacz"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert data


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(params=["warc", "wacz"])
def replayed(request: pytest.FixtureRequest, archive: Archive, tmp_path: Path) -> Iterator[str]:
    """The address of a pywb that has the archive, out of a WARC or a WACZ file."""
    manager, wayback = judge("wb-manager"), judge("wayback")
    folder = tmp_path / "pywb"
    folder.mkdir()
    run(manager, "init", "clips", cwd=folder)
    if request.param == "warc":
        write_warc(archive, tmp_path / "out.warc.gz")
        run(manager, "add", "clips", tmp_path / "out.warc.gz", cwd=folder)
    else:
        write_wacz(archive, tmp_path / "out.wacz", now=START)
        run(manager, "add", "--unpack-wacz", "clips", tmp_path / "out.wacz", cwd=folder)
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([wayback, "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/clips"
    finally:
        process.terminate()
        process.wait(timeout=30)


def get(address: str) -> tuple[int, bytes]:
    """Status and body; of a redirect to elsewhere its target."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        target = answer.headers.get("Location", "")
        if answer.status in (302, 307) and target.startswith(f"http://{parts.netloc}"):  # to the exact time
            return get(target)
        return answer.status, target.encode() if target else answer.read()
    finally:
        connection.close()


def test_pywb_replays_every_capture_byte_for_byte(replayed: str) -> None:
    def at(hour: int, url: str) -> tuple[int, bytes]:
        return get(f"{replayed}/{START + timedelta(hours=hour):%Y%m%d%H%M%S}id_/{url}")

    assert at(0, POND) == (200, page("A pond"))
    assert at(1, POND) == (200, page("A pond with carp"))
    assert at(2, POND) == (200, page("A pond"))  # a revisit
    assert at(3, POND) == (200, page("A pond"))
    assert at(5, POND) == (200, page("A pond"))  # the server's 304
    assert at(6, BEES) == (200, page("Bees"))
    assert at(9, BEES) == (200, page("Bees, saved"))
    assert at(6, "http://garden.example/b") == (301, BEES.encode())
    assert at(7, GONE) == (404, page("Nothing here"))
    assert get(f"{replayed}/2025id_/https://garden.example/never")[0] == 404
    status, listed = get(f"{replayed}/cdx?url=garden.example/*&output=json")
    assert status == 200
    assert len(listed.splitlines()) == 9


def test_one_page_alone(archive: Archive, tmp_path: Path) -> None:
    written = write_warc(archive, tmp_path / "bees.warc.gz", url_key=PAGES[BEES])
    assert written.captures == 2
    found = list(tape.captures(tmp_path / "bees.warc.gz"))
    assert {one.url for one in found if isinstance(one, Capture)} == {BEES, "http://garden.example/b"}


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.EMPTY])
def test_a_clipping_is_no_answer_of_a_server(archive: Archive, tmp_path: Path, verdict: Verdict) -> None:
    markdown = Capture(
        "https://clipped.example/", "https://clipped.example/", 200, (("Content-Type", "text/markdown"),), b"# A",
        START, source="import",
    )  # fmt: skip
    archive.record(markdown, Extraction(verdict, markdown="A", text="A", words=1), url_key="//clipped.example/")
    written = write_warc(archive, tmp_path / "out.warc.gz", url_key="//clipped.example/")
    assert (written.captures, list(written.left_out)) == (0, ["it was imported as Markdown, no server sent it"])


def test_what_was_fetched_since(archive: Archive, tmp_path: Path) -> None:
    since = START + timedelta(hours=6)
    assert write_warc(archive, tmp_path / "late.warc.gz", since=since).captures == 3
    write_wacz(archive, tmp_path / "late.wacz", since=since, now=START)
    with zipfile.ZipFile(tmp_path / "late.wacz") as package:
        assert package.testzip() is None
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()[1:]]
    assert [one["title"] for one in pages] == ["Bees", "Bees, saved"]


def test_an_export_imported_again_is_the_same_archive(archive: Archive, tmp_path: Path) -> None:
    write_warc(archive, tmp_path / "out.warc.gz")
    bodies = {
        (found.url, found.fetched_at): found.body
        for found in tape.captures(tmp_path / "out.warc.gz")
        if isinstance(found, Capture) and found.status == 200
    }
    for hour, text in enumerate(["A pond", "A pond with carp", "A pond", "A pond"]):
        assert bodies[POND, START + timedelta(hours=hour)] == page(text)
    assert not [c for c in archive.captures() if isinstance(c, Capture) and c.completeness is Completeness.TRUNCATED]


def test_a_file_that_exists_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    from clipper.errors import FileError

    (tmp_path / "here.warc.gz").write_bytes(b"precious")
    for write in (lambda p: write_warc(archive, p), lambda p: write_wacz(archive, p, now=START)):
        with pytest.raises(FileError, match="exists"):
            write(tmp_path / "here.warc.gz")
        with pytest.raises(FileError, match=r"cannot write .*/none/x.warc.gz: there is no folder .*/none"):
            write(tmp_path / "none" / "x.warc.gz")
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.startswith("archive.db")) == ["here.warc.gz"]
