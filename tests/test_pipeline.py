"""The order of the steps: what is loaded when, and what is filed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from clipper.archive import Archive
from clipper.errors import TapeError
from clipper.fetch import Fetcher, Policy
from clipper.models import Capture, Extraction, Outcome, Validators, Verdict
from clipper.pipeline import clip, never_read, prepare

URL = "https://example.com/a"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Answers:
    """A fetcher that answers from a list, and remembers what it was asked with."""

    def __init__(self, *answers: Capture | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Validators | None] = []

    def fetch(self, url: str, *, validators: Validators | None = None, kind: str = "page") -> Capture:
        assert (url, kind) == (URL, "page")
        self.asked.append(validators)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def failed(self, url: str, failure: str) -> None:
        """Nothing to do."""


class Reads:
    """A reader that tells what was asked of it."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warm(self) -> None:
        self.told.append("warm")

    def read(self, capture: Capture, *_: object) -> Extraction:
        assert capture.url == URL
        self.told.append("read")
        words = "Twelve words about a ferry that no longer goes to the island. " * 6
        return Extraction(verdict=Verdict.OK, title="Ferry", markdown=words, text=words, words=72, extractor="test 1")


def answer(status: int = 200, body: bytes = b"<p>words") -> Capture:
    headers = (("ETag", '"1"'), ("Content-Type", "text/html"))
    return Capture(URL, URL, status, headers, b"" if status == 304 else body, NOW)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as opened:
        yield opened


def test_the_reader_warms_up_before_a_first_fetch(archive: Archive) -> None:
    reader = Reads()
    assert never_read(URL, archive=archive)
    assert clip(URL, archive=archive, fetcher=Answers(answer()), reader=reader).outcome is Outcome.NEW
    assert reader.told == ["warm", "read"]
    assert not never_read(URL, archive=archive)


@pytest.mark.parametrize("second", [answer(304), answer()], ids=["304", "the same bytes"])
def test_what_did_not_change_starts_no_reader(archive: Archive, second: Capture) -> None:
    clip(URL, archive=archive, fetcher=Answers(answer()), reader=Reads())
    fetcher, reader = Answers(second), Reads()
    assert clip(URL, archive=archive, fetcher=fetcher, reader=reader).outcome.good
    assert fetcher.asked == [Validators(etag='"1"', url=URL)]
    assert reader.told == []


def test_force_asks_and_reads_anew(archive: Archive) -> None:
    clip(URL, archive=archive, fetcher=Answers(answer()), reader=Reads())
    fetcher, reader = Answers(answer()), Reads()
    assert clip(URL, archive=archive, fetcher=fetcher, reader=reader, force=True).outcome is Outcome.UNCHANGED
    assert fetcher.asked == [Validators()]
    assert "read" in reader.told


def test_a_tape_without_the_page_says_nothing_about_the_page(archive: Archive) -> None:
    result = clip(URL, archive=archive, fetcher=Answers(TapeError("not on it")), reader=Reads())
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 3)
    assert list(archive.pages()) == []


def test_what_is_no_address_is_refused_and_not_filed(archive: Archive) -> None:
    result = clip("nonsense", archive=archive, fetcher=Answers(), reader=Reads())
    assert (result.outcome, result.exit_code) == (Outcome.REFUSED, 2)
    assert not never_read("nonsense", archive=archive)
    assert list(archive.pages()) == []


def test_an_alias_is_a_visit_to_its_page_with_all_that_is_known_of_it(archive: Archive) -> None:
    clip(URL, archive=archive, fetcher=Answers(answer()), reader=Reads(), clock=lambda: NOW)
    page = archive.page("//example.com/a")
    assert page is not None
    archive.agenda.resolve(page.id, [("//example.com/b", "redirect")], url="https://example.com/b", now=NOW)
    there, here = (prepare(url, archive=archive) for url in (URL, "https://example.com/b"))
    assert here.url == "https://example.com/b"
    assert here.known_body is not None
    assert (here.url_key, here.validators, here.known_body) == (there.url_key, there.validators, there.known_body)


def test_of_a_page_behind_a_redirect_only_what_changed_is_fetched(archive: Archive) -> None:
    """A date tells nothing of another page, and all of the page that it came from."""
    asked: list[tuple[str, str | None]] = []

    def answering(request: httpx.Request) -> httpx.Response:
        since = request.headers.get("if-modified-since")
        asked.append((request.url.path, since))
        if request.url.path == "/a":
            return httpx.Response(302, headers={"Location": "/there"})
        if since:
            return httpx.Response(304)
        headers = {"Last-Modified": "Mon, 02 Nov 2026 07:00:00 GMT", "Content-Type": "text/html"}
        return httpx.Response(200, headers=headers, content=b"<p>words")

    with Fetcher(Policy(min_interval=0), transport=httpx.MockTransport(answering)) as fetcher:
        outcomes = [clip(URL, archive=archive, fetcher=fetcher, reader=Reads()).outcome for _ in range(3)]
    assert outcomes == [Outcome.NEW, Outcome.NOT_MODIFIED, Outcome.NOT_MODIFIED]
    assert [path for path, _ in asked] == ["/a", "/there"] * 3
