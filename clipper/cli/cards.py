"""Pages and hits on a terminal: a few lines each, with the address whole, so that it can be copied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from clipper.cli.output import clipped, columns_of_terminal, counted, in_colour, safe
from clipper.models import PageState

if TYPE_CHECKING:
    from clipper.models import Hit, Page

WHEN = "%Y-%m-%d %H:%M"
INDENT = len("2026-11-24 08:30") + 2


def print_pages(pages: Iterable[Page]) -> None:
    """When it changed and its title, over its address."""
    for page in pages:
        moment = page.last_changed or page.last_fetched
        notes = [counted(page.versions, "version")] if page.versions > 1 else []
        if page.state is not PageState.ALIVE:
            notes.append(str(page.state))
        note = f"  ({', '.join(notes)})" if notes else ""
        title = clipped(safe(page.title or "(no version)"), columns_of_terminal() - INDENT - len(note))
        click.echo(f"{moment.strftime(WHEN) if moment else '':<{INDENT}}{_bold(title)}{note}")
        click.echo(f"{'':<{INDENT}}{safe(page.url, limit=2000)}")


def print_hits(hits: Iterable[Hit]) -> None:
    """The title, what was found in its sentence, and the address."""
    for number, hit in enumerate(hits):
        if number:
            click.echo()
        click.echo(_bold(clipped(safe(hit.snapshot.title or ""), columns_of_terminal())))
        click.echo(f"  {hit.snapshot.fetched_at.strftime(WHEN)}  {_found(hit.snippet)}")
        click.echo(f"  {safe(hit.page.url, limit=2000)}")


def _found(snippet: str) -> str:
    """The snippet, its hits in bold or in [brackets]."""
    parts = []
    for number, part in enumerate(snippet.replace("\x03", "\x02").split("\x02")):
        text = safe(f"|{part}|")[1:-1]  # the spaces at the ends of a part are the sentence's
        parts.append((_bold(text) if in_colour() else f"[{text}]") if number % 2 else text)
    return "".join(parts)


def _bold(text: str) -> str:
    return click.style(text, bold=True) if in_colour() else text
