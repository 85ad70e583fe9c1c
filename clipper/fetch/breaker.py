"""A host that fails again and again in the same way is left alone for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clipper.errors import RefusedError

__all__ = ["Breaker"]

EQUAL_FAILURES = 5  # in a row
# Different addresses of one host that all have the same body: an archive of 143,520 clippings had
# 12,250 empty shells fetched in a row.
EQUAL_BODIES = 10
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0  # seconds; each pause is twice the one before


@dataclass(slots=True)
class _Host:
    """How it has gone with one host lately."""

    failure: str = ""
    failures: int = 0
    body: int = 0  # its hash, which is made anew for every run
    url: str = ""
    bodies: int = 0
    pauses: int = 0
    closed_until: float = 0.0
    before: tuple[str, int, int] = ("", 0, 0)  # failure, failures, pauses before the last success


class Breaker:
    """Counts equal failures in a row, for each host."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._hosts: dict[str, _Host] = {}

    def check(self, host: str, url: str) -> None:
        """Raise `RefusedError` while the host is left alone; after the pause, one visit is free."""
        state = self._hosts.get(host)
        if state is None:
            return
        left = state.closed_until - self._monotonic()
        if left > 0:
            raise RefusedError(
                f"{url}: {host} is left alone for {left:.0f} s more, after {state.failures} times "
                f"the same failure in a row ({state.failure}); try again later",
                url=url,
                rule="pause",
            )

    def failed(self, host: str, failure: str) -> None:
        """One more failure; the fifth that says the same begins a pause."""
        state = self._hosts.setdefault(host, _Host())
        state.failures = state.failures + 1 if failure == state.failure else 1
        state.failure = failure
        if state.failures >= EQUAL_FAILURES:
            self._pause(state)

    def disappointed(self, host: str, failure: str) -> None:
        """The last success was none: what came was a captcha, say. The row of failures goes on."""
        state = self._hosts.setdefault(host, _Host())
        state.failure, state.failures, state.pauses = state.before
        self.failed(host, failure)

    def succeeded(self, host: str, url: str, body: bytes) -> None:
        """A good answer, which ends a row of failures unless it is the same page once more."""
        state = self._hosts.setdefault(host, _Host())
        digest = hash(body)  # a tenth of the instructions of a sha256, and 0 for no body
        if digest and digest == state.body and url != state.url:
            state.bodies += 1
        elif digest != state.body:
            state.bodies = 1
        state.body, state.url = digest, url
        if state.bodies >= EQUAL_BODIES:
            state.failure, state.failures = "the same page at every address", state.bodies
            self._pause(state)
        else:
            state.before = (state.failure, state.failures, state.pauses)
            state.failure, state.failures, state.pauses = "", 0, 0

    def _pause(self, state: _Host) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**state.pauses)
        state.closed_until = self._monotonic() + pause
        state.pauses += 1
