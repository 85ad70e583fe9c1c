"""Cells of Datasette's tables, short and useful. What a page wrote is escaped by Markup alone."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from clipper.datasette_plugin.words import size

__all__ = ["render"]

TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$")
DIGEST = re.compile(r"[0-9a-f]{64}$")
LONG = 120  # letters of a text; an article of 20,000 makes a row of two screens
LONG_ADDRESS = 64
TIMES = frozenset((
    "first_fetched", "last_fetched", "last_changed", "gone_since", "back_since", "fetched_at",
    "published", "modified", "extracted_at", "checked_at", "added_at", "listed_at", "first_seen",
    "last_seen", "due_at", "set_at", "started_at", "finished_at", "seen_at", "sealed_at", "pruned_at", "failing_since",
    "left_until", "since", "at",
))  # fmt: skip
SIZES = frozenset(("bytes", "size", "stored"))
BADGES = frozenset(("state", "verdict", "outcome"))
GOOD = frozenset(("ok", "alive", "new", "changed", "unchanged", "not modified"))
POOR = frozenset(("thin", "failing", "truncated", "unusable", "paywall", "login"))
NOTHING = Markup('<i class="clipper-none"></i>')  # on a phone, where cells are stacked, it takes no line
# Columns that hold the number of a snapshot, with the tables in which `id` is one.
SNAPSHOTS = frozenset(("snapshot_id", "latest_snapshot"))


def render(value: Any, *, column: str, table: str | None, row: Any, datasette: Any) -> Any:
    """The cell, or None where Datasette's own way is fine."""
    if isinstance(value, dict):  # a foreign key, with the label of what it leads to
        if column in SNAPSHOTS:
            return _reading(datasette, value["value"], value.get("label"))
        return None
    if value is None:
        return NOTHING
    if isinstance(value, bytes):
        return None
    if isinstance(value, int):
        return _number(value, column, datasette)
    if isinstance(value, str):
        return _text(value, column, table, row, datasette)
    return None


def _number(value: int, column: str, datasette: Any) -> Any:
    if column in SNAPSHOTS:
        return _reading(datasette, value, None)
    if column in SIZES:
        return Markup('<span title="{} bytes">{}</span>').format(value, size(value))
    return None


def _text(value: str, column: str, table: str | None, row: Any, datasette: Any) -> Any:
    if column in TIMES and (match := TIME.match(value)):
        return Markup('<time class="clipper-time" datetime="{}" title="{}">{}&nbsp;{}</time>').format(
            value, value, match[1], match[2]
        )
    if column in BADGES:
        return _badge(value)
    if DIGEST.match(value):
        return Markup('<code title="{}">{}…</code>').format(value, value[:12])
    if value.startswith(("http://", "https://")) and not re.search(r"\s", value):
        return _address(value)
    if table == "snapshots" and column == "title" and value and "id" in row.keys():  # noqa: SIM118
        return _reading(datasette, row["id"], value)
    if table is not None and (short := _shortened(value)) != value:
        told = Markup('{} <small class="clipper-more">{} characters</small>')
        return told.format(short, f"{len(value):,}")
    return None


def _shortened(text: str) -> str:
    """At most `LONG` letters' width of it, in which a CJK character takes two."""
    room = LONG
    for place, character in enumerate(text[: LONG + 1]):
        room -= 2 if character >= "\u2e80" else 1
        if room < 0:
            return f"{' '.join(text[:place].split())}…"
    return text


def _reading(datasette: Any, snapshot_id: Any, label: Any) -> Markup:
    href = datasette.urls.path(f"/-/clips/{snapshot_id}")
    text = str(label) if label else f"read {snapshot_id}"
    return Markup('<a class="clipper-read" href="{}" title="read it">{}</a>').format(href, _shortened(text))


def _badge(value: str) -> Markup:
    kind = "good" if value in GOOD else "poor" if value in POOR else "bad"
    return Markup('<span class="clipper-badge clipper-{}">{}</span>').format(kind, value)


def _address(value: str) -> Any:
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    shown = value.removeprefix(f"{parts.scheme}://")
    if len(shown) > LONG_ADDRESS:
        shown = f"{shown[: LONG_ADDRESS - 1]}…"
    return Markup('<a href="{}" rel="noreferrer noopener nofollow" title="{}">{}</a>').format(value, value, shown)
