"""The headers of each request: what belongs to an origin goes to that origin only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from clipper.errors import UsageError
from clipper.fetch.coding import ACCEPTED
from clipper.fetch.cookies import Cookies
from clipper.fetch.exchange import RawHeaders
from clipper.fetch.policy import Policy
from clipper.models import Headers, Validators

__all__ = ["Secrets", "Sender", "origin_of", "request_bytes"]

ACCEPT = {
    "page": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "feed": "application/atom+xml,application/rss+xml,application/feed+json;q=0.9,application/xml;q=0.9,*/*;q=0.8",
    "image": "image/avif,image/webp,image/*,*/*;q=0.8",
    "robots": "text/plain,*/*;q=0.8",
}
# What the exchange itself decides; changed by hand, these break the framing of messages.
OURS = frozenset(("host", "content-length", "transfer-encoding", "connection", "accept-encoding"))
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the asked address brings with it, for its own origin."""

    origin: str
    login: str | None  # the value of Authorization

    @classmethod
    def of(cls, url: str) -> Secrets:
        parts = urlsplit(url)
        if not (parts.username or parts.password):
            return cls(origin_of(url), None)
        import base64

        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return cls(origin_of(url), "Basic " + base64.b64encode(login.encode()).decode())


class Sender:
    """Writes the headers of requests, and tells which of them may be stored."""

    def __init__(self, policy: Policy) -> None:
        self._agent = _checked("User-Agent", policy.user_agent)[1]
        self._custom = [_checked(name, value) for name, value in policy.headers]
        self.cookies = Cookies(policy.cookies)

    def headers(
        self, url: str, *, kind: str, secrets: Secrets, validators: Validators, anew: bool
    ) -> tuple[RawHeaders, Headers]:
        """The headers to send, and those of them that are no secret."""
        plain = {
            "Host": urlsplit(url).netloc,
            "User-Agent": self._agent,
            "Accept": ACCEPT.get(kind, "*/*"),
            "Accept-Encoding": ACCEPTED,
        }
        if validators.etag:
            plain["If-None-Match"] = validators.etag
        if validators.last_modified:
            plain["If-Modified-Since"] = validators.last_modified
        if anew:
            plain["Cache-Control"] = "no-cache"
        private = self._private(url, secrets)
        hidden = {name.lower() for name, _ in private}
        shown = tuple((name, value) for name, value in plain.items() if name.lower() not in hidden)
        return tuple((n.encode(), _bytes(v)) for n, v in (*shown, *private)), shown

    def _private(self, url: str, secrets: Secrets) -> list[tuple[str, str]]:
        private: list[tuple[str, str]] = []
        if origin_of(url) == secrets.origin:
            private += self._custom
            if secrets.login and not any(n.lower() == "authorization" for n, _ in private):
                private.append(("Authorization", secrets.login))
        if not any(name.lower() == "cookie" for name, _ in private):
            cookies = self.cookies.header(url)
            private += [("Cookie", cookies)] if cookies else []
        return private


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def request_bytes(url: str, headers: Headers) -> bytes:
    """The request as it went over the wire, with these headers."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = b"".join(name.encode() + b": " + _bytes(value) + b"\r\n" for name, value in headers)
    return f"GET {target} HTTP/1.1\r\n".encode() + lines + b"\r\n"


def _checked(name: str, value: str) -> tuple[str, str]:
    if not TOKEN.fullmatch(name) or not VALUE.fullmatch(value):
        raise UsageError(f"{name!r} is no header that can be sent; write 'NAME: VALUE' on one line")
    if name.lower() in OURS:
        raise UsageError(f"the header {name} is clipper's own; leave it out")
    return name, value


def _bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()
