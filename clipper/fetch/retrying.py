"""What is tried again, and after how long: tenacity, told in clipper's terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

from tenacity import RetryCallState, Retrying
from tenacity.wait import wait_random_exponential

from clipper.errors import BodyTooLarge, FetchError, ProtocolError

__all__ = ["RETRIED", "retry_after", "tries"]

RETRIED = frozenset((408, 425, 429, 500, 502, 503, 504))
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
DIGITS = 6  # of a Retry-After in seconds; more is no number of seconds


class Again(Protocol):
    """What a try brings, as far as the decision needs it."""

    @property
    def retry(self) -> bool: ...
    def header(self, name: str) -> str | None: ...


Kind = TypeVar("Kind", bound=Again)


def tries(
    *, retries: int, left: Callable[[], float], sleep: Callable[[float], None], now: Callable[[], datetime]
) -> Callable[[Callable[[], Kind]], Kind]:
    """A caller that tries again while it may help and there is time.

    `left` tells the seconds until the deadline: a wait that would not end before it is not begun.
    """
    jitter = wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)

    def wait(state: RetryCallState) -> float:
        asked = None
        if state.outcome and not state.outcome.failed:
            asked = retry_after(state.outcome.result().header("retry-after"), now())
        return jitter(state) if asked is None else asked

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number > retries or wait(state) >= left()

    retrying = Retrying(sleep=sleep, stop=stop, wait=wait, retry=_again, retry_error_callback=_last)
    return lambda once: retrying(once)


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for: digits, or a date; None for anything else."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= DIGITS else None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _again(state: RetryCallState) -> bool:
    outcome = state.outcome
    assert outcome is not None
    if not outcome.failed:
        return bool(outcome.result().retry)
    error = outcome.exception()
    return (
        isinstance(error, FetchError) and not isinstance(error, (BodyTooLarge, ProtocolError)) and error.phase != "tls"
    )


def _last(state: RetryCallState) -> Any:
    """The last answer, or the last error as it was."""
    assert state.outcome is not None
    return state.outcome.result()
