"""How a page is doing: what follows from its checks, in the order of their times."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import Any

from clipper.models import Outcome, PageState, Validators, Verdict

__all__ = ["follow", "recount", "right"]

BLOCKED = frozenset({Verdict.CHALLENGE, Verdict.LOGIN, Verdict.PAYWALL})
GONE = frozenset({Verdict.DELETED, Verdict.SOFT_404})
BLOCKED_STATUS = frozenset({401, 402, 403, 407, 451})
GONE_STATUS = frozenset({404, 410})


@dataclass(slots=True)
class Standing:
    """The columns of a page that its checks decide, one check after the other."""

    state: str = "new"
    checks: int = 0
    failures: int = 0
    first_fetched: str | None = None
    last_fetched: str | None = None
    gone_since: str | None = None
    back_since: str | None = None

    def step(self, at: str, outcome: str, verdict: str | None, status: int | None, source: str | None) -> None:
        """Take in the next check; what a feed says in a page's place says nothing of how the page is doing."""
        self.checks += 1
        if source == "feed":
            return
        state = _state(outcome, verdict, status)
        if state is PageState.ALIVE:
            self.failures = 0
            self.first_fetched = self.first_fetched or at
            self.last_fetched = at
            if self.gone_since:
                self.back_since, self.gone_since = at, None
        else:
            self.failures += 1
        if state is PageState.GONE:
            self.gone_since, self.back_since = self.gone_since or at, None
        if state is not None:
            self.state = str(state)
        elif self.state == "new":
            self.state = str(PageState.FAILING)


COUNTED = tuple(field.name for field in fields(Standing))


def follow(connection: sqlite3.Connection, check_id: int, *, validators: Validators) -> None:
    """Bring the check's page up to date: one step if the check is its latest, all steps if not."""
    page_id, at, seq, outcome, verdict, status, source, snapshot_id = connection.execute(
        "SELECT page_id, checked_at, seq, outcome, verdict, status, source, snapshot_id FROM checks WHERE id = ?",
        (check_id,),
    ).fetchone()
    later = "SELECT 1 FROM checks WHERE page_id = ? AND (checked_at, seq) > (?, ?) LIMIT 1"
    if connection.execute(later, (page_id, at, seq)).fetchone():
        recount(connection, page_id)
    else:
        standing = Standing(
            *connection.execute(
                "SELECT state, checks, failures, first_fetched, last_fetched, gone_since,"
                " back_since"
                " FROM pages WHERE id = ?",
                (page_id,),
            ).fetchone()
        )
        standing.step(at, outcome, verdict, status, source)
        _save(connection, page_id, standing)
    if snapshot_id is not None:
        _validate(connection, page_id, at, seq, outcome, validators)


def recount(connection: sqlite3.Connection, page_id: int) -> None:
    """Work the page's columns out from all of its checks."""
    _save(connection, page_id, _counted(connection, page_id))


def right(connection: sqlite3.Connection, page_id: int) -> bool:
    """Whether the page's columns follow from its checks and versions."""
    names = ", ".join(_columns(connection, page_id, Standing()))
    found = connection.execute(f"SELECT {names} FROM pages WHERE id = ?", (page_id,)).fetchone()
    should = _columns(connection, page_id, _counted(connection, page_id))
    return bool(found == tuple(should.values()))


def _counted(connection: sqlite3.Connection, page_id: int) -> Standing:
    standing = Standing()
    for row in connection.execute(
        "SELECT checked_at, outcome, verdict, status, source FROM checks WHERE page_id = ? ORDER BY checked_at, seq",
        (page_id,),
    ):
        standing.step(*row)
    return standing


def _save(connection: sqlite3.Connection, page_id: int, standing: Standing) -> None:
    columns = _columns(connection, page_id, standing)
    assignments = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE pages SET {assignments} WHERE id = ?", (*columns.values(), page_id))


def _columns(connection: sqlite3.Connection, page_id: int, standing: Standing) -> dict[str, Any]:
    latest, title, changed = connection.execute(
        "SELECT id, title, fetched_at FROM snapshots WHERE page_id = ? ORDER BY fetched_at DESC, seq DESC LIMIT 1",
        (page_id,),
    ).fetchone() or (None, None, None)
    (versions,) = connection.execute("SELECT count(*) FROM snapshots WHERE page_id = ?", (page_id,)).fetchone()
    return {
        **{name: getattr(standing, name) for name in COUNTED},
        "latest_snapshot": latest,
        "title": title,
        "last_changed": changed,
        "versions": versions,
    }


def _validate(
    connection: sqlite3.Connection,
    page_id: int,
    at: str,
    seq: int,
    outcome: str,
    validators: Validators,
) -> None:
    """Take over the latest good capture's validators; a 304 may renew them, not take them away."""
    later = "SELECT 1 FROM checks WHERE page_id = ? AND snapshot_id IS NOT NULL AND (checked_at, seq) > (?, ?) LIMIT 1"
    if connection.execute(later, (page_id, at, seq)).fetchone():
        return
    if outcome == Outcome.NOT_MODIFIED:
        connection.execute(
            "UPDATE pages SET etag = coalesce(?1, etag), last_modified = coalesce(?2, last_modified) WHERE id = ?3"
            " AND (etag IS NOT coalesce(?1, etag) OR last_modified IS NOT coalesce(?2, last_modified))",
            (validators.etag, validators.last_modified, page_id),
        )
    else:
        connection.execute(
            "UPDATE pages SET etag = ?1, last_modified = ?2 WHERE id = ?3"
            " AND (etag IS NOT ?1 OR last_modified IS NOT ?2)",
            (validators.etag, validators.last_modified, page_id),
        )


def _state(outcome: str, verdict: str | None, status: int | None) -> PageState | None:
    """What a check says of its page; None if it says nothing (we refused to ask)."""
    if outcome == Outcome.REFUSED:
        return None
    if Outcome(outcome).good:
        return PageState.ALIVE
    if status in GONE_STATUS or verdict in GONE:
        return PageState.GONE
    if status in BLOCKED_STATUS or verdict in BLOCKED:
        return PageState.BLOCKED
    return PageState.FAILING
