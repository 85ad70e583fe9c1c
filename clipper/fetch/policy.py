"""What a fetcher may do, and how long, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clipper import __version__
from clipper.models import Headers

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one fetcher; times are seconds, sizes bytes.

    A try is the way from the first request over all redirects to the last byte. `headers` go to
    the origin of the address asked for and to no other. `allow_private` holds hosts, addresses or
    `host:port`; such a host may have addresses that are not public, and a redirect may lead to any
    port of it.
    """

    timeout: float = 30.0  # one try, name look-up and redirects included
    deadline: float = 120.0  # all tries of one address and the waits between them
    retries: int = 2  # further tries after the first
    max_bytes: int = 20_000_000  # of a body, as sent and as decoded
    max_redirects: int = 10
    user_agent: str = f"clipper/{__version__} (+personal web archive)"
    headers: Headers = ()
    cookies: Path | None = None  # a Netscape cookie file
    proxy: str | None = None  # behind it addresses are not checked
    allow_private: frozenset[str] = frozenset()
    robots: Literal["obey", "ignore"] = "ignore"
    min_interval: float = 1.0  # between two visits to one host; 0 is no pause
