"""robots.txt, as RFC 9309 says: fetched by the same door, kept for a while, its failures heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from clipper.errors import RefusedError
from clipper.fetch.requests import origin_of

if TYPE_CHECKING:
    from protego import Protego

__all__ = ["LARGEST", "File", "Robots"]

LARGEST = 512_000  # bytes read of a robots.txt; RFC 9309, 2.5: at least 500 KiB
LIFETIME = 24 * 3600.0  # seconds; RFC 9309, 2.4
LIFETIME_OF_FAILURE = 600.0


@dataclass(frozen=True, slots=True)
class File:
    """An answer to the request for a robots.txt; `whole` unless the connection cut it."""

    status: int
    text: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one origin allows, and until when we believe it."""

    until: float
    parsed: Protego | None = None  # None: all is allowed
    closed: str = ""  # why nothing is


class Robots:
    """Asks each origin once in a while; `agent` is the product's name."""

    def __init__(self, *, agent: str, monotonic: Callable[[], float]) -> None:
        self._agent = agent
        self._monotonic = monotonic
        self._rules: dict[str, _Rules] = {}
        self._asking: dict[str, Lock] = {}

    def knows(self, url: str) -> bool:
        """Whether the next `check` of this address asks nobody."""
        rules = self._rules.get(origin_of(url))
        return rules is not None and rules.until >= self._monotonic()

    def check(self, url: str, get: Callable[[str], File], *, patience: float) -> float:
        """The crawl delay in seconds; `get` fetches a robots.txt.

        Where another thread asks that origin already, its answer is waited for, `patience` seconds at most.
        Raises `RefusedError` where the address is forbidden, and what `get` raises.
        """
        origin = origin_of(url)
        if not self.knows(url):
            asking = self._asking.setdefault(origin, Lock())
            alone = asking.acquire(timeout=max(patience, 0.0))
            try:
                if not self.knows(url):
                    self._rules[origin] = self._read(get(f"{origin}/robots.txt"), self._rules.get(origin))
            finally:
                if alone:
                    asking.release()
        rules = self._rules[origin]
        if rules.closed:
            raise self._refused(rules.closed)
        if rules.parsed is None:
            return 0.0
        if not rules.parsed.can_fetch(url, self._agent):
            raise self._refused(f"robots.txt forbids it to {self._agent}")
        return rules.parsed.crawl_delay(self._agent) or 0.0

    def _read(self, file: File, before: _Rules | None) -> _Rules:
        """4xx: there are no rules (RFC 9309, 2.3.1.3). 5xx, 429 or half a file: none are known.

        Then the rules from before hold on (2.4); without them nothing is allowed for now (2.3.1.4).
        """
        now = self._monotonic()
        if 200 <= file.status < 300 and file.whole:
            from protego import Protego

            return _Rules(now + LIFETIME, Protego.parse(file.text))
        if file.whole and file.status < 500 and file.status != 429:
            return _Rules(now + LIFETIME)
        if before is not None and not before.closed:
            return replace(before, until=now + LIFETIME_OF_FAILURE)
        what = f"answers HTTP {file.status}" if file.status >= 400 else "came in part only"
        return _Rules(now + LIFETIME_OF_FAILURE, closed=f"its robots.txt {what}, which forbids everything for now")

    def _refused(self, why: str) -> RefusedError:
        return RefusedError(f"{why}; --robots ignore fetches it all the same", rule="robots")
