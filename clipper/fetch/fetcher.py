"""The one way to the network.

fetch      redirects by hand, each hop recorded          (_follow)
one hop    tries, until one answers or all are spent      (_tries)
one try    paced, sent, its body read within bounds       (_try)
"""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urljoin, urlsplit

import httpcore
import httpx

from clipper import urls
from clipper.errors import (
    ClipperError,
    DeadlineExceeded,
    FetchError,
    InvalidURL,
    ProtocolError,
    RefusedError,
    StatusError,
)
from clipper.fetch import coding
from clipper.fetch.addresses import Resolver, system_resolver
from clipper.fetch.policy import Policy
from clipper.fetch.retrying import RETRIED, tries
from clipper.fetch.wire import Guarded, Timer
from clipper.models import Capture, Completeness, Headers, Hop, Validators

if TYPE_CHECKING:
    import ssl

__all__ = ["Fetcher"]

REDIRECTS = (301, 302, 303, 307, 308)
DEFAULT_PORTS = (None, 80, 443)
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one try brought: an answer with its body, as far as it came."""

    url: str
    status: int
    headers: Headers
    sent: Headers
    body: bytes
    wire_bytes: int
    completeness: Completeness
    truncated_by: str | None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def retry(self) -> bool:
        """Whether another try may bring more."""
        return self.status in RETRIED or self.completeness is Completeness.TRUNCATED


@dataclass(slots=True)
class Way:
    """How one fetch has gone so far."""

    origin: str
    started: datetime
    begun: float
    until: float
    validators: Validators
    hops: list[Hop]


class Fetcher:
    """Fetches one address after the other; not for two threads at once.

    `transport` replaces the network (a tape); `resolver`, `clock`, `monotonic`, `sleep` and `tls`
    replace what their names say.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        resolver: Resolver = system_resolver,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self._clock = clock
        self._sleep = sleep
        self._timer = Timer()
        self._last: dict[str, float] = {}
        self._source = "replay" if transport else "live"
        self._client = httpx.Client(
            transport=transport or self._network(resolver, tls),
            cookies=_cookies(self.policy),
            headers={"User-Agent": self.policy.user_agent, "Accept": ACCEPT, "Accept-Encoding": coding.ACCEPTED},
            trust_env=False,
            follow_redirects=False,
            timeout=self.policy.timeout,
        )

    def fetch(self, url: str, *, validators: Validators | None = None) -> Capture:
        """Fetch one address: its final answer, 2xx or (to a conditional request) 304.

        Raises `StatusError` for another status, its answer in `capture`; `RefusedError` for what
        policy forbids; `FetchError` for everything that goes wrong on the way. A body that was cut
        is no error: the capture says `truncated`.
        """
        begun = time.monotonic()
        way = Way(_origin(url), self._clock(), begun, begun + self.policy.deadline, validators or Validators(), [])
        try:
            return self._finish(way, url, self._follow(way, url))
        except FetchError as error:
            error.hops = error.hops or tuple(way.hops)
            raise

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _network(self, resolver: Resolver, tls: ssl.SSLContext | None) -> httpx.BaseTransport:
        if self.policy.proxy:
            return httpx.HTTPTransport(proxy=self.policy.proxy, trust_env=False)
        return Guarded(self._timer, resolver=resolver, allowed=self.policy.allow_private, tls=tls)

    def _follow(self, way: Way, url: str) -> Answer:
        here = url
        for _ in range(self.policy.max_redirects + 1):
            answer = self._tries(way, here)
            target = answer.header("location") if answer.status in REDIRECTS else None
            if target is None:
                return answer
            here = self._target(here, target)
        raise ProtocolError(
            f"{urls.without_credentials(url)}: more than {self.policy.max_redirects} redirects; they may run in a circle",
            url=url, phase="redirect",
        )  # fmt: skip

    def _target(self, here: str, location: str) -> str:
        """Where a redirect leads, if it may be followed."""
        joined = urljoin(here, location.strip())
        try:
            target = urls.check(joined)
        except InvalidURL as error:
            raise RefusedError(
                f"{urls.without_credentials(here)} redirects to {joined!r}: {error.reason}", url=here, rule="scheme"
            ) from error
        port = urlsplit(target).port
        host = urls.host_of(target)
        named = {host, f"{host}:{port}"} & self.policy.allow_private
        if port not in DEFAULT_PORTS and port != urlsplit(here).port and not named:
            raise RefusedError(
                f"{urls.without_credentials(here)} redirects to port {port} of {host}; clip that address itself",
                url=here,
                rule="port",
            )
        return target

    def _tries(self, way: Way, url: str) -> Answer:
        """One hop, with as many tries as policy and deadline allow."""
        attempts = tries(
            retries=self.policy.retries,
            left=lambda: way.until - time.monotonic(),
            sleep=self._sleep,
            now=self._clock,
        )
        number = 0

        def once() -> Answer:
            nonlocal number
            number += 1
            return self._try(way, url, number)

        return attempts(once)

    def _try(self, way: Way, url: str, attempt: int) -> Answer:
        """One request and its answer, a hop of its own whatever comes of it."""
        plain = urls.without_credentials(url)
        self._pace(urls.host_of(url))
        begun = time.monotonic()
        self._timer.until = min(begun + self.policy.timeout, way.until)
        self._timer.address = None
        self._timer.phase = "connect"
        try:
            answer = self._exchange(way, url)
        except (
            httpx.HTTPError,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            FetchError,
            RefusedError,
        ) as error:
            told = self._told(error, plain, attempt)
            way.hops.append(
                Hop(plain, None, address=self._timer.address, error=str(told), attempt=attempt, milliseconds=_ms(begun))
            )
            raise told from error
        way.hops.append(
            Hop(
                plain,
                answer.status,
                answer.header("location"),
                self._timer.address,
                attempt=attempt,
                milliseconds=_ms(begun),
            )
        )
        return answer

    def _exchange(self, way: Way, url: str) -> Answer:
        request = self._client.build_request("GET", urls.without_credentials(url), headers=self._headers(way, url))
        sent = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in request.headers.raw)
        response = self._client.send(request, stream=True)
        try:
            headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw)
            redirect = response.status_code in REDIRECTS and "location" in response.headers
            if redirect or response.status_code == 304:
                return Answer(url, response.status_code, headers, _public(sent), b"", 0, Completeness.COMPLETE, None)
            self._timer.phase = "body"
            body, wire, cut = self._body(response)
            completeness = Completeness.TRUNCATED if cut else _completeness(response)
            return Answer(url, response.status_code, headers, _public(sent), body, wire, completeness, cut)
        finally:
            response.close()

    def _body(self, response: httpx.Response) -> tuple[bytes, int, str | None]:
        """The body, the bytes on the wire, and what cut it short, if something did."""
        limit = self.policy.max_bytes
        wire, parts = 0, bytearray()

        def raw() -> Iterator[bytes]:
            nonlocal wire
            for part in coding.within(response.stream, limit, "as sent"):  # type: ignore[arg-type]
                wire += len(part)
                yield part

        cut = None
        try:
            for part in coding.within(
                coding.decoded(raw(), response.headers.get("content-encoding")), limit, "when decoded"
            ):
                parts += part
        except coding.Truncated as error:
            cut = str(error) if wire or response.headers.get("content-length") != "0" else None
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpx.ReadError, httpx.RemoteProtocolError) as error:
            cut = f"the connection ended early: {error}"
        return bytes(parts), wire, cut

    def _headers(self, way: Way, url: str) -> dict[str, str]:
        """The headers of one hop: what belongs to an origin goes to that origin only."""
        headers: dict[str, str] = {}
        if _origin(url) == way.origin:
            headers |= dict(self.policy.headers)
        parts = urlsplit(url)
        if parts.username or parts.password:
            login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        if way.validators.etag:
            headers["If-None-Match"] = way.validators.etag
        if way.validators.last_modified:
            headers["If-Modified-Since"] = way.validators.last_modified
        return headers

    def _pace(self, host: str) -> None:
        """Leave the host in peace between two requests, with some jitter."""
        last = self._last.get(host)
        pause = self.policy.min_interval * random.uniform(1, 1.2)  # noqa: S311 - no secret
        if last is not None and pause and (wait := last + pause - time.monotonic()) > 0:
            self._sleep(wait)
        self._last[host] = time.monotonic()

    def _told(self, error: Exception, url: str, attempt: int) -> ClipperError:
        """The error in clipper's words, with the facts of this try."""
        phase, address = self._timer.phase, self._timer.address
        if isinstance(error, RefusedError):
            error.url = url
            return error
        if isinstance(error, FetchError):
            error.url, error.attempt, error.address = url, attempt, address
            error.args = (f"{url}: {error}",) if url not in str(error) else error.args
            return error
        at = f" at {address}" if address else ""
        facts = {"url": url, "phase": phase, "address": address, "attempt": attempt}
        if isinstance(error, (httpx.TimeoutException, httpcore.TimeoutException)):
            return DeadlineExceeded(
                f"{url}: no answer{at} within {self.policy.timeout:g} s ({phase}, try {attempt}); --timeout allows more",
                **facts,
            )  # type: ignore[arg-type]
        if isinstance(error, (httpx.ProtocolError, httpcore.ProtocolError)) and "disconnected" not in str(error):
            return ProtocolError(f"{url}: the server{at} broke HTTP ({error}, try {attempt})", **facts)  # type: ignore[arg-type]
        words = "its certificate was not accepted" if phase == "tls" else "the connection failed"
        return FetchError(
            f"{url}: {words}{at} ({phase}: {error}, try {attempt}); check the address and the network", **facts
        )  # type: ignore[arg-type]

    def _finish(self, way: Way, url: str, answer: Answer) -> Capture:
        capture = Capture(
            url=urls.without_credentials(url),
            final_url=urls.without_credentials(answer.url),
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=way.started,
            hops=tuple(way.hops),
            request_headers=answer.sent,
            completeness=answer.completeness,
            truncated_by=answer.truncated_by,
            wire_bytes=answer.wire_bytes,
            milliseconds=_ms(way.begun),
            source=self._source,
        )
        if 200 <= answer.status < 300 or (answer.status == 304 and way.validators):
            return capture
        raise _status_error(capture, len(way.hops))


def _status_error(capture: Capture, attempts: int) -> StatusError:
    known = {404: "there is no such page", 410: "the page is gone for good", 401: "a login is asked for; try --cookies",
             403: "access is denied; try --cookies or another --user-agent", 429: "too many requests; try again later",
             304: "not modified, though nothing was known of it; try --force"}  # fmt: skip
    words = known.get(
        capture.status,
        "the server failed; try again later" if capture.status >= 500 else "the request was not accepted",
    )
    error = StatusError(
        f"{capture.url}: HTTP {capture.status}, {words}",
        url=capture.url, phase="headers", status=capture.status, attempt=attempts,
    )  # fmt: skip
    error.capture = capture
    return error


def _completeness(response: httpx.Response) -> Completeness:
    framed = "content-length" in response.headers or "chunked" in response.headers.get("transfer-encoding", "")
    return Completeness.COMPLETE if framed else Completeness.UNKNOWN


def _public(sent: Headers) -> Headers:
    """The request's headers without what must not be stored."""
    return tuple((k, v) for k, v in sent if k.lower() not in ("authorization", "cookie", "proxy-authorization"))


def _cookies(policy: Policy) -> httpx.Cookies | None:
    if policy.cookies is None:
        return None
    from http.cookiejar import LoadError, MozillaCookieJar

    from clipper.errors import FileError

    jar = MozillaCookieJar(str(policy.cookies))
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except (OSError, LoadError, UnicodeDecodeError) as error:
        raise FileError(f"{policy.cookies} is no Netscape cookie file: {error}") from error
    return httpx.Cookies(jar)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _ms(begun: float) -> int:
    return round(1000 * (time.monotonic() - begun))
