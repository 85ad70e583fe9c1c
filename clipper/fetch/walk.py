"""The way of one fetch: from the address asked for over redirects to an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from clipper import urls
from clipper.errors import InvalidURL, RefusedError
from clipper.fetch.addresses import allowed_by_name
from clipper.fetch.body import Body
from clipper.fetch.faults import Fault, Kind
from clipper.fetch.policy import Policy
from clipper.fetch.requests import Secrets, origin_of
from clipper.models import Completeness, Headers, Hop, Validators

__all__ = ["REDIRECTS", "Answer", "Walk"]

REDIRECTS = frozenset((301, 302, 303, 307, 308))
RETRIED = frozenset((408, 425, 429, 500, 502, 503, 504))
PORTS = {"http": 80, "https": 443}
HTML = ("text/html", "application/xhtml+xml")
LARGEST_REFRESH = 16_384  # bytes: a page larger than this has something to say itself


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought: an answer, and its body as far as it came."""

    url: str
    status: int
    headers: Headers
    sent: Headers
    body: Body

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def passing(self) -> bool:
        """Whether another try may bring more."""
        cut = self.body.completeness is Completeness.TRUNCATED and self.status != 206
        return self.status in RETRIED or (cut and self.status < 400)

    @property
    def retry_after(self) -> str | None:
        return self.header("retry-after")

    @property
    def text(self) -> str:
        """A robots.txt: UTF-8, a byte order mark dropped (RFC 9309, 2.3)."""
        return self.body.data.decode("utf-8-sig", "replace")


@dataclass(slots=True)
class Walk:
    """How far one fetch has come. Addresses in it bear no credentials."""

    asked: str
    kind: str
    secrets: Secrets
    validators: Validators
    started: datetime
    begun: float  # monotonic, as `until`
    until: float
    here: str = ""
    via: str = "http"
    attempt: int = 0
    redirects: int = 0
    anew: bool = False  # past every cache: a 304 was not to be believed
    hops: list[Hop] = field(default_factory=list)

    def next(self, answer: Answer, policy: Policy) -> bool:
        """Go where the answer leads; False if it is the end of the way."""
        target, via = self._lead(answer)
        if target is None:
            return self._ask_anew(answer)
        here = checked_target(self.here, target, named=self.asked, policy=policy)
        if via == "meta-refresh" and here == self.here:
            return False  # a page that reloads itself
        self.redirects += 1
        if self.redirects > policy.max_redirects:
            what = f"more than {policy.max_redirects} redirects"
            raise Fault(Kind.PROTOCOL, what, phase="redirect")
        self.here, self.via = here, via
        return True

    def _lead(self, answer: Answer) -> tuple[str | None, str]:
        if answer.status in REDIRECTS:
            return answer.header("location"), "http"
        mime = (answer.header("content-type") or "text/html").split(";")[0].strip().lower()
        if self.kind != "page" or answer.status != 200 or mime not in HTML:
            return None, "http"
        if not may_refresh(answer.body.data):
            return None, "http"
        from clipper.fetch.refresh import refresh_target  # few pages need its expressions

        return refresh_target(answer.body.data), "meta-refresh"

    def _ask_anew(self, answer: Answer) -> bool:
        """A 304 to no question, or about another version, is asked again in full, once."""
        if answer.status != 304 or self._believable(answer):
            return False
        if self.anew:
            raise Fault(Kind.PROTOCOL, "it says 304 to a request without conditions", phase="headers")
        self.validators, self.anew = Validators(), True
        return True

    def _believable(self, answer: Answer) -> bool:
        """Whether a 304 can be about the version that we know.

        Another page that was reached by a redirect says 304 to any date that is later than its own: only
        an equal ETag proves that it is the same, or the address that the validators are of.
        """
        theirs, ours = answer.header("etag"), self.validators.etag
        if theirs and ours:
            return theirs.removeprefix("W/") == ours.removeprefix("W/")
        return bool(self.validators) and urls.url_key(self.here) == urls.url_key(self.validators.url or self.asked)


def may_refresh(page: bytes) -> bool:
    """Whether the page may be one that only sends its readers on."""
    return len(page) <= LARGEST_REFRESH and b"refresh" in page.lower()


def checked_target(here: str, location: str, *, named: str, policy: Policy) -> str:
    """Where a redirect leads, if it may be followed.

    Raises `RefusedError` for a scheme other than http and https and for a port that is neither 80
    nor 443 nor that of the address the user named; `Fault` for what is no address.
    """
    if not location.isascii():
        location = _as_utf8(location)
    try:
        joined = urljoin(here, location.strip().replace(" ", "%20"))
        target = urls.without_credentials(urls.check(joined))
        parts = urlsplit(target)
        port = parts.port or PORTS[parts.scheme]
    except (InvalidURL, ValueError) as error:
        raise _bad_target(location, error) from error
    host = urls.host_of(target)
    usual = port in PORTS.values() or origin_of(target) == origin_of(named)
    if usual or allowed_by_name(host, port, policy.allow_private):
        return target
    raise RefusedError(f"it redirects to port {port} of {host}; clip {target} itself if you trust it", rule="port")


def _bad_target(location: str, error: Exception) -> RefusedError | Fault:
    scheme = location.partition(":")[0].strip().lower()
    if ":" in location and scheme.isalnum() and scheme not in PORTS:
        return RefusedError(f"it redirects to {location[:200]!r}; only http and https are followed", rule="scheme")
    reason = error.reason if isinstance(error, InvalidURL) else str(error)
    return Fault(Kind.PROTOCOL, f"it redirects to {location[:200]!r}: {reason}", phase="redirect")


def _as_utf8(location: str) -> str:
    """Headers are read as Latin-1; addresses in them are nearly always UTF-8."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location
