"""What is tried again, and after how long: tenacity, told in clipper's terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from tenacity import RetryCallState, Retrying

from clipper.fetch.faults import Fault

__all__ = ["Times", "again", "retry_after"]

FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0  # seconds; the wait is drawn between 0 and the longest so far
MOST_DIGITS = 6  # of a Retry-After in seconds; more is longer than any deadline


class Outcome(Protocol):
    """What a try brings, as far as the decision needs it."""

    @property
    def passing(self) -> bool: ...
    @property
    def retry_after(self) -> str | None: ...


Kind = TypeVar("Kind", bound=Outcome)


@dataclass(frozen=True, slots=True)
class Times:
    """The clocks of one fetch: `left` tells the seconds until its deadline, `due` until the host's turn."""

    left: Callable[[], float]
    due: Callable[[], float]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    random: Callable[[], float]


def again(first: Kind | Fault, go_on: Callable[[], Kind], *, retries: int, times: Times) -> Kind:
    """What comes of up to `retries` further tries after one that brought `first`.

    Waits with full jitter, or as long as the server asks. A wait that would not end before the
    deadline is not begun: then the last outcome is the answer, or is raised if it is a `Fault`.
    """
    known: list[Kind | Fault] = [first]

    def once() -> Kind:
        outcome = known.pop() if known else go_on()
        if isinstance(outcome, Fault):
            raise outcome
        return outcome

    def wait(state: RetryCallState) -> float:
        asked = _asked(state, times.now())
        most = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (state.attempt_number - 1))
        return max(asked or times.random() * most, times.due())

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number > retries or state.upcoming_sleep >= times.left()

    retrying = Retrying(
        sleep=times.sleep,
        stop=stop,
        wait=wait,
        retry=_passing,
        retry_error_callback=_last,
    )
    result: Kind = retrying(once)
    return result


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for: digits, or a date; None for anything else."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= MOST_DIGITS else float("inf")
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _asked(state: RetryCallState, now: datetime) -> float | None:
    if state.outcome is None or state.outcome.failed:
        return None
    return retry_after(state.outcome.result().retry_after, now)


def _passing(state: RetryCallState) -> bool:
    assert state.outcome is not None
    error = state.outcome.exception()
    if error is not None:
        return isinstance(error, Fault) and error.kind.passing
    return bool(state.outcome.result().passing)


def _last(state: RetryCallState) -> object:
    """The last answer, or the last error as it was."""
    assert state.outcome is not None
    return state.outcome.result()
