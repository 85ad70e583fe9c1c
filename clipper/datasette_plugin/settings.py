"""What Datasette should know of an archive's tables: labels, order, facets, search."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["QUERIES", "TABLES", "configure", "metadata"]

SIZE = 30  # rows on a page of a table: with 50, one of snapshots is 200 KB

# Which column of a table or view is the number of the snapshot that search_fts knows.
SEARCHED = {
    "pages": "latest_snapshot",
    "snapshots": "id",
    "texts": "snapshot_id",
    "latest": "snapshot_id",
    "recent_changes": "snapshot_id",
}

TABLES: dict[str, dict[str, Any]] = {
    "pages": {
        "description": "One row is one address.",
        "label_column": "title",
        "sort_desc": "last_changed",
        "facets": ["state", "host"],
    },
    "snapshots": {
        "description": "One row is one version of a page.",
        "label_column": "title",
        "sort_desc": "fetched_at",
        "facets": ["language"],
    },
    "checks": {
        "description": "One row is one attempt to fetch a page, whatever came of it.",
        "sort_desc": "checked_at",
        "facets": ["outcome"],
    },
    "texts": {"description": "The article of a version, as Markdown; the newest counts."},
    "bodies": {"description": "The bytes that were fetched; clip_body(sha256) unpacks them."},
    "feeds": {"description": "What clip sync watches.", "label_column": "title"},
    "listings": {"description": "Which feed listed which page, and when."},
    "tags": {"description": "What the user calls a page.", "label_column": "tag", "facets": ["tag"]},
    "notes": {"description": "What the user says of a page.", "label_column": "note", "sort_desc": "added_at"},
    "assets": {"description": "Pictures and files of versions."},
    "aliases": {"description": "Other addresses of a page.", "label_column": "url"},
    "tombstones": {
        "description": "One row is one version that was pruned.",
        "label_column": "title",
        "sort_desc": "pruned_at",
    },
    "seals": {"description": "Heads of the ledger that somebody outside vouched for.", "sort_desc": "sealed_at"},
    "runs": {"description": "One row is one run of clip sync.", "sort_desc": "started_at"},
    "events": {"description": "What reports told of.", "sort_desc": "at", "facets": ["kind"]},
    "host_troubles": {"description": "Hosts that are left alone for a while.", "label_column": "host"},
    "latest": {"description": "Each page with its latest version and the article."},
    "recent_changes": {"description": "Versions after a page's first, the newest on top.", "sort_desc": "fetched_at"},
    "failures": {"description": "Checks that went wrong, the newest on top.", "sort_desc": "checked_at"},
    "hosts": {"description": "What is archived of each host."},
}
# For machines: the index, what was learned of sites, the plans of `clip sync`, what proves the rest.
HIDDEN = (
    "search", "search_fts", "site_blocks", "site_containers", "site_lone_lines", "site_pages", "sites", "evidence", "_sqlite_migrations",
    "rereadings", "ledger", "sums", "due", "feed_plans", "feed_texts",
)  # fmt: skip

QUERIES: dict[str, dict[str, str]] = {
    "find": {
        "title": "Search",
        "description": "Words that must all occur; “quoted words” stand side by side.",
        "sql": """
select snapshots.id as snapshot_id, snapshots.fetched_at, snapshots.title, snapshots.url,
  clip_snippet(snippet(search_fts, 1, '[', ']', '…', 24)) as found
from search_fts join snapshots on snapshots.id = search_fts.rowid
where search_fts match clip_match(:words)
order by bm25(search_fts, 8.0, 1.0) limit 50""".strip(),
    },
    "changes_of_a_host": {
        "title": "What a host changed",
        "sql": """
select snapshots.id as snapshot_id, snapshots.fetched_at, snapshots.title, change, words_added, words_removed,
  snapshots.url
from pages join snapshots on snapshots.page_id = pages.id
where pages.host = :host and change is not null
order by snapshots.fetched_at desc limit 100""".strip(),
    },
    "bytes_by_host": {
        "title": "Room taken, by host",
        "sql": """
select pages.host, count(distinct snapshots.id) as versions, sum(bodies.size) as size,
  sum(bodies.stored) as stored
from bodies join snapshots on snapshots.body_sha256 = bodies.sha256
  join pages on pages.id = snapshots.page_id
group by pages.host order by stored desc limit 100""".strip(),
    },
}


def tables() -> dict[str, dict[str, Any]]:
    """The settings of every table, made new: Datasette may write into them."""
    made = copy.deepcopy(TABLES)
    for name, settings in made.items():
        settings["size"] = SIZE
        if name in SEARCHED:
            settings |= {"fts_table": "search_fts", "fts_pk": SEARCHED[name]}
    return made | {name: {"hidden": True} for name in HIDDEN}


def metadata(archives: list[str]) -> dict[str, Any]:
    """The form that Datasette 0.65 asks for at every request."""
    return {"databases": {name: {"tables": tables()} for name in archives}}


def configure(datasette: Any, archives: list[str]) -> Callable[[], Awaitable[None]] | None:
    """Put the settings into Datasette 1.0's configuration, where the user said nothing else.

    What 1.0 keeps in a database of its own is put there by what this returns.
    """
    if not hasattr(datasette, "table_config"):
        return None  # 0.65 asks `metadata`
    databases = datasette.config.setdefault("databases", {})
    for name in archives:
        own = databases.setdefault(name, {})
        chosen = own.setdefault("tables", {})
        for table, settings in tables().items():
            chosen[table] = settings | (chosen.get(table) or {})
        own["queries"] = QUERIES | (own.get("queries") or {})

    async def finish() -> None:
        for name in archives:
            await _tell(datasette, name)

    return finish


async def _tell(datasette: Any, name: str) -> None:
    """The descriptions of tables, and the queries, where there is none of that name."""
    for table, settings in TABLES.items():
        known = await datasette.get_resource_metadata(name, table)
        if "description" in settings and not known.get("description"):
            await datasette.set_resource_metadata(name, table, "description", settings["description"])
    if not hasattr(datasette, "add_query"):
        return  # an alpha that looks into the configuration
    for query, told in QUERIES.items():
        if await datasette.get_query(name, query) is None:
            await datasette.add_query(
                name,
                query,
                told["sql"],
                title=told["title"],
                description=told.get("description"),
                is_trusted=True,
            )
