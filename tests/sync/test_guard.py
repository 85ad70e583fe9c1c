"""Which hosts are left alone, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clipper.errors import DeadlineExceeded, FetchError, ProtocolError, RefusedError, StatusError
from clipper.models import Trouble, Verdict
from clipper.sync.guard import MOST_REQUESTS, Guard, failure_of_error, next_pause

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asked(guard: Guard, failure: str, *, each: int, same: bool = False, host: str = "h") -> int:
    """How many requests a host gets, its robots.txt included, until it is left alone; 99 if it never is."""
    requests = 1
    for number in range(40):
        requests += each
        if guard.failed(host, "u" if same else f"u{number}", failure, requests=each, at=NOW):
            return requests
    return 99


@pytest.mark.parametrize("tries", [1, 2])
@pytest.mark.parametrize("failure", ["HTTP 503", "no connection (connect)", Verdict.CHALLENGE, Verdict.SCRIPT_SHELL])
def test_a_host_gets_six_requests_at_most(failure: str, tries: int) -> None:
    for each in range(1, tries + 1):
        assert asked(Guard(tries=tries, robots=True), failure, each=each) <= MOST_REQUESTS


def test_one_address_that_fails_says_nothing_of_its_host_but_one_that_blocks_does() -> None:
    assert asked(Guard(tries=2, robots=True), "HTTP 500", each=1, same=True) == 99
    assert asked(Guard(tries=2, robots=True), "HTTP 403", each=1, same=True) <= MOST_REQUESTS


def test_too_many_requests_is_heard_at_once() -> None:
    assert asked(Guard(tries=2, robots=True), "HTTP 429", each=2) == 3


def test_a_good_answer_ends_the_row() -> None:
    guard = Guard(tries=2, robots=True)
    for number in range(20):
        assert not guard.failed("h", f"u{number}", "HTTP 503", requests=1, at=NOW)
        guard.good("h")


def test_failures_of_earlier_runs_count() -> None:
    first = Guard(tries=2, robots=True)
    assert not first.failed("h", "a", "HTTP 503", requests=2, at=NOW)
    known = first.suspicion("h", at=NOW)
    assert known is not None
    assert known.pauses == 0
    later = Guard(tries=2, robots=True, known=[known])
    assert later.failed("h", "b", "HTTP 503", requests=2, at=NOW)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (StatusError("x", status=403), "HTTP 403"),
        (StatusError("x", status=503), "HTTP 503"),
        (StatusError("x", status=404), None),
        (FetchError("x", phase="connect"), "no connection (connect)"),
        (DeadlineExceeded("x", phase="headers"), "no answer in time (headers)"),
        (FetchError("x", phase="body"), None),
        (ProtocolError("x", phase="headers"), None),
        (RefusedError("x", rule="robots"), None),
    ],
)
def test_what_an_error_says_against_its_host(error: FetchError | RefusedError, failure: str | None) -> None:
    assert failure_of_error(error) == failure


def test_pauses_double_up_to_a_day() -> None:
    known: Trouble | None = None
    hours = []
    for _ in range(7):
        known = next_pause(known, "h", "challenge", at=NOW, retry_after=None)
        hours.append(round((known.left_until - NOW) / HOUR))
    assert hours == [1, 2, 4, 8, 16, 24, 24]


def test_a_host_that_names_its_pause_gets_it_within_a_day() -> None:
    said = next_pause(None, "h", "HTTP 429", at=NOW, retry_after=timedelta(minutes=20))
    assert timedelta(minutes=18) <= said.left_until - NOW <= timedelta(minutes=20)
    longest = next_pause(None, "h", "HTTP 429", at=NOW, retry_after=timedelta(days=90))
    assert longest.left_until - NOW <= timedelta(days=1)
