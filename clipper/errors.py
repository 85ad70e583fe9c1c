"""Every way clipper fails, as one tree.

    ClipperError
    ├── UsageError            2   what was asked for makes no sense
    │   └── InvalidURL            not an http or https address
    ├── FileError             3   a file or an archive cannot be used
    │   ├── ArchiveError          not an archive, damaged, full disk, of a newer clipper
    │   ├── TapeError             no such tape, not a WARC file, or an address that is not on it
    │   └── FeedError             not a feed, or not a list of feeds
    ├── FetchError            4   the network: name, connection, TLS, deadline, broken answer
    │   ├── DeadlineExceeded      the total time was over
    │   ├── BodyTooLarge          more bytes than allowed, sent or after decoding
    │   └── ProtocolError         an answer that HTTP does not allow
    ├── StatusError           5   the server answered with an HTTP error status
    ├── UnusableError         6   fetched, but not an article: the verdict says what it is
    ├── RefusedError          7   clipper's own policy: private address, port, scheme, robots
    └── LockedError          75   another run holds the archive's lock

The number is the exit code of the command line. An exception neither logs nor prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from clipper.models import Capture, Hop


class ClipperError(Exception):
    """The base of the tree. `str()` is one line that says what happened and what to do."""

    exit_code: ClassVar[int] = 1


class UsageError(ClipperError):
    """The request makes no sense: a wrong option, address or date."""

    exit_code = 2


class InvalidURL(UsageError):
    """Not an address that can be fetched."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{_masked(url)[:300]!r} is not an address that can be clipped: {reason}")
        self.url = url
        self.reason = reason


class FileError(ClipperError):
    """A file cannot be read, written or understood."""

    exit_code = 3


class ArchiveError(FileError):
    """The archive cannot be used; `path` is its file."""

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class ArchiveBusyError(ArchiveError):
    """Another program keeps the archive locked; later it will be free."""

    exit_code = 75


class TapeError(FileError):
    """A tape is missing, unreadable, or does not hold what was asked of it."""


class FeedError(FileError):
    """What came from `url` is no feed, or no list of feeds; the message says what it is instead."""

    def __init__(self, message: str, *, url: str = "") -> None:
        super().__init__(message)
        self.url = url


class FetchError(ClipperError):
    """No usable answer came over the network.

    `phase` is one of resolve, connect, tls, send, headers, body, redirect, robots; `address` the
    IP address that was dialled, `attempt` counts from 1.
    """

    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        url: str = "",
        phase: str = "",
        address: str | None = None,
        status: int | None = None,
        attempt: int = 1,
    ) -> None:
        super().__init__(message)
        self.url = url
        self.phase = phase
        self.address = address
        self.status = status
        self.attempt = attempt
        self.hops: tuple[Hop, ...] = ()
        self.capture: Capture | None = None  # what came all the same, as evidence


class DeadlineExceeded(FetchError):
    """The total time for one address was over; `phase` says what was going on."""


class BodyTooLarge(FetchError):
    """More bytes than allowed, on the wire or after decoding."""


class ProtocolError(FetchError):
    """The answer breaks HTTP: framing, coding, status line, redirects without end."""


class StatusError(FetchError):
    """The server answered, with an error status."""

    exit_code = 5


class UnusableError(ClipperError):
    """Fetched, but not an article; `verdict` says what it is."""

    exit_code = 6

    def __init__(self, message: str, *, url: str = "", verdict: str = "") -> None:
        super().__init__(message)
        self.url = url
        self.verdict = verdict


class RefusedError(ClipperError):
    """Clipper's own policy forbids it; the message names the option that allows it."""

    exit_code = 7

    def __init__(self, message: str, *, url: str = "", rule: str = "") -> None:
        super().__init__(message)
        self.url = url
        self.rule = rule
        self.hops: tuple[Hop, ...] = ()  # the way that led to what is forbidden


class LockedError(ClipperError):
    """Another run holds the lock of this archive."""

    exit_code = 75


def _masked(url: str) -> str:
    """An address that may be malformed, without what may be a password in it."""
    login, at, rest = url.rpartition("@")
    scheme, slashes, _ = login.partition("//")
    return f"{scheme}//…@{rest}" if slashes else f"…@{rest}" if at else rest
