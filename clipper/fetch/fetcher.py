"""The one way to the network.

fetch      one address: paced, tried, told          (Fetcher.fetch)
a try      redirects by hand, each hop recorded      (_try)
a hop      one request, its body read within bounds  (_hop)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from clipper import urls
from clipper.errors import FetchError, RefusedError
from clipper.fetch import body
from clipper.fetch.addresses import Resolver, system_resolver
from clipper.fetch.breaker import Breaker
from clipper.fetch.exchange import Exchange, Exchanged, Played, Received, Wire
from clipper.fetch.faults import Fault, Kind, named, status_error, told
from clipper.fetch.line import Line
from clipper.fetch.manners import Manners
from clipper.fetch.pace import Pace
from clipper.fetch.policy import Policy
from clipper.fetch.requests import Secrets, Sender, request_bytes
from clipper.fetch.robots import LARGEST, File, Robots
from clipper.fetch.walk import REDIRECTS, Answer, Walk
from clipper.models import Capture, Completeness, Headers, Hop, Validators

if TYPE_CHECKING:
    import ssl

    import httpx

__all__ = ["Fetcher"]

# Answers that say "go away" rather than something about the page.
REFUSALS = frozenset((403, 429, 503))
# Why an answer is not all on the tape, in WARC's words.
CUTS = {Kind.DEADLINE: "time", Kind.SIZE: "length", Kind.CONNECTION: "disconnect"}
ROBOTS = "robots"  # the kind of a walk to a robots.txt


class Fetcher:
    """Fetches one address after the other; not for two threads at once.

    `transport` takes the network's place (a tape): then no name is resolved, and all else stays.
    `resolver`, `clock`, `monotonic`, `sleep`, `random` and `tls` replace what their names say.
    `tap` is called with everything that was on the wire (`clip record`). `manners` are those of the
    run that the fetcher belongs to (`sibling`).
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        resolver: Resolver = system_resolver,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] | None = None,
        tls: ssl.SSLContext | None = None,
        tap: Callable[[Exchanged], None] | None = None,
        manners: Manners | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._chance = random
        self._sender = Sender(self.policy)
        self._line = Line(monotonic)
        self._tap = tap
        self._line.kept = None if tap is None else bytearray()
        self._exchange: Exchange = (
            Wire(self.policy, line=self._line, resolver=resolver, tls=tls) if transport is None else Played(transport)
        )
        manners = manners or self._own_manners()
        self._pace, self._breaker, self._robots = manners.pace, manners.breaker, manners.robots
        self._another = partial(
            Fetcher,
            transport=transport,
            resolver=resolver,
            clock=clock,
            monotonic=monotonic,
            sleep=sleep,
            random=random,
            tls=tls,
            manners=manners,
        )

    def fetch(self, url: str, *, validators: Validators | None = None, kind: str = "page") -> Capture:
        """Fetch one address: its final answer, 2xx or (to a conditional request) 304.

        `kind` is page, feed or image. Raises `StatusError` for another status, its answer in
        `capture`; `RefusedError` for what policy forbids; `FetchError` for what goes wrong on the
        way. A body that was cut is no error: the capture says `truncated`.
        """
        asked = urls.check(url)
        plain = urls.without_credentials(asked)
        host = urls.host_of(plain)
        self._breaker.check(host, plain)
        self._pace.wait(host, self.policy.min_interval)
        walk = self._walk(plain, kind, Secrets.of(asked), validators or Validators())
        answer = self._answer(walk)
        self._note(walk, answer)
        return self._finish(walk, answer)

    def failed(self, url: str, failure: str) -> None:
        """Count a page that came but was none (a captcha): five alike, and its host is paused."""
        self._breaker.disappointed(urls.host_of(url), failure)

    def sibling(self, policy: Policy | None = None) -> Fetcher:
        """Another fetcher of the same run, for another thread: it keeps the same pauses, by its own policy if it has one."""
        return self._another(policy or self.policy)

    def close(self) -> None:
        """Close every connection."""
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _own_manners(self) -> Manners:
        agent = self.policy.user_agent.partition("/")[0].strip() or "clipper"
        return Manners(
            Pace(self.policy.min_interval, monotonic=self._monotonic, sleep=self._sleep, random=self._random),
            Breaker(self._monotonic),
            Robots(agent=agent, monotonic=self._monotonic),
        )

    def _random(self) -> float:
        """Between 0 and 1, for jitter."""
        if self._chance is None:
            from random import random  # 5 ms that a single address does not need

            self._chance = random
        return self._chance()

    def _walk(
        self, plain: str, kind: str, secrets: Secrets, validators: Validators, *, until: float | None = None
    ) -> Walk:
        begun = self._monotonic()
        return Walk(
            asked=plain,
            kind=kind,
            secrets=secrets,
            validators=validators,
            started=self._clock(),
            begun=begun,
            until=begun + self.policy.deadline if until is None else until,
            here=plain,
        )

    def _answer(self, walk: Walk) -> Answer:
        """The answer at the end of the way, after as many tries as policy and deadline allow."""
        try:
            try:
                first: Answer | Fault = self._try(walk)
            except Fault as fault:
                first = fault
            if isinstance(first, Answer) and not first.passing:
                return first
            return self._again(walk, first)
        except Fault as fault:
            self._breaker.failed(urls.host_of(walk.asked), f"{fault.kind}, {fault.phase}")
            raise self._told(fault, walk) from fault
        except RefusedError as error:
            raise _refused(error, walk) from error

    def _again(self, walk: Walk, first: Answer | Fault) -> Answer:
        if isinstance(first, Fault) and not first.kind.passing:
            raise first
        from clipper.fetch.attempts import Times, again  # tenacity: 25 ms that most never need

        def go_on() -> Answer:
            self._pace.wait(urls.host_of(walk.here), self.policy.min_interval)
            return self._try(walk)

        left = lambda: walk.until - self._monotonic()  # noqa: E731
        due = lambda: self._pace.due(urls.host_of(walk.here), self.policy.min_interval)  # noqa: E731
        times = Times(left, due, self._sleep, self._clock, self._random)
        return again(first, go_on, retries=self.policy.retries, times=times)

    def _try(self, walk: Walk) -> Answer:
        """From where the walk stands to the end of its way, in the time of one try.

        A robots.txt is asked for in the time of the try that needs it.
        """
        walk.attempt += 1
        if walk.kind != ROBOTS:
            self._line.begin(min(self._monotonic() + self.policy.timeout, walk.until))
        while True:
            if walk.kind != ROBOTS and self.policy.robots == "obey":
                self._ask_robots(walk)
            answer = self._hop(walk)
            if not walk.next(answer, self.policy):
                return answer

    def _hop(self, walk: Walk) -> Answer:
        """One request and its answer, recorded whatever comes of it."""
        begun = self._monotonic()
        self._line.turn()
        hop = Hop(walk.here, None, via=walk.via, attempt=walk.attempt)
        try:
            answer = self._ask(walk)
            hop = replace(hop, status=answer.status, location=_shown(answer))
        except Fault as fault:
            hop = replace(hop, status=fault.status, error=fault.what)
            raise
        except RefusedError as error:
            hop = replace(hop, error=str(error))
            raise
        finally:
            spent = round(1000 * (self._monotonic() - begun))
            walk.hops.append(replace(hop, address=self._line.address, milliseconds=spent))
        return answer

    def _ask(self, walk: Walk) -> Answer:
        headers, shown = self._sender.headers(
            walk.here,
            kind=walk.kind,
            secrets=walk.secrets,
            validators=walk.validators,
            anew=walk.anew,
        )
        at = self._clock()
        try:
            received = self._exchange.send(walk.here, headers)
            try:
                named, content = self._read(walk, received)
            except Fault as fault:
                fault.status = received.status
                raise
            finally:
                received.close()
        except Fault as fault:
            self._tape(walk.here, at, shown, cut=CUTS.get(fault.kind, "unspecified"), failure=_untold(fault))
            raise
        self._tape(walk.here, at, shown, cut=content.tape_cut)
        return Answer(walk.here, received.status, _storable(named), shown, content)

    def _tape(
        self, url: str, at: datetime, shown: Headers, *, cut: str | None, failure: tuple[str, str, str] | None = None
    ) -> None:
        """Hand what was on the wire to whoever listens."""
        if self._tap is not None and self._line.kept is not None and (self._line.kept or failure):
            self._tap(Exchanged(url, at, request_bytes(url, shown), bytes(self._line.kept), cut, failure))

    def _read(self, walk: Walk, received: Received) -> tuple[Headers, body.Body]:
        """The headers as text, and the body; a redirect's is left unread."""
        named = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in received.headers)
        for name, value in named:
            if name.lower() == "set-cookie":
                self._sender.cookies.keep(walk.here, value)
        if received.status < 200:
            what = f"an answer {received.status} that nobody asked for"
            raise Fault(Kind.PROTOCOL, what, phase="headers")
        if received.status in REDIRECTS and received.header(b"location"):
            return named, body.unread(received)
        self._line.phase = "body"
        if walk.kind == ROBOTS:
            return named, body.beginning(received, limit=LARGEST)
        return named, body.read(received, limit=self.policy.max_bytes)

    def _ask_robots(self, walk: Walk) -> None:
        """Whether robots.txt allows the next hop; raises `RefusedError` if it does not.

        The pause between it and the page is not of the try's time; the redirects of a page are one
        visit with it, and are not paused.
        """
        host = urls.host_of(walk.here)
        asked = not self._robots.knows(walk.here)
        patience = self._line.until - self._monotonic()
        delay = self._robots.check(walk.here, lambda url: self._robots_file(url, walk), patience=patience)
        self._pace.slow_down(host, delay)
        if asked and not walk.hops:
            pause = self._pace.wait(host, self.policy.min_interval)
            walk.until += pause
            self._line.until += pause

    def _robots_file(self, url: str, walk: Walk) -> File:
        """A robots.txt, by the same way as everything else and in what is left of the try."""
        way = self._walk(url, ROBOTS, Secrets(url, None), Validators(), until=self._line.until)
        try:
            answer = self._answer(way)
        except FetchError as error:
            error.hops = (*walk.hops, *error.hops)
            if way.redirects > self.policy.max_redirects:  # as if there were none (RFC 9309, 2.3.1.2)
                return File(404)
            raise
        return File(answer.status, answer.text, answer.body.completeness is not Completeness.TRUNCATED)

    def _note(self, walk: Walk, answer: Answer) -> None:
        """Tell the breaker how it went."""
        host = urls.host_of(walk.asked)
        if answer.status in REFUSALS:
            self._breaker.failed(host, f"HTTP {answer.status}")
        else:
            data = answer.body.data if answer.status == 200 else b""
            self._breaker.succeeded(host, walk.asked, data)

    def _told(self, fault: Fault, walk: Walk) -> FetchError:
        error = told(
            fault,
            url=walk.here,
            asked=walk.asked,
            phase=self._line.phase,
            address=self._line.address,
            attempt=walk.attempt,
        )
        error.hops = tuple(walk.hops)
        return error

    def _finish(self, walk: Walk, answer: Answer) -> Capture:
        capture = Capture(
            url=walk.asked,
            final_url=answer.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body.data,
            fetched_at=walk.started,
            hops=tuple(walk.hops),
            request_headers=answer.sent,
            completeness=answer.body.completeness,
            truncated_by=answer.body.cut,
            wire_bytes=answer.body.wire,
            milliseconds=round(1000 * (self._monotonic() - walk.begun)),
            source=self._exchange.source,
        )
        if 200 <= answer.status < 300 or answer.status == 304:
            return capture
        raise status_error(capture, walk.attempt)


def _untold(fault: Fault) -> tuple[str, str, str] | None:
    """What a tape must say of a failure because its bytes do not."""
    told = fault.kind is Kind.SIZE or (fault.kind is Kind.PROTOCOL and fault.phase == "body")
    return (
        None
        if told or fault.kind in (Kind.NAME, Kind.TLS)
        else (fault.kind.value, fault.phase or "headers", fault.what)
    )


def _refused(error: RefusedError, walk: Walk) -> RefusedError:
    """The refusal with its address and the way that led to it."""
    said = str(error) if error.url else f"{named(walk.here, walk.asked)}: {error}"
    refused = RefusedError(said, url=error.url or walk.here, rule=error.rule)
    refused.hops = tuple(walk.hops)
    return refused


def _storable(headers: Headers) -> Headers:
    """Without the cookies that a server set: they are a login, and are not evidence of a page."""
    return tuple((k, v) for k, v in headers if k.lower() not in ("set-cookie", "set-cookie2"))


def _shown(answer: Answer) -> str | None:
    """Where an answer sends us, without any password in it."""
    location = answer.header("location")
    if location is None or "@" not in location:
        return location
    try:
        return urls.without_credentials(location)
    except ValueError:
        return None
