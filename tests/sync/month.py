"""Weeks on the little web: what happens there, hourly runs through them, and what came of it."""

from __future__ import annotations

import random
import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from clipper.archive import Archive
from clipper.extract import Reader
from clipper.models import Capture, Event, Extraction, Site
from clipper.sync.queue import Wanted
from clipper.sync.round import Round
from clipper.sync.runner import ReaderPool
from clipper.urls import url_key
from tests.sync.web import DAY, HOUR, START, Feed, Page, Reply, Time, Web

CHALLENGE = (
    b"<!doctype html><html><head><title>One moment</title></head><body><h1>guarded.example.com</h1>"
    b"<p>Verifying you are human. This may take a few seconds.</p></body></html>"
)
NO_SUCH_PAGE = (
    b"<!doctype html><html><head><title>Oops</title></head><body><p>Oops! That page can't be found</p></body></html>"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}
# How long after an article appeared it is edited: silent edits happen early.
EARLY = ((0.5, 12 * HOUR), (0.3, 3 * DAY), (0.2, 12 * DAY))


@dataclass(slots=True)
class Script:
    """What the web has, and who watches what of it."""

    web: Web
    days: int
    watched: list[Page] = field(default_factory=list)
    listed: list[Page] = field(default_factory=list)
    challenge: tuple[str, datetime, datetime] = ("", START, START)
    limited: str = ""
    soft: str = ""
    down: str = ""
    healed: str = ""
    twins: list[Page] = field(default_factory=list)
    wrong: Callable[[datetime], timedelta] | None = None  # how far the machine's clock is off at a time

    @property
    def end(self) -> datetime:
        return START + self.days * DAY

    @property
    def known(self) -> list[Page]:
        """Every page that a source leads to before the last day."""
        return [page for page in (*self.watched, *self.listed) if page.born <= self.end - DAY]


def scripted(*, hosts: int, pages: int, days: int, seed: int = 7) -> Script:
    """So many hosts and pages with the lives of so many days."""
    rng = random.Random(seed)
    web = Web(Time())
    script = Script(web, days)
    names = [f"h{number:02}.test" for number in range(hosts)]
    for number in range(pages):
        host = names[number % hosts]
        watched = number % 10 == 3
        born = START - 60 * DAY * rng.random() if watched or rng.random() < 0.4 else START + days * DAY * rng.random()
        page = web.add(Page(host, f"/p/{number}", f"Report {number} of {host.partition('.')[0]}", born))
        (script.watched if watched else script.listed).append(page)
        page.edits = _watched_edits(rng, script) if watched else _early_edits(rng, page)
        fate = rng.random()
        if fate < 0.03:
            page.gone = max(START + days * DAY * rng.uniform(0.3, 0.9), page.born + 2 * DAY)
        elif fate < 0.05:
            page.moved = START + days * DAY * rng.uniform(0.2, 0.9)
    for host in names:
        web.feeds[host] = Feed(host, [page for page in script.listed if page.host == host], size=60)
        if rng.random() < 0.25:
            web.plain.add(host)
    _aggregate(rng, script, names)
    _twins(rng, script)
    _trouble(script, names)
    return script


def _watched_edits(rng: random.Random, script: Script) -> list[datetime]:
    """Of pages that are watched a few change several times a day, some daily or weekly, and many never."""
    every = rng.choices((10 * HOUR, 1.5 * DAY, 7 * DAY, None), (5, 20, 35, 40))[0]
    edits, at = [], START
    while every is not None and (at := at + every * rng.uniform(0.5, 1.5)) < script.end:
        edits.append(at)
    return edits


def _early_edits(rng: random.Random, page: Page) -> list[datetime]:
    if page.born < START or rng.random() > 0.3:
        return []
    spans = rng.choices([span for _, span in EARLY], [weight for weight, _ in EARLY], k=rng.choice((1, 1, 2)))
    return sorted(page.born + span * rng.random() for span in spans)


def _aggregate(rng: random.Random, script: Script, names: list[str]) -> None:
    """A few feeds list what others list, under addresses with their own marks."""
    for number in range(max(2, len(names) // 10)):
        host = f"planet{number}.test"
        script.web.feeds[host] = Feed(host, rng.sample(script.listed, len(script.listed) // 5), size=80, ttl=120)


def _twins(rng: random.Random, script: Script) -> None:
    """Some articles are there under a second address, which names the first one as canonical, in the same feed."""
    for page in rng.sample(script.listed, len(script.listed) // 40):
        twin = Page(page.host, f"/print{page.path}", page.title, page.born, canonical=page.url, twin=page)
        page.canonical = page.url
        page.gone = page.moved = None
        script.web.add(twin)
        script.web.feeds[page.host].pages.append(twin)
        script.twins.append(twin)


def _trouble(script: Script, names: list[str]) -> None:
    web, day = script.web, script.days / 30 * DAY
    challenged, script.soft, script.limited, slow, script.down, script.healed = names[1:7]
    begin, end = START + 8 * day, START + 15 * day
    script.challenge = (challenged, begin, end)
    web.troubles[challenged] = lambda _host, _path, now: (200, HTML, CHALLENGE) if begin <= now < end else None
    web.troubles[script.soft] = _soft_404(web)
    web.troubles[script.limited] = _limited(web)
    web.slow[slow] = 4.0
    web.down[script.down] = (START + 10 * day, START + 17 * day)
    web.feeds[script.healed].broken = (START + 5 * day, START + 9 * day)


def _soft_404(web: Web) -> Callable[[str, str, datetime], Reply | None]:
    def answer(host: str, path: str, now: datetime) -> Reply | None:
        page = web.pages.get((host, path.partition("?")[0]))
        return (200, HTML, NO_SUCH_PAGE) if page is not None and page.gone and page.gone <= now else None

    return answer


def _limited(web: Web) -> Callable[[str, str, datetime], Reply | None]:
    """At most 12 answers an hour."""

    def answer(host: str, _path: str, now: datetime) -> Reply | None:
        lately = [at for at, _, status in web.heard[host][-40:] if now - at < HOUR and status != 429]
        return (429, {"Retry-After": "1800"}, b"") if len(lately) >= 12 else None

    return answer


class Shared:
    """A reader for all runs, in this process: the pages are our own."""

    def __init__(self) -> None:
        self._reader = Reader(isolate=False)
        self.read_count = 0

    def warm(self) -> None:
        pass

    def close(self) -> None:
        pass

    def read(self, capture: Capture, site: Site | None = None) -> Extraction:
        self.read_count += 1
        return self._reader.read(capture, site)


@dataclass(slots=True)
class Lived:
    """What weeks of hourly runs came to."""

    runs: int = 0
    events: list[Event] = field(default_factory=list)
    extractions: int = 0
    memory: float = 0.0  # MB, the most that the process ever had


def live(
    script: Script, path: Path, *, every: timedelta = HOUR, wrong: Callable[[datetime], timedelta] | None = None
) -> Lived:
    """Run each hour until the script's end; `wrong` says how far the machine's clock is off at a time."""
    web, time, reader, lived = script.web, script.web.time, Shared(), Lived()
    script.wrong = wrong
    with Archive.open(path, create=True, clock=time.clock) as archive:
        for feed in web.feeds.values():
            archive.watch(feed.url, kind="feed", title=None)
        for page in script.watched:
            archive.watch(page.url, kind="page")
        moment = START
        while moment < script.end:
            time.until(moment)
            time.wrong = wrong(moment) if wrong else timedelta()
            run_once(archive, web, reader)
            lived.events += list(archive.diary.untold())
            archive.diary.told()
            lived.runs += 1
            moment += every
    lived.extractions = reader.read_count
    lived.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return lived


def run_once(
    archive: Archive,
    web: Web,
    reader: Shared | None = None,
    wanted: Wanted | None = None,
    *,
    looks: int | None = None,
    every: Callable[[str], timedelta | None] | None = None,
) -> list[str]:
    """One run, ended in its midst after so many `looks` if they are given; the addresses that were looked at."""
    shared = reader or Shared()
    with web.fetcher() as fetcher, ReaderPool(lambda: shared, size=1) as readers:
        running = Round(
            archive,
            open_fetcher=lambda _host: fetcher.sibling(),
            readers=readers,
            hosts_at_once=1,
            clock=web.time.clock,
            wanted=wanted,
            every=every,
        ).run()
        seen = [look.url for look in islice(running, looks)]
        running.close()
        return seen


@dataclass(slots=True)
class Found:
    """The edits that there were, and how many the archive has."""

    edits: int = 0
    found: int = 0
    late: list[tuple[str, timedelta]] = field(default_factory=list)
    delays: list[timedelta] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def judged(script: Script, path: Path) -> Found:
    """Hold the archive against the script."""
    result = Found()
    with Archive.open(path, readonly=True) as archive:
        for page in script.known:
            own = archive.page(url_key(page.url))
            versions = archive.history(own.url_key) if own else []
            if not versions:
                result.lost.append(page.url)
                continue
            _edits(script, page, [archive.markdown(version.id) for version in versions], result)
        keys = {row[0] for row in archive.connection.execute("SELECT url_key FROM pages WHERE versions > 0")}
        for twin in script.twins:
            if twin.twin is not None and {url_key(twin.url), url_key(twin.twin.url)} <= keys:
                result.twice.append(twin.url)
    return result


def _edits(script: Script, page: Page, texts: list[str], result: Found) -> None:
    """Each edit that was made while there was time to find it: found or not, and within its bound or not.

    When it was found is told by the web, whose clock is right; the archive's times are the machine's.
    """
    paths = {page.path, f"/new{page.path}", f"/print{page.path}"}
    sent = [at for at, path, status in script.web.heard[page.host] if status == 200 and path.partition("?")[0] in paths]
    looked = [sent[0]]  # when it came, and when each change was found: that is what its looks count from
    for number, edit in enumerate(page.edits, 1):
        bound = _bound(script, page, edit, max(at for at in looked if at <= edit) if edit >= looked[0] else edit)
        over = min([*page.edits[number : number + 1], script.end, page.gone or script.end])
        if edit <= looked[0] or (page.gone and page.gone <= edit) or edit + bound > script.end:
            continue
        result.edits += 1
        found = next((at for at in sent if edit <= at < over), None)
        if any(page.mark(number) in text for text in texts) and found is not None:
            looked.append(found)
            result.found += 1
            result.delays.append(found - edit)
        else:
            found = None
        waited = (found or over) - edit
        if waited > bound:
            result.late.append((page.url, waited))


def _bound(script: Script, page: Page, edit: datetime, since: datetime) -> timedelta:
    """How long it may take until an edit is found: up to the next look, that look's run, and what kept its host away."""
    hour = START + (since - START) // HOUR * HOUR
    off = script.wrong(hour) if script.wrong else timedelta()
    # An archive that was filled while the clock was wrong takes that for the time, until it is right again.
    bound = max(_next_look(script, page, edit, at) for at in (since, since + off))
    host, begin, end = script.challenge
    spans = {host: (begin, end), **script.web.down}
    if (span := spans.get(page.host)) and edit < span[1] + DAY and edit + bound > span[0]:
        bound += span[1] - span[0] + DAY  # the longest pause
    return bound + (12 if page.host == script.limited else 4) * HOUR  # two runs, and a clock that was two hours behind


def _next_look(script: Script, page: Page, edit: datetime, since: datetime) -> timedelta:
    """From an edit to the next look at its page, which came or changed at `since`."""
    if page in script.watched:
        return DAY
    age = edit - since
    return next((step for step in (HOUR, DAY, 7 * DAY, 30 * DAY) if step > age), 90 * DAY) - age


def plain_loop(script: Script) -> tuple[int, int, int]:
    """(requests, edits, edits found) of a loop that asks for each page and feed once an hour."""
    requests = edits = found = 0
    hours = script.days * 24
    requests += hours * len(script.web.feeds)
    for page in (*script.watched, *script.listed, *script.twins):
        begin = max(page.born, START)
        requests += max(0, int((script.end - begin) / HOUR))
        seen = [edit for edit in page.edits if begin < edit < min(script.end - HOUR, page.gone or script.end)]
        edits += len(seen)
        found += len({int((edit - START) / HOUR) for edit in seen})
    return requests, edits, found
