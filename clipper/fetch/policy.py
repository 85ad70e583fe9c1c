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
    """The rules of one fetcher; times are seconds, sizes bytes."""

    timeout: float = 30.0  # one try: everything from the name to the last byte
    deadline: float = 120.0  # all tries and redirects of one address together
    retries: int = 2  # further tries after the first
    max_bytes: int = 20_000_000  # of a body, as sent and as decoded
    max_redirects: int = 10
    user_agent: str = f"clipper/{__version__} (personal web archive)"
    headers: Headers = ()  # sent to the origin of the address asked for, and to no other
    cookies: Path | None = None  # a Netscape cookie file
    proxy: str | None = None  # behind it addresses are not checked
    allow_private: frozenset[str] = frozenset()  # hosts that may have addresses that are not public
    robots: Literal["obey", "ignore"] = "ignore"
    min_interval: float = 1.0  # between two requests to one host
