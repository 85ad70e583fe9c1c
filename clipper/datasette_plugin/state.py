"""How the sources of an archive are doing, read from its tables.

Nothing here looks at every check of a large archive: the days come from an index over their times, the rates of
hosts from the latest checks, what hosts take from a sample of versions where there are many.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clipper.archive import rows, standing
from clipper.models import Outcome

__all__ = ["Day", "Host", "Problem", "Source", "State", "Storage", "state"]

LATEST = 5_000  # checks that the rates of hosts are of
SAMPLE = 3_000  # versions that say what hosts take
SHOWN = 25  # hosts, sources
PROBLEMS = 30
WEEK = timedelta(days=7)
QUIET = timedelta(days=2)  # without a check, from where on an archive with sources is told to be at rest
GOOD = frozenset(str(outcome) for outcome in Outcome if outcome.good)


@dataclass(slots=True)
class Day:
    """What the checks of one day came to."""

    day: str
    found: int = 0
    changed: int = 0
    same: int = 0
    failed: int = 0  # the sum of these three:
    blocked: int = 0
    gone: int = 0
    failing: int = 0
    bytes: int = 0

    @property
    def good(self) -> int:
        """Checks that went well."""
        return self.found + self.changed + self.same


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person should look at."""

    weight: int  # 3 nothing comes any more, 2 some of it does not, 1 worth knowing
    what: str  # the source or host
    says: str
    since: str | None
    host: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is watched."""

    id: int
    title: str
    url: str
    kind: str
    last_fetched: str | None
    next_fetch: str | None
    failures: int  # in a row
    paused: bool
    listed: int
    waiting: int  # pages that it listed and that nobody fetched yet
    error: str | None
    failing_since: str | None


@dataclass(slots=True)
class Host:
    """A host, and how its latest checks went."""

    host: str
    pages: int
    versions: int
    blocked: int
    failing: int
    gone: int
    last_fetched: str | None
    checked: int = 0  # of the latest checks
    good: int = 0
    this_week: int = 0  # failures
    week_before: int = 0

    @property
    def rate(self) -> float | None:
        """How much of its latest checks went well; None if none is among them."""
        return self.good / self.checked if self.checked else None

    @property
    def growing(self) -> bool:
        """Whether failures grow: twice as many as the week before, and more than two."""
        return self.this_week > max(2, 2 * self.week_before)


@dataclass(frozen=True, slots=True)
class Storage:
    """What hosts take, the largest first; bytes as they are stored."""

    title: str
    hosts: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class State:
    """All of it."""

    latest: str | None  # the time of the latest check
    run: dict[str, Any] | None  # the latest of `clip sync`
    pages: int
    versions: int
    checks: int
    states: list[tuple[str, int]]
    problems: list[Problem]
    sources: list[Source]
    hosts: list[Host]
    days: list[Day]
    kinds: list[tuple[str, int]]
    storage: Storage
    more_hosts: int = field(default=0)


def state(connection: sqlite3.Connection, span: int, now: datetime) -> State:
    """How things stand; the days are the `span` up to the latest check."""
    latest = connection.execute("SELECT max(checked_at) FROM checks").fetchone()[0]
    end = datetime.fromisoformat(latest) if latest else now
    sources = _sources(connection)
    hosts = _hosts(connection, end)
    days, kinds = _days(connection, end, span)
    count = {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        for table in ("pages", "snapshots", "checks")
    }
    problems = [*_rest(latest, sources, now), *_of_sources(sources, now), *_of_hosts(connection, hosts)]
    return State(
        latest=latest,
        run=_run(connection),
        pages=count["pages"],
        versions=count["snapshots"],
        checks=count["checks"],
        states=[
            (r[0], r[1]) for r in connection.execute("SELECT state, count(*) FROM pages GROUP BY state ORDER BY 2 DESC")
        ],
        problems=sorted(problems, key=lambda problem: -problem.weight)[:PROBLEMS],
        sources=sources,
        hosts=hosts[:SHOWN],
        days=days,
        kinds=kinds,
        storage=_storage(connection, count["snapshots"]),
        more_hosts=max(0, len(hosts) - SHOWN),
    )


def _sources(connection: sqlite3.Connection) -> list[Source]:
    """What is watched; when it is due and why it failed, where the archive has a table that says so."""
    plans: dict[int, dict[str, Any]] = {}
    if _there(connection, "feed_plans"):
        plans = {row["feed_id"]: row for row in _dicts(connection, "SELECT * FROM feed_plans")}
    due: dict[int, str] = {}
    if _there(connection, "due"):
        query = "SELECT feeds.id, due_at FROM feeds JOIN listings ON feed_id = feeds.id JOIN due USING (page_id)"
        due = {row[0]: row[1] for row in connection.execute(f"{query} WHERE kind = 'page'")}
    found = []
    for row in _dicts(connection, "SELECT * FROM feeds ORDER BY failures DESC, coalesce(title, url)"):
        plan = plans.get(row["id"], {})
        listed, waiting, fetched = connection.execute(
            "SELECT count(*), coalesce(sum(pages.latest_snapshot IS NULL), 0), max(pages.last_fetched) FROM listings"
            " JOIN pages ON pages.id = listings.page_id WHERE listings.feed_id = ?",
            (row["id"],),
        ).fetchone()
        found.append(
            Source(
                id=row["id"],
                title=row["title"] or row["url"],
                url=row["url"],
                kind=row["kind"],
                last_fetched=fetched if row["kind"] == "page" else row["last_fetched"],
                next_fetch=plan.get("due_at") or due.get(row["id"]) or _next(row),
                failures=row["failures"],
                paused=bool(row["paused"]),
                listed=listed,
                waiting=waiting,
                error=plan.get("error"),
                failing_since=plan.get("failing_since"),
            )
        )
    return found


def _run(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """The latest run of `clip sync`, where the archive keeps a diary of them."""
    if not _there(connection, "runs"):
        return None
    return next(iter(_dicts(connection, "SELECT * FROM runs ORDER BY id DESC LIMIT 1")), None)


def _next(feed: dict[str, Any]) -> str | None:
    if not (feed["last_fetched"] and feed.get("interval_seconds")):
        return None
    return rows.stamp(datetime.fromisoformat(feed["last_fetched"]) + timedelta(seconds=feed["interval_seconds"]))


def _hosts(connection: sqlite3.Connection, end: datetime) -> list[Host]:
    """Hosts, those with trouble first, then by their pages."""
    found = {
        row[0]: Host(*row)
        for row in connection.execute(
            "SELECT host, count(*), sum(versions), sum(state = 'blocked'), sum(state = 'failing'), sum(state = 'gone'),"
            " max(last_fetched) FROM pages GROUP BY host"
        )
    }
    latest = connection.execute(
        "SELECT pages.host, outcome FROM (SELECT page_id, outcome FROM checks ORDER BY checked_at DESC LIMIT ?)"
        " JOIN pages ON pages.id = page_id",
        (LATEST,),
    )
    for host, outcome in latest:
        found[host].checked += 1
        found[host].good += outcome in GOOD
    weeks = connection.execute(
        "SELECT pages.host, checked_at FROM (SELECT page_id, checked_at FROM checks"
        " WHERE outcome IN ('unusable', 'failed', 'refused') AND checked_at >= ? ORDER BY checked_at DESC LIMIT ?)"
        " JOIN pages ON pages.id = page_id",
        (rows.stamp(end - 2 * WEEK), LATEST),
    )
    middle = rows.stamp(end - WEEK)
    for host, at in weeks:
        if at >= middle:
            found[host].this_week += 1
        else:
            found[host].week_before += 1
    return sorted(found.values(), key=lambda h: (-(h.blocked + h.failing), -h.pages, h.host))


def _days(connection: sqlite3.Connection, end: datetime, span: int) -> tuple[list[Day], list[tuple[str, int]]]:
    """The days, and the failures in them by kind."""
    first = end.astimezone(UTC).date() - timedelta(days=span - 1)
    days = {str(first + timedelta(days=n)): Day(str(first + timedelta(days=n))) for n in range(span)}
    kinds: Counter[str] = Counter()
    for day, outcome, verdict, status, number, size in connection.execute(
        "SELECT substr(checked_at, 1, 10), outcome, verdict, status, count(*), coalesce(sum(bytes), 0) FROM checks"
        " WHERE checked_at >= ? GROUP BY 1, 2, 3, 4",
        (str(first),),
    ):
        told = days.setdefault(day, Day(day))
        told.bytes += size
        if outcome in GOOD:
            name = {"new": "found", "changed": "changed"}.get(outcome, "same")
            setattr(told, name, getattr(told, name) + number)
        else:
            told.failed += number
            trouble = _trouble(verdict, status)
            setattr(told, trouble, getattr(told, trouble) + number)
            kinds[_kind(outcome, verdict, status)] += number
    return list(days.values()), kinds.most_common(10)


def _trouble(verdict: str | None, status: int | None) -> str:
    """What a failure says of its page, as `standing` judges."""
    if status in standing.GONE_STATUS or verdict in standing.GONE:
        return "gone"
    return "blocked" if status in standing.BLOCKED_STATUS or verdict in standing.BLOCKED else "failing"


def _kind(outcome: str, verdict: str | None, status: int | None) -> str:
    """What a failure was, in a word or two."""
    if verdict and verdict not in ("ok", "thin"):
        return verdict
    if outcome == "refused":
        return "refused by policy"
    return f"HTTP {status}" if status and status >= 400 else "network"


def _storage(connection: sqlite3.Connection, versions: int) -> Storage:
    """Bytes by host; of a large archive as a sample of its versions has it, brought up to all of them."""
    query = (
        "SELECT pages.host, sum(bodies.stored) FROM snapshots JOIN pages ON pages.id = snapshots.page_id"
        " JOIN bodies ON bodies.sha256 = snapshots.body_sha256 {} GROUP BY pages.host ORDER BY 2 DESC LIMIT 10"
    )
    if versions <= 2 * SAMPLE:
        found = connection.execute(query.format(""))
        return Storage("Room that hosts take", [(row[0], row[1]) for row in found])
    last = int(connection.execute("SELECT max(id) FROM snapshots").fetchone()[0])
    chosen = random.Random(last).sample(range(1, last + 1), SAMPLE)
    marks = ", ".join(map(str, chosen))
    found = connection.execute(query.format(f"WHERE snapshots.id IN ({marks})"))
    factor = versions / SAMPLE
    title = f"Room that hosts take, estimated from {SAMPLE:,} versions"
    return Storage(title, [(row[0], round(row[1] * factor)) for row in found])


def _rest(latest: str | None, sources: list[Source], now: datetime) -> list[Problem]:
    if not sources or (latest and now - datetime.fromisoformat(latest) < QUIET):
        return []
    says = (
        "nothing was fetched lately: does `clip sync` run?" if latest else "nothing was fetched yet: `clip sync` does"
    )
    return [Problem(3, "All sources", says, latest)]


def _of_sources(sources: list[Source], now: datetime) -> list[Problem]:
    found = []
    for source in sources:
        if source.failures and not source.paused:
            times = "once" if source.failures == 1 else f"{source.failures} times in a row"
            weight = 3 if source.failures > 2 else 2
            found.append(
                Problem(
                    weight,
                    source.title,
                    f"could not be read {times}",
                    source.failing_since or source.last_fetched,
                    reason=source.error,
                )
            )
        elif source.paused:
            found.append(Problem(1, source.title, "is paused", source.last_fetched))
        elif source.next_fetch and now - datetime.fromisoformat(source.next_fetch) > QUIET:
            found.append(Problem(2, source.title, "is long overdue", source.next_fetch))
        if source.waiting:
            pages = f"{source.waiting:,} of its pages" if source.waiting > 1 else "a page of it"
            found.append(Problem(1, source.title, f"{pages} not fetched yet", None))
    return found


def _of_hosts(connection: sqlite3.Connection, hosts: list[Host]) -> list[Problem]:
    """Hosts that keep us out or fail; why, by their latest failure."""
    found: list[Problem] = []
    left = defaultdict(str)
    if _there(connection, "host_troubles"):
        for row in _dicts(connection, "SELECT * FROM host_troubles"):
            left[row["host"]] = f"{row['failure']}; left alone until {str(row.get('left_until') or '')[:16]}"
    for host in hosts:
        bad = host.blocked + host.failing
        if not (bad or host.growing or host.host in left):
            continue
        says = [
            f"{number:,} of {host.pages:,} pages {name}" if host.pages > 1 else f"its page is {name}"
            for number, name in ((host.blocked, "blocked"), (host.failing, "failing"))
            if number
        ]
        if host.growing:
            says.append(f"failures grow: {host.this_week} this week, {host.week_before} the week before")
        since, reason = _last_failure(connection, host.host) if len(found) < PROBLEMS else (None, None)
        weight = 3 if bad == host.pages else 2
        found.append(
            Problem(weight, host.host, ", ".join(says) or "is left alone", since, host.host, left[host.host] or reason)
        )
    return found


def _last_failure(connection: sqlite3.Connection, host: str) -> tuple[str | None, str | None]:
    row = connection.execute(
        "SELECT checks.checked_at, checks.reason FROM pages JOIN checks ON checks.page_id = pages.id"
        " WHERE pages.host = ? AND pages.state IN ('blocked', 'failing')"
        " AND checks.outcome IN ('unusable', 'failed', 'refused') ORDER BY checks.checked_at DESC LIMIT 1",
        (host,),
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def _there(connection: sqlite3.Connection, table: str) -> bool:
    return bool(
        connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    )


def _dicts(connection: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    """Rows by the names of their columns, whichever a later version of the schema has."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
