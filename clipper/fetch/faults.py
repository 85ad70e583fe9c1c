"""What can go wrong with one try, and how it is told."""

from __future__ import annotations

from enum import StrEnum

from clipper.errors import BodyTooLarge, DeadlineExceeded, FetchError, ProtocolError

__all__ = ["Fault", "Kind", "told"]


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


def told(fault: Fault, *, url: str, phase: str, address: str | None, attempt: int) -> FetchError:
    """The error that says what happened, where, at which try, and what can be done."""
    phase = fault.phase or phase
    facts = [phase, address, f"try {attempt}" if attempt > 1 else None]
    where = ", ".join(fact for fact in facts if fact)
    kind = ERRORS.get(fault.kind, FetchError)
    return kind(
        f"{url}: {_one_line(fault.what)} ({where}); {ADVICE[fault.kind]}",
        url=url,
        phase=phase,
        address=address,
        attempt=attempt,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
