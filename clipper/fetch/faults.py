"""What can go wrong with one try, and how it is told."""

from __future__ import annotations

from enum import StrEnum

from clipper.errors import BodyTooLarge, DeadlineExceeded, FetchError, ProtocolError, StatusError
from clipper.models import Capture

__all__ = ["Fault", "Kind", "named", "status_error", "told"]


class Kind(StrEnum):
    """Whose fault it is, which decides whether another try may help."""

    DEADLINE = "deadline"
    NAME = "name"  # there is no such host
    CONNECTION = "connection"  # refused, reset, closed; a name server that did not answer
    TLS = "tls"
    PROTOCOL = "protocol"
    SIZE = "size"

    @property
    def passing(self) -> bool:
        """Whether another try may bring more."""
        return self in (Kind.DEADLINE, Kind.CONNECTION)


class Fault(Exception):
    """A try that brought no usable answer; never leaves the room as it is."""

    def __init__(self, kind: Kind, what: str, *, phase: str = "") -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.phase = phase
        self.status: int | None = None  # of the answer, if there was one so far


ERRORS: dict[Kind, type[FetchError]] = {
    Kind.DEADLINE: DeadlineExceeded,
    Kind.PROTOCOL: ProtocolError,
    Kind.SIZE: BodyTooLarge,
}

ADVICE: dict[Kind, str] = {
    Kind.DEADLINE: "try again later, or allow more with --timeout",
    Kind.NAME: "check the address and the network",
    Kind.CONNECTION: "check the address, or try again later",
    Kind.TLS: "look at the site's certificate in a browser, and at this machine's clock",
    Kind.PROTOCOL: "the fault is the server's; try a browser and `clip --html`",
    Kind.SIZE: "allow more with --max-bytes",
}


def told(fault: Fault, *, url: str, asked: str, phase: str, address: str | None, attempt: int) -> FetchError:
    """The error that says what happened, where, at which try, and what can be done."""
    phase = fault.phase or phase
    status = f"HTTP {fault.status}" if fault.status else None
    kind = ERRORS.get(fault.kind, FetchError)
    return kind(
        f"{named(url, asked)}: {_one_line(fault.what)} ({_facts(phase, address, status, attempt)}); {ADVICE[fault.kind]}",
        url=url,
        phase=phase,
        address=address,
        status=fault.status,
        attempt=attempt,
    )


KNOWN = {
    401: "a login is asked for; try --cookies",
    403: "access is denied; try --cookies, or another --user-agent",
    404: "there is no such page; check the address",
    407: "the proxy asks for a login; write --proxy http://NAME:PASSWORD@HOST:PORT",
    408: "the server did not wait for the request; try again later",
    410: "the page is gone for good; `clip history` shows what is archived",
    425: "the server was not ready; try again later",
    429: "too many requests; try again later",
    451: "the page is withheld for legal reasons; `clip history` shows what is archived",
}


def named(url: str, asked: str) -> str:
    """The address of an error, and the one that was asked for if that is another."""
    return url if url == asked else f"{url} (from {asked})"


def status_error(capture: Capture, attempt: int) -> StatusError:
    """The error of an answer whose status says that it is no page."""
    words = _words(capture.status)
    if asked := capture.header("retry-after"):
        words += f" (it says after {_one_line(asked)[:40]}{' s' if asked.strip().isdigit() else ''})"
    address = capture.hops[-1].address
    where = _facts(address, attempt)
    error = StatusError(
        f"{named(capture.final_url, capture.url)}: HTTP {capture.status}{f' ({where})' if where else ''}, {words}",
        url=capture.final_url,
        phase="headers",
        address=address,
        status=capture.status,
        attempt=attempt,
    )
    error.capture = capture
    error.hops = capture.hops
    return error


def _words(status: int) -> str:
    """What it means, and what can be done."""
    if status in KNOWN:
        return KNOWN[status]
    if 300 <= status < 400:
        return "it leads elsewhere, and does not say where; look at it in a browser"
    if 500 <= status < 600:
        return "the server failed; try again later"
    return "no page came; look at it in a browser"


def _facts(*facts: str | int | None) -> str:
    """What is known of them; a number is that of the try, told from the second on."""
    told = [f"try {fact}" if isinstance(fact, int) else fact for fact in facts if fact and fact != 1]
    return ", ".join(told)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
