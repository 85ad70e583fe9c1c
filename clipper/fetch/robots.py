"""robots.txt, as RFC 9309 says: fetched by the same door, kept for a while, its failures heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from clipper.errors import RefusedError
from clipper.fetch.requests import origin_of

if TYPE_CHECKING:
    from protego import Protego

__all__ = ["LARGEST", "Robots"]

LARGEST = 512_000  # bytes read of a robots.txt; RFC 9309, 2.5: at least 500 KiB
LIFETIME = 24 * 3600.0  # seconds; RFC 9309, 2.4
LIFETIME_OF_FAILURE = 600.0


class File(Protocol):
    """An answer to the request for a robots.txt."""

    @property
    def status(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one origin allows, and until when we believe it."""

    until: float
    parsed: Protego | None = None  # None: all is allowed
    closed: str = ""  # why nothing is


class Robots:
    """Asks each origin once; `get` fetches a robots.txt, `agent` is the product's name."""

    def __init__(self, get: Callable[[str], File], *, agent: str, monotonic: Callable[[], float]) -> None:
        self._get = get
        self._agent = agent
        self._monotonic = monotonic
        self._rules: dict[str, _Rules] = {}

    def check(self, url: str) -> float:
        """The crawl delay in seconds; raises `RefusedError` where the address is forbidden."""
        rules = self._of(origin_of(url))
        if rules.closed:
            raise self._refused(url, rules.closed)
        if rules.parsed is None:
            return 0.0
        if not rules.parsed.can_fetch(url, self._agent):
            raise self._refused(url, f"robots.txt forbids it to {self._agent}")
        return rules.parsed.crawl_delay(self._agent) or 0.0

    def _of(self, origin: str) -> _Rules:
        rules = self._rules.get(origin)
        if rules is None or rules.until < self._monotonic():
            rules = self._rules[origin] = self._fetched(origin)
        return rules

    def _fetched(self, origin: str) -> _Rules:
        """4xx: there are no rules. 5xx and 429: nothing is allowed for now (RFC 9309, 2.3.1)."""
        file = self._get(f"{origin}/robots.txt")
        now = self._monotonic()
        if 200 <= file.status < 300:
            from protego import Protego

            return _Rules(now + LIFETIME, Protego.parse(file.text))
        if file.status >= 500 or file.status == 429:
            closed = f"its robots.txt answers HTTP {file.status}, which forbids everything for now"
            return _Rules(now + LIFETIME_OF_FAILURE, closed=closed)
        return _Rules(now + LIFETIME)

    def _refused(self, url: str, why: str) -> RefusedError:
        return RefusedError(f"{url}: {why}; --robots ignore fetches it all the same", url=url, rule="robots")
