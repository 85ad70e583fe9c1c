"""One address, from what the user typed to what the archive filed.

    prepare   what the archive knows of the page: its key, what makes the request conditional
    gather    fetch it and read it: everything slow, nothing of the archive
    settle    file it in one transaction, whatever came of it

`clip` is the three in a row; `sync` runs `gather` on many threads between the other two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from clipper import urls
from clipper.errors import (
    ClipperError,
    FetchError,
    InvalidURL,
    RefusedError,
    TapeError,
    UnusableError,
)
from clipper.models import Capture, Completeness, Extraction, Filed, Outcome, Site, Validators, Verdict

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = [
    "Gathered",
    "Job",
    "Result",
    "clip",
    "clip_file",
    "file",
    "gather",
    "judged",
    "prepare",
    "settle",
    "weigh",
]


SAME_TEXT = 3  # other addresses of a host with a page's text from which it is no article


# Pages that say "not now" or "not you": hosts that answer so again and again are left alone.
SENT_AWAY = frozenset((Verdict.CHALLENGE, Verdict.MAINTENANCE))


class Fetches(Protocol):
    """What `gather` needs of a fetcher."""

    def fetch(self, url: str, *, validators: Validators | None = None, kind: str = "page") -> Capture: ...
    def failed(self, url: str, failure: str) -> None: ...


class Reads(Protocol):
    """What `gather` needs of a reader."""

    def warm(self) -> None: ...
    def read(self, capture: Capture, site: Site | None = None) -> Extraction: ...


@dataclass(frozen=True, slots=True)
class Job:
    """One address to clip, with what the archive knows of its page."""

    url: str  # as it is fetched
    url_key: str
    validators: Validators
    known_body: str | None = None  # sha256 of the bytes that gave the latest version
    site: Site | None = None  # what is known of its host

    @property
    def plain(self) -> str:
        """The address as it may be stored and printed: without a password."""
        return urls.without_credentials(self.url)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of fetching and reading: a capture, an error, or (a bad status) both."""

    job: Job
    started: datetime
    capture: Capture | None = None
    extraction: Extraction | None = None
    error: FetchError | RefusedError | TapeError | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What happened to one address, for a person or a program to read."""

    url: str
    outcome: Outcome
    title: str | None = None
    words: int = 0
    change: str | None = None
    status: int | None = None
    verdict: str | None = None
    final_url: str | None = None
    bytes: int = 0
    requests: int = 0
    snapshot_id: int | None = None
    milliseconds: int = 0
    error: ClipperError | None = None

    @property
    def exit_code(self) -> int:
        """0, or the code of the error that says why not."""
        return self.error.exit_code if self.error else 0


def clip(
    url: str,
    *,
    archive: Archive,
    fetcher: Fetches,
    reader: Reads,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    force: bool = False,
) -> Result:
    """Clip one address. What goes wrong with it is in the result; only the archive's errors rise."""
    try:
        job = prepare(url, archive=archive, force=force)
    except InvalidURL as error:
        return Result(url=urls.without_credentials(url), outcome=Outcome.REFUSED, error=error)
    return settle(gather(job, fetcher=fetcher, reader=reader, clock=clock), archive=archive, reader=reader)


def clip_file(body: bytes, url: str, *, archive: Archive, reader: Reads, now: datetime) -> Result:
    """File a page that was saved by other means, as if `url` had answered with it now."""
    job = prepare(url, archive=archive, force=True)
    capture = Capture(
        url=job.plain,
        final_url=job.plain,
        status=200,
        headers=(),
        body=body,
        fetched_at=now,
        source="file",
    )
    return settle(Gathered(job, now, capture, reader.read(capture, job.site)), archive=archive, reader=reader)


def prepare(url: str, *, archive: Archive, force: bool = False) -> Job:
    """What has to be known before the fetch; `force` forgets what the archive has.

    An address that is another one's alias is a visit to that page, with all that is known of it.
    """
    fetchable = urls.check(url)
    page = archive.page(urls.url_key(fetchable))
    key = page.url_key if page else urls.url_key(fetchable)
    site = archive.site(urls.site_of(fetchable), url_key=key)
    if force or page is None:
        return Job(fetchable, key, Validators(), site=site)
    return Job(fetchable, key, archive.validators(key), archive.latest_body(key), site)


def never_read(url: str, *, archive: Archive) -> bool:
    """Whether no good answer of the address is archived, so that the next one is sure to be read."""
    try:
        return not prepare(url, archive=archive).validators
    except InvalidURL:
        return False


def gather(
    job: Job,
    *,
    fetcher: Fetches,
    reader: Reads,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Gathered:
    """Fetch and read one page. Network errors and refusals are values of the answer.

    A page that is fetched for the first time is sure to be read: the reader starts up while the
    network is waited for. One that may answer 304 is not, and then no extractor is loaded at all.
    """
    started = clock()
    if not job.validators:
        reader.warm()
    try:
        capture = fetcher.fetch(job.url, validators=job.validators)
    except (FetchError, RefusedError, TapeError) as error:
        return Gathered(job, started, getattr(error, "capture", None), error=error)
    if capture.status == 304 or _same_bytes(job, capture):
        return Gathered(job, started, capture)
    extraction = reader.read(capture, job.site)
    if extraction.verdict in SENT_AWAY:
        fetcher.failed(job.plain, extraction.verdict)
    return Gathered(job, started, capture, extraction)


def settle(gathered: Gathered, *, archive: Archive, reader: Reads | None = None) -> Result:
    """File what was gathered, in one transaction, and say what it came to.

    With a `reader`, an article that seems to have changed is compared with today's reading of the
    version before it: a better extractor, a new rule, or a site that is known better, is no change of the page.
    """
    return file(weigh(gathered, archive=archive, reader=reader), archive=archive)


def weigh(gathered: Gathered, *, archive: Archive, reader: Reads | None = None) -> Gathered:
    """The first half of `settle`: what was gathered, judged and compared with what is archived."""
    job, capture, extraction = gathered.job, gathered.capture, gathered.extraction
    if gathered.error is not None or capture is None or extraction is None:
        return gathered
    extraction = judged(extraction, archive=archive, url=capture.final_url, url_key=job.url_key)
    if reader is not None and extraction.verdict.good:
        _compare_like_with_like(extraction, job, archive=archive, reader=reader)
    return replace(gathered, extraction=extraction)


def file(weighed: Gathered, *, archive: Archive) -> Result:
    """The second half of `settle`: nothing but one transaction."""
    job, capture, extraction = weighed.job, weighed.capture, weighed.extraction
    if weighed.error is not None or capture is None:
        return _settle_error(weighed, archive)
    if extraction is not None:
        filed = archive.record(capture, extraction, url_key=job.url_key)
    elif capture.status == 304:
        filed = archive.record_not_modified(capture, url_key=job.url_key)
    else:
        filed = archive.record_same_body(capture, url_key=job.url_key)
    return _result(job, capture, extraction, filed)


def judged(extraction: Extraction, *, archive: Archive, url: str, url_key: str) -> Extraction:
    """The reading, judged by what is archived too: a text that three other addresses of the host
    have is no article. On an archive of 143,513 clippings that alone found 97.8 % of the failures."""
    if not extraction.verdict.good:
        return extraction
    others = archive.same_text(extraction, url=url, url_key=url_key)
    if others < SAME_TEXT:
        return extraction
    reason = f"{others} other pages of {urls.site_of(url)} have the very same text"
    return replace(extraction, verdict=Verdict.CHROME_ONLY, reason=reason)


def _compare_like_with_like(extraction: Extraction, job: Job, *, archive: Archive, reader: Reads) -> None:
    """Read the latest version's bytes again where its article differs, and file that if it is new."""
    stored = archive.stored_latest(job.url_key)
    if stored is None or stored.snapshot_id is None:
        return
    if archive.compared(stored, extraction) == "same":
        return
    capture = archive.stored_capture(stored)
    if capture.content_type != "text/markdown":  # somebody else's reading; there are no bytes of the page
        again = reader.read(capture, job.site)
        if again.verdict.good:
            archive.record_reading(stored, again)


def fresh(url: str, *, archive: Archive, max_age: timedelta, now: datetime) -> bool:
    """Whether the page was fetched well less than `max_age` ago."""
    page = archive.page(urls.url_key(url))
    return bool(page and page.latest_snapshot and page.last_fetched and now - page.last_fetched < max_age)


def _same_bytes(job: Job, capture: Capture) -> bool:
    return job.known_body is not None and job.known_body == sha256(capture.body).hexdigest()


def _settle_error(gathered: Gathered, archive: Archive) -> Result:
    job, error = gathered.job, gathered.error
    if isinstance(error, TapeError):  # it says something about the tape, and nothing about the page
        return Result(url=job.url, outcome=Outcome.FAILED, error=error)
    outcome = Outcome.REFUSED if isinstance(error, RefusedError) else Outcome.FAILED
    status = error.status if isinstance(error, FetchError) else None
    archive.record_failure(
        job.plain,
        url_key=job.url_key,
        outcome=outcome,
        reason=str(error),
        checked_at=gathered.started,
        status=status,
        hops=error.hops if isinstance(error, (FetchError, RefusedError)) else (),
        capture=gathered.capture,
    )
    return Result(url=job.plain, outcome=outcome, status=status, error=error)


def _result(job: Job, capture: Capture, extraction: Extraction | None, filed: Filed) -> Result:
    error = None
    if filed.outcome is Outcome.UNUSABLE and extraction is not None:
        error = _unusable(job.plain, capture, extraction)
    return Result(
        url=job.plain,
        outcome=filed.outcome,
        title=extraction.title if extraction else None,
        words=extraction.words if extraction else 0,
        change=filed.change,
        status=capture.status,
        verdict=str(extraction.verdict) if extraction else None,
        final_url=capture.final_url,
        bytes=len(capture.body),
        requests=len(capture.hops),
        snapshot_id=filed.snapshot_id,
        milliseconds=capture.milliseconds,
        error=error,
    )


def _unusable(url: str, capture: Capture, extraction: Extraction) -> UnusableError:
    if capture.completeness is Completeness.TRUNCATED:
        said = f"the body was cut: {capture.truncated_by or 'the connection ended early'}"
        return UnusableError(f"{url}: {said}; try again later", url=url, verdict="truncated")
    advice = ADVICE.get(extraction.verdict, "the page is kept as evidence, and no version was filed")
    reason = f" ({extraction.reason})" if extraction.reason else ""
    message = f"{url}: {extraction.verdict}{reason}; {advice.replace('URL', url)}"
    return UnusableError(message, url=url, verdict=extraction.verdict)


# What a person can try, by verdict.
ADVICE: dict[str, str] = {
    "empty": "the server sent no text; look at it in a browser",
    "script-shell": "the page is drawn by JavaScript; save it from a browser and use --html",
    "challenge": "the site asks for a captcha; try --cookies from your browser, or --html",
    "login": "log in with a browser and pass its cookies with --cookies",
    "paywall": "pass your subscription's cookies with --cookies",
    "deleted": "the publisher took it down; `clip history` shows what is archived",
    "soft-404": "the site says in words that there is no such page; check the address",
    "maintenance": "the site is down for maintenance; try again later",
    "redirect-stub": "the page only sends readers elsewhere; clip the address it names",
    "chrome-only": "there is nothing on it but the site's menus; look at it in a browser",
    "feed": "`clip watch add URL` follows it",
    "not-html": "clipper reads web pages; download other files with another tool",
    "unreadable": "its bytes are kept; `clip --no-isolate` shows what the extractor says",
}
