"""What a look came to: when there is another one, what a report tells of it, and which hosts are left alone.

Everything here happens in the run's own thread, inside the transaction that files the look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clipper import urls
from clipper.errors import ClipperError
from clipper.models import Capture, Due, Outcome, PageState, Source, Trouble
from clipper.sync import due as deciding
from clipper.sync.guard import Guard, failure_of, next_pause
from clipper.sync.moves import moved_to
from clipper.sync.reading import Answer, list_all
from clipper.sync.sources import looks_private

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.pipeline import Gathered, Result

__all__ = ["Look", "Outcomes"]

SURE = 2  # failures in a row from which on a page or feed that once came is said to fail


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a page or a source, for `-v`."""

    url: str
    result: Result | None = None  # of a page
    news: int = 0  # new entries of a source
    error: ClipperError | None = None  # of a source


class Outcomes:
    """Takes in the looks of one run; `troubles` are the hosts that were in trouble before it."""

    def __init__(
        self,
        archive: Archive,
        *,
        run: int,
        guard: Guard,
        troubles: list[Trouble],
        every: Callable[[str], timedelta | None] = lambda _host: None,
    ) -> None:
        self._every = every
        self._archive = archive
        self._run = run
        self._guard = guard
        self._troubles = {trouble.host: trouble for trouble in troubles}
        # Pages that failed and may have failed for their host's sake: told of when that is known.
        self._pending: dict[str, list[tuple[Due, str]]] = defaultdict(list)
        self.pages = self.feeds = self.requests = 0

    def page(self, due: Due, gathered: Gathered, result: Result, *, at: datetime) -> bool:
        """Take in a page; whether its host is to be left alone now."""
        self.pages += 1
        due = replace(due, every=due.every or self._every(due.host))
        requests = _requests(gathered.capture, gathered.error)
        self.requests += requests
        if result.outcome.good:
            self._good_page(due, gathered, result, at)
            self._answers(due.host, at)
            return False
        failure = failure_of(gathered)
        record = self._archive.agenda.record(due.page_id)
        decision = deciding.next_look(record, due, result.outcome, at=at)
        self._set(due, decision, at=at)
        reason = _reason(result)
        if failure is None:
            if result.outcome is not Outcome.REFUSED:
                self._answers(due.host, at)
            self._page_fails(due, reason, at)
            return False
        self._pending[due.host].append((due, reason))
        return self._host_fails(due.host, due.url, failure, requests, _retry_after(gathered, at), at)

    def source(self, answer: Answer, *, at: datetime) -> tuple[Look, frozenset[str], bool]:
        """Take in a feed or a site map: the look, the hosts that have something due now, and whether to leave its own."""
        source, error = answer.source, answer.error
        self.feeds += 1
        self.requests += _requests(answer.capture, error)
        if error is not None:
            return Look(source.url, error=error), frozenset(), self._source_failed(answer, at)
        assert answer.capture is not None
        host = urls.host_of(source.url)
        self._answers(host, at)
        listed = list_all(answer, archive=self._archive, at=at)
        decision = deciding.next_feed(
            source, answer.feed, news=listed.news, at=at, fresh=deciding.freshness(answer.capture)
        )
        warning = source.warning if answer.capture.status == 304 else "; ".join(answer.warnings) or None
        warning = self._moved(source, answer.capture, at) or warning
        if warning and not source.warning:
            self._archive.diary.add(self._run, "feed odd", at=at, feed_id=source.id, what=warning)
        if source.told:
            self._archive.diary.add(self._run, "feed back", at=at, feed_id=source.id, since=source.failing_since)
        self._archive.watched.read(
            source, answer.capture.validators, at=at, wait=decision.wait, due_at=decision.due_at, warning=warning
        )
        if answer.feed is not None and not source.title and answer.feed.title:
            self._archive.watched.edit(source, title=answer.feed.title)
        return Look(source.url, news=listed.news), listed.hosts, False

    def _moved(self, source: Source, capture: Capture, at: datetime) -> str | None:
        """Follow a source that moved for good, and say so once; what is odd about it if that cannot be."""
        there = moved_to(capture)
        if there is None:
            return None
        if self._archive.watched.move(source, there) is None:
            return f"it moved to {there}, which is watched too"
        if looks_private(there):
            self._archive.watched.describe(source, site_url=None, folder=(), private=True)
        self._archive.diary.add(self._run, "feed moved", at=at, feed_id=source.id, what=source.url)
        return None

    def host_done(self, host: str, *, at: datetime) -> None:
        """A host has nothing more to do: what failed there failed for its own sake."""
        for due, reason in self._pending.pop(host, ()):
            self._page_fails(due, reason, at, sure=SURE + 1)  # it may be the host's fault after all

    def finish(self, *, at: datetime) -> None:
        """The run ends: nothing is left untold."""
        for host in list(self._pending):
            self.host_done(host, at=at)

    def _good_page(self, due: Due, gathered: Gathered, result: Result, at: datetime) -> None:
        archive, capture = self._archive, gathered.capture
        assert capture is not None
        outcome = result.outcome
        if outcome is Outcome.NEW or (due.versions and not due.fetched):
            kind = "new"  # what there was before was the feed's text, if anything
            archive.watched.drop_text(due.page_id)
        else:
            kind = "changed" if outcome is Outcome.CHANGED else ""
        if kind:
            self._tell(kind, due, at, snapshot_id=result.snapshot_id, what=result.change if due.fetched else None)
        if due.told:
            self._tell("back", due, at, since=due.told_at, snapshot_id=result.snapshot_id, what=due.told)
        if not due.kinds:  # it was only tried again because somebody asked
            archive.agenda.drop(due.page_id)
            return
        record = archive.agenda.record(due.page_id)
        decision = deciding.next_look(record, due, outcome, at=at, fresh=deciding.freshness(capture))
        self._set(due, decision, at=at, told=None)

    def _page_fails(self, due: Due, reason: str, at: datetime, *, sure: int = SURE) -> None:
        """Tell of a page that fails, once: at once if it never came, else when it is sure."""
        agenda = self._archive.agenda
        record = agenda.record(due.page_id)
        if record.state is PageState.ALIVE or due.told == "gone":
            return
        if record.state is PageState.GONE and due.fetched:
            if not agenda.gone_for_sure(due.page_id):
                return
            told, since = "gone", record.gone_since
        elif due.told is None and (record.failures >= sure or not due.fetched):
            told, since = "failing", agenda.failing_since(due.page_id)
        else:
            return
        self._tell(told, due, at, since=since, snapshot_id=record.latest_snapshot, what=reason)
        agenda.tell(due.page_id, told, since=since or at)

    def _source_failed(self, answer: Answer, at: datetime) -> bool:
        """Tell of a feed that fails, once: at once if it never came, else when it is sure, and not for its host's sake."""
        source, error = answer.source, answer.error
        assert error is not None
        host, failure = urls.host_of(source.url), answer.failure
        requests = _requests(answer.capture, error) if answer.capture else _requests(None, error) or 1
        leave = failure is not None and self._host_fails(host, source.url, failure, requests, None, at)
        reason = _nameless(str(error), source.url)
        failures = source.failures + 1
        trouble = self._left(host)
        tell = not source.told and trouble is None and (failures >= SURE or source.last_fetched is None)
        due_at = trouble.left_until if trouble else deciding.failed_feed(failures, at=at)
        if trouble is None:
            self._archive.watched.failed(source, reason, at=at, due_at=due_at, told=source.told or tell)
        else:
            self._archive.watched.postpone(source, at=at, due_at=due_at)
        if tell:
            since = source.failing_since or at
            self._archive.diary.add(self._run, "feed failing", at=at, feed_id=source.id, since=since, what=reason)
        return leave

    def _host_fails(
        self, host: str, url: str, failure: str, requests: int, retry_after: timedelta | None, at: datetime
    ) -> bool:
        known = self._troubles.get(host)
        leave = self._guard.failed(host, url, failure, requests=requests, at=at)
        if not leave and (known is None or not known.pauses):
            self._suspect(host, at)
            return self._guard.full(host)
        known = known or self._guard.suspicion(host, at=at)
        trouble = next_pause(known, host, failure, at=at, retry_after=retry_after)
        limited = failure.startswith("HTTP 429") and trouble.pauses < SURE
        if not trouble.told and not limited:
            self._archive.diary.add(self._run, "host left", at=at, host=host, since=trouble.since, what=failure)
            trouble = replace(trouble, told=True)
        self._troubles[host] = trouble
        self._archive.diary.leave(trouble)
        for due, _ in self._pending.pop(host, ()):  # it was the host, and not the page
            decision = deciding.Decision(trouble.left_until, due.wait, "host")
            self._set(due, decision, at=at)
        return True

    def _left(self, host: str) -> Trouble | None:
        """The trouble of a host that is left alone."""
        trouble = self._troubles.get(host)
        return trouble if trouble is not None and trouble.pauses else None

    def _suspect(self, host: str, at: datetime) -> None:
        """Let the next run know how the host answers, though it is not left alone yet."""
        suspicion = self._guard.suspicion(host, at=at)
        if suspicion is not None:
            self._archive.diary.leave(suspicion)
            self._troubles[host] = suspicion

    def _answers(self, host: str, at: datetime) -> None:
        """A host answers: it is in no trouble, and what failed there before failed for its own sake."""
        self._guard.good(host)
        self.host_done(host, at=at)
        trouble = self._troubles.pop(host, None)
        if trouble is not None:
            self._archive.diary.forgive(host)
            if trouble.told:
                self._archive.diary.add(
                    self._run, "host back", at=at, host=host, since=trouble.since, what=trouble.failure
                )

    def _set(self, due: Due, decision: deciding.Decision, *, at: datetime, told: str | None = "as before") -> None:
        kept = told == "as before"
        self._archive.agenda.set(
            due,
            at=at,
            due_at=decision.due_at,
            wait=decision.wait,
            reason=decision.reason,
            told=due.told if kept else told,
            told_at=due.told_at if kept else None,
        )

    def _tell(
        self,
        kind: str,
        due: Due,
        at: datetime,
        *,
        since: datetime | None = None,
        snapshot_id: int | None = None,
        what: str | None = None,
    ) -> None:
        self._archive.diary.add(
            self._run, kind, at=at, page_id=due.page_id, snapshot_id=snapshot_id, since=since, what=what
        )


def _reason(result: Result) -> str:
    """Why a page could not be had."""
    return _nameless(str(result.error or result.outcome), result.url)


def _nameless(said: str, url: str) -> str:
    """What is said of an address, without it: it is told beside it."""
    return said.removeprefix(f"{url}: ").removeprefix(f"{url} ")


def _requests(capture: Capture | None, error: ClipperError | None) -> int:
    """How many requests a look took: the capture's, else those that the error tells of."""
    return len(capture.hops if capture else getattr(error, "hops", ()))


def _retry_after(gathered: Gathered, at: datetime) -> timedelta | None:
    capture: Capture | None = gathered.capture
    if capture is None:
        return None
    from clipper.fetch.attempts import retry_after

    seconds = retry_after(capture.header("retry-after"), at)
    return timedelta(seconds=min(seconds, 7 * 86400)) if seconds is not None else None
