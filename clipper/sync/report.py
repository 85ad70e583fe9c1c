"""What happened, as a person wants to hear of it: news, and errors when they begin and when they end."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from clipper.models import Event

__all__ = ["ERRORS", "Report", "as_html", "as_markdown", "as_row", "as_text"]

# The kinds of events in the order in which they are told, and what they are called.
SECTIONS = {
    "new": "new",
    "changed": "changed",
    "gone": "gone",
    "host left": "hosts left alone",
    "failing": "failing",
    "feed failing": "feeds failing",
    "feed odd": "feeds that are odd",
    "feed moved": "feeds that moved",
    "host back": "hosts back",
    "back": "back",
    "feed back": "feeds back",
}
ERRORS = frozenset({"gone", "host left", "failing", "feed failing"})
SHOWN = 25  # entries of a section in a digest
ALIKE = 3  # pages of a host that fail alike from which on they are one entry
Entry = tuple[Event, int]  # an event, and how many it stands for


@dataclass(slots=True)
class Report:
    """The first events of each kind, and the number of all: memory stays flat however much happened."""

    shown: int = SHOWN
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _groups: dict[str, dict[object, tuple[tuple[Event, ...], int]]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, events: Iterable[Event], *, shown: int = SHOWN) -> Report:
        report = cls(shown)
        for event in events:
            report.add(event)
        return report

    def __bool__(self) -> bool:
        """Whether anything happened."""
        return bool(self.counts)

    @property
    def bad(self) -> bool:
        """Whether an error began."""
        return any(self.counts.get(kind) for kind in ERRORS)

    def add(self, event: Event) -> None:
        """Take in one event; what fails on a host for one reason is told together."""
        self.counts[event.kind] += 1
        groups = self._groups[event.kind]
        key: object = (event.host, event.what) if event.kind in ERRORS else event.id
        if key in groups:
            first, number = groups[key]
            groups[key] = ((*first, event) if len(first) < ALIKE - 1 else first, number + 1)
        elif len(groups) < self.shown:
            groups[key] = ((event,), 1)

    def sections(self) -> list[tuple[str, str, list[Entry], int]]:
        """(kind, heading, entries, how many events are not among them) in the order of telling."""
        found = []
        for kind, heading in SECTIONS.items():
            if self.counts.get(kind):
                entries = [entry for group in self._groups[kind].values() for entry in _entries(*group)]
                left = self.counts[kind] - sum(number for _, number in entries)
                found.append((kind, heading, entries, left))
        return found


def as_text(report: Report, safe: Callable[[object], str]) -> str:
    """The digest for a terminal or a mail; `safe` makes page text fit for it."""
    lines = []
    for _, heading, entries, left in report.sections():
        lines.append(f"{heading}:")
        for event, number in entries:
            name, what = _line(event, number)
            lines.append(f"  {safe(name)}" + (f"  {safe(what)}" if what else ""))
        if left:
            lines.append(f"  … and {left:,} more")
    return "\n".join(lines)


def as_markdown(report: Report, *, title: str) -> str:
    """The digest as Markdown: addresses are links, page text is escaped."""
    lines = [f"# {_plain(title)}"]
    for _, heading, entries, left in report.sections():
        lines += ["", f"## {heading.capitalize()}", ""]
        for event, number in entries:
            _, what = _line(event, number)
            name = _plain(event.title or event.url or event.host or "")
            link = f"[{name}](<{event.url}>)" if event.url and number == 1 else name
            host = f"{_plain(event.host or '')}: " if number > 1 else ""
            lines.append(f"- {host or link}" + (f" {_plain(what)}" if what else ""))
        if left:
            lines.append(f"- … and {left:,} more")
    return "\n".join([*lines, ""])


def as_html(report: Report, *, title: str) -> str:
    """The digest as a page that loads nothing."""
    parts = [PAGE_BEGIN.format(title=escape(title))]
    for _, heading, entries, left in report.sections():
        parts.append(f"<h2>{escape(heading.capitalize())}</h2><ul>")
        for event, number in entries:
            _, what = _line(event, number)
            name = escape(event.title or event.url or event.host or "") if number == 1 else escape(event.host or "")
            link = f'<a href="{escape(event.url)}" rel="noreferrer">{name}</a>' if event.url and number == 1 else name
            parts.append(f"<li>{link}{': ' + escape(what) if what else ''}</li>")
        parts.append(f"<li>… and {left:,} more</li></ul>" if left else "</ul>")
    return "\n".join([*parts, "</body></html>", ""])


def as_row(event: Event) -> dict[str, Any]:
    """An event as JSON has it."""
    return {
        "at": event.at,
        "kind": event.kind,
        "url": event.url,
        "title": event.title,
        "host": event.host,
        "since": event.since,
        "what": event.what,
        "snapshot": event.snapshot_id,
    }


def _entries(first: tuple[Event, ...], number: int) -> list[Entry]:
    """Few that are alike are told one by one, more as one."""
    return [(event, 1) for event in first] if number == len(first) else [(first[0], number)]


def _line(event: Event, number: int) -> tuple[str, str]:
    """What an entry is about, and what is to be said of it."""
    since = f"since {event.since:%Y-%m-%d %H:%M}" if event.since else ""
    what = event.what or ""
    if number > 1:
        return event.host or "", f"{number:,} pages, {since}: {what}"
    if event.kind == "new":
        return event.url or "", event.title or ""
    if event.kind == "changed":
        return event.url or "", f"{event.title or ''}: {what}".strip(": ")
    if event.kind == "gone":
        kept = "; the last good version is kept" if event.snapshot_id else ""
        return event.url or "", f"{event.title or ''} ({since}{kept}): {what}".strip()
    if event.kind in ("back", "host back", "feed back"):
        said = f"it was {what} {since}" if event.kind == "back" else f"it failed {since}"
        return event.url or event.host or "", f"{event.title or ''} ({said.strip()})".strip()
    if event.kind == "feed moved":
        return event.url or "", f"{event.title or ''} (it was at {what})".strip()
    return event.url or event.host or "", f"{what} ({since})" if since else what


def _plain(text: str) -> str:
    """Page text in Markdown as what it says: one line, nothing of it a sign."""
    return re.sub(r"([\\`*_\[\]<>#|~!])", r"\\\1", " ".join(text.split()))


PAGE_BEGIN = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body {{ font: 16px/1.5 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em }}</style></head>
<body><h1>{title}</h1>"""
