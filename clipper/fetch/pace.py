"""How often one host is visited."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

__all__ = ["Pace"]

JITTER = 0.2  # of the interval, on top of it
LONGEST_CRAWL_DELAY = 60.0  # a robots.txt cannot stall a run


class Pace:
    """At least `interval` seconds from one visit of a host to the next, and a little more.

    Several threads may share one.
    """

    def __init__(
        self,
        interval: float,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        random: Callable[[], float],
    ) -> None:
        self._interval = interval
        self._monotonic = monotonic
        self._sleep = sleep
        self._random = random
        self._last: dict[str, float] = {}
        self._slower: dict[str, float] = {}
        self._lock = Lock()

    def slow_down(self, host: str, interval: float) -> None:
        """The host asks for at least this many seconds; more than a minute is not heard."""
        self._slower[host] = min(interval, LONGEST_CRAWL_DELAY)

    def due(self, host: str, interval: float | None = None) -> float:
        """Seconds until the host may be visited again, with the longest jitter; takes no turn."""
        interval = self._for(host, interval)
        earlier = self._last.get(host)
        if interval <= 0 or earlier is None:
            return 0.0
        return max(0.0, earlier + interval * (1 + JITTER) - self._monotonic())

    def wait(self, host: str, interval: float | None = None) -> float:
        """Wait for this host's turn, and take it; the seconds that it took. `interval` in the run's own's place."""
        interval = self._for(host, interval)
        if interval <= 0:
            return 0.0
        with self._lock:
            now = self._monotonic()
            earlier = self._last.get(host)
            turn = now if earlier is None else max(now, earlier + interval * (1 + JITTER * self._random()))
            self._last[host] = turn
        if turn > now:
            self._sleep(turn - now)
        return turn - now

    def _for(self, host: str, interval: float | None) -> float:
        return max(self._interval if interval is None else interval, self._slower.get(host, 0.0))
