"""The end of a run before its work is done: a signal, or its time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from clipper.errors import ClipperError

__all__ = ["Stop", "Stopped"]


class Stopped(ClipperError):
    """The run ends, and whoever was waiting for a host's turn waits no longer."""


class Stop:
    """Says whether a run has to end, and wakes whoever waits. `max_time` counts from now."""

    def __init__(self, max_time: timedelta | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._event = threading.Event()
        self._until = None if max_time is None else monotonic() + max_time.total_seconds()
        self.reason = "done"

    def now(self, reason: str = "signal") -> None:
        """End the run; the first reason stays."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    @property
    def asked(self) -> bool:
        """Whether the run has to end."""
        if not self._event.is_set() and self._until is not None and self._monotonic() >= self._until:
            self.now("time")
        return self._event.is_set()

    @property
    def left(self) -> float | None:
        """Seconds until the time is over; None if it never is or has been."""
        if self._until is None or self._event.is_set():
            return None
        return max(0.0, self._until - self._monotonic())

    def sleep(self, seconds: float) -> None:
        """Wait, unless the run ends meanwhile: then `Stopped`."""
        if self._event.wait(seconds):
            raise Stopped("the run ends")
