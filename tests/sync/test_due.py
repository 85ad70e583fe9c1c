"""When what is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clipper.archive import Record
from clipper.feeds import Feed
from clipper.models import Capture, Due, Outcome, PageState, Source
from clipper.sync.due import freshness, next_feed, next_look

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLACK = timedelta(minutes=6)


def record(**changes: object) -> Record:
    known = Record(1, "https://a.example/x", PageState.ALIVE, 0, NOW, NOW, None, None, 1, 1)
    return replace(known, **changes)  # type: ignore[arg-type]


def due(*kinds: str, **changes: object) -> Due:
    known = Due(
        1, "https://a.example/x", "//a.example/x", "a.example", frozenset(kinds), None, timedelta(), None, None, 1, True
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def waited(*args: object, **options: object) -> timedelta:
    return next_look(*args, at=NOW, **options).due_at - NOW  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (0 * HOUR, HOUR),
        (HOUR, 23 * HOUR),
        (DAY, 6 * DAY),
        (7 * DAY, 23 * DAY),
        (30 * DAY, 90 * DAY),
        (400 * DAY, 90 * DAY),
    ],
)
def test_an_article_is_looked_at_after_an_hour_a_day_a_week_and_a_month(age: timedelta, wait: timedelta) -> None:
    known = record(first_fetched=NOW - age, last_changed=NOW - age)
    outcome = Outcome.NEW if not age else Outcome.NOT_MODIFIED
    assert wait - SLACK <= waited(known, due("feed"), outcome) <= wait


def test_an_article_that_changed_is_young_again() -> None:
    known = record(first_fetched=NOW - 40 * DAY, last_changed=NOW)
    assert HOUR - SLACK <= waited(known, due("feed"), Outcome.CHANGED) <= HOUR


def test_a_watched_page_is_looked_at_sooner_after_changes_and_later_without_within_bounds() -> None:
    wait, waits = 6 * HOUR, []
    for outcome in [Outcome.CHANGED] * 5 + [Outcome.UNCHANGED] * 12:
        wait = next_look(record(), due("page", wait=wait), outcome, at=NOW).wait
        waits.append(wait)
    assert waits[:5] == [3 * HOUR, 1.5 * HOUR, HOUR, HOUR, HOUR]
    assert waits[5] == 1.5 * HOUR
    assert waits[-1] == DAY


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, HOUR), (2, 2 * HOUR), (5, 16 * HOUR), (11, 30 * DAY), (99, 30 * DAY)]
)
def test_what_fails_waits_longer_and_is_never_forgotten(failures: int, wait: timedelta) -> None:
    known = record(state=PageState.FAILING, failures=failures)
    assert wait - SLACK <= waited(known, due("feed"), Outcome.FAILED) <= wait


def test_a_page_that_is_gone_is_looked_at_twice_more_within_a_day() -> None:
    waits = [waited(record(state=PageState.GONE, failures=n), due("feed"), Outcome.FAILED) for n in (1, 2, 3, 4, 40)]
    assert [round(wait / HOUR) for wait in waits] == [1, 24, 168, 720, 720]


def test_a_failure_does_not_disturb_the_rhythm() -> None:
    known = record(state=PageState.FAILING, failures=1)
    assert next_look(known, due("page", wait=3 * HOUR), Outcome.FAILED, at=NOW).wait == 3 * HOUR


def test_the_user_has_the_last_word_and_freshness_one_within_a_day() -> None:
    page = due("page", wait=2 * HOUR)
    assert waited(record(), replace(page, every=timedelta(minutes=30)), Outcome.UNCHANGED) <= timedelta(minutes=30)
    assert waited(record(), page, Outcome.UNCHANGED, fresh=10 * HOUR) == 10 * HOUR
    assert waited(record(), page, Outcome.UNCHANGED, fresh=365 * DAY) == DAY


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({"Cache-Control": "public, max-age=600"}, timedelta(minutes=10)),
        ({"Cache-Control": "no-cache, max-age=600"}, timedelta()),
        ({"Cache-Control": "max-age=junk"}, timedelta()),
        ({"Date": "Tue, 24 Nov 2026 08:00:00 GMT", "Expires": "Tue, 24 Nov 2026 09:00:00 GMT"}, HOUR),
        ({"Date": "Tue, 24 Nov 2026 08:00:00 GMT", "Expires": "0"}, timedelta()),
        ({"Expires": "Tue, 24 Nov 2026 07:00:00 GMT", "Date": "Tue, 24 Nov 2026 08:00:00 GMT"}, timedelta()),
        ({}, timedelta()),
    ],
)
def test_freshness_is_what_http_says(headers: dict[str, str], fresh: timedelta) -> None:
    capture = Capture("u", "u", 200, tuple(headers.items()), b"", NOW)
    assert freshness(capture) == fresh


SOURCE = Source(1, "https://a.example/feed", "feed", None, (), NOW, 0, wait=4 * HOUR)


@pytest.mark.parametrize(
    ("feed", "news", "wait"),
    [
        (None, 0, 6 * HOUR),
        (None, 3, 2 * HOUR),
        (Feed("u", None, "rss", (), ttl=5 * HOUR), 3, 5 * HOUR),
        (Feed("u", None, "rss", (), ttl=90 * DAY), 3, DAY),
        (Feed("u", None, "rss", (), skip_hours=frozenset(range(9, 18))), 3, 9.5 * HOUR),  # 8:30 + 2 h would be 10:30
        (Feed("u", None, "rss", (), skip_days=frozenset({1})), 3, 15.5 * HOUR),  # it is a Tuesday
        (Feed("u", None, "rss", (), skip_hours=frozenset(range(24))), 3, 2 * HOUR),
    ],
)
def test_a_feed_is_read_by_its_news_and_its_own_word(feed: Feed | None, news: int, wait: timedelta) -> None:
    found = next_feed(SOURCE, feed, news=news, at=NOW, fresh=timedelta()).due_at - NOW
    assert wait - SLACK <= found <= wait
