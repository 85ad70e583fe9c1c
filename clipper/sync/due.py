"""When a page or a feed is looked at again: from its own history, HTTP's word, and the user's.

    watched page     sooner after each change, later after each look without one, within an hour and a day
    listed article   1 h, 1 d, 7 d and 30 d after it came or changed (silent edits happen early), then rarely
    imported list    after 30 d, then rarely
    failed           1 h, 2 h, 4 h … 30 d; never forgotten
    gone             1 h, 1 d, 7 d, 30 d, and so on: twice more within a day, to be sure
    feed             sooner after news, later without; its ttl, skipHours and skipDays

What a server says of freshness counts up to a day. `every` of the user's replaces all but failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from clipper.models import Capture, Due, Outcome, PageState, Source

if TYPE_CHECKING:
    from clipper.archive.agenda import Record
    from clipper.feeds import Feed

__all__ = ["Decision", "failed_feed", "freshness", "next_feed", "next_look"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YOUNG = (HOUR, DAY, 7 * DAY, 30 * DAY)
RARELY, UNSURE = 90 * DAY, 6 * HOUR
FIRST, SHORTEST, LONGEST = 6 * HOUR, HOUR, DAY  # for a watched page
FEED_FIRST, FEED_SHORTEST, FEED_LONGEST = 2 * HOUR, timedelta(minutes=30), DAY
GONE = (HOUR, DAY, 7 * DAY, 30 * DAY)
LONGEST_FAILURE = 30 * DAY
LONGEST_FRESH = DAY
SOONER, LATER = 0.5, 1.5
# A run that starts a little earlier than the one before must not find everything not quite due.
SLACK, MOST_SLACK = 0.1, timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Decision:
    """When something is looked at next; `wait` is what its own history asks for."""

    due_at: datetime
    wait: timedelta
    reason: str


def next_look(record: Record, due: Due, outcome: Outcome, *, at: datetime, fresh: timedelta = timedelta()) -> Decision:
    """When a page is looked at after a look at `at` that came to `outcome`."""
    if not outcome.good:
        wait, reason = _after_failure(record, outcome)
        return Decision(_slack(at, wait), due.wait, reason)
    if due.every:
        return Decision(_slack(at, due.every), due.every, "every")
    changed = outcome in (Outcome.NEW, Outcome.CHANGED)
    if "page" in due.kinds:
        wait = _adapted(due.wait, changed and outcome is not Outcome.NEW, FIRST, SHORTEST, LONGEST)
        return _considerate(at, wait, fresh, "changed" if outcome is Outcome.CHANGED else "steady")
    if due.kinds <= {"list"}:
        wait = 30 * DAY if changed else RARELY
        return _considerate(at, wait, fresh, "steady")
    wait, reason = _young(record, at, changed)
    return _considerate(at, wait, fresh, reason)


def next_feed(source: Source, feed: Feed | None, *, news: int, at: datetime, fresh: timedelta) -> Decision:
    """When a feed is read after a reading that brought `news` new entries; `feed` is None after a 304."""
    if source.every:
        return Decision(_slack(at, source.every), source.every, "every")
    wait = _adapted(source.wait, news > 0, FEED_FIRST, FEED_SHORTEST, FEED_LONGEST)
    asked = min(feed.ttl, FEED_LONGEST) if feed and feed.ttl else timedelta()
    moment = max(_slack(at, wait), at + max(asked, min(fresh, LONGEST_FRESH)) - timedelta(minutes=1))
    if feed is not None:
        moment = _awake(moment, feed.skip_hours, feed.skip_days)
    return Decision(moment, wait, "steady")


def failed_feed(failures: int, *, at: datetime) -> datetime:
    """When a feed is tried again that failed so many times in a row."""
    return _slack(at, min(_doubled(failures), 2 * DAY))


def freshness(capture: Capture) -> timedelta:
    """How long a server says that its answer holds: `max-age`, else `Expires`; none is zero."""
    control = [part.strip().lower() for part in (capture.header("cache-control") or "").split(",")]
    if "no-cache" in control or "no-store" in control:
        return timedelta()
    for part in control:
        name, _, value = part.partition("=")
        if name == "max-age" and value.strip('"').isdecimal():
            return timedelta(seconds=min(int(value.strip('"')[:9]), 10**8))
    try:
        expires = parsedate_to_datetime(capture.header("expires") or "")
        date = parsedate_to_datetime(capture.header("date") or "")
        return max(timedelta(), expires.replace(tzinfo=UTC) - date.replace(tzinfo=UTC))
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta()


def _after_failure(record: Record, outcome: Outcome) -> tuple[timedelta, str]:
    failures = max(record.failures, 1)
    if record.state is PageState.GONE and outcome is not Outcome.REFUSED:
        return GONE[min(failures, len(GONE)) - 1], "gone"
    if outcome is Outcome.REFUSED:
        return min(DAY * 2 ** min(failures - 1, 5), LONGEST_FAILURE), "failed"
    return min(_doubled(failures), LONGEST_FAILURE), "failed"


def _doubled(failures: int) -> timedelta:
    return HOUR * int(2 ** min(max(failures, 1) - 1, 10))


def _young(record: Record, at: datetime, changed: bool) -> tuple[timedelta, str]:
    """What is left until the next of the looks that a new article gets."""
    begun = (
        at if changed else max(filter(None, (record.first_fetched, record.last_changed, record.back_since)), default=at)
    )
    if begun > at:  # it was noted while the clock was wrong
        return UNSURE, "young"
    age = at - begun
    for step in YOUNG:
        if step > age * (1 + SLACK):
            return step - age, "young"
    return RARELY, "steady"


def _adapted(before: timedelta, sooner: bool, first: timedelta, shortest: timedelta, longest: timedelta) -> timedelta:
    if not before:
        return first
    return min(longest, max(shortest, before * (SOONER if sooner else LATER)))


def _considerate(at: datetime, wait: timedelta, fresh: timedelta, reason: str) -> Decision:
    """Not before the server's word on freshness is over, within reason."""
    told = min(fresh, LONGEST_FRESH)
    if told > wait:
        return Decision(at + told, wait, "fresh")
    return Decision(_slack(at, wait), wait, reason)


def _slack(at: datetime, wait: timedelta) -> datetime:
    return at + wait - min(wait * SLACK, MOST_SLACK)


def _awake(moment: datetime, hours: frozenset[int], days: frozenset[int]) -> datetime:
    """The first moment from this one on that is in no hour or day that the feed asks to skip."""
    if len(hours) == 24 or len(days) == 7:
        return moment
    there = moment.astimezone(UTC)
    while there.hour in hours or there.weekday() in days:
        there = there.replace(minute=0, second=0, microsecond=0) + HOUR
    return there
