"""`clip list` and `clip search`: finding pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipper.cli.cards import print_hits, print_pages
from clipper.cli.options import db_option, format_options, reading
from clipper.cli.output import print_rows, remark

if TYPE_CHECKING:
    from clipper.models import Hit, Page

LIST_COLUMNS = ("last_changed", "state", "versions", "title", "url")
SEARCH_COLUMNS = ("fetched_at", "title", "snippet", "url")


@click.command("list")
@db_option
@click.option("--host", metavar="HOST", help="Only pages of this host.")
@click.option("--tag", metavar="TAG", help="Only pages with this tag.")
@click.option(
    "--state",
    type=click.Choice(["alive", "blocked", "failing", "gone"]),
    help="Only pages in this state.",
)
@click.option("-n", "--limit", type=click.IntRange(min=1), help="At most this many.")
@format_options
def list_command(
    db: Path,
    host: str | None,
    tag: str | None,
    state: str | None,
    limit: int | None,
    form: str | None,
) -> None:
    """List the archived pages, the latest first.

    A terminal shows two lines a page; a pipe, or -t, one line. Times are UTC.

    Example: clip list --host www.4hou.com --csv
    """
    with reading(db) as archive:
        pages = archive.pages(host=host, tag=tag, state=state, limit=limit)
        if form is None and sys.stdout.isatty():
            print_pages(pages)
        else:
            print_rows(map(page_row, pages), form=form, columns=LIST_COLUMNS)


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@db_option
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="At most this many.",
)
@format_options
def search_command(words: tuple[str, ...], db: Path, limit: int, form: str | None) -> None:
    """Search the articles, Chinese words of two characters included.

    All words must occur; "quoted words" stand next to each other; a word may end in *.

    Example: clip search 漏洞
    """
    with reading(db) as archive:
        hits = archive.search(" ".join(words), limit=limit)
    if not hits and form is None:
        remark("Nothing found.")
    if form is None and sys.stdout.isatty():
        print_hits(hits)
    else:
        print_rows(map(hit_row, hits), form=form, columns=SEARCH_COLUMNS)


def page_row(page: Page) -> dict[str, object]:
    """A page as `--json` prints it."""
    return {
        "url": page.url,
        "title": page.title,
        "host": page.host,
        "state": str(page.state),
        "versions": page.versions,
        "checks": page.checks,
        "first_fetched": page.first_fetched,
        "last_fetched": page.last_fetched,
        "last_changed": page.last_changed,
    }


def hit_row(hit: Hit) -> dict[str, object]:
    """A hit as `--json` prints it; what was found stands in [brackets]."""
    return {
        "url": hit.page.url,
        "title": hit.snapshot.title,
        "snippet": hit.snippet.replace("\x02", "[").replace("\x03", "]"),
        "fetched_at": hit.snapshot.fetched_at,
        "snapshot": hit.snapshot.id,
    }
