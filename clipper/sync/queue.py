"""What is left to do in a run, by host. Of pages only the next few of each host are in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clipper import urls
from clipper.archive import Window
from clipper.models import Due, Source

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["Queue", "Task", "Wanted"]

Task = Due | Source
AHEAD = 50  # pages of a host that are read from the archive at a time
BEGINNING = ("", 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run looks at: what is due, unless it says otherwise."""

    host: str | None = None
    limit: int | None = None  # pages
    force: bool = False  # also what is not due, and hosts that are left alone
    every: timedelta | None = None  # also what was not looked at for so long


@dataclass(slots=True)
class _Host:
    tasks: deque[Task] = field(default_factory=deque)
    after: tuple[str, int] = BEGINNING
    busy: bool = False


class Queue:
    """Hands out one task a host at a time; `left` are the hosts that are left alone for now."""

    def __init__(
        self,
        archive: Archive,
        wanted: Wanted,
        *,
        sources: Iterable[Source],
        left: Iterable[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._wanted = wanted
        self._clock = clock
        self._start = clock()
        self._left = set(left)
        self._hosts: dict[str, _Host] = {}
        self._idle: deque[str] = deque()
        self._taken = 0
        for source in sources:
            host = urls.host_of(source.url)
            self.wake(host)
            if host in self._hosts:
                self._hosts[host].tasks.append(source)
        for host in archive.agenda.hosts(self._window()):
            self.wake(host)

    def wake(self, host: str) -> None:
        """A host has something to do (again)."""
        if host in self._left or self._wanted.host not in (None, host):
            return
        if host in self._hosts:
            self._hosts[host].after = BEGINNING
            return
        self._hosts[host] = _Host()
        self._idle.append(host)

    def take(self) -> tuple[str, Task] | None:
        """The next task of a host that nobody is busy with; None if there is none now."""
        while self._idle:
            host = self._idle.popleft()
            task = self._next(host)
            if task is not None:
                self._hosts[host].busy = True
                return host, task
            del self._hosts[host]
        return None

    def release(self, host: str) -> bool:
        """Somebody is done with the host; whether it has no more to do."""
        state = self._hosts.get(host)
        if state is None:
            return True
        state.busy = False
        if not state.tasks:
            self._fill(host, state)
        if state.tasks:
            self._idle.append(host)
            return False
        del self._hosts[host]
        return True

    def leave(self, host: str) -> None:
        """Ask nothing more of a host in this run."""
        self._left.add(host)
        state = self._hosts.pop(host, None)
        if state is not None and not state.busy:
            self._idle.remove(host)

    def _next(self, host: str) -> Task | None:
        state = self._hosts[host]
        if not state.tasks:
            self._fill(host, state)
        if not state.tasks:
            return None
        task = state.tasks.popleft()
        if isinstance(task, Due):
            if self._wanted.limit is not None and self._taken >= self._wanted.limit:
                state.tasks.clear()
                return None
            self._taken += 1
        return task

    def _fill(self, host: str, state: _Host) -> None:
        if self._wanted.limit is not None and self._taken >= self._wanted.limit:
            return
        found = self._archive.agenda.pages(host, self._window(), after=state.after, limit=AHEAD)
        if found:
            state.after = (found[-1][0], found[-1][1].page_id)
            state.tasks.extend(due for _, due in found)

    def _window(self) -> Window:
        return Window(self._start, self._clock(), force=self._wanted.force, every=self._wanted.every)
