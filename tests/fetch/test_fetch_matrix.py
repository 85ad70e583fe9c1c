"""Every row of the fault matrix: exit code, check, body, tries, requests, words, time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clipper import urls
from clipper.archive import Archive
from clipper.errors import ClipperError, FetchError, RefusedError, StatusError
from clipper.extract import Reader
from clipper.fetch import Fetcher, Policy
from clipper.models import Capture, Completeness, Validators
from clipper.pipeline import clip
from tests.fetch.matrix import LIMIT, MEGABYTES, RETRIES, ROWS, Row, document
from tests.fetch.server import Server
from tests.fetch.support import MEMORY, client_side, server_side

ALLOWED = frozenset({"127.0.0.1", "good.test", "wrong.test"})
AT_ONCE = 1.0  # seconds
CUT_SHORT, CUT = Completeness.TRUNCATED, "the body was cut"


def fetcher_for(row: Row, *, timeout: float, retries: int = RETRIES, max_bytes: int = LIMIT) -> Fetcher:
    """A fetcher in the situation of the row; it does not wait between tries."""
    policy = Policy(
        timeout=timeout,
        deadline=20,
        retries=retries,
        max_bytes=max_bytes,
        min_interval=0,
        allow_private=ALLOWED,
        robots="obey" if row.robots else "ignore",
    )
    tls = client_side() if row.trusted else None
    return Fetcher(policy, resolver=lambda _host, _port: row.resolve(), tls=tls, sleep=lambda _seconds: None)


def server_for(row: Row) -> Server:
    return Server(row.behaviour, tls=server_side(row.certificate) if row.certificate else None)


class Watched:
    """A fetcher that remembers how its fetch ended."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.end: Capture | ClipperError | None = None

    def fetch(self, url: str, *, validators: Validators | None = None, kind: str = "page") -> Capture:
        try:
            self.end = self._fetcher.fetch(url, validators=validators, kind=kind)
        except ClipperError as error:
            self.end = error
            raise
        return self.end

    def failed(self, url: str, failure: str) -> None:
        self._fetcher.failed(url, failure)


class House:
    """An archive and a reader for all rows."""

    def __init__(self, archive: Archive, reader: Reader) -> None:
        self.archive = archive
        self.reader = reader

    def differences(self, row: Row, timeout: float) -> dict[str, object]:
        """What came otherwise than the row says; nothing, if all is well."""
        with server_for(row) as server, fetcher_for(row, timeout=timeout if row.slow else 5.0) as fetcher:
            watched = Watched(fetcher)
            url = row.place.format(port=server.port)
            begun = time.monotonic()
            result = clip(url, archive=self.archive, fetcher=watched, reader=self.reader)
            seconds = time.monotonic() - begun
            requests = len(server.requests)
        check = self.archive.checks(urls.url_key(url), limit=1)[0]
        hops = self.archive.evidence(check.id).hops
        end = watched.end
        limit = row.attempts * timeout + 1 if row.slow else AT_ONCE
        found = {
            "exit code": result.exit_code == row.exit_code or result,
            "check": check.outcome == row.check or check,
            "reason": bool(check.reason) == (row.exit_code != 0) or check,
            "cut": all(CUT in str(said) for said in (check.reason, result.error)) or row.end is not CUT_SHORT or check,
            "end": end_of(end) == row.end or end,
            "words": row.says in words_of(end) or words_of(end),
            "one line": "\n" not in words_of(end) or words_of(end),
            "requests": requests == row.requests or requests,
            "tries": max((hop.attempt for hop in hops), default=row.attempts) == row.attempts or hops,
            "way": hops == getattr(end, "hops", None) or hops,
            "time": seconds <= limit or seconds,
        }
        if isinstance(end, (FetchError, RefusedError)):
            host = row.place.split("/")[2].split(":")[0]
            found["address"] = (end.url.startswith("http") and (end.url in str(end) or host in str(end))) or end
        if isinstance(end, FetchError):
            found["phase"] = bool(end.phase) or end
            answered = end.phase == "body" or isinstance(end, StatusError)
            found["status"] = not answered or end.status == hops[-1].status is not None or end
            found["status told"] = not answered or f"HTTP {end.status}" in str(end) or end
            found["try"] = end.attempt == row.attempts or end.attempt
        return {name: what for name, what in found.items() if what is not True}


def end_of(end: Capture | ClipperError | None) -> Completeness | type[ClipperError]:
    assert end is not None
    return end.completeness if isinstance(end, Capture) else type(end)


def words_of(end: Capture | ClipperError | None) -> str:
    return (end.truncated_by or "") if isinstance(end, Capture) else str(end)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    path = tmp_path_factory.mktemp("matrix") / "a.db"
    with Archive.open(path, create=True) as archive, Reader(isolate=False) as reader:
        # What is loaded once, at the first page and at the first retry, is no time of a row.
        import tenacity  # noqa: F401

        from clipper.extract import article  # noqa: F401

        yield House(archive, reader)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_fault_ends_as_the_matrix_says(row: Row, house: House) -> None:
    """A busy machine may be late; only what differs each time, with more and more time, is wrong."""
    for timeout in (0.3, 1.0, 3.0):
        differences = house.differences(row, timeout)
        if not differences:
            return
    pytest.fail(str(differences))


CHILD = (
    MEMORY
    + """
import json, sys
from clipper.errors import ClipperError
from tests.fetch.matrix import ROWS
from tests.fetch.test_fetch_matrix import fetcher_for

rows = {row.name: row for row in ROWS}
peaks = {}
confine(600)
for name, url in json.load(sys.stdin):
    forget()
    base = peak()
    with fetcher_for(rows[name], timeout=0.1, retries=0, max_bytes=20_000_000) as fetcher:
        try:
            fetcher.fetch(url)
        except ClipperError:
            pass
    peaks[name] = peak() - base
print(json.dumps(peaks))
"""
)


def test_no_fault_costs_more_memory_than_the_matrix_says() -> None:
    """One after the other in a process of their own, at the default limit of 20 MB."""
    with ExitStack() as stack:
        places = [(row.name, row.place.format(port=stack.enter_context(server_for(row)).port)) for row in ROWS]
        child = [sys.executable, "-c", CHILD]
        told = subprocess.run(child, input=json.dumps(places), capture_output=True, text=True, check=True).stdout
    peaks = json.loads(told)
    assert peaks.keys() == {row.name for row in ROWS}
    assert {name: peak for name, peak in peaks.items() if peak > MEGABYTES} == {}
    assert max(peaks.values()) > 5  # it was measured


def test_the_matrix_has_at_least_sixty_behaviours_of_different_names() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 60


def test_the_document_is_the_matrix() -> None:
    written = (Path(__file__).resolve().parents[2] / "docs" / "faults.md").read_text("utf-8")
    assert written == document(), "run `python -m tests.fetch.matrix > docs/faults.md`"
