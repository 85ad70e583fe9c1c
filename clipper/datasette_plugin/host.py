"""Datasette as this room sees it, 0.65 and 1.0 alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import datasette as host
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Response
from datasette.views.base import DatasetteError

__all__ = [
    "NotFound",
    "Response",
    "ensure_readable",
    "hookimpl",
    "late_hookimpl",
    "open_datasette",
    "optional_hookimpl",
    "register",
    "within_time",
    "wrapping_hookimpl",
]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

# What the pages of our own show, and therefore ask to be allowed to see.
SHOWN = ("pages", "snapshots", "texts", "checks")


def hookimpl(function: F) -> F:
    """An answer to one of Datasette's hooks."""
    marked: F = host.hookimpl(function)
    return marked


def late_hookimpl(function: F) -> F:
    """The same, called after everybody else's."""
    marked: F = host.hookimpl(trylast=True)(function)
    return marked


def optional_hookimpl(function: F) -> F:
    """The same, for a hook that only one of the two versions has."""
    marked: F = host.hookimpl(optionalhook=True)(function)
    return marked


def wrapping_hookimpl(function: F) -> F:
    """The same, around everybody's answers: a generator that is sent the outcome."""
    marked: F = host.hookimpl(hookwrapper=True)(function)
    return marked


def within_time(datasette: Any, connection: sqlite3.Connection, read: Callable[[], T]) -> T:
    """What `read` finds; an answer of 503 if its queries take ten times what Datasette allows one of a visitor's."""
    allowed = 10 * int(datasette.setting("sql_time_limit_ms"))
    with sqlite_timelimit(connection, allowed):
        try:
            return read()
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            told = f"That took longer than {allowed / 1000:g} seconds."
            raise DatasetteError(told, status=503, title="Took too long") from error


async def ensure_readable(datasette: Any, actor: Any, database: str) -> None:
    """Raise Datasette's `Forbidden` if this visitor may not see the archive's tables."""
    for table in SHOWN:
        if hasattr(datasette, "ensure_permissions"):
            await datasette.ensure_permissions(
                actor,
                [("view-table", (database, table)), ("view-database", database), "view-instance"],
            )
        else:
            from datasette.resources import TableResource

            await datasette.ensure_permission(
                action="view-table",
                resource=TableResource(database=database, table=table),
                actor=actor,
            )


def register(plugin: Any, *, name: str | None = None) -> None:
    """Make a plugin known that no entry point names."""
    from datasette.plugins import pm

    if not pm.is_registered(plugin):
        pm.register(plugin, name=name or plugin.__name__)


def open_datasette(path: Path, settings: Mapping[str, object]) -> Any:
    """Datasette on one file."""
    from datasette.app import Datasette

    return Datasette([str(path)], settings=dict(settings))
