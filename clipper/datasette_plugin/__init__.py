"""The archive in Datasette: a library to read in, and tables to look things up in.

Loaded by Datasette through the entry point `datasette`; does nothing to databases that are not
clipper's. The only door to datasette, markdown-it-py and nh3. One code for 0.65 and 1.0.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from clipper.datasette_plugin import cells, facets, routes, settings, sql
from clipper.datasette_plugin.archives import archives, is_archive, is_named_archive
from clipper.datasette_plugin.door import home
from clipper.datasette_plugin.host import hookimpl, late_hookimpl, optional_hookimpl, wrapping_hookimpl

__all__: list[str] = []  # Datasette calls the hooks below by their names


@late_hookimpl  # after Datasette's own, whose escape_fts is replaced
def prepare_connection(conn: sqlite3.Connection) -> None:
    """The SQL functions of `sql`, and a search box that finds Chinese words."""
    if is_archive(conn):
        sql.register(conn)


@wrapping_hookimpl
def register_facet_classes() -> Generator[None, Any, None]:
    """Tables of archives open at once: nothing looks for facets to suggest."""
    yield from facets.unsuggested(is_named_archive)


@hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]] | None:
    """Datasette 1.0 takes settings of tables from its configuration, queries and descriptions from its own tables."""
    return settings.configure(datasette, archives(datasette))


@optional_hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Datasette 0.65 takes them from the metadata."""
    return settings.metadata(archives(datasette))


@optional_hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    """Questions that people ask, as SQL to go on from (0.65)."""
    return dict(settings.QUERIES) if is_named_archive(datasette, database) else {}


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Any:
    """Cells short and useful, in tables of archives only."""
    if database is None or not is_named_archive(datasette, database):
        return None
    return cells.render(value, column=column, table=table, row=row, datasette=datasette)


@hookimpl
def extra_css_urls(datasette: Any, database: str | None) -> list[str]:
    """What badges and cells look like."""
    if database is None or not is_named_archive(datasette, database):
        return []
    return [datasette.urls.path("/-/clips/tables.css")]


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """The library in Datasette's menu."""
    if not archives(datasette):
        return []
    return [
        {"href": datasette.urls.path("/-/clips"), "label": "Library"},
        {"href": datasette.urls.path("/-/clips/health"), "label": "Sources and health"},
    ]


@hookimpl
def database_actions(datasette: Any, database: str) -> list[dict[str, str]]:
    """The library in the menu of its database."""
    if not is_named_archive(datasette, database):
        return []
    return [{"href": home(datasette, database), "label": "Read in the library"}]


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages of our own."""
    return routes.ROUTES
