"""What the rooms hand to each other: frozen data, no behaviour beyond a derived property, no I/O.

A `Capture` is evidence: what came over the wire, never edited. An `Extraction` is an opinion about
it and can be made again. Times are aware datetimes in UTC, texts are `str`, bodies are `bytes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What a capture is. Only `ok` and `thin` can become a version of a page."""

    OK = "ok"
    THIN = "thin"  # an article, but a very short one
    EMPTY = "empty"  # no text at all
    SCRIPT_SHELL = "script-shell"  # a page that is drawn by JavaScript
    CHALLENGE = "challenge"  # captcha, firewall, "checking your browser"
    LOGIN = "login"
    PAYWALL = "paywall"
    DELETED = "deleted"  # the publisher says that it is gone, with status 200
    SOFT_404 = "soft-404"
    MAINTENANCE = "maintenance"
    REDIRECT_STUB = "redirect-stub"
    CHROME_ONLY = "chrome-only"  # nothing that the host's other pages do not have
    FEED = "feed"  # it lists pages, and is none
    NOT_HTML = "not-html"
    UNREADABLE = "unreadable"  # the extractor crashed, or ran out of time or memory

    @property
    def good(self) -> bool:
        """Whether such a page may become a version."""
        return self in (Verdict.OK, Verdict.THIN)


class Completeness(StrEnum):
    """Whether all of a body arrived."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    UNKNOWN = "unknown"  # the connection's end was the only sign


class Outcome(StrEnum):
    """What one attempt to clip a page came to. Every one is a row in `checks`."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not modified"  # the server said 304
    UNUSABLE = "unusable"  # fetched, but the verdict is bad
    FAILED = "failed"  # network or HTTP status
    REFUSED = "refused"  # our own policy

    @property
    def good(self) -> bool:
        """Whether the page is fine after this attempt."""
        return self not in (Outcome.UNUSABLE, Outcome.FAILED, Outcome.REFUSED)


class PageState(StrEnum):
    """How a page is doing, judged by its latest checks."""

    NEW = "new"  # listed by a feed, not fetched yet
    ALIVE = "alive"
    BLOCKED = "blocked"  # challenge, login, paywall
    FAILING = "failing"  # network, status 5xx, unusable
    GONE = "gone"  # 404, 410, deleted, soft 404


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request for a page conditional."""

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None  # the address that gave them, where that may be another than the one asked

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Hop:
    """One request and its answer on the way to a capture, in order: redirects and retries."""

    url: str
    status: int | None  # None: no answer came
    location: str | None = None  # where it sent us, if it was a redirect
    address: str | None = None  # the IP address that was dialled
    error: str | None = None  # why no answer came
    via: str = "http"  # http | meta-refresh
    attempt: int = 1
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Capture:
    """What came back for one address: evidence, never edited.

    `body` is decoded from transfer and content codings, and from nothing else. `headers` are those
    of the last answer, names as sent. `url` is what was asked for, without credentials.
    """

    url: str
    final_url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime
    hops: tuple[Hop, ...] = ()
    request_headers: Headers = ()
    completeness: Completeness = Completeness.COMPLETE
    truncated_by: str | None = None
    wire_bytes: int = 0
    milliseconds: int = 0
    source: str = "live"  # live | replay | file | import | feed (what a feed said in the page's place)

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case of letters."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def validators(self) -> Validators:
        return Validators(etag=self.header("etag"), last_modified=self.header("last-modified"))

    @property
    def content_type(self) -> str | None:
        value = self.header("content-type")
        return value.split(";")[0].strip().lower() if value else None


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes made text, once: which encoding, who said so, how many characters were lost."""

    text: str
    encoding: str  # Python's codec name
    source: str  # bom | utf-8 | header | meta | declared | detector | fallback
    replaced: int = 0  # number of U+FFFD that decoding put in


@dataclass(frozen=True, slots=True)
class Extraction:
    """What clipper reads out of a capture: an opinion, made again whenever the extractor improves.

    `markdown`, `text` and `html` are three forms of one subtree. Dates are ISO 8601 strings as
    precise as the page is: `2024-07-18`, `2024-07-18T12:01:00`, `2024-07-18T12:01:00+08:00`.
    """

    verdict: Verdict
    reason: str = ""  # why the verdict is not `ok`, in words
    title: str | None = None
    author: str | None = None
    site: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None  # ISO 639-1
    lead: str | None = None
    categories: tuple[str, ...] = ()
    canonical_url: str | None = None
    image: str | None = None
    markdown: str = ""
    text: str = ""
    # Sanitised: no script, no style, no event handler, absolute addresses. `Reader` leaves it out: nobody files it.
    html: str = ""
    words: int = 0  # a CJK character counts as one word
    encoding: str | None = None
    encoding_source: str | None = None
    replaced_characters: int = 0
    extractor: str = ""  # e.g. "clipper 0.1.0 + trafilatura 2.3.1"
    rule: str | None = None  # the site rule that decided, if one did
    observed: Observed | None = None  # what the page teaches of its host


class SiteBlock(NamedTuple):
    """A line of text of a host: on how many pages it stood, and where the article was.

    Hundreds of them go with each page to the process that reads it, and tuples are pickled in a third of the time.
    """

    digest: str
    pages: int
    above: int = 0  # pages on which it stood above the article
    within: int = 0
    below: int = 0
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What the archive knows of a host, before one more of its pages is read."""

    host: str
    pages: int = 0  # that it learned from
    blocks: tuple[SiteBlock, ...] = ()  # those of several pages
    containers: tuple[tuple[str, int], ...] = ()  # where articles stood, and on how many pages
    learned_from: bool = False  # whether the page that is to be read is one of them


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Which site rules count: those of a folder of the user's, and those that ship with clipper."""

    folder: str | None = None
    shipped: bool = True


@dataclass(frozen=True, slots=True)
class Observed:
    """What one page teaches of its host."""

    host: str
    blocks: tuple[tuple[str, str, str], ...] = ()  # digest, above | within | below the article, sample
    container: str | None = None  # where its article stood


@dataclass(frozen=True, slots=True)
class Page:
    """One address that is archived; a row of `pages`."""

    id: int
    url_key: str
    url: str
    host: str
    title: str | None
    state: PageState
    first_fetched: datetime | None
    last_fetched: datetime | None
    last_changed: datetime | None
    versions: int
    checks: int
    latest_snapshot: int | None
    validators: Validators = field(default_factory=Validators)
    gone_since: datetime | None = None  # since when every check says that it is gone
    back_since: datetime | None = None  # when it came back after it had been gone


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a page; a row of `snapshots`."""

    id: int
    page_id: int
    url: str
    fetched_at: datetime
    seq: int
    final_url: str
    status: int
    verdict: Verdict
    title: str | None
    author: str | None
    site: str | None
    published: str | None
    modified: str | None
    language: str | None
    words: int
    digest: str  # sha256 hex of the normalised article
    body_sha256: str | None
    change: str | None  # what changed since the version before, in words; None for the first
    source: str | None = None  # of its capture; `feed` for what a feed said of a page that could not be had


@dataclass(frozen=True, slots=True)
class Check:
    """One attempt to fetch a page; a row of `checks`."""

    id: int
    page_id: int
    checked_at: datetime
    outcome: Outcome
    reason: str | None
    verdict: Verdict | None
    status: int | None
    bytes: int
    milliseconds: int
    snapshot_id: int | None
    body_sha256: str | None


@dataclass(frozen=True, slots=True)
class Filed:
    """What `Archive` did with one attempt."""

    outcome: Outcome
    page_id: int
    check_id: int
    snapshot_id: int | None = None
    change: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One page found by a search."""

    snapshot: Snapshot
    page: Page
    snippet: str  # plain text, the words found between U+0002 and U+0003


@dataclass(frozen=True, slots=True)
class Source:
    """Something that `clip sync` watches; a row of `feeds`, with its plan."""

    id: int
    url: str
    kind: str  # feed | sitemap | page | list
    title: str | None
    tags: tuple[str, ...]
    last_fetched: datetime | None
    failures: int
    validators: Validators = field(default_factory=Validators)
    paused: bool = False
    every: timedelta | None = None  # how often it is looked at, if the user says so
    private: bool = False  # not exported unless that is asked for
    site_url: str | None = None
    folder: tuple[str, ...] = ()  # of the list that it came from
    due_at: datetime | None = None
    wait: timedelta = timedelta()
    warning: str | None = None  # what is odd about it, told once
    error: str | None = None  # why it could not be read the last time
    failing_since: datetime | None = None
    told: bool = False  # whether a report said that it fails


@dataclass(frozen=True, slots=True)
class Due:
    """A page that is to be looked at, with what decides when it is looked at next."""

    page_id: int
    url: str
    url_key: str
    host: str
    kinds: frozenset[str]  # of the sources that list it
    every: timedelta | None  # the shortest that a source asks for
    wait: timedelta  # the last time
    told: str | None  # what the reports said last: failing, gone; None: that it is well
    told_at: datetime | None
    versions: int
    fetched: bool  # whether the page itself ever came


@dataclass(frozen=True, slots=True)
class Trouble:
    """A host that answers alike and badly; a row of `host_troubles`. It is left alone after its first pause began."""

    host: str
    failure: str
    since: datetime
    left_until: datetime
    pauses: int
    told: bool = False
    requests: int = 0
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a report tells of; a row of `events`, with what it is about."""

    id: int
    at: datetime
    kind: str
    url: str | None = None  # of the page or the feed
    title: str | None = None
    host: str | None = None
    snapshot_id: int | None = None
    since: datetime | None = None
    what: str | None = None
    url_key: str | None = None
